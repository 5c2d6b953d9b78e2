"""Lines of the record, and the rules by which a record file takes new lines. Each item has one JSON Lines file.

Lines are numbered from 1. A file takes the line with the next number. It also takes an identical repeat of a line,
because an activity may run twice. After a rewind it takes a different line under a number that it already has.

In a rewind Temporal returns to an older state, because a power cut took its last commits, or because somebody restored
an older database. The item goes on from the older state and writes other lines. The file keeps every line. A marker
says from which number on the earlier lines are no longer in force, and the new lines follow the marker.

Two facts together prove a rewind. Without both, the file may be damaged, it may belong to another item, or the new line
may be a late repeat:

- The workflow remembers the line before the new one. The file has exactly this line under its number.
- The new line was handed over later than the instants of all lines that it sets aside. A late attempt from the time
  that was lost was handed over earlier.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import JsonValue

from models.common.canonical import digest_of
from models.common.values import Instant, Value, write_instant
from models.messages.kept_state import StateUpdate

Line = Mapping[str, Any]

REWOUND = "rewound"
"""The verb of the marker. The marker is the only line without a number."""


CHAIN = ("epoch", "prev")
"""The members that the record adds to each line: the epoch of the engine that wrote it, and the digest of the line
before it in the file (SHA-256 of its bytes, without the line end). Lines of early releases have neither."""


class LineMark(Value):
    """The fields that identify a line of a record. Later releases may add fields to lines, but not to this mark."""

    n: int
    at: str = ""
    verb: str = ""
    text: str = ""


class RecordEntries(Value):
    """New lines for the record of one item."""

    plan: str
    item: str
    """Workflow id of the item: lao-khm/16.3-jtc/2026."""
    lines: tuple[dict[str, JsonValue], ...]
    """The new lines, with consecutive numbers `n`."""
    previous: LineMark | None = None
    """The line before the first new line, as the workflow remembers it. None if there is no such line, or if the
    workflow does not know it."""
    epoch: int = 0
    """The epoch of the engine that hands the lines over. 0: a release that knew no epochs."""
    state: StateUpdate | None = None
    """The state of the workflow after these lines, and what it does next. None in calls of releases that kept no
    states, and for lines about a session before the launch."""


class NoPlaceError(Exception):
    """Raised if the file of a record cannot take a line. The message says why, and the caller adds the name of the
    file."""


def mark_of(line: Line) -> LineMark:
    return LineMark(n=line["n"], **{field: str(line.get(field) or "") for field in ("at", "verb", "text")})


def in_force(lines: Iterable[Line]) -> list[Line]:
    """Returns the lines in force. Markers are left out, and so are the lines that a marker sets aside.

    `lines` may also be only the last part of a file. Raises ValueError if a line is not a JSON object with a number.
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


def bare(line: Line) -> Line:
    """Returns a line as its workflow made it, without the members of `CHAIN`."""
    return {name: value for name, value in line.items() if name not in CHAIN}


def first_prev(item: str) -> str:
    """Returns what the first line of a file has in place of the digest of the line before it: the digest of the id of
    the item. So a file that was taken from another item does not fit."""
    return digest_of(item.encode())


def markers(lines: Iterable[Line]) -> list[Line]:
    """Returns the markers, oldest first. Each marker says when and why earlier lines were set aside."""
    return [line for line in lines if is_marker(line)]


def is_marker(line: Line) -> bool:
    if not isinstance(line, Mapping) or "n" in line or line.get("verb") != REWOUND:
        return False
    data = line.get("data")
    return isinstance(data, Mapping) and type(data.get("from")) is int


def to_append(standing: Sequence[Line], entries: RecordEntries, handed_over: Instant) -> list[Line]:
    """Returns the lines that the caller must append to the file. After a rewind these are a marker and the new lines.
    If the file has all the lines already, the list is empty.

    `standing` are the lines in force. The last of them are enough, from the number before the first new line on.
    `handed_over` is the instant at which the workflow handed the new lines over. Raises NoPlaceError if the file cannot
    take a line.
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
        # The entries before this one are in the file already.
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
    # Another workflow writes the lines about a session before the launch. It does not know the line before.
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
    """Whether two first lines begin the same item. It was opened twice, if a rewind went back before its opening."""
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
    text = f"{lines} above are set aside: Temporal was put back to an older state, and the item went on from there"
    data = {"from": first, "to": last}
    return {"at": write_instant(handed_over), "verb": REWOUND, "text": text, "data": data}
