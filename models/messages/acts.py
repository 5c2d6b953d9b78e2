"""Acts: what offices do to an item. Each verb has a class, the argument of the Update of the same name."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import JsonValue

from models.common.limits import ANSWER, PLACE, REASON, TEXT, JsonLimit, Limit
from models.common.times import Slot, ZonedTime, same_time
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


class ClashKind(StrEnum):
    """What is unusual about a proposed date. It is noted and refuses nothing."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    OUTSIDE_WINDOW = "outside-window"
    """It does not lie in the window of the item."""
    NIGHT = "night"
    """By the clocks of a side it begins or ends before 07:00 or after 20:00."""
    SOON = "soon"
    """It is fewer than three working days of a side ahead."""


class Clash(Value):
    """One unusual thing about a proposed date: a day on which the offices of a side do not work, or a night there."""

    day: date
    side: str
    """Empty with outside-window."""
    kind: ClashKind
    name: str
    """The name of the weekday or of the holiday. With outside-window: the window in words. With night: the wall time
    there. With soon: the number of working days between today and the date, with its first day."""


class Terms(Value):
    """The terms of a proposal. Each topic uses its own fields only."""

    topic: Topic
    slot: Slot | None = None
    clashes: tuple[Clash, ...] = ()
    """With date: what is unusual about it. The submitter looks it up. It is shown with the date."""
    remind_at: Instant | None = None
    """With date: when its guests are to be reminded, at the wall time of the start. The submitter looks it up. None:
    the time of the reminder is counted exactly."""
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

    def says_the_same(self, other: "Terms") -> bool:
        """Whether it asks for the same. What the submitter looked up does not count, nor the reason, except where the
        reason is all that is proposed (drop, excuse)."""
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
    outside_window: bool = False
    """True: the side says expressly that it was held on a day outside its window. With `on` only."""


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


class Agree(Act):
    """Agrees to what another side has put on record, so that its silence need not be waited for."""

    verb: ClassVar[str] = "agree"
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
    """With COUNTER: what is unusual about `slot`. The reader of the mail looks it up."""
    remind_at: Instant | None = None
    """With COUNTER: when the guests are to be reminded of `slot`. The reader of the mail looks it up."""
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
        Agree,
        Close,
        Progress,
        Call,
    )
}
"""The acts that people type, by verb. Reply is missing here, because it comes by mail."""
