"""An act with which a side answers its own words sees to the messages that hold these words."""

from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.enter import RecordActivities
from adapters.files.inbox_file import Inbox
from adapters.files.record_file import read_record
from models.messages.record_lines import RecordEntries
from models.post.incoming import Handled, MessageKind, TakenIn
from tests.support.mail_samples import at, settings

ITEM, OTHER = "lao-khm/16.3-jtc/2026", "lao-khm/17.1-banks/2026"
UNCLEAR = Handled(item=ITEM, office="khm-moc", why="it has words", words="only if", seems="accept of proposal 1")


async def waiting(folder: Path, plan: str, **data: Any) -> list[int]:
    """The numbers of the messages that wait after an act with this data. Message 1 holds the words, 2 also another
    answer with words, 3 is of another office, and 4 is a letter."""
    config = settings(folder)
    inbox = Inbox(config.record, plan)
    kinds = {
        "1": (UNCLEAR,),
        "2": (UNCLEAR, UNCLEAR.model_copy(update={"item": OTHER})),
        "3": (UNCLEAR.model_copy(update={"office": "lao-moic"}),),
        "4": (Handled(item=ITEM, office="khm-moc"),),
    }
    for digest, outcomes in kinds.items():
        kind = MessageKind.LETTER if digest == "4" else MessageKind.ANSWERS
        await inbox.enter(TakenIn(at=at(1), digest=digest, kind=kind, outcomes=outcomes, why="a person"))
    line = {"n": 1, "verb": "accept", "office": "khm-moc", "text": "khm-moc (KHM) accepts", "data": data}
    for _ in range(2):  # an activity may run twice
        entries = RecordEntries(plan="lao-khm", item=ITEM, lines=(line,))
        await ActivityEnvironment().run(RecordActivities(config).enter, entries)
    assert read_record(config.record, ITEM) == [line]
    found = inbox.read()
    assert {n: each.note for n, each in found.seen_to.items()} in (
        {},
        {1: "khm-moc has answered it with an act of its own (accept, line 1)"},
    )
    return [each.n for each in found.waiting]


@pytest.mark.parametrize("plan", ["lao-khm", "lao-vnm"])
async def test_the_message_with_the_words_is_done_and_no_other(tmp_path: Path, plan: str) -> None:
    """Plans may share a mailbox, so the message may be in the inbox of another plan."""
    assert await waiting(tmp_path, plan, proposal=1, answers_words_of="khm-moc") == [2, 3, 4]


async def test_an_act_that_answers_no_words_or_that_came_by_mail_sees_to_nothing(tmp_path: Path) -> None:
    assert await waiting(tmp_path, "lao-khm", proposal=1) == [1, 2, 3, 4]
    mail = {"name": "inbox/x.eml", "sha256": "ab", "size": 1}
    assert await waiting(tmp_path / "b", "lao-khm", answers_words_of="khm-moc", message=mail) == [1, 2, 3, 4]


async def test_an_inbox_that_cannot_be_read_stops_no_record(tmp_path: Path) -> None:
    config = settings(tmp_path)
    (config.record / "lao-khm").mkdir(parents=True)
    (config.record / "lao-khm" / "inbox.jsonl").write_text("no line\n")
    line: dict[str, Any] = {"n": 1, "data": {"answers_words_of": "khm-moc"}}
    entries = RecordEntries(plan="lao-khm", item=ITEM, lines=(line,))
    await ActivityEnvironment().run(RecordActivities(config).enter, entries)
    assert read_record(config.record, ITEM) == [line]
