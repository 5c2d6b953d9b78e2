"""The rehearsal: the shortcut for letters that repeat is no decision, the same assumption gives the same history."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.working_time import rehearsed_hours
from models.items.meeting import MEETING
from models.messages import acts
from models.messages.notices import Notice
from models.post.despatch import DespatchResult, Fate
from models.post.hearing import hear_awaited
from models.post.letter_day import next_instant
from models.post.post_room_state import PostRoomState, in_order, keys_of
from models.post.sending import despatched, next_despatch, said_again, says_the_same
from models.rehearsal.assumptions import assumption_of
from models.rehearsal.world import World
from tests.support.builders import DAY, START, date_terms, launch_of, meeting, obligation, plan_of
from tests.support.examples import examples
from tests.support.rehearsals import END, SIGNED, rehearsed, whole

OPEN = START + timedelta(days=1, hours=3)
"""The first working moment of 2026 in both capitals: Friday, 2 January, 10:00."""
ASSUMPTIONS = ["silent", "on-time", *(f"random:{seed}" for seed in range(1, 6))]


def notice(n: int, since: int) -> Notice:
    return Notice(
        key=f"t/m{n}/-/mark/1/1/lao-moc",
        item=f"t/m{n}",
        ref="1.1",
        title="Title",
        act="say whether it was held",
        side="LAO",
        office="lao-moc",
        office_title="Coordinator",
        rung=1,
        since=START - since * DAY,
        at=START - since * DAY,
    )


HOURS = rehearsed_hours(None, START + 400 * DAY)
"""The default hours of every office."""


def new_room(hours: bool) -> PostRoomState:
    """A post room that knows its office's hours, or one that keeps none."""
    address = meeting().setup.post_room("lao-moc")
    if not hours:
        return PostRoomState(address=address.model_copy(update={"side": ""}))
    return PostRoomState(address=address, hours=HOURS(address, START))


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6), st.integers(1, 5), st.booleans())
def test_a_letter_that_says_the_same_is_one_step_of_the_long_way(ages: list[int], letters: int, hours: bool) -> None:
    room = new_room(hours)
    for n, age in enumerate(ages):
        room = hear_awaited(room, notice(n, age), START)
    room = long_way(room, OPEN)[0]
    for _ in range(letters):
        assert says_the_same(room)
        at = next_instant(room, START)
        assert at is not None
        after, keys = long_way(room, at)
        assert keys == tuple(each.notice.key for each in in_order(room))
        assert said_again(room, at) == after
        room = after


def long_way(room: PostRoomState, at: datetime) -> tuple[PostRoomState, tuple[str, ...]]:
    """As the workflow does it: composed, sent, and what follows."""
    despatch = next_despatch(room, at)
    assert despatch is not None
    step = despatched(room, despatch, DespatchResult(fate=Fate.SENT), at)
    return step.state.model_copy(update={"pending": room.pending, "entries": room.entries}), keys_of(despatch)


@pytest.mark.parametrize("hours", [False, True])
def test_what_is_heard_makes_the_next_letter_say_more(hours: bool) -> None:
    room = new_room(hours)
    assert not says_the_same(room), "nothing is awaited"
    room = hear_awaited(room, notice(1, 1), START)
    assert not says_the_same(room), "it has not been said yet"
    room, _ = long_way(room, OPEN)
    assert says_the_same(room)
    assert not says_the_same(hear_awaited(room, notice(2, 0), OPEN))


@pytest.mark.parametrize("assume", ASSUMPTIONS)
def test_the_whole_plan_is_rehearsed_and_no_notice_is_decided_twice(assume: str) -> None:
    world = whole(assume)
    keys = [each.key for each in world.notices]
    assert len(keys) == len(set(keys)) > 1000
    said = [key for letter in world.letters for key in letter.notices]
    assert set(said) <= set(keys), "no letter carries what was never decided"
    assert END is not None and all(SIGNED <= each.at <= END for each in world.notices)
    once = [letter.notices for letter in world.letters if len(letter.notices) != len(set(letter.notices))]
    assert once == []


def test_the_same_seed_gives_the_same_history_and_another_seed_another() -> None:
    one, again, other = whole("random:1"), rehearsed("random:1"), whole("random:2")
    assert (one.notices, one.letters) == (again.notices, again.letters)
    assert one.notices != other.notices


TWO_YEARS = START + 800 * DAY


def world_of_two_years(assume: str) -> World:
    """A small plan, before its first day."""
    plan = plan_of(
        obligation("meet"),
        obligation("promise", kind="standing", cadence="continuous", window=None),
        round={"by": "offset", "opens": "P40D", "every": "P300D", "count": 2},
    )
    return World(launch_of(plan), assumption_of(assume), HOURS)


@cache
def two_years(assume: str) -> World:
    """The rehearsal of the small plan in one piece."""
    return world_of_two_years(assume).run(TWO_YEARS)


@examples(0.3)  # each rehearses two years
@given(st.integers(1, 700), st.sampled_from(["silent", "on-time", "random:3"]))
def test_a_rehearsal_cut_in_two_is_the_same(days: int, assume: str) -> None:
    one, two = two_years(assume), world_of_two_years(assume).run(START + days * DAY).run(TWO_YEARS)
    assert (one.notices, one.letters) == (two.notices, two.letters)


def test_silence_climbs_to_the_minister_and_is_written_ever_more_rarely() -> None:
    world = World(launch_of(plan_of(obligation("meet")))).run(START + 120 * DAY)
    mine = [each for each in world.notices if each.office.startswith("lao-moc")]
    assert [each.rung for each in mine] == [1, 2, 3, 4]
    assert [each.at - mine[0].at for each in mine] == [timedelta(days=30 * rung) for rung in range(4)]
    letters = [each for each in world.letters if each.office == "lao-moc"]
    instants = [each.at - letters[0].at for each in letters]
    weeks = [round(each / timedelta(days=7)) for each in instants]
    assert weeks == [0, 1, 2, 3, 4, 8, 12, 16], "weekly four times, then every four weeks"


def test_on_time_everything_dated_is_closed_out() -> None:
    world = whole("on-time")
    sessions = [state for item, state in world.items.items() if "/16.3-jtc/" in item]
    assert len(sessions) == 5
    assert all(state.closed and state.closed.status == "closed" for state in sessions)
    assert {MEETING.fate(state) for state in sessions} == {"on-time"}
    assert not any(each.rung > 1 for each in world.notices if each.kind == "rung"), "nobody higher is asked"


@pytest.mark.parametrize("assume", ASSUMPTIONS)
def test_no_office_gets_more_than_one_routine_letter_a_week_and_none_outside_hours(assume: str) -> None:
    world, here = whole(assume), ZoneInfo("Asia/Vientiane")
    weeks = Counter((each.office, each.at.astimezone(here).isocalendar()[:2], each.kind) for each in world.letters)
    assert max(count for (_, _, kind), count in weeks.items() if kind == "routine") == 1
    assert all(8 <= each.at.astimezone(here).hour < 16 for each in world.letters)
    assert not [each for each in world.letters if each.at.astimezone(here).weekday() > 4]


REMINDS = obligation("meet", remind="P3D")


def reminded(world: World) -> list[tuple[str, datetime]]:
    return [(each.office, each.at) for each in world.notices if each.act == "reminder"]


def test_the_rehearsal_reminds_before_each_date_and_asks_nothing_more() -> None:
    end = START + 100 * DAY
    world = World(launch_of(plan_of(REMINDS)), assumption_of("on-time"), HOURS).run(end)
    without = World(launch_of(plan_of(obligation("meet"))), assumption_of("on-time"), HOURS).run(end)
    agreed = world.items["t/meet"].dates[0].slot.start.utc  # type: ignore[attr-defined]
    assert reminded(world) == [(office, agreed - 3 * DAY) for office in ("lao-moc", "khm-moc")]
    kept = [each for each in world.notices if each.act != "reminder"]
    assert [each._replace(key="") for each in kept] == [each._replace(key="") for each in without.notices]
    [one, _] = [each for each in world.notices if each.act == "reminder"]
    assert (one.kind, one.rung, one.key) == ("announcement", 1, "t/meet/reminder/3/lao-moc")
    carried = [letter for letter in world.letters if one.key in letter.notices]
    assert len(carried) == 1 and carried[0].at < agreed and len(world.rooms["t/office/lao-moc"].reminders) == 0


def test_the_rehearsal_reminds_of_nothing_that_is_off() -> None:
    world = World(launch_of(plan_of(REMINDS)), hours=HOURS)
    at, terms = START + 5 * DAY, date_terms(START + 40 * DAY)
    for n, (verb, office, fields) in enumerate(
        ((acts.Propose, "lao-moc", {"terms": terms}), (acts.Accept, "khm-moc", {"proposal": 1}))
    ):
        act = verb.model_validate({"act_id": str(n), "office": office, **fields})
        world.plan_act(at + n * DAY, "t/meet", lambda _, act=act: act)  # type: ignore[misc]
    regret = acts.Regret(act_id="9", office="khm-moc", reason="flood")
    world.plan_act(START + 36 * DAY, "t/meet", lambda _: regret)
    assert reminded(world.run(START + 60 * DAY)) == []
    assert world.refused == []


def test_in_the_rehearsal_a_reminder_stands_in_the_letter_that_goes_in_time() -> None:
    """The letter goes on Mondays at 08:00 for the sake of another matter; the reminder is due on a Saturday."""
    plan = plan_of(obligation("meet", remind="P9D"), obligation("other"))
    world = World(launch_of(plan), hours=HOURS)
    terms = date_terms(datetime(2026, 1, 26, 2, tzinfo=UTC))  # a Monday, 09:00
    propose = acts.Propose(act_id="1", office="lao-moc", terms=terms)
    accept = acts.Accept(act_id="2", office="khm-moc", proposal=1)
    world.plan_act(START + 5 * DAY, "t/meet", lambda _: propose)
    world.plan_act(START + 6 * DAY, "t/meet", lambda _: accept)
    world.run(START + 60 * DAY)
    assert {at for _, at in reminded(world)} == {datetime(2026, 1, 17, 2, tzinfo=UTC)}
    keys = {each.key for each in world.notices if each.act == "reminder"}
    carried = [letter for letter in world.letters if keys & set(letter.notices)]
    assert [(letter.kind, letter.at) for letter in carried] == [("routine", datetime(2026, 1, 19, 1, tzinfo=UTC))] * 2
    assert all(len(letter.notices) == 2 for letter in carried), "with what is awaited"


def test_a_rehearsal_refuses_what_the_door_of_a_workflow_refuses() -> None:
    world = World(launch_of(plan_of(obligation("meet"))), hours=HOURS)
    long = date_terms(START + 30 * DAY).model_copy(update={"reason": "x" * 1001})
    propose = acts.Propose(act_id="1", office="lao-moc", terms=long)
    world.plan_act(START + 5 * DAY, "t/meet", lambda _: propose)
    [refused] = world.run(START + 10 * DAY).refused
    assert refused.refusal.code == "too-long" and "terms.reason" in refused.refusal.message
