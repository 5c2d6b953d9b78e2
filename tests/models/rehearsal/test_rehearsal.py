"""The rehearsal: the shortcut for letters that repeat is no decision, the same assumption gives the same history."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from adapters.files.contacts_file import read_contacts
from adapters.hours import rehearsed_hours
from adapters.shipped import PLANS
from cli.app import app
from cli.commands.rehearse import summary
from cli.files.plan_file import load_plan
from cli.launching import launch_at
from models.items.meeting import MEETING
from models.messages.notices import Notice
from models.plan.windows import end_of_validity
from models.post import post_room
from models.post.despatch import DespatchResult, Fate
from models.post.post_room import PostRoomState
from models.rehearsal.assumptions import assumption_of
from models.rehearsal.world import RehearsedNotice, World
from tests.support.builders import DAY, START, launch_of, meeting, obligation, plan_of

ACTION_PLAN = load_plan(PLANS / "lao-cambodia-2023-2027.yaml")
SIGNED = datetime(2023, 2, 12, 17, tzinfo=UTC)
END = end_of_validity(ACTION_PLAN)
OPEN = START + timedelta(days=1, hours=3)
"""The first working moment of 2026 in both capitals: Friday, 2 January, 10:00."""
ASSUMPTIONS = ["silent", "on-time", *(f"random:{seed}" for seed in range(1, 6))]


def whole(assume: str) -> World:
    """The shipped plan over its five years, with its office hours."""
    assert END is not None
    hours = rehearsed_hours(read_contacts(PLANS / "lao-cambodia-2023-2027.contacts.yaml"), END + DAY)
    return World(launch_at(ACTION_PLAN, SIGNED, SIGNED, None), assumption_of(assume), hours).run(END + DAY)


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
        room = post_room.hear_awaited(room, notice(n, age), START)
    room = long_way(room, OPEN)[0]
    for _ in range(letters):
        assert post_room.says_the_same(room)
        at = post_room.next_instant(room, START)
        assert at is not None
        after, keys = long_way(room, at)
        assert keys == tuple(each.notice.key for each in post_room.in_order(room))
        assert post_room.said_again(room, at) == after
        room = after


def long_way(room: PostRoomState, at: datetime) -> tuple[PostRoomState, tuple[str, ...]]:
    """As the workflow does it: composed, sent, and what follows."""
    despatch = post_room.next_despatch(room, at)
    assert despatch is not None
    step = post_room.despatched(room, despatch, DespatchResult(fate=Fate.SENT), at)
    return step.state.model_copy(update={"pending": room.pending, "entries": room.entries}), post_room.keys_of(despatch)


@pytest.mark.parametrize("hours", [False, True])
def test_what_is_heard_makes_the_next_letter_say_more(hours: bool) -> None:
    room = new_room(hours)
    assert not post_room.says_the_same(room), "nothing is awaited"
    room = post_room.hear_awaited(room, notice(1, 1), START)
    assert not post_room.says_the_same(room), "it has not been said yet"
    room, _ = long_way(room, OPEN)
    assert post_room.says_the_same(room)
    assert not post_room.says_the_same(post_room.hear_awaited(room, notice(2, 0), OPEN))


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
    one, again, other = whole("random:1"), whole("random:1"), whole("random:2")
    assert (one.notices, one.letters) == (again.notices, again.letters)
    assert one.notices != other.notices


@settings(max_examples=max(60, settings().max_examples // 5))  # each is two rehearsals of two years
@given(st.integers(1, 700), st.sampled_from(["silent", "on-time", "random:3"]))
def test_a_rehearsal_cut_in_two_is_the_same(days: int, assume: str) -> None:
    plan = plan_of(
        obligation("meet"),
        obligation("promise", kind="standing", cadence="continuous", window=None),
        round={"by": "offset", "opens": "P40D", "every": "P300D", "count": 2},
    )
    end = START + 800 * DAY
    one = World(launch_of(plan), assumption_of(assume), HOURS).run(end)
    two = World(launch_of(plan), assumption_of(assume), HOURS).run(START + days * DAY).run(end)
    assert (one.notices, one.letters) == (two.notices, two.letters)


def test_silence_climbs_to_the_minister_and_is_written_weekly() -> None:
    world = World(launch_of(plan_of(obligation("meet")))).run(START + 120 * DAY)
    mine = [each for each in world.notices if each.office.startswith("lao-moc")]
    assert [each.rung for each in mine] == [1, 2, 3, 4]
    assert [each.at - mine[0].at for each in mine] == [timedelta(days=30 * rung) for rung in range(4)]
    letters = [each for each in world.letters if each.office == "lao-moc"]
    assert len(letters) == 18, "one a week"


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


def test_the_summary_counts_mails_by_office_and_week_and_what_merging_saves() -> None:
    told = summary(whole("silent"))["letters_per_office_and_week"]
    alone = told["unmerged"]
    assert (told["routine"], told["median"]) == (1, 1)
    assert told["total"] == len(whole("silent").letters)
    assert told["max"] <= 2, "one letter a week, and one more where a ladder climbs"
    assert alone["total"] > 3 * told["total"] and alone["weeks"] == told["weeks"] and alone["max"] > 10


# The command


def rehearse(*words: str) -> Any:
    result = CliRunner().invoke(app, ["rehearse", *words, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_contract_of_the_command() -> None:
    document = rehearse("--from", "2026-01-01", "--to", "2026-06-01", "--office", "lao-moic")
    assert set(document) == {"notices", "letters", "summary"}
    fields = {"class" if name == "kind" else name for name in RehearsedNotice._fields}
    assert {frozenset(each) for each in document["notices"]} == {frozenset(fields)}
    assert {each["office"] for each in (*document["notices"], *document["letters"])} == {"lao-moic"}
    keys = {each["key"] for each in document["notices"]}
    assert all(set(letter["notices"]) <= keys for letter in document["letters"])


def test_what_if_tells_what_a_scenario_changes(tmp_path: Path) -> None:
    slip = tmp_path / "slip.yaml"
    slip.write_text(
        "acts:\n"
        "  - {at: 2026-01-05, item: 16.3-jtc/2026, verb: propose, office: lao-moic, start: 2026-11-10T09:00}\n"
        "  - {at: 2026-01-09, item: 16.3-jtc/2026, verb: accept, office: khm-moc}\n"
    )
    told = rehearse("--from", "2026-01-01", "--to", "2026-12-01", "--what-if", str(slip))
    gone = {(each["item"], each["rung"]) for each in told["removed"]}
    assert ("lao-khm/16.3-jtc/2026", 4) in gone, "the ministers are no longer asked for a date"
    marks = [each for each in told["added"] if each["act"] == "mark"]
    assert marks and marks[0]["at"].startswith("2026-11-10"), "whether it was held is asked in November"
    assert told["moved"] == []


def test_an_act_on_what_is_not_open_then_is_listed_as_refused(tmp_path: Path) -> None:
    early = tmp_path / "early.yaml"
    early.write_text("acts:\n  - {at: 2026-02-05, item: 16.3-jtc/2027, verb: close, office: lao-moic}\n")
    told = rehearse("--from", "2026-01-01", "--to", "2026-06-01", "--assume", f"file:{early}")
    [refused] = told["summary"]["refused_acts"]
    assert (refused["item"], refused["message"]) == ("lao-khm/16.3-jtc/2027", "it is not open then")


def test_days_are_said_as_the_plans_clock_has_them() -> None:
    told = rehearse("--from", "2023-02-13", "--to", "2023-02-20", "--office", "lao-moic")
    [first] = [each for each in told["notices"] if each["item"] == "lao-khm/16.3-jtc/2023"]
    assert first["at"] == "2023-02-12T17:00:00Z", "midnight in Vientiane"
    assert first["reason"] == "propose a date: awaited since 13 February 2023"
    result = CliRunner().invoke(app, ["rehearse", "--from", "2023-02-13", "--to", "2023-02-13"])
    assert str(result.exception) == "--to 2023-02-13 does not lie after --from 2023-02-13"


def test_a_bad_scenario_is_told_by_its_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("acts:\n  - {at: 2026-01-05, item: 16.3-jtc/2026, verb: celebrate, office: lao-moic}\n")
    result = CliRunner().invoke(app, ["rehearse", "--what-if", str(bad)])
    assert "bad.yaml:2" in str(result.exception) and "celebrate" in str(result.exception)
