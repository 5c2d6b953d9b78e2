"""An incoming calendar object as components and properties, within bounds (RFC 5545 section 3).

Not icalendar's parser: what comes here was written by strangers, and has to cost little whatever it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from adapters.inbound import bounds
from adapters.inbound.bounds import OutOfBoundsError
from adapters.inbound.mime import decoded


@dataclass(frozen=True)
class Property:
    name: str
    parameters: dict[str, str]
    """By name in capitals; of a list the first value."""
    value: str


@dataclass
class Component:
    name: str
    properties: list[Property] = field(default_factory=list)
    components: list["Component"] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        return [each for each in self.properties if each.name == name]

    def first(self, name: str) -> Property | None:
        return next((each for each in self.properties if each.name == name), None)

    def value(self, name: str) -> str:
        found = self.first(name)
        return found.value.strip() if found else ""

    def within(self, name: str) -> list["Component"]:
        return [each for each in self.components if each.name == name]


def read_calendar(data: bytes, charset: str) -> Component:
    """The one VCALENDAR in the octets. Raises RefusedError, which says what is wrong with them."""
    if len(data) > bounds.CALENDAR_OCTETS:
        raise OutOfBoundsError(f"its calendar has {len(data):,} octets; up to {bounds.CALENDAR_OCTETS:,} are read")
    lines = _lines(data, charset)
    calendars = list(_components(lines))
    if len(calendars) != 1:
        raise OutOfBoundsError(f"it holds {len(calendars)} calendars where one is read")
    [calendar] = calendars
    for rule in _rules(calendar):
        if re.search(r"FREQ=(SECONDLY|MINUTELY|HOURLY)", rule.upper()):
            raise OutOfBoundsError("its calendar recurs by the second, minute or hour")
    return calendar


def _lines(data: bytes, charset: str) -> list[str]:
    """Unfolded before they are decoded: a fold may split a UTF-8 sequence (section 3.1)."""
    if charset.startswith(("utf-16", "utf-32", "utf16", "utf32")):
        data = decoded(data, charset).encode("utf-8", "replace")
        charset = "utf-8"
    if b"\0" in data:
        raise OutOfBoundsError("its calendar holds NUL octets")
    data = data.removeprefix(b"\xef\xbb\xbf")
    text = decoded(re.sub(rb"(?:\r?\n|\r)[ \t]", b"", data), charset).removeprefix("\ufeff")
    lines = [line for line in re.split(r"\r\n|\r|\n", text) if line.strip()]
    if len(lines) > bounds.CALENDAR_LINES:
        raise OutOfBoundsError(f"its calendar has more than {bounds.CALENDAR_LINES:,} lines")
    return lines


def _components(lines: list[str]) -> Iterator[Component]:
    stack: list[Component] = []
    count = 0
    for line in lines:
        name, _, rest = line.partition(":")
        word = name.strip().upper()
        if word == "BEGIN":
            count += 1
            if count > bounds.COMPONENTS or len(stack) >= bounds.NESTING:
                raise OutOfBoundsError("its calendar has too many components")
            stack.append(Component(rest.strip().upper()))
        elif word == "END":
            if not stack or stack[-1].name != rest.strip().upper():
                raise OutOfBoundsError(f"its calendar is torn: END:{rest.strip()[:40]} closes nothing")
            component = stack.pop()
            if stack:
                stack[-1].components.append(component)
            elif component.name == "VCALENDAR":
                yield component
            else:
                raise OutOfBoundsError(f"its calendar begins with {component.name[:40]}")
        elif stack and (read := _property(line)):
            stack[-1].properties.append(read)
        # What stands outside of a component, or is no property, says nothing.
    if stack:
        raise OutOfBoundsError(f"its calendar is torn: {stack[-1].name[:40]} does not end")


def _property(line: str) -> Property | None:
    """Name, parameters and value (section 3.1). None for a line that is no property."""
    pieces: list[str] = []
    quoted, start, end = False, 0, -1
    for match in re.finditer(r'[";:]', line):
        mark = match.group()
        if mark == '"':
            quoted = not quoted
        elif not quoted:
            pieces.append(line[start : match.start()])
            start = match.end()
            if mark == ":":
                end = match.end()
                break
    if end < 0 or not re.fullmatch(r"[A-Za-z0-9-]{1,100}", pieces[0].strip()):
        return None
    parameters: dict[str, str] = {}
    for piece in pieces[1:51]:
        key, _, value = piece.partition("=")
        parameters.setdefault(key.strip().upper(), _parameter(value))
    return Property(pieces[0].strip().upper(), parameters, line[end:])


_CARETS = {"^n": "\n", "^'": '"', "^^": "^"}


def _parameter(value: str) -> str:
    """The first value, unquoted (section 3.2), its carets undone (RFC 6868)."""
    value = value.strip()
    found = re.match(r'"([^"]*)"', value)
    plain = found.group(1) if found else value.partition(",")[0]
    return re.sub(r"\^[n'^]", lambda match: _CARETS[match.group()], plain)[: bounds.VALUE]


def unescaped(text: str) -> str:
    """A TEXT value (section 3.3.11), shortened."""
    text = text[: bounds.VALUE]
    return re.sub(r"\\(.)", lambda match: "\n" if match.group(1) in "nN" else match.group(1), text).strip()


def _rules(component: Component) -> Iterator[str]:
    for each in component.properties:
        if each.name in ("RRULE", "EXRULE"):
            yield each.value
    for inner in component.components:
        yield from _rules(inner)
