"""The live view of `up`: what is awaited, of whom, since when, at which rung, what comes next."""

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
"""Seconds between two updates."""

LEAST_HEIGHT = 8
"""Rows of the list, however small the terminal is."""


async def watch_live(client: Client, plan: str, head: str, console: Console, notes: list[str]) -> None:
    """Redraws the view until it is cancelled. The last three notes of `up` are at the bottom."""
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
    """Prints each change once, as a line, until it is cancelled."""
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
    """One item in one line."""
    awaited = ", ".join(f"{each.office} to {infinitive(each.act)} (rung {each.rung})" for each in row.awaiting)
    following = f"; next: {row.next_what}" if row.next_at else ""
    return f"{row.id}: {row.status}{f'; awaited: {awaited}' if awaited else ''}{following}"


def live_screen(rows: list[ItemRow], height: int, width: int) -> RenderableType:
    """What `status` shows, in so many rows and columns. The last line counts what was left out."""
    lines = overview(rows, datetime.now(UTC), height, width)
    texts = (Text(line.text, style="dim" if line.faint else "", no_wrap=True, overflow="ellipsis") for line in lines)
    return Group(*texts)


def newest_mail(mail: Path, office: str) -> Path | None:
    """The newest mail of an office in the spool; None if it has none."""
    found = sorted((mail / office).glob("*.eml"), key=lambda path: path.stat().st_mtime)
    return found[-1] if found else None
