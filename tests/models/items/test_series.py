"""Sessions open by themselves, and hosting turns."""

from datetime import timedelta

from models.common.values import to_utc
from models.items.series import SERIES, SeriesState, opens_at
from models.messages.effects import EnterElsewhere, Open, SessionReport
from tests.support.builders import DAY, START, launch_of, obligation, opened, plan_of


def series_of(**more: object) -> SeriesState:
    fields = {"window": {"by": "year", "first": 2026, "last": 2028}, "host_rule": "rotating", **more}
    state: SeriesState = opened(plan_of(obligation("s", kind="meeting_series", **fields))).series[0]
    return state


FIRST = {"readings": {"first_host": {"chosen": "LAO"}}}


def open_one(state: SeriesState) -> tuple[SeriesState, str, str | None]:
    at = opens_at(state)
    assert at is not None
    step = SERIES.due(state, max(at, START))
    [session] = [effect.state for effect in step.effects if isinstance(effect, Open)]
    return step.state, session.setup.id, session.host


def learned(state: SeriesState, report: SessionReport, days: int = 0) -> SeriesState:
    return SERIES.learn(state, report, START + days * DAY).state


def test_one_session_a_window_with_the_host_turning() -> None:
    state = series_of(**FIRST)
    seen = []
    while not state.exhausted:
        assert opens_at(state) == state.windows[state.opened].start
        state, item, host = open_one(state)
        seen.append((item, host))
    assert seen == [("t/s/2026", "LAO"), ("t/s/2027", "KHM"), ("t/s/2028", "LAO")]
    assert opens_at(state) is None


def test_windows_are_calendar_years_in_the_plans_zone() -> None:
    window = series_of().windows[0]
    assert (window.name, window.start.isoformat()) == ("2026", "2025-12-31T17:00:00+00:00")
    assert window.end.isoformat() == "2026-12-31T17:00:00+00:00"


def test_without_a_stated_first_host_none_is_presumed() -> None:
    state, _, host = open_one(series_of())
    assert host is None
    report = SessionReport(session="2026", item="t/s/2026", status="open", host="KHM")
    _, _, host = open_one(learned(state, report))
    assert host == "LAO", "once the sides have agreed on a host, the next turn follows"


def test_a_turn_is_served_swapped_or_forfeited() -> None:
    state, item, _ = open_one(series_of(**FIRST))
    for host, held, expected in (("LAO", True, "served"), ("KHM", True, "swapped"), ("LAO", False, "forfeited")):
        report = SessionReport(session="2026", item=item, status="closed", host=host, closed=True, held=held)
        after = learned(state, report)
        assert after.hosting.turns[0].state == expected and after.open_sessions == ()


def test_a_window_that_ended_before_the_launch_enters_as_unknown() -> None:
    plan = plan_of(obligation("s", kind="meeting_series", window={"by": "year", "first": 2024, "last": 2027}))
    state = opened(plan, START + 40 * DAY).series[0]
    fates = []
    while not state.exhausted:
        step = SERIES.due(state, max(opens_at(state) or START, START + 40 * DAY))
        opening = next(effect for effect in step.effects if isinstance(effect, Open | EnterElsewhere))
        item = opening.state.setup.id if isinstance(opening, Open) else opening.item
        fates.append((item, isinstance(opening, Open)))
        state = step.state
    assert fates == [("t/s/2024", False), ("t/s/2025", False), ("t/s/2026", True), ("t/s/2027", True)]


def test_without_windows_one_session_is_open_at_a_time() -> None:
    state = series_of(window=None)
    assert opens_at(state) == START
    state, item, _ = open_one(state)
    assert (item, opens_at(state)) == ("t/s/1", None)
    report = SessionReport(session="1", item=item, status="closed", closed=True, held=True)
    assert opens_at(learned(state, report, 1)) is not None


def test_offsets_count_from_the_launch() -> None:
    plan = plan_of(
        obligation("m", window={"by": "offset", "opens": "PT2S", "length": "PT25S", "every": "PT30S", "count": 1}),
        despatch="PT5S",
    )
    window = opened(plan).meetings[0].setup.window
    assert window is not None
    assert (window.start - launch_of(plan).launched, window.end - window.start) == (
        timedelta(seconds=2),
        timedelta(seconds=25),
    )
    assert to_utc(window.start) == window.start


def test_what_nothing_dates_is_not_asked_again_once_it_is_dropped() -> None:
    state, item, _ = open_one(series_of(window=None))
    report = SessionReport(session="1", item=item, status="dropped", closed=True)
    assert opens_at(learned(state, report, 1)) is None
