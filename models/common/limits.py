"""Limits for what people write: how long a text may be, and which characters it may hold.

A limit is no validation rule of pydantic, because a later release may lower it, and old values must stay readable.
The program checks limits where values come in: `models/machine/door.py` (`refuse`) checks each act.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel

PLACE = 200
LINK = 500
"""Most characters of a joining link."""
REASON = 1_000
"""Most characters of a reason, a note or a comment: a paragraph. Letters repeat it."""
TEXT = 4_000
"""Most characters of an outcome or of evidence: a page. A longer text is filed as a document."""
DOCUMENT = 25_000_000
"""Most bytes of a filed document: a scan of some hundred pages. A document has at least one byte."""
IDENTIFIER = 200
"""Most characters of a text that has no limit of its own: names, ids, titles."""
ITEMS = 100
"""Most entries of a list or of a table."""
NUMBER = 1_000_000_000
ANSWER = 4_000
"""Most bytes of the answer to a question, written as JSON in UTF-8."""
OBLIGATION = 12_000
"""Most bytes of an obligation in an amendment, written as JSON in UTF-8. The longest of the first plan has 1,600."""
DEPTH = 8
"""How many levels deep values may be nested."""


SIGNAL = 1_000_000
"""Most bytes of a signal, as JSON. The program itself sends at most 500,000."""
SIGNAL_TEXT = 20_000
"""Most characters of one text in a signal. The texts that the program itself sends have at most 12,000."""
LIFETIME = timedelta(days=366 * 60)
"""The longest length of time in a signal. An instant in a signal may be at most this far from now."""


class Limit(NamedTuple):
    """Annotation of a field of a model: the most characters of a text, or the most entries of a list."""

    most: int


class JsonLimit(NamedTuple):
    """Annotation of a field with a free shape: the most bytes of the full value, written as JSON in UTF-8."""

    most: int


class Fault(NamedTuple):
    """What is wrong with one field of a value that came in."""

    field: str
    """The path of the field: terms.place"""
    code: str
    """The kind of fault: too-long, bad-character or too-deep."""
    message: str


def fault_of(message: BaseModel) -> Fault | None:
    """Returns the fault of the first field that breaks its limit or holds a forbidden character. None if no field
    does."""
    return next(_faults_of_model(message, "", 0), None)


def fault_of_signal(message: BaseModel, now: datetime) -> str | None:
    """Returns the reason why the program cannot use a signal, in words. None if it can use the signal.

    It cannot use a signal that is too large, that cannot be written as JSON, or that holds a text that is too long. It
    cannot use one with an instant or a length of time beyond LIFETIME either.
    """
    try:
        size = len(message.model_dump_json().encode())
    except ValueError as error:  # half of a surrogate pair, or a number of thousands of digits
        return f"it cannot be written as JSON: {type(error).__name__}"
    if size > SIGNAL:
        return f"it has {size:,} bytes; up to {SIGNAL:,} are heard"
    return next(_unusable(message, now, ""), None)


def _unusable(value: Any, now: datetime, path: str) -> Iterator[str]:
    """Fields with a text that is too long, or with an instant or a length of time beyond a lifetime."""
    if isinstance(value, str):
        if len(value) > SIGNAL_TEXT:
            yield f"{path} has {len(value):,} characters; up to {SIGNAL_TEXT:,} are heard"
    elif isinstance(value, datetime):
        if value.tzinfo is not None and abs(value - now) > LIFETIME:
            yield f"{path} is too far from now"
    elif isinstance(value, timedelta):
        if abs(value) > LIFETIME:
            yield f"{path} is too long a time"
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _unusable(getattr(value, name), now, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list | tuple):
        for n, each in enumerate(value):
            yield from _unusable(each, now, f"{path}.{n}")
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _unusable(str(key), now, path)
            yield from _unusable(each, now, f"{path}.{str(key)[:IDENTIFIER]}")


def _faults_of_model(message: BaseModel, path: str, depth: int) -> Iterator[Fault]:
    for name, field in type(message).model_fields.items():
        value, where = getattr(message, name), f"{path}.{name}".lstrip(".")
        marks = [each for each in field.metadata if isinstance(each, Limit | JsonLimit)]
        if marks and isinstance(marks[0], JsonLimit):
            yield from _faults_of_json(value, where, marks[0].most)
        else:
            yield from _faults(value, where, marks[0].most if marks else None, depth + 1)


def _faults(value: Any, path: str, limit: int | None, depth: int, within: int | None = None) -> Iterator[Fault]:
    """Checks one value. `limit` is the limit of the value itself, `within` the limit of the values inside it."""
    if depth > DEPTH:
        yield Fault(path, "too-deep", f"its values are nested more than {DEPTH} levels deep")
    elif isinstance(value, str):
        yield from _faults_of_text(value, path, IDENTIFIER if limit is None else limit)
    elif isinstance(value, bool) or value is None or isinstance(value, datetime | date | timedelta):
        return
    elif isinstance(value, int | float):
        if not -NUMBER <= value <= NUMBER:  # this catches NaN as well
            yield Fault(path, "too-long", f"a number must lie between {-NUMBER:,} and {NUMBER:,}")
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
        yield Fault(path, "too-long", f"it has {size:,} bytes as JSON; up to {limit:,} are allowed")


def _faults_of_entries(count: int, path: str, limit: int | None) -> Iterator[Fault]:
    most = ITEMS if limit is None else limit
    if count > most:
        yield Fault(path, "too-long", f"it has {count:,} entries; up to {most:,} are allowed")


def _faults_of_text(text: str, path: str, limit: int) -> Iterator[Fault]:
    if len(text) > limit:
        yield Fault(path, "too-long", f"it has {len(text):,} characters; up to {limit:,} are allowed")
    elif (bad := forbidden_character(text)) is not None:
        yield Fault(
            path, "bad-character", f"it holds the character U+{ord(bad):04X}, which no mail or calendar can carry"
        )


# One search in C: every text of every file, act and message is looked at.
_FORBIDDEN = re.compile("[^\t\n -~\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def fault_of_text(text: str) -> str | None:
    """Returns the reason why the program cannot take a text from a file, in words. The text is longer than TEXT, or it
    holds a forbidden character. None if the program can take the text."""
    return next((fault.message for fault in _faults_of_text(text, "", TEXT)), None)


def forbidden_character(text: str) -> str | None:
    """Returns the first forbidden character of a text. None if it has none. Control characters are forbidden, except
    tab and line feed. Characters that XML 1.0 (section 2.2) does not allow are forbidden too, because calendar servers
    answer in XML."""
    found = _FORBIDDEN.search(text)
    return None if found is None else found.group()
