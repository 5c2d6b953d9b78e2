"""Finds the clashes of a proposed date. A clash is one unusual thing about the date, for example a day on which a side
does not work."""

from datetime import UTC, datetime
from typing import NamedTuple

from adapters.files.contacts_file import read_contacts
from adapters.working_time import calendars_of
from cli.asking import item_state
from cli.errors import Refused
from cli.folders import contacts_file
from cli.session import Session
from models.common.times import Slot
from models.common.values import Instant
from models.items.host_change import note_on_host
from models.machine.state import ItemState
from models.messages.acts import Clash
from models.post.unlikely import notes_on, remind_at
from models.post.workdays import Workdays


class LookedUp(NamedTuple):
    """What the program adds to a proposed date: its clashes, and the instant at which the guests are reminded of it.

    `remind_at` is None if the plan asks for no reminder.
    """

    clashes: tuple[Clash, ...] = ()
    remind_at: Instant | None = None


async def look_up(here: Session, item: str, slot: Slot) -> LookedUp:
    """Returns the clashes of the date `slot` of an item, and the instant of its reminder.

    Returns a LookedUp with neither if no item has this id. The act is refused later, with the reason. Raises FileFault
    for a faulty contacts file.
    """
    try:
        _, state = await item_state(here, item)
    except Refused:
        return LookedUp()
    clashes = notes_on(slot, state, calendars_in(here, state), datetime.now(UTC))
    return LookedUp(clashes, remind_at(slot, state))


async def look_up_host(here: Session, item: str, host: str) -> tuple[Clash, ...]:
    """Returns a clash if `host` would be another host, and the date that is agreed or proposed keeps its place.

    Empty if not, or if no item has this id. The act is refused later, with the reason.
    """
    try:
        _, state = await item_state(here, item)
    except Refused:
        return ()
    return note_on_host(host, state)


def calendars_in(here: Session, state: ItemState) -> dict[str, Workdays]:
    """Returns the working days of each side of an item, by side. Without a contacts file these are the default days.

    Raises FileFault for a faulty contacts file.
    """
    path = contacts_file(here.data)
    return calendars_of(read_contacts(path) if path.exists() else None, state.setup.parties)
