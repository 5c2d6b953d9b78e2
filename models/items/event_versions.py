"""Versions of a calendar event: when its SEQUENCE rises, and what the invited had before (RFC 5546 section 2.1.4)."""

from datetime import timedelta
from typing import Any

from models.common.times import same_time
from models.messages.calendar_event import CalendarEvent, EventStatus


def until_now(last: CalendarEvent | None, event: CalendarEvent) -> dict[str, Any]:
    """What the invited have in their calendars otherwise: the time, the place."""
    if last is None or last.status is EventStatus.CANCELLED:
        return {}
    place = last.location if last.location != event.location else None
    return {"was_slot": None if same_time(last.slot, event.slot) else last.slot, "was_place": place}


def following(last: CalendarEvent | None, event: CalendarEvent) -> CalendarEvent | None:
    """The next version of an event (itip-rules 6, 10, 11), or None where nothing effective changes.

    SEQUENCE rises with a change of time, length or status, and when a cancelled event is called again; DTSTAMP always.
    """
    if last is None:
        return event
    stamp = max(event.dtstamp, last.dtstamp + timedelta(seconds=1))
    changed = last.status != event.status or not same_time(last.slot, event.slot)
    candidate = event.model_copy(update={"sequence": last.sequence + int(changed), "dtstamp": stamp})
    unstamped = candidate.model_copy(update={"dtstamp": last.dtstamp})
    return None if unstamped == last else candidate
