"""The limits of reading a message. A message beyond a limit goes to a person, whole and unread (itip-rules 19).

The limits keep the cost of every message below 0.2 s of a processor. tests/support/hostile_mail.py measures it.
"""

OCTETS = 8 * 1024 * 1024
"""Bytes of one message."""
LINES = 250_000
"""Lines of one message. Eight megabytes in base64 have about a hundred thousand."""

HEAD_OCTETS = 256 * 1024
"""Bytes of the headers of a message, up to its first empty line."""
HEADERS = 2000
"""Lines of these headers."""
PART_HEAD_OCTETS = 16 * 1024
PART_HEADERS = 50
"""Bytes and lines of the headers of one part."""
HEADER = 4000
"""Characters of one header that is read."""
FROM = 1000
"""Characters of a From header. In a longer one nobody sees all senders."""
PARAMETERS = 50
"""Parameters of one header, or of one property of a calendar."""
BOUNDARY = 200
"""Characters of a boundary; RFC 2046 allows 70."""

PARTS = 100
DEPTH = 12
DASHES = 5000
"""Lines that begin with two dashes, as the line at the end of a part does."""

CALENDARS = 4
"""Calendars of one message. Programs send the same one twice."""
CALENDAR_OCTETS = 256 * 1024
"""Bytes of all calendars of a message together."""
CALENDAR_LINES = 5000
"""Lines of all calendars of a message together."""
COMPONENTS = 300
NESTING = 6
EVENTS = 20
ATTENDEES = 100
"""Attendees of one event."""
COMMENTS = 5
"""Comments of one event that are read."""
VALUE = 2000
"""Characters of a comment, or of one value of a property that is kept."""

RECIPIENTS = 50
"""Recipients in the delivery statuses of a message."""
STATUS_OCTETS = 64 * 1024
"""Bytes of the delivery statuses of a message, and of the headers of the mail that came back."""
STATUS_HEADERS = 500
"""Lines of these headers, and lines about one recipient."""
RETURNED = 3
"""Parts in which the program looks for the Message-ID of the mail that came back."""

TEXT = 20_000
"""Characters of a letter that are kept beside its file."""
TEXT_LINES = 2000
TEXT_OCTETS = 80_000
"""Bytes of one part that are decoded for this text."""
TEXTS = 5
"""Parts in which the program looks for this text, as long as they are empty."""

# Characters of the fields that go into the inbox, a record, a letter or the state of an item.
ADDRESS = 320
LINE = 300
"""Characters of a sender, a reason or a name."""
SUBJECT = 600
WORD = 60
"""Characters of a date or a status."""
IDENTITY = 500
"""Characters of a UID or a Message-ID."""


class OutOfBoundsError(ValueError):
    """The message is beyond a limit, and the program reads no more of it. The text says why, for a person."""
