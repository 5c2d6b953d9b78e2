"""Which questions a plan leaves to the sides, in which lists they stand, and which are asked anew."""

from typing import Any

import pytest

from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.notices import AnnouncementKind
from tests.support.builders import DAY
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
    assert len(told) == 1 and "asked no longer" in told[0].reason, "who had proposed an answer is told"
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
