"""Office hours: what the contacts file says of an office, and the public holidays of its country."""

from collections.abc import Callable, Hashable, Iterable

from adapters.holidays import has_tables, holidays_of
from models.common.values import Instant
from models.messages.effects import PostRoomAddress
from models.plan.parties import Party
from models.post.contacts import Contacts, HoursPart, SideHours
from models.post.office_hours import WEEK, Hours, HoursWanted, horizon
from models.post.workdays import Workdays, hours_from, no_holidays


def workdays_of(contacts: Contacts | None, office: str, side: str, zone: str) -> Workdays:
    """The calendar of one office: what it says itself, else what its side says, else the default. None for the contacts
    stands for contacts that say nothing."""
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
        # What an office says of a day counts before what its side says.
        closed={**{day: why for day, why in of_side.closed.items() if day not in own.working}, **own.closed},
        working=frozenset(day for day in moved if day not in own.closed),
    )


def calendars_of(contacts: Contacts | None, parties: Iterable[Party]) -> dict[str, Workdays]:
    """The calendar of each side of an item: that of its coordinator."""
    return {party.side: workdays_of(contacts, party.coordinator.office, party.side, party.zone) for party in parties}


def hours_of(contacts: Contacts | None, wanted: HoursWanted) -> Hours:
    """The coming weeks of an office."""
    workdays = workdays_of(contacts, wanted.office, wanted.side, wanted.zone)
    return hours_from(workdays, wanted.since, wanted.period)


def rehearsed_hours(contacts: Contacts | None, until: Instant) -> Callable[[PostRoomAddress, Instant], Hours]:
    """What post rooms are told in a rehearsal: everything to its end at once. Offices that keep the same hours share
    them."""
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
