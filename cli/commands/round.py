"""`round`: shows one status round, or enters many answers from one file."""

import asyncio
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from temporalio.service import RPCError

from adapters.files.record_file import read_record, recorded_items
from adapters.files.yaml_file import Fault, FileFault
from adapters.temporal_troubles import is_gone
from cli.answers import server_error
from cli.asking import plan_state_of
from cli.errors import BadUsage, CommandError, NoServer, Refused
from cli.files.answers_file import AnswerRow, read_answers
from cli.json_text import json_text
from cli.options import DataOption, JsonOption, PlanOption
from cli.output import write_line
from cli.session import Session, session
from cli.submitting import no_longer_open, submit
from models.common.values import read_instant, write_instant
from models.governance.plan_state import PlanState
from models.governance.summaries import Answers, round_items
from models.messages.acts import Progress, ProgressState
from models.messages.views import LedgerEntry
from models.report.earlier_releases import with_fields

AsOrAll = Annotated[str | None, typer.Option("--as", help="With --answer: the office that answers.", metavar="OFFICE")]


def round_(
    name: Annotated[str | None, typer.Argument(help="The round, for example 2026 (default: the last one).")] = None,
    answer: Annotated[
        Path | None,
        typer.Option(
            "--answer", help="Enter many answers from a CSV file: item,state,note.", exists=True, dir_okay=False
        ),
    ] = None,
    office: AsOrAll = None,
    data: DataOption = Path("var"),
    plan: PlanOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one status round: every item that it asks about, and the answers of each side (B.2).

    round 2026          round --answer progress.csv --as lao-mict
    """
    if answer is not None:
        if office is None:
            raise BadUsage("missing-option", "say which office answers, with --as OFFICE")
        _answer(answer, office, data, plan, as_json)
        return
    state, document = asyncio.run(_round(name, data, plan))
    write_line(json_text(document) if as_json else round_text(state, document))


def _answer(path: Path, office: str, data: Path, plan: str | None, as_json: bool) -> None:
    """Sends the answers of a file, and prints what became of each row. Ends with exit code 1 or 3 if an item did not
    take an answer."""
    told, stopped = asyncio.run(answer_all(path, office, data, plan))
    write_line(json_text(told) if as_json else _answers_text(told))
    failed = sum(1 for each in told["answers"] if "error" in each)
    if not failed:
        return
    message = f"{failed} of {len(told['answers'])} answers were not taken; the others count"
    ending = NoServer(stopped.code, message) if stopped else Refused("refused", message)
    raise SystemExit(ending.exit_code) if as_json else ending


async def _round(name: str | None, data: Path, plan: str | None) -> tuple[PlanState, dict[str, Any]]:
    async with session(data, plan) as here:
        state = await plan_state_of(here)
        rounds = [each.name for each in state.setup.rounds[: state.rounds_passed]]
        if not rounds:
            following = next(iter(state.setup.rounds), None)
            when = f"; the first asks on {state.setup.clock.day(following.at)}" if following else ""
            raise Refused("no-round", f"no status round has asked yet{when}")
        wanted = name or rounds[-1]
        if wanted not in rounds:
            raise Refused("no-round", f"there was no round {wanted}; there were: {', '.join(rounds)}")
        if wanted == rounds[-1]:
            return state, round_document(state, wanted, state.answers, state.busy)
        lines = map(LedgerEntry.model_validate, read_record(here.record, state.setup.id))
        return state, round_document(state, wanted, *recorded_round(lines, wanted))


def recorded_round(lines: Iterable[LedgerEntry], name: str) -> tuple[Answers, tuple[str, ...]]:
    """Returns the answers to a past round, and the items that the round did not ask about because they were under way.
    Both come from lines of the plan's record. Both are empty if the lines say nothing about the round."""
    for data in (with_fields(line).data for line in lines if line.verb == "round"):
        if data.get("round") == name:
            return data.get("answers", {}), tuple(data.get("busy", ()))
    return {}, ()


def round_document(state: PlanState, name: str, answers: Answers, busy: tuple[str, ...] = ()) -> dict[str, Any]:
    """Returns the document that `round --json` prints (docs/json.md). `busy` are the items that the round did not ask
    about, because they were under way."""
    at = next(each for each in state.setup.rounds if each.name == name)
    items: list[dict[str, Any]] = [
        {
            "item": found.item,
            "title": found.title,
            "asked": list(found.asked),
            "busy": found.busy,
            "answers": {
                side: {"state": each["state"], "note": each.get("note", ""), "office": each["office"]}
                for side, each in found.answers.items()
            },
        }
        for found in round_items(state, name, answers, busy)
    ]
    sides = dict.fromkeys(side for each in items for side in each["asked"])
    return {
        "round": name,
        "asked_at": write_instant(at.at),
        "closes": write_instant(at.closes),
        "asked": sum(1 for each in items if each["asked"]),
        "asked_of": {side: sum(1 for each in items if side in each["asked"]) for side in sides},
        "answered": {side: sum(1 for each in items if side in each["answers"]) for side in sides},
        "items": items,
    }


def round_text(state: PlanState, document: dict[str, Any]) -> str:
    clock = state.setup.clock
    asked, closes = (clock.day(read_instant(document[name])) for name in ("asked_at", "closes"))
    of = document["asked_of"]
    counts = ", ".join(f"{side} {n} of {of[side]}" for side, n in document["answered"].items())
    lines = [f"Status round {document['round']}, asked on {asked}, shown to the ministries on {closes}: {counts}."]
    for each in document["items"]:
        said = "; ".join(
            f"{side} {answer['state'].replace('-', ' ')}" + (f": {answer['note']}" if answer["note"] else "")
            for side, answer in each["answers"].items()
        )
        nothing = "under way, not asked" if each["busy"] else "no answer"
        lines.append(f"  {each['item'].partition('/')[2]:<34} {said or nothing}")
    return "\n".join(lines)


async def answer_all(path: Path, office: str, data: Path, plan: str | None) -> tuple[dict[str, Any], NoServer | None]:
    """Checks every row of a file with answers, and then sends the answers. Returns an entry for each row, and the error
    that stopped the sending. This error is None if nothing stopped it.

    Raises FileFault with every bad row, and NoServer if Temporal cannot be reached for the check. In both cases it has
    sent nothing.
    """
    rows, faults = read_answers(path)
    try:
        async with session(data, plan) as here:
            items, unknown = await _items_of(here, path, rows)
            faults += unknown
            if not faults:
                return await _send_all(here, office, items)
    except NoServer:
        if not faults:
            raise
    raise FileFault(faults)


async def _items_of(here: Session, path: Path, rows: list[AnswerRow]) -> tuple[dict[str, AnswerRow], list[Fault]]:
    """Returns the row for each item, and a fault for each row that names no existing item or the item of an earlier
    row."""
    found: dict[str, AnswerRow] = {}
    faults = []
    recorded = set(recorded_items(here.record, await here.plan()))
    for row in rows:
        try:
            item = await here.item_id(row.item)
            if item in found:
                message = f"line {found[item].line} answers for this item already; keep one of the two lines"
                faults.append(Fault(str(path), row.line, "item", message))
                continue
            found[item] = row
            if item not in recorded and not await _is_there(here, item):
                raise await here.no_such_item(item)
        except Refused as error:
            faults.append(Fault(str(path), row.line, "item", error.message))
    return found, faults


async def _is_there(here: Session, item: str) -> bool:
    try:
        await here.client.get_workflow_handle(item).describe()
    except RPCError as error:
        if not is_gone(error):
            raise
        return False
    return True


async def _send_all(here: Session, office: str, items: dict[str, AnswerRow]) -> tuple[dict[str, Any], NoServer | None]:
    told: list[dict[str, Any]] = []
    stopped: NoServer | None = None
    acts = {
        item: Progress(act_id=uuid.uuid4().hex, office=office, state=_stated(row), note=row.note)
        for item, row in items.items()
    }
    for item, row in items.items():
        error: CommandError | None = None
        if stopped is not None:
            error = NoServer(stopped.code, "not sent, because the servers did not answer an earlier row")
        else:
            error = await _send(here, item, acts[item])
            stopped = error if isinstance(error, NoServer) else None
        entry = {"line": row.line, "item": item, "state": _stated(row).value}
        told.append(entry | ({"error": {"code": error.code, "message": error.message}} if error else {}))
    return {"office": office, "answers": told}, stopped


def _stated(row: AnswerRow) -> ProgressState:
    assert row.state is not None  # a row without one is a fault
    return row.state


async def _send(here: Session, item: str, act: Progress) -> CommandError | None:
    """Sends one answer to its item. Returns the error if the item did not take the answer, or else None."""
    try:
        await submit(here.client, item, act)
    except CommandError as error:
        return error
    except RPCError as error:
        told = await no_longer_open(here, item, error)
        return told if isinstance(told, CommandError) else server_error(error)
    return None


def _answers_text(told: dict[str, Any]) -> str:
    return "\n".join(
        f"line {each['line']}: {each['item']}: " + (each["error"]["message"] if "error" in each else each["state"])
        for each in told["answers"]
    )
