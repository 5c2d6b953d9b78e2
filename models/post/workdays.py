"""Working days of an office: its week, its hours, and the public holidays of its country.

Zone arithmetic, so not for workflows (models/common/zones.py says why). Holidays come in as a function, because their
tables change between versions of a library and are corrected by decree.
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
"""The public holidays of a year, with their names."""


def no_holidays(year: int) -> Mapping[date, str]:
    return {}


class Workdays(NamedTuple):
    """The calendar of one office."""

    zone: str
    """IANA zone."""
    hours: tuple[tuple[time, time | None], ...] = ((time(8), time(16)),)
    """Opening and closing, wall time; None closes at midnight."""
    days: frozenset[int] = frozenset(range(5))
    """0 is Monday."""
    letter_day: int | None = None
    """The day on which its weekly letter goes; None for the first working day of the week."""
    holidays: Holidays = no_holidays
    closed: Mapping[date, str] = {}
    """Days on which it is closed besides: by decree, or for a feast that the tables miss; why, by day."""
    working: frozenset[date] = frozenset()
    """Days on which it works all the same: a moved day, a holiday that is none."""

    def why_closed(self, day: date) -> tuple[str, str] | None:
        """The kind of day (holiday, weekend) and its name; None for a working day."""
        if day in self.working:
            return None
        name = self.closed.get(day) or self.holidays(day.year).get(day)
        if name is not None:
            return "holiday", name
        return None if day.weekday() in self.days else ("weekend", _DAYS[day.weekday()])

    def works(self, day: date) -> bool:
        return self.why_closed(day) is None

    def resolve(self, since: Instant, until: Instant, period: timedelta, renew: Instant) -> Hours:
        """The hours between two instants; despatch days also of the week before: the running week has a beginning."""
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
        """The despatch day of a week: as chosen, else the next working day of that week, else the last one before."""
        week = [day for n in range(7) if self.works(day := monday + n * DAY)]
        wanted = monday + (self.letter_day or 0) * DAY
        return next((day for day in week if day >= wanted), week[-1] if week else None)


def _instant(day: date, at: time, here: ZoneInfo) -> Instant:
    return datetime.combine(day, at, here).astimezone(UTC)


def _days(first: date, last: date) -> Iterator[date]:
    """From the first to the last, both included."""
    for n in range((last - first).days + 1):
        yield first + n * DAY


def hours_from(workdays: Workdays, since: Instant, period: timedelta) -> Hours:
    """What a post room is told: the coming weeks, and from when it asks anew."""
    ahead, renew = horizon(period)
    return workdays.resolve(since, since + ahead, period, since + renew)


def clashes(slot: Slot, calendars: Mapping[str, Workdays]) -> tuple[Clash, ...]:
    """Days of a proposed date on which the offices of a side do not work, each as that side's clocks have it."""
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
    """The days around one (it among them, where it is one) on which every side works: so many days before it and
    after, counted by the calendar."""
    return tuple(working_days(day - before * DAY, day + after * DAY, calendars))


def working_days(first: date, last: date, calendars: Mapping[str, Workdays]) -> Iterator[date]:
    """The days from the first to the last, both included, on which every side works."""
    return (day for day in _days(first, last) if all(calendar.works(day) for calendar in calendars.values()))
