"""Working days of an office: its week, its hours, and the public holidays of its country.

Workflows must not use this module, because it computes with zones (models/common/zones.py says why). The caller passes
the holidays as a function, because their tables change from one version of a library to the next.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from models.common.times import Slot
from models.common.values import Instant
from models.common.zones import zone
from models.messages.acts import Clash, ClashKind
from models.post.office_hours import WEEK, Hours, Span, horizon

DAY = timedelta(days=1)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Holidays = Callable[[int], Mapping[date, str]]
"""A function that takes a year and returns its public holidays: the name of each holiday, by day."""


def no_holidays(year: int) -> Mapping[date, str]:
    """Returns no holidays, for any year. It is for an office that keeps no public holidays."""
    return {}


class Workdays(NamedTuple):
    """The weeks, hours and holidays of one office."""

    zone: str
    """The time zone of the office, by its IANA name."""
    hours: tuple[tuple[time, time | None], ...] = ((time(8), time(16)),)
    """The hours of a working day, in order: opening and closing, in the zone of the office. If the closing is
    None, the office closes at midnight."""
    days: frozenset[int] = frozenset(range(5))
    """The weekdays on which the office works. 0 is Monday."""
    letter_day: int | None = None
    """The weekday of the routine letter to the office. 0 is Monday. None: the first working day of the week."""
    holidays: Holidays = no_holidays
    closed: Mapping[date, str] = {}
    """Other days on which the office is closed, each with the reason: for example a decree, or a feast that the tables
    of holidays do not have."""
    working: frozenset[date] = frozenset()
    """Days on which the office works although they are weekends, holidays or in `closed`."""

    def why_closed(self, day: date) -> tuple[str, str] | None:
        """Returns why the office is closed on this day: the word "holiday" or "weekend", and a name. Returns None if
        the office works.

        For a public holiday the name is that of the holiday. A day in `closed` is a "holiday", and the name is its
        reason. For a weekend the name is the weekday.
        """
        if day in self.working:
            return None
        name = self.closed.get(day) or self.holidays(day.year).get(day)
        if name is not None:
            return "holiday", name
        return None if day.weekday() in self.days else ("weekend", _DAYS[day.weekday()])

    def works(self, day: date) -> bool:
        """Whether the office works on this day."""
        return self.why_closed(day) is None

    def resolve(self, since: Instant, until: Instant, period: timedelta, renew: Instant) -> Hours:
        """Returns the office hours from the day of `since` to the day of `until`, as instants.

        The instants for letters begin a week earlier, so that the week of `since` has one too. If the despatch period
        is a week or more, there is one instant in each week. If it is shorter, there is one on each working day.
        `renew` is copied into the result.
        """
        here = zone(self.zone)
        first, last = since.astimezone(here).date(), until.astimezone(here).date()
        spans = [span for day in _days(first, last) if self.works(day) for span in self._spans(day, here)]
        monday = first - timedelta(days=7 + first.weekday())
        if period >= WEEK:
            weeks = ((last - monday).days // 7) + 1
            chosen = [day for n in range(weeks) if (day := self._letter_day(monday + n * WEEK))]
        else:
            chosen = [day for day in _days(monday, last) if self.works(day)]
        letters = tuple(self._spans(day, here)[0].start for day in chosen)
        return Hours(open=tuple(spans), letters=letters, renew=renew)

    def _spans(self, day: date, here: ZoneInfo) -> list[Span]:
        return [
            Span(
                start=_instant(day, opens, here),
                end=_instant(day, closes, here) if closes else _instant(day + DAY, time(0), here),
            )
            for opens, closes in self.hours
        ]

    def _letter_day(self, monday: date) -> date | None:
        """The despatch day of the week that begins on `monday`. None if the office does not work in that week.

        If the office does not work on the chosen day, it is the next working day of the week, or else the last one.
        """
        week = [day for n in range(7) if self.works(day := monday + n * DAY)]
        wanted = monday + (self.letter_day or 0) * DAY
        return next((day for day in week if day >= wanted), week[-1] if week else None)


def _instant(day: date, at: time, here: ZoneInfo) -> Instant:
    return datetime.combine(day, at, here).astimezone(UTC)


def _days(first: date, last: date) -> Iterator[date]:
    """Each day from `first` to `last`, both included."""
    for n in range((last - first).days + 1):
        yield first + n * DAY


def hours_from(workdays: Workdays, since: Instant, period: timedelta) -> Hours:
    """Returns the office hours of the coming weeks, from `since` on, for a post room. `period` is the despatch period.

    The field `renew` of the result says when the post room must ask for the hours again.
    """
    ahead, renew = horizon(period)
    return workdays.resolve(since, since + ahead, period, since + renew)


def clashes(slot: Slot, calendars: Mapping[str, Workdays]) -> tuple[Clash, ...]:
    """Returns the days of a proposed date on which the offices of a side do not work. Empty if every side works.

    `calendars` holds the working days of each side. The days of the date are counted in the zone of that side.
    """
    found = []
    for side, calendar in calendars.items():
        here = zone(calendar.zone)
        last = max(slot.start.utc, slot.end.utc - timedelta(seconds=1)).astimezone(here).date()
        for day in _days(slot.start.utc.astimezone(here).date(), last):
            closed = calendar.why_closed(day)
            if closed is not None:
                found.append(Clash(day=day, side=side, kind=ClashKind(closed[0]), name=closed[1]))
    return tuple(found)


def working_days_around(
    day: date, calendars: Mapping[str, Workdays], before: int = 5, after: int = 10
) -> tuple[date, ...]:
    """Returns the days on which every side works, from `before` calendar days before `day` to `after` calendar days
    after it. `day` itself is one of them if every side works on it."""
    return tuple(working_days(day - before * DAY, day + after * DAY, calendars))


def working_days(first: date, last: date, calendars: Mapping[str, Workdays]) -> Iterator[date]:
    """Yields the days on which every side works, from `first` to `last`. Both of these days are included."""
    return (day for day in _days(first, last) if all(calendar.works(day) for calendar in calendars.values()))
