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
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")]


def write_line(line: str) -> None:
    """Writes one line to standard output at once, also into a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def refuse_existing(path: Path | None, force: bool) -> None:
    """Raises BadUsage if the file exists and `force` is false. Commands call it before they make the content."""
    if path is not None and path != STDOUT and path.exists() and not force:
        raise BadUsage("file-exists", f"{path} exists already; overwrite it with --force, or name another with --out")


def write_stdout(content: bytes) -> None:
    """Writes bytes to standard output unchanged, whatever the terminal's encoding."""
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def write_file(path: Path, content: bytes, force: bool) -> None:
    """Writes a file. Raises BadUsage if it exists and `force` is false, or if it cannot be written."""
    refuse_existing(path, force)
    try:
        with path.open("wb" if force else "xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise BadUsage("file-exists", f"{path} exists already; overwrite it with --force") from error
    except OSError as error:
        raise BadUsage("bad-file", f"{path} cannot be written: {error.strerror}") from error


def readable(path: Path) -> str:
    """A path as a person types it: relative to the working directory if it lies below that, or else unchanged."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
