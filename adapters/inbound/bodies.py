"""Turns the body of a message into lines of text, from which adapters/inbound/own_words.py finds the sender's words.

The text of mime.py is for a person to read: it drops the lines of HTML. This module keeps them, and marks quoted lines
with `>`, as plain text does.
"""

import html
import re

from adapters.inbound import bounds
from adapters.inbound.mime import Part, content, decoded, without_scripts
from adapters.text import line_of_mail

CUT = "[… and more]"
"""Stands at the end of a body that is longer than the program reads. It counts as a word of the sender."""


def bodies(message: Part) -> tuple[str, ...]:
    """Returns the bodies of a message as text: first the plain text, then the HTML. Without one of them, or if it is
    empty, it is left out.

    A body of more than bounds.TEXT characters or bounds.TEXT_LINES lines is cut, and ends with `CUT`.
    """
    texts = [part for part in message.parts if _is_body(part)][: bounds.TEXTS]
    plain = [_text(part) for part in texts if part.type != "text/html"]
    rich = [lines_of_html(_text(part)) for part in texts if part.type == "text/html"]
    found = ["\n".join(each for each in group if each.strip()) for group in (plain, rich)]
    return tuple(_bounded(each) for each in found if each.strip())


def enclosures(message: Part) -> list[str]:
    """Returns the names of the files that a person has sent with a message. A file without a name has its type as its
    name. Calendars, pictures and signatures of programs are left out."""
    parts = (part for part in message.parts if not _is_body(part) and not part.is_calendar)
    parts = (part for part in parts if not part.type.startswith("image/") and part.type not in _SIGNATURES)
    return [line_of_mail(part.filename or part.type, bounds.LINE) for part in parts]


_SIGNATURES = (
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
    "application/pgp-keys",
    "text/vcard",
    "text/x-vcard",
    "text/directory",
)
"""Types of files that programs add to every mail of a person: signatures, keys and the card with the address."""
_PIECE = re.compile(r"ATT[0-9]{3,8}\.(?:txt|htm|html)", re.IGNORECASE)
"""The name that Exchange gives to a piece of the body that came after a calendar."""


def _is_body(part: Part) -> bool:
    if not part.type.startswith("text/") or part.is_calendar:
        return False
    return not part.filename or _PIECE.fullmatch(part.filename) is not None


def _text(part: Part) -> str:
    data = content(part, bounds.TEXT_OCTETS)
    text = decoded(data[: bounds.TEXT_OCTETS], part.charset)
    return text + CUT if len(data) > bounds.TEXT_OCTETS else text


def _bounded(text: str) -> str:
    most = bounds.TEXT - len(CUT) - 1
    lines = re.split(r"\r\n|\r|\n", text[:most], maxsplit=bounds.TEXT_LINES)
    cut = len(text) > most or len(lines) > bounds.TEXT_LINES
    lines = [line_of_mail(line, bounds.TEXT) for line in lines[: bounds.TEXT_LINES]]
    return "\n".join([*lines, CUT] if cut else lines).strip()


_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})?[^<>]*+>")
_LINES = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote br center dd div dl dt footer form h1 h2 h3 h4 h5 h6 header hr li main nav "
        "ol p pre section table tbody tfoot thead tr ul",
    )
)
"""Tags that begin a new line."""
_DEEPEST = 20
"""How deep a quote is followed."""


def lines_of_html(rich: str) -> str:
    """Returns HTML as lines of text. Lines in a <blockquote> begin with `>`. It takes linear time."""
    out: list[str] = []
    at = depth = 0
    titled = False
    rich = _without_comments(without_scripts(rich))
    for match in _TAG.finditer(rich):
        if match.start() > at and not titled:  # a page shows no title
            out.append(_words(rich[at : match.start()]))
        at = match.end()
        name = (match[2] or "").lower()
        titled = name == "title" and not match[1]
        if name == "blockquote":
            depth = max(0, min(_DEEPEST, depth + (-1 if match[1] else 1)))
        if name in _LINES:
            out.append("\n" + ("> " if depth else ""))
        elif name in ("td", "th"):
            out.append(" ")
    out.append(_words(rich[at:]))
    return "".join(out)


def _words(text: str) -> str:
    """The text between two tags. Its line ends are only spaces in HTML."""
    return html.unescape(text).replace("\r", " ").replace("\n", " ")


def _without_comments(rich: str) -> str:
    kept, at = [], 0
    while (begins := rich.find("<!--", at)) >= 0:
        kept.append(rich[at:begins])
        end = rich.find("-->", begins + 4)
        if end < 0:
            return "".join(kept)
        at = end + 3
    return "".join([*kept, rich[at:]])
