"""The live view of `up`: what is awaited, of whom, since when, at which rung, what comes next."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text
from temporalio.client import Client
from temporalio.service import RPCError

from cli.display.lists import open_rows
from models.messages.sentences import infinitive
from models.messages.views import ItemRow

EVERY = 1.0
"""Seconds between two updates."""


async def watch_live(client: Client, plan: str, head: str, console: Console, notes: list[str]) -> None:
    """Redraws the view until it is cancelled. The last three notes of `up` are at the bottom."""
    with Live(console=console, refresh_per_second=4, screen=False) as live:
        while True:
            try:
                rows = await open_rows(client, plan)
                live.update(Group(Text(head), live_table(rows), Text("\n".join(notes[-3:]), style="dim")))
            except RPCError as error:
                live.update(Group(Text(head), Text(f"Temporal does not answer: {error.message}", style="red")))
            await asyncio.sleep(EVERY)


async def watch_plain(client: Client, plan: str, say: Callable[[str], None]) -> None:
    """Prints each change once, as a line, until it is cancelled."""
    known: dict[str, str] = {}
    while True:
        try:
            for row in await open_rows(client, plan):
                line = plain_line(row)
                if known.get(row.id) != line:
                    known[row.id] = line
                    say(line)
        except RPCError as error:
            say(f"Temporal does not answer: {error.message}")
        await asyncio.sleep(EVERY)


def plain_line(row: ItemRow) -> str:
    """One item in one line."""
    awaited = ", ".join(f"{each.office} to {infinitive(each.act)} (rung {each.rung})" for each in row.awaiting)
    following = f"; next: {row.next_what}" if row.next_at else ""
    return f"{row.id}: {row.status}{f'; awaited: {awaited}' if awaited else ''}{following}"


def live_table(rows: list[ItemRow]) -> RenderableType:
    """The table of open items: first those that wait for an office, then the others with their next step."""
    now = datetime.now(UTC)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("item", "awaited of", "act", "since", "rung", "next"):
        table.add_column(name, overflow="fold")
    for row in rows:
        for i, each in enumerate(row.awaiting):
            mine = i == 0
            table.add_row(
                row.id if mine else "",
                each.office,
                infinitive(each.act),
                ago(now - each.since),
                str(each.rung),
                row.next_step if mine else "",
            )
    asleep = [row for row in rows if not row.awaiting]
    for row in asleep:
        table.add_row(row.id, f"({row.status})", "", "", "", row.next_step, style="dim")
    return table


def ago(length: timedelta) -> str:
    """A length of time in its largest unit: 3 d, 4 h, 12 min, 5 s."""
    seconds = int(length.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{max(seconds, 0)} s"


def newest_mail(mail: Path, office: str) -> Path | None:
    """The newest mail of an office in the spool; None if it has none."""
    found = sorted((mail / office).glob("*.eml"), key=lambda path: path.stat().st_mtime)
    return found[-1] if found else None
