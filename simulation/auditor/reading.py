"""Reads what a life left behind: mails (RFC 5322), calendar objects (RFC 5545) and lines of the record (JSON)."""

import email
import email.policy
import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from simulation.auditor.evidence import Evidence, SentMail

ENTRY = re.compile(r"^ *\d+\. .*?\[([A-Za-z0-9./-]+)\]\s*\n(?: {3}.*\n)*?   Asked: ", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"\[([A-Za-z0-9./-]+)\]")


@dataclass
class Event:
    """One version of an event, as a mail or a calendar shows it."""

    uid: str
    sequence: int
    method: str
    """REQUEST, CANCEL or another method. Empty in a calendar."""
    status: str
    start: datetime | None
    stamp: str


@dataclass
class Letter:
    """One mail, read."""

    sent: SentMail
    message_id: str
    office: str
    """The office of the address. Empty if the address belongs to none."""
    asks: tuple[str, ...]
    """The names of the items about which the mail asks something: m, or s/2026."""
    event: Event | None
    names: frozenset[str] = frozenset()
    """The names of all items that the mail mentions, in whatever way."""


@dataclass
class Item:
    """One file of the record."""

    id: str
    lines: list[dict[str, Any]]
    faults: list[str] = field(default_factory=list)
    """What is wrong with the file itself."""

    @property
    def close(self) -> dict[str, Any] | None:
        """The line of the close-out. None while the item is open."""
        if len(self.lines) > 1 and self.lines[-1]["verb"] == "view":
            return self.lines[-2]
        return None


@dataclass
class Case:
    """Everything that the auditor knows of one life."""

    evidence: Evidence
    letters: list[Letter]
    """In the order in which the relay took them."""
    items: dict[str, Item]
    rooms: dict[str, Item]
    """The records of the post rooms, by office."""
    inbox: list[dict[str, Any]]

    def of_office(self, office: str) -> list[Letter]:
        return [each for each in self.letters if each.office == office]

    def by_uid(self) -> dict[str, list[Letter]]:
        found: dict[str, list[Letter]] = defaultdict(list)
        for each in self.letters:
            if each.event is not None:
                found[each.event.uid].append(each)
        return found


def case_of(evidence: Evidence) -> Case:
    """Reads the evidence of one life. The folder of the record must still be there."""
    addresses = {each.address: each.name for each in evidence.offices.values()}
    for each in evidence.offices.values():
        addresses[f"deputy.{each.address}"] = each.name
    letters = [_letter(mail, addresses) for mail in sorted(evidence.mails, key=lambda each: each.at)]
    items, rooms, inbox = {}, {}, []
    for path in sorted(evidence.record.rglob("*.jsonl")):
        name = path.relative_to(evidence.record).as_posix().removesuffix(".jsonl")
        read = _file(name, path)
        if name == f"{evidence.plan}/inbox":
            inbox = read.lines
        elif name.startswith(f"{evidence.plan}/office/"):
            rooms[name.rpartition("/")[2]] = read
        else:
            items[name] = read
    return Case(evidence, letters, items, rooms, inbox)


def instant(text: str) -> datetime:
    """Reads an instant of the record."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def _file(name: str, path: Path) -> Item:
    data = path.read_bytes()
    faults, lines = [], []
    if data and not data.endswith(b"\n"):
        faults.append("its last line is torn")
        data = data[: data.rfind(b"\n") + 1]
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            fields = json.loads(line)
        except ValueError:
            faults.append(f"line {number} is no JSON")
            continue
        lines.append(fields)
        if name.endswith("/inbox") and "done" in fields:
            continue
        if fields.get("n") != number:
            faults.append(f"line {number} bears the number {fields.get('n')} ({fields.get('verb')})")
    return Item(name, lines, faults)


def _letter(mail: SentMail, addresses: dict[str, str]) -> Letter:
    message = email.message_from_bytes(mail.data, policy=email.policy.default)
    asks: tuple[str, ...] = ()
    event = None
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "text/plain" and not asks:
            asks = tuple(dict.fromkeys(ENTRY.findall(part.get_content().replace("\r\n", "\n"))))
        elif kind == "text/calendar" and event is None:
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            event = event_of(payload)
    office = addresses.get(mail.to, "")
    names = set(NAMED.findall(str(message["Subject"])))
    for part in message.walk():
        if part.get_content_type() == "text/plain":
            names |= set(NAMED.findall(part.get_content()))
    return Letter(mail, str(message["Message-ID"]).strip(), office, asks, event, frozenset(names))


def event_of(data: bytes) -> Event | None:
    """Reads the event of a calendar object. None if it holds none."""
    text = re.sub(r"\r?\n[ \t]", "", data.decode("utf-8", "replace"))
    method = re.search(r"^METHOD:(.*)$", text, re.MULTILINE)
    begin = text.find("BEGIN:VEVENT")
    if begin < 0:
        return None
    body = text[begin:]
    fields: dict[str, tuple[str, str]] = {}
    for line in body.splitlines():
        found = re.match(r"([A-Z-]+)((?:;[^:]*)?):(.*)$", line)
        if found:
            fields.setdefault(found[1], (found[2], found[3].strip()))
    start = _time(*fields["DTSTART"]) if "DTSTART" in fields else None
    return Event(
        uid=fields.get("UID", ("", ""))[1],
        sequence=int(fields.get("SEQUENCE", ("", "0"))[1]),
        method=method[1].strip() if method else "",
        status=fields.get("STATUS", ("", ""))[1],
        start=start,
        stamp=fields.get("DTSTAMP", ("", ""))[1],
    )


def _time(parameters: str, value: str) -> datetime:
    moment = datetime.fromisoformat(value.rstrip("Z"))
    zone = re.search(r"TZID=([^;:]+)", parameters)
    return moment.replace(tzinfo=ZoneInfo(zone[1].strip('"')) if zone else UTC).astimezone(UTC)
