"""The plan file: what the signed text says, and, apart from it, the working values chosen to follow it.

A field of an obligation holds only what the text states, with the few words it rests on in `basis`. A value that the
text does not state is a reading: it stands in `readings` with the other readings, and is shown as assumed everywhere.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from models.base import Duration, FilePart, Instant, Value
from models.ids import SLUG

Slug = Annotated[str, Field(pattern=rf"^{SLUG}$", max_length=63)]


class Rank(IntEnum):
    COORDINATOR = 1
    DIRECTOR_GENERAL = 2
    DEPUTY_MINISTER = 3
    MINISTER = 4


RANK_SUFFIX = {
    Rank.COORDINATOR: "",
    Rank.DIRECTOR_GENERAL: "-dg",
    Rank.DEPUTY_MINISTER: "-dm",
    Rank.MINISTER: "-minister",
}
"""How the offices of one institution are told apart: lao-moic, lao-moic-dg, lao-moic-dm, lao-moic-minister."""


class Kind(StrEnum):
    MEETING_SERIES = "meeting_series"
    MEETING = "meeting"
    VISIT = "visit"
    SEMINAR = "seminar"
    INSTRUMENT = "instrument"
    DELIVERABLE = "deliverable"
    EXCHANGE = "exchange"
    STANDING = "standing"
    REPORTING = "reporting"
    PROCEDURE = "procedure"


class Strength(StrEnum):
    """The verb of the text, strongest first: "discussing" is not "signing"."""

    SHALL = "shall"
    ACT = "act"
    MAINTAIN = "maintain"
    PROMOTE = "promote"
    ENCOURAGE = "encourage"
    DISCUSS = "discuss"
    MAY = "may"


class Cadence(StrEnum):
    ANNUAL = "annual"
    BIENNIAL = "biennial"
    REGULAR = "regular"
    ONCE = "once"
    CONTINUOUS = "continuous"
    ON_TRIGGER = "on_trigger"
    UNSPECIFIED = "unspecified"


class HostRule(StrEnum):
    FIXED = "fixed"
    ROTATING = "rotating"
    UNSTATED = "unstated"


class Format(StrEnum):
    PHYSICAL = "physical"
    VIRTUAL = "virtual"
    HYBRID = "hybrid"


class SideEntry(FilePart):
    """A state that takes part."""

    name: str
    short: str = ""
    """As it stands after an institution's name: "Lao PDR"; empty for the name itself."""
    adjective: str
    """As in "Lao director general"."""
    signatory: bool = True
    zone: str
    """IANA zone of its offices unless they name another."""
    focal_point: Slug | None = None
    """The office that is asked when an office of this side cannot be reached."""


class OfficeEntry(FilePart):
    """An institution and the titles of its ranks; each rank is one office with one address."""

    side: Slug
    name: str
    titles: dict[Rank, str] = Field(min_length=1)
    zone: str | None = None
    basis: str = ""
    """The few words of the text that name the institution; empty where it is assumed."""


class RungRule(FilePart):
    rank: Rank
    after: Duration = Field(ge=timedelta(0))
    """Measured from the instant at which the act began to be awaited."""


class Ladder(FilePart):
    """The follow-up rules: who is awaited, and after how long one more, higher office is."""

    title: str
    rungs: tuple[RungRule, ...] = Field(min_length=1)


class DespatchRule(FilePart):
    """How often the post room writes while anything is awaited."""

    period: Duration = Field(default=timedelta(days=7), gt=timedelta(0))
    gather: Duration = Field(default=timedelta(seconds=5), ge=timedelta(0))
    """How long what is new is gathered into one letter."""


class YearWindows(FilePart):
    """One window per calendar year, in the plan's zone: 1 January 00:00 to the next 1 January 00:00."""

    by: Literal["year"]
    first: int = Field(ge=1900, le=2200)
    last: int = Field(ge=1900, le=2200)
    every: int = Field(default=1, ge=1)


class OffsetWindows(FilePart):
    """Windows measured from the launch: for demonstration plans."""

    by: Literal["offset"]
    opens: Duration = Field(ge=timedelta(0))
    length: Duration = Field(gt=timedelta(0))
    every: Duration = Field(gt=timedelta(0))
    count: int = Field(ge=1, le=1000)


Windows = Annotated[YearWindows | OffsetWindows, Field(discriminator="by")]


class Reading(FilePart):
    """A working value that the text does not state, with the other readings it admits."""

    chosen: Any = None
    """None: nothing is presumed; the sides are asked to settle it."""
    others: tuple[Any, ...] = ()
    why: str = ""


class Quantity(FilePart):
    value: int
    unit: str
    per: str | None = None


class Readings(FilePart):
    """The readings that this program knows how to follow. Everything in it is marked assumed."""

    windows: "WindowsReading | None" = None
    offices: "OfficesReading | None" = None
    first_host: Reading | None = None
    order: "OrderReading | None" = None
    cadence: Reading | None = None
    anchor_year: Reading | None = None
    ladder: Reading | None = None
    host: Reading | None = None
    pairs: Reading | None = None
    """Which provinces, districts or formations meet which."""

    def named(self) -> dict[str, Reading]:
        """The readings that are there, by field."""
        return {name: getattr(self, name) for name in type(self).model_fields if getattr(self, name) is not None}


class WindowsReading(Reading):
    chosen: Windows | None = None


class OfficesReading(Reading):
    chosen: dict[Slug, Slug] = Field(default_factory=dict)


class OrderReading(Reading):
    chosen: tuple[Slug, ...] | None = None


class Obligation(FilePart):
    """One thing that a provision asks for."""

    id: Slug
    title: str
    """Our own words, as shown in rows and subjects: "Joint Trade Commission"."""
    short: str
    """For summaries and timers: "JTC"."""
    kind: Kind
    strength: Strength
    cadence: Cadence
    years: tuple[int, ...] = ()
    """Only years that the text prints as targets."""
    window: Windows | None = None
    """Only where the text itself states one."""
    host_rule: HostRule = HostRule.UNSTATED
    host: Slug | None = None
    """The side that the text names as host."""
    format: tuple[Format, ...] = ()
    level: str | None = None
    sides: tuple[Slug, ...] = Field(min_length=1)
    offices: dict[Slug, Slug] = Field(default_factory=dict)
    third_states: tuple[Slug, ...] = ()
    quantity: Quantity | None = None
    condition: str | None = None
    evidence: str = ""
    """What closes it."""
    report_to_higher: bool = False
    """The result must be reported to each side's higher authority (as 6.2 demands)."""
    first_title: str | None = None
    """What the text calls the first session here: "Third JTC"."""
    ladder: Slug | None = None
    """A ladder named for this obligation; otherwise it follows the verb of the text."""
    basis: dict[str, str] = Field(default_factory=dict)
    readings: Readings = Field(default_factory=Readings)

    @property
    def all_sides(self) -> tuple[str, ...]:
        """Signatories and third states, each of which must consent to date and host."""
        return self.sides + tuple(side for side in self.third_states if side not in self.sides)

    @property
    def working_offices(self) -> dict[str, str]:
        """The office of each side: stated, else as read."""
        assumed = self.readings.offices.chosen if self.readings.offices else {}
        return {**assumed, **self.offices}

    @property
    def working_windows(self) -> YearWindows | OffsetWindows | None:
        """Stated windows, else as read; None where nothing says when."""
        if self.window is not None:
            return self.window
        return self.readings.windows.chosen if self.readings.windows else None

    @property
    def working_order(self) -> tuple[str, ...]:
        """The order in which the sides host; for two sides it follows from the first."""
        if self.readings.order and self.readings.order.chosen:
            return self.readings.order.chosen
        return self.all_sides

    @property
    def working_first_host(self) -> str | None:
        """The host of the first session, if the text or a reading names one."""
        if self.host:
            return self.host
        chosen = self.readings.first_host.chosen if self.readings.first_host else None
        return chosen if isinstance(chosen, str) else None

    @property
    def assumed(self) -> tuple[str, ...]:
        """Names of the fields whose working value the text does not state."""
        return tuple(self.readings.named())


class Provision(FilePart):
    """One bullet or sentence of the plan's text."""

    ref: str = Field(pattern=r"^([0-9]{1,2}|V\.[a-z]|B)\.[0-9]{1,2}$")
    pillar: str
    article: str
    title: str
    """Our own wording, one line."""
    operative: bool = True
    obligations: tuple[Obligation, ...] = ()


class Plan(FilePart):
    """A signed action plan, as the file states it."""

    plan: Slug
    title: str
    short: str
    """For subjects of letters: "Lao-Cambodia Action Plan"."""
    signed: date | None = None
    valid_from: date | None = None
    valid_for_years: int | None = Field(default=None, ge=1, le=50)
    zone: str
    """IANA zone in which windows are read."""
    sides: dict[Slug, SideEntry] = Field(min_length=1)
    offices: dict[Slug, OfficeEntry] = Field(min_length=1)
    ladders: dict[Slug, Ladder] = Field(min_length=1)
    ladder_by_strength: dict[Strength, Slug]
    undated_ladder: Slug
    """The ladder of what no window dates: a single rung that stays in the letter."""
    despatch: DespatchRule = Field(default_factory=DespatchRule)
    readings: dict[str, Reading] = Field(default_factory=dict)
    """Readings that hold for the whole plan: its zone, the meaning of "a year"."""
    provisions: tuple[Provision, ...] = Field(min_length=1)

    def obligations(self) -> Iterator[tuple[Provision, Obligation]]:
        for provision in self.provisions:
            for obligation in provision.obligations:
                yield provision, obligation

    def ladder_of(self, obligation: Obligation) -> Ladder:
        """Named, else undated, else by the verb of the text."""
        if obligation.ladder:
            return self.ladders[obligation.ladder]
        if obligation.working_windows is None:
            return self.ladders[self.undated_ladder]
        return self.ladders[self.ladder_by_strength[obligation.strength]]


class Window(Value):
    """The stretch of time in which a session or deliverable is due, resolved to instants in the plan's zone."""

    name: str
    """The session's name, the last segment of its id: "2026"."""
    start: Instant
    end: Instant
    """Exclusive."""


def faults(plan: Plan) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What no single field can know: names that nothing defines, rungs too close, obligations nobody can follow.

    Yields (path in the file, message that says what to do).
    """
    yield from _side_faults(plan)
    yield from _ladder_faults(plan)
    seen: set[str] = set()
    refs: set[str] = set()
    for i, provision in enumerate(plan.provisions):
        if provision.ref in refs:
            yield ("provisions", i, "ref"), f"{provision.ref} is there already; put its obligations together there"
        refs.add(provision.ref)
        if provision.obligations and not provision.operative:
            yield ("provisions", i, "operative"), "a recital holds no obligations; set operative: true or remove them"
        for j, obligation in enumerate(provision.obligations):
            path = ("provisions", i, "obligations", j)
            if obligation.id in seen or obligation.id == "office":
                yield (*path, "id"), f"{obligation.id!r} is taken; give each obligation an id of its own"
            seen.add(obligation.id)
            for where, message in _obligation_faults(plan, obligation):
                yield (*path, *where), message


def _side_faults(plan: Plan) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for name, side in plan.sides.items():
        if side.focal_point is not None and side.focal_point not in plan.offices:
            yield ("sides", name, "focal_point"), _undefined("office", side.focal_point, plan.offices)
    for name, office in plan.offices.items():
        if office.side not in plan.sides:
            yield ("offices", name, "side"), _undefined("side", office.side, plan.sides)
        if Rank.COORDINATOR not in office.titles:
            yield ("offices", name, "titles"), "name the coordinator (rank 1): every ladder starts there"
        for rank, suffix in RANK_SUFFIX.items():
            if suffix and rank in office.titles and name + suffix in plan.offices:
                yield ("offices", name + suffix), f"{name + suffix} is rank {rank.value} of {name}; name it otherwise"


def _ladder_faults(plan: Plan) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for strength in Strength:
        if strength not in plan.ladder_by_strength:
            yield ("ladder_by_strength",), f"say which ladder {strength.value!r} follows"
    for strength, name in plan.ladder_by_strength.items():
        if name not in plan.ladders:
            yield ("ladder_by_strength", strength.value), _undefined("ladder", name, plan.ladders)
    if plan.undated_ladder not in plan.ladders:
        yield ("undated_ladder",), _undefined("ladder", plan.undated_ladder, plan.ladders)
    for name, ladder in plan.ladders.items():
        path = ("ladders", name, "rungs")
        if ladder.rungs[0].after or ladder.rungs[0].rank is not Rank.COORDINATOR:
            yield (*path, 0), "the first rung is the coordinator's, after: PT0S"
        for i, (lower, upper) in enumerate(zip(ladder.rungs, ladder.rungs[1:], strict=False), start=1):
            if upper.rank <= lower.rank:
                yield (*path, i, "rank"), "each rung names a higher rank than the one below it"
            if upper.after - lower.after < plan.despatch.period:
                yield (*path, i, "after"), "a rung is never closer than one despatch period to the one below"


def _obligation_faults(plan: Plan, obligation: Obligation) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for field in ("sides", "third_states"):
        for i, side in enumerate(getattr(obligation, field)):
            if side not in plan.sides:
                yield (field, i), _undefined("side", side, plan.sides)
    if obligation.host is not None and obligation.host not in obligation.all_sides:
        yield ("host",), f"the host is one of the sides that take part: {', '.join(obligation.all_sides)}"
    if obligation.ladder is not None and obligation.ladder not in plan.ladders:
        yield ("ladder",), _undefined("ladder", obligation.ladder, plan.ladders)
    for side in obligation.all_sides:
        office = obligation.working_offices.get(side)
        if office is None:
            yield ("offices",), f"no office of {side}; state it, or give it under readings: offices: chosen"
        elif office not in plan.offices:
            yield ("offices", side), _undefined("office", office, plan.offices)
        elif plan.offices[office].side != side:
            yield ("offices", side), f"{office} is an office of {plan.offices[office].side}, not of {side}"
    yield from _reading_faults(obligation)


def _reading_faults(obligation: Obligation) -> Iterator[tuple[tuple[str | int, ...], str]]:
    order = obligation.readings.order
    if order and order.chosen is not None and sorted(order.chosen) != sorted(obligation.all_sides):
        yield ("readings", "order", "chosen"), "the order names each side that takes part, once"
    first = obligation.working_first_host
    if first is not None and obligation.host is None and first not in obligation.all_sides:
        yield ("readings", "first_host", "chosen"), f"the host is one of {', '.join(obligation.all_sides)}"
    windows = obligation.working_windows
    if isinstance(windows, YearWindows) and windows.last < windows.first:
        yield ("readings", "windows", "chosen", "last"), "the last year is not before the first"
    fields = set(Obligation.model_fields)
    for name in obligation.basis:
        if name not in fields:
            yield ("basis", name), f"{name!r} is no field of an obligation"


def _undefined(what: str, name: str, known: Mapping[str, object]) -> str:
    return f"no {what} {name!r} is defined; there are: {', '.join(sorted(known))}"


Readings.model_rebuild()
Obligation.model_rebuild()
Plan.model_rebuild()
