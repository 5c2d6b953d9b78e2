"""Words of the sender's own beside a button: they travel with the act, and an Accept with words is no consent."""

from typing import Any

import pytest

from models.items.meeting import MEETING
from models.machine.state import ProposalStatus
from models.messages import acts
from models.messages.calendar_event import PartStat
from models.messages.effects import Announce, Await, Settle
from models.messages.notices import AnnouncementKind
from models.messages.views import Receipt, Refusal
from tests.support.builders import DAY, START, Player, date_terms
from tests.support.mail_answers import MAIL, reply, said
from tests.support.meetings import KHM, LAO, VNM, agreed, proposed, slot

CONDITION = "on condition that the visas are ready"


def ask(player: Player, office: str = KHM, words: str = CONDITION, **more: Any) -> Any:
    fields = {"words": words, "message": MAIL, "number": 7}
    return player.act(acts.AskBack, office, **(fields | more))


def rungs(player: Player, until: int) -> list[str]:
    """The offices to which an answer was newly awaited, up to a day after the start."""
    seen = len(player.effects)
    player.tick(START + until * DAY)
    new = [each.notice for each in player.effects[seen:] if isinstance(each, Await)]
    return [each.office for each in new if each.verb == "answer" and each.rung > 1]


def test_an_accept_with_words_is_no_consent_and_names_the_act_that_it_seems_to_be() -> None:
    player = proposed()
    receipt = reply(player, KHM, words=CONDITION)
    assert isinstance(receipt, Receipt) and receipt.seems == "accept of proposal 1" and CONDITION in receipt.look
    assert not player.state.proposals[0].consented("KHM") and player.state.agreed is None
    line = player.state.ledger[-1]
    assert (line.verb, line.office, line.data["seems"], line.data["words"]) == ("reply", KHM, 1, CONDITION)
    assert CONDITION in line.text and "no consent" in line.text and line.data["message"]["sha256"] == MAIL.sha256
    assert MEETING.view(player.state).answers[0]["words"] == CONDITION
    assert [row.act for row in MEETING.awaiting(player.state) if row.office == KHM] == ["answer"]
    assert player.state.answers_to(player.state.event.slot) == {}, "no calendar shows an office as coming"


def test_a_plain_accept_afterwards_is_the_consent_and_the_words_go_with_it() -> None:
    player = proposed()
    reply(player, KHM, words=CONDITION)
    receipt = reply(player, KHM)
    assert receipt.status == "scheduled" and not receipt.seems and not player.state.unclear
    accepted = next(each for each in player.state.ledger if each.verb == "accept")
    assert accepted.data["words"] == CONDITION
    last = said(player, AnnouncementKind.INVITATION)[-1]
    assert last.office in (LAO, KHM) and last.happened is not None
    assert [text for _, text in last.happened.words] == [CONDITION]


def test_an_act_of_its_own_at_the_command_line_confirms_it_too() -> None:
    player = proposed()
    reply(player, KHM, words=CONDITION)
    assert player.act(acts.Accept, KHM, proposal=1).status == "scheduled"


@pytest.mark.parametrize(
    ("verb", "more"),
    [(acts.Accept, {}), (acts.Reject, {"reason": "no"}), (acts.Counter, {"terms": date_terms(START + 15 * DAY)})],
)
def test_an_act_of_its_own_names_the_office_whose_words_it_answers(verb: type[acts.Act], more: dict[str, Any]) -> None:
    player = proposed(third=True)
    reply(player, KHM, words=CONDITION)
    player.act(acts.Accept, VNM, proposal=1)
    assert [each.office for each in player.state.unclear] == [KHM], "no other side answers for it"
    player.act(verb, KHM, proposal=1, **more)
    assert not player.state.unclear
    lines = {each.verb: each.data.get("answers_words_of") for each in player.state.ledger if each.office}
    assert lines[verb.verb] == KHM
    assert verb is acts.Accept or lines["accept"] is None


def test_no_other_side_and_no_question_makes_the_consent() -> None:
    player = proposed()
    reply(player, KHM, words=CONDITION)
    ask(player)
    assert player.act(acts.Accept, LAO, proposal=1).code == "own-proposal"
    assert not player.state.proposals[0].consented("KHM")


@pytest.mark.parametrize("partstat", [PartStat.TENTATIVE, PartStat.ACCEPTED])
def test_words_beside_an_answer_that_is_only_recorded_reach_the_other_sides(partstat: PartStat) -> None:
    player = agreed()
    receipt = reply(player, KHM, partstat, words="two more delegates will come")
    assert not receipt.seems and not receipt.look
    assert [each.office for each in said(player, AnnouncementKind.ANSWER) if "two more delegates" in each.text] == [LAO]
    assert "two more delegates" in player.state.ledger[-1].text


def test_the_words_are_the_reason_of_a_decline_and_of_another_time() -> None:
    declined = proposed()
    reply(declined, KHM, PartStat.DECLINED, words="the minister travels", comment="travels")
    assert declined.state.proposals[0].status is ProposalStatus.REJECTED
    assert "the minister travels" in said(declined, AnnouncementKind.CANCELLATION)[0].text
    countered = proposed()
    reply(countered, KHM, None, words="after the holidays", slot=slot(20))
    assert countered.state.proposals[1].terms.reason == "after the holidays"


def test_words_that_came_before_a_counter_fell_are_no_consent_to_what_is_open_again() -> None:
    player = proposed(third=True)
    reply(player, KHM, None, slot=slot(20))
    assert reply(player, VNM, words=CONDITION).seems == "accept of proposal 1"
    player.act(acts.Reject, LAO, proposal=2, reason="too late")
    assert player.state.proposals[0].open and not player.state.proposals[0].consented("VNM")
    assert reply(player, VNM).seems == "" and player.state.proposals[0].consented("VNM")


def test_a_question_quotes_the_words_and_carries_the_buttons() -> None:
    player = proposed()
    reply(player, KHM, words=CONDITION)
    ask(player)
    [question] = said(player, AnnouncementKind.QUESTION)
    assert question.office == KHM and question.asked is not None and question.asked.words == CONDITION
    assert question.asked.proposal is not None and question.asked.proposal.number == 1
    assert question.event is not None and question.event.sequence == player.state.event.sequence
    partstats = {each.office: each.partstat for each in question.event.attendees}
    assert partstats[KHM] is PartStat.NEEDS_ACTION and question.version == ""
    line = player.state.ledger[-1]
    assert (line.verb, line.office, line.data["number"]) == ("asked-back", None, 7)


def test_one_message_is_asked_about_once() -> None:
    player = proposed()
    reply(player, KHM, words=CONDITION)
    ask(player)
    refused = ask(player)
    assert isinstance(refused, Refusal) and refused.code == "already-asked"
    assert isinstance(ask(player, message=MAIL.model_copy(update={"sha256": "cd" * 32})), Receipt)


def test_the_question_is_withdrawn_when_the_answer_is_no_longer_awaited() -> None:
    player = proposed()
    reply(player, KHM, words=CONDITION)
    ask(player)
    [question] = said(player, AnnouncementKind.QUESTION)
    player.act(acts.Withdraw, LAO, proposal=1)
    assert any(isinstance(each, Settle) and question.key in each.keys for each in player.effects)


def test_the_ladder_waits_the_time_of_one_rung_after_the_words_and_after_the_question() -> None:
    plain, worded, asked = (proposed(day=200) for _ in range(3))
    before = MEETING.next_moment(plain.state)
    assert before is not None
    gap = before.at - START
    for player in (worded, asked):
        player.tick(START + gap / 2)
        reply(player, KHM, words=CONDITION)
    day = gap / DAY
    ask(asked)
    for player, wanted in ((plain, 1.0), (worded, 1.5)):
        assert rungs(player, int(wanted * day) - 1) == [], wanted
        assert len(rungs(player, int(wanted * day) + 2)) == 1, wanted
    asked.tick(START + gap * 1.25)
    ask(asked, message=MAIL.model_copy(update={"sha256": "cd" * 32}))
    assert rungs(asked, int(2.25 * day) - 1) == []
    assert len(rungs(asked, int(2.25 * day) + 2)) == 1


def test_words_while_a_silence_runs_are_for_a_person_and_make_nothing() -> None:
    player = agreed()
    player.tick(START + 11 * DAY)
    player.act(acts.Held, LAO)
    player.act(acts.Outcome, LAO, text="minutes")
    assert player.state.silences
    receipt = reply(player, KHM, PartStat.TENTATIVE, words="page 2 is wrong")
    assert "silence" in receipt.look and not receipt.seems


def test_a_letter_is_asked_back_with_what_is_awaited() -> None:
    player = proposed()
    ask(player, words="We shall see.")
    [question] = said(player, AnnouncementKind.QUESTION)
    assert question.asked is not None and question.asked.proposal is None
    assert [each.verb for each in question.asked.awaited] == ["answer"]
    assert question.event is not None, "an invitation is open, so its buttons answer"


def test_a_note_is_put_on_record_by_the_office_that_read_the_mail() -> None:
    player = proposed()
    fields = {"text": "the draft comes in May", "message": MAIL, "number": 7, "sender": "a@khm.example"}
    before = len(player.effects)
    assert isinstance(player.act(acts.Note, LAO, **fields), Receipt)
    line = player.state.ledger[-1]
    assert (line.verb, line.office, line.data["number"]) == ("note", LAO, 7)
    assert line.data["message"]["sha256"] == MAIL.sha256 and "a@khm.example" in line.text
    assert not any(isinstance(each, Announce | Await) for each in player.effects[before:])
    assert player.act(acts.Note, LAO, **{**fields, "text": "  "}).code == "bad-terms"
