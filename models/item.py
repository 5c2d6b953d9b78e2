"""What every item is made of: its setup, what is awaited of whom, proposals and consent, the ledger."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from pydantic import JsonValue

from models.acts import Act, Document, Terms, Topic
from models.base import Duration, Instant, Value
from models.effects import Announce, Effect, Enter, Order, PostRoomAddress, Report, SessionReport, Tell
from models.invitation import CalendarEvent
from models.letters import Announcement, AnnouncementKind
from models.plan import DespatchRule, Window
from models.telling import happened
from models.views import LedgerEntry, Receipt
from models.wording import Clock, describe

LEDGER_KEPT = 20
PROPOSALS_KEPT = 12
ACTS_KEPT = 40
EVIDENCE_KEPT = 20


class Rung(Value):
    """One office on a ladder."""

    office: str
    title: str
    """In full: "Director General, Ministry of Industry and Commerce"."""
    label: str
    """In a sentence: "Lao director general"."""
    after: Duration


class Party(Value):
    """A side, and its offices from the coordinator upwards."""

    side: str
    adjective: str
    name: str = ""
    """The state in short: "Cambodia"."""
    ladder: tuple[Rung, ...]
    offices: dict[str, str]
    """Every office of the institution with its title: any of them may act."""
    zone: str = "UTC"
    """IANA zone of its offices."""
    focal_point: str | None = None
    focal_point_title: str = ""

    higher: Rung | None = None
    """The office above the coordinator, also where its ladder does not climb to it."""

    @property
    def coordinator(self) -> Rung:
        return self.ladder[0]

    @property
    def above(self) -> Rung | None:
        """Its higher authority; None for a third state, within which nobody is written to but the coordinator."""
        return self.ladder[1] if len(self.ladder) > 1 else self.higher

    @property
    def told(self) -> tuple[Rung, ...]:
        """Every office that may be written to about the item."""
        return (*self.ladder, *((self.higher,) if self.higher else ()))


class RoundAt(Value):
    """One status round of the plan, resolved to instants."""

    name: str
    """Its year, or its number in a demonstration plan."""
    at: Instant
    closes: Instant
    """When the ministries of foreign affairs are shown what was answered."""


class ItemSetup(Value):
    """What an item is born with and never changes."""

    plan: str
    plan_title: str
    id: str
    ref: str
    kind: str
    obligation: str
    session: str | None
    title: str
    short: str
    uid: str
    parent: str
    """Id of the workflow that opened it."""
    parties: tuple[Party, ...]
    despatch: DespatchRule
    window: Window | None
    opens_at: Instant | None
    """Nothing is awaited before. None: nothing dates it, and only an act or a status round asks anything."""
    clock: Clock = Clock()
    rounds: tuple[RoundAt, ...] = ()
    """The status rounds in which it is asked how far it has come; empty where a window dates it."""
    on_trigger: bool = False
    """Dormant until one of `triggers` calls it."""
    triggers: tuple[str, ...] = ()
    """Sides that may call it."""
    condition: str = ""
    """When it may be called, in the words of the register."""
    not_before: Instant | None = None
    """It may be called only from then on."""
    lead: Duration = timedelta(0)
    """Time that should be left between the top of the ladder and the end of a window."""
    rotating: bool = False
    host_in_questions: bool = False
    """Who hosts first is asked in the list of open questions, not by each session."""
    report_to_higher: bool = False
    evidence_wanted: str = ""
    assumed: tuple[str, ...] = ()
    settled: dict[str, JsonValue] = {}
    """What the text leaves open and the sides have settled by consent, by field."""
    tells_busy: bool = False
    """The plan learns when the rounds do not ask about it, because it is followed by itself."""
    records_awaited: bool = False
    """Its record holds, with each line, what is awaited from then on."""
    former: tuple[Party, ...] = ()
    """Sides as they were before an amendment changed their offices: what was told there is settled there."""

    def party(self, side: str) -> Party:
        return next(party for party in self.parties if party.side == side)

    def side_of(self, office: str) -> str | None:
        """The side for which an office may act here, or None."""
        return next((party.side for party in self.parties if office in party.offices), None)

    @property
    def names(self) -> dict[str, str]:
        """The states in short, by side."""
        return {party.side: party.name or party.adjective for party in self.parties}

    def title_of(self, office: str, side: str) -> str:
        """An office of a side by its title."""
        parties = (party for party in (*self.parties, *self.former) if side in ("", party.side))
        return next((party.offices[office] for party in parties if office in party.offices), office)

    def spoken(self, text: str) -> str:
        """A line of the ledger as it is said to an office: titles in place of ids."""
        for party in (*self.parties, *self.former):
            for office, title in party.offices.items():
                name = rf"(?<![\w.-]){re.escape(f'{office} ({party.side})')}"
                text = re.sub(name, lambda _, title=title: title, text)  # type: ignore[misc]
        return text

    def changed(self, changes: Mapping[str, Any]) -> "ItemSetup":
        """The setup with fields, as JSON, that an amendment changes."""
        after = type(self).model_validate({**self.model_dump(), **changes})
        gone = tuple(party for party in self.parties if party not in after.parties and party not in self.former)
        return after.model_copy(update={"former": (*self.former, *gone)}) if gone else after

    @property
    def sides(self) -> tuple[str, ...]:
        return tuple(party.side for party in self.parties)

    def post_room(self, office: str) -> PostRoomAddress:
        """What starts the post room of an office on one of the ladders, or on one of before an amendment."""
        parties = (*self.parties, *reversed(self.former))
        party = next(p for p in parties if any(rung.office == office for rung in p.told))
        title = next(rung.title for rung in party.told if rung.office == office)
        return PostRoomAddress(
            plan=self.plan,
            plan_title=self.plan_title,
            office=office,
            office_title=title,
            despatch=self.despatch,
            zone=party.zone,
            clock=self.clock,
            focal_point=party.focal_point,
            focal_point_title=party.focal_point_title,
            side=party.side,
        )


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


S = TypeVar("S", bound=ItemState)


class Step(Value, Generic[S]):
    """A decision: the state that follows, and what is to be done."""

    state: S
    effects: tuple[Effect, ...] = ()
    receipt: Receipt | None = None


def heard_at(state: ItemState, decided: Instant | None, now: Instant) -> Instant:
    """The instant from which counts what another workflow tells, heard now: that of its decision.

    Not before this item's own last decision, because a ledger goes forward only. What comes later than a tenth of a
    despatch period counts from now: no ladder climbs on an outage of ours.
    """
    if decided is None or decided > now or now - decided > state.setup.despatch.period / 10:
        return now
    return max(decided, state.ledger[-1].at) if state.ledger else decided


class Draft(Generic[S]):
    """A step in the making. It lives within one decision only."""

    def __init__(self, state: S, now: Instant) -> None:
        self.state = state
        self.now = now
        self.effects: list[Effect] = []
        self.message: Document | None = None
        """The mail that carried the act: its lines in the ledger name it."""
        self._entered: tuple[LedgerEntry, Act | None] | None = None
        """The last line of this step, with the act that it tells of: announcements tell it in fields."""

    def put(self, **changes: Any) -> None:
        self.state = self.state.model_copy(update=changes)

    def enter(self, verb: str, text: str, act: Act | None = None, **data: Any) -> None:
        """Adds a numbered line to the ledger and to the record."""
        side = self.state.setup.side_of(act.office) if act else None
        if act and self.message:
            data["message"] = self.message.model_dump(mode="json")
        entry = LedgerEntry(
            n=self.state.entries + 1,
            at=self.now,
            verb=verb,
            text=text,
            office=act.office if act else None,
            side=side,
            data={key: value for key, value in data.items() if value is not None},
        )
        self.put(ledger=(*self.state.ledger, entry)[-LEDGER_KEPT:], entries=entry.n)
        self._entered = (entry, act) if act is not None or self._entered is None else (entry, self._entered[1])
        self.effects.append(Enter(entry=entry))

    def tell(self, item: str, order: Order, at: Instant | None = None) -> None:
        """Gives an order to an item. `at` is when it was due, where time brings it."""
        self.effects.append(Tell(item=item, order=order.model_copy(update={"at": at or self.now})))

    def report(self, report: SessionReport) -> None:
        """Tells the workflow that opened this item."""
        self.effects.append(Report(report=report.model_copy(update={"at": self.now})))

    def words(self, terms: Terms) -> str:
        """Terms in a few words."""
        return describe(terms, self.state.setup.clock, self.state.setup.names)

    def moment(self, instant: Instant) -> str:
        """An instant as people read it."""
        return self.state.setup.clock.moment(instant)

    def told(self, office: str) -> None:
        if office not in self.state.told:
            self.put(told=(*self.state.told, office))

    def announce(
        self,
        kind: AnnouncementKind,
        sides: tuple[str, ...],
        text: str,
        event: CalendarEvent | None = None,
        above: bool = False,
        how: str = "",
        final: bool = False,
        at: Instant | None = None,
        **more: Any,
    ) -> None:
        """One announcement to an office of each of these sides: the coordinator, or the one above.

        `how` is a command with `{office}` in it; `at` the instant at which it was due, where time brings it; `more`
        further fields of the announcement.
        """
        parties = [self.state.setup.party(side) for side in sides]
        rungs = [(above and party.above) or party.coordinator for party in parties]
        self.announce_to(kind, rungs, text, event=event, how=how, final=final, at=at, **more)

    def announce_to(
        self,
        kind: AnnouncementKind,
        rungs: Iterable[Rung],
        text: str,
        *,
        how: str = "",
        at: Instant | None = None,
        **more: Any,
    ) -> None:
        """As `announce`, to offices that need not be those of a side today."""
        setup = self.state.setup
        number = self.state.announced + 1
        self.put(announced=number)
        told = happened(self.state, *self._entered) if self._entered else None
        for rung in rungs:
            announcement = Announcement(
                key=f"{setup.id}/{kind.value}/{number}/{rung.office}",
                kind=kind,
                item=setup.id,
                ref=setup.ref,
                title=setup.title,
                short=setup.short,
                office=rung.office,
                office_title=rung.title,
                at=at or self.now,
                text=setup.spoken(text),
                how=how.format(office=rung.office),
                **{"happened": told, **more},
            )
            self.told(rung.office)
            self.effects.append(Announce(announcement=announcement))

    def set_proposal(self, number: int, **changes: Any) -> None:
        self.put(
            proposals=tuple(p.model_copy(update=changes) if p.number == number else p for p in self.state.proposals)
        )

    def overtake(self, *topics: Topic, about: str = "") -> None:
        """Proposals that what has just happened leaves without object."""
        for proposal in self.state.open_proposals:
            if proposal.terms.topic in topics and proposal.terms.about == about:
                self.set_proposal(proposal.number, status=ProposalStatus.OVERTAKEN)
