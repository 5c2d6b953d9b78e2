"""How long what somebody writes may be, and of which characters it may consist.

Values that are kept must stay readable whatever limit a later release sets: so a limit is no rule of validation. It is
looked at where something comes in: in `refuse` for acts, at the door of a workflow for signals, by the readers of mail
and of plan files.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel

PLACE = 200
REASON = 1_000
"""Of a reason, a note, a comment: a paragraph. It travels in letters of everything that is awaited."""
TEXT = 4_000
"""Of an outcome or of evidence: a page. What is longer is filed as a document."""
IDENTIFIER = 200
"""Of any text that has no limit of its own: names, ids, titles."""
ITEMS = 100
"""Entries of a list or of a table."""
NUMBER = 1_000_000_000
ANSWER = 4_000
"""Bytes of the answer to a question, written as JSON in UTF-8."""
OBLIGATION = 12_000
"""Bytes of an obligation as an amendment writes it, as JSON in UTF-8. The longest of the first plan has 1,600."""
DEPTH = 8
"""How deep values may lie in one another."""


SIGNAL = 1_000_000
"""Bytes of a signal, as JSON. Ours have 500,000 at most."""
LIFETIME = timedelta(days=366 * 60)
"""How far from now an instant in a signal may lie, and how long a length of time may be."""


class Limit(NamedTuple):
    """Beside a field of a model: characters of a text, entries of a list."""

    most: int


class JsonLimit(NamedTuple):
    """Beside a field whose shape is free: the bytes that it has in all, written as JSON in UTF-8."""

    most: int


class Fault(NamedTuple):
    """What is wrong with one field, and where it stands."""

    field: str
    """terms.place"""
    code: str
    """too-long, bad-character or too-deep."""
    message: str


def fault_of(message: BaseModel) -> Fault | None:
    """The first field that is beyond its limit, or holds a character that may not be kept; None where all is well."""
    return next(_faults_of_model(message, "", 0), None)


def fault_of_signal(message: BaseModel, now: datetime) -> str | None:
    """Why a signal cannot be used; None where it can: it is too large, cannot be written again, or names an instant
    with which nobody can calculate."""
    try:
        size = len(message.model_dump_json().encode())
    except ValueError as error:  # half of a surrogate pair, or a number of thousands of digits
        return f"it cannot be written as JSON: {type(error).__name__}"
    if size > SIGNAL:
        return f"it has {size:,} bytes; up to {SIGNAL:,} are heard"
    return next((f"{path}: too far from now" for path in _far(message, now, "")), None)


def _far(value: Any, now: datetime, path: str) -> Iterator[str]:
    """Fields that hold an instant or a length of time beyond a lifetime."""
    if isinstance(value, datetime):
        if value.tzinfo is not None and abs(value - now) > LIFETIME:
            yield path
    elif isinstance(value, timedelta):
        if abs(value) > LIFETIME:
            yield path
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _far(getattr(value, name), now, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list | tuple):
        for n, each in enumerate(value):
            yield from _far(each, now, f"{path}.{n}")
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _far(each, now, f"{path}.{key}")


def _faults_of_model(message: BaseModel, path: str, depth: int) -> Iterator[Fault]:
    for name, field in type(message).model_fields.items():
        value, where = getattr(message, name), f"{path}.{name}".lstrip(".")
        marks = [each for each in field.metadata if isinstance(each, Limit | JsonLimit)]
        if marks and isinstance(marks[0], JsonLimit):
            yield from _faults_of_json(value, where, marks[0].most)
        else:
            yield from _faults(value, where, marks[0].most if marks else None, depth + 1)


def _faults(value: Any, path: str, limit: int | None, depth: int, within: int | None = None) -> Iterator[Fault]:
    """`limit` is that of the value itself, `within` that of what lies in it."""
    if depth > DEPTH:
        yield Fault(path, "too-deep", f"values lie in one another deeper than {DEPTH} times")
    elif isinstance(value, str):
        yield from _faults_of_text(value, path, IDENTIFIER if limit is None else limit)
    elif isinstance(value, bool) or value is None or isinstance(value, datetime | date | timedelta):
        return
    elif isinstance(value, int | float):
        if not -NUMBER <= value <= NUMBER:  # also what is no number
            yield Fault(path, "too-long", f"a number lies between {-NUMBER:,} and {NUMBER:,}")
    elif isinstance(value, BaseModel):
        yield from _faults_of_model(value, path, depth)
    elif isinstance(value, Mapping):
        yield from _faults_of_entries(len(value), path, limit)
        for key, each in value.items():
            yield from _faults_of_text(str(key), path, IDENTIFIER)
            yield from _faults(each, f"{path}.{str(key)[:IDENTIFIER]}", within, depth + 1, within)
    elif isinstance(value, list | tuple | set | frozenset):
        yield from _faults_of_entries(len(value), path, limit)
        for n, each in enumerate(value):
            yield from _faults(each, f"{path}.{n}", within, depth + 1, within)


def _faults_of_json(value: Any, path: str, limit: int) -> Iterator[Fault]:
    fault = next(_faults(value, path, limit, 1, limit), None)
    if fault is not None:
        yield fault
        return
    size = len(json.dumps(value, ensure_ascii=False).encode())
    if size > limit:
        yield Fault(path, "too-long", f"it has {size:,} bytes as JSON; up to {limit:,} are taken")


def _faults_of_entries(count: int, path: str, limit: int | None) -> Iterator[Fault]:
    most = ITEMS if limit is None else limit
    if count > most:
        yield Fault(path, "too-long", f"it has {count:,} entries; up to {most:,} are taken")


def _faults_of_text(text: str, path: str, limit: int) -> Iterator[Fault]:
    if len(text) > limit:
        yield Fault(path, "too-long", f"it has {len(text):,} characters; up to {limit:,} are taken")
    elif (bad := forbidden_character(text)) is not None:
        yield Fault(
            path, "bad-character", f"it holds the character U+{ord(bad):04X}, which no mail or calendar can carry"
        )


def forbidden_character(text: str) -> str | None:
    """The first character that may not be kept: a control character but for tab and line feed, or what is no Char of
    XML 1.0 (section 2.2): calendar servers answer in XML."""
    return next((c for c in text if not _may_be_kept(c)), None)


def _may_be_kept(c: str) -> bool:
    if c in "\t\n" or " " <= c <= "~":
        return True
    return "\u00a0" <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or "\U00010000" <= c <= "\U0010ffff"
