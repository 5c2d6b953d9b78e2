"""Waits for the answer of Temporal or of a worker, and turns each failure into the error with which a command ends.

docs/json.md ("When Temporal or a worker does not answer") lists every code, what it means and what to do.
"""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from pydantic import ValidationError
from temporalio.client import Client, WorkflowQueryFailedError, WorkflowQueryRejectedError
from temporalio.service import RPCError

from adapters.temporal_troubles import Trouble, is_gone, trouble_of
from cli.errors import BadUsage, CommandError, NoServer, Refused

T = TypeVar("T")

ANSWER_WITHIN = 7.5
"""The seconds within which a server or a worker must answer a command."""

LOOK_WITHIN = timedelta(seconds=1)
"""How long a command asks the server why no answer came. With ANSWER_WITHIN, it ends within ten seconds."""

POLLS = timedelta(seconds=70)
"""A worker that runs asks the server for work at least this often."""

LOOK = "look at it in the Temporal UI: its last failure says why; then mend the worker and start it again"
START = "start one (`make up`, or `python worker.py`), and repeat the command"
RELEASE = "run the same release here and in the worker"


async def asked(client: Client, workflow: str, query: str, result_type: type[T]) -> T:
    """Sends a query without arguments to a workflow, and returns its answer as a `result_type`. It raises what
    `answered` raises."""
    handle = client.get_workflow_handle(workflow)
    return await answered(handle.query(query, result_type=result_type), client, workflow)


async def answered(call: Awaitable[T], client: Client, workflow: str) -> T:
    """Waits for the answer of a workflow to a request, and returns the answer.

    Raises NoServer if no answer comes within ANSWER_WITHIN, if the workflow cannot answer, or if the answer cannot be
    read. Raises Refused if the workflow is of a kind that does not answer this request. Raises RPCError if there is no
    such workflow (`is_gone`), because the caller knows what the person meant.
    """
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            return await call
    except RPCError as error:
        if is_gone(error):
            raise
        raise await ending_of(error, client, workflow) from error
    except (TimeoutError, WorkflowQueryFailedError, WorkflowQueryRejectedError) as error:
        raise await ending_of(error, client, workflow) from error
    except (ValidationError, RuntimeError, TypeError) as error:
        what = str(error).partition("\n")[0][:300]
        raise NoServer("bad-answer", f"the answer cannot be read ({what}); {RELEASE}") from error


async def ending_of(error: Exception, client: Client, workflow: str) -> CommandError:
    """Returns the error with which a command ends because a workflow gave no answer. If `error` only says that the time
    was over, this asks the server for the cause."""
    match trouble_of(error):
        case Trouble.SILENT:
            return await _why_silent(client, workflow)
        case Trouble.UNKNOWN_QUERY:
            return await _of_another_kind(client, workflow)
        case Trouble.STUCK:
            return stuck(workflow, await _last_failure(client, workflow))
        case Trouble.ANSWER_TOO_LARGE:
            message = (
                f"{workflow} has more to say than Temporal passes on in one answer (2 MB). It goes on, and its record "
                "is complete; only this question cannot be answered"
            )
            return NoServer("answer-too-large", message)
        case Trouble.ASK_AGAIN:
            return NoServer("no-worker", f"{workflow} could not answer at this moment; repeat the command")
        case Trouble.QUERY_FAILED:
            what = str(error).partition("\n")[0][:300]
            return NoServer("query-failed", f"the workflow of {workflow} cannot answer ({what}); {LOOK}")
        case Trouble.CLOSED:
            return Refused("closed", f"{workflow} has ended; `show` reads its record")
    return server_error(error)


def server_error(error: Exception) -> CommandError:
    """Returns the error with which a command ends because of an error of the Temporal server."""
    said = error.message if isinstance(error, RPCError) else str(error)
    match trouble_of(error):
        case Trouble.AWAY | Trouble.SILENT:
            return NoServer("unreachable", f"Temporal does not answer ({said or 'it took too long'})")
        case Trouble.NO_NAMESPACE:
            return BadUsage(
                "bad-settings", f"Temporal answers: {said} Correct TEMPORAL_NAMESPACE, or create the namespace"
            )
        case Trouble.NO_PERMISSION:
            return BadUsage(
                "no-permission",
                f"Temporal does not let us do this ({said or 'no reason given'}); correct TEMPORAL_API_KEY or the "
                "client certificate, or ask its operator for the permission. Nothing has changed",
            )
        case Trouble.ATTRIBUTES:
            return Refused(
                "search-attributes",
                f"Temporal answers: {said}. The namespace lacks a search attribute of this program; "
                "docs/operations.md (search attributes) has the command that registers them",
            )
        case Trouble.OVERLOADED:
            return NoServer("overloaded", f"Temporal takes no more requests for the moment ({said}); try again soon")
        case Trouble.TOO_LARGE:
            return Refused("too-large", f"it has more bytes than Temporal takes ({said}); nothing has changed")
        case Trouble.NO_WORKER:
            return NoServer("no-worker", f"no worker runs; {START}")
        case Trouble.STUCK:
            return stuck("the workflow", "")
        case Trouble.NOT_FOUND | Trouble.CLOSED:
            return Refused("no-such-item", f"there is no such item here ({said}); `status` lists the items")
    return NoServer("temporal-error", f"Temporal answers: {said}")


def stuck(workflow: str, failure: str) -> NoServer:
    """Returns the error for a workflow whose task fails again and again. `failure` is the last failure, or empty if it
    is not known."""
    why = f" ({failure})" if failure else ""
    message = f"{workflow} stands still: its workflow task fails again and again{why}. Nothing is lost; {LOOK}"
    return NoServer("stuck", message)


async def _of_another_kind(client: Client, workflow: str) -> CommandError:
    """Returns why a workflow does not know a query: it is no item, or its worker is of another release."""
    from models.registry import MACHINES  # imports every machine, and nearly no command needs them for this

    kind = (await client.get_workflow_handle(workflow).describe(rpc_timeout=LOOK_WITHIN)).workflow_type or ""
    if kind in MACHINES:
        return NoServer("bad-answer", f"the worker does not know this question to {workflow}; {RELEASE}")
    return Refused("wrong-kind", f"{workflow} is not an item; `status` lists the items")


async def _why_silent(client: Client, workflow: str) -> CommandError:
    """Returns why no answer came in time, as the server tells it. Raises RPCError if there is no such workflow."""
    try:
        failure = await _last_failure(client, workflow)
        if failure:
            return stuck(workflow, failure)
        polled = await _last_poll(client, workflow)
    except RPCError as error:
        if is_gone(error):
            raise
        return server_error(error)
    if polled is None or datetime.now(UTC) - polled > POLLS:
        return NoServer("no-worker", f"no worker runs, so nobody answers for {workflow}; {START}")
    message = (
        f"no worker answered for {workflow} within {ANSWER_WITHIN:g} s. One has asked for work at {polled:%H:%M:%S} "
        f"UTC: it is busy, or it has ended since. Repeat the command; if none runs, {START}"
    )
    return NoServer("no-worker", message)


async def _last_failure(client: Client, workflow: str) -> str:
    """Returns why the last workflow task of a workflow failed. Empty if it did not fail. Raises RPCError."""
    from temporalio.api.common.v1 import WorkflowExecution
    from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest

    request = GetWorkflowExecutionHistoryReverseRequest(
        namespace=client.namespace, execution=WorkflowExecution(workflow_id=workflow), maximum_page_size=20
    )
    service = client.workflow_service
    page = await service.get_workflow_execution_history_reverse(request, timeout=LOOK_WITHIN)
    for event in page.history.events:
        if event.HasField("workflow_task_failed_event_attributes"):
            return event.workflow_task_failed_event_attributes.failure.message.partition("\n")[0][:200] or "no reason"
        if event.HasField("workflow_task_completed_event_attributes"):
            return ""
    return ""


async def _last_poll(client: Client, workflow: str) -> datetime | None:
    """Returns when a worker last asked for work. None if none did in the last five minutes. Raises RPCError."""
    from temporalio.api.enums.v1 import TaskQueueType
    from temporalio.api.taskqueue.v1 import TaskQueue
    from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

    queue = (await client.get_workflow_handle(workflow).describe(rpc_timeout=LOOK_WITHIN)).task_queue
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    answer = await client.workflow_service.describe_task_queue(request, timeout=LOOK_WITHIN)
    return max((each.last_access_time.ToDatetime(tzinfo=UTC) for each in answer.pollers), default=None)
