"""The last word of an office counts, whichever button it presses; an answer counts for the terms that it answers."""

from typing import Any

import pytest

from models.common.named_times import NamedTimes
from models.machine.state import ProposalStatus
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.calendar_event import EventStatus, PartStat
from models.messages.effects import Announce, Publish
from models.messages.notices import Announcement, AnnouncementKind
from models.messages.views import Receipt, Refusal
from models.plan.plan import Format
from tests.support.builders import DAY, START, Player, date_terms
from tests.support.mail_answers import reply, said
from tests.support.meetings import KHM, LAO, VNM, agreed, events, proposed, slot

STATUS = ProposalStatus


def statuses(player: Player) -> list[ProposalStatus]:
    return [each.status for each in player.state.proposals]


def told(player: Player, before: int) -> list[Announcement]:
    return [e.announcement for e in player.effects[before:] if isinstance(e, Announce)]


def partstats(player: Player) -> dict[str, PartStat]:
    return {each.office: each.partstat for each in player.state.event.attendees}


# --- counter, then accept of the original -----------------------------------------------------------------------------


@pytest.mark.parametrize("by_mail", [True, False])
def test_a_counter_by_mail_and_then_an_accept_of_the_original_is_that_accept(by_mail: bool) -> None:
    player = proposed()
    reply(player, KHM, PartStat.TENTATIVE, slot=slot(15))
    receipt = reply(player, KHM) if by_mail else player.act(acts.Accept, KHM, proposal=1)
    assert isinstance(receipt, Receipt) and receipt.status == "scheduled"
    assert statuses(player) == [STATUS.AGREED, STATUS.WITHDRAWN]
    assert player.state.agreed.slot == slot(10) and events(player)[-1] == (1, EventStatus.CONFIRMED)
    assert [e.verb for e in player.state.ledger][-4:] == ["withdraw", "reopened", "accept", "agreed"]
    assert player.act(acts.Accept, LAO, proposal=2).code in ("not-open", "stale-proposal"), "it binds no more"


def test_a_typed_counter_is_taken_back_by_an_accept_and_the_event_moves_back() -> None:
    player = proposed(third=True)
    player.act(acts.Counter, KHM, proposal=1, terms=date_terms(START + 15 * DAY))
    player.act(acts.Accept, VNM, proposal=2)
    receipt = player.act(acts.Accept, KHM, proposal=1)
    assert isinstance(receipt, Receipt) and receipt.status == "consent-awaited"
    assert statuses(player) == [STATUS.OPEN, STATUS.WITHDRAWN]
    assert player.state.event.slot == slot(10) and events(player)[-1] == (2, EventStatus.TENTATIVE)
    assert player.awaited() == {(VNM, "answer", 1)}, "it consented to the other date only"
    player.act(acts.Accept, VNM, proposal=1)
    assert player.state.agreed.slot == slot(10)


def test_only_the_side_that_countered_accepts_the_original_again() -> None:
    player = proposed(third=True)
    player.act(acts.Counter, KHM, proposal=1, terms=date_terms(START + 15 * DAY))
    for office in (LAO, VNM):
        assert player.act(acts.Accept, office, proposal=1).code == "stale-proposal"


def test_a_third_side_that_accepted_meanwhile_has_consented() -> None:
    player = proposed(third=True)
    reply(player, KHM, PartStat.TENTATIVE, slot=slot(15))
    reply(player, VNM)
    assert not [each for each in said(player, AnnouncementKind.ANSWER) if "no effect" in each.text]
    reply(player, KHM)
    assert player.state.agreed.slot == slot(10)
    assert sorted(c.side for c in player.state.proposals[0].consents) == ["KHM", "LAO", "VNM"]


def test_an_accept_of_the_original_after_its_counter_was_agreed_is_told_to_the_office_and_changes_nothing() -> None:
    player = proposed()
    reply(player, KHM, PartStat.TENTATIVE, slot=slot(15))
    player.act(acts.Accept, LAO, proposal=2)
    before = len(player.effects)
    receipt = reply(player, KHM, sequence=0)
    assert isinstance(receipt, Receipt) and player.state.agreed.slot == slot(15)
    [word] = told(player, before)
    assert word.office == KHM and "no effect" in word.text and "The agreed date stands" in word.text


def test_an_accept_of_the_agreed_date_takes_back_the_new_time_that_the_side_proposed_by_mail() -> None:
    player = agreed()
    reply(player, KHM, PartStat.TENTATIVE, slot=slot(15))
    before = len(player.effects)
    reply(player, KHM)
    assert statuses(player) == [STATUS.AGREED, STATUS.WITHDRAWN] and player.state.agreed.slot == slot(10)
    assert [each.office for each in told(player, before)] == [LAO] and not player.awaited()


def test_an_accept_of_the_agreed_date_leaves_what_its_side_has_typed() -> None:
    player = agreed()
    player.act(acts.Propose, KHM, terms=date_terms(START + 15 * DAY))
    reply(player, KHM)
    assert statuses(player) == [STATUS.AGREED, STATUS.OPEN]


def test_an_accept_of_the_original_while_its_proposer_has_proposed_another_time_has_no_effect_and_says_so() -> None:
    player = proposed()
    reply(player, KHM, None, slot=slot(15))
    reply(player, LAO, None, slot=slot(20))
    before = len(player.effects)
    reply(player, KHM)
    assert statuses(player) == [STATUS.COUNTERED, STATUS.COUNTERED, STATUS.OPEN]
    [word] = told(player, before)
    assert word.office == KHM and "Proposal 3 stands" in word.text


# --- accept, then something else --------------------------------------------------------------------------------------


def test_an_accept_and_then_a_counter_is_the_counter_also_after_it_was_rejected() -> None:
    player = proposed(third=True)
    reply(player, KHM)
    reply(player, KHM, PartStat.TENTATIVE, slot=slot(15))
    reply(player, VNM)
    player.act(acts.Reject, LAO, proposal=2, reason="no")
    assert player.state.agreed is None and player.awaited() == {(KHM, "answer", 1)}, "its consent has ended"
    reply(player, KHM)
    assert player.state.agreed.slot == slot(10)


def test_an_accept_and_then_a_decline_before_the_agreement_rejects() -> None:
    player = proposed(third=True)
    reply(player, KHM)
    reply(player, KHM, PartStat.DECLINED, comment="flood")
    assert statuses(player) == [STATUS.REJECTED] and events(player)[-1] == (1, EventStatus.CANCELLED)


# --- decline, then accept ---------------------------------------------------------------------------------------------


def test_a_decline_and_then_an_accept_proposes_the_date_again_and_the_other_side_decides() -> None:
    player = proposed()
    reply(player, KHM, PartStat.DECLINED, comment="flood")
    receipt = reply(player, KHM, sequence=0, comment="it is dry again")
    assert isinstance(receipt, Receipt) and receipt.proposal == 2
    assert statuses(player) == [STATUS.REJECTED, STATUS.OPEN] and player.state.agreed is None
    assert events(player)[-1] == (2, EventStatus.TENTATIVE) and player.awaited() == {(LAO, "answer", 1)}
    assert player.state.proposals[1].terms.place == "Vientiane"
    assert [e.verb for e in player.state.ledger][-2:] == ["reply", "propose"]
    reply(player, LAO, sequence=2)
    assert player.state.agreed.slot == slot(10)


def test_an_accept_after_its_own_rejection_has_no_effect_once_another_date_was_proposed_and_all_learn_it() -> None:
    player = proposed()
    reply(player, KHM, PartStat.DECLINED)
    player.act(acts.Propose, LAO, terms=date_terms(START + 20 * DAY))
    player.act(acts.Withdraw, LAO, proposal=2)
    before = len(player.effects)
    reply(player, KHM, sequence=0)
    assert statuses(player) == [STATUS.REJECTED, STATUS.WITHDRAWN]
    assert {each.office for each in told(player, before)} == {LAO, KHM}


def test_an_accept_of_a_date_that_another_side_rejected_or_withdrew_has_no_effect_and_says_so() -> None:
    for verb, office in ((acts.Reject, VNM), (acts.Withdraw, LAO)):
        player = proposed(third=True)
        player.act(verb, office, proposal=1)
        before = len(player.effects)
        reply(player, KHM, sequence=0)
        assert player.state.last_proposal == 1
        [word] = told(player, before)
        assert word.office == KHM and "cancelled before it came" in word.text


# --- the terms that an answer answers ---------------------------------------------------------------------------------


def other_place(day: int = 10, **more: Any) -> Terms:
    return date_terms(START + day * DAY).model_copy(update={"place": "Phnom Penh", **more})


@pytest.mark.parametrize("changed", [{"place": "Pakse"}, {"place": "Vientiane", "format": Format.HYBRID}])
def test_a_change_of_place_or_format_before_the_agreement_is_a_new_sequence_and_asks_again(
    changed: dict[str, Any],
) -> None:
    player = proposed(third=True)
    reply(player, KHM)
    player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY).model_copy(update=changed))
    assert events(player)[-1] == (1, EventStatus.TENTATIVE)
    assert partstats(player) == {LAO: "ACCEPTED", KHM: "NEEDS-ACTION", VNM: "NEEDS-ACTION"}
    before = len(player.effects)
    receipt = reply(player, KHM, sequence=0)
    assert isinstance(receipt, Receipt) and "does not count" in receipt.text
    assert not player.state.proposals[-1].consented("KHM")
    [again] = told(player, before)
    assert (again.office, again.kind, again.event) == (KHM, AnnouncementKind.INVITATION, player.state.event)
    assert not [e for e in player.effects[before:] if isinstance(e, Publish)], "it is the same version"
    before = len(player.effects)
    reply(player, KHM, sequence=0, dtstamp=player.state.answers[-1].dtstamp)
    assert not told(player, before), "a copy is not answered"
    reply(player, KHM, sequence=1)
    assert player.state.proposals[-1].consented("KHM")


def test_by_the_rules_before_edition_1_the_place_was_no_term() -> None:
    player = proposed()
    setup = player.state.setup.model_copy(update={"edition": 0})
    player.state = player.state.model_copy(update={"setup": setup})
    player.act(acts.Propose, LAO, terms=other_place())
    assert events(player)[-1] == (0, EventStatus.TENTATIVE)


def test_a_change_of_place_after_the_agreement_keeps_sequence_and_answers() -> None:
    player = agreed()
    player.act(acts.Propose, LAO, terms=other_place())
    player.act(acts.Accept, KHM, proposal=2)
    assert events(player)[-2:] == [(1, EventStatus.CONFIRMED)] * 2
    assert isinstance(reply(player, KHM, PartStat.TENTATIVE, sequence=0), Receipt)
    assert player.state.is_current(0)


def test_a_host_on_which_the_sides_agree_meanwhile_is_part_of_the_proposed_date() -> None:
    player = proposed(third=True)
    reply(player, VNM)
    player.act(acts.Propose, KHM, terms=Terms(topic=Topic.HOST, host="KHM"))
    player.act(acts.Accept, LAO, proposal=2)
    player.act(acts.Accept, VNM, proposal=2)
    assert player.state.event.host == "KHM" and events(player)[-1] == (1, EventStatus.TENTATIVE)
    assert partstats(player) == {LAO: "ACCEPTED", KHM: "NEEDS-ACTION", VNM: "ACCEPTED"}, "who consented has consented"
    reply(player, KHM, sequence=0)
    assert player.state.agreed is None
    reply(player, KHM, sequence=1)
    assert player.state.agreed is not None


def test_an_answer_without_sequence_counts_until_the_terms_change_and_then_goes_to_a_person() -> None:
    player = proposed(third=True)
    assert isinstance(reply(player, KHM, sequence=None), Receipt)
    assert player.state.proposals[0].consented("KHM") and player.state.answers[0].sequence == 0
    player.act(acts.Propose, LAO, terms=other_place())
    refusal = reply(player, VNM, sequence=None)
    assert isinstance(refusal, Refusal) and refusal.code == "no-sequence"


def test_an_answer_to_earlier_terms_does_not_replace_the_answer_that_counts() -> None:
    player = proposed(third=True)
    player.act(acts.Propose, LAO, terms=other_place())
    reply(player, KHM, sequence=1)
    reply(player, KHM, PartStat.DECLINED, sequence=0)
    assert player.state.answers_to(slot(10)) == {KHM: PartStat.ACCEPTED}
    assert player.state.proposals[-1].consented("KHM")


@pytest.mark.parametrize("sequence", [0, 1])
def test_the_time_in_an_answer_is_compared_with_the_version_that_it_answers(sequence: int) -> None:
    player = proposed(third=True)
    player.act(acts.Counter, VNM, proposal=1, terms=date_terms(START + 12 * DAY))
    days = {0: 10, 1: 12}
    right, wrong = (slot(days[each]) for each in (sequence, 1 - sequence))
    refusal = reply(player, KHM, sequence=sequence, named=NamedTimes(start=wrong.start.utc))
    assert isinstance(refusal, Refusal) and refusal.code == "other-time"
    receipt = reply(player, KHM, sequence=sequence, named=NamedTimes(start=right.start.utc, end=right.end.utc))
    assert isinstance(receipt, Receipt)
    assert player.state.proposals[-1].consented("KHM") is (sequence == 1)


def test_what_an_answer_does_not_say_about_the_time_is_not_compared() -> None:
    of = slot(10)
    same = [
        NamedTimes(),
        NamedTimes(start=of.start.utc),
        NamedTimes(start_wall=of.start.local, end_wall=of.end.local),
        NamedTimes(first_day=of.start.local.date(), last_day=of.end.local.date()),
    ]
    other = [
        NamedTimes(end=of.start.utc),
        NamedTimes(start=of.start.utc, end=of.end.utc + DAY),
        NamedTimes(start_wall=of.end.local),
        NamedTimes(first_day=(of.start.local + DAY).date()),
        NamedTimes(last_day=(of.start.local + DAY).date()),
    ]
    assert [each.differs_from(of) for each in same + other] == [False] * 4 + [True] * 5
