"""Open items from visibility, closed ones from the record: one list."""

from pathlib import Path
from typing import Any

from temporalio.client import Client

from activities.record import read_record, recorded_items
from models.views import ItemRow, ItemView, LedgerEntry
from workflows.visibility import MEMO_ROW

LISTED_KINDS = "ItemKind NOT IN ('plan', 'secretariat')"

ROW_FIELDS = (
    "id",
    "ref",
    "kind",
    "title",
    "status",
    "awaiting",
    "next_at",
    "next_what",
    "window",
    "date",
    "host",
    "assumed",
)


async def open_rows(client: Client, plan: str) -> list[ItemRow]:
    """What runs, as visibility knows it: it may lag two seconds behind."""
    query = f"PlanId='{plan}' AND {LISTED_KINDS} AND ExecutionStatus='Running'"
    rows = []
    async for workflow in client.list_workflows(query):
        memo = await workflow.memo()
        rows.append(ItemRow.model_validate(memo[MEMO_ROW]))
    return sorted(rows, key=sort_key)


def recorded_view(root: Path, item: str) -> ItemView | None:
    """An item as its record closes it, with its whole ledger; None while it is not closed."""
    lines = read_record(root, item)
    for line in reversed(lines):
        if line.get("verb") == "view":
            ledger = tuple(LedgerEntry.model_validate(each) for each in lines if each.get("verb") != "view")
            return ItemView.model_validate(line["data"]["view"]).model_copy(update={"ledger": ledger})
    return None


def recorded_ledger(root: Path, item: str) -> tuple[LedgerEntry, ...]:
    """Every line of an item's record so far."""
    return tuple(LedgerEntry.model_validate(line) for line in read_record(root, item) if line.get("verb") != "view")


def closed_rows(root: Path, plan: str) -> list[ItemRow]:
    """What the record holds as ended or unknown."""
    views = (recorded_view(root, item) for item in recorded_items(root, plan))
    return sorted((ItemRow.model_validate(view.model_dump()) for view in views if view is not None), key=sort_key)


async def all_rows(client: Client, plan: str, root: Path) -> list[ItemRow]:
    """Open and ended items, each once: where both lists know an item, the record is right."""
    opened, closed = await open_rows(client, plan), closed_rows(root, plan)
    ended = {row.id for row in closed}
    return sorted([*(row for row in opened if row.id not in ended), *closed], key=sort_key)


def sort_key(row: ItemRow) -> tuple[list[tuple[int, str]], str]:
    """Provisions in the order of the text: 5.7 before 16.3."""
    return [(int(part) if part.isdigit() else 999, part) for part in row.ref.split(".")], row.id


def as_document(row: ItemRow) -> dict[str, Any]:
    """One entry of `status --json`."""
    document = row.model_dump(mode="json")
    return {field: document[field] for field in ROW_FIELDS}
