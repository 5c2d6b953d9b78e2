"""Sends an act to its item, and turns a refusal of the item into the error with which the command ends."""

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
    """Sends the act to its item as a Temporal Update, and returns the receipt.

    Raises Refused if the item does not take the act. The error says what is awaited instead. Raises NoServer if no
    worker answers in time.
    """
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


async def no_longer_open(here: Session, item: str, error: RPCError) -> Exception:
    """Returns the error with which a command ends after `error` of the Temporal server.

    If `error` says that the item has no open workflow, this is a Refused that says from the record what became of the
    item. Any other `error` is returned unchanged.
    """
    if error.status is not RPCStatusCode.NOT_FOUND:
        return error
    view = recorded_view(here.record, item)
    if view is None:
        return await here.no_such_item(item)
    if view.status == "unknown":
        return Refused("unknown", f"{item}: {view.ledger[-1].text}")
    last = view.ledger[-1]
    return Refused("closed", f"{item} was {view.status} on {view.clock.moment(last.at)}. {last.text}")


def refused(cause: BaseException | None) -> Refused:
    """Returns the refusal of an item as an error for the command. Returns NotTaken if `cause`, the reason why the
    Update failed, is not a refusal."""
    if isinstance(cause, ApplicationError) and cause.type == "Refusal" and cause.details:
        refusal = Refusal.model_validate(cause.details[0])
        return Refused(refusal.code, refusal.message, refusal.awaiting)
    text = str(cause)
    return NotTaken("wrong-kind", text)


class NotTaken(Refused):
    """The error for an act that the workflow does not know, because it has no Update of that name."""


def not_an_item(item: str, kind: str, verb: str) -> str:
    """Returns the message that says why a workflow does not take an act. The workflow is no item, or an item of a kind
    that does not have this verb."""
    if kind == "series":
        return f"{item} is a series; act on one of its sessions, which `status` lists below it"
    if kind in ("plan", "secretariat", "mailbox"):
        return f"{item} is {kind_in_words(kind)}; acts go to items, which `status` lists"
    from models.registry import MACHINES  # imported here for the same reason as in `rehearse`

    return not_taken(verb, kind, MACHINES[kind].verbs if kind in MACHINES else ())


async def rehearse(here: Session, item: str, act: Act) -> None:
    """Checks, without sending the act, whether the item would take it. It uses the same function as the item, on the
    state of the item now. Raises Refused if the item would refuse the act, and NoServer if no worker answers."""
    from models.machine.door import refuse  # imports every machine, and an act without a dry run needs none
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
