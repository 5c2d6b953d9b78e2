"""The last word of an office counts, whichever button it presses.

An Accept of the invitation takes back an own new time, and brings back a date that the side has rejected itself. If it
comes too late for that, the office learns that it has no effect. An answer to terms that have changed since is
recorded, and the office is asked again.
"""

from typing import Any

from models.common.times import same_time
from models.items.asking_again import ask_again
from models.items.meeting_state import MeetingState
from models.items.told_answers import told_answer, told_effect
from models.machine.draft import Draft
from models.machine.state import Proposal, ProposalStatus
from models.messages.acts import Accept, Propose, Reply, ReplyMethod, Topic, Withdraw
from models.messages.calendar_event import EventStatus, PartStat
from models.messages.notices import AnnouncementKind, AnswerEffect
from models.messages.sentences import sentence_of

Meeting = Draft[MeetingState]


def is_accept(act: Reply) -> bool:
    return act.method is ReplyMethod.REPLY and act.partstat is PartStat.ACCEPTED


def taken_back(state: MeetingState, act: Reply, side: str) -> Accept | Withdraw | None:
    """Returns the act that an Accept stands for if the side of the office has proposed another time by mail since.

    The Accept takes this time back. If the event invites to the proposal that it countered, the side consents to that
    proposal. None if there is no such new time.
    """
    own, event = state.open_proposal(Topic.DATE), state.event
    if event is None or own is None or own.side != side or own.message is None:
        return None
    who = {"act_id": act.act_id, "office": act.office}
    if state.agreed is not None:
        return Withdraw(**who, proposal=own.number)
    before = state.proposal(own.counters or 0)
    if before is None or before.status is not ProposalStatus.COUNTERED or before.terms.slot is None:
        return None
    return Accept(**who, proposal=before.number) if same_time(before.terms.slot, event.slot) else None


def brought_back(state: MeetingState, act: Reply, side: str) -> Propose | None:
    """Returns the act that an Accept stands for if its side has rejected the date before, and nothing else was proposed
    or agreed since. None if the date cannot be brought back.

    The rejection has ended the proposal, and the other sides know it. So the date is proposed again, in the name of the
    side that now accepts it, and the other sides consent to it or not.
    """
    found = rejected_before(state, act, side)
    if found is None or state.agreed is not None or state.open_proposal(Topic.DATE) is not None:
        return None
    if any(each.number > found.number and each.terms.topic is Topic.DATE for each in state.proposals):
        return None
    terms = found.terms.model_copy(update={"reason": act.comment})
    return Propose(act_id=act.act_id, office=act.office, terms=terms)


def rejected_before(state: MeetingState, act: Reply, side: str) -> Proposal | None:
    """Returns the proposed date that an Accept answers, if the same side has rejected it. None if not."""
    version = state.version_of(act.sequence or 0)
    found = state.proposal(version.proposal or 0) if version is not None and is_accept(act) else None
    if found is None or found.status is not ProposalStatus.REJECTED or found.ended_by != side:
        return None
    return found


def tell_without_effect(draft: Meeting, act: Reply, side: str) -> None:
    """Tells the office what became of an answer that is only recorded: which terms it is asked to answer, or why its
    Accept has no effect. Says nothing about an answer that changes nothing in any case."""
    state = draft.state
    if not state.is_current(act.sequence or 0) and ask_again(draft, act):
        return
    if is_accept(act) and (found := _why_without_effect(state, act, side)) is not None:
        why, told = found
        draft.announce(AnnouncementKind.ANSWER, (side,), f"Your acceptance has no effect: {why}", **told)
        if (rejected := rejected_before(state, act, side)) is not None:
            others, line = state.setup.others(side), sentence_of(state.ledger[-1].text)
            text = f"{line} Proposal {rejected.number} stays rejected."
            fields = told_answer(state, act, side, AnswerEffect.STAYS_REJECTED, proposal=rejected.number)
            draft.announce(AnnouncementKind.ANSWER, others, text, **fields)


def _kept_for_later(state: MeetingState, open_one: Proposal) -> bool:
    """Whether an Accept of the event counts as soon as the open proposal ends. It does if the event invites to this
    proposal, or to the one that it counters."""
    first = state.proposal(open_one.counters or 0)
    dates = [each.terms.slot for each in (open_one, first) if each is not None]
    return state.event is not None and any(slot and same_time(slot, state.event.slot) for slot in dates)


def _why_without_effect(state: MeetingState, act: Reply, side: str) -> tuple[str, dict[str, Any]] | None:
    """Returns why an Accept has no effect, in English and as fields for a letter. None if the side has consented to
    what stands, or proposed it itself."""
    event, open_one, old = state.event, state.open_proposal(Topic.DATE), not state.is_current(act.sequence or 0)
    if state.agreed is not None:
        start = state.agreed.slot.start
        text = f"it is about an earlier date, and {state.setup.clock.moment(start.utc)} was agreed since."
        fields = told_effect(AnswerEffect.AGREED_SINCE, agreed=start)
        return (f"{text} The agreed date stands.", fields) if old else None
    if open_one is not None and (old or not _kept_for_later(state, open_one)):
        mine, number = open_one.side == side, open_one.number
        own = " of your own side" if mine else ""
        effect = AnswerEffect.OWN_OPEN if mine else AnswerEffect.OTHER_OPEN
        text = f"another proposal{own} is open since. Proposal {number} stands."
        return text, told_effect(effect, proposal=number)
    if event is not None and event.status is EventStatus.CANCELLED:
        text = "the event was cancelled before it came. To meet on that date, your side can propose it again."
        return text, told_effect(AnswerEffect.CANCELLED)
    return None
