"""What sleeps: status rounds, triggers and calls."""

from datetime import UTC, datetime, timedelta

import pytest

from models.items.commitment import COMMITMENT
from models.items.meeting import MEETING
from models.items.series import SERIES
from models.machine.status_rounds import gather
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.effects import Await, ReportUp, Settle
from models.messages.moments import MomentKind
from models.messages.notices import AnnouncementKind
from models.messages.views import Receipt, Refusal
from models.plan.kinds import Kind
from tests.support.builders import DAY, START, Player, date_terms, meeting, obligation, opened, plan_of
from tests.support.meetings import KHM, LAO
from tests.support.plan_lives import UNDATED
from tests.support.rounds import ASKS, BOTH, CLOSES, ROUND, TRIGGER, dated_series, standing, undated_meeting
from tests.support.worlds import Life, announced

# Status rounds


@pytest.mark.parametrize("kind", [each.value for each in Kind])
def test_what_nothing_dates_sleeps_and_is_asked_on_the_day_of_the_round_only(kind: str) -> None:
    closes = ASKS + 80 * DAY
    life = Life(obligation("x", kind=kind, ladder="top", **UNDATED), round=ROUND, round_closes="P80D")
    life.until(ASKS)
    assert life.awaited("t/x") == set() and life.status("t/x") == "dormant"
    assert life.world.letters == []
    life.until(ASKS + timedelta(hours=1))
    assert life.awaited("t/x") == BOTH and life.status("t/x") == "progress-awaited"
    life.until(closes - DAY)
    assert life.awaited("t/x") == BOTH, "it climbs no ladder"
    life.until(closes + timedelta(seconds=1))
    assert life.awaited("t/x") == set() and life.status("t/x") == "dormant"
    assert life.item("t/x").ledger[-1].text == "status round 2026 was not answered by LAO, KHM"
    letters = len(life.world.letters)
    life.until(datetime(2027, 1, 14, tzinfo=UTC))
    assert len(life.world.letters) == letters, "nobody is nagged between rounds"
    life.until(datetime(2027, 1, 15, tzinfo=UTC))
    assert life.awaited("t/x") == BOTH
    life.until(datetime(2030, 1, 1, tzinfo=UTC))
    assert life.awaited("t/x") == set() and [name for name in life.world.items if name.startswith("t/x/")] == []


def test_each_side_answers_for_itself_and_may_correct_itself() -> None:
    player = standing().tick(ASKS)
    assert isinstance(player.act(acts.Progress, "lao-moc-dm", state="limited", note="begun"), Receipt)
    assert player.awaited() == {(KHM, "progress", 1)}
    assert isinstance(player.act(acts.Progress, LAO, state="substantial"), Receipt)
    player.act(acts.Progress, KHM, state="no-evidence")
    assert player.awaited() == set() and COMMITMENT.status_of(player.state) == "dormant"
    assert {each.side: (each.state, each.round) for each in player.state.progress} == {
        "LAO": ("substantial", "2026"),
        "KHM": ("no-evidence", "2026"),
    }
    reports = [effect.report for effect in player.effects if type(effect).__name__ == "ReportUp"]
    assert [each.progress["state"] for each in reports] == ["limited", "substantial", "no-evidence"]
    player.tick(CLOSES)
    assert not any("was not answered" in line.text for line in player.state.ledger)
    player.tick(datetime(2027, 1, 15, tzinfo=UTC))
    assert player.awaited() == BOTH, "the answers to the last round are not those to this one"


def test_a_late_answer_counts_and_is_asked_no_more() -> None:
    player = standing().tick(ASKS)
    player.act(acts.Progress, LAO, state="limited")
    player.tick(CLOSES)
    assert player.state.ledger[-1].text == "status round 2026 was not answered by KHM"
    assert isinstance(player.act(acts.Progress, KHM, state="complete"), Receipt)
    assert player.state.progress[-1].round == "2026" and player.awaited() == set()


def test_before_the_first_round_there_is_nothing_to_answer() -> None:
    refusal = standing().act(acts.Progress, LAO, state="limited")
    assert isinstance(refusal, Refusal) and refusal.code == "no-round"


def test_a_third_state_is_asked_too() -> None:
    three = obligation("c", kind="standing", sides=("LAO", "KHM", "VNM"), **UNDATED)
    found = opened(plan_of(three, third=True, round=ROUND))
    player = Player(COMMITMENT, found.commitments[0]).tick(ASKS)
    assert player.awaited() == BOTH | {("vnm-moc", "progress", 1)}


def test_what_is_busy_is_not_asked_and_its_silence_is_none() -> None:
    player = undated_meeting()
    player.act(acts.Propose, LAO, terms=date_terms(START + 60 * DAY))
    player.act(acts.Accept, KHM, proposal=1)
    player.tick(ASKS + DAY)
    assert MEETING.status_of(player.state) == "scheduled" and player.awaited() == set()
    player.tick(CLOSES + DAY)
    assert not any("round" in line.verb for line in player.state.ledger)
    player.act(acts.Propose, LAO, terms=Terms(topic=Topic.POSTPONE, until=datetime(2027, 6, 1, tzinfo=UTC)))
    player.act(acts.Accept, KHM, proposal=2)
    player.tick(datetime(2027, 1, 20, tzinfo=UTC))
    assert player.awaited() == BOTH, "what is postponed sleeps, and is asked"
    player.tick(datetime(2027, 6, 2, tzinfo=UTC))
    assert {act for _, act, _ in player.awaited()} == {"propose-date"}


def test_what_an_act_wakes_in_the_midst_of_a_round_is_asked_no_longer() -> None:
    player = standing().tick(ASKS)
    player.act(acts.Evidence, LAO, text="done")
    assert {act for _, act, _ in player.awaited()} == {"close"}
    asked = {e.notice.key for e in player.effects if isinstance(e, Await) and e.notice.verb == "progress"}
    assert asked == {key for e in player.effects if isinstance(e, Settle) for key in e.keys}


def test_one_letter_holds_all_that_a_round_asks_of_an_office() -> None:
    many = [obligation(f"c{n}", kind="standing", **UNDATED) for n in range(30)]
    life = Life(*many, round=ROUND).until(ASKS + DAY)
    assert all(each.gather == timedelta(hours=1) for n in range(30) for each in life.item(f"t/c{n}").open_acts)
    mine = [letter for letter in life.world.letters if letter.office == LAO]
    assert len(mine) == 1 and len(mine[0].notices) == 30


def test_after_an_outage_only_the_newest_round_asks_and_a_round_that_is_over_does_not() -> None:
    player = standing()
    player.now = datetime(2027, 1, 20, tzinfo=UTC)
    player.tick()
    assert player.awaited() == BOTH and player.state.round is not None and player.state.round.name == "2027"
    player.tick(datetime(2027, 3, 1, tzinfo=UTC))
    player.now = datetime(2028, 6, 1, tzinfo=UTC)
    player.tick()
    assert player.awaited() == set() and COMMITMENT.next_moment(player.state) is None


def test_a_launch_in_the_midst_of_a_round_waits_for_the_next() -> None:
    life = Life(obligation("c", kind="standing", **UNDATED), round=ROUND, at=ASKS + 5 * DAY)
    life.until(CLOSES + DAY)
    assert life.world.letters == []
    life.until(datetime(2027, 1, 16, tzinfo=UTC))
    assert life.awaited("t/c") == BOTH


def test_where_the_plan_has_no_rounds_nothing_sleeps() -> None:
    life = Life(obligation("c", kind="standing", **UNDATED), obligation("s", kind="meeting_series", **UNDATED))
    assert life.awaited("t/c") == {(LAO, "evidence", 1), (KHM, "evidence", 1)}
    assert life.item("t/s").open_sessions == ("t/s/1",)
    for name in ("t/c", "t/s"):
        refusal = life.act(name, acts.Progress, LAO, state="limited")
        assert refusal is not None and refusal.code == "wrong-kind"
        assert "status rounds do not ask about it" in refusal.message


def test_what_a_window_dates_is_not_asked_how_far_it_has_come() -> None:
    player = Player(MEETING, meeting())
    refusal = player.act(acts.Progress, LAO, state="limited")
    assert isinstance(refusal, Refusal) and refusal.code == "wrong-kind"


# Triggers and calls


def test_what_is_on_trigger_says_who_may_call_it_and_when() -> None:
    triggered = obligation("p", kind="reporting", triggers=["KHM"], condition="a flood", **TRIGGER)
    found = opened(plan_of(triggered, round=ROUND))
    player = Player(COMMITMENT, found.commitments[0])
    assert COMMITMENT.sentence(player.state) == "1.1 p: dormant until KHM calls it (a flood)"
    player.tick(ASKS + 500 * DAY)
    assert player.awaited() == set() and COMMITMENT.next_moment(player.state) is None, "no round asks about it"
    refusal = player.act(acts.Progress, LAO, state="limited")
    assert isinstance(refusal, Refusal) and "it waits for a call" in refusal.message
    for office, reason, code in ((LAO, "a flood", "not-yours"), (KHM, "  ", "bad-terms")):
        refusal = player.act(acts.Call, office, reason=reason)
        assert isinstance(refusal, Refusal) and refusal.code == code
    assert isinstance(player.act(acts.Call, "khm-moc-minister", reason="the Sekong rose"), Receipt)
    assert player.state.called == "the Sekong rose" and COMMITMENT.view(player.state).called == "the Sekong rose"
    assert player.awaited() == {(LAO, "evidence", 1), (KHM, "evidence", 1)}
    told = [each for each in announced(player.effects) if each.kind is AnnouncementKind.CALL]
    assert {each.office for each in told} == {LAO, KHM}
    assert "the Sekong rose." in told[0].text and "Minister, Ministry MOC" in told[0].text
    refusal = player.act(acts.Call, KHM, reason="again")
    assert isinstance(refusal, Refusal) and refusal.code == "no-change"


def test_a_procedure_may_be_called_again_and_by_each_side() -> None:
    life = Life(obligation("p", kind="procedure", **TRIGGER), round=ROUND)
    for number, office in enumerate((LAO, KHM, LAO), start=1):
        assert life.act("t/p", acts.Call, office, reason=f"problem {number}") is None
        assert life.awaited(f"t/p/{number}") == {(LAO, "evidence", 1), (KHM, "evidence", 1)}
    assert life.act("t/p/1", acts.Evidence, LAO, text="settled in talks") is None
    assert life.act("t/p/1", acts.Close, LAO) is None
    assert life.status("t/p/1") == "closed" and life.status("t/p") == "dormant"
    refusal = life.act("t/p", acts.Evidence, LAO, text="settled in talks")
    assert refusal is not None and "p/2" in refusal.message


def test_sessions_tell_their_series_nothing_of_rounds() -> None:
    life = Life(
        obligation("s", kind="meeting_series", cadence="annual"),
        obligation("u", kind="meeting_series", cadence="regular", window=None),
        round=ROUND,
    )
    assert life.act("t/u", acts.Call, LAO, reason="an anniversary") is None
    life.pass_on(10 * DAY)
    for name in ("t/s", "t/u"):
        assert not [entry.text for entry in life.item(name).ledger if entry.verb in ("busy", "idle")]


def test_what_waits_for_the_end_of_the_plan_is_not_called_before() -> None:
    term = {"signed": "2023-01-01", "valid_from": "2023-01-01", "valid_for_years": 5}
    new = obligation("p", kind="procedure", not_before="expiry", condition="after the end", **TRIGGER)
    life = Life(new, round=ROUND, **term)
    refusal = life.act("t/p", acts.Call, LAO, reason="a new plan")
    assert refusal is not None and refusal.code == "not-yet" and "1 January 2028" in refusal.message
    life.until(datetime(2028, 2, 1, tzinfo=UTC))
    assert life.status("t") == "expired"
    assert life.act("t/p", acts.Call, LAO, reason="a new plan") is None
    assert life.awaited("t/p/1")


def test_what_is_continuous_is_never_called() -> None:
    refusal = standing().act(acts.Call, KHM, reason="it is needed")
    assert isinstance(refusal, Refusal) and refusal.code == "wrong-kind"
    assert "nobody calls a standing commitment" in refusal.message


def test_what_is_asked_in_rounds_may_be_called_by_any_side() -> None:
    found = opened(plan_of(obligation("d", kind="deliverable", **UNDATED), round=ROUND))
    player = Player(COMMITMENT, found.commitments[0])
    assert isinstance(player.act(acts.Call, KHM, reason="it is needed"), Receipt)
    assert {act for _, act, _ in player.awaited()} == {"evidence"}
    player.tick(ASKS + DAY)
    assert {act for _, act, _ in player.awaited()} == {"evidence"}, "what is called is busy"


def test_what_a_window_dates_is_not_called() -> None:
    for player in (Player(MEETING, meeting()), Player(SERIES, dated_series())):
        refusal = player.act(acts.Call, LAO, reason="x")
        assert isinstance(refusal, Refusal) and refusal.code == "wrong-kind"


# What it waits for


def test_a_sleeping_item_waits_for_the_round_to_ask_and_then_for_it_to_close() -> None:
    player = standing()
    assert COMMITMENT.next_moment(player.state) == (ASKS, MomentKind.ROUND_ASKS, "")
    assert COMMITMENT.sentence(player.state) == "1.1 c: the status round asks on 15 January 2026"
    player.tick(ASKS)
    assert COMMITMENT.next_moment(player.state) == (CLOSES, MomentKind.ROUND_CLOSES, "")
    player.tick(CLOSES)
    assert COMMITMENT.next_moment(player.state) == (ASKS + 365 * DAY, MomentKind.ROUND_ASKS, "")
    assert all(row.due == CLOSES for row in COMMITMENT.awaiting(standing().tick(ASKS).state))


@pytest.mark.parametrize(("period", "waits"), [("P7D", timedelta(hours=1)), ("PT5S", timedelta(seconds=0.5))])
def test_a_question_of_a_round_waits_for_the_others_for_a_tenth_of_the_period_at_most(
    period: str, waits: timedelta
) -> None:
    assert gather(opened(plan_of(obligation(), despatch=period)).meetings[0]) == waits


def test_an_answer_stands_in_the_record_with_its_round_its_state_and_its_note() -> None:
    player = standing().tick(ASKS)
    player.act(acts.Progress, LAO, state="not-started", note="no budget")
    line = player.state.ledger[-1]
    assert line.text == "lao-moc (LAO) answers round 2026: not started: no budget"
    assert line.data == {"round": "2026", "state": "not-started", "note": "no budget"}
    player.tick(CLOSES)
    over = player.state.ledger[-1]
    assert (over.verb, over.data) == ("round", {"round": "2026", "silent": ["KHM"]})


def test_the_plan_learns_when_a_sleeping_item_is_followed_by_itself_and_when_no_longer() -> None:
    player = undated_meeting()
    player.act(acts.Call, LAO, reason="an anniversary")
    player.act(acts.Propose, LAO, terms=Terms(topic=Topic.POSTPONE, until=START + 300 * DAY))
    player.act(acts.Accept, KHM, proposal=1)
    player.tick(START + 301 * DAY)
    told = [e.report for e in player.effects if isinstance(e, ReportUp) and e.report.status in ("busy", "idle")]
    assert [(each.status, each.item) for each in told] == [("busy", "t/m"), ("idle", "t/m"), ("busy", "t/m")]


def test_what_no_instant_and_no_round_wakes_says_who_may() -> None:
    player = standing()
    player.now = datetime(2029, 1, 1, tzinfo=UTC)
    player.tick()
    assert COMMITMENT.sentence(player.state) == "1.1 c: dormant until an office of any side acts"
