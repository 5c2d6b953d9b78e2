"""Makes the register of a plan, the list of its provisions and obligations, as a table for a terminal."""

from collections.abc import Iterator

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from cli.display.register import selected
from models.common.values import write_duration
from models.plan.plan import HostRule, Obligation, OffsetWindows, Plan, Reading, YearWindows

ASSUMED = "(assumed)"
TO_BE_AGREED = "to be agreed"


def print_register(plan: Plan, ref: str | None, kind: str | None, office: str | None) -> None:
    """Prints the register on standard output, as wide as the terminal. A filter that is None passes everything."""
    Console().print(register_table(plan, ref, kind, office))


def register_table(
    plan: Plan, ref: str | None = None, kind: str | None = None, office: str | None = None
) -> RenderableType:
    """Returns the register as a table. `Console().print(register_table(plan))` prints it, on 80 columns or more.

    A filter that is None passes everything. The table marks a value that the text does not state as "(assumed)", or as
    "to be agreed" if the reading gives no value.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_lines=True, expand=True)
    # Wide enough for an id on one line, because people copy ids into commands.
    widest = max((len(each.id) for _, each in plan.obligations()), default=0)
    table.add_column("Ref", width=6)
    table.add_column("Obligation", width=min(max(widest, 24), 32), overflow="fold")
    table.add_column("When and where", ratio=1, overflow="fold")
    table.add_column("Offices", ratio=1, overflow="fold")
    shown = 0
    for provision, obligations in selected(plan, ref, kind, office):
        if not obligations:
            table.add_row(provision.ref, Text(provision.title))
        for each in obligations:
            shown += 1
            table.add_row(provision.ref, _what(each), _lines(*_when(each), *_where(each)), _offices(each))
    count = Text(f"Obligations shown: {shown} of {sum(1 for _ in plan.obligations())}.")
    return Group(Text(plan.title, style="bold"), table, count, *_plan_readings(plan))


def _mark(reading: Reading | None) -> str:
    """The mark of a working value; empty if the text states the value."""
    if reading is None:
        return ""
    return f" {ASSUMED}" if reading.chosen is not None else f" {TO_BE_AGREED}"


def _read(name: str, reading: Reading) -> str:
    """The name and value of a reading with its mark, as in "first host: to be agreed"."""
    chosen = reading.chosen
    if chosen is None:
        return f"{name}: {TO_BE_AGREED}"
    return f"{name}: {', '.join(map(str, chosen)) if isinstance(chosen, list | tuple) else chosen}{_mark(reading)}"


def _words(slug: str) -> str:
    return slug.replace("_", " ")


def _lines(*lines: str) -> Text:
    """The lines of a cell that are not empty. The marks are yellow."""
    text = Text("\n".join(line for line in lines if line))
    text.highlight_words([ASSUMED, TO_BE_AGREED], style="yellow")
    return text


def _what(obligation: Obligation) -> Text:
    nature = [_words(obligation.kind), obligation.strength.value, obligation.level]
    detail = [obligation.id, ", ".join(part for part in nature if part)]
    if obligation.first_title:
        detail.append(f"first: {obligation.first_title}")
    if obligation.ladder:
        detail.append(f"ladder: {obligation.ladder}{_mark(obligation.readings.ladder)}")
    return Text(f"{obligation.title}\n", style="bold").append_text(_lines(*detail))


def _when(obligation: Obligation) -> Iterator[str]:
    readings = obligation.readings
    yield _words(obligation.cadence)
    if readings.cadence:
        yield _read("frequency", readings.cadence)
    if obligation.years:
        yield f"year in the text: {', '.join(map(str, obligation.years))}"
    windows = obligation.working_windows
    mark = _mark(readings.windows) if obligation.window is None else ""
    yield f"{_windows(windows) if windows else 'no window'}{mark}"
    if readings.anchor_year:
        yield _read("counted from", readings.anchor_year)
    if obligation.condition:
        yield f"if {obligation.condition}"
    if obligation.remind:
        yield f"reminder {write_duration(obligation.remind)} before"


def _windows(windows: YearWindows | OffsetWindows) -> str:
    if isinstance(windows, OffsetWindows):
        opens, length, every = (write_duration(each) for each in (windows.opens, windows.length, windows.every))
        return f"{windows.count} windows of {length}, every {every}, the first {opens} after launch"
    if windows.first == windows.last:
        return f"window: the year {windows.first}"
    step = "every year" if windows.every == 1 else f"every {windows.every} years"
    return f"windows: {step} {windows.first}-{windows.last}"


def _where(obligation: Obligation) -> Iterator[str]:
    rule, host, readings = obligation.host_rule, obligation.host, obligation.readings
    if rule is HostRule.ROTATING:
        yield f"host by turns, first {host}" if host else "host by turns"
    elif host:
        yield f"host: {host}"
    elif obligation.kind.meets and not (readings.first_host or readings.host):
        yield "host not stated"
    for name, reading in (("first host", readings.first_host), ("host", readings.host), ("order", readings.order)):
        if reading:
            yield _read(name, reading)
    if obligation.format:
        yield " or ".join(obligation.format)
    if readings.pairs:
        yield _read("who meets whom", readings.pairs)


def _offices(obligation: Obligation) -> Text:
    lines = []
    for side in obligation.all_sides:
        office = obligation.working_offices.get(side)
        mark = "" if side in obligation.offices else f" {ASSUMED}"
        third = ", third state" if side in obligation.third_states else ""
        lines.append(f"{side}{third}: {office}{mark}" if office else f"{side}{third}: {TO_BE_AGREED}")
    return _lines(*lines)


def _plan_readings(plan: Plan) -> Iterator[Text]:
    """The readings of the plan itself, one line each."""
    if plan.readings:
        yield Text("For the whole plan:")
    for field, reading in plan.readings.items():
        yield _lines(f"  {_read(_words(field), reading)}")
