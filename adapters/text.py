"""Text of others made safe for one line of a header, a calendar or a terminal."""

import re
import unicodedata

_NO_XML = "\ufffe\uffff"
"""What XML 1.0 cannot hold (its production Char), beside control characters and surrogates."""

_ZERO_WIDTH = "\u200b\u200c\u200d"


def clean_text(text: str) -> str:
    """The text without control characters, lone surrogates and foreign line ends; LF stays.

    Format characters stay too: Lao and Khmer break words at ZERO WIDTH SPACE. A byte order mark goes: at the
    beginning of a value parsers drop it, and nothing would be left of one that holds nothing else.
    """
    text = re.sub(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text).replace("\t", " ").replace("\ufeff", "")
    return "".join(c for c in text if c == "\n" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in _NO_XML))


def clean_line(text: str) -> str:
    """As clean_text, on one line: runs of white space become one space."""
    return " ".join(clean_text(text).split())


def line_of_mail(text: str, limit: int) -> str:
    """Returns text of a stranger as one line, cut at the limit of characters. Every field from a mail passes here.

    It is stricter than clean_line. Only printable characters stay, and the zero width ones at which Lao and Khmer
    break words. A space replaces every other character. So the line gives no command to a terminal, does not change
    the direction of text, and fits into JSON, XML 1.0 and a header.
    """
    text = text[: 4 * limit]
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c in _ZERO_WIDTH else " " for c in text)
    return " ".join(text.split())[:limit].rstrip()
