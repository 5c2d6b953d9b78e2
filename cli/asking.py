"""Asks workflows for their state."""

from temporalio.service import RPCError, RPCStatusCode

from cli.errors import Refused
from cli.session import Session, answered
from models.governance.plan_state import PlanState
from models.machine.state import ItemState
from models.registry import MACHINES, STATES


async def item_state(here: Session, item: str) -> tuple[str, ItemState]:
    """The workflow type of an item, and its state now. Raises Refused if no open workflow, or no item, has this id."""
    handle = here.client.get_workflow_handle(item)
    try:
        kind = (await handle.describe()).workflow_type or ""
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise await here.no_such_item(item) from error
    if kind not in MACHINES:
        raise Refused("wrong-kind", f"{item} is not an item; `status` lists the items")
    state: ItemState = await answered(handle.query("state_now", result_type=STATES[kind]))
    return kind, state


async def plan_state_of(here: Session) -> PlanState:
    """The state of the plan's workflow: the plan in force, amendments, settled answers, and the current round."""
    handle = here.client.get_workflow_handle(await here.plan())
    return await answered(handle.query("state_now", result_type=PlanState))
