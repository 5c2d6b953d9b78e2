"""Office hours as instants: when mail may reach an office, and when its routine letters may go.

Workflows must not compute with zones and public holidays. So the activity `hours` computes the hours of the coming
weeks (models/post/workdays.py). The post room calls this activity again before these weeks end.
"""

from bisect import bisect_left, bisect_right
from datetime import timedelta

from models.common.values import Duration, Instant, Value

WEEK = timedelta(days=7)


class Span(Value):
    """A stretch of time in which the office is open."""

    start: Instant
    end: Instant
    """The first instant at which the office is closed again."""


class Hours(Value):
    """The hours of one office in the coming weeks."""

    open: tuple[Span, ...]
    """The times at which the office is open, in order. They do not overlap."""
    letters: tuple[Instant, ...]
    """The instants at which a routine letter may go, in order: the opening of the office on the despatch day of each
    week. If the despatch period is shorter than a week: its opening on each working day."""
    renew: Instant
    """From this instant on the post room must ask for the hours again before it decides anything."""

    always: bool = False
    """True: the office is open day and night, because the setting AIDE_OFFICE_HOURS is off."""

    def next_open(self, at: Instant) -> Instant:
        """Returns `at` if the office is open at that instant, or else its next opening. If no later opening is known,
        returns `renew`, or `at` if that is later."""
        i = bisect_right(self.open, at, key=lambda span: span.end)
        return max(at, self.open[i].start) if i < len(self.open) else max(at, self.renew)

    def is_open(self, at: Instant) -> bool:
        """Whether the office is open at this instant, as far as its hours are known."""
        i = bisect_right(self.open, at, key=lambda span: span.end)
        return i < len(self.open) and self.open[i].start <= at

    def next_letter(self, at: Instant) -> Instant:
        """Returns the first instant at or after `at` at which a routine letter may go. If no such instant is known,
        returns `renew`, or `at` if that is later."""
        i = bisect_left(self.letters, at)
        return self.letters[i] if i < len(self.letters) else max(at, self.renew)

    def last_letter(self, at: Instant) -> Instant | None:
        """Returns the last instant at or before `at` at which a routine letter may go. Returns None if no such instant
        is known, or if the hours do not reach as far as `at`."""
        i = bisect_right(self.letters, at)
        return self.letters[i - 1] if 0 < i < len(self.letters) else None

    def week_of(self, at: Instant) -> Instant | None:
        """Returns the last instant at or before `at` at which a routine letter may go. The week of `at` begins with it.
        Returns None if no such instant is known."""
        i = bisect_right(self.letters, at)
        return self.letters[i - 1] if i else None


class AlwaysOpen(Value):
    """Tells a post room that its office is open day and night from now on."""

    setting: str = "AIDE_OFFICE_HOURS=off"
    """The setting of the worker that says so."""


class HoursWanted(Value):
    """The argument of the activity `hours`: which hours a post room needs."""

    office: str
    side: str
    zone: str
    """The time zone of the office, by its IANA name."""
    period: Duration
    """The despatch period of the office."""
    since: Instant
    """The post room needs the hours from this instant on."""


def apart(period: timedelta) -> timedelta:
    """Returns the shortest time between two routine letters, for this despatch period.

    The time is half a week shorter than the period. If the period is under a week, it is half a day shorter. Two
    despatch days may be less than a period apart, because a holiday can move one.
    """
    return period - (WEEK / 2 if period >= WEEK else timedelta(hours=12))


def horizon(period: timedelta) -> tuple[timedelta, timedelta]:
    """Returns two times: for how long ahead the hours are computed, and after what time the post room asks for them
    again.

    The first time is longer than the second by a despatch period and two weeks. So the next opening is always known,
    even if the office is closed for two weeks.
    """
    renew = timedelta(days=21)
    return renew + period + 2 * WEEK, renew
