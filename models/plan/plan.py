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
    """Returns the same length of time. Raises ValueError if it is zero, negative, or more than 366 days."""
    if not timedelta(0) < length <= timedelta(days=366):
        raise ValueError(f"{write_duration(length)} is out of range; write more than PT0S and at most P366D")
    return length


Remind = Annotated[Duration, AfterValidator(check_remind)]
"""How long before an agreed date the program reminds the invited offices of that date."""


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
    """How strongly the verb of the text binds the sides, strongest first. "Signing" binds more than "discussing"."""

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
"""The number of years from one session to the next, by cadence. Cadences that state no number are missing."""


class HostRule(StrEnum):
    FIXED = "fixed"
    ROTATING = "rotating"
    UNSTATED = "unstated"


class Format(StrEnum):
    PHYSICAL = "physical"
    VIRTUAL = "virtual"
    HYBRID = "hybrid"


class SideEntry(FilePart):
    """A state that takes part in the plan."""

    name: str
    short: str = ""
    """The short name of the state, which follows the names of its institutions: "Lao PDR". Empty: `name` is used."""
    adjective: str
    """The adjective of the state: Lao, as in "Lao director general"."""
    signatory: bool = True
    zone: str
    """IANA zone of the offices of the state. An institution may name another zone for its own offices."""
    focal_point: Slug | None = None
    """The institution whose coordinator the program asks for a new address when mail to another office of this side
    does not arrive. Empty: the program asks nobody."""


class OfficeEntry(FilePart):
    """An institution, with a title for each of its ranks. Each rank is one office with one address."""

    side: Slug
    name: str
    titles: dict[Rank, str] = Field(min_length=1)
    zone: str | None = None
    """IANA zone of the offices of the institution. Empty: the zone of its side."""
    basis: str = ""
    """The words of the text that name the institution. Empty: the text does not name it, and it is assumed."""


class RungRule(FilePart):
    rank: Rank
    after: Duration = Field(ge=timedelta(0))
    """Time from the instant at which the act began to be awaited of the first rung, until it is awaited of this rank
    too."""


class Ladder(FilePart):
    """The rule that says which ranks the program asks for an act, one after the other, and after how long."""

    title: str
    rungs: tuple[RungRule, ...] = Field(min_length=1)


class DespatchRule(FilePart):
    """How often the post room writes to an office while an act is awaited of that office."""

    period: Duration = Field(default=timedelta(days=7), gt=timedelta(0))
    gather: Duration = Field(default=timedelta(seconds=5), ge=timedelta(0))
    """How long the post room holds an urgent letter, so that more notices can join it."""
    ceiling: int = Field(default=1, ge=1, le=7)
    """The most routine letters that an office receives in a week. A notice that cannot wait for a routine letter goes
    in an extra letter."""
    repeats: int = Field(default=4, ge=0)
    """How many letters in which nothing is new the post room sends one despatch period apart. After them, such letters
    come more rarely."""
    rare_period: Duration | None = Field(default=None, gt=timedelta(0))
    """The time between two letters in which nothing is new, after the first ones (`repeats`). Empty: four despatch
    periods."""
    rare_repeats: int = Field(default=6, ge=0)
    """How many letters in which nothing is new the post room sends a rare period apart. After them, twice that time
    lies between two of them."""

    def wait(self, unchanged: int) -> timedelta:
        """Returns the time from one letter to the next if nothing new comes. `unchanged` is the number of letters in
        which nothing was new since the last mail with something new."""
        rare = 4 * self.period if self.rare_period is None else self.rare_period
        if unchanged < self.repeats:
            return self.period
        return rare if unchanged < self.repeats + self.rare_repeats else 2 * rare


class YearWindows(FilePart):
    """Windows of one year each, in the plan's zone. The plan's field `year` says on which day a year begins."""

    by: Literal["year"]
    first: int = Field(ge=1900, le=2200)
    last: int = Field(ge=1900, le=2200)
    every: int = Field(default=1, ge=1)

    @property
    def years(self) -> range:
        return range(self.first, self.last + 1, self.every)


class OffsetWindows(FilePart):
    """Windows whose start is counted from the launch. Demonstration plans use them."""

    by: Literal["offset"]
    opens: Duration = Field(ge=timedelta(0))
    length: Duration = Field(gt=timedelta(0))
    every: Duration = Field(gt=timedelta(0))
    count: int = Field(ge=1, le=1000)


Windows = Annotated[YearWindows | OffsetWindows, Field(discriminator="by")]


class Reading(FilePart):
    """A working value that the text does not state, with the other values that the text would also allow."""

    chosen: Any = None
    """The working value. Empty: the program works with no value, and asks the sides to settle one."""
    others: tuple[Any, ...] = ()
    why: str = ""
    settled: bool = False
    """True: the sides have consented to the value. The value is no longer assumed, and the program asks nobody about
    it."""


class YearRound(FilePart):
    """One status round a year. It starts on the same day of each year, in the plan's zone."""

    by: Literal["year"]
    day: str = Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$")
    """The month and the day on which the round starts, as 01-15. The day is at most 28, so that every month has it."""
    first: int = Field(ge=1900, le=2200)
    last: int = Field(ge=1900, le=2200)


class OffsetRound(FilePart):
    """Status rounds whose start is counted from the launch. Demonstration plans use them."""

    by: Literal["offset"]
    opens: Duration = Field(ge=timedelta(0))
    every: Duration = Field(gt=timedelta(0))
    count: int = Field(ge=1, le=100)


Round = Annotated[YearRound | OffsetRound, Field(discriminator="by")]


def _positive(rule: timedelta | str) -> timedelta | str:
    if isinstance(rule, timedelta) and rule <= timedelta(0):
        raise ValueError("silence must last longer than zero; write express if each side must agree")
    return rule


SilenceRule = Annotated[Duration | Literal["express"], AfterValidator(_positive)]


class ForfeitRule(StrEnum):
    """What happens to the turn of a side that does not use its turn to host."""

    NEXT = "next"
    """The turn is lost. The next side in the order hosts."""
    AGAIN = "again"
    """The turn is owed again. The same side hosts the next session."""


class Quantity(FilePart):
    value: int
    unit: str
    per: str | None = None


class Readings(FilePart):
    """The readings of one obligation, with one field for each kind of reading. The program shows a reading as assumed
    until the sides settle it. An empty field means that the plan file gives no such reading."""

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
        """The readings that the plan file gives, by the name of their field."""
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
    """Id of another obligation whose item follows this obligation too. So two provisions about one instrument share an
    item. `plan`: the plan's own workflow follows this obligation. Empty: the obligation has an item of its own."""
    title: str
    """The title in lists and in mail subjects. It is in our own words: "Joint Trade Commission"."""
    short: str
    """The short title in summaries, and in the names of timers: "JTC"."""
    kind: Kind
    strength: Strength
    cadence: Cadence
    years: tuple[int, ...] = ()
    """The years that the text names as targets. Empty if the text names none."""
    window: Windows | None = None
    """The windows that the text itself states. Empty if the text states none."""
    host_rule: HostRule = HostRule.UNSTATED
    host: Slug | None = None
    """The side that the text names as host. Empty if the text names none."""
    format: tuple[Format, ...] = ()
    level: str | None = None
    sides: tuple[Slug, ...] = Field(min_length=1)
    offices: dict[Slug, Slug] = Field(default_factory=dict)
    """For each side: the institution that the text names. A side is missing if the text names none for it."""
    also: dict[Slug, tuple[Slug, ...]] = Field(default_factory=dict)
    """For each side: further institutions that the text names. Their offices may also act for the side in this
    obligation. A side without further institutions is missing."""
    third_states: tuple[Slug, ...] = ()
    quantity: Quantity | None = None
    condition: str | None = None
    """The condition that the text sets. With cadence on_trigger, it says when a side may call the item. Empty: the text
    sets no condition."""
    triggers: tuple[Slug, ...] = ()
    """With cadence on_trigger: the sides that may call the item. Empty: every side that takes part may call it."""
    not_before: Literal["expiry"] | None = None
    """With cadence on_trigger. `expiry`: a side may call the item only after the plan's validity has ended. Empty: a
    call need not wait for that."""
    evidence: str = ""
    """What shows that the obligation is fulfilled, in words. Letters that ask for evidence repeat these words. Empty:
    the letters ask for evidence and do not say which."""
    report_to_higher: bool = False
    """True: the text says that each side must report the result to its higher authority (an example is 6.2)."""
    first_title: str | None = None
    """The title that the text gives the first session: "Third JTC". Empty if the text gives none."""
    ladder: Slug | None = None
    """The ladder of this obligation. Empty: the ladder of its strength, or, if it has no window, the plan's
    `undated_ladder`."""
    remind: Remind | None = None
    """How long before an agreed date the program reminds the guests of that date. Empty: the plan's `remind`
    applies."""
    basis: dict[str, str] = Field(default_factory=dict)
    """For a field of this obligation: the words of the text that state its value."""
    readings: Readings = Field(default_factory=Readings)

    @property
    def all_sides(self) -> tuple[str, ...]:
        """`sides`, then `third_states`. Each of them must consent to the date and the host."""
        return self.sides + tuple(side for side in self.third_states if side not in self.sides)

    @property
    def working_offices(self) -> dict[str, str]:
        """The institution of each side: the one that the text names, or else the one of the reading."""
        assumed = self.readings.offices.chosen if self.readings.offices else {}
        return {**assumed, **self.offices}

    @property
    def working_windows(self) -> YearWindows | OffsetWindows | None:
        """The windows that the text states, or else those of the reading. None if neither has any."""
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
        """True: each side must report the result to its higher authority, because the text or the reading says so."""
        reading = self.readings.report_to_higher
        return self.report_to_higher or bool(reading and reading.chosen)

    @property
    def recurs(self) -> bool:
        """Whether a series follows the obligation.

        True for a series of meetings, and for a procedure that sides may call. Also true for an obligation with several
        windows, and for one whose cadence reading allows annual or biennial. The last two do not apply if the cadence
        is `once`. An annual or biennial reading makes no series of a standing commitment.
        """
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
        """The names of the readings that the sides have not settled yet."""
        return tuple(name for name, reading in self.readings.named().items() if not reading.settled)

    @property
    def settled(self) -> dict[str, Any]:
        """The values that the sides have settled by consent, by the name of the reading. Windows are left out."""
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
    """What the provision says, in our own words, in one line."""
    operative: bool = True
    obligations: tuple[Obligation, ...] = ()


class Plan(FilePart):
    """A signed action plan, as its file states it."""

    plan: Slug
    title: str
    short: str
    """The short title in the subjects of letters: "Lao-Cambodia Action Plan"."""
    signed: date | None = None
    valid_from: date | None = None
    """The first day on which the plan is valid. Empty if the plan states no such day."""
    valid_for_years: int | None = Field(default=None, ge=1, le=50)
    """For how many years the plan is valid, from `valid_from` on. Empty if the plan states no end."""
    zone: str
    """IANA zone of the plan. The days and years of the plan begin and end in this zone."""
    sides: dict[Slug, SideEntry] = Field(min_length=1)
    offices: dict[Slug, OfficeEntry] = Field(min_length=1)
    ladders: dict[Slug, Ladder] = Field(min_length=1)
    ladder_by_strength: dict[Strength, Slug]
    undated_ladder: Slug
    """The ladder of obligations without a window. It usually has one rung, and the letters repeat the notice of that
    rung as long as the notice stands."""
    despatch: DespatchRule = Field(default_factory=DespatchRule)
    year: Literal["calendar", "plan"] = "calendar"
    """When a year begins: on 1 January (calendar), or on the day of the year on which the plan took effect (plan)."""
    round: Round | None = None
    """When the status rounds ask about obligations without a window. Empty: the plan has no status rounds."""
    round_closes: Duration = Field(default=timedelta(days=30), gt=timedelta(0))
    """How long after its start a status round closes. The ministries of foreign affairs then receive its answers."""
    lead: Duration = Field(default=timedelta(0), ge=timedelta(0))
    """The time that must remain between the last rung of the ladder and the end of the window. If the window is too
    short for the ladder and this time, the program asks before the window opens. PT0S: it always asks when the window
    opens."""
    forfeited: ForfeitRule = ForfeitRule.NEXT
    """What happens to the turn of a side that does not use its turn to host."""
    silence: SilenceRule = Field(default=timedelta(days=14))
    """How long the other sides may object to what one side puts on record. If none of them objects, the item is closed
    after this time. `express`: no time closes the item, and each of the other sides must do the act `agree`."""
    expiry_notice: Duration = Field(default=timedelta(days=90), gt=timedelta(0))
    """How long before the plan's validity ends both ministries of foreign affairs receive the list of open items."""
    remind: Remind | None = None
    """How long before an agreed date the program reminds the guests of a meeting. Empty: it reminds the guests only if
    the obligation has its own `remind`."""
    readings: dict[str, Reading] = Field(default_factory=dict)
    """Readings about the full plan, for example its zone, or the meaning of "a year"."""
    provisions: tuple[Provision, ...] = Field(min_length=1)

    def obligations(self) -> Iterator[tuple[Provision, Obligation]]:
        for provision in self.provisions:
            for obligation in provision.obligations:
                yield provision, obligation

    def obligation(self, obligation_id: str) -> Obligation | None:
        return next((each for _, each in self.obligations() if each.id == obligation_id), None)

    def ladder_of(self, obligation: Obligation) -> Ladder:
        """The ladder of an obligation. If the obligation names none: the ladder of its strength, or, if it has no
        window, the plan's `undated_ladder`."""
        if obligation.ladder:
            return self.ladders[obligation.ladder]
        if obligation.working_windows is None:
            return self.ladders[self.undated_ladder]
        return self.ladders[self.ladder_by_strength[obligation.strength]]

    def remind_of(self, obligation: Obligation) -> timedelta | None:
        """How long before an agreed date the program reminds the guests: the time of the obligation, or else the time
        of the plan. None if the obligation is no meeting, or if neither states a time."""
        return (obligation.remind or self.remind) if obligation.kind.meets else None


class Window(Value):
    """The period in which a session or a deliverable is due, as two instants."""

    name: str
    """The name of the session, which is the last segment of its id: "2026"."""
    start: Instant
    end: Instant
    """The first instant after the window."""


Readings.model_rebuild()


Obligation.model_rebuild()


Plan.model_rebuild()
