"""Reminders of agreed dates: how long each one stands, and in which mail it goes.

A reminder stands until its date begins, is moved or is called off. It is sent once. If a letter goes early enough (see
`goes_alone_at`), the reminder is in the letter. If not, it goes in a mail of its own.
"""

from models.common.times import same_time
from models.common.values import Instant
from models.messages.calendar_event import EventStatus
from models.messages.notices import Announcement
from models.post.post_room_state import PostRoomState, StandingReminder, note

# Until when it stands


def hear_reminder(state: PostRoomState, word: Announcement, now: Instant) -> PostRoomState:
    """Returns the state after an item has given a new reminder to the post room. The reminder stands, and replaces an
    older one of the same calendar event.

    If a new version of the event waits in the queue, the reminder is withdrawn, because that version tells what the
    event is now. If the same reminder comes again, the state does not change.
    """
    assert word.event is not None, "a reminder carries its event"
    uid = word.event.uid
    known = state.reminders.get(uid)
    if known is not None and known.word.key == word.key:
        return state
    state = without_reminder(state, uid, f"overtaken by {word.key}", now)
    if any(queued.version == uid for queued in state.queue):
        return note(state, now, "withdrawn", word.key, "what its event is now has still to go")
    standing = StandingReminder(word=word, heard=now)
    return state.model_copy(update={"reminders": {**state.reminders, uid: standing}})


def hear_version(state: PostRoomState, newer: Announcement, now: Instant) -> PostRoomState:
    """Returns the state after a new version of a calendar event has come. A reminder of this event no longer stands,
    because the date was called off or moved, or because the new version tells the same date.

    An announcement that is not a new version of an event does not change the state.
    """
    known, event = state.reminders.get(newer.version), newer.event
    if known is None or event is None or known.word.event is None:
        return state
    if event.status is not EventStatus.CONFIRMED:
        reason = "the date was called off before it went"
    elif not same_time(event.slot, known.word.event.slot):
        reason = "the date was moved before it went"
    else:
        reason = "a newer invitation says the same"
    return without_reminder(state, event.uid, reason, now)


def drop_begun_reminders(state: PostRoomState, now: Instant) -> PostRoomState:
    """Returns the state without the reminders of dates that have begun."""
    for uid, reminder in state.reminders.items():
        if reminder.begins <= now:
            state = without_reminder(state, uid, "the date has begun before it went", now)
    return state


def without_reminder(state: PostRoomState, uid: str, reason: str, now: Instant) -> PostRoomState:
    """Returns the state without the reminder of the calendar event `uid`, if there is one. If the reminder was not
    sent, its fate is `withdrawn`."""
    known = state.reminders.get(uid)
    if known is None:
        return state
    if not known.sent:
        state = note(state, now, "withdrawn", known.word.key, reason)
    left = {each: reminder for each, reminder in state.reminders.items() if each != uid}
    return state.model_copy(update={"reminders": left})


# In which mail it goes


def goes_alone_at(state: PostRoomState, reminder: StandingReminder) -> Instant | None:
    """Returns the instant at which a reminder goes in a mail of its own. Returns None if the next letter goes early
    enough, and so carries the reminder.

    A letter goes early enough if it goes in the first half of the time from the arrival of the reminder to the start of
    the date. It also does if it goes no later than a mail with only the reminder could go.
    """
    alone = reminder.heard if state.hours is None else state.hours.next_open(reminder.heard)
    in_time = max(alone, reminder.heard + (reminder.begins - reminder.heard) / 2)
    return None if state.letter_at is not None and state.letter_at <= in_time else alone


def reminder_due(state: PostRoomState, now: Instant) -> Announcement | None:
    """Returns the first reminder that must go now in a mail of its own. Returns None if there is no such reminder."""
    due = ((goes_alone_at(state, each), each.word) for each in to_remind(state, now))
    return next((word for at, word in due if at is not None and at <= now), None)


def to_remind(state: PostRoomState, now: Instant) -> tuple[StandingReminder, ...]:
    """Returns the reminders that a mail may carry now. They were not sent yet, and their date has not begun."""
    return tuple(each for each in state.waiting_reminders if each.begins > now)


def reminded(state: PostRoomState, keys: tuple[str, ...]) -> PostRoomState:
    """Returns the state after a mail with these keys was sent. The reminders in the mail will not be sent again."""
    return _marked(state, keys, sent=True)


def not_reminded(state: PostRoomState, keys: tuple[str, ...]) -> PostRoomState:
    """Returns the state after a mail with these keys came back. The reminders in the mail that still stand will be sent
    again."""
    return _marked(state, keys, sent=False)


def _marked(state: PostRoomState, keys: tuple[str, ...], sent: bool) -> PostRoomState:
    marked = {
        uid: each.model_copy(update={"sent": sent}) if each.word.key in keys else each
        for uid, each in state.reminders.items()
    }
    return state.model_copy(update={"reminders": marked})
