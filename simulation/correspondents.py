"""The people of a life who answer by mail: late, twice, in the wrong order, with words of their own, and forged."""

import asyncio
import email
import email.policy
import random
import re
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from temporalio.client import Client

from simulation.auditor.evidence import Evidence, Office, SaidByMail
from simulation.engine import Engine
from simulation.loop import VirtualLoop
from simulation.story import Story

DAY = 86400.0
ACTS = {"diligent": 0.97, "mixed": 0.75, "careless": 0.4, "silent": 0.03}
"""How likely an office acts when a letter asks it."""
STRANGER = "mallory@stranger.example"


class Correspondents:
    """The offices of a life, as far as they write mail.

    `mailbox` is the Maildir of the organizer. `arrived` is called when a mail lies there.
    """

    def __init__(
        self,
        story: Story,
        loop: VirtualLoop,
        engine: Engine,
        client: Client,
        evidence: Evidence,
        mailbox: Path,
        arrived: Callable[[], None],
    ) -> None:
        self._story, self._loop, self._engine, self._client = story, loop, engine, client
        self._evidence, self._mailbox, self._arrived = evidence, mailbox, arrived
        self._by_address = {each.address: each for each in evidence.offices.values()}
        self._asked: set[tuple[object, ...]] = set()
        self._acts = self._mails = 0
        self.acted = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def chance(self, *words: object) -> random.Random:
        return random.Random("/".join(map(str, (self._story.seed, *words))))

    def _later(self, seconds: float, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._loop.later(seconds, self._go, work)

    def _go(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = self._loop.create_task(work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _muted(self) -> bool:
        """Counts one more act. Returns whether the story leaves it out."""
        self.acted += 1
        return self.acted in self._story.muted

    def _think_about(self, office: Office, calendar: bytes, chance: random.Random) -> None:
        event = _fields(calendar)
        if chance.random() > ACTS[self._story.temper] * 0.6 or "UID" not in event:
            return
        partstat = chance.choice(("ACCEPTED", "ACCEPTED", "ACCEPTED", "DECLINED", "TENTATIVE"))
        delay = chance.uniform(0.01, 12) * DAY
        manner = chance.choice(("plain",) * 6 + ("words", "twice", "twice", "forged", "skewed", "counter", "changed"))
        self._later(delay, lambda: self._answer(office, event, partstat, manner, chance))
        if manner == "changed":  # the last word comes first, or the first word comes last
            other = "DECLINED" if partstat == "ACCEPTED" else "ACCEPTED"
            again = delay + chance.uniform(-0.5, 2) * DAY
            self._later(max(again, 60.0), lambda: self._answer(office, event, other, "plain", chance))

    async def _answer(
        self, office: Office, event: dict[str, str], partstat: str, manner: str, chance: random.Random
    ) -> None:
        if self._muted():
            return
        self._mails += 1
        now = self._loop.now()
        skew = timedelta(hours=chance.uniform(-30, 30)) if manner == "skewed" else timedelta(seconds=1)
        sender = STRANGER if manner == "forged" else office.address
        method = "COUNTER" if manner == "counter" else "REPLY"
        start, end = event["DTSTART"], event.get("DTEND", event["DTSTART"])
        if method == "COUNTER":
            moved = timedelta(days=chance.randint(1, 20))
            start, end = _moved(start, moved), _moved(end, moved)
        words = "on condition that the agenda is shared" if manner == "words" else ""
        number = f"{self._mails}.{office.name}"
        mail = _reply(event, sender, office.address, partstat, method, now + skew, start, end, words, number)
        data = mail.as_bytes()
        self._evidence.answers.append(
            SaidByMail(
                at=now,
                office=office.name,
                side=office.side,
                uid=event["UID"].partition(":")[2],
                sequence=int(event["SEQUENCE"].partition(":")[2]),
                partstat=partstat,
                method=method,
                message_id=str(mail["Message-ID"]),
                start=_instant(start),
                genuine=manner != "forged",
                plain=not words,
            )
        )
        self.put(data)
        if manner == "twice":
            self._loop.later(chance.uniform(1, 3 * DAY), self.put, data)

    def put(self, data: bytes) -> None:
        """Puts a mail into the mailbox of the organizer."""
        self._acts += 1
        folder = self._mailbox / "new"
        if not folder.is_dir():  # its server delivers it later
            self._loop.later(3600.0, self.put, data)
            return
        (folder / f"{int(self._loop.now().timestamp())}.{self._acts}.office").write_bytes(data)
        self._arrived()


def calendar_in(data: bytes) -> bytes | None:
    """The calendar object in a mail, unfolded. None if the mail has none."""
    if b"text/calendar" not in data:
        return None
    for part in email.message_from_bytes(data, policy=email.policy.default).walk():
        if part.get_content_type() == "text/calendar":
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            return re.sub(rb"\r?\n[ \t]", b"", payload)
    return None


def _fields(calendar: bytes) -> dict[str, str]:
    """The lines of the event by name, each with its parameters."""
    text = calendar.decode()
    text = text[text.index("BEGIN:VEVENT") :]
    found: dict[str, str] = {}
    for line in text.splitlines():
        name = re.match(r"[A-Z-]+", line)
        if name:
            found.setdefault(name.group(), line)
    return found


def _reply(
    event: dict[str, str],
    sender: str,
    attendee: str,
    partstat: str,
    method: str,
    stamp: datetime,
    start: str,
    end: str,
    words: str,
    number: str,
) -> EmailMessage:
    lines = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Example//Mail 1.0//EN",
        "VERSION:2.0",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        event["UID"],
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        event["SEQUENCE"],
        event["ORGANIZER"],
        f"ATTENDEE;PARTSTAT={partstat}:mailto:{attendee}",
        start,
        end,
        event["SUMMARY"],
        *([f"COMMENT:{words}"] if words else []),
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    mail = EmailMessage(SMTP)
    mail["From"], mail["To"] = sender, event["ORGANIZER"].rpartition("mailto:")[2]
    mail["Subject"] = f"{partstat}: {event['SUMMARY'].partition(':')[2]}"
    mail["Message-ID"] = f"<{number}@mail.office.example>"
    mail.set_content("\r\n".join(lines), subtype="calendar", params={"method": method}, cte="base64")
    return mail


def _moved(line: str, by: timedelta) -> str:
    head, _, value = line.rpartition(":")
    zulu = "Z" if value.endswith("Z") else ""
    moved = datetime.strptime(value.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC) + by
    return f"{head}:{moved:%Y%m%dT%H%M%S}{zulu}"


def _instant(line: str) -> datetime | None:
    head, _, value = line.rpartition(":")
    zone = re.search(r"TZID=([^;:]+)", head)
    moment = datetime.fromisoformat(value.rstrip("Z"))
    return moment.replace(tzinfo=ZoneInfo(zone.group(1).strip('"')) if zone else UTC).astimezone(UTC)
