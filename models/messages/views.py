"""What people and programs see of an item: its row in a list, and its full view. docs/json.md documents both."""

from typing import Any

from pydantic import Field

from models.common.clock import Clock
from models.common.times import ZonedTime
from models.common.values import Instant, Value
from models.messages.record_lines import LineMark, mark_of
from models.plan.plan import Format, Window


class AwaitedRow(Value):
    """One act that is awaited of one office."""

    office: str
    act: str
    since: Instant
    """The instant at which the act began to be awaited of this office."""
    due: Instant | None
    """The instant by which the office is asked to act. None if no such instant is set."""
    rung: int
    """The number of the rung of this office, counted from 1."""


class DateRow(Value):
    """The date of a meeting: the agreed one, or the one on which it was held."""

    start: Instant
    end: Instant
    local: str
    """The wall time of the start, as ISO 8601 without an offset from UTC."""
    zone: str
    place: str
    """The place of the meeting. Empty if none was named."""
    format: str | None
    """physical, virtual or hybrid. None if no format was named."""
    link: str = ""
    """The address at which people join by video. Empty if none was named."""


def date_row(start: ZonedTime, end: ZonedTime, place: str, style: Format | None, link: str = "") -> DateRow:
    return DateRow(
        start=start.utc,
        end=end.utc,
        local=start.local.isoformat(),
        zone=start.zone,
        place=place,
        format=style.value if style else None,
        link=link,
    )


class ItemRow(Value):
    """The row that the command `status` prints of one item."""

    id: str
    ref: str
    kind: str
    title: str
    status: str
    awaiting: tuple[AwaitedRow, ...] = ()
    next_at: Instant | None = None
    """The next instant at which the item changes without an act of an office. None if it changes only by an act."""
    next_what: str = ""
    """The reference and name of the item, then what happens at `next_at`, or what the item waits for. Empty if the item
    is closed."""
    next_step: str = ""
    """What happens at `next_at`, or what the item waits for, without the reference and the name. Empty if the item is
    closed, and in rows from releases that did not record it."""
    window: Window | None = None
    """The window of the item. None if it has none."""
    date: DateRow | None = None
    """The date of the meeting. None if there is none."""
    host: str | None = None
    """The side that hosts. None if it is not known, or if the item has no host."""
    assumed: tuple[str, ...] = ()
    """The names of the readings of the item that are only assumed. Empty if there are none."""
    clock: Clock = Clock()
    """The clock that shows the instants of this row to people."""


class LedgerEntry(Value):
    """One line of the record of an item. Lines are numbered from 1."""

    n: int
    at: Instant
    verb: str
    text: str
    """What happened, in words. For an act: which office did what, for which side."""
    office: str | None = None
    """The office that acted. None if no office did."""
    side: str | None = None
    """The side of that office. None if no office acted."""
    data: dict[str, Any] = Field(default_factory=dict)
    """Further facts of the line, by name. Which facts there are depends on the verb."""

    def mark(self) -> LineMark:
        """Returns the fields that identify this line in the record."""
        return mark_of(self.model_dump(mode="json", exclude={"data"}))


class ItemView(ItemRow):
    """What the command `show` prints of one item: the fields of its row, and everything else that is known of it. A
    field that the item does not have is empty or None."""

    plan: str = ""
    proposals: tuple[dict[str, Any], ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    """The last lines of the record. The record itself holds all lines."""
    rewound: tuple[dict[str, Any], ...] = ()
    """The markers of the record, one for each rewind. A marker has `at`, `text`, and in `data` the numbers `from` and
    `to` of the lines that are no longer in force. Empty if there was no rewind."""
    uid: str = ""
    """The UID (the permanent id) of the calendar event of the item."""
    sequence: int | None = None
    """The version number (SEQUENCE) of the last version of the calendar event. None before the first version."""
    late: bool = False
    """True: the window ended while the item was open, and the sides have not extended the window since."""
    fate: str | None = None
    """The fate of the item: on-time, late (done after the window, or agreed by every side for later), missed or
    excused. None while the fate is not known, and for an item without a window that is not excused."""
    called: str = ""
    """The reason that a side gave when it called the item. Empty if no side called it."""
    progress: tuple[dict[str, Any], ...] = ()
    """The last answer of each side to a status round. Empty if no side has answered."""
    amendments: tuple[dict[str, Any], ...] = ()
    """With a plan: every amendment in force, with the obligation as it was before the amendment."""
    rectifies: dict[str, Any] | None = None
    """With a rectification: the fact of a closed item that it puts right. None for other items."""
    rectified: tuple[dict[str, Any], ...] = ()
    """With a closed item: what the sides have put right by consent since, oldest first. The other fields of the view
    stay as they were recorded. Empty if nothing was put right."""
    questions: tuple[dict[str, Any], ...] = ()
    """With a list of questions: each question with its `answer`, which is null while the question is open."""
    settled: dict[str, Any] = Field(default_factory=dict)
    """The values that the sides have settled by consent, by the name of the reading, for example first_host or
    cadence."""
    turns: dict[str, Any] = Field(default_factory=dict)
    """With a series: the turns of its sides. `next` says which side hosts next and why."""
    dates: dict[str, Any] = Field(default_factory=dict)
    """With a meeting: the first agreed date (`original`), every later date (`revised`) and the date on which it was
    held (`actual`), in the form of `date`."""
    remind_at: Instant | None = None
    """With a meeting: the instant at which the guests are, or were, reminded of the agreed date. None if the program
    reminds nobody."""
    answers: tuple[dict[str, Any], ...] = ()
    """With a meeting: the last answer of each invited office from its mail program."""
    outcome: dict[str, Any] | None = None
    evidence: tuple[dict[str, Any], ...] = ()
    silences: tuple[dict[str, Any], ...] = ()
    """What is on record while the other sides may still object to it, oldest first. Empty if there is nothing of this
    kind. `side` put it on record, `about` says what it is, and `since` and `until` bound the time for objections.
    `until` is null while that time does not run. `agreed` are the sides that agreed, and `waits_for` those that did
    neither. `unread` says why the silence may not end yet. `over` is true if nobody can object any more."""


class Refusal(Value):
    """The answer to an act that the item did not take: why not, and what is awaited now. A refused act changes
    nothing."""

    code: str
    """A short word for the reason, which programs can compare: bad-time."""
    message: str
    """The reason in words, for people."""
    awaiting: tuple[AwaitedRow, ...] = ()
    """The acts that are awaited now. Empty if none is."""


class Receipt(Value):
    """The answer to an act that the item took."""

    item: str
    status: str
    """The status of the item after the act."""
    proposal: int | None = None
    """The number of the new proposal. None if the act made no proposal."""
    text: str = ""
    awaiting: tuple[AwaitedRow, ...] = ()
    """The acts that are awaited after the act. Empty if none is."""
    seems: str = ""
    """If the act is an answer with words of its own that may be a consent: the act that it seems to be, in words. The
    side of its sender must confirm it. Empty for every other act."""
    look: str = ""
    """Why a person must look at the mail although the item took its answer. Empty if nobody need look."""
