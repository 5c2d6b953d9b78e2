"""Shows the live view of `up`: which acts are awaited of which offices, since when, at which rung, and what comes
next."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text
from temporalio.client import Client
from temporalio.service import RPCError

from cli.answers import server_error
from cli.display.lists import open_rows
from cli.display.overview import overview
from cli.errors import NoServer
from models.messages.sentences import infinitive
from models.messages.views import ItemRow

EVERY = 1.0
"""The seconds between two updates of the live view."""

CHANGES = 10
"""The most items that `up` tells of after one look, if its output is not a terminal."""

LOOKS = 10
"""The most looks that `up` waits until Temporal's lists have every item."""

Standing = tuple[str, tuple[tuple[str, str, int], ...]]

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
                live.update(Group(Text(head), Text(_trouble(error), style="red")))
            await asyncio.sleep(EVERY)


async def watch_plain(client: Client, plan: str, say: Callable[[str], None]) -> None:
    """Gives `say` the lines that `status` shows, once. After that it gives the line of each item that changes its
    status, awaits something new or ends, until the task is cancelled. `up` uses this function if its output is not a
    terminal."""
    known: dict[str, Standing] | None = None
    while True:
        try:
            if known is None:
                rows = await _all_listed(client, plan)
                lines = [line.text for line in overview(rows, datetime.now(UTC))]
            else:
                rows = await open_rows(client, plan)
                lines = changes(known, rows)
            known = {row.id: standing(row) for row in rows}
            for line in lines:
                say(line)
        except (RPCError, NoServer) as error:
            say(_trouble(error))
        await asyncio.sleep(EVERY)


def _trouble(error: RPCError | NoServer) -> str:
    """Why the list cannot be shown at this moment."""
    return (server_error(error) if isinstance(error, RPCError) else error).message


async def _all_listed(client: Client, plan: str) -> list[ItemRow]:
    """The rows of the open items, as soon as Temporal's lists have them all: when two looks give the same items. Lists
    that still grow after LOOKS looks are taken as they are."""
    rows = await open_rows(client, plan)
    for _ in range(LOOKS):
        await asyncio.sleep(EVERY)
        before, rows = rows, await open_rows(client, plan)
        if rows and len(rows) == len(before):
            break
    return rows


def changes(known: Mapping[str, Standing], rows: Sequence[ItemRow]) -> list[str]:
    """Returns the lines of the items that no longer stand as `known` says, at most CHANGES of them. A last line counts
    the others. `known` holds the standing of each item at the last look."""
    changed = [plain_line(row) for row in rows if known.get(row.id) != standing(row)]
    listed = {row.id for row in rows}
    changed += [f"{item}: ended" for item in known if item not in listed]
    left = len(changed) - CHANGES
    return [*changed[:CHANGES], *([f"and {left} more items have changed; `status` shows them"] if left > 0 else [])]


def standing(row: ItemRow) -> Standing:
    """Returns what `watch_plain` watches of an item: its status, and which act is awaited of which office at which
    rung."""
    return row.status, tuple((each.office, each.act, each.rung) for each in row.awaiting)


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
