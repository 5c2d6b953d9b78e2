"""What the record of one item tells, by topic: its window, its date, its proof, status rounds, questions, its end.

Each topic takes the lines that concern it, one after the other (`hear`). Its fields hold what is true after the last
line. It reads facts from the fields of a line, never from the text.
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
    """The window of an item with all its changes, and whether it ended while the item was open."""

    window: Window | None = None
    """None if the item has no window."""
    missed: bool = False
    """True: the window ended while the item was open."""
    later: bool = False
    """True: the window ended, and before that all sides had agreed on a later date."""

    def hear(self, entry: LedgerEntry) -> None:
        """Takes in a line with the verb `amended`, `missed` or `late`."""
        if entry.verb == "amended":
            self._hear_amendment(entry.data.get("changes") or {})
        else:
            self.missed, self.later = entry.verb == "missed", entry.verb == "late"

    def _hear_amendment(self, changes: dict[str, Any]) -> None:
        """Takes in a changed window, or that there is none any more. The new window is not missed yet."""
        if "window" in changes:
            self.window = Window.model_validate(changes["window"]) if changes["window"] else None
            self.missed = self.later = False

    def extend(self, until: Instant) -> None:
        """Sets another end of the window. The window is not missed any more."""
        self.missed = self.later = False
        self.window = self.window.model_copy(update={"end": until}) if self.window else None


@dataclass
class Talks:
    """The proposals of an item, and its agreed date."""

    terms: dict[int, Terms] = field(default_factory=dict)
    """The terms of every proposal, on any topic, by its number."""
    proposed: dict[int, str] = field(default_factory=dict)
    """The sides that have proposed a date, by the number of the open proposal."""
    moved: bool = False
    """True: a date was proposed at some time, even if the proposal was rejected since."""
    agreed: Terms | None = None
    """The terms of the agreed date. None if no date is agreed."""
    postponed: Instant | None = None
    """Until when the item is postponed by consent. None if it is not."""

    def hear(self, entry: LedgerEntry) -> Terms | None:
        """Takes in a proposal, or its end. Gives the terms if all sides agree with this line, or else None."""
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
        """Takes in terms on which all sides have agreed."""
        if terms.topic is Topic.DATE:
            self.agreed, self.postponed = terms, None
        elif terms.topic is Topic.POSTPONE:
            self.agreed, self.postponed = None, terms.until

    def marked(self, held: bool) -> None:
        """Takes in a mark. Open proposals of a date end. If the meeting was not held, no date is agreed any more."""
        self.proposed = {}
        if not held:
            self.agreed = None


class HeldMark(NamedTuple):
    """A mark that a meeting was held."""

    date: DateRow | None
    """When and where it was held. None if the record tells it in words only, or not at all."""
    words: str
    """Without `date`, the words of the record: "held on 3 March 2026, Vientiane". Empty otherwise."""


@dataclass
class Proof:
    """What shows that an item was done: the mark, the outcome, evidence. Also whether this is disputed."""

    held: HeldMark | None = None
    """The mark that the meeting was held. None if there is none, or if it is marked as not held."""
    stance: HeldMark | None = None
    """While the mark is disputed: the last mark that a side gave. None if that mark says: not held."""
    marked: bool = False
    """True: the meeting was marked, as held or as not held."""
    disputed: bool = False
    """True: the mark or the evidence is disputed."""
    outcome: bool = False
    """True: an outcome is filed."""
    evidence: bool = False
    """True: evidence was given."""

    def hear(self, entry: LedgerEntry) -> bool:
        """Takes in a line. Gives True if a mark, held or not held, counts from this line on."""
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
        """Takes in a mark. It counts at once, or in a dispute when the sides say the same (`settled`)."""
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
    """The last answer of a side in a status round."""

    round: str
    """The name of the round."""
    state: str
    """How far the item has come: a value of ProgressState."""
    note: str
    """What the side added. Empty if nothing."""


@dataclass
class Rounds:
    """The status rounds that asked about an item, and the answers."""

    asked: str = ""
    """The last round that asked about it. Empty if none did."""
    over: str = ""
    """The last round that ended before every side had answered. Empty if there is none."""
    answers: dict[str, RoundAnswer] = field(default_factory=dict)
    """The last answer of each side."""

    def hear(self, entry: LedgerEntry) -> None:
        """Takes in a line with the verb `round` or `progress`."""
        name = str(entry.data.get("round", ""))
        if entry.verb == "progress":
            state, note = str(entry.data.get("state", "")), str(entry.data.get("note", ""))
            self.answers[entry.side or ""] = RoundAnswer(name, state, note)
        elif entry.data.get("silent"):
            self.over = name
        else:
            self.asked = name


class RecordedQuestion(NamedTuple):
    """One question of a list, as the record tells it."""

    id: str
    text: str
    answer: JsonValue
    """None while the question is open."""
    at: Instant | None
    """When it was settled. None while the question is open."""


def heard_again(
    before: dict[str, RecordedQuestion], questions: Iterable[dict[str, Any]], at: Instant
) -> dict[str, RecordedQuestion]:
    """Gives the questions of a list after one more line. `questions` are those in the line, `at` is its instant.

    A question that has an answer for the first time gets `at` as the instant at which it was settled.
    """
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
"""The verbs of lines with which an item ends. The record of a past item has no such line: its last line is a view.
The verb `missed` is not here, because it tells the end of a window and not of the item."""


@dataclass
class Ending:
    """How an item ended, or what became of it before the launch."""

    status: str = ""
    """The status with which it ended. Empty while it is open."""
    at: Instant | None = None
    """When it ended. None while it is open."""
    by: str = ""
    """The cause: consent, amendment, answer, window, expiry, office or sessions. Empty if it is not on record."""
    reason: str = ""
    """With an end by consent: its reason. Empty if none was given."""
    amendment: int | None = None
    """The number of the amendment that ended it. None if another cause did."""
    adopted: bool = False
    """True: it ended before the launch."""
    settled: bool = False
    """With `adopted`: True if the sides settled after the launch what became of it, False if the history file told it.
    """
    note: str = ""
    """With `adopted`: the remark from the history file. Empty if there is none."""

    def hear(self, entry: LedgerEntry) -> None:
        """Takes in a line with the verb `adopted`, or with one of ENDS."""
        data, self.at = entry.data, entry.at
        if entry.verb == "adopted":
            self.adopted, self.settled, self.note = True, bool(data.get("settled")), str(data.get("note", ""))
            return
        self.status = entry.verb
        self.by, self.reason = str(data.get("by", "")), str(data.get("reason", ""))
        self.amendment = data.get("amendment")
