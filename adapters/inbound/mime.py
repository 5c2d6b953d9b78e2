"""Reads the MIME tree of an incoming message, within limits (RFC 2045 to 2047, 2231, 5322).

The parser of the standard library reads every byte of every part in Python, and some headers in quadratic time. This
parser finds the lines between the parts with one search, and decodes only the parts that are needed.
"""

import binascii
import codecs
import html
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from encodings import normalize_encoding
from encodings.aliases import aliases
from functools import cached_property
from string import ascii_lowercase, ascii_uppercase
from urllib.parse import unquote_to_bytes

from adapters.inbound import bounds
from adapters.inbound.bounds import OutOfBoundsError
from adapters.text import line_of_mail

_CALENDAR_TYPES = {"text/calendar", "application/ics", "text/x-vcalendar", "application/calendar", "text/ics"}
_MESSAGE = "message/rfc822"


@dataclass(frozen=True, eq=False)
class Part:
    """A message, or a part of a message: its raw headers, and the place of its content in the message."""

    raw: bytes
    """The whole message. Its lines end in LF."""
    headers: tuple[tuple[str, bytes], ...]
    """The headers of the part: each name in lower case, and its raw value with its line ends."""
    start: int
    """The index in `raw` at which the content of the part begins."""
    end: int
    """The index in `raw` at which the content of the part ends. The byte at this index is not included."""
    default: str = "text/plain"
    """The content type of the part if its headers name no type."""

    def all(self, name: str) -> list[bytes]:
        """Returns the raw values of all headers with this name. `name` must be in lower case."""
        return [value for each, value in self.headers if each == name]

    def first(self, name: str) -> str:
        """Returns the value of the first header with this name, cut at a limit. Empty if there is no such header.
        `name` must be in lower case."""
        return next((text_of(value[: 2 * bounds.HEADER]) for each, value in self.headers if each == name), "")

    @cached_property
    def type(self) -> str:
        """The content type in lower case, for example text/plain."""
        value = self.first("content-type")
        kind = value[: bounds.HEADER].partition(";")[0].strip().lower()
        if not value:
            return self.default
        return kind if kind.count("/") == 1 else "text/plain"

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The parameters of the Content-Type, by name in lower case."""
        return parameters(self.first("content-type"))

    @cached_property
    def filename(self) -> str:
        """The file name that the headers of the part give. Empty if they give no name."""
        disposition = parameters(self.first("content-disposition"))
        return (disposition.get("filename") or self.parameters.get("name", "")).strip()

    @cached_property
    def charset(self) -> str:
        """The charset of the part in lower case: utf-8 if its headers name none."""
        return self.parameters.get("charset", "").strip().lower() or "utf-8"

    @cached_property
    def encoding(self) -> str:
        """The transfer encoding of the part in lower case, for example base64. Empty if its headers name none."""
        return self.first("content-transfer-encoding").strip().lower()

    @cached_property
    def boundary(self) -> bytes:
        """The boundary (the text in the lines between the parts) of a multipart. Empty for every other part, and for a
        boundary that is too long."""
        named = self.parameters.get("boundary", "").rstrip() if self.type.startswith("multipart/") else ""
        return named.encode("utf-8", "replace") if len(named) <= bounds.BOUNDARY else b""

    @cached_property
    def is_calendar(self) -> bool:
        """True: the type, the file name or the first line of the part says that the part is a calendar object."""
        if self.type in _CALENDAR_TYPES or self.filename.lower().endswith(".ics"):
            return True
        if self.type != "text/plain":
            return False
        return content(self, 1000).lstrip(b"\xef\xbb\xbf \r\n").startswith(b"BEGIN:VCALENDAR")

    @cached_property
    def parts(self) -> tuple["Part", ...]:
        """All parts in order, without the multiparts around them. An attached message counts as one part.

        A multipart without any boundary line counts as one part too. Raises OutOfBoundsError if there are too many
        parts.
        """
        return tuple(_leaves(self))


def parsed(raw: bytes) -> Part:
    """Reads the headers of a message, and returns the message as a Part. Raises OutOfBoundsError if the message is
    beyond a limit."""
    if len(raw) > bounds.OCTETS:
        raise OutOfBoundsError(f"it has {len(raw):,} bytes; up to {bounds.OCTETS:,} are read")
    if b"\0" in raw:
        raise OutOfBoundsError("it holds NUL bytes")
    if max(raw.count(b"\n"), raw.count(b"\r")) > bounds.LINES:
        raise OutOfBoundsError(f"it has more than {bounds.LINES:,} lines")
    raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    headers, start = _head(raw, 0, len(raw), bounds.HEAD_OCTETS, bounds.HEADERS)
    return Part(raw, headers, start, len(raw))


def _leaves(message: Part) -> Iterator[Part]:
    stack = [(message, 0)]
    seen = 0
    dashes: list[int] | None = None
    while stack:
        part, depth = stack.pop()
        seen += 1
        if seen > bounds.PARTS or depth > bounds.DEPTH:
            raise OutOfBoundsError(f"it has more than {bounds.PARTS} parts, or is nested deeper than {bounds.DEPTH}")
        if not part.boundary:
            yield part
            continue
        if dashes is None:
            dashes = _dashes(message)
        children = _children(part, dashes)
        if not children:
            yield part
        stack += [(child, depth + 1) for child in reversed(children)]


def _dashes(message: Part) -> list[int]:
    """Returns the places of all lines that begin with two dashes. One search serves all multiparts of the message."""
    found: list[int] = []
    at = message.raw.find(b"\n--", max(message.start - 1, 0))
    while at >= 0:
        found.append(at)
        if len(found) > bounds.DASHES:
            raise OutOfBoundsError(f"more than {bounds.DASHES:,} of its lines begin with two dashes")
        at = message.raw.find(b"\n--", at + 1)
    return found


def _children(part: Part, dashes: list[int]) -> list[Part]:
    """Returns the parts of a multipart, which lie between the lines with its boundary (RFC 2046 section 5.1.1)."""
    raw, boundary = part.raw, part.boundary
    default = _MESSAGE if part.type == "multipart/digest" else "text/plain"
    children: list[Part] = []
    begins = -1
    for at in dashes[bisect_left(dashes, part.start - 1) :]:
        if at >= part.end or len(children) > bounds.PARTS:
            break
        if not raw.startswith(boundary, at + 3):
            continue
        stop = raw.find(b"\n", at + 3, part.end)
        rest = raw[at + 3 + len(boundary) : stop if stop >= 0 else part.end]
        if rest.removeprefix(b"--").strip(b" \t"):
            continue  # another, longer boundary
        if begins >= 0:
            children.append(_child(raw, begins, max(at, begins), default))
            begins = -1
        if rest.startswith(b"--"):
            return children
        begins = stop + 1 if stop >= 0 else part.end
    if begins >= 0:
        children.append(_child(raw, begins, part.end, default))
    return children


def _child(raw: bytes, start: int, end: int, default: str) -> Part:
    headers, begins = _head(raw, start, end, bounds.PART_HEAD_OCTETS, bounds.PART_HEADERS)
    return Part(raw, headers, begins, end, default)


_HEADER = re.compile(rb"([!-9;-~]{0,200}):[ \t]*")


def _head(raw: bytes, start: int, end: int, octets: int, lines: int) -> tuple[tuple[tuple[str, bytes], ...], int]:
    """Returns the headers between two places, and the place where the content begins. Raises OutOfBoundsError.

    A line that is not a header ends the headers too, and counts as content.
    """
    if raw.startswith(b"\n", start, end):
        return (), start + 1
    stop = raw.find(b"\n\n", start, min(end, start + octets))
    if stop < 0 and end - start > octets:
        raise OutOfBoundsError(f"its headers, or those of a part, have more than {octets:,} bytes")
    block = raw[start : stop if stop >= 0 else end]
    if block.count(b"\n") >= lines:
        raise OutOfBoundsError(f"it, or a part of it, has more than {lines:,} lines of headers")
    found: list[tuple[str, list[bytes]]] = []
    at = start
    for line in block.split(b"\n"):
        if line[:1] in (b" ", b"\t"):
            if found:
                found[-1][1].append(line)
        elif match := _HEADER.match(line):
            found.append((match[1].decode("ascii").lower(), [line[match.end() :]]))
        elif at > start or not line.startswith(b"From "):  # that one is of an mbox
            break
        at += len(line) + 1
    else:
        at = min(stop + 2 if stop >= 0 else end, end)
    return tuple((name, b"\n".join(value)) for name, value in found if name), at


def head(data: bytes) -> Part:
    """Returns a Part with the headers at the beginning of the data. It reads up to the first empty line, or up to the
    limit for mail that came back."""
    data = data[: bounds.STATUS_OCTETS].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    data = b"\n".join(data.split(b"\n", bounds.STATUS_HEADERS)[: bounds.STATUS_HEADERS])
    headers, start = _head(data, 0, len(data), len(data), bounds.STATUS_HEADERS)
    return Part(data, headers, start, len(data))


# --- headers ----------------------------------------------------------------------------------------------------------


def text_of(raw: bytes) -> str:
    """Returns the bytes of a header as text. It decodes them as UTF-8 (RFC 6532), and replaces bytes that are not
    UTF-8."""
    return raw.decode("utf-8", "replace")


def header(message: Part, name: str, limit: int = bounds.HEADER) -> str:
    """Returns the first header with this name as one line of text, of at most `limit` characters. Empty if there is no
    such header."""
    return line_of_mail(words(message.first(name.lower())[: bounds.HEADER]), limit)


ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*+)\?=")
"""An encoded word (RFC 2047). Words that are longer than the RFC allows are common."""
_BETWEEN = re.compile(r"(?<=\?=)[ \t\n]++(?==\?)")


def words(text: str) -> str:
    """Returns the text with its encoded words decoded (RFC 2047). All other text stays as it is."""
    if "=?" not in text:
        return text
    found: list[tuple[str, bytes | None, str]] = []  # text, or octets and their charset
    at = 0
    text = _BETWEEN.sub("", text)
    for match in ENCODED_WORD.finditer(text):
        octets = _word(match[2].lower(), match[3])
        if octets is None:
            continue
        if match.start() > at:
            found.append((text[at : match.start()], None, ""))
        charset = match[1].partition("*")[0].lower()
        if found and found[-1][1] is not None and found[-1][2] == charset:
            # Some programs cut a character in two.
            found[-1] = ("", found[-1][1] + octets, charset)
        else:
            found.append(("", octets, charset))
        at = match.end()
    found.append((text[at:], None, ""))
    return "".join(plain if octets is None else decoded(octets, charset) for plain, octets, charset in found)


def _word(encoding: str, text: str) -> bytes | None:
    octets = text.encode("utf-8", "replace")
    if encoding == "b":
        return _base64(octets)
    return binascii.a2b_qp(octets.replace(b"\n", b""), header=True)


_PARAMETER = re.compile(r';[ \t\n]*+([^=;"\s]{0,100}+)[ \t\n]*+(?:=[ \t\n]*+("(?:[^"\\]|\\.)*+"?|[^;]*+))?[^;]*+', re.S)
_SECTION = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")


def parameters(value: str) -> dict[str, str]:
    """Returns the parameters of a header by name in lower case. It joins and decodes them as RFC 2231 says.

    If a name comes twice, the first one counts. A plain parameter counts before an encoded one.
    """
    value = value[: bounds.HEADER]
    plain: dict[str, str] = {}
    split: dict[str, dict[int, tuple[str, bool]]] = {}
    at = value.find(";")
    for _ in range(bounds.PARAMETERS):
        match = _PARAMETER.match(value, at) if 0 <= at < len(value) else None
        if match is None:
            break
        at = match.end()
        name, text = match[1].lower(), _unquoted((match[2] or "").strip())
        section = _SECTION.fullmatch(name)
        if section is None:
            continue
        if section[2] or section[3]:
            split.setdefault(section[1], {}).setdefault(int(section[2] or 0), (text, bool(section[3])))
        else:
            plain.setdefault(name, text)
    return {**{name: _joined(sections) for name, sections in split.items()}, **plain}


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text


def _joined(sections: dict[int, tuple[str, bool]]) -> str:
    """Joins the sections 0, 1, 2, ... up to the first section that is missing."""
    octets, charset = b"", "utf-8"
    for number in range(len(sections)):
        if number not in sections:
            break
        text, encoded = sections[number]
        if encoded and number == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        octets += unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
    return decoded(octets, charset or "utf-8")


def date(message: Part) -> str:
    """Returns the Date header as an instant in UTC: 2026-03-03T02:00:00Z. If the header names no instant, returns its
    text."""
    text = header(message, "Date", bounds.LINE)
    at = _instant(text)
    return at.isoformat().replace("+00:00", "Z") if at else text[: bounds.WORD].rstrip()


def arrived(message: Part) -> datetime | None:
    """Returns the instant at which our own mail server took the message: that of the first Received header, because
    each server writes its header above the others. None if there is no such header, or if it names no instant."""
    return _instant(header(message, "Received").rpartition(";")[2].strip()[: bounds.LINE])


def _instant(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


# --- contents ---------------------------------------------------------------------------------------------------------


def content(part: Part, limit: int) -> bytes:
    """Returns the beginning of the content of a part, decoded: up to `limit` bytes, or up to four times as many if the
    part is encoded."""
    data = part.raw[part.start : min(part.end, part.start + _encoded(part, limit))]
    if part.encoding == "base64":
        return _base64(data)
    return _quoted_printable(data) if part.encoding == "quoted-printable" else data


_BLANKS_AT_END = re.compile(rb"(?<![ \t])[ \t]++(?=\n|\Z)")


def _quoted_printable(data: bytes) -> bytes:
    """Decodes the data. It drops blanks at the ends of lines: a relay has added them (RFC 2045 section 6.7, rule 3)."""
    return binascii.a2b_qp(_BLANKS_AT_END.sub(b"", data))


def whole(part: Part, limit: int) -> bytes | None:
    """Returns the full content of a part, decoded. None if it has more than `limit` bytes."""
    if part.end - part.start > _encoded(part, limit):
        return None
    found = content(part, limit)
    return found if len(found) <= limit else None


def _encoded(part: Part, limit: int) -> int:
    """Returns how many encoded bytes to read for a number of decoded bytes: up to three for one, and line ends."""
    return limit * 4 if part.encoding in ("base64", "quoted-printable") else limit


_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NO_BASE64 = bytes(set(range(256)) - set(_ALPHABET))


def _base64(data: bytes) -> bytes:
    """Decodes the data up to the first padding. It skips foreign characters, and an incomplete last byte."""
    data = data.partition(b"=")[0].translate(None, _NO_BASE64)
    if len(data) % 4 == 1:
        data = data[:-1]
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def method(part: Part) -> str:
    """Returns the METHOD (the purpose of a calendar object) in the Content-Type of a part, in capitals. Empty if there
    is none."""
    return part.parameters.get("method", "").strip().upper() if part.type.startswith("text/") else ""


def attachments(message: Part) -> list[str]:
    """Returns the file names of the attachments of a message. It leaves out pictures, because they often belong to a
    signature."""
    names = (part.filename for part in message.parts if not part.type.startswith("image/"))
    return [line_of_mail(name, bounds.LINE) for name in names if name]


_ASCII_LIKE = re.compile(
    "ascii|latin_1|utf_(8|16|32)(_[bl]e)?|iso8859_.*|cp125.|cp(437|775|8..|9..|1125)|koi8_[ru]|kz1048|ptcp154|mac_.*"
    "|hp_roman8|tis_620|big5.*|euc_.*|gb.*|hz|iso2022_.*|johab|shift_jis.*"
)
"""The codecs that are written in C. Some codecs in Python need quadratic time (punycode) or decode no text."""
_MORE_ALIASES = {"windows_874": "cp874", "x_sjis": "shift_jis", "utf8": "utf_8"}


def codec_of(charset: str) -> str:
    """Returns the name of the Python codec for a charset. It is utf_8 if the charset is unknown, or if no mail program
    writes it."""
    name = normalize_encoding(charset[:40]).lower()
    name = _MORE_ALIASES.get(name) or aliases.get(name, name)
    return name if name in _CODECS else "utf_8"


_CODECS = frozenset(
    each for each in {*aliases.values(), "cp874", "cp856", "koi8_u", "koi8_r"} if _ASCII_LIKE.fullmatch(each)
)


def decoded(data: bytes, charset: str) -> str:
    """Returns the bytes as text. It decodes them with their charset, or as UTF-8 if that fails. An incomplete last
    character is left out."""
    for each in (codec_of(charset), "utf_8"):
        try:
            return codecs.getincrementaldecoder(each)("strict").decode(data)
        except UnicodeError:
            continue
    return data.decode("utf-8", "replace")


def text(message: Part) -> str:
    """Returns the text of a message for a person to read: the first plain text that is not empty, or else the HTML
    without its tags. It cuts a text that is too long."""
    texts = [part for part in message.parts if part.type.startswith("text/") and not part.is_calendar]
    said = _said([part for part in texts if part.type != "text/html"])
    if not said.strip():
        rich = _said([part for part in texts if part.type == "text/html"])
        said = html.unescape(re.sub(r"<[^<>]*+>", " ", without_scripts(rich)))
    lines = re.split(r"\r\n|\r|\n", said[: 2 * bounds.TEXT], maxsplit=bounds.TEXT_LINES)[: bounds.TEXT_LINES]
    lines = [line_of_mail(line, bounds.TEXT) for line in lines]
    return "\n".join(lines).strip()[: bounds.TEXT]


def _said(texts: list[Part]) -> str:
    """Returns the first text that is not empty. It looks at a limited number of parts."""
    for part in texts[: bounds.TEXTS]:
        said = decoded(content(part, bounds.TEXT_OCTETS)[: bounds.TEXT_OCTETS], part.charset)
        if said:
            return said
    return ""


_SCRIPT = re.compile("<(script|style)\\b", re.IGNORECASE | re.ASCII)
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
"""Only ASCII: other letters may become longer in lower case, and places in the text would move."""


def without_scripts(rich: str) -> str:
    """Returns HTML without its scripts and styles. If one of them has no end, the text ends there."""
    kept, at, low = [], 0, rich.translate(_LOWER)
    for match in _SCRIPT.finditer(rich):
        if match.start() < at:
            continue
        kept.append(rich[at : match.start()])
        at = low.find(f"</{match[1].lower()}", match.end())
        if at < 0:
            break
    else:
        kept.append(rich[at:])
    return "".join(kept)
