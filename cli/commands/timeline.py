"""`timeline`: draws the full plan on one sheet. It changes nothing."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.asking import plan_state_of
from cli.files.plan_file import load_plan
from cli.gathering import ReportDay, gather
from cli.options import DataOption, PlanOption
from cli.output import STDOUT, ForceOption, OutOption, refuse_existing, write_file, write_stdout
from cli.session import session
from documents import timeline_svg
from models.common.ids import obligation_id
from models.common.values import Instant
from models.common.zones import zone
from models.items import turns
from models.plan.plan import HostRule, Plan
from models.plan.windows import clock_of, end_of_validity, resolve_windows
from models.report.facts import Facts, SeriesFact
from models.report.timeline import build_timeline


def timeline(
    out: OutOption = None,
    plan_file: Annotated[
        Path | None, typer.Option("--file", help="Draw this plan file; needs no server.", exists=True, dir_okay=False)
    ] = None,
    force: ForceOption = False,
    data: DataOption = Path("var"),
    plan: PlanOption = None,
) -> None:
    """Draw the full plan on one sheet (SVG, for A3): by pillar, windows, agreed dates, what was held or missed, turns.

    timeline --out plan.svg
    """
    refuse_existing(out, force)
    now = datetime.now(UTC)
    if plan_file is not None:
        of_plan = load_plan(plan_file)
        facts = facts_of_file(of_plan, now)
    else:
        of_plan, facts = asyncio.run(_facts(now, data, plan))
    drawing = timeline_svg.render(build_timeline(of_plan, facts, now))
    if out == STDOUT:
        write_stdout(drawing.encode())
        return
    path = out or Path(f"{of_plan.plan}-timeline-{now.astimezone(zone(of_plan.zone)).date()}.svg")
    write_file(path, drawing.encode(), force)
    sys.stdout.write(f"{path}\n")


async def _facts(now: Instant, data: Path, plan: str | None) -> tuple[Plan, Facts]:
    async with session(data, plan) as here:
        state = await plan_state_of(here)
        return state.plan, await gather(here, state, ReportDay(now, current=True))


def facts_of_file(plan: Plan, now: Instant) -> Facts:
    """Returns the facts for a timeline that a plan file alone gives: its windows, and the order in which the sides
    host."""
    series = tuple(
        SeriesFact(
            id=obligation_id(plan.plan, each.id),
            hosting=turns.begin(each.working_order, each.working_first_host, plan.forfeited),
        )
        for _, each in plan.obligations()
        if each.host_rule is HostRule.ROTATING
    )
    return Facts(
        launched=now,
        clock=clock_of(plan, now),
        valid_until=end_of_validity(plan),
        windows=resolve_windows(plan, now),
        series=series,
    )
