"""Answers that offices give to invitations with their mail program: Accept, Decline, Propose new time (RFC 5546).

If a date is proposed and the side of the office has not consented yet, an Accept is its consent, and a Decline is its
rejection. A new time is a new proposal. These acts have the same effects as on the command line. Their lines in the
record name the mail. Every other answer is recorded and changes nothing. The same holds for a new time that the open
proposal already has.

An Accept with words of the office's own is no consent: only its side can say whether it accepts without condition. The
answer is recorded, and a person looks at it. With every other answer the words travel as its reason.

In iCalendar, a new time is a COUNTER. A COUNTER does not change the event. If the sides consent to it, the calendars
get an invitation (REQUEST) to the new time. If they reject it, the side of the office gets a refusal (DECLINECOUNTER),
and the proposal that it countered is open again.
"""

from datetime import date
from typing import Any

from models.common.times import same_time
from models.common.values import Instant
from models.items.answer_order import Order, kept, order_of
from models.items.last_word import brought_back, is_accept, taken_back, tell_without_effect
from models.items.meeting_state import MeetingState, OfficeAnswer, UnclearAnswer, leaves_event
from models.items.told_answers import told_answer
from models.machine.consent import (
    accept,
    countered,
    end_proposal,
    propose,
    refuse_answer,
    refuse_proposal,
    reopen,
    settle_consent,
)
from models.machine.draft import Draft
from models.machine.ladders import answer_dues, wait_for_words
from models.machine.letter_fields import happened
from models.machine.refusals import refusal
from models.machine.rules import Deed, Rules
from models.machine.silence import names_of, running
from models.machine.state import Consent, Proposal, ProposalStatus
from models.messages.acts import Accept, Counter, Propose, Reject, Reply, ReplyMethod, Terms, Topic, Withdraw
from models.messages.calendar_event import CalendarEvent, EventStatus, PartStat
from models.messages.notices import AnnouncementKind, AnswerEffect, SuggestedAct
from models.messages.sentences import sentence_of
from models.messages.views import Refusal

MeetingRules = Rules[MeetingState]
Meeting = Draft[MeetingState]

_WORDS = {
    PartStat.NEEDS_ACTION: "gives no answer",
    PartStat.ACCEPTED: "accepts",
    PartStat.TENTATIVE: "accepts tentatively",
    PartStat.DECLINED: "declines",
}

# Refusals of answers


def refuse_reply(rules: MeetingRules, state: MeetingState, act: Reply, side: str, now: Instant) -> Refusal | None:
    """Returns why the program cannot take an answer, so that a person must read it. None if it can take the answer."""
    event = state.event
    if event is None or act.uid != event.uid:
        message = f"no invitation with the UID {act.uid} was sent for this item"
        return refusal(rules, state, "no-invitation", message)
    if act.office not in {attendee.office for attendee in event.attendees}:
        return refusal(rules, state, "not-invited", f"{act.office} is not invited to this event")
    if (unfit := _refuse_version(rules, state, act, event)) is not None:
        return unfit
    order = _order(state, act)
    if order is Order.OLDER:
        return None
    if order is Order.SAME_STAMP:
        message = "this office gave a different answer with the same DTSTAMP; ask the office which one counts"
        return refusal(rules, state, "same-dtstamp", message)
    if order is Order.UNCLEAR:
        message = (
            "its DTSTAMP and the order in which the mails of this office were sent and arrived contradict each other; "
            "ask the office which of its answers counts"
        )
        return refusal(rules, state, "unclear-order", message)
    meant = _meant(state, act, side)
    if isinstance(meant, Propose):
        return refuse_proposal(rules, state, meant, side, now)
    if meant is not None:
        return refuse_answer(rules, state, meant, side, now)
    if act.method is ReplyMethod.COUNTER and event.status is EventStatus.CANCELLED:
        message = "it proposes another time, but the event was cancelled; ask the office what it wants"
        return refusal(rules, state, "cancelled", message)
    return None


def _refuse_version(rules: MeetingRules, state: MeetingState, act: Reply, event: CalendarEvent) -> Refusal | None:
    """Returns why it is not certain which version of the event an answer is about. None if it is certain."""
    sequence = act.sequence or 0
    if sequence > event.sequence:
        message = f"it answers SEQUENCE {sequence}, but the newest version has SEQUENCE {event.sequence}"
        return refusal(rules, state, "unknown-sequence", message)
    if act.sequence is None and not state.is_current(0):
        message = (
            "it does not say which version it answers (no SEQUENCE), and the terms have changed since the first one"
        )
        return refusal(rules, state, "no-sequence", message)
    if act.recurrence is not None and act.recurrence != event.slot.start.utc and state.is_current(sequence):
        message = "it answers one date of a recurring event, but this event does not recur"
        return refusal(rules, state, "other-recurrence", message)
    other = _other_time(state, act)
    return refusal(rules, state, "other-time", other) if other else None


def _last(state: MeetingState, office: str) -> OfficeAnswer | None:
    return next((each for each in state.answers if each.office == office), None)


def _order(state: MeetingState, act: Reply) -> Order:
    return order_of(act, _last(state, act.office))


def _other_time(state: MeetingState, act: Reply) -> str:
    """Why the time that an answer names does not fit the version that it answers. Empty if it fits, or names none."""
    sequence, event = act.sequence or 0, state.event
    version = state.version_of(sequence)
    slot = version.slot if version else event.slot if event and state.is_current(sequence) else None
    if act.named is None or slot is None or not act.named.differs_from(slot):
        return ""
    return f"it names another time than the invitation that it answers ({state.setup.clock.moment(slot.start.utc)})"


# What it means

Meant = Accept | Reject | Counter | Propose | Withdraw | None
"""The act that an answer stands for. None if the answer is only recorded."""


def _meant(state: MeetingState, act: Reply, side: str) -> Meant:
    """Returns the act that an answer stands for. None if the answer is only recorded."""
    event = state.event
    # An Accept with words of its own is no consent, whichever proposal it is about.
    by_last_word = state.setup.edition >= 1 and is_accept(act) and not act.words
    if event is None or not state.is_current(act.sequence or 0):
        return None
    if event.status is EventStatus.CANCELLED:
        return brought_back(state, act, side) if by_last_word else None
    if by_last_word and (taken := taken_back(state, act, side)) is not None:
        return taken
    who = {"act_id": act.act_id, "office": act.office}
    if act.method is ReplyMethod.COUNTER:
        return None if _named_again(state, act) else _countering(state, act, side)
    proposal = state.date_invited_to
    if proposal is None or proposal.side == side:
        return None
    if act.partstat is PartStat.ACCEPTED and not proposal.consented(side):
        return None if act.words else Accept(**who, proposal=proposal.number)
    if act.partstat is PartStat.DECLINED:
        return Reject(**who, proposal=proposal.number, reason=act.words or act.comment)
    return None


def _seems_to_accept(state: MeetingState, act: Reply, side: str) -> Proposal | None:
    """Returns the proposal that an Accept with words of its own may consent to. None if the answer is another one, or
    if no consent of its side is open."""
    event = state.event
    if not act.words or act.method is not ReplyMethod.REPLY or act.partstat is not PartStat.ACCEPTED or event is None:
        return None
    if state.agreed is not None or event.status is EventStatus.CANCELLED or not state.is_current(act.sequence or 0):
        return None
    stand = (each for each in state.proposals if each.status in (ProposalStatus.OPEN, ProposalStatus.COUNTERED))
    # The event never invites to a new time or place that came by mail.
    invited = (each for each in stand if state.setup.edition < 1 or not leaves_event(each))
    dated = [each for each in invited if each.terms.slot is not None and same_time(each.terms.slot, event.slot)]
    found = dated[-1] if dated else None
    return None if found is None or found.side == side or found.consented(side) else found


def _on_second_thought(state: MeetingState, act: Reply, side: str) -> bool:
    """Whether an Accept or Tentative with words comes after the consent of its side, while another side has not
    consented. The words may be a condition, and the consent may bind soon."""
    asked = state.date_invited_to
    if asked is None or not act.words or not state.is_current(act.sequence or 0):
        return False
    given = act.method is ReplyMethod.REPLY and act.partstat in (PartStat.ACCEPTED, PartStat.TENTATIVE)
    return given and asked.side != side and asked.consented(side)


def _named_again(state: MeetingState, act: Reply) -> Proposal | None:
    """Returns the open proposal that already has the time of a COUNTER. Such a COUNTER proposes nothing new.

    None for every other answer. Always None for an item with rules before edition 1.
    """
    proposal = state.open_proposal(Topic.DATE)
    slot = proposal.terms.slot if proposal else None
    if act.method is not ReplyMethod.COUNTER or act.slot is None or slot is None or state.setup.edition < 1:
        return None
    same = proposal is not None and same_time(act.slot, slot) and _place(state, act) == proposal.terms.place
    return proposal if same else None


def _place(state: MeetingState, act: Reply) -> str:
    """Returns the place of the terms that a COUNTER proposes: the place that it names, or else the one that stands.

    Mail programs repeat the place of the event, with other spaces or capitals at times. That names no other place.
    """
    proposal, event = state.open_proposal(Topic.DATE), state.event
    stands = state.agreed.place if state.agreed else proposal.terms.place if proposal else ""
    named = " ".join(act.place.split())
    shown = (event.location if event else "", stands)
    return stands if not named or named.casefold() in {" ".join(each.split()).casefold() for each in shown} else named


def _countering(state: MeetingState, act: Reply, side: str) -> Counter | Propose:
    """Returns the act that proposes the time and the place of a COUNTER. What it does not name is that of the agreed or
    proposed date."""
    proposal = state.open_proposal(Topic.DATE)
    stands = state.agreed or (proposal.terms if proposal else None)
    terms = Terms(
        topic=Topic.DATE,
        slot=act.slot,
        clashes=act.clashes,
        remind_at=act.remind_at,
        place=_place(state, act),
        format=stands.format if stands else None,
        link=stands.link if stands else "",
        reason=act.words or act.comment,
    )
    if proposal is not None and proposal.side != side:
        return Counter(act_id=act.act_id, office=act.office, proposal=proposal.number, terms=terms)
    return Propose(act_id=act.act_id, office=act.office, terms=terms)


# Taking an answer

_KEPT = {"office", "method", "dtstamp", "comment", "words", "slot", "place", "message", "sent", "arrived"}


def take_reply(rules: MeetingRules, draft: Meeting, act: Reply, side: str) -> int | None:
    """Records an answer and carries out the act that the answer stands for. An answer that says nothing new is ignored.

    Returns the number of the new proposal, or None if the answer proposes nothing.
    """
    state = draft.state
    if _order(state, act) is Order.OLDER:
        return None
    meant, seems = _meant(state, act, side), _seems_to_accept(state, act, side)
    _keep(draft, act, side)
    if act.words and (silences := running(state)):
        draft.look = f"it has words of its own, and the silence about {names_of(silences)} runs"
    elif _on_second_thought(state, act, side):
        draft.look = f'its side has consented before, and now writes beside the button: "{act.words}"'
    if seems is not None:
        _record_unclear(draft, act, side, seems)
    elif isinstance(meant, Accept):
        accept(rules, draft, meant, side)
    elif isinstance(meant, Reject | Withdraw):
        end_proposal(rules, draft, meant, side)
    elif isinstance(meant, Counter):
        countered(draft, meant.proposal, side)
        number = propose(rules, draft, meant, meant.terms, side, counters=meant.proposal)
        tell_proposed(draft, number, act.around)
    elif isinstance(meant, Propose):
        if act.method is ReplyMethod.REPLY:
            _enter(draft, act, side, "; its side had rejected this date, and now proposes it again")
        # If a side proposes a further time by mail, its new proposal counters the same proposal as its last one.
        own = state.open_proposal(Topic.DATE)
        counters = own.counters if own is not None and leaves_event(own) else None
        number = propose(rules, draft, meant, meant.terms, side, counters=counters)
        tell_proposed(draft, number, act.around)
    else:
        _record(draft, act, side)
    return draft.state.last_proposal if draft.state.last_proposal > state.last_proposal else None


def _keep(draft: Meeting, act: Reply, side: str) -> None:
    """Keeps the last answer of each office. An answer to earlier terms does not replace an answer that counts."""
    state, last = draft.state, _last(draft.state, act.office)
    current = {"partstat": act.partstat or PartStat.NEEDS_ACTION, "sequence": act.sequence or 0}
    answered = OfficeAnswer(**act.model_dump(include=_KEPT), **current, side=side, at=draft.now)
    if last is not None and state.setup.edition >= 1:
        if state.is_current(last.sequence) and not state.is_current(answered.sequence):
            answered = last.model_copy(update={"seen": kept(last, act)})
        else:
            answered = answered.model_copy(update={"seen": kept(last)})
    draft.put(answers=(*(each for each in state.answers if each.office != act.office), answered))


def _record_unclear(draft: Meeting, act: Reply, side: str, proposal: Proposal) -> None:
    """Records an Accept with words of its own. Its side has the time of one rung until a higher office is asked."""
    number = proposal.number
    text = (
        f"{act.office} ({side}) accepts proposal {number} by mail with words of its own, "
        f'so it is no consent until its side confirms it: "{act.words}"'
    )
    facts = {"method": act.method.value, "partstat": act.partstat, "sequence": act.sequence, "words": act.words}
    draft.enter("reply", text, act, dtstamp=_plain(act.dtstamp), seems=number, **facts)
    unclear = UnclearAnswer(
        office=act.office, side=side, proposal=number, words=act.words, at=draft.now, message=act.message
    )
    draft.put(unclear=(*(each for each in draft.state.unclear if each.side != side), unclear))
    wait_for_words(draft, side, number)
    draft.seems = f"accept of proposal {number}"
    draft.look = f'it has words of its own beside the button: "{act.words}"'


def words_beside(state: MeetingState, proposal: int, side: str) -> str:
    """Returns what an office of a side wrote beside its Accept of a proposal. Empty if it wrote nothing."""
    found = (each.words for each in state.unclear if (each.side, each.proposal) == (side, proposal))
    return next(found, "")


def words_answered(draft: Meeting, proposal: int, side: str) -> str:
    """Forgets what an office of a side wrote beside its Accept of a proposal, because the side has answered it plainly.

    Returns the office. Empty if no such answer is kept.
    """
    found = [each for each in draft.state.unclear if (each.side, each.proposal) == (side, proposal)]
    if not found:
        return ""
    draft.put(unclear=tuple(each for each in draft.state.unclear if each not in found))
    return found[-1].office


def tell_proposed(draft: Meeting, number: int, around: tuple[date, ...] = ()) -> None:
    """Announces a proposed time to the sides that have not consented to it. Does nothing if an invitation announces it.

    `around` are the days around the proposed time on which every side works. Empty if they are not known.
    """
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
            dues=answer_dues(state, proposal, draft.now),
            around=around,
        )


def _record(draft: Meeting, act: Reply, side: str) -> None:
    """Puts on record an answer that changes nothing else."""
    state = draft.state
    assert state.event is not None
    current, more = state.is_current(act.sequence or 0), ""
    if not current:
        more = "; it answers earlier terms, so it does not count"
    elif state.event.status is EventStatus.CANCELLED:
        more = "; the event had been cancelled"
    elif (open_one := _named_again(state, act)) is not None:
        more = f"; it names the time of proposal {open_one.number}, which stays open"
    _enter(draft, act, side, more)
    if act.partstat is PartStat.DECLINED and act.method is ReplyMethod.REPLY and current:
        _tell_declined(draft, act, side)
        return
    if act.words and current and state.event.status is not EventStatus.CANCELLED:
        others, text = state.setup.others(side), sentence_of(draft.state.ledger[-1].text)
        draft.announce(AnnouncementKind.ANSWER, others, text, **told_answer(state, act, side))
    if state.setup.edition >= 1:
        tell_without_effect(draft, act, side)


def _enter(draft: Meeting, act: Reply, side: str, more: str) -> None:
    said = act.words or act.comment
    comment = f": {said}" if said else ""
    does = (
        "proposes another time" if act.method is ReplyMethod.COUNTER else _WORDS[act.partstat or PartStat.NEEDS_ACTION]
    )
    text = f"{act.office} ({side}) {does} by mail{comment}{more}"
    fields = {
        "method": act.method.value,
        "partstat": act.partstat,
        "sequence": act.sequence,
        "dtstamp": act.dtstamp,
        "comment": act.comment or None,
        "words": act.words or None,
    }
    draft.enter("reply", text, act, **{name: _plain(value) for name, value in fields.items()})


def _tell_declined(draft: Meeting, act: Reply, side: str) -> None:
    """Tells the side of a Decline how to regret the agreed date, or to withdraw its own proposal.

    If a date is agreed, it tells the other sides that the agreed date stands.
    """
    state, text = draft.state, sentence_of(draft.state.ledger[-1].text)
    own = state.date_invited_to
    if state.agreed is not None and state.agreed.slot.end.utc > draft.now:
        others, stands = state.setup.others(side), told_answer(state, act, side, AnswerEffect.DATE_STANDS)
        draft.announce(AnnouncementKind.ANSWER, others, f"{text} The agreed date stands.", **stands)
        suggests, told = SuggestedAct(verb="regret"), told_answer(state, act, side, AnswerEffect.MAY_REGRET)
        text += " The agreed date stands. Should your side be unable to come, please say so by replying to this letter."
    elif own is not None and own.side == side:
        suggests = SuggestedAct(verb="withdraw", proposal=own.number)
        told = told_answer(state, act, side, AnswerEffect.MAY_WITHDRAW, proposal=own.number)
        text += " The proposal of your side stands. To take it back, please say so by replying to this letter."
    else:
        return
    draft.announce(AnnouncementKind.ANSWER, (side,), text, suggests=suggests, **told)


# The end of a COUNTER


def stands_again(rules: MeetingRules, draft: Meeting, proposal: Proposal) -> bool:
    """Opens an earlier proposal again, after the COUNTER (another time by mail) to it was rejected or withdrawn.

    `proposal` is the COUNTER. Returns True if the earlier proposal is open again. Returns False if `proposal` is not a
    COUNTER by mail, if the earlier date has passed, or if its event was cancelled.
    """
    before = draft.state.proposal(proposal.counters or 0)
    event = draft.state.event
    if not leaves_event(proposal) or before is None or before.status is not ProposalStatus.COUNTERED:
        return False
    slot = before.terms.slot
    if event is None or event.status is EventStatus.CANCELLED or slot is None or slot.start.utc <= draft.now:
        return False
    consents = reopen(draft, before, consented_meanwhile(draft.state, before, proposal))
    if {consent.side for consent in consents} >= set(draft.state.setup.sides):
        settle_consent(rules, draft, before.number)
    return True


def consented_meanwhile(state: MeetingState, before: Proposal, counter: Proposal) -> tuple[Consent, ...]:
    """Returns the consents that offices gave to `before` by accepting its invitation, while it was countered by
    `counter`. Empty if the counter moved the event: then the invitation was to another date."""
    if not leaves_event(counter):
        return ()
    # By the rules before edition 1, an Accept of the side that countered was only recorded, and counts here.
    gone = counter.side if state.setup.edition >= 1 else ""
    return tuple(
        Consent(side=each.side, office=each.office, at=each.at)
        for each in state.answers
        if (each.method, each.partstat) == (ReplyMethod.REPLY, PartStat.ACCEPTED)
        and state.is_current(each.sequence)
        and each.side != gone
        and not each.words
        and not before.consented(each.side)
    )


def tell_declined_counter(draft: Meeting, proposal: Proposal, act: Reject | Withdraw, side: str) -> bool:
    """Sends the side that proposed a time by mail a DECLINECOUNTER: another side has rejected this time.

    Returns True if it sent one. Returns False if the proposal was withdrawn or did not come by mail.
    """
    event = draft.state.event
    if proposal.message is None or event is None or isinstance(act, Withdraw):
        return False
    entry = next(entry for entry in reversed(draft.state.ledger) if entry.verb == act.verb)
    text, told = sentence_of(entry.text), happened(draft.state, entry, act)
    stands = "The agreed date stands." if draft.state.agreed else "The date of the invitation still awaits your answer."
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
    return True


def _plain(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else value


REPLY = Deed(refuse_reply, take_reply)
