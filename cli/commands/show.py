"""`status`, `show` and `register`: what stands, without changing anything."""

import asyncio
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from temporalio.service import RPCError, RPCStatusCode

from adapters.files.record_file import read_rewinds
from adapters.shipped import DEFAULT_PLAN_FILE
from cli.arguments import in_zone, wall_time
from cli.commands.inbox import waiting_line
from cli.display.lists import all_rows, as_document, open_view, recorded_ledger, recorded_view
from cli.display.register import register_document, register_table
from cli.errors import BadUsage, Refused
from cli.files.plan_file import load_plan
from cli.options import DataOption, JsonOption, PlanOption
from cli.session import Session, answered, session
from models.governance.amending import plan_as_of
from models.governance.plan_state import PlanState
from models.messages.sentences import infinitive, value_in_words
from models.messages.views import ItemRow, ItemView
from models.plan.kinds import Kind
from models.plan.plan import Plan


def status(
    office: Annotated[str | None, typer.Option("--office", help="Only what is awaited of this office.")] = None,
    open_only: Annotated[bool, typer.Option("--open", help="Leave out what is closed or unknown.")] = False,
    data: DataOption = Path("var"),
    plan: PlanOption = None,
    as_json: JsonOption = False,
) -> None:
    """What is open, what is awaited of whom since when and at which rung, and what comes next."""
    rows = asyncio.run(_rows(data, plan))
    if office:
        rows = [row for row in rows if any(each.office == office for each in row.awaiting)]
    if open_only:
        rows = [row for row in rows if row.status not in ("closed", "dropped", "unknown")]
    if as_json:
        sys.stdout.write(json.dumps({"items": [as_document(row) for row in rows]}, ensure_ascii=False) + "\n")
        return
    sys.stdout.write(status_text(rows) + "\n" + waiting_line(data, plan))


async def _rows(data: Path, plan: str | None) -> list[ItemRow]:
    async with session(data, plan) as here:
        return await all_rows(here.client, await here.plan(), here.record)


def status_text(rows: list[ItemRow]) -> str:
    """What is open, item by item; then what is closed or unknown, in one line a state."""
    ended = ("closed", "dropped", "unknown")
    lines = []
    for row in rows:
        if row.status in ended:
            continue
        lines.append(f"{row.id}   {row.status}   {row.title}" + (f", host {row.host}" if row.host else ""))
        if row.date:
            lines.append(
                f"    date     {row.date.local} {row.date.zone}" + (f", {row.date.place}" if row.date.place else "")
            )
        for each in row.awaiting:
            due = f", due {row.clock.last_day(each.due)}" if each.due else ""
            act, since = infinitive(each.act), row.clock.day(each.since)
            lines.append(f"    awaited  {each.office} to {act}, since {since}{due}, rung {each.rung}")
        if row.next_at and row.next_step:
            lines.append(f"    next     {row.next_step}")
    for status in ended:
        names = [row.id for row in rows if row.status == status]
        if names:
            lines.append(f"{status}: {', '.join(names)}")
    return "\n".join(lines) or "nothing to show"


def show(item: str, data: DataOption = Path("var"), plan: PlanOption = None, as_json: JsonOption = False) -> None:
    """One item, exactly: proposals, ledger, calendar UID and SEQUENCE, what is awaited."""
    view = asyncio.run(_view(item, data, plan))
    if as_json:
        sys.stdout.write(json.dumps(view.model_dump(mode="json"), ensure_ascii=False) + "\n")
        return
    sys.stdout.write(view_text(view) + "\n")


async def _view(item: str, data: Path, plan: str | None) -> ItemView:
    async with session(data, plan) as here:
        full = await here.item_id(item)
        recorded = recorded_view(here.record, full)
        if recorded is None or await open_view(here.client, full) is not None:
            return await view_of(here, full)
        return recorded


async def view_of(here: Session, item: str) -> ItemView:
    try:
        view: ItemView = await answered(here.client.get_workflow_handle(item).query("view", result_type=ItemView))
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        raise Refused("no-such-item", f"there is no {item}; `status` lists what there is") from error
    # The workflow keeps the last entries; the record holds those before.
    first = view.ledger[0].n if view.ledger else 1
    earlier = tuple(entry for entry in recorded_ledger(here.record, item) if entry.n < first)
    return view.model_copy(
        update={"ledger": (*earlier, *view.ledger), "rewound": tuple(read_rewinds(here.record, item))}
    )


def view_text(view: ItemView) -> str:
    """The same for a person."""
    fate = f"  ({view.fate})" if view.fate else ""
    ref = "" if view.ref == "-" else f"{view.ref}  "
    lines = [f"{ref}{view.title}   [{view.id}]", f"status   {view.status}{fate}"]
    if view.host:
        lines.append(f"host     {view.host}")
    if view.called:
        lines.append(f"called   {view.called}")
    for side in view.progress:
        said = f"{side['state'].replace('-', ' ')}{': ' + side['note'] if side['note'] else ''}"
        lines.append(f"round    {side['round']}, {side['side']}: {said}")
    if view.window:
        lines.append(f"window   {view.window.name}: until {view.clock.last_day(view.window.end)}")
    if view.date:
        place = ", ".join(part for part in (view.date.place, view.date.format or "") if part)
        lines.append(f"date     {view.date.local} {view.date.zone}" + (f", {place}" if place else ""))
    for answer in view.answers:
        more = f": {answer['comment']}" if answer["comment"] else ""
        which = "" if answer["current"] else ", to an earlier time"
        when = view.clock.moment(datetime.fromisoformat(answer["at"]))
        lines.append(f"answered {answer['office']}: {answer['partstat'].lower()} by mail, {when}{which}{more}")
    if view.next_at and view.next_what:
        lines.append(f"next     {view.next_what}")
    if view.assumed:
        lines.append(f"assumed  {', '.join(view.assumed)} (not stated by the plan)")
    for field, value in view.settled.items():
        lines.append(f"settled  {field}: {value_in_words(value)} (by consent)")
    for row in view.awaiting:
        due = f", due {view.clock.moment(row.due)}" if row.due else ""
        lines.append(
            f"awaited  {row.office}: {infinitive(row.act)}, since {view.clock.moment(row.since)}{due}, rung {row.rung}"
        )
    lines += [_proposal_text(proposal) for proposal in view.proposals]
    for question in view.questions:
        said = "open" if question["answer"] is None else f"settled: {value_in_words(question['answer'])}"
        lines.append(f"question {question['id']}: {question['text']} ({said})")
    for kind, dates in (("original", [view.dates.get("original")]), ("revised", view.dates.get("revised", []))):
        lines += [f"{kind:<8} {date['local']} {date['zone']}" for date in dates if date and view.dates.get("revised")]
    if view.uid and not view.questions:
        lines.append(f"calendar UID {view.uid}" + (f", SEQUENCE {view.sequence}" if view.sequence is not None else ""))
    for each in view.rewound:
        lines.append(f"rewound  {view.clock.moment(datetime.fromisoformat(each['at']))}: {each['text']}")
    lines += ["ledger", *(f"  {entry.n:>3}  {view.clock.moment(entry.at)}  {entry.text}" for entry in view.ledger)]
    return "\n".join(lines)


def _proposal_text(proposal: dict[str, Any]) -> str:
    consents = ", ".join(consent["side"] for consent in proposal["consents"])
    topic = proposal["terms"]["topic"]
    return (
        f"proposal {proposal['number']} ({topic}) of {proposal['office']}: {proposal['status']}; consent of {consents}"
    )


async def plan_state_of(here: Session) -> PlanState:
    """What the plan's own workflow holds: the plan in force, amendments, what is settled, the current round."""
    handle = here.client.get_workflow_handle(await here.plan())
    return await answered(handle.query("state_now", result_type=PlanState))


async def _plan_in_force(as_of: str | None, data: Path, plan: str | None) -> Plan:
    """The plan as amendments and settled questions have it, now or at the end of a day."""
    async with session(data, plan) as here:
        state = await plan_state_of(here)
    if as_of is None:
        return state.plan
    moment = wall_time(as_of, "--as-of", day=True)
    whole_day = timedelta(days=1) if "T" not in as_of else timedelta(0)
    at = in_zone(moment + whole_day, state.plan.zone, "--as-of").utc
    return plan_as_of(state.plan, state.amendments, at, state.settlements)


def register(
    plan_file: Annotated[Path, typer.Option("--file", help="The plan file.")] = DEFAULT_PLAN_FILE,
    ref: Annotated[str | None, typer.Option("--ref", help="One provision: 16.3.")] = None,
    kind: Annotated[Kind | None, typer.Option("--kind", help="One kind of obligation.")] = None,
    office: Annotated[str | None, typer.Option("--office", help="One office or institution.")] = None,
    in_force: Annotated[
        bool, typer.Option("--in-force", help="As amended and settled since the launch, instead of the plan file.")
    ] = False,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="With --in-force: as it read on that day.", metavar="DAY")
    ] = None,
    data: DataOption = Path("var"),
    plan_name: PlanOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every provision and obligation in the plan file: what the text says, and what is assumed. Needs no server.

    register --in-force --as-of 2026-06-30      the plan as its amendments had it at the end of that day
    """
    if as_of is not None and not in_force:
        raise BadUsage("missing-option", "--as-of goes with --in-force: a plan file has no days")
    plan = asyncio.run(_plan_in_force(as_of, data, plan_name)) if in_force else load_plan(plan_file)
    if as_json:
        document = register_document(plan, ref, kind, office)
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
        return
    Console().print(register_table(plan, ref, kind, office))
