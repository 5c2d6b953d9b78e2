"""The model of what a Temporal server keeps of one run of a workflow: its history, and what it still waits for."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.bridge.proto.workflow_activation import InitializeWorkflow, WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.worker import WorkflowInstance


@dataclass
class Turn:
    """One completed workflow task: what came in, and what the workflow commanded."""

    at: datetime
    jobs: list[WorkflowActivationJob]
    commands: list[WorkflowCommand]
    length: int
    """The number of events before this task."""
    suggested: bool
    """Whether the server suggested to continue as new."""


@dataclass
class Parent:
    """Who started a child workflow, and under which number of its commands."""

    id: str
    run: str
    seq: int


@dataclass
class Outcome:
    """What became of an Update. Exactly one field is not None."""

    result: Payload | None = None
    failure: Failure | None = None


@dataclass
class Waiting:
    """An Update on its way: its job, and the future of the client that waits for it."""

    job: WorkflowActivationJob
    future: "asyncio.Future[Outcome]"


@dataclass(eq=False)
class Run:
    """One run of a workflow."""

    id: str
    run: str
    kind: str
    start: InitializeWorkflow
    memo: dict[str, Payload]
    parent: Parent | None
    started: datetime
    incoming: list[WorkflowActivationJob] = field(default_factory=list)
    """What the next task will hand over."""
    turns: list[Turn] = field(default_factory=list)
    length: int = 1
    """The number of events in the history."""
    tasked: bool = False
    """Whether a workflow task is scheduled or under way."""
    thinking: bool = False
    """Whether the worker has carried out a task, and its answer is still on the way."""
    instance: WorkflowInstance | None = None
    """The copy in the memory of the worker. None if the worker keeps none."""
    timers: dict[int, asyncio.TimerHandle] = field(default_factory=dict)
    activities: dict[int, Any] = field(default_factory=dict)
    updates: dict[str, Waiting] = field(default_factory=dict)
    """Updates that no task has answered yet, by their ids."""
    accepted: dict[str, Outcome | None] = field(default_factory=dict)
    """Accepted Updates by their ids. None: not completed yet."""
    closed: str = ""
    """completed, failed or continued. Empty while the run is open."""
    failures: int = 0
    """How often in a row a task of this run has failed."""
