"""The limits for reading a message. If a message is beyond a limit, the program reads no more of it, and a person must
look at the whole message (itip-rules 19).

The limits keep the cost of every message below 0.2 s of a processor. tests/support/hostile_mail.py measures it.
"""

OCTETS = 8 * 1024 * 1024
"""The most bytes of one message that the program reads."""
LINES = 250_000
"""The most lines of one message. A message of eight megabytes in base64 has about a hundred thousand."""

HEAD_OCTETS = 256 * 1024
"""The most bytes of the headers of a message, up to its first empty line."""
HEADERS = 2000
"""The most lines of the headers of a message."""
PART_HEAD_OCTETS = 16 * 1024
"""The most bytes of the headers of one part."""
PART_HEADERS = 50
"""The most lines of the headers of one part."""
HEADER = 4000
"""The most characters that the program reads of one header."""
FROM = 1000
"""The most bytes of a From header. In a longer header, a person would not see all senders."""
PARAMETERS = 50
"""The most parameters of one header, or of one property of a calendar."""
BOUNDARY = 200
"""The most characters of a boundary, the text in the lines between two parts. RFC 2046 allows 70."""

PARTS = 100
"""The most parts of one message."""
DEPTH = 12
"""The most levels of parts within parts."""
DASHES = 5000
"""The most lines that begin with two dashes. The lines between two parts begin like this."""

CALENDARS = 4
"""The most calendar objects in one message. Many mail programs send the same object twice."""
CALENDAR_OCTETS = 256 * 1024
"""The most bytes of all calendar objects of a message together."""
CALENDAR_LINES = 5000
"""The most lines of all calendar objects of a message together."""
COMPONENTS = 300
"""The most components (events, zones, alarms) of one calendar object."""
NESTING = 6
"""The most levels of components within components."""
EVENTS = 20
"""The most events of one calendar object."""
ATTENDEES = 100
"""The most attendees of one event."""
COMMENTS = 5
"""The number of comments of one event that the program reads. It ignores further comments."""
VALUE = 2000
"""The number of characters that the program keeps of a comment, or of a parameter of a property."""

RECIPIENTS = 50
"""The most recipients in the delivery statuses of a message. A delivery status says what became of a mail."""
STATUS_OCTETS = 64 * 1024
"""The most bytes of the delivery statuses of a message, and of the headers of the mail that came back."""
STATUS_HEADERS = 500
"""The most lines of the headers of the mail that came back, and the most lines about one recipient."""
RETURNED = 3
"""The number of parts in which the program looks for the Message-ID of the mail that came back."""

REFERENCES = 30
"""The most Message-IDs of In-Reply-To and References that the program reads."""
TEXT = 20_000
"""The number of characters of the text of a message that the program keeps, beside the file of the message."""
TEXT_LINES = 2000
"""The number of lines of this text that the program keeps."""
TEXT_OCTETS = 80_000
"""The number of bytes of one part that the program decodes for the text of a message."""
TEXTS = 5
"""The number of parts in which the program looks for the text of a message. It takes the first part that is not
empty."""

# Characters of the fields that go into the inbox, a record, a letter or the state of an item.
ADDRESS = 320
"""The most characters of a mail address."""
LINE = 300
"""The most characters of a From line, a reason or a name."""
SUBJECT = 600
"""The most characters of a subject."""
WORD = 60
"""The most characters of a date or a status."""
IDENTITY = 500
"""The most characters of a UID (the id of an event) or a Message-ID."""


class OutOfBoundsError(ValueError):
    """An incoming mail is beyond a limit, or holds a faulty calendar object. The program reads no more of the mail. The
    text says why, for a person."""
