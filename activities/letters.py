"""Letters and announcements as whole mails (RFC 5322, 2045 to 2047, 6047).

Pure, given the despatch, the contacts and the folder of templates: the same input gives the same bytes, so that an
attempt whose outcome is unknown can be repeated with one Message-ID.
"""

import base64
import hashlib
import json
import quopri
import textwrap
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import BytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from jinja2.sandbox import ImmutableSandboxedEnvironment

from activities.itip import calendar_object, clean_line, clean_text, declined_counter
from models.base import write_instant
from models.contacts import Contact, Contacts, StandIn
from models.invitation import Method, Slot, ZonedTime
from models.letters import AnnouncementKind, Despatch, Notice

# Headers are written here line by line and left alone: the standard library folds long words and mixed scripts
# differently from version to version. 7bit, because not every relay takes 8BITMIME.
_POLICY = SMTP.clone(refold_source="none", cte_type="7bit")

_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905


class NoAddressError(LookupError):
    """The contacts name no address for the office; the message says which."""


def recipient(despatch: Despatch, contacts: Contacts) -> str:
    """The address that the despatch goes to: of whoever stands in, while the office is away. Raises NoAddressError."""
    contact = contacts.offices.get(despatch.office)
    if contact is None:
        raise NoAddressError(f"no address for {despatch.office} in the contacts file")
    away = _stand_in(despatch, contacts)
    if not despatch.second_address:
        return away.address if away else contact.address
    if away is not None:
        return contact.address  # rather to the office itself than to nobody
    if contact.second is None:
        raise NoAddressError(f"no second address for {despatch.office} in the contacts file")
    return contact.second


def _stand_in(despatch: Despatch, contacts: Contacts) -> StandIn | None:
    """Who stands in for the office on the day of the despatch, by the office's own calendar."""
    contact = contacts.offices.get(despatch.office)
    return contact.stand_in(despatch.at.astimezone(ZoneInfo(despatch.zone)).date()) if contact else None


def message_id(despatch: Despatch, contacts: Contacts) -> str:
    """The Message-ID with its angle brackets (RFC 5322 section 3.6.4). Raises NoAddressError.

    For an announcement with a calendar object a function of (UID, METHOD, SEQUENCE, DTSTAMP, recipient); otherwise of
    the despatch's key and the recipient.
    """
    address = recipient(despatch, contacts)
    word = despatch.announcement
    if word is None or word.event is None:
        return _id(contacts, "letter", despatch.key, address)
    event = word.event
    stamp = write_instant(event.dtstamp)
    return _id(contacts, "event", event.uid, word.method.value, str(event.sequence), stamp, address)


def compose(despatch: Despatch, contacts: Contacts, templates: Path) -> bytes:
    """The whole message with CRLF line ends.

    Raises NoAddressError, and jinja2.TemplateError where a template is missing, malformed or names what is not there.
    """
    identity = message_id(despatch, contacts)
    parts = _Templates(despatch, contacts, templates)
    contacts = _as_addressed(despatch, contacts)
    message = EmailMessage(_POLICY)
    for name, raw in _headers(despatch, contacts, identity, parts.render("subject")):
        message.set_raw(name, raw)
    word = despatch.announcement
    if word and word.event and word.version:
        _fill_invitation(message, calendar_object(word.event, contacts, word.method), word.method, parts)
    elif word and word.event and word.kind is AnnouncementKind.DECLINECOUNTER:
        _fill_invitation(message, declined_counter(word.event, contacts, word.comment), word.method, parts)
    else:
        _fill_alternative(message, parts)
    for number, part in enumerate(p for p in message.walk() if p.is_multipart()):
        part.set_boundary(f"=_{identity[1:33]}_{number}")
    return message.as_bytes()


def _as_addressed(despatch: Despatch, contacts: Contacts) -> Contacts:
    """With the second address, or that of who stands in, in place of the first where we write to it: a client looks for
    itself in ATTENDEE."""
    address, away = recipient(despatch, contacts), _stand_in(despatch, contacts)
    contact = contacts.offices[despatch.office].model_copy(update={"address": address, "second": address})
    if away is not None and away.name and address == away.address:
        office = contact.name or despatch.office_title
        contact = contact.model_copy(update={"name": f"{away.name}, for {office}"})
    return contacts.model_copy(update={"offices": {**contacts.offices, despatch.office: contact}})


# --- the MIME tree ------------------------------------------------------------------------------------------------


def _fill_invitation(message: EmailMessage, data: bytes, method: Method, parts: "_Templates") -> None:
    """mixed{ alternative{ plain, html, calendar }, attachment } as Outlook, Gmail and Thunderbird all show it."""
    alternative, inline, attached = EmailMessage(_POLICY), EmailMessage(_POLICY), EmailMessage(_POLICY)
    _fill_alternative(alternative, parts)
    # By hand: `add_alternative` would add a Content-Disposition, at which Thunderbird hides its buttons.
    inline["Content-Type"] = "text/calendar"
    inline.set_param("charset", "UTF-8")
    inline.set_param("method", method.value)
    _set_base64(inline, data)
    alternative.attach(inline)
    attached.add_header("Content-Type", "application/ics", name="invite.ics")
    attached.add_header("Content-Disposition", "attachment", filename="invite.ics")
    _set_base64(attached, data)
    message["Content-Type"] = "multipart/mixed"
    message.attach(alternative)
    message.attach(attached)


def _fill_alternative(message: EmailMessage, parts: "_Templates") -> None:
    message["Content-Type"] = "multipart/alternative"
    for subtype, suffix in (("plain", "txt"), ("html", "html")):
        part = EmailMessage(_POLICY)
        part.add_header("Content-Type", f"text/{subtype}", charset="utf-8")
        _set_text(part, parts.text(suffix))
        message.attach(part)


def _set_text(part: EmailMessage, text: str) -> None:
    """By hand: `set_content` writes quoted-printable lines of 78, and 76 is the limit (RFC 2045 section 6.7)."""
    # Readable in a spool as long as it is mostly ASCII; Lao and Khmer are a third of the size in base64.
    if sum(c.isascii() for c in text) <= 0.8 * len(text):
        _set_base64(part, text.replace("\n", "\r\n").encode())
        return
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(quopri.encodestring(text.encode()).decode())


def _set_base64(part: EmailMessage, data: bytes) -> None:
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload("\n".join(textwrap.wrap(base64.b64encode(data).decode(), 76)) + "\n")


# --- headers ------------------------------------------------------------------------------------------------------


def _headers(despatch: Despatch, contacts: Contacts, identity: str, subject: str) -> list[tuple[str, str]]:
    contact = contacts.offices[despatch.office]
    headers = [
        ("From", _mailbox(contacts.organizer.name, contacts.organizer.address)),
        ("To", _mailbox(contact.name or despatch.office_title, contact.address)),
        ("Subject", _phrase(subject)),
        ("Date", format_datetime(despatch.at.replace(microsecond=0))),
        ("Message-ID", identity),
        ("Auto-Submitted", "auto-generated"),  # RFC 3834: nothing answers it by itself
        ("MIME-Version", "1.0"),
    ]
    if despatch.references:
        # One on each line: a Message-ID may be as long as a line allows.
        headers += [("In-Reply-To", despatch.references[-1]), ("References", "\r\n ".join(despatch.references))]
    return headers


def _id(contacts: Contacts, *words: str) -> str:
    digest = hashlib.sha256(json.dumps(words).encode()).hexdigest()[:40]
    return f"<{digest}@{contacts.organizer.address.rpartition('@')[2]}>"


def _mailbox(name: str, address: str) -> str:
    name = clean_line(name)
    if not name:
        return address
    quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    phrase = quoted if _plain(name) and len(quoted) < 60 else _encoded(name)
    return f"{phrase}\r\n <{address}>"


def _phrase(text: str) -> str:
    """An unstructured header value in folded lines of at most 76 characters (RFC 5322 2.2.3, RFC 2047)."""
    text = clean_line(text)
    lines = textwrap.wrap(text, 66, break_long_words=False, break_on_hyphens=False)
    if _plain(text) and all(len(line) <= 66 for line in lines):
        return "\r\n ".join(lines)
    return _encoded(text)


def _plain(text: str) -> bool:
    return text.isascii() and "=?" not in text


def _encoded(text: str) -> str:
    """RFC 2047 encoded words of at most 75 characters, each of whole characters (section 5)."""
    words, chunk = [], b""
    for character in text:
        octets = character.encode()
        if len(chunk) + len(octets) > 39:
            words.append(chunk)
            chunk = b""
        chunk += octets
    words.append(chunk)
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word).decode()}?=" for word in words)


# --- templates ----------------------------------------------------------------------------------------------------


class _Compiled(BytecodeCache):
    """Keeps compiled templates for the life of the process, by the checksum of their source: an edit counts at once."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


class _Templates:
    """The templates of one despatch: those of the office's language, English where one is missing. Read anew each
    time, because a side may edit its own; sandboxed, because it is a side that edits them."""

    def __init__(self, despatch: Despatch, contacts: Contacts, templates: Path) -> None:
        contact = contacts.offices[despatch.office]
        folders = [templates / contact.language, templates / "en"]
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(folders),
            undefined=StrictUndefined,
            bytecode_cache=_COMPILED,
            autoescape=lambda name: name is not None and ".html" in name,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        dates = _Dates(despatch)
        self._environment.filters.update(
            day=dates.day, last_day=dates.last_day, date=_day, moment=_moment, slot=_slot, period=_period
        )
        self._kind = "announcement" if despatch.announcement else "letter"
        self._values = _values(despatch, contacts, contact)

    def text(self, suffix: str) -> str:
        return clean_text(self.render(suffix)).strip("\n") + "\n"

    def render(self, suffix: str) -> str:
        return self._environment.get_template(f"{self._kind}.{suffix}.j2").render(self._values)


def _values(despatch: Despatch, contacts: Contacts, contact: Contact) -> Mapping[str, Any]:
    """What a template may name; docs of the templates list the same names."""
    repeated = set(despatch.repeated)
    new_first = despatch.immediate or not despatch.side
    ordered = sorted(despatch.notices, key=lambda n: (new_first and n.key in repeated, n.since, n.key))
    word, away = despatch.announcement, _stand_in(despatch, contacts)
    return {
        "plan_title": despatch.plan_title,
        "office": contact.name or despatch.office_title,
        "sender": contacts.organizer.name,
        "stand_in": away if away and recipient(despatch, contacts) == away.address else None,
        "at": despatch.at,
        "zone": despatch.zone,
        "period": despatch.period,
        "immediate": new_first,
        "notices": ordered,
        "new": [notice for notice in ordered if notice.key not in repeated],
        "repeated": [notice for notice in ordered if notice.key in repeated],
        "items": _items(ordered),
        "announcement": word,
        "event": word.event if word else None,
    }


def _items(notices: list[Notice]) -> list[str]:
    """The items of the notices, each once: "16.3 Joint Trade Commission 2026"."""
    return list(dict.fromkeys(f"{notice.ref} {notice.title}" for notice in notices))


class _Dates:
    """Instants as the office's own wall clock shows them."""

    def __init__(self, despatch: Despatch) -> None:
        self._zone = ZoneInfo(despatch.zone)
        self._fine = despatch.period < timedelta(hours=1)

    def day(self, instant: datetime) -> str:
        """3 March 2026; in a plan that runs in seconds also the time."""
        local = instant.astimezone(self._zone)
        return f"{_day(local)}, {local:%H:%M:%S}" if self._fine else _day(local)

    def last_day(self, end: datetime) -> str:
        """The last day before an end that is no longer included: a year ends on 31 December."""
        return self.day(end if self._fine else end - timedelta(seconds=1))


def _day(local: date) -> str:
    """3 March 2026"""
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def _moment(time: ZonedTime) -> str:
    """3 March 2026, 09:00 (Asia/Vientiane)"""
    return f"{_day(time.local)}, {time.local:%H:%M} ({time.zone})"


def _slot(slot: Slot) -> str:
    """3 March 2026, 09:00 to 12:00 (Asia/Vientiane); both dates and zones where they differ."""
    start, end = slot.start, slot.end
    if start.zone != end.zone:
        return f"{_moment(start)} to {_moment(end)}"
    until = f"{end.local:%H:%M}" if start.local.date() == end.local.date() else f"{_day(end.local)}, {end.local:%H:%M}"
    return f"{_day(start.local)}, {start.local:%H:%M} to {until} ({start.zone})"


def _period(length: timedelta) -> str:
    """7 days, 1 hour, 20 seconds: the largest unit that divides it."""
    seconds = round(length.total_seconds())
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}{'s' if seconds != size else ''}"
    return f"{seconds} second{'s' if seconds != 1 else ''}"
