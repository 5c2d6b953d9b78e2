"""The time of a meeting as an answer to its invitation names it."""

from datetime import date, datetime

from models.common.times import Slot, ZonedTime
from models.common.values import Instant, Value


class NamedTimes(Value):
    """What an answer says about the time of the meeting that it answers. A field is None if the answer does not say it.

    Mail programs copy the time from the invitation, in their own zone or in UTC. Some of them leave out the end, the
    zone, or the hours.
    """

    start: Instant | None = None
    end: Instant | None = None
    start_wall: datetime | None = None
    """The wall time of the start, if the answer names no zone."""
    end_wall: datetime | None = None
    """The wall time of the end, if the answer names no zone."""
    first_day: date | None = None
    """The day of the start, if the answer names no hour."""
    last_day: date | None = None
    """The day of the end, if the answer names no hour."""

    def differs_from(self, slot: Slot) -> bool:
        """Whether the answer names another time or length than `slot`. What it does not say is not compared.

        Calendar programs count in full seconds, so shorter differences do not matter.
        """
        first = _differs(slot.start, self.start, self.start_wall, self.first_day)
        return first or _differs(slot.end, self.end, self.end_wall, self.last_day)


def _differs(time: ZonedTime, at: Instant | None, wall: datetime | None, day: date | None) -> bool:
    if at is not None and at != time.utc.replace(microsecond=0):
        return True
    if wall is not None and wall != time.local.replace(microsecond=0):
        return True
    return day is not None and day != time.local.date()
