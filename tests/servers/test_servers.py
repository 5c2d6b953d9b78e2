"""The embedded defaults with real parts: a real Temporal, a real Radicale, real mail, real processes."""

import asyncio
import email
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

import aiosmtplib
import httpx
import pytest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from adapters.mailbox.maildir import Maildir
from servers.datafolder import DataFolder, FolderLocked, RunFile, RunFileFault, read_run, write_atomically
from servers.embedded import Embedded, EmbeddedOptions
from servers.errors import GaveUp, ServersError, StartFailed
from servers.ports import PortBusy, claim
from servers.processes import Child, reap_orphans
from servers.spool import Spool
from servers.temporal_server import find_temporal, namespace_retention, registered_search_attributes
from servers.waiting import wait_until
from tests.support.paths import REPOSITORY

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's death signal is Linux only")

CONTACTS = """\
organizer: {name: Joint Secretariat, address: secretariat@plan.example}
offices:
  lao-moic: {address: focal@moic.example, second: desk@moic.example}
  khm-moc: {address: focal@moc.example}
  ../out: {address: focal@out.example}
"""

# Touches the ready file as a worker does, writes down what it was told, and waits.
WORKER = """\
import json, os, pathlib, time
told = {name: value for name, value in os.environ.items() if name.startswith(("AIDE_", "TEMPORAL_"))}
pathlib.Path(os.environ["AIDE_READY_FILE"]).write_text(json.dumps(told))
time.sleep(600)
"""


@pytest.fixture
def contacts(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.yaml"
    path.write_text(CONTACTS)
    return path


@pytest.fixture
async def spool(tmp_path: Path, contacts: Path) -> AsyncIterator[Spool]:
    server = Spool(tmp_path / "mail", contacts, 0)
    await server.start()
    yield server
    await server.stop()


def stub(tmp_path: Path, script: str = WORKER) -> list[str]:
    path = tmp_path / "stub_worker.py"
    path.write_text(script)
    return [sys.executable, str(path)]


def options(tmp_path: Path, contacts: Path, worker: list[str], **more: object) -> EmbeddedOptions:
    any_port = dict.fromkeys(("temporal_port", "ui_port", "caldav_port", "smtp_port"), 0)
    settings = {"data": tmp_path / "var", "contacts": contacts, "worker_command": worker, **any_port, **more}
    return EmbeddedOptions(**settings)  # type: ignore[arg-type]


def message(to: str = "focal@moic.example", message_id: str | None = None) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "secretariat@plan.example", to, "Réunion"
    mail["Message-ID"] = message_id or make_msgid(domain="plan.example")
    mail.set_content("A line.\n.\n.. dots at the beginning\n")
    return mail


async def send(spool: Spool, mail: EmailMessage, *recipients: str) -> None:
    await aiosmtplib.send(mail, recipients=recipients or None, hostname="127.0.0.1", port=spool.port, start_tls=False)


def gone(pid: int) -> bool:
    """Whether a process has ended, waited for or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


async def soon(holds: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.02)


def run_file(tmp_path: Path, **more: object) -> RunFile:
    facts = {
        "temporal_address": "127.0.0.1:7233",
        "namespace": "default",
        "ui": None,
        "caldav_url": "http://127.0.0.1:5232",
        "smtp_host": "127.0.0.1",
        "smtp_port": 1025,
        "mail": tmp_path / "mail",
        "record": tmp_path / "record",
        "contacts": tmp_path / "contacts.yaml",
        "pid": os.getpid(),
        "started": datetime.now(UTC),
        "state": "running",
    }
    return RunFile.model_validate({**facts, **more})


# --- the data folder ---------------------------------------------------------------------------------------------


def test_a_second_holder_is_refused_and_told_who_holds_the_folder(tmp_path: Path) -> None:
    hold = "import sys; from pathlib import Path; from servers.datafolder import DataFolder\n"
    hold += "DataFolder(Path(sys.argv[1])).lock(); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", hold, str(tmp_path / "var")]
    with subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
        with pytest.raises(FolderLocked) as refused:
            DataFolder(tmp_path / "var").lock()
        assert str(tmp_path / "var") in str(refused.value)
        assert f"process {holder.pid}" in str(refused.value) and "--data" in str(refused.value)
        holder.kill()
    free = DataFolder(tmp_path / "var")
    free.lock()  # the lock of a killed holder is nobody's
    free.unlock()


def test_the_folder_is_free_again_after_unlock(tmp_path: Path) -> None:
    first = DataFolder(tmp_path)
    first.lock()
    first.unlock()
    second = DataFolder(tmp_path)
    second.lock()
    second.unlock()


def test_run_file_comes_back_as_it_was_written(tmp_path: Path) -> None:
    assert read_run(tmp_path) is None
    written = run_file(tmp_path, children={"temporal": 5}, plan="lao-khm")
    DataFolder(tmp_path).write_run(written)
    assert read_run(tmp_path) == written
    assert written.alive() and not run_file(tmp_path, state="stopped").alive()
    DataFolder(tmp_path).run_file.write_text("{")
    with pytest.raises(RunFileFault, match="delete it"):
        read_run(tmp_path)


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "file"
    write_atomically(target, b"before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(target, b"after")
    assert [path.name for path in tmp_path.iterdir()] == ["file"] and target.read_bytes() == b"before"


# --- ports -------------------------------------------------------------------------------------------------------


def test_a_busy_port_names_port_part_and_option() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortBusy) as busy:
            claim("the Temporal UI", port, "--ui-port")
    assert str(busy.value) == (
        f"port {port}, wanted by the Temporal UI, is in use by another program; "
        "choose another with --ui-port, or 0 for any free one"
    )
    assert claim("the Temporal UI", port, "--ui-port") == port
    # Not one that the system may hand out to somebody else before the server has bound it.
    assert 15_000 <= claim("the Temporal UI", 0, "--ui-port") < 32_000
    with pytest.raises(PortBusy, match="between 0 and 65535"):
        claim("the Temporal UI", 70000, "--ui-port")


# --- child processes ---------------------------------------------------------------------------------------------


async def test_a_child_that_dies_before_it_is_ready_shows_its_last_lines(tmp_path: Path) -> None:
    (tmp_path / "noisy.log").write_text("of an earlier run\n")
    child = Child("noisy", [sys.executable, "-c", "[print(n) for n in range(30)]; raise SystemExit(3)"], tmp_path)
    await child.start()

    async def never() -> bool:
        return False

    with pytest.raises(StartFailed) as failed:
        await wait_until(never, "noisy", child, timeout=10, progress=print)
    said = str(failed.value)
    assert "exited with status 3" in said and str(child.log) in said
    assert child.tail() == [str(n) for n in range(10, 30)] and "earlier" not in said


async def test_a_long_wait_is_not_silent_and_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("servers.waiting._SILENCE", 0.1)
    child = Child("slow", [sys.executable, "-c", "import time; time.sleep(600)"], tmp_path)
    await child.start()
    said: list[str] = []

    async def never() -> bool:
        return False

    with pytest.raises(StartFailed, match=r"the slow one was not ready after .* log: .*slow\.log"):
        await wait_until(never, "the slow one", child, timeout=0.6, progress=said.append)
    await child.stop()
    assert 4 <= len(said) <= 6 and said[0].startswith("still waiting for the slow one")


async def test_a_child_that_ignores_the_request_to_end_is_killed_with_its_group(tmp_path: Path) -> None:
    stubborn = "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    stubborn += "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid, flush=True)\n"
    stubborn += "time.sleep(600)"
    child = Child("stubborn", [sys.executable, "-c", stubborn], tmp_path, patience=0.3)
    await child.start()
    await soon(lambda: bool(child.tail()))
    grandchild = int(child.tail()[0])
    await child.stop()
    assert await child.wait() == -signal.SIGKILL and not child.running
    await soon(lambda: gone(grandchild))


async def test_a_long_log_is_put_aside_at_the_next_start(tmp_path: Path) -> None:
    child = Child("long", [sys.executable, "-c", "print('anew')"], tmp_path)
    child.log.write_bytes(b"x" * (5 * 1024 * 1024 + 1))
    await child.start()
    await child.wait()
    assert child.log.stat().st_size < 200 and child.tail() == ["anew"]
    assert (tmp_path / "long.log.1").stat().st_size > 5 * 1024 * 1024


async def test_only_orphans_of_this_folder_are_ended(tmp_path: Path) -> None:
    root = tmp_path / "var"

    def sleeper(argument: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(600)", argument], start_new_session=True
        )

    ours, other, stranger = sleeper(f"--data={root}"), sleeper(f"--data={root}2"), sleeper("elsewhere")
    try:
        pids = {"worker": ours.pid, "radicale": other.pid, "temporal": stranger.pid}
        assert await reap_orphans(run_file(tmp_path, children=pids), root) == ["worker"]
        assert ours.wait(5) == -signal.SIGTERM
        assert other.poll() is None and stranger.poll() is None
    finally:
        for process in (ours, other, stranger):
            process.kill()
            process.wait()


# --- the mail spool ----------------------------------------------------------------------------------------------


async def test_each_message_is_one_file_with_the_bytes_received(spool: Spool) -> None:
    mail = message()
    await send(spool, mail)
    await send(spool, message())
    files = sorted((spool.mail / "lao-moic").iterdir())
    assert len(files) == 2
    assert all(re.fullmatch(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{12}\.eml", path.name) for path in files)
    kept = files[0].read_bytes()
    assert b"\r\n" in kept and b"\n" not in kept.replace(b"\r\n", b"")
    opened = email.message_from_bytes(kept)
    assert opened["Message-ID"] == mail["Message-ID"]
    assert opened.get_payload() == "A line.\r\n.\r\n.. dots at the beginning\r\n"


async def test_the_same_message_to_the_same_office_adds_nothing_not_even_after_a_restart(spool: Spool) -> None:
    mail = message()
    await send(spool, mail)
    (first,) = (spool.mail / "lao-moic").iterdir()
    written = first.stat().st_mtime_ns
    await send(spool, mail)
    await send(spool, mail, "DESK@moic.example")  # the office's second address
    again = Spool(spool.mail, spool.contacts, 0)
    await again.start()
    await send(again, mail)
    await again.stop()
    assert list((spool.mail / "lao-moic").iterdir()) == [first] and first.stat().st_mtime_ns == written


async def test_mail_goes_to_the_offices_the_organizer_or_the_unknown(spool: Spool) -> None:
    recipients = ("focal@moic.example", "focal@moc.example", "secretariat@plan.example", "who@else.example")
    await send(spool, message(), *recipients)
    await send(spool, message("focal@out.example"))  # an office whose name would lead out of the spool
    counts = {folder.name: len(list(folder.rglob("*.eml"))) for folder in spool.mail.iterdir()}
    assert counts == {"lao-moic": 1, "khm-moc": 1, "organizer": 1, "unknown": 2}
    assert not (spool.mail.parent / "out").exists()


async def test_answers_lie_in_a_maildir_each_time_they_come(spool: Spool) -> None:
    """Two answers may carry one Message-ID, and say different things."""
    source = Maildir(spool.mail / "organizer")
    for text in ("first", "second", "second"):
        mail = message("secretariat@plan.example")
        mail.set_content(text)
        await send(spool, mail)
    found = [each async for each in source.messages()]
    assert [each.data.split()[-1] for each in found] == [b"first", b"second", b"second"]
    await source.done(found[0].key)
    assert len([each async for each in source.messages()]) == 2


async def test_a_correction_of_the_contacts_counts_from_the_next_message(spool: Spool) -> None:
    await send(spool, message("new@moc.example"))
    spool.contacts.write_text(CONTACTS.replace("focal@moc.example", "new@moc.example"))
    await send(spool, message("new@moc.example"))
    assert sorted(folder.name for folder in spool.mail.iterdir()) == ["khm-moc", "organizer", "unknown"]


async def test_what_cannot_be_kept_is_refused_for_now(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    spool.contacts.write_text("offices: [")
    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await send(spool, message())
    assert refused.value.code == 451
    spool.contacts.write_text(CONTACTS)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    mail = message()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(aiosmtplib.SMTPDataError) as refused:
            await send(spool, mail)
    assert refused.value.code == 451 and not list((spool.mail / "lao-moic").iterdir())
    await send(spool, mail)
    assert len(list((spool.mail / "lao-moic").iterdir())) == 1


async def test_too_large_a_message_is_refused_for_good(spool: Spool) -> None:
    mail = message()
    mail.set_content("x" * 70 + "\n", cte="7bit")
    mail.add_attachment(b"x" * 8_000_000, maintype="application", subtype="octet-stream")
    with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
        await send(spool, mail)
    assert refused.value.code == 552 and not list(spool.mail.rglob("*.eml"))


async def test_the_spool_stops_although_a_client_stays_connected(spool: Spool) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", spool.port)
    await reader.readline()
    async with asyncio.timeout(5):
        await spool.stop()
        assert await reader.read() == b""
    writer.close()


# --- everything together -----------------------------------------------------------------------------------------


def test_a_temporal_on_path_wins_over_the_packaged_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = Path(sys.executable).parent
    monkeypatch.setenv("PATH", str(packaged))
    assert find_temporal() == packaged / "temporal"
    own = tmp_path / "temporal"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", f"{packaged}{os.pathsep}{tmp_path}")
    assert find_temporal() == own
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    with pytest.raises(ServersError, match="TEMPORAL_ADDRESS"):
        find_temporal()


async def test_start_stop_and_restart_on_the_same_folder(tmp_path: Path, contacts: Path) -> None:
    said: list[str] = []
    worker = stub(tmp_path)
    first = Embedded(options(tmp_path, contacts, worker, search_attributes={"Office": "KeywordList"}))
    run = await first.start(said.append)
    assert run == read_run(tmp_path / "var") and run.state == "running" and run.alive()
    assert set(run.children) == {"temporal", "radicale", "worker"} and not any(map(gone, run.children.values()))
    assert any(line.startswith("Temporal ready") for line in said)
    await _look_at_parts(run)
    client = await Client.connect(run.temporal_address)
    assert await namespace_retention(client) == timedelta(days=4000)
    assert await registered_search_attributes(client) == {"Office": "KeywordList"}
    await client.start_workflow("anything", id="lao-khm/16.3-jtc", task_queue="nobody")
    await first.stop()
    stopped = read_run(tmp_path / "var")
    assert stopped is not None and stopped.state == "stopped" and all(map(gone, run.children.values()))

    # Again, with one attribute more, which --search-attribute alone would not register on an existing database.
    wanted = {"Office": "KeywordList", "Due": "Datetime"}
    second = Embedded(options(tmp_path, contacts, worker, search_attributes=wanted))
    run = await second.start(said.append)
    client = await Client.connect(run.temporal_address)
    assert (await client.get_workflow_handle("lao-khm/16.3-jtc").describe()).status is not None
    assert await registered_search_attributes(client) == wanted
    assert await namespace_retention(client) == timedelta(days=4000)
    due = SearchAttributePair(SearchAttributeKey.for_datetime("Due"), datetime.now(UTC))
    attributes = TypedSearchAttributes([due])
    await client.start_workflow("anything", id="second", task_queue="nobody", search_attributes=attributes)
    await second.stop()

    third = Embedded(options(tmp_path, contacts, worker, search_attributes={"Office": "Int"}))
    with pytest.raises(StartFailed, match="Office is registered as KeywordList"):
        await third.start(said.append)
    folder = DataFolder(tmp_path / "var")
    folder.lock()  # a start that failed holds nothing
    folder.unlock()


async def _look_at_parts(run: RunFile) -> None:
    calendar = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260101T000000Z\r\n"
    calendar += b"DTSTART:20260101T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    async with httpx.AsyncClient(base_url=run.caldav_url, trust_env=False) as http:
        assert (await http.request("MKCALENDAR", "/aide-memoire/lao-khm/")).status_code == 201
        assert (await http.put("/aide-memoire/lao-khm/a.ics", content=calendar)).status_code == 201
        assert (await http.get("/aide-memoire/lao-khm/a.ics")).status_code == 200
        assert (await http.request("MKCOL", "/other/")).is_error
    await aiosmtplib.send(message(), hostname=run.smtp_host, port=run.smtp_port, start_tls=False)
    assert len(list((run.mail / "lao-moic").iterdir())) == 1
    told = (run.record.parent / "worker.ready").read_text()
    for fact in (run.temporal_address, run.caldav_url, str(run.smtp_port), str(run.record), str(run.contacts)):
        assert f'"{fact}"' in told


async def test_a_worker_that_dies_at_start_is_shown_and_nothing_is_left(tmp_path: Path, contacts: Path) -> None:
    broken = stub(tmp_path, "raise RuntimeError('no such plan')\n")
    embedded = Embedded(options(tmp_path, contacts, broken))
    with pytest.raises(StartFailed) as failed:
        await embedded.start(print)
    assert "worker.log" in str(failed.value) and "no such plan" in str(failed.value)
    stopped = read_run(tmp_path / "var")
    assert stopped is not None and stopped.state == "stopped" and stopped.children == {}


async def test_a_child_that_ends_is_started_again_and_given_up_in_the_end(tmp_path: Path, contacts: Path) -> None:
    said: list[str] = []
    embedded = Embedded(options(tmp_path, contacts, stub(tmp_path)))
    embedded.backoff = (0.01,)
    run = await embedded.start(said.append)
    watching = asyncio.ensure_future(embedded.watch())
    try:
        os.kill(run.children["temporal"], signal.SIGKILL)
        await soon(lambda: _pid(tmp_path, "temporal") not in (None, run.children["temporal"]))
        await soon(lambda: sum(line.startswith("Temporal ready") for line in said) == 2)
        assert any(line.startswith("Temporal was killed by SIGKILL; starting it again") for line in said)
        stub(tmp_path, "raise SystemExit(1)\n")
        os.kill(run.children["worker"], signal.SIGKILL)
        with pytest.raises(GaveUp, match=r"the worker exited with status 1, 5 times in a row; .*worker\.log"):
            await asyncio.wait_for(watching, 10)
    finally:
        await embedded.stop()


async def test_stop_ends_the_watch(tmp_path: Path, contacts: Path) -> None:
    embedded = Embedded(options(tmp_path, contacts, []))
    await embedded.start(print)
    watching = asyncio.ensure_future(embedded.watch())
    await asyncio.sleep(0)
    await embedded.stop()
    await asyncio.wait_for(watching, 5)
    await asyncio.wait_for(embedded.watch(), 5)
    stopped = read_run(tmp_path / "var")
    assert stopped is not None and stopped.children == {}


def _pid(tmp_path: Path, name: str) -> int | None:
    run = read_run(tmp_path / "var")
    return run.children.get(name) if run else None


async def test_a_configured_temporal_is_used_and_none_is_started(tmp_path: Path, contacts: Path) -> None:
    nobody = claim("test", 0, "--port")
    embedded = Embedded(options(tmp_path, contacts, [], temporal_address=f"127.0.0.1:{nobody}"))
    with pytest.raises(StartFailed, match=f"127.0.0.1:{nobody}.*does not answer.*TEMPORAL_ADDRESS"):
        await embedded.start(print)
    server = Embedded(options(tmp_path, contacts, [], data=tmp_path / "other"))
    address = (await server.start(print)).temporal_address
    try:
        wanted = {"Office": "KeywordList"}
        lacking = Embedded(options(tmp_path, contacts, [], temporal_address=address, search_attributes=wanted))
        with pytest.raises(StartFailed, match="--name Office --type KeywordList"):
            await lacking.start(print)
        joining = Embedded(options(tmp_path, contacts, stub(tmp_path), temporal_address=address))
        run = await joining.start(print)
        assert run.temporal_address == address and set(run.children) == {"radicale", "worker"}
        await joining.stop()
    finally:
        await server.stop()


@linux
async def test_killing_up_leaves_no_orphan(tmp_path: Path, contacts: Path) -> None:
    up = "import asyncio, os, sys; from pathlib import Path\n"
    up += "from servers.embedded import Embedded, EmbeddedOptions\n"
    up += "data, contacts, *worker = sys.argv[1:]\n"
    up += "async def main():\n"
    up += (
        "    chosen = EmbeddedOptions(Path(contacts), Path(data), worker_command=worker, temporal_port=0, ui_port=0,\n"
    )
    up += "                             caldav_port=0, smtp_port=0)\n"
    up += "    await Embedded(chosen).start(lambda line: None)\n"
    up += "    print('running', flush=True)\n"
    up += "    await asyncio.sleep(600)\n"
    up += "asyncio.run(main())\n"
    command = [sys.executable, "-c", up, str(tmp_path / "var"), str(contacts), *stub(tmp_path)]
    process = await asyncio.create_subprocess_exec(*command, cwd=REPOSITORY, stdout=subprocess.PIPE)
    assert process.stdout is not None and await process.stdout.readline() == b"running\n"
    run = read_run(tmp_path / "var")
    assert run is not None and len(run.children) == 3 and run.pid == process.pid
    assert not any(map(gone, run.children.values()))
    process.kill()
    await process.wait()
    try:
        await soon(lambda: all(map(gone, run.children.values())), 5)
        assert not run.alive()
    finally:
        await reap_orphans(run, tmp_path / "var")
