"""From a plan to what follows it: what is opened at a launch and by an amendment, and what enters as unknown."""

from datetime import UTC, datetime, timedelta

import pytest

from models.governance.amended_plan import plan_as_of
from models.governance.plan_machine import PLAN
from models.messages import acts
from models.messages.effects import EnterElsewhere, Open, Resolve
from models.plan.kinds import Kind
from models.plan.windows import resolve_windows
from tests.support.builders import DAY, START, Player, obligation, opened, plan_of
from tests.support.plan_lives import END, ROUND, TERM, UNDATED, YEARLY, agree
from tests.support.worlds import KHM, LAO, Life, amend


@pytest.mark.parametrize("kind", [each.value for each in Kind])
@pytest.mark.parametrize("dated", [True, False])
def test_what_is_added_is_followed_from_now_on(kind: str, dated: bool) -> None:
    life = Life(obligation("m"), round=ROUND, at=START + 200 * DAY, **TERM)
    more = YEARLY if dated and kind in ("meeting_series", "exchange") else {} if dated else UNDATED
    fields = {k: v for k, v in obligation("z", kind=kind, **more).items() if k != "id"}
    agree(life, amend("add", "z", provision="1.1", fields=fields))
    assert "t/z" in life.plan.open_items and ("t/z" in life.plan.round_items) is not dated
    assert life.plan.amendments[0].before is None
    life.pass_on(10 * DAY)
    asked = {row for name in life.world.items for row in life.awaited(name) if name.startswith("t/z")}
    assert bool(asked) is dated, "what nothing dates waits for the next round"
    life.until(datetime(2027, 1, 15, tzinfo=UTC))
    if not dated:
        assert life.awaited("t/z") == {("lao-moc", "progress", 1), ("khm-moc", "progress", 1)}
    life.until(END + DAY)
    assert {life.status(name) for name in life.world.items if name.startswith("t/z")} <= {"expired", "closed"}
    assert plan_as_of(life.plan.plan, life.plan.amendments, START).obligation("z") is None


def test_an_addition_whose_window_has_passed_enters_as_unknown_and_is_asked_about() -> None:
    life = Life(obligation("m"), at=START + 200 * DAY)
    window = {"by": "year", "first": 2024, "last": 2024}
    fields = {k: v for k, v in obligation("z", kind="visit", window=window).items() if k != "id"}
    state = life.plan
    player = Player(PLAN, state, life.now)
    player.act(acts.Propose, LAO, terms=amend("add", "z", provision="1.1", fields=fields))
    player.act(acts.Accept, KHM, proposal=1)
    assert any(isinstance(effect, Resolve) for effect in player.effects)
    windows = resolve_windows(player.state.plan, player.state.launch.launched)
    step = PLAN.resolved(player.state, windows, life.now)
    [entered] = [effect for effect in step.effects if isinstance(effect, EnterElsewhere)]
    assert entered.item == "t/z" and entered.entries[0].verb == "unknown"
    assert [effect.state.setup.kind for effect in step.effects if isinstance(effect, Open)] == ["questions"]


def test_one_off_items_of_the_past_enter_as_unknown() -> None:
    plan = plan_of(
        obligation("old", kind="visit", window={"by": "year", "first": 2023, "last": 2023}),
        obligation("new", kind="visit"),
        obligation("mou", kind="instrument", window={"by": "year", "first": 2023, "last": 2023}),
        obligation("promise", kind="standing"),
    )
    found = opened(plan)
    assert [(item.setup.id, past.state) for item, past in found.past] == [("t/old", "unknown"), ("t/mou", "unknown")]
    assert [item.setup.id for item in found.meetings] == ["t/new"]
    assert [item.setup.id for item in found.commitments] == ["t/promise"]
    assert {room.office for room in found.post_rooms} == {"lao-moc", "khm-moc"}, "nobody else is written to"


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize(
    ("own", "of_plan", "is_reminded"),
    [(None, None, None), ("P3D", None, 3 * DAY), (None, "P5D", 5 * DAY), ("P3D", "P5D", 3 * DAY)],
)
def test_a_meeting_is_reminded_as_its_obligation_says_or_else_the_plan(
    kind: Kind, own: str | None, of_plan: str | None, is_reminded: timedelta | None
) -> None:
    item = obligation("m", kind=kind.value, remind=own if kind.meets else None)
    opening = opened(plan_of(item, remind=of_plan))
    [state] = (*opening.series, *opening.meetings, *opening.commitments)
    assert state.setup.remind == (is_reminded if kind.meets else None)


def test_the_sessions_of_a_series_are_reminded_as_it_is() -> None:
    life = Life(obligation("s", kind="meeting_series", remind="P3D", **YEARLY)).pass_on(DAY)
    assert life.item("t/s/2026").setup.remind == 3 * DAY
