"""What is shown of an item: the row of a list, and the whole. Both are contracts, documented in docs/json.md."""

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
    """When it began to be awaited of this office."""
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
    """When it next moves by itself; None where only an act or a trigger moves it."""
    next_what: str = ""
    """What happens then, or what it waits for, after its reference and name."""
    next_step: str = ""
    """The same without reference and name. Empty in rows of before it was told."""
    window: Window | None = None
    date: DateRow | None = None
    host: str | None = None
    assumed: tuple[str, ...] = ()
    clock: Clock = Clock()
    """How its instants are shown to people."""


class LedgerEntry(Value):
    """One line of an item's record, numbered from 1."""

    n: int
    at: Instant
    verb: str
    text: str
    """In plain words: who, for which side, what."""
    office: str | None = None
    side: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)

    def mark(self) -> LineMark:
        """What tells it from every other line of the record, as it is written there."""
        return mark_of(self.model_dump(mode="json", exclude={"data"}))


class ItemView(ItemRow):
    """`show`: the row and all that stands behind it."""

    plan: str = ""
    proposals: tuple[dict[str, Any], ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    """The last entries; the record holds them all."""
    rewound: tuple[dict[str, Any], ...] = ()
    """When lines of the record were set aside because Temporal was put back to an older state: `at`, `text`, and in
    `data` the numbers `from` and `to`."""
    uid: str = ""
    sequence: int | None = None
    """SEQUENCE of the calendar object last said; None before the first."""
    late: bool = False
    fate: str | None = None
    """How it stands to its window: on-time, late (after it, done or agreed by every side), missed, excused."""
    called: str = ""
    """The necessity with which it was called."""
    progress: tuple[dict[str, Any], ...] = ()
    """The last answer of each side to a status round."""
    amendments: tuple[dict[str, Any], ...] = ()
    """Of a plan: every amendment in force, with the text that it took the place of."""
    questions: tuple[dict[str, Any], ...] = ()
    """Of a list of questions: each with its `answer`, null while it is open."""
    settled: dict[str, Any] = Field(default_factory=dict)
    """What the text leaves open and the sides have settled by consent, by field: first_host, cadence, pairs."""
    turns: dict[str, Any] = Field(default_factory=dict)
    """Of a series: the ledger of its hosting turns, and in `next` who hosts next and why."""
    dates: dict[str, Any] = Field(default_factory=dict)
    """Of a meeting: `original`, `revised` (each later one) and `actual`, as in `date`."""
    remind_at: Instant | None = None
    """Of a meeting: when the invited offices are, or were, reminded of the agreed date. None where nobody is."""
    answers: tuple[dict[str, Any], ...] = ()
    """Of a meeting: the last answer of each invited office from its mail program."""
    outcome: dict[str, Any] | None = None
    evidence: tuple[dict[str, Any], ...] = ()


class Refusal(Value):
    """Why an act is not taken, and what is awaited instead. Nothing changes."""

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
