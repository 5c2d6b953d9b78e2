"""Cleans text from outside, so that it is safe in a header, a calendar or a terminal."""

import re
import unicodedata

_NO_XML = "\ufffe\uffff"
"""Two characters that XML 1.0 does not allow. It also does not allow most control characters, and no surrogates."""

_ZERO_WIDTH = "\u200b\u200c\u200d"


def clean_text(text: str) -> str:
    """Returns the text without control characters and lone surrogates. Every line end becomes LF, and a tab becomes a
    space.

    Format characters stay, because Lao and Khmer break words at ZERO WIDTH SPACE. Byte order marks are removed, because
    some parsers drop them at the beginning of a value, and the value may then be empty.
    """
    text = re.sub(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text).replace("\t", " ").replace("\ufeff", "")
    return "".join(c for c in text if c == "\n" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in _NO_XML))


def clean_line(text: str) -> str:
    """Returns the text as `clean_text` does, but on one line. Runs of white space become one space."""
    return " ".join(clean_text(text).split())


def line_of_mail(text: str, limit: int) -> str:
    """Returns text from an incoming mail as one line of at most `limit` characters. Use it for every field of such a
    mail.

    It is stricter than `clean_line`. It keeps only printable characters, and the zero width characters at which Lao and
    Khmer break words. A space replaces every other character. So the line gives no command to a terminal, does not
    change the direction of text, and fits into JSON, XML 1.0 and a header.
    """
    text = text[: 4 * limit]
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c in _ZERO_WIDTH else " " for c in text)
    return " ".join(text.split())[:limit].rstrip()
