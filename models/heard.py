"""What the record of one item tells up to an instant, heard line by line."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from models.acts import Terms, Topic
from models.base import Instant
from models.plan import Window
from models.views import DateRow, ItemRow, ItemView, LedgerEntry


@dataclass
class Known:
    """What the record of one item tells up to an instant, heard line by line; and its row, if that is of the day."""

    lines: int = 0
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
    window: Window | None = None
    terms: dict[int, Terms] = field(default_factory=dict)
    proposed: dict[int, str] = field(default_factory=dict)
    """Open proposals of a date, each with its side."""
    moved: bool = False
    """A date was proposed, whatever became of it."""
    agreed: Terms | None = None
    postponed: Instant | None = None
    host: str | None = None
    held: str = ""
    """ "held on 3 March 2026, Vientiane" """
    stance: str | None = None
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
    progress: dict[str, "Answer"] = field(default_factory=dict)

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
        """The agreed or actual date; of a past day, as far as the record has it in figures."""
        return self.view.date if self.view else self.row.date if self.row else None

    def hear(self, entry: LedgerEntry) -> None:
        """One line more. Lines that say nothing about where it stands are passed over."""
        self.lines += 1
        verb, data = entry.verb, entry.data
        if "session" in data:
            return  # of a series, about one of its sessions, which has a record of its own
        if verb == "opened":
            self.title, _, why = entry.text.partition(" opened")
            self.called = why.partition(", called: ")[2]
            self.window = Window.model_validate(data["window"]) if data.get("window") else None
        elif verb in _ENDS:
            self.ended, self.ended_at, self.words = verb, entry.at, entry.text
        elif verb == "adopted":
            self.adopted, self.ended_at, self.words = True, entry.at, entry.text
        elif verb == "view":
            self._see(ItemView.model_validate(data["view"]))
        elif verb == "call":
            self.called = entry.text.partition(" calls it: ")[2]
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
            self.progress[entry.side or ""] = Answer(name, state, str(entry.data.get("note", "")))
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
            said = _held_in_words(entry.text) if verb == "held" else ""
            self.marked = True
            if self.disputed:
                self.stance = said
            else:
                self._mark(said)
        elif verb == "settled" and self.disputed:
            self.disputed = False
            self._mark(self.stance or "")
        elif verb == "regret":
            self.agreed = None
        elif verb == "outcome":
            self.outcome = True
        elif verb == "evidence":
            self.evidence, self.disputed = True, self.disputed and self.marked
        elif verb == "dispute":
            self.disputed, self.outcome = not self.outcome, False

    def _mark(self, said: str) -> None:
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


class Answer(NamedTuple):
    """What a side answered last in a status round."""

    round: str
    state: str
    note: str


def _held_in_words(text: str) -> str:
    """ "lao-x (LAO) marks it held on 3 March 2026 (Vientiane)" -> "held on 3 March 2026, Vientiane" """
    return re.sub(r" \((.*)\)$", r", \1", text.partition(" marks it ")[2])


_ENDS = ("closed", "dropped", "excused", "expired")
"""Verbs of last lines. What was taken over ends with its view alone; `missed` tells the end of a window."""
