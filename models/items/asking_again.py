"""Sends one guest the invitation to a proposed date once more, because the program needs its answer again.

The version (SEQUENCE) stays the same, so nobody else gets it, and the calendars stay as they are. Only DTSTAMP rises:
mail programs show an invitation again only if its DTSTAMP is newer (RFC 5546 section 2.1.5). The meeting keeps the new
DTSTAMP, so that every later version has a newer one still.
"""

from datetime import timedelta

from models.items.invitations import seat
from models.items.meeting_state import MeetingState
from models.items.told_answers import told_effect
from models.machine.draft import Draft
from models.machine.ladders import answer_dues
from models.messages.acts import Reply
from models.messages.calendar_event import CalendarEvent, PartStat
from models.messages.notices import AnnouncementKind, AnswerEffect, SuggestedAct

Meeting = Draft[MeetingState]


def invitation_to_answer(draft: Meeting, office: str) -> CalendarEvent | None:
    """Returns the present version of the event, with a newer DTSTAMP, as a guest gets it that is to answer again.

    The event shows no answer of this guest (NEEDS-ACTION). None if no proposed date is open, if the side of the office
    has consented to it, or if the office is not invited.
    """
    state = draft.state
    proposal, event, side = state.date_invited_to, state.event, state.setup.side_of(office)
    if proposal is None or event is None or side is None or proposal.consented(side):
        return None
    if office not in {guest.office for guest in event.attendees}:
        return None
    stamp = max(draft.now.replace(microsecond=0), event.dtstamp + timedelta(seconds=1))
    draft.put(event=event.model_copy(update={"dtstamp": stamp}))
    guests = tuple(
        guest.model_copy(update={"partstat": PartStat.NEEDS_ACTION}) if guest.office == office else guest
        for guest in event.attendees
    )
    return event.model_copy(update={"attendees": guests, "dtstamp": stamp})


def ask_again(draft: Meeting, act: Reply) -> bool:
    """Sends an office the invitation once more, because its answer is about earlier terms. Returns True if it has.

    Returns False if no answer of the side of the office is wanted.
    """
    event, asked = invitation_to_answer(draft, act.office), draft.state.date_invited_to
    if event is None or asked is None:
        return False
    guest = next(each for each in event.attendees if each.office == act.office)
    text = (
        "The answer of your office is about earlier terms, and does not count for these. Please answer this invitation."
    )
    draft.announce_to(
        AnnouncementKind.INVITATION,
        [seat(guest)],
        text,
        event=event,
        **told_effect(AnswerEffect.EARLIER_TERMS),
        suggests=SuggestedAct(verb="accept", proposal=asked.number),
        dues=answer_dues(draft.state, asked, draft.now),
    )
    return True
