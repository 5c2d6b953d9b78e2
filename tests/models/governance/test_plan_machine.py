"""The plan as an item: amended by consent of its signatories, seen whole in its rounds, ended in time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.commands.amendments import amendments_document, amendments_text
from cli.commands.round import round_document
from cli.commands.show import status_text, view_text
from cli.files.plan_file import load_plan
from models.governance.amending import AmendmentInForce, plan_as_of
from models.governance.launch import Launch
from models.governance.plan_machine import PLAN
from models.governance.plan_state import carried_on, carry, plan_state
from models.items.meeting import MEETING
from models.items.questions import QUESTIONS
from models.items.series import SERIES
from models.machine.state import ProposalStatus
from models.messages import acts
from models.messages.acts import Act, Terms, Topic
from models.messages.calendar_event import Method, PartStat
from models.messages.effects import EnterElsewhere, Open, Order, Publish, Resolve, SessionReport, Tell
from models.messages.notices import AnnouncementKind
from models.messages.views import LedgerEntry, Receipt, Refusal
from models.plan.amendment import AmendmentKind
from models.plan.kinds import Kind
from models.plan.parties import party_of
from models.plan.plan import Plan
from models.plan.windows import resolve_windows
from models.report.facts import Facts, ItemFact
from models.report.progress import build_report
from tests.support.builders import DAY, START, Player, date_terms, launch_of, obligation, plan_of
from tests.support.letters import composed, read
from tests.support.mail_samples import despatch
from tests.support.plan_lives import END, ROUND, TERM, UNDATED, YEARLY, agree, plan_now, series, standing
from tests.support.worlds import KHM, LAO, SECOND, Life, amend, announced, same_over_the_wire
from workflows.details import details_of

# Consent


@pytest.mark.parametrize(("proposer", "other"), [(LAO, KHM), (KHM, LAO)])
def test_an_amendment_is_in_force_from_the_last_consent_and_not_before(proposer: str, other: str) -> None:
    life = Life(obligation("m"))
    assert life.act("t", acts.Propose, proposer, terms=amend("change", "m", fields={"title": "Another"})) is None
    assert life.awaited("t") == {(other, "answer", 1)}
    life.pass_on(50 * DAY)
    assert life.awaited("t") == {(other, "answer", 1)}, "it is asked at the ministry of foreign affairs, and no higher"
    assert life.plan.plan.obligation("m").title == "Title m" and not life.plan.amendments  # type: ignore[union-attr]
    before = life.now
    assert life.act("t", acts.Accept, other, proposal=1) is None
    [done] = life.plan.amendments
    assert done.at == before and {side for side, _ in done.consents} == {"LAO", "KHM"}
    assert max(at for _, at in done.consents) == done.at
    assert done.before is not None and done.before["title"] == "Title m" and done.before_since is None
    assert life.plan.plan.obligation("m").title == "Another"  # type: ignore[union-attr]
    assert life.item("t/m").setup.title == "Another" and life.plan.open_items["t/m"] == "Another"
    assert life.awaited("t") == set()


def test_a_directed_rank_of_the_ministry_may_act_and_nobody_else() -> None:
    document = plan_of(obligation("m", sides=("LAO", "KHM", "VNM")), third=True).model_dump(mode="json")
    document["sides"]["VNM"]["focal_point"] = "vnm-mfa"
    life = Life(launch=launch_of(Plan.model_validate(document)))
    terms = amend("drop", "m")
    for office in ("lao-moc", "khm-moc-minister", "vnm-mfa", "vnm-moc", "xxx"):
        refusal = life.act("t", acts.Propose, office, terms=terms)
        assert refusal is not None and refusal.code == "not-a-party", office
        assert "lao-mfa, khm-mfa" in refusal.message
    assert life.act("t", acts.Propose, "khm-mfa-minister", terms=terms) is None
    refusal = life.act("t", acts.Accept, "vnm-mfa", proposal=1)
    assert refusal is not None and refusal.code == "not-a-party"
    assert life.plan.amendments == (), "a third state neither amends the plan nor holds it up"
    assert life.act("t", acts.Accept, LAO, proposal=1) is None
    assert life.plan.plan.obligation("m") is None


def test_out_of_order_and_twice() -> None:
    life = Life(obligation("m"), obligation("n"))
    refusal = life.act("t", acts.Accept, KHM, proposal=1)
    assert refusal is not None and refusal.code == "no-such-proposal"
    terms = amend("change", "m", fields={"short": "x"})
    assert life.act("t", acts.Propose, LAO, terms=terms) is None
    for verb, office, fields, code in (
        (acts.Propose, KHM, {"terms": terms}, "open-proposal"),
        (acts.Accept, LAO, {"proposal": 1}, "own-proposal"),
        (acts.Withdraw, KHM, {"proposal": 1}, "not-yours"),
        (acts.Counter, KHM, {"proposal": 1, "terms": amend("drop", "n")}, "bad-terms"),
        (acts.Progress, KHM, {"state": "limited"}, "wrong-kind"),
        (acts.Call, KHM, {"reason": "x"}, "wrong-kind"),
        (acts.Propose, LAO, {"terms": Terms(topic=Topic.DROP, reason="x")}, "wrong-kind"),
        (acts.Propose, LAO, {"terms": Terms(topic=Topic.AMEND)}, "bad-terms"),
    ):
        before = life.plan
        refusal = life.act("t", verb, office, **fields)
        assert refusal is not None and refusal.code == code, (verb, refusal)
        assert life.plan == before, "a refusal changes nothing"
    assert life.act("t", acts.Accept, KHM, proposal=1) is None
    refusal = life.act("t", acts.Accept, KHM, proposal=1)
    assert refusal is not None and refusal.code == "not-open"
    refusal = life.act("t", acts.Propose, KHM, terms=terms)
    assert refusal is not None and "reads so already" in refusal.message
    assert len(life.plan.amendments) == 1


def test_the_same_consent_twice_counts_once() -> None:
    state = plan_now(obligation("m"))
    player = Player(PLAN, state)
    player.act(acts.Propose, LAO, terms=amend("drop", "m"))
    act = acts.Accept(act_id="one", office=KHM, proposal=1)
    first = PLAN.take(player.state, act, player.now)
    again = PLAN.take(first.state, act, player.now + DAY)
    assert len(first.state.amendments) == 1 and isinstance(first.receipt, Receipt)
    assert again.state == first.state and again.receipt == first.receipt and again.effects == ()


def test_a_counter_takes_the_place_of_the_proposal_and_needs_the_other_consent() -> None:
    life = Life(obligation("m"))
    life.act("t", acts.Propose, LAO, terms=amend("change", "m", fields={"title": "A"}))
    assert life.act("t", acts.Counter, KHM, proposal=1, terms=amend("change", "m", fields={"title": "B"})) is None
    assert life.awaited("t") == {(LAO, "answer", 1)} and life.plan.amendments == ()
    refusal = life.act("t", acts.Accept, KHM, proposal=1)
    assert refusal is not None and refusal.code == "stale-proposal"
    life.act("t", acts.Accept, LAO, proposal=2)
    assert life.plan.plan.obligation("m").title == "B"  # type: ignore[union-attr]


def test_a_rejection_changes_nothing_and_is_told_to_the_proposer_with_its_reason() -> None:
    life = Life(obligation("m"))
    plan = life.plan.plan
    life.act("t", acts.Propose, KHM, terms=amend("drop", "m"))
    since = len(life.world.notices)
    assert life.act("t", acts.Reject, LAO, proposal=1, reason="it is wanted") is None
    [told] = life.said(AnnouncementKind.ANSWER, since=since)
    assert told.office == KHM and told.reason.endswith("it is wanted.") and "Coordinator, Ministry MFA" in told.reason
    assert "lao-mfa (LAO)" not in told.reason, "titles in place of ids"
    assert life.plan.plan == plan and life.awaited("t") == set()
    assert told.key in life.sent(KHM)


def test_of_two_that_exclude_each_other_the_later_consent_finds_the_other_overtaken_and_its_proposer_told() -> None:
    for first in ("add", "drop"):
        life = Life(obligation("m"))
        fields = {**obligation("x"), "item": "m"}
        del fields["id"]
        life.act("t", acts.Propose, LAO, terms=amend("add", "x", provision="1.1", fields=fields))
        life.act("t", acts.Propose, KHM, terms=amend("drop", "m"))
        since = len(life.world.notices)
        winner, loser, acceptor, proposer = (1, 2, KHM, KHM) if first == "add" else (2, 1, LAO, LAO)
        assert life.act("t", acts.Accept, acceptor, proposal=winner) is None
        overtaken = life.plan.proposal(loser)
        assert overtaken is not None and overtaken.status is ProposalStatus.OVERTAKEN
        told = [each for each in life.said(AnnouncementKind.ANSWER, since=since) if "overtaken" in each.reason]
        assert [each.office for each in told] == [proposer]
        assert "nothing is awaited" not in told[0].reason
        assert ("drop those first" in told[0].reason) is (first == "add")
        refusal = life.act("t", acts.Accept, KHM if proposer == LAO else LAO, proposal=loser)
        assert refusal is not None and refusal.code == "not-open"
        assert life.awaited("t") == set() and len(life.plan.amendments) == 1


def test_a_settled_question_overtakes_the_amendment_that_no_longer_changes_anything() -> None:
    others = ["annual", "biennial"]
    asked = series("s", cadence="regular", window=None, readings={"cadence": {"others": others}})
    life = Life(asked, round=ROUND)
    questions = "t/questions/lao-moc.khm-moc"
    terms = Terms(topic=Topic.ANSWER, question="s/cadence", value="annual")
    settled = Life(asked, round=ROUND)
    settled.act(questions, acts.Propose, "lao-moc", terms=terms)
    settled.act(questions, acts.Accept, "khm-moc", proposal=1)
    readings = settled.plan.plan.obligation("s").readings.model_dump(mode="json")  # type: ignore[union-attr]
    life.act("t", acts.Propose, KHM, terms=amend("change", "s", fields={"readings": readings}))
    since = len(life.world.notices)
    life.act(questions, acts.Propose, "lao-moc", terms=terms)
    life.act(questions, acts.Accept, "khm-moc", proposal=1)
    assert life.plan.proposals[0].status is ProposalStatus.OVERTAKEN and life.awaited("t") == set()
    told = [each for each in life.said(AnnouncementKind.ANSWER, KHM, since) if each.item == "t"]
    assert len(told) == 1 and "s reads so already" in told[0].reason


@pytest.mark.parametrize("named", [(), ("LAO",)])
def test_where_a_signatory_has_no_focal_point_nothing_is_amended_one_sidedly(named: tuple[str, ...]) -> None:
    document = plan_of(obligation("m"), standing(), round=ROUND, **TERM).model_dump(mode="json")
    for side in ("LAO", "KHM"):
        document["sides"][side]["focal_point"] = f"{side.lower()}-mfa" if side in named else None
    life = Life(launch=launch_of(Plan.model_validate(document)))
    refusal = life.act("t", acts.Propose, LAO, terms=amend("drop", "m"))
    assert refusal is not None and refusal.code in ("not-a-party", "bad-terms"), "one side alone amends nothing"
    assert life.plan.plan.obligation("m") is not None
    life.until(END + DAY)
    assert life.status("t") == "expired" and life.status("t/c") == "expired"


def test_while_it_is_being_launched_no_act_is_taken() -> None:
    launch = launch_of(plan_of(obligation("m")))
    state = plan_state(launch, {})
    act = acts.Propose(act_id="1", office=LAO, terms=amend("drop", "m"))
    refusal = PLAN.refuse(state, act, START)
    assert refusal is not None and refusal.code == "launching"
    assert PLAN.due(state, START).state == state and PLAN.next_moment(state) is None


# The text and its periods


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


def test_an_id_that_was_dropped_is_not_given_again() -> None:
    life = Life(obligation("m"), obligation("n"))
    agree(life, amend("drop", "m"))
    fields = obligation("m")
    del fields["id"]
    refusal = life.act("t", acts.Propose, LAO, terms=amend("add", "m", provision="1.1", fields=fields))
    assert refusal is not None and "choose another id" in refusal.message


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (amend("drop", "x"), "`register` lists them"),
        (amend("change", "m", fields={}), "which fields"),
        (amend("change", "m", fields={"sides": ["LAO"]}), "drop the obligation and add another"),
        (amend("change", "m", fields={"titel": "x"}), "titel"),
        (amend("change", "m", fields={"offices": {"LAO": "khm-moc", "KHM": "khm-moc"}}), "is an office of KHM"),
        (amend("change", "m", fields={"host": "VNM"}), "the host is one of"),
        (amend("change", "m", fields={"ladder": "sideways"}), "ladder"),
        (amend("cadence", "m", value="weekly"), "there is no cadence 'weekly'"),
        (amend("cadence", "m", value="annual"), "drop it and add another"),
        (amend("cadence", "i", value="annual"), "drop it and add another"),
        (amend("cadence", "s", value="on_trigger", fields={}), ""),
        (amend("first-host", "m", value="VNM"), "the host is one of"),
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


# What follows for series and items


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
    lines = life.machine(name).lines_of(life.item(name), life.item(name).open_acts[0])
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


def test_what_is_dropped_ends_with_its_open_sessions_and_its_offices_are_told() -> None:
    life = Life(series("s", window={"by": "year", "first": 2026, "last": 2028}), obligation("m"))
    life.pass_on(DAY)
    assert life.standing("lao-moc")
    since = len(life.world.notices)
    agree(life, amend("drop", "s"))
    life.pass_on(DAY)
    assert (life.status("t/s"), life.status("t/s/2026")) == ("dropped", "dropped")
    assert not [item for item in life.plan.open_items if item.startswith("t/s")]
    assert not [key for key in life.standing("lao-moc") if key.startswith("t/s/")]
    told = life.said(AnnouncementKind.AMENDMENT, since=since)
    assert {(each.office, each.item) for each in told} == {("lao-moc", "t/s/2026"), ("khm-moc", "t/s/2026")}
    assert all(each.key in life.sent(each.office) for each in told), "the last word goes"
    letters = len(life.world.letters)
    life.pass_on(900 * DAY)
    late = {key for letter in life.world.letters[letters:] for key in letter.notices if key.startswith("t/s/")}
    assert late == set() and "t/s/2027" not in life.world.items


def test_a_series_without_open_sessions_and_a_sleeping_item_are_told_that_they_are_dropped() -> None:
    late: dict[str, Any] = {"window": {"by": "year", "first": 2027, "last": 2028}}
    life = Life(series("s", **late), obligation("m", **late), standing(), obligation("k"), round=ROUND)
    for name in ("s", "m", "c"):
        since = len(life.world.notices)
        agree(life, amend("drop", name))
        told = life.said(AnnouncementKind.AMENDMENT, since=since)
        assert {each.office for each in told} == {"lao-moc", "khm-moc"} and life.status(f"t/{name}") == "dropped"
    assert set(life.plan.open_items) == {"t/k"}


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


def test_a_cadence_gives_windows_and_takes_them_away() -> None:
    life = Life(series("s", cadence="regular", window=None), round=ROUND, at=START + 30 * DAY, **TERM)
    assert life.item("t/s").on_call and "t/s" in life.plan.round_items
    agree(life, amend("cadence", "s", value="annual"))
    assert "t/s/2026" in life.world.items and not life.item("t/s").setup.rounds
    assert "t/s" not in life.plan.round_items, "it is no longer counted among those that the rounds ask"
    life.until(datetime(2027, 1, 20, tzinfo=UTC))
    assert "t/s/2027" in life.world.items
    agree(life, amend("cadence", "s", value="unspecified"))
    assert life.status("t/s/2027") == "dropped", "nobody had begun it, and nothing makes it due any longer"
    assert life.item("t/s").on_call and "t/s" in life.plan.round_items
    assert life.act("t/s", acts.Call, "lao-moc", reason="floods") is None
    assert life.item("t/s").open_sessions == ("t/s/2026", "t/s/1"), "what is missed stays open"


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


def test_a_session_that_is_not_due_any_longer_ends_unless_it_was_begun() -> None:
    rotating: dict[str, Any] = {
        "host_rule": "rotating",
        "host": "LAO",
        "window": {"by": "year", "first": 2026, "last": 2027},
    }
    later = {"window": {"by": "year", "first": 2027, "last": 2027}}
    life = Life(series("s", **rotating), series("b", **rotating), **TERM)
    assert life.act("t/b/2026", acts.Propose, "lao-moc", terms=date_terms(START + 60 * DAY)) is None
    for name in ("s", "b"):
        agree(life, amend("change", name, fields=later))
    assert life.status("t/s/2026") == "dropped" and life.status("t/b/2026") == "consent-awaited"
    told = life.said(AnnouncementKind.AMENDMENT, "lao-moc")
    assert any(each.item == "t/s/2026" for each in told), "its offices are told"
    life.until(datetime(2027, 2, 1, tzinfo=UTC))
    assert life.item("t/s/2027").host == "LAO", "the turn that nobody used is the next again"
    assert life.item("t/s").hosting.counts == {}
    assert life.item("t/b/2027").host == "KHM"


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


def test_offices_of_what_an_amendment_changes_are_told_once() -> None:
    life = Life(obligation("m"), series("s"), standing(), round=ROUND)
    agree(life, amend("change", "s", fields={"offices": {"LAO": "lao-mfa", "KHM": "khm-moc"}}))
    told = [(each.office, each.item) for each in life.said(AnnouncementKind.AMENDMENT)]
    assert sorted(told) == [("khm-moc", "t/s"), ("lao-mfa", "t/s"), ("lao-moc", "t/s")]
    agree(life, amend("change", "m", fields={"title": "Another Title"}))
    assert {each.office for each in life.said(AnnouncementKind.AMENDMENT) if each.item == "t/m"} == {
        "lao-moc",
        "khm-moc",
    }
    (gone,) = (each for each in life.said(AnnouncementKind.AMENDMENT, "lao-moc") if each.item == "t/s")
    assert "Nothing about it is awaited of your office any longer" in gone.reason


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (amend("first-host", "s", value="KHM"), "that Cambodia be the first host of the Title s."),
        (amend("cadence", "s", value="biennial"), "that the cadence of the Title s be biennial."),
        (amend("change", "s", fields={"title": "Other"}), 'to change the Title s: its title to read "Other".'),
        (amend("change", "s", fields={"offices": {"LAO": "lao-mfa", "KHM": "khm-moc"}}), "of your office any longer."),
    ],
)
def test_the_offices_of_an_item_read_of_an_amendment_in_names_and_not_in_ids(terms: Terms, said: str) -> None:
    asking: dict[str, Any] = {"host_rule": "rotating", "readings": {"first_host": {"others": ["LAO", "KHM"]}}}
    life = Life(series("s", **asking), **TERM)
    player = Player(PLAN, life.plan, life.now)
    player.act(acts.Propose, LAO, terms=terms)
    player.act(acts.Accept, KHM, proposal=1)
    windows = resolve_windows(player.state.plan, player.state.launch.launched)
    told_by_plan = [each for each in PLAN.resolved(player.state, windows, life.now).effects if isinstance(each, Tell)]
    [order] = [each.order for each in told_by_plan if each.item == "t/s"]
    told = announced(SERIES.ordered(life.item("t/s"), order, life.now).effects)[-1]
    assert told.kind is AnnouncementKind.AMENDMENT
    letter = read(composed(despatch(announcement=told.model_copy(update={"office": "lao-moic"}))))
    words = " ".join(letter.get_body(("plain",)).get_content().split())  # type: ignore[union-attr]
    assert "The plan reads otherwise by amendment 1: the signatories have agreed " in words and said in words
    assert "of s:" not in words and "KHM" not in words
    assert str(letter["Subject"]).startswith("s: amendment of the plan")


def test_a_windowed_series_keeps_what_was_opened_and_opens_no_undated_session_when_none_is_left() -> None:
    life = Life(series("s"), at=datetime(2027, 2, 1, tzinfo=UTC), **TERM)
    opened = set(life.world.items)
    agree(life, amend("cadence", "s", value="biennial"))
    life.pass_on(10 * DAY)
    assert set(life.world.items) == opened, "2027 is open already, and no other window remains before the end"
    assert life.item("t/s").exhausted and not life.item("t/s").closed, "the open session goes on"
    assert life.status("t/s/2027") == "date-awaited"


def test_the_title_of_the_first_session_is_not_given_twice() -> None:
    life = Life(series("s", first_title="Third Commission"), at=START + 30 * DAY, **TERM)
    assert life.item("t/s/2026").setup.title == "Third Commission 2026"
    agree(life, amend("change", "s", fields={"window": {"by": "year", "first": 2027, "last": 2028}}))
    life.until(datetime(2027, 2, 1, tzinfo=UTC))
    assert life.item("t/s/2027").setup.title == "Third Commission 2027", "2026 is not due any longer"
    life = Life(series("s", first_title="Third Commission"), at=START + 30 * DAY, **TERM)
    life.act("t/s/2026", acts.Propose, "lao-moc", terms=Terms(topic=Topic.HOST, host="LAO"))
    agree(life, amend("change", "s", fields={"window": {"by": "year", "first": 2027, "last": 2028}}))
    life.until(datetime(2027, 2, 1, tzinfo=UTC))
    assert life.item("t/s/2027").setup.title == "Title s 2027"


def test_a_first_host_reaches_the_open_session_and_the_turns() -> None:
    asking: dict[str, Any] = {"host_rule": "rotating", "readings": {"first_host": {"others": ["LAO", "KHM"]}}}
    life = Life(series("s", **asking), **TERM)
    assert life.item("t/s/2026").host is None
    agree(life, amend("first-host", "s", value="KHM"), KHM)
    assert life.item("t/s/2026").host == "KHM"
    assert {office for office, act, _ in life.awaited("t/s/2026") if act == "propose-date"} == {"khm-moc"}
    life.until(datetime(2027, 2, 1, tzinfo=UTC))
    assert life.item("t/s/2027").host == "LAO"
    # Amended while a session is open that has a host: that one stays, what is not opened begins anew.
    life = Life(series("s", window={"by": "year", "first": 2026, "last": 2028}, host_rule="rotating", host="LAO"))
    agree(life, amend("first-host", "s", value="KHM"))
    assert life.item("t/s/2026").host == "LAO"
    life.until(datetime(2027, 2, 1, tzinfo=UTC))
    assert life.item("t/s/2027").host == "KHM"


def test_the_host_that_the_text_names_is_followed_when_the_text_changes() -> None:
    life = Life(series("s", host_rule="fixed", host="LAO"), obligation("m", host_rule="fixed", host="LAO"), **TERM)
    agree(life, amend("change", "s", fields={"host": "KHM"}))
    agree(life, amend("change", "m", fields={"host": "KHM"}))
    assert life.item("t/s/2026").host == "KHM" and life.item("t/m").host == "KHM"
    life.until(datetime(2027, 2, 1, tzinfo=UTC))
    assert life.item("t/s/2027").host == "KHM"


def test_a_rule_of_hosting_that_changes_reaches_the_turns() -> None:
    life = Life(series("s"), **TERM)
    agree(life, amend("change", "s", fields={"host_rule": "rotating", "host": "KHM"}))
    life.until(datetime(2027, 2, 1, tzinfo=UTC))
    assert (life.item("t/s/2026").host, life.item("t/s/2027").host) == ("KHM", "LAO")


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
    assert f"propose {session} host --host SIDE" in refusal.message and life.plan.proposals == ()


def test_other_offices_are_asked_and_what_the_former_were_asked_is_settled_with_them() -> None:
    life = Life(obligation("m"), series("s"), standing(), round=ROUND)
    life.until(datetime(2026, 2, 20, tzinfo=UTC))
    assert ("lao-moc-dg", "propose-date", 2) in life.awaited("t/m")
    change = {"offices": {"LAO": "lao-mfa", "KHM": "khm-moc"}}
    for name in ("m", "s", "c"):
        agree(life, amend("change", name, fields=change))
    life.pass_on(DAY)
    assert life.standing("lao-moc") == life.standing("lao-moc-dg") == set()
    assert life.awaited("t/m") == {("lao-mfa", "propose-date", 1), ("khm-moc", "propose-date", 1)}
    assert life.awaited("t/s/2026") == {("lao-mfa", "propose-date", 1), ("khm-moc", "propose-date", 1)}
    refusal = life.act("t/m", acts.Propose, "lao-moc", terms=Terms(topic=Topic.DROP, reason="x"))
    assert refusal is not None and refusal.code == "not-a-party"
    # What is said about it from now on, at its end too, finds every office that was ever told.
    for name in ("t/m", "t/s/2026", "t/s", "t/c"):
        state = life.item(name)
        assert {state.setup.post_room(office).office for office in state.told} == set(state.told)
        assert same_over_the_wire(state)
    agree(life, amend("drop", "m"))
    assert life.status("t/m") == "dropped"


def dated(life: Life, **more: Any) -> None:
    """A date in a fortnight, proposed by the Lao side; agreed unless told otherwise."""
    agreed = more.pop("agreed", True)
    assert life.act("t/m", acts.Propose, "lao-moc", terms=date_terms(life.now + 14 * DAY, **more)) is None
    if agreed:
        assert life.act("t/m", acts.Accept, "khm-moc", proposal=life.item("t/m").last_proposal) is None


def amended_offices(life: Life, **offices: str) -> list[Any]:
    """What the meeting decides as the plan gives it other offices."""
    setup = life.item("t/m").setup
    plan = life.plan.plan
    _, obligation = next((p, o) for p, o in plan.obligations() if o.id == "m")
    institutions = {**obligation.working_offices, **offices}
    changed = obligation.model_copy(update={"offices": institutions})
    parties = [party_of(plan, changed, side).model_dump(mode="json") for side in setup.sides]
    order = Order(changes={"parties": parties}, text="by amendment 1: another office", reinvites=True)
    step = MEETING.ordered(life.item("t/m"), order, life.now)
    return [step.state, *step.effects]


@pytest.mark.parametrize("agreed", [True, False])
def test_an_office_that_an_amendment_takes_away_is_removed_from_the_event_and_the_new_one_invited(agreed: bool) -> None:
    life = Life(obligation("m"))
    dated(life, agreed=agreed)
    before = life.item("t/m").event
    state, *effects = amended_offices(life, LAO="lao-mfa")
    after = state.event
    words = {word.office: word for word in announced(effects)}
    assert list(words) == ["lao-moc", "lao-mfa", "khm-moc"]
    removed = words["lao-moc"]
    assert (removed.kind, removed.method) == (AnnouncementKind.CANCELLATION, Method.CANCEL)
    assert removed.event.removes and [each.office for each in removed.event.attendees] == ["lao-moc"]
    assert (removed.event.sequence, after.sequence) == (before.sequence + 1, before.sequence + 1)
    assert (removed.event.slot, removed.event.summary) == (before.slot, before.summary)
    assert after.dtstamp > before.dtstamp and removed.event.dtstamp == after.dtstamp
    for office in ("lao-mfa", "khm-moc"):
        assert words[office].kind is AnnouncementKind.INVITATION and words[office].event == after
        assert bool(words[office].how) is not agreed, "an office that is to consent is told how"
    assert [each.office for each in after.attendees] == ["lao-mfa", "khm-moc"]
    stays = {each.office: each.partstat for each in before.attendees}["khm-moc"]
    assert [each.partstat for each in after.attendees] == [PartStat.NEEDS_ACTION, stays], "who stays is not asked anew"
    put = [(each.event, each.calendars, each.removed) for each in effects if isinstance(each, Publish)]
    assert put == [(after, ("t", "lao-mfa", "khm-moc"), ("lao-moc",))]
    assert state.agreed == life.item("t/m").agreed, "the date stands"
    assert same_over_the_wire(state)


def test_nobody_is_removed_from_what_has_passed_or_was_called_off_or_by_an_order_of_before() -> None:
    life = Life(obligation("m"))
    assert announced(amended_offices(life, LAO="lao-mfa")[1:]) == [], "there is no event"
    dated(life)
    same = amended_offices(life)
    assert announced(same[1:]) == [] and same[0].event == life.item("t/m").event, "the offices are the same"
    order = Order(changes={"parties": [p.model_dump(mode="json") for p in life.item("t/m").setup.parties]}, text="x")
    assert announced(MEETING.ordered(life.item("t/m"), order, life.now).effects) == []
    life.act("t/m", acts.Regret, "lao-moc", reason="x")
    assert announced(amended_offices(life, LAO="lao-mfa")[1:]) == [], "it was called off"
    dated(life)
    life.pass_on(20 * DAY)
    assert announced(amended_offices(life, LAO="lao-mfa")[1:]) == [], "it has passed"


def test_a_removed_office_hears_it_once_and_nothing_afterwards() -> None:
    life = Life(obligation("m"), series("s"))
    dated(life)
    agree(life, amend("change", "m", fields={"offices": {"LAO": "lao-mfa", "KHM": "khm-moc"}}))
    life.pass_on(DAY)
    [removed] = [key for key in life.sent("lao-moc") if "/cancellation/" in key]
    assert any("/invitation/" in key for key in life.sent("lao-mfa"))
    assert life.world.rooms["t/office/lao-moc"].invited == {}
    life.act("t/m", acts.Regret, "lao-mfa", reason="x")
    life.pass_on(DAY)
    assert [key for key in life.sent("lao-moc") if "/cancellation/" in key] == [removed]
    for office in ("lao-mfa", "khm-moc"):
        assert any("/cancellation/" in key for key in life.sent(office))


def test_the_sessions_of_a_series_remove_the_former_offices_too() -> None:
    life = Life(series("s"))
    terms = date_terms(life.now + 14 * DAY)
    assert life.act("t/s/2026", acts.Propose, "lao-moc", terms=terms) is None
    agree(life, amend("change", "s", fields={"offices": {"LAO": "lao-mfa", "KHM": "khm-moc"}}))
    life.pass_on(DAY)
    assert any("/cancellation/" in key for key in life.sent("lao-moc"))
    assert any("/invitation/" in key for key in life.sent("lao-mfa"))


def test_a_round_that_is_open_is_asked_of_the_offices_that_follow_it_now() -> None:
    life = Life(standing(), series("s", **UNDATED), obligation("m"), round=ROUND)
    life.until(datetime(2026, 1, 20, tzinfo=UTC))
    for name in ("c", "s"):
        agree(life, amend("change", name, fields={"offices": {"LAO": "lao-mfa", "KHM": "khm-moc"}}))
        assert life.awaited(f"t/{name}") == {("lao-mfa", "progress", 1), ("khm-moc", "progress", 1)}
    assert life.standing("lao-moc") == {key for key in life.standing("lao-moc") if "/m/" in key}


def test_a_lower_ladder_still_settles_with_the_ranks_that_were_asked() -> None:
    life = Life(obligation("m")).pass_on(70 * DAY)
    assert life.standing("lao-moc-dm")
    agree(life, amend("change", "m", fields={"ladder": "letter"}))
    life.pass_on(DAY)
    assert life.standing("lao-moc-dg") == life.standing("lao-moc-dm") == set()
    assert life.awaited("t/m") == {("lao-moc", "propose-date", 1), ("khm-moc", "propose-date", 1)}
    state = life.item("t/m")
    assert state.setup.post_room("lao-moc-dm").office == "lao-moc-dm"
    life.act("t/m", acts.Propose, "lao-moc", terms=Terms(topic=Topic.DROP, reason="x"))
    assert life.act("t/m", acts.Accept, "khm-moc", proposal=1) is None


def test_a_later_window_lets_what_has_not_begun_sleep_and_forgets_what_was_missed() -> None:
    later: dict[str, Any] = {"window": {"by": "year", "first": 2027, "last": 2027}}
    life = Life(obligation("m"), obligation("i", kind="instrument"), obligation("k"))
    life.act("t/k", acts.Propose, "lao-moc", terms=Terms(topic=Topic.POSTPONE, until=START + 300 * DAY))
    life.until(datetime(2027, 1, 10, tzinfo=UTC))
    assert life.item("t/m").late
    later["window"] = {"by": "year", "first": 2028, "last": 2028}
    for name in ("m", "i"):
        agree(life, amend("change", name, fields=later))
        assert (life.status(f"t/{name}"), life.awaited(f"t/{name}")) == ("dormant", set())
        assert not life.item(f"t/{name}").late
    life.until(datetime(2028, 1, 2, tzinfo=UTC))
    assert life.awaited("t/m") == {("lao-moc", "propose-date", 1), ("khm-moc", "propose-date", 1)}
    assert life.awaited("t/i") == {("lao-moc", "evidence", 1), ("khm-moc", "evidence", 1)}


def test_what_loses_its_window_is_asked_in_the_rounds_and_what_gets_one_is_not() -> None:
    life = Life(obligation("i", kind="instrument"), standing(), round=ROUND, **TERM)
    life.until(datetime(2026, 1, 20, tzinfo=UTC))
    assert life.plan.round_items == ("t/c",) and ("lao-moc", "progress", 1) in life.awaited("t/c")
    agree(life, amend("change", "i", fields={"window": None}))
    agree(life, amend("change", "c", fields={"window": {"by": "year", "first": 2026, "last": 2026}}))
    assert life.plan.round_items == ("t/i",)
    assert life.awaited("t/i") == {("lao-moc", "progress", 1), ("khm-moc", "progress", 1)}, "the round is open"
    assert {act for _, act, _ in life.awaited("t/c")} == {"evidence"}
    life.until(datetime(2027, 1, 20, tzinfo=UTC))
    assert life.awaited("t/i") == {("lao-moc", "progress", 1), ("khm-moc", "progress", 1)}


def test_a_series_of_evidence_follows_too() -> None:
    life = Life(obligation("e", kind="exchange", **YEARLY), **TERM)
    agree(
        life,
        amend("change", "e", fields={"evidence": "a list of names", "offices": {"LAO": "lao-mfa", "KHM": "khm-moc"}}),
    )
    assert life.item("t/e/2026").setup.evidence_wanted == "a list of names"
    assert ("lao-mfa", "evidence", 1) in life.awaited("t/e/2026")


def test_an_order_that_changes_nothing_is_not_given() -> None:
    state = plan_now(obligation("m"), series("s"))
    windows = resolve_windows(state.plan, START)
    assert PLAN.resolved(state, windows, START).effects == ()
    player = Player(PLAN, state)
    for number, name in enumerate(("m", "s"), 1):
        player.act(acts.Propose, LAO, terms=amend("change", name, fields={"level": "ministers"}))
        player.act(acts.Accept, KHM, proposal=number)
    assert len(player.state.amendments) == 2
    assert PLAN.resolved(player.state, windows, START).effects == (), "nothing that an item follows has changed"


# Rounds


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


def test_after_an_outage_the_round_that_closed_meanwhile_is_shown_with_its_own_answers() -> None:
    state = plan_now(standing("a"), round=ROUND, round_closes="P30D")
    asked = datetime(2026, 1, 20, tzinfo=UTC)
    state = PLAN.due(state, asked).state
    told = {"side": "LAO", "office": "lao-moc", "round": "2026", "state": "limited", "note": ""}
    report = SessionReport(session="", item="t/a", status="progress", progress=told)
    state = PLAN.learn(state, report, asked).state
    step = PLAN.due(state, datetime(2027, 1, 20, tzinfo=UTC))
    [text, _] = [each.text for each in announced(step.effects)]
    assert text.startswith("Status round 2026, 1 commitment asked: Lao offices have answered 1 of 1")
    assert step.state.answers == {} and step.state.rounds_passed == 2


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


def test_what_sleeps_again_or_has_ended_is_busy_no_longer() -> None:
    life = Life(
        obligation("i", kind="instrument", **UNDATED), obligation("j", kind="instrument", **UNDATED), round=ROUND
    )
    for name in ("i", "j"):
        life.act(f"t/{name}", acts.Call, "lao-moc", reason="it is ready for signature")
    assert life.plan.busy == ("t/i", "t/j")
    until = START + 60 * DAY
    life.act("t/i", acts.Propose, "lao-moc", terms=Terms(topic=Topic.POSTPONE, until=until, reason="x"))
    life.act("t/i", acts.Accept, "khm-moc", proposal=1)
    assert life.plan.busy == ("t/j",)
    life.until(until + DAY)
    assert life.plan.busy == ("t/j", "t/i")
    life.act("t/j", acts.Propose, "lao-moc", terms=Terms(topic=Topic.DROP, reason="x"))
    life.act("t/j", acts.Accept, "khm-moc", proposal=1)
    assert life.plan.busy == ("t/i",) and life.plan.ended == {"dropped": 1}


def test_a_plan_of_an_earlier_edition_ends_as_it_did() -> None:
    life = Life(launch=launch_of(plan_of(obligation("m"), **TERM), edition=2))
    life.until(END + DAY)
    assert len(life.said(AnnouncementKind.EXPIRY)) == 2, "what is open, to each ministry, and no final record"


def test_answers_to_another_round_are_not_counted() -> None:
    life = Life(standing("a"), round=ROUND)
    life.until(datetime(2027, 1, 20, tzinfo=UTC))
    told = {"side": "LAO", "office": "lao-moc", "round": "2026", "state": "limited", "note": ""}
    report = SessionReport(session="", item="t/a", status="progress", progress=told)
    assert PLAN.learn(life.plan, report, life.now).state.answers == {}


# The end


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


def test_the_round_that_is_open_when_the_plan_ends_is_shown() -> None:
    life = Life(standing("a"), round={**ROUND, "day": "12-20"}, **TERM)
    life.until(END - DAY)
    life.act("t/a", acts.Progress, "khm-moc", state="complete")
    life.until(END + DAY)
    told = life.said(AnnouncementKind.ROUND)[-2:]
    assert "Status round 2027, 1 commitment asked" in told[0].reason and "(1 complete)" in told[0].reason
    assert all(each.key in life.sent(each.office) for each in told), "though the plan has ended"


def test_a_list_that_comes_only_with_the_end_still_goes() -> None:
    state = plan_now(standing("a"), **TERM)
    step = PLAN.due(state, END + DAY)
    assert step.state.closed is not None
    assert [each.final for each in announced(step.effects)] == [True, True]
    again = PLAN.due(step.state, END + 2 * DAY)
    assert again.state == step.state and again.effects == ()


def test_what_is_told_after_the_end_changes_nothing() -> None:
    life = Life(series("s", readings={"first_host": {"others": ["LAO", "KHM"]}}), obligation("m"), **TERM)
    life.until(END + DAY)
    for report in (
        SessionReport(session="", item="t/q", status="answered", question="s/first_host", value="LAO"),
        SessionReport(session="", item="t/m", status="closed", closed=True),
        SessionReport(session="2030", item="t/s/2030", status="opened", title="x"),
    ):
        step = PLAN.learn(life.plan, report, life.now)
        assert step.state == life.plan and step.effects == ()
    assert PLAN.resolved(life.plan, {}, life.now).effects == ()


def test_without_rounds_and_term_it_waits_for_acts_only() -> None:
    life = Life(obligation("m"), standing())
    assert PLAN.next_moment(life.plan) is None and "in force" in PLAN.sentence(life.plan)
    assert life.awaited("t/c"), "what no round asks about is asked itself"
    refusal = life.act("t/c", acts.Progress, "lao-moc", state="limited")
    assert refusal is not None and refusal.code == "wrong-kind"
    agree(life, amend("cadence", "c", value="unspecified"))
    agree(life, amend("cadence", "m", value="unspecified"))
    life.pass_on(DAY)
    assert life.item("t/m").setup.window is None and life.awaited("t/m")


# Laws


MENU: list[Terms] = [
    amend("drop", "m"),
    amend("drop", "s"),
    amend("drop", "z"),
    amend("change", "m", fields={"title": "New"}),
    amend("change", "m", fields={"title": "Newer", "offices": {"LAO": "lao-mfa", "KHM": "khm-mfa"}}),
    amend("change", "s", fields={"host_rule": "rotating", "host": None}),
    amend("change", "c", fields={"window": {"by": "year", "first": 2026, "last": 2026}}),
    amend("change", "c", fields={"window": None, "strength": "may"}),
    amend("cadence", "s", value="biennial"),
    amend("cadence", "s", value="annual"),
    amend("cadence", "s", value="regular"),
    amend("cadence", "s", value="on_trigger"),
    amend("cadence", "m", value="annual"),
    amend("first-host", "s", value="LAO"),
    amend("first-host", "s", value="KHM"),
    amend("first-host", "m", value="KHM"),
    amend("add", "z", provision="1.1", fields={k: v for k, v in series("z").items() if k != "id"}),
    amend("add", "z", provision="1.1", fields={k: v for k, v in standing("z").items() if k != "id"}),
    amend("add", "y", provision="1.1", fields={**{k: v for k, v in obligation("y").items() if k != "id"}, "item": "m"}),
    Terms(topic=Topic.AMEND),
    Terms(topic=Topic.DROP, reason="x"),
]

steps = st.one_of(
    st.tuples(st.just("wait"), st.integers(0, 200)),
    st.tuples(st.just("agree"), st.sampled_from(MENU)),
    st.tuples(
        st.sampled_from(["propose", "propose", "accept", "accept", "accept", "reject", "counter", "withdraw"]),
        st.sampled_from([LAO, KHM, LAO, KHM, "lao-mfa-minister", "lao-moc", "vnm-mfa"]),
        st.integers(0, 3),
        st.sampled_from(MENU),
    ),
)


def play(life: Life, move: Any) -> None:
    if move[0] == "wait":
        life.pass_on(move[1] * DAY)
        return
    if move[0] == "agree":
        if life.act("t", acts.Propose, LAO, terms=move[1]) is None:
            life.act("t", acts.Accept, KHM, proposal=life.plan.last_proposal)
        return
    verb, office, back, terms = move
    fields: dict[str, Any] = {"proposal": max(1, life.plan.last_proposal - back)}
    if verb in ("propose", "counter"):
        fields["terms"] = terms
    before = life.plan
    refusal = life.act("t", acts.VERBS[verb], office, **fields)
    if isinstance(refusal, Refusal):
        assert refusal.code and refusal.message and life.plan.amendments == before.amendments


def check_plan(life: Life, original: Plan) -> None:
    state = life.plan
    assert plan_as_of(state.plan, state.amendments, START) == original
    assert state.launch.plan == state.plan, "its items follow the plan as it now reads"
    bare: AmendmentInForce
    for number, bare in enumerate(state.amendments):
        assert {side for side, _ in bare.consents} == {"LAO", "KHM"}, "never in force without consent of both"
        assert bare.at == max(at for _, at in bare.consents)
        assert (bare.before is None) == (bare.amendment.kind is AmendmentKind.ADD)
        then = plan_as_of(state.plan, state.amendments, bare.at - timedelta(microseconds=1))
        was = then.obligation(bare.amendment.obligation)
        assert (was.model_dump(mode="json") if was else None) == bare.before or any(
            other.at == bare.at for other in state.amendments[:number]
        )
    assert [each.at for each in state.amendments] == sorted(each.at for each in state.amendments)
    for proposal in state.open_proposals:
        assert PLAN.refuse_terms(state, proposal.terms, life.now) is None, "what no longer fits is overtaken"
    again = carried_on(Launch.model_validate_json(carry(state).model_dump_json()))
    assert again == state
    followed = {f"t/{o.id}" for _, o in state.plan.obligations() if o.item is None}
    for name, item in life.world.items.items():
        assert same_over_the_wire(item)
        if name.count("/") == 1 and not item.closed:
            assert name in followed, "what is dropped has ended"
        if not item.closed and name != "t":
            assert name in state.open_items
        for office in item.told:
            assert item.setup.post_room(office).office == office
        assert details_of(life.machine(name), item)
    for name in state.open_items:
        assert not life.item(name).closed
    top = {name: item for name, item in life.world.items.items() if name.count("/") == 1 and not item.closed}
    assert set(state.round_items) & set(state.open_items) == {name for name, item in top.items() if item.setup.rounds}


@settings(max_examples=60)
@given(st.lists(steps, max_size=14))
def test_whatever_is_proposed_only_both_together_amend_the_plan(history: list[Any]) -> None:
    asking: dict[str, Any] = {"host_rule": "rotating", "readings": {"first_host": {"others": ["LAO", "KHM"]}}}
    term: dict[str, Any] = {**TERM, "valid_for_years": 5}
    plan = plan_of(obligation("m"), series("s", **asking), standing(), third=True, round=ROUND, **term)
    life = Life(launch=launch_of(plan))
    for move in history:
        play(life, move)
        check_plan(life, plan)


def test_orders_without_object_change_nothing() -> None:
    life = Life(obligation("m"), series("s"))
    for name in ("t/m", "t/s", "t/s/2026"):
        step = life.machine(name).ordered(life.item(name), Order(text="x"), life.now)
        assert step.state == life.item(name) and step.effects == ()


def test_a_world_is_told_by_orders_only() -> None:
    life = Life(obligation("m"))
    player = Player(PLAN, life.plan, life.now)
    player.act(acts.Propose, LAO, terms=amend("drop", "m"))
    player.act(acts.Accept, KHM, proposal=1)
    step = PLAN.resolved(player.state, {}, life.now)
    assert [effect.item for effect in step.effects if isinstance(effect, Tell)] == ["t/m"]


def test_a_random_act_is_always_answered() -> None:
    """No verb, whatever it is, ends in anything but a receipt or a refusal."""
    state = plan_now(obligation("m"))
    fields = {"reason": "x", "text": "x", "state": "limited", "proposal": 1, "terms": amend("drop", "m")}
    for verb in acts.VERBS.values():
        act: Act = verb.model_validate({"act_id": "1", "office": LAO, **fields})
        refusal = PLAN.refuse(state, act, START)
        assert refusal is not None or verb is acts.Propose


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


def test_a_date_that_has_passed_is_not_called_off_as_the_plan_ends() -> None:
    life = Life(obligation("m"), obligation("late"), **TERM)
    for item, at in (("t/m", START + 60 * DAY), ("t/late", END + 10 * DAY)):
        life.act(item, acts.Propose, "lao-moc", terms=date_terms(at))
        life.act(item, acts.Accept, "khm-moc", proposal=1)
    life.until(END + DAY)
    assert life.status("t/m") == life.status("t/late") == "expired"
    called_off = {each.item for each in life.said(AnnouncementKind.CANCELLATION)}
    assert called_off == {"t/late"}, "what lies ahead is called off, what is past is not"


def test_a_plan_is_shown_without_the_lines_that_it_has_nothing_for() -> None:
    life = Life(obligation("m"), round=ROUND, **TERM)
    view, row = PLAN.view(life.plan), PLAN.row(life.plan)
    assert view.next_at and view.ref == "-" and not view.next_what
    first, *lines = view_text(view).splitlines()
    assert first == f"{view.title}   [t]"
    assert not [line for line in lines if line.startswith("next")]
    assert "next" not in status_text([row])
    below = MEETING.view(life.item("t/m"))
    assert view_text(below).splitlines()[0].startswith(f"{below.ref}  ") and "\nnext  " in view_text(below)
