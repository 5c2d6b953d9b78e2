"""Makes one list of all items. The open items come from Temporal's lists, and the closed ones from the record."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError

from adapters.files.record_file import read_record, read_rewinds, recorded_items
from adapters.temporal_troubles import is_gone
from cli.answers import asked
from cli.errors import CommandError, NoServer
from cli.session import Session
from models.common.values import write_instant
from models.messages.acts import Rectified
from models.messages.views import ItemRow, ItemView, LedgerEntry
from models.report.earlier_releases import row_with_fields
from models.report.rectified import PART, in_force
from workflows.visibility import MEMO_ROW

LISTED_KINDS = "ItemKind NOT IN ('plan', 'secretariat', 'mailbox')"

ENDED = ("closed", "dropped", "excused", "expired", "settled")
"""The statuses with which the workflow of an item ends."""

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
    """Returns the rows of the open items, from Temporal's lists. These lists may be two seconds late.

    Raises NoServer if a row cannot be read.
    """
    query = f"PlanId='{plan}' AND {LISTED_KINDS} AND ExecutionStatus='Running'"
    rows = []
    async for workflow in client.list_workflows(query):
        row = await row_of(workflow)
        if row is not None:
            rows.append(row_with_fields(row))
    return sorted(rows, key=sort_key)


async def row_of(workflow: WorkflowExecution) -> ItemRow | None:
    """Returns the row that a workflow keeps in its memo (data that Temporal lists with the workflow). None if the memo
    has no row. Raises NoServer if the row cannot be read."""
    try:
        memo = await workflow.memo()
        return ItemRow.model_validate(memo[MEMO_ROW]) if MEMO_ROW in memo else None
    except (ValidationError, RuntimeError, ValueError) as error:
        message = f"the row of {workflow.id} cannot be read; run the same release here and in the worker"
        raise NoServer("bad-answer", message) from error


async def post_room_rows(client: Client, plan: str) -> list[ItemRow]:
    """Returns the rows of the post rooms, from Temporal's lists. An office has no row before the program first writes
    to it. Raises NoServer if a row cannot be read."""
    query = f"PlanId='{plan}' AND ItemKind='secretariat' AND ExecutionStatus='Running'"
    rows = [await row_of(workflow) async for workflow in client.list_workflows(query)]
    return [row for row in rows if row is not None]


def recorded_view(root: Path, item: str) -> ItemView | None:
    """Returns the view of a closed item, with the full ledger, from its record. None if the item is not closed."""
    lines = read_record(root, item)
    for line in reversed(lines):
        if line.get("verb") == "view":
            ledger = tuple(LedgerEntry.model_validate(each) for each in lines if each.get("verb") != "view")
            rewound = tuple(read_rewinds(root, item))
            view = ItemView.model_validate(line["data"]["view"])
            joined = {"ledger": ledger, "rewound": rewound, "rectified": _rectified(root, item)}
            return view.model_copy(update=joined)
    return None


def _rectified(root: Path, item: str) -> tuple[dict[str, Any], ...]:
    """Returns what the sides of a closed item have put right since, as `show` prints it."""
    names = recorded_items(root, item.partition("/")[0], f"{item}{PART}")
    found = in_force((name, recorded_ledger(root, name)) for name in names)
    return tuple({"by": each.by, "at": write_instant(each.at), **_told(each.fact)} for each in found)


def _told(fact: Rectified) -> dict[str, Any]:
    return {**fact.model_dump(mode="json", exclude={"item"}), "now": fact.now}


def recorded_ledger(root: Path, item: str) -> tuple[LedgerEntry, ...]:
    """Returns every line that the record of an item has now, except the view in the last line of a closed record."""
    return tuple(LedgerEntry.model_validate(line) for line in read_record(root, item) if line.get("verb") != "view")


def closed_rows(root: Path, plan: str) -> list[ItemRow]:
    """Returns the rows of the items whose record is closed, in the order of the text."""
    views = (recorded_view(root, item) for item in recorded_items(root, plan))
    return sorted((ItemRow.model_validate(view.model_dump()) for view in views if view is not None), key=sort_key)


async def all_rows(client: Client, plan: str, root: Path) -> list[ItemRow]:
    """Returns the rows of all items, open and closed, in the order of the text. Each item has one row.

    Temporal and the record may both list an item. Then the row of the record counts, unless the workflow of the item
    is still open. Raises NoServer if a row cannot be read.
    """
    opened, closed = await open_rows(client, plan), closed_rows(root, plan)
    both = {row.id for row in opened} & {row.id for row in closed}
    ahead = {item for item in both if await open_view(client, item) is not None}
    ended = {row.id for row in closed} - ahead
    rows = [*(row for row in opened if row.id not in ended), *(row for row in closed if row.id not in ahead)]
    return sorted(rows, key=sort_key)


async def view_of(here: Session, item: str) -> ItemView:
    """Returns the view of an item from its workflow, with the full ledger from the record.

    Raises Refused if `item` is not the id of an item, and NoServer if no worker answers.
    """
    try:
        view = await asked(here.client, item, "view", ItemView)
    except RPCError as error:
        if not is_gone(error):
            raise
        raise await here.no_such_item(item) from error
    # The workflow keeps only the last lines. The record has the earlier ones.
    first = view.ledger[0].n if view.ledger else 1
    earlier = tuple(entry for entry in recorded_ledger(here.record, item) if entry.n < first)
    return view.model_copy(
        update={"ledger": (*earlier, *view.ledger), "rewound": tuple(read_rewinds(here.record, item))}
    )


async def open_view(client: Client, item: str) -> ItemView | None:
    """Returns the view of an open item from its workflow. None if the item is closed or its workflow does not answer.

    After a rewind an item can be open although its record is closed, because Temporal has an older state.
    """
    handle = client.get_workflow_handle(item)
    try:
        if (await handle.describe()).status is not WorkflowExecutionStatus.RUNNING:
            return None
        view = await asked(client, item, "view", ItemView)
    except (CommandError, RPCError):
        return None
    return None if view.status in ENDED else view


def sort_key(row: ItemRow) -> tuple[list[tuple[int, str]], str]:
    """Returns the key that sorts rows in the order of the plan's text: 5.7 comes before 16.3."""
    return [(int(part) if part.isdigit() else 999, part) for part in row.ref.split(".")], row.id


def as_document(row: ItemRow) -> dict[str, Any]:
    """Returns the entry of one item in `status --json`."""
    document = row.model_dump(mode="json")
    return {field: document[field] for field in ROW_FIELDS}
