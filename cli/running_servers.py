"""Starts, watches and stops the embedded servers around a command."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from temporalio.client import Client

from adapters.program_folders import ROOT
from adapters.temporal import configured, connect
from cli.errors import CommandError, NoServer, Refused
from cli.output import readable
from models.plan.plan import Plan
from servers.datafolder import FolderLocked, RunFile
from servers.embedded import Embedded, EmbeddedOptions
from servers.errors import ServersError
from servers.ports import PortBusy
from workflows.visibility import REGISTERED


class Ports(NamedTuple):
    """The ports of the embedded servers; 0 means any free port."""

    temporal: int = 0
    ui: int = 0
    caldav: int = 0
    smtp: int = 0


def stop_signal() -> asyncio.Event:
    """An event that Ctrl-C or SIGTERM sets."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    return stopping


async def first_of(stopping: asyncio.Event, *tasks: asyncio.Task[None]) -> None:
    """Waits until `stopping` is set or a task ends, and then cancels the first task. Raises the error of a task that
    failed; a ServersError becomes NoServer."""
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait({stop, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    for each in (stop, tasks[0]):
        if not each.done():
            each.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await each
    for task in tasks:
        if task.done() and not task.cancelled():
            try:
                task.result()
            except ServersError as error:
                raise NoServer("gave-up", str(error)) from error


@asynccontextmanager
async def embedded(
    data: Path,
    plan: Plan,
    plan_file: Path,
    contacts: Path,
    ports: Ports,
    progress: Callable[[str], None],
    stopping: asyncio.Event,
) -> AsyncIterator[tuple[RunFile, Client, asyncio.Task[None]]]:
    """Starts the embedded servers, and stops them after the block. Gives their addresses, a client, and the watch: a
    task that ends only when a server cannot be kept running. Raises Refused, NoServer or CommandError."""
    config = configured()
    servers = Embedded(
        EmbeddedOptions(
            contacts=contacts,
            data=data,
            plan_file=plan_file,
            plan=plan.plan,
            search_attributes=REGISTERED,
            temporal_address=config.get("target_host"),
            namespace=config.get("namespace") or "default",
            worker_command=[sys.executable, "worker.py"],
            worker_directory=ROOT,
            temporal_port=ports.temporal,
            ui_port=ports.ui,
            caldav_port=ports.caldav,
            smtp_port=ports.smtp,
        )
    )
    start = asyncio.create_task(servers.start(progress))
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait({start, stop}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not start.done():
        start.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await start
        raise CommandError("stopped", "stopped before everything was ready")
    try:
        run = start.result()
    except (PortBusy, FolderLocked) as error:
        raise Refused("busy", str(error)) from error
    except ServersError as error:
        raise NoServer("not-started", str(error)) from error
    watch = asyncio.create_task(servers.watch())
    try:
        client = await connect(run.temporal_address, run.namespace)
        yield run, client, watch
    finally:
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError, ServersError):
            await watch
        await servers.stop()


def where(run: RunFile) -> str:
    """The addresses and folders of everything that runs, as text for people."""
    lines = [
        f"  Temporal UI   {run.ui or 'of the configured Temporal'}",
        f"  calendars     {run.caldav_url}/aide-memoire/{run.plan}/   (one per office beside it)",
        f"  mail          {readable(run.mail)}/OFFICE/*.eml",
        f"  record        {readable(run.record)}/",
        "  next          python starter.py status   (in another terminal; --help teaches the verbs)",
    ]
    return "\n".join(lines)
