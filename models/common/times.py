"""A wall time with its zone and instant, and a slot between two wall times."""

from datetime import datetime, timedelta

from models.common.values import Instant, Value
from models.common.zone_offsets import OFFSETS


class ZonedTime(Value):
    """A wall clock time in an IANA zone, with its UTC instant.

    The submitter finds the instant once, outside workflows. From then on decisions use the instant, and people see the
    wall time.
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
    """Why a wall time does not fit its instant. None if it fits.

    The caller has already resolved the zone. This function checks that the zone exists and ever has that offset from
    UTC.
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
