"""A model of a Temporal server. It drives the real workflow classes through the activations of the SDK.

It keeps histories, timers, signals, Updates and children of workflows, and hands workflow tasks to the one worker. The
rules are those of the server: an event that comes while a task is under way waits for the next one, a run that ends
while events wait must first handle them, an Update that was refused leaves nothing in the history.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import WorkflowIdReusePolicy
from temporalio.api.failure.v1 import ApplicationFailureInfo, Failure
from temporalio.bridge.proto.child_workflow import StartChildWorkflowExecutionFailedCause
from temporalio.bridge.proto.workflow_activation import InitializeWorkflow, WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import WorkflowCommand

from simulation.history import Outcome, Parent, Run, Turn, Waiting
from simulation.loop import VirtualLoop

TASK_TIMEOUT = 10.0
"""Seconds after which the server hands out a workflow task again whose answer never came."""

SUGGESTED_FROM = 4_000
"""The number of events from which the server suggests to continue as new."""


class NotFound(Exception):
    """There is no open workflow with this id."""


class Engine:
    """The server of one life. `worker` carries out workflow tasks and activities (simulation/worker.py)."""

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
            first.add_done_callback(lambda done: future.done() or done.cancelled() or future.set_result(done.result()))
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

    # Workflow tasks

    def _hand(self, run: Run, job: WorkflowActivationJob) -> None:
        if not run.closed:
            run.incoming.append(job)
            run.length += 1
            self._wake(run)

    def _wake(self, run: Run) -> None:
        if not run.tasked and not run.closed:
            run.tasked = True
            self.loop.later(self.latency("task"), self._task, run)

    def retry(self, run: Run, after: float) -> None:
        """Hands a workflow task out again, after this many seconds."""
        run.tasked = True
        self.loop.later(after, self._task, run)

    def wake_all(self) -> None:
        """A worker has come up: hands out every task that waits."""
        for run in list(self.runs.values()):
            if not run.tasked and not run.closed and (run.incoming or run.updates):
                self._wake(run)

    def _task(self, run: Run) -> None:
        run.tasked = False
        if run.closed or not (run.incoming or run.updates) or not self.worker.up:
            return  # without a worker, the task waits: `wake_all` hands it out
        run.tasked = True
        events, updates = list(run.incoming), dict(run.updates)
        at = self.loop.now() - timedelta(seconds=self.behind())
        if run.turns:
            at = max(at, run.turns[-1].at)
        act = self._activation(run, [*events, *(each.job for each in updates.values())], at)
        completion = self.worker.activate(run, act)
        if completion.HasField("failed"):
            run.failures += 1
            self.worker.evict(run)
            if run.failures == 3:
                self.on_fault("task-failed", f"{run.id}: {completion.failed.failure.message}")
            self.retry(run, min(TASK_TIMEOUT * 2**run.failures, 600.0))
            return
        commands = list(completion.successful.commands)
        turn = Turn(at, events, commands, act.history_length, act.continue_as_new_suggested)
        pause = self.latency("think")
        incarnation = self.worker.incarnation
        run.thinking = pause > 0
        if run.thinking:
            self.loop.later(pause, self._answered, run, turn, updates, incarnation)
        else:
            self._answered(run, turn, updates, incarnation)

    def _activation(self, run: Run, jobs: list[WorkflowActivationJob], at: datetime) -> WorkflowActivation:
        act = WorkflowActivation(run_id=run.run, history_length=run.length, history_size_bytes=run.length * 400)
        act.timestamp.FromDatetime(at)
        act.continue_as_new_suggested = run.length >= self.suggested_from
        act.jobs.extend(jobs)
        return act

    def _answered(self, run: Run, turn: Turn, updates: dict[str, Waiting], incarnation: int) -> None:
        """The answer to a workflow task has come, or is lost."""
        run.thinking = False
        if incarnation != self.worker.incarnation or self.lost("task"):
            self.worker.evict(run)
            self.retry(run, TASK_TIMEOUT)
            return
        ends = any(_ends(each) for each in turn.commands)
        if ends and (len(run.incoming) > len(turn.jobs) or run.updates.keys() - updates.keys()):
            # UnhandledCommand: what came meanwhile is handled first.
            self.worker.evict(run)
            self.retry(run, 0.0)
            return
        run.failures = 0
        run.incoming = run.incoming[len(turn.jobs) :]
        turn.commands = self._settle_updates(run, turn, updates)
        if turn.jobs or turn.commands:
            run.turns.append(turn)
            run.length += 3 + len(turn.commands)
        run.tasked = False
        for command in turn.commands:
            self._carry_out(run, command)
        if run.incoming or run.updates:
            self._wake(run)

    def _settle_updates(self, run: Run, turn: Turn, updates: dict[str, Waiting]) -> list[WorkflowCommand]:
        """Answers the Updates of a task. Returns the commands without refusals, which leave nothing in the history."""
        kept = []
        for command in turn.commands:
            if not command.HasField("update_response"):
                kept.append(command)
                continue
            response = command.update_response
            update_id = response.protocol_instance_id
            if response.HasField("accepted"):
                run.accepted[update_id] = None
                job = WorkflowActivationJob()
                job.CopyFrom(updates[update_id].job)
                job.do_update.run_validator = False
                turn.jobs.append(job)
                kept.append(command)
                continue
            refused = response.HasField("rejected")
            outcome = Outcome(failure=response.rejected) if refused else Outcome(result=response.completed)
            if update_id in run.accepted:
                run.accepted[update_id] = outcome
                kept.append(command)
            there = run.updates.pop(update_id, None)
            if there is not None and not there.future.done():
                there.future.set_result(outcome)
        return kept

    # Commands

    def _carry_out(self, run: Run, command: WorkflowCommand) -> None:
        kind = command.WhichOneof("variant")
        handler = getattr(self, f"_do_{kind}", None)
        if handler is not None:
            handler(run, getattr(command, kind))
        elif kind not in ("upsert_workflow_search_attributes", "set_patch_marker", "update_response"):
            self.on_fault("unknown-command", f"{run.id}: {kind}")

    def _do_start_timer(self, run: Run, timer: Any) -> None:
        delay = timer.start_to_fire_timeout.ToTimedelta().total_seconds()
        run.timers[timer.seq] = self.loop.later(delay, self._fire, run, timer.seq)

    def _fire(self, run: Run, seq: int) -> None:
        run.timers.pop(seq, None)
        job = WorkflowActivationJob()
        job.fire_timer.seq = seq
        self._hand(run, job)

    def _do_cancel_timer(self, run: Run, timer: Any) -> None:
        handle = run.timers.pop(timer.seq, None)
        if handle is not None:
            handle.cancel()
        run.incoming = [each for each in run.incoming if each.fire_timer.seq != timer.seq or not _fires(each)]

    def _do_schedule_activity(self, run: Run, activity: Any) -> None:
        self.worker.schedule(run, activity)

    def resolve(self, run: Run, seq: int, result: Any) -> None:
        """An activity has ended. `result` is the ActivityResolution of the SDK."""
        run.activities.pop(seq, None)
        job = WorkflowActivationJob()
        job.resolve_activity.seq = seq
        job.resolve_activity.result.CopyFrom(result)
        self._hand(run, job)

    def _do_start_child_workflow_execution(self, run: Run, child: Any) -> None:
        parent = Parent(run.id, run.run, child.seq)
        reuse = child.workflow_id_reuse_policy != WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE
        fields = dict(child.memo.items())
        made = self.start(child.workflow_type, child.workflow_id, child.input, fields, parent, reuse=reuse)
        job = WorkflowActivationJob()
        started = job.resolve_child_workflow_execution_start
        started.seq = child.seq
        if made is not None:
            started.succeeded.run_id = made.run
        else:
            started.failed.workflow_id = child.workflow_id
            started.failed.workflow_type = child.workflow_type
            name = "START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS"
            started.failed.cause = StartChildWorkflowExecutionFailedCause.Value(name)
        self.loop.later(self.latency("start"), self._hand, run, job)

    def _do_signal_external_workflow_execution(self, run: Run, signal: Any) -> None:
        self.loop.later(self.latency("signal"), self._signal_from, run, signal)

    def _signal_from(self, run: Run, signal: Any) -> None:
        job = WorkflowActivationJob()
        job.resolve_signal_external_workflow.seq = signal.seq
        try:
            self.signal(signal.workflow_execution.workflow_id, signal.signal_name, signal.args)
        except NotFound:
            failure = Failure(
                message="Unable to signal external workflow because it was not found",
                application_failure_info=ApplicationFailureInfo(),
            )
            job.resolve_signal_external_workflow.failure.CopyFrom(failure)
        self._hand(run, job)

    def _do_modify_workflow_properties(self, run: Run, properties: Any) -> None:
        run.memo.update(properties.upserted_memo.fields)

    def _do_complete_workflow_execution(self, run: Run, done: Any) -> None:
        self._close(run, "completed")
        if run.parent is not None:
            parent = self.runs.get(run.parent.id)
            if parent is not None and parent.run == run.parent.run and not parent.closed:
                job = WorkflowActivationJob()
                job.resolve_child_workflow_execution.seq = run.parent.seq
                job.resolve_child_workflow_execution.result.completed.result.CopyFrom(done.result)
                self._hand(parent, job)

    def _do_fail_workflow_execution(self, run: Run, failed: Any) -> None:
        self.on_fault("workflow-failed", f"{run.id}: {failed.failure.message}")
        self._close(run, "failed")

    def _do_continue_as_new_workflow_execution(self, run: Run, again: Any) -> None:
        self._close(run, "continued")
        memo = {**run.memo, **dict(again.memo.items())}
        kind = again.workflow_type or run.kind
        self._begin(kind, run.id, again.arguments, memo, run.parent)

    def _close(self, run: Run, how: str) -> None:
        run.closed = how
        for handle in run.timers.values():
            handle.cancel()
        self.worker.abandon(run)
        self.worker.evict(run)
        if how == "continued":
            run.turns = []  # nobody asks an older run
        run.incoming = []
        for waiting in run.updates.values():
            if not waiting.future.done():
                waiting.future.set_exception(NotFound(run.id))
        run.updates = {}


def _ends(command: WorkflowCommand) -> bool:
    return command.WhichOneof("variant") in (
        "complete_workflow_execution",
        "fail_workflow_execution",
        "continue_as_new_workflow_execution",
    )


def _fires(job: WorkflowActivationJob) -> bool:
    return job.HasField("fire_timer")
