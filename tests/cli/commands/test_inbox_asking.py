"""`inbox ask` and `inbox note`: what is refused before a server is asked."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.files.inbox_file import Inbox
from cli.app import app
from cli.errors import BadUsage, Refused
from cli.inbox_acts import document_of_message
from models.post.incoming import MessageKind, TakenIn
from tests.support.mail_samples import at


@pytest.fixture
def data(tmp_path: Path) -> Path:
    box = Inbox(tmp_path / "record", "p")
    message = TakenIn(
        at=at(1), digest="d", kind=MessageKind.LETTER, sender="x@evil.example", why="a letter", file=f"{'ab' * 32}.eml"
    )
    forged = message.model_copy(update={"digest": "e", "offices": ("khm-moc",), "unauthentic": True})
    asyncio.run(box.enter(message))
    asyncio.run(box.enter(forged))
    return tmp_path


def error_of(data: Path, *arguments: str) -> BaseException | None:
    return CliRunner().invoke(app, ["inbox", *arguments, "--data", str(data), "--plan", "p"]).exception


@pytest.mark.parametrize("number", ["1", "2"])
def test_nobody_is_asked_about_the_mail_of_a_stranger(data: Path, number: str) -> None:
    error = error_of(data, "ask", number)
    assert isinstance(error, Refused) and "comes from no office of the plan" in str(error)


def test_a_note_needs_an_office_and_a_text(data: Path) -> None:
    for missing in (["--as", "lao-moc"], ["--note", "x"]):
        error = error_of(data, "note", "1", *missing)
        assert isinstance(error, BadUsage) and "say which office notes" in str(error)


def test_an_unknown_action_names_those_that_exist(data: Path) -> None:
    error = error_of(data, "answer", "1")
    assert isinstance(error, BadUsage) and "inbox ask N" in str(error)


def test_the_file_of_a_message_is_its_document(data: Path) -> None:
    message = Inbox(data / "record", "p").read().messages[1]
    assert document_of_message(message).sha256 == "ab" * 32
