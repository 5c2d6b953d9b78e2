"""A wall time with its zone and instant, and a slot between two wall times."""

from datetime import datetime

from models.common.values import Instant, Value


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
