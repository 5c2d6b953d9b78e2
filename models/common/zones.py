"""Converts between wall times and instants. Workflows must not use this module: zone tables differ between machines.

The command line, adapters and activities use it. Workflows receive instants.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.common.times import ZonedTime
from models.common.values import Instant


def zone(name: str) -> ZoneInfo:
    """Returns the IANA zone of this name. Raises ValueError if there is no such zone."""
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
    """Days of the calendar. A day later means the same wall time on the next day, even if the clocks change between."""
    exact: timedelta
    """The hours, minutes and seconds, which are added after the days."""


def later(start: ZonedTime, length: timedelta | Length) -> ZonedTime:
    """Returns the time that is `length` after `start`, in the same zone. A timedelta counts exactly, also its days."""
    days, exact = length if isinstance(length, Length) else (0, length)
    end = days_later(start.utc, days, start.zone) + exact
    return ZonedTime(local=end.astimezone(zone(start.zone)).replace(tzinfo=None), zone=start.zone, utc=end)


def days_later(instant: Instant, days: int, name: str) -> Instant:
    """Returns the instant that has the same wall time in the zone `name`, but `days` days later. If `days` is negative,
    it is earlier.

    If the clocks skip that wall time, the offset from before the change counts. If they show it twice, the first time
    counts (RFC 5545 section 3.3.5).
    """
    local = instant.astimezone(zone(name)) + timedelta(days=days)  # Python adds to the wall time
    return local.astimezone(UTC) if days else instant


def moved(instant: Instant, length: timedelta, name: str) -> Instant:
    """Returns the instant that is `length` after `instant`, or before it if `length` is negative. Whole days in
    `length` are days of the calendar in the zone `name`. Durations of plan files are added in this way."""
    whole = int(length / timedelta(days=1))
    return days_later(instant, whole, name) + (length - timedelta(days=whole))
