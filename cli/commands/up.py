"""`up` and `launch`: the embedded servers with the worker, and the launch of a plan."""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console
from temporalio.client import Client

from adapters.files.contacts_file import read_contacts
from adapters.hours import rehearsed_hours
from adapters.shipped import DEFAULT_PLAN_FILE, ROOT
from adapters.temporal import configured, connect, readable
from cli.display.live import watch_live, watch_plain
from cli.display.preview import FIRST_DAYS, preview_of, preview_text
from cli.errors import CommandError, NoServer, Refused
from cli.launching import contacts_beside, launch_of, launch_plan, read_plan_and_contacts
from cli.options import DataOption, JsonOption
from cli.session import session
from models.plan.plan import Plan
from servers.datafolder import FolderLocked, RunFile, read_run
from servers.embedded import Embedded, EmbeddedOptions
from servers.errors import ServersError
from servers.ports import PortBusy
from workflows.visibility import REGISTERED

PlanFileOption = Annotated[
    Path | None, typer.Option("--plan-file", help="The plan file (as before, else the Lao PDR-Cambodia plan).")
]
ContactsOption = Annotated[
    Path | None, typer.Option("--contacts", help="The contacts file (beside the plan file, unless named).")
]
AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of", formats=["%Y-%m-%d"], help="Windows that ended earlier enter as unknown (today, unless named)."
    ),
]


HistoryOption = Annotated[
    Path | None,
    typer.Option("--history", help="A CSV file of what became of past sessions (docs/plan-files.md).", exists=True),
]


class Ports(NamedTuple):
    """Where the embedded parts listen; 0 is any free port."""

    temporal: int = 0
    ui: int = 0
    caldav: int = 0
    smtp: int = 0


def plain(line: str) -> None:
    """One line, at once, also into a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def up(
    data: DataOption = Path("var"),
    plan_file: PlanFileOption = None,
    contacts: ContactsOption = None,
    as_of: AsOfOption = None,
    history: HistoryOption = None,
    temporal_port: Annotated[int, typer.Option(help="Port of Temporal; 0 for any free one.")] = 7233,
    ui_port: Annotated[int, typer.Option(help="Port of the Temporal UI.")] = 8233,
    caldav_port: Annotated[int, typer.Option(help="Port of the calendar server.")] = 5232,
    smtp_port: Annotated[int, typer.Option(help="Port of the mail spool.")] = 1025,
) -> None:
    """Run everything here: Temporal with its UI, a calendar server, a mail spool, the worker; launch the plan.

    Ctrl-C stops it all cleanly; starting again resumes.
    """
    before = read_run(data)
    chosen = plan_file or (before.plan_file if before and before.plan_file else DEFAULT_PLAN_FILE)
    ports = Ports(temporal_port, ui_port, caldav_port, smtp_port)
    day = as_of.date() if as_of else None
    asyncio.run(_up(data, chosen, contacts or contacts_beside(chosen), day, history, ports))


async def _up(
    data: Path, plan_file: Path, contacts: Path, as_of: date | None, history: Path | None, ports: Ports
) -> None:
    plain(f"Aide-Mémoire: {readable(plan_file)} in {readable(data)}/")
    plan, missing = read_plan_and_contacts(plan_file, contacts)
    # A bad row of the history is told before anything starts.
    launch = launch_of(plan, as_of, history, datetime.now(UTC))
    for office in missing:
        plain(f"no address yet for {office}; correct {readable(contacts)}, it is read at every despatch")
    stopping = stop_signal()
    notes: list[str] = []

    def progress(line: str) -> None:
        notes.append(line)
        plain(line)

    async with embedded(data, plan, plan_file, contacts, ports, progress, stopping) as (run, client, watch):
        try:
            plain(f"{plan.title}: {await launch_plan(client, launch)}")
        except Refused as refusal:
            # The plan in force goes on; its file has to be agreed first.
            plain(refusal.as_text())
        head = where(run)
        console = Console()
        if console.is_terminal:
            view = asyncio.create_task(watch_live(client, plan.plan, head, console, notes))
        else:
            plain(f"{head}\nready")
            view = asyncio.create_task(watch_plain(client, plan.plan, plain))
        await first_of(stopping, view, watch)
    plain("stopped; `make up` resumes")


def stop_signal() -> asyncio.Event:
    """Set by Ctrl-C or SIGTERM."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    return stopping


async def first_of(stopping: asyncio.Event, *tasks: asyncio.Task[None]) -> None:
    """Waits for the stop or the first task that ends; one that failed raises. The first task is then cancelled."""
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
    """The embedded parts, started, watched and stopped: their addresses, a client, and the watch, which ends only when
    a part cannot be kept running."""
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
    """Where everything is, for people."""
    lines = [
        f"  Temporal UI   {run.ui or 'of the configured Temporal'}",
        f"  calendars     {run.caldav_url}/aide-memoire/{run.plan}/   (one per office beside it)",
        f"  mail          {readable(run.mail)}/OFFICE/*.eml",
        f"  record        {readable(run.record)}/",
        "  next          python starter.py status   (in another terminal; --help teaches the verbs)",
    ]
    return "\n".join(lines)


def launch(
    plan_file: Annotated[Path, typer.Argument(help="The plan file.")] = DEFAULT_PLAN_FILE,
    contacts: ContactsOption = None,
    as_of: AsOfOption = None,
    history: HistoryOption = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only print what would have been sent, and what would be sent first.")
    ] = False,
    data: DataOption = Path("var"),
    as_json: JsonOption = False,
) -> None:
    """Launch a plan on the Temporal that is configured, or that `up` runs. Once: afterwards it changes by consent.

    Midway: launch --as-of 2026-11-24 --history history.csv; nothing is sent about the past.
    """
    plan, missing = read_plan_and_contacts(plan_file, contacts or contacts_beside(plan_file))
    launch = launch_of(plan, as_of.date() if as_of else None, history, datetime.now(UTC))
    if dry_run:
        known = read_contacts(contacts or contacts_beside(plan_file))
        preview = preview_of(launch, rehearsed_hours(known, launch.launched + timedelta(days=FIRST_DAYS)))
        plain(json.dumps(preview, ensure_ascii=False) if as_json else preview_text(preview, launch.clock))
        return

    async def run() -> str:
        async with session(data, plan.plan) as here:
            return await launch_plan(here.client, launch)

    result = asyncio.run(run())
    if history is not None and result != "launched":
        result += "; the history was not read again: what is on record is corrected by answering open questions"
    if as_json:
        plain(json.dumps({"plan": plan.plan, "result": result, "without_address": missing}))
        return
    plain(f"{plan.title}: {result}")
    for office in missing:
        plain(f"no address yet for {office}")
