"""`launch --from-record` looks at a record before it changes anything, and says what is missing."""

import json
import os
from pathlib import Path

import pytest
import yaml

from adapters.files.epoch_file import Epoch, read_epoch, write_epoch
from adapters.files.state_file import StateFile, state_path, write_state
from cli.errors import Refused
from cli.reopening import look_at_record
from models.messages.effects import Settle
from models.messages.kept_state import full_state
from models.plan.plan import Plan
from models.rehearsal.world import World
from models.reopening.kept_effects import kept
from tests.support.builders import DAY, START, launch_of, obligation, plan_of
from tests.support.commands import fresh
from tests.support.rig import write_contacts

EMPTY = '{"item": "t/m", "workflow": "meeting", "at": "2026-01-01T00:00:00Z", "serial": ""}'
"""A state without fields, as a later release might write it."""

YEARS = {"by": "year", "first": 2026, "last": 2027}
PLAN = plan_of(obligation("m"), obligation("s", kind="meeting_series", cadence="annual", window=YEARS))


def kept_record(root: Path, plan: Plan = PLAN, epoch: int = 1) -> World:
    """The record of a plan on the day after its launch, as its engine left it."""
    world = World(launch_of(plan, epoch=1)).run(START + DAY)
    for name, state in (*world.items.items(), *world.rooms.items()):
        kind = world._kinds.get(name, "secretariat")
        told = kept((Settle(office="lao-moc", item=name, keys=("none",)),)) if kind == "meeting" else ()
        fields = full_state(state, "reopened", "hours")
        found = StateFile(item=name, workflow=kind, epoch=epoch, at=world.now, serial="r/1", pending=told, state=fields)
        write_state(state_path(root, name, epoch), found)
    return world


def test_a_record_with_all_states_can_be_opened_and_nothing_is_changed(tmp_path: Path) -> None:
    world = kept_record(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    found = look_at_record(tmp_path, "t")
    assert (found.result, found.epoch, found.items, found.rooms) == ("can be opened", 2, len(world.items), 2)
    assert found.in_words() == "Test plan: can be opened, as epoch 2; 4 items and 2 post rooms"
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


async def test_the_states_of_the_present_epoch_count_and_before_they_are_written_those_of_its_source(
    tmp_path: Path,
) -> None:
    kept_record(tmp_path)
    await write_epoch(tmp_path, "t", Epoch(epoch=3, opened=False, source=1))
    assert read_epoch(tmp_path, "t").source == 1
    assert look_at_record(tmp_path, "t").epoch == 4, "epoch 2 and 3 were never opened; their number is gone"
    kept_record(tmp_path, epoch=3)
    state_path(tmp_path, "t/m", 1).write_text("of an earlier epoch")
    assert look_at_record(tmp_path, "t").epoch == 4


@pytest.mark.parametrize(
    ("item", "content", "code", "words"),
    [
        ("t", None, "no-state", "t.json is missing"),
        ("t/s/2026", None, "no-state", "no state of 1 open items"),
        ("t/m", "{", "record", "m.json cannot be read"),
        (
            "t/m",
            '{"item": "t/m", "workflow": "meeting", "at": "2026-01-01T00:00:00Z", "serial": ""}',
            "record",
            "release",
        ),
    ],
)
def test_what_is_missing_or_damaged_is_named(
    tmp_path: Path, item: str, content: str | None, code: str, words: str
) -> None:
    kept_record(tmp_path)
    path = state_path(tmp_path, item, 1)
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    with pytest.raises(Refused, match=words) as caught:
        look_at_record(tmp_path, "t")
    assert caught.value.code == code


def test_a_record_of_an_older_release_is_refused_with_what_to_do(tmp_path: Path) -> None:
    kept_record(tmp_path)
    line = {"n": 1, "at": "2026-01-01T00:00:00Z", "verb": "opened", "text": "x", "data": {}}
    (tmp_path / "t" / "older.jsonl").write_text(json.dumps(line) + "\n")
    with pytest.raises(Refused, match="Start a worker of this release on the old server once") as caught:
        look_at_record(tmp_path, "t")
    assert "t/older" in caught.value.message


async def test_the_command_looks_first(tmp_path: Path) -> None:
    kept_record(tmp_path / "record")
    plan = tmp_path / "plan.yaml"
    plan.write_text(yaml.safe_dump(json.loads(PLAN.model_dump_json(exclude_defaults=True))))
    write_contacts(PLAN, tmp_path / "plan.contacts.yaml")
    words = ("launch", str(plan), "--from-record", str(tmp_path / "record"), "--dry-run")
    code, out, err = await fresh((*words, "--json"), os.environ)
    assert code == 0, err
    found = json.loads(out)
    assert found["result"] == "can be opened" and found["without_address"] == [] and found["delivered"] == []
    code, out, err = await fresh((*words, "--as-of", "2026-01-01"), os.environ)
    assert code == 2 and "leave out --as-of and --history" in err
