"""The facts from which the program makes reports and timelines, and what these facts tell of each item on one day."""

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
from models.report.rectified import in_force, rectified_item


class ItemFact(Value):
    """What the program has gathered about one item: its record, and its row in the table that `status` prints today."""

    id: str
    entries: tuple[LedgerEntry, ...] = ()
    """All lines of the item's record, with the view at the end. Empty if the item has no record."""
    row: ItemRow | None = None
    """The item's row of today. None if the item has ended, or if the caller has read only the record."""


class SeriesFact(Value):
    """The hosting turns of one series, on the day of the report if the record tells them (`of_day`)."""

    id: str
    hosting: Turns
    rotating: bool = True
    """True: the sides host in turn. False: another rule says who hosts."""
    next: str = ""
    """A sentence that says which side hosts next, and why. Empty if the facts do not tell it."""
    of_day: bool = True
    """True: `hosting` and `next` are of the day of the report. False: the record does not tell them, and they are of
    today."""


class Facts(Value):
    """Everything from which a report is made, except the plan."""

    launched: Instant
    """The instant at which the plan was launched."""
    clock: Clock = Clock()
    current: bool = True
    """True: the report is of today. False: the report is of a past day, and does not use the rows of today."""
    awaited_recorded: bool = False
    """True: the record tells which acts were awaited on a past day. False: only a report of today can list awaited
    acts."""
    valid_until: Instant | None = None
    """The end of the plan's validity. None if the plan states no term."""
    ended: bool = False
    """True: the plan's validity had ended on the day of the report, so that no more sessions open."""
    windows: dict[str, tuple[Window, ...]] = {}
    """The windows of each obligation, by its id, as the plan read on the day of the report. An obligation without
    windows is missing, or has an empty tuple."""
    items: tuple[ItemFact, ...] = ()
    series: tuple[SeriesFact, ...] = ()
    amendments: tuple[AmendmentInForce, ...] = ()
    settlements: tuple[Settlement, ...] = ()


class Followed(NamedTuple):
    """One item that the report counts, with what is known of the item on the day of the report."""

    id: str
    provision: Provision
    obligation: Obligation
    session: str
    """The name of the session. Empty if the item is not a session."""
    known: Known

    @property
    def meets(self) -> bool:
        """Whether the item is a meeting. If not, it is a commitment."""
        return self.obligation.kind.meets


class PlanOnDay:
    """A plan and its facts on one day. `items` holds the items that a report of that day counts."""

    def __init__(self, plan: Plan, facts: Facts, as_of: Instant) -> None:
        self.plan = plan
        self.facts = facts
        self.as_of = as_of
        self._facts = {fact.id: fact for fact in facts.items}
        self._rectifications = self._by_rectified()
        self._sessions = self._by_obligation()
        self.items = tuple(self._items())

    def _by_rectified(self) -> dict[str, list[str]]:
        """Returns the ids of the rectifications, by the id of the closed item."""
        found: dict[str, list[str]] = {}
        for item in self._facts:
            if of := rectified_item(item):
                found.setdefault(of, []).append(item)
        return found

    def _by_obligation(self) -> dict[str, list[str]]:
        """Returns the names of the sessions that have a record or a row, by the id of their series."""
        found: dict[str, list[str]] = {}
        for item in self._facts:
            parent, _, session = item.rpartition("/")
            if session and "/" in parent and not rectified_item(item):
                found.setdefault(parent, []).append(session)
        return found

    def obligations(self) -> Iterator[tuple[Provision, Obligation]]:
        """Yields each obligation with its provision, in the order of the text.

        An obligation that an amendment has dropped comes too, at the end of its provision.
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
        """Returns the windows that an obligation had on the day of the report. Empty if the obligation had none."""
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
        """Yields the sessions of a series by the start of their windows. For a session without a window, the instant at
        which it opened is used."""
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
        """Returns True if an obligation is a series. A dropped obligation is a series if the record has sessions."""
        if obligation.recurs:
            return True
        gone = self.plan.obligation(obligation.id) is None
        return gone and obligation_id(self.plan.plan, obligation.id) in self._sessions

    def in_rounds(self, obligation: Obligation) -> bool:
        """Returns True if status rounds ask about the item of an obligation."""
        on_trigger = obligation.cadence is Cadence.ON_TRIGGER
        return self.plan.round is not None and obligation.working_windows is None and not on_trigger

    def _is_one(self, obligation: Obligation, known: Known) -> bool:
        """Returns True if the report counts the obligation itself as an item.

        If the obligation is a series about which status rounds do not ask, the report counts only the sessions. An item
        that waits for a call counts only after it has become awake.
        """
        if self.is_series(obligation) and not self.in_rounds(obligation):
            return False
        if obligation.cadence is Cadence.ON_TRIGGER:
            return known.awake
        return known.there or self.plan.obligation(obligation.id) is not None

    @property
    def awaited_known(self) -> bool:
        """Whether the facts tell which acts were awaited on the day of the report."""
        return self.facts.current or self.facts.awaited_recorded

    def known(self, item: str) -> Known:
        """Returns what is known of an item on the day of the report. `there` is False if the item has no record and no
        row."""
        fact = self._facts.get(item, ItemFact(id=item))
        known = hear_all(entry for entry in fact.entries if entry.at <= self.as_of)
        names = self._rectifications.get(item, ())
        records = [(name, [e for e in self._facts[name].entries if e.at <= self.as_of]) for name in names]
        known = known.rectify(in_force(records)) if records else known
        return known.now(fact.row) if self.facts.current else known

    def all_known(self) -> Iterator[tuple[str, Known]]:
        """Yields the id of each item in the facts, with what is known of the item. The plan and lists of questions are
        among these items."""
        yield from ((item, self.known(item)) for item in self._facts)

    def to_come(self) -> Iterator[tuple[Obligation, Window]]:
        """Yields the window of each session that has not opened yet, with its obligation. Yields nothing after the
        plan's validity."""
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
        """Returns the obligations that the report does not count because no side has called them, with their
        provisions."""
        counted = {each.obligation.id for each in self.items}
        return tuple(
            (provision, each)
            for provision, each in self.plan.obligations()
            if each.cadence is Cadence.ON_TRIGGER and each.item is None and each.id not in counted
        )

    def series_of(self, obligation: Obligation) -> SeriesFact | None:
        """Returns the turns of the series of an obligation. None if the facts hold no turns of this series."""
        item = obligation_id(self.plan.plan, obligation.id)
        return next((each for each in self.facts.series if each.id == item), None)


def side_names(plan: Plan) -> dict[str, str]:
    """Returns the short name of each side, by the side's code. A side without a short name has its full name."""
    return {name: side.short or side.name for name, side in plan.sides.items()}


def number_of(name: str) -> tuple[int, str]:
    """Returns a key by which sessions are sorted. Names that are numbers, such as years, are sorted by their number."""
    return (int(name) if name.isdigit() else 0, name)
