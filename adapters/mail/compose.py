"""Composes letters and announcements as mails (RFC 5322, 2045 to 2047, 6047).

The same despatch, contacts and templates give the same bytes. So an attempt with an unknown outcome can be repeated
with the same Message-ID.
"""

import base64
import hashlib
import json
import quopri
import textwrap
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.calendar.event_object import calendar_object, declined_counter
from adapters.mail.templates import Written, write
from adapters.text import clean_line
from models.common.values import write_instant
from models.messages.calendar_event import Method
from models.messages.notices import AnnouncementKind
from models.post.contacts import Contacts, StandIn
from models.post.despatch import Despatch

# This module folds headers itself, because versions of the standard library fold long words and mixed scripts in
# different ways. 7bit, because not every relay takes 8BITMIME.
_POLICY = SMTP.clone(refold_source="none", cte_type="7bit")


class NoAddressError(LookupError):
    """The contacts file has no address for an office. The message names the office."""


def recipient(despatch: Despatch, contacts: Contacts) -> str:
    """Returns the address to which the mail goes. While the office is away, it is the address of its stand-in. With
    `second_address` it is the next address to try. Raises NoAddressError if the contacts file has no such address."""
    contact = contacts.offices.get(despatch.office)
    if contact is None:
        raise NoAddressError(f"no address for {despatch.office} in the contacts file")
    away = _stand_in(despatch, contacts)
    if not despatch.second_address:
        return away.address if away else contact.address
    if away is not None:
        return contact.address  # the stand-in's address was refused: try the office itself
    if contact.second is None:
        raise NoAddressError(f"no second address for {despatch.office} in the contacts file")
    return contact.second


def _stand_in(despatch: Despatch, contacts: Contacts) -> StandIn | None:
    """The stand-in of the office on the day of the despatch, in the zone of the office. None if there is none."""
    contact = contacts.offices.get(despatch.office)
    return contact.stand_in(despatch.at.astimezone(ZoneInfo(despatch.zone)).date()) if contact else None


def message_id(despatch: Despatch, contacts: Contacts) -> str:
    """Returns the Message-ID of the mail, with its angle brackets (RFC 5322 section 3.6.4). Raises NoAddressError if
    the contacts file has no address for the mail.

    It is made from the key of the despatch and the recipient, and from the identity and version of the calendar object
    in the mail, if it carries one. A mail that is composed again has another key, so one Message-ID has one body.
    """
    address = recipient(despatch, contacts)
    word = despatch.announcement
    if word is None or word.event is None or not word.carries_event:
        return _id(contacts, "letter", despatch.key, address)
    event = word.event
    version = (event.uid, word.method.value, str(event.sequence), write_instant(event.dtstamp))
    return _id(contacts, "event", despatch.key, *version, address)


def compose(despatch: Despatch, contacts: Contacts, templates: Path, desk: str = "") -> bytes:
    """Returns the mail as bytes, with CRLF line ends. Raises the same errors as `compose_noting`."""
    return compose_noting(despatch, contacts, templates, desk)[0]


def compose_noting(despatch: Despatch, contacts: Contacts, templates: Path, desk: str = "") -> tuple[bytes, Written]:
    """Returns the mail as bytes, with CRLF line ends, and the words from which it was made. The field `fault` of the
    words says which template failed, if any. `desk` is the address of the desk, to whose pages the mail links. Empty:
    the mail has no such links.

    Raises NoAddressError if the contacts file has no address for the mail. Raises jinja2.TemplateError if the program's
    own English templates fail too.
    """
    identity = message_id(despatch, contacts)
    away = _stand_in(despatch, contacts)
    reached = away is not None and recipient(despatch, contacts) == away.address
    parts = write(despatch, contacts, templates, away if reached else None, desk)
    contacts = _as_addressed(despatch, contacts, parts.stand_in)
    message = EmailMessage(_POLICY)
    for name, raw in _headers(despatch, contacts, identity, parts.subject):
        message.set_raw(name, raw)
    word = despatch.announcement
    if (word and word.event and word.version) or (word and word.event and word.kind is AnnouncementKind.QUESTION):
        _fill_invitation(message, calendar_object(word.event, contacts, word.method), word.method, parts)
    elif word and word.event and word.kind is AnnouncementKind.DECLINECOUNTER:
        _fill_invitation(message, declined_counter(word.event, contacts, word.comment), word.method, parts)
    else:
        _fill_alternative(message, parts)
    for number, part in enumerate(p for p in message.walk() if p.is_multipart()):
        part.set_boundary(f"=_{identity[1:33]}_{number}")
    return message.as_bytes(), parts


def _as_addressed(despatch: Despatch, contacts: Contacts, stand_in: str) -> Contacts:
    """The contacts, with the address to which this mail goes as the only address of the office. A mail program looks
    for its own address among the attendees. `stand_in` is the name of the stand-in, or empty."""
    address = recipient(despatch, contacts)
    contact = contacts.offices[despatch.office].model_copy(update={"address": address, "second": address})
    if stand_in:
        contact = contact.model_copy(update={"name": stand_in})
    return contacts.model_copy(update={"offices": {**contacts.offices, despatch.office: contact}})


# --- the MIME tree ------------------------------------------------------------------------------------------------


def _fill_invitation(message: EmailMessage, data: bytes, method: Method, parts: Written) -> None:
    """Builds mixed{ alternative{ plain, html, calendar }, attachment }. Outlook, Gmail and Thunderbird all understand
    it."""
    alternative, inline, attached = EmailMessage(_POLICY), EmailMessage(_POLICY), EmailMessage(_POLICY)
    _fill_alternative(alternative, parts)
    # Not with `add_alternative`: it adds a Content-Disposition, and then Thunderbird hides its buttons.
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


def _fill_alternative(message: EmailMessage, parts: Written) -> None:
    message["Content-Type"] = "multipart/alternative"
    for subtype, text in (("plain", parts.text), ("html", parts.html)):
        part = EmailMessage(_POLICY)
        part.add_header("Content-Type", f"text/{subtype}", charset="utf-8")
        _set_text(part, text)
        message.attach(part)


def _set_text(part: EmailMessage, text: str) -> None:
    """Encodes a text part. `set_content` is not used, because it writes quoted-printable lines of 78 characters, and 76
    is the limit (RFC 2045 section 6.7)."""
    # Text that is mostly ASCII stays readable in a spool. Lao and Khmer text is three times smaller in base64.
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
        ("Auto-Submitted", "auto-generated"),  # RFC 3834: automatic responders do not answer it
        ("MIME-Version", "1.0"),
    ]
    if despatch.references:
        # Each on its own line, because a Message-ID may be as long as a line.
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
    # An ASCII name is quoted and folded at its spaces, because some readers put a space between encoded words.
    lines = textwrap.wrap(quoted, 68, break_long_words=False, break_on_hyphens=False)
    plain = _plain(name) and all(len(line) <= 68 for line in lines)
    phrase = "\r\n ".join(lines) if plain else _encoded(name)
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
