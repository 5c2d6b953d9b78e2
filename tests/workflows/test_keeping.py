"""A workflow gives its state to the real activity `enter`, on a real server: in full, as changes, and in parts."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.enter import RecordActivities
from adapters.files.record_file import faults_of_chain, read_record, read_value
from adapters.files.state_file import StateFile, state_path
from adapters.settings import Settings
from models.common.values import Value
from models.messages.record_lines import RecordEntries
from workflows.keeping import LARGE, Keeper

ITEM = "t/m"
LOST = 99
"""After a state with this number, its file is lost."""


class Notes(Value):
    texts: tuple[str, ...] = ()
    number: int = 0


class Wanted(Value):
    """What the workflow enters, one after the other: a state, and how many bytes of effects follow."""

    states: tuple[Notes, ...]
    effects: tuple[int, ...]


@workflow.defn(name="notes")
class NotesWorkflow:
    """Enters one line for each state."""

    @workflow.run
    async def run(self, wanted: Wanted) -> None:
        keeper: Keeper[Notes] = Keeper("meeting")
        for n, (state, size) in enumerate(zip(wanted.states, wanted.effects, strict=True), 1):
            line = {"n": n, "at": "2026-01-01T00:00:00Z", "verb": "note", "text": "x"}
            pending = tuple({"effect": "settle", "office": f"o{i}", "item": "x" * 100_000} for i in range(size))
            entries = RecordEntries(plan="t", item=ITEM, lines=(line,), epoch=1)
            await keeper.enter(entries, state, pending, "note")
            if state.number == LOST:
                await workflow.execute_activity("lose", start_to_close_timeout=timedelta(seconds=10))


async def kept(client: Client, root: Path, *states: tuple[Notes, int]) -> StateFile:
    queue, settings = uuid.uuid4().hex, Settings(record=root)

    @activity.defn
    async def lose() -> None:
        state_path(root, ITEM, 1).unlink()

    wanted: Any = Wanted(states=tuple(each for each, _ in states), effects=tuple(size for _, size in states))
    async with Worker(
        client,
        task_queue=queue,
        workflows=[NotesWorkflow],
        workflow_runner=UnsandboxedWorkflowRunner(),
        activities=[RecordActivities(settings).enter, lose],
    ):
        await client.execute_workflow("notes", wanted, id=queue, task_queue=queue)
    assert faults_of_chain(root, ITEM) == []
    assert [line["n"] for line in read_record(root, ITEM)] == list(range(1, len(states) + 1))
    found = read_value(state_path(root, ITEM, 1), StateFile)
    assert found is not None
    return found


async def test_each_state_is_in_the_record_after_its_line(dev_server: Client, tmp_path: Path) -> None:
    found = await kept(dev_server, tmp_path, (Notes(texts=("a",)), 1), (Notes(texts=("a", "b"), number=2), 0))
    assert found.state == {"texts": ["a", "b"], "number": 2} and found.pending == ()
    assert [line["n"] for line in found.lines] == [2]


async def test_a_state_and_effects_that_no_call_holds_go_in_parts(dev_server: Client, tmp_path: Path) -> None:
    large = Notes(texts=("x" * (LARGE - 100_000),))
    found = await kept(dev_server, tmp_path, (large, 15))
    assert found.state["texts"] == list(large.texts) and found.staged == () and found.lines == ()
    assert [each["effect"] for each in found.pending] == ["enter", *["settle"] * 15]


async def test_a_record_that_has_lost_the_state_gets_it_in_full(dev_server: Client, tmp_path: Path) -> None:
    states = (Notes(texts=("a",)), 0), (Notes(texts=("a",), number=LOST), 0), (Notes(texts=("a",), number=3), 0)
    found = await kept(dev_server, tmp_path, *states)
    assert found.state == {"texts": ["a"], "number": 3} and [line["n"] for line in found.lines] == [3]
