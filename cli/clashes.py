"""Finds the clashes of a proposed date: its days on which a side does not work, and what else is unusual about it."""

from datetime import UTC, datetime

from adapters.files.contacts_file import read_contacts
from adapters.working_time import calendars_of
from cli.asking import item_state
from cli.errors import Refused
from cli.folders import contacts_file
from cli.session import Session
from models.common.times import Slot
from models.machine.state import ItemState
from models.messages.acts import Clash
from models.post.unlikely import notes_on
from models.post.workdays import Workdays


async def clashes_of(here: Session, item: str, slot: Slot) -> tuple[Clash, ...]:
    """What is unusual about a proposed date. Empty if there is no such open item: the act itself is then refused, with
    a better reason."""
    try:
        _, state = await item_state(here, item)
    except Refused:
        return ()
    return notes_on(slot, state, calendars_in(here, state), datetime.now(UTC))


def calendars_in(here: Session, state: ItemState) -> dict[str, Workdays]:
    """The working days of each side of an item, by side; without a contacts file, the default. Raises FileFault."""
    path = contacts_file(here.data)
    return calendars_of(read_contacts(path) if path.exists() else None, state.setup.parties)
