"""The progress report to the governments, as plain data. Documents are made from it.

Each tally comes with its total. A report tells what the record says at one instant.
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
    """How many items have each standing. `total` is the number of all of them."""

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
    """Where one item stands: a session, a one-off meeting, or a commitment."""

    id: str
    """The workflow id of the item."""
    ref: str
    """The reference of its provision."""
    title: str
    standing: Standing
    detail: str = ""
    """The reason for its standing, in a few words: "held on 3 March 2026, Vientiane"."""


class ArticleReport(Value):
    """One article of the plan: its items, and how many have each standing."""

    number: str
    """The number of the article, as in the text: "16", "V.a", "B"."""
    name: str
    tally: Tally
    lines: tuple[ItemLine, ...] = ()
    recitals: int = 0
    """How many of its provisions ask for nothing."""


class PillarReport(Value):
    """One pillar of the plan: its articles, and how many of its items have each standing."""

    name: str
    tally: Tally
    articles: tuple[ArticleReport, ...]


class TurnLine(Value):
    """The turn of one session."""

    session: str
    planned: str
    """The side whose turn it was, or "not stated" if the record does not tell it."""
    host: str
    """The side that hosted, or that was agreed to host. Empty if there is none so far."""
    state: str
    """owed, served, swapped, forfeited or unknown."""
    day: str = ""
    """The day on which the session was held, in words. Empty if it was not held, or if the day is not known."""


class TurnsReport(Value):
    """The hosting turns of one rotating series."""

    id: str
    """The workflow id of the series."""
    ref: str
    """The reference of its provision."""
    title: str
    next: str
    """One or two sentences: who hosts next, and why."""
    turns: tuple[TurnLine, ...] = ()
    """The turns of its sessions, in order of opening. Empty if no session has opened."""


class AmendmentLine(Value):
    """One amendment in force."""

    number: int
    text: str
    """What the amendment changes."""
    in_force_from: str
    """Since which day it is in force, in words."""
    proposed_by: str
    """The side of the office that proposed it."""
    consents: str
    """The sides that consented, each with its day."""


class AwaitedLine(Value):
    """One act that is awaited of one office."""

    side: str
    office: str
    office_title: str
    act: str
    """The act as an infinitive: "propose a date"."""
    ref: str
    """The reference of the provision. Empty if the act concerns no single provision."""
    item: str
    title: str
    since: str
    """Since which day the act is awaited, in words."""
    due: str = ""
    """By which day the office is asked to act, in words. Empty if no day is set."""
    rung: int = 1
    """The number of the office's rung on the ladder, from 1."""


class QuestionLine(Value):
    """One question that the text leaves to the sides."""

    id: str
    text: str
    answer: str = ""
    """The answer in words. Empty while the question is open."""
    settled: str = ""
    """The day on which it was settled, in words. Empty while the question is open."""


class QuestionList(Value):
    """One list of questions, with the institutions that are to settle them."""

    id: str
    offices: tuple[str, ...]
    """The names of the institutions: "Ministry of Justice, Lao PDR"."""
    settled: int
    """How many of its questions are settled."""
    questions: tuple[QuestionLine, ...]


class ProgressReport(Value):
    """The whole report, as of one instant."""

    plan: str
    title: str
    short: str
    as_of: Instant
    as_of_day: str
    """The day of the report in words, in the plan's zone."""
    zone: str
    valid: str
    """The validity in words: "in force from 13 February 2023 to 12 February 2028"."""
    provisions: int
    """How many bullets and sentences the text has."""
    recitals: int
    """How many of the provisions ask for nothing."""
    obligations: int
    sides: dict[str, str]
    """The short name of each side: LAO -> Lao PDR."""
    tally: Tally
    """How many items of the whole plan have each standing."""
    pillars: tuple[PillarReport, ...]
    turns: tuple[TurnsReport, ...] = ()
    amendments: tuple[AmendmentLine, ...] = ()
    awaited: tuple[AwaitedLine, ...] = ()
    awaited_known: bool = True
    """False: the report is of a past day, and the record does not tell what was awaited then. `awaited` is empty."""
    questions: tuple[QuestionList, ...] = ()
    questions_known: bool = True
    """False: the record does not tell which questions were settled on that day."""
    to_come: int = 0
    """How many sessions of series have not opened yet. They are not in the tally."""
    note: str = ""
    """How the report was made, and which obligations it does not count, in a few sentences."""
