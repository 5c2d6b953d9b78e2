"""The plan as an item: amended by consent of its signatories, seen whole in its rounds, ended in time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.governance.amended_plan import AmendmentInForce, plan_as_of
from models.governance.launch import Launch
from models.governance.plan_machine import PLAN
from models.governance.plan_state import carried_on, carry, plan_state
from models.machine.state import ProposalStatus
from models.messages import acts
from models.messages.acts import Act, Terms, Topic
from models.messages.effects import GiveOrder, ItemReport, Order
from models.messages.notices import AnnouncementKind
from models.messages.views import Receipt, Refusal
from models.plan.amendment import AmendmentKind
from models.plan.plan import Plan
from tests.support.builders import DAY, START, Player, date_terms, launch_of, obligation, plan_of
from tests.support.examples import examples
from tests.support.plan_lives import END, ROUND, TERM, UNDATED, agree, plan_now, series, standing
from tests.support.worlds import KHM, LAO, Life, amend, announced, same_over_the_wire
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
    refusal = life.act("t", acts.Accept, LAO, proposal=1)
    assert refusal is not None and refusal.code == "stale-proposal"
    life.act("t", acts.Accept, LAO, proposal=2)
    assert life.plan.plan.obligation("m").title == "B"  # type: ignore[union-attr]


def test_the_side_that_countered_an_amendment_may_accept_the_first_proposal_after_all() -> None:
    life = Life(obligation("m"))
    life.act("t", acts.Propose, LAO, terms=amend("change", "m", fields={"title": "A"}))
    life.act("t", acts.Counter, KHM, proposal=1, terms=amend("change", "m", fields={"title": "B"}))
    assert life.act("t", acts.Accept, KHM, proposal=1) is None
    assert life.plan.plan.obligation("m").title == "A"  # type: ignore[union-attr]


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


def test_an_id_that_was_dropped_is_not_given_again() -> None:
    life = Life(obligation("m"), obligation("n"))
    agree(life, amend("drop", "m"))
    fields = obligation("m")
    del fields["id"]
    refusal = life.act("t", acts.Propose, LAO, terms=amend("add", "m", provision="1.1", fields=fields))
    assert refusal is not None and "choose another id" in refusal.message


# Rounds


def test_after_an_outage_the_round_that_closed_meanwhile_is_shown_with_its_own_answers() -> None:
    state = plan_now(standing("a"), round=ROUND, round_closes="P30D")
    asked = datetime(2026, 1, 20, tzinfo=UTC)
    state = PLAN.due(state, asked).state
    told = {"side": "LAO", "office": "lao-moc", "round": "2026", "state": "limited", "note": ""}
    report = ItemReport(session="", item="t/a", status="progress", progress=told)
    state = PLAN.learn(state, report, asked).state
    step = PLAN.due(state, datetime(2027, 1, 20, tzinfo=UTC))
    [text, _] = [each.text for each in announced(step.effects)]
    assert text.startswith("Status round 2026, 1 commitment asked: Lao offices have answered 1 of 1")
    assert step.state.answers == {} and step.state.rounds_passed == 2


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


def test_answers_to_another_round_are_not_counted() -> None:
    life = Life(standing("a"), round=ROUND)
    life.until(datetime(2027, 1, 20, tzinfo=UTC))
    told = {"side": "LAO", "office": "lao-moc", "round": "2026", "state": "limited", "note": ""}
    report = ItemReport(session="", item="t/a", status="progress", progress=told)
    assert PLAN.learn(life.plan, report, life.now).state.answers == {}


# The end


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
        ItemReport(session="", item="t/q", status="answered", question="s/first_host", value="LAO"),
        ItemReport(session="", item="t/m", status="closed", closed=True),
        ItemReport(session="2030", item="t/s/2030", status="opened", title="x"),
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
        assert PLAN.rules.refuse_terms(state, proposal.terms, life.now) is None, "what no longer fits is overtaken"
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


@examples(0.4)
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


def test_nobody_orders_the_plan() -> None:
    life = Life(obligation("m"))
    step = PLAN.ordered(life.plan, Order(end="dropped", host="LAO", changes={"title": "x"}, text="x"), life.now)
    assert step.state == life.plan and step.effects == ()


def test_an_answer_of_a_side_that_was_not_asked_is_not_counted() -> None:
    life = Life(standing("a", sides=("LAO",)), round=ROUND)
    life.until(datetime(2026, 1, 20, tzinfo=UTC))
    for side in ("KHM", "THA", ""):
        told = {"side": side, "office": "x", "round": "2026", "state": "limited", "note": ""}
        report = ItemReport(session="", item="t/a", status="progress", progress=told)
        assert PLAN.learn(life.plan, report, life.now).state.answers == {}


def test_a_world_is_told_by_orders_only() -> None:
    life = Life(obligation("m"))
    player = Player(PLAN, life.plan, life.now)
    player.act(acts.Propose, LAO, terms=amend("drop", "m"))
    player.act(acts.Accept, KHM, proposal=1)
    step = PLAN.resolved(player.state, {}, life.now)
    assert [effect.item for effect in step.effects if isinstance(effect, GiveOrder)] == ["t/m"]


def test_a_random_act_is_always_answered() -> None:
    """No verb, whatever it is, ends in anything but a receipt or a refusal."""
    state = plan_now(obligation("m"))
    fact = {"item": "t/m", "what": "outcome", "before": "x", "text": "y"}
    fields = {"reason": "x", "text": "x", "state": "limited", "proposal": 1, "terms": amend("drop", "m"), "fact": fact}
    for verb in acts.VERBS.values():
        act: Act = verb.model_validate({"act_id": "1", "office": LAO, **fields})
        refusal = PLAN.refuse(state, act, START)
        assert refusal is not None or verb is acts.Propose


def test_a_date_that_has_passed_is_not_called_off_as_the_plan_ends() -> None:
    life = Life(obligation("m"), obligation("late"), **TERM)
    late = life.world.items["t/late"]  # as of a release that took a date after the end of the validity
    life.world.items["t/late"] = late.model_copy(update={"setup": late.setup.model_copy(update={"valid_until": None})})
    for item, at in (("t/m", START + 60 * DAY), ("t/late", END + 10 * DAY)):
        life.act(item, acts.Propose, "lao-moc", terms=date_terms(at))
        life.act(item, acts.Accept, "khm-moc", proposal=1)
    life.until(END + DAY)
    assert life.status("t/m") == life.status("t/late") == "expired"
    called_off = {each.item for each in life.said(AnnouncementKind.CANCELLATION)}
    assert called_off == {"t/late"}, "what lies ahead is called off, what is past is not"
