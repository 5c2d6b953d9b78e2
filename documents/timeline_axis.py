"""The axis of a timeline: the place of an instant on an A3 page, and the words for its day. All lengths are
millimetres."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from models.common.values import Instant
from models.report.timeline import Timeline

PAGE_WIDTH, MARGIN = 420.0, 10.0
REF_WIDTH, LABEL_WIDTH, GAP = 14.0, 112.0, 3.0
AXIS_LEFT, AXIS_RIGHT = MARGIN + LABEL_WIDTH + GAP, PAGE_WIDTH - MARGIN

FINE = timedelta(days=2)
"""A plan that is shorter than this runs in seconds. Its days are written with the time of day."""


class Scale(NamedTuple):
    """The scale of the axis: the instants at the left and the right edge of the chart."""

    start: Instant
    end: Instant

    def x(self, instant: Instant) -> float:
        """The x of an instant. For an instant before `start` or after `end` it is that edge."""
        span = max((self.end - self.start).total_seconds(), 1.0)
        part = (instant - self.start).total_seconds() / span
        return AXIS_LEFT + min(max(part, 0.0), 1.0) * (AXIS_RIGHT - AXIS_LEFT)

    def holds(self, instant: Instant) -> bool:
        """Whether an instant is on the chart."""
        return self.start <= instant <= self.end


def day_of(timeline: Timeline, instant: Instant) -> str:
    """Gives "3 March 2026" by the clock of the plan. In a plan that runs in seconds, the time follows."""
    local = _local(timeline, instant)
    fine = timeline.end - timeline.start < FINE
    return f"{local.day} {local:%B %Y}" + (f", {local:%H:%M:%S}" if fine else "")


def last_day_of(timeline: Timeline) -> str:
    """The last day of the plan's validity, in words."""
    return day_of(timeline, max(last_moment(timeline.end), timeline.start))


def last_moment(end: Instant) -> Instant:
    """One second before `end`, because `end` itself is not included."""
    return end - timedelta(seconds=1)


def quarters(timeline: Timeline) -> Iterator[tuple[Instant, int]]:
    """Yields the instant at which each quarter within the timeline begins, and its month: 1, 4, 7 or 10."""
    first, last = (_local(timeline, each).year for each in (timeline.start, timeline.end))
    for year in range(first, last + 1):
        for month in (1, 4, 7, 10):
            instant = datetime(year, month, 1, tzinfo=UTC) - timedelta(hours=timeline.offset_hours)
            if timeline.start < instant < timeline.end:
                yield instant, month


def year_columns(timeline: Timeline, scale: Scale) -> Iterator[tuple[int, float, float]]:
    """Yields each year of the timeline, with the x of the left and the right edge of its column."""
    edges = [scale.x(instant) for instant, month in quarters(timeline) if month == 1]
    first = _local(timeline, timeline.start).year
    for n, (left, right) in enumerate(zip([AXIS_LEFT, *edges], [*edges, AXIS_RIGHT], strict=True)):
        yield first + n, left, right


def _local(timeline: Timeline, instant: Instant) -> datetime:
    return instant + timedelta(hours=timeline.offset_hours)
