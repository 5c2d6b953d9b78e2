"""Lists over the whole plan: a status round with its denominators, what is open, the final record."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cli.commands.round import round_document
from models.governance.plan_state import PlanState, plan_state
from models.governance.summaries import LISTED, ended_as, final_summary, open_items, open_summary, round_items
from models.machine.state import ProposalStatus
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.notices import AnnouncementKind
from models.plan.plan import Plan
from tests.support.builders import DAY, START, launch_of, obligation, plan_of
from tests.support.plan_lives import END, ROUND, TERM, UNDATED, agree, plan_now, series, standing
from tests.support.worlds import KHM, LAO, Life, amend


def test_a_round_is_shown_whole_to_both_ministries_with_denominators() -> None:
    life = Life(
        standing("a"),
        standing("b"),
        standing("one", sides=("LAO",)),
        series("s", **UNDATED),
        obligation("m"),
        round=ROUND,
        round_closes="P30D",
    )
    life.until(datetime(2026, 1, 16, tzinfo=UTC))
    life.act("t/a", acts.Progress, "lao-moc", state="limited", note="begun")
    life.act("t/b", acts.Progress, "lao-moc-dg", state="not-started")
    life.act("t/a", acts.Progress, "khm-moc", state="limited")
    life.act("t/a", acts.Progress, "lao-moc", state="substantial")
    life.act("t/one", acts.Progress, "lao-moc", state="substantial")
    life.until(datetime(2026, 2, 20, tzinfo=UTC))
    told = life.said(AnnouncementKind.ROUND)
    assert [each.office for each in told] == [LAO, KHM] and all(each.key in life.sent(each.office) for each in told)
    assert told[0].reason == (
        "Status round 2026, 4 commitments asked: Lao offices have answered 3 of 4 (2 substantial, 1 not started); "
        "Cambodian offices have answered 1 of 3 (1 limited)."
    ), "of the one that only Lao offices have, none is asked of the Cambodian side"
    life.act("t/b", acts.Progress, "khm-moc", state="complete")
    assert life.plan.answers["t/b"]["KHM"]["state"] == "complete", "a late answer counts"
    life.until(datetime(2027, 1, 20, tzinfo=UTC))
    assert life.plan.answers == {}, "a new round begins anew"
    assert len(life.said(AnnouncementKind.ROUND)) == 2


def test_who_is_busy_or_a_third_state_is_counted_as_the_command_line_counts() -> None:
    life = Life(
        standing("a"),
        standing("three", sides=("LAO", "KHM", "VNM")),
        obligation("i", kind="instrument", **UNDATED),
        obligation("j", kind="instrument", **UNDATED),
        third=True,
        round=ROUND,
    )
    life.act("t/i", acts.Call, "lao-moc", reason="it is ready for signature")
    life.until(datetime(2026, 1, 16, tzinfo=UTC))
    life.act("t/a", acts.Progress, "lao-moc", state="limited", note="begun")
    life.act("t/j", acts.Progress, "khm-moc", state="limited")
    life.act("t/j", acts.Call, "lao-moc", reason="it is ready, too")
    state = life.plan
    document = round_document(state, "2026", state.answers, state.busy)
    life.until(datetime(2026, 2, 20, tzinfo=UTC))
    told = life.said(AnnouncementKind.ROUND)[0]
    assert told.reason == (
        "Status round 2026, 3 commitments asked: Lao offices have answered 1 of 2 (1 limited); Cambodian offices have "
        "answered 1 of 3 (1 limited); Vietnamese offices have answered 0 of 1. 1 more is under way and not asked about."
    )
    assert document["asked_of"] == {"LAO": 2, "KHM": 3, "VNM": 1}
    assert document["answered"] == {"LAO": 1, "KHM": 1, "VNM": 0} and document["asked"] == 3
    [busy] = [each for each in document["items"] if each["item"] == "t/i"]
    assert busy["busy"] and busy["asked"] == []


def test_what_is_open_is_listed_before_the_end_and_ends_with_the_plan() -> None:
    trigger: dict[str, Any] = {"cadence": "on_trigger", "window": None}
    life = Life(
        obligation("m", window={"by": "year", "first": 2027, "last": 2027}),
        series("s"),
        standing(),
        obligation("visit", kind="visit", window={"by": "year", "first": 2026, "last": 2026}),
        obligation("p", kind="procedure", triggers=["LAO"], condition="after the end", **trigger),
        series("adhoc", **trigger),
        series("q", host_rule="rotating", readings={"first_host": {"others": ["LAO", "KHM"]}}),
        round=ROUND,
        **TERM,
    )
    life.act("t/visit", acts.Propose, "lao-moc", terms=Terms(topic=Topic.DROP, reason="x"))
    life.act("t/visit", acts.Accept, "khm-moc", proposal=1)
    life.until(END - 90 * DAY)
    assert life.said(AnnouncementKind.EXPIRY) == []
    life.until(END - 89 * DAY)
    told = life.said(AnnouncementKind.EXPIRY)
    assert [each.office for each in told] == [LAO, KHM]
    assert "valid until 31 December 2027" in told[0].reason and "1 is a commitment" in told[0].reason
    for title in ("Title m", "Title s 2026", "Title s 2027", "Title adhoc", "Open questions", "Title c"):
        assert title in told[0].reason, title
    assert "Title s;" not in told[0].reason, "its sessions are open, and it is not counted beside them"
    assert "Open are 8 items. 6 are dated" in told[0].reason
    assert "Title visit" not in told[0].reason and "Title p" not in told[0].reason
    life.act("t", acts.Propose, LAO, terms=amend("drop", "m"))
    life.until(END + DAY)
    assert life.status("t") == "expired" and life.plan.open_items == {}
    final = life.said(AnnouncementKind.EXPIRY)[2:]
    assert [each.office for each in final] == [LAO, KHM] and all(each.key in life.sent(each.office) for each in final)
    assert "Final record. Dropped by consent: 1; open, and expired with the plan: 8." in final[0].reason
    assert "Title s 2026" in final[0].reason and "Title visit" not in final[0].reason
    open_still = [name for name in life.world.items if not life.item(name).closed]
    assert open_still == ["t/p"], "a procedure that its trigger wakes outlives the plan"
    ended = {life.status(name) for name in life.world.items if name not in ("t/p", "t/visit")}
    assert ended == {"expired"}
    proposal = life.plan.proposals[-1]
    assert proposal.status is ProposalStatus.OVERTAKEN and life.awaited("t") == set()
    for office in life.world.rooms.values():
        assert office.standing == {}
    refusal = life.act("t", acts.Accept, KHM, proposal=1)
    assert refusal is not None and refusal.code == "closed"
    refusal = life.act("t/p", acts.Call, "khm-moc", reason="x")
    assert refusal is not None and "LAO" in refusal.message
    assert life.act("t/p", acts.Call, "lao-moc", reason="a claim is left") is None
    assert life.awaited("t/p/1") == {("lao-moc", "evidence", 1), ("khm-moc", "evidence", 1)}


# What they read of the state


def with_open(state: PlanState, *items: str, **more: Any) -> PlanState:
    """The plan with other items open, each titled after its id."""
    return state.model_copy(update={"open_items": {item: f"Title of {item}" for item in items}, **more})


def test_of_a_series_its_open_sessions_are_listed_and_otherwise_the_series() -> None:
    state = with_open(plan_now(series("s"), series("u")), "t/s", "t/s/2026", "t/s/2027", "t/u", "t/questions/a.b")
    assert open_items(state) == ["t/s/2026", "t/s/2027", "t/u", "t/questions/a.b"]


def test_a_sentence_names_sixty_titles_and_the_list_all_of_them() -> None:
    names = [f"m{n}" for n in range(LISTED + 3)]
    state = plan_now(*(obligation(name) for name in names))
    summary = open_summary(state, START)
    assert summary.text.startswith(
        f"Open are {LISTED + 3} items. {LISTED + 3} are dated, awaited or waiting for a call: "
    )
    assert f"; Title m{LISTED - 1}; and 3 more." in summary.text and f"Title m{LISTED};" not in summary.text
    [section] = summary.lists
    assert [line.name for line in section.lines] == names


def test_what_is_open_is_counted_by_kind_and_what_is_past_its_window_too() -> None:
    asking: dict[str, Any] = {"readings": {"pairs": {}}}
    state = plan_now(obligation("m"), obligation("late"), series("s", **asking), standing(), round=ROUND, **TERM)
    state = with_open(state, "t/m", "t/late", "t/s/2026", "t/s/2027", "t/c", "t/questions/lao-moc.khm-moc")
    counts = {each.of: each.number for each in open_summary(state, datetime(2027, 6, 1, tzinfo=UTC)).counts}
    assert counts == {"open": 6, "dated": 4, "questions": 1, "standing": 1, "missed": 3}
    summary = open_summary(state, START)
    assert {each.of: each.number for each in summary.counts}["missed"] == 0
    [dated, questions] = summary.lists
    assert (dated.pillar, dated.article, questions.pillar) == ("I", "1", ""), "questions stand at the end"
    ends = {line.name: line.ends and line.ends.year for line in (*dated.lines, *questions.lines)}
    assert (ends["s/2026"], ends["s/2027"], ends["c"], ends["questions/lao-moc.khm-moc"]) == (2026, 2027, None, None)


def test_lines_stand_in_the_order_of_the_articles_and_not_of_the_opening() -> None:
    document = plan_of(obligation("b"), obligation("a")).model_dump(mode="json")
    [first] = document["provisions"]
    second = {**first, "ref": "2.1", "article": "2", "obligations": first["obligations"][1:]}
    document["provisions"] = [{**first, "obligations": first["obligations"][:1]}, second]
    state = plan_state(launch_of(Plan.model_validate(document)))
    lists = open_summary(with_open(state, "t/a", "t/b"), START).lists
    assert [(each.article, [line.name for line in each.lines]) for each in lists] == [("1", ["b"]), ("2", ["a"])]


@pytest.mark.parametrize(
    ("status", "fate", "word"),
    [
        ("closed", "on-time", "on-time"),
        ("closed", "late", "late"),
        ("closed", None, "closed"),
        ("closed", "missed", "closed"),
        ("dropped", "on-time", "dropped"),
        ("excused", "excused", "excused"),
    ],
)
def test_what_was_closed_out_is_counted_by_whether_it_came_in_its_window(
    status: str, fate: str | None, word: str
) -> None:
    assert ended_as(status, fate) == word


def test_the_final_record_counts_what_ended_in_which_way_and_what_was_before_the_launch() -> None:
    history = [
        {"obligation": "s", "session": year, "state": state} for year, state in (("2023", "held"), ("2024", "missed"))
    ]
    launch = launch_of(
        plan_of(series("s", window={"by": "year", "first": 2023, "last": 2027}), **TERM), history=history
    )
    state = with_open(plan_state(launch), "t/s/2027", ended={"on-time": 2, "dropped": 0, "late": 1})
    summary = final_summary(state, END)
    assert summary.text.startswith(
        "Final record. Closed out in time: 2; closed out late: 1; open, and expired with the plan: 1. "
        "Of before the launch: held 1, missed 1. Expired with it is 1 item."
    )
    assert [
        (each.of, each.number, each.who) for each in summary.counts if each.who or each.of in ("on-time", "late")
    ] == [
        ("on-time", 2, ""),
        ("late", 1, ""),
        ("held", 1, "before"),
        ("missed", 1, "before"),
    ]
    nothing = with_open(plan_state(launch_of(plan_of(obligation("m")))))
    assert final_summary(nothing, END).text.startswith("Final record. Nothing was opened.")


def test_a_round_is_about_what_is_open_and_about_what_was_answered_before_it_ended() -> None:
    state = plan_now(standing("a"), standing("b"), standing("c"), round=ROUND)
    state = with_open(state, "t/a", "t/c")
    answers = {
        "t/a": {"LAO": {"round": "2026", "state": "limited"}, "KHM": {"round": "2025", "state": "complete"}},
        "t/b": {"KHM": {"round": "2026", "state": "complete"}},
    }
    found = {each.item: each for each in round_items(state, "2026", answers, ["t/a"])}
    assert list(found) == ["t/a", "t/b", "t/c"] and set(found["t/a"].answers) == {"LAO"}, "of this round alone"
    assert (found["t/a"].busy, found["t/a"].asked) == (True, ("LAO",)), "who has answered had been asked"
    assert (found["t/b"].title, found["t/b"].asked) == ("Title b", ("LAO", "KHM"))
    ended = {item: each for item, each in answers.items() if item == "t/a"}
    assert [each.item for each in round_items(state, "2026", ended, [])] == ["t/a", "t/c"]


def test_what_was_answered_and_then_dropped_by_amendment_is_counted_as_asked() -> None:
    life = Life(standing("a"), standing("b"), round=ROUND, round_closes="P30D")
    life.until(datetime(2026, 1, 16, tzinfo=UTC))
    life.act("t/a", acts.Progress, "lao-moc", state="limited")
    life.act("t/a", acts.Progress, "khm-moc", state="limited")
    agree(life, amend("drop", "a"))
    assert life.plan.plan.obligation("a") is None
    [dropped, _] = round_items(life.plan, "2026", life.plan.answers, life.plan.busy)
    assert (dropped.title, dropped.asked) == ("Title a", ("LAO", "KHM"))
    life.until(datetime(2026, 2, 20, tzinfo=UTC))
    told = life.said(AnnouncementKind.ROUND)[0]
    assert told.reason.startswith("Status round 2026, 2 commitments asked: Lao offices have answered 1 of 2")
    assert "under way" not in told.reason
