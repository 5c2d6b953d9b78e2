"""The silence procedure: nobody closes alone, and nobody is closed over who was not reached."""

from datetime import timedelta
from typing import Any

import pytest

from models.items.commitment import COMMITMENT
from models.items.meeting import MEETING
from models.machine.silence import EXPRESS, ends_at, waited_for
from models.messages import acts
from models.messages.effects import Announce, LookForObjections, Objections, Order
from models.messages.moments import MomentKind
from models.messages.notices import Announcement
from models.messages.views import Receipt, Refusal
from models.plan.plan import Window
from tests.support.builders import DAY, START, Player, date_terms, meeting, obligation, opened, plan_of

LAO, KHM, VNM = "lao-moc", "khm-moc", "vnm-moc"
SILENCE = 14 * DAY


def held(third: bool = False, **more: Any) -> Player:
    """A meeting that LAO has marked held. The other sides have the mail about it."""
    player = Player(MEETING, meeting(third=third, **more))
    player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY))
    for office in (KHM, VNM)[: 1 + third]:
        player.act(acts.Accept, office, proposal=1)
    player.tick(START + 11 * DAY)
    player.act(acts.Held, LAO)
    for office in (KHM, VNM)[: 1 + third]:
        deliver(player, office)
    return player


def filed(third: bool = False, **more: Any) -> Player:
    """A meeting whose mark stands, because nobody objected, and whose outcome LAO has filed."""
    player = held(third, **more)
    player.tick(player.now + SILENCE)
    look(player)
    player.effects.clear()
    player.act(acts.Outcome, LAO, text="minutes")
    return player


def words(player: Player) -> list[Announcement]:
    """What was put on record and told, of which the post rooms report the delivery."""
    found = [effect.announcement for effect in player.effects if isinstance(effect, Announce)]
    return [each for each in found if each.acknowledges]


def deliver(player: Player, office: str = KHM, after: timedelta = timedelta(0)) -> None:
    """The mail server takes the mail to an office."""
    player.now += after
    [word] = [each for each in words(player) if each.office == office][-1:]
    keep(player, player.machine.delivered(player.state, word.key, player.now, player.now))


def keep(player: Player, step: Any) -> None:
    player.state = step.state
    player.effects.extend(step.effects)


def look(player: Player, why: str = "") -> LookForObjections:
    """Answers the last question whether an objection lies unread."""
    asked: LookForObjections = [effect for effect in player.effects if isinstance(effect, LookForObjections)][-1]
    keep(player, player.machine.looked(player.state, Objections(since=asked.since, why=why), player.now))
    return asked


def test_nobody_closes_alone_and_the_others_are_told_how_to_object() -> None:
    player = filed()
    assert MEETING.status_of(player.state) == "under-silence" and waited_for(player.state) == ("KHM",)
    [word] = words(player)
    assert word.office == KHM and word.silence == SILENCE
    assert "Unless your side disputes it within 14 days of this mail" in word.text
    refused = player.act(acts.Close, LAO)
    assert refused.code == "under-silence" and "the time runs once the mail to KHM has gone" in refused.message
    assert player.act(acts.Agree, LAO).code == "own-mark"
    assert "say agree, or dispute it" in player.act(acts.Close, KHM).message
    assert player.awaited() == {(KHM, "agree", 1)}


def test_the_time_runs_from_the_mail_and_unbroken_it_closes_by_itself() -> None:
    player = filed().tick(START + 40 * DAY)
    assert ends_at(player.state) is None and MEETING.status_of(player.state) == "under-silence", "no mail has gone"
    deliver(player)
    assert player.state.ledger[-1].verb == "silence" and ends_at(player.state) == player.now + SILENCE
    moment = MEETING.next_moment(player.state)
    assert moment is not None and (moment.at, moment.kind) == (player.now + SILENCE, MomentKind.SILENCE_ENDS)
    sent = player.now
    player.tick(sent + SILENCE - timedelta(seconds=1))
    assert not player.state.closed and not any(isinstance(each, LookForObjections) for each in player.effects)
    player.tick(sent + SILENCE)
    asked = look(player)
    assert asked.until == sent + SILENCE and KHM in asked.offices and LAO not in asked.offices
    assert player.state.closed is not None and "No side objected to the outcome that LAO" in player.state.closed.text
    last = [effect.announcement for effect in player.effects if isinstance(effect, Announce)][-2:]
    assert {each.office for each in last} == {LAO, KHM} and all(each.final for each in last)


def test_a_letter_that_nobody_has_read_keeps_it_open() -> None:
    player = filed()
    deliver(player)
    player.tick(player.now + SILENCE)
    for n in range(3):
        look(player, "message 4 of the inbox, from khm-moc@x.example, waits for a person")
        assert not player.state.closed
        assert [entry.verb for entry in player.state.ledger].count("silence") == 4, "said once"
        player.tick(player.now + timedelta(hours=1))
        assert len([each for each in player.effects if isinstance(each, LookForObjections)]) == n + 2
    look(player)
    assert player.state.closed is not None


def test_a_dispute_breaks_the_silence_and_a_correction_begins_it_anew() -> None:
    player = filed()
    deliver(player)
    player.act(acts.Dispute, KHM, reason="page 2 is missing")
    assert [each.about for each in player.state.silences] == ["mark"] and MEETING.status_of(
        player.state
    ) == "outcome-awaited"
    player.tick(player.now + 3 * SILENCE)
    player.act(acts.Outcome, LAO, text="minutes with page 2")
    assert ends_at(player.state) is None, "from the new mail on"
    deliver(player, after=5 * DAY)
    corrected = player.act(acts.Outcome, LAO, text="minutes with page 2, signed")
    assert isinstance(corrected, Receipt) and "corrects the outcome" in corrected.text
    assert player.state.ledger[-1].data["replaced"]["text"] == "minutes with page 2"
    assert ends_at(player.state) is None and player.act(acts.Outcome, KHM, text="ours").code == "already-filed"


def test_agreement_of_every_other_side_ends_it_at_once() -> None:
    player = filed(third=True)
    assert waited_for(player.state) == ("KHM", "VNM")
    assert isinstance(player.act(acts.Agree, KHM), Receipt) and not player.state.closed
    assert player.act(acts.Agree, KHM).code == "already-agreed"
    player.act(acts.Agree, VNM)
    assert player.state.closed is not None and "Every other side agrees" in player.state.closed.text


def test_one_side_that_agreed_is_not_waited_for() -> None:
    player = filed(third=True)
    player.act(acts.Agree, VNM)
    deliver(player)
    assert ends_at(player.state) == player.now + SILENCE


@pytest.mark.parametrize("reached_again", [False, True])
def test_a_bounce_voids_the_time(reached_again: bool) -> None:
    player = filed()
    deliver(player)
    [word] = words(player)
    player.now += 13 * DAY
    keep(player, player.machine.returned(player.state, word.key, "550 no such mailbox", player.now))
    assert ends_at(player.state) is None and "came back (550 no such mailbox)" in player.state.ledger[-1].text
    if reached_again:
        deliver(player)
        assert ends_at(player.state) == player.now + SILENCE
    player.tick(player.now + SILENCE - timedelta(seconds=1))
    assert not player.state.closed


def test_where_only_agreement_closes_silence_does_not_and_the_ladder_climbs() -> None:
    plan = plan_of(obligation(), silence=EXPRESS)
    player = Player(MEETING, opened(plan).meetings[0])
    player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY))
    player.act(acts.Accept, KHM, proposal=1)
    player.tick(START + 11 * DAY)
    player.act(acts.Held, LAO)
    player.act(acts.Outcome, LAO, text="minutes")
    deliver(player)
    player.tick(player.now + 100 * DAY)
    assert not player.state.closed and (KHM + "-minister", "agree", 4) in player.awaited()
    assert "it is closed when KHM agrees" in player.act(acts.Close, LAO).message
    player.act(acts.Agree, KHM)
    assert player.state.closed is not None


def test_evidence_of_a_commitment_stands_under_silence_and_a_lone_side_closes() -> None:
    player = Player(COMMITMENT, opened(plan_of(obligation(kind="instrument"))).commitments[0])
    player.act(acts.Evidence, LAO, text="signed")
    assert COMMITMENT.status_of(player.state) == "under-silence"
    deliver(player)
    player.act(acts.Dispute, KHM, reason="not the signed text")
    assert not player.state.silences and COMMITMENT.status_of(player.state) == "disputed"
    lone = Player(COMMITMENT, opened(plan_of(obligation(kind="instrument", sides=("LAO",)))).commitments[0])
    lone.act(acts.Evidence, LAO, text="done")
    assert COMMITMENT.status_of(lone.state) == "close-awaited" and isinstance(lone.act(acts.Close, LAO), Receipt)


def test_items_of_an_earlier_release_are_closed_by_an_office() -> None:
    state = meeting()
    player = Player(MEETING, state.model_copy(update={"setup": state.setup.model_copy(update={"silence": None})}))
    player.act(acts.Held, LAO, on=date_terms(START).slot.start)  # type: ignore[union-attr]
    player.act(acts.Outcome, LAO, text="minutes")
    assert isinstance(player.act(acts.Agree, KHM), Refusal) and isinstance(player.act(acts.Close, LAO), Receipt)


def test_agreement_of_one_side_does_not_shorten_the_time_of_another() -> None:
    player = filed(third=True)
    deliver(player)
    deliver(player, VNM, after=10 * DAY)
    end = ends_at(player.state)
    player.act(acts.Agree, VNM)
    assert ends_at(player.state) == end


def test_a_change_of_the_plan_does_not_change_the_time_that_the_mail_said() -> None:
    player = filed()
    deliver(player)
    end = ends_at(player.state)
    order = Order(changes={"silence": EXPRESS}, text="settled by the offices")
    keep(player, player.machine.ordered(player.state, order, player.now))
    assert player.state.setup.silence == EXPRESS and ends_at(player.state) == end
    player.act(acts.Outcome, LAO, text="corrected")
    assert ends_at(player.state) is None and player.state.silences[-1].rule == EXPRESS


def test_an_amendment_of_the_offices_tells_the_new_office_and_begins_its_time_anew() -> None:
    player = filed()
    deliver(player)
    other = meeting(offices={"LAO": "lao-moc", "KHM": "khm-mfa"}).setup.parties
    order = Order(changes={"parties": [each.model_dump(mode="json") for each in other]}, text="amended")
    keep(player, player.machine.ordered(player.state, order, player.now))
    assert ends_at(player.state) is None and words(player)[-1].office == "khm-mfa"
    deliver(player, "khm-mfa", after=DAY)
    assert ends_at(player.state) == player.now + SILENCE
    player.tick(player.now + SILENCE)
    asked = [effect for effect in player.effects if isinstance(effect, LookForObjections)][-1]
    assert {KHM, "khm-mfa"} <= set(asked.offices), "a letter of the former office counts too"


def test_nothing_is_entered_after_the_close_out() -> None:
    player = filed()
    [word] = words(player)
    player.act(acts.Agree, KHM)
    for step in (
        player.machine.delivered(player.state, word.key, player.now, player.now),
        player.machine.returned(player.state, word.key, "550", player.now),
    ):
        assert step.state == player.state and step.effects == ()


def test_reports_that_are_no_longer_owed_keep_nothing_open() -> None:
    player = filed(report_to_higher=True)
    player.act(acts.Agree, KHM)
    assert not player.state.closed and MEETING.status_of(player.state) == "report-awaited"
    order = Order(changes={"report_to_higher": False}, text="amended")
    keep(player, player.machine.ordered(player.state, order, player.now))
    assert player.state.closed is not None


def test_evidence_against_evidence_can_still_be_disputed_and_every_word_is_told() -> None:
    player = Player(COMMITMENT, opened(plan_of(obligation(kind="instrument"))).commitments[0])
    player.act(acts.Evidence, LAO, text="delivered")
    player.act(acts.Evidence, KHM, text="it never came")
    assert isinstance(player.act(acts.Dispute, KHM, reason="it never came"), Receipt)
    met = filed(report_to_higher=True)
    met.effects.clear()
    met.act(acts.Evidence, KHM, text="we do not accept the minutes")
    assert [each.announcement.office for each in met.effects if isinstance(each, Announce)] == [LAO]


def test_a_mark_stands_under_silence_from_its_own_mail_on() -> None:
    player = held()
    assert MEETING.status_of(player.state) == "outcome-awaited"
    [word] = words(player)
    assert word.text.endswith("it stands. Your side may also agree at once.") and "closed" not in word.text
    moment = MEETING.next_moment(player.state)
    assert moment is not None and moment.words == "the mark stands unless a side objects before"
    player.tick(player.now + SILENCE)
    look(player)
    assert player.state.ledger[-1].text == "no side objected to the mark that LAO put on record: it stands"
    assert player.act(acts.Dispute, KHM, reason="it was not held").code == "stands"
    assert not player.state.closed and player.awaited() >= {(LAO, "outcome", 1)}


def test_an_item_is_closed_only_when_mark_and_outcome_both_stand() -> None:
    player = held()
    player.now += 10 * DAY
    player.act(acts.Outcome, KHM, text="minutes")
    deliver(player, LAO)
    assert player.awaited() == {(KHM, "agree", 1), (LAO, "agree", 1)}
    assert {(each["about"], *each["waits_for"]) for each in MEETING.view(player.state).silences} == {
        ("mark", "KHM"),
        ("outcome", "LAO"),
    }
    player.act(acts.Agree, LAO)
    assert not player.state.closed, "KHM may still object to the mark"
    player.act(acts.Agree, KHM)
    assert player.state.closed is not None


def test_a_side_may_dispute_the_mark_of_another_although_it_filed_the_outcome() -> None:
    player = held()
    player.act(acts.Outcome, KHM, text="minutes")
    player.act(acts.Dispute, KHM, reason="it was the day after")
    assert MEETING.status_of(player.state) == "disputed" and player.state.outcome is not None
    assert [each.about for each in player.state.silences] == ["outcome"]
    player.act(acts.NotHeld, LAO)
    assert player.state.outcome is None and not player.state.silences


def test_where_only_agreement_counts_the_mark_waits_for_it_while_the_outcome_is_awaited() -> None:
    player = Player(MEETING, opened(plan_of(obligation(), silence=EXPRESS)).meetings[0])
    player.act(acts.Held, LAO, on=date_terms(START).slot.start)  # type: ignore[union-attr]
    assert (KHM, "agree", 1) in player.awaited()
    [word] = words(player)
    assert word.text.endswith("It stands when your side agrees. If it is wrong, dispute it.")


def in_a_window(days: int) -> Player:
    """A commitment whose window ends after so many days."""
    state = opened(plan_of(obligation(kind="instrument"))).commitments[0]
    window = Window(name="2026", start=START, end=START + days * DAY)
    return Player(COMMITMENT, state.model_copy(update={"setup": state.setup.model_copy(update={"window": window})}))


def test_what_is_done_in_time_is_not_missed_because_its_silence_ends_after_the_window() -> None:
    player = in_a_window(20)
    player.tick(START + 19 * DAY)
    player.act(acts.Evidence, LAO, text="signed")
    deliver(player)
    player.tick(START + 21 * DAY)
    assert not player.state.late and not [each for each in player.state.ledger if each.verb == "missed"]
    player.tick(START + 19 * DAY + SILENCE)
    look(player)
    assert player.state.closed is not None and COMMITMENT.fate(player.state) == "on-time"


def test_what_is_disputed_after_the_window_is_missed() -> None:
    player = in_a_window(20)
    player.tick(START + 19 * DAY)
    player.act(acts.Evidence, LAO, text="signed")
    player.tick(START + 21 * DAY)
    player.act(acts.Dispute, KHM, reason="not the signed text")
    player.tick(player.now)
    assert player.state.late and [each.verb for each in player.state.ledger][-1] == "missed"
