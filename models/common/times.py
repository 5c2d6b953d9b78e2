"""A wall time with its zone and instant, and a slot between two wall times."""

from datetime import datetime, timedelta

from models.common.values import Instant, Value
from models.common.zone_offsets import OFFSETS


class ZonedTime(Value):
    """A wall time in an IANA zone, with its instant in UTC.

    The submitter of an act calculates the instant once, outside workflows. After that, decisions use the instant, and
    people see the wall time.
    """

    local: datetime
    """The wall time, without an offset."""
    zone: str
    utc: Instant


class Slot(Value):
    """The start and end of a session."""

    start: ZonedTime
    end: ZonedTime


def same_time(one: Slot, other: Slot) -> bool:
    """Whether two slots have the same start and end instants. Their zones may differ."""
    return (one.start.utc, one.end.utc) == (other.start.utc, other.end.utc)


def fault_of_time(time: ZonedTime) -> str | None:
    """Returns the reason why a wall time does not fit its instant, in words. None if it fits.

    It checks that the zone exists, and that the zone has the offset between the two at some time in the years of
    `OFFSETS`. It does not check that the zone has this offset on that day.
    """
    offsets = OFFSETS.get(time.zone)
    if offsets is None:
        return f"{time.zone!r} is no IANA time zone; write one as Asia/Vientiane"
    if time.local.tzinfo is not None:
        return "the wall time has an offset; leave it out, because the zone says which instant it is"
    ahead = time.local - time.utc.replace(tzinfo=None)
    if ahead not in {timedelta(minutes=each) for each in offsets}:
        return f"{time.local:%Y-%m-%d %H:%M} in {time.zone} is not the instant {time.utc:%Y-%m-%dT%H:%M:%SZ}"
    return None
