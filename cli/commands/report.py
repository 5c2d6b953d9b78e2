"""`report` and `timeline`: what a person can hand on as it is. Nothing is changed."""

import asyncio
import json
import sys
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from adapters.files.record_file import read_record, recorded_items
from cli.commands.show import plan_state_of, view_of
from cli.display.lists import open_rows, recorded_view
from cli.errors import BadUsage
from cli.files.plan_file import load_plan
from cli.options import DataOption, PlanOption
from cli.session import Session, session
from documents import docx_report, html_report, timeline_svg
from models.common.ids import obligation_id
from models.common.values import Instant
from models.common.zones import zone
from models.governance.amending import plan_as_of
from models.governance.plan_machine import PLAN
from models.governance.plan_state import PlanState
from models.items import turns
from models.items.turns import Turns
from models.messages.views import ItemRow, LedgerEntry
from models.plan.plan import HostRule, Plan
from models.plan.windows import clock_of, end_of_validity, resolve_windows
from models.report.facts import Facts, ItemFact, SeriesFact
from models.report.item_history import hear_all
from models.report.progress import build_report
from models.report.timeline import build_timeline
from models.report.values import ProgressReport


class ReportFormat(StrEnum):
    DOCX = "docx"
    HTML = "html"
    JSON = "json"


STDOUT = Path("-")

OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="Where to write it; - is standard output.", metavar="FILE", dir_okay=False),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Write over a file that is there.")]
DayOption = Annotated[
    datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="As it stood at the end of this day (now).")
]


# --- report ----------------------------------------------------------------------------------------------------------


def report(
    as_of: DayOption = None,
    style: Annotated[ReportFormat, typer.Option("--format", help="What to write.")] = ReportFormat.DOCX,
    out: OutOption = None,
    force: ForceOption = False,
    data: DataOption = Path("var"),
    plan: PlanOption = None,
) -> None:
    """The progress report to the governments: by pillar and article, what is done, in progress, missed or without
    evidence; turns, amendments, what is awaited of whom.

    report --as-of 2026-11-24 --format docx
    """
    if out == STDOUT and style is ReportFormat.DOCX:
        raise BadUsage("bad-usage", "--out -: DOCX is a file; name one, or choose --format html or json")
    _refuse_existing(out, force)
    day = as_of.date() if as_of else None
    built = asyncio.run(_report(day, data, plan))
    if style is ReportFormat.JSON and out in (None, STDOUT):
        sys.stdout.write(json.dumps(report_document(built), ensure_ascii=False) + "\n")
        return
    if out == STDOUT:
        write_stdout(rendered(built, style))
        return
    named = day or built.as_of.astimezone(zone(built.zone)).date()
    path = out or Path(f"{built.plan}-progress-{named}.{style.value}")
    write_file(path, rendered(built, style), force)
    tally = built.tally
    sys.stdout.write(f"{path}: as of {built.as_of_day}, {tally.done} of {tally.total} items are done\n")


def rendered(built: ProgressReport, style: ReportFormat) -> bytes:
    if style is ReportFormat.DOCX:
        return docx_report.render(built)
    if style is ReportFormat.HTML:
        return html_report.render(built).encode()
    return (json.dumps(report_document(built), ensure_ascii=False, indent=2) + "\n").encode()


def report_document(built: ProgressReport) -> dict[str, Any]:
    """The contract of `report --format json`: every tally with its total."""
    document = built.model_dump(mode="json")
    document["tally"]["total"] = built.tally.total
    for pillar, pillar_document in zip(built.pillars, document["pillars"], strict=True):
        pillar_document["tally"]["total"] = pillar.tally.total
        for article, article_document in zip(pillar.articles, pillar_document["articles"], strict=True):
            article_document["tally"]["total"] = article.tally.total
    return document


async def _report(day: date | None, data: Path, plan: str | None) -> ProgressReport:
    async with session(data, plan) as here:
        state = await plan_state_of(here)
        moment = instant_of(day, state, datetime.now(UTC))
        facts = await gather(here, state, moment)
    return build_report(plan_then(state, moment), facts, moment.at)


class Moment(NamedTuple):
    """As of when; and whether that is now."""

    at: Instant
    current: bool


def instant_of(day: date | None, state: PlanState, now: Instant) -> Moment:
    """The last instant of a day of the plan's zone; of today, now. Raises BadUsage where the record has nothing."""
    clock, there = state.launch.clock, zone(state.plan.zone)
    # Today is today also where the plan's zone is a day ahead of the one in which this is typed.
    if day is None or day in (now.astimezone(there).date(), now.astimezone().date()):
        return Moment(now, current=True)
    midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), there).astimezone(UTC)
    if midnight > now:
        raise BadUsage("bad-time", f"--as-of {day}: that day has not come yet")
    if midnight <= state.launch.launched:
        begins = clock.moment(state.launch.launched)
        raise BadUsage("bad-time", f"--as-of {day}: the record of {state.plan.plan} begins on {begins}")
    return Moment(midnight - timedelta(microseconds=1), current=False)


def plan_then(state: PlanState, moment: Moment) -> Plan:
    return state.plan if moment.current else plan_as_of(state.plan, state.amendments, moment.at, state.settlements)


# --- timeline --------------------------------------------------------------------------------------------------------


def timeline(
    out: OutOption = None,
    plan_file: Annotated[
        Path | None, typer.Option("--file", help="Of a plan file alone; needs no server.", exists=True, dir_okay=False)
    ] = None,
    force: ForceOption = False,
    data: DataOption = Path("var"),
    plan: PlanOption = None,
) -> None:
    """The whole plan as one drawing (SVG, for A3): by pillar, what is due when, agreed dates, held, missed, turns.

    timeline --out plan.svg
    """
    _refuse_existing(out, force)
    now = datetime.now(UTC)
    if plan_file is not None:
        of_plan = load_plan(plan_file)
        facts = facts_of_file(of_plan, now)
    else:
        of_plan, facts = asyncio.run(_facts(now, data, plan))
    drawing = timeline_svg.render(build_timeline(of_plan, facts, now))
    if out == STDOUT:
        write_stdout(drawing.encode())
        return
    path = out or Path(f"{of_plan.plan}-timeline-{now.astimezone(zone(of_plan.zone)).date()}.svg")
    write_file(path, drawing.encode(), force)
    sys.stdout.write(f"{path}\n")


async def _facts(now: Instant, data: Path, plan: str | None) -> tuple[Plan, Facts]:
    async with session(data, plan) as here:
        state = await plan_state_of(here)
        return state.plan, await gather(here, state, Moment(now, current=True))


def facts_of_file(plan: Plan, now: Instant) -> Facts:
    """What a plan file states alone: its windows, and the turns of which it names the first."""
    series = tuple(
        SeriesFact(
            id=obligation_id(plan.plan, each.id),
            hosting=turns.begin(each.working_order, each.working_first_host, plan.forfeited),
        )
        for _, each in plan.obligations()
        if each.host_rule is HostRule.ROTATING
    )
    return Facts(
        launched=now,
        clock=clock_of(plan, now),
        valid_until=end_of_validity(plan),
        windows=resolve_windows(plan, now),
        series=series,
    )


# --- gathering -------------------------------------------------------------------------------------------------------


async def gather(here: Session, state: PlanState, moment: Moment) -> Facts:
    """What the record holds and, for today, what visibility knows."""
    plan = plan_then(state, moment)
    rows = await open_rows(here.client, state.plan.plan) if moment.current else []
    if moment.current and not state.closed:
        rows.append(PLAN.row(state))
    launch = state.launch
    return Facts(
        launched=launch.launched,
        clock=launch.clock,
        current=moment.current,
        valid_until=launch.valid_until,
        ended=launch.valid_until is not None and launch.valid_until <= moment.at,
        windows=state.windows if plan == state.plan else resolve_windows(plan, launch.launched),
        items=tuple(item_facts(here.record, state.plan.plan, rows)),
        awaited_recorded=True,
        series=tuple([await _series(here, plan.plan, each.id, moment) for each in _rotating(plan)]),
        amendments=state.amendments,
        settlements=state.settlements,
    )


def item_facts(record: Path, plan: str, rows: list[ItemRow]) -> list[ItemFact]:
    """Every item that has a record or a row."""
    by_id = {row.id: row for row in rows}
    ids = dict.fromkeys((*recorded_items(record, plan), *by_id))
    return [
        ItemFact(
            id=item,
            entries=tuple(LedgerEntry.model_validate(line) for line in read_record(record, item)),
            row=by_id.get(item),
        )
        for item in ids
    ]


def _rotating(plan: Plan) -> list[Any]:
    return [
        each
        for _, each in plan.obligations()
        if each.item is None and each.kind.in_series and each.host_rule is HostRule.ROTATING
    ]


async def _series(here: Session, plan: str, obligation: str, moment: Moment) -> SeriesFact:
    """The turns of a series: as they are; of a past day, from the record, where it tells them."""
    item = obligation_id(plan, obligation)
    lines = [LedgerEntry.model_validate(line) for line in read_record(here.record, item)]
    later = any(line.at > moment.at for line in lines)
    then = hear_all(line for line in lines if line.at <= moment.at).turns
    view = recorded_view(here.record, item) or await view_of(here, item)
    told = then if later and then else view.turns
    return SeriesFact(
        id=item,
        hosting=Turns.model_validate(told),
        rotating=bool(told.get("rotating", True)),
        next=str(told.get("next", "")),
        of_day=not later or bool(then),
    )


# --- files -----------------------------------------------------------------------------------------------------------


def _refuse_existing(path: Path | None, force: bool) -> None:
    if path is not None and path != STDOUT and path.exists() and not force:
        raise BadUsage("file-exists", f"{path} is there already; --force writes over it, --out names another")


def write_stdout(content: bytes) -> None:
    """The same bytes as in a file, whatever the terminal's encoding."""
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def write_file(path: Path, content: bytes, force: bool) -> None:
    """Writes a whole file. Raises BadUsage for one that is there already, and where it cannot be written."""
    _refuse_existing(path, force)
    try:
        with path.open("wb" if force else "xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise BadUsage("file-exists", f"{path} is there already; --force writes over it") from error
    except OSError as error:
        raise BadUsage("bad-file", f"{path} cannot be written: {error.strerror}") from error
