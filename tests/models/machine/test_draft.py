"""What one workflow tells another counts from the instant at which it was decided, not from when it is heard."""

from datetime import datetime, timedelta

import pytest

from models.governance.plan_machine import PLAN
from models.items.meeting import MEETING
from models.machine.draft import heard_at
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.effects import Await, GiveOrder, ItemReport, Order, ReportUp
from models.registry import MACHINES
from tests.support.builders import DAY, START, Player, date_terms, launch_of, meeting, obligation, plan_of
from tests.support.worlds import KHM, LAO, Life, amend

SECOND = timedelta(seconds=1)
DECIDED = START + DAY
HEARD = DECIDED + 3 * SECOND


def test_an_order_counts_from_its_decision() -> None:
    player = Player(MEETING, meeting()).tick()
    order = Order(changes={"window": None, "opens_at": None}, text="by amendment 1", at=DECIDED)
    step = MEETING.ordered(player.state, order, HEARD)
    assert step.state.ledger[-1].at == DECIDED
    told = Order(end="dropped", text="by amendment 2", at=DECIDED)
    closed = MEETING.ordered(player.state, told, HEARD).state.closed
    assert closed is not None and closed.at == DECIDED


@pytest.mark.parametrize(
    ("at", "counts"),
    [
        (None, HEARD),  # told by a workflow of before
        (HEARD, HEARD),
        (HEARD - SECOND, HEARD - SECOND),
        (HEARD + SECOND, HEARD),  # a clock that is ahead
        (HEARD - DAY, HEARD),  # after an outage: no ladder climbs on it
    ],
)
def test_it_counts_neither_from_the_future_nor_from_long_ago(at: datetime | None, counts: datetime) -> None:
    player = Player(MEETING, meeting()).tick()
    assert heard_at(player.state, at, HEARD) == counts


def test_it_does_not_count_from_before_the_last_decision_of_its_own() -> None:
    player = Player(MEETING, meeting()).tick()
    player.now = DECIDED
    player.act(acts.Propose, "lao-moc", terms=date_terms(START + 10 * DAY))
    assert heard_at(player.state, DECIDED - SECOND, HEARD) == DECIDED


def test_whoever_decides_says_when() -> None:
    """By reports of items, by orders of the plan to items and series, and of series to sessions."""
    years = {"by": "year", "first": 2026, "last": 2027}
    plan = plan_of(obligation("m"), obligation("s", kind="meeting_series", cadence="annual", window=years))
    life = Life(launch=launch_of(plan, START)).pass_on(DAY)
    meeting_player = Player(MACHINES["meeting"], life.item("t/m"), life.now)
    meeting_player.act(acts.Propose, "lao-moc", terms=Terms(topic=Topic.DROP, reason="done elsewhere"))
    meeting_player.act(acts.Accept, "khm-moc", proposal=1)
    reports = [effect.report for effect in meeting_player.effects if isinstance(effect, ReportUp)]
    assert reports and {report.at for report in reports} == {life.now}

    plan_player = Player(PLAN, life.plan, life.now)
    plan_player.act(acts.Propose, LAO, terms=amend("drop", "s"))
    plan_player.act(acts.Accept, KHM, proposal=1)
    step = PLAN.resolved(plan_player.state, life.plan.windows, life.now + SECOND, life.now)
    [told] = [effect for effect in (*plan_player.effects, *step.effects) if isinstance(effect, GiveOrder)]
    assert told.item == "t/s" and told.order.at == life.now, "since the last consent, not since windows were resolved"
    passed_on = life.machine("t/s").ordered(life.item("t/s"), told.order, life.now + 2 * SECOND)
    orders = [effect.order for effect in passed_on.effects if isinstance(effect, GiveOrder)]
    assert orders and {order.at for order in orders} == {life.now}


def test_the_end_of_a_plan_is_at_its_instant_however_late_it_is_noticed() -> None:
    plan = plan_of(obligation("m"), valid_from="2023-01-01", valid_for_years=5)
    life = Life(launch=launch_of(plan, START))
    until = life.plan.launch.valid_until
    assert until is not None
    step = PLAN.due(life.plan, until + SECOND)
    assert [effect.order.at for effect in step.effects if isinstance(effect, GiveOrder)] == [until]


def test_a_host_that_is_told_is_asked_from_the_decision_on() -> None:
    player = Player(MEETING, meeting()).tick()
    step = MEETING.ordered(player.state, Order(host="KHM", text="it is its turn", at=HEARD - SECOND), HEARD)
    asked = [effect.notice.at for effect in step.effects if isinstance(effect, Await)]
    assert all(at == HEARD - SECOND for at in asked) and step.state.host == "KHM"


def test_a_report_counts_from_its_decision() -> None:
    life = Life(launch=launch_of(plan_of(obligation("s", kind="meeting_series", cadence="annual")), START)).pass_on(DAY)
    [session] = life.item("t/s").open_sessions
    at = life.now - SECOND
    report = ItemReport(session=session.rpartition("/")[2], item=session, status="open", host="KHM", at=at)
    step = life.machine("t/s").learn(life.item("t/s"), report, life.now)
    assert step.state.ledger[-1].at == at
