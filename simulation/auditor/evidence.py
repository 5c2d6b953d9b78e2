"""What a life leaves behind for the auditor: bytes and plain facts, nothing of the program's own types."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path


@dataclass
class Office:
    """One office, as its contacts are known outside the program."""

    name: str
    side: str
    rank: int
    address: str
    zone: str


@dataclass
class SentMail:
    """One mail that the relay took."""

    began: datetime
    """When the transmission began."""
    at: datetime
    """When the relay took it."""
    to: str
    """The address in RCPT."""
    data: bytes
    delivered: list[datetime] = field(default_factory=list)
    """When it reached the mailbox. Empty if it was lost or bounced. Two if it was doubled."""
    bounced: bool = False
    acknowledged: bool = True
    """Whether the relay's answer reached the program."""


@dataclass
class SaidAct:
    """One act that a person sent at the desk or the command line."""

    act_id: str
    item: str
    verb: str
    office: str
    side: str
    at: datetime
    proposal: int = 0
    """The number of the proposal that it is about. 0 if none."""
    start: datetime | None = None
    """The start of a proposed date. None if it proposes none."""
    acknowledged: datetime | None = None
    """When a receipt came back. None if none did."""
    made: int = 0
    """The number of the proposal that the receipt names. 0 if none."""
    refused: str = ""


@dataclass
class SaidByMail:
    """One answer that came by mail."""

    at: datetime
    """When it reached the organizer's mailbox."""
    office: str
    side: str
    uid: str
    sequence: int
    partstat: str
    method: str
    message_id: str
    start: datetime | None
    """The start of the meeting that it answers to or proposes."""
    genuine: bool
    """False: somebody else wrote it in the name of the office."""
    plain: bool
    """Whether it holds nothing but the button."""


@dataclass
class CalendarWrite:
    """One successful write to a calendar."""

    at: datetime
    calendar: str
    name: str
    data: bytes | None
    """The bytes of the object. None if it was removed."""


@dataclass
class Resting:
    """One workflow that is open at the end of a life."""

    id: str
    kind: str
    timer: bool
    """Whether a timer is set, an activity runs or a task is under way."""
    awaited: tuple[tuple[str, str, datetime], ...]
    """The office, the act and since when, of each awaited act."""


@dataclass
class Evidence:
    """Everything that the auditor reads."""

    seed: int
    began: datetime
    ended: datetime
    plan: str
    record: Path
    period: timedelta
    silence: timedelta
    offices: dict[str, Office]
    hours_kept: bool
    mails: list[SentMail] = field(default_factory=list)
    acts: list[SaidAct] = field(default_factory=list)
    answers: list[SaidByMail] = field(default_factory=list)
    calendar: list[CalendarWrite] = field(default_factory=list)
    resting: list[Resting] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    """The ids of the workflows that have ended."""
    told: list[tuple[str, str]] = field(default_factory=list)
    """What the model of the server saw and must never see: a kind and the details."""
    troubled: list[tuple[datetime, datetime]] = field(default_factory=list)
    """The spans in which something outside the program was broken."""
    valid_until: datetime | None = None
    """When the validity of the plan ends. None if the plan states no term."""
    crashed: bool = False
    """Whether the process died, or an answer to the server was lost, at least once."""
    slow: bool = False
    """Whether signals were slow at some time."""
    unreachable: set[str] = field(default_factory=set)
    """Offices whose mail was refused or bounced at least once."""


@dataclass(frozen=True)
class Violation:
    """One invariant that does not hold."""

    rule: str
    """The number of the invariant in docs/simulation.md: S04."""
    what: str
