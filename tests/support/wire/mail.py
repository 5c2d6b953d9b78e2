"""Strict checks of mails, as bytes. They are written from RFC 5322, 2045 to 2047, 3834 and 6047.

This module parses a mail itself, because the standard library would accept its own mistakes.
"""

import base64
import binascii
import quopri
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from itertools import pairwise

from tests.support.wire import objects
from tests.support.wire.objects import Fault

ONCE = ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type")
"""The headers that each of our mails has exactly once."""

_MESSAGE_ID = r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>"
_WORD = re.compile(r"=\?([^?]*)\?([^?]*)\?([^?]*)\?=")
_ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+"
_MAILBOX = re.compile(rf'(?:(?:"(?:[^"\\\x00-\x1f]|\\.)*"|[^"<>@,;:]*)\s*<({_ADDRESS})>|({_ADDRESS}))')

INVITATION = (
    "multipart/mixed",
    [("multipart/alternative", ["text/plain", "text/html", "text/calendar"]), "application/ics"],
)
LETTER = ("multipart/alternative", ["text/plain", "text/html"])


@dataclass
class Part:
    """A MIME entity: its unfolded headers in their order, and its encoded body."""

    headers: list[tuple[str, str]]
    body: bytes
    parts: list["Part"] = field(default_factory=list)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def one(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    @property
    def kind(self) -> str:
        return self.one("Content-Type").split(";")[0].strip().lower()

    def parameter(self, header: str, name: str) -> str:
        match = re.search(rf';\s*{name}=(?:"([^"]*)"|([^\s;"]+))', self.one(header), re.IGNORECASE)
        return (match[1] or match[2] or "") if match else ""

    def tree(self) -> object:
        return (self.kind, [part.tree() for part in self.parts]) if self.parts else self.kind

    def octets(self) -> bytes:
        """The decoded bytes of the body. Raises ValueError if it is no base64."""
        encoding = self.one("Content-Transfer-Encoding").lower()
        if encoding == "base64":
            return base64.b64decode(self.body.replace(b"\r\n", b""), validate=True)
        return quopri.decodestring(self.body) if encoding == "quoted-printable" else self.body

    def walk(self) -> Iterator["Part"]:
        yield self
        for part in self.parts:
            yield from part.walk()


def faults(data: bytes) -> list[Fault]:
    """All faults of a mail and of its calendar object. Empty if there are none."""
    found = list(_octets(data))
    try:
        mail = read(data)
    except ValueError as error:
        return [*found, Fault("mime", str(error))]
    found += _headers(mail)
    found += _tree(mail)
    return found


def calendar_of(data: bytes) -> bytes | None:
    """The calendar object in a mail. None if it has none."""
    return next((part.octets() for part in read(data).walk() if part.kind == "text/calendar"), None)


def _octets(data: bytes) -> Iterator[Fault]:
    if re.search(rb"(?<!\r)\n|\r(?!\n)", data):
        yield Fault("crlf", "a line ends in something else than CRLF")
    if not data.isascii():
        yield Fault("ascii", "there are octets above 127, and not every relay takes 8BITMIME")
    if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", data):
        yield Fault("control", "there is a control character")
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if len(line) > 998 or (len(line) > 78 and not re.search(rb"[<@]", line)):
            yield Fault("header line", f"a header line has {len(line)} octets: {line[:60]!r}")
        if not line.strip():
            yield Fault("header line", "a header line holds nothing but white space")
    for line in body.split(b"\r\n"):
        if len(line) > 998:
            yield Fault("body line", f"a line has {len(line)} octets")
    if not data.endswith(b"\r\n"):
        yield Fault("crlf", "the last line does not end")


# --- taking it apart ----------------------------------------------------------------------------------------------


def read(data: bytes) -> Part:
    """Parses a mail into a tree of parts. Raises ValueError if headers or boundaries do not follow the grammar."""
    head, separator, body = data.partition(b"\r\n\r\n")
    if not separator:
        raise ValueError("there is no empty line after the headers")
    headers = []
    for line in re.sub(r"\r\n(?=[ \t])", "", head.decode("latin-1")).split("\r\n"):
        match = re.fullmatch(r"([!-9;-~]+): ?(.*)", line)
        if match is None:
            raise ValueError(f"this is no header: {line[:80]!r}")
        headers.append((match[1], match[2]))
    part = Part(headers, body)
    if part.kind.startswith("multipart/"):
        part.parts = [read(each) for each in _between(body, part.parameter("Content-Type", "boundary"))]
    return part


def _between(body: bytes, boundary: str) -> list[bytes]:
    if not re.fullmatch(r"[0-9A-Za-z'()+_,./:=? -]{1,69}[0-9A-Za-z'()+_,./:=?-]", boundary):
        raise ValueError(f"this is no boundary: {boundary!r}")
    delimiter = b"--" + boundary.encode()
    lines = body.split(b"\r\n")
    at = [number for number, line in enumerate(lines) if line.startswith(delimiter)]
    if len(at) < 2 or lines[at[-1]] != delimiter + b"--" or any(lines[number] != delimiter for number in at[:-1]):
        raise ValueError("the boundaries of a multipart do not open and close it")
    return [b"\r\n".join(lines[a + 1 : b]) for a, b in pairwise(at)]


def decoded(value: str) -> str:
    """A header value with its encoded words decoded (RFC 2047 section 6.2). Raises ValueError for a malformed one."""

    def word(match: re.Match[str]) -> str:
        octets = base64.b64decode(match[3], validate=True) if match[2].lower() == "b" else _q(match[3])
        return octets.decode(match[1])

    joined = re.sub(r"(=\?[^?]*\?[^?]*\?[^?]*\?=)\s+(?==\?)", r"\1", value)
    return _WORD.sub(word, joined)


def _q(text: str) -> bytes:
    return quopri.decodestring(text.replace("_", " ").encode())


# --- headers ------------------------------------------------------------------------------------------------------


def _headers(mail: Part) -> Iterator[Fault]:
    counts = Counter(name for name, _ in mail.headers)
    for name in ONCE:
        if counts[name] != 1:
            yield Fault("header count", f"{name} stands there {counts[name]} times")
    for name in set(counts) - {*ONCE, "In-Reply-To", "References"}:
        yield Fault("header unknown", f"there is a header {name}")
    for name in ("In-Reply-To", "References"):
        if counts[name] > 1:
            yield Fault("header count", f"{name} stands there {counts[name]} times")
    for name, value in mail.headers:
        yield from _words(name, value)
    for name in ("From", "To"):
        if not _MAILBOX.fullmatch(mail.one(name).strip()):
            yield Fault("mailbox", f"{name} is not one mailbox: {mail.one(name)!r}")
    if re.match(r"(?i)(no|do-?not)-?reply", address_of(mail, "From")):
        yield Fault("mailbox", "answers go nowhere")
    if mail.one("Auto-Submitted") != "auto-generated":
        yield Fault("auto-submitted", mail.one("Auto-Submitted"))
    if mail.one("MIME-Version") != "1.0":
        yield Fault("mime", f"MIME-Version is {mail.one('MIME-Version')!r}")
    if not re.fullmatch(r"\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}", mail.one("Date")) or not _day(mail):
        yield Fault("date", mail.one("Date"))
    yield from _thread(mail)


def _day(mail: Part) -> bool:
    try:
        moment = parsedate_to_datetime(mail.one("Date"))
    except ValueError:
        return False
    return moment.strftime("%a") == mail.one("Date")[:3]


def _thread(mail: Part) -> Iterator[Fault]:
    identity = mail.one("Message-ID")
    if not re.fullmatch(_MESSAGE_ID, identity):
        yield Fault("message-id", identity)
    answered, references = mail.one("In-Reply-To"), mail.one("References").split()
    if not all(re.fullmatch(_MESSAGE_ID, each) for each in references):
        yield Fault("references", f"References is {mail.one('References')!r}")
    if answered != (references[-1] if references else ""):
        yield Fault("references", "In-Reply-To is not the last of References (RFC 5322 section 3.6.4)")
    if identity in references or len(references) != len(set(references)):
        yield Fault("references", "a message refers to itself, or twice to another")


def address_of(mail: Part, header: str) -> str:
    match = _MAILBOX.fullmatch(mail.one(header).strip())
    return (match[1] or match[2]) if match else ""


def _words(name: str, value: str) -> Iterator[Fault]:
    for match in _WORD.finditer(value):
        if len(match[0]) > 75 or match[1].lower() != "utf-8" or match[2].lower() not in "bq":
            yield Fault("encoded word", f"{name}: {match[0]}")
        try:
            decoded(match[0])
        except (ValueError, binascii.Error):
            yield Fault("encoded word", f"{name} splits a character: {match[0]}")
    for quoted in re.findall(r'"(?:[^"\\]|\\.)*"', value) if name in ("From", "To") else ():
        if "=?" in quoted:
            yield Fault("encoded word", f"{name} has one within quotation marks (RFC 2047 section 5)")
    try:
        if re.search(r"[\x00-\x1f\x7f]", decoded(value)):
            yield Fault("encoded word", f"{name} hides a control character")
    except ValueError:
        return


# --- the tree -----------------------------------------------------------------------------------------------------


def _tree(mail: Part) -> Iterator[Fault]:
    if mail.tree() not in (INVITATION, LETTER):
        yield Fault("tree", f"the parts are {mail.tree()}")
        return
    for part in mail.walk():
        if part is not mail and "MIME-Version" in dict(part.headers):
            yield Fault("part", "a part has a MIME-Version of its own")
        if not part.parts:
            yield from _leaf(part)
    if mail.tree() == INVITATION:
        yield from _invitation(mail)


def _leaf(part: Part) -> Iterator[Fault]:
    if part.one("Content-Transfer-Encoding").lower() not in ("base64", "quoted-printable", "7bit"):
        yield Fault("encoding", f"{part.kind} is {part.one('Content-Transfer-Encoding') or 'not encoded'}")
    for line in part.body.split(b"\r\n"):
        if len(line) > 76 and part.one("Content-Transfer-Encoding").lower() != "7bit":
            yield Fault("encoding", f"an encoded line of {part.kind} has {len(line)} octets (RFC 2045 section 6)")
            break
    try:
        octets = part.octets()
        if part.kind.startswith("text/"):
            if part.parameter("Content-Type", "charset").lower() != "utf-8":
                yield Fault("charset", f"{part.kind} is {part.parameter('Content-Type', 'charset')!r}")
            if not octets.decode().strip():
                yield Fault("charset", f"{part.kind} is empty")
    except (ValueError, binascii.Error) as error:
        yield Fault("encoding", f"{part.kind} cannot be decoded: {error}")


def _invitation(mail: Part) -> Iterator[Fault]:
    *_, inline, attached = mail.walk()
    if {name.lower() for name, _ in inline.headers} != {"content-type", "content-transfer-encoding"}:
        yield Fault("inline", f"the calendar part has {[name for name, _ in inline.headers]}")
    if inline.parameter("Content-Type", "name"):
        yield Fault("inline", "the calendar part has a name")
    if inline.one("Content-Transfer-Encoding").lower() != "base64":
        yield Fault("inline", "the calendar part is not base64")
    if not attached.one("Content-Disposition").startswith("attachment"):
        yield Fault("attachment", "the attachment is not one")
    if attached.parameter("Content-Disposition", "filename") != "invite.ics":
        yield Fault("attachment", "the attachment is not called invite.ics")
    try:
        data = inline.octets()
        if data != attached.octets():
            yield Fault("attachment", "the attachment and the calendar part differ")
        yield from objects.faults(data)
        calendar = objects.read(data)
    except (ValueError, binascii.Error):
        return
    method = calendar.one("METHOD")
    if method is None or inline.parameter("Content-Type", "method") != method.value:
        yield Fault("method", f"MIME says {inline.parameter('Content-Type', 'method')!r} and METHOD {method}")
    for event in calendar.named("VEVENT"):
        yield from _parties(mail, event)


def _parties(mail: Part, event: objects.Component) -> Iterator[Fault]:
    organizers = [line.value for line in event.all("ORGANIZER")]
    if organizers != [f"mailto:{address_of(mail, 'From')}"]:
        yield Fault("organizer", f"it comes from {address_of(mail, 'From')}, and the ORGANIZER is {organizers}")
    attendees = [line.value for line in event.all("ATTENDEE")]
    if attendees and f"mailto:{address_of(mail, 'To')}" not in attendees:
        yield Fault("recipient", f"it goes to {address_of(mail, 'To')}, who is no ATTENDEE")
