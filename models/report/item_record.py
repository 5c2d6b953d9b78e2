"""Reads the record of one item, line by line, and keeps what the lines tell (`Known`)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from models.common.values import Instant
from models.machine.awaited_record import awaiting_of
from models.messages.acts import RecordedFact, Rectified, Terms, Topic
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
from models.report.rectified import Consented


@dataclass
class Known:
    """What is known of one item. `hear` adds a line of the item's record, `now` adds the item's row of today."""

    lines: int = 0
    """How many lines of the record were read."""
    opened_at: Instant | None = None
    """The instant of the first line. None if no line was read."""
    ref: str = ""
    """The reference of the item's provision. Empty if the record does not tell it."""
    title: str = ""
    """The title of the item. Empty if the record does not tell it."""
    called: str = ""
    """The reason that a side gave when it called the item. Empty if no side has called the item."""
    host: str | None = None
    """The side that hosts the item. None if it is not known, or if the item has no host."""
    deadline: Deadline = field(default_factory=Deadline)
    talks: Talks = field(default_factory=Talks)
    proof: Proof = field(default_factory=Proof)
    rounds: Rounds = field(default_factory=Rounds)
    ending: Ending = field(default_factory=Ending)
    questions: dict[str, RecordedQuestion] = field(default_factory=dict)
    """For a list of questions: the questions, by id. Empty for all other items."""
    awaiting: tuple[AwaitedRow, ...] = ()
    """The acts that were awaited after the last line. Empty if no act was awaited."""
    turns: dict[str, Any] = field(default_factory=dict)
    """For a series: the hosting turns after the last line, as `show` prints them. Empty for all other items."""
    rectified: tuple[Consented, ...] = ()
    """What every side has consented to put right since the item was closed, oldest first. Empty if nothing was."""
    view: ItemView | None = None
    """The view at the end of the record. None while the item is open."""
    row: ItemRow | None = None
    """The row of today. None if the report is of a past day, or if the item has ended."""

    # What is asked of it

    @property
    def there(self) -> bool:
        """Whether the item has a record or a row."""
        return self.lines > 0 or self.row is not None

    @property
    def ended(self) -> str:
        """The status with which the item ended. Empty while the item is open."""
        return self.ending.status

    @property
    def held(self) -> HeldMark | None:
        """The mark that the meeting was held. None if there is no mark, or if the mark says: not held."""
        return self.proof.held

    @property
    def window(self) -> Window | None:
        """The window of the item, with its changes. None if the item has no window."""
        return self.deadline.window

    @property
    def awake(self) -> bool:
        """Whether a side has called the item, given evidence for it or otherwise woken it. For items that wait for a
        call."""
        active = self.row is not None and self.row.status not in ("dormant", *ENDS)
        return bool(self.called or self.proof.evidence or active)

    @property
    def date(self) -> DateRow | None:
        """When and where the item was held, or else the agreed date. None if there is no date, or if the record tells
        it only in words."""
        if self.view or self.row:
            return self.view.date if self.view else self.row.date if self.row else None
        if self.held:
            return self.held.date
        agreed = self.talks.agreed
        slot = agreed.slot if agreed else None
        return date_row(slot.start, slot.end, agreed.place, agreed.format, agreed.link) if agreed and slot else None

    @property
    def awaited(self) -> tuple[AwaitedRow, ...]:
        """The acts that are awaited on the day of the report. Empty if there are none, or if the item has ended."""
        if self.ended:
            return ()
        return self.row.awaiting if self.row else self.awaiting

    # What is heard

    def hear(self, entry: LedgerEntry) -> None:
        """Reads one more line of the record, from any release of the program, and updates the fields."""
        entry = with_fields(entry)
        self.lines += 1
        self.opened_at = self.opened_at or entry.at
        self._hear_beside(entry)
        if "session" not in entry.data:  # a session of a series has a record of its own
            self._hear_done(entry)

    def _hear_beside(self, entry: LedgerEntry) -> None:
        """Reads what a line with any verb may tell: the acts that are awaited after it, the turns, the questions."""
        rows = awaiting_of(entry.data)
        self.awaiting = self.awaiting if rows is None else rows
        self.turns = entry.data.get("turns") or self.turns
        self.questions = heard_again(self.questions, entry.data.get("questions") or (), entry.at)

    def _hear_done(self, entry: LedgerEntry) -> None:
        """Passes a line to the topic that the line's verb concerns. A line with another verb changes nothing."""
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
        """Updates the date, the host or the window by terms on which all sides have agreed. None changes nothing."""
        if terms is None:
            return
        self.talks.agree(terms)
        if terms.topic is Topic.HOST:
            self.host = terms.host
        elif terms.topic is Topic.EXTEND and terms.until is not None:
            self.deadline.extend(terms.until)

    def rectify(self, rectifications: tuple[Consented, ...]) -> "Known":
        """Adds what every side has consented to put right since the item was closed, and returns this same object. A
        mark that was put right counts in place of the recorded one."""
        self.rectified = rectifications
        for each in rectifications:
            if each.fact.what is RecordedFact.MARK:
                self._rectify_mark(each.fact)
        return self

    def _rectify_mark(self, fact: Rectified) -> None:
        style, on = fact.format, fact.on
        date = date_row(on, on, fact.place, style) if fact.held and on is not None else None
        self.proof.held = HeldMark(date, fact.now) if fact.held else None
        self.ending.status = "closed" if fact.held else "missed"
        if self.view is not None:
            late = date is not None and self.window is not None and date.start >= self.window.end
            fate = ("late" if late else "on-time") if date is not None and self.window else None
            self.view = self.view.model_copy(update={"date": date, "fate": fate if fact.held else "missed"})

    def now(self, row: ItemRow | None) -> "Known":
        """Adds the row of today, which is newer than the record, and returns this same object.

        Changes nothing if `row` is None, or if the item has ended.
        """
        if row is not None and self.view is None:
            self.row, self.title, self.host = row, row.title, row.host or self.host
            self.deadline.window = row.window or self.window
        return self


def hear_all(entries: Iterable[LedgerEntry]) -> Known:
    """Returns what the lines of one item's record tell. `entries` must be in the order of the record."""
    known = Known()
    for entry in entries:
        known.hear(entry)
    return known
