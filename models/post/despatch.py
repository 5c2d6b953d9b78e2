"""One mail on its way to an office, and what became of it."""

from enum import StrEnum

from models.common.values import Duration, Instant, Value
from models.messages.notices import Announcement, Notice
from models.post.office_hours import Hours


class Despatch(Value):
    """One mail to one office: either a letter that lists all that is awaited, or one announcement.

    The key is office / despatch instant / revision; one key has one Message-ID and one sequence of bytes.
    """

    key: str
    plan: str
    plan_title: str
    office: str
    office_title: str
    at: Instant
    notices: tuple[Notice, ...] = ()
    announcement: Announcement | None = None
    reminders: tuple[Announcement, ...] = ()
    """With a letter: the agreed dates of which it reminds. They ask nothing."""
    repeated: tuple[str, ...] = ()
    """Keys of the notices that an earlier letter already carried."""
    zone: str = "UTC"
    """IANA zone of the office."""
    period: Duration
    """How often a letter comes while anything is awaited."""
    references: tuple[str, ...] = ()
    """Message-IDs of what the office was sent of the same event before: the first one, then the last ones."""
    second_address: bool = False
    """True after the first address has definitely refused."""
    side: str = ""
    """Of the office, where its hours are kept: the activity looks once more whether it is open."""
    immediate: bool = False
    """A letter that goes before the despatch day, for the sake of what is new in it."""


class Fate(StrEnum):
    """What became of a despatch."""

    SENT = "sent"
    WITHDRAWN = "withdrawn"
    """All of it was settled before transmission began."""
    CHANGED = "changed"
    """Part of it was settled before transmission began: compose anew."""
    DELAYED = "delayed"
    """No attempt got through: the mail server, the contacts file or a template is at fault, not the office."""
    CLOSED = "closed"
    """The office was closed by then, or is by what its contacts say now: nothing was transmitted."""
    REFUSED = "refused"
    """The server definitely refused the address (SMTP 5xx), or there is no address."""


class DespatchResult(Value):
    """What became of a despatch; `message_id` names the letter that was sent, or that perhaps arrived."""

    fate: Fate
    fault: str = ""
    """Which letter template failed, and where: the mail went all the same, in the shipped English."""
    content: bool = False
    """With REFUSED: the server refused what was said (after DATA), not the address."""
    message_id: str = ""
    reason: str = ""
    """With SENT: why nothing went now. Otherwise: why it could not."""
    perhaps_arrived: bool = False
    """With a fate other than sent: an earlier attempt under this key had an unknown outcome, so the office may hold the
    letter all the same. An invitation that perhaps arrived needs its cancellation."""
    hours: Hours | None = None
    """The office's hours as its contacts now have them, where they are kept."""
