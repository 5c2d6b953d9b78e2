"""The calendar event of a meeting, as plain data (RFC 5545, RFC 5546).

The core decides what the event says, and when its version number (SEQUENCE) rises. Activities write the event as bytes.
In a mail these bytes name a METHOD (what the mail does, for example invite or cancel). On the calendar server they do
not.
"""

from enum import StrEnum

from models.common.times import Slot
from models.common.values import Instant, Value


class Method(StrEnum):
    """What a mail of the organizer does with an event: it invites, cancels, or rejects the time that an office proposed
    (RFC 5546 section 1.4)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    DECLINECOUNTER = "DECLINECOUNTER"


class EventStatus(StrEnum):
    """The status of a calendar event (STATUS, RFC 5545 section 3.8.1.11)."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


class PartStat(StrEnum):
    """What a guest has answered to an invitation (PARTSTAT, RFC 5545 section 3.2.12)."""

    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"


class Attendee(Value):
    """One invited office. The activity `despatch` looks up its address and its common name in the contacts file."""

    office: str
    title: str
    """The full title of the office. It is also the name of the guest if the contacts file gives none: "Coordinator,
    Ministry of Industry and Commerce, Lao PDR"."""
    partstat: PartStat = PartStat.NEEDS_ACTION


class CalendarEvent(Value):
    """The contents of one calendar event (VEVENT). Activities write equal values as equal bytes."""

    uid: str
    sequence: int
    dtstamp: Instant
    """The instant of this version (DTSTAMP), in full seconds. It is always later than that of the previous version. The
    field LAST-MODIFIED of the event has the same value."""
    status: EventStatus
    summary: str
    description: str = ""
    location: str = ""
    format: str = ""
    """physical, virtual or hybrid. Empty if the terms name no format, and in events from before edition 1."""
    link: str = ""
    """The https address at which people join by video (CONFERENCE, RFC 7986 section 5.11). Empty if there is none."""
    slot: Slot
    host: str | None = None
    """The side that hosts the meeting. None if no host is known, and in events from releases that did not record it."""
    attendees: tuple[Attendee, ...]
    removes: bool = False
    """With CANCELLED. True: only these guests are removed from the meeting, and only they are told (RFC 5546 section
    3.2.5). False: the meeting is cancelled for every guest."""


class Publication(Value):
    """An event that the activity `publish` puts onto the calendar server."""

    plan: str
    event: CalendarEvent
    calendars: tuple[str, ...]
    """Names of the calendars that get the event: the calendar of the plan (lao-khm), and one for each invited office
    (lao-moic)."""
    removed: tuple[str, ...] = ()
    """Names of the calendars from which the event is removed, because their offices are no longer invited. Empty if
    there are none."""
    plan_title: str = ""
    """The title for the calendar of the plan. It is used only if that calendar does not exist yet."""
    epoch: int = 0
    """The epoch of the engine of the item. 0: a release that knew no epochs."""
