"""What is unusual about a proposed date is noted, the same for the submitter, the record and the letter."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.working_time import workdays_of
from models.common.clock import Clock
from models.common.times import Slot
from models.common.zones import later, zoned
from models.items.meeting import MEETING
from models.items.meeting_state import MeetingState
from models.machine.letter_fields import proposed
from models.messages import acts
from models.messages.acts import Clash, Terms, Topic
from models.messages.sentences import clashes_in_words
from models.post.unlikely import notes_on
from tests.support.builders import START, Player, meeting
from tests.support.meetings import LAO

ZONES = {"LAO": "Asia/Vientiane", "KHM": "Europe/London"}
CALENDARS = {side: workdays_of(None, "", side, zone) for side, zone in ZONES.items()}
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def slot(start: str, hours: float = 3) -> Slot:
    begins = zoned(datetime.fromisoformat(start), "Asia/Vientiane")
    return Slot(start=begins, end=later(begins, timedelta(hours=hours)))


def noted(
    start: str, hours: float = 3, now: datetime = LONG_AGO, state: MeetingState | None = None
) -> set[tuple[str, str, str]]:
    found = notes_on(slot(start, hours), state or meeting(), CALENDARS, now)
    return {(each.side, each.kind.value, each.name) for each in found}


def test_an_ordinary_date_has_no_notes() -> None:
    assert noted("2026-06-09T15:00") == set()


@pytest.mark.parametrize("start", ["2027-02-03T15:00", "2025-12-31T15:00"])
def test_a_date_outside_the_window(start: str) -> None:
    missed = ("", "outside-window", "1 January 2026 to 31 December 2026")
    assert missed in noted(start, now=datetime(2025, 11, 3, tzinfo=UTC))


def test_an_extended_window_counts() -> None:
    state = meeting().model_copy(update={"extended_to": datetime(2027, 3, 1, tzinfo=UTC)})
    assert noted("2027-02-03T15:00", state=state) == set()


@pytest.mark.parametrize(
    ("start", "hours", "nights"),
    [
        ("2026-06-09T09:00", 3, {("KHM", "night", "03:00")}),  # London, in summer, is six hours behind
        ("2026-06-09T13:00", 3, set()),  # 07:00 there
        ("2026-06-09T17:00", 3, set()),  # it ends at 20:00
        ("2026-06-09T17:30", 3, {("LAO", "night", "20:30")}),
        ("2026-06-09T13:00", 56, set()),  # the days of a long meeting have nights between them
    ],
)
def test_a_date_in_the_night_of_a_side(start: str, hours: float, nights: set[tuple[str, str, str]]) -> None:
    assert noted(start, hours) == nights


@pytest.mark.parametrize(
    ("now", "soon"),
    [
        ("2026-06-04T05:00", set()),  # a Thursday: Friday, Monday and Tuesday are three
        ("2026-06-05T05:00", {("LAO", "soon", "2"), ("KHM", "soon", "2")}),
        ("2026-06-09T05:00", {("LAO", "soon", "0"), ("KHM", "soon", "0")}),
    ],
)
def test_a_date_that_is_too_near(now: str, soon: set[tuple[str, str, str]]) -> None:
    assert noted("2026-06-09T15:00", now=datetime.fromisoformat(now).replace(tzinfo=UTC)) == soon


def test_a_plan_that_runs_in_seconds_notes_days_without_work_only() -> None:
    state = meeting()
    state = state.model_copy(update={"setup": state.setup.model_copy(update={"clock": Clock(fine=True)})})
    now = datetime(2027, 2, 6, tzinfo=UTC)
    assert {kind for _, kind, _ in noted("2027-02-06T03:00", now=now, state=state)} == {"weekend"}


def test_in_words_each_is_a_clause() -> None:
    day = datetime(2027, 2, 6, tzinfo=UTC).date()
    clashes = (
        Clash(day=day, side="LAO", kind="weekend", name="Saturday"),
        Clash(day=day, side="", kind="outside-window", name="1 January 2026 to 31 December 2026"),
        Clash(day=day, side="KHM", kind="night", name="03:00"),
        Clash(day=day, side="LAO", kind="soon", name="1"),
        Clash(day=day, side="KHM", kind="soon", name="1"),
    )
    assert clashes_in_words(clashes) == (
        "6 February 2027 is a Saturday (LAO) and in the night, at 03:00 (KHM) and 1 working day ahead (LAO, KHM); "
        "it lies outside the window (1 January 2026 to 31 December 2026)"
    )


def test_the_record_and_the_letter_note_what_the_submitter_noted() -> None:
    player = Player(MEETING, meeting())
    when = slot("2027-02-06T03:00")
    notes = notes_on(when, player.state, CALENDARS, START)
    player.act(acts.Propose, LAO, terms=Terms(topic=Topic.DATE, slot=when, clashes=notes))
    assert clashes_in_words(notes) in player.state.ledger[-1].text
    told = proposed(player.state, player.state.proposals[0])
    assert [(each.kind, each.name) for each in told.clashes] == [(each.kind.value, each.name) for each in notes]
