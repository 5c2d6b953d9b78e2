"""`up`: runs everything on one machine, and launches a plan on it."""

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from adapters.program_folders import DEFAULT_PLAN_FILE
from cli.display.live import watch_live, watch_plain
from cli.errors import CommandError
from cli.launching import contacts_beside, launch_of, launch_plan, read_plan_and_contacts
from cli.options import AsOfOption, ContactsOption, DataOption, HistoryOption
from cli.output import readable, write_line
from cli.running_servers import Ports, embedded, first_of, say_secrets, stop_signal, where
from servers.datafolder import read_run

PlanFileOption = Annotated[
    Path | None,
    typer.Option("--plan-file", help="The plan file (default: that of the last start, or the Lao PDR-Cambodia plan)."),
]


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
    """Run Temporal with its UI, a calendar server, a mail spool and the worker here, and launch the plan.

    Ctrl-C stops everything cleanly. The same command starts it again, and everything resumes.
    """
    before = read_run(data)
    chosen = plan_file or (before.plan_file if before and before.plan_file else DEFAULT_PLAN_FILE)
    ports = Ports(temporal_port, ui_port, caldav_port, smtp_port)
    day = as_of.date() if as_of else None
    asyncio.run(_up(data, chosen, contacts or contacts_beside(chosen), day, history, ports))


async def _up(
    data: Path, plan_file: Path, contacts: Path, as_of: date | None, history: Path | None, ports: Ports
) -> None:
    write_line(f"Aide-Mémoire: {readable(plan_file)} in {readable(data)}/")
    plan, missing = read_plan_and_contacts(plan_file, contacts)
    # Read now, so that a bad row of the history file is reported before anything starts.
    launch = launch_of(plan, as_of, history, datetime.now(UTC))
    for office in missing:
        write_line(f"no address yet for {office}; add it to {readable(contacts)}, which is read at every despatch")
    stopping = stop_signal()
    notes: list[str] = []

    def progress(line: str) -> None:
        notes.append(line)
        write_line(line)

    async with embedded(data, plan, plan_file, contacts, ports, progress, stopping) as (servers, client, watch):
        try:
            write_line(f"{plan.title}: {await launch_plan(client, launch, servers.folder.record)}")
        except CommandError as error:
            # Whatever a workflow answers, everything else runs. If the file differs, the plan in force goes on.
            write_line(error.as_text())
        head = where(servers)
        say_secrets(servers)
        console = Console()
        if console.is_terminal:
            view = asyncio.create_task(watch_live(client, plan.plan, head, console, notes))
        else:
            write_line(f"{head}\nready")
            view = asyncio.create_task(watch_plain(client, plan.plan, write_line))
        await first_of(stopping, view, watch)
    write_line("stopped; `make up` resumes")
