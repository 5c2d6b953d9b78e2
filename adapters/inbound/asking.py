"""Asks workflows, and waits a limited time for each answer. If a workflow does not answer, it is not asked again for a
minute.

So a plan or an item that does not answer costs one wait, and does not delay the mail about others.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from temporalio.client import Client, WorkflowQueryFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from adapters.temporal_troubles import Trouble, in_words, is_gone, trouble_of

ANSWER_WITHIN = timedelta(seconds=10)
"""How long the program waits for the answer of a workflow."""
LEFT_ALONE = timedelta(minutes=1)
"""How long the program does not ask a workflow again after it did not answer."""

_OF_ALL = (Trouble.AWAY, Trouble.NO_NAMESPACE, Trouble.NO_PERMISSION, Trouble.OVERLOADED, Trouble.OTHER)
"""What concerns Temporal itself, and not one workflow. It may be over at the next question."""


class IntakeUnavailable(Exception):
    """The program cannot take in a message now, because Temporal, a worker or the contacts file cannot be used. The
    message stays in its mailbox, and a later round offers it again."""


class Asking:
    """Sends queries and Updates to workflows. Both raise IntakeUnavailable if no answer comes. Both raise RPCError if
    there is no such workflow, or if it has ended."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._left_alone: dict[str, float] = {}
        """For each workflow that did not answer: the time (of `time.monotonic`) until which the program does not ask
        it."""

    async def query(self, workflow: str, name: str, result_type: type) -> Any:
        """Sends the query `name` to a workflow, and returns its answer as a `result_type`."""
        with self._waiting_for(workflow):
            handle = self._client.get_workflow_handle(workflow)
            return await handle.query(name, result_type=result_type, rpc_timeout=ANSWER_WITHIN)

    async def update(self, workflow: str, name: str, act: Any, update_id: str, result_type: type) -> Any:
        """Sends the Update `name` with an act to a workflow, and returns its answer as a `result_type`. Raises
        WorkflowUpdateFailedError if the workflow refuses the act."""
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
            if is_gone(error):
                raise
            if trouble_of(error) not in _OF_ALL:
                raise self._silent(workflow, error) from error
            raise IntakeUnavailable(in_words(error)) from error

    def _silent(self, workflow: str, error: Exception) -> IntakeUnavailable:
        self._left_alone[workflow] = time.monotonic() + LEFT_ALONE.total_seconds()
        return IntakeUnavailable(f"{workflow} does not answer: {in_words(error)}")
