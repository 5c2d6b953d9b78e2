"""The facts from which a report and a timeline are built, and one reading of them as of an instant."""

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
    """What is known of one item: its record, and its row of `status` as it is now."""

    id: str
    entries: tuple[LedgerEntry, ...] = ()
    """The whole record, the views among its lines included."""
    row: ItemRow | None = None
    """None for what has ended, and for what was asked of the record alone."""


class SeriesFact(Value):
    """The hosting turns of one series, as they are or were on the day."""

    id: str
    hosting: Turns
    rotating: bool = True
    next: str = ""
    of_day: bool = True
    """False where the record does not tell them: these are the turns of today, for a day in the past."""


class Facts(Value):
    """Everything that a report is made of, beside the plan."""

    launched: Instant
    clock: Clock = Clock()
    current: bool = True
    """False for a day in the past: rows of today are not those of that day."""
    awaited_recorded: bool = False
    """The record tells what was awaited on a past day."""
    valid_until: Instant | None = None
    ended: bool = False
    """The validity of the plan had ended: no session is to come."""
    windows: dict[str, tuple[Window, ...]] = {}
    """The resolved windows by obligation, as the plan read on that day."""
    items: tuple[ItemFact, ...] = ()
    series: tuple[SeriesFact, ...] = ()
    amendments: tuple[AmendmentInForce, ...] = ()
    settlements: tuple[Settlement, ...] = ()


class Followed(NamedTuple):
    """One item of the plan, as it was known on the day."""

    id: str
    provision: Provision
    obligation: Obligation
    session: str
    """Empty for what has one item in all."""
    known: Known

    @property
    def meets(self) -> bool:
        return self.obligation.kind.meets


class PlanOnDay:
    """The plan beside its facts, on one day: which items there are, and which are not counted."""

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
        """Those of the plan; with each, those that an amendment has dropped from its provision."""
        dropped = [
            (each.amendment.provision, Obligation.model_validate(each.before))
            for each in self.facts.amendments
            if each.amendment.kind is AmendmentKind.DROP and each.before is not None and each.at <= self.as_of
        ]
        for provision in self.plan.provisions:
            yield from ((provision, each) for each in provision.obligations)
            yield from ((provision, each) for ref, each in dropped if ref == provision.ref)

    def windows(self, obligation: Obligation) -> tuple[Window, ...]:
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
        """In the order of their windows; what was called stands where it was called."""
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
        """Whether it has sessions, each an item; of what was dropped, as far as the record has any."""
        if obligation.recurs:
            return True
        gone = self.plan.obligation(obligation.id) is None
        return gone and obligation_id(self.plan.plan, obligation.id) in self._sessions

    def in_rounds(self, obligation: Obligation) -> bool:
        """Whether status rounds ask how far it has come."""
        on_trigger = obligation.cadence is Cadence.ON_TRIGGER
        return self.plan.round is not None and obligation.working_windows is None and not on_trigger

    def _is_one(self, obligation: Obligation, known: Known) -> bool:
        """Whether the obligation itself is an item: not the series of dated sessions, nor what only a call wakes."""
        if self.is_series(obligation) and not self.in_rounds(obligation):
            return False
        if obligation.cadence is Cadence.ON_TRIGGER:
            return known.awake
        return known.there or self.plan.obligation(obligation.id) is not None

    @property
    def awaited_known(self) -> bool:
        return self.facts.current or self.facts.awaited_recorded

    def known(self, item: str) -> Known:
        fact = self._facts.get(item, ItemFact(id=item))
        known = hear_all(entry for entry in fact.entries if entry.at <= self.as_of)
        return known.now(fact.row) if self.facts.current else known

    def all_known(self) -> Iterator[tuple[str, Known]]:
        """Every item that has a record or a row, the plan and its lists of questions too."""
        yield from ((item, self.known(item)) for item in self._facts)

    def to_come(self) -> Iterator[tuple[Obligation, Window]]:
        """Sessions of series whose window has not opened."""
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
        """What nobody has called, and is not counted."""
        counted = {each.obligation.id for each in self.items}
        return tuple(
            (provision, each)
            for provision, each in self.plan.obligations()
            if each.cadence is Cadence.ON_TRIGGER and each.item is None and each.id not in counted
        )

    def series_of(self, obligation: Obligation) -> SeriesFact | None:
        item = obligation_id(self.plan.plan, obligation.id)
        return next((each for each in self.facts.series if each.id == item), None)


def side_names(plan: Plan) -> dict[str, str]:
    return {name: side.short or side.name for name, side in plan.sides.items()}


def number_of(name: str) -> tuple[int, str]:
    """Sessions by number where they are numbers, as years are."""
    return (int(name) if name.isdigit() else 0, name)
