"""The command line: every command under its heading, and how each ends."""

import sys

import typer
from pydantic import ValidationError

from adapters.files.record_file import RecordFault
from adapters.files.yaml_file import FileFault
from cli.commands.acts import ACTING
from cli.commands.amendments import amendments
from cli.commands.days import days
from cli.commands.demo import demo
from cli.commands.inbox import inbox
from cli.commands.ingest import ingest
from cli.commands.launch import launch
from cli.commands.register import register
from cli.commands.rehearse import rehearse
from cli.commands.report import report
from cli.commands.round import round_
from cli.commands.show import show
from cli.commands.status import status
from cli.commands.timeline import timeline
from cli.commands.turns import turns
from cli.commands.up import up
from cli.commands.why import why
from cli.errors import BadUsage, CommandError
from servers.errors import ServersError

app = typer.Typer(
    name="aide-memoire",
    help="Follows every obligation of an action plan until it is closed out.",
    epilog="Exit codes: 0 done, 1 refused (nothing changed), 2 bad usage or file, 3 a server cannot be reached.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)

for heading, commands in (
    ("Running", (up, launch, demo, ingest)),
    ("Reading", (status, show, inbox, register, turns, amendments, round_, days, why, report, timeline, rehearse)),
):
    for command in commands:
        app.command(command.__name__.rstrip("_"), rich_help_panel=heading)(command)
for name, command in ACTING.items():
    app.command(name, rich_help_panel="Acting (always --as OFFICE)")(command)


def main() -> int:
    """Runs one command and returns its true exit code."""
    as_json = "--json" in sys.argv
    try:
        # Typer words usage errors well for people; for programs they are caught and said in JSON.
        app(standalone_mode=not as_json)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    except CommandError as error:
        return end(error, as_json)
    except FileFault as error:
        return end(BadUsage("bad-file", str(error)), as_json)
    except ServersError as error:
        return end(BadUsage("bad-data-folder", str(error)), as_json)
    except typer.TyperException as error:
        return end(BadUsage("bad-usage", error.format_message()), as_json)
    except ValidationError as error:
        # Only an act that a person typed can be at fault here; everything else was validated before.
        fields = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:5])
        return end(BadUsage("bad-usage", fields), as_json)
    except RecordFault as error:
        return end(BadUsage("bad-record", str(error)), as_json)
    except (typer.Abort, KeyboardInterrupt):
        sys.stderr.write("stopped\n")
        return 1
    return 0


def end(error: CommandError, as_json: bool) -> int:
    """Says how a command ended: JSON on standard output, words on standard error."""
    if as_json:
        sys.stdout.write(error.as_json() + "\n")
    else:
        sys.stderr.write(error.as_text() + "\n")
    return error.exit_code
