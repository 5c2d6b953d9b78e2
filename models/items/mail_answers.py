"""What an office answers with the buttons of its mail program: Accept, Decline, Propose new time (RFC 5546).

An Accept of a proposed date by the office whose consent is needed is that consent, a Decline its rejection, and a new
time is a newer proposal: the same acts as at the command line, with the same effects, and the mail named as evidence.
Every other answer is recorded and changes nothing.

What a COUNTER leaves as it is: the event. Only when the sides have decided do calendars hear of it, by a REQUEST with
the new time or a DECLINECOUNTER; a rejected COUNTER leaves the proposal that it countered open.
"""

from datetime import date
from typing import Any, TypeVar

from models.common.times import Slot, same_time
from models.common.values import Instant, Value
from models.machine.draft import Draft
from models.machine.letter_fields import happened
from models.machine.machine import Machine
from models.machine.state import Consent, ItemState, Proposal, ProposalStatus
from models.messages.acts import Accept, Counter, Document, Propose, Reject, Reply, ReplyMethod, Terms, Topic, Withdraw
from models.messages.calendar_event import CalendarEvent, EventStatus, PartStat
from models.messages.notices import AnnouncementKind, SuggestedAct
from models.messages.sentences import sentence_of
from models.messages.views import Refusal
from models.plan.plan import Format


class AgreedDate(Value):
    """A date to which every side that must has consented."""

    slot: Slot
    place: str = ""
    format: Format | None = None


class OfficeAnswer(Value):
    """The last answer of an invited office."""

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


class InvitedState(ItemState):
    """An item with an event to which offices are invited."""

    agreed: AgreedDate | None = None
    event: CalendarEvent | None = None
    """What calendars were told last."""
    time_since: int | None = None
    """SEQUENCE of the first version with the event's present time; None in states of before it was kept."""
    answers: tuple[OfficeAnswer, ...] = ()
    """By office, the last one each."""


R = TypeVar("R", bound=InvitedState)

_WORDS = {
    PartStat.NEEDS_ACTION: "gives no answer",
    PartStat.ACCEPTED: "accepts",
    PartStat.TENTATIVE: "accepts tentatively",
    PartStat.DECLINED: "declines",
}


def leaves_event(proposal: Proposal) -> bool:
    """Whether the event stays as it is until the sides have decided on this proposal: a COUNTER by mail."""
    return proposal.message is not None and proposal.counters is not None


def answers_to(state: InvitedState, slot: Slot) -> dict[str, PartStat]:
    """By office, what was answered to an event at this time; nothing where the event was at another."""
    event = state.event
    if event is None or event.status is EventStatus.CANCELLED or not same_time(event.slot, slot):
        return {}
    return {each.office: each.partstat for each in state.answers if _current(state, each.sequence)}


def answer_rows(state: InvitedState) -> tuple[dict[str, Any], ...]:
    """The answers as `show` tells them; `current` is false of those to an earlier time."""
    return tuple({**each.model_dump(mode="json"), "current": _current(state, each.sequence)} for each in state.answers)


def _current(state: InvitedState, sequence: int) -> bool:
    """Whether a version of the event had the time that it has now (itip-rules 15)."""
    if state.event is None:
        return False
    since = state.event.sequence if state.time_since is None else state.time_since
    return sequence >= since


class Replying(Machine[R]):
    """The answers by mail to the event of an item."""

    def keep_event(self, draft: Draft[R], event: CalendarEvent) -> None:
        """A new version of the event is told; a called-off event that is called again asks everybody anew."""
        last = draft.state.event
        anew = last is None or last.status is EventStatus.CANCELLED or not same_time(last.slot, event.slot)
        draft.put(event=event, time_since=event.sequence if anew else draft.state.time_since)

    # Whether an answer is taken

    def refuse_reply(self, state: R, act: Reply, side: str, now: Instant) -> Refusal | None:
        """Why an answer needs a person."""
        event = state.event
        if event is None or act.uid != event.uid:
            return self.no(state, "no-invitation", f"no invitation with the UID {act.uid} was sent for this item")
        if act.office not in {attendee.office for attendee in event.attendees}:
            return self.no(state, "not-invited", f"{act.office} was not invited to it")
        if act.sequence > event.sequence:
            message = f"it answers SEQUENCE {act.sequence}; the newest that was sent is {event.sequence}"
            return self.no(state, "unknown-sequence", message)
        if act.recurrence is not None and act.recurrence != event.slot.start.utc and _current(state, act.sequence):
            return self.no(state, "other-recurrence", "it answers another recurrence; this event does not recur")
        if self._repeats(state, act):
            return None
        last = self._last(state, act.office)
        if last is not None and last.dtstamp == act.dtstamp and last.sequence == act.sequence:
            return self.no(
                state, "same-dtstamp", "another answer of this office has the same DTSTAMP: which one holds?"
            )
        meant = self._meant(state, act, side)
        if isinstance(meant, Propose):
            return self._refuse_proposing(state, meant.terms, side, now)
        if meant is not None:
            return self._refuse_answer(state, meant, side, now)
        if act.method is ReplyMethod.COUNTER and event.status is EventStatus.CANCELLED:
            return self.no(state, "cancelled", "it proposes another time for an event that was cancelled")
        return None

    def _last(self, state: R, office: str) -> OfficeAnswer | None:
        return next((each for each in state.answers if each.office == office), None)

    def _repeats(self, state: R, act: Reply) -> bool:
        """Whether it says nothing new: older than the last answer of this office, or that answer once more."""
        last = self._last(state, act.office)
        if last is None or act.sequence > last.sequence:
            return False
        if last.dtstamp == act.dtstamp:
            return _said(last) == _said(act) or act.sequence < last.sequence
        return act.dtstamp <= last.stamp

    # What it means

    def _invited(self, state: R) -> Proposal | None:
        """The open proposal that the tentative event asks about."""
        proposal = state.open_proposal(Topic.DATE)
        if state.agreed is not None or state.event is None or proposal is None or proposal.terms.slot is None:
            return None
        return proposal if same_time(proposal.terms.slot, state.event.slot) else None

    def _meant(self, state: R, act: Reply, side: str) -> Accept | Reject | Counter | Propose | None:
        """The act that an answer is; None where it is to be recorded only."""
        event = state.event
        if event is None or event.status is EventStatus.CANCELLED or not _current(state, act.sequence):
            return None
        who = {"act_id": act.act_id, "office": act.office}
        if act.method is ReplyMethod.COUNTER:
            return self._countering(state, act, side)
        proposal = self._invited(state)
        if proposal is None or proposal.side == side:
            return None
        if act.partstat is PartStat.ACCEPTED and not proposal.consented(side):
            return Accept(**who, proposal=proposal.number)
        if act.partstat is PartStat.DECLINED:
            return Reject(**who, proposal=proposal.number, reason=act.comment)
        return None

    def _countering(self, state: R, act: Reply, side: str) -> Counter | Propose:
        """Another time for what stands: the place and the format stay."""
        proposal = state.open_proposal(Topic.DATE)
        stands = state.agreed or (proposal.terms if proposal else None)
        terms = Terms(
            topic=Topic.DATE,
            slot=act.slot,
            clashes=act.clashes,
            place=stands.place if stands else "",
            format=stands.format if stands else None,
            reason=act.comment,
        )
        if proposal is not None and proposal.side != side:
            return Counter(act_id=act.act_id, office=act.office, proposal=proposal.number, terms=terms)
        return Propose(act_id=act.act_id, office=act.office, terms=terms)

    # Taking it

    def take_reply(self, draft: Draft[R], act: Reply, side: str) -> None:
        """Records an answer, and does what it means."""
        state = draft.state
        if self._repeats(state, act):
            return
        meant = self._meant(state, act, side)
        answered = OfficeAnswer(
            **act.model_dump(include=_KEPT), partstat=act.partstat or PartStat.NEEDS_ACTION, side=side, at=draft.now
        )
        draft.put(answers=(*(each for each in state.answers if each.office != act.office), answered))
        if isinstance(meant, Accept):
            self._accept(draft, meant, side)
        elif isinstance(meant, Reject):
            self._end_proposal(draft, meant, side)
        elif isinstance(meant, Counter):
            draft.set_proposal(meant.proposal, status=ProposalStatus.COUNTERED)
            number = self._propose(draft, meant, meant.terms, side, counters=meant.proposal)
            self.tell_proposed(draft, number, act.around)
        elif isinstance(meant, Propose):
            # A side that proposes yet another time still counters what it countered before.
            own = state.open_proposal(Topic.DATE)
            counters = own.counters if own is not None and leaves_event(own) else None
            number = self._propose(draft, meant, meant.terms, side, counters=counters)
            self.tell_proposed(draft, number, act.around)
        else:
            self._record(draft, act, side)

    def tell_proposed(self, draft: Draft[R], number: int, around: tuple[date, ...] = ()) -> None:
        """Another time, to the other sides at once, where no invitation says it: the event is as it was."""
        proposal, state = draft.state.proposal(number), draft.state
        assert proposal is not None and proposal.terms.slot is not None
        if not leaves_event(proposal) and state.agreed is None:
            return
        setup, words = state.setup, f' In its words: "{proposal.terms.reason}".' if proposal.terms.reason else ""
        stands = "the agreed date stands" if state.agreed else "the date of the invitation stays in the calendars"
        for party in setup.parties:
            if proposal.consented(party.side):
                continue
            draft.announce(
                AnnouncementKind.ANSWER,
                (party.side,),
                f"{sentence_of(state.ledger[-1].text)}{words} Until every side has consented, {stands}.",
                suggests=SuggestedAct(verb="accept", proposal=number),
                asks=True,
                around=around,
            )

    def _record(self, draft: Draft[R], act: Reply, side: str) -> None:
        """An answer that changes nothing."""
        state, comment = draft.state, f": {act.comment}" if act.comment else ""
        assert state.event is not None
        does = (
            "proposes another time"
            if act.method is ReplyMethod.COUNTER
            else _WORDS[act.partstat or PartStat.NEEDS_ACTION]
        )
        text = f"{act.office} ({side}) {does} by mail{comment}"
        if not _current(state, act.sequence):
            text += "; it answers an earlier time and does not count"
        elif state.event.status is EventStatus.CANCELLED:
            text += "; the event had been cancelled"
        fields = {
            "method": act.method.value,
            "partstat": act.partstat,
            "sequence": act.sequence,
            "dtstamp": act.dtstamp,
            "comment": act.comment or None,
        }
        draft.enter("reply", text, act, **{name: _plain(value) for name, value in fields.items()})
        if act.partstat is PartStat.DECLINED and act.method is ReplyMethod.REPLY and _current(state, act.sequence):
            self._tell_declined(draft, act, side)

    def _tell_declined(self, draft: Draft[R], act: Reply, side: str) -> None:
        """A Decline is the answer of one person: what it does not do is said, and how to do it."""
        state, text = draft.state, sentence_of(draft.state.ledger[-1].text)
        own = self._invited(state)
        if state.agreed is not None and state.agreed.slot.end.utc > draft.now:
            others = tuple(each for each in state.setup.sides if each != side)
            draft.announce(AnnouncementKind.ANSWER, others, f"{text} The agreed date stands.")
            suggests = SuggestedAct(verb="regret")
            text += (
                " The agreed date stands. Should your side be unable to come, please say so by replying to this letter."
            )
        elif own is not None and own.side == side:
            suggests = SuggestedAct(verb="withdraw", proposal=own.number)
            text += " The proposal of your side stands. To take it back, please say so by replying to this letter."
        else:
            return
        draft.announce(AnnouncementKind.ANSWER, (side,), text, suggests=suggests)

    # What becomes of a COUNTER

    def stands_again(self, draft: Draft[R], proposal: Proposal) -> bool:
        """After a COUNTER has fallen: whether the proposal that it countered is open again."""
        before = draft.state.proposal(proposal.counters or 0)
        event = draft.state.event
        if not leaves_event(proposal) or before is None or before.status is not ProposalStatus.COUNTERED:
            return False
        slot = before.terms.slot
        if event is None or event.status is EventStatus.CANCELLED or slot is None or slot.start.utc <= draft.now:
            return False
        # Whoever has accepted the invitation meanwhile has consented to what it says.
        meanwhile = tuple(
            Consent(side=each.side, office=each.office, at=each.at)
            for each in draft.state.answers
            if (each.method, each.partstat) == (ReplyMethod.REPLY, PartStat.ACCEPTED)
            and _current(draft.state, each.sequence)
            and not before.consented(each.side)
        )
        consents = (*before.consents, *meanwhile)
        draft.set_proposal(before.number, status=ProposalStatus.OPEN, consents=consents)
        text = f"proposal {before.number} is open again: {draft.words(before.terms)}"
        terms = before.terms.model_dump(mode="json")
        draft.enter("reopened", text, proposal=before.number, terms=terms, side=before.side)
        if {consent.side for consent in consents} >= set(draft.state.setup.sides):
            self._settle_consent(draft, before.number)
        return True

    def tell_ended(self, draft: Draft[R], proposal: Proposal, act: Reject | Withdraw, side: str) -> None:
        """Whoever proposed another time by mail learns by mail that it is not taken."""
        event = draft.state.event
        if proposal.message is None or event is None or isinstance(act, Withdraw):
            super().tell_ended(draft, proposal, act, side)
            return
        entry = next(entry for entry in reversed(draft.state.ledger) if entry.verb == act.verb)
        text, told = sentence_of(entry.text), happened(draft.state, entry, act)
        stands = (
            "The agreed date stands." if draft.state.agreed else "The date of the invitation still awaits your answer."
        )
        draft.announce(
            AnnouncementKind.DECLINECOUNTER,
            (proposal.side,),
            f"{text} {stands}",
            event.model_copy(update={"dtstamp": draft.now.replace(microsecond=0)}),
            comment=act.reason,
            asks=draft.state.agreed is None,
            happened=told,
        )
        others = tuple(each for each in draft.state.setup.sides if each not in (side, proposal.side))
        if others:
            draft.announce(AnnouncementKind.ANSWER, others, text, happened=told)


_KEPT = {"office", "method", "sequence", "dtstamp", "comment", "slot", "message"}


def _said(answer: OfficeAnswer | Reply) -> tuple[Any, ...]:
    slot = (answer.slot.start.utc, answer.slot.end.utc) if answer.slot else None
    return answer.method, answer.partstat or PartStat.NEEDS_ACTION, slot, answer.comment


def _plain(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else value
