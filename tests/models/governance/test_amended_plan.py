"""What amendments do to the plan: the text and its periods, what does not fit, what would read otherwise."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.commands.amendments import amendments_document, amendments_text
from cli.files.plan_file import load_plan
from models.governance.amended_plan import plan_as_of
from models.items.questions import QUESTIONS
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.views import LedgerEntry
from models.plan.plan import Plan
from models.report.facts import Facts, ItemFact
from models.report.progress import build_report
from tests.support.builders import DAY, START, launch_of, obligation, plan_of
from tests.support.plan_lives import ROUND, TERM, agree, series
from tests.support.worlds import KHM, LAO, SECOND, Life, amend


def test_each_text_stays_readable_with_its_period() -> None:
    life = Life(obligation("m"), obligation("n"))
    original, times = life.plan.plan, [life.now]
    for title in ("Second", "Third"):
        life.pass_on(10 * DAY)
        agree(life, amend("change", "m", fields={"title": title}))
        times.append(life.now)
    first, second = life.plan.amendments
    assert first.before_since is None and second.before_since == first.at
    assert second.before is not None and second.before["title"] == "Second"
    titles = [plan_as_of(life.plan.plan, life.plan.amendments, at).obligation("m").title for at in times]  # type: ignore[union-attr]
    assert titles == ["Title m", "Second", "Third"]
    at = first.at
    assert plan_as_of(life.plan.plan, life.plan.amendments, at).obligation("m").title == "Second"  # type: ignore[union-attr]
    assert plan_as_of(life.plan.plan, life.plan.amendments, at - SECOND) == original


def test_what_was_dropped_stands_again_where_it_stood_and_a_recital_is_one_again() -> None:
    plan = plan_of(obligation("a"), obligation("b"), obligation("c"))
    recital = {"ref": "1.2", "pillar": "I", "article": "1", "title": "Recital", "operative": False, "obligations": []}
    document = plan.model_dump(mode="json")
    document["provisions"].append(recital)
    life = Life(launch=launch_of(Plan.model_validate(document)))
    original, at = life.plan.plan, life.now
    fields = obligation("d")
    del fields["id"]
    agree(life, amend("drop", "b"))
    agree(life, amend("add", "d", provision="1.2", fields=fields), KHM)
    agree(life, amend("drop", "a"))
    assert [o.id for _, o in life.plan.plan.obligations()] == ["c", "d"]
    assert plan_as_of(life.plan.plan, life.plan.amendments, at) == original


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (amend("drop", "x"), "`register` lists them"),
        (amend("change", "m", fields={}), "which fields"),
        (amend("change", "m", fields={"sides": ["LAO"]}), "drop the obligation and add another"),
        (amend("change", "m", fields={"titel": "x"}), "titel"),
        (amend("change", "m", fields={"offices": {"LAO": "khm-moc", "KHM": "khm-moc"}}), "is an office of KHM"),
        (amend("change", "m", fields={"host": "VNM"}), "the host must be one of"),
        (amend("change", "m", fields={"ladder": "sideways"}), "ladder"),
        (amend("cadence", "m", value="weekly"), "there is no cadence 'weekly'"),
        (amend("cadence", "m", value="annual"), "drop it and add another"),
        (amend("cadence", "i", value="annual"), "drop it and add another"),
        (amend("cadence", "s", value="on_trigger", fields={}), ""),
        (amend("first-host", "m", value="VNM"), "the host must be one of"),
        (amend("first-host", "i", value="LAO"), "is no meeting"),
        (amend("first-host", "f", value="LAO"), "change the field host"),
        (amend("add", "m", provision="1.1", fields={}), "is in the plan already"),
        (amend("add", "z", provision="9.9", fields={k: v for k, v in obligation("z").items() if k != "id"}), "9.9"),
        (amend("add", "z", provision="1.1", fields={"title": "x"}), "kind"),
        (amend("add", "z/1", provision="1.1", fields={k: v for k, v in obligation("z").items() if k != "id"}), "id"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_to_do(terms: Terms, said: str) -> None:
    life = Life(
        obligation("m"),
        obligation("i", kind="instrument"),
        series("s"),
        series("f", host_rule="fixed", host="KHM"),
    )
    refusal = life.act("t", acts.Propose, LAO, terms=terms)
    if not said:
        assert refusal is None
    else:
        assert refusal is not None and refusal.code == "bad-terms" and said in refusal.message, refusal


def test_an_answer_that_an_amendment_replaces_is_no_longer_told_as_settled() -> None:
    others = ["annual", "biennial"]
    asking: dict[str, Any] = {"cadence": "regular", "window": None, "readings": {"cadence": {"others": others}}}
    life = Life(series("a", **asking), series("b", **asking), series("c", **asking), round=ROUND, **TERM)
    name = "t/questions/lao-moc.khm-moc"

    record: list[LedgerEntry] = []

    def note() -> None:
        """A line of the list's record, which tells what is settled by now."""
        facts = QUESTIONS.recorded_facts(life.item(name))
        record.append(LedgerEntry(n=len(record) + 1, at=life.now, verb="x", text="x", data=facts))

    def answers(at: datetime | None = None) -> dict[str, str]:
        """By question what the report says of it."""
        as_of, state = at or life.now, life.plan
        items = (ItemFact(id=name, entries=tuple(record)),)
        plan = plan_as_of(state.plan, state.amendments, as_of, state.settlements)
        known = Facts(
            launched=START,
            windows=state.windows,
            current=False,
            items=items,
            awaited_recorded=True,
            amendments=state.amendments,
            settlements=state.settlements,
        )
        [asked] = build_report(plan, known, as_of).questions
        return {each.id: each.answer for each in asked.questions}

    for number, question in enumerate(("a/cadence", "b/cadence"), 1):
        terms = Terms(topic=Topic.ANSWER, question=question, value="annual")
        assert life.act(name, acts.Propose, "lao-moc", terms=terms) is None
        assert life.act(name, acts.Accept, "khm-moc", proposal=number) is None
    note()
    life.pass_on(DAY)
    agree(life, amend("cadence", "c", value="annual"))
    note()
    life.pass_on(DAY)
    agree(life, amend("change", "a", fields={"title": "Another"}))
    then = life.now
    document = amendments_document(life.plan)
    assert [each["question"] for each in document["settled"]] == ["a/cadence", "b/cadence"]
    assert document["replaced"] == [] and answers()["a/cadence"] == "annual"
    life.pass_on(DAY)
    agree(life, amend("cadence", "a", value="biennial"))
    agree(life, amend("cadence", "c", value="unspecified"))
    document = amendments_document(life.plan)
    assert [each["question"] for each in document["settled"]] == ["b/cadence"]
    assert [(each["question"], each["value"], each["by"]) for each in document["replaced"]] == [
        ("a/cadence", "annual", 3)
    ]
    text = amendments_text(document, life.plan.setup.clock)
    assert "no longer: a/cadence: annual, replaced by amendment 3" in text and "settled: a/cadence" not in text
    now = answers()
    assert now["a/cadence"].startswith("by amendment 3: ") and now["a/cadence"].endswith("biennial")
    assert now["b/cadence"] == "annual"
    assert now["c/cadence"].startswith("by amendment 4: "), "also where an amendment had settled it"
    before = answers(then)
    assert before["a/cadence"] == "annual" and before["c/cadence"].startswith("by amendment 1: ")


def test_a_cadence_agreed_late_in_the_year_begins_with_the_next() -> None:
    late = datetime(2026, 11, 20, tzinfo=UTC)
    life = Life(series("s", cadence="regular", window=None), round=ROUND, at=late, **TERM)
    agree(life, amend("cadence", "s", value="annual"))
    assert [window.name for window in life.item("t/s").windows] == ["2027"]
    agree(life, amend("cadence", "s", value="regular"))
    assert life.item("t/s").windows == () and not life.item("t/s").closed
    # Of what is asked yearly already, this year counts however late it is.
    life = Life(series("s", window={"by": "year", "first": 2026, "last": 2027}), at=late, **TERM)
    agree(life, amend("cadence", "s", value="biennial"))
    assert [window.name for window in life.item("t/s").windows] == ["2026"]
    assert life.status("t/s/2026") == "date-awaited"


def test_a_proposal_says_field_by_field_what_would_read_otherwise() -> None:
    life = Life(series("s", cadence="regular", window=None), round=ROUND, **TERM)
    propose = {"obligation": "s", "value": "annual"}
    life.act("t", acts.Propose, LAO, terms=amend("cadence", **propose))
    notice = next(s.notice for s in life.world.rooms[f"t/office/{KHM}"].standing.values() if s.notice.verb == "answer")
    assert notice.lines == (
        "cadence: annual (until now: regular)",
        "window: every year, 2026 to 2027 (until now: nothing)",
    )
    added = obligation("new", title="Halal Forum", window=None)
    life.act("t", acts.Propose, LAO, terms=amend("add", "new", provision="1.1", fields=added))
    lines = [s.notice.lines for s in life.world.rooms[f"t/office/{KHM}"].standing.values() if s.notice.verb == "answer"]
    assert "title: Halal Forum" in lines[-1] and "sides: LAO, KHM" in lines[-1]


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (amend("first-host", "s", value="KHM"), True),
        (amend("first-host", "o", value="KHM"), True),
        (amend("change", "s", fields={"host_rule": "fixed", "host": "KHM"}), True),
        (amend("change", "s", fields={"readings": {"order": {"chosen": ["KHM", "LAO", "VNM"]}}}), True),
        (amend("change", "s", fields={"readings": {"first_host": {"chosen": "KHM"}}}), True),
        (amend("change", "s", fields={"title": "Another"}), False),
        (amend("cadence", "s", value="biennial"), False),
        (amend("drop", "s"), False),
        (amend("first-host", "two", value="KHM"), False),
    ],
)
def test_two_signatories_do_not_say_who_hosts_what_a_third_state_takes_part_in(terms: Terms, said: bool) -> None:
    sides = ("LAO", "KHM", "VNM")
    items = (series("s", sides=sides, host_rule="rotating"), obligation("o", sides=sides), series("two"))
    life = Life(*items, third=True, **TERM)
    refusal = life.act("t", acts.Propose, LAO, terms=terms)
    if not said:
        assert refusal is None and life.act("t", acts.Accept, KHM, proposal=1) is None
        return
    assert refusal is not None and refusal.code == "bad-terms" and "Viet Nam must consent too" in refusal.message
    session = "o" if terms.about == "o" else "s/SESSION"
    assert f"propose the host in {session}" in refusal.message and life.plan.proposals == ()


def test_worlds_of_the_shipped_plan_are_amended_alike() -> None:
    plan = load_plan(Path("plans/lao-cambodia-2023-2027.yaml"))
    at = datetime(2026, 2, 1, tzinfo=UTC)
    life = Life(launch=launch_of(plan, at))
    for kind, name, value in (
        ("cadence", "5.7-border-security", "annual"),
        ("first-host", "16.3-jtc", "KHM"),
        ("drop", "6.2-drugs-adhoc", ""),
    ):
        agree(life, amend(kind, name, value=value), item="lao-khm")
    state = life.plan
    assert len(state.amendments) == 3 and plan_as_of(state.plan, state.amendments, at) == plan
    assert "lao-khm/5.7-border-security/2026" in life.world.items
    assert life.status("lao-khm/6.2-drugs-adhoc") == "dropped"
    asked = {q.id for item in life.world.items.values() for q in getattr(item, "open_questions", ())}
    assert not asked & {"5.7-border-security/cadence", "16.3-jtc/first_host", "6.2-drugs-adhoc/first_host"}
    assert "5.7-border-security/first_host" in asked, "what was not amended is still asked"
