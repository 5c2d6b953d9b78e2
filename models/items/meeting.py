"""Meetings, visits and seminars, from the agreement on a date to the close-out.

The sides agree on a date and get an invitation. They mark the meeting as held, file its outcome and close it. The table
`LIFE` holds the phases of a meeting, in their usual order. The table `DEEDS` holds the acts that it takes.

Other modules hold the parts: the calendar event (invitations), answers by mail (mail_answers), the reminder of an
agreed date (reminders), held or not held (marks), the outcome and the close-out (outcomes).
"""

from collections.abc import Iterator
from typing import Any

from models.common.links import fault_of_link
from models.common.times import same_time
from models.common.values import Instant
from models.items import invitations
from models.items.asking_again import invitation_to_answer
from models.items.disputes import DISPUTE
from models.items.invitations import accepting_sides, call_off, invite
from models.items.mail_answers import (
    REPLY,
    consented_meanwhile,
    stands_again,
    tell_declined_counter,
    tell_proposed,
    words_answered,
    words_beside,
)
from models.items.marks import HELD, NOT_HELD
from models.items.meeting_state import DATES_KEPT, AgreedDate, MeetingState, leaves_event
from models.items.outcomes import CLOSE, EVIDENCE, OUTCOME
from models.items.reminders import pass_reminder, plan_reminder, reminder_moments, reminders_not_sent
from models.machine.agreement import AGREE
from models.machine.calls import CALL
from models.machine.consent import PROPOSALS
from models.machine.draft import Draft, Step
from models.machine.machine import Machine
from models.machine.refusals import refusal
from models.machine.round_answers import PROGRESS
from models.machine.rules import Deed, NotSaid, Phase, Rules
from models.machine.setup import ItemSetup
from models.machine.silence import ask_agreement, ask_express
from models.machine.state import Ask, Consent, Proposal
from models.messages.acts import Regret, Reject, Terms, Topic, Withdraw
from models.messages.calendar_event import CalendarEvent, EventStatus
from models.messages.effects import Order
from models.messages.moments import Moment, MomentKind
from models.messages.notices import SuggestedAct
from models.messages.sentences import sentence_of
from models.messages.views import Refusal, date_row

# Its life


def _asks(act: str, sides: tuple[str, ...]) -> Iterator[Ask]:
    return (Ask(act=act, side=side) for side in sides)


def _ask_host(state: MeetingState) -> Iterator[Ask]:
    """Asks each side to propose a host, if the host rotates and is not known, and no list of questions asks for it."""
    open_here = state.setup.rotating and not state.setup.host_in_questions and state.host is None
    if open_here and not state.open_proposal(Topic.HOST):
        yield from (Ask(act="propose-host", side=side, stays=True) for side in state.setup.sides)


def _ask_date(state: MeetingState) -> Iterator[Ask]:
    yield from _ask_host(state)
    yield from _asks("propose-date", state.hosting)


def _ask_mark(state: MeetingState) -> Iterator[Ask]:
    yield from _ask_host(state)
    yield from _asks("mark", state.hosting)


def _ask_file(act: str, sides: tuple[str, ...], state: MeetingState) -> Iterator[Ask]:
    """Asks these sides to file something. If only express agreement counts, also asks for it meanwhile."""
    yield from _asks(act, sides)
    yield from ask_express(state)


def _to_come(state: MeetingState) -> bool:
    return not state.held and not state.stances


def _recorded(state: MeetingState) -> bool:
    return state.held and state.outcome is not None and not state.unreported


LIFE = (
    Phase("date-awaited", lambda s: _to_come(s) and not s.agreed and not s.open_proposal(Topic.DATE), _ask_date),
    Phase("consent-awaited", lambda s: _to_come(s) and not s.agreed and bool(s.open_proposal(Topic.DATE)), _ask_host),
    Phase("scheduled", lambda s: _to_come(s) and bool(s.agreed) and not s.ended, _ask_host),
    Phase("mark-awaited", lambda s: _to_come(s) and bool(s.agreed) and s.ended, _ask_mark),
    Phase("disputed", lambda s: bool(s.stances), lambda s: _asks("mark", tuple(s.stances))),
    Phase("outcome-awaited", lambda s: s.held and s.outcome is None, lambda s: _ask_file("outcome", s.hosting, s)),
    Phase(
        "report-awaited",
        lambda s: s.held and s.outcome is not None and bool(s.unreported),
        lambda s: _ask_file("report", s.unreported, s),
    ),
    Phase(
        "close-awaited",
        lambda s: _recorded(s) and not s.silences,
        lambda s: _asks("close", s.hosting),
    ),
    Phase("under-silence", lambda s: _recorded(s) and bool(s.silences), ask_agreement),
)

# A side that cannot come


def _refuse_regret(
    rules: Rules[MeetingState], state: MeetingState, act: Regret, side: str, now: Instant
) -> Refusal | None:
    if state.held or state.stances:
        return refusal(rules, state, "already-marked", "it is marked already; to deny the mark, dispute it")
    if state.agreed is None:
        message = "no date is agreed, so there is nothing to regret; answer or withdraw an open proposal"
        return refusal(rules, state, "no-date", message)
    if state.agreed.slot.end.utc <= now:
        return refusal(rules, state, "already-past", "the agreed date has passed; mark it held or not-held")
    return None


def _take_regret(rules: Rules[MeetingState], draft: Draft[MeetingState], act: Regret, side: str) -> None:
    text = f"{act.office} ({side}) regrets: {act.reason}"
    draft.enter("regret", text, act, reason=act.reason)
    call_off(draft, sentence_of(text) + " A new date is awaited.")


DEEDS = {
    **PROPOSALS,
    "reply": REPLY,
    "regret": Deed(_refuse_regret, _take_regret),
    "held": HELD,
    "not_held": NOT_HELD,
    "dispute": DISPUTE,
    "outcome": OUTCOME,
    "evidence": EVIDENCE,
    "agree": AGREE,
    "close": CLOSE,
    "progress": PROGRESS,
    "call": CALL,
}


_FELL = {"reject": "The proposed date is not accepted.", "withdraw": "The proposed date is withdrawn."}
"""What has become of a proposed date, by the verb of the line that ended it. Its event is cancelled (RFC 5546 knows no
other word), but nothing that was agreed is called off."""


class MeetingRules(Rules[MeetingState]):
    """The rules of a session, a one-off meeting, a visit or a seminar."""

    life = LIFE
    deeds = DEEDS
    topics = frozenset({Topic.DATE, Topic.HOST, Topic.POSTPONE, Topic.EXTEND, Topic.DROP, Topic.EXCUSE})

    # Agreeing a date

    def refuse_terms(self, state: MeetingState, terms: Terms, now: Instant) -> Refusal | None:
        if state.held:
            message = "it is marked held, so nothing can be proposed; another side may dispute the mark"
            return refusal(self, state, "already-marked", message)
        if state.stances:
            message = "the sides disagree whether it was held; settle that first, with held or not-held"
            return refusal(self, state, "disputed", message)
        if terms.topic is Topic.HOST:
            if terms.host not in state.setup.sides:
                return refusal(self, state, "bad-terms", f"the host must be one of {', '.join(state.setup.sides)}")
            if terms.host == state.host:
                return refusal(self, state, "no-change", f"{terms.host} is the host already")
        return self._refuse_date(state, terms, now) if terms.topic is Topic.DATE else None

    def _refuse_date(self, state: MeetingState, terms: Terms, now: Instant) -> Refusal | None:
        if terms.slot is None or terms.slot.end.utc <= terms.slot.start.utc:
            return refusal(self, state, "bad-terms", "a date needs a start and a length above zero")
        if terms.slot.start.utc <= now:
            when = state.setup.clock.moment(terms.slot.start.utc)
            message = f"{when} has passed; propose a later date, or, if it was held then, mark it held on that day"
            return refusal(self, state, "in-the-past", message)
        until = state.setup.valid_until
        if until is not None and terms.slot.end.utc > until:
            message = f"the plan is valid until {state.setup.clock.last_day(until)}; propose a date that ends by then"
            return refusal(self, state, "outside-validity", message)
        if terms.link and (fault := fault_of_link(terms.link)) is not None:
            return refusal(self, state, "bad-terms", fault)
        agreed = state.agreed
        if agreed is not None and AgreedDate.of(terms) == agreed:
            return refusal(self, state, "no-change", "this date is agreed already")
        return None

    def refuse_consent(self, state: MeetingState, proposal: Proposal, now: Instant) -> Refusal | None:
        slot = proposal.terms.slot
        if slot is not None and slot.start.utc <= now:
            message = f"the date of proposal {proposal.number} has passed; reject or counter it"
            return refusal(self, state, "overtaken", message)
        return None

    def said_by_invitation(self, state: MeetingState, proposal: Proposal) -> bool:
        return proposal.terms.topic is Topic.DATE and (state.agreed is None or proposal.message is not None)

    def consented_meanwhile(self, state: MeetingState, proposal: Proposal, counter: Proposal) -> tuple[Consent, ...]:
        return consented_meanwhile(state, proposal, counter)

    def proposed(self, draft: Draft[MeetingState], proposal: Proposal) -> None:
        """Sends the guests a tentative invitation to a proposed date.

        If a date is agreed, or if the proposal came by mail as a COUNTER (another time), no invitation goes, and the
        calendar event stays as it is.
        """
        if proposal.terms.topic is not Topic.DATE:
            return
        if draft.state.agreed is None and not leaves_event(proposal):
            accepted = accepting_sides(draft.state, proposal)
            text = sentence_of(draft.state.ledger[-1].text) + " It stands when every side has accepted."
            suggests = SuggestedAct(verb="accept", proposal=proposal.number)
            consented = {consent.side for consent in proposal.consents}
            invite(draft, EventStatus.TENTATIVE, proposal.terms, accepted, text, suggests, consented)
        elif proposal.message is None:
            tell_proposed(draft, proposal.number)

    def agreed(self, draft: Draft[MeetingState], proposal: Proposal) -> None:
        terms = proposal.terms
        if terms.topic is Topic.DATE and terms.slot is not None:
            moved = draft.state.event is None or not same_time(draft.state.event.slot, terms.slot)
            agreed = AgreedDate.of(terms)
            dates = draft.state.dates
            dates = (*dates[:1], *dates[1:][-(DATES_KEPT - 2) :], agreed)
            plan_reminder(draft, terms.slot, terms.remind_at)
            draft.put(agreed=agreed, dates=dates, ended=False, mark=None, awake=True, asleep_until=None)
            # After a change of time every guest answers again (RFC 5546 section 3.2.2.1); after a change of status not.
            accepted = set() if moved else {consent.side for consent in proposal.consents}
            invite(draft, EventStatus.CONFIRMED, terms, accepted, "Every side has consented to this date.")
        elif terms.topic in (Topic.POSTPONE, Topic.DROP, Topic.EXCUSE):
            word = {Topic.POSTPONE: "Postponed", Topic.DROP: "Dropped", Topic.EXCUSE: "Excused"}[terms.topic]
            why = sentence_of(terms.reason) if terms.reason else ""
            call_off(draft, f"{word} by consent of every side. {why}".strip())
        elif terms.topic is Topic.HOST:
            # The host is part of what the sides consent to with a proposed date.
            text = f"All sides consent to {draft.words(terms)}. The proposed date awaits your answer with this host."
            invitations.invite_again(draft, text)

    def fell(self, draft: Draft[MeetingState], proposal: Proposal, at: Instant | None = None) -> None:
        if proposal.terms.topic is not Topic.DATE or draft.state.agreed is not None:
            return
        if not stands_again(self, draft, proposal):
            line = draft.state.ledger[-1]
            call_off(draft, f"{_FELL.get(line.verb, '')} {sentence_of(line.text)}".strip(), at)

    def tells_ended(self, draft: Draft[MeetingState], proposal: Proposal, act: Reject | Withdraw, side: str) -> bool:
        return tell_declined_counter(draft, proposal, act, side)

    def words_beside(self, state: MeetingState, proposal: int, side: str) -> str:
        return words_beside(state, proposal, side)

    def words_answered(self, draft: Draft[MeetingState], proposal: int, side: str) -> str:
        return words_answered(draft, proposal, side)

    def invitation_to_answer(self, draft: Draft[MeetingState], office: str) -> CalendarEvent | None:
        return invitation_to_answer(draft, office)

    # What time brings

    def moments(self, state: MeetingState) -> Iterator[Moment]:
        if state.agreed is not None and not state.ended and not state.held:
            yield Moment(state.agreed.slot.end.utc, MomentKind.AGREED_END)
        yield from reminder_moments(state)

    def pass_moments(self, draft: Draft[MeetingState]) -> Instant | None:
        pass_reminder(draft)
        agreed = draft.state.agreed
        if agreed is None or draft.state.ended or agreed.slot.end.utc > draft.now:
            return None
        draft.put(ended=True)
        return agreed.slot.end.utc

    # How it stands to its window and its turn

    def was_held(self, state: MeetingState) -> bool:
        return state.held

    def held_on(self, state: MeetingState) -> Instant | None:
        return state.date.start if state.held and state.date else None

    def excused(self, state: MeetingState) -> bool:
        """Whether the sides have consented to a date that is not over yet, or to a postponement."""
        return (state.agreed is not None and not state.ended) or state.asleep_until is not None

    def closable(self, state: MeetingState) -> bool:
        return _recorded(state)

    def under_way(self, state: MeetingState) -> bool:
        return state.agreed is not None or state.held or bool(state.stances)

    # What other workflows, and the calendars, tell

    def ending(self, draft: Draft[MeetingState], order: Order) -> None:
        event = draft.state.event
        # If the plan ends after the agreed date, the event is not cancelled, even if nobody has marked it.
        passed = event is not None and event.slot.end.utc <= draft.now
        if not draft.state.held and not (order.end == "expired" and passed):
            call_off(draft, order.text)

    def amended(self, draft: Draft[MeetingState], before: ItemSetup, order: Order) -> bool:
        return invitations.reinvite(draft, order)

    def newest(self, state: MeetingState, event: CalendarEvent) -> CalendarEvent:
        return invitations.newest(state, event)

    def outrun(self, state: MeetingState, published: CalendarEvent, sequence: int, now: Instant) -> Step[MeetingState]:
        return invitations.outrun(state, published, sequence, now)

    # In views

    def not_said(self, state: MeetingState) -> Iterator[NotSaid]:
        return reminders_not_sent(state)

    def row_facts(self, state: MeetingState) -> dict[str, Any]:
        return {"date": state.date}

    def view_facts(self, state: MeetingState) -> dict[str, Any]:
        given = (
            {**each.model_dump(mode="json", exclude={"seen"}), "current": state.is_current(each.sequence)}
            for each in state.answers
        )
        return {
            "dates": _dates(state),
            "remind_at": state.remind_at,
            "sequence": state.event.sequence if state.event else None,
            "outcome": state.outcome,
            "answers": tuple(given),
        }


def _dates(state: MeetingState) -> dict[str, Any]:
    """Returns the original, the revised and the actual date, in the form of views. Empty if no date is known."""
    if not state.dates and not state.held:
        return {}
    rows = [date_row(d.slot.start, d.slot.end, d.place, d.format, d.link).model_dump(mode="json") for d in state.dates]
    actual = state.date if state.held else None
    return {
        "original": rows[0] if rows else None,
        "revised": rows[1:],
        "actual": actual.model_dump(mode="json") if actual else None,
    }


MEETING = Machine(MeetingRules())
