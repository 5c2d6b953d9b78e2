"""What the record of one item tells up to an instant. The lines are taken in one by one."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from models.common.values import Instant
from models.machine.awaited_record import awaiting_of
from models.messages.acts import Terms, Topic
from models.messages.views import AwaitedRow, DateRow, ItemRow, ItemView, LedgerEntry, date_row
from models.plan.plan import Window
from models.report.earlier_releases import with_fields
from models.report.record_topics import (
    ENDS,
    Deadline,
    Ending,
    HeldMark,
    Proof,
    RecordedQuestion,
    Rounds,
    Talks,
    heard_again,
)


@dataclass
class Known:
    """What is known of one item: what its record tells, by topic, and its row if the report is of today."""

    lines: int = 0
    """How many lines of the record were taken in."""
    opened_at: Instant | None = None
    """The instant of the first line. None without lines."""
    ref: str = ""
    """The reference of its provision. Empty if the record does not tell it."""
    title: str = ""
    """Empty if the record does not tell it."""
    called: str = ""
    """The reason with which a side called it. Empty if nobody did."""
    host: str | None = None
    """The side that hosts. None if it is not known."""
    deadline: Deadline = field(default_factory=Deadline)
    talks: Talks = field(default_factory=Talks)
    proof: Proof = field(default_factory=Proof)
    rounds: Rounds = field(default_factory=Rounds)
    ending: Ending = field(default_factory=Ending)
    questions: dict[str, RecordedQuestion] = field(default_factory=dict)
    """For a list of questions: its questions, by id. Empty for all other items."""
    awaiting: tuple[AwaitedRow, ...] = ()
    """The acts that were awaited after its last line."""
    turns: dict[str, Any] = field(default_factory=dict)
    """For a series: its hosting turns after its last line, as `show` prints them. Empty for all other items."""
    view: ItemView | None = None
    """The view at the end of its record. None while it is open."""
    row: ItemRow | None = None
    """Its row of today. None if the report is of a past day, or if the item has ended."""

    # What is asked of it

    @property
    def there(self) -> bool:
        """Whether the item has a record or a row."""
        return self.lines > 0 or self.row is not None

    @property
    def ended(self) -> str:
        """The status with which it ended. Empty while it is open."""
        return self.ending.status

    @property
    def held(self) -> HeldMark | None:
        """The mark that it was held. None if there is none, or if it is marked as not held."""
        return self.proof.held

    @property
    def window(self) -> Window | None:
        return self.deadline.window

    @property
    def awake(self) -> bool:
        """Whether an item that waits for a call is awake, because a side called it, gave evidence or acted on it."""
        active = self.row is not None and self.row.status not in ("dormant", *ENDS)
        return bool(self.called or self.proof.evidence or active)

    @property
    def date(self) -> DateRow | None:
        """The actual date, or else the agreed one. None if there is none, or if the record tells it in words only."""
        if self.view or self.row:
            return self.view.date if self.view else self.row.date if self.row else None
        if self.held:
            return self.held.date
        agreed = self.talks.agreed
        slot = agreed.slot if agreed else None
        return date_row(slot.start, slot.end, agreed.place, agreed.format) if agreed and slot else None

    @property
    def awaited(self) -> tuple[AwaitedRow, ...]:
        """The acts that are awaited on the day of the report. Empty if the item has ended."""
        if self.ended:
            return ()
        return self.row.awaiting if self.row else self.awaiting

    # What is heard

    def hear(self, entry: LedgerEntry) -> None:
        """Takes in one more line of the record, of any release. Lines that do not concern a report change nothing."""
        entry = with_fields(entry)
        self.lines += 1
        self.opened_at = self.opened_at or entry.at
        self._hear_beside(entry)
        if "session" not in entry.data:  # a session of a series has a record of its own
            self._hear_done(entry)

    def _hear_beside(self, entry: LedgerEntry) -> None:
        """Takes in what any line may tell: the acts that are awaited after it, turns, questions."""
        rows = awaiting_of(entry.data)
        self.awaiting = self.awaiting if rows is None else rows
        self.turns = entry.data.get("turns") or self.turns
        self.questions = heard_again(self.questions, entry.data.get("questions") or (), entry.at)

    def _hear_done(self, entry: LedgerEntry) -> None:
        """Passes a line to the topic that it concerns, by its verb."""
        verb, data = entry.verb, entry.data
        if verb == "opened":
            self._open(data)
        elif verb == "view":
            self._see(ItemView.model_validate(data["view"]))
        elif verb == "call":
            self.called = str(data.get("reason", ""))
        elif verb == "adopted" or verb in ENDS:
            self.ending.hear(entry)
        elif verb in ("amended", "missed", "late"):
            self.deadline.hear(entry)
        elif verb in ("round", "progress"):
            self.rounds.hear(entry)
        elif verb in ("propose", "counter", "agreed", "reject", "withdraw", "lapsed", "reopened"):
            self._agree(self.talks.hear(entry))
        elif verb == "regret":
            self.talks.agreed = None
        elif self.proof.hear(entry):
            self.talks.marked(held=self.held is not None)

    def _open(self, data: dict[str, Any]) -> None:
        self.title, self.ref = str(data.get("title", "")), str(data.get("ref", ""))
        self.called = str(data.get("called", ""))
        self.deadline.window = Window.model_validate(data["window"]) if data.get("window") else None

    def _see(self, view: ItemView) -> None:
        self.view, self.ending.status, self.title = view, view.status, view.title
        self.deadline.window, self.host = view.window, view.host

    def _agree(self, terms: Terms | None) -> None:
        """Passes terms on which all sides have agreed to the topic that they concern. None changes nothing."""
        if terms is None:
            return
        self.talks.agree(terms)
        if terms.topic is Topic.HOST:
            self.host = terms.host
        elif terms.topic is Topic.EXTEND and terms.until is not None:
            self.deadline.extend(terms.until)

    def now(self, row: ItemRow | None) -> "Known":
        """Adds the row of today, which is newer than the record. Changes nothing without a row or after the end."""
        if row is not None and self.view is None:
            self.row, self.title, self.host = row, row.title, row.host or self.host
            self.deadline.window = row.window or self.window
        return self


def hear_all(entries: Iterable[LedgerEntry]) -> Known:
    """What the lines of the record of one item tell. The lines must be in their order."""
    known = Known()
    for entry in entries:
        known.hear(entry)
    return known
