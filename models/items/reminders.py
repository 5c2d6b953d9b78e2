"""The reminder of an agreed date: when it is due, and which offices get it.

Each post room decides in which mail it sends the reminder, and until when (models/post/reminders.py).
"""

from collections.abc import Iterator
from datetime import timedelta

from models.common.times import Slot, same_time
from models.common.values import Instant, write_duration
from models.items.invitations import seat
from models.items.meeting_state import MeetingState
from models.machine.draft import Draft
from models.machine.rules import NotSaid
from models.messages.acts import Terms, Topic
from models.messages.moments import Moment, MomentKind
from models.messages.notices import AnnouncementKind
from models.messages.sentences import sentence_of

CLOCKS_CHANGE = timedelta(hours=3)
"""A time that is longer than any change of clocks, for example to summer time."""


def plan_reminder(draft: Draft[MeetingState], slot: Slot, looked_up: Instant | None = None) -> None:
    """Sets the instant at which the program reminds the guests of the date `slot`, which all sides have now agreed.

    If the former agreed date has the same time, its reminder stays as it is. So call this function while the state
    still holds the former date. `looked_up` is the instant that came with the proposal: it has the clock time at which
    the date starts. It is not used if it is None, or if an amendment has changed the time of the reminder since then.
    """
    state = draft.state
    if state.agreed is not None and same_time(state.agreed.slot, slot):
        return
    remind = state.setup.remind
    at = slot.start.utc - remind if remind is not None else None
    if at is not None and looked_up is not None and abs(looked_up - at) <= CLOCKS_CHANGE:
        at = looked_up
    draft.put(remind_at=at if at is not None and at > draft.now else None, reminded=False)


def reminder_moments(state: MeetingState) -> Iterator[Moment]:
    """Gives the moment at which the guests are to be reminded. Gives nothing if no reminder is still to come."""
    if state.remind_at is not None and not state.reminded and _date_stands(state):
        yield Moment(state.remind_at, MomentKind.REMINDS)


def pass_reminder(draft: Draft[MeetingState]) -> None:
    """Announces the reminder to the invited offices, once, if the instant of the reminder has come.

    Nobody is reminded if the date is no longer agreed, or if the meeting has begun meanwhile (after a power cut).
    """
    state = draft.state
    agreed, event, at = state.agreed, state.event, state.remind_at
    if at is None or state.reminded or at > draft.now:
        return
    draft.put(reminded=True)
    if agreed is None or event is None or not _date_stands(state) or agreed.slot.start.utc <= draft.now:
        return
    date = Terms(topic=Topic.DATE, slot=agreed.slot, place=agreed.place, format=agreed.format, link=agreed.link)
    text = sentence_of(f"A reminder of the agreed date: {draft.words(date)}")
    offices = [seat(attendee) for attendee in event.attendees]
    draft.announce_to(AnnouncementKind.REMINDER, offices, text, at=at, event=event, happened=None)


def _date_stands(state: MeetingState) -> bool:
    return state.agreed is not None and not state.ended and not state.held


def reminders_not_sent(state: MeetingState) -> Iterator[NotSaid]:
    """Gives one entry for each invited office that has not been reminded of the agreed date.

    The code of the entry is `not-yet-due`, or `too-late` if the sides agreed on the date after the instant of the
    reminder. Gives nothing if no date is agreed, if the plan asks for no reminder, or if its instant has come.
    """
    remind, agreed = state.setup.remind, state.agreed
    if remind is None or agreed is None or state.reminded or not _date_stands(state):
        return
    late = state.remind_at is None
    code = "too-late" if late else "not-yet-due"
    before = f"{write_duration(remind)} before the agreed date"
    reason = f"the date was agreed later than {before}" if late else f"its offices are reminded {before}"
    for attendee in state.event.attendees if state.event else ():
        yield NotSaid(office=attendee.office, act="reminder", code=code, reason=reason, until=state.remind_at)
