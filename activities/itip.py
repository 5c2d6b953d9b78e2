"""A session as an iCalendar object: the bytes that calendars accept (RFC 5545, 5546, 6638).

Pure: equal events and contacts give equal bytes. The same object goes into the mail (with METHOD) and onto the
calendar server (without); what a person added there is kept by `merged`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneStandard, vCalAddress, vText
from icalendar.parser import Contentline

from models.contacts import Contacts
from models.invitation import CalendarEvent, EventStatus, Method, ZonedTime

PRODID = "-//Aide-Memoire//Aide-Memoire 0.1//EN"

UNTITLED = "Meeting"
"""SUMMARY of an event whose title holds nothing that can be shown: a REQUEST must have one (RFC 5546 section 3.2.2)."""

OWNED = frozenset(
    {"UID", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED", "RECURRENCE-ID", "ORGANIZER", "ATTENDEE"}
    | {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE"}
    | {"SUMMARY", "DESCRIPTION", "LOCATION", "STATUS", "TRANSP"}
)
"""Properties of the VEVENT that say what the sides agreed: ours alone, also where we leave them out."""


def clean_text(text: str) -> str:
    """The text without control characters, lone surrogates and foreign line ends; LF stays.

    Format characters stay too: Lao and Khmer break words at ZERO WIDTH SPACE. A byte order mark goes: at the
    beginning of a value parsers drop it, and nothing would be left of one that holds nothing else.
    """
    text = re.sub(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text).replace("\t", " ").replace("\ufeff", "")
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))


def clean_line(text: str) -> str:
    """As clean_text, on one line: runs of white space become one space."""
    return " ".join(clean_text(text).split())


class _Text(vText):
    """TEXT by RFC 5545 section 3.3.11. icalendar's own writes a literal backslash and N as a line break."""

    def to_ical(self) -> bytes:
        return re.sub(r"([\\;,])", r"\\\1", self).replace("\n", r"\n").encode()


def calendar_object(
    event: CalendarEvent, contacts: Contacts, method: Method | None, schedule_agent_client: bool = False
) -> bytes:
    """The VCALENDAR of one session: CRLF, lines of at most 75 octets (RFC 5545 section 3.1).

    With `method` it is an iTIP message (RFC 5546); without, the object that a calendar keeps (RFC 4791 section 4.1).
    `schedule_agent_client` keeps a scheduling server from inviting everybody again (RFC 6638 section 7.1). Attendees
    without a contact are left out: they have no address.
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
    """The DECLINECOUNTER of an event that stays as it is (RFC 5546 section 3.2.8): no time, no ATTENDEE.

    SEQUENCE only where it is above 0; `reason` becomes its COMMENT, where there is one.
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
    if not (event.removes and message):
        vevent.add("STATUS", event.status.value)
    # Said outright: some clients show a tentative date as free otherwise. A cancelled one blocks nobody's time.
    vevent.add("TRANSP", "TRANSPARENT" if event.status is EventStatus.CANCELLED else "OPAQUE")
    agent = {"SCHEDULE-AGENT": "CLIENT"} if schedule_agent_client else {}
    vevent["ORGANIZER"] = _address(contacts.organizer.address, contacts.organizer.name, agent)
    attendees = list(_attendees(event, contacts, agent))
    if attendees:
        vevent["ATTENDEE"] = attendees
    return vevent


def _attendees(event: CalendarEvent, contacts: Contacts, agent: dict[str, str]) -> Iterator[vCalAddress]:
    """One ATTENDEE for each address: two offices may share a mailbox, and a client finds itself only once."""
    seen = set()
    for attendee in event.attendees:
        contact = contacts.offices.get(attendee.office)
        if contact is None or contact.address.casefold() in seen:
            continue
        seen.add(contact.address.casefold())
        parameters = {
            # An office is no GROUP: clients look themselves up as INDIVIDUAL, and a group offers them no buttons.
            "CUTYPE": "INDIVIDUAL",
            "ROLE": "REQ-PARTICIPANT",
            "PARTSTAT": attendee.partstat.value,
            "RSVP": "TRUE",
            **agent,
        }
        yield _address(contact.address, contact.name or attendee.title, parameters)


def _address(address: str, name: str, parameters: dict[str, str]) -> vCalAddress:
    # A quotation mark cannot be written in a parameter (RFC 5545 section 3.2), and few clients read the circumflex of
    # RFC 6868. Some parsers take a backslash there for an escape, and then lose the address after it.
    common_name = clean_line(re.sub('["^]', "", name).replace("\\", "/"))
    return vCalAddress(f"mailto:{address}", params={"CN": common_name or address, **parameters})


def _moment(time: ZonedTime) -> datetime:
    """Local time with TZID where the zone keeps one offset; otherwise UTC."""
    if _fixed_offset(time) is None:
        return time.utc.replace(microsecond=0)
    return time.local.replace(microsecond=0, tzinfo=ZoneInfo(time.zone))


def _fixed_offset(time: ZonedTime) -> timedelta | None:
    """The offset of a zone that keeps it all year, as it was when the time was resolved; None where UTC is safer.

    Outlook misreads daylight saving that is written date by date, and a machine's zone table may be older than the one
    that resolved the time: then the instant decides.
    """
    if not re.fullmatch(r"(?!Etc/)[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)+", time.zone):
        return None
    try:
        zone = ZoneInfo(time.zone)
        first = datetime(time.local.year - 1, 1, 1, 12, tzinfo=zone)
        # Weekly, over the year before, the year and the year after: Morocco's own pause lasts a month.
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
    """+07, -0330: as the IANA tables name a zone without letters of its own."""
    minutes = round(abs(offset).total_seconds() / 60)
    tail = f"{minutes % 60:02}" if minutes % 60 else ""
    return f"{'-' if offset < timedelta() else '+'}{minutes // 60:02}{tail}"


# --- objects that came back from a server -------------------------------------------------------------------------


@dataclass
class _Part:
    """A component as its unfolded lines: what we do not know passes through unread and unharmed."""

    name: str
    lines: list[str] = field(default_factory=list)
    parts: list["_Part"] = field(default_factory=list)

    def named(self, name: str) -> list["_Part"]:
        return [part for part in self.parts if part.name == name]

    def value(self, name: str) -> str | None:
        """The raw value of the first property of this name, or None."""
        return next((line.partition(":")[2].strip() for line in self.lines if _name(line) == name), None)


def _name(line: str) -> str:
    return re.split("[;:]", line, maxsplit=1)[0].strip().upper()


def _read(data: bytes) -> _Part:
    """The VCALENDAR in the bytes. Raises ValueError where there is none.

    Unfolds before it decodes: a fold may split a UTF-8 sequence (RFC 5545 section 3.1).
    """
    root = _Part("")
    stack = [root]
    text = re.sub(rb"\r?\n[ \t]", b"", data).decode("utf-8-sig", "replace")
    for line in re.split(r"[\r\n]+", text):
        name = _name(line)
        if name == "BEGIN":
            part = _Part(line.partition(":")[2].strip().upper())
            stack[-1].parts.append(part)
            stack.append(part)
        elif name == "END" and len(stack) > 1:
            stack.pop()
        elif line.strip():
            stack[-1].lines.append(line)
    calendars = root.named("VCALENDAR")
    if len(calendars) != 1 or len(stack) > 1:
        raise ValueError(f"one VCALENDAR was expected and {len(calendars)} found")
    return calendars[0]


def _folded(line: str) -> bytes:
    return bytes(Contentline(line).to_ical()) + b"\r\n"  # type: ignore[no-untyped-call]


def _write(part: _Part) -> bytes:
    lines = [f"BEGIN:{part.name}", *part.lines]
    inner = b"".join(_write(child) for child in part.parts)
    head = b"".join(_folded(line) for line in lines)
    return head + inner + f"END:{part.name}\r\n".encode()


def _event_of(calendar: _Part, uid: str) -> _Part | None:
    """The VEVENT of that UID that stands for the whole, not for one recurrence."""
    for event in calendar.named("VEVENT"):
        if event.value("UID") == uid and event.value("RECURRENCE-ID") is None:
            return event
    return None


def version_of(data: bytes, uid: str) -> tuple[int, str] | None:
    """(SEQUENCE, DTSTAMP) of the event of that UID, as RFC 5546 section 2.1.5 orders versions; None where it has none.

    DTSTAMP is in its own UTC form, which sorts as text. Raises ValueError where the bytes hold no VCALENDAR.
    """
    event = _event_of(_read(data), uid)
    if event is None:
        return None
    sequence = event.value("SEQUENCE") or "0"
    return int(sequence) if sequence.isdecimal() else 0, event.value("DTSTAMP") or ""


def same_occasion(a: bytes, b: bytes, uid: str) -> bool:
    """Whether two calendar objects give the event of that UID the same time and status: what SEQUENCE counts.

    Raises ValueError for what icalendar cannot read.
    """
    return _occasion(a, uid) == _occasion(b, uid)


def _occasion(data: bytes, uid: str) -> tuple[object, ...]:
    for event in Calendar.from_ical(data).walk("VEVENT"):
        if str(event.get("UID")) == uid and "RECURRENCE-ID" not in event:
            times = (getattr(event.get(name), "dt", None) for name in ("DTSTART", "DTEND", "DURATION"))
            return (*times, str(event.get("STATUS", "")))
    return ()


def merged(fetched: bytes, ours: bytes, uid: str) -> bytes:
    """Ours, with whatever a person added to the fetched object: alarms, categories, X- properties, other components.

    Raises ValueError where the fetched object is not of this UID: it is somebody else's, and stays.
    """
    theirs, calendar = _read(fetched), _read(ours)
    kept, event = _event_of(theirs, uid), _event_of(calendar, uid)
    if kept is None or event is None:
        raise ValueError(f"the object does not hold the event {uid}")
    event.lines += [line for line in kept.lines if _name(line) not in OWNED]
    event.parts += kept.parts
    own_names = {_name(line) for line in calendar.lines} | {"METHOD"}
    calendar.lines += [line for line in theirs.lines if _name(line) not in own_names]
    zones = {zone.value("TZID") for zone in calendar.named("VTIMEZONE")}
    text = _write(event).decode()
    for zone in theirs.named("VTIMEZONE"):
        if zone.value("TZID") not in zones and f"TZID={zone.value('TZID')}" in text:
            calendar.parts.insert(0, zone)
    return _write(calendar)


_DEFAULTS = {
    "VALUE": "DATE-TIME",
    "CUTYPE": "INDIVIDUAL",
    "ROLE": "REQ-PARTICIPANT",
    "PARTSTAT": "NEEDS-ACTION",
    "RSVP": "FALSE",
}
"""Parameters that mean the same when left out (RFC 5545 section 3.2)."""


def same_content(a: bytes, b: bytes) -> bool:
    """Whether two calendar objects say the same. Servers re-serialize: order, folding, case of names and of mailto:,
    defaults written out, PRODID and the body of a VTIMEZONE do not count. Bytes without a VCALENDAR equal nothing."""
    try:
        return _content(_read(a)) == _content(_read(b))
    except ValueError:
        return False


_Content = tuple[str, tuple[tuple[str, tuple[str, ...], str], ...], tuple[object, ...]]


def _content(part: _Part) -> _Content:
    lines = sorted(line for line in map(_property, part.lines) if not _says_nothing(*line))
    parts = [_content(child) for child in part.parts if child.name != "VTIMEZONE"]
    return part.name, tuple(lines), tuple(sorted(parts))


def _property(line: str) -> tuple[str, tuple[str, ...], str]:
    """Name, parameters and value in one spelling. A line that icalendar cannot read stands for itself."""
    try:
        name, parameters, value = Contentline(line).parts()  # type: ignore[no-untyped-call]
    except ValueError:
        return "", (), line
    name = name.upper()
    if name in ("ATTENDEE", "ORGANIZER"):
        value = value.casefold()
    spelt = (f"{key.upper()}={text}" for key, text in parameters.items() if not _is_default(key.upper(), text))
    return name, tuple(sorted(spelt)), value


def _is_default(parameter: str, text: object) -> bool:
    # SCHEDULE-STATUS is what a server did with it, not what was agreed (RFC 6638 section 7.3).
    return parameter == "SCHEDULE-STATUS" or _DEFAULTS.get(parameter) == str(text).upper()


def _says_nothing(name: str, parameters: tuple[str, ...], value: str) -> bool:
    default = {"SEQUENCE": "0", "TRANSP": "OPAQUE", "CALSCALE": "GREGORIAN"}.get(name)
    return name in ("PRODID", "VERSION") or (default == value and not parameters)
