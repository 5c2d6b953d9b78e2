"""Asks workflows of an older release to go on as new runs, so that they keep their states in the record."""

import logging
from collections.abc import Callable

from temporalio.client import Client
from temporalio.service import RPCError

from models.messages.signals import GoOn

_log = logging.getLogger(__name__)

_LIVING = "ItemKind!='mailbox' AND ExecutionStatus='Running'"

RENEW = "renew"
"""The name of the signal that asks a workflow to go on as a new run."""


async def renew(client: Client, is_kept: Callable[[str], bool]) -> int:
    """Asks every workflow whose state the record does not hold to go on as a new run. Returns how many it has asked.

    `is_kept` says of a workflow id whether the record holds its state. Each worker calls this function when it starts.
    A workflow that an older release has started then keeps its state from its next run on. It raises no error if
    Temporal or a workflow does not answer.
    """
    try:
        living = [each.id async for each in client.list_workflows(_LIVING)]
    except RPCError as error:
        _log.warning("items of an older release do not keep their states yet: %s", error.message)
        return 0
    asked = 0
    for workflow in (each for each in living if not is_kept(each)):
        try:
            await client.get_workflow_handle(workflow).signal(RENEW, GoOn())
            asked += 1
        except RPCError as error:  # it has ended since
            _log.warning("%s does not keep its state yet: %s", workflow, error.message)
    return asked
