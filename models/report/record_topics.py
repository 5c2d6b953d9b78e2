"""What the record of one item tells, by topic: its window, its date, its proof, status rounds, questions, its end.

Each topic has one class. Its function `hear` reads one line of the record, and the fields of the class hold what is
true after that line. `hear` reads facts from the fields of a line, never from its text.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import JsonValue

from models.common.values import Instant
from models.messages.acts import Terms, Topic
from models.messages.views import DateRow, LedgerEntry
from models.plan.plan import Window


@dataclass
class Deadline:
    """The window of an item with all its changes, and whether the window ended while the item was open."""

    window: Window | None = None
    """The window as it is after all changes. None if the item has no window."""
    missed: bool = False
    """True: the window ended while the item was open, and no later time was agreed before."""
    later: bool = False
    """True: the window ended while the item was open, but all sides had consented to a later time before."""

    def hear(self, entry: LedgerEntry) -> None:
        """Reads a line with the verb `amended`, `missed` or `late`."""
        if entry.verb == "amended":
            self._hear_amendment(entry.data.get("changes") or {})
        else:
            self.missed, self.later = entry.verb == "missed", entry.verb == "late"

    def _hear_amendment(self, changes: dict[str, Any]) -> None:
        """Replaces or removes the window as an amendment says. A new window counts as not missed."""
        if "window" in changes:
            self.window = Window.model_validate(changes["window"]) if changes["window"] else None
            self.missed = self.later = False

    def extend(self, until: Instant) -> None:
        """Moves the end of the window to `until`. The window counts as not missed from now on."""
        self.missed = self.later = False
        self.window = self.window.model_copy(update={"end": until}) if self.window else None


@dataclass
class Talks:
    """The proposals of an item, and its agreed date."""

    terms: dict[int, Terms] = field(default_factory=dict)
    """The terms of every proposal, on any topic, by the number of the proposal."""
    proposed: dict[int, str] = field(default_factory=dict)
    """The side that has proposed a date, by the number of the open proposal. Empty if no date is proposed."""
    moved: bool = False
    """True: a side has proposed a date at some time, even if the proposal was rejected later."""
    agreed: Terms | None = None
    """The terms of the agreed date. None if no date is agreed."""
    postponed: Instant | None = None
    """The instant until which the sides have postponed the item by consent. None if the item is not postponed."""

    def hear(self, entry: LedgerEntry) -> Terms | None:
        """Reads a line about a proposal. Returns the terms if this line says that all sides have agreed, or else
        None."""
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
        """Updates the agreed date, or the postponement, by terms on which all sides have agreed. Other topics change
        nothing."""
        if terms.topic is Topic.DATE:
            self.agreed, self.postponed = terms, None
        elif terms.topic is Topic.POSTPONE:
            self.agreed, self.postponed = None, terms.until

    def marked(self, held: bool) -> None:
        """Ends the open proposals of a date, because the meeting was marked. If it was not held, also ends the agreed
        date."""
        self.proposed = {}
        if not held:
            self.agreed = None


class HeldMark(NamedTuple):
    """The mark that a meeting was held, with its date if the record tells it."""

    date: DateRow | None
    """When and where the meeting was held. None if the record tells it only in words, or not at all."""
    words: str
    """If `date` is None: the words of the record, "held on 3 March 2026, Vientiane". Empty if there are none."""


class OnRecord(NamedTuple):
    """One thing that stands under silence: other sides may still object to it."""

    until: Instant | None
    """When the silence ends if no side objects. None while this is not known, and with `express`."""
    express: bool
    """True: only the agreement of the other sides ends the silence."""


@dataclass
class Proof:
    """What shows that an item was done (the mark, the outcome, evidence), and whether a side disputes it."""

    held: HeldMark | None = None
    """The mark that the meeting was held. None if there is no mark, or if the mark says: not held."""
    stance: HeldMark | None = None
    """During a dispute: the last mark that a side gave since. None if that mark says "not held", or if there is
    none."""
    marked: bool = False
    """True: a side has marked the meeting as held or as not held."""
    disputed: bool = False
    """True: a side disputes the mark or the evidence."""
    outcome: bool = False
    """True: a side has filed an outcome, and no side has disputed it since."""
    evidence: bool = False
    """True: a side has given evidence."""
    evidence_at: Instant | None = None
    """When a side gave evidence last. None if no side has."""
    silences: dict[tuple[str, str], OnRecord] = field(default_factory=dict)
    """What stands under silence, by what it is (mark, outcome, evidence) and the side that put it on record. Empty if
    nothing does, and in items of release 0.1.0."""

    def under_silence(self, *abouts: str) -> OnRecord | None:
        """Returns the silence about one of these things that ends last. None if there is none."""
        found = [each for (about, _), each in self.silences.items() if about in abouts]
        if not found:
            return None
        ends = [each.until for each in found if each.until is not None]
        last = max(ends) if len(ends) == len(found) else None
        return OnRecord(last, any(each.express for each in found))

    def hear(self, entry: LedgerEntry) -> bool:
        """Reads a line. Returns True if a mark (held or not held) takes effect with this line. Lines with other verbs
        change nothing."""
        self._hear_silence(entry)
        if entry.verb == "outcome":
            self.outcome = True
        elif entry.verb == "evidence":
            self.evidence, self.disputed, self.evidence_at = True, self.disputed and self.marked, entry.at
        elif entry.verb == "dispute":
            about_mark = entry.data["about"] == "mark" if self.marked and "about" in entry.data else not self.outcome
            self.disputed, self.outcome = about_mark, self.outcome and about_mark
        elif entry.verb == "settled":
            return self._hear_settled()
        elif entry.verb in ("held", "not_held"):
            return self._hear_mark(_held(entry) if entry.verb == "held" else None)
        return False

    def _hear_silence(self, entry: LedgerEntry) -> None:
        """Reads what a line tells of the silences: one begins, goes on, is over or is broken."""
        data, about = entry.data, str(entry.data.get("about", ""))
        if entry.verb in _PUT_ON_RECORD and data.get("silence"):
            key = _PUT_ON_RECORD[entry.verb], entry.side or ""
            self.silences[key] = OnRecord(None, data["silence"] == "express")
        elif entry.verb == "silence" and (about, data.get("by")) in self.silences:
            key = about, str(data["by"])
            if data.get("over"):
                del self.silences[key]
            elif data.get("until") or data.get("void"):
                until = datetime.fromisoformat(data["until"]) if data.get("until") else None
                self.silences[key] = self.silences[key]._replace(until=until)
        elif entry.verb == "agree":
            for done in data.get("over") or ():
                self.silences.pop((str(done[0]), str(done[1])), None)
        elif entry.verb in ("dispute", "not_held"):
            broken = ("mark", "outcome") if entry.verb == "not_held" else (about,)
            # What the side that disputes has put on record itself stays under silence.
            own = entry.side if entry.verb == "dispute" else None
            kept = (each for each in self.silences.items() if each[0][0] not in broken or each[0][1] == own)
            self.silences = dict(kept)

    def _hear_mark(self, said: HeldMark | None) -> bool:
        """Reads a mark. Returns True if it takes effect at once. In a dispute it takes effect later, with the line
        `settled`."""
        self.marked = True
        if self.disputed:
            self.stance = said
        else:
            self.held, self.outcome = said, self.outcome and said is not None
        return not self.disputed

    def _hear_settled(self) -> bool:
        if not self.disputed:
            return False
        self.disputed, self.held = False, self.stance
        self.outcome = self.outcome and self.held is not None
        return True


_PUT_ON_RECORD = {"held": "mark", "outcome": "outcome", "evidence": "evidence"}
"""By verb of a line: what the line puts on record."""


def _held(entry: LedgerEntry) -> HeldMark:
    date = entry.data.get("date")
    return HeldMark(DateRow.model_validate(date) if date else None, str(entry.data.get("in_words", "")))


class RoundAnswer(NamedTuple):
    """The last answer of one side to a status round."""

    round: str
    """The name of the status round that the side answered."""
    state: str
    """How far the item has come, in the view of the side: a value of ProgressState."""
    note: str
    """What the side wrote about its answer. Empty if the side wrote nothing."""


@dataclass
class Rounds:
    """The status rounds that asked about an item, and the answers of the sides."""

    asked: str = ""
    """The name of the last status round that asked about the item. Empty if no round has asked."""
    over: str = ""
    """The name of the last status round that ended before every side had answered. Empty if there is no such round."""
    answers: dict[str, RoundAnswer] = field(default_factory=dict)
    """The last answer of each side, by side. A side that has never answered is missing."""

    def hear(self, entry: LedgerEntry) -> None:
        """Reads a line with the verb `round` or `progress`."""
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
    """The answer to which the sides have consented. None while the question is open."""
    at: Instant | None
    """The instant at which the question was settled. None while the question is open."""


def heard_again(
    before: dict[str, RecordedQuestion], questions: Iterable[dict[str, Any]], at: Instant
) -> dict[str, RecordedQuestion]:
    """Returns the questions of a list, by id, after one more line. `questions` are those in the line, `at` is its
    instant.

    If a question has an answer now and had none before, `at` is the instant at which the question was settled.
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
"""The verbs of the lines that end an item. The record of a past item has no such line: its last line is a view. The
verb `missed` is not among them, because a line with this verb says that a window ended, and not that the item ended."""


@dataclass
class Ending:
    """How an item ended, during the plan or before the launch."""

    status: str = ""
    """The status with which the item ended. Empty while the item is open."""
    at: Instant | None = None
    """The instant at which the item ended. With `adopted`: the instant at which the program recorded it. None while the
    item is open, and for a list of questions."""
    by: str = ""
    """The cause: consent, amendment, answer, window, expiry, office or sessions. Empty if the record does not
    tell it."""
    reason: str = ""
    """If the item ended by consent: the reason that the sides gave. Empty if there is no reason."""
    amendment: int | None = None
    """The number of the amendment that ended the item. None if the item had another end."""
    adopted: bool = False
    """True: the item ended before the launch, and the program only recorded it."""
    settled: bool = False
    """Only with `adopted`. True: the sides settled after the launch what became of the item. False: it was known at the
    launch."""
    note: str = ""
    """Only with `adopted`: the remark from the history file. Empty if there is no remark."""

    def hear(self, entry: LedgerEntry) -> None:
        """Reads a line with the verb `adopted`, or with one of the verbs in ENDS."""
        data, self.at = entry.data, entry.at
        if entry.verb == "adopted":
            self.adopted, self.settled, self.note = True, bool(data.get("settled")), str(data.get("note", ""))
            return
        self.status = entry.verb
        self.by, self.reason = str(data.get("by", "")), str(data.get("reason", ""))
        self.amendment = data.get("amendment")
