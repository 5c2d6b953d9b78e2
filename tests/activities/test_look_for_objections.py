"""Before silence closes an item: which waiting message stops it, and in whose inbox a person finds it."""

from pathlib import Path

import pytest

from activities.look_for_objections import ObjectionActivities
from adapters.files.inbox_file import Inbox
from models.messages.effects import LookForObjections
from models.post.incoming import MessageKind, TakenIn
from tests.support.mail_samples import at, settings


@pytest.mark.parametrize(("plan", "inbox"), [("lao-khm", "the inbox"), ("lao-vnm", "the inbox of lao-vnm")])
async def test_a_message_that_waits_is_named_with_its_inbox(tmp_path: Path, plan: str, inbox: str) -> None:
    config = settings(tmp_path)
    look = LookForObjections(plan="lao-khm", offices=("khm-moc",), since=at(1), until=at(2))
    activity = ObjectionActivities(config)
    assert (await activity.look_for_objections(look)).why == ""
    letter = TakenIn(
        at=at(1), digest="d", kind=MessageKind.LETTER, sender="a@khm.example", offices=("khm-moc",), why="a letter"
    )
    await Inbox(config.record, plan).enter(letter)
    found = await activity.look_for_objections(look)
    assert found.why == f"message 1 of {inbox}, from a@khm.example, waits for a person"
