"""Sending an act to its item, and what a refusal means."""

from datetime import datetime, timedelta

from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from cli.display.lists import recorded_view
from cli.errors import NoServer, Refused
from cli.session import ANSWER_WITHIN, Session, answered
from models.messages.acts import Act
from models.messages.sentences import kind_in_words, not_taken
from models.messages.views import Receipt, Refusal


async def submit(client: Client, item: str, act: Act) -> Receipt:
    """Sends the act as an Update. Raises Refused with what is awaited instead, or NoServer."""
    handle = client.get_workflow_handle(item)
    update = handle.execute_update(
        act.verb,
        act,
        id=f"{act.verb}/{act.office}/{act.act_id}",
        result_type=Receipt,
        rpc_timeout=timedelta(seconds=ANSWER_WITHIN),
    )
    try:
        return await answered(update)
    except WorkflowUpdateFailedError as error:
        raise refused(error.cause) from error
    except WorkflowUpdateRPCTimeoutOrCancelledError as error:
        message = f"no worker answered in time; repeat the call with --act-id {act.act_id}: it counts once"
        raise NoServer("no-worker", message) from error


def no_longer_open(here: Session, item: str, error: RPCError) -> Exception:
    """Why there is no running workflow to act on: its record says; where that is silent, the error as it came."""
    if error.status is not RPCStatusCode.NOT_FOUND:
        return error
    view = recorded_view(here.record, item)
    if view is None:
        return Refused("no-such-item", f"there is no open {item}; `status` lists what there is")
    if view.status == "unknown":
        return Refused("unknown", f"{item}: {view.ledger[-1].text}")
    last = view.ledger[-1]
    return Refused("closed", f"{item} was {view.status} on {view.clock.moment(last.at)}. {last.text}")


def refused(cause: BaseException | None) -> Refused:
    """The refusal that a validator raised."""
    if isinstance(cause, ApplicationError) and cause.type == "Refusal" and cause.details:
        refusal = Refusal.model_validate(cause.details[0])
        return Refused(refusal.code, refusal.message, refusal.awaiting)
    text = str(cause)
    return NotTaken("wrong-kind", text)


class NotTaken(Refused):
    """The workflow knows no such Update."""


def not_an_item(item: str, kind: str, verb: str) -> str:
    """Why a workflow that is no item, or an item of another kind, takes no such act."""
    if kind == "series":
        return f"{item} is a series; act on one of its sessions, which `status` lists below it"
    if kind in ("plan", "secretariat", "mailbox"):
        return f"{item} is {kind_in_words(kind)}; acts go to items, which `status` lists"
    from models.registry import MACHINES  # as below

    return not_taken(verb, kind, MACHINES[kind].verbs if kind in MACHINES else ())


async def rehearse(here: Session, item: str, act: Act) -> None:
    """The dry run: the validator's own function, on the state as it is now."""
    from models.machine.door import refuse  # every machine; an act that is simply taken asks for none
    from models.registry import MACHINES, STATES

    handle = here.client.get_workflow_handle(item)
    now = datetime.now().astimezone()
    kind = (await handle.describe()).workflow_type or ""
    if kind in MACHINES:
        state = await answered(handle.query("state_now", result_type=STATES[kind]))
        refusal = refuse(MACHINES[kind], state, act, now)
    else:
        refusal = Refusal(code="wrong-kind", message=not_an_item(item, kind, act.verb))
    if refusal is not None:
        raise Refused(refusal.code, refusal.message, refusal.awaiting)
