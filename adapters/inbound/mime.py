"""The MIME tree of an incoming message, within bounds (RFC 2045 to 2047, 2231, 5322).

Not the standard library's parser: that one reads every octet of every part in Python, and some headers in quadratic
time. Here an attachment costs one search for the lines between the parts, and only what is asked for is decoded.
"""

import binascii
import codecs
import html
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
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
    """A message, or a part of one: its headers as they stand, and where in the message its content lies."""

    raw: bytes
    """The message that it is a part of. Lines end in LF."""
    headers: tuple[tuple[str, bytes], ...]
    """Names in lower case, and values with their folds."""
    start: int
    end: int
    """Of its content."""
    default: str = "text/plain"
    """Its type, where it names none."""

    def all(self, name: str) -> list[bytes]:
        """Every header of that name, in lower case, as it stands."""
        return [value for each, value in self.headers if each == name]

    def first(self, name: str) -> str:
        """The first header of that name, shortened; empty where there is none."""
        return next((text_of(value[: 2 * bounds.HEADER]) for each, value in self.headers if each == name), "")

    @cached_property
    def type(self) -> str:
        """In lower case: text/plain."""
        value = self.first("content-type")
        kind = value[: bounds.HEADER].partition(";")[0].strip().lower()
        if not value:
            return self.default
        return kind if kind.count("/") == 1 else "text/plain"

    @cached_property
    def parameters(self) -> dict[str, str]:
        return parameters(self.first("content-type"))

    @cached_property
    def filename(self) -> str:
        """Of an attachment; empty where it names none."""
        disposition = parameters(self.first("content-disposition"))
        return (disposition.get("filename") or self.parameters.get("name", "")).strip()

    @cached_property
    def charset(self) -> str:
        return self.parameters.get("charset", "").strip().lower() or "utf-8"

    @cached_property
    def encoding(self) -> str:
        return self.first("content-transfer-encoding").strip().lower()

    @cached_property
    def boundary(self) -> bytes:
        """Of a multipart; empty where it is none, or is not divided."""
        named = self.parameters.get("boundary", "").rstrip() if self.type.startswith("multipart/") else ""
        return named.encode("utf-8", "replace") if len(named) <= bounds.BOUNDARY else b""

    @cached_property
    def is_calendar(self) -> bool:
        """By its type, by its name, or because it begins like one."""
        if self.type in _CALENDAR_TYPES or self.filename.lower().endswith(".ics"):
            return True
        if self.type != "text/plain":
            return False
        return content(self, 1000).lstrip(b"\xef\xbb\xbf \r\n").startswith(b"BEGIN:VCALENDAR")

    @cached_property
    def parts(self) -> tuple["Part", ...]:
        """Every part that is no container, in order; what is attached as a message stays closed.

        A multipart that is not divided is a part like others, of which nothing is read. Raises OutOfBoundsError.
        """
        return tuple(_leaves(self))


def parsed(raw: bytes) -> Part:
    """The message with its head read. Raises OutOfBoundsError for what is beyond the bounds."""
    if len(raw) > bounds.OCTETS:
        raise OutOfBoundsError(f"it has {len(raw):,} octets; up to {bounds.OCTETS:,} are read")
    if b"\0" in raw:
        raise OutOfBoundsError("it holds NUL octets")
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
    """Where lines begin that may stand between parts, in order: of all parts, in one search."""
    found: list[int] = []
    at = message.raw.find(b"\n--", max(message.start - 1, 0))
    while at >= 0:
        found.append(at)
        if len(found) > bounds.DASHES:
            raise OutOfBoundsError(f"it has more than {bounds.DASHES:,} lines that begin as the end of a part does")
        at = message.raw.find(b"\n--", at + 1)
    return found


def _children(part: Part, dashes: list[int]) -> list[Part]:
    """The parts of a multipart: what lies between the lines with its boundary (RFC 2046 section 5.1.1)."""
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
    """The headers between two places, and where the content begins. Raises OutOfBoundsError.

    Also a line that is no header ends the head, and is content.
    """
    if raw.startswith(b"\n", start, end):
        return (), start + 1
    stop = raw.find(b"\n\n", start, min(end, start + octets))
    if stop < 0 and end - start > octets:
        raise OutOfBoundsError(f"the headers of it, or of a part, have more than {octets:,} octets")
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
    """The headers with which the octets begin, up to the first empty line: as many as are read of what came back."""
    data = data[: bounds.STATUS_OCTETS].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    data = b"\n".join(data.split(b"\n", bounds.STATUS_HEADERS)[: bounds.STATUS_HEADERS])
    headers, start = _head(data, 0, len(data), len(data), bounds.STATUS_HEADERS)
    return Part(data, headers, start, len(data))


# --- headers ----------------------------------------------------------------------------------------------------------


def text_of(raw: bytes) -> str:
    """The octets of a header as text: ASCII, or UTF-8 (RFC 6532)."""
    return raw.decode("utf-8", "replace")


def header(message: Part, name: str, limit: int = bounds.HEADER) -> str:
    """The first header of that name, as one line of text of at most so many characters."""
    return line_of_mail(words(message.first(name.lower())[: bounds.HEADER]), limit)


ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*+)\?=")
"""RFC 2047; longer ones than it allows are common."""
_BETWEEN = re.compile(r"(?<=\?=)[ \t\n]++(?==\?)")


def words(text: str) -> str:
    """Encoded words in it decoded (RFC 2047); what is none stays."""
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
    """The parameters of a header by name in lower case, with those that are split or encoded (RFC 2231).

    Of one that is named twice the first counts, and a plain one before an encoded one.
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
    """The sections 0, 1, 2, ... up to the first that is missing."""
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
    """The Date header as an instant in UTC; as it stands where it says none."""
    text = header(message, "Date", bounds.LINE)
    try:
        return parsedate_to_datetime(text).astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (TypeError, ValueError, OverflowError, IndexError):
        return text[: bounds.WORD].rstrip()


def unauthentic(message: Part) -> bool:
    """Whether our own server says that it is not from whom it says (RFC 8601).

    Headers of our own server stand first; a sender can write what it likes below them. A server may write several.
    """
    results = message.all("authentication-results")
    server = _server(results[0]) if results else b""
    own = (each for each in results if _server(each) == server)
    return any(b"dmarc=fail" in re.sub(rb"\s+", b"", each.lower()) for each in own)


def _server(result: bytes) -> bytes:
    return result[: bounds.HEADER].partition(b";")[0].strip().lower()


# --- contents ---------------------------------------------------------------------------------------------------------


def content(part: Part, limit: int) -> bytes:
    """The first octets of a part, its transfer encoding undone: so many, or some more."""
    data = part.raw[part.start : min(part.end, part.start + _encoded(part, limit))]
    if part.encoding == "base64":
        return _base64(data)
    return _quoted_printable(data) if part.encoding == "quoted-printable" else data


_BLANKS_AT_END = re.compile(rb"(?<![ \t])[ \t]++(?=\n|\Z)")


def _quoted_printable(data: bytes) -> bytes:
    """Without blanks at the ends of lines, which a relay has added (RFC 2045 section 6.7, rule 3)."""
    return binascii.a2b_qp(_BLANKS_AT_END.sub(b"", data))


def whole(part: Part, limit: int) -> bytes | None:
    """All octets of a part, its transfer encoding undone; None where there are more than so many."""
    if part.end - part.start > _encoded(part, limit):
        return None
    found = content(part, limit)
    return found if len(found) <= limit else None


def _encoded(part: Part, limit: int) -> int:
    """How many octets are read for so many: up to three for one, and line ends."""
    return limit * 4 if part.encoding in ("base64", "quoted-printable") else limit


_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NO_BASE64 = bytes(set(range(256)) - set(_ALPHABET))


def _base64(data: bytes) -> bytes:
    """Up to the first padding, whatever stands in between; without what is left over of a last one."""
    data = data.partition(b"=")[0].translate(None, _NO_BASE64)
    if len(data) % 4 == 1:
        data = data[:-1]
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def method(part: Part) -> str:
    """The METHOD that the Content-Type of a part names, in capitals; empty where it names none."""
    return part.parameters.get("method", "").strip().upper() if part.type.startswith("text/") else ""


def attachments(message: Part) -> list[str]:
    """Names of what is attached, without pictures: signatures are full of them."""
    names = (part.filename for part in message.parts if not part.type.startswith("image/"))
    return [line_of_mail(name, bounds.LINE) for name in names if name]


_ASCII_LIKE = re.compile(
    "ascii|latin_1|utf_(8|16|32)(_[bl]e)?|iso8859_.*|cp125.|cp(437|775|8..|9..|1125)|koi8_[ru]|kz1048|ptcp154|mac_.*"
    "|hp_roman8|tis_620|big5.*|euc_.*|gb.*|hz|iso2022_.*|johab|shift_jis.*"
)
"""Codecs that are written in C: those in Python may need quadratic time (punycode), or decode no text."""
_MORE_ALIASES = {"windows_874": "cp874", "x_sjis": "shift_jis", "utf8": "utf_8"}


def codec_of(charset: str) -> str:
    """The codec of a charset; UTF-8 for one that is unknown, or that no mail program writes."""
    name = normalize_encoding(charset[:40]).lower()
    name = _MORE_ALIASES.get(name) or aliases.get(name, name)
    return name if name in _CODECS else "utf_8"


_CODECS = frozenset(
    each for each in {*aliases.values(), "cp874", "cp856", "koi8_u", "koi8_r"} if _ASCII_LIKE.fullmatch(each)
)


def decoded(data: bytes, charset: str) -> str:
    """Text by its charset; by UTF-8 where the charset is unknown or wrong. Its last character may be cut off."""
    for each in (codec_of(charset), "utf_8"):
        try:
            return codecs.getincrementaldecoder(each)("strict").decode(data)
        except UnicodeError:
            continue
    return data.decode("utf-8", "replace")


def text(message: Part) -> str:
    """What it says to a person: its first plain text, otherwise its HTML without the tags."""
    texts = [part for part in message.parts if part.type.startswith("text/") and not part.is_calendar]
    said = _said([part for part in texts if part.type != "text/html"])
    if not said.strip():
        rich = _said([part for part in texts if part.type == "text/html"])
        said = html.unescape(re.sub(r"<[^<>]*+>", " ", _without_scripts(rich)))
    lines = re.split(r"\r\n|\r|\n", said[: 2 * bounds.TEXT], maxsplit=bounds.TEXT_LINES)[: bounds.TEXT_LINES]
    lines = [line_of_mail(line, bounds.TEXT) for line in lines]
    return "\n".join(lines).strip()[: bounds.TEXT]


def _said(texts: list[Part]) -> str:
    """The first that is not empty, of those that are looked at."""
    for part in texts[: bounds.TEXTS]:
        said = decoded(content(part, bounds.TEXT_OCTETS)[: bounds.TEXT_OCTETS], part.charset)
        if said:
            return said
    return ""


_SCRIPT = re.compile("<(script|style)\\b", re.IGNORECASE | re.ASCII)
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
"""Other letters may become longer in lower case: places in the text would move."""


def _without_scripts(rich: str) -> str:
    """HTML without what is in it for programs. Each end is looked for once: what has none ends the text."""
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
