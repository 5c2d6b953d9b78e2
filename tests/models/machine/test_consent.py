"""Proposals and consent: what binds, what it replaces, what is told of it."""

from models.items.meeting import MEETING
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.calendar_event import EventStatus
from models.messages.effects import Announce
from models.messages.views import Receipt, Refusal
from tests.support.builders import DAY, START, Player, date_terms, meeting
from tests.support.meetings import KHM, LAO, VNM, agreed, events


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
    refusal = player.act(acts.Accept, KHM, proposal=1)
    assert isinstance(refusal, Refusal) and refusal.code == "stale-proposal"
    assert [(row.office, row.act) for row in refusal.awaiting] == [(LAO, "answer")]
    player.act(acts.Accept, LAO, proposal=2)
    assert events(player) == [(0, EventStatus.TENTATIVE), (1, EventStatus.TENTATIVE), (2, EventStatus.CONFIRMED)]


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
