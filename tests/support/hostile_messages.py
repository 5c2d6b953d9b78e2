"""Messages that nobody can have meant: wrong types, wrong fields, too large, too deep, not to be written again."""

import json
import random
from collections.abc import Iterator
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

OFFICE = "khm-moc"
NOTICE: dict[str, Any] = {
    "key": "t/m/-/answer/1/1/khm-moc", "item": "t/m", "ref": "1.1", "title": "M", "act": "answer", "side": "KHM",
    "office": OFFICE, "office_title": "Coordinator", "rung": 1, "since": "2026-01-01T00:00:00Z",
    "at": "2026-01-01T00:00:00Z",
}  # fmt: skip
ANNOUNCEMENT: dict[str, Any] = {
    "key": "t/m/mark/1/khm-moc", "kind": "mark", "item": "t/m", "ref": "1.1", "title": "M", "office": OFFICE,
    "office_title": "Coordinator", "at": "2026-01-01T00:00:00Z", "text": "It was marked held.",
}  # fmt: skip
SIGNALS: dict[str, dict[str, Any]] = {
    "order": {"host": "LAO", "text": "x", "at": "2026-01-01T00:00:00Z", "changes": {"title": "x"}, "announce": True},
    "learn": {"session": "2026", "item": "t/m", "status": "busy", "at": "2026-01-01T00:00:00Z"},
    "returned": {"key": "t/m/-/answer/1/1/khm-moc", "item": "t/m", "reason": "no such mailbox"},
    "tell": {"announce": [ANNOUNCEMENT], "awaited": [NOTICE], "settled": [{"office": OFFICE, "item": "t/m"}]},
    "bounced": {"message_id": "<1@x.example>", "reason": "550 no such mailbox"},
    "ignored": {"signal": "x", "why": "x"},
    "no-such-signal": {"a": 1},
}
"""Each signal with what it could hold."""
ACTS: dict[str, dict[str, Any]] = {
    "propose": {"terms": {"topic": "date", "place": "x"}},
    "accept": {"proposal": 1},
    "reject": {"proposal": 1, "reason": "x"},
    "counter": {"proposal": 1, "terms": {"topic": "date", "place": "x"}},
    "withdraw": {"proposal": 1},
    "dispute": {"reason": "x"},
    "evidence": {"text": "x"},
    "progress": {"state": "limited", "note": "x"},
    "call": {"reason": "x"},
    "held": {"on": "2026-01-01"},
    "not-held": {"reason": "x"},
    "outcome": {"text": "x"},
    "regret": {"reason": "x"},
    "reply": {"answer": "accepted", "sequence": 1},
    "no-such-act": {},
}
"""Each act, by its verb, with what it could hold besides its id and office."""

WILD: tuple[str, ...] = (
    "null", "true", "-1", "1e999", "9" * 5000, '""', '"\\ud800"', '"\\u0000"', '"x\\ny"', f'"{"x" * 900_000}"',
    "[" * 200 + "]" * 200, "[" * 20_000 + "]" * 20_000, '{"a": {"b": {"c": [[[[[[[[[[1]]]]]]]]]]}}}', "[[], {}]",
    '"9999-12-31T23:59:59Z"', '"0001-01-01T00:00:00Z"', '"P999999999D"', '"-P999999999D"', '"Mars/Olympus"',
    '"../../x"', '{"local": "9999-12-31T23:59:59", "zone": "Asia/Vientiane", "utc": "9999-12-31T16:59:59Z"}',
)  # fmt: skip
"""Values as JSON, each of which could stand in any field."""
BYTES = (b"", b"{", b"\xff\xfe\x00", b'{"a": 1}{"b": 2}', b"NaN", b'"x"', b"[]", b"{}", b"17", b"null")
"""What some client could send in place of a message."""


def hostile_signals(chance: random.Random, count: int) -> Iterator[tuple[str, list[RawValue]]]:
    """So many signals: the name and the arguments."""
    for _ in range(count):
        name = chance.choice(tuple(SIGNALS))
        yield name, _arguments(chance, SIGNALS[name])


def hostile_acts(chance: random.Random, count: int) -> Iterator[tuple[str, list[RawValue]]]:
    """So many Updates: the name and the arguments."""
    for n in range(count):
        name = chance.choice(tuple(ACTS))
        yield name, _arguments(chance, {"act_id": f"hostile-{n}", "office": OFFICE, **ACTS[name]})


def _arguments(chance: random.Random, model: dict[str, Any]) -> list[RawValue]:
    shape = chance.random()
    if shape < 0.1:
        return []
    if shape < 0.2:
        return [_raw(chance.choice(BYTES)) for _ in range(chance.choice((1, 2, 30)))]
    if shape < 0.3:
        return [
            _raw(b"\x00" * 10, encoding=chance.choice((b"binary/plain", b"binary/encrypted", b"json/protobuf", b"")))
        ]
    if shape < 0.4:
        return [_raw(chance.choice(WILD).encode())]
    return [_raw(_with_wild_fields(chance, model).encode())]


def _with_wild_fields(chance: random.Random, model: dict[str, Any]) -> str:
    """The model as JSON, with one or two fields, or fields of what lies in it, that nobody can have meant."""
    text = json.dumps(_marked(chance, model))
    while '"<wild>"' in text:
        text = text.replace('"<wild>"', chance.choice(WILD), 1)
    return text


def _marked(chance: random.Random, model: dict[str, Any]) -> dict[str, Any]:
    changed = dict(model)
    for name in chance.sample(sorted(model), min(len(model), chance.choice((1, 1, 2)))):
        inner = model[name]
        if isinstance(inner, dict) and inner and chance.random() < 0.7:
            changed[name] = _marked(chance, inner)
        elif isinstance(inner, list) and chance.random() < 0.7:
            changed[name] = [_marked(chance, each) for each in inner]
        else:
            changed[name] = "<wild>"
    return changed


def _raw(data: bytes, encoding: bytes = b"json/plain") -> RawValue:
    return RawValue(Payload(metadata={"encoding": encoding} if encoding else {}, data=data))
