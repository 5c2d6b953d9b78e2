"""The reminder of an agreed date: when it is due, and whom it goes to.

In which mail it goes, and until when it still may, is decided by each post room (models/post).
"""

from collections.abc import Iterator

from models.common.times import Slot, same_time
from models.common.values import write_duration
from models.items.invitations import seat
from models.items.meeting_state import MeetingState
from models.machine.draft import Draft
from models.machine.rules import NotSaid
from models.messages.acts import Terms, Topic
from models.messages.moments import Moment, MomentKind
from models.messages.notices import AnnouncementKind
from models.messages.sentences import sentence_of


def plan_reminder(draft: Draft[MeetingState], slot: Slot) -> None:
    """Sets the reminder of a date on which all sides agree now. To be called before the date takes the place of the
    former one: a reminder of the same time stays as it is."""
    state = draft.state
    if state.agreed is not None and same_time(state.agreed.slot, slot):
        return
    remind = state.setup.remind
    at = slot.start.utc - remind if remind is not None else None
    draft.put(remind_at=at if at is not None and at > draft.now else None, reminded=False)


def reminder_moments(state: MeetingState) -> Iterator[Moment]:
    if state.remind_at is not None and not state.reminded and _date_stands(state):
        yield Moment(state.remind_at, MomentKind.REMINDS)


def pass_reminder(draft: Draft[MeetingState]) -> None:
    """Reminds the invited offices once the instant has come. After an outage not of a date that has begun."""
    state = draft.state
    agreed, event, at = state.agreed, state.event, state.remind_at
    if at is None or state.reminded or at > draft.now:
        return
    draft.put(reminded=True)
    if agreed is None or event is None or not _date_stands(state) or agreed.slot.start.utc <= draft.now:
        return
    date = Terms(topic=Topic.DATE, slot=agreed.slot, place=agreed.place, format=agreed.format)
    text = sentence_of(f"A reminder of the agreed date: {draft.words(date)}")
    offices = [seat(attendee) for attendee in event.attendees]
    draft.announce_to(AnnouncementKind.REMINDER, offices, text, at=at, event=event, happened=None)


def _date_stands(state: MeetingState) -> bool:
    return state.agreed is not None and not state.ended and not state.held


def reminders_not_sent(state: MeetingState) -> Iterator[NotSaid]:
    """Of the agreed date, the reminders that are not due yet, and those that nobody gets."""
    remind, agreed = state.setup.remind, state.agreed
    if remind is None or agreed is None or state.reminded or not _date_stands(state):
        return
    late = state.remind_at is None
    code = "too-late" if late else "not-yet-due"
    before = f"{write_duration(remind)} before the agreed date"
    reason = f"the date was agreed later than {before}" if late else f"its offices are reminded {before}"
    for attendee in state.event.attendees if state.event else ():
        yield NotSaid(office=attendee.office, act="reminder", code=code, reason=reason, until=state.remind_at)
