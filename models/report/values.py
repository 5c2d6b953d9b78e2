"""The progress report to the governments, and the timeline of a plan, as plain data: what documents are rendered from.

Every number is given with what it is a number of. A report is a reading of the record at one instant; it decides
nothing.
"""

from enum import StrEnum

from models.common.values import Instant, Value


class Standing(StrEnum):
    """Where an item stands, in the words of the report."""

    DONE = "done"
    IN_PROGRESS = "in progress"
    NOT_STARTED = "not started"
    MISSED = "missed"
    EXCUSED = "excused"
    NO_EVIDENCE = "no evidence"


class Tally(Value):
    """How many items stand where. The six add up to `total`, the denominator of each."""

    done: int = 0
    in_progress: int = 0
    not_started: int = 0
    missed: int = 0
    excused: int = 0
    no_evidence: int = 0

    @property
    def total(self) -> int:
        return self.done + self.in_progress + self.not_started + self.missed + self.excused + self.no_evidence


class ItemLine(Value):
    """One item: a session, a one-off meeting, a commitment."""

    id: str
    ref: str
    title: str
    standing: Standing
    detail: str = ""
    """In a few words, why it stands there: "held on 3 March 2026, Vientiane"."""


class ArticleReport(Value):
    number: str
    """As the text numbers it: "16", "V.a", "B"."""
    name: str
    tally: Tally
    lines: tuple[ItemLine, ...] = ()
    recitals: int = 0
    """Provisions that ask for nothing."""


class PillarReport(Value):
    name: str
    tally: Tally
    articles: tuple[ArticleReport, ...]


class TurnLine(Value):
    session: str
    planned: str
    """Whose turn it was; "not stated" where nothing says."""
    host: str
    """Who hosted or is agreed to; empty while open."""
    state: str
    """owed, served, swapped, forfeited, unknown"""
    day: str = ""
    """When it was held, in words."""


class TurnsReport(Value):
    """The hosting turns of one rotating series."""

    id: str
    ref: str
    title: str
    next: str
    """One sentence: who hosts next, and why."""
    turns: tuple[TurnLine, ...] = ()


class AmendmentLine(Value):
    number: int
    text: str
    """What was agreed to change."""
    in_force_from: str
    """A day in words."""
    proposed_by: str
    consents: str
    """Which sides, on which days."""


class AwaitedLine(Value):
    side: str
    office: str
    office_title: str
    act: str
    """An infinitive: "propose a date"."""
    ref: str
    item: str
    title: str
    since: str
    """A day in words."""
    due: str = ""
    rung: int = 1


class QuestionLine(Value):
    """One question that the text leaves to the sides."""

    id: str
    text: str
    answer: str = ""
    """In words; empty while it is open."""
    settled: str = ""
    """A day in words; empty while it is open."""


class QuestionList(Value):
    """What one group of offices has to settle."""

    id: str
    offices: tuple[str, ...]
    """By name: "Ministry of Justice, Lao PDR"."""
    settled: int
    """How many of its questions are."""
    questions: tuple[QuestionLine, ...]


class ProgressReport(Value):
    """The whole report as of one day."""

    plan: str
    title: str
    short: str
    as_of: Instant
    as_of_day: str
    """In words, in the plan's zone."""
    zone: str
    valid: str
    """In words: "in force from 13 February 2023 to 12 February 2028"."""
    provisions: int
    """Bullets and sentences of the text."""
    recitals: int
    obligations: int
    sides: dict[str, str]
    """Short names by side: LAO -> Lao PDR."""
    tally: Tally
    pillars: tuple[PillarReport, ...]
    turns: tuple[TurnsReport, ...] = ()
    amendments: tuple[AmendmentLine, ...] = ()
    awaited: tuple[AwaitedLine, ...] = ()
    awaited_known: bool = True
    """False for a day in the past, where the record of the plan does not tell what was awaited."""
    questions: tuple[QuestionList, ...] = ()
    questions_known: bool = True
    """False where the record of the plan does not tell what was settled on that day."""
    to_come: int = 0
    """Sessions of series whose window has not opened yet; no part of the tally."""
    note: str = ""
    """How it was made, in one sentence."""
