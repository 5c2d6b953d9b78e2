"""The command line: every command under its heading, imported when it is called, and how each ends."""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from cli.catalogue import COMMANDS, HEADINGS, Listed
from cli.errors import CommandError


class Commands(TyperGroup):
    """The commands. Help and completion show them as listed; the one that is called is imported.

    All of them together take seconds of a small machine, and most of it is what other commands need.
    """

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that the arguments name, with its own options, and the arguments after its name."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, listed and command_of(COMMANDS[listed.name or ""]), rest


def command_of(listed: Listed) -> Any:
    """A listed command as its module defines it."""
    alone = typer.Typer(add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
    alone.command(listed.name)(function_of(listed))
    return typer.main.get_command(alone)


def function_of(listed: Listed) -> Callable[..., None]:
    """Imports the function of a listed command."""
    module, _, name = listed.defined.partition(":")
    function: Callable[..., None] = getattr(import_module(f"cli.commands.{module}"), name)
    return function


app = typer.Typer(
    name="aide-memoire",
    cls=Commands,
    help="Follows every obligation of an action plan until it is closed out.",
    epilog="Exit codes: 0 done, 1 refused (nothing changed), 2 bad usage or file, 3 a server cannot be reached.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)

for heading, commands in HEADINGS.items():
    for each in commands:
        app.command(each.name, help=each.summary, rich_help_panel=heading)(lambda: None)


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
    except (typer.Abort, KeyboardInterrupt):
        sys.stderr.write("stopped\n")
        return 1
    except Exception as error:
        # Imported here: what knows the errors of all parts is of no use to a command that meets none.
        from cli.endings import ending_of

        ending = ending_of(error)
        if ending is None:
            raise
        return end(ending, as_json)
    return 0


def end(error: CommandError, as_json: bool) -> int:
    """Says how a command ended: JSON on standard output, words on standard error."""
    if as_json:
        sys.stdout.write(error.as_json() + "\n")
    else:
        sys.stderr.write(error.as_text() + "\n")
    return error.exit_code
