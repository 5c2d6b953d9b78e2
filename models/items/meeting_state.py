"""The state of a meeting: its date, its calendar event, the answers by mail, the mark and the outcome."""

from typing import Any

from models.common.times import Slot, ZonedTime, same_time
from models.common.values import Instant, Value
from models.machine.state import HeldFacts, ItemState, Proposal
from models.messages.acts import Document, ReplyMethod, Terms, Topic
from models.messages.calendar_event import CalendarEvent, EventStatus, PartStat
from models.messages.views import DateRow, date_row
from models.plan.plan import Format

DATES_KEPT = 12


class AgreedDate(Value):
    """An agreed date. Every side whose consent is needed has consented to it."""

    slot: Slot
    place: str = ""
    """Where the meeting is to take place. Empty if the agreed terms name no place."""
    format: Format | None = None
    """The format of the meeting, for example virtual. None if the agreed terms name no format."""
    link: str = ""
    """The address at which people join by video. Empty if the agreed terms name none."""

    @classmethod
    def of(cls, terms: Terms) -> "AgreedDate":
        """Returns the date that terms with a slot say."""
        return cls.model_validate(terms.model_dump(include={"slot", "place", "format", "link"}))


class EventVersion(Value):
    """The first version of the calendar event with certain terms. Later versions have the same terms, until one of them
    asks the guests again."""

    sequence: int
    """The version number (SEQUENCE)."""
    slot: Slot
    proposal: int | None = None
    """The number of the proposed date to which the version invites. None if it invites to an agreed date."""


class OfficeAnswer(Value):
    """The last answer that an invited office gave to the invitation with its mail program."""

    office: str
    side: str
    method: ReplyMethod
    """REPLY answers the invitation. COUNTER proposes another time."""
    partstat: PartStat
    """Whether the office comes, for example ACCEPTED or DECLINED. NEEDS-ACTION if its mail does not say it."""
    sequence: int
    """The version number of the event that the office answered."""
    dtstamp: Instant
    """When the office answered, by the clock of its mail program."""
    at: Instant
    """When the meeting recorded the answer."""
    comment: str = ""
    """The remark that the office wrote with its answer. Empty if it wrote none."""
    words: str = ""
    """The words of the office's own beside the button, in the mail and in the remark. Empty if it wrote none."""
    slot: Slot | None = None
    """The other time that a COUNTER proposes. None in a REPLY."""
    place: str = ""
    """The place that a COUNTER names. Empty if it names none, and in a REPLY."""
    message: Document
    """The mail with the answer."""
    sent: Instant | None = None
    """When the mail was sent, as its header Date says. None if it is not known."""
    arrived: Instant | None = None
    """When the organizer's mail server took the mail. None if it is not known."""
    seen: tuple[str, ...] = ()
    """What earlier answers of this office said, and their DTSTAMP. A copy of one of them is no new answer."""

    @property
    def stamp(self) -> Instant:
        """When the office answered, by the clock of its mail program, but never later than `at`."""
        return min(self.dtstamp, self.at)


class UnclearAnswer(Value):
    """An Accept with words of the office's own. It is no consent. The side must say whether it accepts."""

    office: str
    side: str
    proposal: int
    """The number of the proposal that the office seems to accept."""
    words: str
    at: Instant
    """When the meeting recorded the answer."""
    message: Document
    """The mail with the answer."""


class Mark(Value):
    """The mark of a side. It says whether the meeting was held."""

    held: bool
    """True: the meeting was held. False: it was not held."""
    office: str
    """The office that marked the meeting."""
    side: str
    at: Instant
    """When the office marked the meeting."""
    agreed: AgreedDate | None = None
    """The agreed date that the mark is about. None if no date was agreed."""
    on: ZonedTime | None = None
    """The day on which the meeting was held, if the side names one. None if the agreed date counts."""
    format: Format | None = None
    """The format in which the meeting was held. None if no format is known, or if it was not held."""
    place: str = ""
    """The place at which the meeting was held. Empty if no place is known, or if it was not held."""
    reason: str = ""
    """Why the meeting was not held. Empty if the side gives no reason, or if the meeting was held."""


class MeetingState(ItemState):
    """The state of a session, a one-off meeting, a visit or a seminar."""

    turn: str | None = None
    """The side whose turn it is to host. If another side hosts, the two swap turns. None if nobody has the turn."""

    agreed: AgreedDate | None = None
    """The date that is agreed now. None if no date is agreed."""
    dates: tuple[AgreedDate, ...] = ()
    """The dates that were agreed, oldest first. If there are many, only the first one and the latest ones are kept."""
    ended: bool = False
    """True: the end of the agreed date has passed."""
    remind_at: Instant | None = None
    """The instant at which the program reminds the guests of the agreed date. None if no date is agreed, if the plan
    asks for no reminder, or if this instant had passed when the sides agreed on the date."""
    reminded: bool = False
    """True: the instant `remind_at` has come, and the meeting has handled it."""

    event: CalendarEvent | None = None
    """The last version of the calendar event that went to the calendars. None if no version has gone there yet."""
    time_since: int | None = None
    """The version number (SEQUENCE) of the first version that has the present time of the event. As long as the date is
    only proposed, it has also the present place, format and host. None if the state does not hold this number. Then the
    number of `event` counts."""
    versions: tuple[EventVersion, ...] = ()
    """The last versions of the event that asked the guests again, oldest first. Empty in states from releases that did
    not keep them."""
    answers: tuple[OfficeAnswer, ...] = ()
    """The last answer of each office that has answered the invitation with its mail program."""
    unclear: tuple[UnclearAnswer, ...] = ()
    """For each side, its last Accept with words of its own, until it has consented. Empty if there is none."""
    reinvited: bool = False
    """True: an amendment gave the meeting other offices. Since then, a cancellation goes to the guests of the event."""

    mark: Mark | None = None
    """The last mark that counts or that is disputed. None if no side has marked the meeting since the last agreement
    on a date."""
    stances: dict[str, bool] = {}
    """For each side of a disputed mark: True if this side says that the meeting was held. Empty if nobody disputes the
    mark."""
    outcome: dict[str, Any] | None = None
    """The outcome that a side filed. None if no side has filed one, or if another side has disputed it."""
    reports: tuple[str, ...] = ()
    """The sides that have reported the outcome to their higher authority and put this report on record."""

    @property
    def held(self) -> bool:
        """Whether a side has marked the meeting as held and no side disputes this mark."""
        return self.mark is not None and self.mark.held and not self.stances

    @property
    def hosting(self) -> tuple[str, ...]:
        """The sides that the program asks to act: only the host, or every side while no host is known."""
        return (self.host,) if self.host in self.setup.sides else self.setup.sides

    @property
    def unreported(self) -> tuple[str, ...]:
        """The sides that have not yet reported the outcome to their higher authority, and must do so (6.2).

        A third state never needs to report. Empty if every side has reported, or if the text asks for no report.
        """
        if not self.setup.report_to_higher:
            return ()
        owed = (party.side for party in self.setup.parties if not party.third_state)
        return tuple(side for side in owed if side not in self.reports)

    @property
    def date(self) -> DateRow | None:
        """The date on which the meeting was held, or else the agreed date. None if no date is known."""
        if self.mark and self.mark.held:
            return held_date(self.mark)
        agreed = self.agreed
        if agreed is None:
            return None
        return date_row(agreed.slot.start, agreed.slot.end, agreed.place, agreed.format, agreed.link)

    # What the fields of letters need

    def invites_to(self, slot: Slot) -> bool:
        """Whether the last version of the calendar event is a tentative invitation to the time `slot`."""
        event = self.event
        return event is not None and event.status is EventStatus.TENTATIVE and same_time(event.slot, slot)

    @property
    def held_facts(self) -> HeldFacts | None:
        """When, where and how the meeting was held or was to be held, as its mark says. None if it has no mark."""
        mark = self.mark
        if mark is None:
            return None
        on = mark.on or (mark.agreed.slot.start if mark.agreed else None)
        return HeldFacts(on=on, place=mark.place, format=mark.format)

    # Answers by mail

    def is_current(self, sequence: int) -> bool:
        """Whether an answer to the version with this version number (SEQUENCE) of the event counts.

        It counts if that version already had the present time of the event and, as long as the date is only proposed,
        its present place, format and host. False if there is no event.
        """
        if self.event is None:
            return False
        since = self.event.sequence if self.time_since is None else self.time_since
        return sequence >= since

    def version_of(self, sequence: int) -> EventVersion | None:
        """Returns the terms that the event had in the version with this SEQUENCE. None if the state does not hold
        them."""
        return next((each for each in reversed(self.versions) if each.sequence <= sequence), None)

    def answers_to(self, slot: Slot) -> dict[str, PartStat]:
        """By office: whether it comes (PARTSTAT, for example ACCEPTED), as it answered the event with the time `slot`.

        Empty if the event has another time, if it is cancelled, or if there is no event.
        """
        event = self.event
        if event is None or event.status is EventStatus.CANCELLED or not same_time(event.slot, slot):
            return {}
        unclear = {(each.office, each.at) for each in self.unclear}
        given = (each for each in self.answers if self.is_current(each.sequence))
        return {each.office: each.partstat for each in given if (each.office, each.at) not in unclear}

    @property
    def date_invited_to(self) -> Proposal | None:
        """The open proposal of a date to which the event now invites the guests.

        None if a date is agreed, if no date is proposed, or if the event does not have the proposed time.
        """
        proposal = self.open_proposal(Topic.DATE)
        if self.agreed is not None or self.event is None or proposal is None or proposal.terms.slot is None:
            return None
        if self.setup.edition >= 1 and leaves_event(proposal):
            return None  # another place at the same time, for example
        return proposal if same_time(proposal.terms.slot, self.event.slot) else None


def held_date(mark: Mark) -> DateRow | None:
    """Returns when and where the meeting was held, as the mark says. None if no day is known."""
    if mark.on:
        return date_row(mark.on, mark.on, mark.place, mark.format)
    slot = mark.agreed.slot if mark.agreed else None
    return date_row(slot.start, slot.end, mark.place, mark.format) if slot else None


def leaves_event(proposal: Proposal) -> bool:
    """Whether the proposal came by mail and counters an earlier proposal.

    Such a proposal (a COUNTER) does not change the calendar event until all sides have consented to it.
    """
    return proposal.message is not None and proposal.counters is not None
