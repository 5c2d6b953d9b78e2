"""The replay with queries between finds a query that does more than answer."""

import uuid

import pytest
from temporalio import workflow
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer, Worker

from tests.support.queried_replays import QueriedRunner
from tests.support.queried_workflows import Failing, Honest, Sly


async def history_of(client: Client) -> WorkflowHistory:
    queue = uuid.uuid4().hex
    async with Worker(client, task_queue=queue, workflows=[Honest]):
        handle = await client.start_workflow("asked", id=queue, task_queue=queue)
        for _ in range(2):
            await handle.query("count")
            await handle.signal("hear")
        await handle.result()
    return await handle.fetch_history()


async def replayed(history: WorkflowHistory, kind: type) -> dict[str, int]:
    runner = QueriedRunner()
    await Replayer(workflows=[kind], workflow_runner=runner).replay_workflow(history)
    assert runner.faults == []
    return runner.counts


async def test_it_asks_and_tells_queries_that_do_something(dev_server: Client) -> None:
    history = await history_of(dev_server)
    assert (await replayed(history, Honest))["count"] >= 2
    await Replayer(workflows=[Sly]).replay_workflow(history)  # without queries nothing is seen
    with pytest.raises(workflow.NondeterminismError):
        await replayed(history, Sly)
    with pytest.raises(AssertionError, match="count: successful"):
        await replayed(history, Failing)
