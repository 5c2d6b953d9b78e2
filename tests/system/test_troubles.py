"""What a command says when Temporal, a worker or a workflow does not answer: by its true name, on a real server."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

import cli.answers
from adapters.temporal_troubles import Trouble, is_gone, trouble_of
from cli.answers import asked, server_error
from cli.errors import BadUsage, CommandError, NoServer, Refused
from cli.submitting import LARGEST_ACT, submit
from models.messages.acts import Note
from models.messages.views import Receipt
from tests.conftest import BIN
from workflows.guard import Guard


@workflow.defn(name="series")
class Answering:
    """Stands for an item that answers, or that fails in the way that it is told."""

    def __init__(self) -> None:
        self.told = ""

    @workflow.run
    async def run(self, size: int) -> None:
        await workflow.wait_condition(lambda: self.told != "")
        if self.told == "wedge":
            raise ValueError("a fault of the program")
        await workflow.wait_condition(workflow.all_handlers_finished)

    @workflow.query
    def view(self) -> str:
        return "x" * workflow.info().get_current_history_length()

    @workflow.query
    def state_now(self) -> str:
        return "x" * 3_000_000

    @workflow.query
    def launched(self) -> bool:
        raise ValueError("a fault of the program")

    @workflow.signal
    def tell(self, told: str) -> None:
        self.told = told

    @workflow.update
    async def note(self, act: Note) -> Receipt:
        if act.text == "fault":
            raise TypeError("a fault of the program")
        if act.text == "slow":
            await workflow.sleep(60)
        return Receipt(item=workflow.info().workflow_id, status="x", text="noted")


@workflow.defn(name="secretariat")
class NoItem:
    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)


@asynccontextmanager
async def working(client: Client, queue: str, guarded: bool = True) -> AsyncIterator[None]:
    async with Worker(
        client,
        task_queue=queue,
        workflows=[Answering, NoItem],
        workflow_runner=UnsandboxedWorkflowRunner(),
        interceptors=[Guard()] if guarded else [],
    ):
        yield


def a_note(text: str = "x", act_id: str = "act-1") -> Note:
    return Note(
        act_id=act_id, office="lao-moc", text=text, message={"name": "a", "sha256": "0" * 64, "size": 1}, number=1
    )


async def ending(call: Any) -> CommandError:
    with pytest.raises(CommandError) as told:
        await call
    return told.value


@pytest.fixture(autouse=True)
def less_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.answers, "ANSWER_WITHIN", 3.0)
    monkeypatch.setattr("cli.submitting.ANSWER_WITHIN", 2.0)


async def started(client: Client, queue: str, kind: str = "series") -> str:
    name = f"t/{uuid.uuid4().hex}"
    args = [1] if kind == "series" else []
    await client.start_workflow(kind, args=args, id=name, task_queue=queue)
    return name


async def test_a_worker_that_answers_with_a_failure_has_its_true_name(dev_server: Client) -> None:
    queue = uuid.uuid4().hex
    async with working(dev_server, queue):
        item = await started(dev_server, queue)
        assert await asked(dev_server, item, "view", str)
        for query, kind, code, words in (
            ("state_now", NoServer, "answer-too-large", "its record is complete"),
            ("launched", NoServer, "query-failed", "a fault of the program"),
            ("of_a_later_release", NoServer, "bad-answer", "same release"),
        ):
            error = await ending(asked(dev_server, item, query, str))
            assert (type(error), error.code) == (kind, code) and words in error.message and item in error.message
        room = await started(dev_server, queue, "secretariat")
        error = await ending(asked(dev_server, room, "view", str))
        assert (type(error), error.code) == (Refused, "wrong-kind") and room in error.message
        with pytest.raises(RPCError) as gone:
            await asked(dev_server, "t/nobody", "view", str)
        assert is_gone(gone.value) and trouble_of(gone.value) is Trouble.NOT_FOUND
        assert server_error(gone.value).code == "no-such-item"


async def test_an_act_that_fails_is_told_by_its_cause(dev_server: Client) -> None:
    queue = uuid.uuid4().hex
    async with working(dev_server, queue):
        item = await started(dev_server, queue)
        assert (await submit(dev_server, item, a_note())).text == "noted"
        fault = await ending(submit(dev_server, item, a_note("fault", "act-2")))
        assert (type(fault), fault.code, fault.act_id) == (Refused, "not-taken", "")
        assert "Nothing has changed" in fault.message
        large = await ending(submit(dev_server, item, a_note("x" * LARGEST_ACT, "act-3")))
        assert (type(large), large.code, large.act_id) == (Refused, "too-large", "")
        slow = await ending(submit(dev_server, item, a_note("slow", "act-4")))
        assert (type(slow), slow.code, slow.act_id) == (NoServer, "no-worker", "act-4")
        assert "not known whether" in slow.message and "--act-id act-4: the act counts once" in slow.message
        assert '"act_id": "act-4"' in slow.as_json() and "act_id" not in fault.as_json()
        room = await started(dev_server, queue, "secretariat")
        assert (await ending(submit(dev_server, room, a_note()))).code == "wrong-kind"
        await dev_server.get_workflow_handle(room).terminate()
        with pytest.raises(RPCError) as closed:
            await submit(dev_server, room, a_note())
        assert trouble_of(closed.value) is Trouble.CLOSED


async def test_a_workflow_whose_task_fails_stands_still(dev_server: Client) -> None:
    queue = uuid.uuid4().hex
    async with working(dev_server, queue, guarded=False):
        item = await started(dev_server, queue)
        await dev_server.get_workflow_handle(item).signal("tell", "wedge")
        error = await ending(asked(dev_server, item, "view", str))
        assert (type(error), error.code) == (NoServer, "stuck")
        assert "a fault of the program" in error.message and "Nothing is lost" in error.message
        act = await ending(submit(dev_server, item, a_note()))
        assert (act.code, act.act_id) == ("stuck", "act-1")


async def test_without_a_worker_a_question_and_an_act_say_so(dev_server: Client) -> None:
    queue = uuid.uuid4().hex
    never = await started(dev_server, uuid.uuid4().hex)
    error = await ending(asked(dev_server, never, "view", str))
    assert (type(error), error.code) == (NoServer, "no-worker") and "no worker runs" in error.message
    async with working(dev_server, queue):
        item = await started(dev_server, queue)
        assert await asked(dev_server, item, "view", str)
    lately = await ending(asked(dev_server, item, "view", str))
    assert lately.code == "no-worker" and "has asked for work at" in lately.message
    act = await ending(submit(dev_server, item, a_note("x", "act-9")))
    assert (act.code, act.act_id) == ("no-worker", "act-9")
    async with working(dev_server, queue):  # it was taken as soon as a worker came, or is now: it counts once
        assert (await submit(dev_server, item, a_note("x", "act-9"))).text == "noted"


async def test_what_concerns_the_namespace_is_no_missing_item(dev_server: Client) -> None:
    address = dev_server.service_client.config.target_host
    other = await Client.connect(address, namespace="nope", data_converter=pydantic_data_converter)
    for call in (asked(other, "t/x", "view", str), submit(other, "t/x", a_note())):
        error = await ending(call)
        assert (type(error), error.code) == (BadUsage, "bad-settings") and "TEMPORAL_NAMESPACE" in error.message
    unknown = SearchAttributePair(SearchAttributeKey.for_keyword("Nope"), "x")
    with pytest.raises(RPCError) as lacking:
        await dev_server.start_workflow(
            "series", 1, id="t/z", task_queue="q", search_attributes=TypedSearchAttributes([unknown])
        )
    assert (server_error(lacking.value).code, type(server_error(lacking.value))) == ("search-attributes", Refused)
    with pytest.raises(RPCError) as large:
        await dev_server.start_workflow("series", "x" * 3_000_000, id="t/y", task_queue="q")
    assert (server_error(large.value).code, type(server_error(large.value))) == ("too-large", Refused)


async def test_a_server_that_goes_away_is_no_missing_worker() -> None:
    server = await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter, dev_server_existing_path=str(BIN / "temporal")
    )
    async with server:
        client = server.client
        item = await started(client, "q")
    began = asyncio.get_running_loop().time()
    error = await ending(asked(client, item, "view", str))
    assert (type(error), error.code) == (NoServer, "unreachable")
    act = await ending(submit(client, item, a_note()))
    assert (type(act), act.code, act.act_id) == (NoServer, "unreachable", "act-1")
    assert asyncio.get_running_loop().time() - began < timedelta(seconds=15).total_seconds()
