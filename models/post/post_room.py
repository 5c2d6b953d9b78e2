"""The post room's decisions: what goes to its office, in which mail, when, and what becomes of each notice.

It keeps what is awaited of the office, sends announcements one by one in the order in which they came, and writes one
letter per despatch period that lists everything awaited. Nothing goes outside office hours, and what is newly awaited
waits for the office's despatch day, unless it cannot (`cannot_wait`). A plan that runs in seconds keeps no hours, and
writes as soon as something new is asked.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from models.common.values import Instant, Value
from models.messages.effects import Await, PostRoomAddress, Settle
from models.messages.notices import Announcement, AnnouncementKind, Notice, Said
from models.messages.record_lines import LineMark
from models.messages.views import LedgerEntry
from models.post.despatch import Despatch, DespatchResult, Fate
from models.post.office_hours import Hours, apart


class StandingNotice(Value):
    """A notice that stands: the act is still awaited."""

    notice: Notice
    sent: bool = False
    returned: bool = False
    """Its item knows that it does not reach the office."""
    heard: Instant | None = None
    """When the item said so."""


class SentMail(Value):
    """A mail that the server took."""

    message_id: str
    keys: tuple[str, ...]
    announcement: Announcement | None = None
    second_address: bool = False


class Bounced(Value):
    """Tell a post room that a mail came back for good: a delivery status of class 5 (RFC 3464)."""

    message_id: str
    """With its angle brackets."""
    reason: str


class Thread(Value):
    """What the office was sent of one event."""

    item: str
    messages: tuple[str, ...]
    """Message-IDs: the first one and the last ones."""
    ending: bool = False
    """Its item is closed: kept until the cancellation that still waits has gone."""


class PostRoomState(Value):
    address: PostRoomAddress
    standing: dict[str, StandingNotice] = {}
    """By notice key, in order of arrival."""
    recent: tuple["SentMail", ...] = ()
    """The last mails that the server took: each may still come back."""
    bounced_at: Instant | None = None
    """When the last mail came back. An address whose server takes mail and then returns it is not reached."""
    queue: tuple[Announcement, ...] = ()
    letter_at: Instant | None = None
    last_letter: Instant | None = None
    hours: Hours | None = None
    """What is known of the office's hours; None until it is asked for, and where none are kept."""
    routine: tuple[Instant, ...] = ()
    """When the last routine letters went: as many as the ceiling counts. Only where hours are kept."""
    on_its_way: tuple[str, ...] = ()
    """Keys of what is being transmitted."""
    composed: int = 0
    """Counts compositions: each has a key of its own, and so its own Message-ID."""
    invited: dict[str, str] = {}
    """UIDs of which the office holds an invitation, with their items."""
    threads: dict[str, Thread] = {}
    """By the event's UID."""
    second_address: bool = False
    """The first address has just refused: the next attempt goes to the second."""
    first_refusal: str = ""
    """What the first address answered."""
    unreachable: str = ""
    """Why nothing reaches the office; empty while it is reached."""
    address_asked: int = 0
    """How often the focal point was asked for an address."""
    delayed: Despatch | None = None
    """What could not be transmitted: it is tried again as it is, for its outcome may be unknown."""
    hold_until: Instant | None = None
    """Nothing is tried before: the last attempts got nowhere."""
    pending: tuple[LedgerEntry, ...] = ()
    """Lines that the record does not hold yet."""
    recorded: LineMark | None = None
    """The last line that it holds."""
    entries: int = 0


class Returned(Value):
    """Tell an item that its notice does not reach the office, or (empty reason) that it does again."""

    item: str
    key: str
    reason: str = ""


Outgoing = Returned | Await | Settle
"""What a post room tells others: items, and the post room of its focal point."""

DELAY = timedelta(minutes=10)
"""How long nothing is tried after every attempt at a despatch has failed; never longer than a despatch period."""


SENT_KEPT = 8
"""How many mails a post room can send again when they come back; of older ones only what stands is."""


class PostRoomStep(Value):
    state: PostRoomState
    effects: tuple[Outgoing, ...] = ()


def hear_awaited(state: PostRoomState, notice: Notice, now: Instant) -> PostRoomState:
    """An act is awaited of the office. The same notice again changes nothing."""
    if notice.key in state.standing:
        return state
    rule = state.address.despatch
    standing = {**state.standing, notice.key: StandingNotice(notice=notice, heard=now)}
    if state.address.keeps_hours:
        return _timed(state.model_copy(update={"standing": standing}))
    if notice.quiet:
        at = state.letter_at or max((state.last_letter or now) + rule.period, now)
    else:
        gather = rule.gather if notice.gather is None else notice.gather
        at = min(state.letter_at or now + gather, now + gather)
    return state.model_copy(update={"standing": standing, "letter_at": at})


def hear_settled(state: PostRoomState, settle: Settle, now: Instant) -> PostRoomState:
    """Notices no longer stand; what was not sent yet is withdrawn. Of a closed item only cancellations still go."""
    gone = {
        key: s for key, s in state.standing.items() if key in settle.keys or (settle.closed and _of(s, settle.item))
    }
    for key, standing in gone.items():
        if not standing.sent:
            state = note(state, now, "withdrawn", key, "settled before its letter went")
    if settle.closed:
        state = _close_item(state, settle.item, now)
    left = {key: s for key, s in state.standing.items() if key not in gone}
    if state.address.keeps_hours:
        return _timed(state.model_copy(update={"standing": left}))
    letter_at = state.letter_at if left else None
    if letter_at is not None and state.last_letter is not None and not any(_loud(s) for s in left.values()):
        # Nothing new is left to be said at once: what is known already waits for its period.
        letter_at = max(letter_at, state.last_letter + state.address.despatch.period)
    return state.model_copy(update={"standing": left, "letter_at": letter_at})


def _loud(standing: StandingNotice) -> bool:
    """Whether a notice asks for a letter of its own."""
    return not standing.sent and not standing.notice.quiet


def _of(standing: StandingNotice, item: str) -> bool:
    return standing.notice.item == item


def _close_item(state: PostRoomState, item: str, now: Instant) -> PostRoomState:
    kept = []
    recent = tuple(
        mail.model_copy(update={"announcement": None})
        if mail.announcement and mail.announcement.item == item and not _last_word(mail.announcement)
        else mail
        for mail in state.recent
    )
    for announcement in state.queue:
        if announcement.item == item and not _last_word(announcement):
            state = note(state, now, "withdrawn", announcement.key, "its item was closed out before it went")
        else:
            kept.append(announcement)
    cancelling = {a.version for a in kept if a.item == item}
    invited = {uid: of for uid, of in state.invited.items() if of != item or uid in cancelling}
    threads = {
        uid: thread if thread.item != item else thread.model_copy(update={"ending": True})
        for uid, thread in state.threads.items()
        if thread.item != item or uid in cancelling
    }
    changes = {"queue": tuple(kept), "invited": invited, "recent": recent, "threads": threads}
    return state.model_copy(update=changes)


def _last_word(announcement: Announcement) -> bool:
    """Whether it still goes when its item is closed."""
    return announcement.final or announcement.kind is AnnouncementKind.CANCELLATION


def hear_announcement(state: PostRoomState, announcement: Announcement, now: Instant) -> PostRoomState:
    """Queues it. A newer version of an event overtakes the versions that have not gone; what else still waits to be
    said of the same item is said in one mail with it."""
    if any(queued.key == announcement.key for queued in state.queue):
        return state
    kept = []
    for queued in state.queue:
        if announcement.version and queued.version == announcement.version:
            state = note(state, now, "merged", queued.key, f"overtaken by {announcement.key}")
        elif state.address.keeps_hours and _in_one_mail(state, queued, announcement):
            state = note(state, now, "merged", queued.key, f"said in one mail with {announcement.key}")
            earlier = (*queued.earlier, Said(text=queued.text, happened=queued.happened), *announcement.earlier)
            final = queued.final or announcement.final
            announcement = announcement.model_copy(update={"earlier": earlier, "final": final})
        else:
            kept.append(queued)
    return state.model_copy(update={"queue": (*kept, announcement)})


def _in_one_mail(state: PostRoomState, queued: Announcement, newer: Announcement) -> bool:
    """Whether a word that still waits goes with a newer one: of one item, in words alone, and not yet on its way."""
    words = queued.item == newer.item and not any(each.event or each.lists or each.counts for each in (queued, newer))
    return words and queued.key not in state.on_its_way and not (state.delayed and queued.key in keys_of(state.delayed))


def standing_keys(state: PostRoomState, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Which of these notices and announcements still stand: asked once more before each transmission."""
    queued = {announcement.key for announcement in state.queue}
    return tuple(key for key in keys if key in state.standing or key in queued)


# When a letter goes, where hours are kept


def wants_hours(state: PostRoomState, now: Instant) -> bool:
    """Whether the office's hours have to be asked for before anything is decided."""
    waiting = state.address.keeps_hours and bool(state.queue or state.standing)
    return waiting and (state.hours is None or state.hours.renew <= now)


def learn_hours(state: PostRoomState, hours: Hours) -> PostRoomState:
    return _timed(state.model_copy(update={"hours": hours}))


def _timed(state: PostRoomState) -> PostRoomState:
    """With the instant of its next letter, which follows from what stands, what was sent when, and the hours."""
    return state.model_copy(update={"letter_at": _letter_instant(state)})


def _letter_instant(state: PostRoomState) -> Instant | None:
    if not state.standing or state.hours is None:
        return None
    routine = routine_instant(state)
    if routine is None:
        return None
    gather = state.address.despatch.gather
    hasty = [
        state.hours.next_open(s.heard + (gather if s.notice.gather is None else s.notice.gather))
        for s in state.standing.values()
        if s.heard is not None and (cannot_wait(state, s, routine) or _has_room(state, s))
    ]
    return min([routine, *hasty])


def routine_instant(state: PostRoomState) -> Instant | None:
    """When the next routine letter goes: on a despatch day, a period after the last letter that said all there is, and
    a period after the last routine one where there is something new."""
    hours, space = state.hours, apart(state.address.despatch.period)
    if hours is None or not state.standing:
        return None
    instants = []
    unsaid = [s.heard for s in state.standing.values() if not s.sent and s.heard is not None]
    if unsaid:
        earliest = max(min(unsaid), state.routine[-1] + space) if state.routine else min(unsaid)
        instants.append(hours.next_letter(earliest))
    if len(unsaid) < len(state.standing) and state.last_letter is not None:
        instants.append(hours.next_letter(state.last_letter + space))
    return min(instants, default=None)


def cannot_wait(state: PostRoomState, standing: StandingNotice, routine: Instant) -> str:
    """Why a notice goes before the despatch day; empty where it waits for it."""
    notice = standing.notice
    if standing.sent or notice.quiet:
        return ""
    if state.bounced_at is not None and standing.heard is not None and standing.heard <= state.bounced_at:
        return "the letter that said it came back"
    if state.last_letter is None:
        return "it is the first letter to this office"
    if notice.rung > 1:
        return "it is awaited of one more, higher office"
    if notice.due is not None and notice.at < notice.due and (routine - notice.at) * 2 > notice.due - notice.at:
        return "the despatch day would leave less than half of the time to answer"
    return ""


def _has_room(state: PostRoomState, standing: StandingNotice) -> bool:
    """Whether the ceiling allows a letter of its own to what is new: more than one routine letter a week, and not all
    of them used."""
    ceiling = state.address.despatch.ceiling
    if ceiling == 1 or state.hours is None or not _loud(standing) or standing.heard is None:
        return False
    week = state.hours.week_of(standing.heard)
    return sum(1 for each in state.routine if week is None or each >= week) < ceiling


def next_instant(state: PostRoomState, now: Instant) -> Instant | None:
    """When there is something to despatch; None while nothing is awaited."""
    if not (state.queue or state.standing):
        return None
    if state.hours is None and state.address.keeps_hours:
        return now
    due = now if state.queue or state.delayed else state.letter_at
    if due is None:
        return None
    if state.hold_until is not None:
        due = max(due, state.hold_until)
    if state.hours is None:
        return due
    return min(state.hours.next_open(max(due, now)), max(state.hours.renew, now))


def waits_for(state: PostRoomState, at: Instant) -> str:
    """What happens at that instant, in one line: the summary of the timer."""
    if state.hold_until is not None and at >= state.hold_until:
        what = "Next attempt to reach"
    elif state.hours is not None and at == state.hours.renew:
        what = "Office hours read anew for"
    else:
        what = "Next mail to" if state.queue else "Next letter to"
    return f"{what} {state.address.office_title} {state.address.clock.on(at)}"


def sends(despatch: Despatch) -> str:
    """What a mail says to whom, in one line: the summary of its activity."""
    if despatch.announcement is not None:
        return f"{despatch.announcement.kind.value} to {despatch.office_title}: {despatch.announcement.title}"
    acts = "1 act is" if len(despatch.notices) == 1 else f"{len(despatch.notices)} acts are"
    return f"letter to {despatch.office_title}: {acts} awaited of it"


def recorded(entries: Sequence[LedgerEntry]) -> str:
    """What lines of the post room's own record say, in one: "record: 3 sent, 1 withdrawn"."""
    if len(entries) == 1:
        return f"record: {entries[0].text}"
    return f"record: {', '.join(f'{number} {fate}' for fate, number in Counter(e.verb for e in entries).items())}"


def drop_unsent_cancellations(state: PostRoomState, now: Instant) -> PostRoomState:
    """A cancellation of what the office was never sent is not sent (itip-rules 11)."""
    kept = []
    for queued in state.queue:
        never = queued.kind is AnnouncementKind.CANCELLATION and queued.event and queued.event.uid not in state.invited
        if never:
            state = note(state, now, "withdrawn", queued.key, "cancelled before its invitation was sent")
        else:
            kept.append(queued)
    waiting = {queued.event.uid for queued in kept if queued.event}
    threads = {uid: thread for uid, thread in state.threads.items() if not thread.ending or uid in waiting}
    return state.model_copy(update={"queue": tuple(kept), "threads": threads})


def next_despatch(state: PostRoomState, now: Instant) -> Despatch | None:
    """The mail that is due now: the oldest announcement, else the letter; None if neither is, or outside hours."""
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
    }
    if state.queue:
        word = state.queue[0]
        thread = state.threads.get(word.event.uid) if word.event else None
        return Despatch(**common, announcement=word, references=thread.messages if thread else ())
    if state.letter_at is None or state.letter_at > now or not state.standing:
        return None
    immediate = _goes_early(state, now)
    standing = in_order(state, new_first=immediate or not address.keeps_hours)
    repeated = tuple(s.notice.key for s in standing if s.sent)
    notices = tuple(s.notice for s in standing)
    return Despatch(**common, notices=notices, repeated=repeated, immediate=immediate)


def _goes_early(state: PostRoomState, now: Instant) -> bool:
    """Whether a letter that goes now goes beside the routine ones. The first is the routine one of its week, and so is
    one that the ceiling still allows."""
    routine = routine_instant(state)
    if routine is None or routine <= now or state.last_letter is None:
        return False
    return any(cannot_wait(state, s, routine) for s in state.standing.values())


def in_order(state: PostRoomState, new_first: bool = False) -> list[StandingNotice]:
    """What a letter lists, in its order: oldest first; where it goes for the sake of what is new, that first."""
    return sorted(state.standing.values(), key=lambda s: (new_first and s.sent, s.notice.since, s.notice.key))


def says_the_same(state: PostRoomState) -> bool:
    """Whether the next letter says what the last one said, but for its date, unless something is heard before."""
    quiet = not state.queue and state.delayed is None and state.hold_until is None and not state.unreachable
    return quiet and bool(state.standing) and all(standing.sent for standing in state.standing.values())


def said_again(state: PostRoomState, now: Instant) -> PostRoomState:
    """What follows from such a letter, once it is sent: the same as `despatched` says, in one step."""
    period = state.address.despatch.period
    changes = {"composed": state.composed + 1, "last_letter": now, "letter_at": now + period, "second_address": False}
    if state.address.keeps_hours and state.hours is not None:
        changes |= {"routine": _routine(state, now), "letter_at": state.hours.next_letter(now + apart(period))}
    return state.model_copy(update=changes)


def _routine(state: PostRoomState, now: Instant) -> tuple[Instant, ...]:
    return (*state.routine, now)[-state.address.despatch.ceiling :]


def begun(state: PostRoomState, despatch: Despatch) -> PostRoomState:
    """A transmission begins: what it carries can no longer be changed."""
    return state.model_copy(update={"on_its_way": keys_of(despatch)})


def keys_of(despatch: Despatch) -> tuple[str, ...]:
    """Keys of everything a despatch carries."""
    if despatch.announcement:
        return (despatch.announcement.key,)
    return tuple(notice.key for notice in despatch.notices)


def despatched(state: PostRoomState, despatch: Despatch, result: DespatchResult, now: Instant) -> PostRoomStep:
    """What follows from the fate of a despatch."""
    step = _despatched(state, despatch, result, now)
    if not state.address.keeps_hours:
        return step
    return step.model_copy(update={"state": _timed(step.state)})


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
        return _refused(state, despatch, result, now)
    if despatch.announcement and result.perhaps_arrived:
        # An earlier attempt whose answer was lost may lie in the mailbox: a cancellation has to follow it.
        return PostRoomStep(state=_announced(state, despatch.announcement, result.message_id))
    return PostRoomStep(state=state)


def _closed(state: PostRoomState, despatch: Despatch, result: DespatchResult, now: Instant) -> PostRoomState:
    """The office is closed all the same (a decree, or the hour has passed): it goes at the next opening."""
    assert state.hours is not None, "only who keeps hours is told that an office is closed"
    # A minute at least, should two clocks disagree about the very end of the hours.
    hold = state.hours.next_open(max(now, despatch.at) + timedelta(minutes=1))
    # What may lie in the mailbox already goes again with the same bytes; anything else is composed anew.
    delayed = despatch if result.perhaps_arrived else None
    changes = {"hold_until": hold, "delayed": delayed, "composed": state.composed + 1}
    return state.model_copy(update=changes)


def _sent(state: PostRoomState, despatch: Despatch, result: DespatchResult, now: Instant) -> PostRoomStep:
    for key in keys_of(despatch):
        if key not in despatch.repeated:
            why = result.reason or result.fault
            state = note(state, now, "sent", key, why, message_id=result.message_id, despatch=despatch.key)
    if result.message_id:
        mail = SentMail(
            message_id=result.message_id,
            keys=keys_of(despatch),
            announcement=despatch.announcement,
            second_address=despatch.second_address,
        )
        state = state.model_copy(update={"recent": (*state.recent, mail)[-SENT_KEPT:]})
    if despatch.announcement:
        state = _announced(state, despatch.announcement, result.message_id)
    else:
        standing = {
            k: s if s.sent or not _in(k, despatch) else s.model_copy(update={"sent": True})
            for k, s in state.standing.items()
        }
        state = state.model_copy(update={"standing": standing, "last_letter": now, "letter_at": None})
        # What came while the letter was on its way keeps its own haste; the rest waits for the next period.
        if state.address.keeps_hours:
            routine = state.routine if despatch.immediate else _routine(state, now)
            return _reached(state.model_copy(update={"routine": routine}), now)
        rule = state.address.despatch
        fresh = any(_loud(s) for s in standing.values())
        if standing:
            state = state.model_copy(update={"letter_at": now + (rule.gather if fresh else rule.period)})
    return _reached(state, now)


def _in(key: str, despatch: Despatch) -> bool:
    return any(notice.key == key for notice in despatch.notices)


REFERENCES_KEPT = 4
"""Of one event's messages: a long thread needs its root and its end only (RFC 5322 section 3.6.4)."""


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


def _reached(state: PostRoomState, now: Instant) -> PostRoomStep:
    if not state.unreachable or (state.bounced_at is not None and now < state.bounced_at + _hold(state) * 3 / 2):
        return PostRoomStep(state=state)
    effects: list[Outgoing] = [Returned(item=s.notice.item, key=key) for key, s in state.standing.items() if s.returned]
    if state.address.focal_point and state.address_asked:
        key = _address_key(state)
        effects.append(Settle(office=state.address.focal_point, item=_own_item(state), keys=(key,)))
    standing = {key: s.model_copy(update={"returned": False}) for key, s in state.standing.items()}
    state = state.model_copy(update={"unreachable": "", "standing": standing, "bounced_at": None})
    state = note(state, now, "reached", "", "the office is reached again")
    return PostRoomStep(state=state, effects=tuple(effects))


def _refused(state: PostRoomState, despatch: Despatch, result: DespatchResult, now: Instant) -> PostRoomStep:
    """Definitely refused: the second address once, then the focal point is asked; the next letter tries again."""
    if despatch.announcement and result.content:
        # Another attempt would fare no better, and must not hold up what comes after it.
        state = note(state, now, "suppressed", despatch.announcement.key, result.reason)
        left = tuple(queued for queued in state.queue if queued.key != despatch.announcement.key)
        return PostRoomStep(state=state.model_copy(update={"queue": left}))
    if not despatch.second_address:
        return PostRoomStep(state=state.model_copy(update={"second_address": True, "first_refusal": result.reason}))
    return _unreachable(state, "; ".join(reason for reason in (state.first_refusal, result.reason) if reason), now)


def _hold(state: PostRoomState) -> timedelta:
    """Not a whole period: an address that is corrected should work the next day."""
    return min(state.address.despatch.period, timedelta(days=1))


def _unreachable(state: PostRoomState, reason: str, now: Instant) -> PostRoomStep:
    """Neither address takes mail: the items learn it, and the focal point is asked once."""
    hold = now + _hold(state)
    state = state.model_copy(update={"hold_until": hold, "letter_at": hold if state.standing else None})
    state, effects = _tell_returned(state, reason, now)
    if not state.unreachable:
        state = state.model_copy(update={"unreachable": reason, "address_asked": state.address_asked + 1})
        if state.address.focal_point:
            effects.append(Await(notice=_ask_for_address(state, now)))
    return PostRoomStep(state=state, effects=tuple(effects))


def hear_bounced(state: PostRoomState, bounced: Bounced, now: Instant) -> PostRoomStep:
    """A mail that the server took came back for good: what it said goes again, to the second address; from there too,
    nothing reaches the office. A mail that is not among the last ones, or came back before, changes nothing more."""
    step = _bounced(state, bounced, now)
    return step.model_copy(update={"state": _timed(step.state)}) if state.address.keeps_hours else step


def _bounced(state: PostRoomState, bounced: Bounced, now: Instant) -> PostRoomStep:
    mail = next((each for each in state.recent if each.message_id == bounced.message_id), None)
    if mail is None:
        return PostRoomStep(state=note(state, now, "bounced", "", bounced.reason, message_id=bounced.message_id))
    standing = {k: s.model_copy(update={"sent": s.sent and k not in mail.keys}) for k, s in state.standing.items()}
    state = state.model_copy(update={"standing": standing, "bounced_at": now})
    for key in mail.keys:
        state = note(state, now, "bounced", key, bounced.reason, message_id=bounced.message_id)
    if mail.announcement is not None:
        state = _requeued(state, mail.announcement, state.recent[state.recent.index(mail) + 1 :])
    state = state.model_copy(update={"recent": tuple(each for each in state.recent if each is not mail)})
    if mail.second_address or state.unreachable:
        return _unreachable(state, bounced.reason, now)
    at = now + state.address.despatch.gather if standing else None
    changes = {"second_address": True, "first_refusal": bounced.reason, "letter_at": at}
    return PostRoomStep(state=state.model_copy(update=changes))


def _requeued(state: PostRoomState, word: Announcement, later: tuple[SentMail, ...]) -> PostRoomState:
    """An announcement that came back goes again, before what was announced after it; an overtaken version does not."""
    newer = {each.announcement.version for each in later if each.announcement} | {each.version for each in state.queue}
    if word.version and word.version in newer:
        return state
    invited = dict(state.invited)
    if word.kind is AnnouncementKind.CANCELLATION:
        invited[word.version] = word.item
    return state.model_copy(update={"queue": (word, *state.queue), "invited": invited})


def _delayed(state: PostRoomState, despatch: Despatch, result: DespatchResult, now: Instant) -> PostRoomStep:
    """Our own fault: no ladder climbs on it, nobody is asked for an address, and the same despatch is tried again."""
    hold = now + min(state.address.despatch.period, DELAY)
    state = state.model_copy(update={"delayed": despatch, "hold_until": hold})
    state, effects = _tell_returned(state, result.reason, now)
    return PostRoomStep(
        state=state.model_copy(update={"unreachable": state.unreachable or result.reason}), effects=tuple(effects)
    )


def _tell_returned(state: PostRoomState, reason: str, now: Instant) -> tuple[PostRoomState, list[Outgoing]]:
    """Items learn, once, that their notices do not reach the office; the notices stand, and are tried again."""
    effects: list[Outgoing] = []
    standing = dict(state.standing)
    for key, kept in state.standing.items():
        if not kept.returned:
            effects.append(Returned(item=kept.notice.item, key=key, reason=reason))
            standing[key] = kept.model_copy(update={"returned": True})
            state = note(state, now, "returned", key, reason)
    return state.model_copy(update={"standing": standing}), effects


def _own_item(state: PostRoomState) -> str:
    return f"{state.address.plan}/office/{state.address.office}"


def _address_key(state: PostRoomState) -> str:
    address = state.address
    return f"{_own_item(state)}/-/give-address/1/{state.address_asked}/{address.focal_point}"


def _ask_for_address(state: PostRoomState, now: Instant) -> Notice:
    address = state.address
    return Notice(
        key=_address_key(state),
        item=_own_item(state),
        ref="-",
        title=f"Letters to {address.office_title}",
        verb="give-address",
        act=f"give an address that reaches it (now: {state.unreachable})",
        wanted=address.office_title,
        reason=state.unreachable,
        side="",
        office=address.focal_point or "",
        office_title=address.focal_point_title,
        rung=1,
        since=now,
        at=now,
    )


def note(state: PostRoomState, now: Instant, fate: str, key: str, reason: str, **data: str) -> PostRoomState:
    """A line of the post room's own record: what became of a notice, and why."""
    data = {"key": key, "reason": reason, **data}
    subject = key.removesuffix(f"/{state.address.office}")
    text = f"{fate}: {subject or state.address.office_title}{f' ({reason})' if reason else ''}"
    entry = LedgerEntry(n=state.entries + 1, at=now, verb=fate, text=text, office=state.address.office, data=data)
    return state.model_copy(update={"pending": (*state.pending, entry), "entries": entry.n})
