"""`status`: shows which items are open, and which acts are awaited for each."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from temporalio.service import RPCError

from cli.display.inbox import waiting_line
from cli.display.lists import all_rows, as_document, post_room_rows
from cli.display.overview import ROWS, Filters, left_out, overview
from cli.errors import CommandError
from cli.json_text import json_text
from cli.names import check_known
from cli.options import DataOption, JsonOption, PlanOption
from cli.session import Session, session
from models.common.clock import Clock
from models.common.ids import secretariat_id
from models.common.values import Instant
from models.messages.sentences import infinitive
from models.messages.views import ItemRow
from models.plan.parties import all_offices


def status(
    office: Annotated[
        str | None, typer.Option("--mine", "--office", help="Only items that wait for this office.", metavar="OFFICE")
    ] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only items with an act that is past its time.")] = False,
    week: Annotated[
        bool, typer.Option("--week", help="Only what is due or happens within seven days, or is overdue.")
    ] = False,
    dormant: Annotated[bool, typer.Option("--dormant", help="Only items that sleep: nothing is awaited.")] = False,
    open_only: Annotated[
        bool, typer.Option("--open", help="Leave out items that are closed, dropped or unknown.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="Every item, also what sleeps and what has ended.")] = False,
    data: DataOption = Path("var"),
    plan: PlanOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what is awaited of which office, by when, since when and at which rung, and what comes next: one screen.

    With a filter it lists every item that passes, in full. Several filters: an item must pass all.

    status --mine lao-moic          status --week --overdue          status --all
    """
    filters = Filters(office, overdue, week, dormant, open_only, everything)
    now = datetime.now(UTC)
    rows, mail = asyncio.run(_rows(data, plan, office))
    passing = [row for row in rows if filters.passes(row, now)]
    if as_json:
        sys.stdout.write(json_text({"items": [as_document(row) for row in passing]}) + "\n")
        return
    inbox = waiting_line(data, plan)
    if filters == Filters():
        height = ROWS - 1 - len(inbox.splitlines())
        text = "\n".join(line.text for line in overview(rows, now, height))
    else:
        named = {row.id for row in passing}
        text = "\n".join(
            part for part in (status_text(passing), mail, left_out(row for row in rows if row.id not in named)) if part
        )
    sys.stdout.write(text + "\n" + inbox)


async def _rows(data: Path, plan: str | None, office: str | None) -> tuple[list[ItemRow], str]:
    """Returns the rows of all items. If `office` is given, also returns a line that says when the next mail goes to
    this office. Otherwise that line is empty."""
    async with session(data, plan) as here:
        name = await here.plan()
        rows = await all_rows(here.client, name, here.record)
        if office is None:
            return rows, ""
        if not any(each.office == office for row in rows for each in row.awaiting):
            await _check_office(here, office)
        rooms = await post_room_rows(here.client, name)
        at = next((row.next_at for row in rooms if row.id == secretariat_id(name, office)), None)
        return rows, next_mail_line(office, at, rows[0].clock if rows else Clock())


def next_mail_line(office: str, at: Instant | None, clock: Clock) -> str:
    """Returns a line that says when the next mail goes to an office, by the clock of the plan. Empty if no mail waits,
    so that `at` is None."""
    return f"next mail to {office}: {clock.at(at)} ({clock.zone})" if at is not None else ""


async def _check_office(here: Session, office: str) -> None:
    """Raises Refused if the plan has no such office. Does nothing if the plan in force cannot be asked. The list of
    items does not depend on it."""
    try:
        in_force = await here.plan_in_force()
    except (CommandError, RPCError):
        return
    check_known("office", office, all_offices(in_force), "`offices` lists them")


def status_text(rows: Sequence[ItemRow]) -> str:
    """Returns all rows as text for people. Each open item has its own lines. After them, one line names all closed
    items, one all dropped items, and one all unknown items."""
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
