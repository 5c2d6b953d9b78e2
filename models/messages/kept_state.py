"""The state that a workflow keeps in the record, so that it can be opened again on an empty server.

A workflow gives its state to the activity `enter`, together with the lines of its decision. The first time it gives the
full state, and later only what has changed. The record holds the last state in one file for each item and each post
room (adapters/files/state_file.py).
"""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, JsonValue

from models.common.values import Value


class StateUpdate(Value):
    """A state for the record, in full or as changes of the state before."""

    workflow: str
    """The workflow type: meeting, series, secretariat."""
    serial: str
    """The name of this state: the id of the run, and a number."""
    base: str = ""
    """The name of the state that `state` changes. Empty: `state` is the full state."""
    state: dict[str, JsonValue]
    """The fields of the state. With `base`: only the fields that have changed, each as a patch (`patch_of`)."""
    pending: tuple[dict[str, JsonValue], ...] = ()
    """The effects that the workflow carries out next (models/reopening/kept_effects.py). Lines are not among them if
    they are written together with this state. Empty if there are none."""
    staged: bool = False
    """True: this is only a part of the effects that wait, because all of them are too large for one call. The record
    keeps them aside until the state follows."""


class Entered(Value):
    """The result of the activity `enter`."""

    kept: bool = True
    """False: nothing was written, because the record does not hold the state on which the changes build. The workflow
    then gives its full state."""


def field_of(state: BaseModel, name: str) -> Any:
    """Returns one field of a state as JSON. The plan is left out of the launch, because the state of a plan holds it
    already."""
    skipped: Any = {"launch": {"plan"}} if name == "launch" else None
    return state.model_dump(mode="json", include={name}, exclude=skipped)[name]


def full_state(state: BaseModel, *left_out: str) -> dict[str, JsonValue]:
    """Returns every field of a state as JSON, without the fields `left_out`."""
    return {name: field_of(state, name) for name in type(state).model_fields if name not in left_out}


def changed_fields(before: BaseModel, after: BaseModel, *left_out: str) -> list[str]:
    """Returns the names of the fields that differ between two states of one class, without the fields `left_out`."""
    names = (name for name in type(after).model_fields if name not in left_out)
    return [name for name in names if _differ(getattr(before, name), getattr(after, name))]


def _differ(before: Any, after: Any) -> bool:
    # States are frozen and share what they have in common, so most fields are the same object.
    return before is not after and before != after


def state_changes(before: BaseModel, after: BaseModel, *left_out: str) -> dict[str, JsonValue]:
    """Returns a patch for each field that differs. Empty if none does."""
    changes: dict[str, JsonValue] = {}
    for name in changed_fields(before, after, *left_out):
        patch = patch_of(field_of(before, name), field_of(after, name))
        if patch is not None:
            changes[name] = patch
    return changes


def with_changes(state: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Returns a state, as JSON, after these changes. Raises ValueError if a patch does not fit the state."""
    return {**state, **{name: patched(state.get(name), patch) for name, patch in changes.items()}}


def patch_of(before: Any, after: Any) -> dict[str, Any] | None:
    """Returns what turns one JSON value into another one. None if they are equal.

    `{"set": value}` replaces the value. `{"skip": n, "add": [...]}` leaves out the first n entries of a list and adds
    others at its end. `{"in": {...}, "out": [...]}` changes some members of an object and leaves out others.
    """
    if before == after and type(before) is type(after):
        return None
    if isinstance(before, dict) and isinstance(after, dict):
        inner = {name: {"set": value} for name, value in after.items() if name not in before}
        for name in before.keys() & after.keys():
            patch = patch_of(before[name], after[name])
            if patch is not None:
                inner[name] = patch
        patch = {"in": inner, "out": sorted(before.keys() - after.keys())}
        # The order of members is a fact, for example the order in which notices came.
        return patch if list(patched(before, patch)) == list(after) else {"set": after}
    if isinstance(before, list) and isinstance(after, list) and before:
        for skipped in range(len(before)):
            left = before[skipped:]
            if after[: len(left)] == left:
                return {"skip": skipped, "add": after[len(left) :]}
    return {"set": after}


def patched(value: Any, patch: dict[str, Any]) -> Any:
    """Returns a JSON value after a patch of `patch_of`. Raises ValueError if the patch does not fit the value."""
    if "set" in patch:
        return patch["set"]
    if "add" in patch and isinstance(value, list):
        return [*value[patch["skip"] :], *patch["add"]]
    if "in" in patch and isinstance(value, dict):
        kept = {name: each for name, each in value.items() if name not in patch["out"]}
        return {**kept, **{name: patched(value.get(name), each) for name, each in patch["in"].items()}}
    raise ValueError("a change does not fit the state that the record holds")


def parts_of(effects: Sequence[dict[str, Any]], most: int) -> list[tuple[dict[str, Any], ...]]:
    """Splits effects, as JSON, into parts of at most `most` bytes, in their order. An effect that is larger is alone in
    its part. Empty if there are no effects."""
    parts: list[tuple[dict[str, Any], ...]] = []
    size = 0
    for effect in effects:
        own = len(json.dumps(effect, ensure_ascii=False).encode())
        if parts and size + own <= most:
            parts[-1] = (*parts[-1], effect)
            size += own
        else:
            parts.append((effect,))
            size = own
    return parts
