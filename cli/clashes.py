"""Finds the clashes of a proposed date: its days on which a side does not work."""

from adapters.files.contacts_file import read_contacts
from adapters.working_time import calendars_of
from cli.asking import item_state
from cli.errors import Refused
from cli.folders import contacts_file
from cli.session import Session
from models.common.times import Slot
from models.machine.state import ItemState
from models.messages.acts import Clash
from models.post.workdays import Workdays, clashes


async def clashes_of(here: Session, item: str, slot: Slot) -> tuple[Clash, ...]:
    """The days of a proposed date on which a side does not work. Empty if there is no such open item: the act itself is
    then refused, with a better reason."""
    try:
        _, state = await item_state(here, item)
    except Refused:
        return ()
    return clashes(slot, calendars_in(here, state))


def calendars_in(here: Session, state: ItemState) -> dict[str, Workdays]:
    """The working days of each side of an item, by side; without a contacts file, the default. Raises FileFault."""
    path = contacts_file(here.data)
    return calendars_of(read_contacts(path) if path.exists() else None, state.setup.parties)
