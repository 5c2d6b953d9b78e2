"""Reads an incoming calendar object as components and properties, within limits (RFC 5545 section 3).

It does not use the parser of the library icalendar. Strangers write these objects, and each object must be cheap to
read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from adapters.inbound import bounds
from adapters.inbound.bounds import OutOfBoundsError
from adapters.inbound.mime import decoded


class Property(NamedTuple):
    """One property of a calendar object: a line with a name, parameters and a value."""

    name: str
    parameters: dict[str, str]
    """The value of each parameter, by its name in capitals. If a parameter has several values, the first one."""
    value: str
    twice: frozenset[str] = frozenset()
    """The names of the parameters that the line gives twice or more, or with more than one value."""


@dataclass
class Component:
    """One component of a calendar object: the VCALENDAR itself, an event (VEVENT) or a zone (VTIMEZONE)."""

    name: str
    components: list["Component"] = field(default_factory=list)
    lines: dict[str, list[str]] = field(default_factory=dict)
    """The lines of each property of the component, by the name of the property in capitals. The program reads a line
    only when it needs the property."""
    _read: dict[tuple[str, int], list[Property]] = field(default_factory=dict)

    def count(self, name: str) -> int:
        """Returns how many lines of the component have this name."""
        return len(self.lines.get(name, ()))

    def all(self, name: str, most: int = bounds.ATTENDEES) -> list[Property]:
        """Returns the properties with this name, from the first `most` lines. Lines that are no property are left out.
        Raises OutOfBoundsError if a line has too many parameters."""
        if (name, most) not in self._read:
            found = [_property(name, line) for line in self.lines.get(name, ())[:most]]
            self._read[name, most] = [each for each in found if each is not None]
        return self._read[name, most]

    def first(self, name: str) -> Property | None:
        """Returns the first property with this name. None if there is none, or if neither of the first two lines can be
        read."""
        return next(iter(self.all(name, 2)), None)

    def value(self, name: str) -> str:
        """Returns the value of the first property with this name. Empty if there is none."""
        found = self.first(name)
        return found.value.strip() if found else ""

    def within(self, name: str) -> list["Component"]:
        """Returns the components with this name that lie directly in this component."""
        return [each for each in self.components if each.name == name]

    @cached_property
    def zones(self) -> dict[str, "Component"]:
        """The zones that the calendar object describes (VTIMEZONE), by their name (TZID) without escapes. If two have
        the same name, the first one counts.

        In a VTIMEZONE the name is a text, in which some programs escape a comma. In a parameter nothing is escaped.
        """
        return {unescaped(each.value("TZID")): each for each in reversed(self.within("VTIMEZONE"))}


def read_calendar(lines: list[str]) -> Component:
    """Returns the one calendar object (VCALENDAR) in the lines. Raises OutOfBoundsError if there is not exactly one, or
    if it is faulty or beyond a limit. The message says what is wrong."""
    calendars = list(_components(lines))
    if len(calendars) != 1:
        raise OutOfBoundsError(f"it holds {len(calendars)} calendars where one is read")
    [calendar] = calendars
    if calendar.count("METHOD") > 1:
        raise OutOfBoundsError("its calendar says METHOD twice")
    for rule in _rules(calendar):
        if _TOO_OFTEN.search(rule):
            raise OutOfBoundsError("its calendar recurs by the second, minute or hour")
    return calendar


_TOO_OFTEN = re.compile(r"FREQ=(SECONDLY|MINUTELY|HOURLY)", re.IGNORECASE)


def calendar_lines(data: bytes, charset: str, most: int = bounds.CALENDAR_LINES) -> list[str]:
    """Returns the unfolded lines of a calendar (a long line is folded into several). Raises OutOfBoundsError if there
    are more than `most` lines, or NUL bytes.

    It unfolds the lines before it decodes them, because a fold may split a UTF-8 sequence (section 3.1).
    """
    if charset.startswith(("utf-16", "utf-32", "utf16", "utf32")):
        data = decoded(data, charset).encode("utf-8", "replace")
        charset = "utf-8"
    if b"\0" in data:
        raise OutOfBoundsError("its calendar holds NUL bytes")
    data = data.removeprefix(b"\xef\xbb\xbf")
    text = decoded(re.sub(rb"(?:\r?\n|\r)[ \t]", b"", data), charset).removeprefix("\ufeff")
    lines = [line for line in re.split(r"\r\n|\r|\n", text) if line.strip()]
    if len(lines) > most:
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
        elif stack and (match := _NAME.match(line)):
            stack[-1].lines.setdefault(match[1].upper(), []).append(line[match.end() :])
        # What stands outside of a component, or is no property, says nothing.
    if stack:
        raise OutOfBoundsError(f"its calendar is torn: {stack[-1].name[:40]} does not end")


_NAME = re.compile(r"\s*+([A-Za-z0-9-]{1,100}+)\s*+(?=[;:])")
_PARAMETER = re.compile(r';([^=";:]{0,100}+)[^=";:]*+=?((?:[^";:]++|"[^"]*+")*+)')


def _property(name: str, line: str) -> Property | None:
    """Reads the parameters and the value behind the name of a property (section 3.1).

    Returns None for a line that is no property. Raises OutOfBoundsError.
    """
    at = 0
    parameters: dict[str, str] = {}
    twice: set[str] = set()
    for _ in range(bounds.PARAMETERS + 1):
        found = _PARAMETER.match(line, at)
        if found is None:
            break
        at = found.end()
        key = found[1].strip().upper()
        value, more = _parameter(found[2])
        if key in parameters or more:
            twice.add(key)
        parameters.setdefault(key, value)
    else:
        raise OutOfBoundsError(f"a line of its calendar has more than the {bounds.PARAMETERS} parameters that are read")
    if not line.startswith(":", at):
        return None  # a quotation that does not end
    return Property(name, parameters, line[at + 1 :], frozenset(twice))


_CARETS = {"^n": "\n", "^'": '"', "^^": "^"}


def _parameter(value: str) -> tuple[str, bool]:
    """Returns the first value without quotes (section 3.2) and carets (RFC 6868), and whether more text follows."""
    value = value[: 2 * bounds.VALUE].strip()
    quoted = value.startswith('"')
    plain, _, more = value[1:].partition('"') if quoted else value.partition(",")
    if "^" in plain:
        plain = re.sub(r"\^[n'^]", lambda match: _CARETS[match.group()], plain)
    return plain[: bounds.VALUE], bool(more.strip())


def unescaped(text: str) -> str:
    """Returns a text value of a property without its escapes (RFC 5545 section 3.3.11). It cuts a text that is too
    long."""
    text = text[: 2 * bounds.VALUE]
    return re.sub(r"\\(.)", lambda match: "\n" if match.group(1) in "nN" else match.group(1), text).strip()


def _rules(component: Component) -> Iterator[str]:
    """Yields the lines of all recurrence rules, without their names."""
    for name in ("RRULE", "EXRULE"):
        yield from component.lines.get(name, ())
    for inner in component.components:
        yield from _rules(inner)
