"""What is adopted of a history: the turns, the record with its views, and what is asked about the past."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models.items.past_sessions import PastState, adopted_entries
from models.items.series import SERIES
from models.messages.effects import Await, EnterElsewhere, Open
from tests.support.builders import DAY, Player, launch_of, opened
from tests.support.takeovers import AS_OF, plan
from tests.support.worlds import Life


def adopted(*history: dict[str, Any], only: str = "s") -> Player:
    """The series of the plan, launched with this history, at rest."""
    launched = launch_of(plan(), AS_OF, history=[{"obligation": only, **each} for each in history])
    series = opened(plan(), AS_OF, history=launched.history).series
    return Player(SERIES, next(each for each in series if each.setup.obligation == only), AS_OF)


def ledger(player: Player) -> dict[str, tuple[str | None, str | None, str]]:
    return {turn.session: (turn.planned, turn.host, turn.state) for turn in player.state.hosting.turns}


def test_the_turns_start_from_what_was_held_and_missed() -> None:
    player = adopted(
        {"session": "2023", "state": "held", "host": "LAO"},
        {"session": "2024", "state": "held", "host": "KHM"},
        {"session": "2025", "state": "missed"},
    )
    assert ledger(player) == {
        "2023": ("LAO", "LAO", "served"),
        "2024": ("KHM", "KHM", "served"),
        "2025": ("LAO", None, "forfeited"),
        "2026": ("KHM", None, "owed"),
    }
    [session] = [effect.state for effect in player.effects if isinstance(effect, Open)]
    assert (session.setup.id, session.host) == ("t/s/2026", "KHM")
    assert player.state.hosting.counts["LAO"] == {"served": 1, "forfeited": 1}


def test_a_host_out_of_turn_has_swapped_and_an_unknown_session_leaves_the_next_to_be_agreed() -> None:
    player = adopted(
        {"session": "2023", "state": "held", "host": "LAO"},
        {"session": "2024", "state": "held", "host": "LAO"},
        {"session": "2025", "state": "excused"},
    )
    assert ledger(player)["2024"] == ("KHM", "LAO", "swapped") and ledger(player)["2026"][0] == "KHM"
    player = adopted({"session": "2023", "state": "held", "host": "LAO"}, {"session": "2025", "state": "held"})
    assert [state for _, _, state in ledger(player).values()] == ["served", "unknown", "unknown", "owed"]
    assert ledger(player)["2026"][0] is None


def test_each_session_enters_the_record_with_its_view_and_nobody_is_written_to() -> None:
    row: dict[str, Any] = {
        "start": "2023-11-04T00:00:00Z",
        "end": "2023-11-04T00:00:00Z",
        "local": "2023-11-04T07:00:00",
    }
    late = {**row, "start": "2025-02-01T00:00:00Z", "zone": "Asia/Vientiane", "place": "", "format": None}
    row = {**row, "zone": "Asia/Vientiane", "place": "Pakse", "format": None}
    player = adopted(
        {"session": "2023", "state": "held", "host": "LAO", "date": row},
        {"session": "2024", "state": "held", "date": late},
        {"session": "2025", "state": "excused", "note": "elections"},
    )
    entered = {e.item: e.entries for e in player.effects if isinstance(e, EnterElsewhere)}
    assert list(entered) == ["t/s/2023", "t/s/2024", "t/s/2025"]
    views = {item: lines[-1].data["view"] for item, lines in entered.items()}
    assert [(view["status"], view["fate"]) for view in views.values()] == [
        ("closed", "on-time"),
        ("closed", "late"),
        ("excused", "excused"),
    ]
    assert views["t/s/2023"]["host"] == "LAO" and views["t/s/2023"]["dates"]["actual"]["place"] == "Pakse"
    assert all(view["awaiting"] == [] and view["next_at"] is None for view in views.values())
    assert "taken over at the launch: it was excused (elections)" in entered["t/s/2025"][0].text
    assert not [effect for effect in player.effects if isinstance(effect, Await)]


@pytest.mark.parametrize(
    ("state", "status", "fate"),
    [
        ("held", "closed", None),
        ("missed", "missed", "missed"),
        ("excused", "excused", "excused"),
        ("unknown", "unknown", None),
    ],
)
def test_each_state_has_its_status_and_fate(state: str, status: str, fate: str | None) -> None:
    [(item, past)] = [
        each
        for each in opened(plan(), AS_OF, history=[{"obligation": "v", "state": state}]).past
        if each[0].setup.obligation == "v"
    ]
    assert past.state is PastState(state)
    first, second = adopted_entries(item, past, AS_OF)
    assert (first.n, second.n, second.verb) == (1, 2, "view")
    assert (second.data["view"]["status"], second.data["view"]["fate"]) == (status, fate), "no day, so nobody can say"


def test_what_is_known_of_the_year_that_runs_is_taken_over_too() -> None:
    player = adopted({"session": "2026", "state": "held", "host": "KHM"})
    assert [e for e in player.effects if isinstance(e, Open)] == []
    assert ledger(player)["2026"] == ("KHM", "KHM", "served")
    player.tick(datetime(2027, 2, 1, tzinfo=UTC))
    [session] = [effect.state for effect in player.effects if isinstance(effect, Open)]
    assert (session.setup.id, session.host) == ("t/s/2027", "LAO")


def test_nothing_is_awaited_about_the_past_and_only_what_is_unknown_is_asked() -> None:
    history = [
        {"obligation": "s", "session": "2023", "state": "held", "host": "LAO"},
        {"obligation": "s", "session": "2024", "state": "unknown"},
        {"obligation": "e", "session": "2024", "state": "missed"},
        {"obligation": "v", "state": "held"},
    ]
    life = Life(launch=launch_of(plan(), AS_OF, history=history)).pass_on(20 * DAY)
    old = {f"t/{name}/{year}" for name in "se" for year in (2023, 2024, 2025)} | {"t/v", "t/Mixed-Case"}
    assert not old & set(life.world.items), "what is past has a record and no workflow"
    assert not [notice for notice in life.world.notices if notice.item in old]
    [name] = [name for name in life.world.items if "questions" in name]
    asked = [q.id for q in life.item(name).open_questions]
    assert asked == [
        "s/past/2024", "s/past/2025", "e/past/2023", "e/past/2025", "Mixed-Case/past",
    ]  # fmt: skip
    assert {item.rpartition("/")[2] for item in life.plan.open_items if item.startswith("t/s/")} == {"2026"}
