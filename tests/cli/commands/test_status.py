"""`status` fits on one screen, and says what it left out; with a filter it lists all that passes."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from cli.commands import status as command
from cli.commands.status import next_mail_line, status
from cli.display.live import live_screen
from cli.display.overview import COLUMNS, ROWS, Filters, ago, left_out, overview
from models.messages.views import AwaitedRow, ItemRow
from tests.support.builders import DAY, START, obligation
from tests.support.recorded import RecordedLife

LAO, KHM = "lao-moc", "khm-moc"
WEEKS = {"by": "offset", "opens": "PT0S", "length": "P300D", "every": "P300D", "count": 1}


def rows_of(awaited: int = 40, asleep: int = 30) -> list[ItemRow]:
    """Meetings of which a date is awaited, commitments that sleep until a status round, and one that has ended."""
    meetings = [obligation(f"m{n}", window=WEEKS) for n in range(awaited)]
    others = [obligation(f"c{n}", kind="standing", cadence="continuous", window=None) for n in range(asleep)]
    asked = {"by": "offset", "opens": "P200D", "every": "P300D", "count": 1}
    rows = [row for row in RecordedLife(*meetings, *others, round=asked).rows() if row.kind != "plan"]
    return [*rows, ItemRow(id="t/e", ref="1.1", kind="meeting", title="E", status="closed")]


def text_of(rows: list[ItemRow], now: datetime = START, **size: int) -> list[str]:
    return [line.text for line in overview(rows, now, **size)]


def row(name: str, *due: timedelta, next_at: timedelta | None = None, status: str = "date-awaited") -> ItemRow:
    awaiting = tuple(AwaitedRow(office=LAO, act="mark", since=START - DAY, due=START + each, rung=1) for each in due)
    at = None if next_at is None else START + next_at
    step = f"step of {name}"
    return ItemRow(
        id=f"t/{name}",
        ref="1",
        kind="meeting",
        title=name,
        status=status if due else "dormant",
        awaiting=awaiting,
        next_at=at,
        next_step=step,
    )


def test_a_large_plan_fits_on_one_screen_and_the_last_line_counts_the_rest() -> None:
    rows = rows_of()
    lines = text_of(rows)
    assert len(lines) == ROWS - 1
    assert max(map(len, lines)) <= COLUMNS
    shown = [line for line in lines if " to propose a date" in line]
    asleep = next(line for line in lines if "the status round asks" in line)
    assert " and 29 more" in asleep, "what waits for the same thing has one line"
    assert (
        lines[-1]
        == f"and {40 - len(shown) + 29 + 1} more: 29 dormant (--dormant), {40 - len(shown)} awaited and 1 ended (--all)"
    )


def test_an_empty_list_says_so_and_a_short_one_leaves_nothing_out() -> None:
    assert text_of([]) == ["nothing to show"]
    assert [line.split() for line in text_of([row("a", DAY)])[1:]] == [
        f"2 Jan 2026 1 d 1 a {LAO} to say whether it was held".split()
    ]


def test_what_is_overdue_comes_first_and_then_what_is_due_first() -> None:
    rows = [row("late", 9 * DAY), row("soon", 2 * DAY), row("over", -DAY), row("none")]
    names = [line.split()[6] for line in text_of(rows)[1:4]]
    assert names == ["over", "soon", "late"]
    assert "overdue: lao-moc to say whether it was held" in text_of(rows)[1]


def test_the_screen_keeps_room_for_what_comes_next() -> None:
    rows = [*(row(f"a{n}", DAY) for n in range(50)), *(row(f"d{n}", next_at=n * DAY) for n in range(1, 20))]
    lines = text_of(rows, height=12)
    assert len(lines) == 12
    assert [line.split()[3] for line in lines if "step of d" in line] == ["d1", "d2", "d3", "d4"]


def test_a_long_name_is_whole_and_the_line_is_cut() -> None:
    name = "questions/" + "-".join(["lao-champasak"] * 3)
    line = text_of([row(name, DAY)], width=90)[1]
    assert name in line and len(line) == 90 and line.endswith("…")


@pytest.mark.parametrize(
    ("filters", "passing"),
    [
        ({"office": LAO}, "over soon late"),
        ({"office": KHM}, ""),
        ({"overdue": True}, "over"),
        ({"week": True}, "over soon wakes"),
        ({"dormant": True}, "wakes sleeps"),
        ({"week": True, "dormant": True}, "wakes"),
        ({"everything": True}, "over soon late wakes sleeps"),
    ],
    ids=str,
)
def test_an_item_must_pass_every_filter(filters: dict[str, Any], passing: str) -> None:
    rows = [row("over", -DAY), row("soon", 2 * DAY), row("late", 9 * DAY), row("wakes", next_at=DAY), row("sleeps")]
    assert [each.title for each in rows if Filters(**filters).passes(each, START)] == passing.split()


def test_what_is_left_out_is_counted_by_how_to_see_it() -> None:
    scheduled = row("s", next_at=DAY).model_copy(update={"status": "scheduled"})
    assert left_out([]) == ""
    assert left_out([row("a"), row("b")]) == "and 2 more: 2 dormant (--dormant)"
    assert left_out([row("a"), scheduled, row("b", DAY)]) == (
        "and 3 more: 1 dormant (--dormant), 1 awaited and 1 later (--all)"
    )


def test_a_filter_lists_in_full_and_json_keeps_every_row(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = rows_of(30, 5)

    async def listed(data: object, plan: object, office: str | None) -> tuple[list[ItemRow], str]:
        return rows, next_mail_line(office, START, rows[0].clock) if office else ""

    monkeypatch.setattr(command, "_rows", listed)
    monkeypatch.setattr(command, "waiting_line", lambda *_: "inbox: 1 message needs a person\n")
    status()
    screen = capsys.readouterr().out.splitlines()
    assert len(screen) == ROWS - 1 and screen[-1].startswith("inbox:")
    status(as_json=True)
    assert capsys.readouterr().out.count('"ref"') == len(rows)
    status(office=LAO)
    full = capsys.readouterr().out
    assert full.count(f"{LAO} to propose a date, since 1 January 2026, due") == 30
    assert "next mail to lao-moc: 1 January 2026, 07:00 (Asia/Vientiane)" in full
    assert "and 6 more: 5 dormant (--dormant), 1 ended (--all)" in full
    status(everything=True)
    assert " more: " not in capsys.readouterr().out


def test_the_live_view_takes_the_height_of_its_terminal() -> None:
    from rich.console import Console

    console = Console(width=60, no_color=True)
    with console.capture() as capture:
        console.print(live_screen(rows_of(), 9, 60))
    lines = capture.get().splitlines()
    assert len(lines) == 9 and max(map(len, lines)) <= 60 and lines[-1].startswith("and ")


@pytest.mark.parametrize(
    ("length", "said"),
    [(timedelta(days=3, hours=5), "3 d"), (timedelta(minutes=61), "1 h"), (timedelta(seconds=-3), "0 s")],
)
def test_a_time_since_is_told_in_its_largest_unit(length: timedelta, said: str) -> None:
    assert ago(length) == said
