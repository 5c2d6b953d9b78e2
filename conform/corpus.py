"""The mails and calendar objects that the judges read. They are the same in every run, and have every method, several
zones and several scripts."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from adapters.calendar.event_object import calendar_object
from adapters.mail.compose import compose
from adapters.program_folders import TEMPLATES
from models.common.times import Slot, ZonedTime
from models.messages.calendar_event import EventStatus, PartStat
from models.messages.notices import AnnouncementKind
from tests.support.mail_samples import KHMER, LAO, announcement, contacts, despatch, event
from tests.support.wire import mail, objects
from tests.support.wire.readers import expected

LIVES = 60
TEXTS = [
    "Joint Trade Commission 2026",
    LAO * 15,
    KHMER * 12,
    "Commas, semicolons; colons: \\n and \\N and \\\\",
    "two\nlines\r\nand\u2028three",
    'x"\r\nATTENDEE;CN="y":mailto:evil@evil.example',
    "𝔘" * 100 + "\u200b" + "^n^'^^",
    "=?utf-8?q?x?= <b>&amp;</b>",
    " leading and trailing ",
]
ZONES = ["Asia/Vientiane", "Asia/Phnom_Penh", "Asia/Yangon", "Europe/Paris", "America/New_York", "UTC"]


@dataclass(frozen=True)
class Case:
    name: str
    mail: bytes
    calendar: bytes
    said: dict[str, Any]
    """The values that a reader should find in the calendar object."""

    def write(self, folder: Path) -> None:
        (folder / f"{self.name}.eml").write_bytes(self.mail)
        (folder / f"{self.name}.ics").write_bytes(self.calendar)
        said = {key: _plain(value) for key, value in self.said.items()}
        (folder / f"{self.name}.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")


def _plain(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def cases() -> Iterator[Case]:
    """Yields the mails of several events. Each event is proposed, moved, confirmed and cancelled. In between, a
    counter-proposal is declined and one office is removed."""
    chance = random.Random(1)
    for life in range(LIVES):
        text, name = chance.choice(TEXTS), chance.choice(TEXTS)
        first, second = _slot(chance), _slot(chance)
        values: dict[str, Any] = {"uid": f"{life}@aide-memoire.example", "summary": text, "location": name}
        steps: list[tuple[AnnouncementKind, dict[str, Any]]] = [
            (AnnouncementKind.INVITATION, {"slot": first}),
            (AnnouncementKind.INVITATION, {"slot": second, "sequence": 1}),
            (AnnouncementKind.INVITATION, {"slot": second, "sequence": 2, "status": EventStatus.CONFIRMED}),
            (AnnouncementKind.DECLINECOUNTER, {"slot": second, "sequence": 2, "status": EventStatus.CONFIRMED}),
            (AnnouncementKind.CANCELLATION, {"slot": second, "sequence": 3, "removes": True}),
            (AnnouncementKind.CANCELLATION, {"slot": second, "sequence": 3}),
        ]
        references: tuple[str, ...] = ()
        for number, (kind, changes) in enumerate(steps):
            if kind is AnnouncementKind.CANCELLATION:
                changes["status"] = EventStatus.CANCELLED
            if changes.get("removes"):
                changes["attendees"] = event().attendees[:1]
            stamp = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=life, minutes=number)
            word = announcement(
                kind=kind, event=event(**{**values, **changes, "dtstamp": stamp}), comment=name, text=text, title=text
            )
            letter = compose(
                despatch(key=f"{life}/{number}", announcement=word, references=references),
                contacts(name=chance.choice(TEXTS)),
                TEMPLATES,
            )
            references = (mail.read(letter).one("Message-ID"),)
            calendar = mail.calendar_of(letter)
            assert calendar is not None
            name_of_case = f"{life:02}-{number}-{objects.read(calendar).all('METHOD')[0].value.lower()}"
            yield Case(name_of_case, letter, calendar, expected(objects.read(calendar)))


def at_rest() -> Iterator[tuple[str, bytes]]:
    """Yields objects as calendars keep them: without METHOD, in each status and with each text."""
    for number, status in enumerate(EventStatus):
        for text in TEXTS:
            attendees = [each.model_copy(update={"partstat": PartStat.ACCEPTED}) for each in event().attendees]
            kept = event(status=status, summary=text, sequence=number, attendees=tuple(attendees))
            yield f"rest-{number}-{TEXTS.index(text)}", calendar_object(kept, contacts(), None)


def _slot(chance: random.Random) -> Slot:
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=30 * chance.randrange(2 * 24 * 365 * 4))
    return Slot(start=_zoned(chance, start), end=_zoned(chance, start + timedelta(hours=chance.randrange(1, 60))))


def _zoned(chance: random.Random, moment: datetime) -> ZonedTime:
    zone = chance.choice(ZONES)
    return ZonedTime(local=moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None), zone=zone, utc=moment)


def write(folder: Path) -> int:
    """Writes NAME.eml, NAME.ics and NAME.json (the expected values). Objects of calendars have no mail. Returns the
    number of objects."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for case in cases():
        case.write(folder)
    for name, data in at_rest():
        (folder / f"{name}.ics").write_bytes(data)
        said = {key: _plain(value) for key, value in expected(objects.read(data)).items()}
        (folder / f"{name}.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    return len(list(folder.glob("*.ics")))
