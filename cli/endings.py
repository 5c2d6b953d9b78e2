"""Turns the errors of other parts of the program into the ending of a command."""

import os

import typer
from pydantic import ValidationError

from adapters.files.private import NotPrivate
from adapters.files.record_file import RecordFault
from adapters.files.yaml_file import FileFault
from cli.errors import BadUsage, CommandError
from servers.errors import ServersError


def ending_of(error: Exception) -> CommandError | None:
    """Returns the CommandError with which a command ends because of `error`. None if this module does not know
    `error`."""
    match error:
        case FileFault():
            return BadUsage("bad-file", str(error))
        case ServersError() | NotPrivate():
            return BadUsage("bad-data-folder", str(error))
        case typer.TyperException():
            return BadUsage("bad-usage", error.format_message())
        case ValidationError():
            # Only an act that a person typed can fail here. Everything else was validated before.
            fields = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:5])
            return BadUsage("bad-usage", fields)
        case RecordFault():
            return BadUsage("bad-record", str(error))
        case OSError() if error.filename is not None and error.strerror:
            name = os.fsdecode(error.filename)
            return BadUsage("bad-file", f"{name}: {error.strerror}; check the path, and who may read and write it")
    return None
