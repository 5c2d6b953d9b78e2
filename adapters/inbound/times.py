"""Reads the instants in an incoming calendar object (RFC 5545 section 3.3.5). It knows UTC, the names of IANA and
Windows zones, and zones that the object itself describes (VTIMEZONE).

A floating time (a time without a zone) names no instant. The functions then raise TimeFaultError, and a person must
read the message.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from adapters.inbound.ical import Component, Property, unescaped
from models.common.named_times import NamedTimes
from models.common.times import ZonedTime
from models.common.values import Instant
from models.common.zones import Length, later, zone, zoned


class TimeFaultError(ValueError):
    """A time in a calendar object names no certain instant. The message says why."""


def named_times(event: Component, calendar: Component) -> NamedTimes | None:
    """Returns the time that an event names. None if it names none. It needs no zone, no hour and no end, but raises
    TimeFaultError for what is no time, or for a zone that nobody knows."""
    begins, ends, lasts = event.first("DTSTART"), event.first("DTEND"), event.value("DURATION")
    start, end = (_named(each, calendar) if each else None for each in (begins, ends))
    if lasts and start is not None and end is None:
        end = _after(start, duration(lasts))
    said: dict[str, Any] = {}
    for name, found in (("start", start), ("end", end)):
        if isinstance(found, ZonedTime):
            said[name] = found.utc
        elif isinstance(found, datetime):
            said[f"{name}_wall"] = found
        elif found is not None:
            # An end without an hour is the day after the last one (RFC 5545 section 3.6.1).
            said["first_day" if name == "start" else "last_day"] = found - timedelta(days=int(name == "end"))
    return NamedTimes(**said) if said else None


def _named(found: Property, calendar: Component) -> ZonedTime | datetime | date:
    """Returns a time with its zone, or a wall time without a zone, or a day without an hour. Raises TimeFaultError."""
    text = found.value.strip()
    if day := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text):
        try:
            return date(*map(int, day.groups()))
        except ValueError:
            raise TimeFaultError(f"{text[:40]!r} is no day") from None
    if text[-1:] != "Z" and not found.parameters.get("TZID", "").strip():
        try:
            return _wall(text)
        except ValueError:
            raise TimeFaultError(f"{text[:40]!r} is no time") from None
    return moment(found, calendar)


def _after(start: ZonedTime | datetime | date, length: Length) -> ZonedTime | datetime | date:
    if isinstance(start, ZonedTime):
        return later(start, length)
    return start + timedelta(days=length.days) + (length.exact if isinstance(start, datetime) else timedelta(0))


def instant(text: str) -> Instant | None:
    """Returns the instant of a time that is written in UTC, as DTSTAMP must be. None if the text is not such a time."""
    text = text.strip()
    try:
        return _wall(text[:-1]).replace(tzinfo=UTC) if text[-1:] == "Z" else None
    except ValueError:
        return None


_WALL = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})")


def _wall(text: str) -> datetime:
    """Returns the time that clocks show. Raises ValueError. strptime would take ten times as long."""
    match = _WALL.fullmatch(text)
    if match is None:
        raise ValueError(f"{text[:40]!r} is no time")
    year, month, day, hour, minute, second = map(int, match.groups())
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001


def moment(found: Property, calendar: Component) -> ZonedTime:
    """Returns the time in a property of a calendar object: DTSTART (the start), DTEND (the end) or RECURRENCE-ID.
    Raises TimeFaultError if it names no certain instant."""
    text = found.value.strip()
    if found.parameters.get("VALUE", "").upper() == "DATE" or re.fullmatch(r"\d{8}", text):
        raise TimeFaultError("it names a day and no hour")
    if (at := instant(text)) is not None:
        return ZonedTime(local=at.replace(tzinfo=None), zone="UTC", utc=at)
    try:
        local = _wall(text)
    except ValueError:
        raise TimeFaultError(f"{text[:40]!r} is no time") from None
    name = unescaped(found.parameters.get("TZID", ""))
    if not name:
        raise TimeFaultError("its time is floating: it names no zone")
    return _in_zone(local, name, calendar)


def duration(text: str) -> Length:
    """Returns the length of time in a DURATION (RFC 5545 section 3.3.6). Raises TimeFaultError if the text is no such
    length."""
    match = re.fullmatch(r"\+?P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?", text)
    if not match or not any(match.groups()):
        raise TimeFaultError(f"{text[:40]!r} is no length of time")
    weeks, days, hours, minutes, seconds = (int(each or 0) for each in match.groups())
    return Length(7 * weeks + days, timedelta(hours=hours, minutes=minutes, seconds=seconds))


def _in_zone(local: datetime, name: str, calendar: Component) -> ZonedTime:
    described = calendar.zones.get(name)
    try:
        offset = _offset(described, local) if described else None
        iana = _iana(name)
        if iana is not None:
            found = zoned(local, iana)
            if offset is not None and local - found.utc.replace(tzinfo=None) != offset:
                raise TimeFaultError(f"the zone {name[:60]!r} is described with another offset than it has")
            return found
        if offset is None:
            raise TimeFaultError(f"there is no zone {name[:60]!r}")
        at = (local - offset).replace(tzinfo=UTC)
    except TimeFaultError:
        raise
    except (ValueError, OverflowError) as error:
        raise TimeFaultError(str(error)[:200]) from None
    return ZonedTime(local=at.replace(tzinfo=None), zone="UTC", utc=at)


def _iana(name: str) -> str | None:
    """Returns the IANA name of a zone. The given name may be an IANA name, a Windows name, or an IANA name after a
    prefix of a vendor (/mozilla.org/.../Asia/...). None if there is no such zone."""
    words = name[:200].strip("/").split("/")
    for each in (WINDOWS_TO_OLSON.get(name, name), *("/".join(words[-n:]) for n in (3, 2) if len(words) > n)):
        if each in _known():
            return zone(each).key
    return None


@cache
def _known() -> frozenset[str]:
    """Returns the names of all zones. It is cheaper to know them than to look for a file for every strange name."""
    return frozenset(available_timezones())


def _offset(described: Component, local: datetime) -> timedelta | None:
    """Returns the offset from UTC that a VTIMEZONE gives to a wall time. None if the VTIMEZONE gives no certain
    offset."""
    observed = described.within("STANDARD")[:10] + described.within("DAYLIGHT")[:10]
    offsets = {_utc_offset(each.value("TZOFFSETTO")) for each in observed}
    if len(offsets) == 1:
        return offsets.pop()
    onsets = [(at, _utc_offset(each.value("TZOFFSETTO"))) for each in observed if (at := _onset(each, local))]
    return max(onsets)[1] if onsets else None


_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_YEARLY = re.compile(
    r"(?:INTERVAL=1;)?(?:BYDAY=([+-]?[1-5])([A-Z]{2});BYMONTH=(\d{1,2})|BYMONTH=(\d{1,2});BYDAY=([+-]?[1-5])([A-Z]{2}))"
)


def _onset(observance: Component, local: datetime) -> datetime | None:
    """Returns the last time, up to a wall time, at which an observance (summer time or standard time) began. None if it
    had not begun. Raises TimeFaultError if its rule is not of a form that the program reads."""
    first = _wall(observance.value("DTSTART")[:15])
    fields = observance.value("RRULE").upper().split(";")
    if fields == [""]:
        return first if first <= local else None
    until = next((each[6:14] for each in fields if each.startswith("UNTIL=")), "99991231")
    rest = ";".join(each for each in fields if not each.startswith(("FREQ=YEARLY", "UNTIL=", "WKST=")))
    match = _YEARLY.fullmatch(rest)
    if not match or "FREQ=YEARLY" not in fields:
        raise TimeFaultError("its zone is described by a rule that is not read")
    nth, day, month = (match[1], match[2], match[3]) if match[1] else (match[5], match[6], match[4])
    for year in (local.year, local.year - 1):
        at = datetime.combine(_weekday(year, int(month), int(nth), day), first.time())
        if first <= at <= local and f"{at:%Y%m%d}" <= until:
            return at
    return None


def _weekday(year: int, month: int, nth: int, day: str) -> date:
    """Returns the nth such weekday of a month. -1 is the last one. Raises ValueError if the month has no such day."""
    begins, length = monthrange(year, month)
    first = 1 + (_DAYS.index(day) - begins) % 7
    days = range(first, length + 1, 7)
    try:
        return date(year, month, days[nth - 1 if nth > 0 else nth])
    except IndexError:
        raise ValueError(f"there is no such day in month {month} of {year}") from None


def _utc_offset(text: str) -> timedelta:
    match = re.fullmatch(r"([+-])(\d{2})(\d{2})(\d{2})?", text)
    if not match:
        raise TimeFaultError("its zone is described without an offset")
    sign, hours, minutes, seconds = match.groups()
    length = timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0))
    return -length if sign == "-" else length
