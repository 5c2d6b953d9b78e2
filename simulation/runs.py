"""The runs of workflows on the model of the server: starting them, and what reaches them from outside."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.bridge.proto.workflow_activation import InitializeWorkflow, WorkflowActivation, WorkflowActivationJob

from simulation.history import Outcome, Parent, Run, Waiting
from simulation.loop import VirtualLoop

TASK_TIMEOUT = 10.0
"""Seconds after which the server hands out a workflow task again whose answer never came."""

SUGGESTED_FROM = 4_000
"""The number of events from which the server suggests to continue as new."""


class NotFound(Exception):
    """There is no open workflow with this id."""


class Runs:
    """All runs of one life. `worker` carries out workflow tasks and activities (simulation/worker.py)."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.loop = loop
        self.worker: Any = None
        self.runs: dict[str, Run] = {}
        """The newest run of each workflow id."""
        self.suggested_from = SUGGESTED_FROM
        self.latency: Callable[[str], float] = lambda what: 0.0
        """Seconds that something takes: a task, an activity, a signal."""
        self.lost: Callable[[str], bool] = lambda what: False
        """Whether the answer to a task (`task`) or an activity (`activity`) is lost on its way to the server."""
        self.behind: Callable[[], float] = lambda: 0.0
        """Seconds by which the clock of the next task is behind the clock of the timers."""
        self.on_fault: Callable[[str, str], None] = lambda what, detail: None
        """Is told of what must never happen: a failed task, a failed workflow, a replay that differs."""
        self._count = 0

    # Starting

    def start(
        self,
        kind: str,
        workflow_id: str,
        arguments: Iterable[Payload],
        memo: dict[str, Payload],
        parent: Parent | None = None,
        *,
        reuse: bool = False,
    ) -> Run | None:
        """Starts a workflow. Returns None if one with this id was started before; with `reuse`, only if it is open."""
        before = self.runs.get(workflow_id)
        if before is not None and not (reuse and before.closed):
            return None
        return self._begin(kind, workflow_id, arguments, memo, parent)

    def _begin(
        self,
        kind: str,
        workflow_id: str,
        arguments: Iterable[Payload],
        memo: dict[str, Payload],
        parent: Parent | None,
    ) -> Run:
        self._count += 1
        start = InitializeWorkflow(workflow_type=kind, workflow_id=workflow_id, randomness_seed=self._count, attempt=1)
        start.arguments.extend(arguments)
        for name, payload in memo.items():
            start.memo.fields[name].CopyFrom(payload)
        run = Run(
            id=workflow_id,
            run=f"run-{self._count}",
            kind=kind,
            start=start,
            memo=dict(memo),
            parent=parent,
            started=self.loop.now(),
        )
        start.start_time.FromDatetime(run.started)
        start.workflow_task_timeout.FromTimedelta(timedelta(seconds=TASK_TIMEOUT))
        self.runs[workflow_id] = run
        self._hand(run, WorkflowActivationJob(initialize_workflow=start))
        return run

    def open_run(self, workflow_id: str) -> Run:
        """Returns the open run of a workflow. Raises NotFound if there is none."""
        run = self.runs.get(workflow_id)
        if run is None or run.closed:
            raise NotFound(workflow_id)
        return run

    # Messages

    def signal(self, workflow_id: str, name: str, arguments: Iterable[Payload]) -> None:
        """Hands a signal to a workflow. Raises NotFound if it is not open."""
        run = self.open_run(workflow_id)
        job = WorkflowActivationJob()
        job.signal_workflow.signal_name = name
        job.signal_workflow.input.extend(arguments)
        self._hand(run, job)

    def update(
        self, workflow_id: str, update_id: str, name: str, arguments: Iterable[Payload]
    ) -> "asyncio.Future[Outcome]":
        """Hands an Update to a workflow. The future holds its outcome. Raises NotFound if the workflow is not open."""
        run = self.open_run(workflow_id)
        future: asyncio.Future[Outcome] = self.loop.create_future()
        if update_id in run.updates:
            first = run.updates[update_id].future

            def pass_on(done: "asyncio.Future[Outcome]") -> None:
                if not future.done() and not done.cancelled() and done.exception() is None:
                    future.set_result(done.result())

            first.add_done_callback(pass_on)
            return future
        known = run.accepted.get(update_id)
        if known is not None:
            future.set_result(known)
            return future
        job = WorkflowActivationJob()
        job.do_update.id = update_id
        job.do_update.protocol_instance_id = update_id
        job.do_update.name = name
        job.do_update.input.extend(arguments)
        job.do_update.run_validator = True
        run.updates[update_id] = Waiting(job, future)
        self._wake(run)
        return future

    async def query(self, workflow_id: str, name: str, arguments: Iterable[Payload]) -> Any:
        """Asks a workflow, open or closed. Returns the QueryResult of the SDK. Raises NotFound if there never was
        one."""
        run = self.runs.get(workflow_id)
        if run is None:
            raise NotFound(workflow_id)
        while not self.worker.up or not run.turns:
            await asyncio.sleep(1.0)
        future: asyncio.Future[Any] = self.loop.create_future()
        # Outside of any task: the SDK runs the loop of the workflow, and loops may not run within each other.
        self.loop.soon(self._ask, run, name, list(arguments), future)
        return await future

    def _ask(self, run: Run, name: str, arguments: list[Payload], future: "asyncio.Future[Any]") -> None:
        if future.done():
            return
        if run.thinking:  # a query waits for the answer of the task before it
            self.loop.later(0.05, self._ask, run, name, arguments, future)
            return
        job = WorkflowActivationJob()
        job.query_workflow.query_id = "legacy_query"
        job.query_workflow.query_type = name
        job.query_workflow.arguments.extend(arguments)
        act = self._activation(run, [job], self.loop.now())
        completion = self.worker.activate(run, act)
        if completion.HasField("failed"):
            self.on_fault("query-failed", f"{run.id} {name}: {completion.failed.failure.message}")
            future.set_exception(NotFound(run.id))
            return
        others = [each for each in completion.successful.commands if not each.HasField("respond_to_query")]
        if others:
            self.on_fault("query-commands", f"{run.id} {name} caused {len(others)} commands")
        future.set_result(completion.successful.commands[0].respond_to_query)

    # Handing over

    def _hand(self, run: Run, job: WorkflowActivationJob) -> None:
        if not run.closed:
            run.incoming.append(job)
            run.length += 1
            self._wake(run)

    def _wake(self, run: Run) -> None:
        if not run.tasked and not run.closed:
            run.tasked = True
            self.loop.later(self.latency("task"), self._task, run)

    def _task(self, run: Run) -> None:
        """Hands what waits for a run to the worker, as one workflow task."""
        raise NotImplementedError

    def _activation(self, run: Run, jobs: list[WorkflowActivationJob], at: datetime) -> WorkflowActivation:
        act = WorkflowActivation(run_id=run.run, history_length=run.length, history_size_bytes=run.length * 400)
        act.timestamp.FromDatetime(at)
        act.continue_as_new_suggested = run.length >= self.suggested_from
        act.jobs.extend(jobs)
        return act
