"""What sleeps: status rounds, triggers and calls; asking early enough; what was missed, late or excused."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.items import turns
from models.items.commitment import COMMITMENT
from models.items.meeting import MEETING
from models.items.questions import QUESTIONS
from models.items.series import SERIES, SeriesState, opens_at
from models.messages import acts
from models.messages.acts import Act, Terms, Topic
from models.messages.effects import Await, EnterElsewhere, Open, Order, SessionReport, Settle, Tell
from models.messages.notices import AnnouncementKind
from models.messages.sentences import _INFINITIVES, _STATUS
from models.messages.views import Receipt, Refusal
from models.plan.kinds import Kind
from tests.support.builders import DAY, START, Player, date_terms, launch_of, meeting, obligation, opened, plan_of
from tests.support.worlds import Life, announced, same_over_the_wire
from workflows.details import details_of

LAO, KHM = "lao-moc", "khm-moc"
ROUND: dict[str, Any] = {"by": "year", "day": "01-15", "first": 2026, "last": 2028}
ASKS = datetime(2026, 1, 14, 17, tzinfo=UTC)
"""15 January in Vientiane."""
CLOSES = ASKS + 30 * DAY
UNDATED: dict[str, Any] = {"cadence": "continuous", "window": None}
TRIGGER: dict[str, Any] = {"cadence": "on_trigger", "window": None}
BOTH = {(LAO, "progress", 1), (KHM, "progress", 1)}


def standing(**more: Any) -> Player:
    """What nothing dates, in the yearly round."""
    found = opened(plan_of(obligation("c", kind="standing", **{**UNDATED, **more}), round=ROUND))
    return Player(COMMITMENT, found.commitments[0])


def undated_meeting(**more: Any) -> Player:
    found = opened(plan_of(obligation("m", kind="seminar", **{**UNDATED, **more}), round=ROUND))
    return Player(MEETING, found.meetings[0])


def undated_series(**more: Any) -> Player:
    found = opened(plan_of(obligation("s", kind="meeting_series", **{**UNDATED, **more}), round=ROUND))
    return Player(SERIES, found.series[0])


# Acts that do not apply


@pytest.mark.parametrize("kind", [each.value for each in Kind])
def test_an_act_that_does_not_apply_is_refused_in_a_sentence_that_says_what_does(kind: str) -> None:
    found = opened(plan_of(obligation("x", kind=kind, **UNDATED), round=ROUND))
    states = [(MEETING, each) for each in found.meetings] + [(COMMITMENT, each) for each in found.commitments]
    states += [(SERIES, each) for each in found.series] + [(QUESTIONS, each) for each in found.questions]
    assert states
    for machine, state in states:
        for verb in Act.__subclasses__():
            fields = {"reason": "x", "proposal": 1, "state": "limited", "text": "x", **REPLY}
            act = verb.model_validate({"act_id": "1", "office": LAO, "terms": Terms(topic=Topic.AMEND), **fields})
            if act.verb in machine.verbs:
                continue
            refusal = machine.refuse(state, act, START)
            assert refusal is not None and refusal.code == "wrong-kind"
            said = refusal.message
            assert said.startswith(f"{act.verb.replace('_', '-')} does not apply to a"), said
            assert not re.search(r"\ba [aeiou]|\ban [^aeiou]|\bnot not|_", said), said
            assert all(each.replace("_", "-") in said for each in machine.verbs), "it says which acts do"
        if "propose" in machine.verbs:
            foreign = acts.Propose(act_id="2", office=LAO, terms=Terms(topic=Topic.AMEND))
            refusal = machine.refuse(state, foreign, START)
            assert refusal is not None and not re.search(r"\ba [aeiou]|\ban [^aeiou]", refusal.message)


REPLY: dict[str, Any] = {
    "message": {"name": "inbox/0.eml", "sha256": "00" * 32, "size": 1},
    "method": "REPLY",
    "uid": "x",
    "dtstamp": START,
}


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
    reports = [effect.report for effect in player.effects if type(effect).__name__ == "Report"]
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
        assert refusal is not None and refusal.code == "wrong-kind" and "no status round" in refusal.message


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
    assert isinstance(refusal, Refusal) and "only a call wakes it" in refusal.message
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
    assert isinstance(refusal, Refusal) and refusal.code == "wrong-kind" and "continuous" in refusal.message


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


def dated_series(**more: Any) -> SeriesState:
    window = {"by": "year", "first": 2026, "last": 2028}
    fields = {"cadence": "annual", "window": window, **more}
    state: SeriesState = opened(plan_of(obligation("s", kind="meeting_series", **fields), round=ROUND)).series[0]
    return state


def test_an_ad_hoc_session_carries_its_necessity_and_reports_to_the_higher_authority() -> None:
    adhoc = obligation("s", kind="meeting_series", report_to_higher=True, host_rule="rotating", **TRIGGER)
    life = Life({**adhoc, "condition": "an urgent case"}, round=ROUND)
    assert life.machine("t/s").sentence(life.item("t/s")) == "1.1 s: dormant until LAO or KHM calls it (an urgent case)"
    refusal = life.act("t/s", acts.Call, "lao-mfa", reason="x")
    assert refusal is not None and refusal.code == "not-a-party"
    assert life.act("t/s", acts.Call, LAO, reason="seizure at the border") is None
    assert life.act("t/s", acts.Call, KHM, reason="a second seizure") is None
    session = life.item("t/s/1")
    assert session.called == "seizure at the border" and life.item("t/s/2").called == "a second seizure"
    assert "called: seizure at the border" in session.ledger[0].text
    assert life.awaited("t/s/1") >= {(LAO, "propose-date", 1), (KHM, "propose-date", 1)}
    assert {"t/s/1", "t/s/2"} <= set(life.plan.open_items)
    at = life.now + 5 * DAY
    life.act("t/s/1", acts.Propose, LAO, terms=date_terms(at))
    life.act("t/s/1", acts.Accept, KHM, proposal=1)
    life.until(at + DAY)
    life.act("t/s/1", acts.Held, LAO)
    life.act("t/s/1", acts.Outcome, LAO, text="a joint patrol")
    told = [each for each in life.said(AnnouncementKind.OUTCOME) if each.office.endswith("-dg")]
    assert {each.office for each in told} == {"lao-moc-dg", "khm-moc-dg"} and "higher authority" in told[0].reason
    assert life.awaited("t/s/1") == {(LAO, "report", 1), (KHM, "report", 1)}
    for office in (LAO, KHM):
        life.act("t/s/1", acts.Evidence, office, text="reported")
    assert life.act("t/s/1", acts.Close, LAO) is None
    assert life.status("t/s") == "dormant" and life.item("t/s").open_sessions == ("t/s/2",)


def test_called_sessions_never_bear_a_name_that_is_taken() -> None:
    past = [{"obligation": "s", "session": name, "state": "held"} for name in ("2", "3", "2025")]
    plan = plan_of(obligation("s", kind="meeting_series", **TRIGGER))
    player = Player(SERIES, opened(plan, history=past).series[0])
    adopted = [effect.item for effect in player.effects if isinstance(effect, EnterElsewhere)]
    assert adopted == ["t/s/2", "t/s/3", "t/s/2025"]
    for _ in range(3):
        player.act(acts.Call, LAO, reason="x")
    sessions = [effect.state.setup.id for effect in player.effects if isinstance(effect, Open)]
    assert len({*sessions, *adopted}) == 6
    assert [turn.session for turn in player.state.hosting.turns] == [item[4:] for item in (*adopted, *sessions)]


def test_history_of_what_nothing_dates_and_no_round_asks_is_adopted_too() -> None:
    past = [{"obligation": "s", "session": name, "state": "held"} for name in ("2024", "2025")]
    plan = plan_of(obligation("s", kind="meeting_series", **UNDATED))
    player = Player(SERIES, opened(plan, history=past).series[0])
    assert [effect.item for effect in player.effects if isinstance(effect, EnterElsewhere)] == ["t/s/2024", "t/s/2025"]
    assert player.state.open_sessions == ("t/s/3",), "then one session at a time, as ever"


# Lead


@pytest.mark.parametrize(("length", "before"), [(400, 0), (120, 30), (30, 120)])
def test_asking_starts_early_enough_for_the_ladder_and_the_lead(length: int, before: int) -> None:
    """The ladder takes 90 days, the lead is 60: a window of 150 days or more needs no asking ahead."""
    window = {"by": "offset", "opens": "P200D", "length": f"P{length}D", "every": "P500D", "count": 1}
    several = {**window, "count": 2}
    plan = plan_of(
        obligation("m", window=window),
        obligation("s", kind="meeting_series", cadence="annual", window=several),
        lead="P60D",
    )
    asks = START + (200 - before) * DAY
    life = Life(launch=launch_of(plan))
    life.until(asks)
    assert life.awaited("t/m") == set() and "t/s/1" not in life.world.items
    life.until(asks + DAY)
    assert (
        {act for _, act, _ in life.awaited("t/m")} == {act for _, act, _ in life.awaited("t/s/1")} == {"propose-date"}
    )
    end = START + (200 + length) * DAY
    life.until(end - 60 * DAY + timedelta(seconds=1))
    assert ("lao-moc-minister", "propose-date", 4) in life.awaited("t/m")
    assert ("lao-moc-minister", "propose-date", 4) in life.awaited("t/s/1")


# Missed, late, excused


def test_missed_late_and_excused() -> None:
    end = datetime(2026, 12, 31, 17, tzinfo=UTC)
    silent = Player(MEETING, meeting()).tick(end)
    assert MEETING.fate(silent.state) == "missed" and silent.state.ledger[-1].verb == "missed"
    assert silent.awaited(), "it stays open: nothing is rolled over"
    agreed = Player(MEETING, meeting())
    agreed.act(acts.Propose, LAO, terms=date_terms(end + 20 * DAY))
    agreed.act(acts.Accept, KHM, proposal=1)
    agreed.tick(end)
    assert MEETING.fate(agreed.state) == "late" and agreed.state.ledger[-1].verb == "late"
    postponed = Player(MEETING, meeting())
    postponed.act(acts.Propose, LAO, terms=Terms(topic=Topic.POSTPONE, until=end + 30 * DAY))
    postponed.act(acts.Accept, KHM, proposal=1)
    postponed.tick(end + 31 * DAY)
    assert MEETING.fate(postponed.state) == "late"
    excused = Player(MEETING, meeting())
    refusal = excused.act(acts.Propose, LAO, terms=Terms(topic=Topic.EXCUSE))
    assert isinstance(refusal, Refusal) and refusal.code == "bad-terms"
    excused.act(acts.Propose, LAO, terms=Terms(topic=Topic.EXCUSE, reason="elections"))
    assert excused.state.closed is None
    excused.act(acts.Accept, KHM, proposal=1)
    assert MEETING.status_of(excused.state) == "excused" and MEETING.fate(excused.state) == "excused"


@pytest.mark.parametrize(("day", "fate"), [(100, "on-time"), (380, "late")])
def test_held_in_time_or_after_it_by_the_day_on_which_it_was_held(day: int, fate: str) -> None:
    player = Player(MEETING, meeting()).tick(START + 400 * DAY)
    assert MEETING.fate(player.state) == "missed"
    on = date_terms(START + day * DAY).slot
    assert on is not None
    player.act(acts.Held, LAO, on=on.start)
    assert MEETING.fate(player.state) == fate


def test_original_revised_and_actual_dates_are_all_kept() -> None:
    player = Player(MEETING, meeting())
    days = [20, 40, 60]
    for number, day in enumerate(days, 1):
        player.act(acts.Propose, LAO, terms=date_terms(START + day * DAY))
        player.act(acts.Accept, KHM, proposal=number)
    player.act(acts.Regret, KHM, reason="flood")
    player.tick(START + 80 * DAY)
    on = date_terms(START + 70 * DAY).slot
    assert on is not None
    player.act(acts.Held, LAO, on=on.start)
    dates = MEETING.view(player.state).dates
    starts = [date_terms(START + day * DAY).slot.start.local.isoformat() for day in (*days, 70)]  # type: ignore[union-attr]
    assert dates["original"]["local"] == starts[0]
    assert [each["local"] for each in dates["revised"]] == starts[1:3]
    assert dates["actual"]["local"] == starts[3]


def test_a_turn_that_was_not_used_and_a_swap_reach_the_ledger_of_turns() -> None:
    life = Life(
        obligation(
            "s",
            kind="meeting_series",
            cadence="annual",
            host_rule="rotating",
            host="LAO",
            window={"by": "year", "first": 2026, "last": 2028},
        )
    )
    life.act("t/s/2026", acts.Propose, LAO, terms=Terms(topic=Topic.EXCUSE, reason="elections"))
    life.act("t/s/2026", acts.Accept, KHM, proposal=1)
    life.until(datetime(2027, 2, 1, tzinfo=UTC))
    life.act("t/s/2027", acts.Propose, LAO, terms=Terms(topic=Topic.HOST, host="LAO"))
    life.act("t/s/2027", acts.Accept, KHM, proposal=1)
    found = {turn.session: (turn.planned, turn.host, turn.state) for turn in life.item("t/s").hosting.turns}
    assert found == {"2026": ("LAO", "LAO", "forfeited"), "2027": ("KHM", "LAO", "owed")}
    life.until(datetime(2028, 2, 1, tzinfo=UTC))
    assert life.item("t/s/2028").host == "KHM", "who let its turn go gets the other's"


def test_a_series_ends_with_its_last_session_and_one_of_the_past_at_once() -> None:
    years = {"by": "year", "first": 2026, "last": 2026}
    life = Life(obligation("s", kind="meeting_series", cadence="annual", window=years))
    life.act("t/s/2026", acts.Propose, LAO, terms=Terms(topic=Topic.DROP, reason="x"))
    life.act("t/s/2026", acts.Accept, KHM, proposal=1)
    assert life.item("t/s").closed and "t/s" not in life.plan.open_items
    years = {"by": "year", "first": 2024, "last": 2025}
    life = Life(obligation("s", kind="meeting_series", cadence="annual", window=years))
    assert life.item("t/s").closed and "t/s" not in life.plan.open_items


# Words


def test_every_status_and_every_awaited_act_has_its_words() -> None:
    life = Life(
        obligation("m", report_to_higher=True, host_rule="rotating"),
        obligation("c", kind="standing", **UNDATED),
        obligation("s", kind="meeting_series", cadence="annual", readings={"pairs": {}}),
        obligation("p", kind="procedure", **TRIGGER),
        round=ROUND,
        valid_from="2024-01-01",
        valid_for_years=4,
    )
    seen: set[str] = set()
    asked: set[str] = set()

    def look() -> None:
        for name, state in life.world.items.items():
            seen.add(life.status(name))
            asked.update(act for _, act, _ in life.awaited(name))
            assert details_of(life.machine(name), state) and life.machine(name).view(state)

    look()
    at = life.now + 5 * DAY
    life.act("t/m", acts.Propose, LAO, terms=date_terms(at))
    look()
    life.act("t/m", acts.Accept, KHM, proposal=1)
    look()
    life.until(ASKS + DAY)
    look()
    life.act("t/m", acts.Held, LAO)
    look()
    life.act("t/m", acts.Dispute, KHM, reason="x")
    look()
    life.act("t/m", acts.Held, KHM)
    life.act("t/m", acts.Outcome, LAO, text="x")
    look()
    for office in (LAO, KHM):
        life.act("t/m", acts.Evidence, office, text="x")
    look()
    life.act("t/p", acts.Call, LAO, reason="x")
    life.act("t/m", acts.Close, LAO)
    look()
    life.until(datetime(2028, 2, 1, tzinfo=UTC))
    look()
    assert seen <= set(_STATUS), seen - set(_STATUS)
    assert asked <= set(_INFINITIVES), asked - set(_INFINITIVES)
    assert len(seen) >= 12 and len(asked) >= 9
    assert {"launching", "excused", "missed", "unknown", "settled"} <= set(_STATUS)


# Laws

windows_of = st.sampled_from([[], [2025], [2026], [2026, 2027], [2027, 2029], [2028], [2024, 2025, 2026, 2027, 2028]])
orders = st.one_of(
    st.tuples(st.just("windows"), windows_of),
    st.tuples(st.just("order"), st.sampled_from([["LAO", "KHM"], ["KHM", "LAO"]])),
    st.tuples(st.just("host"), st.sampled_from(["LAO", "KHM", "XXX"])),
    st.tuples(st.just("host_rule"), st.sampled_from(["rotating", "fixed", "unstated"])),
    st.tuples(st.just("fixed_host"), st.sampled_from(["LAO", None])),
    st.tuples(st.just("on_trigger"), st.booleans()),
    st.tuples(st.just("rounds"), st.booleans()),
    st.tuples(st.just("offices"), st.sampled_from(["moc", "mfa"])),
    st.tuples(st.just("past"), st.sampled_from(["2024", "2025", "2026", "9"])),
    st.tuples(st.just("end"), st.sampled_from(["dropped", "expired"])),
)
series_moves = st.one_of(
    st.tuples(st.just("wait"), st.integers(0, 400)),
    st.tuples(st.just("call"), st.sampled_from([LAO, KHM, "lao-mfa", "vnm-moc"])),
    st.tuples(st.just("progress"), st.sampled_from([LAO, KHM])),
    st.tuples(
        st.just("report"),
        st.tuples(
            st.integers(0, 3),
            st.sampled_from(["closed", "dropped", "excused", "open"]),
            st.sampled_from(["LAO", "KHM", "VNM", None]),
        ),
    ),
    st.tuples(st.just("order"), orders),
)
FORMS: list[dict[str, Any]] = [
    {"cadence": "annual", "window": {"by": "year", "first": 2024, "last": 2028}, "host_rule": "rotating"},
    {"cadence": "annual", "window": {"by": "year", "first": 2026, "last": 2027}, "host_rule": "fixed", "host": "KHM"},
    {**UNDATED, "host_rule": "rotating", "host": "LAO"},
    {**TRIGGER, "first_title": "Third"},
]


def told(state: SeriesState, field: str, value: Any) -> Order:
    """What the plan tells a series when an amendment changes it so."""
    if field == "end":
        return Order(end=value, text="x")
    if field == "host":
        return Order(host=value, text="x")
    if field == "windows":
        found = [{"name": str(y), "start": f"{y}-01-01T00:00:00Z", "end": f"{y + 1}-01-01T00:00:00Z"} for y in value]
        return Order(changes={"windows": found}, text="x")
    if field == "rounds":
        rounds = [
            {"name": str(y), "at": f"{y}-01-15T00:00:00Z", "closes": f"{y}-02-15T00:00:00Z"} for y in (2026, 2027)
        ]
        return Order(changes={"rounds": rounds if value else []}, text="x")
    if field == "past":
        return Order(changes={"past": {"obligation": "s", "session": value, "state": "held", "host": "LAO"}}, text="x")
    if field == "offices":
        change = {"LAO": f"lao-{value}", "KHM": f"khm-{value}"}
        plan = plan_of(obligation("s", kind="meeting_series", offices=change), round=ROUND)
        setup = opened(plan).series[0].setup.model_dump(mode="json")
        return Order(changes={"parties": setup["parties"]}, text="x")
    return Order(changes={field: value}, text="x")


@example(FORMS[0], False, [("report", (0, "closed", None)), ("order", ("past", "2026"))])
@settings(max_examples=150)
@given(st.sampled_from(FORMS), st.booleans(), st.lists(series_moves, max_size=20))
def test_series_stay_sound(form: dict[str, Any], rounds: bool, history: list[Any]) -> None:
    more: dict[str, Any] = {"round": ROUND} if rounds else {}
    past = [] if form.get("window") else [{"obligation": "s", "session": "2", "state": "held", "host": "LAO"}]
    plan = plan_of(obligation("s", kind="meeting_series", **form), **more)
    player = Player(SERIES, opened(plan, history=past).series[0])
    for move in history:
        before: SeriesState = player.state
        act(player, move)
        state: SeriesState = player.state
        if before.closed:
            assert state == before, "what has ended stays as it was"
        check_series(player)
    begun = [effect.state.setup.id for effect in player.effects if isinstance(effect, Open)]
    entered = [
        (effect.item, entry.n)
        for effect in player.effects
        if isinstance(effect, EnterElsewhere)
        for entry in effect.entries
    ]
    assert len(begun) == len(set(begun)), "no name is given twice"
    assert len(entered) == len(set(entered)), "no line of a record is written twice"
    assert not {item for item, _ in entered} & set(begun), "what was adopted is not opened"
    awaited = [effect.notice.key for effect in player.effects if isinstance(effect, Await)]
    settled = [key for effect in player.effects if isinstance(effect, Settle) for key in effect.keys]
    assert len(awaited) == len(set(awaited)) and len(settled) == len(set(settled)) and set(settled) <= set(awaited)
    offices = {effect.notice.key: effect.notice.office for effect in player.effects if isinstance(effect, Await)}
    for effect in player.effects:
        if isinstance(effect, Settle):
            assert all(offices[key] == effect.office for key in effect.keys), "settled with whom it was asked of"


def act(player: Player, move: Any) -> None:
    verb, rest = move
    state: SeriesState = player.state
    if verb == "wait":
        player.tick(player.now + rest * DAY)
    elif verb == "call":
        player.act(acts.Call, rest, reason="x")
    elif verb == "progress":
        player.act(acts.Progress, rest, state="limited")
    elif verb == "report":
        which, status, host = rest
        names = [item.rpartition("/")[2] for item in state.open_sessions]
        name = names[which] if which < len(names) else "unknown"
        report = {"session": name, "item": f"t/s/{name}", "status": status, "host": host}
        ended = {"closed": status != "open", "held": status == "closed"}
        keep(player, SERIES.learn(state, SessionReport.model_validate({**report, **ended}), player.now))
    else:
        keep(player, SERIES.ordered(state, told(state, *rest), player.now))


def keep(player: Player, step: Any) -> None:
    player.state = step.state
    player.effects.extend(step.effects)
    player.tick()


def check_series(player: Player) -> None:
    state: SeriesState = player.state
    assert same_over_the_wire(state)
    assert SERIES.view(state) and details_of(SERIES, state)
    for office in state.told:
        assert state.setup.post_room(office).office == office
    if state.closed:
        assert SERIES.awaiting(state) == () and SERIES.next_moment(state) is None and state.open_sessions == ()
        return
    moment = SERIES.next_moment(state)
    if moment is not None:
        assert moment[0] > player.now, "what is due has been done"
    assert moment or state.open_sessions or state.on_call, "it waits for something"
    names = [turn.session for turn in state.hosting.turns]
    assert len(names) == len(set(names))
    assert {item.rpartition("/")[2] for item in state.open_sessions} <= set(names)
    assert len(state.open_sessions) == len(set(state.open_sessions))
    if state.windows:
        assert 0 <= state.opened <= len(state.windows)
        assert opens_at(state) is None or state.windows[state.opened].name not in names
    assert len(state.ledger) <= 20 and len(state.taken) <= 40
    assert turns.explain(state.hosting)
    for effect in player.effects:
        if isinstance(effect, Tell):
            assert effect.item.startswith("t/s/")
