"""The MIME tree of an incoming message, within bounds (RFC 2045 to 2047, RFC 5322)."""

import email
import email.policy
import html
import re
from collections.abc import Iterator
from datetime import UTC
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value, getaddresses, parsedate_to_datetime

from adapters.inbound import bounds
from adapters.inbound.bounds import OutOfBoundsError

_CALENDAR_TYPES = {"text/calendar", "application/ics", "text/x-vcalendar", "application/calendar", "text/ics"}


def parsed(raw: bytes) -> Message:
    """The message as a tree. Raises RefusedError for what is beyond the bounds."""
    if len(raw) > bounds.OCTETS:
        raise OutOfBoundsError(f"it has {len(raw):,} octets; up to {bounds.OCTETS:,} are read")
    if b"\0" in raw:
        raise OutOfBoundsError("it holds NUL octets")
    if max(raw.count(b"\n"), raw.count(b"\r")) > bounds.LINES:
        raise OutOfBoundsError(f"it has more than {bounds.LINES:,} lines")
    if re.split(rb"\r?\n\r?\n|\r\r", raw, maxsplit=1)[0].count(b"\n") > bounds.HEADERS:
        raise OutOfBoundsError(f"it has more than {bounds.HEADERS:,} lines of headers")
    if len(re.findall(rb"(?i)multipart/|message/", raw)) > bounds.MULTIPARTS:
        raise OutOfBoundsError("it is nested too deep")
    return email.message_from_bytes(raw, policy=email.policy.compat32)


def parts(message: Message) -> Iterator[Message]:
    """Every part that is no container, in order; what is attached as a message stays closed. Raises RefusedError."""
    stack = [(message, 0)]
    seen = 0
    while stack:
        part, depth = stack.pop()
        seen += 1
        if seen > bounds.PARTS or depth > bounds.DEPTH:
            raise OutOfBoundsError(f"it has more than {bounds.PARTS} parts, or is nested deeper than {bounds.DEPTH}")
        if part.is_multipart() and not part.get_content_type().startswith("message/"):
            children = part.get_payload()
            assert isinstance(children, list)
            stack += [(child, depth + 1) for child in reversed(children) if isinstance(child, Message)]
        else:
            yield part


def is_calendar(part: Message) -> bool:
    """By its type, by its name, or because it begins like one."""
    if part.get_content_type() in _CALENDAR_TYPES:
        return True
    if (part.get_filename() or "").strip().lower().endswith(".ics"):
        return True
    return part.get_content_type() == "text/plain" and content(part).lstrip(b"\xef\xbb\xbf \r\n").startswith(
        b"BEGIN:VCALENDAR"
    )


def content(part: Message) -> bytes:
    """The octets of a part, its transfer encoding undone."""
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def method(part: Message) -> str:
    """The METHOD that the Content-Type of a part names, in capitals; empty where it names none."""
    value = part.get_param("method") if part.get_content_maintype() == "text" else None
    return collapse_rfc2231_value(value).strip().upper() if value else ""


def attachments(message: Message) -> list[str]:
    """Names of what is attached, without pictures: signatures are full of them."""
    names = ((part.get_filename() or "").strip() for part in parts(message) if part.get_content_maintype() != "image")
    return [clean(name) for name in names if name]


def charset(part: Message) -> str:
    return (part.get_content_charset() or "utf-8").lower()


def decoded(data: bytes, name: str) -> str:
    """Text by its charset; by UTF-8 where the charset is unknown or wrong."""
    for each in (name, "utf-8"):
        try:
            return data.decode(each)
        except (LookupError, UnicodeError):
            continue
    return data.decode("utf-8", "replace")


def header(message: Message, name: str) -> str:
    """A header as one line of text; empty where there is none."""
    raw = message.get(name)
    if raw is None:
        return ""
    text = str(raw)[: bounds.HEADER]
    try:
        words = decode_header(text)
        joined = "".join(word if isinstance(word, str) else decoded(word, code or "utf-8") for word, code in words)
    except Exception:  # whatever a library makes of a mangled word, the header is still shown
        joined = text
    return clean(joined)


def clean(text: str) -> str:
    """On one line, without control characters and what no encoding can write."""
    text = "".join(c if c.isprintable() or c in "\u200b\u200c\u200d" else " " for c in text)
    return " ".join(text.encode("utf-8", "replace").decode().split())


def addresses(message: Message, name: str) -> list[str]:
    """The addresses in every header of this name, in lower case."""
    values = [str(value)[: bounds.HEADER] for value in message.get_all(name, [])[:5]]
    found = [address.strip().lower() for _, address in getaddresses(values) if "@" in address]
    return list(dict.fromkeys(clean(each) for each in found))


def date(message: Message) -> str:
    """The Date header as an instant in UTC; as it stands where it says none."""
    text = header(message, "Date")
    try:
        return parsedate_to_datetime(text).astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (TypeError, ValueError, OverflowError, IndexError):
        return text


def text(message: Message) -> str:
    """What it says to a person: its first plain text, otherwise its HTML without the tags."""
    plain = rich = ""
    for part in parts(message):
        if part.get_content_maintype() != "text" or is_calendar(part):
            continue
        said = decoded(content(part)[: 4 * bounds.TEXT], charset(part))
        if part.get_content_subtype() == "html":
            rich = rich or said
        else:
            plain = plain or said
    if not plain.strip():
        plain = html.unescape(re.sub(r"<[^<>]*>", " ", _without_scripts(rich)))
    lines = (clean(line) for line in re.split(r"\r\n|\r|\n", plain))
    return "\n".join(lines).strip()[: bounds.TEXT]


def _without_scripts(rich: str) -> str:
    """HTML without what is in it for programs. Each end is looked for once: what has none ends the text."""
    kept, at, low = [], 0, rich.lower()
    for match in re.finditer(r"<(script|style)\b", low):
        if match.start() < at:
            continue
        kept.append(rich[at : match.start()])
        at = low.find(f"</{match[1]}", match.end())
        if at < 0:
            break
    else:
        kept.append(rich[at:])
    return "".join(kept)
