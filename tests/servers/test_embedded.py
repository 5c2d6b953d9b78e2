"""The embedded defaults with real parts: a real Temporal, a real Radicale, real mail, real processes."""

import asyncio
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiosmtplib
import httpx
import pytest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from servers.datafolder import DataFolder, RunFile, read_run
from servers.embedded import Embedded, EmbeddedOptions
from servers.errors import GaveUp, StartFailed
from servers.ports import claim
from servers.processes import reap_orphans
from servers.temporal_server import namespace_retention, registered_search_attributes
from tests.support.paths import REPOSITORY
from tests.support.processes import gone, soon
from tests.support.spools import message

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's death signal is Linux only")

# Touches the ready file as a worker does, writes down what it was told, and waits.
WORKER = """\
import json, os, pathlib, time
told = {name: value for name, value in os.environ.items() if name.startswith(("AIDE_", "TEMPORAL_"))}
pathlib.Path(os.environ["AIDE_READY_FILE"]).write_text(json.dumps(told))
time.sleep(600)
"""


def stub(tmp_path: Path, script: str = WORKER) -> list[str]:
    path = tmp_path / "stub_worker.py"
    path.write_text(script)
    return [sys.executable, str(path)]


def options(tmp_path: Path, contacts: Path, worker: list[str], **more: object) -> EmbeddedOptions:
    any_port = dict.fromkeys(("temporal_port", "ui_port", "caldav_port", "smtp_port"), 0)
    settings = {"data": tmp_path / "var", "contacts": contacts, "worker_command": worker, **any_port, **more}
    return EmbeddedOptions(**settings)  # type: ignore[arg-type]


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


def login(run: RunFile, name: str) -> tuple[str, str]:
    """Name and password, as run.json has them."""
    return name, run.calendar_logins[name].get_secret_value()


async def _look_at_parts(run: RunFile) -> None:
    calendar = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260101T000000Z\r\n"
    calendar += b"DTSTART:20260101T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    async with httpx.AsyncClient(base_url=run.caldav_url, auth=login(run, "organizer"), trust_env=False) as http:
        assert (await http.request("MKCALENDAR", "/aide-memoire/lao-khm/")).status_code == 201
        assert (await http.put("/aide-memoire/lao-khm/a.ics", content=calendar)).status_code == 201
        assert (await http.get("/aide-memoire/lao-khm/a.ics")).status_code == 200
        assert (await http.request("MKCOL", "/other/")).is_error
    await aiosmtplib.send(message(), hostname=run.smtp_host, port=run.smtp_port, start_tls=False)
    assert len(list((run.mail / "lao-moic").iterdir())) == 1
    told = (run.record.parent / "worker.ready").read_text()
    for fact in (run.temporal_address, run.caldav_url, str(run.smtp_port), str(run.record), str(run.contacts)):
        assert f'"{fact}"' in told


async def test_no_program_of_the_working_folder_or_of_path_is_run(
    tmp_path: Path, contacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted, ran = tmp_path / "planted", tmp_path / "ran"
    planted.mkdir()
    for name in ("temporal", "radicale", "python", "python3", "ps"):
        (planted / name).write_text(f"#!/bin/sh\necho {name} >> {ran}\n")
        (planted / name).chmod(0o755)
    for name in ("radicale", "vobject", "temporalio", "httpx", "worker", "adapters"):
        (planted / f"{name}.py").write_text(f"open({str(ran)!r}, 'a').write({name!r})\n")
    monkeypatch.chdir(planted)
    monkeypatch.setenv("PATH", os.pathsep.join([".", str(planted), os.environ["PATH"]]))
    embedded = Embedded(options(tmp_path, contacts, stub(tmp_path)))
    await embedded.start(print)
    await embedded.stop()
    assert not ran.exists(), ran.read_text()


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


async def test_where_no_address_hides_the_ui_there_is_none(
    tmp_path: Path, contacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("servers.embedded.hidden_address", lambda _: None)
    said: list[str] = []
    embedded = Embedded(options(tmp_path, contacts, []))
    run = await embedded.start(said.append)
    command = Path(f"/proc/{run.children['temporal']}/cmdline").read_text() if sys.platform == "linux" else "--headless"
    await embedded.stop()
    assert run.ui is None and run.ui_entry is None and embedded.new_entry is None
    assert any("the Temporal UI is off" in line for line in said) and "--headless" in command


async def test_the_key_of_the_ui_stays_and_follows_its_port(tmp_path: Path, contacts: Path) -> None:
    first = Embedded(options(tmp_path, contacts, []))
    entry = (await first.start(print)).ui_entry
    await first.stop()
    assert entry is not None and first.new_entry == entry
    second = Embedded(options(tmp_path, contacts, []))
    run = await second.start(print)
    await second.stop()
    assert run.ui_entry is not None and run.ui is not None and second.new_entry is None
    before, after = entry.get_secret_value(), run.ui_entry.get_secret_value()
    assert after.startswith(f"{run.ui}/enter/") and after.rpartition("/")[2] == before.rpartition("/")[2]
    assert len(after.rpartition("/")[2]) == 32


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
