"""Reads many answers to a status round: a CSV file item,state,note."""

import re
from pathlib import Path
from typing import NamedTuple

from adapters.files.csv_file import Table, read_table
from adapters.files.yaml_file import Fault
from models.messages.acts import ProgressState

_STATES = {state.value: state for state in ProgressState} | {"no-evidence-available": ProgressState.NO_EVIDENCE}


class AnswerRow(NamedTuple):
    """One row, as it is written. `state` is None where it names none: a fault tells so."""

    line: int
    item: str
    state: ProgressState | None
    note: str


def read_answers(path: Path) -> tuple[list[AnswerRow], list[Fault]]:
    """The rows that name an item, and what is wrong with any row; whether there is such an item, the plan knows. Raises
    FileFault where the file is no such table."""
    rows: list[AnswerRow] = []
    faults: list[Fault] = []
    for line, cells in read_table(path, Table(("item", "state", "note"), ("item", "state"), _has_header)):
        if isinstance(cells, Fault):
            faults.append(cells)
            continue
        item, word = cells.get("item", ""), cells.get("state", "")
        state = _state(word)
        if not item:
            faults.append(Fault(str(path), line, "item", "nothing is written here; name the item that this answers"))
        if state is None:
            said = f"there is no state {word!r}" if word else "nothing is written here"
            faults.append(Fault(str(path), line, "state", f"{said}; write one of {', '.join(ProgressState)}"))
        if item:
            rows.append(AnswerRow(line, item, state, cells.get("note", "")))
    if not rows and not faults:
        faults.append(Fault(str(path), None, "", "no row; write item,state,note"))
    return rows, faults


def _has_header(first: list[str]) -> bool:
    """A first row with a state in its second place is an answer."""
    return _state("".join(first[1:2])) is None and bool({"item", "state", "note"} & set(first))


def _state(word: str) -> ProgressState | None:
    """The state that a word means: "Not started", "no evidence available", no-evidence."""
    return _STATES.get("-".join(re.split(r"[\s_-]+", word.strip().casefold())))
