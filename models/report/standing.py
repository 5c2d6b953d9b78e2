"""Decides which standing (models/report/values) an item has in a progress report, and says why in a few words."""

from datetime import datetime

from models.common.clock import Clock
from models.messages.acts import ProgressState, RecordedFact
from models.messages.sentences import joined, status_in_words
from models.messages.views import DateRow
from models.report.facts import Followed, PlanOnDay, side_names
from models.report.record_topics import HeldMark, OnRecord
from models.report.rectified import Consented
from models.report.values import Standing


def under_silence(silence: OnRecord, clock: Clock) -> str:
    """Returns in words how long other sides may still object: "stands under silence until 14 March 2026"."""
    if silence.express:
        return "stands once every other side agrees"
    if silence.until is None:
        return "stands under silence, whose time has not begun"
    until = clock.at(silence.until) if clock.fine else clock.day(silence.until)
    return f"stands under silence until {until}"


class StandingOfItem:
    """Decides which standing one item has on the day of the report. Call `standing` for the result."""

    def __init__(self, reading: PlanOnDay, item: Followed) -> None:
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
        """Returns the standing of the item, and the reason for it in a few words."""
        standing, detail = self._recorded()
        rectified = "; ".join(self._rectified(each) for each in self.known.rectified)
        return standing, f"{detail}; {rectified}" if rectified else detail

    def _rectified(self, each: Consented) -> str:
        """Returns in words what was put right: "rectified by consent on 3 May 2026: the mark read not held before"."""
        fact = each.fact
        told = "" if fact.what is RecordedFact.MARK else f" now reads {fact.now} and"
        day = self.clock.day(each.at)
        return f"rectified by consent on {day}: the {fact.what.value}{told} read {fact.before} before"

    def _recorded(self) -> tuple[Standing, str]:
        known = self.known
        if known.rectified and known.ended == "missed":
            return Standing.MISSED, "not held"
        if known.ended and known.ended != "expired":
            return self._ended()
        if known.held:
            return Standing.IN_PROGRESS, f"{self._held(known.held)}; {self._after_held()}"
        if known.proof.evidence and not self.item.meets:
            return Standing.IN_PROGRESS, self._after_evidence()
        if known.ended or (known.deadline.missed and self.window is not None):
            return self._out_of_time()
        return self._open()

    def _ended(self) -> tuple[Standing, str]:
        known = self.known
        if known.ended == "closed":
            return Standing.DONE, self._done()
        if known.ended == "unknown":
            return Standing.NO_EVIDENCE, f"{self._window_ended()}; what became of it is not on record"
        standing = Standing.MISSED if known.ended == "missed" else Standing.EXCUSED
        if known.ending.adopted:
            return standing, f"{known.ended}{f' ({known.ending.note})' if known.ending.note else ''}; {self._source()}"
        day = f" on {self.clock.day(known.ending.at)}" if known.ending.at else ""
        return standing, self._ended_by(day)

    def _ended_by(self, day: str) -> str:
        """Returns in words what ended the item before it was done. `day` is "" or " on 3 March 2026"."""
        ending = self.known.ending
        if ending.by == "consent" and ending.reason:
            return f"{ending.status} by consent{day}: {ending.reason}"
        if ending.by == "amendment":
            return f"dropped from the plan{day}, by amendment {ending.amendment}"
        return (
            f"dropped from the plan{day}, settled by the offices" if ending.by == "answer" else f"{ending.status}{day}"
        )

    def _source(self) -> str:
        """Returns in words where the fate of a past item comes from: the history file at the launch, or the sides after
        it."""
        return "settled by the sides" if self.known.ending.settled else "taken over at the launch"

    def _done(self) -> str:
        known, view = self.known, self.known.view
        late = ", after its window" if view and view.fate == "late" else ""
        if known.ending.adopted:
            on = f" on {self._date(view.date)}" if view and view.date else " (the day is not on record)"
            host = f", hosted by {self._side(view.host)}" if view and view.host else ""
            return f"{'held' if self.item.meets else 'done'}{on}{host}; {self._source()}"
        what = self._held(known.held) if known.held else "evidence is on record" if known.proof.evidence else ""
        day = f"closed out on {self.clock.day(known.ending.at)}" if known.ending.at else "closed out"
        return f"{what}{late}; {day}" if what else f"{day}{late}"

    def _after_held(self) -> str:
        known = self.known
        if known.proof.disputed:
            return "that is disputed"
        if any(awaited.act == "report" for awaited in known.awaited):
            return "its outcome is filed, the report to the higher authority is awaited"
        if known.proof.outcome:
            silence = self._silence("outcome", "mark")
            awaited = f"its outcome is filed{silence}" if silence else "its outcome is filed, its close-out is awaited"
        else:
            silence = self._silence("mark")
            awaited = f"the mark{silence[4:]}; its outcome is awaited" if silence else "its outcome is awaited"
        return f"{awaited}; open when the validity of the plan ended" if known.ended else awaited

    def _after_evidence(self) -> str:
        known = self.known
        if known.proof.disputed:
            return "its evidence is disputed"
        return f"evidence is on record{self._silence('evidence') or ', its close-out is awaited'}"

    def _silence(self, *abouts: str) -> str:
        """Returns how long other sides may still object, in words that follow what stands: " and stands under silence
        until 14 March 2026". Empty if nothing of this kind stands under silence, or if the item has ended."""
        silence = self.known.proof.under_silence(*abouts)
        return f" and {under_silence(silence, self.clock)}" if silence and not self.known.ended else ""

    def _out_of_time(self) -> tuple[Standing, str]:
        """Returns standing and reason of an item that was not done when its window, or the plan's validity, ended."""
        known = self.known
        not_done = "not held" if self.item.meets else "no evidence was given"
        if not known.ended:
            later = f"; a later date is agreed: {self._agreed()}" if known.talks.agreed else ""
            return Standing.MISSED, f"{self._window_ended()}, {not_done}{later}"
        if not self.in_rounds or known.talks.agreed is not None:
            return Standing.MISSED, f"{not_done} when the validity of the plan ended"
        standing, detail = self._asked_in_rounds()
        return standing, f"{detail}; open when the validity of the plan ended"

    def _open(self) -> tuple[Standing, str]:
        known = self.known
        if known.proof.disputed:
            return Standing.IN_PROGRESS, "whether it was held is disputed"
        if known.talks.agreed is not None:
            return Standing.IN_PROGRESS, self._with_date()
        if known.talks.postponed is not None:
            return Standing.IN_PROGRESS, f"postponed by consent until {self.clock.day(known.talks.postponed)}"
        if known.talks.proposed:
            side = self._side(next(iter(known.talks.proposed.values())))
            return Standing.IN_PROGRESS, f"{side} has proposed a date; consent to it is awaited{self._until()}"
        awaited = self._awaited()
        if known.talks.moved or known.proof.evidence:
            return Standing.IN_PROGRESS, f"a date was proposed and does not stand; {awaited}{self._until()}"
        series = self.item.obligation.recurs
        if self.in_rounds and (series or known.rounds.answers or not known.called):
            return self._asked_in_rounds()
        called = f"called because {known.called}; " if known.called else ""
        return Standing.NOT_STARTED, f"{called}{self._not_yet() or awaited + self._until()}"

    def _with_date(self) -> str:
        slot = self.known.talks.agreed.slot if self.known.talks.agreed else None
        past = slot is not None and slot.end.utc <= self.as_of
        after = "; whether it was held is awaited" if past else ""
        late = ", by consent after its window" if self.known.deadline.later else ""
        return f"a date is agreed: {self._agreed()}{late}{after}"

    def _not_yet(self) -> str:
        """Returns in words when the window of the item opens. Empty if the window has opened, or if the item has
        none."""
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
        rounds = {answer.round for answer in known.rounds.answers.values()}
        if known.rounds.over and known.rounds.over not in rounds:
            before = f"; before it, {self._answers()}" if known.rounds.answers else ""
            return Standing.NO_EVIDENCE, f"status round {known.rounds.over} was not answered{before}"
        if known.rounds.answers:
            return self._answered()
        if known.rounds.asked:
            return Standing.NO_EVIDENCE, f"status round {known.rounds.asked} asks how far it has come; no answer so far"
        return Standing.NO_EVIDENCE, "no status round has asked yet"

    def _answered(self) -> tuple[Standing, str]:
        answers = self.known.rounds.answers
        states = {answer.state for answer in answers.values()}
        silent = [self._side(side) for side in self.item.obligation.all_sides if side not in answers]
        rest = f"; {joined(silent)} {'has' if len(silent) == 1 else 'have'} not answered" if silent else ""
        if states == {ProgressState.COMPLETE.value}:
            notes = "; ".join(answer.note for answer in answers.values() if answer.note)
            said = f"complete according to {joined(map(self._side, answers))}{f' ({notes})' if notes else ''}"
            return Standing.IN_PROGRESS, f"{said}, not closed out{rest}"
        started = states - {ProgressState.NOT_STARTED.value, ProgressState.NO_EVIDENCE.value}
        if started:
            return Standing.IN_PROGRESS, self._answers() + rest
        none = states == {ProgressState.NO_EVIDENCE.value}
        return Standing.NO_EVIDENCE if none else Standing.NOT_STARTED, self._answers() + rest

    def _answers(self) -> str:
        """ "round 2027: Lao PDR substantial (two visits), Cambodia limited" """
        said: dict[str, list[str]] = {}
        for side, answer in self.known.rounds.answers.items():
            note = f" ({answer.note})" if answer.note else ""
            said.setdefault(answer.round, []).append(f"{self._side(side)} {answer.state.replace('-', ' ')}{note}")
        return "; ".join(f"round {name}: {', '.join(parts)}" for name, parts in said.items())

    # Words

    def _agreed(self) -> str:
        terms = self.known.talks.agreed
        if terms is None or terms.slot is None:
            return ""
        start = terms.slot.start
        day = self.clock.at(start.utc) if self.clock.fine else f"{start.local.day} {start.local:%B %Y}"
        return f"{day}{f', {terms.place}' if terms.place else ''}"

    def _held(self, held: HeldMark) -> str:
        if held.date is None:
            return held.words
        style = f", {held.date.format}" if held.date.format else ""
        return f"held on {self._date(held.date)}{style}"

    def _date(self, date: DateRow) -> str:
        local = datetime.fromisoformat(date.local)
        day = self.clock.at(date.start) if self.clock.fine else f"{local.day} {local:%B %Y}"
        return f"{day}{f', {date.place}' if date.place else ''}"

    def _side(self, side: str | None) -> str:
        return self.names.get(side or "", side or "")
