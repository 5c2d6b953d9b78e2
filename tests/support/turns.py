"""Turns for tests: the orders of two and three sides, and functions that count turns."""

from datetime import UTC, datetime

from models.items.turns import Turns, open_session
from models.plan.plan import ForfeitRule

NEXT, AGAIN = ForfeitRule.NEXT, ForfeitRule.AGAIN
TWO, THREE = ("LAO", "KHM"), ("LAO", "KHM", "VNM")
DAY = datetime(2026, 5, 4, tzinfo=UTC)


def planned(turns: Turns) -> list[str | None]:
    return [turn.planned for turn in turns.turns]


def states(turns: Turns) -> list[str]:
    return [turn.state for turn in turns.turns]


def opened(turns: Turns, *sessions: str) -> Turns:
    for session in sessions:
        turns = open_session(turns, session)
    return turns
