"""Finds the working days and the office hours of an office, from the contacts file and the public holidays of a
country."""

from collections.abc import Callable, Hashable, Iterable

from adapters.holidays import has_tables, holidays_of
from models.common.values import Instant
from models.messages.effects import PostRoomAddress
from models.plan.parties import Party
from models.post.contacts import Contacts, HoursPart, SideHours
from models.post.office_hours import WEEK, Hours, HoursWanted, horizon
from models.post.workdays import Workdays, hours_from, no_holidays


def workdays_of(contacts: Contacts | None, office: str, side: str, zone: str) -> Workdays:
    """Returns the working days and hours of one office. For each value the entry of the office in the contacts file
    counts first, then the entry of its side, then the default. If `contacts` is None, all values are defaults."""
    of_side = (contacts.sides.get(side) if contacts else None) or SideHours()
    own: HoursPart = (contacts.offices.get(office) if contacts else None) or HoursPart()
    return _workdays(side, zone, of_side, own)


def _workdays(side: str, zone: str, of_side: SideHours, own: HoursPart) -> Workdays:
    default = Workdays(zone)
    country = of_side.country or side
    letter_day = own.letter_day if own.letter_day is not None else of_side.letter_day
    days = own.days or of_side.days
    moved = own.working | of_side.working
    return Workdays(
        zone=zone,
        hours=own.hours or of_side.hours or default.hours,
        days=frozenset(int(day) for day in days) if days else default.days,
        letter_day=None if letter_day is None else int(letter_day),
        holidays=holidays_of(country) if has_tables(country) else no_holidays,
        # For each day the entry of the office counts before the entry of its side.
        closed={**{day: why for day, why in of_side.closed.items() if day not in own.working}, **own.closed},
        working=frozenset(day for day in moved if day not in own.closed),
    )


def calendars_of(contacts: Contacts | None, parties: Iterable[Party]) -> dict[str, Workdays]:
    """Returns the working days and hours of each side of an item, by side. They are those of the coordinator of the
    side."""
    return {party.side: workdays_of(contacts, party.coordinator.office, party.side, party.zone) for party in parties}


def hours_of(contacts: Contacts | None, wanted: HoursWanted) -> Hours:
    """Returns the office hours of one office for the coming weeks. The activity `hours` gives them to the post room."""
    workdays = workdays_of(contacts, wanted.office, wanted.side, wanted.zone)
    return hours_from(workdays, wanted.since, wanted.period)


def rehearsed_hours(contacts: Contacts | None, until: Instant) -> Callable[[PostRoomAddress, Instant], Hours]:
    """Returns a function that gives a post room its office hours in a rehearsal. The hours reach to the end of the
    rehearsal (`until`), so a post room asks once. Offices with the same hours share one result, because that is
    faster."""
    known: dict[Hashable, Hours] = {}

    def hours(address: PostRoomAddress, since: Instant) -> Hours:
        workdays, period = workdays_of(contacts, address.office, address.side, address.zone), address.despatch.period
        ahead, renew = horizon(period)
        end = max(until, since) + renew
        key = (*(part if isinstance(part, Hashable) else tuple(sorted(part.items())) for part in workdays), period)
        if key not in known or not known[key].open[0].start <= since < known[key].renew:
            known[key] = workdays.resolve(since - WEEK, end + ahead, period, end)
        return known[key]

    return hours
