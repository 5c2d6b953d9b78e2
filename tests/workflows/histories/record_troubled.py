"""Records histories of a plan in trouble on a real dev server, for the replay test. Run by `make histories`.

In this life workflow tasks time out, because the worker that has taken them is gone. Acts and signals come while such a
task is held. A client asks all the time. One item is reset to an earlier task. And a closed item is rectified.
"""

import asyncio
import contextlib
import tempfile
import uuid
from pathlib import Path
from typing import Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import PollWorkflowTaskQueueRequest, ResetWorkflowExecutionRequest
from temporalio.client import Client, WorkflowQueryFailedError
from temporalio.service import RPCError

from models.messages import acts
from models.messages.acts import Rectified, Terms, Topic
from models.plan.plan import Plan
from models.post.post_room_state import Bounced
from tests.support.builders import obligation, plan_of
from tests.support.rig import House, eventually, house
from tests.workflows.histories.record import KHM, LAO, serving, soon, write

QUEUE = "troubled"
ROOM = f"office/{LAO}"


def plan() -> Plan:
    window = {"window": {"by": "offset", "opens": "PT0S", "length": "PT900S", "every": "PT900S", "count": 1}}
    items = (obligation("m", **window), obligation("mou", kind="instrument", **window))
    return plan_of(*items, despatch="PT5S").model_copy(update={"plan": "troubled"})


async def rectified(home: House, number: int, consents: bool) -> None:
    """An instrument that is closed already is put right, or is not."""
    fact = Rectified(item=home.item("mou"), what=acts.RecordedFact.EVIDENCE, before="signed", text="signed in Pakse")
    await home.act_on_plan(acts.Rectify, LAO, fact=fact, reason="the place was missing")
    item = f"mou/rectification-{number}"
    await home.until(item, lambda view: view.status == "consent-awaited")
    if consents:
        await home.act(item, acts.Accept, KHM, proposal=1)
    else:
        await home.act(item, acts.Reject, KHM, proposal=1, reason="it was Vientiane")
    await home.client.get_workflow_handle(home.item(item)).result()


async def before(home: House) -> None:
    await home.launch()
    await home.act("mou", acts.Evidence, LAO, text="signed")
    await home.act("mou", acts.Agree, KHM)
    await home.client.get_workflow_handle(home.item("mou")).result()
    await rectified(home, 1, consents=True)
    await rectified(home, 2, consents=False)
    await home.until("m", lambda view: view.status == "date-awaited")
    await home.act("m", acts.Propose, LAO, terms=soon(300))
    await home.act("m", acts.Counter, KHM, proposal=1, terms=soon(240))

    async def written_to() -> bool:
        return any(line["verb"] == "sent" for line in home.record(ROOM))

    await eventually(written_to)


async def hold_tasks(client: Client, *workflows: str) -> None:
    """Takes workflow tasks as a worker does, until it has one of each workflow. It never answers."""
    held: set[str] = set()
    request = PollWorkflowTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=QUEUE), identity="a worker that has gone"
    )
    while not held >= set(workflows):
        task = await client.workflow_service.poll_workflow_task_queue(request)
        held.add(task.workflow_execution.workflow_id)


async def without_a_worker(home: House) -> list[asyncio.Task[Any]]:
    """An act and a mail that came back make tasks. A worker takes the tasks and is gone. More comes meanwhile."""
    item, room = home.item("m"), home.client.get_workflow_handle(home.item(ROOM))
    [first, *_] = [line for line in home.record(ROOM) if line["verb"] == "sent"]
    bounced = Bounced(message_id=first["data"]["message_id"], reason="5.1.1 no such user")
    waiting = [asyncio.create_task(home.act("m", acts.Accept, LAO, proposal=2))]
    await room.signal("bounced", bounced)
    await hold_tasks(home.client, item, room.id)
    waiting.append(asyncio.create_task(home.act("m", acts.Regret, KHM, reason="flood")))
    await room.signal("bounced", Bounced(message_id="<of nobody@x.example>", reason="5.2.2 full"))
    await asyncio.sleep(12)  # a workflow task may take ten seconds
    return waiting


async def asked_all_the_time(home: House) -> None:
    """A person looks at the item and at the post room again and again."""
    while True:
        for name, query in ((home.item("m"), "view"), (home.item(ROOM), "state_now"), (home.item("m"), "state_now")):
            with contextlib.suppress(RPCError, WorkflowQueryFailedError):
                await home.client.get_workflow_handle(name).query(query)
        await asyncio.sleep(0.05)


async def reset(home: House, item: str) -> None:
    """Puts an item back to the task in which it took its second act. The server hands the later acts over again."""
    handle = home.client.get_workflow_handle(home.item(item))
    run_id = (await handle.describe()).run_id
    events = (await handle.fetch_history()).events
    accepted = [e.event_id for e in events if e.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED]
    done = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    to = max(e.event_id for e in events if e.event_type == done and e.event_id < accepted[1])
    await home.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=home.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=handle.id, run_id=run_id),
            reason="as docs/operations.md says",
            workflow_task_finish_event_id=to,
            request_id=uuid.uuid4().hex,
        )
    )


async def after(home: House, waiting: list[asyncio.Task[Any]]) -> None:
    asking = asyncio.create_task(asked_all_the_time(home))
    for each in waiting:
        await each
    await home.until("m", lambda view: any(entry.verb == "regret" for entry in view.ledger))
    await reset(home, "m")
    await home.until("m", lambda view: any(entry.verb == "regret" for entry in view.ledger))
    await home.act("m", acts.Propose, LAO, terms=Terms(topic=Topic.DROP, reason="merged"))
    open_ones = (await home.view("m")).proposals
    number = next(each["number"] for each in open_ones if each["status"] == "open")
    await home.act("m", acts.Accept, KHM, proposal=number)
    await home.client.get_workflow_handle(home.item("m")).result()
    asking.cancel()


async def record(client: Client) -> int:
    root = Path(tempfile.mkdtemp())
    async with house(client, plan(), root, queue=QUEUE) as home:
        await before(home)
    waiting = await without_a_worker(home)
    async with house(client, plan(), root, queue=QUEUE) as home:
        await after(home, waiting)
        await eventually(lambda: quiet(home))
        return await write(client, "PlanId='troubled'")


async def quiet(home: House) -> bool:
    """Whether the post room has entered what became of its mails."""
    return sum(line["verb"] == "bounced" for line in home.record(ROOM)) >= 2


async def main() -> int:
    async with serving() as client:
        return await record(client)


if __name__ == "__main__":
    print(f"{asyncio.run(main())} histories written to tests/workflows/histories")
