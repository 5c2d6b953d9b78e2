"""Replays histories, and asks the workflow something after each of its activations.

Temporal's replayer asks nothing. So this runner stands between the SDK and the workflow: it hands over what the SDK
asks, and then a query, as a server does that has one. A query may answer, and do nothing else.
"""

from typing import Any

from temporalio.bridge.proto.workflow_activation import QueryWorkflow, WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails

from workflows.stale_runs import WatchedInstance, WatchedRunner

METADATA = "__temporal_workflow_metadata"
"""A query that every workflow knows. The Temporal UI sends it to show the current details."""


class QueriedInstance(WatchedInstance):
    """One workflow that is asked all of its queries, in turn: one after each activation."""

    def __init__(self, inner: WorkflowInstance, queries: list[str], runner: "QueriedRunner") -> None:
        super().__init__(inner)
        self._queries, self._runner = queries, runner

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Carries out what the SDK asks, and then asks a query."""
        done = super().activate(act)
        kinds = {job.WhichOneof("variant") for job in act.jobs}
        if done.HasField("successful") and "remove_from_cache" not in kinds:
            counts = self._runner.counts
            asked = self._queries[sum(counts.values()) % len(self._queries)]
            counts[asked] = counts.get(asked, 0) + 1
            self._ask(act, asked)
        return done

    def _ask(self, act: WorkflowActivation, query: str) -> None:
        job = WorkflowActivationJob(query_workflow=QueryWorkflow(query_id=f"between-{query}", query_type=query))
        told = self._inner.activate(
            WorkflowActivation(
                run_id=act.run_id,
                timestamp=act.timestamp,
                is_replaying=act.is_replaying,
                history_length=act.history_length,
                jobs=[job],
            )
        )
        commands = list(told.successful.commands)
        answered = [each.respond_to_query.HasField("succeeded") for each in commands]
        if answered != [True]:
            self._runner.faults.append(f"after {act.history_length} events, {query}: {told}")


class QueriedRunner(WatchedRunner):
    """Runs workflows as a worker does, and asks them."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}
        """How often each query was asked."""
        self.faults: list[str] = []
        """The queries that gave no answer, or that did something else too."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        known = [name for name, each in det.defn.queries.items() if name and not _arguments(each)]
        return QueriedInstance(self._sandbox.create_instance(det), [*known, METADATA], self)


def _arguments(query: Any) -> int:
    return len(query.arg_types or ())
