"""What is entered into the append-only record, and how its file takes new lines: one JSON Lines file per item.

Lines are numbered from 1. The next number is accepted, and so is an identical repeat: an activity may run twice. After
a rewind so is another line under a number that is taken: where Temporal was put back to an older state (a power cut
took its last commits, or an operator restored an older database), the item goes on from there and writes other lines.
The file keeps every line. A marker says from which number on the earlier ones are set aside; the new ones follow it.

What proves a rewind, and tells it from a damaged or foreign file and from a late duplicate:

- The new line follows, in what its workflow remembers, the very line that stands under the number before. Two lives of
  one item share what came before the older state, and nothing after it.
- It was handed over later than every line that it sets aside was decided. An attempt that was left over from the time
  that was lost was handed over earlier.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import JsonValue

from models.common.values import Instant, Value, write_instant

Line = Mapping[str, Any]

REWOUND = "rewound"
"""Verb of the marker, the one line without a number."""


class LineMark(Value):
    """What tells one line from every other; fields that later versions of the program add do not count."""

    n: int
    at: str = ""
    verb: str = ""
    text: str = ""


class RecordEntries(Value):
    """Lines for one item's file."""

    plan: str
    item: str
    """Workflow id of the item: lao-khm/16.3-jtc/2026."""
    lines: tuple[dict[str, JsonValue], ...]
    """Each with its number `n`, consecutive."""
    previous: LineMark | None = None
    """The line before the first of them, as the workflow remembers it. None where there is none or it is not known:
    then nothing proves a rewind."""


class NoPlaceError(Exception):
    """The file cannot take a line. The message says why, without the file's name."""


def mark_of(line: Line) -> LineMark:
    return LineMark(n=line["n"], **{field: str(line.get(field) or "") for field in ("at", "verb", "text")})


def in_force(lines: Iterable[Line]) -> list[Line]:
    """The lines without those that were set aside, and without the markers; of the end of a file, the end.

    Raises ValueError for what is no line of a record.
    """
    kept: list[Line] = []
    for line in lines:
        if is_marker(line):
            kept = [each for each in kept if each["n"] < line["data"]["from"]]
        elif not isinstance(line, Mapping) or type(line.get("n")) is not int:
            raise ValueError("a line is not a numbered JSON object")
        else:
            kept.append(line)
    return kept


def markers(lines: Iterable[Line]) -> list[Line]:
    """When and why lines were set aside, oldest first."""
    return [line for line in lines if is_marker(line)]


def is_marker(line: Line) -> bool:
    if not isinstance(line, Mapping) or "n" in line or line.get("verb") != REWOUND:
        return False
    data = line.get("data")
    return isinstance(data, Mapping) and type(data.get("from")) is int


def to_append(standing: Sequence[Line], entries: RecordEntries, handed_over: Instant) -> list[Line]:
    """What the file is still to be given, a marker before lines that take the place of others; nothing for a repeat.

    `standing` are the lines in force, or the last of them from the number before the first entry on; `handed_over` is
    when the workflow handed the entries over. Raises NoPlaceError.
    """
    known = {line["n"]: line for line in standing}
    last = standing[-1]["n"] if standing else 0
    lines: tuple[Line, ...] = entries.lines
    for i, line in enumerate(lines):
        n = line["n"]
        if known.get(n) == line:
            continue
        if n not in known and n != last + 1:
            raise NoPlaceError(f"number {n} would leave a gap after {last}; restore the file")
        # Before it in the same breath stand lines that the file holds already.
        previous = mark_of(lines[i - 1]) if i else entries.previous
        if previous is not None and n > 1 and (n - 1 not in known or mark_of(known[n - 1]) != previous):
            raise NoPlaceError(
                f"number {n} does not follow the line that stands under {n - 1}: its workflow remembers "
                f'"{previous.text}" of {previous.at}; restore the file, or the database that wrote it'
            )
        fresh = list(lines[i:])
        if n not in known:
            return fresh
        aside = [each for each in standing if each["n"] >= n]
        _check_rewind(aside, line, previous, handed_over)
        return [_marker(aside, handed_over), *fresh]
    return []


def _check_rewind(aside: Sequence[Line], line: Line, previous: LineMark | None, handed_over: Instant) -> None:
    n = line["n"]
    # What is settled about a session of before the launch is entered by another workflow, which knows no line before.
    begins = n == 1 or line.get("verb") == "adopted"
    if previous is None and not (begins and _begins_the_same(aside[0], line)):
        raise NoPlaceError(f"number {n} already stands for something else")
    try:
        latest = max(datetime.fromisoformat(each["at"]) for each in aside)
        later = handed_over > latest
    except (LookupError, TypeError, ValueError):
        raise NoPlaceError(f"number {n} already stands for something else, without an instant") from None
    if not later:
        raise NoPlaceError(
            f"number {n} already stands for something else, of {write_instant(latest)}; this was handed over "
            f"at {write_instant(handed_over)}, and only what is later takes its place"
        )


def _begins_the_same(old: Line, new: Line) -> bool:
    """Whether two first lines begin one item, opened again after a rewind to before its opening."""
    if old.get("office") != new.get("office"):
        return False
    if new.get("office"):
        return True  # a post room's own ledger begins with whatever happens first
    was, now = (_first_facts(line) for line in (old, new))
    return was == now and (new.get("verb") != "opened" or old.get("text") == new.get("text"))


def _first_facts(line: Line) -> tuple[Any, ...]:
    data = line.get("data") or {}
    return line.get("verb"), data.get("ref"), data.get("kind")


def _marker(aside: Sequence[Line], handed_over: Instant) -> Line:
    first, last = aside[0]["n"], aside[-1]["n"]
    lines = f"line {first}" if first == last else f"lines {first} to {last}"
    text = f"{lines} above are set aside: Temporal was put back to its state of before, and the item went on from there"
    data = {"from": first, "to": last}
    return {"at": write_instant(handed_over), "verb": REWOUND, "text": text, "data": data}
