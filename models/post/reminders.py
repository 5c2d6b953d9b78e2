"""Reminders of agreed dates: until when each stands, and in which mail it goes.

A reminder stands from the word of its item until its date begins, moves or is called off. It is said once: in the
letter where one goes in time, else in a mail of its own.
"""

from models.common.times import same_time
from models.common.values import Instant
from models.messages.calendar_event import EventStatus
from models.messages.notices import Announcement
from models.post.post_room_state import PostRoomState, StandingReminder, note

# Until when it stands


def hear_reminder(state: PostRoomState, word: Announcement, now: Instant) -> PostRoomState:
    """A reminder of an agreed date. The same one again changes nothing. If a version of its event has still to go, that
    one says the same, or that the date is off."""
    assert word.event is not None, "a reminder says of which event"
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
    """A new version of an event. What waits to remind of it stands no longer: the date is off or moved, or the new
    version says all that the reminder would."""
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
    """Nobody is reminded of a date that has begun."""
    for uid, reminder in state.reminders.items():
        if reminder.begins <= now:
            state = without_reminder(state, uid, "the date has begun before it went", now)
    return state


def without_reminder(state: PostRoomState, uid: str, reason: str, now: Instant) -> PostRoomState:
    """A reminder stands no longer. One that was not sent ends as withdrawn."""
    known = state.reminders.get(uid)
    if known is None:
        return state
    if not known.sent:
        state = note(state, now, "withdrawn", known.word.key, reason)
    left = {each: reminder for each, reminder in state.reminders.items() if each != uid}
    return state.model_copy(update={"reminders": left})


# In which mail it goes


def goes_alone_at(state: PostRoomState, reminder: StandingReminder) -> Instant | None:
    """When a reminder goes as a mail of its own; None where the letter goes in time for it. In time is before half of
    the time that is left until the date begins, or before a mail of its own could go."""
    alone = reminder.heard if state.hours is None else state.hours.next_open(reminder.heard)
    in_time = max(alone, reminder.heard + (reminder.begins - reminder.heard) / 2)
    return None if state.letter_at is not None and state.letter_at <= in_time else alone


def reminder_due(state: PostRoomState, now: Instant) -> Announcement | None:
    """The oldest reminder that goes now as a mail of its own; None while none does."""
    due = ((goes_alone_at(state, each), each.word) for each in to_remind(state, now))
    return next((word for at, word in due if at is not None and at <= now), None)


def to_remind(state: PostRoomState, now: Instant) -> tuple[StandingReminder, ...]:
    """What a mail may say now: what waits, but for dates that have begun."""
    return tuple(each for each in state.waiting_reminders if each.begins > now)


def reminded(state: PostRoomState, keys: tuple[str, ...]) -> PostRoomState:
    """A mail with these keys went: what it reminded of is not said again."""
    return _marked(state, keys, sent=True)


def not_reminded(state: PostRoomState, keys: tuple[str, ...]) -> PostRoomState:
    """A mail with these keys came back: what it reminded of is to be said again, if it still stands."""
    return _marked(state, keys, sent=False)


def _marked(state: PostRoomState, keys: tuple[str, ...], sent: bool) -> PostRoomState:
    marked = {
        uid: each.model_copy(update={"sent": sent}) if each.word.key in keys else each
        for uid, each in state.reminders.items()
    }
    return state.model_copy(update={"reminders": marked})
