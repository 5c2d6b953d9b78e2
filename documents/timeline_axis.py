"""The axis of a timeline: where on a page of A3 its instants lie, and how its days are written.

All lengths are millimetres.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from models.common.values import Instant
from models.report.timeline import Timeline

PAGE_WIDTH, MARGIN = 420.0, 10.0
REF_WIDTH, LABEL_WIDTH, GAP = 14.0, 112.0, 3.0
AXIS_LEFT, AXIS_RIGHT = MARGIN + LABEL_WIDTH + GAP, PAGE_WIDTH - MARGIN

FINE = timedelta(days=2)
"""A plan that is over sooner runs in seconds: days alone would say nothing."""


class Scale(NamedTuple):
    """Where instants lie between the edges of the chart."""

    start: Instant
    end: Instant

    def x(self, instant: Instant) -> float:
        """The place of an instant; one outside the plan's term stands at the edge."""
        span = max((self.end - self.start).total_seconds(), 1.0)
        part = (instant - self.start).total_seconds() / span
        return AXIS_LEFT + min(max(part, 0.0), 1.0) * (AXIS_RIGHT - AXIS_LEFT)

    def holds(self, instant: Instant) -> bool:
        return self.start <= instant <= self.end


def day_of(timeline: Timeline, instant: Instant) -> str:
    """In words, by the plan's clock; to the second in a plan of seconds."""
    local = _local(timeline, instant)
    fine = timeline.end - timeline.start < FINE
    return f"{local.day} {local:%B %Y}" + (f", {local:%H:%M:%S}" if fine else "")


def last_day_of(timeline: Timeline) -> str:
    """The last day of the plan's term."""
    return day_of(timeline, max(last_moment(timeline.end), timeline.start))


def last_moment(end: Instant) -> Instant:
    """The last moment before an end that is no longer included."""
    return end - timedelta(seconds=1)


def quarters(timeline: Timeline) -> Iterator[tuple[Instant, int]]:
    """The local beginnings of quarters within the plan's term, and their months."""
    first, last = (_local(timeline, each).year for each in (timeline.start, timeline.end))
    for year in range(first, last + 1):
        for month in (1, 4, 7, 10):
            instant = datetime(year, month, 1, tzinfo=UTC) - timedelta(hours=timeline.offset_hours)
            if timeline.start < instant < timeline.end:
                yield instant, month


def year_columns(timeline: Timeline, scale: Scale) -> Iterator[tuple[int, float, float]]:
    """Each local year of the term, with the edges of its column."""
    edges = [scale.x(instant) for instant, month in quarters(timeline) if month == 1]
    first = _local(timeline, timeline.start).year
    for n, (left, right) in enumerate(zip([AXIS_LEFT, *edges], [*edges, AXIS_RIGHT], strict=True)):
        yield first + n, left, right


def _local(timeline: Timeline, instant: Instant) -> datetime:
    return instant + timedelta(hours=timeline.offset_hours)
