"""Office hours as instants: when mail may reach an office, and when its weekly letter goes.

Zones and public holidays are resolved outside workflows, by the activity `hours` from models/post/workdays.py. The post
room gets what is known of the coming weeks, and asks anew before it ends.
"""

from bisect import bisect_left, bisect_right
from datetime import timedelta

from models.common.values import Duration, Instant, Value

WEEK = timedelta(days=7)


class Span(Value):
    """A stretch in which the office is open."""

    start: Instant
    end: Instant
    """Exclusive."""


class Hours(Value):
    """What is known of one office's hours."""

    open: tuple[Span, ...]
    """In order, without overlaps."""
    letters: tuple[Instant, ...]
    """When a routine letter may go, in order: the opening of its despatch day in each week; of every working day
    where letters come more often than once a week."""
    renew: Instant
    """Ask anew from here: what follows is not known well enough to decide on."""

    def next_open(self, at: Instant) -> Instant:
        """The instant itself within hours, else the next opening; `renew` where none is known."""
        i = bisect_right(self.open, at, key=lambda span: span.end)
        return max(at, self.open[i].start) if i < len(self.open) else max(at, self.renew)

    def is_open(self, at: Instant) -> bool:
        i = bisect_right(self.open, at, key=lambda span: span.end)
        return i < len(self.open) and self.open[i].start <= at

    def next_letter(self, at: Instant) -> Instant:
        """The first instant for a routine letter that is not before; `renew` where none is known."""
        i = bisect_left(self.letters, at)
        return self.letters[i] if i < len(self.letters) else max(at, self.renew)

    def week_of(self, at: Instant) -> Instant | None:
        """When the week of an instant began: at the last instant for a routine letter up to then; None before any."""
        i = bisect_right(self.letters, at)
        return self.letters[i - 1] if i else None


class HoursWanted(Value):
    """The question of a post room: the argument of the activity `hours`."""

    office: str
    side: str
    zone: str
    """IANA zone of the office."""
    period: Duration
    """How often letters come."""
    since: Instant


def apart(period: timedelta) -> timedelta:
    """How long after a letter the next routine one goes at the earliest: despatch days are not exactly a period apart
    (a holiday moves one), so that half a week, or half a day, is no matter."""
    return period - (WEEK / 2 if period >= WEEK else timedelta(hours=12))


def horizon(period: timedelta) -> tuple[timedelta, timedelta]:
    """How far ahead hours are resolved, and after how long they are asked for anew: a period and a fortnight of
    holidays fit between the two."""
    renew = timedelta(days=21)
    return renew + period + 2 * WEEK, renew
