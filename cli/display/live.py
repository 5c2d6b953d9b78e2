"""Shows the live view of `up`: which acts are awaited of which offices, since when, at which rung, and what comes
next."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text
from temporalio.client import Client
from temporalio.service import RPCError

from cli.display.lists import open_rows
from cli.display.overview import overview
from cli.errors import NoServer
from models.messages.sentences import infinitive
from models.messages.views import ItemRow

EVERY = 1.0
"""The seconds between two updates of the live view."""

LEAST_HEIGHT = 8
"""The least number of rows that the list has. A smaller terminal gets that many rows too."""


async def watch_live(client: Client, plan: str, head: str, console: Console, notes: list[str]) -> None:
    """Redraws the live view every second until the task is cancelled. `head` stands above the list, and the last three
    of `notes` stand below it."""
    with Live(console=console, refresh_per_second=4, screen=False) as live:
        while True:
            try:
                rows = await open_rows(client, plan)
                height = max(console.height - len(head.splitlines()) - len(notes[-3:]) - 1, LEAST_HEIGHT)
                screen = live_screen(rows, height, console.width)
                live.update(Group(Text(head), screen, Text("\n".join(notes[-3:]), style="dim")))
            except (RPCError, NoServer) as error:
                live.update(Group(Text(head), Text(f"Temporal does not answer: {error.message}", style="red")))
            await asyncio.sleep(EVERY)


async def watch_plain(client: Client, plan: str, say: Callable[[str], None]) -> None:
    """Gives `say` the line of an item each time that the line changes, until the task is cancelled. `up` uses this
    function if its output is not a terminal."""
    known: dict[str, str] = {}
    while True:
        try:
            for row in await open_rows(client, plan):
                line = plain_line(row)
                if known.get(row.id) != line:
                    known[row.id] = line
                    say(line)
        except (RPCError, NoServer) as error:
            say(f"Temporal does not answer: {error.message}")
        await asyncio.sleep(EVERY)


def plain_line(row: ItemRow) -> str:
    """Returns one line about one item: its status, what is awaited, and what comes next."""
    awaited = ", ".join(f"{each.office} to {infinitive(each.act)} (rung {each.rung})" for each in row.awaiting)
    following = f"; next: {row.next_what}" if row.next_at else ""
    return f"{row.id}: {row.status}{f'; awaited: {awaited}' if awaited else ''}{following}"


def live_screen(rows: list[ItemRow], height: int, width: int) -> RenderableType:
    """Returns what `status` shows, in at most `height` rows of `width` columns. The last line counts the items that
    have no line."""
    lines = overview(rows, datetime.now(UTC), height, width)
    texts = (Text(line.text, style="dim" if line.faint else "", no_wrap=True, overflow="ellipsis") for line in lines)
    return Group(*texts)


def newest_mail(mail: Path, office: str) -> Path | None:
    """Returns the path of the newest mail to an office in the mail spool. None if no mail to that office is there."""
    found = sorted((mail / office).glob("*.eml"), key=lambda path: path.stat().st_mtime)
    return found[-1] if found else None
