"""Where a command writes: standard output, or a file that the person names."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.errors import BadUsage

STDOUT = Path("-")

OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="Where to write it; - is standard output.", metavar="FILE", dir_okay=False),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]


def write_line(line: str) -> None:
    """One line, at once, also into a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def refuse_existing(path: Path | None, force: bool) -> None:
    """Raises BadUsage for a file that is there already, before any work goes into what it would hold."""
    if path is not None and path != STDOUT and path.exists() and not force:
        raise BadUsage("file-exists", f"{path} is there already; --force writes over it, --out names another")


def write_stdout(content: bytes) -> None:
    """The same bytes as in a file, whatever the terminal's encoding."""
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def write_file(path: Path, content: bytes, force: bool) -> None:
    """Writes a whole file. Raises BadUsage for one that is there already, and where it cannot be written."""
    refuse_existing(path, force)
    try:
        with path.open("wb" if force else "xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise BadUsage("file-exists", f"{path} is there already; --force writes over it") from error
    except OSError as error:
        raise BadUsage("bad-file", f"{path} cannot be written: {error.strerror}") from error


def readable(path: Path) -> str:
    """A path as a person types it: relative to where they stand, if it lies below."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
