"""When mail goes to an office: when the next letter goes, which notices cannot wait for the routine letter, and when
the post room must decide again."""

from models.common.values import Instant
from models.post.office_hours import Hours, apart
from models.post.post_room_state import PostRoomState, StandingNotice
from models.post.rarer import repeat_instant
from models.post.reminders import goes_alone_at

# When a letter goes, if the post room keeps office hours


def wants_hours(state: PostRoomState, now: Instant) -> bool:
    """Whether the post room must ask for the hours of its office before it sends mail.

    True if the post room keeps hours, has something to send, and does not know the hours of the coming weeks.
    """
    waiting = state.address.keeps_hours and bool(state.queue or state.standing or state.waiting_reminders)
    return waiting and (state.hours is None or state.hours.renew <= now)


def learn_hours(state: PostRoomState, hours: Hours) -> PostRoomState:
    """Returns the state with the office hours that the activity `hours` has returned, and with a new `letter_at`."""
    return timed(state.model_copy(update={"hours": hours}))


def forget_hours(state: PostRoomState) -> PostRoomState:
    """Returns the state without its office hours, because every office is open day and night from now on
    (AIDE_OFFICE_HOURS=off). The post room then asks for the hours again. Mail that waits for an opening waits no
    longer.

    The state does not change if the post room keeps no hours, or knows already that the office is always open.
    """
    if state.hours is None or state.hours.always:
        return state
    # If the office is unreachable, the post room waits for the next attempt, and not for an opening.
    return state.model_copy(update={"hours": None, "hold_until": state.hold_until if state.unreachable else None})


def timed(state: PostRoomState) -> PostRoomState:
    """Returns the state with a new `letter_at`. It is computed from the notices that stand, the letters that were sent,
    and the office hours."""
    return state.model_copy(update={"letter_at": _letter_instant(state)})


def _letter_instant(state: PostRoomState) -> Instant | None:
    if not state.standing or state.hours is None:
        return None
    routine = routine_instant(state)
    if routine is None:
        return None
    gather = state.address.despatch.gather
    gathered = [
        s.heard + (gather if s.notice.gather is None else s.notice.gather)
        for s in state.standing.values()
        if s.heard is not None and (cannot_wait(state, s, routine) or _has_room(state, s))
    ]
    # The office opens no earlier for a later notice, so the opening is looked up once, for the first of them.
    return min(routine, state.hours.next_open(min(gathered))) if gathered else routine


def routine_instant(state: PostRoomState) -> Instant | None:
    """Returns the instant of the next routine letter. It is always on a despatch day. Returns None if no notice stands,
    or if the office hours are not known.

    For a notice that was not sent yet, it goes about one despatch period after the last routine letter. For a notice
    that was sent, it goes about one period after the last letter of any kind, or later if nothing is new for long
    (models/post/rarer.py). The earlier instant counts.
    """
    hours, space = state.hours, apart(state.address.despatch.period)
    if hours is None or not state.standing:
        return None
    instants = []
    unsaid = [s.heard for s in state.standing.values() if not s.sent and s.heard is not None]
    if unsaid:
        earliest = max(min(unsaid), state.routine[-1] + space) if state.routine else min(unsaid)
        instants.append(hours.next_letter(earliest))
    if len(unsaid) < len(state.standing) and (repeat := repeat_instant(state)) is not None:
        instants.append(repeat)
    return min(instants, default=None)


def cannot_wait(state: PostRoomState, standing: StandingNotice, routine: Instant) -> str:
    """Returns why a notice must be sent before the next routine letter at `routine`. Returns an empty text if the
    notice can wait for that letter."""
    notice = standing.notice
    if standing.sent or notice.quiet:
        return ""
    if state.bounced_at is not None and standing.heard is not None and standing.heard <= state.bounced_at:
        return "the letter with it came back"
    if state.last_letter is None:
        return "it is the first letter to this office"
    if notice.rung > 1:
        return "it is awaited of one more, higher office"
    if notice.due is not None and notice.at < notice.due and (routine - notice.at) * 2 > notice.due - notice.at:
        return "the despatch day would leave less than half of the time to answer"
    return ""


def _has_room(state: PostRoomState, standing: StandingNotice) -> bool:
    """Whether a new notice may have a routine letter of its own.

    It may if the ceiling is above one letter a week, and if the letters of this week are not used up.
    """
    ceiling = state.address.despatch.ceiling
    if ceiling == 1 or state.hours is None or not standing.wants_letter or standing.heard is None:
        return False
    week = state.hours.week_of(standing.heard)
    return sum(1 for each in state.routine if week is None or each >= week) < ceiling


def next_instant(state: PostRoomState, now: Instant) -> Instant | None:
    """Returns the instant at which the post room must next send a mail or ask for the office hours. Returns None if it
    has nothing to send."""
    if not (state.queue or state.standing or state.waiting_reminders):
        return None
    if state.hours is None and state.address.keeps_hours:
        return now
    mail = next_mail(state, now)
    return mail if mail is None or state.hours is None else min(mail, max(state.hours.renew, now))


def next_mail(state: PostRoomState, now: Instant) -> Instant | None:
    """Returns the instant of the next mail, as far as the office hours are known. Returns None if the post room has
    nothing to send."""
    alone = (goes_alone_at(state, each) for each in state.waiting_reminders)
    instants = [at for at in (state.letter_at, *alone) if at is not None]
    due = now if state.queue or state.delayed else min(instants, default=None)
    if due is None:
        return None
    if state.hold_until is not None:
        due = max(due, state.hold_until)
    return due if state.hours is None else state.hours.next_open(max(due, now))


def waits_for(state: PostRoomState, at: Instant) -> str:
    """Returns one line that says what the post room does at the instant `at`. The Temporal UI shows it as the summary
    of the timer."""
    if state.hold_until is not None and at >= state.hold_until:
        what = "Next attempt to reach"
    elif state.hours is not None and at == state.hours.renew:
        what = "Office hours read anew for"
    else:
        letter = state.letter_at is not None and state.letter_at <= at and not state.queue
        what = "Next letter to" if letter else "Next mail to"
    return f"{what} {state.address.office_title} {state.address.clock.on(at)}"


def goes_early(state: PostRoomState, now: Instant) -> bool:
    """Whether a letter that goes now is an extra letter, because a notice in it cannot wait for the routine letter.

    False for the first letter to an office. Also False for a letter that goes only because the office may get one more
    routine letter this week (the ceiling of the plan). Both count as routine letters.
    """
    routine = routine_instant(state)
    if routine is None or routine <= now or state.last_letter is None:
        return False
    return any(cannot_wait(state, s, routine) for s in state.standing.values())


def routine_letters(state: PostRoomState, now: Instant) -> tuple[Instant, ...]:
    """Returns the instants of the last routine letters, for the field `routine`, after a routine letter was sent
    now."""
    return (*state.routine, now)[-state.address.despatch.ceiling :]
