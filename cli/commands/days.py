"""`days`: the days on which every side works, so that an office can choose a date."""

import asyncio
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.asking import item_state
from cli.clashes import calendars_in
from cli.errors import BadUsage
from cli.json_text import json_text
from cli.options import DataOption, JsonOption, PlanOption
from cli.session import session
from models.common.zones import zone
from models.messages.acts import Clash
from models.messages.sentences import clashes_in_words
from models.post.workdays import Workdays, working_days, working_days_around

SHOWN = 15
FAR = 366
"""The last day that `days` checks is at most this number of days after the first."""


def days(
    item: Annotated[str, typer.Argument(help="The item, as `status` lists it: 16.3-jtc/2026.")],
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day (default: tomorrow).")
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Last day (default: end of the item's window)."),
    ] = None,
    around: Annotated[
        datetime | None, typer.Option("--around", formats=["%Y-%m-%d"], help="List the days around this one instead.")
    ] = None,
    data: DataOption = Path("var"),
    plan: PlanOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the days on which every side of an item works, and the public holidays between them.

    days 16.3-jtc/2026 --from 2026-12-01
    """
    found = asyncio.run(_days(item, first, last, around, data, plan))
    sys.stdout.write((json_text(found) if as_json else days_text(found)) + "\n")


async def _days(
    item: str, first: datetime | None, last: datetime | None, around: datetime | None, data: Path, plan: str | None
) -> dict[str, Any]:
    async with session(data, plan) as here:
        _, state = await item_state(here, await here.item_id(item))
        calendars = calendars_in(here, state)
        clock = zone(state.setup.clock.zone)
        today = datetime.now(UTC).astimezone(clock).date()
        end = state.window_end and (state.window_end - timedelta(seconds=1)).astimezone(clock).date()
    if around is not None:
        day = around.date()
        found = working_days_around(day, calendars)
        begins, ends = min((day, *found)), max((day, *found))
    else:
        begins = first.date() if first else today + timedelta(days=1)
        ends = last.date() if last else end if end and end >= begins else begins + timedelta(days=60)
        if ends < begins:
            raise BadUsage("bad-time", f"--to {ends} is before --from {begins}; choose a later day")
        ends = min(ends, begins + timedelta(days=FAR))
        found = tuple(working_days(begins, ends, calendars))
    return days_document(state.setup.id, begins, ends, found, calendars)


def days_document(
    item: str, begins: date, ends: date, found: tuple[date, ...], calendars: dict[str, Workdays]
) -> dict[str, Any]:
    """Returns the document that `days --json` prints (docs/json.md). `found` has the days on which every side works."""
    every = [begins + timedelta(days=n) for n in range((ends - begins).days + 1)]
    closed = [(day, side, calendar.why_closed(day)) for day in every for side, calendar in calendars.items()]
    return {
        "item": item,
        "from": begins.isoformat(),
        "to": ends.isoformat(),
        "sides": list(calendars),
        "days": [day.isoformat() for day in found],
        "closed": [
            {"day": day.isoformat(), "side": side, "kind": why[0], "name": why[1]}
            for day, side, why in closed
            if why is not None and why[0] == "holiday"
        ],
    }


def days_text(found: dict[str, Any]) -> str:
    """Returns the document of `days_document` as text for people. It lists at most SHOWN days, and counts the
    others."""
    free = [date.fromisoformat(day) for day in found["days"]]
    lines = [f"Working days of {', '.join(found['sides'])} from {found['from']} to {found['to']}:"]
    lines += [f"  {day:%a} {day}" for day in free[:SHOWN]] or ["  none"]
    if len(free) > SHOWN:
        lines.append(f"  and {len(free) - SHOWN} more (all of them with --json)")
    until = free[SHOWN - 1] if len(free) > SHOWN else date.fromisoformat(found["to"])
    clash = [Clash.model_validate(each) for each in found["closed"] if date.fromisoformat(each["day"]) <= until]
    lines += [f"  ({each})" for each in clashes_in_words(tuple(clash)).split("; ") if each]
    return "\n".join(lines)
