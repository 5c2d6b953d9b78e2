"""Removes characters from a text that XML cannot hold."""

import re

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Returns the text without the characters that XML cannot hold, for example most control characters."""
    return _NOT_XML.sub("", text)
