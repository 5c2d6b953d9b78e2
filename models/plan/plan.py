"""The plan file: what the signed text says, and, apart from it, the working values chosen to follow it.

A field of an obligation holds only what the text states, with the few words it rests on in `basis`. A value that the
text does not state is a reading: it stands in `readings` with the other readings, and is shown as assumed everywhere.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from models.common.ids import SLUG
from models.common.values import Duration, FilePart, Instant, Value, write_duration
from models.plan.kinds import Kind

Slug = Annotated[str, Field(pattern=rf"^{SLUG}$", max_length=63)]


def check_remind(length: timedelta) -> timedelta:
    """Raises ValueError for a time that lies before no date: none at all, or more than a year."""
    if not timedelta(0) < length <= timedelta(days=366):
        raise ValueError(f"{write_duration(length)} is out of range; write more than PT0S and at most P366D")
    return length


Remind = Annotated[Duration, AfterValidator(check_remind)]
"""How long before an agreed date its invited offices are reminded of it."""


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


EVERY = {Cadence.ANNUAL: 1, Cadence.BIENNIAL: 2}
"""Cadences that state a number: once in so many years."""


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
    ceiling: int = Field(default=1, ge=1, le=7)
    """How many routine letters an office gets in a week at most. Only what cannot wait goes beside them."""


class YearWindows(FilePart):
    """One window per calendar year, in the plan's zone: 1 January 00:00 to the next 1 January 00:00."""

    by: Literal["year"]
    first: int = Field(ge=1900, le=2200)
    last: int = Field(ge=1900, le=2200)
    every: int = Field(default=1, ge=1)

    @property
    def years(self) -> range:
        return range(self.first, self.last + 1, self.every)


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
    settled: bool = False
    """The sides have consented to it: it is no longer assumed, and nobody is asked."""


class YearRound(FilePart):
    """One status round a year, on a day in the plan's zone."""

    by: Literal["year"]
    day: str = Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$")
    """Month and day, as 01-15; not after the 28th, which every month has."""
    first: int = Field(ge=1900, le=2200)
    last: int = Field(ge=1900, le=2200)


class OffsetRound(FilePart):
    """Status rounds measured from the launch: for demonstration plans."""

    by: Literal["offset"]
    opens: Duration = Field(ge=timedelta(0))
    every: Duration = Field(gt=timedelta(0))
    count: int = Field(ge=1, le=100)


Round = Annotated[YearRound | OffsetRound, Field(discriminator="by")]


class ForfeitRule(StrEnum):
    """What becomes of a turn that its side did not use."""

    NEXT = "next"
    """It is lost: the next in order hosts."""
    AGAIN = "again"
    """It is owed again: the same side hosts the next session."""


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
    report_to_higher: Reading | None = None

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
    item: Slug | None = None
    """Another obligation whose item follows this one too: two bullets that name one instrument share one item. `plan`:
    the plan's own workflow follows it."""
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
    """By side, the institution that the text names."""
    also: dict[Slug, tuple[Slug, ...]] = Field(default_factory=dict)
    """By side, further institutions that the text names: they may act here as well."""
    third_states: tuple[Slug, ...] = ()
    quantity: Quantity | None = None
    condition: str | None = None
    """What the text makes it depend on; with cadence on_trigger, when the trigger may be pulled."""
    triggers: tuple[Slug, ...] = ()
    """With cadence on_trigger: the sides that may pull the trigger; empty for every side that takes part."""
    not_before: Literal["expiry"] | None = None
    """With cadence on_trigger: the trigger may be pulled only after the plan's validity has ended."""
    evidence: str = ""
    """What closes it."""
    report_to_higher: bool = False
    """The result must be reported to each side's higher authority (as 6.2 demands)."""
    first_title: str | None = None
    """What the text calls the first session here: "Third JTC"."""
    ladder: Slug | None = None
    """A ladder named for this obligation; otherwise it follows the verb of the text."""
    remind: Remind | None = None
    """How long before an agreed date its invited offices are reminded of it; None for what the plan says."""
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
    def reports_to_higher(self) -> bool:
        """Whether the result goes to each side's higher authority: stated, else as read."""
        reading = self.readings.report_to_higher
        return self.report_to_higher or bool(reading and reading.chosen)

    @property
    def recurs(self) -> bool:
        """Whether a series follows it: a meeting that recurs, what each of several windows asks for anew, a procedure
        that may be called again, and what the sides may yet settle to be yearly. What happens once has one item,
        however many windows it may fall into."""
        rule, cadence = self.working_windows, self.readings.cadence
        several = rule is not None and (len(rule.years) if isinstance(rule, YearWindows) else rule.count) > 1
        procedure = self.kind is Kind.PROCEDURE and self.cadence is Cadence.ON_TRIGGER
        may_recur = cadence is not None and any(each in EVERY for each in (cadence.chosen, *cadence.others))
        return (
            self.kind.in_series
            or procedure
            or (self.cadence is not Cadence.ONCE and (several or (may_recur and not self.kind.continuous)))
        )

    @property
    def assumed(self) -> tuple[str, ...]:
        """Names of the fields whose working value the text does not state and the sides have not settled."""
        return tuple(name for name, reading in self.readings.named().items() if not reading.settled)

    @property
    def settled(self) -> dict[str, Any]:
        """What the text does not state and the sides have settled by consent, by field."""
        named = self.readings.named().items()
        # Windows follow from what is settled; they are shown as windows.
        return {
            name: reading.model_dump(mode="json")["chosen"]
            for name, reading in named
            if reading.settled and name != "windows"
        }


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
    year: Literal["calendar", "plan"] = "calendar"
    """What a year is, of what happens once in one: a calendar year, or one that begins with the plan."""
    round: Round | None = None
    """When the status round asks for what no window dates; None asks nobody."""
    round_closes: Duration = Field(default=timedelta(days=30), gt=timedelta(0))
    """After how long the two ministries of foreign affairs are shown the round as it stands."""
    lead: Duration = Field(default=timedelta(0), ge=timedelta(0))
    """Time between the top of the ladder and the end of a window: where a window is shorter, asking starts earlier."""
    forfeited: ForfeitRule = ForfeitRule.NEXT
    """What becomes of a hosting turn that was not used."""
    expiry_notice: Duration = Field(default=timedelta(days=90), gt=timedelta(0))
    """How long before its validity ends both ministries are given the list of what is open."""
    remind: Remind | None = None
    """How long before an agreed date the invited offices of a meeting are reminded of it; None reminds nobody."""
    readings: dict[str, Reading] = Field(default_factory=dict)
    """Readings that hold for the whole plan: its zone, the meaning of "a year"."""
    provisions: tuple[Provision, ...] = Field(min_length=1)

    def obligations(self) -> Iterator[tuple[Provision, Obligation]]:
        for provision in self.provisions:
            for obligation in provision.obligations:
                yield provision, obligation

    def obligation(self, obligation_id: str) -> Obligation | None:
        return next((each for _, each in self.obligations() if each.id == obligation_id), None)

    def ladder_of(self, obligation: Obligation) -> Ladder:
        """Named, else undated, else by the verb of the text."""
        if obligation.ladder:
            return self.ladders[obligation.ladder]
        if obligation.working_windows is None:
            return self.ladders[self.undated_ladder]
        return self.ladders[self.ladder_by_strength[obligation.strength]]

    def remind_of(self, obligation: Obligation) -> timedelta | None:
        """Its own, else that of the plan; None for what is no meeting, and where neither says any."""
        return (obligation.remind or self.remind) if obligation.kind.meets else None


class Window(Value):
    """The stretch of time in which a session or deliverable is due, resolved to instants in the plan's zone."""

    name: str
    """The session's name, the last segment of its id: "2026"."""
    start: Instant
    end: Instant
    """Exclusive."""


Readings.model_rebuild()


Obligation.model_rebuild()


Plan.model_rebuild()
