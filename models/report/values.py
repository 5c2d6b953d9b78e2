"""The progress report to the governments, as plain data. The program makes its documents from this data.

A report tells what the record says at one instant.
"""

from enum import StrEnum

from models.common.values import Instant, Value


class Standing(StrEnum):
    """How far an item has come at the instant of the report, in the words of the report."""

    DONE = "done"
    """The item is closed."""
    IN_PROGRESS = "in progress"
    """Something was done, and the item is not closed yet: for example, a date is agreed or a meeting was held."""
    NOT_STARTED = "not started"
    """Nothing was done yet, or a side answered so in a status round."""
    MISSED = "missed"
    """The window of the item or the validity of the plan ended before the item was done."""
    EXCUSED = "excused"
    """The item was excused, or dropped."""
    NO_EVIDENCE = "no evidence"
    """The record does not tell how far the item has come."""


class Tally(Value):
    """How many items have each standing (see `Standing`)."""

    done: int = 0
    in_progress: int = 0
    not_started: int = 0
    missed: int = 0
    excused: int = 0
    no_evidence: int = 0

    @property
    def total(self) -> int:
        """The number of all items in the tally."""
        return self.done + self.in_progress + self.not_started + self.missed + self.excused + self.no_evidence


class ItemLine(Value):
    """One line of a report: it says where one item (a session, a one-off meeting or a commitment) stands."""

    id: str
    """The workflow id of the item."""
    ref: str
    """The reference of the item's provision: "16.3"."""
    title: str
    standing: Standing
    detail: str = ""
    """Why the item has this standing, in a few words: "held on 3 March 2026, Vientiane"."""


class ArticleReport(Value):
    """One article of the plan: its items, and how many have each standing."""

    number: str
    """The number of the article, as in the text: "16", "V.a", "B"."""
    name: str
    tally: Tally
    lines: tuple[ItemLine, ...] = ()
    """One line for each item. Empty if the report counts no item of this article."""
    recitals: int = 0
    """How many provisions of the article ask for nothing."""


class PillarReport(Value):
    """One pillar of the plan: its articles, and how many of its items have each standing."""

    name: str
    tally: Tally
    articles: tuple[ArticleReport, ...]


class TurnLine(Value):
    """One line of the report about turns: which side had the turn of one session, and which side hosted."""

    session: str
    """The name of the session: "2026"."""
    planned: str
    """The side whose turn it was, or "not stated" if the record does not tell it."""
    host: str
    """The side that hosted, or the side on whose hosting the sides have agreed. Empty if there is no such side yet."""
    state: str
    """What became of the turn: owed, served, swapped, forfeited or unknown (glossary: turn)."""
    day: str = ""
    """The day on which the session was held, in words. Empty if it was not held, or if the day is not known."""


class TurnsReport(Value):
    """The hosting turns of one rotating series."""

    id: str
    """The workflow id of the series."""
    ref: str
    """The reference of the series' provision."""
    title: str
    next: str
    """One or two sentences that say which side hosts next, and why, or that the record does not tell it."""
    turns: tuple[TurnLine, ...] = ()
    """The turns of the sessions, in the order in which the sessions opened. Empty if no session has opened."""


class AmendmentLine(Value):
    """One line of the report: an amendment that was in force at the instant of the report."""

    number: int
    """The number of the proposal that became this amendment."""
    text: str
    """What the amendment changes."""
    in_force_from: str
    """The day on which the amendment came into force, in words."""
    proposed_by: str
    """The side of the office that proposed the amendment."""
    consents: str
    """The sides that consented, each with the day of its consent, in words."""


class AwaitedLine(Value):
    """One act that is awaited of one office."""

    side: str
    office: str
    """The id of the office: "lao-moic-dg"."""
    office_title: str
    act: str
    """The act as an infinitive: "propose a date"."""
    ref: str
    """The reference of the provision. Empty if the act concerns no single provision."""
    item: str
    """The workflow id of the item."""
    title: str
    since: str
    """The day from which on the act is awaited, in words."""
    due: str = ""
    """The last day on which the office is asked to act, in words. Empty if no day is set."""
    rung: int = 1
    """The number of the office's rung on the ladder, from 1."""


class QuestionLine(Value):
    """One line of a list of questions: a question that the text leaves to the sides, with its answer."""

    id: str
    text: str
    answer: str = ""
    """The answer in words. Empty while the question is open."""
    settled: str = ""
    """The day on which the question was settled, in words. Empty while the question is open."""


class QuestionList(Value):
    """One list of questions, with the institutions that the program asks to settle these questions."""

    id: str
    """The workflow id of the list."""
    offices: tuple[str, ...]
    """The names of the institutions: "Ministry of Justice, Lao PDR"."""
    settled: int
    """How many questions of the list are settled."""
    questions: tuple[QuestionLine, ...]


class ProgressReport(Value):
    """The whole progress report: what the record says at the instant `as_of`."""

    plan: str
    """The id of the plan: "lao-khm"."""
    title: str
    short: str
    """The short title of the plan."""
    as_of: Instant
    as_of_day: str
    """The day of `as_of` in words, in the plan's time zone."""
    zone: str
    valid: str
    """The validity of the plan in words: "in force from 13 February 2023 to 12 February 2028"."""
    provisions: int
    """How many bullets and sentences the text has."""
    recitals: int
    """How many of the provisions ask for nothing."""
    obligations: int
    """How many obligations the plan has."""
    sides: dict[str, str]
    """The short name of each side, by its code: LAO -> Lao PDR."""
    tally: Tally
    """How many items of the whole plan have each standing."""
    pillars: tuple[PillarReport, ...]
    turns: tuple[TurnsReport, ...] = ()
    amendments: tuple[AmendmentLine, ...] = ()
    awaited: tuple[AwaitedLine, ...] = ()
    awaited_known: bool = True
    """True: `awaited` is complete. False: the report is of a past day, and the record does not tell what was awaited
    then. `awaited` is empty in this case."""
    questions: tuple[QuestionList, ...] = ()
    questions_known: bool = True
    """True: `questions` says which questions were settled at `as_of`. False: the record does not tell it."""
    to_come: int = 0
    """How many sessions of series have a window and have not opened yet. `tally` does not count these sessions."""
    note: str = ""
    """A few sentences that say from what the report was made, and which obligations the report does not count."""
