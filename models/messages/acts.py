"""Acts: what offices do to an item. Each verb has a class, the argument of the Update of the same name."""

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
    """The kind of a proposal."""

    DATE = "date"
    HOST = "host"
    POSTPONE = "postpone"
    EXTEND = "extend"
    DROP = "drop"
    EXCUSE = "excuse"
    """A session need not be held."""
    ANSWER = "answer"
    """An answer to an open question."""
    AMEND = "amend"
    """An amendment of the plan (B.6)."""


class Clash(Value):
    """A day of a proposed date on which the offices of a side do not work."""

    day: date
    side: str
    kind: Literal["weekend", "holiday"]
    name: str
    """The name of the weekday or of the holiday."""


class Terms(Value):
    """The terms of a proposal. Each topic uses its own fields only."""

    topic: Topic
    slot: Slot | None = None
    clashes: tuple[Clash, ...] = ()
    """With date: the days on which a side does not work. The submitter looks them up; they are shown with the date."""
    place: Annotated[str, Limit(PLACE)] = ""
    format: Format | None = None
    host: str | None = None
    until: Instant | None = None
    """With postpone: nothing is awaited before this instant. With extend: the new end of the window."""
    question: str = ""
    """With answer: the id of the question, as 6.2-drugs-provincial/first_host."""
    value: Annotated[JsonValue, JsonLimit(ANSWER)] = None
    """With answer: the proposed answer."""
    amendment: Amendment | None = None
    reason: Annotated[str, Limit(REASON)] = ""

    @property
    def about(self) -> str:
        """The question or the obligation of the proposal; empty for other topics. With the topic it says which
        proposals exclude each other: of these only one is open at a time."""
        return self.question or (self.amendment.obligation if self.amendment else "")


class ProgressState(StrEnum):
    """The answers to a status round: how far an obligation has come."""

    NOT_STARTED = "not-started"
    LIMITED = "limited"
    SUBSTANTIAL = "substantial"
    COMPLETE = "complete"
    NO_EVIDENCE = "no-evidence"
    """No evidence is available."""


class Document(Value):
    """A filed document. Its file lies beside the record, in a folder named by its SHA-256."""

    name: str
    sha256: str
    size: int
    """In bytes."""


class Act(Value):
    """Base class of the acts. The item finds the side from the office; its workflow sets the instant of the act."""

    verb: ClassVar[str]

    act_id: str
    """An id that the submitter chooses. An act that comes twice with the same id counts once."""
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
    """None: the agreed format."""
    place: Annotated[str, Limit(PLACE)] = ""
    on: ZonedTime | None = None
    """The day on which it was held, if that was not the agreed day."""


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
    """Wakes a dormant item, or opens a session of a series without windows."""

    verb: ClassVar[str] = "call"
    reason: Annotated[str, Limit(REASON)]
    """Why the call is necessary."""


class ReplyMethod(StrEnum):
    """The iTIP methods of an attendee's answer (RFC 5546 sections 3.2.3 and 3.2.7)."""

    REPLY = "REPLY"
    COUNTER = "COUNTER"


class Reply(Act):
    """An office's answer to an invitation, given with its mail program and read from the organizer's mailbox."""

    verb: ClassVar[str] = "reply"
    method: ReplyMethod
    uid: Annotated[str, Limit(500)]
    """UID of the event that it answers."""
    partstat: PartStat | None = None
    """None for a COUNTER without a PARTSTAT."""
    sequence: int = 0
    """SEQUENCE of the version that the office answered."""
    dtstamp: Instant
    """When the office answered, by the clock of its mail program."""
    recurrence: Instant | None = None
    """RECURRENCE-ID, if the mail program wrote one."""
    comment: Annotated[str, Limit(REASON)] = ""
    slot: Slot | None = None
    """With COUNTER: the proposed time."""
    clashes: tuple[Clash, ...] = ()
    """With COUNTER: the days of `slot` on which a side does not work. The reader of the mail looks them up."""
    around: tuple[date, ...] = ()
    """With COUNTER: the days around `slot` on which every side works. The reader of the mail looks them up."""
    message: Document
    """The mail, which is kept with the record."""


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
"""The acts that people type, by verb. Reply is missing here, because it comes by mail."""
