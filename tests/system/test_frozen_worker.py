"""A worker that froze in the middle of a despatch: this is the fault of no office and of no mail server."""

import asyncio
import email
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client

from adapters.files.record_file import read_record
from adapters.program_folders import ROOT
from cli.launching import launch_at, launch_plan
from models.post.post_room_state import PostRoomState
from servers.datafolder import DataFolder
from tests.support.builders import obligation, plan_of
from tests.support.mail_samples import Mailbox
from tests.support.rig import eventually, real_now, write_contacts

OFFICES = ("lao-moc", "khm-moc")


@dataclass
class Slow(Mailbox):
    """A mail server that answers the name of a recipient only when the test says so."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        self.asked.set()
        await self.go_on.wait()
        return await super().handle_RCPT(server, session, envelope, address, options)


@asynccontextmanager
async def worker_of(client: Client, folder: DataFolder, mailbox: Slow) -> AsyncIterator[asyncio.subprocess.Process]:
    """A mail server, and a worker in a process of its own."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, hostname="mx.example", loop=loop), "127.0.0.1", 0)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("TEMPORAL_", "AIDE_"))} | {
        "TEMPORAL_ADDRESS": client.service_client.config.target_host,
        "AIDE_SMTP_PORT": str(server.sockets[0].getsockname()[1]),
        "AIDE_CONTACTS": str(folder.root / "contacts.yaml"),
        "AIDE_RECORD": str(folder.record),
        "AIDE_OFFICE_HOURS": "off",
    }
    log = (folder.root / "worker.log").open("w")
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "worker.py", cwd=ROOT, env=environment, stdout=log, stderr=log
    )
    try:
        yield worker
    finally:
        mailbox.go_on.set()
        worker.send_signal(signal.SIGCONT)
        worker.terminate()
        await worker.wait()
        log.close()
        server.close()


async def given_up(client: Client, room: str) -> bool:
    """Whether Temporal has given up every attempt at a despatch of this post room."""
    events = (await client.get_workflow_handle(room).fetch_history()).events
    return any(event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT for event in events)


async def test_a_worker_that_froze_is_not_told_as_a_fault_of_the_office(dev_server: Client, tmp_path: Path) -> None:
    window = {"by": "offset", "opens": "PT0S", "length": "P300D", "every": "P365D", "count": 1}
    plan = plan_of(obligation("m", window=window), despatch="PT5S").model_copy(update={"plan": "frozen"})
    folder, mailbox = DataFolder(tmp_path / "data"), Slow()
    folder.create()
    write_contacts(plan, folder.root / "contacts.yaml")
    launch = launch_at(plan, await real_now(), await real_now(), None)
    rooms = [f"frozen/office/{office}" for office in OFFICES]
    async with worker_of(dev_server, folder, mailbox) as worker:
        await launch_plan(dev_server, launch, folder.record)
        await asyncio.wait_for(mailbox.asked.wait(), 30)
        await asyncio.sleep(1)
        worker.send_signal(signal.SIGSTOP)  # Temporal gives the frozen worker two attempts of ten seconds

        async def both_given_up() -> bool:
            return all([await given_up(dev_server, room) for room in rooms])

        await eventually(both_given_up, 60)
        worker.send_signal(signal.SIGCONT)
        await asyncio.sleep(1)
        mailbox.go_on.set()

        async def arrived() -> bool:
            return {each.split("@")[0] for each in mailbox.recipients} >= set(OFFICES)

        await eventually(arrived)

        async def noted() -> bool:
            return all(any(line["verb"] == "sent" for line in read_record(folder.record, room)) for room in rooms)

        await eventually(noted)
        for office, room in zip(OFFICES, rooms, strict=True):
            lines = read_record(folder.record, room)
            verbs = [line["verb"] for line in lines]
            assert "returned" not in verbs and "delayed" in verbs, lines
            reason = next(line["data"]["reason"] for line in lines if line["verb"] == "delayed")
            assert reason == "our own worker did not finish this attempt; the same mail goes again"
            state = await dev_server.get_workflow_handle(room).query("state_now", result_type=PostRoomState)
            assert not state.unreachable and state.delayed is None
            first = [m for m in mailbox.letters if f"{office}@office.example" in str(email.message_from_bytes(m)["To"])]
            assert first, office
        item = read_record(folder.record, "frozen/m")
        assert "unreached" not in [line["verb"] for line in item]
        sent = [email.message_from_bytes(letter)["Message-ID"] for letter in mailbox.letters]
        assert len(sent) == len(set(sent)), "the attempt that Temporal had given up has sent nothing"
    for each in ("frozen/m", *rooms, "frozen", "frozen/mailbox"):
        await dev_server.get_workflow_handle(each).terminate()
