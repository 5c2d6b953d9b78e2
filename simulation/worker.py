"""A model of the worker process. It keeps copies of workflows, replays them, and runs the real activities.

The process can die at any instant. Then its memory is gone, its running activities stop where they are, and no effect
of theirs follows: the relay, the calendars, the disk and the client refuse what a dead process does.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from temporalio.bridge.proto.workflow_activation import RemoveFromCache, WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.common import Priority, TypedSearchAttributes
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import UnsandboxedWorkflowRunner as Unsandboxed
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.workflow import Info, _Definition

from models.common.ids import TASK_QUEUE
from simulation.attempts import Activities, process
from simulation.engine import Engine
from simulation.history import Run
from workflows.all import WORKFLOWS
from workflows.guard import GuardedHandlers

_CONVERTER = pydantic_data_converter.payload_converter


class Worker(Activities):
    """The worker of one life. `functions` makes the activities of a new process: their functions, by name."""

    def __init__(self, engine: Engine, functions: Callable[[], dict[str, Callable[..., Any]]]) -> None:
        super().__init__(engine)
        self._make = functions
        self.activations = 0
        self.replayed = 0
        """The number of tasks that replays have carried out again."""
        self._runner: WorkflowRunner = Unsandboxed()
        self._definitions = {_definition(each).name: _definition(each) for each in WORKFLOWS}
        engine.worker = self

    # The process

    def rise(self) -> None:
        """Starts a new process."""
        self.incarnation += 1
        self.up = True
        self._functions = self._make()
        self.engine.wake_all()
        self._begin_waiting()

    def alive(self) -> bool:
        """Whether the running code belongs to a living process. Code that is not of a worker always lives."""
        return process.get() in (0, self.incarnation)

    def die(self) -> None:
        """The process dies where it is. From now on no effect of its code follows."""
        self.up = False
        self.incarnation += 1
        self.engine.loop.soon(self._bury)

    def _bury(self) -> None:
        for run in self.engine.runs.values():
            self.evict(run)
        self._lose_all()

    def drop(self, run: Run) -> None:
        """Forgets a workflow at the end of a life."""
        with contextlib.suppress(Exception):
            self.evict(run)

    # Workflows

    def activate(self, run: Run, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Carries out one activation, after a replay if the worker keeps no copy of the workflow."""
        if run.instance is None:
            run.instance = self._create(run)
            if run.turns and not self._replay(run, run.instance):
                run.instance = None
                failed = WorkflowActivationCompletion()
                failed.failed.failure.message = "the replay differs"
                return failed
        self.activations += 1
        return self._activate(run.instance, act)

    def _activate(self, instance: WorkflowInstance, act: WorkflowActivation) -> WorkflowActivationCompletion:
        loop = asyncio.get_running_loop()
        try:
            return instance.activate(act)
        finally:
            asyncio._set_running_loop(loop)

    def _create(self, run: Run) -> WorkflowInstance:
        info = Info(
            attempt=1,
            continued_run_id=None,
            cron_schedule=None,
            execution_timeout=None,
            first_execution_run_id=run.run,
            headers={},
            namespace="default",
            original_execution_run_id=run.run,
            parent=None,
            root=None,
            raw_memo=dict(run.start.memo.fields),
            retry_policy=None,
            run_id=run.run,
            run_timeout=None,
            search_attributes={},
            start_time=run.started,
            workflow_start_time=run.started,
            task_queue=TASK_QUEUE,
            task_timeout=timedelta(seconds=10),
            typed_search_attributes=TypedSearchAttributes([]),
            workflow_id=run.id,
            workflow_type=run.kind,
            priority=Priority.default,
        )
        details = WorkflowInstanceDetails(
            payload_converter_factory=lambda: _CONVERTER,
            failure_converter_class=pydantic_data_converter.failure_converter_class,
            interceptor_classes=[GuardedHandlers],
            defn=self._definitions[run.kind],
            info=info,
            randomness_seed=run.start.randomness_seed,
            extern_functions={},
            disable_eager_activity_execution=True,
            worker_level_failure_exception_types=[],
            patch_activation_callback=None,
            last_completion_result=run.start.last_completion_result,
            last_failure=None,
        )
        return self._runner.create_instance(details)

    def _replay(self, run: Run, instance: WorkflowInstance) -> bool:
        """Carries out the history of a run again. Returns False if the workflow commands something else."""
        for number, turn in enumerate(run.turns):
            act = WorkflowActivation(run_id=run.run, is_replaying=True, history_length=turn.length)
            act.history_size_bytes = turn.length * 400
            act.continue_as_new_suggested = turn.suggested
            act.timestamp.FromDatetime(turn.at)
            for command in turn.commands:
                if command.HasField("set_patch_marker"):
                    job = WorkflowActivationJob()
                    job.notify_has_patch.patch_id = command.set_patch_marker.patch_id
                    act.jobs.append(job)
            act.jobs.extend(turn.jobs)
            completion = self._activate(instance, act)
            self.replayed += 1
            if completion.HasField("failed"):
                self.engine.on_fault("replay-failed", f"{run.id}: {completion.failed.failure.message}")
                return False
            again = [each.SerializeToString(deterministic=True) for each in completion.successful.commands]
            first = [each.SerializeToString(deterministic=True) for each in turn.commands]
            if again != first:
                kinds = [each.WhichOneof("variant") for each in completion.successful.commands]
                wanted = [each.WhichOneof("variant") for each in turn.commands]
                self.engine.on_fault("nondeterminism", f"{run.id} task {number}: {wanted} became {kinds}")
                return False
        return True

    def evict(self, run: Run) -> None:
        """Removes the copy of a workflow from memory."""
        instance, run.instance = run.instance, None
        if instance is not None:
            job = WorkflowActivationJob(remove_from_cache=RemoveFromCache())
            act = WorkflowActivation(run_id=run.run, jobs=[job])
            act.timestamp.FromDatetime(self.engine.loop.now())
            self._activate(instance, act)


def _definition(workflow_class: type[Any]) -> Any:
    return _Definition.must_from_class(workflow_class)
