"""`ingest` takes regular files only, and looks at all of them before it asks a server."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.commands import ingest
from cli.errors import BadUsage, NoServer
from tests.support.mail_samples import settings
from tests.support.silent_plans import Workflows, answer_to, records, running, silent


def refusal(tmp_path: Path, *sources: Path) -> str:
    result = CliRunner().invoke(app, ["ingest", *map(str, sources), "--data", str(tmp_path / "none")])
    assert isinstance(result.exception, BadUsage) and result.output == ""
    return f"{result.exception.code}: {result.exception.message}"


@pytest.mark.parametrize("in_folder", [False, True], ids=["named", "in a folder"])
def test_a_link_a_pipe_and_a_device_are_no_mail(tmp_path: Path, in_folder: bool) -> None:
    mails = tmp_path / "mails"
    mails.mkdir()
    (mails / "1.eml").write_bytes(b"From: khm-moc@moc.example\n\nyes\n")
    (tmp_path / "secret").write_bytes(b"Subject: secret\n\n")
    odd = mails / "2.eml"

    def said() -> str:
        return refusal(tmp_path, mails) if in_folder else refusal(tmp_path, mails / "1.eml", odd)

    odd.symlink_to(tmp_path / "secret")
    assert said() == f"bad-file: {odd} cannot be read: this is a link; name the file that it leads to"
    odd.unlink()
    os.mkfifo(odd)
    pipe = "this is a pipe, a device or a socket; write its content to a file, and name that file"
    assert said() == f"bad-file: {odd} cannot be read: {pipe}"
    odd.unlink()  # whoever judges the mails of a test would wait for it
    assert refusal(tmp_path, Path("/dev/zero")) == f"bad-file: /dev/zero cannot be read: {pipe}"


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path, tmp_path / "none.eml").startswith(f"no-such-file: there is no {tmp_path}/none.eml")


def test_a_message_that_cannot_be_taken_in_now_stops_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = settings(tmp_path)
    records(config.record, "bad", "good")
    workflows = Workflows({"bad": running, "good": running, "bad/m": silent, "good/m": lambda: None})

    async def plan() -> str:
        return "good"

    @asynccontextmanager
    async def here(data: Path, named: str | None) -> AsyncIterator[SimpleNamespace]:
        yield SimpleNamespace(client=workflows, record=config.record, plan=plan)

    monkeypatch.setattr(ingest, "session", here)
    monkeypatch.setattr(ingest, "contacts_file", lambda data: config.contacts)
    mails = tmp_path / "mails"
    mails.mkdir()
    for number, item in enumerate(("bad/m", "good/m", "bad/m", "good/m")):
        (mails / f"{number}.eml").write_bytes(answer_to(item, number))
    result = CliRunner().invoke(app, ["ingest", str(mails), "--data", str(tmp_path)])
    assert isinstance(result.exception, NoServer) and result.output.count("khm-moc answers") == 2
    assert "bad/m does not answer" in result.exception.message and "2 were taken in" in result.exception.message
