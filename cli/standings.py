"""`turns`, `amendments`, `round`: whose turn it is, what was agreed to change, how far commitments have come."""

import asyncio
import json
import sys
import uuid
from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Any

import typer
from temporalio.service import RPCError, RPCStatusCode

from activities.record import read_record, recorded_items
from activities.yaml_file import Fault, FileFault
from cli.answers_file import AnswerRow, read_answers
from cli.errors import BadUsage, CommandError, NoServer, Refused
from cli.lists import recorded_view
from cli.options import DataOption, JsonOption, PlanOption
from cli.reading import plan_state_of, view_of
from cli.session import Session, server_error, session
from cli.submitting import no_longer_open, submit
from models.acts import Progress, ProgressState
from models.amending import difference, replaced_by, text_after
from models.base import Instant, write_instant
from models.governing import PlanState, proposed_texts
from models.item import Proposal
from models.summaries import Answers, round_items
from models.views import ItemView
from models.wording import Clock, describe, value_in_words
from models.zones import zoned

AsOrAll = Annotated[str | None, typer.Option("--as", help="With --answer: the office that answers.", metavar="OFFICE")]


def _write(text: str) -> None:
    sys.stdout.write(text + "\n")


# --- turns -----------------------------------------------------------------------------------------------------------


def turns(item: str, data: DataOption = Path("var"), plan: PlanOption = None, as_json: JsonOption = False) -> None:
    """Who hosts next, and why; and every turn so far: owed, served, swapped, forfeited.

    turns 6.2-drugs-provincial
    """
    view = asyncio.run(_series_view(item, data, plan))
    if as_json:
        _write(json.dumps(turns_document(view), ensure_ascii=False))
        return
    _write(turns_text(view))


async def _series_view(item: str, data: Path, plan: str | None) -> ItemView:
    async with session(data, plan) as here:
        full = await here.item_id(item)
        if full.count("/") > 1:
            full = full.rpartition("/")[0]  # of a session, its series
        view = recorded_view(here.record, full) or await view_of(here, full)
    if not view.turns:
        raise Refused("wrong-kind", f"{item} is no series; turns are those of a recurring meeting")
    return view


def turns_document(view: ItemView) -> dict[str, Any]:
    """The contract of `turns --json`."""
    ledger = view.turns
    upcoming = ledger["upcoming"]
    return {
        "item": view.id,
        "rotating": ledger["rotating"],
        "order": ledger["order"],
        "rule": ledger["rule"],
        "next": {"host": upcoming[0] if upcoming else None, "why": ledger["next"]},
        "turns": [
            {field: turn.get(field) for field in ("session", "planned", "host", "state", "opens", "on", "reason")}
            for turn in ledger["turns"]
        ],
        "counts": ledger["counts"],
    }


def turns_text(view: ItemView) -> str:
    """The same for a person."""
    ledger, clock = view.turns, view.clock
    lines = [f"{view.ref}  {view.title}   [{view.id}]", ledger["next"]]
    if ledger["rotating"]:
        rule = "is lost: the next in order hosts" if ledger["rule"] == "next" else "is owed again"
        lines.append(f"Order {', '.join(ledger['order'])}; a turn that is not used {rule} (assumed unless agreed).")
    for turn in ledger["turns"]:
        planned = f"turn of {turn['planned']}" if turn["planned"] else "nobody's turn is stated"
        host = f", host {turn['host']}" if turn["host"] else ""
        on = f", held on {clock.day(_instant(turn['on']))}" if turn.get("on") else ""
        why = f" ({turn['reason']})" if turn.get("reason") else ""
        lines.append(f"  {turn['session']:<6} {turn['state']:<10} {planned}{host}{on}{why}")
    for side, counts in sorted(ledger["counts"].items()):
        lines.append(f"  {side}: " + ", ".join(f"{n} {what.replace('_', ' ')}" for what, n in counts.items() if n))
    return "\n".join(lines)


# --- amendments ------------------------------------------------------------------------------------------------------


def amendments(data: DataOption = Path("var"), plan: PlanOption = None, as_json: JsonOption = False) -> None:
    """Amendments of the plan: in force, with the text that each took the place of and when that was in force; and open
    proposals, with who has consented."""
    state = asyncio.run(_plan_state(data, plan))
    document = amendments_document(state)
    _write(json.dumps(document, ensure_ascii=False) if as_json else amendments_text(document, state.setup.clock))


async def _plan_state(data: Path, plan: str | None) -> PlanState:
    async with session(data, plan) as here:
        return await plan_state_of(here)


def amendments_document(state: PlanState) -> dict[str, Any]:
    """The contract of `amendments --json`."""
    start = state.plan.valid_from
    begins = zoned(datetime.combine(start, time.min), state.plan.zone).utc if start else state.launch.launched
    replaced = {
        each.question: replaced_by(state.plan, state.amendments, each.question, each.at, state.settlements)
        for each in state.settlements
    }
    return {
        "plan": state.setup.plan,
        "in_force": [
            {
                "number": each.number,
                "kind": each.amendment.kind.value,
                "obligation": each.amendment.obligation,
                "text": each.text,
                "since": write_instant(each.at),
                "proposed_by": each.proposed_by,
                "consents": [{"side": side, "at": write_instant(at)} for side, at in each.consents],
                "later": text_after(state.plan, state.amendments, each, state.settlements),
                "earlier": {
                    "text": each.before,
                    "from": write_instant(each.before_since or begins),
                    "until": write_instant(each.at),
                }
                if each.before is not None
                else None,
            }
            for each in state.amendments
        ],
        "open": [_open_proposal(state, each) for each in state.open_proposals],
        "settled": [
            {"question": name, "value": value}
            for name, value in state.settled.items()
            if name not in replaced or replaced[name] is None
        ],
        "replaced": [
            {"question": name, "value": state.settled[name], "by": each.number, "text": each.text}
            for name, each in replaced.items()
            if each is not None
        ],
    }


def _open_proposal(state: PlanState, proposal: Proposal) -> dict[str, Any]:
    consented = [consent.side for consent in proposal.consents]
    terms = proposal.terms
    # What was missed before the launch is put right by an answer, and amends nothing.
    kind, about = (terms.amendment.kind, terms.about) if terms.amendment else (terms.topic, terms.question)
    before, after = proposed_texts(state, proposal)
    return {
        "number": proposal.number,
        "kind": kind.value,
        "obligation": about.partition("/")[0],
        "earlier": {"text": before} if before else None,
        "later": after,
        "text": describe(proposal.terms, state.setup.clock),
        "reason": proposal.terms.reason,
        "proposed_by": proposal.office,
        "at": write_instant(proposal.at),
        "consents": consented,
        "awaited": [side for side in state.setup.sides if side not in consented],
    }


def amendments_text(document: dict[str, Any], clock: Clock) -> str:
    lines = []
    for each in document["in_force"]:
        consents = ", ".join(f"{c['side']} on {clock.day(_instant(c['at']))}" for c in each["consents"])
        lines.append(f"{each['number']}  in force since {clock.moment(_instant(each['since']))}: {each['text']}")
        lines.append(f"     proposed by {each['proposed_by']}; consent of {consents}")
        lines += [f"     {line}" for line in difference(_old(each), each["later"])]
        if each["earlier"]:
            span = each["earlier"]
            until = clock.moment(_instant(span["until"]))
            lines.append(
                f"     the earlier text was in force from {clock.moment(_instant(span['from']))} until {until}:"
            )
            lines += [f"       {line}" for line in _earlier(span["text"])]
    for each in document["open"]:
        lines.append(f"{each['number']}  open: {each['text']}, proposed by {each['proposed_by']}")
        lines.append(f"     consent of {', '.join(each['consents'])}; awaited of {', '.join(each['awaited'])}")
        lines += [f"     {line}" for line in difference(_old(each), each["later"])]
    for each in document["settled"]:
        lines.append(f"settled: {each['question']}: {value_in_words(each['value'])}")
    for each in document["replaced"]:
        was = f"{each['question']}: {value_in_words(each['value'])}"
        lines.append(f"no longer: {was}, replaced by amendment {each['by']}: {each['text']}")
    return "\n".join(lines) or "no amendments, and none proposed"


def _old(each: dict[str, Any]) -> dict[str, Any] | None:
    return each["earlier"]["text"] if each["earlier"] else None


def _earlier(text: dict[str, Any]) -> list[str]:
    """The fields of an obligation that say anything."""
    shown = {name: value for name, value in text.items() if value not in (None, "", [], {}, False) and name != "basis"}
    return [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in shown.items() if name != "readings"]


# --- rounds ----------------------------------------------------------------------------------------------------------


def round_(
    name: Annotated[str | None, typer.Argument(help="The round, as 2026; the last one, unless named.")] = None,
    answer: Annotated[
        Path | None,
        typer.Option("--answer", help="Answer many at once: a CSV file item,state,note.", exists=True, dir_okay=False),
    ] = None,
    office: AsOrAll = None,
    data: DataOption = Path("var"),
    plan: PlanOption = None,
    as_json: JsonOption = False,
) -> None:
    """A status round, whole: every commitment that was asked, and what each side answered (B.2).

    round 2026          round --answer progress.csv --as lao-mict
    """
    if answer is not None:
        if office is None:
            raise BadUsage("missing-option", "say which office answers, with --as OFFICE")
        _answer(answer, office, data, plan, as_json)
        return
    state, document = asyncio.run(_round(name, data, plan))
    _write(json.dumps(document, ensure_ascii=False) if as_json else round_text(state, document))


def _answer(path: Path, office: str, data: Path, plan: str | None, as_json: bool) -> None:
    """Says of each row what became of it. With JSON that is all, and the exit code says whether all were taken."""
    told, stopped = asyncio.run(answer_all(path, office, data, plan))
    _write(json.dumps(told, ensure_ascii=False) if as_json else _answers_text(told))
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
        return state, round_document(state, wanted, *_recorded_round(here, state, wanted))


def _recorded_round(here: Session, state: PlanState, name: str) -> tuple[Answers, tuple[str, ...]]:
    """The answers to a round of the past, and what it did not ask about, as the plan's record has kept them."""
    for line in read_record(here.record, state.setup.id):
        if line.get("verb") == "round" and f"round {name}," in line.get("text", ""):
            return line["data"].get("answers", {}), tuple(line["data"].get("busy", ()))
    return {}, ()


def round_document(state: PlanState, name: str, answers: Answers, busy: tuple[str, ...] = ()) -> dict[str, Any]:
    """The contract of `round --json`."""
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
    asked, closes = clock.day(_instant(document["asked_at"])), clock.day(_instant(document["closes"]))
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
    """Every row is checked, then every row is sent: its own entry says what became of it. And why sending has stopped,
    if it has. Raises FileFault for every bad row: then nothing was sent."""
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
    """The row of each item; and what names none, or one that an earlier row names."""
    found: dict[str, AnswerRow] = {}
    faults = []
    recorded = set(recorded_items(here.record, await here.plan()))
    for row in rows:
        try:
            item = await here.item_id(row.item)
            if item in found:
                message = f"this item stands on line {found[item].line} already; keep one of them"
                faults.append(Fault(str(path), row.line, "item", message))
                continue
            found[item] = row
            if item not in recorded and not await _is_there(here, item):
                raise Refused("no-such-item", f"there is no {row.item}; `status` lists what there is")
        except Refused as error:
            faults.append(Fault(str(path), row.line, "item", error.message))
    return found, faults


async def _is_there(here: Session, item: str) -> bool:
    try:
        await here.client.get_workflow_handle(item).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
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
            error = NoServer(stopped.code, "not sent, for the servers did not answer before")
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
    """Why an answer was not taken, or None."""
    try:
        await submit(here.client, item, act)
    except CommandError as error:
        return error
    except RPCError as error:
        told = no_longer_open(here, item, error)
        return told if isinstance(told, CommandError) else server_error(error)
    return None


def _answers_text(told: dict[str, Any]) -> str:
    return "\n".join(
        f"line {each['line']}: {each['item']}: " + (each["error"]["message"] if "error" in each else each["state"])
        for each in told["answers"]
    )


def _instant(text: str) -> Instant:
    return datetime.fromisoformat(text)
