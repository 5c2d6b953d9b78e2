"""Functions with which workflows start activities and other workflows, and send signals.

Temporal repeats an activity until it succeeds. A workflow that another one starts goes on when that one ends.
"""

from datetime import timedelta
from typing import Any, NamedTuple

from temporalio import workflow
from temporalio.common import RetryPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ActivityError, FailureError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

from workflows.elsewhere import end_here, goes_on_elsewhere
from workflows.visibility import MEMO_ROW, initial_attributes

with workflow.unsafe.imports_passed_through():
    from models.common.ids import secretariat_id
    from models.machine.state import ItemState
    from models.messages.effects import PostRoomAddress, Words
    from models.messages.views import ItemRow
    from models.post.post_room_state import PostRoomState
    from models.registry import MACHINES

EFFECT_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))
"""Temporal repeats an activity until it succeeds. Each activity works by a key, so that a repetition does no harm."""

EFFECT_TIMEOUT = timedelta(seconds=20)
"""The time for one attempt of an activity. If a worker dies in an attempt, Temporal notices this after this time."""

DESPATCH_TIMEOUT = timedelta(seconds=150)
"""The time for one attempt to send a mail. It is long, because a mail server may be slow in each of several steps.
Heartbeats show that the worker is alive."""


def despatch_retry(period: timedelta) -> RetryPolicy:
    """Returns how often Temporal tries the activity `despatch`: eight times in about two minutes, or twice if the
    despatch period is ten minutes or less. After the last attempt, the post room tells the items that the mail was not
    sent, so that their ladders pause."""
    attempts = 8 if period > timedelta(minutes=10) else 2
    return RetryPolicy(
        initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1), maximum_attempts=attempts
    )


HEARTBEAT_TIMEOUT = timedelta(seconds=10)


async def run_activity(name: str, argument: Any, summary: str, result: type[Any] | None = None) -> Any:
    """Runs an activity until it succeeds, and returns its result. `result` is the type of this result. None: the
    activity returns nothing."""
    try:
        return await workflow.execute_activity(
            name,
            argument,
            result_type=result,
            start_to_close_timeout=EFFECT_TIMEOUT,
            retry_policy=EFFECT_RETRY,
            summary=summary[:200],
        )
    except ActivityError as error:
        if goes_on_elsewhere(error):
            end_here(error)
        raise


async def start_abandoned(name: str, state: Any, *, plan: str, row: ItemRow, summary: str, details: str) -> bool:
    """Starts a child workflow and waits until it has started. It goes on when its parent ends or continues as new.

    Returns True if it was started. Returns False if a workflow with this id was started before, because ids are never
    used again.
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


class Shown(NamedTuple):
    """What lists and the Temporal UI show of a workflow from its start."""

    row: ItemRow
    summary: str
    details: str


def shown_of_item(name: str, state: ItemState) -> Shown:
    """Returns what is shown of an item. `name` is its workflow type."""
    setup = state.setup
    offices = "\n".join(f"- {party.coordinator.title} ({party.side})" for party in setup.parties)
    return Shown(
        row=MACHINES[name].row(state),
        summary=f"{setup.ref} {setup.title}{': series' if name == 'series' else ''}",
        details=f"Provision {setup.ref} of the {setup.plan_title}. Offices:\n\n{offices}",
    )


def shown_of_post_room(address: PostRoomAddress) -> Shown:
    """Returns what is shown of a post room that has just started."""
    return Shown(
        row=ItemRow(
            id=secretariat_id(address.plan, address.office),
            ref="-",
            kind="secretariat",
            title=address.office_title,
            status="idle",
        ),
        summary=f"Post room of {address.office_title}",
        details="The only sender to this office: announcements at once and in order, and one letter per period.",
    )


async def start_item(name: str, state: ItemState, epoch: int) -> bool:
    """Starts the workflow of one item on the engine of this epoch, with the words that operators read in the Temporal
    UI. Returns False if the workflow was started before."""
    state = state.model_copy(update={"setup": state.setup.model_copy(update={"epoch": epoch})})
    shown = shown_of_item(name, state)
    return await start_abandoned(name, state, plan=state.setup.plan, **shown._asdict())


async def start_post_room(address: PostRoomAddress) -> bool:
    """Starts the post room of an office. Returns False if this post room was started before."""
    shown = shown_of_post_room(address)
    return await start_abandoned("secretariat", PostRoomState(address=address), plan=address.plan, **shown._asdict())


async def tell(address: PostRoomAddress, words: Words) -> None:
    """Sends notices and announcements to a post room in one signal. If the post room does not exist, it starts it
    first. If an operator has ended the post room, only the log says so."""
    handle = workflow.get_external_workflow_handle(secretariat_id(address.plan, address.office))
    try:
        await handle.signal("tell", words)
    except FailureError:
        # There is no such post room yet. Start it, and then tell it.
        if await start_post_room(address):
            await handle.signal("tell", words)
            return
        # Another item has started it at the same instant: it is there now. The patch is for old histories, in which
        # nothing more was said here.
        try:
            if workflow.patched("told-by-the-second"):
                await handle.signal("tell", words)
                return
        except FailureError:
            pass
        # Somebody ended the post room by hand, and ids are never reused. The item goes on; the operator must know.
        workflow.logger.error("post room has ended", extra={"office": address.office})


async def signal_if_there(workflow_id: str, signal: str, argument: Any) -> bool:
    """Sends a signal to a workflow. If this workflow has ended, only the log says so. Returns False then."""
    try:
        await workflow.get_external_workflow_handle(workflow_id).signal(signal, argument)
    except FailureError:
        workflow.logger.info("nobody there to tell", extra={"told": workflow_id, "signal": signal})
        return False
    return True
