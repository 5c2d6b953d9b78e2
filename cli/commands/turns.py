"""`turns`: shows who hosts next, and why."""

import asyncio
from pathlib import Path
from typing import Any

from cli.display.lists import recorded_view, view_of
from cli.errors import Refused
from cli.json_text import json_text
from cli.options import DataOption, JsonOption, PlanOption
from cli.output import write_line
from cli.session import session
from models.common.values import read_instant
from models.messages.views import ItemView


def turns(item: str, data: DataOption = Path("var"), plan: PlanOption = None, as_json: JsonOption = False) -> None:
    """Show who hosts next, and why. Also show every turn so far: owed, served, swapped, forfeited.

    turns 6.2-drugs-provincial
    """
    view = asyncio.run(_series_view(item, data, plan))
    if as_json:
        write_line(json_text(turns_document(view)))
        return
    write_line(turns_text(view))


async def _series_view(item: str, data: Path, plan: str | None) -> ItemView:
    async with session(data, plan) as here:
        full = await here.item_id(item)
        if full.count("/") > 1:
            full = full.rpartition("/")[0]  # a session is named: take its series
        view = recorded_view(here.record, full) or await view_of(here, full)
    if not view.turns:
        raise Refused("wrong-kind", f"{item} is not a series; name a recurring meeting: only these have turns")
    return view


def turns_document(view: ItemView) -> dict[str, Any]:
    """Returns the document that `turns --json` prints (docs/json.md). `view` is the view of a series."""
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
    """Returns the turns of a series as text for people. `view` is the view of the series."""
    ledger, clock = view.turns, view.clock
    lines = [f"{view.ref}  {view.title}   [{view.id}]", ledger["next"]]
    if ledger["rotating"]:
        rule = "is lost: the next in order hosts" if ledger["rule"] == "next" else "is owed again"
        lines.append(f"Order {', '.join(ledger['order'])}; a turn that is not used {rule} (assumed unless agreed).")
    for turn in ledger["turns"]:
        planned = f"turn of {turn['planned']}" if turn["planned"] else "nobody's turn is stated"
        host = f", host {turn['host']}" if turn["host"] else ""
        on = f", held on {clock.day(read_instant(turn['on']))}" if turn.get("on") else ""
        why = f" ({turn['reason']})" if turn.get("reason") else ""
        lines.append(f"  {turn['session']:<6} {turn['state']:<10} {planned}{host}{on}{why}")
    for side, counts in sorted(ledger["counts"].items()):
        lines.append(f"  {side}: " + ", ".join(f"{n} {what.replace('_', ' ')}" for what, n in counts.items() if n))
    return "\n".join(lines)
