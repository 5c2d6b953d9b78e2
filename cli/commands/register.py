"""`register`: every provision and obligation, with what is assumed set apart from what the text says."""

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from adapters.shipped import DEFAULT_PLAN_FILE
from cli.arguments import in_zone, wall_time
from cli.asking import plan_state_of
from cli.display.register import register_document, register_table
from cli.errors import BadUsage
from cli.files.plan_file import load_plan
from cli.options import DataOption, JsonOption, PlanOption
from cli.session import session
from models.governance.amending import plan_as_of
from models.plan.kinds import Kind
from models.plan.plan import Plan


def register(
    plan_file: Annotated[Path, typer.Option("--file", help="The plan file.")] = DEFAULT_PLAN_FILE,
    ref: Annotated[str | None, typer.Option("--ref", help="One provision: 16.3.")] = None,
    kind: Annotated[Kind | None, typer.Option("--kind", help="One kind of obligation.")] = None,
    office: Annotated[str | None, typer.Option("--office", help="One office or institution.")] = None,
    in_force: Annotated[
        bool, typer.Option("--in-force", help="As amended and settled since the launch, instead of the plan file.")
    ] = False,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="With --in-force: as it read on that day.", metavar="DAY")
    ] = None,
    data: DataOption = Path("var"),
    plan_name: PlanOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every provision and obligation in the plan file: what the text says, and what is assumed. Needs no server.

    register --in-force --as-of 2026-06-30      the plan as its amendments had it at the end of that day
    """
    if as_of is not None and not in_force:
        raise BadUsage("missing-option", "--as-of goes with --in-force: a plan file has no days")
    plan = asyncio.run(_plan_in_force(as_of, data, plan_name)) if in_force else load_plan(plan_file)
    if as_json:
        document = register_document(plan, ref, kind, office)
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
        return
    Console().print(register_table(plan, ref, kind, office))


async def _plan_in_force(as_of: str | None, data: Path, plan: str | None) -> Plan:
    """The plan as amendments and settled questions have it, now or at the end of a day."""
    async with session(data, plan) as here:
        state = await plan_state_of(here)
    if as_of is None:
        return state.plan
    moment = wall_time(as_of, "--as-of", day=True)
    whole_day = timedelta(days=1) if "T" not in as_of else timedelta(0)
    at = in_zone(moment + whole_day, state.plan.zone, "--as-of").utc
    return plan_as_of(state.plan, state.amendments, at, state.settlements)
