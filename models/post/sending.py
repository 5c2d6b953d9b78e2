"""Which mail a post room sends next, and what the post room does after it knows the fate of that mail."""

from datetime import timedelta
from typing import Any

from models.common.values import Instant
from models.messages.notices import Announcement, AnnouncementKind
from models.post.capacity import fitting_sent, last_sent
from models.post.despatch import Despatch, DespatchResult, Fate
from models.post.letter_day import goes_early, routine_letters, timed
from models.post.post_room_state import (
    Delivered,
    Outgoing,
    PostRoomState,
    PostRoomStep,
    SentMail,
    Thread,
    in_order,
    keys_of,
    note,
)
from models.post.rarer import counted, letter_without_hours, repeat_instant
from models.post.reminders import reminded, reminder_due, to_remind
from models.post.told import told, went_at
from models.post.unreached import DELAY, reached_again, refused, tell_returned


def sends(despatch: Despatch) -> str:
    """Returns one line with the kind of a mail, its office and its contents. The Temporal UI shows this line as the
    summary of the activity that sends the mail."""
    if despatch.announcement is not None:
        return f"{despatch.announcement.kind.value} to {despatch.office_title}: {despatch.announcement.title}"
    acts = "1 act is" if len(despatch.notices) == 1 else f"{len(despatch.notices)} acts are"
    dates = f", {len(despatch.reminders)} reminded of" if despatch.reminders else ""
    return f"letter to {despatch.office_title}: {acts} awaited of it{dates}"


def cancels_uncertain(state: PostRoomState) -> bool:
    """Whether the cancellation of an event waits, and an invitation to this event may have arrived: the outcome of its
    attempts is not known yet."""
    return any(_uncertain(state, each) for each in state.queue if each.kind is AnnouncementKind.CANCELLATION)


def _uncertain(state: PostRoomState, cancellation: Announcement) -> bool:
    tried = state.delayed.announcement if state.delayed else None
    return tried is not None and tried.version != "" and tried.version == cancellation.version


def drop_unsent_cancellations(state: PostRoomState, now: Instant, keeps_uncertain: bool = True) -> PostRoomState:
    """Returns the state without the cancellations of calendar events whose invitation was never sent to the office.

    Each of them is withdrawn. The new state also has no threads of closed items for which no mail waits. If
    `keeps_uncertain` is True, a cancellation waits as long as it is not known whether its invitation has arrived.
    """
    kept = []
    for queued in state.queue:
        if keeps_uncertain and queued.kind is AnnouncementKind.CANCELLATION and _uncertain(state, queued):
            kept.append(queued)
            continue
        never = queued.kind is AnnouncementKind.CANCELLATION and queued.event and queued.event.uid not in state.invited
        if never:
            state = note(state, now, "withdrawn", queued.key, "cancelled before its invitation was sent")
        else:
            kept.append(queued)
    waiting = {queued.event.uid for queued in kept if queued.event}
    threads = {uid: thread for uid, thread in state.threads.items() if not thread.ending or uid in waiting}
    return state.model_copy(update={"queue": tuple(kept), "threads": threads})


def next_despatch(state: PostRoomState, now: Instant) -> Despatch | None:
    """Returns the mail to send now: the oldest announcement, or else the letter, or else a reminder that goes alone.

    A mail that was delayed comes before all of them, and is not changed. Returns None if no mail is due, if the office
    is closed, if its hours are not known, or if the post room waits after a failed attempt.
    """
    if state.hold_until is not None and state.hold_until > now:
        return None
    if state.address.keeps_hours and (state.hours is None or state.hours.renew <= now or not state.hours.is_open(now)):
        return None
    if state.delayed is not None:
        return state.delayed
    address = state.address
    common: dict[str, Any] = {
        "key": f"{address.office}/{now.isoformat().replace('+00:00', 'Z')}/{state.composed + 1}",
        "plan": address.plan,
        "plan_title": address.plan_title,
        "office": address.office,
        "office_title": address.office_title,
        "at": now,
        "zone": address.zone,
        "period": address.despatch.period,
        "second_address": state.second_address,
        "side": address.side if address.keeps_hours else "",
        "epoch": address.epoch,
    }
    letter = state.letter_at is not None and state.letter_at <= now and bool(state.standing)
    word = state.queue[0] if state.queue else None
    if word is None and not letter:
        word = reminder_due(state, now)
    if word is not None:
        thread = state.threads.get(word.event.uid) if word.event else None
        return Despatch(**common, announcement=word, references=thread.messages if thread else ())
    if not letter:
        return None
    immediate = goes_early(state, now)
    standing = in_order(state, new_first=immediate or not address.keeps_hours)
    repeated = tuple(s.notice.key for s in standing if s.sent)
    notices = tuple(told(state, s, now) for s in standing)
    words = tuple(each.word for each in to_remind(state, now))
    return Despatch(**common, notices=notices, repeated=repeated, immediate=immediate, reminders=words)


def says_the_same(state: PostRoomState) -> bool:
    """Whether the next letter will say the same as the last one, except for its date, if no item tells the post room
    anything new before."""
    words = state.queue or state.waiting_reminders
    quiet = not words and state.delayed is None and state.hold_until is None and not state.unreachable
    return quiet and bool(state.standing) and all(standing.sent for standing in state.standing.values())


def said_again(state: PostRoomState, now: Instant) -> PostRoomState:
    """Returns the state after a letter was sent that says the same as the last one (see `says_the_same`).

    The rehearsal calls this function because it is faster than `despatched`. Both return the same state.
    """
    changes: dict[str, Any] = {"composed": state.composed + 1, "last_letter": now, "second_address": False}
    changes["unchanged"] = state.unchanged + 1
    if state.address.keeps_hours and state.hours is not None:
        changes["routine"] = routine_letters(state, now)
    state = state.model_copy(update=changes)
    return state.model_copy(update={"letter_at": repeat_instant(state)})


def begun(state: PostRoomState, despatch: Despatch) -> PostRoomState:
    """Returns the state while a mail is being sent. The post room adds nothing to this mail any more."""
    return state.model_copy(update={"on_its_way": keys_of(despatch)})


def despatched(state: PostRoomState, despatch: Despatch, result: DespatchResult, now: Instant) -> PostRoomStep:
    """Returns the state after a despatch has ended with `result`, and what the post room then tells items and the focal
    point."""
    step = _despatched(state, despatch, result, now)
    if not state.address.keeps_hours:
        return step
    return step.model_copy(update={"state": timed(step.state)})


def _despatched(state: PostRoomState, despatch: Despatch, result: DespatchResult, now: Instant) -> PostRoomStep:
    state = state.model_copy(update={"on_its_way": (), "hours": result.hours or state.hours})
    if result.fate is Fate.CLOSED:
        return PostRoomStep(state=_closed(state, despatch, result, now))
    if result.fate is Fate.DELAYED:
        return _delayed(state, despatch, result, now)
    changes = {"composed": state.composed + 1, "second_address": False, "delayed": None, "hold_until": None}
    state = state.model_copy(update=changes)
    if result.fate is Fate.SENT:
        return _sent(state, despatch, result, now)
    if result.fate is Fate.REFUSED:
        return refused(_perhaps_announced(state, despatch, result), despatch, result, now)
    state = _note_uncertain(state, despatch, result, now)
    if despatch.announcement and result.perhaps_arrived:
        # The mail of an earlier attempt may be in the mailbox. If it is an invitation, a cancellation must follow it.
        return PostRoomStep(state=_announced(state, despatch.announcement, result.message_id))
    return PostRoomStep(state=state)


def _perhaps_announced(state: PostRoomState, despatch: Despatch, result: DespatchResult) -> PostRoomState:
    """Returns the state after a refusal. An earlier attempt may have delivered the mail all the same. If the mail is an
    invitation, it counts as sent, so that its cancellation goes. Results of earlier releases name no such mail."""
    word = despatch.announcement
    if not (word and word.event and word.version and result.perhaps_arrived and result.message_id):
        return state
    if word.kind is not AnnouncementKind.CANCELLATION:
        state = state.model_copy(update={"invited": {**state.invited, word.version: word.item}})
    return _threaded(state, word.event.uid, word.item, result.message_id)


def _note_uncertain(state: PostRoomState, despatch: Despatch, result: DespatchResult, now: Instant) -> PostRoomState:
    """Notes of an announcement that is said in another way now, or not any more, which mail of it may have arrived."""
    word = despatch.announcement
    if word is None or not result.perhaps_arrived or not result.names_uncertain:
        return state
    newer = word.version and any(each.version == word.version for each in state.queue)
    why = "a mail of it may have arrived before; what came since goes too"
    return note(state, now, "merged" if newer else "withdrawn", word.key, why, message_id=result.message_id)


def _closed(state: PostRoomState, despatch: Despatch, result: DespatchResult, now: Instant) -> PostRoomState:
    """The activity has found the office closed: a decree of this morning, or its hours are over. The mail waits for the
    next opening."""
    assert state.hours is not None, "an office can be closed only if its post room keeps hours"
    # At least a minute, in case two clocks disagree about the end of the hours.
    hold = state.hours.next_open(max(now, despatch.at) + timedelta(minutes=1))
    # A mail that may have arrived goes again with the same bytes. Any other mail is composed again.
    delayed = despatch if result.perhaps_arrived else None
    changes = {"hold_until": hold, "delayed": delayed, "composed": state.composed + 1}
    return state.model_copy(update=changes)


def _sent(state: PostRoomState, despatch: Despatch, result: DespatchResult, now: Instant) -> PostRoomStep:
    for key in keys_of(despatch):
        if key not in despatch.repeated:
            why = result.reason or result.fault
            more = {"letter": result.letter} if result.letter else {}
            state = note(state, now, "sent", key, why, message_id=result.message_id, despatch=despatch.key, **more)
    if result.message_id:
        mail = SentMail(
            message_id=result.message_id,
            keys=keys_of(despatch),
            announcement=despatch.announcement,
            second_address=despatch.second_address,
        )
        recent = fitting_sent(last_sent(state.recent, mail), state.standing)
        state = state.model_copy(update={"recent": recent})
    state = counted(reminded(state, keys_of(despatch)), despatch, now)
    taken: tuple[Outgoing, ...] = ()
    if despatch.announcement:
        state = _announced(state, despatch.announcement, result.message_id)
        word = despatch.announcement
        taken = tuple(Delivered(item=word.item, key=key, at=now) for key in word.acknowledges)
        if state.address.edition >= 1 and state.letter_at is not None and not state.address.keeps_hours:
            sooner = letter_without_hours(state, now) or state.letter_at  # the next letter may have been a rare one
            state = state.model_copy(update={"letter_at": min(sooner, state.letter_at)})
    else:
        taken = _first_letters(state, despatch, now)
        said = {notice.key for notice in despatch.notices}
        standing = {
            k: s if s.sent or k not in said else s.model_copy(update={"sent": True, "gone": went_at(state, now)})
            for k, s in state.standing.items()
        }
        state = state.model_copy(update={"standing": standing, "last_letter": now, "letter_at": None})
        # A notice that came while the letter was on its way goes as soon as it would have gone without this letter.
        if state.address.keeps_hours:
            routine = state.routine if despatch.immediate else routine_letters(state, now)
            step = reached_again(state.model_copy(update={"routine": routine}), now)
            return step.model_copy(update={"effects": (*step.effects, *taken)})
        rule = state.address.despatch
        fresh = any(s.wants_letter for s in standing.values())
        if standing:
            at = now + rule.gather if fresh else letter_without_hours(state, now)
            state = state.model_copy(update={"letter_at": at})
    step = reached_again(state, now)
    return step.model_copy(update={"effects": (*step.effects, *taken)})


def _first_letters(state: PostRoomState, despatch: Despatch, now: Instant) -> tuple[Delivered, ...]:
    """Tells the items which of their notices went for the first time."""
    at = went_at(state, now)
    first = (each for each in despatch.notices if each.acknowledged and each.key not in despatch.repeated)
    return tuple(Delivered(item=each.item, key=each.key, at=at) for each in first)


UNFINISHED = timedelta(minutes=1)
"""How long the post room waits after our own worker did not finish a despatch. It never waits longer than a despatch
period."""

REFERENCES_KEPT = 4
"""How many Message-IDs of one calendar event a post room keeps: the first one and the latest ones. Mails about the
event refer to them (RFC 5322 section 3.6.4)."""


def _announced(state: PostRoomState, announcement: Announcement, message_id: str) -> PostRoomState:
    left = tuple(queued for queued in state.queue if queued.key != announcement.key)
    invited = dict(state.invited)
    if announcement.kind is AnnouncementKind.CANCELLATION:
        invited.pop(announcement.version, None)
    elif announcement.version:
        invited[announcement.version] = announcement.item
    state = state.model_copy(update={"queue": left, "invited": invited})
    return _threaded(state, announcement.event.uid, announcement.item, message_id) if announcement.event else state


def _threaded(state: PostRoomState, uid: str, item: str, message_id: str) -> PostRoomState:
    thread = state.threads.get(uid) or Thread(item=item, messages=())
    if not message_id or message_id in thread.messages:
        return state
    first, *later = (*thread.messages, message_id)
    thread = thread.model_copy(update={"messages": (first, *later[1 - REFERENCES_KEPT :])})
    return state.model_copy(update={"threads": {**state.threads, uid: thread}})


def _delayed(state: PostRoomState, despatch: Despatch, result: DespatchResult, now: Instant) -> PostRoomStep:
    """The program could not send, and the office is not the cause. The same despatch is tried again.

    The items learn of it, so that their ladders pause. The focal point is not asked for an address. If our own worker
    did not finish, nothing says that the office cannot be reached: only the record of the post room notes it.
    """
    if result.unfinished and state.address.edition >= 1:
        hold = now + min(state.address.despatch.period, UNFINISHED)
        state = note(state, now, "delayed", "", result.reason, despatch=despatch.key)
        return PostRoomStep(state=state.model_copy(update={"delayed": despatch, "hold_until": hold}))
    hold = now + min(state.address.despatch.period, DELAY)
    state = state.model_copy(update={"delayed": despatch, "hold_until": hold})
    state, effects = tell_returned(state, result.reason, now)
    return PostRoomStep(
        state=state.model_copy(update={"unreachable": state.unreachable or result.reason}), effects=tuple(effects)
    )
