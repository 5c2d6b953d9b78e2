"""`ingest` takes regular files only, and looks at all of them before it asks a server."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.errors import BadUsage


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
