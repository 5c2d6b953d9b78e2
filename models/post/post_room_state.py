"""The state of a post room: what stands to be said to one office, what was sent, what came back.

A post room keeps what is awaited of its office. It sends announcements one by one in the order in which they came, and
writes one letter per despatch period that lists everything awaited. Nothing goes outside office hours. What is newly
awaited waits for the office's despatch day, unless it cannot wait (letter_day). A plan that runs in seconds keeps no
hours, and writes as soon as something new is asked.
"""

from collections import Counter
from collections.abc import Sequence

from models.common.values import Instant, Value
from models.messages.effects import Await, PostRoomAddress, Settle
from models.messages.notices import Announcement, Notice
from models.messages.record_lines import LineMark
from models.messages.views import LedgerEntry
from models.post.despatch import Despatch
from models.post.office_hours import Hours


class StandingNotice(Value):
    """A notice that stands: the act is still awaited."""

    notice: Notice
    sent: bool = False
    returned: bool = False
    """Its item knows that it does not reach the office."""
    heard: Instant | None = None
    """When the item said so."""

    @property
    def wants_letter(self) -> bool:
        """Whether it asks for a letter of its own: not yet said, and nothing else has said it."""
        return not self.sent and not self.notice.quiet


class StandingReminder(Value):
    """A reminder of an agreed date. It stands until that date begins, moves or is called off, and is said once."""

    word: Announcement
    sent: bool = False
    heard: Instant
    """When the item said so."""

    @property
    def begins(self) -> Instant:
        """The start of the agreed date."""
        assert self.word.event is not None, "hearing takes no reminder without its event"
        return self.word.event.slot.start.utc


class SentMail(Value):
    """A mail that the server took."""

    message_id: str
    keys: tuple[str, ...]
    announcement: Announcement | None = None
    second_address: bool = False


class Bounced(Value):
    """Tell a post room that a mail came back for good: a delivery status of class 5 (RFC 3464)."""

    message_id: str
    """With its angle brackets."""
    reason: str


class Thread(Value):
    """What the office was sent of one event."""

    item: str
    messages: tuple[str, ...]
    """Message-IDs: the first one and the last ones."""
    ending: bool = False
    """Its item is closed: kept until the cancellation that still waits has gone."""


class PostRoomState(Value):
    address: PostRoomAddress
    standing: dict[str, StandingNotice] = {}
    """By notice key, in order of arrival."""
    recent: tuple["SentMail", ...] = ()
    """The last mails that the server took: each may still come back."""
    bounced_at: Instant | None = None
    """When the last mail came back. An address whose server takes mail and then returns it is not reached."""
    queue: tuple[Announcement, ...] = ()
    reminders: dict[str, StandingReminder] = {}
    """By the event's UID."""
    letter_at: Instant | None = None
    last_letter: Instant | None = None
    hours: Hours | None = None
    """What is known of the office's hours; None until it is asked for, and where none are kept."""
    routine: tuple[Instant, ...] = ()
    """When the last routine letters went: as many as the ceiling counts. Only where hours are kept."""
    on_its_way: tuple[str, ...] = ()
    """Keys of what is being transmitted."""
    composed: int = 0
    """Counts compositions: each has a key of its own, and so its own Message-ID."""
    invited: dict[str, str] = {}
    """UIDs of which the office holds an invitation, with their items."""
    threads: dict[str, Thread] = {}
    """By the event's UID."""
    second_address: bool = False
    """The first address has just refused: the next attempt goes to the second."""
    first_refusal: str = ""
    """What the first address answered."""
    unreachable: str = ""
    """Why nothing reaches the office; empty while it is reached."""
    address_asked: int = 0
    """How often the focal point was asked for an address."""
    delayed: Despatch | None = None
    """What could not be transmitted: it is tried again as it is, for its outcome may be unknown."""
    hold_until: Instant | None = None
    """Nothing is tried before: the last attempts got nowhere."""
    pending: tuple[LedgerEntry, ...] = ()
    """Lines that the record does not hold yet."""
    recorded: LineMark | None = None
    """The last line that it holds."""
    entries: int = 0

    @property
    def waiting_reminders(self) -> tuple[StandingReminder, ...]:
        """Those that have not been said yet."""
        return tuple(each for each in self.reminders.values() if not each.sent)


class Returned(Value):
    """Tell an item that its notice does not reach the office, or (empty reason) that it does again."""

    item: str
    key: str
    reason: str = ""


SENT_KEPT = 8
"""How many mails a post room can send again when they come back; of older ones only what stands is."""


Outgoing = Returned | Await | Settle
"""What a post room tells others: items, and the post room of its focal point."""


class PostRoomStep(Value):
    state: PostRoomState
    effects: tuple[Outgoing, ...] = ()


def standing_keys(state: PostRoomState, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Which of these notices and announcements still stand: asked once more before each transmission."""
    words = (*state.queue, *(each.word for each in state.reminders.values()))
    said = {word.key for word in words}
    return tuple(key for key in keys if key in state.standing or key in said)


def recorded(entries: Sequence[LedgerEntry]) -> str:
    """What lines of the post room's own record say, in one: "record: 3 sent, 1 withdrawn"."""
    if len(entries) == 1:
        return f"record: {entries[0].text}"
    return f"record: {', '.join(f'{number} {fate}' for fate, number in Counter(e.verb for e in entries).items())}"


def in_order(state: PostRoomState, new_first: bool = False) -> list[StandingNotice]:
    """What a letter lists, in its order: oldest first; where it goes for the sake of what is new, that first."""
    return sorted(state.standing.values(), key=lambda s: (new_first and s.sent, s.notice.since, s.notice.key))


def keys_of(despatch: Despatch) -> tuple[str, ...]:
    """Keys of everything a despatch carries."""
    if despatch.announcement:
        return (despatch.announcement.key,)
    return (*(notice.key for notice in despatch.notices), *(word.key for word in despatch.reminders))


def note(state: PostRoomState, now: Instant, fate: str, key: str, reason: str, **data: str) -> PostRoomState:
    """A line of the post room's own record: what became of a notice, and why."""
    data = {"key": key, "reason": reason, **data}
    subject = key.removesuffix(f"/{state.address.office}")
    text = f"{fate}: {subject or state.address.office_title}{f' ({reason})' if reason else ''}"
    entry = LedgerEntry(n=state.entries + 1, at=now, verb=fate, text=text, office=state.address.office, data=data)
    return state.model_copy(update={"pending": (*state.pending, entry), "entries": entry.n})
