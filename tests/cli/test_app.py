"""What goes wrong below a command is told in a sentence that says what to do, and never as a trace."""

import json
import sys
from pathlib import Path

import pytest

from cli import app
from cli.app import check_bytes, main
from cli.errors import BadUsage

NOT_UTF8 = "d\udce9sol\udce9"  # how Python hands over the bytes d\xe9sol\xe9


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["regret", "x", "--reason", NOT_UTF8], "--reason"),
        (["regret", "x", f"--reason={NOT_UTF8}"], "--reason"),
        (["show", NOT_UTF8], "argument 2"),
        ([NOT_UTF8], "argument 1"),
        (["show", f"--{NOT_UTF8}"], "argument 2"),
    ],
)
def test_bytes_that_are_no_utf_8_name_their_option(arguments: list[str], named: str) -> None:
    with pytest.raises(BadUsage, match=rf"^{named}: .* is not UTF-8; write it in UTF-8$") as refused:
        check_bytes(arguments, {})
    refused.value.message.encode()  # can be printed


def test_settings_and_words_of_every_language() -> None:
    check_bytes(["regret", "--reason", "ຝົນ désolé"], {"AIDE_PLAN": "ລາວ", "OTHER": NOT_UTF8})
    with pytest.raises(BadUsage, match=r"^AIDE_PLAN: "):
        check_bytes([], {"AIDE_PLAN": NOT_UTF8})


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["starter.py", *arguments])
    return main()


def test_the_command_line_ends_with_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "regret", "x", "--reason", NOT_UTF8, "--as", "o", "--json") == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "bad-usage"


def failing(*_: object, **__: object) -> None:
    raise KeyError("a part that is not there")


def test_an_error_that_nobody_expected_has_a_code_and_no_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app, "app", failing)
    assert run(monkeypatch, "status") == 1
    told = capsys.readouterr().err
    assert told.startswith("internal-error: a fault of the program (KeyError: ") and "AIDE_TRACE=1" in told
    assert "Traceback" not in told
    monkeypatch.setenv("AIDE_TRACE", "1")
    with pytest.raises(KeyError):
        run(monkeypatch, "status")


def closed(*_: object, **__: object) -> None:
    raise BrokenPipeError


def test_a_reader_that_has_enough_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "app", closed)
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    assert run(monkeypatch, "status") == 0


def locked(*_: object, **__: object) -> None:
    Path("/nowhere/x").read_bytes()


def test_a_file_that_the_system_refuses_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(app, "app", locked)
    assert run(monkeypatch, "status") == 2
    assert capsys.readouterr().err.startswith("bad-file: /nowhere/x: No such file or directory; check the path")
