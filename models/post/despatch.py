"""One mail to an office, and what became of this mail."""

from enum import StrEnum

from models.common.values import Duration, Instant, Value
from models.messages.notices import Announcement, Notice
from models.post.office_hours import Hours

FROZE = "WorkerFroze"
"""The type of the error of an attempt that a frozen worker takes up again after Temporal has given it up."""

NOT_FINISHED = "our own worker did not finish this attempt; the same mail goes again"


class Despatch(Value):
    """One mail to one office: either a letter that lists every awaited act, or one announcement."""

    key: str
    """The office, the instant of the despatch and the number of the mail, with slashes between them. Each key has one
    Message-ID, and a mail with this key always has the same bytes."""
    plan: str
    plan_title: str
    office: str
    office_title: str
    at: Instant
    """When the post room decided to send the mail."""
    notices: tuple[Notice, ...] = ()
    """If the mail is a letter: the notices that it lists, in this order. Empty if the mail is an announcement."""
    announcement: Announcement | None = None
    """The announcement in the mail. None if the mail is a letter."""
    reminders: tuple[Announcement, ...] = ()
    """If the mail is a letter: the reminders of agreed dates in it. Empty if it has none, or is an announcement."""
    repeated: tuple[str, ...] = ()
    """Keys of the notices in this letter that an earlier letter already had. Empty if all are new."""
    zone: str = "UTC"
    """The time zone of the office, by its IANA name."""
    period: Duration
    """The despatch period: the time between two routine letters."""
    references: tuple[str, ...] = ()
    """Message-IDs of earlier mails to the office about the same calendar event: of the first mail, then of the latest
    ones. Empty if there are none."""
    second_address: bool = False
    """True: the mail goes to the second address, because mail to the first one was refused or came back."""
    side: str = ""
    """The side of the office, if the post room keeps office hours. The activity then checks that the office is open.
    Empty if the post room keeps no hours."""
    epoch: int = 0
    """The epoch of the engine of the post room. 0: a release that knew no epochs."""
    immediate: bool = False
    """True: a letter that goes before the despatch day, because a new notice in it cannot wait."""


class Fate(StrEnum):
    """What became of a despatch."""

    SENT = "sent"
    WITHDRAWN = "withdrawn"
    """No mail was sent, because everything in it was already settled."""
    CHANGED = "changed"
    """No mail was sent, because a part of it was already settled. The post room makes a new mail of the rest."""
    DELAYED = "delayed"
    """Every attempt failed. The cause is not the office but, for example, the mail server, the contacts file, a
    template or our own worker."""
    CLOSED = "closed"
    """No mail was sent, because the office is closed at this time, as the contacts file says now."""
    REFUSED = "refused"
    """The mail server finally refused the mail (SMTP 5xx), or the office has no address."""


class DespatchResult(Value):
    """What became of a despatch: the result of the activity `despatch`."""

    fate: Fate
    fault: str = ""
    """If the fate is SENT: which letter template failed, and where. The mail was sent with the words that come with the
    program instead. Empty if no template failed."""
    content: bool = False
    """True: the fate is REFUSED, and the mail server refused the text of the mail (after the SMTP command DATA). False:
    it refused the address, the office has no address, or the fate is another one."""
    message_id: str = ""
    """The Message-ID of the mail that was sent, or of the mail that an earlier attempt may have delivered. Empty if it
    is not known."""
    reason: str = ""
    """If the fate is REFUSED or DELAYED: why no mail was sent. If the fate is SENT: why the mail was not sent again,
    because it was sent before. Empty in all other cases."""
    perhaps_arrived: bool = False
    """True: the fate is not SENT, but an earlier attempt with this key may have delivered the mail. If the mail is an
    invitation, its cancellation must then follow."""
    names_uncertain: bool = False
    """True: the post room notes the mail that may have arrived in its record. False in results of earlier releases,
    and if no such mail is known."""
    unfinished: bool = False
    """True: the fate is DELAYED, because our own worker did not finish the attempts: it froze, or it did not say what
    stands. Nobody knows then whether mail reaches the office. False in all other cases, and in results of earlier
    releases."""
    letter: str = ""
    """If the fate is SENT: the SHA-256 of the bytes that were sent. Empty if the mail was sent before, and in results
    of earlier releases."""
    hours: Hours | None = None
    """The hours of the office, as the contacts file says now. None if the post room keeps no hours, or if the fate is
    DELAYED."""
