"""What the record of one item tells, by topic: its window, its date, its proof, status rounds, questions, its end.

Each topic hears the lines that concern it and keeps what stands after the last of them. Facts are taken from the fields
of a line, never from its words.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic import JsonValue

from models.common.values import Instant
from models.messages.acts import Terms, Topic
from models.messages.views import DateRow, LedgerEntry
from models.plan.plan import Window


@dataclass
class Deadline:
    """The window, as it was extended or amended, and whether it ended with the item open."""

    window: Window | None = None
    missed: bool = False
    later: bool = False
    """The window ended, and all sides had agreed on a later date."""

    def hear(self, entry: LedgerEntry) -> None:
        if entry.verb == "amended":
            self._hear_amendment(entry.data.get("changes") or {})
        else:
            self.missed, self.later = entry.verb == "missed", entry.verb == "late"

    def _hear_amendment(self, changes: dict[str, Any]) -> None:
        """Another window, or none: whether it was missed is decided anew."""
        if "window" in changes:
            self.window = Window.model_validate(changes["window"]) if changes["window"] else None
            self.missed = self.later = False

    def extend(self, until: Instant) -> None:
        self.missed = self.later = False
        self.window = self.window.model_copy(update={"end": until}) if self.window else None


@dataclass
class Talks:
    """The date: what was proposed, agreed, postponed."""

    terms: dict[int, Terms] = field(default_factory=dict)
    """Of every proposal, whatever it is about."""
    proposed: dict[int, str] = field(default_factory=dict)
    """Open proposals of a date, each with its side."""
    moved: bool = False
    """A date was proposed, whatever became of it."""
    agreed: Terms | None = None
    postponed: Instant | None = None

    def hear(self, entry: LedgerEntry) -> Terms | None:
        """A proposal, or what becomes of one: the terms on which all sides agree with this line, if they do."""
        number = int(entry.data.get("proposal", 0))
        if not entry.data.get("terms"):
            self.proposed.pop(number, None)
            return self.terms.get(number) if entry.verb == "agreed" else None
        terms = Terms.model_validate(entry.data["terms"])
        self.terms[number] = terms
        if terms.topic is Topic.DATE:
            self.moved, self.proposed = True, {number: entry.side or str(entry.data.get("side", ""))}
        return None

    def agree(self, terms: Terms) -> None:
        if terms.topic is Topic.DATE:
            self.agreed, self.postponed = terms, None
        elif terms.topic is Topic.POSTPONE:
            self.agreed, self.postponed = None, terms.until

    def marked(self, held: bool) -> None:
        """It was held, or not: what was proposed has no object any more, and a new date is awaited of what was not."""
        self.proposed = {}
        if not held:
            self.agreed = None


class HeldMark(NamedTuple):
    """A mark that it was held."""

    date: DateRow | None
    words: str
    """Where the record has no date in figures: "held on 3 March 2026, Vientiane"."""


@dataclass
class Proof:
    """What was put on record of its being done: the mark, the outcome, evidence; and whether that is disputed."""

    held: HeldMark | None = None
    stance: HeldMark | None = None
    """While the mark is disputed: what was said last."""
    marked: bool = False
    disputed: bool = False
    outcome: bool = False
    evidence: bool = False

    def hear(self, entry: LedgerEntry) -> bool:
        """Whether a mark stands, or falls, with this line."""
        if entry.verb == "outcome":
            self.outcome = True
        elif entry.verb == "evidence":
            self.evidence, self.disputed = True, self.disputed and self.marked
        elif entry.verb == "dispute":
            self.disputed, self.outcome = not self.outcome, False
        elif entry.verb == "settled":
            return self._hear_settled()
        elif entry.verb in ("held", "not_held"):
            return self._hear_mark(_held(entry) if entry.verb == "held" else None)
        return False

    def _hear_mark(self, said: HeldMark | None) -> bool:
        """A first mark stands at once; one in a dispute when the sides say the same."""
        self.marked = True
        if self.disputed:
            self.stance = said
        else:
            self.held = said
        return not self.disputed

    def _hear_settled(self) -> bool:
        if not self.disputed:
            return False
        self.disputed, self.held = False, self.stance
        return True


def _held(entry: LedgerEntry) -> HeldMark:
    date = entry.data.get("date")
    return HeldMark(DateRow.model_validate(date) if date else None, str(entry.data.get("in_words", "")))


class RoundAnswer(NamedTuple):
    """What a side answered last in a status round."""

    round: str
    state: str
    note: str


@dataclass
class Rounds:
    """The status rounds that asked about it, and what was answered."""

    asked: str = ""
    """The round that asked last."""
    over: str = ""
    """The round that ended last with a side silent."""
    answers: dict[str, RoundAnswer] = field(default_factory=dict)
    """The last answer of each side."""

    def hear(self, entry: LedgerEntry) -> None:
        name = str(entry.data.get("round", ""))
        if entry.verb == "progress":
            state, note = str(entry.data.get("state", "")), str(entry.data.get("note", ""))
            self.answers[entry.side or ""] = RoundAnswer(name, state, note)
        elif entry.data.get("silent"):
            self.over = name
        else:
            self.asked = name


class RecordedQuestion(NamedTuple):
    """One question that the text leaves open."""

    id: str
    text: str
    answer: JsonValue
    """None while it is open."""
    at: Instant | None
    """When it was settled."""


def heard_again(
    before: dict[str, RecordedQuestion], questions: Iterable[dict[str, Any]], at: Instant
) -> dict[str, RecordedQuestion]:
    """The questions of a list with those that a line tells, each with the instant at which it was settled."""
    heard = dict(before)
    for each in questions:
        settled = _settled_at(heard.get(each["id"]), each["answer"], at)
        heard[each["id"]] = RecordedQuestion(each["id"], each["text"], each["answer"], settled)
    return heard


def _settled_at(before: RecordedQuestion | None, answer: JsonValue, at: Instant) -> Instant | None:
    if answer is None:  # open, or asked again
        return None
    return at if before is None or before.answer is None else before.at


ENDS = ("closed", "dropped", "excused", "expired")
"""Verbs of last lines. What was taken over ends with its view alone; `missed` tells the end of a window."""


@dataclass
class Ending:
    """How it ended, or how it was taken over as ended before the launch."""

    status: str = ""
    """The status with which it ended; empty while it is open."""
    at: Instant | None = None
    by: str = ""
    """By what: consent, amendment, answer, window, expiry, office, sessions."""
    reason: str = ""
    """Of an end by consent."""
    amendment: int | None = None
    """The number of the amendment by which it ended."""
    adopted: bool = False
    settled: bool = False
    """Taken over by what the sides have settled since the launch, not at it."""
    note: str = ""
    """Of what was taken over."""

    def hear(self, entry: LedgerEntry) -> None:
        data, self.at = entry.data, entry.at
        if entry.verb == "adopted":
            self.adopted, self.settled, self.note = True, bool(data.get("settled")), str(data.get("note", ""))
            return
        self.status = entry.verb
        self.by, self.reason = str(data.get("by", "")), str(data.get("reason", ""))
        self.amendment = data.get("amendment")
