"""Converts between wall times and instants. Workflows must not use this module: zone tables differ between machines.

The command line, adapters and activities use it. Workflows receive instants.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.common.times import ZonedTime
from models.common.values import Instant


def zone(name: str) -> ZoneInfo:
    """The IANA zone of this name. Raises ValueError if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone; write one as Asia/Vientiane") from error


def zoned(local: datetime, name: str) -> ZonedTime:
    """Finds the instant of a wall time in a zone. Raises ValueError if the clocks skip that time or show it twice."""
    if local.tzinfo is not None:
        raise ValueError("give the wall time without an offset; the zone says which instant it is")
    early = local.replace(tzinfo=zone(name), fold=0)
    late = early.replace(fold=1)
    if early.utcoffset() != late.utcoffset():
        there_and_back = early.astimezone(UTC).astimezone(zone(name)).replace(tzinfo=None)
        what = "is shown twice by" if there_and_back == local else "is skipped by"
        raise ValueError(f"{local:%Y-%m-%d %H:%M} {what} the clocks of {name}; choose another time")
    return ZonedTime(local=local, zone=name, utc=early.astimezone(UTC))


class Length(NamedTuple):
    """A length of time as RFC 5545 reads it (section 3.3.6): P2D is two days of the calendar, PT48H is 48 hours."""

    days: int
    """Each ends at the same wall time, also if the clocks change meanwhile."""
    exact: timedelta
    """What is added after the days: hours, minutes, seconds."""


def later(start: ZonedTime, length: timedelta | Length) -> ZonedTime:
    """The wall time in the same zone, so long after `start`. A timedelta is exact."""
    days, exact = length if isinstance(length, Length) else (0, length)
    end = days_later(start.utc, days, start.zone) + exact
    return ZonedTime(local=end.astimezone(zone(start.zone)).replace(tzinfo=None), zone=start.zone, utc=end)


def days_later(instant: Instant, days: int, name: str) -> Instant:
    """The instant at the same wall time in a zone, so many days later, or earlier if `days` is negative.

    If the clocks skip that time, it counts as if they had not changed yet; if they show it twice, the first one counts
    (RFC 5545 section 3.3.5).
    """
    local = instant.astimezone(zone(name)) + timedelta(days=days)  # Python adds to the wall time
    return local.astimezone(UTC) if days else instant


def moved(instant: Instant, length: timedelta, name: str) -> Instant:
    """The instant so long after another, or before it if `length` is negative. Its whole days are days of the calendar
    in the zone. For the durations of plan files, which know days and seconds only."""
    whole = int(length / timedelta(days=1))
    return days_later(instant, whole, name) + (length - timedelta(days=whole))
