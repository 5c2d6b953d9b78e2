"""One mail on its way to an office, and what became of it."""

from enum import StrEnum

from models.common.values import Duration, Instant, Value
from models.messages.notices import Announcement, Notice
from models.post.office_hours import Hours


class Despatch(Value):
    """One mail to one office: either a letter that lists everything awaited, or one announcement."""

    key: str
    """office / instant of the despatch / number. One key has one Message-ID, and always the same bytes."""
    plan: str
    plan_title: str
    office: str
    office_title: str
    at: Instant
    """When the post room decided to send it."""
    notices: tuple[Notice, ...] = ()
    """With a letter: the notices that it lists, in their order. Empty with an announcement."""
    announcement: Announcement | None = None
    """The announcement. None with a letter."""
    reminders: tuple[Announcement, ...] = ()
    """With a letter: the reminders of agreed dates that it carries. Empty if there are none."""
    repeated: tuple[str, ...] = ()
    """With a letter: keys of the notices that an earlier letter already carried."""
    zone: str = "UTC"
    """IANA zone of the office."""
    period: Duration
    """The despatch period: the time between two routine letters."""
    references: tuple[str, ...] = ()
    """Message-IDs of earlier mails to the office about the same event: the first one, then the latest ones."""
    second_address: bool = False
    """True: the mail goes to the second address, because mail to the first one was refused or came back."""
    side: str = ""
    """The side of the office, if the post room keeps office hours. The activity then checks that the office is open.
    Empty if the post room keeps no hours."""
    immediate: bool = False
    """True: a letter that goes before the despatch day, because a new notice in it cannot wait."""


class Fate(StrEnum):
    """What became of a despatch."""

    SENT = "sent"
    WITHDRAWN = "withdrawn"
    """Nothing was sent, because everything in the mail was settled before."""
    CHANGED = "changed"
    """Nothing was sent, because part of the mail was settled before. The post room composes the rest as a new mail."""
    DELAYED = "delayed"
    """Every attempt failed, and the office is not the cause. The mail server, the contacts file or a template is."""
    CLOSED = "closed"
    """Nothing was sent, because the office is closed, as its contacts say now."""
    REFUSED = "refused"
    """The server refused the mail for good (SMTP 5xx), or the office has no address."""


class DespatchResult(Value):
    """What became of a despatch: the result of the activity `despatch`."""

    fate: Fate
    fault: str = ""
    """With SENT: which letter template failed, and where. The mail went with the words that come with the program.
    Empty if no template failed."""
    content: bool = False
    """With REFUSED: True if the server refused the text of the mail (after DATA), False if it refused the address."""
    message_id: str = ""
    """The Message-ID of the mail that was sent, or that may have arrived at an earlier attempt. Empty if unknown."""
    reason: str = ""
    """With REFUSED and DELAYED: why nothing was sent. With SENT: why the mail did not have to go again, or empty."""
    perhaps_arrived: bool = False
    """With a fate other than SENT: True if an earlier attempt under this key may have delivered the mail. If the mail
    is an invitation, its cancellation must then follow."""
    hours: Hours | None = None
    """The hours of the office, as its contacts say now. None if the post room keeps no hours, and with DELAYED."""
