"""What the text leaves to the sides: asked in one list, settled by consent, followed by what it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.governance.amended_plan import plan_as_of
from models.governance.launch import Launch
from models.governance.plan_machine import PLAN
from models.items.questions import QUESTIONS, QuestionsState
from models.items.series import SERIES
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.effects import ItemReport, Order, ReportUp
from models.messages.notices import AnnouncementKind
from models.messages.views import DateRow
from models.plan.plan import Plan
from tests.support.builders import DAY, START, Player, launch_of, obligation, opened, plan_of
from tests.support.examples import examples
from tests.support.worlds import Life, amend, announced, same_over_the_wire

LIST = "t/questions/lao-moc.khm-moc"
ROUND: dict[str, Any] = {"by": "year", "day": "01-15", "first": 2026, "last": 2029}
TERM: dict[str, Any] = {"valid_from": "2024-02-13", "valid_for_years": 5}
HOSTS: dict[str, Any] = {"host_rule": "rotating", "readings": {"first_host": {"others": ["LAO", "KHM"]}}}


def series(oid: str = "s", **more: Any) -> dict[str, Any]:
    years = {"by": "year", "first": 2026, "last": 2028}
    return obligation(oid, kind="meeting_series", **{"cadence": "annual", "window": years, **more})


def undated(oid: str, *options: str, **more: Any) -> dict[str, Any]:
    return series(oid, cadence="regular", window=None, readings={"cadence": {"others": list(options)}}, **more)


def propose(life: Life, question: str, value: Any, office: str = "lao-moc", item: str = LIST) -> Any:
    return life.act(item, acts.Propose, office, terms=Terms(topic=Topic.ANSWER, question=question, value=value))


def settle(life: Life, question: str, value: Any, item: str = LIST, others: tuple[str, ...] = ("khm-moc",)) -> None:
    assert propose(life, question, value, item=item) is None
    for office in others:
        assert life.act(item, acts.Accept, office, proposal=life.item(item).last_proposal) is None


def lists(*obligations: dict[str, Any], at: datetime = START, **more: Any) -> list[QuestionsState]:
    return list(opened(plan_of(*obligations, **more), at).questions)


# Asking


def test_there_is_one_list_for_each_group_of_offices() -> None:
    third: dict[str, Any] = {"host_rule": "rotating", "readings": {"first_host": {"others": ["LAO", "KHM", "VNM"]}}}
    mfa: dict[str, Any] = {"offices": {"LAO": "lao-mfa", "KHM": "khm-mfa"}}
    found = lists(
        series("a", **HOSTS),
        series("b", **{**HOSTS, "sides": ("KHM", "LAO")}),
        series("c", **{**HOSTS, **mfa}),
        series("d", sides=("LAO", "KHM", "VNM"), **third),
        series("e"),
        third=True,
        readings={"year": {"chosen": "a calendar year", "others": ["a plan year"]}},
    )
    assert {each.setup.id: [q.id for q in each.questions] for each in found} == {
        "t/questions/lao-mfa.khm-mfa": ["year", "c/first_host"],
        LIST: ["a/first_host", "b/first_host"],
        "t/questions/lao-moc.khm-moc.vnm-moc": ["d/first_host"],
    }, "in whatever order an obligation names its sides"
    assert all(question.item == each.setup.id for each in found for question in each.questions)


def test_silence_presumes_nothing_and_climbs_no_ladder() -> None:
    life = Life(series("s", **HOSTS), undated("u", "annual", "biennial"), round=ROUND)
    assert life.awaited(LIST) == {("lao-moc", "settle", 1), ("khm-moc", "settle", 1)}
    life.until(START + 800 * DAY)
    assert life.awaited(LIST) == {("lao-moc", "settle", 1), ("khm-moc", "settle", 1)}
    assert life.item(LIST).open_acts[0].round == 1, "the same notice, said again in each letter"
    assert [life.item(f"t/s/{year}").host for year in (2026, 2027, 2028)] == [None] * 3
    assert life.item("t/u").windows == () and life.item("t/u").open_sessions == ()
    [key] = [key for key in life.standing("lao-moc") if "/settle/" in key]
    letters = [letter for letter in life.world.letters if letter.office == "lao-moc" and key in letter.notices]
    assert len(letters) > 30, "it stays in the letter, which comes ever more rarely"
    assert not any("settle" in key for key in life.sent("lao-moc-dg"))


def test_answers_of_all_sides_of_the_group_settle_it() -> None:
    third: dict[str, Any] = {"host_rule": "rotating", "readings": {"first_host": {"others": ["LAO", "KHM", "VNM"]}}}
    life = Life(series("s", sides=("LAO", "KHM", "VNM"), **third), third=True)
    item = "t/questions/lao-moc.khm-moc.vnm-moc"
    assert propose(life, "s/first_host", "VNM", item=item) is None
    assert life.awaited(item) == {("khm-moc", "answer", 1), ("vnm-moc", "answer", 1)}
    assert life.act(item, acts.Accept, "khm-moc", proposal=1) is None
    assert life.status(item) != "settled" and life.item("t/s/2026").host is None, "two of three are not enough"
    refusal = life.act(item, acts.Accept, "khm-moc-dg", proposal=1)
    assert refusal is not None and refusal.code == "already-consented"
    assert life.act(item, acts.Accept, "vnm-moc", proposal=1) is None
    assert life.status(item) == "settled" and life.item("t/s/2026").host == "VNM"


def test_offices_of_other_groups_and_ministries_have_no_say() -> None:
    life = Life(series("s", **HOSTS), third=True)
    for office in ("vnm-moc", "lao-mfa", "khm-mfa"):
        refusal = propose(life, "s/first_host", "LAO", office)
        assert refusal is not None and refusal.code == "not-a-party"


def test_the_notice_is_worded_anew_with_each_answer_and_never_twice_alike() -> None:
    life = Life(series("a", **HOSTS), series("b", **HOSTS), series("c", **HOSTS))
    notices = [each for each in life.world.notices if each.item == LIST]
    assert len(notices) == 2
    settle(life, "b/first_host", "LAO")
    acted = life.item(LIST).open_acts
    assert all(
        life.machine(LIST).rules.lines_of(life.item(LIST), each)
        == tuple(f"who hosts the Title {name} first [{name}/first_host; one of: LAO; KHM]" for name in "ac")
        for each in acted
    )
    keys = [each.key for each in life.world.notices]
    assert len(keys) == len(set(keys))
    before = life.awaited(LIST)
    assert propose(life, "a/first_host", "LAO") is None
    settling = next(each for each in life.item(LIST).open_acts if each.act == "settle")
    assert life.machine(LIST).rules.lines_of(life.item(LIST), settling) == (
        "who hosts the Title c first [c/first_host; one of: LAO; KHM]",
    )
    assert life.act(LIST, acts.Withdraw, "lao-moc", proposal=2) is None
    assert life.awaited(LIST) == before, "a proposal withdrawn is asked about as before"


def test_what_is_open_is_awaited_since_the_oldest_question_is_asked_whatever_happens_to_the_others() -> None:
    life = Life(series("a", **HOSTS), series("b", **HOSTS))

    def since() -> set[Any]:
        rows = life.machine(LIST).awaiting(life.item(LIST))
        return {row.since for row in rows if row.act == "settle"}

    [asked] = since()
    life.pass_on(20 * DAY)
    assert propose(life, "a/first_host", "LAO") is None
    assert since() == {asked}, "a proposal about one leaves the other as old as it is"
    assert life.act(LIST, acts.Withdraw, "lao-moc", proposal=1) is None
    assert since() == {asked}
    settle(life, "a/first_host", "LAO")
    assert since() == {asked}
    life.pass_on(20 * DAY)
    added = {key: value for key, value in series("c", **HOSTS).items() if key != "id"}
    assert life.act("t", acts.Propose, "lao-mfa", terms=amend("add", "c", provision="1.1", fields=added)) is None
    assert life.act("t", acts.Accept, "khm-mfa", proposal=1) is None
    assert since() == {asked}
    settle(life, "b/first_host", "LAO")
    [later] = since()
    assert asked + 40 * DAY <= later < life.now, "what is left is asked since the amendment"
    notices = [each.key for each in life.world.notices if each.item == LIST]
    assert len(notices) == len(set(notices))


def test_what_is_all_proposed_awaits_the_answers_only() -> None:
    life = Life(series("s", **HOSTS))
    assert propose(life, "s/first_host", "LAO") is None
    assert life.awaited(LIST) == {("khm-moc", "answer", 1)}
    assert life.act(LIST, acts.Counter, "khm-moc", proposal=1, terms=answer("s/first_host", "KHM")) is None
    assert life.awaited(LIST) == {("lao-moc", "answer", 1)}
    assert life.act(LIST, acts.Reject, "lao-moc", proposal=2, reason="no") is None
    assert life.awaited(LIST) == {("lao-moc", "settle", 1), ("khm-moc", "settle", 1)}


def answer(question: str, value: Any) -> Terms:
    return Terms(topic=Topic.ANSWER, question=question, value=value)


# Wrong answers


PAST = "old/past/2024"
DAY_ROW = DateRow(start=START, end=START, local="2026-01-01T00:00:00", zone="UTC", place="", format=None)


@pytest.mark.parametrize(
    ("question", "value", "said"),
    [
        ("s/first_host", "VNM", "write one of LAO; KHM"),
        ("s/first_host", None, "write one of"),
        ("free/first_host", "Laos", "the host must be one of LAO, KHM"),
        ("free/first_host", "", "the answer is empty"),
        ("free/first_host", ["LAO"], "the host must be one of"),
        ("free/order", "LAO, KHM", "name each side once"),
        ("free/order", ["LAO", "LAO"], "name each side once"),
        ("free/order", [], "the answer is empty"),
        ("free/cadence", "every other year", "annual, biennial"),
        ("free/cadence", ["annual"], "annual, biennial"),
        ("free/cadence", {"every": 2}, "annual, biennial"),
        ("free/anchor_year", "soon", "write the year as a number, as 2026"),
        ("free/anchor_year", 24, "write the year"),
        ("free/pairs", "  ", "the answer is empty"),
        ("free/pairs", {}, "the answer is empty"),
        ("s/cadence", "annual", "there is no question"),
        ("", "LAO", "there is no question"),
        (PAST, "on time", "held, missed or excused"),
        (PAST, "unknown", "held, missed or excused"),
        (PAST, 2024, "held, missed or excused"),
        (PAST, {"host": "LAO"}, "held, missed or excused"),
        (PAST, {"state": "held", "host": "Laos"}, "the host must be one of"),
        (PAST, {"state": "held", "date": "yesterday"}, "with held you may give its day"),
        (PAST, {"state": "missed", "date": DAY_ROW.model_dump(mode="json")}, "has no date"),
        (
            PAST,
            {"state": "held", "date": {**DAY_ROW.model_dump(mode="json"), "start": "2031-01-01T00:00:00Z"}},
            "has not come yet",
        ),
    ],
)
def test_a_wrong_answer_is_refused_with_what_to_write(question: str, value: Any, said: str) -> None:
    asks: dict[str, Any] = {name: {} for name in ("first_host", "cadence", "anchor_year", "pairs", "order")}
    life = Life(
        series("s", **HOSTS),
        series("free", cadence="regular", window=None, readings=asks, host_rule="rotating"),
        series("old", window={"by": "year", "first": 2024, "last": 2027}),
        round=ROUND,
    )
    before = life.item(LIST)
    refusal = propose(life, question, value)
    assert refusal is not None and said in refusal.message, refusal
    assert refusal.code in ("bad-terms", "no-such-question")
    assert life.item(LIST) == before


def test_an_answer_cannot_speak_of_another_session() -> None:
    life = Life(series("old", window={"by": "year", "first": 2024, "last": 2027}))
    settle(life, PAST, {"state": "held", "host": "LAO", "session": "2025", "obligation": "x"})
    turns = {turn.session: turn.state for turn in life.item("t/old").hosting.turns}
    assert (turns["2024"], turns["2025"]) == ("served", "unknown")


def test_what_is_settled_is_settled() -> None:
    life = Life(series("s", **HOSTS), series("b", **HOSTS))
    settle(life, "s/first_host", "LAO")
    refusal = propose(life, "s/first_host", "KHM", "khm-moc")
    assert refusal is not None and refusal.code == "answered" and "only an amendment" in refusal.message


# What follows


def test_the_first_host_reaches_the_series_and_the_session_that_is_open() -> None:
    life = Life(series("s", **HOSTS), series("n", readings=HOSTS["readings"]))
    assert "propose-host" not in {act for _, act, _ in life.awaited("t/s/2026")}, "it is asked in the list"
    settle(life, "s/first_host", "KHM")
    settle(life, "n/first_host", "LAO")
    assert life.item("t/s/2026").host == "KHM" and life.item("t/n/2026").host == "LAO"
    assert {office for office, act, _ in life.awaited("t/s/2026") if act == "propose-date"} == {"khm-moc"}
    life.until(datetime(2028, 2, 1, tzinfo=UTC))
    assert [life.item(f"t/s/{year}").host for year in (2027, 2028)] == ["LAO", "KHM"]
    assert life.item("t/n/2027").host is None, "the text states no rotation: only the first was asked"


def test_a_host_settled_for_what_does_not_rotate_is_that_of_the_next_session_alone() -> None:
    life = Life(series("n", readings=HOSTS["readings"], window={"by": "year", "first": 2026, "last": 2027}))
    life.act("t/n/2026", acts.Propose, "lao-moc", terms=Terms(topic=Topic.DROP, reason="x"))
    life.act("t/n/2026", acts.Accept, "khm-moc", proposal=1)
    life.until(datetime(2027, 2, 1, tzinfo=UTC))
    settle(life, "n/first_host", "LAO")
    assert life.item("t/n/2027").host == "LAO"
    life = Life(series("n", readings=HOSTS["readings"], window={"by": "year", "first": 2026, "last": 2028}))
    settle(life, "n/first_host", "KHM")
    life.until(datetime(2027, 2, 1, tzinfo=UTC))
    assert (life.item("t/n/2026").host, life.item("t/n/2027").host) == ("KHM", None)
    assert life.item("t/n").setup.assumed == () and life.item("t/n").setup.settled == {"first_host": "KHM"}


def test_a_host_on_which_a_session_has_agreed_already_stays() -> None:
    life = Life(series("s", **HOSTS))
    life.act("t/s/2026", acts.Propose, "lao-moc", terms=Terms(topic=Topic.HOST, host="LAO"))
    life.act("t/s/2026", acts.Accept, "khm-moc", proposal=1)
    settle(life, "s/first_host", "KHM")
    assert life.item("t/s/2026").host == "LAO"
    life.until(datetime(2027, 2, 1, tzinfo=UTC))
    assert life.item("t/s/2027").host == "KHM", "what is not opened begins with the side on which they settled"


@pytest.mark.parametrize(("value", "years"), [("annual", ["2026", "2027", "2028"]), ("biennial", ["2026", "2028"])])
def test_a_cadence_gives_windows(value: str, years: list[str]) -> None:
    life = Life(undated("u", "annual", "biennial"), round=ROUND, **TERM)
    life.until(datetime(2026, 1, 20, tzinfo=UTC))
    assert {act for _, act, _ in life.awaited("t/u")} == {"progress"}
    settle(life, "u/cadence", value)
    assert life.awaited("t/u") == set(), "a window dates it: no round asks"
    assert "t/u" not in life.plan.round_items
    life.until(datetime(2028, 6, 1, tzinfo=UTC))
    assert [name.rpartition("/")[2] for name in life.world.items if name.startswith("t/u/")] == years
    reading = life.plan.plan.obligation("u").readings.cadence  # type: ignore[union-attr]
    assert reading is not None and reading.chosen == value and "consent" in reading.why
    assert life.plan.amendments == (), "a reading is no amendment of the text"


@pytest.mark.parametrize("first", ["cadence", "anchor_year"])
def test_cadence_and_anchor_year_come_to_the_same_in_either_order(first: str) -> None:
    asks: dict[str, Any] = {"cadence": {"others": ["annual", "biennial"]}, "anchor_year": {"others": [2026, 2027]}}
    life = Life(series("u", cadence="regular", window=None, readings=asks), round=ROUND, **TERM)
    answers = {"cadence": "biennial", "anchor_year": 2027}
    for field in sorted(answers, key=lambda each: each != first):
        settle(life, f"u/{field}", answers[field])
    life.until(datetime(2028, 12, 1, tzinfo=UTC))
    assert "t/u/2027" in life.world.items and "t/u/2028" not in life.world.items


def test_another_anchor_year_moves_the_windows_to_come() -> None:
    windows = {"chosen": {"by": "year", "first": 2025, "last": 2028, "every": 2}}
    asks: dict[str, Any] = {"windows": windows, "anchor_year": {"chosen": 2025, "others": [2026]}}
    life = Life(series("u", cadence="biennial", window=None, readings=asks), **TERM)
    settle(life, "u/anchor_year", 2026)
    life.until(datetime(2028, 12, 1, tzinfo=UTC))
    assert [n.rpartition("/")[2] for n in life.world.items if n.startswith("t/u/")] == ["2026", "2028"]


def test_an_anchor_that_no_window_can_follow_is_told_in_the_plans_record() -> None:
    windows = {"chosen": {"by": "year", "first": 2025, "last": 2028, "every": 2}}
    asks: dict[str, Any] = {"windows": windows, "anchor_year": {}}
    life = Life(series("u", cadence="biennial", window=None, readings=asks), **TERM)
    settle(life, "u/anchor_year", 2100)
    assert "cannot follow this answer" in life.plan.ledger[-1].text
    assert life.plan.plan == life.plan.launch.plan


def test_the_order_of_three_is_followed() -> None:
    sides = ("LAO", "KHM", "VNM")
    orders = [["LAO", "KHM", "VNM"], ["LAO", "VNM", "KHM"]]
    asks: dict[str, Any] = {
        "first_host": {"others": list(sides)},
        "order": {"chosen": orders[0], "others": [orders[1]]},
    }
    life = Life(series("s", sides=sides, host_rule="rotating", readings=asks), third=True, **TERM)
    item, others = "t/questions/lao-moc.khm-moc.vnm-moc", ("khm-moc", "vnm-moc")
    settle(life, "s/first_host", "VNM", item, others)
    settle(life, "s/order", orders[1], item, others)
    life.until(datetime(2028, 6, 1, tzinfo=UTC))
    assert [life.item(f"t/s/{year}").host for year in (2026, 2027, 2028)] == ["VNM", "KHM", "LAO"]


def test_a_plan_year_moves_the_windows_that_are_not_open() -> None:
    year = {"year": {"chosen": "a calendar year", "others": ["a plan year, from 13 February"]}}
    life = Life(series("s"), obligation("m", window={"by": "year", "first": 2027, "last": 2027}), readings=year, **TERM)
    item = "t/questions/lao-mfa.khm-mfa"
    assert propose(life, "year", "a plan year, from 13 February", "lao-mfa", item) is None
    assert life.act(item, acts.Accept, "khm-mfa", proposal=1) is None
    assert life.plan.plan.year == "plan" and life.status(item) == "settled"
    moved = life.item("t/s/2026").setup.window
    assert (moved.start, moved.end) == (datetime(2026, 2, 12, 17, tzinfo=UTC), datetime(2027, 2, 12, 17, tzinfo=UTC))
    assert life.status("t/s/2026") == "dormant", "nobody had begun it: it is asked for when its window opens"
    life.until(datetime(2026, 2, 14, tzinfo=UTC))
    assert life.status("t/s/2026") == "date-awaited"
    life.until(datetime(2027, 2, 1, tzinfo=UTC))
    assert "t/s/2027" not in life.world.items and life.awaited("t/m") == set()
    life.until(datetime(2027, 2, 14, tzinfo=UTC))
    assert life.item("t/s/2027").setup.window.start == datetime(2027, 2, 12, 17, tzinfo=UTC)
    assert life.awaited("t/m")


def test_what_the_sides_may_settle_to_be_yearly_has_sessions_once_they_do() -> None:
    one = obligation("x", kind="exchange", cadence="unspecified", window=None)
    life = Life({**one, "readings": {"cadence": {"others": ["once", "annual"]}}}, round=ROUND, **TERM)
    life.until(datetime(2026, 1, 20, tzinfo=UTC))
    assert {act for _, act, _ in life.awaited("t/x")} == {"progress"}, "until then the rounds ask about it"
    settle(life, "x/cadence", "annual")
    assert {act for _, act, _ in life.awaited("t/x/2026")} == {"evidence"} and life.awaited("t/x") == set()
    life.until(datetime(2027, 1, 20, tzinfo=UTC))
    assert "t/x/2027" in life.world.items


def test_what_is_settled_is_no_longer_assumed_and_can_be_read_as_it_was() -> None:
    asks = {"pairs": {"why": "not stated"}, "cadence": {"others": ["annual", "biennial"]}}
    life = Life(series("s", window=None, cadence="regular", readings=asks), round=ROUND, **TERM)
    before, then = life.plan.plan, life.now
    assert {"pairs", "cadence"} <= set(life.item("t/s").setup.assumed)
    life.pass_on(timedelta(days=20))
    settle(life, "s/pairs", "Champasak meets Stung Treng")
    settle(life, "s/cadence", "annual")
    setup = life.item("t/s/2026").setup
    assert setup.settled == {"pairs": "Champasak meets Stung Treng", "cadence": "annual"}
    assert not {"pairs", "cadence"} & set(setup.assumed)
    shown = SERIES.view(life.item("t/s"))
    assert shown.settled["pairs"] == "Champasak meets Stung Treng"
    plan = life.plan
    assert plan_as_of(plan.plan, plan.amendments, then, plan.settlements) == before


def test_a_year_is_settled_in_a_word() -> None:
    year = {"year": {"chosen": "a calendar year", "others": ["a plan year, from 13 February"]}}
    life = Life(series("s"), readings=year, **TERM)
    item = "t/questions/lao-mfa.khm-mfa"
    assert propose(life, "year", "fiscal", "lao-mfa", item) is not None
    assert propose(life, "year", "plan", "lao-mfa", item) is None
    assert life.act(item, acts.Accept, "khm-mfa", proposal=1) is None
    assert life.plan.plan.year == "plan"


# The past


def test_a_past_session_becomes_known_and_the_turns_are_corrected() -> None:
    life = Life(series("old", window={"by": "year", "first": 2024, "last": 2027}, host_rule="rotating"))
    questions = [q.id for q in life.item(LIST).questions]
    assert questions == ["old/past/2024", "old/past/2025"]
    assert life.item("t/old/2026").host is None
    settle(life, "old/past/2024", {"state": "held", "host": "KHM"})
    assert life.item("t/old/2026").host is None, "2025 still cuts the chain"
    settle(life, "old/past/2025", "missed")
    turns = {turn.session: (turn.planned, turn.state) for turn in life.item("t/old").hosting.turns}
    assert turns["2024"] == ("KHM", "served") and turns["2025"][1] == "forfeited"
    assert life.status(LIST) == "settled"


@pytest.mark.parametrize("running", [True, False])
def test_the_record_of_a_past_session_is_corrected_while_its_series_runs_and_after(running: bool) -> None:
    window = {"by": "year", "first": 2024, "last": 2026 if running else 2025}
    life = Life(series("old", window=window))
    assert bool(life.item("t/old").closed) is not running
    row = {**DAY_ROW.model_dump(mode="json"), "start": "2024-05-03T00:00:00Z", "local": "2024-05-03T00:00:00"}
    state = life.item(LIST)
    terms = answer("old/past/2024", {"state": "held", "host": "LAO", "date": row})
    player = Player(QUESTIONS, state, life.now)
    player.act(acts.Propose, "lao-moc", terms=terms)
    player.act(acts.Accept, "khm-moc", proposal=1)
    [report] = [effect.report for effect in player.effects if isinstance(effect, ReportUp)]
    step = PLAN.learn(life.plan, report, life.now)
    effects = list(step.effects)
    for effect in step.effects:
        if type(effect).__name__ == "GiveOrder":
            assert running
            effects += life.machine("t/old").ordered(life.item("t/old"), effect.order, life.now).effects  # type: ignore[union-attr]
    [entered] = [effect for effect in effects if type(effect).__name__ == "EnterElsewhere"]
    assert entered.item == "t/old/2024" and [line.n for line in entered.entries] == [3, 4]  # type: ignore[union-attr]
    view = entered.entries[-1].data["view"]  # type: ignore[union-attr]
    assert (view["status"], view["fate"], view["host"]) == ("closed", "on-time", "LAO")
    assert view["window"]["name"] == "2024" and view["dates"]["actual"]["local"] == "2024-05-03T00:00:00"
    assert "settled by the sides: it was held on 2024-05-03, hosted by LAO" in entered.entries[0].text  # type: ignore[union-attr]


def test_a_past_one_off_becomes_known_and_nothing_is_awaited_about_it() -> None:
    life = Life(obligation("v", kind="visit", window={"by": "year", "first": 2024, "last": 2024}))
    assert "t/v" not in life.world.items
    settle(life, "v/past", "excused")
    assert life.status(LIST) == "settled" and life.standing("lao-moc") == life.standing("khm-moc") == set()


def test_a_session_that_is_known_is_not_learnt_again() -> None:
    life = Life(series("s", window={"by": "year", "first": 2025, "last": 2027}))
    for session in ("2026", "2031"):
        past = {"obligation": "s", "session": session, "state": "held", "host": "LAO"}
        order = Order(changes={"past": past}, text="x")
        step = life.machine("t/s").ordered(life.item("t/s"), order, life.now)
        assert step.state.hosting == life.item("t/s").hosting
        assert not [effect for effect in step.effects if type(effect).__name__ == "EnterElsewhere"]


# The end


def test_when_all_is_settled_it_closes_and_the_last_word_still_goes() -> None:
    life = Life(series("s", **HOSTS), at=START)
    settle(life, "s/first_host", "LAO")
    assert life.status(LIST) == "settled" and LIST not in life.plan.open_items
    life.pass_on(DAY)
    told = [each for each in life.said(AnnouncementKind.ANSWER) if each.item == LIST]
    assert {each.office for each in told} == {"lao-moc", "khm-moc"}
    assert all(each.key in life.sent(each.office) for each in told)
    assert not any("/settle/" in key for office in ("lao-moc", "khm-moc") for key in life.standing(office))
    refusal = propose(life, "s/first_host", "KHM")
    assert refusal is not None and refusal.code == "closed"


def test_an_answer_of_one_side_alone_is_its_own_to_give() -> None:
    life = Life(series("s", sides=("LAO",), readings={"pairs": {}}))
    item = "t/questions/lao-moc"
    assert propose(life, "s/pairs", "Champasak", item=item) is None
    assert life.status(item) == "settled"


def test_an_answer_after_the_end_of_the_plan_is_refused() -> None:
    life = Life(series("s", **HOSTS), **{**TERM, "valid_for_years": 3})
    propose(life, "s/first_host", "LAO")
    life.until(datetime(2027, 2, 14, tzinfo=UTC))
    assert life.status(LIST) == "expired"
    refusal = life.act(LIST, acts.Accept, "khm-moc", proposal=1)
    assert refusal is not None and refusal.code == "closed"


def test_an_answer_that_the_plan_has_heard_counts_once_and_an_unknown_one_not_at_all() -> None:
    life = Life(series("s", **HOSTS))
    settle(life, "s/first_host", "LAO")
    state = life.plan
    for question in ("s/first_host", "nobody/asked"):
        report = ItemReport(session="", item=LIST, status="answered", question=question, value="KHM")
        step = PLAN.learn(state, report, life.now)
        assert step.effects == () and step.state == state


def test_a_plan_without_focal_points_asks_its_offices_all_the_same() -> None:
    document = plan_of(series("s", **HOSTS), readings={"year": {"others": ["a", "b"]}}).model_dump(mode="json")
    for side in document["sides"].values():
        side["focal_point"] = None
    launch: Launch = launch_of(Plan.model_validate(document))
    life = Life(launch=launch)
    assert [name for name in life.world.items if "questions" in name] == [LIST], "nobody can settle what a year is"
    settle(life, "s/first_host", "KHM")
    assert life.item("t/s/2026").host == "KHM"


# Laws


VALUES: dict[str, list[Any]] = {
    "s/first_host": ["LAO", "KHM", "VNM"],
    "u/cadence": ["annual", "biennial", "weekly"],
    "u/anchor_year": [2026, 2027, "2027"],
    "old/past/2025": ["held", "missed", {"state": "held", "host": "KHM"}, {"state": "held", "host": "X"}],
    "x/first_host": ["LAO"],
}

moves = st.one_of(
    st.tuples(st.just("wait"), st.integers(0, 300)),
    st.tuples(
        st.sampled_from(
            ["propose", "propose", "propose", "accept", "accept", "accept", "reject", "counter", "withdraw"]
        ),
        st.sampled_from(["lao-moc", "khm-moc", "khm-moc-dg", "lao-mfa", "vnm-moc"]),
        st.integers(0, 2),
        st.sampled_from([(question, value) for question, values in VALUES.items() for value in values]),
    ),
    st.tuples(st.just("order"), st.sampled_from(list(VALUES))),
)


@examples(0.4)
@given(st.lists(moves, max_size=20))
def test_whatever_is_answered_only_all_together_settle_anything(history: list[Any]) -> None:
    asks: dict[str, Any] = {"cadence": {"others": ["annual", "biennial"]}, "anchor_year": {"others": [2026, 2027]}}
    life = Life(
        series("s", **HOSTS),
        series("u", cadence="regular", window=None, readings=asks),
        series("old", window={"by": "year", "first": 2025, "last": 2028}, host_rule="rotating"),
        third=True,
        round=ROUND,
        **{**TERM, "valid_for_years": 4},
    )
    for move in history:
        before = life.item(LIST)
        if move[0] == "wait":
            life.pass_on(move[1] * DAY)
        elif move[0] == "order":
            step = QUESTIONS.ordered(before, Order(changes={"overtaken": [move[1]]}, text="amended"), life.now)
            life.world._take(LIST, step)
        else:
            verb, office, back, (question, value) = move
            fields: dict[str, Any] = {"proposal": max(1, before.last_proposal - back)}
            if verb in ("propose", "counter"):
                fields["terms"] = answer(question, value)
            if life.act(LIST, acts.VERBS[verb], office, **fields) is not None:
                assert life.item(LIST).answers == before.answers
        state: QuestionsState = life.item(LIST)
        agreed = {p.terms.question for p in state.proposals if p.status == "agreed"}
        consented = {p.terms.question for p in state.proposals if {c.side for c in p.consents} == {"LAO", "KHM"}}
        assert agreed == consented
        assert agreed <= set(state.answers)
        assert {key for key, value in state.answers.items() if value != "amended"} <= agreed
        assert set(life.plan.settled) == agreed, "the plan hears of each, once"
        assert {row.rung for row in QUESTIONS.awaiting(state)} <= {1}
        if not state.closed:
            assert state.open_questions and QUESTIONS.awaiting(state)
            assert [q.terms.question for q in state.open_proposals] == list(
                dict.fromkeys(q.terms.question for q in state.open_proposals)
            )
        else:
            assert state.closed.status == ("expired" if life.plan.closed else "settled") or not state.open_questions
            assert QUESTIONS.awaiting(state) == ()
        assert same_over_the_wire(state) and same_over_the_wire(life.plan)
    keys = [each.key for each in life.world.notices]
    assert len(keys) == len(set(keys)), "nothing is said twice under one key"
    assert announced(()) == []
