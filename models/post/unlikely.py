"""Two facts that the program looks up before it submits a proposed date: when to remind the guests of the date, and
what is unusual about it.

The unusual things are noted with the proposal. They do not stop it, because the sides decide.

Workflows must not use this module, because it computes with zones (models/common/zones.py says why).
"""

from collections.abc import Iterator, Mapping
from datetime import time, timedelta

from models.common.times import Slot
from models.common.values import Instant
from models.common.zones import moved, zone
from models.machine.state import ItemState
from models.messages.acts import Clash, ClashKind
from models.post.workdays import DAY, Workdays, clashes, working_days

MORNING, EVENING = time(7), time(20)
"""A meeting is at night for a side if it begins or ends before MORNING or after EVENING, in the zone of that side."""

AHEAD = 3
"""How many working days each side should have from now until a proposed date. If there are fewer, the date is noted as
too near."""


def notes_on(slot: Slot, state: ItemState, calendars: Mapping[str, Workdays], now: Instant) -> tuple[Clash, ...]:
    """Returns what is unusual about a proposed date of an item. A side may not work on one of its days, or the date may
    be outside the window, at night for a side, or too near. Empty if nothing is unusual.

    `calendars` holds the working days of each side. In a plan that runs in seconds, only the days on which a side does
    not work are noted.
    """
    found = clashes(slot, calendars)
    if state.setup.clock.fine:
        return found
    sides = (clash for side, calendar in calendars.items() for clash in _of_side(slot, side, calendar, now))
    return (*found, *_of_window(slot, state), *sides)


def remind_at(slot: Slot, state: ItemState) -> Instant | None:
    """Returns the instant at which the guests must be reminded of a proposed date. It is a number of days before the
    date, at the same time of day. The plan sets the number. Returns None if the plan asks for no reminder."""
    remind = state.setup.remind
    return None if remind is None else moved(slot.start.utc, -remind, slot.start.zone)


def _of_window(slot: Slot, state: ItemState) -> Iterator[Clash]:
    window, end = state.setup.window, state.window_end
    if window is None or end is None or (window.start <= slot.start.utc and slot.end.utc <= end):
        return
    name = state.setup.clock.span(window.start, end)
    yield Clash(day=slot.start.local.date(), side="", kind=ClashKind.OUTSIDE_WINDOW, name=name)


def _of_side(slot: Slot, side: str, calendar: Workdays, now: Instant) -> Iterator[Clash]:
    here = zone(calendar.zone)
    start, end = slot.start.utc.astimezone(here), slot.end.utc.astimezone(here)
    # The days of a long meeting have nights between them. Its end may be the end of its last day.
    ends = (start, end) if end - start < timedelta(days=1) else (start,)
    night = next((each for each in ends if not MORNING <= each.timetz().replace(tzinfo=None) <= EVENING), None)
    if night is not None:
        yield Clash(day=night.date(), side=side, kind=ClashKind.NIGHT, name=f"{night:%H:%M}")
    today = now.astimezone(here).date()
    ahead = sum(1 for _ in working_days(today + DAY, min(start.date(), today + 366 * DAY), {side: calendar}))
    if ahead < AHEAD:
        yield Clash(day=start.date(), side=side, kind=ClashKind.SOON, name=str(ahead))
