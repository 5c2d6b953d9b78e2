"""`offices`: shows each office, its address, its stand-in, and whether mail reaches it."""

import asyncio
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.files.contacts_file import read_contacts
from cli.display.lists import post_room_rows
from cli.folders import contacts_file
from cli.json_text import json_text
from cli.names import check_known
from cli.options import DataOption, JsonOption, PlanOption
from cli.session import session
from models.common.ids import secretariat_id
from models.common.values import Instant, write_instant
from models.common.zones import zone
from models.messages.views import ItemRow
from models.plan.parties import office_id, office_title
from models.plan.plan import Plan
from models.post.contacts import Contact, Contacts

REACHED = {
    "reached": "reached",
    "unreachable": "NOT REACHED",
    "no-address": "NO ADDRESS",
    "not-written-to": "no mail yet",
}
"""How mail reaches an office, in words for people."""


def offices(
    side: Annotated[str | None, typer.Option("--side", help="Only offices of this side: LAO.", metavar="SIDE")] = None,
    unreached: Annotated[bool, typer.Option("--unreached", help="Only offices that mail does not reach.")] = False,
    data: DataOption = Path("var"),
    plan: PlanOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the offices of the plan: title, side, who stands in now, and whether mail reaches them.

    offices --side LAO          offices --unreached
    """
    document = asyncio.run(_offices(data, plan))
    sides = sorted({each["side"] for each in document["offices"]})
    check_known("side", side, sides, f"there are: {', '.join(sides)}")
    document["offices"] = [
        each
        for each in document["offices"]
        if side in (None, each["side"]) and (not unreached or each["mail"] in ("unreachable", "no-address"))
    ]
    sys.stdout.write((json_text(document) if as_json else offices_text(document)) + "\n")


async def _offices(data: Path, plan: str | None) -> dict[str, Any]:
    contacts = read_contacts(contacts_file(data))
    async with session(data, plan) as here:
        in_force = await here.plan_in_force()
        rooms = await post_room_rows(here.client, await here.plan())
    return offices_document(in_force, contacts, rooms, datetime.now(UTC))


def offices_document(plan: Plan, contacts: Contacts, rooms: Iterable[ItemRow], now: Instant) -> dict[str, Any]:
    """Returns the document that `offices --json` prints (docs/json.md). `rooms` are the rows of the post rooms."""
    by_id = {row.id: row for row in rooms}
    return {"plan": plan.plan, "offices": [*_entries(plan, contacts, by_id, now)]}


def _entries(plan: Plan, contacts: Contacts, rooms: Mapping[str, ItemRow], now: Instant) -> Iterator[dict[str, Any]]:
    for institution, entry in plan.offices.items():
        own_zone = entry.zone or plan.sides[entry.side].zone
        today = now.astimezone(zone(own_zone)).date()
        for rank in sorted(entry.titles):
            office = office_id(institution, rank)
            contact, room = contacts.offices.get(office), rooms.get(secretariat_id(plan.plan, office))
            away = contact.stand_in(today) if contact else None
            yield {
                "office": office,
                "title": office_title(plan, institution, rank),
                "side": entry.side,
                "rank": int(rank),
                "address": contact.address if contact else None,
                "stand_in": away.model_dump(mode="json") if away else None,
                "mail": _mail(contact, room),
                "next_mail": write_instant(room.next_at) if room and room.next_at else None,
                "zone": own_zone,
            }


def _mail(contact: Contact | None, room: ItemRow | None) -> str:
    """Says how mail reaches an office. Returns a key of REACHED."""
    if contact is None:
        return "no-address"
    if room is None:
        return "not-written-to"
    return "unreachable" if room.status == "unreachable" else "reached"


def offices_text(document: dict[str, Any]) -> str:
    """Returns the document of `offices_document` as text for people: one line for each office."""
    entries = document["offices"]
    widest = max((len(each["office"]) for each in entries), default=0)
    lines = [
        f"{each['office']:<{widest}}  {each['side']:<4} {REACHED[each['mail']]:<12} {each['title']}{_away(each)}"
        f"{_next_mail(each)}"
        for each in entries
    ]
    if any(each["mail"] == "unreachable" for each in entries):
        lines.append("`why OFFICE` says why mail does not reach an office; correct its address in the contacts file")
    if any(each["mail"] == "no-address" for each in entries):
        lines.append("add the missing addresses to the contacts file; it is read at every despatch")
    return "\n".join(lines) or "no such office"


def _next_mail(entry: dict[str, Any]) -> str:
    """Returns the text that says when the next mail goes to an office, in its own wall time. Empty if no mail waits."""
    if not entry["next_mail"]:
        return ""
    local = datetime.fromisoformat(entry["next_mail"]).astimezone(zone(entry["zone"]))
    return f"; next mail {local.day} {local:%B %Y, %H:%M}"


def _away(entry: dict[str, Any]) -> str:
    """Returns the text that says who stands in for an office, and until when. Empty if nobody does."""
    away = entry["stand_in"]
    if not away:
        return ""
    last = date.fromisoformat(away["last"])
    return f"; stands in until {last:%-d %B %Y}: {away['name'] or away['address']}"
