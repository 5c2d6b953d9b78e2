"""Past sessions at an adoption: what became of the sessions before the launch, and their lines in the record."""

from enum import StrEnum

from models.common.values import Instant, Value
from models.items.commitment import COMMITMENT, CommitmentState
from models.items.meeting import MEETING
from models.items.meeting_state import MeetingState
from models.machine.state import ItemState
from models.messages.views import DateRow, LedgerEntry


class PastState(StrEnum):
    """What became of a session before the launch."""

    HELD = "held"
    MISSED = "missed"
    EXCUSED = "excused"
    UNKNOWN = "unknown"
    """Nobody knows what became of the session. The program asks the sides."""


class AdoptedSession(Value):
    """What became of one past session or one-off item, as the history file says or as the sides have settled."""

    obligation: str
    session: str = ""
    """The name of the session. Empty for a one-off item."""
    state: PastState
    date: DateRow | None = None
    """When and where the session was held. None if the date is not known, or if the session was not held."""
    host: str | None = None
    """The side that hosted the session. None if the host is not known."""
    note: str = ""
    """A remark from the history file. Empty if the file has no remark on this session."""
    follows: int = 2
    """How many lines the record of the session holds before the sides settle what became of the session."""

    @property
    def status(self) -> str:
        """The status of the session in its record: `closed` if it was held. If not, the value of `state`."""
        return "closed" if self.state is PastState.HELD else self.state.value

    @property
    def words(self) -> str:
        """What became of the session, in words without a full stop: "it was held on 2024-05-03, hosted by LAO"."""
        if self.state is PastState.UNKNOWN:
            return "what became of it before the launch is unknown"
        said = {PastState.HELD: "was held", PastState.MISSED: "was missed", PastState.EXCUSED: "was excused"}[
            self.state
        ]
        place = self.date.place if self.date else ""
        parts = [f"on {self.date.local[:10]}" if self.date else "", f"in {place}" if place else ""]
        host = f", hosted by {self.host}" if self.host else ""
        note = f" ({self.note})" if self.note else ""
        return f"it {' '.join([said, *(part for part in parts if part)])}{host}{note}"


def adopted_entries(item: ItemState, past: AdoptedSession, at: Instant, first: int = 1) -> tuple[LedgerEntry, ...]:
    """Returns two lines for the record of a past session: what became of it, and its full view.

    `first` is the number of the first line. It is 1 at the launch, and higher if the sides settle after the launch what
    became of the session.
    """
    verb = "unknown" if past.state is PastState.UNKNOWN else "adopted"
    if past.state is PastState.UNKNOWN and item.setup.window is not None and first == 1:
        end = item.setup.clock.moment(item.setup.window.end)
        text = f"its window ended on {end}, before the launch: what became of it is unknown"
    else:
        text = f"taken over at the launch: {past.words}" if first == 1 else f"settled by the sides: {past.words}"
    if isinstance(item, CommitmentState):
        view = COMMITMENT.view(item)
    else:
        view = MEETING.view(MeetingState(setup=item.setup, host=past.host or item.host))
    date = past.date
    view = view.model_copy(
        update={
            "status": past.status,
            "date": date,
            "dates": {"original": None, "revised": [], "actual": date.model_dump(mode="json")} if date else {},
            "fate": _fate(item, past),
            "next_at": None,
            "next_what": "",
            "next_step": "",
            "ledger": (),
            "awaiting": (),
        }
    )
    data = {"view": view.model_dump(mode="json")}
    told = {"note": past.note, "settled": first != 1} if verb == "adopted" else {}
    return (
        LedgerEntry(n=first, at=at, verb=verb, text=text, data=told),
        LedgerEntry(n=first + 1, at=at, verb="view", text="the full view", data=data),
    )


def _fate(item: ItemState, past: AdoptedSession) -> str | None:
    """Returns the fate of a past session: on-time, late, missed or excused.

    None if nobody knows what became of it, or if it was held but its day or its window is not known.
    """
    if past.state is not PastState.HELD:
        return None if past.state is PastState.UNKNOWN else past.state.value
    window, date = item.setup.window, past.date
    if window is None or date is None:
        return None
    return "on-time" if date.start < window.end else "late"
