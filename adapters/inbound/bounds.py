"""How much of a message is read. What is beyond goes to a person, whole and unread (itip-rules 19).

Each bound is chosen so that no message costs more than 0.2 s of a processor (tests/support/hostile_mail.py measures).
"""

OCTETS = 8 * 1024 * 1024
"""Of one message."""
LINES = 250_000
"""Of one message: eight megabytes in base64 are a hundred thousand."""

HEAD_OCTETS = 256 * 1024
"""Of the head of a message, up to its first empty line."""
HEADERS = 2000
"""Lines of that head."""
PART_HEAD_OCTETS = 16 * 1024
PART_HEADERS = 50
"""The same of one part."""
HEADER = 4000
"""Characters of one header that is read."""
FROM = 1000
"""Characters of a From header: of a longer one nobody sees all senders."""
PARAMETERS = 50
"""Of one header, or of one property of a calendar."""
BOUNDARY = 200
"""Characters of a boundary; RFC 2046 allows 70."""

PARTS = 100
DEPTH = 12
DASHES = 5000
"""Lines that begin like the end of a part."""

CALENDARS = 4
"""Of one message: programs send the same one twice."""
CALENDAR_OCTETS = 256 * 1024
"""Of all calendars of a message together."""
CALENDAR_LINES = 5000
"""The same."""
COMPONENTS = 300
NESTING = 6
EVENTS = 20
ATTENDEES = 100
"""Of one event."""
COMMENTS = 5
"""Of one event."""
VALUE = 2000
"""Characters of a comment, or of one value of a property that is kept."""

RECIPIENTS = 50
"""Of the delivery statuses of a message."""
STATUS_OCTETS = 64 * 1024
"""Of the delivery statuses of a message, and of the head of what came back."""
STATUS_HEADERS = 500
"""Lines of that head, and of what is said about one recipient."""
RETURNED = 3
"""Parts with what came back that are looked at for its Message-ID."""

TEXT = 20_000
"""Characters of a letter that are kept beside its file."""
TEXT_LINES = 2000
TEXT_OCTETS = 80_000
"""Of one part that are decoded for it."""
TEXTS = 5
"""Parts that are looked at for it, while they are empty."""

# Characters of the fields that go into the inbox, a record, a letter or the state of an item.
ADDRESS = 320
LINE = 300
"""Of who wrote, of a reason, of a name."""
SUBJECT = 600
WORD = 60
"""Of a date, of a status."""
IDENTITY = 500
"""Of a UID or a Message-ID."""


class OutOfBoundsError(ValueError):
    """The message is not read further; says why, in words for a person."""
