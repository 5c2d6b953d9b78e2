"""Reads the tables that people write: CSV files (RFC 4180) in UTF-8. Columns have names, in any order and case."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from adapters.files.regular_file import open_regular
from adapters.files.yaml_file import Fault, FileFault
from models.common.limits import fault_of_text

MAX_BYTES = 5_000_000

Cells = dict[str, str]


def _always(first: list[str]) -> bool:
    return True


class Table(NamedTuple):
    """The columns that a CSV file may have."""

    columns: tuple[str, ...]
    """The names of all columns, in lower case."""
    required: tuple[str, ...]
    """The columns that a header must name."""
    has_header: Callable[[list[str]], bool] = _always
    """A function that gets the cells of the first row, in lower case. It returns True if the cells are names of
    columns. If it returns False, the row is data, and the columns are in the order of `columns`."""

    @property
    def first_line(self) -> str:
        """The first line that a file should have: the names of all columns."""
        return ",".join(self.columns)


def read_table(path: Path, table: Table) -> Iterator[tuple[int, Cells | Fault]]:
    """Yields the line number and the cells of each row that is not empty, or the fault of that row. Raises FileFault if
    the file is no table with these columns."""
    rows = _rows(path)
    line, first = next(rows, (1, None))
    if first is None:
        raise FileFault([Fault(str(path), None, "", f"the file is empty; its first line is {table.first_line}")])
    if isinstance(first, Fault):
        yield line, first
        return
    _check_separator(path, line, first[0])
    names = [cell.casefold() for cell in first]
    if table.has_header(names):
        _check_header(path, line, names, table)
    else:
        names = list(table.columns)
        yield line, _named(path, line, first, names, "the columns are " + table.first_line)
    for line, row in rows:
        yield line, row if isinstance(row, Fault) else _named(path, line, row, names, f"the header has {len(names)}")


def _rows(path: Path) -> Iterator[tuple[int, list[str] | Fault]]:
    """Yields each row that is not empty, with the number of its first line. A text in quotes may hold line breaks."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    last = 0
    try:
        for row in reader:
            line, last = last + 1, reader.line_num
            cells = ["\n".join(cell.strip().splitlines()) for cell in row]
            if any(cells):
                yield line, cells
    except csv.Error as error:
        message = f"this is no valid CSV ({error}); close every quote, and double a quote inside one"
        yield last + 1, Fault(str(path), last + 1, "", f"{message}; the lines after it could not be read")


def _named(path: Path, line: int, row: list[str], names: list[str], where: str) -> Cells | Fault:
    if any(row[len(names) :]):
        return Fault(str(path), line, "", f"{len(row)} cells, but {where}; put a text that holds a comma in quotes")
    cells = dict(zip(names, row, strict=False))
    for name, cell in cells.items():
        if (wrong := fault_of_text(cell)) is not None:
            return Fault(str(path), line, name, f"{wrong}; shorten or correct it")
    return cells


def _text(path: Path) -> str:
    try:
        with open_regular(path, links=True) as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileFault([Fault(str(path), None, "", f"cannot be read: {error.strerror}")]) from None
    if len(raw) > MAX_BYTES:
        raise FileFault([Fault(str(path), None, "", f"larger than {MAX_BYTES // 1_000_000} MB; is it the right file?")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        message = "this is not UTF-8 text; save the table as CSV UTF-8"
        raise FileFault([Fault(str(path), line, "", message)]) from None


def _check_separator(path: Path, line: int, cell: str) -> None:
    """Raises FileFault if the cells are separated by semicolons or tabs. No column name and no id holds one of
    these."""
    for mark, words in ((";", "semicolons"), ("\t", "tabs")):
        if mark in cell:
            message = f"the cells are separated by {words}; save the table with commas"
            raise FileFault([Fault(str(path), line, "", message)])


def _check_header(path: Path, line: int, names: list[str], table: Table) -> None:
    faults = [
        Fault(str(path), line, name, f"there is no such column; the columns are {table.first_line}")
        for name in names
        if name not in table.columns
    ]
    missing = [name for name in table.required if name not in names]
    if missing:
        message = f"the column {missing[0]} is missing; the first line is {table.first_line}"
        faults.append(Fault(str(path), line, "", message))
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    faults += [Fault(str(path), line, name, "this column is there twice; remove one") for name in twice]
    if faults:
        raise FileFault(faults)
