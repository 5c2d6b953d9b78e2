"""The state of a post room: its notices, the announcements that wait, and the mails that the post room sent.

A post room keeps the notices that stand for its office. It sends announcements one by one, in the order in which they
came. In each despatch period it sends one letter that lists every notice. No mail goes outside office hours. A new
notice waits for the despatch day, unless it is urgent (see `cannot_wait` in letter_day.py). In a plan that runs in
seconds, post rooms keep no office hours. They write a letter as soon as a new notice comes.
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
    """True: a letter with this notice was sent, and the letter did not come back."""
    returned: bool = False
    """True: the post room has told the item that this notice does not reach the office. The post room has not told it
    since that the office is reached again."""
    heard: Instant | None = None
    """When the post room got the notice. None in states of old releases."""
    gone: Instant | None = None
    """The instant from which the first letter with this notice counts. None if no letter has gone, and in states of old
    releases."""

    @property
    def wants_letter(self) -> bool:
        """Whether the post room should write a letter because of this notice. False if the notice was sent. Also False
        if the notice is quiet, because something else has told the office already."""
        return not self.sent and not self.notice.quiet


class StandingReminder(Value):
    """A reminder of an agreed date. It is sent once. It stands until the date begins, is moved or is called off."""

    word: Announcement
    """The announcement that reminds the office of the date."""
    sent: bool = False
    """True: a mail with this reminder was sent, and the mail did not come back."""
    heard: Instant
    """When the post room got the reminder."""

    @property
    def begins(self) -> Instant:
        """The start of the agreed date."""
        assert self.word.event is not None, "hearing takes no reminder without its event"
        return self.word.event.slot.start.utc


class SentMail(Value):
    """A mail that the mail server accepted. The mail may still come back."""

    message_id: str
    keys: tuple[str, ...]
    """Keys of the notices and reminders in the mail, or the key of its announcement."""
    announcement: Announcement | None = None
    """The announcement in the mail, kept to send it again if the mail comes back. None if the mail is a letter. Also
    None if the post room will not send it again, because it keeps too many bytes or because the item is closed."""
    second_address: bool = False
    """True: the mail went to the second address."""


class Bounced(Value):
    """Tells a post room that a mail came back, and that the mail server will not try it again (a delivery status of
    class 5, RFC 3464)."""

    message_id: str
    """The Message-ID of the mail that came back, with its angle brackets."""
    reason: str
    """Why the mail came back, in words. Empty if the mail server does not say it."""


class Thread(Value):
    """The mails about one calendar event that were sent to the office."""

    item: str
    """The id of the item to which the event belongs."""
    messages: tuple[str, ...]
    """The Message-IDs of the first mail and of the latest mails."""
    ending: bool = False
    """True: the item is closed, and the cancellation of the event still waits. When the cancellation no longer waits,
    the post room forgets the thread."""


class PostRoomState(Value):
    """Everything that the post room of one office knows."""

    address: PostRoomAddress
    reopened: bool = False
    """True only in the argument of a post room that is opened from the record. Such a post room does nothing before the
    signal `go_on`."""
    standing: dict[str, StandingNotice] = {}
    """The notices that stand, by notice key, in order of arrival."""
    recent: tuple["SentMail", ...] = ()
    """The last mails that the mail server accepted, oldest first. Each may still come back."""
    bounced_at: Instant | None = None
    """When a mail to the office last came back. None if no mail came back. Also None if the office was unreachable and
    is reached again since then."""
    queue: tuple[Announcement, ...] = ()
    """The announcements that wait, in the order in which they will be sent."""
    reminders: dict[str, StandingReminder] = {}
    """The reminders that stand. The key is the UID of the calendar event."""
    letter_at: Instant | None = None
    """When the next letter goes. None if no letter is planned."""
    last_letter: Instant | None = None
    """When the last letter was sent. None before the first one."""
    unchanged: int = 0
    """How many letters in which nothing was new were sent since the last mail with something new."""
    news_at: Instant | None = None
    """When the last mail with something new was sent. None if no such mail is known."""
    hours: Hours | None = None
    """The office hours of the coming weeks. None until the activity `hours` has answered. Always None if the post room
    keeps no hours."""
    routine: tuple[Instant, ...] = ()
    """When the last routine letters were sent, oldest first: at most as many as the plan allows in a week. Empty before
    the first one, and if the post room keeps no hours."""
    on_its_way: tuple[str, ...] = ()
    """Keys of the notices and reminders, or of the announcement, in the mail that is being sent now. Empty if no mail
    is being sent."""
    composed: int = 0
    """How many mails the post room has finished composing. The key of the next mail has the next number, so that each
    mail has its own Message-ID."""
    invited: dict[str, str] = {}
    """The calendar events to which the office has, or may have, an invitation. The key is the UID of the event. The
    value is the id of its item."""
    threads: dict[str, Thread] = {}
    """The mails about each calendar event. The key is the UID of the event."""
    second_address: bool = False
    """True: the next mail goes to the second address, because the first one has refused or returned the last mail."""
    first_refusal: str = ""
    """Why the first address last refused or returned a mail. Empty if it never did."""
    unreachable: str = ""
    """Why no mail reaches the office. Empty while mail reaches the office."""
    address_asked: int = 0
    """How many times the focal point was asked for a new address of the office."""
    delayed: Despatch | None = None
    """A mail that the post room must send again with the same bytes, because an earlier attempt failed and may still
    have delivered it. None if there is no such mail."""
    hold_until: Instant | None = None
    """Before this instant the post room sends nothing, because its last attempt failed. None if it need not wait."""
    pending: tuple[LedgerEntry, ...] = ()
    """Lines that the post room has not yet written to its record."""
    recorded: LineMark | None = None
    """The last line that is in the record. None before the first line is written."""
    entries: int = 0
    """How many lines the post room has made: those in the record and those in `pending`."""

    @property
    def waiting_reminders(self) -> tuple[StandingReminder, ...]:
        """The reminders that were not sent yet, or whose mail came back."""
        return tuple(each for each in self.reminders.values() if not each.sent)


class Returned(Value):
    """Tells an item that one of its notices does not reach the office, or reaches it again."""

    item: str
    key: str
    """The key of the notice."""
    reason: str = ""
    """Why the notice does not reach the office. Empty if mail reaches the office again."""


SENT_KEPT = 8
"""How many sent mails a post room remembers, to send them again if they come back. If an older mail comes back, the
post room only notes this in its record."""


class Delivered(Value):
    """Tells an item that the mail server accepted the mail with an announcement or a notice of this item."""

    item: str
    """The id of the item."""
    key: str
    """The key of the announcement or the notice."""
    at: Instant
    """When the post room learned that the mail server accepted the mail. For a letter that went on time: when it was
    due."""


Outgoing = Returned | Await | Settle | Delivered
"""What a post room tells others. `Returned` and `Delivered` go to an item. `Await` and `Settle` go to the post room of
the focal point."""


class PostRoomStep(Value):
    """A decision of a post room: its new state, and what the post room tells items and the focal point."""

    state: PostRoomState
    effects: tuple[Outgoing, ...] = ()
    """What the post room tells others. Empty if it tells nothing."""


def standing_keys(state: PostRoomState, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Returns those of `keys` that must still be sent: their notice or reminder stands, or their announcement is in the
    queue.

    The activity `despatch` asks the post room for these keys just before it sends a mail.
    """
    words = (*state.queue, *(each.word for each in state.reminders.values()))
    said = {word.key for word in words}
    return tuple(key for key in keys if key in state.standing or key in said)


def recorded(entries: Sequence[LedgerEntry]) -> str:
    """Returns a summary of lines of the post room's record. For one line: "record: " and its text. For several lines:
    how often each fate occurs, for example "record: 3 sent, 1 withdrawn"."""
    if len(entries) == 1:
        return f"record: {entries[0].text}"
    return f"record: {', '.join(f'{number} {fate}' for fate, number in Counter(e.verb for e in entries).items())}"


def in_order(state: PostRoomState, new_first: bool = False) -> list[StandingNotice]:
    """Returns the standing notices in the order in which a letter lists them. The oldest notice comes first.

    With `new_first`, notices that were not sent yet come before all others.
    """
    return sorted(state.standing.values(), key=lambda s: (new_first and s.sent, s.notice.since, s.notice.key))


def keys_of(despatch: Despatch) -> tuple[str, ...]:
    """Returns the keys of everything in a mail: the key of its announcement, or those of its notices and reminders."""
    if despatch.announcement:
        return (despatch.announcement.key,)
    return (*(notice.key for notice in despatch.notices), *(word.key for word in despatch.reminders))


def note(state: PostRoomState, now: Instant, fate: str, key: str, reason: str, **data: str) -> PostRoomState:
    """Returns the state with one more line for the post room's record. The line says what became of the notice or
    announcement with this `key`, and why.

    `fate` becomes the verb of the line. An empty `key` means the whole office. `data` holds more fields of the line.
    """
    data = {"key": key, "reason": reason, **data}
    subject = key.removesuffix(f"/{state.address.office}")
    text = f"{fate}: {subject or state.address.office_title}{f' ({reason})' if reason else ''}"
    entry = LedgerEntry(n=state.entries + 1, at=now, verb=fate, text=text, office=state.address.office, data=data)
    return state.model_copy(update={"pending": (*state.pending, entry), "entries": entry.n})
