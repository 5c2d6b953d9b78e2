"""Which questions a plan leaves to the sides, in which lists they stand, and which are asked anew."""

from typing import Any

import pytest

from models.governance.question_lists import left_open, question_lists, renamed, still_asked
from models.items.questions import Question, QuestionsState
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.notices import AnnouncementKind
from models.plan.windows import clock_of
from tests.support.builders import DAY, START, obligation, plan_of
from tests.support.plan_lives import ROUND, TERM, agree, series
from tests.support.worlds import KHM, Life, amend, same_over_the_wire


def test_questions_of_an_addition_go_into_the_list_that_its_offices_have() -> None:
    asking: dict[str, Any] = {"host_rule": "rotating", "readings": {"first_host": {"others": ["LAO", "KHM"]}}}
    life = Life(series("s", **asking))
    name = "t/questions/lao-moc.khm-moc"
    before = life.awaited(name)
    fields = {k: v for k, v in series("z", **asking).items() if k != "id"}
    agree(life, amend("add", "z", provision="1.1", fields=fields))
    assert [q.id for q in life.item(name).open_questions] == ["s/first_host", "z/first_host"]
    assert life.awaited(name) == before, "one list, still asked of the same offices"
    life.pass_on(15 * DAY)
    lines = life.machine(name).rules.lines_of(life.item(name), life.item(name).open_acts[0])
    assert len(lines) == 2 and life.item(name).open_acts[0].round == 2, "worded anew"
    for number, question in enumerate(("z/first_host", "s/first_host"), 1):
        terms = Terms(topic=Topic.ANSWER, question=question, value="KHM")
        assert life.act(name, acts.Propose, "lao-moc", terms=terms) is None
        assert life.act(name, acts.Accept, "khm-moc", proposal=number) is None
    assert life.status(name) == "settled"
    assert life.item("t/z/2026").host == "KHM"
    fields = {k: v for k, v in series("y", **asking).items() if k != "id"}
    agree(life, amend("add", "y", provision="1.1", fields=fields))
    assert life.status(f"{name}.2") == "settling", "the id of the settled list is not used again"
    assert life.awaited(f"{name}.2") == {("lao-moc", "settle", 1), ("khm-moc", "settle", 1)}
    assert life.item(f"{name}.2").questions[0].item == f"{name}.2"


def test_questions_about_what_was_dropped_are_asked_no_longer() -> None:
    asking: dict[str, Any] = {"host_rule": "rotating", "readings": {"first_host": {"others": ["LAO", "KHM"]}}}
    life = Life(series("a", **asking), series("b", **asking))
    name = "t/questions/lao-moc.khm-moc"
    life.act(name, acts.Propose, "lao-moc", terms=Terms(topic=Topic.ANSWER, question="a/first_host", value="LAO"))
    since = len(life.world.notices)
    agree(life, amend("drop", "a"))
    assert [q.id for q in life.item(name).open_questions] == ["b/first_host"]
    told = [each for each in life.said(AnnouncementKind.ANSWER, "lao-moc", since) if each.item == name]
    assert len(told) == 1 and "no longer asked" in told[0].reason, "who had proposed an answer is told"
    assert life.awaited(name) == {("lao-moc", "settle", 1), ("khm-moc", "settle", 1)}
    refusal = life.act(name, acts.Accept, "khm-moc", proposal=1)
    assert refusal is not None and refusal.code == "not-open"
    agree(life, amend("first-host", "b", value="KHM"), KHM)
    assert life.status(name) == "settled"
    life.pass_on(DAY)
    last = [each for each in life.said(AnnouncementKind.ANSWER) if each.item == name][-1]
    assert last.key in life.sent(last.office)
    assert life.item("t/b/2026").host == "KHM"


@pytest.mark.parametrize("by_answer", [True, False])
@pytest.mark.parametrize("more", [True, False])
def test_what_an_amendment_leaves_open_again_is_asked_again(by_answer: bool, more: bool) -> None:
    others = ["annual", "biennial"]
    asking: dict[str, Any] = {"cadence": "regular", "window": None, "readings": {"cadence": {"others": others}}}
    hosts: dict[str, Any] = {"host_rule": "rotating", "readings": {"first_host": {"others": ["LAO", "KHM"]}}}
    life = Life(series("a", **asking), *([series("b", **hosts)] if more else []), round=ROUND, **TERM)
    name = "t/questions/lao-moc.khm-moc"

    def settle(item: str, value: str) -> None:
        terms = Terms(topic=Topic.ANSWER, question="a/cadence", value=value)
        assert life.act(item, acts.Propose, "lao-moc", terms=terms) is None
        assert life.act(item, acts.Accept, "khm-moc", proposal=life.item(item).last_proposal) is None

    if by_answer:
        settle(name, "annual")
    else:
        agree(life, amend("cadence", "a", value="annual"))
    assert life.status(name) == ("settling" if more else "settled")
    life.pass_on(DAY)
    said = len(life.world.notices)
    agree(life, amend("cadence", "a", value="unspecified"))
    item = name if more else f"{name}.2"
    assert "a/cadence" in [each.id for each in life.item(item).open_questions]
    assert life.awaited(item) == {("lao-moc", "settle", 1), ("khm-moc", "settle", 1)}
    assert {each.office for each in life.world.notices[said:] if each.item == item} == {"lao-moc", "khm-moc"}
    assert "a/cadence" not in life.plan.settled
    agree(life, amend("change", "a", fields={"title": "Another"}))
    assert "a/cadence" in [each.id for each in life.item(item).open_questions], "it is left open as before"
    settle(item, "biennial")
    assert life.plan.settled["a/cadence"] == "biennial" and life.item("t/a").windows
    assert same_over_the_wire(life.plan) and same_over_the_wire(life.item(item))


# Which readings are questions


def asked(*obligations: dict[str, Any], **more: Any) -> tuple[QuestionsState, ...]:
    plan = plan_of(*obligations, **more)
    return question_lists(plan, clock_of(plan, START), START)


@pytest.mark.parametrize(
    ("reading", "options"),
    [
        ({"others": ["LAO", "KHM"]}, ("LAO", "KHM")),
        ({"chosen": "LAO", "others": ["KHM"]}, ("LAO", "KHM")),
        ({}, ()),
        ({"chosen": "LAO"}, None),
        ({"others": ["LAO", "KHM"], "settled": True}, None),
    ],
)
def test_a_reading_is_a_question_where_it_leaves_a_choice_that_is_not_settled(
    reading: dict[str, Any], options: tuple[str, ...] | None
) -> None:
    found = asked(series("s", host_rule="rotating", readings={"first_host": reading}))
    questions = [each for state in found for each in state.questions]
    assert [(each.id, each.options) for each in questions] == ([] if options is None else [("s/first_host", options)])


def test_where_no_rotation_is_stated_the_next_host_alone_is_asked() -> None:
    reading: dict[str, Any] = {"readings": {"first_host": {"others": ["LAO", "KHM"]}}}
    [state] = asked(series("turning", host_rule="rotating", **reading), series("s", **reading))
    assert [each.text for each in state.questions] == [
        "who hosts the Title turning first",
        "who hosts the Title s next",
    ]


def test_what_the_item_of_another_follows_is_asked_with_that_one() -> None:
    reading: dict[str, Any] = {"readings": {"cadence": {"others": ["annual", "biennial"]}}}
    [state] = asked(series("s", **reading), series("also", item="s", **reading))
    assert [each.id for each in state.questions] == ["s/cadence"]


def test_a_list_bears_the_provision_that_all_its_questions_have_or_none() -> None:
    reading: dict[str, Any] = {"readings": {"pairs": {}}}
    plan = plan_of(series("a", **reading), series("b", **reading))
    [one] = question_lists(plan, clock_of(plan, START), START)
    first = plan.provisions[0]
    apart = (
        first.model_copy(update={"obligations": first.obligations[:1]}),
        first.model_copy(update={"ref": "1.2", "obligations": first.obligations[1:]}),
    )
    [two] = question_lists(plan.model_copy(update={"provisions": apart}), clock_of(plan, START), START)
    assert (one.setup.ref, two.setup.ref) == ("1.1", "-")
    assert one.setup.title == "Open questions (Ministry MOC, Lao PDR; Ministry MOC, Cambodia)"
    assert one.setup.window is None and one.setup.opens_at == START


def test_a_list_under_another_id_asks_the_same_under_an_event_of_its_own() -> None:
    [state] = asked(series("s", readings={"pairs": {}}))
    again = renamed(state, "t/questions/lao-moc.khm-moc.2")
    assert (again.setup.id, again.setup.obligation) == ("t/questions/lao-moc.khm-moc.2", "questions/lao-moc.khm-moc.2")
    assert {each.item for each in again.questions} == {again.setup.id} and again.setup.uid != state.setup.uid
    assert [each.id for each in again.questions] == [each.id for each in state.questions]


def test_what_became_of_a_past_session_is_asked_by_its_name() -> None:
    plan = plan_of(series("s"), obligation("v", kind="visit"))
    held, visit = (each for _, each in plan.obligations())
    [state] = question_lists(plan, clock_of(plan, START), START, [(held, "2024"), (visit, "")])
    assert [(each.id, each.about, each.session) for each in state.questions] == [
        ("s/past/2024", "Title s 2024", "2024"),
        ("v/past", "Title v", ""),
    ]
    assert state.questions[0].text == "what became of the Title s 2024: held, missed or excused"


@pytest.mark.parametrize(
    ("field", "more", "still", "left"),
    [
        ("first_host", {"readings": {"first_host": {"others": ["LAO", "KHM"]}}}, True, True),
        ("first_host", {"readings": {}}, False, True),
        ("first_host", {"host": "LAO", "readings": {"first_host": {"others": ["LAO", "KHM"]}}}, False, False),
        ("first_host", {"host_rule": "fixed", "host": "LAO", "readings": {}}, False, False),
        ("cadence", {"readings": {}}, False, False),
        ("cadence", {"cadence": "regular", "window": None, "readings": {}}, False, True),
        ("pairs", {"readings": {}}, False, False),
        ("past", {"readings": {}}, True, False),
        ("year", {"readings": {}}, True, False),
    ],
)
def test_an_amended_plan_still_asks_leaves_open_or_does_neither(
    field: str, more: dict[str, Any], still: bool, left: bool
) -> None:
    plan = plan_of(series("s", **{"host_rule": "rotating", **more}))
    question = Question(id=f"s/{field}", obligation="s", field=field, text="x")
    assert (still_asked(plan, question), left_open(plan, question)) == (still, left)
    gone = question.model_copy(update={"obligation": "dropped"})
    assert (still_asked(plan, gone), left_open(plan, gone)) == (field == "year", False)
