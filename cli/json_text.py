"""Writes the JSON that commands print. Every instant in it has the same style (docs/json.md)."""

import json
import re
from datetime import UTC, datetime
from typing import Any

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})")


def json_text(document: Any, *, indent: int | None = None, compact: bool = False) -> str:
    """Returns a document as JSON. Its instants are in the style of RFC 3339: UTC, whole seconds, Z at the end."""
    separators = (",", ":") if compact else None
    return json.dumps(_in_style(document), ensure_ascii=False, indent=indent, separators=separators)


def _in_style(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _in_style(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_in_style(each) for each in value]
    # Most texts are no instants, and a rehearsal has hundreds of thousands of them.
    if isinstance(value, str) and value[10:11] == "T" and _INSTANT.fullmatch(value):
        return _whole_seconds(value)
    return value


def _whole_seconds(text: str) -> str:
    try:
        instant = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return text  # it only looks like an instant: the 31st of February in a note
    return f"{instant.replace(microsecond=0, tzinfo=None).isoformat()}Z"
