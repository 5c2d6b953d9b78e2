"""Asks the workflows of items, of the plan and of post rooms for their state."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from temporalio.service import RPCError

from adapters.temporal_troubles import is_gone
from cli.answers import asked
from cli.errors import Refused
from cli.session import Session
from models.common.ids import secretariat_id
from models.governance.plan_state import PlanState
from models.machine.state import ItemState
from models.post.post_room_state import PostRoomState
from models.registry import MACHINES, STATES

T = TypeVar("T")

AT_ONCE = 8
"""The most queries that a command sends to the Temporal server at the same time."""


async def item_state(here: Session, item: str) -> tuple[str, ItemState]:
    """Returns the workflow type of an item, and its state now. Raises Refused if no workflow has this id, or if the
    workflow is no item. Raises NoServer if no worker answers."""
    handle = here.client.get_workflow_handle(item)
    try:
        kind = (await handle.describe()).workflow_type or ""
    except RPCError as error:
        if not is_gone(error):
            raise
        raise await here.no_such_item(item) from error
    if kind not in MACHINES:
        raise Refused("wrong-kind", f"{item} is not an item; `status` lists the items")
    state: ItemState = await asked(here.client, item, "state_now", STATES[kind])
    return kind, state


async def plan_state_of(here: Session) -> PlanState:
    """Returns the state of the plan's workflow. It holds the plan in force, the amendments, the settled answers and the
    newest status round. Raises NoServer if no worker answers."""
    return await asked(here.client, await here.plan(), "state_now", PlanState)


async def room_of(here: Session, plan: str, office: str) -> PostRoomState | None:
    """Returns the state of the post room of an office. None if the office has no post room, because the program never
    wrote to it. Raises NoServer if no worker answers."""
    try:
        room = await asked(here.client, secretariat_id(plan, office), "state_now", PostRoomState)
    except RPCError as error:
        if not is_gone(error):
            raise
        return None
    return room


async def side_by_side(questions: Sequence[Awaitable[T]]) -> list[T]:
    """Awaits all `questions`, at most AT_ONCE of them at the same time. Returns their answers in the same order."""
    few = asyncio.Semaphore(AT_ONCE)

    async def ask(question: Awaitable[T]) -> T:
        async with few:
            return await question

    return await asyncio.gather(*map(ask, questions))
