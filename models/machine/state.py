"""The state of an item: what is awaited of whom, proposals and consent, the ledger."""

from enum import StrEnum
from typing import Any, NamedTuple

from models.common.times import Slot, ZonedTime
from models.common.values import Duration, Instant, Value
from models.machine.setup import ItemSetup, RoundAt
from models.messages.acts import Document, Terms, Topic
from models.messages.views import LedgerEntry, Receipt
from models.plan.plan import Format

LEDGER_KEPT = 20

PROPOSALS_KEPT = 12

ACTS_KEPT = 40

EVIDENCE_KEPT = 20


class Progressed(Value):
    """What a side answered last in a status round."""

    side: str
    office: str
    round: str
    state: str
    note: str = ""
    at: Instant


class Ask(Value):
    """Something that the state requires of a side now."""

    act: str
    side: str
    subject: int = 0
    """The proposal that an answer is about; 0 otherwise."""
    stays: bool = False
    """It stays with the coordinator, in the letter, and climbs no ladder."""
    said: bool = False
    """An invitation has just said it."""
    gather: Duration | None = None
    """It may wait so long for others to go in one letter with it."""
    since: Instant | None = None
    """Since when it is awaited, where it was asked before in other words; None for what is asked now."""


class OpenAct(Value):
    """An act that is awaited, and how far its ladder was climbed."""

    act: str
    side: str
    subject: int
    round: int
    since: Instant
    climbs: tuple[Instant, ...]
    """When each rung was climbed, the coordinator's first."""
    stays: bool = False
    gather: Duration | None = None
    paused: bool = False
    """An office could not be reached; silence that we caused never climbs."""

    @property
    def rung(self) -> int:
        return len(self.climbs)


class ProposalStatus(StrEnum):
    OPEN = "open"
    AGREED = "agreed"
    REJECTED = "rejected"
    COUNTERED = "countered"
    WITHDRAWN = "withdrawn"
    OVERTAKEN = "overtaken"


class Consent(Value):
    side: str
    office: str
    at: Instant


class Proposal(Value):
    number: int
    terms: Terms
    office: str
    side: str
    at: Instant
    status: ProposalStatus = ProposalStatus.OPEN
    consents: tuple[Consent, ...] = ()
    counters: int | None = None
    message: Document | None = None
    """The mail in which it came: a COUNTER."""

    @property
    def open(self) -> bool:
        return self.status is ProposalStatus.OPEN

    def consented(self, side: str) -> bool:
        return any(consent.side == side for consent in self.consents)


class Closure(Value):
    """How an item ended."""

    status: str
    """closed, dropped"""
    at: Instant
    office: str | None = None
    text: str = ""


class TakenAct(Value):
    act_id: str
    verb: str = ""
    office: str = ""
    receipt: Receipt


class HeldFacts(NamedTuple):
    """When, where and how a meeting was held."""

    on: ZonedTime | None
    place: str
    format: Format | None


class ItemState(Value):
    """The state of an item between two decisions."""

    setup: ItemSetup
    open_acts: tuple[OpenAct, ...] = ()
    rounds: dict[str, int] = {}
    """How often each act was asked anew, by "act/side"."""
    proposals: tuple[Proposal, ...] = ()
    last_proposal: int = 0
    extended_to: Instant | None = None
    asleep_until: Instant | None = None
    """Postponed by consent: nothing is awaited before."""
    awake: bool = False
    late: bool = False
    """The window (as extended) ended while the item was open."""
    excused: bool = False
    """When the window ended, a later date or a postponement had been agreed by every side."""
    rounds_passed: int = 0
    """How many status rounds have asked."""
    round_closed: bool = False
    """The last status round is over: it is no longer asked; an answer still counts."""
    progress: tuple[Progressed, ...] = ()
    """The last answer of each side to a status round."""
    called: str = ""
    """The necessity with which it was called; empty where it opened by itself."""
    host: str | None = None
    told: tuple[str, ...] = ()
    """Offices that were told anything about this item."""
    announced: int = 0
    evidence: tuple[dict[str, Any], ...] = ()
    closed: Closure | None = None
    ledger: tuple[LedgerEntry, ...] = ()
    entries: int = 0
    taken: tuple[TakenAct, ...] = ()

    # What letters ask of it

    def invites_to(self, slot: Slot) -> bool:
        """Whether a tentative event at this time is in the calendars. Only a meeting has an event."""
        return False

    @property
    def held_facts(self) -> "HeldFacts | None":
        """When, where and how it was held, as a side has marked it. Only a meeting is held."""
        return None

    def words_of(self, name: str) -> str:
        """What a proposal names by an id, in words: a question, an obligation."""
        return name

    @property
    def window_end(self) -> Instant | None:
        if self.extended_to is not None:
            return self.extended_to
        return self.setup.window.end if self.setup.window else None

    def proposal(self, number: int) -> Proposal | None:
        return next((p for p in self.proposals if p.number == number), None)

    def open_proposal(self, topic: Topic, about: str = "") -> Proposal | None:
        return next(
            (p for p in self.proposals if p.open and p.terms.topic is topic and p.terms.about == about),
            None,
        )

    @property
    def round(self) -> RoundAt | None:
        """The status round that asked last."""
        # An amendment may have given it a window, and with it taken its rounds away.
        asked = 0 < self.rounds_passed <= len(self.setup.rounds)
        return self.setup.rounds[self.rounds_passed - 1] if asked else None

    @property
    def open_proposals(self) -> tuple[Proposal, ...]:
        return tuple(p for p in self.proposals if p.open)
