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

    def __init__(self, inner: WorkflowInstance, queries: list[str], counts: dict[str, int]) -> None:
        super().__init__(inner)
        self._queries, self._counts = queries, counts

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """Carries out what the SDK asks, and then asks a query. Raises AssertionError if the query does anything."""
        done = super().activate(act)
        kinds = {job.WhichOneof("variant") for job in act.jobs}
        if done.HasField("successful") and "remove_from_cache" not in kinds:
            asked = self._queries[sum(self._counts.values()) % len(self._queries)]
            self._ask(act, asked)
            self._counts[asked] = self._counts.get(asked, 0) + 1
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
        assert [each.WhichOneof("variant") for each in commands] == ["respond_to_query"], (query, told)
        assert commands[0].respond_to_query.HasField("succeeded"), (query, commands[0].respond_to_query)


class QueriedRunner(WatchedRunner):
    """Runs workflows as a worker does, and asks them. `counts` says how often each query was answered."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[str, int] = {}

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        known = [name for name, each in det.defn.queries.items() if name and not _arguments(each)]
        return QueriedInstance(self._sandbox.create_instance(det), [*known, METADATA], self.counts)


def _arguments(query: Any) -> int:
    return len(query.arg_types or ())
