"""Sending by a real worker on a real Temporal: killed in the middle of it, and before a mail server that is silent."""

import asyncio
import os
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import httpx
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker

from activities.despatch import archive_file
from adapters.files.record_file import read_record
from adapters.program_folders import ROOT, TEMPLATES
from adapters.settings import Settings
from models.common.ids import TASK_QUEUE, secretariat_id
from models.messages.effects import PostRoomAddress, Words
from models.messages.record_lines import RecordEntries
from models.messages.views import ItemRow
from models.plan.plan import DespatchRule
from models.post.post_room_state import Bounced, PostRoomState
from tests.support.mail_samples import despatch, notice, settings
from tests.support.mail_servers import Script, scripted_smtp
from worker import build_worker
from workflows.visibility import MEMO_ROW, initial_attributes


async def until(condition: object, seconds: float = 120) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.05)


async def open_post_room(client: Client, office: str, task_queue: str, plan: str) -> None:
    """A post room that is told of one awaited act."""
    address = PostRoomAddress(
        plan=plan,
        plan_title="Lao-Cambodia Action Plan",
        office=office,
        office_title="Coordinator, Ministry of Industry and Commerce",
        despatch=DespatchRule(gather=timedelta(0)),
    )
    row = ItemRow(id=secretariat_id(plan, office), ref="-", kind="secretariat", title=office, status="idle")
    words = Words(awaited=(notice(office=office, key=f"{plan}/16.3-jtc/2026/propose/1/1/{office}"),))
    await client.start_workflow(
        "secretariat",
        PostRoomState(address=address),
        id=row.id,
        task_queue=task_queue,
        search_attributes=initial_attributes(plan, row),
        memo={MEMO_ROW: row},
        start_signal="tell",
        start_signal_args=[words],
    )


@asynccontextmanager
async def worker_process(client: Client, config: Settings, server: Script) -> AsyncIterator[asyncio.subprocess.Process]:
    """worker.py as it runs in production; killed at the end."""
    ready = config.record.parent / f"ready-{uuid.uuid4().hex}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AIDE_", "TEMPORAL_"))},
        "TEMPORAL_ADDRESS": client.service_client.config.target_host,
        "TEMPORAL_NAMESPACE": client.namespace,
        "AIDE_SMTP_PORT": str(server.port),
        "AIDE_SMTP_TIMEOUT": "30",
        "AIDE_CONTACTS": str(config.contacts),
        "AIDE_TEMPLATES": str(TEMPLATES),
        "AIDE_RECORD": str(config.record),
        "AIDE_READY_FILE": str(ready),
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "worker.py", cwd=ROOT, env=environment)
    try:
        await until(ready.exists)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_killed_between_the_letter_and_its_answer(dev_server: Client, tmp_path: Path) -> None:
    """The letter is on the server, the worker dies before it learns it: the next worker sends the same bytes."""
    plan = f"k{uuid.uuid4().hex[:8]}"
    config = settings(tmp_path)
    async with scripted_smtp(silent="letter") as server:
        async with worker_process(dev_server, config, server) as first:
            await open_post_room(dev_server, "lao-moic", TASK_QUEUE, plan)
            await until(lambda: server.letters)
            first.kill()
            await first.wait()
        server.silent = ""
        async with worker_process(dev_server, config, server):
            await until(lambda: len(server.letters) > 1)
            ledger = config.record / plan / "office" / "lao-moic.jsonl"
            await until(ledger.exists)
        assert len(server.letters) == 2 and server.letters[0] == server.letters[1]
        (archived,) = (config.record / plan / "letters" / "lao-moic").glob("*.eml")
        assert archived.read_bytes() == server.letters[0]
        assert server.letters[0].count(b"Message-ID:") == 1
    said = [line["verb"] for line in read_record(config.record, secretariat_id(plan, "lao-moic"))]
    assert said.count("sent") == 1 and "returned" not in said


async def test_a_mail_may_come_back_before_its_sending_is_over(dev_server: Client, tmp_path: Path) -> None:
    """The server's answer is still on its way when the bounce is read: it is heard once the mail is known as sent."""
    plan, queue = f"k{uuid.uuid4().hex[:8]}", f"q{uuid.uuid4().hex}"
    config = settings(tmp_path)
    async with scripted_smtp(released=asyncio.Event()) as server, httpx.AsyncClient() as http:
        config = config.model_copy(update={"smtp_port": server.port})
        async with build_worker(dev_server, config, http, queue):
            await open_post_room(dev_server, "lao-moic", queue, plan)
            await until(lambda: server.letters)
            identity = str(message_from_bytes(server.letters[0])["Message-ID"])
            room = dev_server.get_workflow_handle(secretariat_id(plan, "lao-moic"))
            await room.signal("bounced", Bounced(message_id=identity, reason="5.1.1 no such user"))
            await room.query("standing", [])  # it has been heard
            assert server.released is not None
            server.released.set()
            ledger = config.record / plan / "office" / "lao-moic.jsonl"
            await until(lambda: ledger.exists() and '"bounced"' in ledger.read_text(encoding="utf-8"))
    lines = read_record(config.record, secretariat_id(plan, "lao-moic"))
    told = [(line["verb"], line["data"]["key"]) for line in lines if line["verb"] in ("sent", "bounced")]
    key = f"{plan}/16.3-jtc/2026/propose/1/1/lao-moic"
    assert told[:2] == [("sent", key), ("bounced", key)]


@workflow.defn(name="enters", sandboxed=False)
class EntersWorkflow:
    """Enters one line into the record."""

    @workflow.run
    async def run(self, entries: RecordEntries, task_queue: str) -> None:
        await workflow.execute_activity(
            "enter", entries, task_queue=task_queue, start_to_close_timeout=timedelta(seconds=20)
        )


async def test_a_silent_mail_server_does_not_hold_up_the_record(dev_server: Client, tmp_path: Path) -> None:
    """More letters wait than a worker has slots by default."""
    plan, queue = f"k{uuid.uuid4().hex[:8]}", f"q{uuid.uuid4().hex}"
    async with scripted_smtp(silent="greeting") as server, httpx.AsyncClient() as http:
        config = settings(tmp_path, smtp_port=server.port, smtp_timeout=600.0, smtp_connections=2)
        text = "".join(f"  o{n}:\n    address: o{n}@moic-lao.example\n" for n in range(120))
        config.contacts.write_text(config.contacts.read_text(encoding="utf-8") + text, encoding="utf-8")
        async with (
            build_worker(dev_server, config, http, queue),
            Worker(dev_server, task_queue=f"{queue}-own", workflows=[EntersWorkflow]),
        ):
            await asyncio.gather(*(open_post_room(dev_server, f"o{n}", queue, plan) for n in range(120)))
            letters = [archive_file(config.record, despatch(plan=plan, office=f"o{n}")).parent for n in range(120)]
            await until(lambda: sum(folder.exists() for folder in letters) >= 100)
            line = RecordEntries(plan=plan, item=f"{plan}/x", lines=({"n": 1, "text": "meanwhile"},))
            await dev_server.execute_workflow(
                "enters", args=[line, queue], id=f"{plan}-enters", task_queue=f"{queue}-own"
            )
            assert await given_up(dev_server, plan) == 0, "the record waited until letters were given up"
            assert server.most == 2 and not server.letters


async def given_up(client: Client, plan: str) -> int:
    """How many of these letters have waited for a conversation until their attempt was over."""
    rooms = [client.get_workflow_handle(secretariat_id(plan, f"o{n}")) for n in range(120)]
    described = await asyncio.gather(*(room.describe() for room in rooms))
    pending = [each for room in described for each in room.raw_description.pending_activities]
    return sum("is busy" in each.last_failure.message for each in pending)
