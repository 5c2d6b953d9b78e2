"""`why`: shows what became of each notice to an office or about an item, and why others were not sent."""

import asyncio
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.files.record_file import read_record
from cli.asking import item_state, room_of, side_by_side
from cli.display.lists import open_rows, recorded_view
from cli.errors import Refused
from cli.json_text import json_text
from cli.options import DataOption, JsonOption, PlanOption
from cli.session import Session, session
from models.common.clock import Clock
from models.common.ids import secretariat_id
from models.common.values import write_instant
from models.machine.state import ItemState
from models.plan.parties import all_offices
from models.post.letter_day import next_mail
from models.post.post_room_state import PostRoomState
from models.post.why import Told, Untold, family, not_due, not_said, of_item, told
from models.registry import MACHINES


def why(
    name: Annotated[
        str, typer.Argument(metavar="OFFICE|ITEM", help="An office (lao-moic) or an item (16.3-jtc/2026).")
    ],
    data: DataOption = Path("var"),
    plan: PlanOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what became of each notice to an office or about an item, and why. Also show why others were not sent.

    why lao-moic

    why 16.3-jtc/2026
    """
    document, clock = asyncio.run(_why(name, data, plan))
    sys.stdout.write((json_text(document) if as_json else why_text(document, clock)) + "\n")


async def _why(name: str, data: Path, plan: str | None) -> tuple[dict[str, Any], Clock]:
    async with session(data, plan) as here:
        in_force = await here.plan_in_force()
        if name in all_offices(in_force):
            return await _of_office(here, name)
        return await _of_item(here, await here.item_id(name), all_offices(in_force))


async def _of_office(here: Session, office: str) -> tuple[dict[str, Any], Clock]:
    plan, now = await here.plan(), datetime.now(UTC)
    room = await room_of(here, plan, office)
    decided = told(office, read_record(here.record, secretariat_id(plan, office)), room)
    rows = await open_rows(here.client, plan)
    near = [row.id for row in rows if any(family(each.office) == family(office) for each in row.awaiting)]
    found = await side_by_side([_state(here, item) for item in near])
    above = [each for kind, state in filter(None, found) for each in not_due(MACHINES[kind], state, office)]
    clock = room.address.clock if room else Clock()
    return why_document({"office": office}, room, decided, [*not_said(room, decided, now), *above], now), clock


async def _of_item(here: Session, item: str, all_of_plan: Iterable[str]) -> tuple[dict[str, Any], Clock]:
    plan, now = await here.plan(), datetime.now(UTC)
    found = await _state(here, item)
    folder = here.record / plan / "office"
    offices = {path.stem for path in folder.glob("*.jsonl") if item.encode() in path.read_bytes()}
    if found is None and not offices and recorded_view(here.record, item) is None:
        raise await here.no_such_item(item, all_of_plan)
    if found is not None:
        offices |= set(found[1].told)
    rooms = dict(
        zip(sorted(offices), await side_by_side([room_of(here, plan, o) for o in sorted(offices)]), strict=True)
    )
    decided, unsaid = [], []
    for office, room in rooms.items():
        record = read_record(here.record, secretariat_id(plan, office))
        of_office = [each for each in told(office, record, room) if of_item(item, each.key)]
        decided += of_office
        unsaid += not_said(room, of_office, now)
    if found is not None:
        unsaid += not_due(MACHINES[found[0]], found[1])
    else:
        view = recorded_view(here.record, item)
        text = f"it was {view.status}; nothing is said about it any longer" if view else "it is not open"
        unsaid.append(Untold(office="", item=item, act="", rung=None, code="closed", reason=text))
    clock = found[1].setup.clock if found else next((room.address.clock for room in rooms.values() if room), Clock())
    return why_document({"item": item}, None, decided, unsaid, now), clock


async def _state(here: Session, item: str) -> tuple[str, ItemState] | None:
    """Returns the workflow type and the state of an item. None if Temporal has no item with this id."""
    try:
        return await item_state(here, item)
    except Refused:
        return None


def why_document(
    about: dict[str, str], room: PostRoomState | None, decided: list[Told], unsaid: Iterable[Untold], now: datetime
) -> dict[str, Any]:
    """Returns the document that `why --json` prints (docs/json.md). `about` names the office or the item.

    `room` is the post room of the office. It is None if the question is about an item, or if the office has no post
    room.
    """
    document: dict[str, Any] = {**about, "at": write_instant(now)}
    if room is not None:
        following = next_mail(room, now)
        document["post_room"] = {
            "open": room.hours.is_open(now) if room.hours else None,
            "next_mail": write_instant(following) if following else None,
            "last_letter": write_instant(room.last_letter) if room.last_letter else None,
            "unreachable": room.unreachable,
        }
    ordered = sorted(decided, key=lambda each: (each.at or now, each.office, each.key))
    document["notices"] = [each.model_dump(mode="json") for each in ordered]
    document["not_sent"] = [each.model_dump(mode="json") for each in unsaid]
    return document


def why_text(document: dict[str, Any], clock: Clock) -> str:
    """Returns the document of `why_document` as text for people: one line for each notice, and one for each that was
    not sent."""
    lines = [document.get("office") or document["item"].partition("/")[2] or document["item"]]
    room = document.get("post_room")
    if room is not None:
        hours = {True: "open now", False: "closed now", None: "no office hours are kept, or none are known yet"}
        lines[0] += f": {hours[room['open']]}"
        lines[0] += f"; next mail {_when(room['next_mail'], clock)}" if room["next_mail"] else "; no mail is due"
        if room["unreachable"]:
            lines[0] += f"; not reached: {room['unreachable']}"
    lines.append(f"What was decided ({clock.zone}):")
    lines += [_told_line(each, clock) for each in document["notices"]] or ["  nothing"]
    lines.append("What was not sent, or not yet, and why:")
    lines += [_untold_line(each, clock) for each in document["not_sent"]] or ["  nothing"]
    return "\n".join(lines)


def _told_line(each: dict[str, Any], clock: Clock) -> str:
    fate = each["fate"] + (", awaited" if each["awaited"] and each["fate"] == "sent" else "")
    reason = f": {each['reason']}" if each["reason"] else ""
    identity = f"  {each['message_id']}" if each["message_id"] else ""
    return f"  {_when(each['at'], clock)}  {fate:<14} {_named(each)}{reason}{identity}"


def _untold_line(each: dict[str, Any], clock: Clock) -> str:
    until = f" (on {_when(each['until'], clock)})" if each["until"] else ""
    return f"  {each['code']:<16} {_named(each)}: {each['reason']}{until}"


def _named(each: dict[str, Any]) -> str:
    """Returns the office, the item and the act: "lao-moic  16.3-jtc/2026 propose-date, rung 2"."""
    rung = f", rung {each['rung']}" if each["rung"] else ""
    item = each["item"].partition("/")[2] or each["item"]
    return "  ".join(part for part in (each["office"], f"{item} {each['act']}{rung}".strip()) if part)


def _when(instant: str, clock: Clock) -> str:
    return clock.at(datetime.fromisoformat(instant))
