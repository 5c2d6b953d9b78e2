"""Reads many answers to a status round from a CSV file with the columns item, state and note."""

import re
from pathlib import Path
from typing import NamedTuple

from adapters.files.csv_file import Table, read_table
from adapters.files.yaml_file import Fault
from models.messages.acts import ProgressState

_STATES = {state.value: state for state in ProgressState} | {"no-evidence-available": ProgressState.NO_EVIDENCE}


class AnswerRow(NamedTuple):
    """One row of the file: the answer about one item. `note` may be empty.

    `state` is None if the row names no known state. `read_answers` then returns a fault about the row.
    """

    line: int
    item: str
    state: ProgressState | None
    note: str


def read_answers(path: Path) -> tuple[list[AnswerRow], list[Fault]]:
    """Returns the rows that name an item, and the faults of all rows. It does not check that the items exist.

    Raises FileFault if the file cannot be read as a table with these columns.
    """
    rows: list[AnswerRow] = []
    faults: list[Fault] = []
    for line, cells in read_table(path, Table(("item", "state", "note"), ("item", "state"), _has_header)):
        if isinstance(cells, Fault):
            faults.append(cells)
            continue
        item, word = cells.get("item", ""), cells.get("state", "")
        state = _state(word)
        if not item:
            faults.append(Fault(str(path), line, "item", "nothing is written here; name the item that the row answers"))
        if state is None:
            said = f"there is no state {word!r}" if word else "nothing is written here"
            faults.append(Fault(str(path), line, "state", f"{said}; write one of {', '.join(ProgressState)}"))
        if item:
            rows.append(AnswerRow(line, item, state, cells.get("note", "")))
    if not rows and not faults:
        faults.append(Fault(str(path), None, "", "the file has no rows; write rows of item,state,note"))
    return rows, faults


def _has_header(first: list[str]) -> bool:
    """Whether the first row is a header. A first row with a state in its second cell is an answer."""
    return _state("".join(first[1:2])) is None and bool({"item", "state", "note"} & set(first))


def _state(word: str) -> ProgressState | None:
    """The state that a word names, such as "Not started", "no evidence available" or no-evidence; None if none."""
    return _STATES.get("-".join(re.split(r"[\s_-]+", word.strip().casefold())))
