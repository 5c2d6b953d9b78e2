"""The calendar event of a meeting, as plain data (RFC 5545, RFC 5546).

The core decides what the event says and when its SEQUENCE rises. Activities write the same data as bytes: with METHOD
for the mail, without METHOD for the calendar server.
"""

from enum import StrEnum

from models.common.times import Slot
from models.common.values import Instant, Value


class Method(StrEnum):
    """The iTIP methods that the organizer sends (RFC 5546 section 1.4)."""

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
    """One invited office. The activity `despatch` looks up its address and its common name in the contacts file."""

    office: str
    title: str
    """The name if the contacts file gives none: "Coordinator, Ministry of Industry and Commerce, Lao PDR"."""
    partstat: PartStat = PartStat.NEEDS_ACTION


class CalendarEvent(Value):
    """The contents of one VEVENT. Equal values give equal bytes."""

    uid: str
    sequence: int
    dtstamp: Instant
    """In full seconds. Always later than the DTSTAMP of the version before. LAST-MODIFIED has the same value."""
    status: EventStatus
    summary: str
    description: str = ""
    location: str = ""
    slot: Slot
    attendees: tuple[Attendee, ...]
    removes: bool = False
    """With CANCELLED: only these attendees are removed, and only they are told (RFC 5546 section 3.2.5)."""


class Publication(Value):
    """An event that the activity `publish` puts onto the calendar server."""

    plan: str
    event: CalendarEvent
    calendars: tuple[str, ...]
    """Names of the calendars that get the event: the plan's (lao-khm) and one for each invited office (lao-moic)."""
    removed: tuple[str, ...] = ()
    """Names of the calendars that lose the event, because their offices are no longer invited."""
    plan_title: str = ""
    """The title of the plan's calendar, used if the calendar does not exist yet."""
