"""`rectify`: proposes to put right the record of a closed item."""

from datetime import datetime
from typing import Annotated

import typer

from cli.acting import ActingCommand, FormatOption, PlaceOption, ReasonOption, ZoneOption, verb
from cli.arguments import in_zone, wall_time
from cli.commands.acts import FileOption, TextOption
from cli.documents import document_of, keep_document
from cli.errors import BadUsage, Refused
from cli.submitting import rehearse
from models.common.times import ZonedTime
from models.items.filing import said_in
from models.messages import acts
from models.messages.acts import Act, RecordedFact, Rectified
from models.messages.sentences import status_in_words
from models.messages.views import ItemView

WhatOption = Annotated[RecordedFact, typer.Option("--what", help="What in the record is wrong.")]
OnOption = Annotated[str | None, typer.Option("--on", help="With --what mark: the day on which it was held.")]
NotHeldOption = Annotated[bool, typer.Option("--not-held", help="With --what mark: it was not held.")]


@verb
async def rectify(
    acting: ActingCommand,
    what: WhatOption,
    on: OnOption = None,
    place: PlaceOption = "",
    style: FormatOption = None,
    not_held: NotHeldOption = False,
    text: TextOption = "",
    file: FileOption = None,
    reason: ReasonOption = "",
    zone: ZoneOption = None,
) -> Act:
    """Propose to put right the record of a closed item. Every other side must accept; the record itself stays.

    rectify 16.3-jtc/2026 --what mark --on 2026-11-11 --reason "the minutes name that day" --as khm-moc
    """
    if not reason.strip():
        raise BadUsage("missing-option", "say with --reason why the record is wrong")
    view, item = await acting.closed_view(), acting.item
    if view.status == "unknown":
        message = f"what became of {item.partition('/')[2]} is not on record; answer the question that asks for it"
        raise Refused("unknown", message)
    acting.item = await acting.here.plan()  # the workflow of the item has ended, and the plan opens the rectification
    fact = {"item": item, "what": what, "before": recorded(view, what)}
    if what is RecordedFact.MARK:
        if file is not None or text:
            raise BadUsage("bad-usage", "a mark is rectified with --on, --place, --format or --not-held")
        day = None if on is None else in_zone(wall_time(on, "--on", day=True), zone or view.clock.zone, "--on")
        made = Rectified.model_validate({**fact, **_mark(view, day, place, style, not_held)})
        return acts.Rectify(**acting.fields(), fact=made, reason=reason)
    if on or place or style or not_held:
        raise BadUsage("bad-usage", "--on, --place, --format and --not-held rectify a mark; give --text or --file")
    if what is RecordedFact.CLOSE_OUT and file is not None:
        raise BadUsage("bad-usage", "say with --text how the item ended")
    if not text.strip() and file is None:
        raise BadUsage("missing-option", "give --text or --file")
    document, content = document_of(file)
    made = Rectified.model_validate({**fact, "text": text, "document": document})
    act = acts.Rectify(**acting.fields(), fact=made, reason=reason)
    if document is not None and not acting.dry_run:
        await rehearse(acting.here, acting.item, act)
        await keep_document(acting.here, document, content)
    return act


def _mark(view: ItemView, day: ZonedTime | None, place: str, style: object, not_held: bool) -> dict[str, object]:
    """Returns the fields of a rectified mark. What the options leave open stays as it was recorded."""
    if not_held:
        if day is not None or place or style is not None:
            raise BadUsage("bad-usage", "--not-held goes without --on, --place and --format")
        return {"held": False}
    date = view.date
    if day is None and date is not None:
        day = ZonedTime(local=datetime.fromisoformat(date.local), zone=date.zone, utc=date.start)
    if day is None:
        raise BadUsage("missing-option", "give --on, the day on which it was held, or --not-held")
    return {
        "held": True,
        "on": day,
        "place": place or (date.place if date else ""),
        "format": style or (date.format if date else None),
    }


def recorded(view: ItemView, what: RecordedFact) -> str:
    """Returns what the record of a closed item says, in words. If it was rectified before, what it says since."""
    since = [each for each in view.rectified if each["what"] == what.value]
    if since:
        return str(since[-1]["now"])
    if what is RecordedFact.CLOSE_OUT:
        return status_in_words(view.status)
    if what is RecordedFact.MARK:
        return _recorded_mark(view)
    filed = view.outcome if what is RecordedFact.OUTCOME else next(reversed(view.evidence), None)
    return said_in(filed) if filed else "nothing on record"


def _recorded_mark(view: ItemView) -> str:
    date = view.date
    if view.status == "unknown":
        return "unknown"
    if date is None:
        return "held" if view.status == "closed" else "not held"
    on = ZonedTime(local=datetime.fromisoformat(date.local), zone=date.zone, utc=date.start)
    return acts.mark_in_words(True, on, date.place, date.format or "")
