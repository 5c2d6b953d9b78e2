"""Which mailbox workflows a worker starts: those of every plan that it can, whatever is wrong with one."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from models.messages.views import ItemRow
from workflows.mailbox_start import read_mail_of_plans
from workflows.visibility import MEMO_ROW


def row(plan: str) -> ItemRow:
    return ItemRow(id=plan, ref="-", kind="plan", title=plan, status="running")


class Plans:
    """Stands for a client that knows some plans by their memo; one that is an error is raised."""

    def __init__(self, memos: dict[str, Any], refused: str = "") -> None:
        self.memos, self.refused = memos, refused
        self.started: list[str] = []

    async def list_workflows(self, query: str) -> AsyncIterator[Any]:
        for plan, memo in self.memos.items():

            async def read(memo: Any = memo) -> Any:
                if isinstance(memo, Exception):
                    raise memo
                return memo

            yield SimpleNamespace(id=plan, memo=read)

    async def start_workflow(self, name: str, state: Any, **more: Any) -> None:
        if state.plan == self.refused:
            raise RPCError("no", RPCStatusCode.INVALID_ARGUMENT, b"")
        self.started.append(state.plan)


async def test_the_trouble_of_one_plan_stops_no_mailbox_of_another() -> None:
    memos = {"a": {}, "b": {MEMO_ROW: {"no": "row"}}, "c": LookupError("no memo"), "d": {MEMO_ROW: row("d")}}
    plans = Plans({**memos, "e": {MEMO_ROW: row("e")}, "f": {MEMO_ROW: row("f")}}, refused="e")
    await read_mail_of_plans(cast(Client, plans))
    assert plans.started == ["d", "f"]


async def test_a_server_that_lists_nothing_stops_no_worker() -> None:
    class Silent:
        async def list_workflows(self, query: str) -> AsyncIterator[Any]:
            raise RPCError("no", RPCStatusCode.UNAVAILABLE, b"")
            yield

    await read_mail_of_plans(cast(Client, Silent()))
