"""A report of a past day, from the record alone: the one that was made then."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from models.common.values import Instant
from models.governance.amended_plan import plan_as_of
from models.governance.launch import Launch
from models.governance.plan_state import PlanState
from models.items.questions import QUESTIONS
from models.items.series import SERIES
from models.items.series_state import SeriesState
from models.items.turns import Turns
from models.machine.awaited_record import with_awaited
from models.machine.draft import Step
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.effects import Enter, EnterElsewhere
from models.messages.views import LedgerEntry
from models.plan.plan import Plan
from models.plan.windows import clock_of, resolve_windows
from models.registry import MACHINES
from models.rehearsal.assumptions import assumption_of
from models.rehearsal.world import World
from models.report.facts import Facts, ItemFact, SeriesFact
from models.report.item_record import hear_all
from models.report.progress import build_report
from models.report.values import ProgressReport
from tests.support.builders import DAY, START, Player, date_terms, launch_of, obligation, opened, plan_of
from tests.support.meetings import KHM, LAO
from tests.support.progress import ROUND, entries
from tests.support.recordings import player, the_meeting


def with_questions() -> tuple[Plan, Player]:
    document = obligation("s", kind="meeting_series", cadence="annual", host_rule="rotating")
    document["readings"] = {"first_host": {"others": ["LAO", "KHM"]}}
    plan = plan_of(document)
    return plan, player(QUESTIONS, opened(plan).questions[0])


def report_of(plan: Plan, at: Instant, *of: Player, **more: Any) -> Any:
    items = tuple(ItemFact(id=each.state.setup.id, entries=entries(each)) for each in of)
    known_facts = {"current": False, "awaited_recorded": True, **more}
    windows = resolve_windows(plan, START)
    facts = Facts(launched=START, clock=clock_of(plan, START), windows=windows, items=items, **known_facts)
    return build_report(plan, facts, at)


def test_questions_open_and_settled_on_a_day() -> None:
    plan, one = with_questions()
    one.now = START + 10 * DAY
    one.act(acts.Propose, LAO, terms=Terms(topic=Topic.ANSWER, question="s/first_host", value="LAO"))
    one.now = START + 20 * DAY
    one.act(acts.Accept, KHM, proposal=1)
    then = report_of(plan, START + 15 * DAY, one)
    assert [(each.office, each.title) for each in then.awaited] == [
        (KHM, "Open questions, to be settled with Ministry MOC, Lao PDR")
    ]
    [before] = then.questions
    assert before.offices == ("Ministry MOC, Lao PDR", "Ministry MOC, Cambodia")
    assert before.settled == 0 and [line.answer for line in before.questions] == [""]
    [after] = report_of(plan, START + 25 * DAY, one).questions
    assert after.settled == 1
    assert [(line.answer, line.settled) for line in after.questions] == [("Lao PDR", "21 January 2026")]


def test_a_report_of_a_past_day_says_what_was_awaited_then_and_of_whom() -> None:
    one = the_meeting()
    one.tick(START + 40 * DAY)
    one.act(acts.Propose, LAO, terms=date_terms(START + 60 * DAY))
    plan = plan_of(obligation())
    then = report_of(plan, START + 2 * DAY, one)
    assert then.awaited_known
    assert [(each.side, each.office_title, each.act, each.ref, each.title, each.rung) for each in then.awaited] == [
        ("LAO", "Coordinator, Ministry MOC, Lao PDR", "propose a date", "1.1", "Title m", 1),
        ("KHM", "Coordinator, Ministry MOC, Cambodia", "propose a date", "1.1", "Title m", 1),
    ]
    later = report_of(plan, START + 35 * DAY, one)
    assert {(each.office, each.rung) for each in later.awaited} == {
        (LAO, 1),
        (KHM, 1),
        ("lao-moc-dg", 2),
        ("khm-moc-dg", 2),
    }
    now = report_of(plan, START + 41 * DAY, one)
    assert {(each.office, each.act) for each in now.awaited} == {(KHM, "answer a proposal")}


def test_a_record_that_does_not_tell_it_is_not_guessed_from() -> None:
    report = report_of(plan_of(obligation()), START + 2 * DAY, the_meeting(), awaited_recorded=False)
    assert not report.awaited_known and report.awaited == () and not report.questions_known


class RecordedWorld(World):
    """A rehearsal of which every step is recorded, as workflows do it."""

    def __init__(self, *more: Any) -> None:
        self.lines: dict[str, list[LedgerEntry]] = {}
        super().__init__(*more)

    def _take(self, item: str, step: Step[Any]) -> None:
        step = with_awaited(MACHINES[self._kinds[item]], self.items[item], step, self.now)
        for effect in step.effects:
            if isinstance(effect, Enter):
                self.lines.setdefault(item, []).append(effect.entry)
            elif isinstance(effect, EnterElsewhere):
                self.lines.setdefault(effect.item, []).extend(effect.entries)
        super()._take(item, step)

    def report(self, launch: Launch, at: Instant, current: bool) -> ProgressReport:
        """As of an instant: with the rows of now, or from the record alone."""
        state = next(each for each in self.items.values() if isinstance(each, PlanState))
        open_items = {name: each for name, each in self.items.items() if not each.closed} if current else {}
        rows = {name: MACHINES[self._kinds[name]].row(each) for name, each in open_items.items()}
        items = tuple(
            ItemFact(id=name, entries=tuple(self.lines.get(name, ())), row=rows.get(name))
            for name in dict.fromkeys((*self.lines, *rows))
        )
        facts = Facts(
            launched=launch.launched,
            clock=launch.clock,
            current=current,
            awaited_recorded=True,
            valid_until=launch.valid_until,
            windows=state.windows,
            items=items,
            series=tuple(self._series(at, current)),
        )
        return build_report(plan_as_of(state.plan, state.amendments, at, state.settlements), facts, at)

    def _series(self, at: Instant, current: bool) -> Iterator[SeriesFact]:
        for name, state in self.items.items():
            if isinstance(state, SeriesState):
                told = hear_all(line for line in self.lines[name] if line.at <= at).turns
                turns = SERIES.view(state).turns if current else told
                yield SeriesFact(id=name, hosting=Turns.model_validate(turns), next=turns["next"])


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_a_report_of_any_past_day_is_the_one_that_was_made_then(seed: str) -> None:
    years = {"by": "year", "first": 2026, "last": 2028}
    turns = {"host_rule": "rotating", "readings": {"first_host": {"others": ["LAO", "KHM"]}}}
    launch = launch_of(
        plan_of(
            obligation("s", kind="meeting_series", cadence="annual", window=years, **turns),
            obligation("m"),
            obligation("c", kind="deliverable", window=None),
            obligation("d", kind="instrument"),
            round=ROUND,
        )
    )
    world = RecordedWorld(launch, assumption_of(f"random:{seed}"))
    made = []
    for week in range(1, 150, 3):
        at = START + week * timedelta(days=7, seconds=1)
        world.run(at)
        made.append((at, world.report(launch, at, current=True)))
    assert len({report.tally for _, report in made}) > 5
    for at, report in made:
        assert world.report(launch, at, current=False) == report, at
