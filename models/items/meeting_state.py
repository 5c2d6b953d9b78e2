"""The state of a meeting: its date, its calendar event, the answers by mail, the mark and the outcome."""

from typing import Any

from models.common.times import Slot, ZonedTime, same_time
from models.common.values import Instant, Value
from models.machine.state import HeldFacts, ItemState, Proposal
from models.messages.acts import Document, ReplyMethod, Topic
from models.messages.calendar_event import CalendarEvent, EventStatus, PartStat
from models.messages.views import DateRow, date_row
from models.plan.plan import Format

DATES_KEPT = 12


class AgreedDate(Value):
    """A date to which every side that must has consented."""

    slot: Slot
    place: str = ""
    format: Format | None = None


class OfficeAnswer(Value):
    """The last answer of an invited office from its mail program."""

    office: str
    side: str
    method: ReplyMethod
    partstat: PartStat
    sequence: int
    dtstamp: Instant
    at: Instant
    """When the meeting took the answer in."""
    comment: str = ""
    slot: Slot | None = None
    """With COUNTER: the proposed time."""
    message: Document

    @property
    def stamp(self) -> Instant:
        """When the office gave the answer: its DTSTAMP. If that clock is ahead of ours, the instant of its arrival."""
        return min(self.dtstamp, self.at)


class Mark(Value):
    """The mark of a side: held or not held."""

    held: bool
    office: str
    side: str
    at: Instant
    agreed: AgreedDate | None = None
    """The agreed date at the time of the mark."""
    on: ZonedTime | None = None
    format: Format | None = None
    place: str = ""
    reason: str = ""


class MeetingState(ItemState):
    """The state of a session, a one-off meeting, a visit or a seminar."""

    turn: str | None = None
    """The side whose turn it is to host. If another side hosts, the two swap turns."""

    agreed: AgreedDate | None = None
    dates: tuple[AgreedDate, ...] = ()
    """The dates that were agreed: the original one, and the last of the revised ones."""
    ended: bool = False
    """True: the agreed end has come."""
    remind_at: Instant | None = None
    """When the guests are, or were, reminded of the agreed date. None if no date is agreed, if the plan asks for no
    reminder, or if that instant was past when the sides agreed."""
    reminded: bool = False
    """True: that instant has come."""

    event: CalendarEvent | None = None
    """The last version that was sent to the calendars."""
    time_since: int | None = None
    """SEQUENCE of the first version with the present time of the event. None before the first version."""
    answers: tuple[OfficeAnswer, ...] = ()
    """The last answer of each office."""
    reinvited: bool = False
    """True: an amendment changed the guests of its event. A cancellation then goes to the guests of the event."""

    mark: Mark | None = None
    stances: dict[str, bool] = {}
    """While the mark is disputed: whether it was held, as each disputing side says."""
    outcome: dict[str, Any] | None = None
    reports: tuple[str, ...] = ()
    """The sides that have put their report to the higher authority on record."""

    @property
    def held(self) -> bool:
        return self.mark is not None and self.mark.held and not self.stances

    @property
    def hosting(self) -> tuple[str, ...]:
        """The sides that are asked to act for the session: the host. While no host is known, every side."""
        return (self.host,) if self.host in self.setup.sides else self.setup.sides

    @property
    def unreported(self) -> tuple[str, ...]:
        """The sides that have still to report the outcome to their higher authority (6.2). Third states need not."""
        if not self.setup.report_to_higher:
            return ()
        owed = (party.side for party in self.setup.parties if not party.third_state)
        return tuple(side for side in owed if side not in self.reports)

    @property
    def date(self) -> DateRow | None:
        """The actual date if it is marked held, or else the agreed date."""
        if self.mark and self.mark.held:
            return held_date(self.mark)
        agreed = self.agreed
        return date_row(agreed.slot.start, agreed.slot.end, agreed.place, agreed.format) if agreed else None

    # What the fields of letters need

    def invites_to(self, slot: Slot) -> bool:
        event = self.event
        return event is not None and event.status is EventStatus.TENTATIVE and same_time(event.slot, slot)

    @property
    def held_facts(self) -> HeldFacts | None:
        mark = self.mark
        if mark is None:
            return None
        on = mark.on or (mark.agreed.slot.start if mark.agreed else None)
        return HeldFacts(on=on, place=mark.place, format=mark.format)

    # Answers by mail

    def is_current(self, sequence: int) -> bool:
        """Whether the version with this SEQUENCE had the present time of the event. If not, no answer to it counts."""
        if self.event is None:
            return False
        since = self.event.sequence if self.time_since is None else self.time_since
        return sequence >= since

    def answers_to(self, slot: Slot) -> dict[str, PartStat]:
        """The answers of offices to the event, if it is at this time. Empty if it is at another time or cancelled."""
        event = self.event
        if event is None or event.status is EventStatus.CANCELLED or not same_time(event.slot, slot):
            return {}
        return {each.office: each.partstat for each in self.answers if self.is_current(each.sequence)}

    @property
    def date_invited_to(self) -> Proposal | None:
        """The open proposal to which the tentative event invites. None if there is none."""
        proposal = self.open_proposal(Topic.DATE)
        if self.agreed is not None or self.event is None or proposal is None or proposal.terms.slot is None:
            return None
        return proposal if same_time(proposal.terms.slot, self.event.slot) else None


def held_date(mark: Mark) -> DateRow | None:
    """When and where it was held, as the mark says. None if no day is known."""
    if mark.on:
        return date_row(mark.on, mark.on, mark.place, mark.format)
    slot = mark.agreed.slot if mark.agreed else None
    return date_row(slot.start, slot.end, mark.place, mark.format) if slot else None


def leaves_event(proposal: Proposal) -> bool:
    """Whether the event stays as it is until the sides have decided. This is so for a COUNTER by mail."""
    return proposal.message is not None and proposal.counters is not None
