"""The state of an item: its awaited acts, proposals and consents, and its ledger (the last lines of its record)."""

from datetime import timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from models.common.times import Slot, ZonedTime
from models.common.values import Duration, Instant, Value
from models.machine.setup import ItemSetup, RoundAt
from models.messages.acts import Document, Terms, Topic
from models.messages.views import LedgerEntry, Receipt
from models.plan.plan import Format, SilenceRule

LEDGER_KEPT = 20
"""How many of the last lines of its record an item keeps in its state."""

PROPOSALS_KEPT = 12
"""How many proposals that are not open any more an item keeps in its state. It keeps every open proposal."""

ACTS_KEPT = 40
"""How many of the last acts an item remembers, so that a repeated act gets its first receipt again."""

EVIDENCE_KEPT = 20
"""How many of the last entries of evidence an item keeps in its state."""

QUESTIONS_KEPT = 20
"""How many of the last questions about mails an item keeps in its state."""


class Progressed(Value):
    """The last answer of a side to a status round."""

    side: str
    office: str
    round: str
    state: str
    note: str = ""
    at: Instant


class Ask(Value):
    """One act that the item requires of a side now. From it, `reconcile` makes an `OpenAct`."""

    act: str
    side: str
    subject: int = 0
    """Which matter the act is about. For the act `answer`, it is the number of the proposal, and for `progress` the
    number of the round. For `settle`, it is a number that changes with the list of questions. For other acts, it is
    0."""
    stays: bool = False
    """True: only the coordinator is asked for the act, and the ladder is not climbed. False: the ladder is climbed."""
    said: bool = False
    """True: another mail (an invitation, an announcement, an earlier letter) has asked for the act already. Then its
    notice waits for the next letter. False: the notice can cause a letter."""
    gather: Duration | None = None
    """How long the notice of the act may wait, so that other notices go in the same letter. None: as long as the plan
    says."""
    since: Instant | None = None
    """Since when the act is awaited, if an earlier notice asked for it in other words. None: since the item asks
    now."""


class OpenAct(Value):
    """An awaited act, and the rungs of its ladder that were climbed. `Ask` explains the fields that both have."""

    act: str
    side: str
    subject: int
    round: int
    since: Instant
    climbs: tuple[Instant, ...]
    """The instant at which each rung was climbed. The first one is the rung of the coordinator."""
    stays: bool = False
    gather: Duration | None = None
    paused: bool = False
    """True while mail does not reach an office that was asked. No further rung is climbed in this time."""
    for_words: Duration = timedelta(0)
    """How much later the rungs that are left come, because the office answered in words that somebody must clear up."""
    by_letter: bool = False
    """True: the time of a rung counts from the letter that asks its office. False: it counts from the decision. It is
    False for acts that climb no ladder, and for acts that began by the rules before edition 1."""
    went: dict[int, Instant] = {}
    """With `by_letter`: for each rung, the instant at which its office was asked by letter, or in another mail. A rung
    whose letter has not gone yet is missing. The last rung of a ladder is always missing."""
    delay: Duration = timedelta(0)
    """With `by_letter`: how much later the rungs above come, because letters to the rungs below went late."""

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
    words: str = ""
    """What an office of the side had written beside an answer that was no consent before. Empty if it wrote nothing."""


class AskedBack(Value):
    """A question that the secretariat sent to an office about one of its mails."""

    message: str
    """The SHA-256 of the mail."""
    office: str
    side: str
    at: Instant
    key: str
    """The key of the announcement that asks."""
    proposal: int = 0
    """The number of the proposal that the mail seems to accept. 0 if the mail is a letter."""


class Proposal(Value):
    number: int
    terms: Terms
    office: str
    side: str
    at: Instant
    status: ProposalStatus = ProposalStatus.OPEN
    consents: tuple[Consent, ...] = ()
    counters: int | None = None
    """The number of the proposal that this one counters. None if it counters none."""
    replaces: int | None = None
    """The number of the open proposal about the same that this proposal has replaced. None if it has replaced none."""
    ended_by: str = ""
    """The side that rejected or withdrew the proposal. Empty if no side did, and in states from releases that did not
    record it."""
    message: Document | None = None
    """The mail that made the proposal, with a COUNTER (the answer of a calendar program that asks for another time).
    None if the proposal did not come by mail."""

    @property
    def open(self) -> bool:
        return self.status is ProposalStatus.OPEN

    def consented(self, side: str) -> bool:
        return any(consent.side == side for consent in self.consents)


class Silence(Value):
    """One thing that one side has put on record, while the other sides may object (models/machine/silence)."""

    side: str
    """The side that put it on record."""
    since: Instant
    about: str
    """What the side put on record: mark, outcome or evidence."""
    rule: SilenceRule
    """How long the other sides may object, as their mail says. `express` if each of them must agree. A later change of
    the plan does not change this field."""
    keys: dict[str, str] = {}
    """For each of the other sides: the key of the announcement that told it."""
    reached: dict[str, Instant] = {}
    """For each of the other sides: the instant at which the mail server took the mail that told it. A side that was not
    reached yet is missing."""
    agreed: dict[str, str] = {}
    """For each side that has agreed: the office that said so. A side that has not agreed is missing."""
    looking: bool = False
    """True: the time to object is over, and an activity now looks into the inbox for unread objections."""
    look_at: Instant | None = None
    """When an activity looks into the inbox again. None: it has not looked yet, and does so when the time to object
    ends."""
    unread: str = ""
    """Why the silence has not ended although the time to object is over. Empty if no such reason is known."""
    unbroken: bool = False
    """True: the time to object is over, and no side has objected."""

    @property
    def name(self) -> str:
        """What was put on record and by whom, in words: "the mark that LAO put on record"."""
        return f"the {self.about} that {self.side} put on record"


class Closure(Value):
    """How an item ended."""

    status: str
    """The last status: closed, dropped, excused, expired or settled."""
    at: Instant
    office: str | None = None
    """The office whose act has closed the item. None if no office closed it."""
    text: str = ""
    """The reason of the end, in words."""


class TakenAct(Value):
    act_id: str
    verb: str = ""
    office: str = ""
    receipt: Receipt


class HeldFacts(NamedTuple):
    """When, where and how a meeting was held."""

    on: ZonedTime | None
    """When the meeting was held. None if no time is known."""
    place: str
    format: Format | None
    """In what form the sides met. None if it is not known."""


class Reopened(Value):
    """What an item that is opened from the record must still do."""

    pending: tuple[dict[str, Any], ...] = ()
    """The effects that the earlier engine may not have carried out (models/reopening/kept_effects.py). Empty if there
    are none."""


class ItemState(Value):
    """The state of an item between two decisions."""

    setup: ItemSetup
    reopened: Reopened | None = None
    """Only in the argument of a workflow that is opened from the record. Such a workflow does nothing before the signal
    `go_on`. None in every other state."""
    open_acts: tuple[OpenAct, ...] = ()
    rounds: dict[str, int] = {}
    """How often an act was newly asked of a side. The key is the act and the side: "mark/lao"."""
    proposals: tuple[Proposal, ...] = ()
    last_proposal: int = 0
    extended_to: Instant | None = None
    """The end of the window to which every side has consented. None if the window was not extended."""
    asleep_until: Instant | None = None
    """The instant to which the sides have postponed the item by consent. Until then, the item sleeps. None if it is not
    postponed."""
    awake: bool = False
    late: bool = False
    """True: the window (with its extension, if it has one) ended while the item was open."""
    excused: bool = False
    """True: when the window ended, every side had already consented to a later date or to a postponement."""
    rounds_passed: int = 0
    """How many status rounds of the plan have begun for this item."""
    round_closed: bool = False
    """True: the last status round is over. The program does not ask any more, but an answer still counts."""
    progress: tuple[Progressed, ...] = ()
    """The last answer of each side to a status round."""
    called: str = ""
    """The reason that an office gave when it called this item (act `call`). Empty if no office called it."""
    host: str | None = None
    """The side that hosts. None if no host is known, or if the item has no host."""
    told: tuple[str, ...] = ()
    """The offices that got a notice or an announcement about this item."""
    announced: int = 0
    evidence: tuple[dict[str, Any], ...] = ()
    asked_back: tuple[AskedBack, ...] = ()
    """The last questions that the secretariat sent about mails, oldest first."""
    silences: tuple[Silence, ...] = ()
    """What is on record under silence, oldest first. A silence stays here when it is over, until the item is closed or
    until it is disputed or corrected. Empty if nothing is under silence."""
    closed: Closure | None = None
    """How the item ended. None while it is open."""
    ledger: tuple[LedgerEntry, ...] = ()
    entries: int = 0
    taken: tuple[TakenAct, ...] = ()

    # What the fields of letters need

    def invites_to(self, slot: Slot) -> bool:
        """Whether the calendars hold a tentative event at this time. It is False for items that are not meetings."""
        return False

    @property
    def held_facts(self) -> "HeldFacts | None":
        """When, where and how the meeting was held, as its mark says. None if there is no mark, or for another item."""
        return None

    def words_of(self, name: str) -> str:
        """Returns the words that letters show for an id in a proposal: the text of a question, or the title of an
        obligation. Without such words, it returns the id."""
        return name

    @property
    def window_end(self) -> Instant | None:
        """The end of the window, with its extension. None if the item has no window."""
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
        """Returns the instant at which an open proposal lapses: the start of a proposed date, or the instant until
        which the item is to be postponed or its window extended.

        None if the proposal is unknown or has another topic, or if the item decides by rules before edition 1. By those
        rules nothing lapses.
        """
        proposal = self.proposal(number)
        if proposal is None or self.setup.edition < 1:
            return None
        terms = proposal.terms
        if terms.topic is Topic.DATE:
            return terms.slot.start.utc if terms.slot else None
        return terms.until if terms.topic in (Topic.POSTPONE, Topic.EXTEND) else None

    @property
    def round(self) -> RoundAt | None:
        """The status round that began last. None if no round has begun, or if the item has no rounds any more."""
        # If an amendment gave the item a window, it has no rounds any more.
        asked = 0 < self.rounds_passed <= len(self.setup.rounds)
        return self.setup.rounds[self.rounds_passed - 1] if asked else None

    @property
    def open_proposals(self) -> tuple[Proposal, ...]:
        return tuple(p for p in self.proposals if p.open)
