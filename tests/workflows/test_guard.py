"""Nothing that anybody sends to a workflow stops it: whatever came, a query and a good act are answered."""

import asyncio
import os
import random
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.common import RawValue
from temporalio.service import RPCError

from adapters.files.inbox_file import Inbox
from models.common.values import Value
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.effects import Words
from models.messages.notices import Announcement
from models.messages.views import Receipt
from tests.support.builders import date_terms, obligation, plan_of
from tests.support.hostile_messages import ANNOUNCEMENT, OFFICE, hostile_acts, hostile_signals
from tests.support.mail_client import send
from tests.support.rig import House, eventually, house
from tests.support.worlds import amend
from workflows.guard import LARGEST_BY_SIGNAL, SMALL, SOME, Scales
from workflows.mailbox_start import read_mail_of

COUNT = int(os.environ.get("AIDE_HOSTILE", "60"))
"""Hostile signals, and as many Updates, to each workflow. `make soak` sends more."""
ASKED = "questions/lao-moc.khm-moc"
LARGEST = 1_500_000
"""Bytes of any state afterwards: it still fits into a Temporal payload of 2 MB."""
NOW = {"window": {"by": "offset", "opens": "PT0S", "length": "P300D", "every": "P365D", "count": 1}}


async def test_no_message_stops_a_workflow(dev_server: Client, tmp_path: Path) -> None:
    turns = {"host_rule": "rotating", "readings": {"first_host": {"others": ["LAO", "KHM"]}}}
    plan = plan_of(
        obligation("m", **NOW),
        obligation("s", kind="meeting_series", cadence="annual", **turns),
        obligation("c", kind="instrument", **NOW),
    ).model_copy(update={"plan": "guard"})
    async with house(dev_server, plan, tmp_path) as home:
        await home.launch()
        await read_mail_of(dev_server, "guard", plan.title, home.task_queue)
        names = [
            "guard",
            f"guard/office/{OFFICE}",
            "guard/mailbox",
            *(f"guard/{item}" for item in ("m", "s", "c", ASKED)),
        ]
        handles = [dev_server.get_workflow_handle(name) for name in names]
        await asyncio.gather(*(_attack(handle, seed) for seed, handle in enumerate(handles)))
        for handle in handles:
            assert await _failed_tasks(handle) == Counter(), handle.id
            if not handle.id.endswith("mailbox"):
                state = await handle.query("state_now")
                assert len(str(state).encode()) < LARGEST, handle.id
        await _everything_is_answered(home)


async def _attack(handle: WorkflowHandle, seed: int) -> None:  # type: ignore[type-arg]
    chance = random.Random(seed)
    for (signal, args), (act, more) in zip(hostile_signals(chance, COUNT), hostile_acts(chance, COUNT), strict=True):
        await handle.signal(signal, args=args)
        await _answered(handle, act, more)


async def _answered(handle: WorkflowHandle, act: str, args: list[RawValue]) -> None:  # type: ignore[type-arg]
    """Waits for the answer to an Update: mostly an error, for a few of them can be taken all the same."""
    with suppress(WorkflowUpdateFailedError, RPCError):
        await asyncio.wait_for(handle.execute_update(act, args=args), 30)


async def _failed_tasks(handle: WorkflowHandle) -> Counter[str]:  # type: ignore[type-arg]
    found: Counter[str] = Counter()
    async for event in handle.fetch_history_events():
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED:
            found[event.workflow_task_failed_event_attributes.failure.message] += 1
    return found


async def _everything_is_answered(home: House) -> None:
    """A good act of each item, a word to the post room, and a mail to the mailbox."""
    terms = date_terms(await home.now() + timedelta(days=30))
    assert isinstance(await home.act("m", acts.Propose, "lao-moc", terms=terms), Receipt)
    assert isinstance(await home.act("c", acts.Evidence, "lao-moc", text="signed"), Receipt)
    assert isinstance(await home.act_on_plan(acts.Propose, "lao-mfa", terms=amend("drop", "s")), Receipt)
    name = (await home.view(ASKED)).questions[0]["id"]
    settled = Terms(topic=Topic.ANSWER, question=name, value="LAO")
    assert isinstance(await home.act(ASKED, acts.Propose, "lao-moc", terms=settled), Receipt)
    post = home.client.get_workflow_handle(f"guard/office/{OFFICE}")
    word = Announcement.model_validate({**ANNOUNCEMENT, "key": "good", "title": "A good word"})
    await post.signal("tell", Words(announce=(word,)))

    async def mailed() -> bool:
        return any("A good word" in str(mail["Subject"]) for mail in home.mails(OFFICE))

    async def taken_in() -> bool:
        return bool(Inbox(home.settings.record, "guard").read().messages)

    letter = EmailMessage()
    letter["From"], letter["To"] = f"{OFFICE}@office.example", "secretariat@aide-memoire.example"
    letter["Subject"], letter["Message-ID"] = "A good letter", "<good@office.example>"
    letter.set_content("Good morning.")
    await send(letter, home.settings.smtp_port)
    await eventually(mailed)
    await eventually(taken_in)


class Held(Value):
    text: str = ""


def test_a_signal_may_not_fill_a_state() -> None:
    scales, small, large = Scales(), Held(text="x"), Held(text="x" * SMALL)
    empty, full, fuller = Held(), Held(text="x" * LARGEST_BY_SIGNAL), Held(text="x" * (LARGEST_BY_SIGNAL + 1))
    weighed: list[Held] = []

    def hear(message: Held, before: Held, after: Held) -> None:
        scales.weigh(message, lambda: before, lambda: weighed.append(after) or after)

    for _ in range(SOME - 1):
        hear(small, empty, full)
    assert not weighed, "to weigh after each small signal costs too much"
    with pytest.raises(ValueError, match=r"1,600,011 bytes would be too many to carry"):
        hear(small, empty, full)
    for before in (empty, full):
        with pytest.raises(ValueError, match="too many"):
            hear(small, before, fuller)
    hear(small, fuller, full)
    hear(small, full, empty)
    assert len(weighed) == 5, "after each signal while it is full"
    hear(small, empty, full)
    assert len(weighed) == 5
    with pytest.raises(ValueError, match="too many"):
        hear(large, empty, full)
