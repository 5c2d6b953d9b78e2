"""A side that acts itself has answered what it wrote beside a button: the inbox no longer waits for it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.files.inbox_file import Inbox
from cli.inbox_answers import see_to_answered
from models.messages import acts
from models.post.incoming import Handled, MessageKind, TakenIn

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


async def inbox(root: Path, *outcomes: Handled) -> Inbox:
    """The inbox of plan t, with one message for each outcome, all of which wait for a person."""
    found = Inbox(root, "t")
    for n, each in enumerate(outcomes):
        line = TakenIn(at=NOW, digest=str(n), kind=MessageKind.ANSWERS, outcomes=(each,), why="words of its own")
        await found.enter(line)
    return found


def answer(office: str, item: str = "t/m", seems: str = "accept of proposal 1") -> Handled:
    return Handled(item=item, office=office, seems=seems, why="words of its own")


@pytest.mark.parametrize("office", ["khm-moc", "khm-moc-dg"])
async def test_an_accept_of_the_side_itself_answers_its_words(tmp_path: Path, office: str) -> None:
    box = await inbox(
        tmp_path, answer("khm-moc"), answer("lao-moc"), answer("khm-moc", "t/n"), answer("khm-moc", seems="")
    )
    await see_to_answered(tmp_path, "t/m", acts.Accept(act_id="1", office=office, proposal=1))
    assert [each.n for each in box.read().waiting] == [2, 3, 4]
    assert box.seen_to[1].note == f"{office} has answered itself, with accept"


async def test_another_act_answers_nothing(tmp_path: Path) -> None:
    box = await inbox(tmp_path, answer("khm-moc"))
    await see_to_answered(tmp_path, "t/m", acts.Regret(act_id="1", office="khm-moc", reason="travels"))
    assert len(box.read().waiting) == 1


async def test_a_damaged_inbox_does_not_fail_the_act(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "inbox.jsonl").write_text("no line\n")
    await see_to_answered(tmp_path, "t/m", acts.Accept(act_id="1", office="khm-moc", proposal=1))
    assert "inbox.jsonl" in capsys.readouterr().err
