"""What a proposed date clashes with: days on which a side does not work."""

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
    """Days of a proposed date on which a side does not work. None where there is no such item: its act is refused with
    a better reason."""
    try:
        _, state = await item_state(here, item)
    except Refused:
        return ()
    return clashes(slot, calendars_in(here, state))


def calendars_in(here: Session, state: ItemState) -> dict[str, Workdays]:
    """The calendar of each side of an item; without a contacts file, the default ones. Raises FileFault."""
    path = contacts_file(here.data)
    return calendars_of(read_contacts(path) if path.exists() else None, state.setup.parties)
