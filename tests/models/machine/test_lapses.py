"""A proposed date that comes before every side has consented lapses, and nobody is asked to answer it any more."""

from datetime import timedelta
from typing import Any

import pytest

from models.items.meeting import MEETING
from models.machine.state import ProposalStatus
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.calendar_event import EventStatus
from models.messages.effects import Announce, Await, Settle
from models.messages.moments import MomentKind
from models.messages.notices import Announcement, AnnouncementKind
from tests.support.builders import DAY, START, Player, date_terms, meeting, obligation, opened, plan_of
from tests.support.meetings import KHM, LAO, agreed, events, proposed

START_OF_DATE = START + 10 * DAY


def told(player: Player) -> list[Announcement]:
    return [e.announcement for e in player.effects if isinstance(e, Announce)]


def awaited_of(player: Player, act: str) -> list[Any]:
    return [e.notice for e in player.effects if isinstance(e, Await) and e.notice.verb == act]


def test_rungs_that_do_not_fit_are_left_out_and_the_others_keep_their_spacing() -> None:
    player = proposed(day=70).tick(START + 80 * DAY)
    climbed = [(n.office, n.at) for n in awaited_of(player, "answer")]
    assert climbed == [(KHM, START), ("khm-moc-dg", START + 30 * DAY), ("khm-moc-dm", START + 60 * DAY)]
    assert [n.due for n in awaited_of(player, "answer")] == [START + days * DAY for days in (30, 60, 70)]


def test_a_rung_at_the_instant_of_the_date_is_left_out() -> None:
    player = proposed(day=30).tick(START + 31 * DAY)
    assert [n.office for n in awaited_of(player, "answer")] == [KHM], "the coordinator's own rung always stands"


def test_a_date_that_passes_unanswered_lapses_at_its_start() -> None:
    player = proposed()
    moment = MEETING.next_moment(player.state)
    assert moment == (START_OF_DATE, MomentKind.LAPSES, "1")
    assert "proposal 1 lapses on 11 January 2026" in MEETING.next_step(player.state)
    assert [row.due for row in MEETING.awaiting(player.state)] == [START_OF_DATE]
    player.effects.clear()
    player.now = START_OF_DATE + timedelta(minutes=3)  # the timer fires a little late
    player.tick()
    assert player.state.proposals[0].status is ProposalStatus.LAPSED
    assert MEETING.status_of(player.state) == "date-awaited"
    assert [(w.kind, w.office, w.at) for w in told(player)] == [
        (AnnouncementKind.CANCELLATION, LAO, START_OF_DATE),
        (AnnouncementKind.CANCELLATION, KHM, START_OF_DATE),
    ]
    happened = told(player)[0].happened
    assert happened is not None and happened.verb == "lapsed" and happened.proposal is not None
    assert events(player) == [(1, EventStatus.CANCELLED)]
    line = next(entry for entry in player.state.ledger if entry.verb == "lapsed")
    assert line.data == {"proposal": 1, "due": "2026-01-11T00:00:00Z"}
    assert [e.keys for e in player.effects if isinstance(e, Settle)] == [("t/m/-/answer/1/1/khm-moc",)]
    assert {(n.office, n.since) for n in awaited_of(player, "propose-date")} == {
        (LAO, START_OF_DATE),
        (KHM, START_OF_DATE),
    }
    refusal = player.act(acts.Accept, KHM, proposal=1)
    assert (refusal.code, "lapsed" in refusal.message) == ("not-open", True)


def test_after_an_outage_over_a_rung_and_the_date_only_the_lapse_is_told() -> None:
    player = proposed(day=40)
    player.effects.clear()
    player.now = START + 41 * DAY
    player.tick()
    assert awaited_of(player, "answer") == [] and player.state.proposals[0].status is ProposalStatus.LAPSED


def test_nobody_is_asked_anew_about_a_date_that_has_come_though_it_has_not_lapsed_yet() -> None:
    player = proposed()
    player.act(acts.Propose, LAO, terms=Terms(topic=Topic.EXTEND, until=START + 400 * DAY))
    player.effects.clear()
    player.now = START_OF_DATE
    act = acts.Accept(act_id="x", office=KHM, proposal=2)  # an extension asks everything anew
    step = MEETING.take(player.state, act, player.now)
    assert not [e for e in step.effects if isinstance(e, Await) and e.notice.verb == "answer"]


def test_beside_an_agreed_date_every_side_is_told_and_the_agreed_date_stands() -> None:
    player = agreed()
    player.act(acts.Propose, KHM, terms=date_terms(START + 5 * DAY))
    player.effects.clear()
    player.tick(START + 5 * DAY)
    assert [(w.kind, w.office) for w in told(player)] == [
        (AnnouncementKind.ANSWER, LAO),
        (AnnouncementKind.ANSWER, KHM),
    ]
    assert "proposal 2" in told(player)[0].text and "lapsed" in told(player)[0].text
    assert MEETING.status_of(player.state) == "scheduled" and events(player) == []


def test_a_date_that_sleeps_lapses_too() -> None:
    player = proposed(window={"by": "year", "first": 2027, "last": 2027}, day=10)
    assert not player.state.awake
    player.tick(START_OF_DATE)
    assert player.state.proposals[0].status is ProposalStatus.LAPSED and player.awaited() == set()
    assert MEETING.status_of(player.state) == "dormant"


def test_other_proposals_do_not_lapse() -> None:
    player = proposed(day=300)
    player.act(acts.Propose, KHM, terms=Terms(topic=Topic.DROP, reason="merged with another"))
    player.tick(START + 200 * DAY)
    assert player.state.proposals[1].open
    assert ("lao-moc-minister", "answer", 4) in player.awaited()


def test_by_the_rules_before_edition_1_nothing_lapses_and_every_rung_is_climbed() -> None:
    player = proposed(day=40)
    player.state = player.state.model_copy(update={"setup": player.state.setup.model_copy(update={"edition": 0})})
    player.tick(START + 100 * DAY)
    assert player.state.proposals[0].open and len(awaited_of(player, "answer")) == 4


def test_an_invitation_says_by_when_an_answer_is_wanted() -> None:
    def dues(player: Player) -> dict[str, Any]:
        return {w.office: w.due for w in told(player)}

    assert dues(proposed()) == {LAO: None, KHM: START_OF_DATE}
    assert dues(proposed(day=70)) == {LAO: None, KHM: START + 30 * DAY}
    player = agreed()
    player.effects.clear()
    player.act(acts.Propose, KHM, terms=date_terms(START + 5 * DAY))
    assert dues(player) == {LAO: START + 5 * DAY}


def test_after_a_lapse_a_date_is_awaited_since_the_lapse_also_if_a_status_round_passes_meanwhile() -> None:
    seminar = obligation("s", kind="seminar", window=None)
    rounds = {"by": "offset", "opens": "P9D", "every": "P50D", "count": 2}
    [state] = opened(plan_of(seminar, round=rounds, round_closes="P25D")).meetings
    player = Player(MEETING, state)
    player.act(acts.Call, LAO, reason="elections")
    player.act(acts.Propose, LAO, terms=date_terms(START_OF_DATE))
    player.tick(START_OF_DATE - timedelta(seconds=1))
    player.effects.clear()
    player.now = START_OF_DATE + timedelta(milliseconds=61)
    player.tick()
    assert {notice.at for notice in awaited_of(player, "propose-date")} == {START_OF_DATE}


@pytest.mark.parametrize(
    "terms",
    [
        Terms(topic=Topic.POSTPONE, until=START_OF_DATE, reason="flood"),
        Terms(topic=Topic.EXTEND, until=START + 400 * DAY, reason="more time"),
    ],
)
def test_a_proposal_to_postpone_or_extend_lapses_at_the_instant_that_it_names(terms: Terms) -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, LAO, terms=terms)
    assert terms.until is not None
    asked = awaited_of(player, "answer")
    assert asked[0].due == min(terms.until, START + 30 * DAY), "nobody is asked for an answer after it"
    player.tick(terms.until - timedelta(seconds=1))
    assert player.state.proposals[0].open
    assert all(each.at < terms.until and each.due <= terms.until for each in awaited_of(player, "answer"))
    player.effects.clear()
    player.tick(terms.until)
    assert player.state.proposals[0].status is ProposalStatus.LAPSED
    assert not [row for row in MEETING.awaiting(player.state) if row.act == "answer"]
    words = [w for w in told(player) if w.happened and w.happened.verb == "lapsed"]
    assert [(w.kind, w.office) for w in words] == [(AnnouncementKind.ANSWER, LAO), (AnnouncementKind.ANSWER, KHM)]
