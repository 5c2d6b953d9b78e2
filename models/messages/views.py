"""What people and programs see of an item: its row in a list, and its full view. docs/json.md documents both."""

from typing import Any

from pydantic import Field

from models.common.clock import Clock
from models.common.times import ZonedTime
from models.common.values import Instant, Value
from models.messages.record_lines import LineMark, mark_of
from models.plan.plan import Format, Window


class AwaitedRow(Value):
    """One act awaited of one office."""

    office: str
    act: str
    since: Instant
    """When the act began to be awaited of this office."""
    due: Instant | None
    rung: int


class DateRow(Value):
    """An agreed or actual date."""

    start: Instant
    end: Instant
    local: str
    """Wall time of the start, ISO 8601 without offset."""
    zone: str
    place: str
    format: str | None


def date_row(start: ZonedTime, end: ZonedTime, place: str, style: Format | None) -> DateRow:
    return DateRow(
        start=start.utc,
        end=end.utc,
        local=start.local.isoformat(),
        zone=start.zone,
        place=place,
        format=style.value if style else None,
    )


class ItemRow(Value):
    """One row of `status`."""

    id: str
    ref: str
    kind: str
    title: str
    status: str
    awaiting: tuple[AwaitedRow, ...] = ()
    next_at: Instant | None = None
    """When the item next moves by itself. None if only an act or a call moves it."""
    next_what: str = ""
    """The reference and name of the item, then what happens at `next_at`, or what the item waits for."""
    next_step: str = ""
    """The same without reference and name. Empty in rows from releases that did not record it."""
    window: Window | None = None
    date: DateRow | None = None
    host: str | None = None
    assumed: tuple[str, ...] = ()
    clock: Clock = Clock()
    """The clock that shows the instants of this row to people."""


class LedgerEntry(Value):
    """One line of an item's record, numbered from 1."""

    n: int
    at: Instant
    verb: str
    text: str
    """A sentence: which office did what, for which side."""
    office: str | None = None
    side: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)

    def mark(self) -> LineMark:
        """The fields that identify this line in the record."""
        return mark_of(self.model_dump(mode="json", exclude={"data"}))


class ItemView(ItemRow):
    """What `show` prints: the row, and everything else that is known of the item."""

    plan: str = ""
    proposals: tuple[dict[str, Any], ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    """The last lines. The record holds all lines."""
    rewound: tuple[dict[str, Any], ...] = ()
    """The markers of the record, one for each rewind: `at`, `text`, and in `data` the numbers `from` and `to` of the
    lines that were set aside."""
    uid: str = ""
    sequence: int | None = None
    """SEQUENCE of the last version of the calendar event. None before the first version."""
    late: bool = False
    fate: str | None = None
    """on-time, late (done after the window, or agreed by every side for later), missed or excused. None while open."""
    called: str = ""
    """The reason that the call gave."""
    progress: tuple[dict[str, Any], ...] = ()
    """The last answer of each side to a status round."""
    amendments: tuple[dict[str, Any], ...] = ()
    """With a plan: every amendment in force, with the obligation as it was before."""
    questions: tuple[dict[str, Any], ...] = ()
    """With a list of questions: each question with its `answer`, which is null while the question is open."""
    settled: dict[str, Any] = Field(default_factory=dict)
    """The values that the sides have settled by consent, by field: first_host, cadence, pairs."""
    turns: dict[str, Any] = Field(default_factory=dict)
    """With a series: its turns, and in `next` who hosts next and why."""
    dates: dict[str, Any] = Field(default_factory=dict)
    """With a meeting: `original`, `revised` (every later date) and `actual`, each in the form of `date`."""
    remind_at: Instant | None = None
    """With a meeting: when the guests are, or were, reminded of the agreed date. None if nobody is."""
    answers: tuple[dict[str, Any], ...] = ()
    """With a meeting: the last answer of each invited office from its mail program."""
    outcome: dict[str, Any] | None = None
    evidence: tuple[dict[str, Any], ...] = ()


class Refusal(Value):
    """Says why an act is not taken, and what is awaited instead. A refused act changes nothing."""

    code: str
    message: str
    awaiting: tuple[AwaitedRow, ...] = ()


class Receipt(Value):
    """The answer to an act that was taken."""

    item: str
    status: str
    proposal: int | None = None
    text: str = ""
    awaiting: tuple[AwaitedRow, ...] = ()
