"""`inbox`: each message that needs a person has a row, a flood has one, and nothing is lost."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adapters.files.inbox_file import Inbox
from cli.app import app
from cli.display.inbox import waiting_line
from models.post.incoming import MessageKind, TakenIn

FLOOD = 30


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder whose inbox holds a letter of an office, a flood, and a letter of a stranger."""
    box = Inbox(tmp_path / "record", "p")

    async def fill() -> None:
        await enter(box, "khm-moc@office.example", "Our answer", "khm-moc")
        for number in range(FLOOD):
            await enter(box, "x@evil.example", f"Buy {number}")
        await enter(box, "a@b.example", "A question")

    asyncio.run(fill())
    return tmp_path


async def enter(box: Inbox, sender: str, subject: str, *offices: str) -> None:
    await box.enter(
        TakenIn(
            at=datetime(2026, 1, 2, tzinfo=UTC),
            digest=subject,
            kind=MessageKind.LETTER,
            sender=sender,
            from_line=sender,
            offices=offices,
            message_id=f"<{subject}@x.example>",
            subject=subject,
            why="a letter",
        )
    )


def run(data: Path, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["inbox", *arguments, "--data", str(data), "--plan", "p"])
    assert result.exit_code == 0, result.output
    return result.output


def document(data: Path, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(data, *arguments, "--json"))
    return found


def test_a_flood_is_one_row_with_its_count(data: Path) -> None:
    out = run(data)
    assert "Our answer" in out and "A question" in out
    assert f"   2  {FLOOD} messages from x@evil.example, 2026-01-02 to 2026-01-02\n" in out
    assert "the last is message 31: Buy 29" in out and "Buy 28" not in out
    assert len(out.splitlines()) == 3 + 4 + 3


def test_json_holds_every_message_and_the_numbers_of_a_flood(data: Path) -> None:
    found = document(data)
    assert len(found["messages"]) == FLOOD + 2
    [flood] = found["floods"]
    assert (flood["from"], flood["count"]) == ("x@evil.example", FLOOD)
    assert flood["numbers"] == list(range(2, FLOOD + 2))
    assert flood["message_ids"][0] == "<Buy 0@x.example>" and len(flood["message_ids"]) == FLOOD


def test_status_counts_every_message_and_names_the_flood(data: Path) -> None:
    line = f"inbox: {FLOOD + 2} messages need a person, {FLOOD} of them from x@evil.example; `inbox` lists them\n"
    assert waiting_line(data, "p") == line


def test_the_messages_of_a_flood_can_be_listed_and_done_together(data: Path) -> None:
    out = run(data, "--from", "X@evil.example")
    assert out.count("needs a person") == FLOOD and "Our answer" not in out
    out = run(data, "done", "--from", "@evil.example", "--note", "spam")
    assert out == f"{FLOOD} messages are seen to (from @evil.example): spam\n"
    assert len(document(data)["messages"]) == 2 and document(data)["floods"] == []
    every = document(data, "--all")["messages"]
    assert len(every) == FLOOD + 2 and every[5]["seen_to"]["note"] == "spam"
    assert run(data, "--from", "x@evil.example") == "nothing from x@evil.example needs a person\n"


def test_strangers_are_done_together_and_the_office_stays(data: Path) -> None:
    assert len(document(data, "done", "--from", "strangers")["messages"]) == FLOOD + 1
    [message] = document(data)["messages"]
    assert message["subject"] == "Our answer"


@pytest.mark.parametrize(
    "arguments", [["done"], ["show"], ["done", "2", "--from", "a@b.example"], ["done", "--from", "nobody@b.example"]]
)
def test_what_is_not_clear_is_refused(data: Path, arguments: list[str]) -> None:
    result = CliRunner().invoke(app, ["inbox", *arguments, "--data", str(data), "--plan", "p"])
    assert result.exit_code != 0 and len(Inbox(data / "record", "p").read().seen_to) == 0
