"""The states that the record holds: the last state of each living item and post room, one JSON file for each.

The files are in RECORD/PLAN/state/EPOCH/. From them `launch --from-record` opens a plan again. A file is replaced as a
whole, so it is never half written. While a mail is on its way, its despatch is in a file too, so that after the loss of
the engine the same bytes go again, or nothing goes if the mail has gone.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from adapters.files.durable import write_durably
from adapters.files.record_file import RecordFault, read_value
from models.common.ids import safe_item_id
from models.common.values import Instant, Value
from models.messages.kept_state import StateUpdate, with_changes
from models.messages.record_lines import RecordEntries


class StateFile(Value):
    """The content of the file of one item or post room."""

    item: str
    workflow: str
    """The workflow type: meeting, series, secretariat."""
    epoch: int = 1
    at: Instant
    """When the workflow handed this state over."""
    serial: str
    """The name of this state (`StateUpdate.serial`)."""
    lines: tuple[dict[str, JsonValue], ...] = ()
    """The lines of the record that belong to this state. After a crash the record may lack them."""
    pending: tuple[dict[str, JsonValue], ...] = ()
    """The effects that the workflow carries out next, without these lines."""
    staged: tuple[dict[str, JsonValue], ...] = ()
    """Effects of the next state, kept aside until that state comes. Empty at most times."""
    state: dict[str, JsonValue] = {}


def state_folder(root: Path, plan: str, epoch: int) -> Path:
    return root / plan / "state" / str(epoch)


def state_path(root: Path, item: str, epoch: int) -> Path:
    """Returns the path of the state of an item or a post room. Raises RecordFault if its id cannot be a path."""
    if not safe_item_id(item):
        raise RecordFault(f"{item!r} cannot name a file of the record")
    return state_folder(root, item.partition("/")[0], epoch) / f"{item}.json"


def holds_state(root: Path, item: str) -> bool:
    """Whether the record holds a state of an item or a post room, of any epoch. True for an id that cannot be a
    path."""
    if not safe_item_id(item):
        return True
    plan = item.partition("/")[0]
    return any((root / plan / "state").glob(f"[0-9]*/{item}.json"))


def kept_states(root: Path, plan: str, epoch: int) -> Iterator[StateFile]:
    """Yields the states of a plan in an epoch, sorted by id. Raises RecordFault if one cannot be read."""
    folder = state_folder(root, plan, epoch)
    for path in sorted(folder.rglob("*.json")):
        if not path.parent.name.endswith(MAILS):
            found = read_value(path, StateFile)
            assert found is not None
            yield found


def keep(root: Path, entries: RecordEntries, handed_over: Instant) -> bool:
    """Writes the state that a workflow hands over with its lines. The caller holds the lock of the item.

    Returns False, and changes nothing, if the changes build on another state than that of the file. A state that was
    handed over earlier than that of the file is a late repeat, and is left out.
    """
    update = entries.state
    assert update is not None
    path = state_path(root, entries.item, max(entries.epoch, 1))
    found = read_value(path, StateFile)
    if found is not None and handed_over <= found.at:
        return True  # a repeat. After a rewind, another state may have the same name, but it comes later
    if update.base and (found is None or found.serial != update.base):
        return False
    following = _following(found, entries, update, handed_over)
    if not update.staged:
        # Before the item opens others, so that each open item has a state from its first instant on.
        for effect in following.pending:
            if effect["effect"] == "open":
                _keep_first(root, effect, following)
    write_state(path, following)
    if update.workflow == "secretariat" and not update.staged:
        _forget_mails(path, following.state.get("composed", 0))
    return True


def _following(found: StateFile | None, entries: RecordEntries, update: StateUpdate, at: Instant) -> StateFile:
    epoch = max(entries.epoch, 1)
    if update.staged:
        if found is None:
            found = StateFile(item=entries.item, workflow=update.workflow, epoch=epoch, at=at, serial="")
        staged = (*found.staged, *update.pending)
        return found.model_copy(update={"staged": staged, "at": at})
    whole = with_changes(found.state, update.state) if update.base and found else update.state
    return StateFile(
        item=entries.item,
        workflow=update.workflow,
        epoch=epoch,
        at=at,
        serial=update.serial,
        lines=entries.lines,
        pending=(*(found.staged if found else ()), *update.pending),
        state=whole,
    )


def _keep_first(root: Path, effect: dict[str, Any], parent: StateFile) -> None:
    """Writes the first state of an item that another item opens now, unless the record holds a state of it."""
    setup = {**effect["state"]["setup"], "epoch": parent.epoch}
    path = state_path(root, setup["id"], parent.epoch)
    if not path.exists():
        state = {**effect["state"], "setup": setup}
        first = {"item": setup["id"], "workflow": effect["workflow"], "state": state}
        write_state(path, StateFile(**first, epoch=parent.epoch, at=parent.at, serial="first"))


def write_state(path: Path, state: StateFile) -> None:
    """Writes the file of a state durably."""
    # Not in canonical form: the order of members is a fact, for example the order in which notices came.
    write_durably(path, state.model_dump_json().encode() + b"\n")


# --- mails on their way --------------------------------------------------------------------------------------------

MAILS = ".mails"
"""The end of the name of the folder with the mails of a post room that are on their way."""

_NUMBER = re.compile(r"/(\d+)$")


def _mails_folder(path: Path) -> Path:
    return path.with_name(f"{path.stem}{MAILS}")


def keep_mail(root: Path, room: str, epoch: int, key: str, despatch: dict[str, Any]) -> None:
    """Keeps a despatch, before its mail is sent. `key` is its key, which ends with its number."""
    number = _NUMBER.search(key)
    if number:
        path = _mails_folder(state_path(root, room, max(epoch, 1))) / f"{number[1]}.json"
        write_durably(path, json.dumps(despatch, ensure_ascii=False).encode() + b"\n")


def kept_mails(root: Path, room: str, epoch: int) -> list[dict[str, Any]]:
    """Returns the despatches of a post room that its state may not know, in the order of their numbers. Raises
    RecordFault if one cannot be read."""
    folder = _mails_folder(state_path(root, room, epoch))
    try:
        paths = sorted(folder.glob("*.json"), key=lambda path: int(path.stem))
        return [json.loads(path.read_bytes()) for path in paths]
    except (OSError, ValueError) as error:
        raise RecordFault(f"{folder}: a despatch cannot be read ({error}); put it back from a backup") from error


def _forget_mails(path: Path, composed: JsonValue) -> None:
    """Removes the despatches whose mails the state knows. `composed` is the number of the last one that it knows."""
    folder = _mails_folder(path)
    if not folder.is_dir():
        return
    for mail in folder.glob("*.json"):
        if isinstance(composed, int) and int(mail.stem) <= composed:
            mail.unlink(missing_ok=True)
