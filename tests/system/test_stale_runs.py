"""A query that comes while events wait for a worker. Temporal's SDK then decides things that stand in no history."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from temporalio import activity, workflow
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHandle, WorkflowHistory, WorkflowQueryFailedError
from temporalio.service import RPCError
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker, WorkflowRunner
from temporalio.workflow import NondeterminismError

from models.common.ids import ASK_AGAIN
from workflows.stale_runs import WatchedRunner

WAIT = 4
"""Seconds until the timer fires. It fires while no worker runs."""

TRIES = 3
"""The server may hand out the task before every query. Then nothing goes wrong, and the test tries again."""


@activity.defn
async def done(what: str) -> str:
    return what


@workflow.defn(name="two-steps")
class TwoSteps:
    """Waits for an instant and does a thing, twice. As the workflows of items do, it looks at the clock when it
    wakes."""

    def __init__(self) -> None:
        self.steps = 0

    @workflow.run
    async def run(self, wait: int) -> int:
        at = workflow.now() + timedelta(seconds=wait)
        while self.steps < 2:
            if workflow.now() < at:
                await workflow.sleep((at - workflow.now()).total_seconds())
                continue
            await workflow.execute_activity(done, "a step", start_to_close_timeout=timedelta(seconds=5))
            self.steps, at = self.steps + 1, workflow.now() + timedelta(seconds=1)
        return self.steps

    @workflow.query
    def count(self) -> int:
        return self.steps


@asynccontextmanager
async def working(client: Client, queue: str, runner: WorkflowRunner) -> AsyncIterator[None]:
    """A worker that polls with two pollers, so that queries that wait come to it before the task that waits."""
    worker = Worker(
        client,
        task_queue=queue,
        workflows=[TwoSteps],
        activities=[done],
        workflow_runner=runner,
        max_concurrent_workflow_task_polls=2,
    )
    async with worker:
        yield


async def asked(handle: WorkflowHandle[TwoSteps, int]) -> str:
    try:
        return str(await handle.query(TwoSteps.count, rpc_timeout=timedelta(seconds=20)))
    except (WorkflowQueryFailedError, RPCError) as error:
        return str(error)


async def asked_while_the_timer_fires(
    client: Client, runner: WorkflowRunner
) -> tuple[WorkflowHandle[TwoSteps, int], list[str], str]:
    """The workflow after its worker has gone, twelve people have asked, its timer has fired and a worker has come.

    Returns its handle, what the people were told, and its task queue.
    """
    queue = f"stale-{uuid.uuid4().hex}"
    async with working(client, queue, runner):
        handle = await client.start_workflow(TwoSteps.run, WAIT, id=queue, task_queue=queue)
        assert await handle.query(TwoSteps.count) == 0
    people = [asyncio.create_task(asked(handle)) for _ in range(12)]
    await asyncio.sleep(WAIT + 1)
    async with working(client, queue, runner):
        told = [await each for each in people]
        await asyncio.sleep(3)
    return handle, told, queue


async def replayed(history: WorkflowHistory) -> None:
    await Replayer(workflows=[TwoSteps], workflow_runner=UnsandboxedWorkflowRunner()).replay_workflow(history)


async def is_sound(history: WorkflowHistory) -> bool:
    try:
        await replayed(history)
    except NondeterminismError:
        return False
    return True


def kinds(history: WorkflowHistory) -> list[str]:
    return [EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in history.events]


def of_others(client: Client) -> Client:
    """A client like the Temporal UI: unlike ours, it does not repeat a query."""
    return Client(client.service_client)


async def test_with_the_runner_of_the_sdk_a_query_leaves_it_stuck_and_a_reset_frees_it(dev_server: Client) -> None:
    """If this fails because nothing is stuck, the SDK has mended its fault, and workflows/stale_runs.py can go."""
    for _ in range(TRIES):
        handle, _, queue = await asked_while_the_timer_fires(of_others(dev_server), UnsandboxedWorkflowRunner())
        history = await handle.fetch_history()
        if not await is_sound(history):
            break
    with pytest.raises(NondeterminismError):
        await replayed(history)
    fired = kinds(history).index("TIMER_FIRED")
    last_good = fired + kinds(history)[fired:].index("WORKFLOW_TASK_COMPLETED") + 1
    reset = await dev_server.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=dev_server.namespace,
            workflow_execution=WorkflowExecution(workflow_id=handle.id, run_id=handle.first_execution_run_id or ""),
            reason="its history and its code disagree since a query",
            workflow_task_finish_event_id=last_good,
            request_id=uuid.uuid4().hex,
        )
    )
    async with working(dev_server, queue, WatchedRunner()):
        freed: WorkflowHandle[TwoSteps, int] = dev_server.get_workflow_handle(handle.id, run_id=reset.run_id)
        assert await asyncio.wait_for(freed.result(), 20) == 2
    await replayed(await freed.fetch_history())


async def test_with_our_runner_no_query_causes_a_command(dev_server: Client) -> None:
    for _ in range(TRIES):
        handle, told, queue = await asked_while_the_timer_fires(of_others(dev_server), WatchedRunner())
        if ASK_AGAIN in told:
            break
    assert ASK_AGAIN in told, "the query never met the fault; the test shows nothing"
    async with working(dev_server, queue, WatchedRunner()):
        assert await asyncio.wait_for(handle.result(), 20) == 2
    history = await handle.fetch_history()
    assert "WORKFLOW_TASK_FAILED" not in kinds(history)
    await replayed(history)


async def test_our_clients_ask_again_by_themselves(dev_server: Client) -> None:
    handle, told, queue = await asked_while_the_timer_fires(dev_server, WatchedRunner())
    assert ASK_AGAIN not in told and {"0", "1", "2"} & set(told)
    async with working(dev_server, queue, WatchedRunner()):
        assert await asyncio.wait_for(handle.result(), 20) == 2
