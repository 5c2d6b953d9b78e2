"""The facts from which reports and timelines are made, and the items of a plan as these facts tell them on one day."""

from collections.abc import Iterator
from typing import NamedTuple

from models.common.clock import Clock
from models.common.ids import obligation_id
from models.common.values import Instant, Value
from models.governance.amended_plan import AmendmentInForce, Settlement
from models.items.turns import Turns
from models.messages.views import ItemRow, LedgerEntry
from models.plan.amendment import AmendmentKind
from models.plan.plan import Cadence, Obligation, Plan, Provision, Window
from models.report.item_record import Known, hear_all


class ItemFact(Value):
    """The record of one item, and its row of today, as `status` lists it."""

    id: str
    entries: tuple[LedgerEntry, ...] = ()
    """All lines of its record, the view too."""
    row: ItemRow | None = None
    """None if the item has ended, or if the facts are from the record alone."""


class SeriesFact(Value):
    """The hosting turns of one series on the day of the report."""

    id: str
    hosting: Turns
    rotating: bool = True
    """Whether the host rotates."""
    next: str = ""
    """A sentence that says who hosts next, and why."""
    of_day: bool = True
    """False: the record does not tell the turns of that day, so these are the turns of today."""


class Facts(Value):
    """Everything from which a report is made, except the plan."""

    launched: Instant
    clock: Clock = Clock()
    current: bool = True
    """True: the report is of today. False: it is of a past day, and the rows of today are not used."""
    awaited_recorded: bool = False
    """True: the record tells which acts were awaited on a past day."""
    valid_until: Instant | None = None
    """The end of the plan's validity. None if the plan states no term."""
    ended: bool = False
    """True: the validity had ended on that day, so that no more sessions open."""
    windows: dict[str, tuple[Window, ...]] = {}
    """The resolved windows of each obligation, as the plan read on that day."""
    items: tuple[ItemFact, ...] = ()
    series: tuple[SeriesFact, ...] = ()
    amendments: tuple[AmendmentInForce, ...] = ()
    settlements: tuple[Settlement, ...] = ()


class Followed(NamedTuple):
    """One item of the plan, with what is known of it on the day of the report."""

    id: str
    provision: Provision
    obligation: Obligation
    session: str
    """The name of the session. Empty if the item is not a session."""
    known: Known

    @property
    def meets(self) -> bool:
        """Whether people meet for it. If not, it is a commitment."""
        return self.obligation.kind.meets


class PlanOnDay:
    """A plan and its facts on one day: which items there are (`items`), and what is known of each."""

    def __init__(self, plan: Plan, facts: Facts, as_of: Instant) -> None:
        self.plan = plan
        self.facts = facts
        self.as_of = as_of
        self._facts = {fact.id: fact for fact in facts.items}
        self._sessions = self._by_obligation()
        self.items = tuple(self._items())

    def _by_obligation(self) -> dict[str, list[str]]:
        """The sessions that have a record or a row, by the id of their series."""
        found: dict[str, list[str]] = {}
        for item in self._facts:
            parent, _, session = item.rpartition("/")
            if session and "/" in parent:
                found.setdefault(parent, []).append(session)
        return found

    def obligations(self) -> Iterator[tuple[Provision, Obligation]]:
        """All obligations with their provisions, in the order of the text.

        Obligations that an amendment has dropped are among them, each at the end of its provision.
        """
        dropped = [
            (each.amendment.provision, Obligation.model_validate(each.before))
            for each in self.facts.amendments
            if each.amendment.kind is AmendmentKind.DROP and each.before is not None and each.at <= self.as_of
        ]
        for provision in self.plan.provisions:
            yield from ((provision, each) for each in provision.obligations)
            yield from ((provision, each) for ref, each in dropped if ref == provision.ref)

    def windows(self, obligation: Obligation) -> tuple[Window, ...]:
        """The windows of an obligation on that day. Empty if it has none."""
        return self.facts.windows.get(obligation.id, ())

    def _items(self) -> Iterator[Followed]:
        for provision, obligation in self.obligations():
            if obligation.item is not None:
                continue
            item = obligation_id(self.plan.plan, obligation.id)
            known = self.known(item)
            if self._is_one(obligation, known):
                yield Followed(item, provision, obligation, "", known)
            yield from self._sessions_of(provision, obligation, item)

    def _sessions_of(self, provision: Provision, obligation: Obligation, item: str) -> Iterator[Followed]:
        """The sessions of a series, in the order of their windows. One without a window counts from when it opened."""
        windows = {window.name: window for window in self.windows(obligation)}
        found = []
        for name in self._sessions.get(item, []):
            known = self.known(f"{item}/{name}")
            if known.there:
                window = known.window or windows.get(name)
                begins = window.start if window else known.opened_at or self.facts.launched
                found.append((begins, number_of(name), Followed(f"{item}/{name}", provision, obligation, name, known)))
        yield from (each for _, _, each in sorted(found, key=lambda each: each[:2]))

    def is_series(self, obligation: Obligation) -> bool:
        """Whether an obligation has sessions. For a dropped obligation: whether the record has any."""
        if obligation.recurs:
            return True
        gone = self.plan.obligation(obligation.id) is None
        return gone and obligation_id(self.plan.plan, obligation.id) in self._sessions

    def in_rounds(self, obligation: Obligation) -> bool:
        """Whether status rounds ask about the item of an obligation."""
        on_trigger = obligation.cadence is Cadence.ON_TRIGGER
        return self.plan.round is not None and obligation.working_windows is None and not on_trigger

    def _is_one(self, obligation: Obligation, known: Known) -> bool:
        """Whether the obligation itself is counted as an item.

        A series whose sessions have windows is not, because its sessions are. An item that waits for a call is counted
        only once it is awake.
        """
        if self.is_series(obligation) and not self.in_rounds(obligation):
            return False
        if obligation.cadence is Cadence.ON_TRIGGER:
            return known.awake
        return known.there or self.plan.obligation(obligation.id) is not None

    @property
    def awaited_known(self) -> bool:
        """Whether it is known which acts were awaited on the day."""
        return self.facts.current or self.facts.awaited_recorded

    def known(self, item: str) -> Known:
        """What is known of an item on the day. Without a record and a row, nothing is (`there` is False)."""
        fact = self._facts.get(item, ItemFact(id=item))
        known = hear_all(entry for entry in fact.entries if entry.at <= self.as_of)
        return known.now(fact.row) if self.facts.current else known

    def all_known(self) -> Iterator[tuple[str, Known]]:
        """Each item in the facts with what is known of it. The plan and lists of questions are among them."""
        yield from ((item, self.known(item)) for item in self._facts)

    def to_come(self) -> Iterator[tuple[Obligation, Window]]:
        """The windows of sessions that have not opened yet, with their obligations. Empty after the plan's validity."""
        for _, obligation in self.plan.obligations():
            own = self.windows(obligation)
            if self.facts.ended or obligation.item is not None or not obligation.recurs:
                continue
            item = obligation_id(self.plan.plan, obligation.id)
            yield from (
                (obligation, each)
                for each in own
                if each.end > self.as_of and not self.known(f"{item}/{each.name}").there
            )

    def dormant(self) -> tuple[tuple[Provision, Obligation], ...]:
        """The obligations that are not counted, because no side has called for them."""
        counted = {each.obligation.id for each in self.items}
        return tuple(
            (provision, each)
            for provision, each in self.plan.obligations()
            if each.cadence is Cadence.ON_TRIGGER and each.item is None and each.id not in counted
        )

    def series_of(self, obligation: Obligation) -> SeriesFact | None:
        """The turns of the series of an obligation. None if there are none in the facts."""
        item = obligation_id(self.plan.plan, obligation.id)
        return next((each for each in self.facts.series if each.id == item), None)


def side_names(plan: Plan) -> dict[str, str]:
    """The short name of each side, by its code."""
    return {name: side.short or side.name for name, side in plan.sides.items()}


def number_of(name: str) -> tuple[int, str]:
    """A key to sort sessions by name: names that are numbers, such as years, by their number."""
    return (int(name) if name.isdigit() else 0, name)
