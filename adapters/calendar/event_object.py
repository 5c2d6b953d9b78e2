"""Writes an event as an iCalendar object, in bytes (RFC 5545, 5546, 6638).

Equal events and contacts give equal bytes. A mail carries the object with a METHOD, which says what the mail is for: a
request, a cancellation. A calendar server gets the object without METHOD. `merged` then adds what a person has written
in the event on the server.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneStandard, vCalAddress, vText, vUri

from adapters.text import clean_line, clean_text
from models.common.times import ZonedTime
from models.messages.calendar_event import CalendarEvent, EventStatus, Method
from models.post.contacts import Contacts

PRODID = "-//Aide-Memoire//Aide-Memoire 0.1//EN"

UNTITLED = "Meeting"
"""The title (SUMMARY) of an event whose own title is empty. An invitation must have a title (RFC 5546 section
3.2.2)."""

OWNED = frozenset(
    {"UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "RECURRENCE-ID", "ORGANIZER", "ATTENDEE"}
    | {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE"}
    | {"SUMMARY", "DESCRIPTION", "LOCATION", "CONFERENCE", "STATUS", "TRANSP"}
)
"""The properties of an event that say what the sides agreed. Only the program writes them. If the program leaves a
property out, `merged` removes the value that a person wrote on the server."""


class _Text(vText):
    """A TEXT value by RFC 5545 section 3.3.11. The class of icalendar would turn a backslash with N into a line
    break."""

    def to_ical(self) -> bytes:
        return re.sub(r"([\\;,])", r"\\\1", self).replace("\n", r"\n").encode()


def calendar_object(
    event: CalendarEvent, contacts: Contacts, method: Method | None, schedule_agent_client: bool = False
) -> bytes:
    """Returns the calendar object (VCALENDAR) of one event, in lines of at most 75 bytes with CRLF line ends (RFC 5545
    section 3.1).

    With a `method` the object is a message to an attendee (RFC 5546). If `method` is None, it is the object that a
    calendar server keeps (RFC 4791 section 4.1). If `schedule_agent_client` is True, the object tells the server to
    send no invitations by itself (RFC 6638 section 7.1). An attendee without a contact is left out, because it has no
    address.
    """
    calendar = Calendar()
    calendar.add("PRODID", PRODID)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    if method is not None:
        calendar.add("METHOD", method.value)
    offsets = {}
    for time in (event.slot.start, event.slot.end):
        offset = _fixed_offset(time)
        if offset is not None:
            offsets[time.zone] = offset
    for zone, offset in sorted(offsets.items()):
        calendar.add_component(_timezone(zone, offset))
    calendar.add_component(_vevent(event, contacts, schedule_agent_client, method is not None))
    return bytes(calendar.to_ical())


def declined_counter(event: CalendarEvent, contacts: Contacts, reason: str) -> bytes:
    """Returns the calendar object that rejects another time which an attendee has proposed: the DECLINECOUNTER for a
    COUNTER (RFC 5546 section 3.2.8). The event does not change, so the object holds no time and no attendee.

    The object holds SEQUENCE (the number of the version) only if that is above 0. `reason` becomes its COMMENT. If
    `reason` is empty, the object has no COMMENT.
    """
    calendar = Calendar()
    calendar.add("PRODID", PRODID)
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", Method.DECLINECOUNTER.value)
    vevent = Event()
    vevent.add("UID", clean_line(event.uid))
    vevent.add("DTSTAMP", event.dtstamp)
    if event.sequence:
        vevent.add("SEQUENCE", event.sequence)
    vevent["ORGANIZER"] = _address(contacts.organizer.address, contacts.organizer.name, {})
    if clean_text(reason).strip():
        vevent["COMMENT"] = _Text(clean_text(reason).strip())
    calendar.add_component(vevent)
    return bytes(calendar.to_ical())


def _vevent(event: CalendarEvent, contacts: Contacts, schedule_agent_client: bool, message: bool) -> Event:
    vevent = Event()
    vevent.add("UID", clean_line(event.uid))
    vevent.add("SEQUENCE", event.sequence)
    vevent.add("DTSTAMP", event.dtstamp)
    vevent.add("LAST-MODIFIED", event.dtstamp)
    vevent.add("DTSTART", _moment(event.slot.start))
    vevent.add("DTEND", _moment(event.slot.end))
    vevent["SUMMARY"] = _Text(clean_line(event.summary) or UNTITLED)
    if clean_text(event.description).strip():
        vevent["DESCRIPTION"] = _Text(clean_text(event.description))
    if clean_line(event.location):
        vevent["LOCATION"] = _Text(clean_line(event.location))
    if event.link:
        # RFC 7986 section 5.11. FEATURE says what the link is for, and LABEL what a client may show.
        parameters = {"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": "Join the meeting"}
        vevent["CONFERENCE"] = vUri(clean_line(event.link), params=parameters)
    if not (event.removes and message):
        vevent.add("STATUS", event.status.value)
    # Without TRANSP some clients show a tentative date as free. A cancelled event does not block time.
    vevent.add("TRANSP", "TRANSPARENT" if event.status is EventStatus.CANCELLED else "OPAQUE")
    agent = {"SCHEDULE-AGENT": "CLIENT"} if schedule_agent_client else {}
    vevent["ORGANIZER"] = _address(contacts.organizer.address, contacts.organizer.name, agent)
    attendees = list(_attendees(event, contacts, agent))
    if attendees:
        vevent["ATTENDEE"] = attendees
    return vevent


def _attendees(event: CalendarEvent, contacts: Contacts, agent: dict[str, str]) -> Iterator[vCalAddress]:
    """One ATTENDEE for each address. Two offices may share a mailbox, and a client expects to find itself only once."""
    seen = set()
    for attendee in event.attendees:
        contact = contacts.offices.get(attendee.office)
        if contact is None or contact.address.casefold() in seen:
            continue
        seen.add(contact.address.casefold())
        parameters = {
            # INDIVIDUAL and not GROUP, because clients show no buttons to a group.
            "CUTYPE": "INDIVIDUAL",
            "ROLE": "REQ-PARTICIPANT",
            "PARTSTAT": attendee.partstat.value,
            "RSVP": "TRUE",
            **agent,
        }
        yield _address(contact.address, contact.name or attendee.title, parameters)


def _address(address: str, name: str, parameters: dict[str, str]) -> vCalAddress:
    # A parameter cannot hold a quotation mark (RFC 5545 section 3.2), and few clients read the circumflex escapes of
    # RFC 6868. Some parsers read a backslash as an escape, and then lose the address after it.
    common_name = clean_line(re.sub('["^]', "", name).replace("\\", "/"))
    return vCalAddress(f"mailto:{address}", params={"CN": common_name or address, **parameters})


def _moment(time: ZonedTime) -> datetime:
    """The time to write: local time with TZID if the zone has one offset all year, or else UTC."""
    if _fixed_offset(time) is None:
        return time.utc.replace(microsecond=0)
    return time.local.replace(microsecond=0, tzinfo=ZoneInfo(time.zone))


def _fixed_offset(time: ZonedTime) -> timedelta | None:
    """The offset from UTC of a zone that has one offset all year. None if the time must be written in UTC.

    A zone that changes its clocks is written in UTC, because Outlook misreads daylight saving time that is listed date
    by date. A time is also written in UTC if this machine's zone table gives another offset than the table that
    computed the instant.
    """
    if not re.fullmatch(r"(?!Etc/)[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)+", time.zone):
        return None
    try:
        zone = ZoneInfo(time.zone)
        first = datetime(time.local.year - 1, 1, 1, 12, tzinfo=zone)
        # Check each week of three years. Weeks are close enough: Morocco's yearly change lasts a month.
        offsets = {(first + timedelta(weeks=n)).utcoffset() for n in range(157)}
    except (LookupError, OSError, OverflowError, ValueError):
        return None
    offset = time.local.replace(tzinfo=UTC) - time.utc
    return offset if offsets == {offset} else None


def _timezone(tzid: str, offset: timedelta) -> Timezone:
    """A VTIMEZONE with one STANDARD (RFC 5545 section 3.6.5)."""
    standard = TimezoneStandard()
    standard.add("DTSTART", datetime(1970, 1, 1))  # noqa: DTZ001 (local time of the zone that it defines)
    standard.add("TZOFFSETFROM", offset)
    standard.add("TZOFFSETTO", offset)
    standard.add("TZNAME", _offset_name(offset))
    timezone = Timezone()
    timezone.add("TZID", tzid)
    timezone.add_component(standard)
    return timezone


def _offset_name(offset: timedelta) -> str:
    """The name of an offset as in the IANA tables: +07, -0330."""
    minutes = round(abs(offset).total_seconds() / 60)
    tail = f"{minutes % 60:02}" if minutes % 60 else ""
    return f"{'-' if offset < timedelta() else '+'}{minutes // 60:02}{tail}"
