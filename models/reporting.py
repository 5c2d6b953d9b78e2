"""From the plan in force and what its record tells to the progress report: where each item stands, counted once.

Pure: the facts are gathered by whoever asks. A report of a past day hears only the lines of the record up to that day.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from models.acts import ProgressState, Terms, Topic
from models.amending import AmendmentInForce
from models.amendment import AmendmentKind
from models.base import Instant, Value
from models.ids import obligation_id
from models.opening import MEETINGS, is_series_kind
from models.parties import all_offices, office_id
from models.plan import Cadence, HostRule, Kind, Obligation, Plan, Provision, Window
from models.report import (
    AmendmentLine,
    ArticleReport,
    AwaitedLine,
    ItemLine,
    PillarReport,
    ProgressReport,
    Standing,
    Tally,
    TurnLine,
    TurnsReport,
)
from models.turns import Turn, Turns, TurnState, holder
from models.views import AwaitedRow, DateRow, ItemRow, ItemView, LedgerEntry
from models.wording import Clock, infinitive, status_in_words

NOT_STATED = "not stated"
UNKNOWN_NEXT = "Who was next to host on that day is not on record; the turns are listed as far as it is."

_REPORTED = {standing: standing.name.lower() for standing in Standing}


class ItemFact(Value):
    """What is known of one item: its record, and its row of `status` as it is now."""

    id: str
    entries: tuple[LedgerEntry, ...] = ()
    """The whole record, the views among its lines included."""
    row: ItemRow | None = None
    """None for what has ended, and for what was asked of the record alone."""


class SeriesFact(Value):
    """The hosting turns of one series, as they are now."""

    id: str
    hosting: Turns
    rotating: bool = True
    next: str = ""


class Facts(Value):
    """Everything that a report is made of, beside the plan."""

    launched: Instant
    clock: Clock = Clock()
    current: bool = True
    """False for a day in the past: rows and turns of today are not those of that day."""
    valid_until: Instant | None = None
    ended: bool = False
    """The validity of the plan had ended: no session is to come."""
    windows: dict[str, tuple[Window, ...]] = {}
    """The resolved windows by obligation, as the plan read on that day."""
    items: tuple[ItemFact, ...] = ()
    series: tuple[SeriesFact, ...] = ()
    amendments: tuple[AmendmentInForce, ...] = ()


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
        elif verb in ("propose", "counter", "agreed", "reject", "withdraw"):
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
                self.moved, self.proposed = True, {number: entry.side or ""}
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


class Followed(NamedTuple):
    """One item of the plan, as it was known on the day."""

    id: str
    provision: Provision
    obligation: Obligation
    session: str
    """Empty for what has one item in all."""
    known: Known

    @property
    def meets(self) -> bool:
        return self.obligation.kind in MEETINGS | {Kind.MEETING_SERIES}


class Reading:
    """The plan beside its facts, on one day: which items there are, and which are not counted."""

    def __init__(self, plan: Plan, facts: Facts, as_of: Instant) -> None:
        self.plan = plan
        self.facts = facts
        self.as_of = as_of
        self._facts = {fact.id: fact for fact in facts.items}
        self._sessions = self._by_obligation()
        self.items = tuple(self._items())

    def _by_obligation(self) -> dict[str, list[str]]:
        """The sessions that have a record or a row, by the id of their series."""
        found: dict[str, list[str]] = {}
        for item in self._facts:
            parent, _, session = item.rpartition("/")
            if session and "/" in parent:
                found.setdefault(parent, []).append(session)
        return found

    def obligations(self) -> Iterator[tuple[Provision, Obligation]]:
        """Those of the plan; with each, those that an amendment has dropped from its provision."""
        dropped = [
            (each.amendment.provision, Obligation.model_validate(each.before))
            for each in self.facts.amendments
            if each.amendment.kind is AmendmentKind.DROP and each.before is not None and each.at <= self.as_of
        ]
        for provision in self.plan.provisions:
            yield from ((provision, each) for each in provision.obligations)
            yield from ((provision, each) for ref, each in dropped if ref == provision.ref)

    def windows(self, obligation: Obligation) -> tuple[Window, ...]:
        return self.facts.windows.get(obligation.id, ())

    def _items(self) -> Iterator[Followed]:
        for provision, obligation in self.obligations():
            if obligation.item is not None:
                continue
            item = obligation_id(self.plan.plan, obligation.id)
            known = self.known(item)
            if self._is_one(obligation, known):
                yield Followed(item, provision, obligation, "", known)
            yield from self._sessions_of(provision, obligation, item)

    def _sessions_of(self, provision: Provision, obligation: Obligation, item: str) -> Iterator[Followed]:
        order = [window.name for window in self.windows(obligation)]
        names = self._sessions.get(item, [])
        for name in sorted(names, key=lambda name: (order.index(name) if name in order else len(order), _number(name))):
            known = self.known(f"{item}/{name}")
            if known.there:
                yield Followed(f"{item}/{name}", provision, obligation, name, known)

    def is_series(self, obligation: Obligation) -> bool:
        """Whether it has sessions, each an item; of what was dropped, as far as the record has any."""
        if is_series_kind(obligation, self.windows(obligation)):
            return True
        gone = self.plan.obligation(obligation.id) is None
        return gone and obligation_id(self.plan.plan, obligation.id) in self._sessions

    def in_rounds(self, obligation: Obligation) -> bool:
        """Whether status rounds ask how far it has come."""
        on_trigger = obligation.cadence is Cadence.ON_TRIGGER
        return self.plan.round is not None and obligation.working_windows is None and not on_trigger

    def _is_one(self, obligation: Obligation, known: Known) -> bool:
        """Whether the obligation itself is an item: not the series of dated sessions, nor what only a call wakes."""
        if self.is_series(obligation) and not self.in_rounds(obligation):
            return False
        if obligation.cadence is Cadence.ON_TRIGGER:
            return known.awake
        return known.there or self.plan.obligation(obligation.id) is not None

    def known(self, item: str) -> Known:
        fact = self._facts.get(item, ItemFact(id=item))
        known = hear_all(entry for entry in fact.entries if entry.at <= self.as_of)
        return known.now(fact.row) if self.facts.current else known

    def to_come(self) -> Iterator[tuple[Obligation, Window]]:
        """Sessions of series whose window has not opened."""
        for _, obligation in self.plan.obligations():
            own = self.windows(obligation)
            if self.facts.ended or obligation.item is not None or not is_series_kind(obligation, own):
                continue
            item = obligation_id(self.plan.plan, obligation.id)
            yield from (
                (obligation, each)
                for each in own
                if each.end > self.as_of and not self.known(f"{item}/{each.name}").there
            )

    def dormant(self) -> tuple[tuple[Provision, Obligation], ...]:
        """What nobody has called, and is not counted."""
        counted = {each.obligation.id for each in self.items}
        return tuple(
            (provision, each)
            for provision, each in self.plan.obligations()
            if each.cadence is Cadence.ON_TRIGGER and each.item is None and each.id not in counted
        )

    def series_of(self, obligation: Obligation) -> SeriesFact | None:
        item = obligation_id(self.plan.plan, obligation.id)
        return next((each for each in self.facts.series if each.id == item), None)


def build_report(plan: Plan, facts: Facts, as_of: Instant) -> ProgressReport:
    """The report as of an instant. `plan` is the plan as it read then."""
    reading = Reading(plan, facts, as_of)
    lines = [(each, _line(reading, each)) for each in reading.items]
    pillars = tuple(_pillars(plan, lines))
    return ProgressReport(
        plan=plan.plan,
        title=plan.title,
        short=plan.short,
        as_of=as_of,
        as_of_day=_day(facts.clock, as_of),
        zone=facts.clock.zone,
        valid=_valid(plan, facts),
        provisions=len(plan.provisions),
        recitals=sum(1 for each in plan.provisions if not each.operative),
        obligations=sum(1 for _ in plan.obligations()),
        sides=side_names(plan),
        tally=tally_of(line for _, line in lines),
        pillars=pillars,
        turns=tuple(_turns(reading)),
        amendments=tuple(_amendment(plan, facts, each) for each in facts.amendments if each.at <= as_of),
        awaited=tuple(_awaited(reading)) if facts.current else (),
        awaited_known=facts.current,
        to_come=sum(1 for _ in reading.to_come()),
        note=_note(reading),
    )


def side_names(plan: Plan) -> dict[str, str]:
    return {name: side.short or side.name for name, side in plan.sides.items()}


def tally_of(lines: Iterable[ItemLine]) -> Tally:
    return Tally(**Counter(_REPORTED[line.standing] for line in lines))


def _number(name: str) -> tuple[int, str]:
    return (int(name) if name.isdigit() else 0, name)


# Pillars, articles, items


def _pillars(plan: Plan, lines: list[tuple[Followed, ItemLine]]) -> Iterator[PillarReport]:
    for name, provisions in groupby(plan.provisions, key=lambda each: each.pillar):
        articles = tuple(_articles(tuple(provisions), lines))
        own = [line for article in articles for line in article.lines]
        yield PillarReport(name=name, tally=tally_of(own), articles=articles)


def _articles(provisions: tuple[Provision, ...], lines: list[tuple[Followed, ItemLine]]) -> Iterator[ArticleReport]:
    for number, found in groupby(provisions, key=lambda each: each.ref.rpartition(".")[0]):
        group = tuple(found)
        refs = {each.ref for each in group}
        own = tuple(line for each, line in lines if each.provision.ref in refs)
        yield ArticleReport(
            number=number,
            name=group[0].article,
            tally=tally_of(own),
            lines=own,
            recitals=sum(1 for each in group if not each.operative),
        )


def _line(reading: Reading, each: Followed) -> ItemLine:
    standing, detail = Judge(reading, each).standing()
    if not each.session and each.obligation.kind is Kind.MEETING_SERIES:
        standing, detail = _with_sessions(reading, each, standing, detail)
    title = each.known.title or f"{each.obligation.title} {each.session}".strip()
    return ItemLine(id=each.id, ref=each.provision.ref, title=title, standing=standing, detail=detail)


def _with_sessions(reading: Reading, each: Followed, standing: Standing, detail: str) -> tuple[Standing, str]:
    """A series that nothing dates has come as far as its sessions, whatever its sides have answered."""
    number = sum(1 for other in reading.items if other.session and other.obligation.id == each.obligation.id)
    if not number:
        return standing, detail
    said = f"{number} session{' was' if number == 1 else 's were'} called so far, and counted beside it"
    if standing is Standing.NO_EVIDENCE or standing is Standing.NOT_STARTED:
        return Standing.IN_PROGRESS, said if not each.known.progress else f"{said}; {detail}"
    return standing, f"{detail}; {said}"


# Where an item stands


class Judge:
    """Where one item stands, and why, in a few words."""

    def __init__(self, reading: Reading, item: Followed) -> None:
        self.item = item
        self.known = item.known
        self.clock = reading.facts.clock
        self.as_of = reading.as_of
        self.names = side_names(reading.plan)
        self.in_rounds = reading.in_rounds(item.obligation) and not item.session
        windows = reading.windows(item.obligation)
        named = [window for window in windows if window.name == item.session] if item.session else []
        self.window = self.known.window or next(iter(named), None)

    def standing(self) -> tuple[Standing, str]:
        known = self.known
        if known.ended and known.ended != "expired":
            return self._ended()
        if known.held:
            return Standing.IN_PROGRESS, f"{known.held}; {self._after_held()}"
        if known.evidence and not self.item.meets:
            what = "its evidence is disputed" if known.disputed else "evidence is on record, its close-out is awaited"
            return Standing.IN_PROGRESS, what
        if known.ended or (known.missed and self.window is not None):
            return self._out_of_time()
        return self._open()

    def _ended(self) -> tuple[Standing, str]:
        known = self.known
        if known.ended == "closed":
            return Standing.DONE, self._done()
        if known.ended == "unknown":
            return Standing.NO_EVIDENCE, f"{self._window_ended()}; what became of it is not on record"
        standing = Standing.MISSED if known.ended == "missed" else Standing.EXCUSED
        if known.adopted:
            note = re.search(r"\((.*)\)$", known.words)
            return standing, f"{known.ended}{f' ({note[1]})' if note else ''}; {self._source()}"
        day = f" on {self.clock.day(known.ended_at)}" if known.ended_at else ""
        reason = known.words.partition(" by consent: ")[2]
        if reason:
            return standing, f"{known.ended} by consent{day}: {reason}"
        out_of_plan = known.words.partition(" was dropped from the plan ")[2]
        return standing, f"dropped from the plan{day}, {out_of_plan}" if out_of_plan else f"{known.ended}{day}"

    def _source(self) -> str:
        """From where it is known what became of something before the launch."""
        settled = self.known.words.startswith("settled")
        return "settled by the sides" if settled else "taken over at the launch"

    def _done(self) -> str:
        known, view = self.known, self.known.view
        late = ", after its window" if view and view.fate == "late" else ""
        if known.adopted:
            on = f" on {self._date(view.date)}" if view and view.date else " (the day is not on record)"
            host = f", hosted by {self._side(view.host)}" if view and view.host else ""
            return f"{'held' if self.item.meets else 'done'}{on}{host}; {self._source()}"
        what = known.held or ("evidence is on record" if known.evidence else "")
        day = f"closed out on {self.clock.day(known.ended_at)}" if known.ended_at else "closed out"
        return f"{what}{late}; {day}" if what else f"{day}{late}"

    def _after_held(self) -> str:
        known = self.known
        if known.disputed:
            return "that is disputed"
        if known.row is not None and known.row.status == "report-awaited":
            return "its outcome is filed, the report to the higher authority is awaited"
        awaited = "its outcome is filed, its close-out is awaited" if known.outcome else "its outcome is awaited"
        return f"{awaited}; open when the validity of the plan ended" if known.ended else awaited

    def _out_of_time(self) -> tuple[Standing, str]:
        """The window, or the validity of the plan, ended before it was done."""
        known = self.known
        not_done = "not held" if self.item.meets else "no evidence was given"
        if not known.ended:
            later = f"; a later date is agreed: {self._agreed()}" if known.agreed else ""
            return Standing.MISSED, f"{self._window_ended()}, {not_done}{later}"
        if not self.in_rounds or known.agreed is not None:
            return Standing.MISSED, f"{not_done} when the validity of the plan ended"
        standing, detail = self._asked_in_rounds()
        return standing, f"{detail}; open when the validity of the plan ended"

    def _open(self) -> tuple[Standing, str]:
        known = self.known
        if known.disputed:
            return Standing.IN_PROGRESS, "whether it was held is disputed"
        if known.agreed is not None:
            return Standing.IN_PROGRESS, self._with_date()
        if known.postponed is not None:
            return Standing.IN_PROGRESS, f"postponed by consent until {self.clock.day(known.postponed)}"
        if known.proposed:
            side = self._side(next(iter(known.proposed.values())))
            return Standing.IN_PROGRESS, f"{side} has proposed a date; consent to it is awaited{self._until()}"
        awaited = self._awaited()
        if known.moved or known.evidence:
            return Standing.IN_PROGRESS, f"a date was proposed and does not stand; {awaited}{self._until()}"
        series = self.item.obligation.kind is Kind.MEETING_SERIES
        if self.in_rounds and (series or known.progress or not known.called):
            return self._asked_in_rounds()
        called = f"called because {known.called}; " if known.called else ""
        return Standing.NOT_STARTED, f"{called}{self._not_yet() or awaited + self._until()}"

    def _with_date(self) -> str:
        slot = self.known.agreed.slot if self.known.agreed else None
        past = slot is not None and slot.end.utc <= self.as_of
        after = "; whether it was held is awaited" if past else ""
        late = ", by consent after its window" if self.known.later else ""
        return f"a date is agreed: {self._agreed()}{late}{after}"

    def _not_yet(self) -> str:
        """For what is known and not asked about before its window."""
        if self.window is None or self.window.start <= self.as_of:
            return ""
        return f"its window opens on {self.clock.day(self.window.start)}"

    def _awaited(self) -> str:
        return status_in_words("date-awaited" if self.item.meets else "evidence-awaited")

    def _until(self) -> str:
        return f"; the window ends on {self.clock.last_day(self.window.end)}" if self.window else ""

    def _window_ended(self) -> str:
        return f"the window ended on {self.clock.last_day(self.window.end)}" if self.window else "its time had passed"

    # Status rounds

    def _asked_in_rounds(self) -> tuple[Standing, str]:
        known = self.known
        rounds = {answer.round for answer in known.progress.values()}
        if known.over and known.over not in rounds:
            before = f"; before it, {self._answers()}" if known.progress else ""
            return Standing.NO_EVIDENCE, f"status round {known.over} was not answered{before}"
        if known.progress:
            return self._answered()
        if known.asked:
            return Standing.NO_EVIDENCE, f"status round {known.asked} asks how far it has come; no answer so far"
        return Standing.NO_EVIDENCE, "no status round has asked yet"

    def _answered(self) -> tuple[Standing, str]:
        answers = self.known.progress
        states = {answer.state for answer in answers.values()}
        silent = [self._side(side) for side in self.item.obligation.all_sides if side not in answers]
        rest = f"; {_joined(silent)} {'has' if len(silent) == 1 else 'have'} not answered" if silent else ""
        if states == {ProgressState.COMPLETE.value}:
            notes = "; ".join(answer.note for answer in answers.values() if answer.note)
            said = f"complete according to {_joined(map(self._side, answers))}{f' ({notes})' if notes else ''}"
            return Standing.IN_PROGRESS, f"{said}, not closed out{rest}"
        started = states - {ProgressState.NOT_STARTED.value, ProgressState.NO_EVIDENCE.value}
        if started:
            return Standing.IN_PROGRESS, self._answers() + rest
        none = states == {ProgressState.NO_EVIDENCE.value}
        return Standing.NO_EVIDENCE if none else Standing.NOT_STARTED, self._answers() + rest

    def _answers(self) -> str:
        """ "round 2027: Lao PDR substantial (two visits), Cambodia limited" """
        said: dict[str, list[str]] = {}
        for side, answer in self.known.progress.items():
            note = f" ({answer.note})" if answer.note else ""
            said.setdefault(answer.round, []).append(f"{self._side(side)} {answer.state.replace('-', ' ')}{note}")
        return "; ".join(f"round {name}: {', '.join(parts)}" for name, parts in said.items())

    # Words

    def _agreed(self) -> str:
        terms = self.known.agreed
        if terms is None or terms.slot is None:
            return ""
        start = terms.slot.start
        day = self.clock.at(start.utc) if self.clock.fine else f"{start.local.day} {start.local:%B %Y}"
        return f"{day}{f', {terms.place}' if terms.place else ''}"

    def _date(self, date: DateRow) -> str:
        local = datetime.fromisoformat(date.local)
        day = self.clock.at(date.start) if self.clock.fine else f"{local.day} {local:%B %Y}"
        return f"{day}{f', {date.place}' if date.place else ''}"

    def _side(self, side: str | None) -> str:
        return self.names.get(side or "", side or "")


def _joined(words: Iterable[str]) -> str:
    *some, last = [*words] or [""]
    return f"{', '.join(some)} and {last}" if some else last


# Turns, amendments, what is awaited


def _turns(reading: Reading) -> Iterator[TurnsReport]:
    for provision, obligation in reading.plan.obligations():
        series = reading.series_of(obligation)
        rotates = series.rotating if series else obligation.host_rule is HostRule.ROTATING
        if obligation.item is not None or not rotates or obligation.kind is not Kind.MEETING_SERIES:
            continue
        turns = tuple(_turn_lines(reading, obligation, series)) if series else ()
        said = with_names(series.next, reading.plan) if series and reading.facts.current else UNKNOWN_NEXT
        item = obligation_id(reading.plan.plan, obligation.id)
        yield TurnsReport(id=item, ref=provision.ref, title=obligation.title, next=said, turns=turns)


def _turn_lines(reading: Reading, obligation: Obligation, series: SeriesFact) -> Iterator[TurnLine]:
    for turn in series.hosting.turns:
        known = reading.known(f"{obligation_id(reading.plan.plan, obligation.id)}/{turn.session}")
        if reading.facts.current:
            day = reading.facts.clock.day(turn.on) if turn.on else ""
            yield TurnLine(
                session=turn.session,
                planned=turn.planned or NOT_STATED,
                host=turn.host or (holder(turn) or "" if turn.state == TurnState.SERVED else ""),
                state=turn.state,
                day=day,
            )
        elif known.there:
            yield _past_turn(reading, turn, known)


def _past_turn(reading: Reading, turn: Turn, known: Known) -> TurnLine:
    """A turn as it stood on a past day: what became of it later is not told."""
    ended = bool(known.ended)
    day = reading.facts.clock.day(turn.on) if turn.on and known.held else ""
    host = turn.host if ended and turn.host else known.host
    state = turn.state if ended else TurnState.OWED.value
    return TurnLine(session=turn.session, planned=turn.planned or NOT_STATED, host=host or "", state=state, day=day)


def _amendment(plan: Plan, facts: Facts, each: AmendmentInForce) -> AmendmentLine:
    names, what = side_names(plan), each.amendment
    consents = ", ".join(f"{names.get(side, side)} on {facts.clock.day(at)}" for side, at in each.consents)
    return AmendmentLine(
        number=each.number,
        text=with_names(each.text, plan).replace(what.obligation, _titled(plan, each), 1),
        in_force_from=facts.clock.day(each.at),
        proposed_by=office_sides(plan).get(each.proposed_by, each.proposed_by),
        consents=consents,
    )


def _titled(plan: Plan, each: AmendmentInForce) -> str:
    """The obligation that is amended, as a person calls it."""
    document = each.before or each.amendment.fields
    title = str(document.get("title", "")) or each.amendment.obligation
    return f"{title} ({each.amendment.provision})"


def with_names(text: str, plan: Plan) -> str:
    """A sentence with the sides by name in place of their codes."""
    names = side_names(plan)
    return re.sub(rf"\b({'|'.join(map(re.escape, names))})\b", lambda found: names[found[1]], text)


def office_sides(plan: Plan) -> dict[str, str]:
    """The side of every office of the plan."""
    return {office_id(name, rank): entry.side for name, entry in plan.offices.items() for rank in sorted(entry.titles)}


def _awaited(reading: Reading) -> Iterator[AwaitedLine]:
    """In the order of the text, by office; what concerns the plan as a whole first."""
    order = {provision.ref: n for n, provision in enumerate(reading.plan.provisions)}
    rows = sorted(
        (fact.row for fact in reading.facts.items if fact.row is not None and fact.row.awaiting),
        key=lambda row: (order.get(row.ref, -1), row.id),
    )
    titles, sides = all_offices(reading.plan), office_sides(reading.plan)
    place = {office: n for n, office in enumerate(titles)}
    found = [(awaited, row) for row in rows for awaited in row.awaiting]
    for awaited, row in sorted(found, key=lambda pair: place.get(pair[0].office, len(place))):
        yield _awaited_line(reading.facts.clock, awaited, row, titles, sides)


def _awaited_line(
    clock: Clock, awaited: AwaitedRow, row: ItemRow, titles: dict[str, str], sides: dict[str, str]
) -> AwaitedLine:
    return AwaitedLine(
        side=sides.get(awaited.office, ""),
        office=awaited.office,
        office_title=titles.get(awaited.office, awaited.office),
        act=infinitive(awaited.act),
        ref="" if row.ref == "-" else row.ref,
        item=row.id,
        title="Amendment of the plan" if row.kind == "plan" else row.title,
        since=clock.day(awaited.since),
        due=clock.last_day(awaited.due) if awaited.due else "",
        rung=awaited.rung,
    )


# Words about the whole


def _day(clock: Clock, instant: Instant) -> str:
    """A day in words; in a plan of seconds the time with it."""
    return clock.at(instant) if clock.fine else clock.day(instant)


def _valid(plan: Plan, facts: Facts) -> str:
    """ "in force from 13 February 2023 to 12 February 2028" """
    until = facts.clock.last_day(facts.valid_until) if facts.valid_until else ""
    if plan.valid_from is None:
        return f"followed from {_day(facts.clock, facts.launched)}" + (
            f" to {until}" if until else "; no term is stated"
        )
    return f"in force from {plan.valid_from.day} {plan.valid_from:%B %Y}" + (f" to {until}" if until else "")


def _note(reading: Reading) -> str:
    facts = reading.facts
    since = _day(facts.clock, facts.launched)
    parts = [
        f"Drawn up from the record of each item, which begins on {since}; what happened before stands in it as far as "
        "it was taken over at the launch or settled by the sides since."
    ]
    shared = sum(1 for _, each in reading.plan.obligations() if each.item is not None)
    if shared:
        many = "obligation is" if shared == 1 else "obligations are"
        parts.append(f"{shared} {many} followed with an item of another provision, or by the plan itself.")
    dormant = reading.dormant()
    if dormant:
        many = "obligation is" if len(dormant) == 1 else "obligations are"
        named = "; ".join(f"{provision.ref} {each.title}" for provision, each in dormant)
        parts.append(f"{len(dormant)} {many} not counted, because no side has called for it so far: {named}.")
    return " ".join(parts)
