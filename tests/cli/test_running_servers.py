"""What `up` says of where everything is, and of its secrets."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from cli.running_servers import say_secrets, where
from servers.datafolder import DataFolder
from servers.gate import ENTRY
from tests.support.paths import REPOSITORY
from tests.support.processes import run_file


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What `make up` has at hand at its first start, with an ellipsis for each secret."""
    monkeypatch.chdir(tmp_path)
    ui, folder = "http://127.0.0.1:8233", DataFolder(Path("var"))
    run = run_file(tmp_path, ui=ui, plan="lao-khm", mail=folder.mail, record=folder.record)
    logins = {name: SecretStr("…") for name in ("organizer", "khm-acu")}
    return SimpleNamespace(run=run, folder=folder, new_entry=SecretStr(f"{ui}{ENTRY}…"), new_logins=logins)


def test_readme_shows_what_up_says(
    servers: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    say_secrets(servers)
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    transcript = readme.partition("```console\n$ make up\n")[2].partition("```")[0]
    assert transcript.endswith(f"{capsys.readouterr().out}…\n{where(servers)}\n")


def test_secrets_are_shown_on_a_terminal_only(servers: Any, capsys: pytest.CaptureFixture[str]) -> None:
    say_secrets(servers)
    assert capsys.readouterr().out == ""
