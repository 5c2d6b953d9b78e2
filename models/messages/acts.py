"""What offices do to an item, one class per verb. Each is the argument of the Update of the same name."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import JsonValue

from models.common.limits import ANSWER, PLACE, REASON, TEXT, JsonLimit, Limit
from models.common.times import Slot, ZonedTime
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
    """That a session need not be held: excused by agreement."""
    ANSWER = "answer"
    """Of an open question: what the text leaves to the sides."""
    AMEND = "amend"
    """Of the plan itself (B.6)."""


class Clash(Value):
    """A day of a proposed date on which the offices of a side do not work."""

    day: date
    side: str
    kind: Literal["weekend", "holiday"]
    name: str
    """Of the weekday or holiday."""


class Terms(Value):
    """What is proposed. Only the fields of its topic count."""

    topic: Topic
    slot: Slot | None = None
    clashes: tuple[Clash, ...] = ()
    """date: looked up by whoever submits it, and shown wherever the date is."""
    place: Annotated[str, Limit(PLACE)] = ""
    format: Format | None = None
    host: str | None = None
    until: Instant | None = None
    """postpone: nothing is awaited before this instant. extend: the new end of the window."""
    question: str = ""
    """answer: the question's id, as 6.2-drugs-provincial/first_host."""
    value: Annotated[JsonValue, JsonLimit(ANSWER)] = None
    """answer: what is to hold."""
    amendment: Amendment | None = None
    reason: Annotated[str, Limit(REASON)] = ""

    @property
    def about(self) -> str:
        """What within its item the proposal is about: one proposal at a time is open about the same."""
        return self.question or (self.amendment.obligation if self.amendment else "")


class ProgressState(StrEnum):
    """How far a commitment has come, in the words of a status round."""

    NOT_STARTED = "not-started"
    LIMITED = "limited"
    SUBSTANTIAL = "substantial"
    COMPLETE = "complete"
    NO_EVIDENCE = "no-evidence"
    """No evidence is available."""


class Document(Value):
    """A filed document, kept beside the record under its digest."""

    name: str
    sha256: str
    size: int
    """Octets."""


class Act(Value):
    """Who acts. The side follows from the office; when it was done is stamped by the workflow that accepts it."""

    verb: ClassVar[str]

    act_id: str
    """Chosen by the submitter: the same act submitted twice counts once."""
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
    """None: as agreed."""
    place: Annotated[str, Limit(PLACE)] = ""
    on: ZonedTime | None = None
    """The day on which it was really held, where that was not the agreed one."""


class NotHeld(Act):
    verb: ClassVar[str] = "not_held"
    reason: Annotated[str, Limit(REASON)] = ""


class Dispute(Act):
    verb: ClassVar[str] = "dispute"
    reason: Annotated[str, Limit(REASON)]


class Outcome(Act):
    verb: ClassVar[str] = "outcome"
    text: Annotated[str, Limit(TEXT)] = ""
    document: Document | None = None


class Evidence(Act):
    verb: ClassVar[str] = "evidence"
    text: Annotated[str, Limit(TEXT)] = ""
    document: Document | None = None


class Close(Act):
    verb: ClassVar[str] = "close"
    note: Annotated[str, Limit(REASON)] = ""


class Progress(Act):
    """The answer to a status round."""

    verb: ClassVar[str] = "progress"
    state: ProgressState
    note: Annotated[str, Limit(REASON)] = ""


class Call(Act):
    """Pulls the trigger of what is dormant, or calls a session of a series that nothing dates."""

    verb: ClassVar[str] = "call"
    reason: Annotated[str, Limit(REASON)]
    """The stated necessity."""


class ReplyMethod(StrEnum):
    """iTIP methods with which an attendee answers (RFC 5546 sections 3.2.3 and 3.2.7)."""

    REPLY = "REPLY"
    COUNTER = "COUNTER"


class Reply(Act):
    """The answer that an office gave with the buttons of its mail program, read from the organizer's mailbox."""

    verb: ClassVar[str] = "reply"
    method: ReplyMethod
    uid: Annotated[str, Limit(500)]
    """Of the event that it answers."""
    partstat: PartStat | None = None
    """None: a COUNTER that names none."""
    sequence: int = 0
    """SEQUENCE of the version that was answered."""
    dtstamp: Instant
    """When the office answered, by its own clock."""
    recurrence: Instant | None = None
    """RECURRENCE-ID, where the client wrote one."""
    comment: Annotated[str, Limit(REASON)] = ""
    slot: Slot | None = None
    """COUNTER: the time that it proposes."""
    clashes: tuple[Clash, ...] = ()
    """With what that time clashes, looked up by whoever read the mail."""
    around: tuple[date, ...] = ()
    """The days around that time on which every side works, looked up likewise."""
    message: Document
    """The mail itself, kept with the record."""


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
        Close,
        Progress,
        Call,
    )
}
"""What people type. A Reply is not among them: it comes by mail."""
