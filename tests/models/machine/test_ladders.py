"""Ladders: who is asked after whom, and when; what pauses them, and what stays with the coordinator."""

from datetime import timedelta

from models.items.meeting import MEETING
from models.machine.ladders import notice_key
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.effects import Await, Settle
from tests.support.builders import DAY, START, Player, date_terms, meeting
from tests.support.meetings import KHM, LAO, VNM, agreed


def test_ladder_climbs_rank_by_rank_and_the_last_rung_stays() -> None:
    player = Player(MEETING, meeting()).tick(START + 200 * DAY)
    offices = [e.notice.office for e in player.effects if isinstance(e, Await) and e.notice.side == "LAO"]
    assert offices == ["lao-moc", "lao-moc-dg", "lao-moc-dm", "lao-moc-minister"]
    assert ("lao-moc-minister", "propose-date", 4) in player.awaited()
    assert len(player.awaited()) == 8


def test_after_an_outage_one_rung_is_climbed_not_all() -> None:
    player = Player(MEETING, meeting())
    player.now = START + 100 * DAY
    player.tick()
    assert max(rung for _, _, rung in player.awaited()) == 2
    player.tick(player.now + 6 * DAY)
    assert max(rung for _, _, rung in player.awaited()) == 2
    player.tick(player.now + 2 * DAY)
    assert max(rung for _, _, rung in player.awaited()) == 3


def test_a_third_state_is_asked_and_never_escalated() -> None:
    player = Player(MEETING, meeting(third=True)).tick(START + 300 * DAY)
    assert {(o, r) for o, _, r in player.awaited() if o.startswith("vnm")} == {(VNM, 1)}


def test_an_unreachable_office_pauses_its_ladder_only() -> None:
    player = Player(MEETING, meeting())
    key = next(e.notice.key for e in player.effects if isinstance(e, Await) and e.notice.office == LAO)
    step = MEETING.returned(player.state, key, "550 no such user", player.now)
    player.state = step.state
    player.tick(START + 100 * DAY)
    assert {(office, rung) for office, _, rung in player.awaited()} >= {(LAO, 1), ("khm-moc-minister", 4)}
    assert not any(office.startswith("lao-moc-") for office, _, _ in player.awaited())
    player.state = MEETING.reached(player.state, key, player.now).state
    player.tick(player.now + 29 * DAY)
    assert not any(office == "lao-moc-dg" for office, _, _ in player.awaited())
    player.tick(player.now + 2 * DAY)
    assert any(office == "lao-moc-dg" for office, _, _ in player.awaited())


def test_unstated_host_of_a_rotating_meeting_is_asked_in_the_letter_only() -> None:
    player = Player(MEETING, meeting(host_rule="rotating")).tick(START + 200 * DAY)
    assert {(o, r) for o, act, r in player.awaited() if act == "propose-host"} == {(LAO, 1), (KHM, 1)}
    player.act(acts.Propose, LAO, terms=Terms(topic=Topic.HOST, host="LAO"))
    player.act(acts.Accept, KHM, proposal=1)
    assert player.state.host == "LAO"
    assert {o for o, act, _ in player.awaited() if act == "propose-date"} == {
        "lao-moc",
        "lao-moc-dg",
        "lao-moc-dm",
        "lao-moc-minister",
    }


def test_launched_midway_the_ladder_starts_at_the_opening() -> None:
    player = Player(MEETING, meeting(), now=START + 325 * DAY)
    assert {row.since for row in MEETING.awaiting(player.state)} == {START + 325 * DAY}
    assert max(rung for _, _, rung in player.awaited()) == 1
    assert MEETING.next_moment(player.state) is not None
    assert MEETING.sentence(player.state).startswith("1.1 m: ")
    assert timedelta(days=30) == MEETING.awaiting(player.state)[0].due - player.now  # type: ignore[operator]


def test_an_answer_to_a_date_is_asked_for_before_that_date() -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY))
    (asked,) = [e.notice for e in player.effects if isinstance(e, Await) and e.notice.verb == "answer"]
    assert asked.due == START + 10 * DAY and asked.proposal.invited
    player.act(acts.Reject, KHM, proposal=1)
    player.act(acts.Propose, LAO, terms=date_terms(START + 100 * DAY))
    late = [e.notice for e in player.effects if isinstance(e, Await) and e.notice.verb == "answer"][-1]
    assert late.due is not None and late.due < START + 100 * DAY, "else before the next office is asked"


def test_what_is_asked_no_longer_is_settled_with_every_office_that_was_asked() -> None:
    player = Player(MEETING, meeting()).tick(START + 70 * DAY)
    asked = {e.notice.key: e.notice.office for e in player.effects if isinstance(e, Await)}
    assert len(asked) == 6, "three ranks of each side"
    player.effects.clear()
    player.act(acts.Propose, LAO, terms=date_terms(START + 90 * DAY))
    settled = {key: e.office for e in player.effects if isinstance(e, Settle) for key in e.keys}
    assert settled == asked


def test_what_is_asked_anew_begins_at_the_coordinator_under_another_key() -> None:
    player = Player(MEETING, meeting()).tick(START + 40 * DAY)
    player.act(acts.Propose, LAO, terms=date_terms(START + 60 * DAY))
    player.act(acts.Reject, KHM, proposal=1)
    keys = [e.notice.key for e in player.effects if isinstance(e, Await) and e.notice.verb == "propose-date"]
    assert [key for key in keys if "lao-moc" in key] == [
        "t/m/-/propose-date/1/1/lao-moc",
        "t/m/-/propose-date/2/1/lao-moc-dg",
        "t/m/-/propose-date/1/2/lao-moc",
    ]
    [open_act] = [each for each in player.state.open_acts if each.side == "LAO"]
    assert [notice_key(player.state.setup, open_act, rung) for rung in (1, 2)] == [
        "t/m/-/propose-date/1/2/lao-moc",
        "t/m/-/propose-date/2/2/lao-moc-dg",
    ]


def test_whoever_has_just_acted_reads_of_what_follows_in_the_next_letter() -> None:
    player = agreed().tick(START + 11 * DAY)
    player.effects.clear()
    player.act(acts.Held, LAO)
    asked = {e.notice.office: (e.notice.verb, e.notice.quiet) for e in player.effects if isinstance(e, Await)}
    assert asked == {LAO: ("outcome", True), KHM: ("outcome", False)}


def test_each_rung_is_asked_to_see_to_it_before_the_next_and_the_last_before_the_window_ends() -> None:
    player = Player(MEETING, meeting()).tick(START + 91 * DAY)
    begins, ends = player.state.setup.window.start, player.state.window_end
    rows = [row for row in MEETING.awaiting(player.state) if row.office.startswith("lao-moc")]
    assert [(row.rung, row.since - begins) for row in rows] == [(rung, 30 * (rung - 1) * DAY) for rung in (1, 2, 3, 4)]
    assert [row.due for row in rows] == [*(begins + 30 * rung * DAY for rung in (1, 2, 3)), ends]
    whole = MEETING.awaiting(player.state)
    assert list(whole) == sorted(whole, key=lambda row: (row.since, row.rung, row.office)), "the oldest first"


def test_a_return_of_what_is_not_awaited_or_a_second_one_changes_nothing() -> None:
    player = Player(MEETING, meeting())
    key = next(e.notice.key for e in player.effects if isinstance(e, Await) and e.notice.office == LAO)
    foreign = MEETING.returned(player.state, f"{key}-dg", "550", player.now)
    early = MEETING.reached(player.state, key, player.now)
    assert foreign.state == early.state == player.state and foreign.effects == early.effects == ()
    step = MEETING.returned(player.state, key, "550 no such user", player.now)
    assert step.state.ledger[-1].text == "lao-moc cannot be reached (550 no such user): its ladder pauses"
    again = MEETING.returned(step.state, key, "550 no such user", player.now + DAY)
    assert again.state == step.state and again.effects == ()


def test_a_ladder_that_paused_half_way_goes_on_from_the_rung_that_it_had_climbed() -> None:
    player = Player(MEETING, meeting()).tick(START + 31 * DAY)
    key = "t/m/-/propose-date/2/1/lao-moc-dg"
    player.state = MEETING.returned(player.state, key, "550", player.now).state
    player.tick(START + 200 * DAY)
    assert {(office, rung) for office, _, rung in player.awaited() if office.startswith("lao")} == {
        ("lao-moc", 1),
        ("lao-moc-dg", 2),
    }
    player.state = MEETING.reached(player.state, key, player.now).state
    player.tick(player.now + 29 * DAY)
    assert max(rung for office, _, rung in player.awaited() if office.startswith("lao")) == 2
    player.tick(player.now + DAY)
    assert max(rung for office, _, rung in player.awaited() if office.startswith("lao")) == 3, "and one rung only"
