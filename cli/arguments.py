"""What people type, as the values that acts are made of: wall times, durations, terms, documents."""

import hashlib
import re
import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from cli.errors import BadUsage
from cli.session import Session
from models.acts import Document, Terms, Topic
from models.base import Instant
from models.invitation import Slot, ZonedTime
from models.plan import Format
from models.zones import later, zoned

LARGEST_DOCUMENT = 50_000_000
"""Octets."""


def wall_time(text: str, option: str, *, day: bool = False) -> datetime:
    """A naive wall time; where `day` allows it, a day alone as its first instant."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        if not day:
            raise BadUsage("bad-time", f"{option} {text!r}: say at what time, as in {text}T09:00")
        text = f"{text}T00:00"
    try:
        local = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadUsage("bad-time", f"{option} {text!r}: write it as 2026-12-01T09:00") from error
    if local.tzinfo is not None:
        raise BadUsage("bad-time", f"{option} {text!r}: give the wall time alone, and its zone with --zone")
    return local


def in_zone(local: datetime, zone: str, option: str) -> ZonedTime:
    try:
        return zoned(local, zone)
    except ValueError as error:
        raise BadUsage("bad-time", f"{option}: {error}") from error


def duration(text: str) -> timedelta:
    try:
        length = TypeAdapter(timedelta).validate_python(text)
    except ValidationError as error:
        raise BadUsage("bad-duration", f"--for {text!r}: write an ISO 8601 duration, such as PT3H or P1DT6H") from error
    if not text.startswith("P") or length <= timedelta(0) or length > timedelta(days=60):
        raise BadUsage("bad-duration", f"--for {text!r}: write a duration above zero and up to 60 days, such as PT3H")
    return length


async def until_instant(here: Session, text: str | None, zone: str | None) -> Instant | None:
    """--until in the zone given, else in the plan's."""
    if text is None:
        return None
    name = zone or (await here.plan_in_force()).zone
    return in_zone(wall_time(text, "--until", day=True), name, "--until").utc


def slot_of(start: str | None, zone: str | None, length: str | None) -> Slot:
    missing = [name for name, value in (("--start", start), ("--zone", zone), ("--for", length)) if value is None]
    if missing or start is None or zone is None or length is None:
        raise BadUsage("missing-option", f"a date needs {', '.join(missing)} too")
    begins = in_zone(wall_time(start, "--start"), zone, "--zone")
    return Slot(start=begins, end=later(begins, duration(length)))


class TermsOptions(NamedTuple):
    """The options from which terms are made, as they were typed."""

    value: str | None
    start: str | None
    zone: str | None
    length: str | None
    place: str
    style: Format | None
    host: str | None
    until: str | None
    reason: str


async def terms_of(here: Session, topic: Topic, given: TermsOptions) -> Terms:
    """Terms from the options of `propose` and `counter`. Raises BadUsage for what does not fit the topic."""
    if topic is Topic.DATE:
        if given.value is not None:
            raise BadUsage("bad-usage", f"{given.value!r} is one word too many; write the start as 2026-12-01T09:00")
        slot = slot_of(given.start, given.zone, given.length)
        return Terms(
            topic=topic, slot=slot, place=" ".join(given.place.split()), format=given.style, reason=given.reason
        )
    if topic is Topic.HOST:
        host = given.host or given.value
        if host is None:
            raise BadUsage("missing-option", "say which side hosts: propose ITEM host LAO")
        return Terms(topic=topic, host=host, reason=given.reason)
    if topic is Topic.DROP:
        return Terms(topic=topic, reason=given.reason or given.value or "")
    until = await until_instant(here, given.until or given.value, given.zone)
    if until is None:
        raise BadUsage("missing-option", f"say until when: propose ITEM {topic.value} --until 2027-03-01")
    return Terms(topic=topic, until=until, reason=given.reason)


def document_of(path: Path | None) -> tuple[Document | None, bytes]:
    """What a file is called and contains. Raises BadUsage for one that is too large or cannot be read."""
    if path is None:
        return None, b""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadUsage("bad-file", f"{path} cannot be read: {error.strerror}") from error
    if len(content) > LARGEST_DOCUMENT:
        raise BadUsage("too-large", f"{path} has {len(content)} octets; at most {LARGEST_DOCUMENT} can be filed")
    name = re.sub(r"[^\w.() -]", "_", path.name)[:120]
    return Document(name=name, sha256=hashlib.sha256(content).hexdigest(), size=len(content)), content


async def keep_document(here: Session, document: Document, content: bytes) -> None:
    """Keeps a copy under its digest beside the record, so that what was filed stays readable."""
    kept = here.record / await here.plan() / "documents" / document.sha256 / document.name
    if kept.exists():
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    partial = kept.with_name(f".{uuid.uuid4().hex}")
    partial.write_bytes(content)
    partial.replace(kept)
