"""Sends an act to its item, and turns a refusal of the item into the error with which the command ends."""

import re
from datetime import datetime, timedelta

from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from adapters.temporal_troubles import Trouble, is_gone, trouble_of
from cli.answers import ANSWER_WITHIN, RELEASE, answered, asked, ending_of
from cli.display.lists import recorded_view
from cli.errors import CommandError, NoServer, Refused
from cli.session import Session
from models.messages.acts import Act
from models.messages.sentences import kind_in_words, not_taken
from models.messages.views import Receipt, Refusal

LARGEST_ACT = 500_000
"""The most bytes of an act, as JSON. No act that an item takes is as large. Temporal stops a workflow that is sent one
of 2 MB."""


async def submit(client: Client, item: str, act: Act) -> Receipt:
    """Sends the act to its item as a Temporal Update, and returns the receipt.

    Raises Refused if the item does not take the act. The error says what is awaited instead. Raises NoServer if no
    worker answers in time. If nobody knows then whether the item has taken the act, the error has the id of the act,
    with which the call may be repeated. Raises RPCError if the item has no open workflow (`is_gone`).
    """
    size = len(act.model_dump_json().encode())
    if size > LARGEST_ACT:
        raise Refused("too-large", f"the act has {size:,} bytes, and at most {LARGEST_ACT:,} are taken: shorten it")
    handle = client.get_workflow_handle(item)
    update = handle.execute_update(
        act.verb,
        act,
        id=f"{act.verb}/{act.office}/{act.act_id}",
        result_type=Receipt,
        rpc_timeout=timedelta(seconds=ANSWER_WITHIN),
    )
    try:
        return await answered(update, client, item)
    except WorkflowUpdateFailedError as error:
        raise refused(item, error.cause) from error
    except WorkflowUpdateRPCTimeoutOrCancelledError as error:
        raise unknown_whether_taken(await ending_of(error, client, item), item, act) from error
    except CommandError as error:
        if isinstance(error.__cause__, RPCError) and trouble_of(error.__cause__) in NEVER_TAKEN:
            raise
        raise unknown_whether_taken(error, item, act) from error


NEVER_TAKEN = (Trouble.TOO_LARGE, Trouble.NO_PERMISSION, Trouble.NO_NAMESPACE)
"""With these answers of the server it is sure that no item has taken the act."""


def unknown_whether_taken(error: CommandError, item: str, act: Act) -> CommandError:
    """Returns the error with the words that nobody knows whether the item has taken the act, and how to repeat it."""
    message = (
        f"{error.message}. It is not known whether {item} has taken the act. Repeat the command with --act-id "
        f"{act.act_id}: the act counts once"
    )
    return type(error)(error.code, message, act_id=act.act_id)


async def no_longer_open(here: Session, item: str, error: RPCError) -> Exception:
    """Returns the error with which a command ends after `error` of the Temporal server.

    If `error` says that the item has no open workflow, this is a Refused that says from the record what became of the
    item. Any other `error` is returned unchanged.
    """
    if not is_gone(error):
        return error
    view = recorded_view(here.record, item)
    if view is None:
        return await here.no_such_item(item)
    if view.status == "unknown":
        return Refused("unknown", f"{item}: {view.ledger[-1].text}")
    last = view.ledger[-1]
    return Refused("closed", f"{item} was {view.status} on {view.clock.moment(last.at)}. {last.text}")


def refused(item: str, cause: BaseException | None) -> CommandError:
    """Returns the error with which a command ends because an Update has failed. `cause` is what the worker says.

    This is the refusal of the item, or NotTaken if the workflow has no Update of that name. The other endings are no
    refusals: the item ended meanwhile, the worker could not read the act, or it met a fault of the program.
    """
    kind = cause.type if isinstance(cause, ApplicationError) else ""
    if isinstance(cause, ApplicationError) and kind == "Refusal" and cause.details:
        refusal = Refusal.model_validate(cause.details[0])
        return Refused(refusal.code, refusal.message, refusal.awaiting)
    text = str(cause)
    if kind == "AcceptedUpdateCompletedWorkflow":
        return Refused("closed", f"{item} ended while it took the act; `show` says whether the act counts")
    if re.search("Update handler for .* expected but not found", text):
        return NotTaken("wrong-kind", text)
    what = text.partition("\n")[0][:300]
    if kind == "Fault":
        return Refused("not-taken", f"{item} met a fault of the program: {what}")
    return NoServer("bad-answer", f"{item} could not read the act ({what}); nothing has changed; {RELEASE}")


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
        state = await asked(here.client, item, "state_now", STATES[kind])
        refusal = refuse(MACHINES[kind], state, act, now)
    else:
        refusal = Refusal(code="wrong-kind", message=not_an_item(item, kind, act.verb))
    if refusal is not None:
        raise Refused(refusal.code, refusal.message, refusal.awaiting)
