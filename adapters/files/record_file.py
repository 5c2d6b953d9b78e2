"""The append-only record: one JSON Lines file for each item. The file stays when the history of its workflow is gone.

This module reads, locks and writes the files. models/messages/record_lines.py decides which lines a file takes.
"""

import asyncio
import fcntl
import json
import logging
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from adapters.files.durable import sync_folder
from models.common.canonical import canonical, digest_of
from models.common.ids import safe_item_id
from models.common.values import Instant, Value
from models.messages.record_lines import (
    Line,
    NoPlaceError,
    RecordEntries,
    bare,
    first_prev,
    in_force,
    is_marker,
    markers,
    to_append,
)

if TYPE_CHECKING:
    from temporalio.exceptions import ApplicationError

V = TypeVar("V", bound=Value)

_BLOCK = 65536  # bytes read at a time from the end, so that appending to an old item costs no more

_NOT_ITEMS = ("letters", "office", "inbox")

_log = logging.getLogger(__name__)


class RecordFault(Exception):
    """A file of the record or of the inbox cannot be read, or an id cannot be the name of such a file. The message says
    which."""


def record_path(root: Path, item: str) -> Path:
    """Returns the path of the record of an item. Raises a non-retryable ApplicationError if the id of the item cannot
    be a path."""
    if not safe_item_id(item):
        raise record_error(f"{item!r} cannot name a file of the record")
    return root / f"{item}.jsonl"


def read_record(root: Path, item: str) -> list[dict[str, Any]]:
    """Returns the lines of the record of an item that are in force, oldest first. Empty if the item has no file.

    Lines that a rewind has set aside are left out. An incomplete last line is left out too. Raises RecordFault if the
    file holds a faulty line.
    """
    try:
        return [dict(line) for line in in_force(read_whole_record(root, item))]
    except ValueError as error:
        raise RecordFault(f"{record_path(root, item)}: {error}; mend it") from error


def read_rewinds(root: Path, item: str) -> list[dict[str, Any]]:
    """Returns the markers of rewinds in the record of an item. Each marker says which lines were set aside, when, and
    why. Raises RecordFault if the file holds a faulty line."""
    return [dict(line) for line in markers(read_whole_record(root, item))]


def read_whole_record(root: Path, item: str) -> list[dict[str, Any]]:
    """Returns every complete line of the file of an item, also the markers of rewinds and the lines that they set
    aside, without the members of the chain (`epoch` and `prev`). Empty if there is no file. Raises RecordFault if a
    line is no JSON object."""
    lines = read_chained_record(root, item)
    try:
        return [dict(bare(line)) for line in lines]
    except AttributeError as error:
        raise RecordFault(f"{record_path(root, item)}: a line is no JSON object ({error}); mend it") from error


def read_chained_record(root: Path, item: str) -> list[dict[str, Any]]:
    """Returns every complete line of the file of an item as it is, with `epoch` and `prev`. Empty if there is no file.
    Raises RecordFault if a line is no JSON."""
    try:
        data = record_path(root, item).read_bytes()
    except FileNotFoundError:
        return []
    try:
        return [json.loads(line) for line in data[: data.rfind(b"\n") + 1].splitlines()]
    except ValueError as error:
        raise RecordFault(f"{record_path(root, item)}: a line is no JSON object ({error}); mend it") from error


def faults_of_chain(root: Path, item: str) -> list[str]:
    """Returns where the chain of an item's file is broken, in words: lines that are not in canonical form, and lines
    that do not name the line before them. Empty if it is whole. Lines of early releases, which name nothing, may only
    be at the beginning."""
    try:
        lines = record_path(root, item).read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    faults, prev, chained = [], first_prev(item), False
    for number, data in enumerate(lines, 1):
        try:
            line = json.loads(data)
            named, whole = line.get("prev"), canonical(line) == data
        except (ValueError, AttributeError):
            faults.append(f"line {number} of the file is no JSON object")
            named, whole = None, True
        if named is None and chained:
            faults.append(f"line {number} of the file names no line before it")
        elif named is not None and named != prev:
            faults.append(f"line {number} of the file does not follow the line before it")
        elif named is not None and not whole:
            faults.append(f"line {number} of the file is not in canonical form")
        chained, prev = chained or named is not None, digest_of(data)
    return faults


def recorded_items(root: Path, plan: str, prefix: str | None = None) -> list[str]:
    """Returns the sorted ids of what has a record in a plan.

    If `prefix` is None, these are the ids of the plan and of its items, without post rooms and the inbox. If not, it is
    every id that begins with `prefix`. For example, "lao-khm/office/" gives the post rooms.
    """
    files = [record_path(root, plan), *(root / plan).rglob("*.jsonl")]
    ids = (path.relative_to(root).as_posix().removesuffix(".jsonl") for path in files if path.is_file())
    if prefix is not None:
        return sorted(item for item in ids if item.startswith(prefix))
    return sorted(item for item in ids if item.split("/")[1:2] not in ([name] for name in _NOT_ITEMS))


def read_value(path: Path, kind: type[V]) -> V | None:
    """Returns the value that a file of the record holds as JSON. None if there is no file. Raises RecordFault if it
    cannot be read."""
    try:
        return kind.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise RecordFault(f"{path} cannot be read ({type(error).__name__}); put it back from a backup") from error


def record_error(message: str, kind: str = "Record", *, final: bool = True) -> "ApplicationError":
    """Returns an error that an activity can raise. If `final` is True, Temporal does not try the activity again."""
    from temporalio.exceptions import ApplicationError  # imported here, because commands that only read do not need it

    return ApplicationError(message, type=kind, non_retryable=final)


def _damaged(message: str) -> "ApplicationError":
    # The activity is tried again. After an operator has put a lost or changed file back, the item goes on.
    return record_error(message, "RecordDamaged", final=False)


def check_numbers(path: Path, lines: Sequence[dict[str, Any]]) -> None:
    """Raises a non-retryable ApplicationError if the numbers of the lines do not follow each other."""
    for before, line in zip([None, *lines], lines, strict=False):
        n = line.get("n")
        if type(n) is not int or n < 1 or (before is not None and n != before["n"] + 1):
            raise record_error(f"{path}: number {n!r} does not follow; lines are numbered from 1 without a gap")


@asynccontextmanager
async def locked(path: Path) -> AsyncIterator[int]:
    """Opens a file, makes it if it is missing, and locks it for this process. Yields the descriptor of the file. The
    lock is needed because several workers share the folder. If a process dies, the operating system releases its
    lock."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(0.02)  # other tasks run meanwhile; the activity's timeout ends the wait
        yield descriptor
    finally:
        os.close(descriptor)


def append(path: Path, descriptor: int, entries: RecordEntries, handed_over: Instant) -> None:
    """Appends lines to the locked file of a record, and makes them durable. It leaves out lines that the file has
    already.

    `handed_over` is the instant at which the workflow handed the lines over. Raises a retryable ApplicationError
    (RecordDamaged) if the lines do not fit the file, or if the file cannot be read.
    """
    if not entries.lines:
        return
    end = _whole_length(descriptor)
    standing = _tail(path, descriptor, end, entries.lines[0]["n"])  # type: ignore[arg-type]  # checked before
    try:
        fresh = to_append(standing, entries, handed_over)
    except NoPlaceError as error:
        raise _damaged(f"{path}: {error}") from None
    if not fresh:
        return
    if is_marker(fresh[0]):
        _log.warning("%s: %s", path, fresh[0]["text"], extra={"item": entries.item})
    last = _last_line(descriptor, end)
    prev = digest_of(last) if last else first_prev(entries.item)
    data = b""
    for line in fresh:
        written = canonical({**line, "epoch": max(entries.epoch, 1), "prev": prev})
        data, prev = data + written + b"\n", digest_of(written)
    # A crash may have left an incomplete line. It was never acknowledged, so the workflow writes it again.
    os.ftruncate(descriptor, end)
    _write_all(descriptor, data, end)
    os.fsync(descriptor)
    if end == 0:
        sync_folder(path.parent)


def _whole_length(descriptor: int) -> int:
    """The number of bytes up to the end of the last complete line."""
    end = os.fstat(descriptor).st_size
    while end > 0:
        start = max(0, end - _BLOCK)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _last_line(descriptor: int, end: int) -> bytes:
    """The last complete line, without its line end. Empty if there is none. `end` is the end of this line."""
    start = end
    while start > 0:
        start = max(0, start - _BLOCK)
        found = os.pread(descriptor, end - 1 - start, start).rfind(b"\n")
        if found >= 0:
            start += found + 1
            break
    return os.pread(descriptor, end - 1 - start, start) if end else b""


def _tail(path: Path, descriptor: int, end: int, first: int) -> list[Line]:
    """The last lines in force. It reads blocks from the end until it has the line before number `first`."""
    start = end
    while True:
        start = max(0, start - _BLOCK)
        data = os.pread(descriptor, end - start, start)
        if start > 0:
            data = data[data.find(b"\n") + 1 :]  # the first line may be cut
        try:
            lines = in_force(bare(json.loads(line)) for line in data.splitlines())
        except (ValueError, AttributeError) as error:
            # The activity is tried again, so the new line is not lost. An operator can mend the file meanwhile.
            raise _damaged(
                f"{path}: a line is not a numbered JSON object ({type(error).__name__}); mend the file"
            ) from None
        if start == 0 or (lines and lines[0]["n"] <= max(first - 1, 1)):
            return lines


def _write_all(descriptor: int, data: bytes, position: int) -> None:
    while data:
        written = os.pwrite(descriptor, data, position)
        data, position = data[written:], position + written
