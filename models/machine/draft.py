"""Collects one decision: the changed state, the lines of the ledger, the effects."""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from models.common.values import Instant, Value
from models.machine.letter_fields import happened
from models.machine.state import LEDGER_KEPT, ItemState, ProposalStatus
from models.messages.acts import Act, Document, Terms, Topic
from models.messages.calendar_event import CalendarEvent
from models.messages.effects import Announce, Effect, Enter, GiveOrder, ItemReport, Order, ReportUp
from models.messages.notices import Announcement, AnnouncementKind
from models.messages.sentences import describe
from models.messages.views import LedgerEntry, Receipt
from models.plan.parties import Rung

S = TypeVar("S", bound=ItemState)


class Step(Value, Generic[S]):
    """A decision: the new state, the effects, and the receipt of an act."""

    state: S
    effects: tuple[Effect, ...] = ()
    receipt: Receipt | None = None


def heard_at(state: ItemState, decided: Instant | None, now: Instant) -> Instant:
    """The instant from which a message of another workflow counts: the instant `decided` at which that one decided.

    It is never before this item's own last decision, because the instants of a ledger only go forward. A message that
    comes more than a tenth of a despatch period late counts from now, so that no ladder climbs because of an outage.
    """
    if decided is None or decided > now or now - decided > state.setup.despatch.period / 10:
        return now
    return max(decided, state.ledger[-1].at) if state.ledger else decided


class Draft(Generic[S]):
    """A step that is not finished yet. A draft exists only during one decision."""

    def __init__(self, state: S, now: Instant) -> None:
        self.state = state
        self.now = now
        self.effects: list[Effect] = []
        self.message: Document | None = None
        """The mail in which the act came. The lines of the ledger about the act name it."""
        self._entered: tuple[LedgerEntry, Act | None] | None = None
        """The last line of this step, with its act. Announcements tell the line in fields."""

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
        """Gives an order to an item. `at` is the instant at which the order was due. None: now."""
        self.effects.append(GiveOrder(item=item, order=order.model_copy(update={"at": at or self.now})))

    def report(self, report: ItemReport) -> None:
        """Sends a report to the workflow that opened this item."""
        self.effects.append(ReportUp(report=report.model_copy(update={"at": self.now})))

    def words(self, terms: Terms) -> str:
        """The terms of a proposal in a few words."""
        return describe(terms, self.state.setup.clock, self.state.setup.names)

    def moment(self, instant: Instant) -> str:
        """An instant as people read it, with the zone of the plan."""
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
        final: bool = False,
        at: Instant | None = None,
        **more: Any,
    ) -> None:
        """Announces something to the coordinator of each of these sides. With `above`: to the office above it.

        `at` is the instant at which the announcement was due. None: now. `more` holds further fields of the
        announcement.
        """
        parties = [self.state.setup.party(side) for side in sides]
        rungs = [(above and party.above) or party.coordinator for party in parties]
        self.announce_to(kind, rungs, text, event=event, final=final, at=at, **more)

    def announce_to(
        self,
        kind: AnnouncementKind,
        rungs: Iterable[Rung],
        text: str,
        *,
        at: Instant | None = None,
        **more: Any,
    ) -> None:
        """Like `announce`, but to these offices, which need not be offices of the item any more."""
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
                **{"happened": told, **more},
            )
            self.told(rung.office)
            self.effects.append(Announce(announcement=announcement))

    def set_proposal(self, number: int, **changes: Any) -> None:
        self.put(
            proposals=tuple(p.model_copy(update=changes) if p.number == number else p for p in self.state.proposals)
        )

    def overtake(self, *topics: Topic, about: str = "") -> None:
        """Marks the open proposals of these topics as overtaken, because a decision has made them pointless."""
        for proposal in self.state.open_proposals:
            if proposal.terms.topic in topics and proposal.terms.about == about:
                self.set_proposal(proposal.number, status=ProposalStatus.OVERTAKEN)
