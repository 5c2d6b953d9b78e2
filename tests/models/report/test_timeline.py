"""The timeline: windows, turns and what became of them, as marks."""

from typing import Any

from models.items.turns import begin
from models.messages import acts
from models.messages.views import ItemRow
from models.plan.plan import Plan
from models.plan.windows import resolve_windows
from models.report.facts import ItemFact, SeriesFact
from models.report.timeline import MarkKind, build_timeline
from tests.support.builders import START, Player, obligation, plan_of
from tests.support.meetings import KHM, LAO
from tests.support.progress import LATER, ROUND, commitment, fact, facts, held_meeting, mixed, undated


def marks(plan: Plan, *items: ItemFact, **more: Any) -> dict[str, list[tuple[MarkKind, str | None]]]:
    drawn = build_timeline(plan, facts(plan, *items, **more), LATER)
    return {row.title: [(mark.kind, mark.side) for mark in row.marks] for each in drawn.pillars for row in each.rows}


def test_the_timeline_shows_windows_turns_and_what_became_of_them() -> None:
    plan, items = mixed()
    series = SeriesFact(id="t/s", hosting=begin(("LAO", "KHM"), "KHM"))
    drawn = marks(plan, items[0].model_copy(update={"row": row_of(held_meeting())}), items[1], series=(series,))
    assert drawn["Title m"] == [(MarkKind.WINDOW, None), (MarkKind.HELD, None)]
    assert sorted(kind for kind, _ in drawn["Title s"]) == ["missed", "window", "window", "window"]
    assert {side for kind, side in drawn["Title s"] if kind is MarkKind.WINDOW} == {"LAO", "KHM"}
    assert [kind for kind, _ in drawn["Status rounds, of what bears no date"]] == [MarkKind.ROUND] * 2


def row_of(player: Player) -> ItemRow:
    row: ItemRow = player.machine.row(player.state)
    return row


def test_a_missed_session_is_marked_before_the_end_of_its_window() -> None:
    plan, items = mixed()
    drawn = build_timeline(plan, facts(plan, *items), LATER)
    row = next(row for row in drawn.pillars[0].rows if row.title == "Title s")
    missed = next(mark for mark in row.marks if mark.kind is MarkKind.MISSED)
    window = resolve_windows(plan, START)["s"][0]
    assert window.start < missed.start < window.end


def test_items_without_a_date_are_counted_and_not_drawn() -> None:
    plan, items = mixed()
    drawn = build_timeline(plan, facts(plan, *items), LATER)
    assert drawn.pillars[0].undated == 2
    assert "Title c" not in marks(plan, *items)


def test_a_closed_commitment_is_drawn_on_the_day_of_its_close_out() -> None:
    player = commitment()
    player.act(acts.Evidence, LAO, text="signed")
    player.act(acts.Agree, KHM)
    plan = plan_of(undated("c"), round=ROUND)
    assert marks(plan, fact(player))["Title c"] == [(MarkKind.DONE, None)]
    assert build_timeline(plan, facts(plan, fact(player)), LATER).pillars[0].undated == 0


def test_what_stands_under_silence_says_so() -> None:
    player = commitment()
    player.act(acts.Evidence, LAO, text="signed")
    plan = plan_of(undated("c"), round=ROUND)
    [row] = [each for each in build_timeline(plan, facts(plan, fact(player)), LATER).pillars[0].rows if each.ref]
    words = "stands under silence, whose time has not begun"
    assert [(mark.kind, mark.label) for mark in row.marks] == [(MarkKind.EVIDENCE, words)]
    met = build_timeline(plan_of(obligation()), facts(plan_of(obligation()), fact(held_meeting())), LATER)
    assert [mark.label for mark in met.pillars[0].rows[0].marks] == ["2026", f"Vientiane, {words}"]


def test_the_turns_to_come_go_on_in_order() -> None:
    window = {"by": "year", "first": 2026, "last": 2029}
    plan = plan_of(
        obligation("s", kind="meeting_series", cadence="annual", host_rule="rotating", window=window, host="KHM")
    )
    series = SeriesFact(id="t/s", hosting=begin(("LAO", "KHM"), "KHM"))
    assert [side for _, side in marks(plan, series=(series,))["Title s"]] == ["KHM", "LAO", "KHM", "LAO"]
