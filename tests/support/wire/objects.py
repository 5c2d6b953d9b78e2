"""Strict checks of calendar objects, as bytes. They are written from the RFCs, and not from the code that builds
objects.

`faults` lists the faults of an object. Each fault has the name of the check that found it. `tests/system/test_wire.py`
has broken bytes for each check. `readers.py` compares the result with two other parsers. `mail.py` checks mails.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import available_timezones


class Fault(NamedTuple):
    check: str
    what: str


@dataclass
class Line:
    """A content line (RFC 5545 section 3.1)."""

    name: str
    parameters: dict[str, list[str]]
    value: str
    raw: str


@dataclass
class Component:
    name: str
    lines: list[Line] = field(default_factory=list)
    parts: list["Component"] = field(default_factory=list)

    def all(self, name: str) -> list[Line]:
        return [line for line in self.lines if line.name == name]

    def one(self, name: str) -> Line | None:
        found = self.all(name)
        return found[0] if found else None

    def named(self, name: str) -> list["Component"]:
        return [part for part in self.parts if part.name == name]


# RFC 5545 section 3.1, with the stricter half of what it allows: upper case names.
_NAME = r"[A-Z0-9-]+"
_SAFE = r'[^\x00-\x08\x0a-\x1f\x7f";:,]*'
_QUOTED = r'"[^\x00-\x08\x0a-\x1f\x7f"]*"'
_VALUE = rf"(?:{_QUOTED}|{_SAFE})"
_PARAMETER = rf";{_NAME}={_VALUE}(?:,{_VALUE})*"
_LINE = re.compile(rf"({_NAME})((?:{_PARAMETER})*):([^\x00-\x08\x0a-\x1f\x7f]*)")

_UTC = re.compile(r"\d{8}T\d{6}Z")
_LOCAL = re.compile(r"\d{8}T\d{6}")
_TEXT = re.compile(r"(?:[^\\;,\x00-\x1f\x7f]|\\[\\;,n])*")
_MAILTO = re.compile(
    r"mailto:[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9.])*[A-Za-z0-9]"
)

_NAMES = frozenset(available_timezones())  # to list them reads a folder
_TEXTS = ("SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT")
_ONCE = (
    *("UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "SUMMARY", "DESCRIPTION", "LOCATION"),
    *("STATUS", "TRANSP", "ORGANIZER", "LAST-MODIFIED", "CONFERENCE"),
)
_EXPECTED = {*_ONCE, "ATTENDEE"}

# RFC 5546 sections 3.2.2, 3.2.5 and 3.2.8, and what this program writes beyond them. None stands for an object of a
# calendar, which has no METHOD (RFC 4791 section 4.1).
_REQUIRED = {
    "REQUEST": {*_EXPECTED} - {"DESCRIPTION", "LOCATION", "CONFERENCE"},
    "CANCEL": {*_EXPECTED} - {"DESCRIPTION", "LOCATION", "CONFERENCE", "STATUS"},
    "DECLINECOUNTER": {"UID", "DTSTAMP", "ORGANIZER"},
    None: {*_EXPECTED} - {"DESCRIPTION", "LOCATION", "CONFERENCE", "ATTENDEE"},
}
_ALLOWED = {
    "REQUEST": _EXPECTED,
    "CANCEL": _EXPECTED,
    "DECLINECOUNTER": {"UID", "DTSTAMP", "ORGANIZER", "SEQUENCE", "COMMENT"},
    None: _EXPECTED,
}
_STATUS = {
    "REQUEST": ("TENTATIVE", "CONFIRMED"),
    "CANCEL": ("CANCELLED",),
    None: ("TENTATIVE", "CONFIRMED", "CANCELLED"),
}


def faults(data: bytes, merged: bool = False) -> list[Fault]:
    """All faults of the bytes of a calendar object. Empty if there are none.

    `merged` is True for an object to which a person has added something on a server. It may have properties, components
    and zones that are not ours.
    """
    found = list(_octets(data))
    try:
        calendar = read(data)
    except ValueError as error:
        return [*found, Fault("grammar", str(error))]
    found += _calendar(calendar, merged)
    events = calendar.named("VEVENT")
    if not events:
        return [*found, Fault("components", "there is no VEVENT")]
    if len(events) > 1 and not merged:
        found.append(Fault("components", f"there are {len(events)} VEVENTs"))
    method = calendar.one("METHOD")
    found += _event(events[0], method.value if method else None, merged)
    found += _zones(calendar, merged)
    return found or list(_length(calendar))


# --- octets and lines ---------------------------------------------------------------------------------------------


def _octets(data: bytes) -> Iterator[Fault]:
    if data.startswith(b"\xef\xbb\xbf"):
        yield Fault("bom", "it begins with a byte order mark")
    if not data.endswith(b"END:VCALENDAR\r\n"):
        yield Fault("crlf", "it does not end in END:VCALENDAR and CRLF")
    if re.search(rb"(?<!\r)\n|\r(?!\n)", data):
        yield Fault("crlf", "a line ends in something else than CRLF (RFC 5545 section 3.1)")
    for number, line in enumerate(data.split(b"\r\n"), 1):
        if len(line) > 75:
            yield Fault("octets", f"line {number} has {len(line)} octets (RFC 5545 section 3.1)")
        try:
            line.decode()
        except UnicodeDecodeError:
            yield Fault("utf-8", f"line {number} splits a character or is no UTF-8")
        if line in (b" ", b"\t") or (not line and number <= data.count(b"\r\n")):
            yield Fault("empty line", f"line {number} holds nothing")
    if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", data):
        yield Fault("control", "there is a control character")


def read(data: bytes) -> Component:
    """Parses the VCALENDAR. Raises ValueError if the bytes do not follow the grammar."""
    text = re.sub(rb"\r\n[ \t]", b"", data).decode("utf-8", "replace")
    root = Component("")
    stack = [root]
    for raw in text.split("\r\n")[:-1]:
        match = _LINE.fullmatch(raw)
        if match is None:
            raise ValueError(f"this is no content line: {raw[:100]!r}")
        line = Line(match[1], _parameters(match[2]), match[3], raw)
        if line.name == "BEGIN":
            part = Component(line.value)
            stack[-1].parts.append(part)
            stack.append(part)
        elif line.name == "END":
            if stack.pop().name != line.value or not stack:
                raise ValueError(f"END:{line.value} closes nothing")
        else:
            stack[-1].lines.append(line)
    if len(stack) != 1 or [part.name for part in root.parts] != ["VCALENDAR"] or root.lines:
        raise ValueError("it is not one whole VCALENDAR")
    return root.parts[0]


def _parameters(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for parameter in re.findall(_PARAMETER, text):
        name, _, values = parameter[1:].partition("=")
        if name in found:
            raise ValueError(f"the parameter {name} stands there twice")
        found[name] = [value.strip('"') for value in re.findall(_VALUE, values) if value]
    return found


def unescaped(text: str) -> str:
    """A TEXT value without its escapes (RFC 5545 section 3.3.11)."""
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], text)


# --- the calendar and its zones -----------------------------------------------------------------------------------


def _calendar(calendar: Component, merged: bool) -> Iterator[Fault]:
    counts = Counter(line.name for line in calendar.lines)
    for name in ("PRODID", "VERSION"):
        if counts[name] != 1:
            yield Fault("calendar", f"{name} stands there {counts[name]} times")
    version = calendar.one("VERSION")
    if version and version.value != "2.0":
        yield Fault("calendar", "VERSION is not 2.0")
    if counts["METHOD"] > 1 or counts["CALSCALE"] > 1:
        yield Fault("calendar", "METHOD or CALSCALE stands there twice")
    method = calendar.one("METHOD")
    if method and (method.value not in ("REQUEST", "CANCEL", "DECLINECOUNTER") or merged):
        yield Fault("method", f"an organizer does not send {method.value} here")
    others = set(counts) - {"PRODID", "VERSION", "METHOD", "CALSCALE"}
    if others and not merged:
        yield Fault("calendar", f"it has {', '.join(sorted(others))}")
    kinds = {part.name for part in calendar.parts} - {"VEVENT", "VTIMEZONE"}
    if kinds and not merged:
        yield Fault("components", f"it has {', '.join(sorted(kinds))}")
    for event in calendar.named("VEVENT"):
        if event.parts and not merged:
            yield Fault("components", "the VEVENT has components of its own")


def _zones(calendar: Component, merged: bool) -> Iterator[Fault]:
    """Checks that each TZID in use has a VTIMEZONE, and that no VTIMEZONE is unused (RFC 5545 section 3.6.5)."""
    used = {
        value for event in calendar.named("VEVENT") for line in event.lines for value in line.parameters.get("TZID", [])
    }
    defined = [line.value for zone in calendar.named("VTIMEZONE") for line in zone.all("TZID")]
    for name in used - set(defined):
        yield Fault("tzid", f"TZID {name} has no VTIMEZONE")
    if len(defined) != len(set(defined)):
        yield Fault("tzid", "a VTIMEZONE stands there twice")
    for name in set(defined) - used:
        yield Fault("tzid unused", f"nothing uses the VTIMEZONE {name}")
    if merged:
        return
    for zone in calendar.named("VTIMEZONE"):
        yield from _zone(zone)


def _zone(zone: Component) -> Iterator[Fault]:
    name = zone.one("TZID")
    if name is None or name.value not in _NAMES:
        yield Fault("tzid", "the name of a VTIMEZONE is not one of IANA's")
    if [part.name for part in zone.parts] != ["STANDARD"]:
        # Outlook misreads daylight saving that is written date by date: such times go in UTC.
        yield Fault("standard", "a VTIMEZONE is not one STANDARD")
    for part in zone.parts:
        names = Counter(line.name for line in part.lines)
        if {n for n in names if n != "TZNAME"} != {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"} or max(names.values()) > 1:
            yield Fault("standard", f"{part.name} holds {', '.join(names)}")
        for line in part.lines:
            if line.name.startswith("TZOFFSET") and not re.fullmatch(r"[+-]\d{4}", line.value):
                yield Fault("standard", f"{line.value} is no offset")
            if line.name == "DTSTART" and not _LOCAL.fullmatch(line.value):
                yield Fault("standard", "the DTSTART of a zone is not local")


def offset_of(calendar: Component, tzid: str) -> timedelta:
    """The offset from UTC that the object defines for a zone."""
    for zone in calendar.named("VTIMEZONE"):
        if any(line.value == tzid for line in zone.all("TZID")):
            value = zone.parts[0].all("TZOFFSETTO")[0].value
            offset = timedelta(hours=int(value[1:3]), minutes=int(value[3:5]))
            return -offset if value[0] == "-" else offset
    raise LookupError(tzid)


def instant(calendar: Component, name: str) -> datetime:
    """DTSTART or DTEND of the first event, in UTC. It uses the VTIMEZONE of the object."""
    line = calendar.named("VEVENT")[0].all(name)[0]
    if line.value.endswith("Z"):
        return datetime.strptime(line.value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    local = datetime.strptime(line.value, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return local - offset_of(calendar, line.parameters["TZID"][0])


# --- the event ----------------------------------------------------------------------------------------------------


def _event(event: Component, method: str | None, merged: bool) -> Iterator[Fault]:
    if method not in _REQUIRED:
        return
    counts = Counter(line.name for line in event.lines)
    for name in _ONCE:
        if counts[name] > 1:
            yield Fault("once", f"{name} stands there {counts[name]} times")
    missing, foreign = _REQUIRED[method] - set(counts), set(counts) - _ALLOWED[method]
    for name in sorted(missing):
        yield Fault("required", f"{method or 'an object at rest'} lacks {name}")
    for name in sorted(foreign):
        if not merged:
            yield Fault("allowed", f"{method or 'an object at rest'} has {name}")
    if missing:
        return
    yield from _identity(event, method)
    yield from _texts(event)
    yield from _people(event, method)
    if method != "DECLINECOUNTER":
        yield from _times(event)
        yield from _link(event)
        yield from _state(event, method)


def _identity(event: Component, method: str | None) -> Iterator[Fault]:
    uid = event.all("UID")[0].value
    if not re.fullmatch(r"[^\s\\;,]{1,255}", uid):
        yield Fault("uid", f"the UID is {uid!r}")
    for name in ("DTSTAMP", "LAST-MODIFIED"):
        for line in event.all(name):
            if not _UTC.fullmatch(line.value) or line.parameters:
                yield Fault("stamp", f"{name} is not in UTC: {line.raw}")
    for line in event.all("SEQUENCE"):
        if not re.fullmatch(r"0|[1-9]\d{0,8}", line.value):
            yield Fault("sequence", f"SEQUENCE is {line.value!r}")
        elif method == "DECLINECOUNTER" and line.value == "0":
            yield Fault("sequence", "a DECLINECOUNTER names SEQUENCE only above 0")
        elif method == "CANCEL" and line.value == "0":
            yield Fault("sequence", "a CANCEL raises SEQUENCE (RFC 5546 section 3.2.5)")


def _texts(event: Component) -> Iterator[Fault]:
    for line in event.lines:
        if line.name in _TEXTS and not _TEXT.fullmatch(line.value):
            yield Fault("text", f"{line.name} is not escaped as TEXT is: {line.value[:80]!r}")
        if line.name in ("SUMMARY", "LOCATION") and "\n" in unescaped(line.value):
            yield Fault("one line", f"{line.name} has more than one line")
        if line.name in _TEXTS and not line.value:
            yield Fault("text", f"{line.name} is empty")
        if (
            line.name in _EXPECTED
            and line.name not in ("ORGANIZER", "ATTENDEE", "DTSTART", "DTEND", "CONFERENCE")
            and line.parameters
        ):
            yield Fault("parameters", f"{line.name} has parameters")


def _link(event: Component) -> Iterator[Fault]:
    """RFC 7986 section 5.11: CONFERENCE is a URI, and says so."""
    for line in event.all("CONFERENCE"):
        if line.parameters.get("VALUE") != ["URI"] or not re.fullmatch(r"https://[!-~]+", line.value):
            yield Fault("conference", f"CONFERENCE is no link: {line.raw}")


def _times(event: Component) -> Iterator[Fault]:
    for name in ("DTSTART", "DTEND"):
        line = event.all(name)[0]
        zone = line.parameters.get("TZID")
        if set(line.parameters) - {"TZID"}:
            yield Fault("time", f"{name} has other parameters than TZID")
        elif zone is None and not _UTC.fullmatch(line.value):
            yield Fault("time", f"{name} floats or has an offset: {line.raw}")
        elif zone is not None and not _LOCAL.fullmatch(line.value):
            yield Fault("time", f"{name} has a zone and is not local: {line.raw}")
        elif not _exists(line.value.rstrip("Z")):
            yield Fault("time", f"{name} is no day or time: {line.value}")
        else:
            continue
        return


def _exists(value: str) -> bool:
    try:
        datetime.strptime(f"{value}+0000", "%Y%m%dT%H%M%S%z")
    except ValueError:
        return False
    return True


def _length(calendar: Component) -> Iterator[Fault]:
    times = [instant(calendar, name) for name in ("DTSTART", "DTEND") if calendar.named("VEVENT")[0].all(name)]
    if len(times) == 2 and times[1] <= times[0]:
        yield Fault("length", "it ends before it has begun")


def _state(event: Component, method: str | None) -> Iterator[Fault]:
    status, transparency = event.one("STATUS"), event.one("TRANSP")
    if status and status.value not in _STATUS[method]:
        yield Fault("status", f"{method or 'an object at rest'} has STATUS {status.value}")
    called_off = method == "CANCEL" or (status is not None and status.value == "CANCELLED")
    if transparency and transparency.value != ("TRANSPARENT" if called_off else "OPAQUE"):
        yield Fault("status", f"TRANSP is {transparency.value}")
    if method == "CANCEL" and status is None and len(event.all("ATTENDEE")) != 1:
        yield Fault("removed", "a CANCEL without STATUS names the one attendee whom it removes")


# --- people -------------------------------------------------------------------------------------------------------

_ATTENDEE = {
    "CUTYPE": {"INDIVIDUAL"},
    "ROLE": {"REQ-PARTICIPANT"},
    "PARTSTAT": {"NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE"},
    "RSVP": {"TRUE"},
}


def _people(event: Component, method: str | None) -> Iterator[Fault]:
    for line in event.all("ORGANIZER"):
        yield from _person(line, method, {})
    for line in event.all("ATTENDEE"):
        yield from _person(line, method, _ATTENDEE)
    addresses = [line.value.casefold() for line in event.all("ATTENDEE")]
    if len(addresses) != len(set(addresses)):
        yield Fault("attendee", "an address is invited twice")


def _person(line: Line, method: str | None, expected: dict[str, set[str]]) -> Iterator[Fault]:
    if not _MAILTO.fullmatch(line.value):
        yield Fault("address", f"{line.name} is {line.value!r}")
    for name, values in expected.items():
        if not set(line.parameters.get(name, [""])) <= values:
            yield Fault("attendee", f"{name} is {line.parameters.get(name)}")
    known = {"CN", *expected, *(() if method else ("SCHEDULE-AGENT", "SCHEDULE-STATUS"))}
    for name in set(line.parameters) - known:
        yield Fault("attendee", f"{line.name} has {name}")
    names = line.parameters.get("CN", [])
    if len(names) != 1 or not names[0].strip():
        yield Fault("cn", f"{line.name} has no common name, or several")
    for name in names:
        if re.search(r"[\\^\x00-\x1f\x7f]", name):
            # Few clients read RFC 6868, and some take a backslash there for an escape.
            yield Fault("cn", f"the common name is {name!r}")


# --- one version after another ------------------------------------------------------------------------------------


def faults_of_versions(objects: list[bytes]) -> Iterator[Fault]:
    """Yields the faults of the iTIP messages about one UID to one attendee. `objects` are in the order of sending.

    By RFC 5546 section 2.1.5 a newer version has a higher SEQUENCE or DTSTAMP. A cancellation needs an invitation
    before it. Versions may be missing between two messages, because a newer one has replaced them.
    """
    last: Component | None = None
    for data in objects:
        calendar = read(data)
        method = calendar.all("METHOD")[0].value
        if method == "DECLINECOUNTER":
            continue
        if last is None and method != "REQUEST":
            yield Fault("order", "the first message is no REQUEST")
        if last is not None:
            yield from _follows(last, calendar)
        last = calendar


def _follows(last: Component, calendar: Component) -> Iterator[Fault]:
    before, after = last.named("VEVENT")[0], calendar.named("VEVENT")[0]

    def value(event: Component, name: str) -> str:
        line = event.one(name)
        return line.value if line else ""

    if value(before, "UID") != value(after, "UID"):
        yield Fault("uid changed", "it is another event")
        return
    if value(after, "DTSTAMP") <= value(before, "DTSTAMP"):
        yield Fault("stamp order", "DTSTAMP does not rise")
    was, now = int(value(before, "SEQUENCE")), int(value(after, "SEQUENCE"))
    moved = any(instant(last, name) != instant(calendar, name) for name in ("DTSTART", "DTEND"))
    method, earlier = calendar.all("METHOD")[0].value, last.all("METHOD")[0].value
    other = value(before, "STATUS") != value(after, "STATUS") or method != earlier
    if now < was or ((moved or other) and now == was):
        yield Fault("sequence order", f"SEQUENCE goes from {was} to {now} with another time or status")
    # Where versions between them were overtaken, an office may have answered to the new time already.
    if moved and method == "REQUEST" and now == was + 1:
        answers = {line.parameters["PARTSTAT"][0] for line in after.all("ATTENDEE")}
        if answers != {"NEEDS-ACTION"}:
            yield Fault("asked anew", f"the time changes and PARTSTAT is {answers}")
    if method == "CANCEL":
        if earlier == "CANCEL":
            yield Fault("order", "it is cancelled twice")
        if now == was + 1 and (moved or value(before, "SUMMARY") != value(after, "SUMMARY")):
            yield Fault("cancelled", "a CANCEL changes the time or the title")
    unstamped = [
        sorted(line.raw for line in event.lines if line.name not in ("DTSTAMP", "LAST-MODIFIED", "SEQUENCE"))
        for event in (before, after)
    ]
    if unstamped[0] == unstamped[1] and method == earlier:
        yield Fault("no change", "it says nothing new")
