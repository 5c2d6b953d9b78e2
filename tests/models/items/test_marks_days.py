"""Days that cannot be meant are refused, with what would be possible; a day outside the window has to be meant so."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models.common.zones import zoned
from models.items.meeting import MEETING
from models.machine.door import refuse
from models.messages import acts
from models.messages.effects import Announce
from models.messages.views import Receipt
from models.plan.plan import Plan
from models.plan.windows import start_of_validity
from tests.support.builders import DAY, START, Player, date_terms, obligation, opened, plan_of
from tests.support.meetings import KHM, LAO, agreed

VALID: dict[str, Any] = {"valid_from": "2025-02-13", "valid_for_years": 2}


def meeting(**more: Any) -> Player:
    window = {"by": "year", "first": 2026, "last": 2026}
    return Player(MEETING, opened(plan_of(obligation(window=window), **more)).meetings[0], START)


def on(day: str) -> Any:
    return zoned(datetime.fromisoformat(day), "Asia/Vientiane")


@pytest.mark.parametrize("day", ["2025-02-12", "2027-02-13"])
def test_a_day_outside_the_validity_is_refused_even_if_said_expressly(day: str) -> None:
    player = meeting(**VALID)
    player.now = datetime(2027, 2, 20, tzinfo=UTC)
    refusal = player.act(acts.Held, LAO, on=on(day), outside_window=True)
    assert refusal.code == "outside-validity"
    assert "the validity of the plan (13 February 2025 to 12 February 2027); name a day within it" in refusal.message


def test_a_day_outside_the_window_is_taken_only_if_said_expressly_and_the_line_says_so() -> None:
    player = meeting(**VALID)
    player.tick(START + 10 * DAY)
    refusal = player.act(acts.Held, LAO, on=on("2025-12-31"))
    assert (refusal.code, "add --outside-window" in refusal.message) == ("outside-window", True)
    assert "1 January 2026 to 31 December 2026" in refusal.message
    assert isinstance(player.act(acts.Held, LAO, on=on("2025-12-31"), outside_window=True), Receipt)
    line = next(entry for entry in player.state.ledger if entry.verb == "held")
    assert line.text.endswith("on 31 December 2025, outside its window (1 January 2026 to 31 December 2026)")
    assert line.data["outside_window"] is True
    told = [e.announcement.happened for e in player.effects if isinstance(e, Announce)]
    assert told[-1] is not None and told[-1].outside_window


@pytest.mark.parametrize("day", ["2026-01-01", "2026-01-05"])
def test_a_day_within_the_window_needs_no_word_and_none_is_noted(day: str) -> None:
    player = meeting(**VALID)
    player.tick(START + 10 * DAY)
    assert isinstance(player.act(acts.Held, LAO, on=on(day), outside_window=True), Receipt)
    line = next(entry for entry in player.state.ledger if entry.verb == "held")
    assert "outside" not in line.text and "outside_window" not in line.data


def test_the_first_day_counts_in_another_zone_too() -> None:
    player = meeting(**VALID)
    player.tick(START + 10 * DAY)
    first = zoned(datetime.fromisoformat("2026-01-01"), "Asia/Tokyo")  # it begins two hours before the window
    assert isinstance(player.act(acts.Held, LAO, on=first), Receipt)


def test_the_agreed_day_needs_no_word_though_it_lies_outside_the_window() -> None:
    player = agreed()
    late = START + 400 * DAY
    player.act(acts.Propose, LAO, terms=date_terms(late))
    player.act(acts.Accept, KHM, proposal=2)
    player.tick(late + 2 * DAY)
    assert isinstance(player.act(acts.Held, LAO, on=on(f"{late:%Y-%m-%d}")), Receipt)


def test_an_extended_window_counts() -> None:
    player = meeting(**VALID)
    player.act(acts.Propose, LAO, terms=acts.Terms(topic="extend", until=datetime(2027, 2, 1, tzinfo=UTC)))
    player.act(acts.Accept, KHM, proposal=1)
    player.tick(datetime(2027, 1, 20, tzinfo=UTC))
    assert isinstance(player.act(acts.Held, LAO, on=on("2027-01-10")), Receipt)


def test_a_date_is_proposed_within_the_validity() -> None:
    player = meeting(**VALID)
    last = datetime(2027, 2, 12, 10, tzinfo=UTC)
    refusal = player.act(acts.Propose, LAO, terms=date_terms(last, hours=8))
    assert (refusal.code, "valid until 12 February 2027" in refusal.message) == ("outside-validity", True)
    assert isinstance(player.act(acts.Propose, LAO, terms=date_terms(last, hours=7)), Receipt)


def test_without_an_end_of_validity_a_date_lies_at_most_25_years_ahead() -> None:
    player = meeting()
    act = acts.Propose(act_id="x", office=LAO, terms=date_terms(START + 366 * 26 * DAY))
    refusal = refuse(MEETING, player.state, act, START)
    assert refusal is not None and refusal.code == "bad-time"


def test_what_outlives_the_plan_has_no_end_of_validity() -> None:
    calls = obligation("p", kind="procedure", cadence="on_trigger", window=None)
    plan = plan_of(obligation(), calls, **VALID)
    found = opened(plan)
    ends = {each.setup.obligation: each.setup.valid_until for each in (*found.meetings, *found.series)}
    assert ends == {"m": datetime(2027, 2, 12, 17, tzinfo=UTC), "p": None}
    assert start_of_validity(plan) == datetime(2025, 2, 12, 17, tzinfo=UTC)
    assert start_of_validity(Plan.model_validate({**plan.model_dump(), "valid_from": None})) is None
