"""Finds the clashes of a proposed date: its days on which a side does not work, and what else is unusual about it."""

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
from models.machine.state import ItemState
from models.messages.acts import Clash
from models.post.unlikely import notes_on, remind_at
from models.post.workdays import Workdays


class LookedUp(NamedTuple):
    """What the submitter of a proposed date looks up."""

    clashes: tuple[Clash, ...] = ()
    remind_at: Instant | None = None


async def look_up(here: Session, item: str, slot: Slot) -> LookedUp:
    """What is unusual about a proposed date, and when to remind of it. Empty if there is no such open item: the act
    itself is then refused, with a better reason."""
    try:
        _, state = await item_state(here, item)
    except Refused:
        return LookedUp()
    clashes = notes_on(slot, state, calendars_in(here, state), datetime.now(UTC))
    return LookedUp(clashes, remind_at(slot, state))


def calendars_in(here: Session, state: ItemState) -> dict[str, Workdays]:
    """The working days of each side of an item, by side; without a contacts file, the default. Raises FileFault."""
    path = contacts_file(here.data)
    return calendars_of(read_contacts(path) if path.exists() else None, state.setup.parties)
