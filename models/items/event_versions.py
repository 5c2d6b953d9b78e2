"""Versions of a calendar event: when SEQUENCE rises, and what the guests had before (RFC 5546 section 2.1.4)."""

from datetime import timedelta
from typing import Any

from models.common.times import same_time
from models.messages.calendar_event import CalendarEvent, EventStatus


def until_now(last: CalendarEvent | None, event: CalendarEvent) -> dict[str, Any]:
    """The time and the place that the guests have in their calendars, if the new version changes them.

    Gives `was_slot` and `was_place` for the announcement. Empty if no version is in the calendars.
    """
    if last is None or last.status is EventStatus.CANCELLED:
        return {}
    place = last.location if last.location != event.location else None
    return {"was_slot": None if same_time(last.slot, event.slot) else last.slot, "was_place": place}


def following(last: CalendarEvent | None, event: CalendarEvent) -> CalendarEvent | None:
    """The next version of an event after `last`. None if nothing but DTSTAMP would change.

    SEQUENCE rises with a change of time, length or status (RFC 5546 section 2.1.4). So it also rises when a cancelled
    event is invited to again. DTSTAMP rises with each version, because guests order versions by it (section 2.1.5).
    """
    if last is None:
        return event
    stamp = max(event.dtstamp, last.dtstamp + timedelta(seconds=1))
    changed = last.status != event.status or not same_time(last.slot, event.slot)
    candidate = event.model_copy(update={"sequence": last.sequence + int(changed), "dtstamp": stamp})
    unstamped = candidate.model_copy(update={"dtstamp": last.dtstamp})
    return None if unstamped == last else candidate
