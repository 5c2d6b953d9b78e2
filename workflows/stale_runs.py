"""Removes a copy of a workflow that a query has brought out of step with its history.

A worker keeps the workflows that it carried out last. If a query reaches a workflow that no worker keeps, the SDK
(temporalio 1.35.0) replays the history of the workflow to answer it. If the history ends with events that no workflow
task has handled yet, the SDK hands them over too. For example, a timer fires before its workflow task has begun, and
the workflow still sees the time of an earlier task. What the workflow decides then stands in no history. The SDK keeps
the copy, and sends these decisions with the next workflow task. From then on no replay agrees with the history, and the
workflow is stuck. tests/system/test_stale_runs.py shows this with a workflow of twenty lines.

So the worker does not answer such a query. It fails the query, and the SDK then removes the copy. The next workflow
task replays the whole history, as after a restart. `connect` (adapters/temporal.py) asks again by itself. In the
Temporal UI, the operator repeats the query. A query that waits while a worker starts may fail without need. That does
no harm.
"""

from typing import Any

from temporalio.api.failure.v1 import ApplicationFailureInfo, Failure
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import Failure as FailedTask
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import Info

from models.common.ids import ASK_AGAIN

DIRECT_QUERY = "legacy_query"
"""The id that the SDK gives to a query that comes outside a workflow task. Other queries never cause a replay."""

STALE = "StaleRun"
"""The type of the failure of such a query."""


class WatchedInstance(WorkflowInstance):
    """One copy of a workflow in the memory of a worker. It watches what the SDK asks of the copy."""

    def __init__(self, inner: WorkflowInstance) -> None:
        self._inner = inner
        self._at = -1
        self._events = 0
        self._replayed = False
        self._live = 0

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Carries out what the SDK asks. Fails a direct query if the copy is out of step with its history."""
        if self._is_stale(act):
            failure = Failure(message=ASK_AGAIN, application_failure_info=ApplicationFailureInfo(type=STALE))
            return WorkflowActivationCompletion(failed=FailedTask(failure=failure))
        return self._inner.activate(act)

    def _is_stale(self, act: WorkflowActivation) -> bool:
        """Whether the SDK hands over, or has just handed over, events that came with a query and with no task.

        There are two signs. Either there are new events, but no workflow task has begun since: the time is that of the
        last task. Or the copy was made by a replay, this replay has ended with new events, and a direct query follows
        before the end of a task has made the history longer. The second sign may also appear if a query waits for a
        task of this worker.
        """
        kinds = {job.WhichOneof("variant") for job in act.jobs}
        if "query_workflow" in kinds:
            direct = any(job.query_workflow.query_id == DIRECT_QUERY for job in act.jobs)
            return direct and self._replayed and self._live == 1 and act.history_length == self._events
        if "remove_from_cache" in kinds:
            return False
        at = act.timestamp.ToNanoseconds()
        stale = not act.is_replaying and at == self._at and act.history_length > self._events
        self._at, self._events = at, act.history_length
        self._replayed = self._replayed or act.is_replaying
        self._live += not act.is_replaying
        return stale

    def get_serialization_context(self, command_info: Any) -> Any:
        return self._inner.get_serialization_context(command_info)

    def get_external_store_context(self, command_info: Any) -> Any:
        return self._inner.get_external_store_context(command_info)

    def get_info(self) -> Info:
        return self._inner.get_info()

    def get_thread_id(self) -> int | None:
        return self._inner.get_thread_id()


class WatchedRunner(WorkflowRunner):
    """Runs workflows in the sandbox of the SDK, and watches each of them. Every worker uses it."""

    def __init__(self) -> None:
        self._sandbox = SandboxedWorkflowRunner()

    def prepare_workflow(self, defn: Any) -> None:
        self._sandbox.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return WatchedInstance(self._sandbox.create_instance(det))

    def set_worker_level_failure_exception_types(self, types: Any) -> None:
        self._sandbox.set_worker_level_failure_exception_types(types)
