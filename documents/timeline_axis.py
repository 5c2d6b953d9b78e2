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
"""If the timeline of a plan is shorter than this, the plan counts as one that runs in seconds. The drawing then writes
the time of day after each day."""


class Scale(NamedTuple):
    """The scale of the axis: the instants at the left and the right edge of the chart."""

    start: Instant
    end: Instant

    def x(self, instant: Instant) -> float:
        """Returns the x of an instant. For an instant before `start` it is the left edge of the chart, and for an
        instant after `end` the right edge."""
        span = max((self.end - self.start).total_seconds(), 1.0)
        part = (instant - self.start).total_seconds() / span
        return AXIS_LEFT + min(max(part, 0.0), 1.0) * (AXIS_RIGHT - AXIS_LEFT)

    def holds(self, instant: Instant) -> bool:
        """Whether an instant is on the chart. `start` and `end` are on it too."""
        return self.start <= instant <= self.end


def day_of(timeline: Timeline, instant: Instant) -> str:
    """Returns the day of an instant in the zone of the plan, for example "3 March 2026". In a plan that runs in
    seconds, the time of day follows."""
    local = _local(timeline, instant)
    fine = timeline.end - timeline.start < FINE
    return f"{local.day} {local:%B %Y}" + (f", {local:%H:%M:%S}" if fine else "")


def last_day_of(timeline: Timeline) -> str:
    """Returns the last day of the timeline in words."""
    return day_of(timeline, max(last_moment(timeline.end), timeline.start))


def last_moment(end: Instant) -> Instant:
    """Returns the instant one second before `end`. A period ends just before its `end`, so this instant is still in the
    period."""
    return end - timedelta(seconds=1)


def quarters(timeline: Timeline) -> Iterator[tuple[Instant, int]]:
    """Yields each quarter of a year that begins within the timeline: the instant at which it begins, and its first
    month (1, 4, 7 or 10)."""
    first, last = (_local(timeline, each).year for each in (timeline.start, timeline.end))
    for year in range(first, last + 1):
        for month in (1, 4, 7, 10):
            instant = datetime(year, month, 1, tzinfo=UTC) - timedelta(hours=timeline.offset_hours)
            if timeline.start < instant < timeline.end:
                yield instant, month


def year_columns(timeline: Timeline, scale: Scale) -> Iterator[tuple[int, float, float]]:
    """Yields each year of the timeline, with the x of the left edge and the x of the right edge of its column."""
    edges = [scale.x(instant) for instant, month in quarters(timeline) if month == 1]
    first = _local(timeline, timeline.start).year
    for n, (left, right) in enumerate(zip([AXIS_LEFT, *edges], [*edges, AXIS_RIGHT], strict=True)):
        yield first + n, left, right


def _local(timeline: Timeline, instant: Instant) -> datetime:
    return instant + timedelta(hours=timeline.offset_hours)
