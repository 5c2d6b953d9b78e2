"""Adds the fields that lines and rows from earlier releases of the program lack, from the text of the line or row.

No other module of this folder reads facts from texts. Lines and rows from the current release have every fact in a
field, and are not changed.
"""

import re
from collections.abc import Callable
from typing import Any

from models.messages.views import ItemRow, LedgerEntry

Fields = dict[str, Any]


def with_fields(entry: LedgerEntry) -> LedgerEntry:
    """Returns the line with the fields that its `data` lacks and its `text` tells. Returns the same line if it lacks
    none."""
    read = _READERS.get(entry.verb)
    lacking = read(entry.text, entry.data) if read is not None and "session" not in entry.data else {}
    return entry.model_copy(update={"data": {**lacking, **entry.data}}) if lacking else entry


def row_with_fields(row: ItemRow) -> ItemRow:
    """Returns the row with its field `next_step`. If the row lacks this field, its value is taken from `next_what`."""
    if row.next_step or not row.next_what:
        return row
    return row.model_copy(update={"next_step": row.next_what.partition(": ")[2]})


def _opened(text: str, data: Fields) -> Fields:
    """ "Joint Trade Commission 2026 opened, called: a flood" """
    if "title" in data:
        return {}
    head, _, necessity = text.rpartition(" opened, called: ")
    called = str(data.get("called", necessity if head else ""))
    return {"title": text.removesuffix(f", called: {called}").removesuffix(" opened"), "called": called}


def _call(text: str, data: Fields) -> Fields:
    """ "lao-moic (LAO) calls it: a flood" """
    return {} if "reason" in data else {"reason": text.partition(" calls it: ")[2]}


def _adopted(text: str, data: Fields) -> Fields:
    """ "settled by the sides: it was missed (war)" """
    if "settled" in data and "note" in data:
        return {}
    note = re.search(r"\((.*)\)$", text)
    return {"settled": text.startswith("settled"), "note": note[1] if note else ""}


def _held(text: str, data: Fields) -> Fields:
    """ "lao-moic (LAO) marks it held on 3 March 2026 (Vientiane)": old lines have the day in words only."""
    if "date" in data:
        return {}
    return {"in_words": re.sub(r" \((.*)\)$", r", \1", text.partition(" marks it ")[2])}


def _ended(text: str, data: Fields) -> Fields:
    """ "Dropped by consent: no longer needed", "Study visit was dropped from the plan by amendment 3" """
    if "by" in data:
        return {}
    consent = re.match(r"(?:Dropped|Excused) by consent: (.*)", text, re.DOTALL)
    if consent:
        return {"by": "consent", "reason": consent[1]}
    amendment = re.search(r" was dropped from the plan by amendment (\d+)$", text)
    if amendment:
        return {"by": "amendment", "amendment": int(amendment[1])}
    return {"by": "answer"} if text.endswith(" was dropped from the plan settled by the offices") else {}


def _round(text: str, data: Fields) -> Fields:
    """ "Status round 2026, 4 commitments asked: ...", a line of the plan."""
    name = re.match(r"Status round ([^,]+),", text)
    return {"round": name[1]} if name and "round" not in data else {}


_READERS: dict[str, Callable[[str, Fields], Fields]] = {
    "opened": _opened,
    "call": _call,
    "adopted": _adopted,
    "held": _held,
    "dropped": _ended,
    "excused": _ended,
    "round": _round,
}
