"""Text of others made safe for one line of a header, a calendar or a terminal."""

import re
import unicodedata


def clean_text(text: str) -> str:
    """The text without control characters, lone surrogates and foreign line ends; LF stays.

    Format characters stay too: Lao and Khmer break words at ZERO WIDTH SPACE. A byte order mark goes: at the
    beginning of a value parsers drop it, and nothing would be left of one that holds nothing else.
    """
    text = re.sub(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text).replace("\t", " ").replace("\ufeff", "")
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))


def clean_line(text: str) -> str:
    """As clean_text, on one line: runs of white space become one space."""
    return " ".join(clean_text(text).split())
