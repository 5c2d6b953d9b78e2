"""`report`: writes the progress report to a file that can be given to the governments. It changes nothing."""

import asyncio
import sys
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.asking import plan_state_of
from cli.errors import BadUsage
from cli.gathering import gather, instant_of, plan_then
from cli.json_text import json_text
from cli.options import DataOption, PlanOption
from cli.output import STDOUT, ForceOption, OutOption, refuse_existing, write_file, write_stdout
from cli.session import session
from documents import docx_report, html_report
from models.common.zones import zone
from models.report.progress import build_report
from models.report.values import ProgressReport


class ReportFormat(StrEnum):
    DOCX = "docx"
    HTML = "html"
    JSON = "json"


DayOption = Annotated[
    datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="As of the end of this day (default: now).")
]


def report(
    as_of: DayOption = None,
    style: Annotated[ReportFormat, typer.Option("--format", help="The format of the report.")] = ReportFormat.DOCX,
    out: OutOption = None,
    force: ForceOption = False,
    data: DataOption = Path("var"),
    plan: PlanOption = None,
) -> None:
    """Write the progress report to the governments: by pillar and article, what is done, in progress, missed or without
    evidence. It also lists turns, amendments, and what is awaited of which office.

    report --as-of 2026-11-24 --format docx
    """
    if out == STDOUT and style is ReportFormat.DOCX:
        raise BadUsage("bad-usage", "--out -: a DOCX goes to a file only; name one, or choose --format html or json")
    refuse_existing(out, force)
    day = as_of.date() if as_of else None
    built = asyncio.run(_report(day, data, plan))
    if style is ReportFormat.JSON and out in (None, STDOUT):
        sys.stdout.write(json_text(report_document(built)) + "\n")
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
    return (json_text(report_document(built), indent=2) + "\n").encode()


def report_document(built: ProgressReport) -> dict[str, Any]:
    """Returns the document that `report --format json` prints (docs/json.md). Each tally in it also has its total."""
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
