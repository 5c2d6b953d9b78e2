"""Writes the output of a command to standard output, or to a file that the person names."""

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
    """Writes one line to standard output. The reader gets it at once, also through a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def refuse_existing(path: Path | None, force: bool) -> None:
    """Raises BadUsage if the file exists and `force` is false. A command calls this before it makes the content.

    Does nothing if `path` is None or standard output.
    """
    if path is not None and path != STDOUT and path.exists() and not force:
        raise BadUsage("file-exists", f"{path} exists already; overwrite it with --force, or name another with --out")


def write_stdout(content: bytes) -> None:
    """Writes bytes to standard output unchanged. The encoding of the terminal does not matter."""
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def write_file(path: Path, content: bytes, force: bool) -> None:
    """Writes `content` to a file. Raises BadUsage if the file exists and `force` is false, or if it cannot be
    written."""
    refuse_existing(path, force)
    try:
        with path.open("wb" if force else "xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise BadUsage("file-exists", f"{path} exists already; overwrite it with --force") from error
    except OSError as error:
        raise BadUsage("bad-file", f"{path} cannot be written: {error.strerror}") from error


def readable(path: Path) -> str:
    """Returns a path as a person would type it. A path below the working directory becomes relative to that directory.
    Any other path stays unchanged."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
