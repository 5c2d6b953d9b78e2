"""The last word of an office counts, whichever button it presses.

An Accept of the invitation takes back an own new time, and brings back a date that the side has rejected itself. If it
comes too late for that, the office learns that it has no effect. An answer to terms that have changed since is
recorded, and the office is asked again.
"""

from datetime import timedelta

from models.common.times import same_time
from models.items.invitations import seat
from models.items.meeting_state import MeetingState
from models.machine.draft import Draft
from models.machine.ladders import answer_dues
from models.machine.state import Proposal, ProposalStatus
from models.messages.acts import Accept, Propose, Reply, ReplyMethod, Topic, Withdraw
from models.messages.calendar_event import EventStatus, PartStat
from models.messages.notices import AnnouncementKind, SuggestedAct
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
    asked = state.date_invited_to
    if not state.is_current(act.sequence or 0) and asked is not None and not asked.consented(side):
        _ask_again(draft, act, asked)
    elif is_accept(act) and (why := _why_without_effect(state, act, side)):
        text = f"Your acceptance has no effect: {why}"
        draft.announce(AnnouncementKind.ANSWER, (side,), text)
        if (rejected := rejected_before(state, act, side)) is not None:
            others = state.setup.others(side)
            told = sentence_of(state.ledger[-1].text)
            draft.announce(AnnouncementKind.ANSWER, others, f"{told} Proposal {rejected.number} stays rejected.")


def _ask_again(draft: Meeting, act: Reply, asked: Proposal) -> None:
    """Sends the office the present version of the event once more, with a newer DTSTAMP. The version is the same, so
    nobody else gets it, and the calendars stay as they are."""
    event = draft.state.event
    assert event is not None
    stamp = max(draft.now.replace(microsecond=0), event.dtstamp + timedelta(seconds=1))
    event = event.model_copy(update={"dtstamp": stamp})
    draft.put(event=event)
    guest = next(each for each in event.attendees if each.office == act.office)
    text = (
        "The answer of your office is about earlier terms, and does not count for these. Please answer this invitation."
    )
    draft.announce_to(
        AnnouncementKind.INVITATION,
        [seat(guest)],
        text,
        event=event,
        happened=None,
        suggests=SuggestedAct(verb="accept", proposal=asked.number),
        dues=answer_dues(draft.state, asked, draft.now),
    )


def _kept_for_later(state: MeetingState, open_one: Proposal) -> bool:
    """Whether an Accept of the event counts as soon as the open proposal ends. It does if the event invites to this
    proposal, or to the one that it counters."""
    first = state.proposal(open_one.counters or 0)
    dates = [each.terms.slot for each in (open_one, first) if each is not None]
    return state.event is not None and any(slot and same_time(slot, state.event.slot) for slot in dates)


def _why_without_effect(state: MeetingState, act: Reply, side: str) -> str:
    """Why an Accept has no effect. Empty if the side has consented to what stands, or proposed it itself."""
    event, open_one, old = state.event, state.open_proposal(Topic.DATE), not state.is_current(act.sequence or 0)
    own = " of your own side" if open_one is not None and open_one.side == side else ""
    if state.agreed is not None:
        day = state.setup.clock.moment(state.agreed.slot.start.utc)
        return f"it is about an earlier date, and {day} was agreed since. The agreed date stands." if old else ""
    if open_one is not None and (old or not _kept_for_later(state, open_one)):
        return f"another proposal{own} is open since. Proposal {open_one.number} stands."
    if event is not None and event.status is EventStatus.CANCELLED:
        return "the event was cancelled before it came. To meet on that date, your side can propose it again."
    return ""
