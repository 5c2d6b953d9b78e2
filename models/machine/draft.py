"""A draft collects what one decision changes: the state, the lines of the ledger and the effects."""

from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar

from models.common.values import Instant, Value
from models.machine.letter_fields import happened
from models.machine.state import LEDGER_KEPT, ItemState, ProposalStatus
from models.messages.acts import Act, Document, Terms, Topic
from models.messages.calendar_event import CalendarEvent
from models.messages.effects import Announce, Effect, Enter, GiveOrder, ItemReport, Order, ReportUp
from models.messages.notices import Announcement, AnnouncementKind, Happened
from models.messages.sentences import describe
from models.messages.views import LedgerEntry, Receipt
from models.plan.parties import Rung

S = TypeVar("S", bound=ItemState)


class Step(Value, Generic[S]):
    """The result of one decision: the new state, the effects, and a receipt. The receipt is None if no act was
    taken."""

    state: S
    effects: tuple[Effect, ...] = ()
    receipt: Receipt | None = None


def heard_at(state: ItemState, decided: Instant | None, now: Instant) -> Instant:
    """Returns the instant from which a message of another workflow counts. It is usually `decided`, the instant at
    which that workflow decided.

    It is never before the last line of this item's ledger, because the instants of a ledger only go forward. A message
    that comes more than a tenth of a despatch period late counts from now, so that no ladder climbs because of an
    outage. It also counts from now if `decided` is None.
    """
    if decided is None or decided > now or now - decided > state.setup.despatch.period / 10:
        return now
    return max(decided, state.ledger[-1].at) if state.ledger else decided


class Draft(Generic[S]):
    """A step that is not complete yet. A draft exists only during one decision."""

    def __init__(self, state: S, now: Instant) -> None:
        self.state = state
        self.now = now
        self.effects: list[Effect] = []
        self.message: Document | None = None
        """The mail in which the act came. The lines of the ledger about the act name this mail. None if no mail brought
        it."""
        self.seems = ""
        """The act that an answer by mail seems to be, in words. It goes into the receipt. Empty if there is none."""
        self.look = ""
        """Why a person must look at the mail of the act. It goes into the receipt. Empty if nobody need look."""
        self._entered: tuple[LedgerEntry, Act | None] | None = None
        """The last line of this step, with its act. Announcements tell the line in fields."""

    def put(self, **changes: Any) -> None:
        self.state = self.state.model_copy(update=changes)

    def enter(self, verb: str, text: str, act: Act | None = None, **data: Any) -> None:
        """Adds a numbered line to the ledger and to the record. `data` holds further fields of the line."""
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

    def enter_beside(self, verb: str, text: str) -> None:
        """Adds a line to the ledger and to the record, as `enter` does. Announcements go on to tell the line before."""
        kept = self._entered
        self.enter(verb, text)
        self._entered = kept

    def tell(self, item: str, order: Order, at: Instant | None = None) -> None:
        """Adds an effect that gives an order to an item. `at` is the instant at which the order was due. None: now."""
        self.effects.append(GiveOrder(item=item, order=order.model_copy(update={"at": at or self.now})))

    def report(self, report: ItemReport) -> None:
        """Adds an effect that sends a report to the workflow that opened this item."""
        self.effects.append(ReportUp(report=report.model_copy(update={"at": self.now})))

    def words(self, terms: Terms) -> str:
        """Returns the terms of a proposal in a few words."""
        return describe(terms, self.state.setup.clock, self.state.setup.names)

    def moment(self, instant: Instant) -> str:
        """Returns an instant in words for people, in the zone of the plan."""
        return self.state.setup.clock.moment(instant)

    def last_line(self) -> Happened | None:
        """Returns the last line about an act as fields for a letter. None if this step has entered no line."""
        return happened(self.state, *self._entered) if self._entered else None

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
    ) -> tuple[Announcement, ...]:
        """Announces something to the coordinator of each of these sides. With `above`, the office above it gets the
        announcement, if there is one.

        `at` is the instant at which the announcement was due. None: now. `more` holds further fields of the
        announcement. Returns the announcements.
        """
        parties = [self.state.setup.party(side) for side in sides]
        rungs = [(above and party.above) or party.coordinator for party in parties]
        return self.announce_to(kind, rungs, text, event=event, final=final, at=at, **more)

    def announce_to(
        self,
        kind: AnnouncementKind,
        rungs: Iterable[Rung],
        text: str,
        *,
        at: Instant | None = None,
        acknowledged: bool = False,
        dues: Mapping[str, Instant] | None = None,
        **more: Any,
    ) -> tuple[Announcement, ...]:
        """Announces something to the offices of these rungs. They may be former offices that an amendment has replaced.

        With `acknowledged`, the post room tells the item when the mail server has taken the mail. `dues` holds, for
        each office, the instant by which it is asked to answer. An office without such an instant is missing. `at` and
        `more` mean the same as in `announce`. Returns the announcements.
        """
        setup = self.state.setup
        number = self.state.announced + 1
        self.put(announced=number)
        told = self.last_line()
        announcements = []
        for rung in rungs:
            key = f"{setup.id}/{kind.value}/{number}/{rung.office}"
            announcement = Announcement(
                key=key,
                acknowledges=(key,) if acknowledged else (),
                kind=kind,
                item=setup.id,
                ref=setup.ref,
                title=setup.title,
                short=setup.short,
                office=rung.office,
                office_title=rung.title,
                at=at or self.now,
                text=setup.spoken(text),
                due=(dues or {}).get(rung.office),
                zones=setup.zones if more.get("event") is not None else (),
                **{"happened": told, **more},
            )
            self.told(rung.office)
            self.effects.append(Announce(announcement=announcement))
            announcements.append(announcement)
        return tuple(announcements)

    def set_proposal(self, number: int, **changes: Any) -> None:
        self.put(
            proposals=tuple(p.model_copy(update=changes) if p.number == number else p for p in self.state.proposals)
        )

    def overtake(self, *topics: Topic, about: str = "") -> None:
        """Gives the status `overtaken` to the open proposals of these topics, because a decision has made them
        pointless."""
        for proposal in self.state.open_proposals:
            if proposal.terms.topic in topics and proposal.terms.about == about:
                self.set_proposal(proposal.number, status=ProposalStatus.OVERTAKEN)
