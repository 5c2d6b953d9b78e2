"""One list of all items: the open ones from Temporal's lists, the closed ones from the record."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from adapters.files.record_file import read_record, read_rewinds, recorded_items
from cli.errors import CommandError, NoServer
from cli.session import Session, answered
from models.messages.views import ItemRow, ItemView, LedgerEntry
from models.report.earlier_releases import row_with_fields
from workflows.visibility import MEMO_ROW

LISTED_KINDS = "ItemKind NOT IN ('plan', 'secretariat', 'mailbox')"

ENDED = ("closed", "dropped", "excused", "expired", "settled")
"""Statuses of items whose workflow ends."""

ROW_FIELDS = (
    "id",
    "ref",
    "kind",
    "title",
    "status",
    "awaiting",
    "next_at",
    "next_what",
    "next_step",
    "window",
    "date",
    "host",
    "assumed",
)


async def open_rows(client: Client, plan: str) -> list[ItemRow]:
    """The rows of the open items, from Temporal's lists, which may be two seconds behind."""
    query = f"PlanId='{plan}' AND {LISTED_KINDS} AND ExecutionStatus='Running'"
    rows = []
    async for workflow in client.list_workflows(query):
        row = await row_of(workflow)
        if row is not None:
            rows.append(row_with_fields(row))
    return sorted(rows, key=sort_key)


async def row_of(workflow: WorkflowExecution) -> ItemRow | None:
    """The row in the memo of a listed workflow; None if it has none. Raises NoServer for one that cannot be read."""
    try:
        memo = await workflow.memo()
        return ItemRow.model_validate(memo[MEMO_ROW]) if MEMO_ROW in memo else None
    except (ValidationError, RuntimeError, ValueError) as error:
        message = f"the row of {workflow.id} cannot be read; run the same release here and in the worker"
        raise NoServer("bad-answer", message) from error


async def post_room_rows(client: Client, plan: str) -> list[ItemRow]:
    """The rows of the post rooms, from Temporal's lists. An office to which nobody ever wrote has none."""
    query = f"PlanId='{plan}' AND ItemKind='secretariat' AND ExecutionStatus='Running'"
    rows = [await row_of(workflow) async for workflow in client.list_workflows(query)]
    return [row for row in rows if row is not None]


def recorded_view(root: Path, item: str) -> ItemView | None:
    """The view of a closed item, from its record, with the full ledger; None while the item is not closed."""
    lines = read_record(root, item)
    for line in reversed(lines):
        if line.get("verb") == "view":
            ledger = tuple(LedgerEntry.model_validate(each) for each in lines if each.get("verb") != "view")
            rewound = tuple(read_rewinds(root, item))
            view = ItemView.model_validate(line["data"]["view"])
            return view.model_copy(update={"ledger": ledger, "rewound": rewound})
    return None


def recorded_ledger(root: Path, item: str) -> tuple[LedgerEntry, ...]:
    """Every line of an item's record so far, without the view that closes it."""
    return tuple(LedgerEntry.model_validate(line) for line in read_record(root, item) if line.get("verb") != "view")


def closed_rows(root: Path, plan: str) -> list[ItemRow]:
    """The rows of the items that are ended or unknown, from the record."""
    views = (recorded_view(root, item) for item in recorded_items(root, plan))
    return sorted((ItemRow.model_validate(view.model_dump()) for view in views if view is not None), key=sort_key)


async def all_rows(client: Client, plan: str, root: Path) -> list[ItemRow]:
    """Open and ended items, each once. If both lists have an item, the record is right, unless its workflow is open."""
    opened, closed = await open_rows(client, plan), closed_rows(root, plan)
    both = {row.id for row in opened} & {row.id for row in closed}
    ahead = {item for item in both if await open_view(client, item) is not None}
    ended = {row.id for row in closed} - ahead
    rows = [*(row for row in opened if row.id not in ended), *(row for row in closed if row.id not in ahead)]
    return sorted(rows, key=sort_key)


async def view_of(here: Session, item: str) -> ItemView:
    """The view of an item from its workflow, with the full ledger. Raises Refused for what is no item, or NoServer."""
    try:
        view: ItemView = await answered(here.client.get_workflow_handle(item).query("view", result_type=ItemView))
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise await here.no_such_item(item) from error
    # The workflow keeps only the last lines. The record has the earlier ones.
    first = view.ledger[0].n if view.ledger else 1
    earlier = tuple(entry for entry in recorded_ledger(here.record, item) if entry.n < first)
    return view.model_copy(
        update={"ledger": (*earlier, *view.ledger), "rewound": tuple(read_rewinds(here.record, item))}
    )


async def open_view(client: Client, item: str) -> ItemView | None:
    """The view of an open item from its workflow; None if the workflow is closed or does not answer.

    A recorded item can be open after a rewind: Temporal is back at an older state, and the item wrote no line since.
    """
    handle = client.get_workflow_handle(item)
    try:
        if (await handle.describe()).status is not WorkflowExecutionStatus.RUNNING:
            return None
        view: ItemView = await answered(handle.query("view", result_type=ItemView))
    except (CommandError, RPCError):
        return None
    return None if view.status in ENDED else view


def sort_key(row: ItemRow) -> tuple[list[tuple[int, str]], str]:
    """The key that sorts rows in the order of the text: 5.7 before 16.3."""
    return [(int(part) if part.isdigit() else 999, part) for part in row.ref.split(".")], row.id


def as_document(row: ItemRow) -> dict[str, Any]:
    """One entry of `status --json`."""
    document = row.model_dump(mode="json")
    return {field: document[field] for field in ROW_FIELDS}
