"""What is entered into the append-only record: one JSON Lines file per item, lines numbered from 1."""

from pydantic import JsonValue

from models.base import Value


class RecordEntries(Value):
    """Lines for one item's file."""

    plan: str
    item: str
    """Workflow id of the item: lao-khm/16.3-jtc/2026."""
    lines: tuple[dict[str, JsonValue], ...]
    """Each with its number `n`, consecutive. Numbers already in the file must repeat what stands there."""
