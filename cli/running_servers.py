"""Starts the embedded servers for a command, watches them while the command runs, and stops them after it. The embedded
servers are those that `up` and `demo` run on this machine."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from temporalio.client import Client

from adapters.files.private import NotPrivate
from adapters.program_folders import ROOT
from adapters.temporal import Misconfigured, Unreachable, configured, connect
from cli.errors import BadUsage, CommandError, NoServer, Refused
from cli.output import readable, write_line
from models.plan.plan import Plan
from servers.datafolder import FolderLocked, RunFile
from servers.embedded import Embedded, EmbeddedOptions
from servers.errors import ServersError
from servers.logins import PUBLISHER
from servers.ports import PortBusy
from workflows.visibility import REGISTERED


class Ports(NamedTuple):
    """The ports of the embedded servers. 0 means any free port."""

    temporal: int = 0
    ui: int = 0
    caldav: int = 0
    smtp: int = 0


def stop_signal() -> asyncio.Event:
    """Returns an event. Ctrl-C or SIGTERM sets this event, and does not stop the program by itself."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    return stopping


async def first_of(stopping: asyncio.Event, *tasks: asyncio.Task[None]) -> None:
    """Waits until `stopping` is set or one of the tasks ends. Then it cancels the first task, if that still runs.

    Raises the error of a task that failed, but NoServer in place of a ServersError.
    """
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
) -> AsyncIterator[tuple[Embedded, Client, asyncio.Task[None]]]:
    """Starts the embedded servers, and stops them after the `async with` block. Gives the servers, a Temporal client
    and a task that watches the servers. That task fails if a server cannot be kept running.

    `progress` receives each line about the start. Raises BadUsage for faulty settings or a data folder that other
    accounts can use, Refused if a port or the data folder is in use, NoServer if a server does not start, and
    CommandError if `stopping` is set before everything is ready.
    """
    try:
        config = configured()
    except Misconfigured as error:
        raise BadUsage("bad-settings", str(error)) from error
    servers = Embedded(
        EmbeddedOptions(
            contacts=contacts,
            data=data,
            plan_file=plan_file,
            plan=plan.plan,
            calendars=tuple(plan.offices),
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
    except NotPrivate as error:
        raise BadUsage("bad-data-folder", str(error)) from error
    except (PortBusy, FolderLocked) as error:
        raise Refused("busy", str(error)) from error
    except ServersError as error:
        raise NoServer("not-started", str(error)) from error
    watch = asyncio.create_task(servers.watch())
    try:
        try:
            client = await connect(run.temporal_address, run.namespace)
        except Unreachable as error:
            raise NoServer("unreachable", str(error)) from error
        yield servers, client, watch
    finally:
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError, ServersError):
            await watch
        await servers.stop()


def say_secrets(servers: Embedded) -> None:
    """Prints the secrets that are new at this start: the address that opens the Temporal UI, and the password of each
    new login of the calendars. It prints nothing if standard output is not a terminal, because a log must hold no
    password.
    """
    if not sys.stdout.isatty():
        return
    lines = []
    if servers.new_entry is not None:
        lines.append(f"  Temporal UI   {servers.new_entry.get_secret_value()}   (opens it in your browser)")
    if servers.new_logins:
        lines.append(f"  calendars     each login reads the calendar of its name; {PUBLISHER} writes them all")
        lines += [f"    {name:24} {password.get_secret_value()}" for name, password in servers.new_logins.items()]
    if lines:
        write_line(f"shown this once; {readable(servers.folder.run_file)} keeps it, for your account alone:")
        write_line("\n".join(lines))


def _ui(run: RunFile) -> str:
    return run.ui or ("off on this system" if "temporal" in run.children else "of the configured Temporal")


def where(servers: Embedded) -> str:
    """Returns the addresses of the running servers and the folders of mail and record, as text for people."""
    run, folder = servers.run, servers.folder
    assert run is not None
    lines = [
        f"  Temporal UI   {_ui(run)}",
        f"  calendars     {run.caldav_url}/aide-memoire/{run.plan}/   (one per office beside it)",
        f"  passwords     {readable(folder.run_file)}: ui_entry (opens the Temporal UI), calendar_logins",
        f"  mail          {readable(run.mail)}/OFFICE/*.eml",
        f"  record        {readable(run.record)}/",
        "  next          python starter.py status   (in another terminal; --help teaches the verbs)",
    ]
    return "\n".join(lines)
