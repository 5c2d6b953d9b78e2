"""`launch`: launches a plan on the configured Temporal, or shows what the launch would send."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.files.contacts_file import read_contacts
from adapters.program_folders import DEFAULT_PLAN_FILE
from adapters.working_time import rehearsed_hours
from cli.display.preview import FIRST_DAYS, preview_of, preview_text
from cli.errors import BadUsage
from cli.json_text import json_text
from cli.launching import contacts_beside, launch_of, launch_plan, read_plan_and_contacts
from cli.options import AsOfOption, ContactsOption, DataOption, HistoryOption, JsonOption
from cli.output import write_line
from cli.session import session
from models.plan.plan import Plan

if TYPE_CHECKING:
    from cli.reopening import Moved


def launch(
    plan_file: Annotated[Path, typer.Argument(help="The plan file.")] = DEFAULT_PLAN_FILE,
    contacts: ContactsOption = None,
    as_of: AsOfOption = None,
    history: HistoryOption = None,
    from_record: Annotated[
        Path | None,
        typer.Option(
            "--from-record",
            metavar="RECORD",
            help="Open the plan again on an empty Temporal, from the folder of its record (docs/moving.md).",
        ),
    ] = None,
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
    if from_record is not None:
        if as_of is not None or history is not None:
            raise BadUsage(
                "bad-option", "--from-record takes the past from the record; leave out --as-of and --history"
            )
        _from_record(plan, from_record, data, missing, dry_run=dry_run, as_json=as_json)
        return
    launch = launch_of(plan, as_of.date() if as_of else None, history, datetime.now(UTC))
    if dry_run:
        known = read_contacts(contacts or contacts_beside(plan_file))
        preview = preview_of(launch, rehearsed_hours(known, launch.launched + timedelta(days=FIRST_DAYS)))
        write_line(json_text(preview) if as_json else preview_text(preview, launch.clock))
        return

    async def run() -> str:
        async with session(data, plan.plan) as here:
            return await launch_plan(here.client, launch, here.record)

    result = asyncio.run(run())
    if history is not None and result != "launched":
        result += "; the history file was not read again: to correct the record, answer the open questions"
    if as_json:
        write_line(json_text({"plan": plan.plan, "result": result, "without_address": missing}))
        return
    write_line(f"{plan.title}: {result}")
    for office in missing:
        write_line(f"no address yet for {office}")


def _from_record(plan: Plan, record: Path, data: Path, missing: list[str], *, dry_run: bool, as_json: bool) -> None:
    """Opens a plan again from its record, and says what was on its way when the earlier engine was lost."""
    from cli.reopening import look_at_record, open_from_record

    if dry_run:
        found = look_at_record(record, plan.plan)
    else:

        async def run() -> "Moved":
            async with session(data, plan.plan) as here:
                if here.record.resolve() != record.resolve():
                    raise BadUsage(
                        "bad-option",
                        f"the workers here write to {here.record}, and not to {record}. Copy the record there first, "
                        "or set AIDE_RECORD for the workers and for this command",
                    )
                return await open_from_record(here.client, record, plan.plan)

        found = asyncio.run(run())
    if as_json:
        write_line(json_text({**found._asdict(), "without_address": missing}))
        return
    write_line(found.in_words())
    for office in missing:
        write_line(f"no address yet for {office}")
