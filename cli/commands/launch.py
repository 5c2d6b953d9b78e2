"""`launch`: launches a plan on the configured Temporal, or shows what the launch would send."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from adapters.files.contacts_file import read_contacts
from adapters.program_folders import DEFAULT_PLAN_FILE
from adapters.working_time import rehearsed_hours
from cli.display.preview import FIRST_DAYS, preview_of, preview_text
from cli.json_text import json_text
from cli.launching import contacts_beside, launch_of, launch_plan, read_plan_and_contacts
from cli.options import AsOfOption, ContactsOption, DataOption, HistoryOption, JsonOption
from cli.output import write_line
from cli.session import session


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
    """Launch a plan, once, on the configured Temporal or on that of `up`. Afterwards the plan changes by consent.

    To take over midway: launch --as-of 2026-11-24 --history history.csv. Nothing is sent about the past.
    """
    plan, missing = read_plan_and_contacts(plan_file, contacts or contacts_beside(plan_file))
    launch = launch_of(plan, as_of.date() if as_of else None, history, datetime.now(UTC))
    if dry_run:
        known = read_contacts(contacts or contacts_beside(plan_file))
        preview = preview_of(launch, rehearsed_hours(known, launch.launched + timedelta(days=FIRST_DAYS)))
        write_line(json_text(preview) if as_json else preview_text(preview, launch.clock))
        return

    async def run() -> str:
        async with session(data, plan.plan) as here:
            return await launch_plan(here.client, launch)

    result = asyncio.run(run())
    if history is not None and result != "launched":
        result += "; the history file was not read again: to correct the record, answer the open questions"
    if as_json:
        write_line(json_text({"plan": plan.plan, "result": result, "without_address": missing}))
        return
    write_line(f"{plan.title}: {result}")
    for office in missing:
        write_line(f"no address yet for {office}")
