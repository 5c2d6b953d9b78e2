"""Wall times with their zone and instant, and the stretch between two of them."""

from datetime import datetime, timedelta

from models.common.values import Instant, Value
from models.common.zone_offsets import OFFSETS


class ZonedTime(Value):
    """A wall clock time in an IANA zone, with the UTC instant that the submitter resolved it to.

    The zone is resolved outside workflows, once; from then on the instant decides and the wall time is shown.
    """

    local: datetime
    """Naive wall time."""
    zone: str
    utc: Instant


class Slot(Value):
    """The start and end of a session."""

    start: ZonedTime
    end: ZonedTime


def same_time(one: Slot, other: Slot) -> bool:
    """Whether two slots are the same instants, in whatever zones they are written."""
    return (one.start.utc, one.end.utc) == (other.start.utc, other.end.utc)


def fault_of_time(time: ZonedTime) -> str | None:
    """Why a wall time cannot be the instant that it claims to be; None where it can.

    Whoever submits it has resolved its zone. This looks whether the zone exists and ever has that offset from UTC.
    """
    offsets = OFFSETS.get(time.zone)
    if offsets is None:
        return f"{time.zone!r} is no IANA time zone; write one as Asia/Vientiane"
    if time.local.tzinfo is not None:
        return "the wall time has an offset of its own; its zone says which instant it is"
    ahead = time.local - time.utc.replace(tzinfo=None)
    if ahead not in {timedelta(minutes=each) for each in offsets}:
        return f"{time.local:%Y-%m-%d %H:%M} in {time.zone} is not the instant {time.utc:%Y-%m-%dT%H:%M:%SZ}"
    return None
