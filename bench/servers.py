"""Starts the real servers and the three worker processes, and measures the CPU time of each."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import Client

from adapters.program_folders import ROOT
from adapters.temporal import connect
from bench.script import SCRIPTS
from servers.datafolder import DataFolder, RunFile
from servers.embedded import Embedded, EmbeddedOptions
from servers.logins import PUBLISHER
from servers.processes import Child
from servers.radicale_server import HOME
from servers.temporal_server import temporal_environment
from servers.waiting import wait_until
from worker import READY_FILE
from workflows.visibility import REGISTERED

OPEN = {"AIDE_OFFICE_HOURS": "off"}
"""Every office is open day and night, or a run at night would wait for the morning."""

BARE_QUEUES = {"b": "bench-b", "c": "bench-c"}


@dataclass
class Servers:
    """The processes that run: one Temporal server, and one worker for each lane."""

    client: Client
    run: RunFile
    scripts: Path
    temporal: int
    """The process id of the Temporal server."""
    workers: dict[str, int]
    """The process id of the worker of each lane, by lane."""


@asynccontextmanager
async def started(folder: DataFolder, contacts: Path, progress: Callable[[str], None]) -> AsyncIterator[Servers]:
    """Starts everything on free ports, and stops it at the end, also after an error."""
    options = EmbeddedOptions(
        contacts=contacts,
        data=folder.root,
        search_attributes=REGISTERED,
        temporal_port=0,
        ui_port=0,
        caldav_port=0,
        smtp_port=0,
        worker_command=[sys.executable, str(ROOT / "worker.py")],
        worker_environment=OPEN,
    )
    embedded, scripts = Embedded(options), folder.root / "scripts"
    async with AsyncExitStack() as stack:
        run = await embedded.start(progress)
        stack.push_async_callback(embedded.stop)
        os.environ.update(temporal_environment(run.temporal_address, run.namespace))
        workers = {"a": run.children["worker"]}
        for lane, queue in BARE_QUEUES.items():
            child = _bare_worker(folder, run, scripts, lane, queue)
            await child.start()
            stack.push_async_callback(child.stop)
            await _ready(child, folder.root / f"{queue}.ready", progress)
            assert child.pid is not None
            workers[lane] = child.pid
        yield Servers(await connect(), run, scripts, run.children["temporal"], workers)


def _bare_worker(folder: DataFolder, run: RunFile, scripts: Path, lane: str, queue: str) -> Child:
    settings = {
        "AIDE_SMTP_HOST": run.smtp_host,
        "AIDE_SMTP_PORT": str(run.smtp_port),
        "AIDE_CALDAV_URL": run.caldav_url,
        "AIDE_SMTP_SECURITY": "none",
        "AIDE_CALDAV_USERNAME": PUBLISHER,
        "AIDE_CALDAV_PASSWORD": run.calendar_logins[PUBLISHER].get_secret_value(),
        "AIDE_CALDAV_HOME": HOME,
        "AIDE_RECORD": str(run.record),
        "AIDE_CONTACTS": str(run.contacts),
        READY_FILE: str(folder.root / f"{queue}.ready"),
        SCRIPTS: str(scripts),
    }
    environment = temporal_environment(run.temporal_address, run.namespace) | settings | OPEN
    command = [sys.executable, "-m", "bench.bare_worker", queue, "own" if lane == "c" else "same"]
    return Child(f"worker-{lane}", command, folder.logs, environment=environment, directory=ROOT)


async def _ready(child: Child, file: Path, progress: Callable[[str], None]) -> None:
    async def there() -> bool:
        return file.exists()

    await wait_until(there, child.name, child, timeout=30, progress=progress)


def cpu_seconds(pid: int) -> float:
    """The CPU seconds that a process has used since its start: user and system time of all its threads."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.exists():
        fields = stat.read_text().rpartition(")")[2].split()  # the program's name before them may hold spaces
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    text = subprocess.run(["ps", "-o", "time=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout
    seconds = 0.0
    for part in text.strip().replace("-", ":").split(":"):
        seconds = seconds * 60 + float(part)
    return seconds
