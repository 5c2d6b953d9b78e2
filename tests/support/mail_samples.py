"""Samples for tests of mail: the contacts of one office, an event, despatches, a real SMTP server. All addresses are
`.example`."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

from adapters.program_folders import TEMPLATES
from adapters.settings import Settings
from models.common.times import Slot, ZonedTime
from models.messages.calendar_event import Attendee, CalendarEvent, EventStatus, PartStat
from models.messages.notices import Announcement, AnnouncementKind, Notice
from models.post.contacts import Contacts
from models.post.despatch import Despatch

LAO = "ກອງປະຊຸມຄະນະກຳມາທິການຮ່ວມການຄ້າ"
KHMER = "កិច្ចប្រជុំគណៈកម្មាធិការចម្រុះពាណិជ្ជកម្ម"
UID = "5b0c7a52-3c1f-4f0e-9d3b-6a3c5a5f2b11@aide-memoire.example"

CONTACTS_YAML = """\
organizer:
  name: Aide-Mémoire of the Lao-Cambodia Action Plan
  address: action-plan@secretariat.example
offices:
  lao-moic:
    address: coordinator@moic-lao.example
    second: registry@moic-lao.example
  khm-moc:
    address: focal-point@moc-khm.example
    name: ក្រសួងពាណិជ្ជកម្ម
"""


def contacts(**organizer: str) -> Contacts:
    return Contacts.model_validate(
        {
            "organizer": {
                "name": "Aide-Mémoire of the Lao-Cambodia Action Plan",
                "address": "action-plan@secretariat.example",
                **organizer,
            },
            "offices": {
                "lao-moic": {"address": "coordinator@moic-lao.example", "second": "registry@moic-lao.example"},
                "khm-moc": {"address": "focal-point@moc-khm.example", "name": "ក្រសួងពាណិជ្ជកម្ម"},
            },
        }
    )


def at(day: int, hour: int = 0) -> datetime:
    """An instant in March 2026."""
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def zoned(day: int, hour: int, zone: str = "Asia/Vientiane", offset: int = 7) -> ZonedTime:
    local = datetime(2026, 3, day, hour)  # noqa: DTZ001 (wall time)
    return ZonedTime(local=local, zone=zone, utc=local.replace(tzinfo=UTC) - timedelta(hours=offset))


def event(**changes: Any) -> CalendarEvent:
    values = {
        "uid": UID,
        "sequence": 0,
        "dtstamp": at(1),
        "status": EventStatus.TENTATIVE,
        "summary": "Joint Trade Commission 2026",
        "description": "A date proposed by the Lao side.",
        "location": "Vientiane",
        "slot": Slot(start=zoned(3, 9), end=zoned(3, 12)),
        "attendees": (
            Attendee(office="lao-moic", title="Coordinator, Ministry of Industry and Commerce"),
            Attendee(office="khm-moc", title="Coordinator", partstat=PartStat.ACCEPTED),
        ),
    }
    return CalendarEvent.model_validate(values | changes)


def notice(number: int = 1, **changes: Any) -> Notice:
    values = {
        "key": f"lao-khm/16.3-jtc/2026/propose/1/{number}/lao-moic",
        "item": "lao-khm/16.3-jtc/2026",
        "ref": "16.3",
        "title": "Joint Trade Commission 2026",
        "act": "propose a date",
        "side": "lao",
        "office": "lao-moic",
        "office_title": "Coordinator, Ministry of Industry and Commerce",
        "rung": 1,
        "since": at(number),
        "at": at(number),
    }
    return Notice.model_validate(values | changes)


def announcement(**changes: Any) -> Announcement:
    values = {
        "key": "lao-khm/16.3-jtc/2026/invitation/1/lao-moic",
        "kind": AnnouncementKind.INVITATION,
        "item": "lao-khm/16.3-jtc/2026",
        "ref": "16.3",
        "title": "Joint Trade Commission 2026",
        "office": "lao-moic",
        "office_title": "Coordinator, Ministry of Industry and Commerce",
        "at": at(1),
        "text": "The Lao side proposes 3 March 2026.",
        "event": event(),
    }
    return Announcement.model_validate(values | changes)


def despatch(**changes: Any) -> Despatch:
    values = {
        "key": "lao-moic/2026-03-02T01:00:00Z/1",
        "plan": "lao-khm",
        "plan_title": "Lao-Cambodia Action Plan",
        "office": "lao-moic",
        "office_title": "Coordinator, Ministry of Industry and Commerce",
        "at": at(2, 1),
        "period": timedelta(days=7),
    }
    if not changes.keys() & {"notices", "announcement"}:
        changes["notices"] = (notice(),)
    return Despatch.model_validate(values | changes)


def settings(folder: Path, **changes: Any) -> Settings:
    """Settings with all paths in one folder. It also writes the contacts file there."""
    folder.mkdir(exist_ok=True)
    path = folder / "contacts.yaml"
    if not path.exists():
        path.write_text(CONTACTS_YAML, encoding="utf-8")
    values = {"contacts": path, "templates": TEMPLATES, "record": folder / "record", "smtp_timeout": 2.0}
    return Settings(_env_file=None, **(values | changes))  # type: ignore[call-arg]


@dataclass
class Mailbox:
    """The handler of a real SMTP server. It keeps the mails that it accepts, and gives the answers that a test sets."""

    port: int = 0
    rcpt: str = ""
    mail: str = ""
    data: str = ""
    drop: bool = False
    """True: take the letter, and then close the connection without an answer."""
    hang: bool = False
    """True: take the letter, and then give no answer."""
    letters: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    sessions: int = 0

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        self.sessions += 1
        envelope.mail_from = address
        return self.mail or "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if not self.rcpt:
            envelope.rcpt_tos.append(address)
        return self.rcpt or "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.data:
            return self.data
        self.letters.append(envelope.content)
        self.recipients += envelope.rcpt_tos
        if self.drop:
            server.transport.abort()
        if self.hang:
            await asyncio.sleep(1)
        return "250 accepted"


@asynccontextmanager
async def smtp_server(implicit_tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[Mailbox]:
    """Runs aiosmtpd in the event loop of the test, on a free port of 127.0.0.1. `options` are those of aiosmtpd."""
    mailbox = Mailbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(mailbox, hostname="mx.example", loop=loop, **options), "127.0.0.1", 0, ssl=implicit_tls
    )
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        await server.wait_closed()


def cancelled() -> CalendarEvent:
    return event(status=EventStatus.CANCELLED, sequence=1)


def away(**more: Any) -> Contacts:
    """Contacts in which the office is away from 2 to 4 March, in its own zone."""
    stand_in = {"address": "deputy@moic-lao.example", "name": "Deputy", "first": "2026-03-02", "last": "2026-03-04"}
    who = contacts().model_dump(mode="json", exclude_defaults=True)
    who["offices"]["lao-moic"]["stand_ins"] = [stand_in | more]
    return Contacts.model_validate(who)


def a_round(count: int = 21, **more: Any) -> Despatch:
    """A letter of a status round to one ministry."""
    notices = tuple(
        notice(
            1,
            key=f"k{n}",
            verb="progress",
            act="say how far it has come",
            item=f"lao-khm/20.{n}-x",
            ref=f"20.{n}",
            title=f"Commitment {n}",
            due=at(20),
            readings=("offices",),
        )
        for n in range(count, 0, -1)
    )
    return despatch(notices=notices, **more)
