"""Office hours as instants: when mail may reach an office, and when its routine letters may go.

Workflows must not compute with zones and public holidays. So the activity `hours` computes the hours of the coming
weeks (models/post/workdays.py). The post room asks it again before these weeks end.
"""

from bisect import bisect_left, bisect_right
from datetime import timedelta

from models.common.values import Duration, Instant, Value

WEEK = timedelta(days=7)


class Span(Value):
    """A stretch of time in which the office is open."""

    start: Instant
    end: Instant
    """The office is closed at this instant."""


class Hours(Value):
    """The hours of one office in the coming weeks."""

    open: tuple[Span, ...]
    """When the office is open, in order and without overlaps."""
    letters: tuple[Instant, ...]
    """When a routine letter may go, in order: when the office opens on the despatch day of each week. With a despatch
    period under a week: when it opens on each working day."""
    renew: Instant
    """From this instant on the post room must ask for the hours again before it decides anything."""

    def next_open(self, at: Instant) -> Instant:
        """Gives `at` if the office is open then, or else its next opening. Gives `renew` if no opening is known."""
        i = bisect_right(self.open, at, key=lambda span: span.end)
        return max(at, self.open[i].start) if i < len(self.open) else max(at, self.renew)

    def is_open(self, at: Instant) -> bool:
        """Whether the office is open at this instant, as far as its hours are known."""
        i = bisect_right(self.open, at, key=lambda span: span.end)
        return i < len(self.open) and self.open[i].start <= at

    def next_letter(self, at: Instant) -> Instant:
        """The first instant for a routine letter at or after `at`. Gives `renew` if none is known."""
        i = bisect_left(self.letters, at)
        return self.letters[i] if i < len(self.letters) else max(at, self.renew)

    def week_of(self, at: Instant) -> Instant | None:
        """The last instant for a routine letter at or before `at`: the beginning of its week. None if there is none."""
        i = bisect_right(self.letters, at)
        return self.letters[i - 1] if i else None


class HoursWanted(Value):
    """The argument of the activity `hours`: which hours a post room needs."""

    office: str
    side: str
    zone: str
    """IANA zone of the office."""
    period: Duration
    """The despatch period."""
    since: Instant
    """The hours from this instant on are wanted."""


def apart(period: timedelta) -> timedelta:
    """The shortest time from one routine letter to the next, for a despatch period.

    It is half a week shorter than the period, or half a day for a period under a week. Two despatch days may be less
    than a period apart, because a holiday can move one.
    """
    return period - (WEEK / 2 if period >= WEEK else timedelta(hours=12))


def horizon(period: timedelta) -> tuple[timedelta, timedelta]:
    """How far ahead the hours are computed, and after what time the post room asks for them again.

    The first is longer than the second by a despatch period and two weeks. So the next opening is always known, even if
    the office is closed for two weeks.
    """
    renew = timedelta(days=21)
    return renew + period + 2 * WEEK, renew
