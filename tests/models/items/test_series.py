"""Sessions open by themselves or are called, and hosting turns; what holds for every history of a series."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from models.common.values import to_utc
from models.items import turns
from models.items.series import SERIES
from models.items.series_state import SeriesState, opens_at
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.effects import Await, EnterElsewhere, GiveOrder, ItemReport, Open, Order, Settle
from models.messages.notices import AnnouncementKind
from tests.support.builders import DAY, START, Player, date_terms, launch_of, obligation, opened, plan_of
from tests.support.examples import examples
from tests.support.meetings import KHM, LAO
from tests.support.plan_lives import UNDATED
from tests.support.rounds import ROUND, TRIGGER
from tests.support.worlds import Life, same_over_the_wire
from workflows.details import details_of


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


def learned(state: SeriesState, report: ItemReport, days: int = 0) -> SeriesState:
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
    report = ItemReport(session="2026", item="t/s/2026", status="open", host="KHM")
    _, _, host = open_one(learned(state, report))
    assert host == "LAO", "once the sides have agreed on a host, the next turn follows"


def test_a_turn_is_served_swapped_or_forfeited() -> None:
    state, item, _ = open_one(series_of(**FIRST))
    for host, held, expected in (("LAO", True, "served"), ("KHM", True, "swapped"), ("LAO", False, "forfeited")):
        report = ItemReport(session="2026", item=item, status="closed", host=host, closed=True, held=held)
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
    report = ItemReport(session="1", item=item, status="closed", closed=True, held=True)
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
    report = ItemReport(session="1", item=item, status="dropped", closed=True)
    assert opens_at(learned(state, report, 1)) is None


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
    for office in (LAO, KHM):  # each report stands under the silence of the other side
        assert life.act("t/s/1", acts.Agree, office) is None
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
@example(
    FORMS[0], False, [("order", ("windows", [])), ("report", (0, "dropped", "LAO")), ("order", ("windows", [2026]))]
)
@examples(0.6)
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
        keep(player, SERIES.learn(state, ItemReport.model_validate({**report, **ended}), player.now))
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
        if isinstance(effect, GiveOrder):
            assert effect.item.startswith("t/s/")
