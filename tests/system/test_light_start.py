"""A command imports what it needs and no more, and the program's help says of each what the command says itself."""

import inspect
import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli.commands
from adapters.program_folders import ROOT
from cli.app import app, command_of, function_of
from cli.catalogue import COMMANDS, HEADINGS, Listed

EVERY = pytest.mark.parametrize("listed", COMMANDS.values(), ids=COMMANDS)

OF_OTHERS = {"docx", "holidays", "icalendar", "aiosmtpd", "aiosmtplib", "jinja2", "imapclient", "httpx", "radicale"}
"""What only a few commands need."""

RUN = """
import json, os, sys
from cli.app import main
report = sys.argv.pop(1)
code = main()
with open(report, "w") as file:
    json.dump([code, sorted(sys.modules)], file)
os._exit(0)  # as starter.py does: the engine's threads can disturb the end
"""


def run(*arguments: str, data: Path) -> tuple[int, set[str]]:
    """The exit code of a command and the top-level names of every module that it has imported."""
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("AIDE_", "TEMPORAL_"))}
    report = data / "imported.json"
    ran = subprocess.run(
        [sys.executable, "-c", RUN, str(report), *arguments],
        cwd=ROOT,
        # Nothing listens on port 1; a Temporal that happens to run here is left alone.
        env={**settings, "TEMPORAL_ADDRESS": "127.0.0.1:1", "AIDE_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    code, modules = json.loads(report.read_text())
    return code, {name.partition(".")[0] for name in modules}


def test_help_imports_no_command(tmp_path: Path) -> None:
    code, imported = run("--help", data=tmp_path)
    assert code == 0
    assert imported & {"temporalio", "pydantic", "yaml", "models", "adapters", "servers", "documents"} == set()


def test_the_register_needs_no_engine(tmp_path: Path) -> None:
    code, imported = run("register", "--ref", "16.3", data=tmp_path)
    assert code == 0
    assert imported & (OF_OTHERS | {"temporalio", "asyncio", "pydantic_settings", "workflows", "documents"}) == set()


def test_the_register_in_json_draws_no_table(tmp_path: Path) -> None:
    code, imported = run("register", "--json", data=tmp_path)
    assert code == 0
    assert imported & (OF_OTHERS | {"temporalio", "asyncio", "rich"}) == set()


def test_a_bad_plan_file_is_told_without_the_engine(tmp_path: Path) -> None:
    code, imported = run("register", "--file", "nowhere.yaml", "--json", data=tmp_path)
    assert code == 2
    assert imported & (OF_OTHERS | {"temporalio"}) == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("show", "16.3-jtc/2026", "--plan", "lao-khm"),
        ("accept", "16.3-jtc/2026", "--proposal", "1", "--as", "khm-moc", "--plan", "lao-khm"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_what_asks_the_server_needs_little_else(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    code, imported = run(*arguments, data=tmp_path)
    assert code == 3, "no server is there"
    assert "temporalio" in imported
    assert imported & (OF_OTHERS | {"pydantic_settings", "yaml", "rich", "documents"}) == set()


@EVERY
def test_the_listed_summary_is_the_commands_own(listed: Listed) -> None:
    own = inspect.getdoc(function_of(listed))
    assert own is not None
    assert listed.summary == own.split("\n\n")[0]


@EVERY
def test_a_listed_command_has_its_own_name_and_help(listed: Listed) -> None:
    command = command_of(listed)
    assert command.name == listed.name
    assert command.help == inspect.getdoc(function_of(listed))


def test_every_module_of_a_command_is_listed() -> None:
    defined = {listed.defined.partition(":")[0] for listed in COMMANDS.values()}
    assert defined == {module.name for module in pkgutil.iter_modules(cli.commands.__path__)}
    assert len(COMMANDS) == sum(len(listed) for listed in HEADINGS.values()), "no name stands for two commands"


def test_help_shows_the_commands_under_their_headings_in_order() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).output
    rows = [line.strip("│ ") for line in shown.splitlines()]
    expected = []
    for heading, commands in HEADINGS.items():
        expected += [heading, *(f"{each.name:<10}  {each.summary.splitlines()[0]}" for each in commands)]
    told = [next((want for want in expected if want in row), None) for row in rows]
    assert [each for each in told if each] == expected


def test_a_command_misspelt_is_answered_with_the_nearest() -> None:
    answer = CliRunner().invoke(app, ["timelin"])
    assert answer.exit_code == 2
    assert "Did you mean 'timeline'?" in answer.output


def test_completion_offers_the_options_of_a_command() -> None:
    environment = {"_STARTER_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "starter register --ki"}
    answer = CliRunner().invoke(app, env=environment, prog_name="starter")
    assert '"--kind":"One kind of obligation."' in answer.output
