"""Versions of a calendar event: when the version number SEQUENCE rises, and what the last version said."""

from datetime import timedelta
from typing import Any

from models.common.times import same_time
from models.messages.calendar_event import CalendarEvent, EventStatus


def until_now(last: CalendarEvent | None, event: CalendarEvent) -> dict[str, Any]:
    """Returns fields for the announcement of a new version: the former time, place, format and joining link.

    `was_slot` is None if the time does not change, `was_place` is None if the place does not change, and so on. The
    dict is empty if the calendars hold no version of the event, or a cancelled one.
    """
    if last is None or last.status is EventStatus.CANCELLED:
        return {}
    place = last.location if last.location != event.location else None
    return {
        "was_slot": None if same_time(last.slot, event.slot) else last.slot,
        "was_place": place,
        "was_format": last.format if last.format != event.format else None,
        "was_link": last.link if last.link != event.link else None,
    }


def following(last: CalendarEvent | None, event: CalendarEvent) -> CalendarEvent | None:
    """Returns `event` as the next version after `last`, with a new SEQUENCE (version number) and DTSTAMP (instant).

    Returns None if nothing but DTSTAMP would change. Returns `event` unchanged if `last` is None.

    SEQUENCE rises with a change of time, length or status (RFC 5546 section 2.1.4). So it also rises when the program
    invites to a cancelled event again. DTSTAMP rises with each version, because the calendar programs of the guests
    sort versions by it (section 2.1.5).
    """
    if last is None:
        return event
    stamp = max(event.dtstamp, last.dtstamp + timedelta(seconds=1))
    changed = last.status != event.status or not same_time(last.slot, event.slot)
    candidate = event.model_copy(update={"sequence": last.sequence + int(changed), "dtstamp": stamp})
    unstamped = candidate.model_copy(update={"dtstamp": last.dtstamp})
    return None if unstamped == last else candidate
