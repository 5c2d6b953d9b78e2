"""Reads the mails that we have sent to an office, from the archive of letters. Answers are compared with them.

The archive of a post room is the folder RECORD/PLAN/letters/OFFICE. Only the newest mails are read.
"""

import contextlib
import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from adapters.inbound import bounds, mime
from adapters.inbound.bodies import bodies
from adapters.inbound.bounds import OutOfBoundsError
from adapters.inbound.ical import Component, calendar_lines, read_calendar, unescaped
from adapters.inbound.times import TimeFaultError, moment

MAILS = 16
"""How many of the newest mails to an office are compared with its answer."""
NOTES = 300
"""Among how many of the newest mails to an office a letter finds the mail that it answers."""
LARGEST = 400_000
"""The most bytes of a mail of ours that are read."""


class SentText(NamedTuple):
    """What one mail of ours says."""

    texts: tuple[str, ...]
    """Its subject, its bodies, and the description of its event."""
    names: tuple[str, ...]
    """The name of its receiver, the guests, the title and the place of its event."""
    dates: frozenset[int]
    """The numbers in the dates and times of its event. Empty if it carries no event."""
    uid: str
    """The UID of its event. Empty if it carries none."""


class SentNote(NamedTuple):
    """Which items one mail of ours was about."""

    message_id: str
    items: tuple[str, ...]
    file: Path
    """The mail itself."""


def texts_sent(root: Path, offices: Iterable[str]) -> list[SentText]:
    """Returns what the newest mails to these offices say, of every plan of the record. A mail that cannot be read is
    left out."""
    found = []
    for office in offices:
        paths = [path for folder in root.glob("*/letters") for path in (folder / office).glob("*.eml")]
        for path in sorted(paths, key=_age)[:MAILS]:
            with contextlib.suppress(OSError, OutOfBoundsError, ValueError):
                if path.stat().st_size <= LARGEST:
                    found.append(_text(path, path.stat().st_mtime_ns))
    return found


def notes_sent(root: Path, office: str) -> Iterator[SentNote]:
    """Yields the notes of the newest mails to an office, the newest first. A note that cannot be read is left out.
    Notes of older releases name no items."""
    paths = [path for folder in root.glob("*/letters") for path in (folder / office).glob("*.sent.json")]
    for path in sorted(paths, key=_age)[:NOTES]:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            note = json.loads(path.read_bytes())
            mail = path.with_name(path.name.removesuffix(".sent.json") + ".eml")
            yield SentNote(str(note["message_id"]), tuple(map(str, note.get("items", ()))), mail)


def subject_of(path: Path) -> str:
    """Returns the subject of a mail of ours. Empty if it cannot be read."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        return mime.header(mime.head(file.read(16_384)), "Subject", bounds.SUBJECT)
    return ""


@lru_cache(maxsize=256)
def _text(path: Path, changed: int) -> SentText:
    message = mime.parsed(path.read_bytes())
    texts = [mime.header(message, "Subject", bounds.SUBJECT), *bodies(message)]
    to = mime.header(message, "To", bounds.LINE).rpartition("<")[0].strip('" ')
    part = next((part for part in message.parts if part.is_calendar), None)
    if part is None:
        return SentText(tuple(texts), (to,), frozenset(), "")
    data = mime.content(part, bounds.CALENDAR_OCTETS)
    calendar = read_calendar(calendar_lines(data, part.charset, bounds.CALENDAR_LINES))
    event = calendar.within("VEVENT")[0]
    title, place, told = (unescaped(event.value(name)) for name in ("SUMMARY", "LOCATION", "DESCRIPTION"))
    guests = [each.parameters.get("CN", "") for each in event.all("ATTENDEE")]
    return SentText((*texts, told), (to, title, place, *guests), _dates(event, calendar), event.value("UID"))


def _dates(event: Component, calendar: Component) -> frozenset[int]:
    """The numbers with which mail programs write the start and the end: also of twelve hours, in UTC, and the Buddhist
    year."""
    found: set[int] = set()
    for name in ("DTSTART", "DTEND"):
        value = event.first(name)
        if value is None:
            continue
        try:
            time = moment(value, calendar)
        except TimeFaultError:
            continue
        offset = round((time.local - time.utc.replace(tzinfo=None)).total_seconds() / 3600)
        found.add(abs(offset))
        for each in (time.local, time.utc):
            found |= {each.year, each.year + 543, each.year % 100, each.month, each.day}
            found |= {each.hour, each.hour % 12 or 12, each.minute, each.second}
    return frozenset(found)


def _age(path: Path) -> float:
    """Returns a number that sorts the newest file first."""
    try:
        return -path.stat().st_mtime
    except OSError:
        return 0.0
