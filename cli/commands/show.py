"""`show`: prints everything about one item."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from cli.display.commands import commands_of
from cli.display.lists import open_view, recorded_view, view_of
from cli.json_text import json_text
from cli.options import DataOption, JsonOption, PlanOption
from cli.session import session
from models.common.clock import Clock
from models.items.filing import said_in
from models.messages.acts import Terms, Topic
from models.messages.sentences import describe, infinitive, value_in_words
from models.messages.views import ItemView


def show(item: str, data: DataOption = Path("var"), plan: PlanOption = None, as_json: JsonOption = False) -> None:
    """Show everything about one item: proposals, ledger, calendar UID and SEQUENCE, what is awaited.

    It also shows the commands of the acts that are awaited."""
    view = asyncio.run(_view(item, data, plan))
    if as_json:
        sys.stdout.write(json_text(view.model_dump(mode="json")) + "\n")
        return
    sys.stdout.write(view_text(view) + "\n")


async def _view(item: str, data: Path, plan: str | None) -> ItemView:
    async with session(data, plan) as here:
        full = await here.item_id(item)
        recorded = recorded_view(here.record, full)
        if recorded is None or await open_view(here.client, full) is not None:
            return await view_of(here, full)
        return recorded


def view_text(view: ItemView) -> str:
    """Returns the view of an item as text for people."""
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
        place = ", ".join(part for part in (view.date.place, view.date.format or "", view.date.link) if part)
        lines.append(f"date     {view.date.local} {view.date.zone}" + (f", {place}" if place else ""))
    for answer in view.answers:
        said = answer.get("words") or answer["comment"]
        more = f": {said}" if said else ""
        which = "" if answer["current"] else ", to an earlier time"
        when = view.clock.moment(datetime.fromisoformat(answer["at"]))
        lines.append(f"answered {answer['office']}: {answer['partstat'].lower()} by mail, {when}{which}{more}")
    if view.next_at and view.next_what:
        lines.append(f"next     {view.next_what}")
    if view.assumed:
        lines.append(f"assumed  {', '.join(view.assumed)} (not stated by the plan)")
    for field, value in view.settled.items():
        lines.append(f"settled  {field}: {value_in_words(value)} (by consent)")
    lines += _on_record_lines(view)
    for row in view.awaiting:
        due = f", due {view.clock.moment(row.due)}" if row.due else ""
        lines.append(
            f"awaited  {row.office}: {infinitive(row.act)}, since {view.clock.moment(row.since)}{due}, rung {row.rung}"
        )
    lines += [f"command  {command}" for command in commands_of(view)]
    lines += [line for proposal in view.proposals for line in _proposal_lines(proposal, view.clock)]
    for question in view.questions:
        said = "open" if question["answer"] is None else f"settled: {value_in_words(question['answer'])}"
        lines.append(f"question {question['id']}: {question['text']} ({said})")
    for kind, dates in (("original", [view.dates.get("original")]), ("revised", view.dates.get("revised", []))):
        lines += [f"{kind:<8} {date['local']} {date['zone']}" for date in dates if date and view.dates.get("revised")]
    if view.uid and not view.questions:
        lines.append(f"calendar UID {view.uid}" + (f", SEQUENCE {view.sequence}" if view.sequence is not None else ""))
    for each in view.rectified:
        when = view.clock.moment(datetime.fromisoformat(each["at"]))
        name = each["by"].partition("/")[2]
        said = f"the {each['what']} now reads {each['now']} (before: {each['before']})"
        lines.append(f"rectified by {name}, {when}: {said}")
    for each in view.rewound:
        lines.append(f"rewound  {view.clock.moment(datetime.fromisoformat(each['at']))}: {each['text']}")
    lines += ["ledger", *(f"  {entry.n:>3}  {view.clock.moment(entry.at)}  {entry.text}" for entry in view.ledger)]
    return "\n".join(lines)


def _on_record_lines(view: ItemView) -> list[str]:
    """Returns the lines about what the sides have put on record, how long others may object to it, and what it has
    replaced."""
    lines = [f"outcome  {view.outcome['office']}: {said_in(view.outcome)}"] if view.outcome else []
    lines += [f"evidence {each['office']}: {said_in(each)}{_disputed(each)}" for each in view.evidence]
    for each in view.silences:
        lines.append(f"silence  {each['about']} of {each['side']}: {_until(each, view.clock)}")
    corrected = [entry for entry in view.ledger if entry.data.get("replaced")]
    lines += [f"replaced by line {entry.n}: {_replaced(entry.data['replaced'])}" for entry in corrected]
    return lines


def _disputed(filed: dict[str, Any]) -> str:
    """Returns in words that another side disputes evidence, and why. Empty if no side disputes it."""
    said = filed.get("disputed")
    return f"   (disputed by {said['office']}: {said['reason']})" if said else ""


def _until(silence: dict[str, Any], clock: Clock) -> str:
    """Returns in words how long other sides may object: "stands unless KHM objects before 14 March 2026"."""
    sides = " or ".join(silence["waits_for"])
    if silence["over"]:
        if not silence["agreed"]:
            return "stands; no side objected"
        if not silence.get("silent"):
            return "stands; the other sides agree"
        return f"stands; {', '.join(silence['agreed'])} agreed, and {', '.join(silence['silent'])} did not object"
    if silence["unread"]:
        return f"does not end yet: {silence['unread']}"
    if silence["until"] is None:
        if silence.get("express"):
            return f"stands when {sides} agrees"
        return f"the time of {sides} to object does not run yet: the mail about it has not gone"
    return f"stands unless {sides} objects before {clock.moment(datetime.fromisoformat(silence['until']))}"


def _replaced(replaced: dict[str, Any]) -> str:
    """Returns what a correction has replaced, in a few words."""
    if "words" in replaced:
        return str(replaced["words"])
    if "state" in replaced:
        return f"{replaced['state'].replace('-', ' ')}{': ' + replaced['note'] if replaced['note'] else ''}"
    return said_in(replaced)


def _proposal_lines(proposal: dict[str, Any], clock: Clock) -> list[str]:
    """Returns the lines about a proposal: who made it, its status, what it says (for example its date and place), and
    why."""
    consents = ", ".join(consent["side"] for consent in proposal["consents"])
    terms = Terms.model_validate(proposal["terms"])
    what, of = f"proposal {proposal['number']} ({terms.topic.value})", f"of {proposal['office']}"
    lines = [f"{what} {of}: {proposal['status']}; consent of {consents}", f"         {describe(terms, clock)}"]
    if terms.reason and terms.topic not in (Topic.EXCUSE, Topic.DROP):  # their words have it already
        lines.append(f"         reason: {terms.reason}")
    return lines
