"""The state of an item: its awaited acts, proposals and consents, and the last lines of its ledger."""

from enum import StrEnum
from typing import Any, NamedTuple

from models.common.times import Slot, ZonedTime
from models.common.values import Duration, Instant, Value
from models.machine.setup import ItemSetup, RoundAt
from models.messages.acts import Document, Terms, Topic
from models.messages.views import LedgerEntry, Receipt
from models.plan.plan import Format, SilenceRule

LEDGER_KEPT = 20

PROPOSALS_KEPT = 12

ACTS_KEPT = 40

EVIDENCE_KEPT = 20


class Progressed(Value):
    """The last answer of a side to a status round."""

    side: str
    office: str
    round: str
    state: str
    note: str = ""
    at: Instant


class Ask(Value):
    """One act that the state requires of a side now."""

    act: str
    side: str
    subject: int = 0
    """With answer: the number of the proposal. With progress: the number of the round. With settle: a number that
    changes with the list. Otherwise 0."""
    stays: bool = False
    """True: it stays in the coordinator's letters and climbs no ladder."""
    said: bool = False
    """True: an invitation, or an earlier letter, asks for it already."""
    gather: Duration | None = None
    """How long its notice may wait for others, to go in one letter with them."""
    since: Instant | None = None
    """Since when it is awaited, if it was asked before in other words. None: since now."""


class OpenAct(Value):
    """An awaited act, and how far its ladder was climbed."""

    act: str
    side: str
    subject: int
    round: int
    since: Instant
    climbs: tuple[Instant, ...]
    """The instant at which each rung was climbed, the coordinator's first."""
    stays: bool = False
    gather: Duration | None = None
    paused: bool = False
    """True while mail does not reach an office on the ladder. The ladder does not climb meanwhile."""

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
    LAPSED = "lapsed"
    """The proposed date came before every side had consented to it."""


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
    replaces: int | None = None
    """The number of the older proposal of the same side that it replaces."""
    message: Document | None = None
    """The mail with the COUNTER, if the proposal came by mail."""

    @property
    def open(self) -> bool:
        return self.status is ProposalStatus.OPEN

    def consented(self, side: str) -> bool:
        return any(consent.side == side for consent in self.consents)


class Silence(Value):
    """What one side has put on record, while the other sides may object (models/machine/silence)."""

    side: str
    """The side that put it on record last."""
    since: Instant
    about: str
    """mark, outcome or evidence."""
    rule: SilenceRule
    """How long the other sides may object, as their mail says; `express` if each of them must agree. A later change of
    the plan does not change it."""
    keys: dict[str, str] = {}
    """By each other side: the key of the announcement that told it."""
    reached: dict[str, Instant] = {}
    """By each other side: when the mail server took that mail."""
    agreed: dict[str, str] = {}
    """By each side that has agreed: its office."""
    looking: bool = False
    """True: the time has run out, and the inbox is being looked at."""
    look_at: Instant | None = None
    """When the inbox is looked at again. None: at the end of the time."""
    unread: str = ""
    """Why the silence has not ended at its time. Empty if nothing keeps it."""
    unbroken: bool = False
    """True: the time has run out, and no side objected."""


class Closure(Value):
    """How an item ended."""

    status: str
    """The last status: closed, dropped, excused, expired or settled."""
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
    """How often each act was asked, by "act/side"."""
    proposals: tuple[Proposal, ...] = ()
    last_proposal: int = 0
    extended_to: Instant | None = None
    asleep_until: Instant | None = None
    """The item is postponed by consent. Nothing is awaited before this instant."""
    awake: bool = False
    late: bool = False
    """True: the window, with its extension, ended while the item was open."""
    excused: bool = False
    """True: when the window ended, every side had consented to a later date or to a postponement."""
    rounds_passed: int = 0
    """How many status rounds have asked."""
    round_closed: bool = False
    """True: the last status round is over. It asks no longer, but an answer still counts."""
    progress: tuple[Progressed, ...] = ()
    """The last answer of each side to a status round."""
    called: str = ""
    """The reason of the call. Empty if the item opened without a call."""
    host: str | None = None
    told: tuple[str, ...] = ()
    """The offices that were told anything about this item."""
    announced: int = 0
    evidence: tuple[dict[str, Any], ...] = ()
    silence: Silence | None = None
    """None while nothing stands under silence."""
    closed: Closure | None = None
    ledger: tuple[LedgerEntry, ...] = ()
    entries: int = 0
    taken: tuple[TakenAct, ...] = ()

    # What the fields of letters need

    def invites_to(self, slot: Slot) -> bool:
        """Whether a tentative event at this time is in the calendars. False for items other than meetings."""
        return False

    @property
    def held_facts(self) -> "HeldFacts | None":
        """When, where and how it was held, as a side has marked it. None for items other than meetings."""
        return None

    def words_of(self, name: str) -> str:
        """The words for an id in a proposal: the text of a question, the title of an obligation."""
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

    def lapses_at(self, number: int) -> Instant | None:
        """When a proposal of a date lapses, if it is still open then: at the start of that date. None for a proposal of
        another topic, for an unknown one, and by the rules before edition 1, under which nothing lapses."""
        proposal = self.proposal(number)
        if proposal is None or proposal.terms.topic is not Topic.DATE or proposal.terms.slot is None:
            return None
        return proposal.terms.slot.start.utc if self.setup.edition >= 1 else None

    @property
    def round(self) -> RoundAt | None:
        """The status round that asked last. None if none has asked."""
        # If an amendment gave the item a window, it has no rounds any more.
        asked = 0 < self.rounds_passed <= len(self.setup.rounds)
        return self.setup.rounds[self.rounds_passed - 1] if asked else None

    @property
    def open_proposals(self) -> tuple[Proposal, ...]:
        return tuple(p for p in self.proposals if p.open)
