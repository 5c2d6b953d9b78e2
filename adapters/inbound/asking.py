"""Asks workflows, each for a limited time. A workflow that does not answer is left alone for a while.

So a plan or an item in trouble costs one wait, and holds up no mail of another.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowQueryFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError, RPCStatusCode

ANSWER_WITHIN = timedelta(seconds=10)
LEFT_ALONE = timedelta(minutes=1)
"""How long a workflow that did not answer is not asked again."""

_SILENCE = (RPCStatusCode.CANCELLED, RPCStatusCode.DEADLINE_EXCEEDED)


class IntakeUnavailable(Exception):
    """The message cannot be taken in now: no server, no worker, no contacts. It stays where it is and comes again."""


class Asking:
    """Sends queries and Updates. Both raise IntakeUnavailable if no answer comes, and RPCError for no such workflow."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._left_alone: dict[str, float] = {}
        """Until when, by workflow."""

    async def query(self, workflow: str, name: str, result_type: type) -> Any:
        """Returns what the workflow answers to a query."""
        with self._waiting_for(workflow):
            handle = self._client.get_workflow_handle(workflow)
            return await handle.query(name, result_type=result_type, rpc_timeout=ANSWER_WITHIN)

    async def update(self, workflow: str, name: str, act: Any, update_id: str, result_type: type) -> Any:
        """Returns what the workflow answers to an Update. Raises WorkflowUpdateFailedError if it refuses."""
        with self._waiting_for(workflow):
            handle = self._client.get_workflow_handle(workflow)
            return await handle.execute_update(
                name, act, id=update_id, result_type=result_type, rpc_timeout=ANSWER_WITHIN
            )

    @contextmanager
    def _waiting_for(self, workflow: str) -> Iterator[None]:
        if time.monotonic() < self._left_alone.get(workflow, 0.0):
            raise IntakeUnavailable(f"{workflow} did not answer; it is asked again within a minute")
        try:
            yield
        except (WorkflowUpdateRPCTimeoutOrCancelledError, WorkflowQueryFailedError) as error:
            raise self._silent(workflow, error) from error
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise
            if error.status in _SILENCE:
                raise self._silent(workflow, error) from error
            raise IntakeUnavailable(f"Temporal does not answer: {error.message}") from error

    def _silent(self, workflow: str, error: Exception) -> IntakeUnavailable:
        self._left_alone[workflow] = time.monotonic() + LEFT_ALONE.total_seconds()
        return IntakeUnavailable(f"{workflow} does not answer ({type(error).__name__}); check its worker")
