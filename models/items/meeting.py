"""Meetings, visits and seminars: agree a date, invite, was it held, outcome, close."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any

from models.common.times import ZonedTime, same_time
from models.common.values import Instant, Value
from models.items.event_versions import _until_now, following
from models.items.filing import _excerpt, filing
from models.items.mail_answers import AgreedDate, InvitedState, Replying, answer_rows, answers_to, leaves_event
from models.machine.draft import Draft, Step
from models.machine.letter_fields import told_of
from models.machine.setup import ItemSetup
from models.machine.state import EVIDENCE_KEPT, Ask, Proposal
from models.messages.acts import Act, Close, Dispute, Evidence, Held, NotHeld, Outcome, Regret, Reply, Terms, Topic
from models.messages.calendar_event import Attendee, CalendarEvent, EventStatus, PartStat
from models.messages.effects import Order, Publish
from models.messages.moments import Moment, MomentKind
from models.messages.notices import AnnouncementKind, SuggestedAct
from models.messages.sentences import sentence_of
from models.messages.views import DateRow, ItemRow, ItemView, Refusal, date_row
from models.plan.parties import Rung
from models.plan.plan import Format


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


DATES_KEPT = 12


class MeetingState(InvitedState):
    turn: str | None = None
    """The side whose turn it is to host; another host is a swap of turns."""
    dates: tuple[AgreedDate, ...] = ()
    """Every date that was agreed: the original one and the last revised ones."""
    ended: bool = False
    """The agreed end has come."""
    mark: Mark | None = None
    stances: dict[str, bool] = {}
    """While the mark is disputed: what each disputing side says (held?)."""
    outcome: dict[str, Any] | None = None
    reinvited: bool = False
    """An amendment gave it other offices: a cancellation goes to whoever was invited, not to whoever follows it now."""
    reports: tuple[str, ...] = ()
    """Sides that put on record their report to the higher authority."""

    @property
    def held(self) -> bool:
        return self.mark is not None and self.mark.held and not self.stances


class MeetingMachine(Replying[MeetingState]):
    verbs = frozenset(
        [
            "propose",
            "accept",
            "reject",
            "counter",
            "withdraw",
            "regret",
            "held",
            "not_held",
            "dispute",
            "outcome",
            "evidence",
            "close",
            "progress",
            "call",
            "reply",
        ]
    )
    topics = frozenset({Topic.DATE, Topic.HOST, Topic.POSTPONE, Topic.EXTEND, Topic.DROP, Topic.EXCUSE})

    # What is required

    def _hosting(self, state: MeetingState) -> tuple[str, ...]:
        """The host acts for the session; without an agreed host every side is asked, and any of them may."""
        return (state.host,) if state.host in state.setup.sides else state.setup.sides

    def required(self, state: MeetingState) -> Iterator[Ask]:
        if state.stances:
            yield from (Ask(act="mark", side=side) for side in state.stances)
        elif state.held:
            yield from self._required_after(state)
        else:
            yield from self._required_before(state)

    def _required_before(self, state: MeetingState) -> Iterator[Ask]:
        asked_here = state.setup.rotating and not state.setup.host_in_questions
        if asked_here and state.host is None and not state.open_proposal(Topic.HOST):
            yield from (Ask(act="propose-host", side=side, stays=True) for side in state.setup.sides)
        if state.agreed is None and not state.open_proposal(Topic.DATE):
            yield from (Ask(act="propose-date", side=side) for side in self._hosting(state))
        elif state.agreed is not None and state.ended:
            yield from (Ask(act="mark", side=side) for side in self._hosting(state))

    def _required_after(self, state: MeetingState) -> Iterator[Ask]:
        if state.outcome is None:
            yield from (Ask(act="outcome", side=side) for side in self._hosting(state))
        elif self._unreported(state):
            yield from (Ask(act="report", side=side) for side in self._unreported(state))
        else:
            yield from (Ask(act="close", side=side) for side in self._hosting(state))

    def _unreported(self, state: MeetingState) -> tuple[str, ...]:
        if not state.setup.report_to_higher:
            return ()
        return tuple(side for side in state.setup.sides if side not in state.reports)

    def said_by_invitation(self, state: MeetingState, proposal: Proposal) -> bool:
        return proposal.terms.topic is Topic.DATE and (state.agreed is None or proposal.message is not None)

    def status(self, state: MeetingState) -> str:
        if state.stances:
            return "disputed"
        if state.held:
            if state.outcome is None:
                return "outcome-awaited"
            return "report-awaited" if self._unreported(state) else "close-awaited"
        if state.agreed is not None:
            return "mark-awaited" if state.ended else "scheduled"
        return "consent-awaited" if state.open_proposal(Topic.DATE) else "date-awaited"

    def moments(self, state: MeetingState) -> Iterator[Moment]:
        if state.agreed is not None and not state.ended and not state.held:
            yield Moment(state.agreed.slot.end.utc, MomentKind.AGREED_END)

    def pass_moments(self, draft: Draft[MeetingState]) -> Instant | None:
        agreed = draft.state.agreed
        if agreed is None or draft.state.ended or agreed.slot.end.utc > draft.now:
            return None
        draft.put(ended=True)
        return agreed.slot.end.utc

    def was_held(self, state: MeetingState) -> bool:
        return state.held

    def held_on(self, state: MeetingState) -> Instant | None:
        date = self._date(state)
        return date.start if state.held and date else None

    def excused(self, state: MeetingState) -> bool:
        """A date after the window, or a postponement beyond it, to which every side has consented."""
        return (state.agreed is not None and not state.ended) or state.asleep_until is not None

    def fate(self, state: MeetingState) -> str | None:
        on = self.held_on(state)
        if on is not None and state.window_end is not None:
            # What was held in time and marked later was held in time.
            return "on-time" if on < state.window_end else "late"
        return super().fate(state)

    def under_way(self, state: MeetingState) -> bool:
        return state.agreed is not None or state.held or bool(state.stances)

    def ending(self, draft: Draft[MeetingState], order: Order) -> None:
        event = draft.state.event
        # A date that has passed when the plan ends is called off no more, whatever nobody has marked.
        passed = event is not None and event.slot.end.utc <= draft.now
        if not draft.state.held and not (order.end == "expired" and passed):
            self._call_off(draft, order.text)

    # Proposals

    def refuse_terms(self, state: MeetingState, terms: Terms, now: Instant) -> Refusal | None:
        if state.held:
            return self.no(state, "already-marked", "it has been marked held; another side may dispute that")
        if state.stances:
            return self.no(state, "disputed", "whether it was held is disputed; the sides settle that first")
        if terms.topic is Topic.HOST:
            if terms.host not in state.setup.sides:
                return self.no(state, "bad-terms", f"the host is one of {', '.join(state.setup.sides)}")
            if terms.host == state.host:
                return self.no(state, "no-change", f"{terms.host} is the host already")
        if terms.topic is not Topic.DATE:
            return None
        if terms.slot is None or terms.slot.end.utc <= terms.slot.start.utc:
            return self.no(state, "bad-terms", "a date needs a start and a length above zero")
        if terms.slot.start.utc <= now:
            when = state.setup.clock.moment(terms.slot.start.utc)
            message = f"{when} has passed; what was held already is marked held, with the day on which it was"
            return self.no(state, "in-the-past", message)
        agreed = state.agreed
        if agreed and (agreed.slot, agreed.place, agreed.format) == (terms.slot, terms.place, terms.format):
            return self.no(state, "no-change", "this date is the agreed one")
        return None

    def refuse_consent(self, state: MeetingState, proposal: Proposal, now: Instant) -> Refusal | None:
        slot = proposal.terms.slot
        if slot is not None and slot.start.utc <= now:
            message = f"the date of proposal {proposal.number} has passed: reject or counter it"
            return self.no(state, "overtaken", message)
        return super().refuse_consent(state, proposal, now)

    def proposed(self, draft: Draft[MeetingState], proposal: Proposal) -> None:
        """A tentative invitation; an agreed date stands in the calendars until every side consents to another."""
        if proposal.terms.topic is Topic.DATE and draft.state.agreed is None and not leaves_event(proposal):
            accepted = self._accepted(draft.state, proposal)
            text = sentence_of(draft.state.ledger[-1].text) + " It stands when every side has accepted."
            suggests = SuggestedAct(verb="accept", proposal=proposal.number)
            consented = {consent.side for consent in proposal.consents}
            self._say(draft, EventStatus.TENTATIVE, proposal.terms, accepted, text, suggests, consented)
        elif proposal.terms.topic is Topic.DATE and proposal.message is None:
            self.tell_proposed(draft, proposal.number)

    def _accepted(self, state: MeetingState, proposal: Proposal) -> set[str]:
        """Sides that a tentative invitation shows as accepting. Another time, and an event that is called again, asks
        everybody anew, also who proposed it; with the same time PARTSTAT is kept (itip-rules 10)."""
        last, slot = state.event, proposal.terms.slot
        if last is None or slot is None:
            return {consent.side for consent in proposal.consents}
        if last.status is EventStatus.CANCELLED or not same_time(last.slot, slot):
            return set()
        accepting = {each.office for each in last.attendees if each.partstat is PartStat.ACCEPTED}
        return {party.side for party in state.setup.parties if party.coordinator.office in accepting}

    def agreed(self, draft: Draft[MeetingState], proposal: Proposal) -> None:
        terms = proposal.terms
        if terms.topic is Topic.DATE and terms.slot is not None:
            moved = draft.state.event is None or not same_time(draft.state.event.slot, terms.slot)
            agreed = AgreedDate(slot=terms.slot, place=terms.place, format=terms.format)
            dates = draft.state.dates
            dates = (*dates[:1], *dates[1:][-(DATES_KEPT - 2) :], agreed)
            draft.put(agreed=agreed, dates=dates, ended=False, mark=None, awake=True, asleep_until=None)
            # A change of time asks every attendee anew (RFC 5546 section 3.2.2.1); a change of status alone does not.
            accepted = set() if moved else {consent.side for consent in proposal.consents}
            self._say(draft, EventStatus.CONFIRMED, terms, accepted, "Every side has consented to this date.")
        elif terms.topic in (Topic.POSTPONE, Topic.DROP, Topic.EXCUSE):
            word = {Topic.POSTPONE: "Postponed", Topic.DROP: "Dropped", Topic.EXCUSE: "Excused"}[terms.topic]
            self._call_off(
                draft, f"{word} by consent of every side. {sentence_of(terms.reason) if terms.reason else ''}".strip()
            )

    def fell(self, draft: Draft[MeetingState], proposal: Proposal) -> None:
        if proposal.terms.topic is Topic.DATE and draft.state.agreed is None and not self.stands_again(draft, proposal):
            self._call_off(draft, sentence_of(draft.state.ledger[-1].text))

    def _say(
        self,
        draft: Draft[MeetingState],
        status: EventStatus,
        terms: Terms,
        accepted: set[str],
        text: str,
        suggests: SuggestedAct | None = None,
        consented: Collection[str] = (),
    ) -> None:
        """Tells the calendars and the invited a new version of the event."""
        setup, last = draft.state.setup, draft.state.event
        assert terms.slot is not None
        answered = answers_to(draft.state, terms.slot)
        attendees = tuple(
            Attendee(
                office=party.coordinator.office,
                title=party.coordinator.title,
                partstat=PartStat.ACCEPTED
                if party.side in accepted
                else answered.get(party.coordinator.office, PartStat.NEEDS_ACTION),
            )
            for party in setup.parties
        )
        style = f" Format: {terms.format.value}." if terms.format else ""
        event = CalendarEvent(
            uid=setup.uid,
            sequence=0,
            dtstamp=draft.now.replace(microsecond=0),
            status=status,
            summary=setup.title,
            description=setup.spoken(f"{setup.plan_title}, provision {setup.ref}. {text}{style}"),
            location=terms.place or ("virtual" if terms.format is Format.VIRTUAL else ""),
            slot=terms.slot,
            attendees=attendees,
        )
        offices = tuple(party.coordinator.office for party in setup.parties if party.side in consented)
        told = {"consented": offices, **_until_now(last, event)}
        self._put_event(draft, following(last, event), AnnouncementKind.INVITATION, text, suggests, **told)

    def _call_off(self, draft: Draft[MeetingState], text: str) -> None:
        """Takes the event out of the calendars, if it is in them."""
        last = draft.state.event
        draft.put(agreed=None, ended=False)
        if last is None or last.status is EventStatus.CANCELLED:
            return
        changes = {"status": EventStatus.CANCELLED, "dtstamp": draft.now.replace(microsecond=0)}
        self._put_event(draft, following(last, last.model_copy(update=changes)), AnnouncementKind.CANCELLATION, text)

    def newest(self, state: MeetingState, event: CalendarEvent) -> CalendarEvent:
        """A version that was overtaken while it waited would only be counted against its successor."""
        last = state.event
        return last if last is not None and last.uid == event.uid and last.dtstamp > event.dtstamp else event

    def outrun(self, state: MeetingState, published: CalendarEvent, sequence: int, now: Instant) -> Step[MeetingState]:
        """The event goes on from the SEQUENCE with which the calendars now have the version that was published, and is
        said to the invited again: their programs would take what bears a lower one for old (RFC 5546 section 2.1.5)."""
        last = state.event
        if last is None or last.sequence >= sequence:
            return Step(state=state)
        if last.status != published.status or not same_time(last.slot, published.slot):
            sequence += 1  # it has changed since
        draft = Draft(state, now)
        stamp = max(now.replace(microsecond=0), last.dtstamp + timedelta(seconds=1))
        event = last.model_copy(update={"sequence": sequence, "dtstamp": stamp})
        if last.slot.end.utc <= now:
            draft.put(event=last.model_copy(update={"sequence": sequence}))
            return Step(state=draft.state)  # nobody is told about what is over
        off = event.status is EventStatus.CANCELLED
        kind = AnnouncementKind.CANCELLATION if off else AnnouncementKind.INVITATION
        text = (
            "The last word on this event is said again, because calendars hold a later number from before a breakdown."
        )
        self._put_event(draft, event, kind, text)
        return Step(state=draft.state, effects=tuple(draft.effects))

    def _put_event(
        self,
        draft: Draft[MeetingState],
        event: CalendarEvent | None,
        kind: AnnouncementKind,
        text: str,
        suggests: SuggestedAct | None = None,
        **more: Any,
    ) -> None:
        if event is None:
            return
        last = draft.state.event
        if draft.state.reinvited and last is not None:
            event = self._remove_former(draft, last, event, text)
        self.keep_event(draft, event)
        setup = draft.state.setup
        if kind is AnnouncementKind.CANCELLATION and draft.state.reinvited:
            draft.announce_to(kind, [_seat(attendee) for attendee in event.attendees], text, event=event)
        else:
            draft.announce(kind, setup.sides, text, event, suggests=suggests, **more)
        calendars = (setup.plan, *(attendee.office for attendee in event.attendees))
        invited_before = [attendee.office for attendee in last.attendees] if last else []
        removed = tuple(office for office in invited_before if office not in calendars)
        draft.effects.append(Publish(event=event, calendars=calendars, removed=removed))

    def _remove_former(
        self, draft: Draft[MeetingState], last: CalendarEvent, event: CalendarEvent, text: str
    ) -> CalendarEvent:
        """Who was invited and no longer is hears so, alone (itip-rules 11); the event in its next version."""
        invited = {attendee.office for attendee in event.attendees}
        former = [attendee for attendee in last.attendees if attendee.office not in invited]
        if not former or last.status is EventStatus.CANCELLED:
            return event
        event = event.model_copy(update={"sequence": max(event.sequence, last.sequence + 1)})
        for attendee in former:
            changes = {"status": EventStatus.CANCELLED, "attendees": (attendee,), "removes": True}
            stamps = {"sequence": event.sequence, "dtstamp": event.dtstamp}
            own = last.model_copy(update={**changes, **stamps})
            more = " It takes place without this office, and nothing about it is awaited of it any longer."
            draft.announce_to(AnnouncementKind.CANCELLATION, [_seat(attendee)], text + more, event=own)
        return event

    def _amend(self, draft: Draft[MeetingState], order: Order) -> None:
        super()._amend(draft, order)
        if order.reinvites:
            draft.put(reinvited=True)
        event = self._other_offices(draft, order)
        if event is not None:
            self._reinvite(draft, event, order)

    def say_amended(self, draft: Draft[MeetingState], before: ItemSetup, order: Order) -> None:
        if self._other_offices(draft, order) is None:  # otherwise said with the invitation
            super().say_amended(draft, before, order)

    def _other_offices(self, draft: Draft[MeetingState], order: Order) -> CalendarEvent | None:
        """An event that is to come, to which others are invited than the offices that follow it now."""
        state = draft.state
        event = state.event
        if not order.reinvites or event is None or event.status is EventStatus.CANCELLED or state.held:
            return None
        now = {party.coordinator.office for party in state.setup.parties}
        changed = now != {attendee.office for attendee in event.attendees}
        return event if changed and event.slot.end.utc > draft.now else None

    def _reinvite(self, draft: Draft[MeetingState], last: CalendarEvent, order: Order) -> None:
        """The offices that follow it now are invited in place of the former, which are removed (itip-rules 11)."""
        setup = draft.state.setup
        kept = {attendee.office: attendee for attendee in last.attendees}
        now = [party.coordinator for party in setup.parties]
        attendees = tuple(kept.get(rung.office, Attendee(office=rung.office, title=rung.title)) for rung in now)
        stamp = max(draft.now.replace(microsecond=0), last.dtstamp + timedelta(seconds=1))
        event = last.model_copy(update={"attendees": attendees, "sequence": last.sequence + 1, "dtstamp": stamp})
        text = sentence_of(f"The plan reads otherwise {order.text}")
        proposal = draft.state.open_proposal(Topic.DATE) if event.status is EventStatus.TENTATIVE else None
        suggests = SuggestedAct(verb="accept", proposal=proposal.number) if proposal else None
        self._put_event(draft, event, AnnouncementKind.INVITATION, text, suggests, **told_of(order))

    # The meeting's own acts

    def refuse_own(self, state: MeetingState, act: Act, side: str, now: Instant) -> Refusal | None:
        if isinstance(act, Reply):
            return self.refuse_reply(state, act, side, now)
        if isinstance(act, Regret):
            return self._refuse_regret(state, now)
        if isinstance(act, Held):
            return self._refuse_held(state, act, now)
        if isinstance(act, NotHeld):
            return self._refuse_not_held(state, now)
        if isinstance(act, Dispute):
            return self._refuse_dispute(state, act, side)
        if isinstance(act, Outcome | Evidence):
            return self._refuse_filing(state, act, side)
        return self._refuse_close(state)

    def _refuse_regret(self, state: MeetingState, now: Instant) -> Refusal | None:
        if state.held or state.stances:
            return self.no(state, "already-marked", "what was marked is disputed, not regretted")
        if state.agreed is None:
            return self.no(
                state, "no-date", "no date is agreed that could be regretted; answer or withdraw the proposal"
            )
        if state.agreed.slot.end.utc <= now:
            return self.no(state, "already-past", "the agreed date has passed: say held or not-held")
        return None

    def _refuse_held(self, state: MeetingState, act: Held, now: Instant) -> Refusal | None:
        if state.held:
            assert state.mark is not None
            message = f"{state.mark.office} marked it held on {state.setup.clock.moment(state.mark.at)}"
            return self.no(state, "already-marked", message)
        if act.on is not None:
            if act.on.utc > now:
                return self.no(state, "not-begun", f"{act.on.local:%-d %B %Y} has not come yet")
            return None
        agreed = state.agreed or (state.mark.agreed if state.mark else None)
        if agreed is None:
            message = "no date was agreed; propose one, or, if it was held without, say on which day"
            return self.no(state, "no-date", message)
        if agreed.slot.start.utc > now:
            message = (
                f"it is agreed for {state.setup.clock.moment(agreed.slot.start.utc)} and has not begun; "
                "if it was held on an earlier day, say on which"
            )
            return self.no(state, "not-begun", message)
        return None

    def _refuse_not_held(self, state: MeetingState, now: Instant) -> Refusal | None:
        if state.stances:
            return None
        if (state.mark is not None and state.agreed is None) or state.held:
            assert state.mark is not None
            word = "held" if state.mark.held else "not held"
            return self.no(
                state, "already-marked", f"{state.mark.office} marked it {word}; another side may dispute that"
            )
        if state.agreed is None:
            return self.no(state, "no-date", "no date is agreed on which it could have been held")
        if state.agreed.slot.start.utc > now:
            when = state.setup.clock.moment(state.agreed.slot.start.utc)
            message = f"it is agreed for {when}: regret it, or propose to postpone"
            return self.no(state, "not-begun", message)
        return None

    def _refuse_dispute(self, state: MeetingState, act: Dispute, side: str) -> Refusal | None:
        if not act.reason.strip():
            return self.no(state, "bad-terms", "say what is disputed and why")
        if state.stances:
            return self.no(state, "disputed", "the mark is disputed already: say held or not-held")
        by = state.outcome["side"] if state.outcome else state.mark.side if state.mark else None
        if by is None or (state.mark and not state.mark.held and state.agreed is not None):
            return self.no(state, "nothing-marked", "nothing has been marked that could be disputed")
        if by == side:
            return self.no(state, "own-mark", "your own side put this on record; another side may dispute it")
        return None

    def _refuse_filing(self, state: MeetingState, act: Outcome | Evidence, side: str) -> Refusal | None:
        if not act.text.strip() and act.document is None:
            return self.no(state, "bad-terms", "give a text or a document")
        if isinstance(act, Evidence):
            if state.outcome and state.setup.report_to_higher and side in state.reports:
                return self.no(state, "already-reported", "your side's report is on record")
            return None
        if state.stances:
            return self.no(state, "disputed", "whether it was held is disputed; the sides settle that first")
        if not state.held:
            return self.no(state, "not-held", "it has not been marked held")
        if state.outcome is not None:
            message = f"{state.outcome['office']} filed the outcome; another side may dispute it"
            return self.no(state, "already-filed", message)
        return None

    def _refuse_close(self, state: MeetingState) -> Refusal | None:
        if state.stances:
            return self.no(state, "disputed", "whether it was held is disputed; the sides settle that first")
        if not state.held:
            return self.no(
                state, "not-held", "it has not been marked held; what is not to be held is dropped by consent"
            )
        if state.outcome is None:
            return self.no(state, "no-outcome", "the outcome has not been filed")
        if self._unreported(state):
            sides = ", ".join(self._unreported(state))
            return self.no(state, "not-reported", f"the report to the higher authority is awaited of {sides}")
        return None

    def take_own(self, draft: Draft[MeetingState], act: Act, side: str) -> None:
        if isinstance(act, Reply):
            self.take_reply(draft, act, side)
        elif isinstance(act, Regret):
            draft.enter("regret", f"{act.office} ({side}) regrets: {act.reason}", act, reason=act.reason)
            self._call_off(draft, sentence_of(draft.state.ledger[-1].text) + " A new date is awaited.")
        elif isinstance(act, Held):
            self._take_held(draft, act, side)
        elif isinstance(act, NotHeld):
            self._take_not_held(draft, act, side)
        elif isinstance(act, Dispute):
            self._take_dispute(draft, act, side)
        elif isinstance(act, Outcome):
            self._take_outcome(draft, act, side)
        elif isinstance(act, Evidence):
            self._take_evidence(draft, act, side)
        elif isinstance(act, Close):
            note = f" {act.note}" if act.note else ""
            text = f"{act.office} ({side}) closes it out.{note}"
            self.close(draft, "closed", act, text, by="office", note=act.note or None)

    def _take_held(self, draft: Draft[MeetingState], act: Held, side: str) -> None:
        state = draft.state
        agreed = state.agreed or (state.mark.agreed if state.mark else None)
        style = act.format or (agreed.format if agreed else None)
        place = act.place or (agreed.place if agreed else "")
        when = act.on or (agreed.slot.start if agreed else None)
        mark = Mark(
            held=True,
            office=act.office,
            side=side,
            at=draft.now,
            agreed=agreed,
            on=act.on,
            format=style,
            place=place,
        )
        details = ", ".join(part for part in (place, style.value if style else "") if part)
        on = f" on {when.local:%-d %B %Y}" if when else ""
        where = f" ({details})" if details else ""
        date = held_date(mark)
        told = date.model_dump(mode="json") if date else None
        draft.enter("held", f"{act.office} ({side}) marks it held{on}{where}", act, date=told)
        self._take_stance(draft, mark)

    def _take_not_held(self, draft: Draft[MeetingState], act: NotHeld, side: str) -> None:
        state = draft.state
        agreed = state.agreed or (state.mark.agreed if state.mark else None)
        reason = f": {act.reason}" if act.reason else ""
        draft.enter("not_held", f"{act.office} ({side}) marks it not held{reason}", act, reason=act.reason or None)
        mark = Mark(held=False, office=act.office, side=side, at=draft.now, agreed=agreed, reason=act.reason)
        self._take_stance(draft, mark)

    def _take_stance(self, draft: Draft[MeetingState], mark: Mark) -> None:
        """A first mark stands at once; a disputed one when the disputing sides say the same."""
        if draft.state.stances:
            stances = {**draft.state.stances, mark.side: mark.held}
            if len(set(stances.values())) > 1:
                draft.put(stances=stances)
                return
            draft.enter("settled", "the sides now say the same")
        draft.put(mark=mark, stances={})
        text = draft.state.ledger[-1].text if not mark.held else ""
        if mark.held:
            draft.overtake(Topic.DATE, Topic.HOST, Topic.POSTPONE, Topic.EXTEND, Topic.DROP, Topic.EXCUSE)
            draft.put(awake=True, asleep_until=None)
            ahead = draft.state.event is not None and draft.state.event.slot.start.utc > draft.now
            if mark.agreed is None or ahead:
                self._call_off(draft, "It was held on another day.")
            others = tuple(side for side in draft.state.setup.sides if side != mark.side)
            word = draft.state.ledger[-1].text
            draft.announce(
                AnnouncementKind.MARK, others, f"{sentence_of(word)} It may be disputed until it is closed out."
            )
        else:
            self._call_off(draft, f"{sentence_of(text)} A new date is awaited.")

    def _take_dispute(self, draft: Draft[MeetingState], act: Dispute, side: str) -> None:
        state = draft.state
        about = "outcome" if state.outcome else "mark"
        text = f"{act.office} ({side}) disputes the {about}: {act.reason}"
        draft.enter("dispute", text, act, about=about, reason=act.reason)
        if state.outcome:
            draft.put(outcome=None, reports=())
        elif state.mark:
            draft.put(stances={state.mark.side: state.mark.held, side: not state.mark.held})
        others = tuple(each for each in state.setup.sides if each != side)
        draft.announce(AnnouncementKind.ANSWER, others, sentence_of(draft.state.ledger[-1].text))

    def _take_outcome(self, draft: Draft[MeetingState], act: Outcome, side: str) -> None:
        filed = filing(act, side, draft.now)
        draft.put(outcome=filed)
        draft.enter("outcome", f"{act.office} ({side}) files the outcome{_excerpt(act)}", act, filed=filed)
        setup = draft.state.setup
        others = tuple(each for each in setup.sides if each != side)
        text = sentence_of(draft.state.ledger[-1].text)
        draft.announce(AnnouncementKind.OUTCOME, others, text)
        if setup.report_to_higher:
            higher = tuple(party.side for party in setup.parties if party.above is not None)
            why = f" Provision {setup.ref} asks that the result be reported to the higher authority."
            draft.announce(AnnouncementKind.OUTCOME, higher, text + why, above=True)

    def _take_evidence(self, draft: Draft[MeetingState], act: Evidence, side: str) -> None:
        state = draft.state
        filed = filing(act, side, draft.now)
        reports = state.outcome is not None and side in self._unreported(state)
        draft.put(
            evidence=(*state.evidence, filed)[-EVIDENCE_KEPT:],
            reports=(*state.reports, side) if reports else state.reports,
        )
        what = "puts on record its report to the higher authority" if reports else "gives evidence"
        draft.enter("evidence", f"{act.office} ({side}) {what}{_excerpt(act)}", act, filed=filed)

    # Reading

    def _date(self, state: MeetingState) -> DateRow | None:
        if state.mark and state.mark.held:
            return held_date(state.mark)
        agreed = state.agreed
        return date_row(agreed.slot.start, agreed.slot.end, agreed.place, agreed.format) if agreed else None

    def _dates(self, state: MeetingState) -> dict[str, Any]:
        """The original, the revised and the actual date: none takes the place of another."""
        if not state.dates and not state.held:
            return {}
        rows = [date_row(d.slot.start, d.slot.end, d.place, d.format).model_dump(mode="json") for d in state.dates]
        actual = self._date(state) if state.held else None
        return {
            "original": rows[0] if rows else None,
            "revised": rows[1:],
            "actual": actual.model_dump(mode="json") if actual else None,
        }

    def row(self, state: MeetingState) -> ItemRow:
        return super().row(state).model_copy(update={"date": self._date(state)})

    def view(self, state: MeetingState) -> ItemView:
        more = {
            "date": self._date(state),
            "dates": self._dates(state),
            "sequence": state.event.sequence if state.event else None,
            "outcome": state.outcome,
            "answers": answer_rows(state),
        }
        return super().view(state).model_copy(update=more)


def held_date(mark: Mark) -> DateRow | None:
    """When and where it was held, as that was put on record; None where no day is known."""
    if mark.on:
        return date_row(mark.on, mark.on, mark.place, mark.format)
    slot = mark.agreed.slot if mark.agreed else None
    return date_row(slot.start, slot.end, mark.place, mark.format) if slot else None


def _seat(attendee: Attendee) -> Rung:
    """Who is invited, as one who is told."""
    return Rung(office=attendee.office, title=attendee.title, label="", after=timedelta(0))


MEETING = MeetingMachine()
