"""What the record of one item tells up to an instant, heard line by line."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic import JsonValue

from models.common.values import Instant
from models.machine.awaited_record import awaiting_of
from models.messages.acts import Terms, Topic
from models.messages.views import AwaitedRow, DateRow, ItemRow, ItemView, LedgerEntry, date_row
from models.plan.plan import Window


class HeldMark(NamedTuple):
    """A mark that it was held."""

    date: DateRow | None
    words: str
    """Where the line of the record has no date in figures: "held on 3 March 2026, Vientiane"."""


class RecordedQuestion(NamedTuple):
    """One question that the text leaves open."""

    id: str
    text: str
    answer: JsonValue
    """None while it is open."""
    at: Instant | None
    """When it was settled."""


@dataclass
class Known:
    """What the record of one item tells up to an instant, heard line by line; and its row, if that is of the day."""

    lines: int = 0
    opened_at: Instant | None = None
    ref: str = ""
    title: str = ""
    row: ItemRow | None = None
    view: ItemView | None = None
    """With which it ended, or entered."""
    ended: str = ""
    """The status with which it ended."""
    ended_at: Instant | None = None
    words: str = ""
    """Of the line that says how it ended, or how it was taken over."""
    adopted: bool = False
    settled: bool = False
    """Taken over by what the sides have settled since the launch, not at it."""
    note: str = ""
    """Of what was taken over."""
    awaiting: tuple[AwaitedRow, ...] = ()
    """What was awaited after its last line."""
    turns: dict[str, Any] = field(default_factory=dict)
    """Of a series: its hosting turns after its last line, as `show` tells them."""
    questions: dict[str, RecordedQuestion] = field(default_factory=dict)
    """Of a list of questions."""
    window: Window | None = None
    terms: dict[int, Terms] = field(default_factory=dict)
    proposed: dict[int, str] = field(default_factory=dict)
    """Open proposals of a date, each with its side."""
    moved: bool = False
    """A date was proposed, whatever became of it."""
    agreed: Terms | None = None
    postponed: Instant | None = None
    host: str | None = None
    held: HeldMark | None = None
    stance: HeldMark | None = None
    """While the mark is disputed: what was said last."""
    marked: bool = False
    disputed: bool = False
    outcome: bool = False
    evidence: bool = False
    called: str = ""
    missed: bool = False
    later: bool = False
    """The window ended, and all sides had agreed on a later date."""
    asked: str = ""
    """The status round that asked last."""
    over: str = ""
    """The status round that ended last with a side silent."""
    progress: dict[str, "RoundAnswer"] = field(default_factory=dict)

    @property
    def there(self) -> bool:
        return self.lines > 0 or self.row is not None

    @property
    def awake(self) -> bool:
        """Somebody has called it, or acted on it."""
        active = self.row is not None and self.row.status not in ("dormant", *_ENDS)
        return bool(self.called or self.evidence or active)

    @property
    def date(self) -> DateRow | None:
        """The agreed or actual date, as far as the record has it in figures."""
        if self.view or self.row:
            return self.view.date if self.view else self.row.date if self.row else None
        if self.held:
            return self.held.date
        agreed = self.agreed
        slot = agreed.slot if agreed else None
        return date_row(slot.start, slot.end, agreed.place, agreed.format) if agreed and slot else None

    @property
    def awaited(self) -> tuple[AwaitedRow, ...]:
        """What is awaited, or was on the day."""
        if self.ended:
            return ()
        return self.row.awaiting if self.row else self.awaiting

    def hear(self, entry: LedgerEntry) -> None:
        """One line more. Lines that say nothing about where it stands are passed over."""
        self.lines += 1
        self.opened_at = self.opened_at or entry.at
        verb, data = entry.verb, entry.data
        self._hear_facts(entry)
        if "session" in data:
            return  # of a series, about one of its sessions, which has a record of its own
        if verb == "opened":
            # Older lines hold the title in their words alone, and the oldest the necessity too.
            head, _, necessity = entry.text.rpartition(" opened, called: ")
            self.called = str(data.get("called", necessity if head else ""))
            title = entry.text.removesuffix(f", called: {self.called}").removesuffix(" opened")
            self.title = str(data.get("title", title))
            self.ref = str(data.get("ref", ""))
            self.window = Window.model_validate(data["window"]) if data.get("window") else None
        elif verb in _ENDS:
            self.ended, self.ended_at, self.words = verb, entry.at, entry.text
        elif verb == "adopted":
            self.adopted, self.ended_at, self.words = True, entry.at, entry.text
            self.settled = bool(data.get("settled", entry.text.startswith("settled")))
            in_words = re.search(r"\((.*)\)$", entry.text)
            self.note = str(data.get("note", in_words[1] if in_words else ""))
        elif verb == "view":
            self._see(ItemView.model_validate(data["view"]))
        elif verb == "call":
            self.called = str(data.get("reason", entry.text.partition(" calls it: ")[2]))
        elif verb == "amended":
            self._hear_amendment(data.get("changes") or {})
        elif verb in ("missed", "late"):
            self.missed, self.later = verb == "missed", verb == "late"
        elif verb in ("round", "progress"):
            self._hear_round(entry)
        elif verb in ("propose", "counter", "agreed", "reject", "withdraw", "reopened"):
            self._hear_proposal(entry)
        else:
            self._hear_act(entry)

    def _hear_facts(self, entry: LedgerEntry) -> None:
        """What the line tells beside what was done: what is awaited from then on, turns, questions."""
        rows = awaiting_of(entry.data)
        self.awaiting = self.awaiting if rows is None else rows
        self.turns = entry.data.get("turns") or self.turns
        for each in entry.data.get("questions") or ():
            before = self.questions.get(each["id"])
            new = each["answer"] is not None and (before is None or before.answer is None)
            known = before is not None and each["answer"] is not None  # not of what is asked again
            at = entry.at if new else before.at if before and known else None
            self.questions[each["id"]] = RecordedQuestion(each["id"], each["text"], each["answer"], at)

    def _see(self, view: ItemView) -> None:
        self.view, self.ended, self.title = view, view.status, view.title
        self.window, self.host = view.window, view.host

    def _hear_amendment(self, changes: dict[str, Any]) -> None:
        """Another window, or none: whether it was missed is decided anew."""
        if "window" in changes:
            self.window = Window.model_validate(changes["window"]) if changes["window"] else None
            self.missed = self.later = False

    def _hear_round(self, entry: LedgerEntry) -> None:
        name = str(entry.data.get("round", ""))
        if entry.verb == "progress":
            state = str(entry.data.get("state", ""))
            self.progress[entry.side or ""] = RoundAnswer(name, state, str(entry.data.get("note", "")))
        elif entry.data.get("silent"):
            self.over = name
        else:
            self.asked = name

    def _hear_proposal(self, entry: LedgerEntry) -> None:
        number = int(entry.data.get("proposal", 0))
        if entry.data.get("terms"):
            terms = Terms.model_validate(entry.data["terms"])
            self.terms[number] = terms
            if terms.topic is Topic.DATE:
                self.moved, self.proposed = True, {number: entry.side or str(entry.data.get("side", ""))}
            return
        self.proposed.pop(number, None)
        if entry.verb == "agreed" and number in self.terms:
            self._agree(self.terms[number])

    def _agree(self, terms: Terms) -> None:
        if terms.topic is Topic.DATE:
            self.agreed, self.postponed = terms, None
        elif terms.topic is Topic.HOST:
            self.host = terms.host
        elif terms.topic is Topic.POSTPONE:
            self.agreed, self.postponed = None, terms.until
        elif terms.topic is Topic.EXTEND and terms.until is not None:
            self.missed = self.later = False
            self.window = self.window.model_copy(update={"end": terms.until}) if self.window else None

    def _hear_act(self, entry: LedgerEntry) -> None:
        verb = entry.verb
        if verb in ("held", "not_held"):
            said = _held(entry) if verb == "held" else None
            self.marked = True
            if self.disputed:
                self.stance = said
            else:
                self._mark(said)
        elif verb == "settled" and self.disputed:
            self.disputed = False
            self._mark(self.stance)
        elif verb == "regret":
            self.agreed = None
        elif verb == "outcome":
            self.outcome = True
        elif verb == "evidence":
            self.evidence, self.disputed = True, self.disputed and self.marked
        elif verb == "dispute":
            self.disputed, self.outcome = not self.outcome, False

    def _mark(self, said: HeldMark | None) -> None:
        self.held, self.proposed = said, {}
        if not said:
            self.agreed = None

    def now(self, row: ItemRow | None) -> "Known":
        """With the row of today, which is nearer than the record."""
        if row is not None and self.view is None:
            self.row, self.title, self.window = row, row.title, row.window or self.window
            self.host = row.host or self.host
        return self


def hear_all(entries: Iterable[LedgerEntry]) -> Known:
    known = Known()
    for entry in entries:
        known.hear(entry)
    return known


class RoundAnswer(NamedTuple):
    """What a side answered last in a status round."""

    round: str
    state: str
    note: str


def _held(entry: LedgerEntry) -> HeldMark:
    """Older lines have the day in their words alone: "lao-x (LAO) marks it held on 3 March 2026 (Vientiane)"."""
    date = entry.data.get("date")
    words = re.sub(r" \((.*)\)$", r", \1", entry.text.partition(" marks it ")[2])
    return HeldMark(DateRow.model_validate(date), "") if date else HeldMark(None, words)


_ENDS = ("closed", "dropped", "excused", "expired")
"""Verbs of last lines. What was taken over ends with its view alone; `missed` tells the end of a window."""
