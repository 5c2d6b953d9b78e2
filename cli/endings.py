"""How a command ends that an error of another part has stopped."""

import typer
from pydantic import ValidationError

from adapters.files.private import NotPrivate
from adapters.files.record_file import RecordFault
from adapters.files.yaml_file import FileFault
from cli.errors import BadUsage, CommandError
from servers.errors import ServersError


def ending_of(error: Exception) -> CommandError | None:
    """The ending that an error means; None for one that nobody has foreseen."""
    match error:
        case FileFault():
            return BadUsage("bad-file", str(error))
        case ServersError() | NotPrivate():
            return BadUsage("bad-data-folder", str(error))
        case typer.TyperException():
            return BadUsage("bad-usage", error.format_message())
        case ValidationError():
            # Only an act that a person typed can be at fault here; everything else was validated before.
            fields = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:5])
            return BadUsage("bad-usage", fields)
        case RecordFault():
            return BadUsage("bad-record", str(error))
    return None
