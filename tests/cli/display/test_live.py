"""What `up` tells on a screen that is no terminal: one screen at first, and then what changes."""

import asyncio
from typing import Any

import pytest

from cli.display import live
from cli.display.live import CHANGES, changes, standing, watch_plain
from cli.display.overview import overview
from models.messages.views import AwaitedRow, ItemRow
from tests.support.builders import DAY, START


def row(name: str, *offices: str, status: str = "dormant", rung: int = 1) -> ItemRow:
    awaiting = tuple(
        AwaitedRow(office=office, act="propose-date", since=START, due=None, rung=rung) for office in offices
    )
    return ItemRow(
        id=f"t/{name}", ref="1", kind="meeting", title=name, status=status, awaiting=awaiting, next_at=START + DAY
    )


def known(*rows: ItemRow) -> dict[str, live.Standing]:
    return {each.id: standing(each) for each in rows}


def test_only_items_that_change_or_await_something_new_are_told() -> None:
    before = row("a"), row("b", "lao-moc"), row("c")
    assert changes(known(*before), before) == []
    later = before[0].model_copy(update={"next_at": START + 2 * DAY})
    assert changes(known(*before), (later, *before[1:])) == [], "another next step alone is not told"
    after = row("a", "khm-moc", status="date-awaited"), row("b", "lao-moc", rung=2), row("d")
    told = changes(known(*before), after)
    assert [line.partition(":")[0] for line in told] == ["t/a", "t/b", "t/d", "t/c"]
    assert "khm-moc to propose a date (rung 1)" in told[0] and told[-1] == "t/c: ended"


def test_many_changes_are_counted() -> None:
    told = changes({}, [row(str(n)) for n in range(225)])
    assert len(told) == CHANGES + 1 and told[-1] == f"and {225 - CHANGES} more items have changed; `status` shows them"


async def test_up_prints_the_screen_of_status_once_and_nothing_while_nothing_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Temporal's lists fill up in the first seconds.
    rows = [row(f"m{n}", "lao-moc", status="date-awaited") for n in range(225)]
    looks = iter([rows[:0], rows[:100], rows, rows, rows, [*rows[:-1], row("m224", status="scheduled")]])

    async def listed(client: Any, plan: str) -> list[ItemRow]:
        return list(next(looks, rows[:-1]))

    monkeypatch.setattr(live, "open_rows", listed)
    monkeypatch.setattr(live, "EVERY", 0.001)
    said: list[str] = []
    watching = asyncio.create_task(watch_plain(None, "t", said.append))  # type: ignore[arg-type]
    try:
        async with asyncio.timeout(10):
            while "t/m224: ended" not in said:
                await asyncio.sleep(0.001)
    finally:
        watching.cancel()
    screen = overview(rows, START)
    assert len(said) == len(screen) + 2 and said[: len(screen)][0] == screen[0].text
    assert said[-2].startswith("t/m224: scheduled")
