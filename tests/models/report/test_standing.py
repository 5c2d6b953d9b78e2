"""Where an item stands, and why in a few words: from facts of real machines and from facts by hand."""

from datetime import UTC, datetime

import pytest

from models.common.values import Instant
from models.items.commitment import COMMITMENT
from models.items.meeting import MEETING
from models.items.past_sessions import AdoptedSession, PastState, adopted_entries
from models.messages import acts
from models.messages.acts import Topic
from models.messages.effects import Order
from models.report.facts import ItemFact
from models.report.values import Standing
from tests.support.builders import DAY, START, Player, date_terms, meeting, obligation, plan_of
from tests.support.meetings import KHM, LAO, agreed
from tests.support.progress import LATER, ROUND, built, commitment, fact, stands, undated

SILENT = "evidence is on record and stands under silence, whose time has not begun"


def the_meeting(player: Player, as_of: Instant = LATER) -> tuple[Standing, str]:
    return stands(built(plan_of(obligation()), fact(player), as_of=as_of, current=False), "m")


# --- each standing ---------------------------------------------------------------------------------------------------


def test_a_meeting_from_the_first_word_to_its_close_out() -> None:
    player = Player(MEETING, meeting())
    assert the_meeting(player, START) == (
        Standing.NOT_STARTED,
        "a date is awaited; the window ends on 31 December 2026",
    )
    player.act(acts.Propose, LAO, terms=date_terms(START + 30 * DAY))
    standing, detail = the_meeting(player, START)
    assert standing is Standing.IN_PROGRESS
    assert detail.startswith("Lao PDR has proposed a date; consent to it is awaited")
    player.act(acts.Accept, KHM, proposal=1)
    assert the_meeting(player, START) == (Standing.IN_PROGRESS, "a date is agreed: 31 January 2026, Vientiane")
    player.tick(START + 31 * DAY)
    assert "whether it was held is awaited" in the_meeting(player, player.now)[1]
    player.act(acts.Held, LAO)
    assert the_meeting(player) == (
        Standing.IN_PROGRESS,
        "held on 31 January 2026, Vientiane; the mark stands under silence, whose time has not begun; "
        "its outcome is awaited",
    )
    reach(player)
    assert "; the mark stands under silence until 15 February 2026; its outcome is awaited" in the_meeting(player)[1]
    player.act(acts.Outcome, LAO, text="minutes")
    player.now += DAY
    reach(player)
    assert the_meeting(player)[1].endswith("its outcome is filed and stands under silence until 16 February 2026")
    player.act(acts.Agree, KHM)
    assert the_meeting(player) == (
        Standing.DONE,
        "held on 31 January 2026, Vientiane; closed out on 2 February 2026",
    )


def reach(player: Player) -> None:
    """The mail server takes the mail to every other side."""
    for key in [key for each in player.state.silences for key in each.keys.values()]:
        step = player.machine.delivered(player.state, key, player.now, player.now)
        player.state = step.state
        player.effects.extend(step.effects)


def test_evidence_stands_under_silence_until_it_is_void_over_or_broken() -> None:
    player = commitment()
    player.act(acts.Evidence, LAO, text="signed")
    reach(player)
    words = "evidence is on record and stands under silence until 15 January 2026"
    assert the_commitment(player) == (Standing.IN_PROGRESS, words)
    [key] = player.state.silences[0].keys.values()
    step = player.machine.returned(player.state, key, "550", player.now)
    player.state, player.effects = step.state, [*player.effects, *step.effects]
    assert the_commitment(player)[1].endswith("whose time has not begun")
    player.act(acts.Dispute, KHM, reason="not the text")
    assert the_commitment(player)[1] == "its evidence is disputed"


def test_what_a_disputing_side_gave_itself_stays_under_silence() -> None:
    player = commitment()
    player.act(acts.Evidence, KHM, text="signed by Cambodia")
    reach(player)
    player.act(acts.Evidence, LAO, text="signed")
    player.act(acts.Dispute, KHM, reason="a page is missing")
    player.act(acts.Evidence, LAO, text="signed, all pages")
    player.act(acts.Agree, KHM)
    words = "evidence is on record and stands under silence until 15 January 2026"
    assert the_commitment(player) == (Standing.IN_PROGRESS, words)


def test_a_dispute_of_the_mark_leaves_the_outcome_and_not_held_removes_it() -> None:
    player = agreed(day=30).tick(START + 31 * DAY)
    player.act(acts.Held, LAO)
    player.act(acts.Outcome, KHM, text="minutes")
    player.act(acts.Dispute, KHM, reason="it was the day after")
    assert the_meeting(player)[1].endswith("that is disputed")
    player.act(acts.NotHeld, LAO)
    assert (
        the_meeting(player)[1]
        == "a date was proposed and does not stand; a date is awaited; the window ends on 31 December 2026"
    )


def the_commitment(player: Player) -> tuple[Standing, str]:
    return stands(built(plan_of(obligation("c", kind="instrument")), fact(player), as_of=LATER, current=False), "c")


def test_a_regretted_date_is_in_progress_and_awaited_again() -> None:
    player = agreed(day=30)
    player.act(acts.Regret, KHM, reason="flood")
    standing, detail = the_meeting(player, START)
    assert standing is Standing.IN_PROGRESS
    assert "does not stand; a date is awaited" in detail


def test_a_disputed_mark_is_no_holding_until_the_sides_say_the_same() -> None:
    player = agreed(day=30).tick(START + 31 * DAY)
    player.act(acts.NotHeld, LAO, reason="nobody came")
    player.act(acts.Dispute, KHM, reason="we met")
    assert the_meeting(player) == (Standing.IN_PROGRESS, "whether it was held is disputed")
    player.act(acts.Held, LAO)
    assert the_meeting(player)[1].startswith("held on 31 January 2026")


def test_a_window_that_ends_is_missed_unless_it_was_extended() -> None:
    player = Player(MEETING, meeting()).tick(LATER)
    assert the_meeting(player) == (Standing.MISSED, "the window ended on 31 December 2026, not held")
    player.act(acts.Propose, LAO, terms={"topic": Topic.EXTEND, "until": LATER + 60 * DAY})
    player.act(acts.Accept, KHM, proposal=1)
    assert the_meeting(player)[0] is Standing.NOT_STARTED


def test_a_later_date_agreed_in_time_is_not_missed_and_held_late_is_done() -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, LAO, terms=date_terms(datetime(2027, 1, 20, 2, tzinfo=UTC)))
    player.act(acts.Accept, KHM, proposal=1)
    player.tick(LATER)
    standing, detail = the_meeting(player)
    assert standing is Standing.IN_PROGRESS
    assert "by consent after its window" in detail
    player.act(acts.Held, LAO)
    player.act(acts.Outcome, LAO, text="minutes")
    player.act(acts.Agree, KHM)
    standing, detail = the_meeting(player)
    assert standing is Standing.DONE
    assert "after its window" in detail


def test_a_window_that_was_amended_is_not_missed_by_the_old_one() -> None:
    player = Player(MEETING, meeting()).tick(LATER)
    window = {"name": "2027", "start": START.isoformat(), "end": (LATER + 300 * DAY).isoformat()}
    step = MEETING.ordered(player.state, Order(changes={"window": window}, text="by amendment 1"), LATER)
    player.state, player.effects = step.state, [*player.effects, *step.effects]
    assert the_meeting(player) == (Standing.NOT_STARTED, "a date is awaited; the window ends on 28 November 2027")


@pytest.mark.parametrize(("topic", "word"), [(Topic.DROP, "dropped"), (Topic.EXCUSE, "excused")])
def test_what_the_sides_dropped_or_excused_says_which_and_why(topic: Topic, word: str) -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, LAO, terms={"topic": topic, "reason": "elections"})
    player.act(acts.Accept, KHM, proposal=1)
    assert the_meeting(player) == (Standing.EXCUSED, f"{word} by consent on 1 January 2026: elections")


def test_postponed_by_consent_is_in_progress() -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, LAO, terms={"topic": Topic.POSTPONE, "until": START + 90 * DAY})
    player.act(acts.Accept, KHM, proposal=1)
    assert the_meeting(player, START)[1] == "postponed by consent until 1 April 2026"


def test_open_at_the_end_of_validity_is_missed_where_it_was_dated() -> None:
    player = Player(MEETING, meeting())
    step = MEETING.ordered(player.state, Order(end="expired", text="open at the end"), LATER)
    player.state, player.effects = step.state, [*player.effects, *step.effects]
    assert the_meeting(player) == (Standing.MISSED, "not held when the validity of the plan ended")


@pytest.mark.parametrize(
    ("state", "standing", "words"),
    [
        (PastState.HELD, Standing.DONE, "held (the day is not on record), hosted by Lao PDR"),
        (PastState.MISSED, Standing.MISSED, "missed (war); taken over at the launch"),
        (PastState.EXCUSED, Standing.EXCUSED, "excused (war); taken over at the launch"),
        (PastState.UNKNOWN, Standing.NO_EVIDENCE, "the window ended on 31 December 2026; what became of it"),
    ],
)
def test_what_was_taken_over(state: PastState, standing: Standing, words: str) -> None:
    note = "war" if state in (PastState.MISSED, PastState.EXCUSED) else ""
    host = "LAO" if state is PastState.HELD else None
    past = AdoptedSession(obligation="m", state=state, note=note, host=host)
    item = ItemFact(id="t/m", entries=adopted_entries(meeting(), past, START))
    found, detail = stands(built(plan_of(obligation()), item), "m")
    assert found is standing
    assert words in detail


def test_what_was_unknown_and_then_settled_is_known() -> None:
    unknown = AdoptedSession(obligation="m", state=PastState.UNKNOWN)
    held = AdoptedSession(obligation="m", state=PastState.HELD)
    lines_ = (*adopted_entries(meeting(), unknown, START), *adopted_entries(meeting(), held, START + DAY, first=3))
    plan = plan_of(obligation())
    assert stands(built(plan, ItemFact(id="t/m", entries=lines_), as_of=START), "m")[0] is Standing.NO_EVIDENCE
    standing, detail = stands(built(plan, ItemFact(id="t/m", entries=lines_)), "m")
    assert standing is Standing.DONE
    assert detail.endswith("settled by the sides")


# --- status rounds ---------------------------------------------------------------------------------------------------

FIRST = datetime(2026, 1, 16, tzinfo=UTC)


def answered(**sides: tuple[str, str]) -> Player:
    player = commitment().tick(FIRST)
    for side, (state, note) in sides.items():
        player.act(acts.Progress, f"{side}-moc", state=state, note=note)
    return player


def in_rounds(player: Player | None, as_of: Instant = FIRST) -> tuple[Standing, str]:
    plan = plan_of(undated("c"), round=ROUND)
    return stands(built(plan, *([fact(player)] if player else []), as_of=as_of, current=False), "c")


@pytest.mark.parametrize(
    ("lao", "khm", "standing"),
    [
        ("complete", "complete", Standing.IN_PROGRESS),
        ("limited", "no-evidence", Standing.IN_PROGRESS),
        ("substantial", "not-started", Standing.IN_PROGRESS),
        ("not-started", "not-started", Standing.NOT_STARTED),
        ("not-started", "no-evidence", Standing.NOT_STARTED),
        ("no-evidence", "no-evidence", Standing.NO_EVIDENCE),
    ],
)
def test_answers_of_a_round(lao: str, khm: str, standing: Standing) -> None:
    assert in_rounds(answered(lao=(lao, "two visits"), khm=(khm, "")))[0] is standing


def test_the_words_of_a_round() -> None:
    assert in_rounds(None) == (Standing.NO_EVIDENCE, "no status round has asked yet")
    assert in_rounds(commitment().tick(FIRST))[1] == "status round 2026 asks how far it has come; no answer so far"
    both = answered(lao=("complete", "signed"), khm=("complete", ""))
    assert in_rounds(both)[1] == "complete according to Lao PDR and Cambodia (signed), not closed out"
    one = in_rounds(answered(khm=("limited", "one visit")))[1]
    assert one == "round 2026: Cambodia limited (one visit); Lao PDR has not answered"


def test_a_round_without_any_answer_leaves_no_evidence() -> None:
    silent = commitment().tick(FIRST + 60 * DAY)
    assert in_rounds(silent, LATER) == (Standing.NO_EVIDENCE, "status round 2026 was not answered")
    before = answered(lao=("substantial", "")).tick(datetime(2027, 1, 20, tzinfo=UTC))
    assert in_rounds(before, LATER)[0] is Standing.IN_PROGRESS, "the next round is still open"
    after = before.tick(datetime(2027, 3, 1, tzinfo=UTC))
    standing, detail = in_rounds(after, datetime(2027, 3, 1, tzinfo=UTC))
    assert standing is Standing.NO_EVIDENCE
    assert detail == "status round 2027 was not answered; before it, round 2026: Lao PDR substantial"


def test_evidence_and_close_out_of_a_commitment() -> None:
    player = commitment()
    player.act(acts.Evidence, LAO, text="signed")
    assert in_rounds(player) == (
        Standing.IN_PROGRESS,
        "evidence is on record and stands under silence, whose time has not begun",
    )
    player.act(acts.Agree, KHM)
    assert in_rounds(player)[0] is Standing.DONE


# --- what else is told ------------------------------------------------------------------------------------------------


def test_what_an_amendment_dropped_says_by_which() -> None:
    player = Player(MEETING, meeting())
    order = Order(end="dropped", text="Title m was dropped from the plan by amendment 2")
    step = MEETING.ordered(player.state, order, START + DAY)
    player.state, player.effects = step.state, [*player.effects, *step.effects]
    assert the_meeting(player) == (Standing.EXCUSED, "dropped from the plan on 2 January 2026, by amendment 2")


def test_what_is_known_before_its_window_opens_says_when_it_does() -> None:
    late = {"window": {"by": "year", "first": 2027, "last": 2027}}
    player = Player(MEETING, meeting(**late))
    found = built(plan_of(obligation(**late)), fact(player), as_of=START, current=False)
    assert stands(found, "m") == (Standing.NOT_STARTED, "its window opens on 1 January 2027")


def test_a_result_that_is_to_be_reported_awaits_the_report_and_then_the_close_out() -> None:
    player = Player(MEETING, meeting(report_to_higher=True))
    player.act(acts.Propose, LAO, terms=date_terms(START + 30 * DAY))
    player.act(acts.Accept, KHM, proposal=1)
    player.tick(START + 31 * DAY)
    player.act(acts.Held, LAO)
    player.act(acts.Outcome, LAO, text="minutes")
    plan = plan_of(obligation(report_to_higher=True))

    def detail() -> str:
        return stands(built(plan, fact(player, row=True)), "m")[1]

    assert detail().endswith("its outcome is filed, the report to the higher authority is awaited")
    for office in (LAO, KHM):
        player.act(acts.Evidence, office, text="reported")
    assert detail().endswith("its outcome is filed and stands under silence, whose time has not begun")


def test_evidence_that_is_disputed_is_in_progress_until_more_is_given() -> None:
    player = commitment()
    player.act(acts.Evidence, LAO, text="signed")
    player.act(acts.Dispute, KHM, reason="it is a draft")
    assert in_rounds(player) == (Standing.IN_PROGRESS, "its evidence is disputed")
    player.act(acts.Evidence, LAO, text="the signed text")
    assert in_rounds(player) == (
        Standing.IN_PROGRESS,
        "evidence is on record and stands under silence, whose time has not begun",
    )


def test_what_rounds_ask_about_is_not_missed_where_it_is_open_as_the_validity_ends() -> None:
    player = answered(lao=("substantial", "two visits"))
    step = COMMITMENT.ordered(player.state, Order(end="expired", text="open at the end"), FIRST + DAY)
    player.state, player.effects = step.state, [*player.effects, *step.effects]
    standing, detail = in_rounds(player, LATER)
    assert standing is Standing.IN_PROGRESS
    assert detail == (
        "round 2026: Lao PDR substantial (two visits); Cambodia has not answered; "
        "open when the validity of the plan ended"
    )
    silent = commitment()
    step = COMMITMENT.ordered(silent.state, Order(end="expired", text="open at the end"), START + DAY)
    silent.state, silent.effects = step.state, [*silent.effects, *step.effects]
    assert in_rounds(silent, LATER)[0] is Standing.NO_EVIDENCE
