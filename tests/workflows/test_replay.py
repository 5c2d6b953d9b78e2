"""Every history ever committed replays on today's code: a change to a workflow's commands has to be gated."""

import itertools
import json
import os
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import NondeterminismError

from tests.support import paths
from tests.support.queried_replays import QueriedRunner
from workflows.all import WORKFLOWS
from workflows.guard import Guard

HISTORIES = sorted(paths.HISTORIES.glob("*.json"))
TYPES = {"plan", "series", "meeting", "commitment", "questions", "rectification", "secretariat", "mailbox"}
TROUBLED = [path for path in HISTORIES if "-troubled" in path.name]
"""Histories of a plan in trouble (histories/record_troubled.py)."""


def test_there_is_a_history_of_each_workflow() -> None:
    found = {path.name.split("-")[3] for path in HISTORIES}
    assert found == TYPES


STUCK = paths.HISTORIES.parent / "stuck" / "meeting-after-a-query.json"
"""A history of 24 November that stands still for good: a query had made its worker set a timer again (event 206)."""

CUTS = int(os.environ.get("AIDE_CUTS", "1"))
"""At so many of its workflow tasks each history is cut. `make soak` cuts at every task."""


async def replay(workflow_id: str, *histories: list[dict[str, Any]], runner: WorkflowRunner | None = None) -> None:
    """Replays histories of one workflow, one after the other, with this runner or that of the SDK."""
    kind = histories[0][0]["workflowExecutionStartedEventAttributes"]["workflowType"]["name"]
    replayer = Replayer(
        workflows=[each for each in WORKFLOWS if workflow._Definition.must_from_class(each).name == kind],
        interceptors=[Guard()],
        data_converter=pydantic_data_converter,
        workflow_runner=runner or SandboxedWorkflowRunner(),
    )

    async def all_of_them() -> AsyncIterator[WorkflowHistory]:
        for events in histories:
            yield WorkflowHistory.from_json(workflow_id, json.dumps({"events": events}))

    await replayer.replay_workflows(all_of_them())


def cut(events: list[dict[str, Any]], cuts: int = CUTS) -> list[list[dict[str, Any]]]:
    """The beginnings of a history, up to the beginning of some of its workflow tasks, spread over its life. A worker
    gets such a history when it takes a workflow over."""
    begun = [n for n, event in enumerate(events, 1) if event["eventType"].endswith("WORKFLOW_TASK_STARTED")]
    step = max(1, len(begun) // (cuts + 1))
    return [events[:n] for n in begun[step - 1 :: step][:cuts]]


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_replays_whole_and_cut_at_a_task(path: Path) -> None:
    history = json.loads(path.read_text())
    await replay(history["workflow"], *cut(history["events"]), history["events"])


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_replays_with_queries_between(path: Path) -> None:
    """Whoever asks whatever at whatever moment: no workflow decides anything else because of it."""
    history = json.loads(path.read_text())
    runner = QueriedRunner()
    await replay(history["workflow"], history["events"], runner=runner)
    assert runner.counts and runner.faults == []


@pytest.mark.parametrize("path", TROUBLED, ids=lambda path: path.stem)
async def test_a_life_in_trouble_replays_cut_at_every_task(path: Path) -> None:
    history = json.loads(path.read_text())
    await replay(history["workflow"], *cut(history["events"], cuts=1000))


def test_the_histories_hold_every_kind_of_trouble() -> None:
    found: set[str] = set()
    for path in TROUBLED:
        kinds = [each["eventType"].removeprefix("EVENT_TYPE_") for each in json.loads(path.read_text())["events"]]
        found |= set(kinds)
        found |= {f"{one} then {two}" for one, two in itertools.pairwise(kinds)}
    assert {
        "WORKFLOW_TASK_STARTED then WORKFLOW_TASK_TIMED_OUT",  # its worker was gone
        "WORKFLOW_TASK_TIMED_OUT then WORKFLOW_EXECUTION_SIGNALED",  # what came meanwhile
        "WORKFLOW_TASK_FAILED then WORKFLOW_EXECUTION_UPDATE_ADMITTED",  # a reset, and acts handed over again
        "WORKFLOW_EXECUTION_UPDATE_ACCEPTED",
    } <= found, sorted(each for each in found if "TIMED_OUT" in each or "FAILED" in each)


async def test_what_a_query_left_stuck_replays_up_to_the_task_to_which_it_is_reset() -> None:
    """The worker that made event 206 was out of step with the history, so no code can replay this event. Resets go back
    to the task before (docs/operations.md)."""
    events = json.loads(STUCK.read_text())["events"]
    with pytest.raises(NondeterminismError):
        await replay("chaos/o06/1", events)
    await replay("chaos/o06/1", events[:204])


def with_late_clock(events: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """The history as if the clock of each task that a timer caused were 10 ms behind the instant of the timer. Returns
    the history and the number of such tasks."""
    events, started, timers = json.loads(json.dumps(events)), {}, 0
    for n, event in enumerate(events):
        attributes = event.get("timerStartedEventAttributes")
        if attributes:
            began = datetime.fromisoformat(_microseconds(event["eventTime"]))
            delay = timedelta(seconds=float(attributes["startToFireTimeout"].removesuffix("s")))
            started[attributes["timerId"]] = began + delay
        fired = event.get("timerFiredEventAttributes")
        if fired and events[n + 2]["eventType"].endswith("WORKFLOW_TASK_STARTED"):
            behind = started[fired["timerId"]] - timedelta(milliseconds=10)
            events[n + 2]["eventTime"] = behind.isoformat().replace("+00:00", "Z")
            timers += 1
    return events, timers


def _microseconds(instant: str) -> str:
    """An instant of a history, without the digits after the microseconds."""
    whole, _, rest = instant.removesuffix("Z").partition(".")
    return f"{whole}.{rest[:6] or '0'}+00:00"


@pytest.mark.parametrize("kind", ["meeting", "commitment", "secretariat", "plan"])
async def test_what_a_timer_causes_is_decided_at_its_instant_whatever_the_clock_of_the_task_says(kind: str) -> None:
    tried = 0
    for path in HISTORIES:
        if f"-{kind}-" in path.name and tried < 20:
            history = json.loads(path.read_text())
            events, timers = with_late_clock(history["events"])
            if timers:
                await replay(history["workflow"], events)
            tried += timers
    assert tried
