"""The replay with queries between finds a query that does more than answer."""

import uuid

import pytest
from temporalio import workflow
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer, Worker

from tests.support.queried_replays import QueriedRunner


@workflow.defn(name="asked", sandboxed=False)
class Asked:
    """Waits for two signals. Each subclass has a query."""

    def __init__(self) -> None:
        self.heard = 0
        self.asked = 0

    @workflow.run
    async def run(self) -> int:
        await workflow.wait_condition(lambda: self.heard + self.asked >= 2)
        await workflow.sleep(0.01)
        return self.heard

    @workflow.signal
    def hear(self) -> None:
        self.heard += 1


@workflow.defn(name="asked", sandboxed=False)
class Honest(Asked):
    @workflow.run
    async def run(self) -> int:
        return await super().run()

    @workflow.query
    def count(self) -> int:
        return self.heard


@workflow.defn(name="asked", sandboxed=False)
class Sly(Asked):
    """Its query changes what the workflow decides."""

    @workflow.run
    async def run(self) -> int:
        return await super().run()

    @workflow.query
    def count(self) -> int:
        self.asked += 1
        return self.heard


@workflow.defn(name="asked", sandboxed=False)
class Failing(Asked):
    @workflow.run
    async def run(self) -> int:
        return await super().run()

    @workflow.query
    def count(self) -> int:
        raise ValueError("it cannot answer")


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
    return runner.counts


async def test_it_asks_and_tells_queries_that_do_something(dev_server: Client) -> None:
    history = await history_of(dev_server)
    assert (await replayed(history, Honest))["count"] >= 2
    await Replayer(workflows=[Sly]).replay_workflow(history)  # without queries nothing is seen
    for kind in (Sly, Failing):
        with pytest.raises(Exception, match=r"(?s).+"):
            await replayed(history, kind)
