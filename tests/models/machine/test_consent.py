"""Proposals and consent: what binds, what it replaces, what is told of it."""

import pytest

from models.items.commitment import COMMITMENT
from models.items.meeting import MEETING
from models.machine.state import PROPOSALS_KEPT, ProposalStatus
from models.messages import acts
from models.messages.acts import Clash, Terms, Topic
from models.messages.calendar_event import EventStatus
from models.messages.effects import Announce, Await
from models.messages.views import Receipt, Refusal
from models.plan.plan import Format
from tests.support.builders import DAY, START, Player, date_terms, meeting, obligation, opened, plan_of
from tests.support.meetings import KHM, LAO, VNM, agreed, events, proposed


def test_three_sides_must_all_consent() -> None:
    player = Player(MEETING, meeting(third=True))
    player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY))
    player.act(acts.Accept, KHM, proposal=1)
    assert player.state.agreed is None
    player.act(acts.Accept, VNM, proposal=1)
    assert player.state.agreed is not None


def test_counter_makes_the_older_proposal_stale() -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY))
    receipt = player.act(acts.Counter, KHM, proposal=1, terms=date_terms(START + 20 * DAY))
    assert isinstance(receipt, Receipt) and receipt.proposal == 2
    refusal = player.act(acts.Accept, LAO, proposal=1)
    assert isinstance(refusal, Refusal) and refusal.code == "stale-proposal"
    assert [(row.office, row.act) for row in refusal.awaiting] == [(LAO, "answer")]
    player.act(acts.Accept, LAO, proposal=2)
    assert events(player) == [(0, EventStatus.TENTATIVE), (1, EventStatus.TENTATIVE), (2, EventStatus.CONFIRMED)]


def test_who_countered_may_still_accept_the_first_proposal() -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY))
    player.act(acts.Counter, KHM, proposal=1, terms=date_terms(START + 20 * DAY))
    receipt = player.act(acts.Accept, KHM, proposal=1)
    assert isinstance(receipt, Receipt) and player.state.agreed is not None
    assert player.state.agreed.slot is not None and player.state.agreed.slot.start.utc == START + 10 * DAY


def test_postponed_by_consent_sleeps_until_the_named_instant() -> None:
    player = agreed()
    until = START + 60 * DAY
    player.act(acts.Propose, LAO, terms=Terms(topic=Topic.POSTPONE, until=until))
    player.act(acts.Accept, KHM, proposal=2)
    assert MEETING.status_of(player.state) == "postponed" and player.awaited() == set()
    assert events(player)[-1][1] is EventStatus.CANCELLED
    player.tick(until)
    assert MEETING.status_of(player.state) == "date-awaited"
    assert all(row.since == until for row in MEETING.awaiting(player.state))


def test_extension_moves_the_window_and_asks_anew() -> None:
    player = Player(MEETING, meeting()).tick(START + 100 * DAY)
    until = START + 500 * DAY
    player.act(acts.Propose, LAO, terms=Terms(topic=Topic.EXTEND, until=until))
    player.act(acts.Accept, KHM, proposal=1)
    assert player.state.window_end == until
    assert player.awaited() == {(LAO, "propose-date", 1), (KHM, "propose-date", 1)}


def test_dropped_by_consent_is_closed() -> None:
    player = agreed()
    player.act(acts.Propose, LAO, terms=Terms(topic=Topic.DROP, reason="merged with another"))
    assert player.state.closed is None
    player.act(acts.Accept, KHM, proposal=2)
    assert player.state.closed is not None and player.state.closed.status == "dropped"
    assert events(player)[-1][1] is EventStatus.CANCELLED


def test_a_withdrawal_is_told_to_those_who_were_asked() -> None:
    player = agreed()
    player.act(acts.Propose, LAO, terms=Terms(topic=Topic.POSTPONE, until=START + 300 * DAY))
    player.effects.clear()
    player.act(acts.Withdraw, LAO, proposal=2)
    assert [e.announcement.office for e in player.effects if isinstance(e, Announce)] == [KHM]


def test_a_side_that_proposes_anew_takes_its_own_proposal_back() -> None:
    player = proposed()
    receipt = player.act(acts.Propose, LAO, terms=date_terms(START + 20 * DAY))
    assert isinstance(receipt, Receipt) and receipt.proposal == 2
    assert [each.status for each in player.state.proposals] == [ProposalStatus.OVERTAKEN, ProposalStatus.OPEN]
    assert player.awaited() == {(KHM, "answer", 1)}
    assert player.act(acts.Accept, KHM, proposal=1).code == "stale-proposal"


def test_a_newer_proposal_says_which_one_it_replaces() -> None:
    player = proposed()
    player.effects.clear()
    player.act(acts.Propose, LAO, terms=date_terms(START + 20 * DAY))
    line = next(entry for entry in player.state.ledger if entry.data.get("proposal") == 2)
    assert "(proposal 2, in place of proposal 1)" in line.text and line.data["replaces"] == 1
    assert player.state.proposals[1].replaces == 1 and player.state.proposals[0].replaces is None
    words = [e.announcement for e in player.effects if isinstance(e, Announce)]
    assert {w.office for w in words} == {LAO, KHM} and all("in place of proposal 1" in w.text for w in words)
    [asked] = [e.notice for e in player.effects if isinstance(e, Await)]
    assert asked.act.startswith("answer proposal 2 (in place of proposal 1) of the Coordinator")
    assert asked.proposal is not None and asked.proposal.replaces == 1


def test_a_counter_replaces_nothing_of_its_own_side() -> None:
    player = proposed()
    player.act(acts.Counter, KHM, proposal=1, terms=date_terms(START + 20 * DAY))
    assert player.state.proposals[1].replaces is None and "in place of" not in player.state.ledger[-1].text


def test_the_same_terms_again_are_no_new_proposal() -> None:
    player = proposed()
    terms = date_terms(START + 10 * DAY)
    looked_up = {"clashes": (Clash(day=START.date(), side="LAO", kind="soon", name="1"),), "reason": "once more"}
    for office in (LAO, "lao-moc-dg"):
        refusal = player.act(acts.Propose, office, terms=terms.model_copy(update=looked_up))
        assert (refusal.code, "proposal 1" in refusal.message) == ("already-proposed", True)
    other = terms.model_copy(update={"place": "Pakse"})
    assert player.act(acts.Propose, LAO, terms=other).proposal == 2
    assert player.act(acts.Propose, LAO, terms=terms).proposal == 3, "it does not stand open any more"


def test_of_what_is_to_be_dropped_a_new_reason_is_a_new_proposal() -> None:
    player = Player(MEETING, meeting())
    drop = Terms(topic=Topic.DROP, reason="merged with another")
    assert player.act(acts.Propose, LAO, terms=drop).proposal == 1
    assert player.act(acts.Propose, LAO, terms=drop).code == "already-proposed"
    assert player.act(acts.Propose, LAO, terms=drop.model_copy(update={"reason": "no budget"})).proposal == 2


def test_a_counter_with_the_terms_that_it_counters_is_refused() -> None:
    player = proposed()
    terms = date_terms(START + 10 * DAY)
    refusal = player.act(acts.Counter, KHM, proposal=1, terms=terms.model_copy(update={"reason": "ours"}))
    assert (refusal.code, "accept it instead" in refusal.message) == ("no-change", True)
    virtual = terms.model_copy(update={"format": Format.VIRTUAL})
    assert player.act(acts.Counter, KHM, proposal=1, terms=virtual).proposal == 2
    player.act(acts.Propose, KHM, terms=Terms(topic=Topic.HOST, host="KHM"))
    same = Terms(topic=Topic.HOST, host="KHM")
    assert player.act(acts.Counter, LAO, proposal=3, terms=same).code == "no-change"


def test_beside_an_open_proposal_the_other_side_proposes_something_else_only() -> None:
    player = proposed()
    refusal = player.act(acts.Propose, KHM, terms=date_terms(START + 20 * DAY))
    assert refusal.code == "open-proposal" and "accept, reject or counter it" in refusal.message
    player.act(acts.Propose, KHM, terms=Terms(topic=Topic.HOST, host="KHM"))
    assert [each.terms.topic for each in player.state.open_proposals] == [Topic.DATE, Topic.HOST]
    assert player.awaited() == {(KHM, "answer", 1), (LAO, "answer", 1)}


def test_each_side_consents_once_and_to_the_proposals_of_others_only() -> None:
    player = proposed(third=True)
    player.act(acts.Accept, KHM, proposal=1)
    assert player.awaited() == {(VNM, "answer", 1)}
    assert player.act(acts.Accept, "khm-moc-minister", proposal=1).code == "already-consented"
    for verb in (acts.Accept, acts.Reject):
        assert player.act(verb, LAO, proposal=1).code == "own-proposal"
    assert player.act(acts.Withdraw, KHM, proposal=1).code == "not-yours"
    [proposal] = player.state.proposals
    assert [(each.side, each.office) for each in proposal.consents] == [("LAO", LAO), ("KHM", KHM)]


def test_what_is_awaited_of_one_side_alone_is_agreed_as_it_is_proposed() -> None:
    state = opened(plan_of(obligation("i", kind="instrument", sides=("LAO",)))).commitments[0]
    player = Player(COMMITMENT, state)
    player.act(acts.Propose, LAO, terms=Terms(topic=Topic.POSTPONE, until=START + 30 * DAY))
    assert player.state.proposals[0].status is ProposalStatus.AGREED
    assert COMMITMENT.status_of(player.state) == "postponed" and player.awaited() == set()


def test_a_postponement_leaves_a_proposed_date_without_object() -> None:
    player = proposed()
    player.act(acts.Propose, KHM, terms=Terms(topic=Topic.POSTPONE, until=START + 60 * DAY))
    player.act(acts.Accept, LAO, proposal=2)
    assert [each.status for each in player.state.proposals] == [ProposalStatus.OVERTAKEN, ProposalStatus.AGREED]
    assert player.act(acts.Accept, KHM, proposal=1).code == "not-open"


def test_by_the_rules_before_edition_1_what_names_an_instant_that_has_passed_is_no_longer_accepted() -> None:
    state = meeting()
    player = Player(MEETING, state.model_copy(update={"setup": state.setup.model_copy(update={"edition": 0})}))
    player.act(acts.Propose, LAO, terms=Terms(topic=Topic.POSTPONE, until=START + 5 * DAY))
    player.tick(START + 6 * DAY)
    refusal = player.act(acts.Accept, KHM, proposal=1)
    assert refusal.code == "overtaken" and "6 January 2026" in refusal.message
    player.act(acts.Reject, KHM, proposal=1)
    assert player.state.proposals[0].status is ProposalStatus.REJECTED


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (Terms(topic=Topic.DROP, reason=" "), "say why it is to be dropped"),
        (Terms(topic=Topic.EXCUSE), "say why it is excused"),
        (Terms(topic=Topic.POSTPONE), "say until when to postpone it"),
        (Terms(topic=Topic.POSTPONE, until=START), "lies in the past; name a later date"),
        (Terms(topic=Topic.EXTEND, until=START + 300 * DAY), "the window ends on 1 January 2027"),
    ],
)
def test_terms_that_say_too_little_are_refused_with_what_to_say(terms: Terms, said: str) -> None:
    player = Player(MEETING, meeting())
    refusal = player.act(acts.Propose, LAO, terms=terms)
    assert refusal.code == "bad-terms" and said in refusal.message
    player.act(acts.Propose, LAO, terms=Terms(topic=Topic.EXTEND, until=START + 400 * DAY))
    undated = Player(MEETING, meeting(window=None))
    refusal = undated.act(acts.Propose, LAO, terms=Terms(topic=Topic.EXTEND, until=START + 400 * DAY))
    assert refusal.code == "bad-terms" and "it has no window" in refusal.message


def test_a_counter_is_about_the_same_and_what_ends_an_item_is_not_countered() -> None:
    player = proposed()
    refusal = player.act(acts.Counter, KHM, proposal=1, terms=Terms(topic=Topic.HOST, host="KHM"))
    assert refusal.code == "bad-terms" and "proposal 1 is about date" in refusal.message
    player.act(acts.Propose, LAO, terms=Terms(topic=Topic.DROP, reason="merged with another"))
    refusal = player.act(acts.Counter, KHM, proposal=2, terms=Terms(topic=Topic.DROP, reason="another reason"))
    assert refusal.code == "bad-terms"
    assert "nobody can counter a proposal to drop; accept or reject it" in refusal.message
    assert all(each.open for each in player.state.proposals)


def test_of_what_is_decided_the_last_proposals_are_kept_and_of_what_is_open_all() -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, KHM, terms=Terms(topic=Topic.HOST, host="KHM"))
    for number in range(2, 2 * PROPOSALS_KEPT):
        player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY))
        player.act(acts.Reject, KHM, proposal=number)
    last = 2 * PROPOSALS_KEPT
    player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY))
    kept = [each.number for each in player.state.proposals]
    assert kept == [1, *range(last - PROPOSALS_KEPT, last), last] and player.state.last_proposal == last
