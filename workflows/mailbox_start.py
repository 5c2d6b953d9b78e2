"""Starts the workflow that reads the organizer's mail. Each plan has one such workflow."""

import logging
from datetime import timedelta

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError

from models.common.ids import TASK_QUEUE, mailbox_id
from models.messages.views import ItemRow
from models.post.mailbox import MailboxState
from workflows.mailbox import row_of
from workflows.visibility import MEMO_ROW, initial_attributes

ANSWER_WITHIN = timedelta(seconds=10)
"""How long a plan has to say on which engine it runs."""

_log = logging.getLogger(__name__)


async def read_mail_of(client: Client, plan: str, title: str, task_queue: str = TASK_QUEUE, epoch: int = 0) -> None:
    """Starts the mailbox workflow of a plan, if it does not run already. `title` is the title of the plan. `epoch` is
    the epoch of the engine. A workflow that an operator has ended is started again."""
    state = MailboxState(plan=plan, plan_title=title, epoch=epoch)
    row = row_of(state)
    await client.start_workflow(
        "mailbox",
        state,
        id=mailbox_id(plan),
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        search_attributes=initial_attributes(plan, row),
        memo={MEMO_ROW: row},
        static_summary=row.title[:200],
        static_details="Reads what is sent to the organizer: answers, mail that came back, letters.",
    )


async def read_mail_of_plans(client: Client) -> None:
    """Starts the mailbox workflow of every plan whose workflow runs. Each worker calls this function when it starts.

    It raises no error if Temporal does not answer. If one mailbox workflow cannot be started, the others are still
    started, and the log says so.
    """
    try:
        plans = [each async for each in client.list_workflows("ItemKind='plan' AND ExecutionStatus='Running'")]
    except RPCError as error:
        # The next start of a worker, or the next launch, tries again. Letters go out meanwhile.
        _log.warning("the mailboxes are not watched yet: %s", error.message)
        return
    for plan in plans:
        try:
            row = ItemRow.model_validate((await plan.memo())[MEMO_ROW])
            await read_mail_of(client, plan.id, row.title, epoch=await epoch_of(client, plan.id))
        except Exception as error:  # a memo that cannot be read, a server that stopped answering
            _log.warning("the mailbox of %s is not watched yet: %s: %s", plan.id, type(error).__name__, error)


async def epoch_of(client: Client, plan: str) -> int:
    """Returns the epoch of the engine of a plan, as its workflow says. 0 if it does not answer: the mail is read all
    the same, unless the plan was opened from the record."""
    try:
        epoch: int = await client.get_workflow_handle(plan).query("epoch", result_type=int, rpc_timeout=ANSWER_WITHIN)
    except Exception as error:
        _log.warning("%s does not say on which engine it runs: %s", plan, error)
        return 0
    return epoch
