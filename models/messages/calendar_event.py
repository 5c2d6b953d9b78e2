"""The calendar object of a session, as plain data (RFC 5545, RFC 5546).

The core decides what is said to calendars and when its SEQUENCE rises; activities turn the same data into bytes, once
for the mail (with METHOD) and once for the calendar server (without).
"""

from enum import StrEnum

from models.common.times import Slot
from models.common.values import Instant, Value


class Method(StrEnum):
    """iTIP methods that an organizer sends (RFC 5546 section 1.4)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    DECLINECOUNTER = "DECLINECOUNTER"


class EventStatus(StrEnum):
    """STATUS of a VEVENT (RFC 5545 section 3.8.1.11)."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


class PartStat(StrEnum):
    """Participation status of an attendee (RFC 5545 section 3.2.12)."""

    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"


class Attendee(Value):
    """One invited office. Its address and common name are looked up in the contacts at despatch."""

    office: str
    title: str
    """How the office is called where the contacts give no name: "Coordinator, Ministry of Industry and Commerce"."""
    partstat: PartStat = PartStat.NEEDS_ACTION


class CalendarEvent(Value):
    """Everything that one VEVENT says. Equal values give equal bytes."""

    uid: str
    sequence: int
    dtstamp: Instant
    """Whole seconds; strictly later than that of the version before. Also LAST-MODIFIED."""
    status: EventStatus
    summary: str
    description: str = ""
    location: str = ""
    slot: Slot
    attendees: tuple[Attendee, ...]
    removes: bool = False
    """With CANCELLED: the event goes on without these attendees, and only they are told (RFC 5546 section 3.2.5)."""


class Publication(Value):
    """An event to be put onto the calendar server."""

    plan: str
    event: CalendarEvent
    calendars: tuple[str, ...]
    """Names of the collections under the calendar home: the plan's (lao-khm) and one for each office (lao-moic)."""
    removed: tuple[str, ...] = ()
    """Names of those from which it is taken out: of offices that are no longer invited."""
    plan_title: str = ""
    """What the plan's own calendar is called when it is made."""
