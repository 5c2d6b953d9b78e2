"""Reads a calendar object with two other parsers, and compares their results with `objects.py`.

The parsers are `vobject` and `ical`. They share no code with `icalendar`, which builds the objects.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import vobject
from ical.calendar_stream import IcsCalendarStream

from tests.support.wire.objects import Component, Fault, instant, read, unescaped


def faults_of_readers(data: bytes) -> Iterator[Fault]:
    """Yields a fault if another parser refuses the object, or reads a different instant, address or text."""
    calendar = read(data)
    for name, reader in (("vobject", _by_vobject), ("ical", _by_ical)):
        try:
            got = reader(data)
        except Exception as error:
            yield Fault(name, f"refuses it: {type(error).__name__} {str(error)[:200]}")
            continue
        for key, value in expected(calendar).items():
            if got.get(key) != value:
                yield Fault(name, f"reads {key} as {got.get(key)!r}, not {value!r}")


def expected(calendar: Component) -> dict[str, Any]:
    """The values that a reader should find, read by `tests/support/wire/objects.py`. `make conform` uses them too."""
    event = calendar.named("VEVENT")[0]
    method = calendar.one("METHOD")
    said: dict[str, Any] = {
        "uid": event.all("UID")[0].value,
        "method": method.value if method else None,
        "attendees": sorted(line.value for line in event.all("ATTENDEE")),
        "organizer": event.all("ORGANIZER")[0].value,
        "names": sorted(line.parameters["CN"][0] for line in event.all("ATTENDEE")),
    }
    for name in ("SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT"):
        line = event.one(name)
        said[name.lower()] = unescaped(line.value) if line else None
    if event.all("DTSTART"):
        said |= {"start": instant(calendar, "DTSTART"), "end": instant(calendar, "DTEND")}
    return said


def _by_vobject(data: bytes) -> dict[str, Any]:
    calendar = vobject.readOne(data.decode())
    event = calendar.vevent

    def value(name: str) -> Any:
        child = getattr(event, name, None)
        return child.value if child is not None else None

    people = event.contents.get("attendee", [])
    return {
        "uid": event.uid.value,
        "method": calendar.method.value if hasattr(calendar, "method") else None,
        "attendees": sorted(person.value for person in people),
        "names": sorted(person.params["CN"][0] for person in people),
        "organizer": event.organizer.value,
        "start": _utc(value("dtstart")),
        "end": _utc(value("dtend")),
        **{name: value(name) for name in ("summary", "description", "location", "comment")},
    }


def _by_ical(data: bytes) -> dict[str, Any]:
    calendar = IcsCalendarStream.calendar_from_ics(data.decode())
    (event,) = calendar.events
    return {
        "uid": event.uid,
        "method": calendar.method,
        "attendees": sorted(person.uri for person in event.attendees),
        "names": sorted(person.common_name or "" for person in event.attendees),
        "organizer": event.organizer.uri if event.organizer else None,
        "start": _utc(event.dtstart),
        "end": _utc(event.dtend),
        "summary": event.summary or None,
        "description": event.description or None,
        "location": event.location or None,
        "comment": event.comment[0] if event.comment else None,
    }


def _utc(moment: Any) -> datetime | None:
    return moment.astimezone(UTC) if isinstance(moment, datetime) else None
