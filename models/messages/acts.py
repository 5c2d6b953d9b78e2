"""Acts: what offices do to an item. Each verb has a class. The workflow of the item takes an object of this class in
the Temporal Update that has the name of the verb."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import JsonValue

from models.common.limits import ANSWER, LINK, PLACE, REASON, TEXT, JsonLimit, Limit
from models.common.named_times import NamedTimes
from models.common.times import Slot, ZonedTime, same_time
from models.common.values import Instant, Value
from models.messages.calendar_event import PartStat
from models.plan.amendment import Amendment
from models.plan.plan import Format


class Topic(StrEnum):
    """What a proposal is about."""

    DATE = "date"
    HOST = "host"
    POSTPONE = "postpone"
    EXTEND = "extend"
    DROP = "drop"
    EXCUSE = "excuse"
    """The sides agree that a session is not held."""
    ANSWER = "answer"
    """An answer to an open question."""
    AMEND = "amend"
    """An amendment of the plan (B.6)."""
    RECTIFY = "rectify"
    """A rectification of the record of a closed item."""


class ClashKind(StrEnum):
    """What is unusual about a proposed date. The program shows it with the date, and takes the proposal all the
    same."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    OUTSIDE_WINDOW = "outside-window"
    """The date does not lie in the window of the item."""
    NIGHT = "night"
    """In the time zone of a side, the meeting begins or ends before 07:00 or after 20:00."""
    SOON = "soon"
    """A side has fewer than three working days left until the date."""
    PLACE_STAYS = "place-stays"
    """Another side is to host, but the date that is agreed or proposed keeps its place."""


class Clash(Value):
    """One unusual thing about a proposed date, as ClashKind lists them."""

    day: date
    side: str
    """The side that it concerns. Empty with outside-window. With place-stays: the side that is to host."""
    kind: ClashKind
    name: str
    """With weekend or holiday: the name of the weekday or of the holiday. With outside-window: the window in words.
    With night: the wall time in the zone of the side. With soon: the number of working days of the side after today, up
    to and including the day of the date. With place-stays: the place."""


class Document(Value):
    """A filed document. Its file lies beside the record, in a folder whose name is the SHA-256 of the file."""

    name: str
    sha256: str
    size: int
    """In bytes."""
    kind: str = ""
    """The kind of the document as its bytes show it: PDF. Empty for a mail that came in, and in acts from releases that
    did not look."""


class RecordedFact(StrEnum):
    """What a rectification of a closed item puts right, or what a dispute is about. Nobody disputes a close-out."""

    MARK = "mark"
    """Whether the meeting was held, and if so on which day, where and in which format."""
    OUTCOME = "outcome"
    EVIDENCE = "evidence"
    CLOSE_OUT = "close-out"
    """How the item ended, in words."""


class Rectified(Value):
    """One fact in the record of a closed item, as it was recorded and as it is to read by consent of every side."""

    item: str
    """Workflow id of the closed item: lao-khm/16.3-jtc/2026."""
    what: RecordedFact
    before: Annotated[str, Limit(TEXT)]
    """What the record says, in words. The submitter of the act reads it from the record."""
    held: bool | None = None
    """With mark: whether the meeting was held. None for other facts."""
    on: ZonedTime | None = None
    """With mark: when the meeting was held. None if it was not held, or if no day is known."""
    place: Annotated[str, Limit(PLACE)] = ""
    format: Format | None = None
    """With mark: the format of the meeting. None if it was not held, or if no format is known."""
    text: Annotated[str, Limit(TEXT)] = ""
    """With outcome or evidence: the text that replaces the earlier one. With close-out: how the item ended."""
    document: Document | None = None
    """With outcome or evidence: the document that replaces the earlier one. None if there is only a text."""

    @property
    def now(self) -> str:
        """What the record is to say, in words, as `before` says it."""
        if self.what is RecordedFact.MARK:
            return mark_in_words(bool(self.held), self.on, self.place, self.format.value if self.format else "")
        file = f"{self.document.name} (SHA-256 {self.document.sha256})" if self.document else ""
        return ", ".join(part for part in (self.text, file) if part)


def mark_in_words(held: bool, on: ZonedTime | None, place: str, style: str) -> str:
    """Returns what a mark says: "held on 3 March 2026 (Vientiane, hybrid)", or "not held". `place` and `style` may be
    empty. `on` is None if no day is known."""
    if not held:
        return "not held"
    details = ", ".join(part for part in (place, style) if part)
    return f"held{f' on {on.local:%-d %B %Y}' if on else ''}{f' ({details})' if details else ''}"


class Terms(Value):
    """The terms of a proposal. A field that the topic does not use is empty or None."""

    topic: Topic
    slot: Slot | None = None
    clashes: tuple[Clash, ...] = ()
    """With date or host: what is unusual about the date, or about the change of host. The submitter of the act finds
    this out. Empty if nothing is unusual."""
    remind_at: Instant | None = None
    """With date: when the program reminds the guests, at the same wall time as the start. The submitter of the act
    calculates this instant. None: the item subtracts the exact length of time from the start."""
    place: Annotated[str, Limit(PLACE)] = ""
    format: Format | None = None
    link: Annotated[str, Limit(LINK)] = ""
    """With date: the https address at which people join the meeting by video. Empty if the terms name none."""
    host: str | None = None
    until: Instant | None = None
    """With postpone: nothing is awaited before this instant. With extend: the new end of the window."""
    question: str = ""
    """With answer: the id of the question, as 6.2-drugs-provincial/first_host."""
    value: Annotated[JsonValue, JsonLimit(ANSWER)] = None
    """With answer: the proposed answer."""
    amendment: Amendment | None = None
    rectified: Rectified | None = None
    """With rectify: the fact that the sides put right. None for other topics."""
    reason: Annotated[str, Limit(REASON)] = ""

    def says_the_same(self, other: "Terms") -> bool:
        """Whether `other` proposes the same as these terms.

        `clashes` and `remind_at` are not compared. The reason is compared only with drop and excuse, which have no
        other field.
        """
        if (self.slot is None) is not (other.slot is None):
            return False
        if self.slot is not None and other.slot is not None and not same_time(self.slot, other.slot):
            return False
        bare: dict[str, object] = {"slot": None, "clashes": (), "remind_at": None}
        if self.topic not in (Topic.DROP, Topic.EXCUSE):
            bare["reason"] = ""
        return self.model_copy(update=bare) == other.model_copy(update=bare)

    @property
    def about(self) -> str:
        """With answer: the id of the question. With amend: the id of the obligation. Empty for other topics. Only one
        proposal with the same topic and the same `about` is open at a time."""
        return self.question or (self.amendment.obligation if self.amendment else "")


class ProgressState(StrEnum):
    """The answers to a status round: how far an obligation has come."""

    NOT_STARTED = "not-started"
    LIMITED = "limited"
    SUBSTANTIAL = "substantial"
    COMPLETE = "complete"
    NO_EVIDENCE = "no-evidence"
    """The side has no evidence that says how far the obligation has come."""


class Act(Value):
    """Base class of the acts. An act names only the office. The item knows the side of that office, and the workflow of
    the item sets the instant of the act."""

    verb: ClassVar[str]

    act_id: str
    """An id that the submitter of the act chooses. If two acts come with the same id, the item takes only the first."""
    office: str


class Propose(Act):
    verb: ClassVar[str] = "propose"
    terms: Terms


class Accept(Act):
    verb: ClassVar[str] = "accept"
    proposal: int


class Reject(Act):
    verb: ClassVar[str] = "reject"
    proposal: int
    reason: Annotated[str, Limit(REASON)] = ""


class Counter(Act):
    verb: ClassVar[str] = "counter"
    proposal: int
    terms: Terms


class Withdraw(Act):
    verb: ClassVar[str] = "withdraw"
    proposal: int


class Regret(Act):
    verb: ClassVar[str] = "regret"
    reason: Annotated[str, Limit(REASON)]


class Held(Act):
    verb: ClassVar[str] = "held"
    format: Format | None = None
    """The format in which the meeting was held. None: it was held in the agreed format."""
    place: Annotated[str, Limit(PLACE)] = ""
    on: ZonedTime | None = None
    """The day on which the meeting was held. None: it was held on the agreed day."""
    outside_window: bool = False
    """True: the side says expressly that the meeting was held on a day outside its window. Used only together with
    `on`."""


class NotHeld(Act):
    verb: ClassVar[str] = "not_held"
    reason: Annotated[str, Limit(REASON)] = ""


class Dispute(Act):
    verb: ClassVar[str] = "dispute"
    reason: Annotated[str, Limit(REASON)]
    what: RecordedFact | None = None
    """What is disputed: mark, outcome or evidence. None: what another side put on record, first its outcome, then its
    mark, then its evidence."""


class Outcome(Act):
    verb: ClassVar[str] = "outcome"
    text: Annotated[str, Limit(TEXT)] = ""
    document: Document | None = None


class Evidence(Act):
    verb: ClassVar[str] = "evidence"
    text: Annotated[str, Limit(TEXT)] = ""
    document: Document | None = None
    corrects: int | None = None
    """The number of the ledger line with the evidence of the same side that this evidence replaces. None if it replaces
    none: it is one more piece of evidence."""


class Close(Act):
    verb: ClassVar[str] = "close"
    note: Annotated[str, Limit(REASON)] = ""


class Agree(Act):
    """Agrees to what another side has put on record. The program then no longer waits until the silence of this side
    has lasted its full time."""

    verb: ClassVar[str] = "agree"
    note: Annotated[str, Limit(REASON)] = ""


class Progress(Act):
    """The answer to a status round."""

    verb: ClassVar[str] = "progress"
    state: ProgressState
    note: Annotated[str, Limit(REASON)] = ""
    message: Document | None = None
    """The mail from which the answer was entered, as it is filed beside the record. None if no mail is its source."""
    number: int = 0
    """The number of that mail in the inbox. 0 if no mail is its source."""


class Call(Act):
    """Wakes a dormant item, or opens a session of a series that has no windows."""

    verb: ClassVar[str] = "call"
    reason: Annotated[str, Limit(REASON)]
    """Why the call is necessary."""


class Rectify(Act):
    """Proposes to put right the record of a closed item. The plan takes it, and opens the rectification as an item of
    its own."""

    verb: ClassVar[str] = "rectify"
    fact: Rectified
    reason: Annotated[str, Limit(REASON)]
    """Why the record is wrong."""


class ReplyMethod(StrEnum):
    """How a guest answers an invitation: REPLY accepts or declines, COUNTER proposes another time (RFC 5546 sections
    3.2.3 and 3.2.7)."""

    REPLY = "REPLY"
    COUNTER = "COUNTER"


class Reply(Act):
    """An office's answer to an invitation, given with its mail program and read from the organizer's mailbox."""

    verb: ClassVar[str] = "reply"
    method: ReplyMethod
    uid: Annotated[str, Limit(500)]
    """The UID (the permanent id) of the calendar event that the office answers."""
    partstat: PartStat | None = None
    """The answer of the office: accepted, tentative or declined. None if the mail proposes another time (COUNTER) and
    says nothing about this."""
    sequence: int | None = None
    """The version number (SEQUENCE) of the invitation that the office answered. None if the answer does not say it."""
    dtstamp: Instant
    """When the office answered, by the clock of its mail program."""
    sent: Instant | None = None
    """When the mail with the answer was sent, as its header Date says. None if it is not known."""
    arrived: Instant | None = None
    """When the organizer's mail server took the mail. None if it is not known."""
    recurrence: Instant | None = None
    """The start of the single meeting that the answer is about, if the mail program names one (RECURRENCE-ID). None if
    it names none."""
    comment: Annotated[str, Limit(REASON)] = ""
    """What the office wrote into the calendar object (COMMENT). Empty if it wrote nothing there."""
    words: Annotated[str, Limit(REASON)] = ""
    """The words of the office's own beside the button: in the body of the mail and in COMMENT, without what its mail
    program wrote and what we have sent. Longer words are cut; `message` holds all of them. Empty if there are none."""
    slot: Slot | None = None
    """With COUNTER: the time that the office proposes. None with REPLY."""
    place: Annotated[str, Limit(PLACE)] = ""
    """With COUNTER: the place that the office names. Empty if it names none, and with REPLY."""
    named: NamedTimes | None = None
    """With REPLY: the time of the meeting, as the answer names it. None if it names none, and with COUNTER."""
    clashes: tuple[Clash, ...] = ()
    """With COUNTER: what is unusual about `slot`. The reader of the mail finds this out. Empty if nothing is
    unusual."""
    remind_at: Instant | None = None
    """With COUNTER: when the program reminds the guests of `slot`. The reader of the mail calculates this instant.
    None: the item subtracts the exact length of time from the start."""
    around: tuple[date, ...] = ()
    """With COUNTER: the days around `slot` on which every side works. The reader of the mail finds them. Empty with
    REPLY."""
    message: Document
    """The mail itself, as a document that is filed beside the record."""


class AskBack(Act):
    """Asks an office what a mail of it means. A person of the secretariat sends it. It is no act of the office: the
    office is only asked, and nothing follows for its side."""

    verb: ClassVar[str] = "ask_back"
    words: Annotated[str, Limit(REASON)]
    """The words of the mail, which the question quotes."""
    message: Document
    """The mail itself, as a document that is filed beside the record. An item asks about one mail once."""
    number: int
    """The number of the mail in the inbox."""


class Note(Act):
    """Puts a note about a mail on record, by an office that has read the mail. No consent follows from it."""

    verb: ClassVar[str] = "note"
    text: Annotated[str, Limit(REASON)]
    message: Document
    """The mail itself, as a document that is filed beside the record."""
    number: int
    """The number of the mail in the inbox."""
    sender: Annotated[str, Limit(320)] = ""
    """The address from which the mail came. Empty if it names no single address."""


VERBS: dict[str, type[Act]] = {
    act.verb: act
    for act in (
        Propose,
        Accept,
        Reject,
        Counter,
        Withdraw,
        Regret,
        Held,
        NotHeld,
        Dispute,
        Outcome,
        Evidence,
        Agree,
        Close,
        Progress,
        Call,
        Rectify,
    )
}
"""The class of each act that people type, by verb. `Reply`, `AskBack` and `Note` are missing: they
come from mail, and the program makes them."""
