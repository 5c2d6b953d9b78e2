"""The plan file: what the signed text states, and, kept apart, the readings with which the program follows it.

The fields of an obligation hold only what the text states; `basis` quotes the words of the text. A working value that
the text does not state is a reading. It is in `readings`, and people see it marked as assumed.
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
"""The end of an office id, by rank: lao-moic, lao-moic-dg, lao-moic-dm, lao-moic-minister."""


class Strength(StrEnum):
    """How strongly the verb of the text binds, strongest first: "discussing" is weaker than "signing"."""

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
"""The number of years from one session to the next, for cadences that state one."""


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
    """Short name, written after the names of institutions: "Lao PDR". Empty: `name` is used."""
    adjective: str
    """The adjective of the state: Lao, as in "Lao director general"."""
    signatory: bool = True
    zone: str
    """IANA zone of its offices, unless an office names another."""
    focal_point: Slug | None = None
    """The office that is asked when an office of this side cannot be reached."""


class OfficeEntry(FilePart):
    """An institution, with the titles of its ranks. Each rank is one office with one address."""

    side: Slug
    name: str
    titles: dict[Rank, str] = Field(min_length=1)
    zone: str | None = None
    basis: str = ""
    """The words of the text that name the institution. Empty if the institution is assumed."""


class RungRule(FilePart):
    rank: Rank
    after: Duration = Field(ge=timedelta(0))
    """Time from the instant at which the act began to be awaited."""


class Ladder(FilePart):
    """A follow-up rule: which ranks are awaited, one after the other, and after how long."""

    title: str
    rungs: tuple[RungRule, ...] = Field(min_length=1)


class DespatchRule(FilePart):
    """How often the post room writes while anything is awaited."""

    period: Duration = Field(default=timedelta(days=7), gt=timedelta(0))
    gather: Duration = Field(default=timedelta(seconds=5), ge=timedelta(0))
    """How long a letter that goes at once waits for more notices."""
    ceiling: int = Field(default=1, ge=1, le=7)
    """The most routine letters that an office gets in a week. A notice that cannot wait goes in an extra letter."""


class YearWindows(FilePart):
    """Windows of one year each, in the plan's zone. `year` of the plan says on which day a year begins."""

    by: Literal["year"]
    first: int = Field(ge=1900, le=2200)
    last: int = Field(ge=1900, le=2200)
    every: int = Field(default=1, ge=1)

    @property
    def years(self) -> range:
        return range(self.first, self.last + 1, self.every)


class OffsetWindows(FilePart):
    """Windows that count from the launch, for demonstration plans."""

    by: Literal["offset"]
    opens: Duration = Field(ge=timedelta(0))
    length: Duration = Field(gt=timedelta(0))
    every: Duration = Field(gt=timedelta(0))
    count: int = Field(ge=1, le=1000)


Windows = Annotated[YearWindows | OffsetWindows, Field(discriminator="by")]


class Reading(FilePart):
    """A working value that the text does not state, with the other values that the text would allow."""

    chosen: Any = None
    """The working value. Empty: the program presumes nothing, and asks the sides to settle it."""
    others: tuple[Any, ...] = ()
    why: str = ""
    settled: bool = False
    """True: the sides have consented to the value. It is no longer assumed, and nobody is asked about it."""


class YearRound(FilePart):
    """One status round a year, on a day in the plan's zone."""

    by: Literal["year"]
    day: str = Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$")
    """Month and day, as 01-15. The day is at most 28, because every month has that day."""
    first: int = Field(ge=1900, le=2200)
    last: int = Field(ge=1900, le=2200)


class OffsetRound(FilePart):
    """Status rounds that count from the launch, for demonstration plans."""

    by: Literal["offset"]
    opens: Duration = Field(ge=timedelta(0))
    every: Duration = Field(gt=timedelta(0))
    count: int = Field(ge=1, le=100)


Round = Annotated[YearRound | OffsetRound, Field(discriminator="by")]


class ForfeitRule(StrEnum):
    """What follows if a side does not use its turn to host."""

    NEXT = "next"
    """The turn is lost. The next side in the order hosts."""
    AGAIN = "again"
    """The turn is owed again. The same side hosts the next session."""


class Quantity(FilePart):
    value: int
    unit: str
    per: str | None = None


class Readings(FilePart):
    """The readings of an obligation that the program can follow. Each is shown as assumed until it is settled."""

    windows: "WindowsReading | None" = None
    offices: "OfficesReading | None" = None
    first_host: Reading | None = None
    order: "OrderReading | None" = None
    cadence: Reading | None = None
    anchor_year: Reading | None = None
    ladder: Reading | None = None
    host: Reading | None = None
    pairs: Reading | None = None
    """Which provinces, districts or units meet each other."""
    report_to_higher: Reading | None = None

    def named(self) -> dict[str, Reading]:
        """The readings that the plan file gives, by field."""
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
    """Id of another obligation, whose item follows this one too. So two provisions about one instrument share an item.
    `plan`: the plan's own workflow follows it."""
    title: str
    """The title that lists and mail subjects show, in our own words: "Joint Trade Commission"."""
    short: str
    """The short title, for summaries and timers: "JTC"."""
    kind: Kind
    strength: Strength
    cadence: Cadence
    years: tuple[int, ...] = ()
    """The years that the text names as targets."""
    window: Windows | None = None
    """The windows that the text itself states. Empty if it states none."""
    host_rule: HostRule = HostRule.UNSTATED
    host: Slug | None = None
    """The side that the text names as host."""
    format: tuple[Format, ...] = ()
    level: str | None = None
    sides: tuple[Slug, ...] = Field(min_length=1)
    offices: dict[Slug, Slug] = Field(default_factory=dict)
    """The institution that the text names, by side."""
    also: dict[Slug, tuple[Slug, ...]] = Field(default_factory=dict)
    """Further institutions that the text names, by side. Their offices may act here as well."""
    third_states: tuple[Slug, ...] = ()
    quantity: Quantity | None = None
    condition: str | None = None
    """The condition that the text sets. With cadence on_trigger: when a side may call it."""
    triggers: tuple[Slug, ...] = ()
    """With cadence on_trigger: the sides that may call it. Empty: every side that takes part."""
    not_before: Literal["expiry"] | None = None
    """With cadence on_trigger: a side may call it only after the plan's validity has ended."""
    evidence: str = ""
    """What shows that it is fulfilled."""
    report_to_higher: bool = False
    """Each side must report the result to its higher authority (as 6.2 demands)."""
    first_title: str | None = None
    """The title of the first session, if the text gives one: "Third JTC"."""
    ladder: Slug | None = None
    """The ladder of this obligation. Empty: `undated_ladder` without a window, else the ladder of its strength."""
    remind: Remind | None = None
    """How long before an agreed date its guests are reminded. Empty: as the plan says."""
    basis: dict[str, str] = Field(default_factory=dict)
    readings: Readings = Field(default_factory=Readings)

    @property
    def all_sides(self) -> tuple[str, ...]:
        """`sides`, then `third_states`. Each of them must consent to the date and the host."""
        return self.sides + tuple(side for side in self.third_states if side not in self.sides)

    @property
    def working_offices(self) -> dict[str, str]:
        """The institution of each side: the stated one, or else the one of the reading."""
        assumed = self.readings.offices.chosen if self.readings.offices else {}
        return {**assumed, **self.offices}

    @property
    def working_windows(self) -> YearWindows | OffsetWindows | None:
        """The stated windows, or else those of the reading. None if neither says when."""
        if self.window is not None:
            return self.window
        return self.readings.windows.chosen if self.readings.windows else None

    @property
    def working_order(self) -> tuple[str, ...]:
        """The order in which the sides host: that of the reading, or else the order of `all_sides`."""
        if self.readings.order and self.readings.order.chosen:
            return self.readings.order.chosen
        return self.all_sides

    @property
    def working_first_host(self) -> str | None:
        """The host that the text names, or else the first host of the reading. None if neither names one."""
        if self.host:
            return self.host
        chosen = self.readings.first_host.chosen if self.readings.first_host else None
        return chosen if isinstance(chosen, str) else None

    @property
    def reports_to_higher(self) -> bool:
        """Whether each side reports the result to its higher authority: by the text or by the reading."""
        reading = self.readings.report_to_higher
        return self.report_to_higher or bool(reading and reading.chosen)

    @property
    def recurs(self) -> bool:
        """Whether a series follows it. This is so for a series of meetings, for a procedure that may be called again,
        for a duty that each of several windows repeats, and if the cadence reading allows annual or biennial. With
        cadence `once` it has one item, even if it has several windows."""
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
        """The readings that are only assumed: neither stated in the text nor settled by the sides."""
        return tuple(name for name, reading in self.readings.named().items() if not reading.settled)

    @property
    def settled(self) -> dict[str, Any]:
        """The values that the sides have settled by consent, by field, without windows."""
        named = self.readings.named().items()
        # Windows follow from the settled cadence and year. They are shown as windows.
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
    """The provision in our own words, in one line."""
    operative: bool = True
    obligations: tuple[Obligation, ...] = ()


class Plan(FilePart):
    """A signed action plan, as its file states it."""

    plan: Slug
    title: str
    short: str
    """The short title, for subjects of letters: "Lao-Cambodia Action Plan"."""
    signed: date | None = None
    valid_from: date | None = None
    valid_for_years: int | None = Field(default=None, ge=1, le=50)
    zone: str
    """IANA zone of the plan: its days and years begin and end there."""
    sides: dict[Slug, SideEntry] = Field(min_length=1)
    offices: dict[Slug, OfficeEntry] = Field(min_length=1)
    ladders: dict[Slug, Ladder] = Field(min_length=1)
    ladder_by_strength: dict[Strength, Slug]
    undated_ladder: Slug
    """The ladder of obligations without a window: usually one rung, whose notice stays in the letters."""
    despatch: DespatchRule = Field(default_factory=DespatchRule)
    year: Literal["calendar", "plan"] = "calendar"
    """When a year begins: on 1 January (calendar), or on the day of the year on which the plan took effect (plan)."""
    round: Round | None = None
    """When the status round asks about obligations without a window. Empty: no status round asks."""
    round_closes: Duration = Field(default=timedelta(days=30), gt=timedelta(0))
    """How long after its start a status round closes. The ministries of foreign affairs then receive its answers."""
    lead: Duration = Field(default=timedelta(0), ge=timedelta(0))
    """Time between the last rung and the end of the window. If the window is too short for both, asking starts before
    it opens."""
    forfeited: ForfeitRule = ForfeitRule.NEXT
    """What follows if a side does not use its turn to host."""
    expiry_notice: Duration = Field(default=timedelta(days=90), gt=timedelta(0))
    """How long before the plan's validity ends both ministries receive the list of open items."""
    remind: Remind | None = None
    """How long before an agreed date the guests of a meeting are reminded. Empty reminds nobody."""
    readings: dict[str, Reading] = Field(default_factory=dict)
    """Readings for the full plan: its zone, the meaning of "a year"."""
    provisions: tuple[Provision, ...] = Field(min_length=1)

    def obligations(self) -> Iterator[tuple[Provision, Obligation]]:
        for provision in self.provisions:
            for obligation in provision.obligations:
                yield provision, obligation

    def obligation(self, obligation_id: str) -> Obligation | None:
        return next((each for _, each in self.obligations() if each.id == obligation_id), None)

    def ladder_of(self, obligation: Obligation) -> Ladder:
        """The ladder that the obligation names; without a window `undated_ladder`; or else the one of its strength."""
        if obligation.ladder:
            return self.ladders[obligation.ladder]
        if obligation.working_windows is None:
            return self.ladders[self.undated_ladder]
        return self.ladders[self.ladder_by_strength[obligation.strength]]

    def remind_of(self, obligation: Obligation) -> timedelta | None:
        """Its own, else that of the plan; None for what is no meeting, and where neither says any."""
        return (obligation.remind or self.remind) if obligation.kind.meets else None


class Window(Value):
    """The time in which a session or a deliverable is due, as instants."""

    name: str
    """The name of the session, which is the last segment of its id: "2026"."""
    start: Instant
    end: Instant
    """The first instant after the window."""


Readings.model_rebuild()


Obligation.model_rebuild()


Plan.model_rebuild()
