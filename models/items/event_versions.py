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


def asks_again(last: CalendarEvent, event: CalendarEvent, edition: int) -> bool:
    """Whether the guests must answer again, because `event` asks them for something else than the version `last`.

    They must after a change of time or length, and after a cancellation. While a date is only proposed, place, format,
    joining link and host are part of what the sides consent to, so a change of these asks again too. Once the date is
    agreed, it does not. By the rules before edition 1 only a change of time asked again.
    """
    if last.status is EventStatus.CANCELLED or not same_time(last.slot, event.slot):
        return True
    proposed = last.status is EventStatus.TENTATIVE and event.status is EventStatus.TENTATIVE
    return edition >= 1 and proposed and _terms(last) != _terms(event)


def _terms(event: CalendarEvent) -> tuple[Any, ...]:
    return event.location, event.format, event.link, event.host


def following(last: CalendarEvent | None, event: CalendarEvent, edition: int) -> CalendarEvent | None:
    """Returns `event` as the next version after `last`, with a new SEQUENCE (version number) and DTSTAMP (instant).

    Returns None if nothing but DTSTAMP would change. Returns `event` unchanged if `last` is None.

    SEQUENCE rises with a change of time, length or status (RFC 5546 section 2.1.4), and with any change after which the
    guests must answer again (see `asks_again`). So the SEQUENCE of an answer says to which terms the guest consents. It
    also rises when the program invites to a cancelled event again. `edition` is the edition of the item's rules.
    DTSTAMP rises with each version, because the calendar programs of the guests sort versions by it (section 2.1.5).
    """
    if last is None:
        return event
    stamp = max(event.dtstamp, last.dtstamp + timedelta(seconds=1))
    changed = last.status != event.status or asks_again(last, event, edition)
    candidate = event.model_copy(update={"sequence": last.sequence + int(changed), "dtstamp": stamp})
    unstamped = candidate.model_copy(update={"dtstamp": last.dtstamp})
    return None if unstamped == last else candidate
