"""Compares the event that a calendar server holds with the version that the program wants to write, and merges the two.

It compares what the calendar objects say, and not their bytes, because servers write objects in their own form.
"""

import re
from dataclasses import dataclass, field

from icalendar import Calendar
from icalendar.parser import Contentline

from adapters.calendar.event_object import OWNED

# --- objects from a server ----------------------------------------------------------------------------------------


@dataclass
class _Part:
    """A component of a calendar object, as unfolded lines. Lines that the program does not know stay as they are."""

    name: str
    lines: list[str] = field(default_factory=list)
    parts: list["_Part"] = field(default_factory=list)

    def named(self, name: str) -> list["_Part"]:
        return [part for part in self.parts if part.name == name]

    def value(self, name: str) -> str | None:
        """The text of the first property with this name. None if there is none."""
        return next((line.partition(":")[2].strip() for line in self.lines if _name(line) == name), None)


def _name(line: str) -> str:
    return re.split("[;:]", line, maxsplit=1)[0].strip().upper()


def _read(data: bytes) -> _Part:
    """Parses the VCALENDAR in the bytes. Raises ValueError if there is not exactly one.

    It unfolds lines before it decodes them, because a fold may split a UTF-8 sequence (RFC 5545 section 3.1).
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
    """The VEVENT with this UID and without RECURRENCE-ID. None if there is none."""
    for event in calendar.named("VEVENT"):
        if event.value("UID") == uid and event.value("RECURRENCE-ID") is None:
            return event
    return None


def version_of(data: bytes, uid: str) -> tuple[int, str] | None:
    """Returns the version of the event with this UID: its SEQUENCE (the number of the version) and its DTSTAMP (the
    time when it was written). A newer version compares as greater (RFC 5546 section 2.1.5). None if the calendar object
    does not hold the event.

    DTSTAMP is the text of the property, in UTC. It is empty if the event has none. Raises ValueError if the bytes are
    not one calendar object (VCALENDAR).
    """
    event = _event_of(_read(data), uid)
    if event is None:
        return None
    sequence = event.value("SEQUENCE") or "0"
    return int(sequence) if sequence.isdecimal() else 0, event.value("DTSTAMP") or ""


def same_occasion(a: bytes, b: bytes, uid: str) -> bool:
    """Returns whether the event with this UID has the same time and the same status in two calendar objects. A version
    with another time or status must have a higher SEQUENCE.

    Raises ValueError for an object that icalendar cannot read.
    """
    return _occasion(a, uid) == _occasion(b, uid)


def _occasion(data: bytes, uid: str) -> tuple[object, ...]:
    for event in Calendar.from_ical(data).walk("VEVENT"):
        if str(event.get("UID")) == uid and "RECURRENCE-ID" not in event:
            times = (getattr(event.get(name), "dt", None) for name in ("DTSTART", "DTEND", "DURATION"))
            return (*times, str(event.get("STATUS", "")))
    return ()


def merged(fetched: bytes, ours: bytes, uid: str) -> bytes:
    """Returns `ours` with everything that a person added to the fetched object: alarms, categories, X- properties,
    other components.

    Raises ValueError if the fetched object does not hold the event with this UID. The object then belongs to somebody
    else.
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
"""Default values of parameters (RFC 5545 section 3.2). A parameter with its default means the same as no parameter."""


def same_content(a: bytes, b: bytes) -> bool:
    """Returns whether two calendar objects say the same. False if one of them is no calendar object (VCALENDAR).

    Servers write objects in their own form. So these differences do not count: the order, the folding, the case of
    names and of mailto:, default values, PRODID and the content of a VTIMEZONE.
    """
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
    """Name, parameters and value of a line, in one spelling. A line that icalendar cannot read is returned as the
    value."""
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
    # SCHEDULE-STATUS says what a server did with the event, and not what was agreed (RFC 6638 section 7.3).
    return parameter == "SCHEDULE-STATUS" or _DEFAULTS.get(parameter) == str(text).upper()


def _says_nothing(name: str, parameters: tuple[str, ...], value: str) -> bool:
    default = {"SEQUENCE": "0", "TRANSP": "OPAQUE", "CALSCALE": "GREGORIAN"}.get(name)
    return name in ("PRODID", "VERSION") or (default == value and not parameters)
