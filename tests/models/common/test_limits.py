"""What somebody writes has a length, and consists of characters that a mail and a calendar can carry."""

from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from pydantic import JsonValue

from models.common.limits import (
    ANSWER,
    IDENTIFIER,
    ITEMS,
    REASON,
    Fault,
    JsonLimit,
    Limit,
    fault_of,
    forbidden_character,
)
from models.common.values import Value


class Inner(Value):
    note: Annotated[str, Limit(REASON)] = ""


class Message(Value):
    name: str = ""
    reason: Annotated[str, Limit(10)] = ""
    number: int | float = 0
    days: tuple[datetime, ...] = ()
    inner: Inner | None = None
    table: dict[str, str] = {}
    free: Annotated[JsonValue, JsonLimit(ANSWER)] = None


def fault(**fields: Any) -> Fault | None:
    return fault_of(Message(**fields))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name": "x" * IDENTIFIER, "reason": "x" * 10, "number": 10**9, "inner": Inner(note="x" * REASON)},
        {"name": "ສປປ ລາວ, កម្ពុជា, Việt Nam 🙂\t\n"},
        {"days": (datetime(2026, 1, 1, tzinfo=UTC),) * ITEMS, "table": {str(n): "x" for n in range(ITEMS)}},
        {"free": {"text": "x" * 3_900, "more": [1, None, True, {"a": []}]}},
        {"free": [[[[[[["seven deep"]]]]]]]},
    ],
)
def test_what_keeps_within_the_limits_is_taken(fields: dict[str, Any]) -> None:
    assert fault(**fields) is None


@pytest.mark.parametrize(
    ("fields", "field", "code", "said"),
    [
        ({"name": "x" * (IDENTIFIER + 1)}, "name", "too-long", "it has 201 characters; up to 200 are allowed"),
        ({"reason": "x" * 11}, "reason", "too-long", "it has 11 characters; up to 10 are allowed"),
        ({"number": 10**9 + 1}, "number", "too-long", "a number must lie between -1,000,000,000 and 1,000,000,000"),
        ({"number": float("nan")}, "number", "too-long", "a number must lie between"),
        ({"number": float("-inf")}, "number", "too-long", "a number must lie between"),
        ({"days": (datetime(2026, 1, 1, tzinfo=UTC),) * (ITEMS + 1)}, "days", "too-long", "it has 101 entries"),
        ({"inner": Inner(note="x" * 1001)}, "inner.note", "too-long", "it has 1,001 characters"),
        ({"table": {str(n): "" for n in range(ITEMS + 1)}}, "table", "too-long", "it has 101 entries"),
        ({"table": {"x" * 201: ""}}, "table", "too-long", "it has 201 characters"),
        ({"table": {"a": "x" * 201}}, "table.a", "too-long", "it has 201 characters"),
        ({"free": "x" * ANSWER}, "free", "too-long", "it has 4,002 bytes as JSON"),
        ({"free": "\u0ea5" * 1_400}, "free", "too-long", "it has 4,202 bytes as JSON"),
        ({"free": ["x" * 100] * 50}, "free", "too-long", "bytes as JSON; up to 4,000 are allowed"),
        ({"free": {"a": 10**400}}, "free.a", "too-long", "a number must lie between"),
        ({"free": [[[[[[[["eight deep"]]]]]]]]}, "free.0.0.0.0.0.0.0.0", "too-deep", "more than 8 levels deep"),
        ({"name": "a\x00b"}, "name", "bad-character", "the character U+0000, which no mail or calendar can carry"),
        ({"name": "a\rb"}, "name", "bad-character", "U+000D"),
        ({"name": "a\x85b"}, "name", "bad-character", "U+0085"),
        ({"name": "a\uffffb"}, "name", "bad-character", "U+FFFF"),
        ({"table": {"a\x1b": ""}}, "table", "bad-character", "U+001B"),
        ({"free": {"a": ["\x7f"]}}, "free.a.0", "bad-character", "U+007F"),
    ],
)
def test_what_is_beyond_a_limit_is_told_by_its_field(fields: dict[str, Any], field: str, code: str, said: str) -> None:
    found = fault(**fields)
    assert found is not None and (found.field, found.code) == (field, code) and said in found.message


def test_half_of_a_surrogate_pair_is_no_character() -> None:
    """Python reads one from JSON ("\\ud800"), and could not write it again."""
    found = fault_of(Message.model_construct(name="a\ud800", free=None))
    assert found is not None and (found.code, "U+D800" in found.message) == ("bad-character", True)


def test_what_is_very_long_is_told_of_at_once() -> None:
    """The first fault ends the reading."""
    found = fault_of(Message.model_construct(name="x" * 5_000_000, free=["x"] * 1_000_000))
    assert found is not None and found.field == "name" and "5,000,000" in found.message


def test_each_character_is_forbidden_or_not() -> None:
    """The characters of XML 1.0 (section 2.2) without control characters, of which tab and line feed stay."""

    def may_be_kept(code: int) -> bool:
        of_xml = 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
        return code in (0x09, 0x0A) or (of_xml and not 0x7F <= code <= 0x9F)

    wrong = [code for code in range(0x110000) if may_be_kept(code) is not (forbidden_character(chr(code)) is None)]
    assert wrong == []
    assert forbidden_character("fine\x00\x01") == "\x00" and forbidden_character("") is None
