"""The state of a post room: its notices, the announcements that wait, the mails that it sent.

A post room keeps the notices that stand for its office. It sends announcements one by one, in the order in which they
came. In each despatch period it sends one letter that lists every notice. Nothing goes outside office hours. A new
notice waits for the despatch day, unless it cannot wait (letter_day). A plan that runs in seconds keeps no hours, and
its post rooms write as soon as a new notice comes.
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
    """True: a letter with this notice was sent, and did not come back."""
    returned: bool = False
    """True: the post room has told the item that this notice does not reach the office."""
    heard: Instant | None = None
    """When the post room got the notice. None in states of old releases."""

    @property
    def wants_letter(self) -> bool:
        """Whether the post room should write a letter because of this notice. False if the notice was sent, or if it is
        quiet: then something else has told the office already."""
        return not self.sent and not self.notice.quiet


class StandingReminder(Value):
    """A reminder of an agreed date. It is sent once. It stands until the date begins, is moved or is called off."""

    word: Announcement
    sent: bool = False
    heard: Instant
    """When the post room got the reminder."""

    @property
    def begins(self) -> Instant:
        """The start of the agreed date."""
        assert self.word.event is not None, "hearing takes no reminder without its event"
        return self.word.event.slot.start.utc


class SentMail(Value):
    """A mail that the mail server took. It may still come back."""

    message_id: str
    keys: tuple[str, ...]
    """Keys of the notices, reminders or announcement in it."""
    announcement: Announcement | None = None
    """The announcement, to send it again if it comes back. None with a letter, and if it is not to be sent again: too
    many bytes are kept, or its item is closed."""
    second_address: bool = False
    """True: the mail went to the second address."""


class Bounced(Value):
    """Tells a post room that a mail came back for good: a delivery status of class 5 (RFC 3464)."""

    message_id: str
    """The Message-ID of that mail, with its angle brackets."""
    reason: str


class Thread(Value):
    """The mails that the office was sent about one event."""

    item: str
    messages: tuple[str, ...]
    """Message-IDs: the first one and the latest ones."""
    ending: bool = False
    """True: the item is closed, and its cancellation still waits. Afterwards the thread is forgotten."""


class PostRoomState(Value):
    """Everything that the post room of one office knows."""

    address: PostRoomAddress
    standing: dict[str, StandingNotice] = {}
    """The notices that stand, by notice key, in order of arrival."""
    recent: tuple["SentMail", ...] = ()
    """The last mails that the server took, oldest first. Each may still come back."""
    bounced_at: Instant | None = None
    """When a mail last came back. None if none did, or if an office that was unreachable is reached again since."""
    queue: tuple[Announcement, ...] = ()
    """The announcements that wait, in the order in which they will go."""
    reminders: dict[str, StandingReminder] = {}
    """The reminders that stand, by the UID of the event."""
    letter_at: Instant | None = None
    """When the next letter goes. None if none is planned."""
    last_letter: Instant | None = None
    """When the last letter was sent. None before the first one."""
    hours: Hours | None = None
    """What is known of the office hours. None until the activity `hours` has answered, and if no hours are kept."""
    routine: tuple[Instant, ...] = ()
    """When the last routine letters were sent: as many as the ceiling allows in a week. Empty if no hours are kept."""
    on_its_way: tuple[str, ...] = ()
    """Keys of the notices, reminders or announcement in the mail that is being transmitted. Empty if there is none."""
    composed: int = 0
    """Counts the mails. The key of each mail has its number, so that each mail has its own Message-ID."""
    invited: dict[str, str] = {}
    """The item of each event to which the office has, or may have, an invitation; by the UID of the event."""
    threads: dict[str, Thread] = {}
    """The mails about each event, by the UID of the event."""
    second_address: bool = False
    """True: the next mail goes to the second address, because the first one has just refused, or returned, a mail."""
    first_refusal: str = ""
    """Why the first address refused or returned the last such mail."""
    unreachable: str = ""
    """Why nothing reaches the office. Empty while mail reaches it."""
    address_asked: int = 0
    """How often the focal point was asked for an address."""
    delayed: Despatch | None = None
    """A mail that could not be transmitted, and may have arrived. It is tried again with the same bytes."""
    hold_until: Instant | None = None
    """Before this instant the post room sends nothing, because its last attempt failed. None after a success."""
    pending: tuple[LedgerEntry, ...] = ()
    """Lines that are not in the record of the post room yet."""
    recorded: LineMark | None = None
    """The last line that is in the record. None before the first one."""
    entries: int = 0
    """How many lines there are, in the record and pending."""

    @property
    def waiting_reminders(self) -> tuple[StandingReminder, ...]:
        """The reminders that were not sent, or that came back."""
        return tuple(each for each in self.reminders.values() if not each.sent)


class Returned(Value):
    """Tells an item that one of its notices does not reach the office, or reaches it again."""

    item: str
    key: str
    """The key of the notice."""
    reason: str = ""
    """Why the notice does not reach the office. Empty: it reaches the office again."""


SENT_KEPT = 8
"""How many mails a post room remembers, to send them again if they come back. If an older mail comes back, only the
notices that still stand go again, in the next letter."""


class Delivered(Value):
    """Tells an item that the mail server took the mail with its announcement."""

    item: str
    key: str
    """The key of the announcement."""
    at: Instant


Outgoing = Returned | Await | Settle | Delivered
"""What a post room tells others: `Returned` and `Delivered` go to an item, the others to the post room of its focal
point."""


class PostRoomStep(Value):
    """A decision of a post room: its new state, and what it tells others."""

    state: PostRoomState
    effects: tuple[Outgoing, ...] = ()


def standing_keys(state: PostRoomState, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The keys among `keys` whose notice stands, or whose announcement or reminder is still here.

    The activity `despatch` asks for them just before it transmits a mail.
    """
    words = (*state.queue, *(each.word for each in state.reminders.values()))
    said = {word.key for word in words}
    return tuple(key for key in keys if key in state.standing or key in said)


def recorded(entries: Sequence[LedgerEntry]) -> str:
    """Summarizes lines of the post room's record. One line: its text. Several: "record: 3 sent, 1 withdrawn"."""
    if len(entries) == 1:
        return f"record: {entries[0].text}"
    return f"record: {', '.join(f'{number} {fate}' for fate, number in Counter(e.verb for e in entries).items())}"


def in_order(state: PostRoomState, new_first: bool = False) -> list[StandingNotice]:
    """The standing notices in the order in which a letter lists them: the oldest first.

    With `new_first`, notices that were not sent yet come before all others.
    """
    return sorted(state.standing.values(), key=lambda s: (new_first and s.sent, s.notice.since, s.notice.key))


def keys_of(despatch: Despatch) -> tuple[str, ...]:
    """The keys of everything that a despatch carries: its announcement, or its notices and reminders."""
    if despatch.announcement:
        return (despatch.announcement.key,)
    return (*(notice.key for notice in despatch.notices), *(word.key for word in despatch.reminders))


def note(state: PostRoomState, now: Instant, fate: str, key: str, reason: str, **data: str) -> PostRoomState:
    """Adds a line to the post room's own record. It says what became of the notice or announcement `key`, and why.

    `fate` becomes the verb of the line. An empty `key` stands for the office as a whole. `data` holds further fields.
    """
    data = {"key": key, "reason": reason, **data}
    subject = key.removesuffix(f"/{state.address.office}")
    text = f"{fate}: {subject or state.address.office_title}{f' ({reason})' if reason else ''}"
    entry = LedgerEntry(n=state.entries + 1, at=now, verb=fate, text=text, office=state.address.office, data=data)
    return state.model_copy(update={"pending": (*state.pending, entry), "entries": entry.n})
