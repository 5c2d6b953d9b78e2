"""`status`: what is open and what is awaited, item by item."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.display.inbox import waiting_line
from cli.display.lists import all_rows, as_document
from cli.options import DataOption, JsonOption, PlanOption
from cli.session import session
from models.messages.sentences import infinitive
from models.messages.views import ItemRow


def status(
    office: Annotated[str | None, typer.Option("--office", help="Only items that wait for this office.")] = None,
    open_only: Annotated[
        bool, typer.Option("--open", help="Leave out items that are closed, dropped or unknown.")
    ] = False,
    data: DataOption = Path("var"),
    plan: PlanOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the items: what is awaited of which office, since when and at which rung, and what comes next."""
    rows = asyncio.run(_rows(data, plan))
    if office:
        rows = [row for row in rows if any(each.office == office for each in row.awaiting)]
    if open_only:
        rows = [row for row in rows if row.status not in ("closed", "dropped", "unknown")]
    if as_json:
        sys.stdout.write(json.dumps({"items": [as_document(row) for row in rows]}, ensure_ascii=False) + "\n")
        return
    sys.stdout.write(status_text(rows) + "\n" + waiting_line(data, plan))


async def _rows(data: Path, plan: str | None) -> list[ItemRow]:
    async with session(data, plan) as here:
        return await all_rows(here.client, await here.plan(), here.record)


def status_text(rows: list[ItemRow]) -> str:
    """The rows as text for people: open items one by one, then one line each for closed, dropped and unknown ones."""
    ended = ("closed", "dropped", "unknown")
    lines = []
    for row in rows:
        if row.status in ended:
            continue
        lines.append(f"{row.id}   {row.status}   {row.title}" + (f", host {row.host}" if row.host else ""))
        if row.date:
            lines.append(
                f"    date     {row.date.local} {row.date.zone}" + (f", {row.date.place}" if row.date.place else "")
            )
        for each in row.awaiting:
            due = f", due {row.clock.last_day(each.due)}" if each.due else ""
            act, since = infinitive(each.act), row.clock.day(each.since)
            lines.append(f"    awaited  {each.office} to {act}, since {since}{due}, rung {each.rung}")
        if row.next_at and row.next_step:
            lines.append(f"    next     {row.next_step}")
    for status in ended:
        names = [row.id for row in rows if row.status == status]
        if names:
            lines.append(f"{status}: {', '.join(names)}")
    return "\n".join(lines) or "nothing to show"
