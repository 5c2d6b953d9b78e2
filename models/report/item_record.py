"""What the record of one item tells up to an instant, heard line by line."""

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
    """What the record of one item tells, by topic; and its row, if that is of the day."""

    lines: int = 0
    opened_at: Instant | None = None
    ref: str = ""
    title: str = ""
    called: str = ""
    """The necessity with which it was called."""
    host: str | None = None
    deadline: Deadline = field(default_factory=Deadline)
    talks: Talks = field(default_factory=Talks)
    proof: Proof = field(default_factory=Proof)
    rounds: Rounds = field(default_factory=Rounds)
    ending: Ending = field(default_factory=Ending)
    questions: dict[str, RecordedQuestion] = field(default_factory=dict)
    """Of a list of questions."""
    awaiting: tuple[AwaitedRow, ...] = ()
    """What was awaited after its last line."""
    turns: dict[str, Any] = field(default_factory=dict)
    """Of a series: its hosting turns after its last line, as `show` tells them."""
    view: ItemView | None = None
    """With which it ended, or entered."""
    row: ItemRow | None = None

    # What is asked of it

    @property
    def there(self) -> bool:
        return self.lines > 0 or self.row is not None

    @property
    def ended(self) -> str:
        """The status with which it ended; empty while it is open."""
        return self.ending.status

    @property
    def held(self) -> HeldMark | None:
        """The mark that it was held, while one stands."""
        return self.proof.held

    @property
    def window(self) -> Window | None:
        return self.deadline.window

    @property
    def awake(self) -> bool:
        """Somebody has called it, or acted on it."""
        active = self.row is not None and self.row.status not in ("dormant", *ENDS)
        return bool(self.called or self.proof.evidence or active)

    @property
    def date(self) -> DateRow | None:
        """The agreed or actual date, as far as the record has it in figures."""
        if self.view or self.row:
            return self.view.date if self.view else self.row.date if self.row else None
        if self.held:
            return self.held.date
        agreed = self.talks.agreed
        slot = agreed.slot if agreed else None
        return date_row(slot.start, slot.end, agreed.place, agreed.format) if agreed and slot else None

    @property
    def awaited(self) -> tuple[AwaitedRow, ...]:
        """What is awaited, or was on the day."""
        if self.ended:
            return ()
        return self.row.awaiting if self.row else self.awaiting

    # What is heard

    def hear(self, entry: LedgerEntry) -> None:
        """One line more, of whatever release. Lines that say nothing about where it stands are passed over."""
        entry = with_fields(entry)
        self.lines += 1
        self.opened_at = self.opened_at or entry.at
        self._hear_beside(entry)
        if "session" not in entry.data:  # a session of a series has a record of its own
            self._hear_done(entry)

    def _hear_beside(self, entry: LedgerEntry) -> None:
        """What the line tells beside what was done: what is awaited from then on, turns, questions."""
        rows = awaiting_of(entry.data)
        self.awaiting = self.awaiting if rows is None else rows
        self.turns = entry.data.get("turns") or self.turns
        self.questions = heard_again(self.questions, entry.data.get("questions") or (), entry.at)

    def _hear_done(self, entry: LedgerEntry) -> None:
        """What was done goes to its topic."""
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
        elif verb in ("propose", "counter", "agreed", "reject", "withdraw", "reopened"):
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
        """What all sides have agreed on goes to its topic."""
        if terms is None:
            return
        self.talks.agree(terms)
        if terms.topic is Topic.HOST:
            self.host = terms.host
        elif terms.topic is Topic.EXTEND and terms.until is not None:
            self.deadline.extend(terms.until)

    def now(self, row: ItemRow | None) -> "Known":
        """With the row of today, which is nearer than the record."""
        if row is not None and self.view is None:
            self.row, self.title, self.host = row, row.title, row.host or self.host
            self.deadline.window = row.window or self.window
        return self


def hear_all(entries: Iterable[LedgerEntry]) -> Known:
    known = Known()
    for entry in entries:
        known.hear(entry)
    return known
