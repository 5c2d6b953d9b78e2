"""Lines of the record of one item, one for each minute."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models.messages.record_lines import Line, RecordEntries, mark_of

ITEM = "t/m"
START = datetime(2026, 3, 1, tzinfo=UTC)


def when(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def line(n: int, minutes: float, text: str = "said") -> dict[str, Any]:
    verb = "opened" if n == 1 else "propose"
    instant = when(minutes).isoformat().replace("+00:00", "Z")
    return {"n": n, "at": instant, "verb": verb, "text": text, "office": None, "side": None, "data": {}}


def entries(*lines: dict[str, Any], previous: Line | None = None) -> RecordEntries:
    return RecordEntries(plan="t", item=ITEM, lines=lines, previous=mark_of(previous) if previous else None)
