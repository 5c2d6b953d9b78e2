"""Wall times with their zone and instant, and the stretch between two of them."""

from datetime import datetime

from models.common.values import Instant, Value


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
