"""The state of a meeting: its date, its calendar event, who answered, what was marked and filed."""

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
    """When it was taken."""
    comment: str = ""
    slot: Slot | None = None
    """Of a COUNTER."""
    message: Document

    @property
    def stamp(self) -> Instant:
        """When it was given: its DTSTAMP, but for a clock that goes ahead of ours no later than it was taken."""
        return min(self.dtstamp, self.at)


class Mark(Value):
    """What a side put on record: held or not held."""

    held: bool
    office: str
    side: str
    at: Instant
    agreed: AgreedDate | None = None
    """The date that was agreed when it was marked."""
    on: ZonedTime | None = None
    format: Format | None = None
    place: str = ""
    reason: str = ""


class MeetingState(ItemState):
    """Of a session, a one-off meeting, a visit, a seminar."""

    turn: str | None = None
    """The side whose turn it is to host; another host is a swap of turns."""

    agreed: AgreedDate | None = None
    dates: tuple[AgreedDate, ...] = ()
    """Every date that was agreed: the original one and the last revised ones."""
    ended: bool = False
    """The agreed end has come."""
    remind_at: Instant | None = None
    """When the invited offices are, or were, reminded of the agreed date. None where nobody is: no date is agreed, the
    plan does not ask for it, or the date was agreed when that instant was past."""
    reminded: bool = False
    """That instant has come."""

    event: CalendarEvent | None = None
    """What calendars were told last."""
    time_since: int | None = None
    """SEQUENCE of the first version with the event's present time; None before the first version."""
    answers: tuple[OfficeAnswer, ...] = ()
    """By office, the last one each."""
    reinvited: bool = False
    """An amendment gave it other offices: a cancellation goes to whoever was invited, not to whoever follows it now."""

    mark: Mark | None = None
    stances: dict[str, bool] = {}
    """While the mark is disputed: what each disputing side says (held?)."""
    outcome: dict[str, Any] | None = None
    reports: tuple[str, ...] = ()
    """Sides that put on record their report to the higher authority."""

    @property
    def held(self) -> bool:
        return self.mark is not None and self.mark.held and not self.stances

    @property
    def hosting(self) -> tuple[str, ...]:
        """The host acts for the session; without an agreed host every side is asked, and any of them may."""
        return (self.host,) if self.host in self.setup.sides else self.setup.sides

    @property
    def unreported(self) -> tuple[str, ...]:
        """Sides that have still to report the outcome to their higher authority (as 6.2 asks)."""
        if not self.setup.report_to_higher:
            return ()
        return tuple(side for side in self.setup.sides if side not in self.reports)

    @property
    def date(self) -> DateRow | None:
        """The actual date, or the agreed one."""
        if self.mark and self.mark.held:
            return held_date(self.mark)
        agreed = self.agreed
        return date_row(agreed.slot.start, agreed.slot.end, agreed.place, agreed.format) if agreed else None

    # What letters ask of any item

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
        """Whether a version of the event had the time that it has now (itip-rules 15)."""
        if self.event is None:
            return False
        since = self.event.sequence if self.time_since is None else self.time_since
        return sequence >= since

    def answers_to(self, slot: Slot) -> dict[str, PartStat]:
        """By office, what was answered to an event at this time; nothing where the event was at another."""
        event = self.event
        if event is None or event.status is EventStatus.CANCELLED or not same_time(event.slot, slot):
            return {}
        return {each.office: each.partstat for each in self.answers if self.is_current(each.sequence)}

    @property
    def date_invited_to(self) -> Proposal | None:
        """The open proposal that the tentative event asks about."""
        proposal = self.open_proposal(Topic.DATE)
        if self.agreed is not None or self.event is None or proposal is None or proposal.terms.slot is None:
            return None
        return proposal if same_time(proposal.terms.slot, self.event.slot) else None


def held_date(mark: Mark) -> DateRow | None:
    """When and where it was held, as that was put on record; None where no day is known."""
    if mark.on:
        return date_row(mark.on, mark.on, mark.place, mark.format)
    slot = mark.agreed.slot if mark.agreed else None
    return date_row(slot.start, slot.end, mark.place, mark.format) if slot else None


def leaves_event(proposal: Proposal) -> bool:
    """Whether the event stays as it is until the sides have decided on this proposal: a COUNTER by mail."""
    return proposal.message is not None and proposal.counters is not None
