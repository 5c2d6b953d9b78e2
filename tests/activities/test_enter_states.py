"""The activity `enter` keeps the state of a workflow with its lines, and refuses an earlier engine."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.enter import RecordActivities
from adapters.files.epoch_file import EARLIER, Epoch, write_epoch
from adapters.files.record_file import faults_of_chain, read_chained_record, read_record, read_value
from adapters.files.state_file import StateFile, state_path
from adapters.settings import Settings
from models.messages.kept_state import Entered, StateUpdate
from models.messages.record_lines import RecordEntries, first_prev

ITEM = "t/m"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def line(n: int, text: str = "x") -> dict[str, Any]:
    return {"n": n, "at": "2026-01-01T00:00:00Z", "verb": "note", "text": text, "data": {"b": 1, "a": "ກ"}}


async def enter(root: Path, *lines: dict[str, Any], at: int = 0, epoch: int = 1, **state: Any) -> Entered:
    """One call, handed over `at` seconds after the beginning."""
    environment = ActivityEnvironment()
    scheduled = BEGAN + timedelta(seconds=at)
    environment.info = dataclasses.replace(environment.info, scheduled_time=scheduled)
    update = StateUpdate(workflow="meeting", **state) if state else None
    entries = RecordEntries(plan="t", item=ITEM, lines=lines, epoch=epoch, state=update)
    return await environment.run(RecordActivities(Settings(record=root)).enter, entries)


def stated(root: Path, epoch: int = 1) -> Any:
    found = read_value(state_path(root, ITEM, epoch), StateFile)
    assert found is not None
    return found


async def test_each_line_names_the_line_before_it_and_the_epoch_of_its_engine(tmp_path: Path) -> None:
    await enter(tmp_path, line(1), line(2))
    await enter(tmp_path, line(2), line(3), at=1)
    first, second, third = read_chained_record(tmp_path, ITEM)
    assert first["prev"] == first_prev(ITEM) and len({each["prev"] for each in (first, second, third)}) == 3
    assert {each["epoch"] for each in (first, second, third)} == {1}
    assert read_record(tmp_path, ITEM) == [line(1), line(2), line(3)], "readers get what the workflow wrote"
    assert faults_of_chain(tmp_path, ITEM) == []
    path = tmp_path / "t" / "m.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"text":"x"', b'"text":"y"', 1))
    assert faults_of_chain(tmp_path, ITEM) == ["line 2 of the file does not follow the line before it"]
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[1:]))
    assert faults_of_chain(tmp_path, ITEM) == ["line 1 of the file does not follow the line before it"]


async def test_a_record_of_an_earlier_release_is_chained_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "t" / "m.jsonl"
    path.parent.mkdir()
    path.write_text(json.dumps(line(1)) + "\n")
    await enter(tmp_path, line(2))
    assert faults_of_chain(tmp_path, ITEM) == []
    assert read_record(tmp_path, ITEM) == [line(1), line(2)]
    path.write_text(path.read_text().replace("note", "noted", 1))
    assert faults_of_chain(tmp_path, ITEM) == ["line 2 of the file does not follow the line before it"]


async def test_the_state_is_kept_in_full_and_then_by_its_changes(tmp_path: Path) -> None:
    told = {"effect": "settle", "office": "o", "item": ITEM}
    await enter(tmp_path, line(1), serial="r/1", state={"a": 1, "b": [1, 2]}, pending=(told,))
    found = stated(tmp_path)
    assert (found.state, found.pending, found.lines) == ({"a": 1, "b": [1, 2]}, (told,), (line(1),))
    done = await enter(tmp_path, at=1, serial="r/2", base="r/1", state={"b": {"skip": 1, "add": [3]}})
    assert done.kept and stated(tmp_path).state == {"a": 1, "b": [2, 3]} and stated(tmp_path).pending == ()
    assert (await enter(tmp_path, at=1, serial="r/2", base="r/1", state={"b": {"skip": 1, "add": [3]}})).kept
    assert stated(tmp_path).state == {"a": 1, "b": [2, 3]}, "a repeated attempt changes nothing"


async def test_changes_of_another_state_are_not_taken_and_nothing_is_written(tmp_path: Path) -> None:
    assert not (await enter(tmp_path, line(1), serial="r/2", base="r/1", state={"a": {"set": 1}})).kept
    assert read_record(tmp_path, ITEM) == []
    assert (await enter(tmp_path, line(1), at=1, serial="r/3", state={"a": 1})).kept
    assert read_record(tmp_path, ITEM) == [line(1)]


async def test_a_late_repeat_does_not_replace_a_newer_state(tmp_path: Path) -> None:
    await enter(tmp_path, line(1), at=5, serial="r/2", state={"a": 2})
    await enter(tmp_path, line(1), at=4, serial="r/1", state={"a": 1})
    assert stated(tmp_path).state == {"a": 2}


async def test_after_a_rewind_another_state_of_the_same_name_is_taken(tmp_path: Path) -> None:
    await enter(tmp_path, line(1), serial="r/1", state={"a": 1})
    await enter(tmp_path, at=1, serial="r/2", base="r/1", state={"a": {"set": 2}})
    assert not (await enter(tmp_path, at=9, serial="r/2", base="r/1", state={"a": {"set": 3}})).kept
    assert (await enter(tmp_path, at=10, serial="r/3", state={"a": 3})).kept
    assert stated(tmp_path).state == {"a": 3}


async def test_effects_that_are_too_large_for_one_call_count_only_with_their_state(tmp_path: Path) -> None:
    await enter(tmp_path, line(1), serial="r/1", state={"a": 1})
    first, second = ({"effect": "settle", "office": office, "item": ITEM} for office in "ab")
    await enter(tmp_path, at=1, serial="r/2", state={}, pending=(first,), staged=True)
    assert (stated(tmp_path).state, stated(tmp_path).pending) == ({"a": 1}, ())
    await enter(tmp_path, at=2, serial="r/3", base="r/1", state={"a": {"set": 2}}, pending=(second,))
    assert (stated(tmp_path).state, stated(tmp_path).pending) == ({"a": 2}, (first, second))
    await enter(tmp_path, at=3, serial="r/4", base="r/3", state={})
    assert stated(tmp_path).pending == stated(tmp_path).staged == ()


async def test_an_item_that_is_opened_has_a_state_before_it_starts(tmp_path: Path) -> None:
    child = {"setup": {"id": "t/s/1", "epoch": 0}, "host": "LAO"}
    opening = {"effect": "open", "workflow": "meeting", "state": child}
    await enter(tmp_path, line(1), serial="r/1", state={"a": 1}, pending=(opening,))
    found = read_value(state_path(tmp_path, "t/s/1", 1), StateFile)
    assert found is not None and found.state == {"setup": {"id": "t/s/1", "epoch": 1}, "host": "LAO"}


async def test_an_engine_of_an_earlier_epoch_writes_nothing(tmp_path: Path) -> None:
    await enter(tmp_path, line(1), serial="r/1", state={"a": 1})
    await write_epoch(tmp_path, "t", Epoch(epoch=2, since=BEGAN, engine="other"))
    for epoch in (0, 1):
        with pytest.raises(ApplicationError, match="t goes on elsewhere since 1 January 2026") as caught:
            await enter(tmp_path, line(2), at=1, epoch=epoch, serial="r/2", base="r/1", state={"a": {"set": 2}})
        assert caught.value.type == EARLIER and caught.value.non_retryable
    assert read_record(tmp_path, ITEM) == [line(1)] and stated(tmp_path).state == {"a": 1}
    await enter(tmp_path, line(2), at=2, epoch=2, serial="r/1", state={"a": 3})
    assert stated(tmp_path, 2).state == {"a": 3}


async def test_an_epoch_that_cannot_be_read_stops_the_engine_until_it_is_mended(tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "epoch.json").write_text("{")
    with pytest.raises(ApplicationError, match=r"epoch\.json cannot be read") as caught:
        await enter(tmp_path, line(1))
    assert not caught.value.non_retryable
