"""What workflows start: activities that are tried until they succeed, children that outlive their parent; and how they
speak to post rooms."""

from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import FailureError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

from workflows.visibility import MEMO_ROW, initial_attributes

with workflow.unsafe.imports_passed_through():
    from models.common.ids import secretariat_id
    from models.machine.state import ItemState
    from models.messages.effects import PostRoomAddress, Words
    from models.messages.views import ItemRow
    from models.post.post_room_state import PostRoomState
    from models.registry import MACHINES

EFFECT_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))
"""Effects are tried until they succeed; each carries the key that makes a repetition harmless."""

EFFECT_TIMEOUT = timedelta(seconds=20)
"""One attempt. Also how long it takes until a worker that died in the middle of it is noticed."""

DESPATCH_TIMEOUT = timedelta(seconds=150)
"""A mail server may take its time over each of several steps; heartbeats tell that the worker lives."""


def despatch_retry(period: timedelta) -> RetryPolicy:
    """Some two minutes of attempts, a second where the despatch period is short; then the items are told, because their
    ladders must not climb on a silence that we cause."""
    attempts = 8 if period > timedelta(minutes=10) else 2
    return RetryPolicy(
        initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1), maximum_attempts=attempts
    )


HEARTBEAT_TIMEOUT = timedelta(seconds=10)


async def run_activity(name: str, argument: Any, summary: str, result: type[Any] | None = None) -> Any:
    """Carries one effect out, however often it has to be tried; returns what its activity answers."""
    return await workflow.execute_activity(
        name,
        argument,
        result_type=result,
        start_to_close_timeout=EFFECT_TIMEOUT,
        retry_policy=EFFECT_RETRY,
        summary=summary[:200],
    )


async def start_abandoned(name: str, state: Any, *, plan: str, row: ItemRow, summary: str, details: str) -> bool:
    """Starts a child that lives on when its parent continues-as-new, and awaits that start.

    Ids are never reused: False where the id was started before.
    """
    try:
        await workflow.start_child_workflow(
            name,
            state,
            id=row.id,
            parent_close_policy=ParentClosePolicy.ABANDON,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=initial_attributes(plan, row),
            memo={MEMO_ROW: row},
            static_summary=summary[:200],
            static_details=details,
        )
    except WorkflowAlreadyStartedError:
        return False
    return True


async def start_item(name: str, state: ItemState) -> bool:
    """Starts the workflow of one item, with the words that the operator reads."""
    setup = state.setup
    offices = "\n".join(f"- {party.coordinator.title} ({party.side})" for party in setup.parties)
    return await start_abandoned(
        name,
        state,
        plan=setup.plan,
        row=MACHINES[name].row(state),
        summary=f"{setup.ref} {setup.title}{': series' if name == 'series' else ''}",
        details=f"Provision {setup.ref} of the {setup.plan_title}. Offices:\n\n{offices}",
    )


async def start_post_room(address: PostRoomAddress) -> bool:
    """Starts the secretariat of an office; False where it was started before."""
    row = ItemRow(
        id=secretariat_id(address.plan, address.office),
        ref="-",
        kind="secretariat",
        title=address.office_title,
        status="idle",
    )
    summary = f"Post room of {address.office_title}"
    details = "The only sender to this office: announcements at once and in order, and one letter per period."
    state = PostRoomState(address=address)
    return await start_abandoned("secretariat", state, plan=address.plan, row=row, summary=summary, details=details)


async def tell(address: PostRoomAddress, words: Words) -> None:
    """Speaks to a post room, in one signal. One that is not there is started first."""
    handle = workflow.get_external_workflow_handle(secretariat_id(address.plan, address.office))
    try:
        await handle.signal("tell", words)
    except FailureError:
        # A signal to a missing workflow fails its sender: the post room is started, and told then.
        if await start_post_room(address):
            await handle.signal("tell", words)
            return
        # Another item that had found it missing at the same instant was first: it is there now. (Patched, because in
        # old histories nothing more was said.)
        try:
            if workflow.patched("told-by-the-second"):
                await handle.signal("tell", words)
                return
        except FailureError:
            pass
        # It was ended by hand, and ids are never reused: the item goes on, the operator has to know.
        workflow.logger.error("post room has ended", extra={"office": address.office})


async def signal_if_there(workflow_id: str, signal: str, argument: Any) -> None:
    """Signals a workflow that may have ended meanwhile."""
    try:
        await workflow.get_external_workflow_handle(workflow_id).signal(signal, argument)
    except FailureError:
        workflow.logger.info("nobody there to tell", extra={"told": workflow_id, "signal": signal})
