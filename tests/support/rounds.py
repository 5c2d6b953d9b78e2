"""Status rounds for tests: when they ask and close, and items that are dormant until a round or a call."""

from datetime import UTC, datetime
from typing import Any

from models.items.commitment import COMMITMENT
from models.items.meeting import MEETING
from models.items.series_state import SeriesState
from tests.support.builders import DAY, Player, obligation, opened, plan_of
from tests.support.meetings import KHM, LAO
from tests.support.plan_lives import UNDATED

ROUND: dict[str, Any] = {"by": "year", "day": "01-15", "first": 2026, "last": 2028}
ASKS = datetime(2026, 1, 14, 17, tzinfo=UTC)
"""15 January in Vientiane."""
CLOSES = ASKS + 30 * DAY
TRIGGER: dict[str, Any] = {"cadence": "on_trigger", "window": None}
BOTH = {(LAO, "progress", 1), (KHM, "progress", 1)}


def standing(**more: Any) -> Player:
    """A commitment without a window, with a yearly status round."""
    found = opened(plan_of(obligation("c", kind="standing", **{**UNDATED, **more}), round=ROUND))
    return Player(COMMITMENT, found.commitments[0])


def undated_meeting(**more: Any) -> Player:
    found = opened(plan_of(obligation("m", kind="seminar", **{**UNDATED, **more}), round=ROUND))
    return Player(MEETING, found.meetings[0])


def dated_series(**more: Any) -> SeriesState:
    window = {"by": "year", "first": 2026, "last": 2028}
    fields = {"cadence": "annual", "window": window, **more}
    state: SeriesState = opened(plan_of(obligation("s", kind="meeting_series", **fields), round=ROUND)).series[0]
    return state
