"""Makes one screen about a plan: what is awaited, what comes next, and how many items the screen does not show."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from models.common.clock import Clock
from models.messages.sentences import infinitive, joined
from models.messages.views import AwaitedRow, ItemRow

_WEEK = timedelta(days=7)

ROWS, COLUMNS = 24, 100
"""The size of the screen. Its last row stays free for the prompt of the shell."""

_LEAST_NEXT = 5
"""The least number of rows for what comes next, even if many acts are awaited."""

_WIDEST_NAME = 30
_ASLEEP = ("dormant", "postponed")
_ENDED = ("closed", "dropped", "excused", "expired", "settled", "unknown", "missed")


class Filters(NamedTuple):
    """Which items a person wants to see. An item must pass every filter that is set.

    `office` is None if the items of all offices pass. A filter that is False passes every item, and so does
    `everything`.
    """

    office: str | None = None
    overdue: bool = False
    week: bool = False
    dormant: bool = False
    open_only: bool = False
    everything: bool = False

    def passes(self, row: ItemRow, now: datetime) -> bool:
        """Whether the item of a row passes every filter that is set, at the instant `now`."""
        return (
            (self.office is None or any(each.office == self.office for each in row.awaiting))
            and (not self.overdue or _any_overdue(row, now))
            and (not self.week or _within(row, now + _WEEK))
            and (not self.dormant or is_dormant(row))
            and (not self.open_only or row.status not in ("closed", "dropped", "unknown"))
        )


class Line(NamedTuple):
    """One line of the screen."""

    text: str
    faint: bool = False
    """True: the line is less urgent than the others, so the live view shows it in a weak colour."""


def is_dormant(row: ItemRow) -> bool:
    """Whether the item is dormant: no act is awaited until an instant comes or a side acts."""
    return not row.awaiting and row.status in _ASLEEP


def is_ended(row: ItemRow) -> bool:
    """Whether the item has ended: it was closed out, or it ended before the launch."""
    return not row.awaiting and row.status in _ENDED


def overview(rows: Sequence[ItemRow], now: datetime, height: int = ROWS - 1, width: int = COLUMNS) -> list[Line]:
    """Returns the lines of one screen. First come the items that await an act, in the order of urgency. Then come the
    items that wait for an instant, in the order of time. The last line counts the items that have no line, and says
    how to see them."""
    awaited = sorted((row for row in rows if row.awaiting), key=lambda row: (_urgency(row, now), row.id))
    coming = _coming(row for row in rows if not is_ended(row))
    room = max(height - 3, 2)  # two headings and the last line
    shown_next = coming[: max(room - len(awaited), min(_LEAST_NEXT, room // 2))]
    shown = awaited[: room - len(shown_next)]
    first = [each[0] for each in shown_next]
    wanted = [_name(row) for row in shown] + [_group_name(group) for group in shown_next]
    names = min(max(map(len, wanted), default=0), _WIDEST_NAME)
    lines = [Line(_cut("due          since   rung  AWAITED", width))] if shown else []
    lines += [Line(_cut(_awaited_line(row, names, now), width)) for row in shown]
    lines += [Line(_cut("when                      NEXT", width), faint=True)] if shown_next else []
    lines += [Line(_cut(_next_line(group, names), width), faint=True) for group in shown_next]
    named = {row.id for row in (*shown, *first)}
    last = left_out(row for row in rows if row.id not in named)
    return [*lines, Line(last)] if last else lines or [Line("nothing to show")]


def left_out(rows: Iterable[ItemRow]) -> str:
    """Returns the line that counts `rows`, which the screen does not show, and says how to see them. Example: "and 163
    more: 120 dormant (--dormant), 43 later (--all)". Empty if there are no such rows."""
    rows = list(rows)
    kinds: list[tuple[str, Callable[[ItemRow], bool]]] = [
        ("awaited", lambda row: bool(row.awaiting)),
        ("later", lambda row: not (row.awaiting or is_dormant(row) or is_ended(row))),
        ("ended", is_ended),
    ]
    dormant = sum(map(is_dormant, rows))
    counts = [f"{n} {word}" for word, of in kinds if (n := sum(map(of, rows)))]
    parts = [f"{dormant} dormant (--dormant)"] if dormant else []
    parts += [f"{joined(counts)} (--all)"] if counts else []
    return f"and {len(rows)} more: {', '.join(parts)}" if rows else ""


def ago(length: timedelta) -> str:
    """Returns a length of time in its largest unit, rounded down: 3 d, 4 h, 12 min, 5 s."""
    seconds = int(length.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{max(seconds, 0)} s"


def _within(row: ItemRow, end: datetime) -> bool:
    """Whether something of an item is due, happens or takes place before `end`."""
    instants = [row.next_at, row.date.start if row.date and not is_ended(row) else None]
    instants += [each.due for each in row.awaiting]
    return any(at is not None and at < end for at in instants)


def _urgency(row: ItemRow, now: datetime) -> tuple[bool, datetime]:
    """Returns the key that sorts rows: overdue rows come first, then the rows whose due comes soonest."""
    coming = [each.due for each in row.awaiting if each.due is not None and each.due >= now]
    latest = max((each.since for each in row.awaiting), default=now) + timedelta(days=36500)
    return not _any_overdue(row, now), min(coming, default=latest)


def _any_overdue(row: ItemRow, now: datetime) -> bool:
    """Whether an awaited act of the row was due before `now`."""
    return any(each.due is not None and each.due < now for each in row.awaiting)


def _coming(rows: Iterable[ItemRow]) -> list[list[ItemRow]]:
    """Rows that wait for an instant, the earliest first. Rows that wait for the same thing make one group."""
    groups: dict[tuple[str, str], list[ItemRow]] = {}
    dated = [(row.next_at, row.id, row) for row in rows if row.next_at is not None and not row.awaiting]
    for at, _, row in sorted(dated, key=lambda each: each[:2]):
        groups.setdefault((_short_day(row.clock, at), row.next_step), []).append(row)
    return list(groups.values())


def _awaited_line(row: ItemRow, names: int, now: datetime) -> str:
    dues = [each.due for each in row.awaiting if each.due is not None]
    due = _short_day(row.clock, min([at for at in dues if at >= now] or dues)) if dues else "-"
    since = ago(now - min(each.since for each in row.awaiting))
    rung = max(each.rung for each in row.awaiting)
    mark = "overdue: " if _any_overdue(row, now) else ""
    return f"{due:<11}  {since:<6}  {rung:>4}  {_name(row):<{names}}  {mark}{_of_whom(row.awaiting)}"


def _of_whom(awaiting: Sequence[AwaitedRow]) -> str:
    """The acts and their offices: "lao-moic and khm-moc to propose a date; lao-mfa to close it out"."""
    acts: dict[str, list[str]] = {}
    for each in sorted(awaiting, key=lambda each: -each.rung):
        acts.setdefault(each.act, []).append(each.office)
    return "; ".join(f"{joined(dict.fromkeys(offices))} to {infinitive(act)}" for act, offices in acts.items())


def _next_line(group: Sequence[ItemRow], names: int) -> str:
    first = group[0]
    assert first.next_at is not None
    what = first.next_step if is_dormant(first) else f"{first.status}: {first.next_step}"
    return f"{_short_day(first.clock, first.next_at):<24}  {_group_name(group):<{names}}  {what}"


def _group_name(group: Sequence[ItemRow]) -> str:
    more = f" and {len(group) - 1} more" if len(group) > 1 else ""
    return f"{_name(group[0])}{more}"


def _name(row: ItemRow) -> str:
    """The name of an item as a person types it, without its plan."""
    return row.id.partition("/")[2] or row.id


def _short_day(clock: Clock, instant: datetime) -> str:
    local = instant + clock.offset
    return f"{local:%H:%M:%S}" if clock.fine else f"{local.day} {local:%b %Y}"


def _cut(text: str, width: int) -> str:
    text = text.rstrip()
    return text if len(text) <= width else f"{text[: width - 1]}…"
