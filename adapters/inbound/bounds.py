"""How much of a message is read. What is beyond goes to a person, whole and unread (itip-rules 19)."""

OCTETS = 8 * 1024 * 1024
"""Of one message."""
LINES = 250_000
"""Of one message: eight megabytes in base64 are a hundred thousand."""
HEADERS = 2000
"""Lines before the first empty one."""
PARTS = 100
MULTIPARTS = 64
"""Mentions of a multipart or of a message in it: the parser costs lines times depth."""
DEPTH = 12
HEADER = 4000
"""Characters of one header that is read."""
CALENDAR_OCTETS = 1024 * 1024
CALENDAR_LINES = 10_000
COMPONENTS = 300
NESTING = 6
EVENTS = 50
VALUE = 8000
"""Characters of a comment, or of one value of a property that is kept."""
RECIPIENTS = 50
"""Of one delivery status."""
TEXT = 20_000
"""Characters of a letter that are kept beside its file."""


class OutOfBoundsError(ValueError):
    """The message is not read further; says why, in words for a person."""
