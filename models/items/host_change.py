"""What a submitter notes with a proposed host: a change of host that leaves the place of the date as it is."""

from models.items.meeting_state import MeetingState
from models.machine.state import ItemState
from models.messages.acts import Clash, ClashKind, Topic


def note_on_host(host: str, state: ItemState) -> tuple[Clash, ...]:
    """Returns a clash that names the place of the agreed or proposed date, if another side is to host.

    A change of host does not change the place, and the sides may not expect that. Empty if no date names a place, if no
    host is known yet, or if the host stays the same.
    """
    if not isinstance(state, MeetingState) or host not in state.setup.sides or state.host in (None, host):
        return ()
    proposal = state.open_proposal(Topic.DATE)
    stands = state.agreed or (proposal.terms if proposal else None)
    if stands is None or stands.slot is None or not stands.place:
        return ()
    day = stands.slot.start.local.date()
    return (Clash(day=day, side=host, kind=ClashKind.PLACE_STAYS, name=stands.place),)
