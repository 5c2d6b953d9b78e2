"""The command line. It lists the commands under their headings in the help, imports and runs the command that a person
calls, and prints the error if the command fails."""

import io
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from cli.catalogue import COMMANDS, HEADINGS, Listed
from cli.errors import BadUsage, CommandError


class Commands(TyperGroup):
    """The group of all commands. The help and the completion read the catalogue. The program imports only the command
    that a person calls.

    To import all commands takes seconds on a small machine. One command needs only a small part of that time.
    """

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Returns the name of the command in `args`, the imported command, and the arguments after the name."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, listed and command_of(COMMANDS[listed.name or ""]), rest


class Command(TyperCommand):
    """One command. If an argument must be one of a few words and is not, the error message suggests similar words."""

    def make_context(self, *given: Any, **more: Any) -> Any:
        try:
            return super().make_context(*given, **more)
        except typer.BadParameter as error:
            error.message = with_nearest(error.message)
            raise


def with_nearest(message: str) -> str:
    """Returns a message such as "'dat' is not one of 'date', 'host'" with a suggestion at its end: "did you mean
    date?". Returns any other message unchanged."""
    found = re.search(r"'([^']*)' is not one of ((?:'[^']*'(?:, )?)+)", message)
    if found is None:
        return message
    from models.common.nearest import did_you_mean  # most calls have no fault

    hint = did_you_mean(found[1], re.findall(r"'([^']*)'", found[2]), "")
    return f"{message.removeprefix('Value error, ').rstrip('.')}{f'; {hint}' if hint else '.'}"


def command_of(listed: Listed) -> Any:
    """Imports a listed command, and returns it with the options that its function defines."""
    alone = typer.Typer(add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
    alone.command(listed.name, cls=Command)(function_of(listed))
    return typer.main.get_command(alone)


def function_of(listed: Listed) -> Callable[..., None]:
    """Imports the module of a listed command, and returns the function of the command."""
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
    """Runs one command and returns its exit code: 0 done, 1 refused, 2 bad usage or file, 3 no server."""
    as_json = "--json" in sys.argv
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal may lack letters; that stops no command
    try:
        check_bytes(sys.argv[1:], os.environ)
        # For people, Typer prints usage errors itself. With --json they are caught below and printed as JSON.
        app(standalone_mode=not as_json)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    except CommandError as error:
        return end(error, as_json)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - whoever reads has enough
        return 0
    except (typer.Abort, KeyboardInterrupt):
        sys.stderr.write("stopped\n")
        return 1
    except Exception as error:
        # Imported here, because only a command that fails needs this module. It imports the errors of all parts.
        from cli.endings import ending_of

        ending = ending_of(error)
        if ending is None and os.environ.get(TRACE):
            raise
        return end(ending or internal_error(error), as_json)
    return 0


TRACE = "AIDE_TRACE"


def internal_error(error: Exception) -> CommandError:
    """Returns the CommandError for an error that is a fault of the program."""
    what = f"{type(error).__name__}: {error}".partition("\n")[0][:300]
    message = f"a fault of the program ({what}); set {TRACE}=1, repeat the command, and report what it prints"
    return CommandError("internal-error", message)


def check_bytes(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """Raises BadUsage if an argument or an AIDE_ or TEMPORAL_ variable is not UTF-8. The message names the argument or
    the variable."""
    for n, argument in enumerate(arguments):
        if not is_text(argument):
            before = arguments[n - 1] if n else ""
            own = argument.partition("=")[0] if argument.startswith("-") else before if before.startswith("-") else ""
            name = own if own and is_text(own) else f"argument {n + 1}"
            raise BadUsage("bad-usage", f"{name}: {_shown(argument)!r} is not UTF-8; write it in UTF-8")
    for name, value in environment.items():
        if name.startswith(("AIDE_", "TEMPORAL_")) and not is_text(value):
            raise BadUsage("bad-settings", f"{name}: {_shown(value)!r} is not UTF-8; write it in UTF-8")


def is_text(argument: str) -> bool:
    """Whether the bytes of an argument were UTF-8. Python keeps each byte that is not UTF-8 as a lone surrogate, a
    character that no UTF-8 text has."""
    return not any("\ud800" <= letter <= "\udfff" for letter in argument)


def _shown(argument: str) -> str:
    return argument.encode("utf-8", "replace").decode()


def end(error: CommandError, as_json: bool) -> int:
    """Prints the error with which a command ends, and returns the exit code. With `as_json` it prints JSON to standard
    output, or else words to standard error."""
    if as_json:
        sys.stdout.write(error.as_json() + "\n")
    else:
        sys.stderr.write(error.as_text() + "\n")
    return error.exit_code
