"""Checks data with a JSON schema. It knows only the keywords of draft 2020-12 that our schemas use.

A keyword that it does not know is an error of the test. If it ignored the keyword, it would accept wrong data. No JSON
schema validator is among our dependencies.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}

ANNOTATIONS = {"$schema", "$comment", "$defs", "description", "default"}


def faults(value: Any, schema: dict[str, Any]) -> list[str]:
    """The faults of data, each with its place: "provisions.0.ref: pattern". Empty if there are none."""
    return [f"{'.'.join(place)}: {word}" for place, word in _faults(value, schema, schema, ())]


Faults = Iterator[tuple[tuple[str, ...], str]]


def _faults(value: Any, schema: dict[str, Any] | bool, root: dict[str, Any], place: tuple[str, ...]) -> Faults:
    if isinstance(schema, bool):
        if not schema:
            yield place, "false"
        return
    for word, rule in schema.items():
        if word in ANNOTATIONS:
            continue
        if word in SIMPLE:
            if not SIMPLE[word](value, rule):
                yield place, word
        elif word == "$ref":
            yield from _faults(value, root["$defs"][rule.removeprefix("#/$defs/")], root, place)
        elif word in ("anyOf", "oneOf"):
            fitting = sum(not any(_faults(value, each, root, place)) for each in rule)
            if fitting == 0 or (word == "oneOf" and fitting > 1):
                yield place, word
        elif word == "items" and isinstance(value, list):
            for n, each in enumerate(value):
                yield from _faults(each, rule, root, (*place, str(n)))
        elif word in ("properties", "patternProperties", "additionalProperties", "propertyNames"):
            if isinstance(value, dict):
                yield from _of_properties(value, word, schema, root, place)
        elif word != "items":
            raise AssertionError(f"{'.'.join(place)}: the schema's word {word!r} is unknown here")


def _of_properties(
    value: dict[str, Any], word: str, schema: dict[str, Any], root: dict[str, Any], place: tuple[str, ...]
) -> Faults:
    named, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for name, each in value.items():
        inner = (*place, name)
        if word == "propertyNames":
            yield from _faults(name, schema[word], root, inner)
        elif word == "properties" and name in named:
            yield from _faults(each, named[name], root, inner)
        elif word == "patternProperties":
            for pattern in (pattern for pattern in patterns if re.search(pattern, name)):
                yield from _faults(each, patterns[pattern], root, inner)
        elif word == "additionalProperties" and name not in named and not any(re.search(p, name) for p in patterns):
            yield from _faults(each, schema[word], root, inner)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


SIMPLE: dict[str, Callable[[Any, Any], bool]] = {
    "type": lambda value, rule: TYPES[rule](value),
    "enum": lambda value, rule: any(json.dumps(value) == json.dumps(each) for each in rule),
    "const": lambda value, rule: json.dumps(value) == json.dumps(rule),
    "required": lambda value, rule: not isinstance(value, dict) or set(rule) <= set(value),
    "pattern": lambda value, rule: not isinstance(value, str) or re.search(rule, value) is not None,
    "format": lambda value, rule: not isinstance(value, str) or rule != "date" or _is_date(value),
    "minLength": lambda value, rule: not isinstance(value, str) or len(value) >= rule,
    "maxLength": lambda value, rule: not isinstance(value, str) or len(value) <= rule,
    "minItems": lambda value, rule: not isinstance(value, list) or len(value) >= rule,
    "minProperties": lambda value, rule: not isinstance(value, dict) or len(value) >= rule,
    "uniqueItems": lambda value, rule: not isinstance(value, list) or len(set(map(json.dumps, value))) == len(value),
    "minimum": lambda value, rule: not _number(value) or value >= rule,
    "maximum": lambda value, rule: not _number(value) or value <= rule,
}
