"""Mail that does not reach its office: refused, bounced, held; the items and the focal point are told."""

from datetime import timedelta

from models.common.values import Instant
from models.messages.effects import Await, Settle
from models.messages.notices import Announcement, AnnouncementKind, Notice
from models.post.despatch import Despatch, DespatchResult
from models.post.letter_day import timed
from models.post.post_room_state import (
    Bounced,
    Outgoing,
    PostRoomState,
    PostRoomStep,
    Returned,
    SentMail,
    keys_of,
    note,
)
from models.post.reminders import not_reminded, reminded

DELAY = timedelta(minutes=10)
"""How long nothing is tried after every attempt at a despatch has failed; never longer than a despatch period."""


def reached_again(state: PostRoomState, now: Instant) -> PostRoomStep:
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


def refused(state: PostRoomState, despatch: Despatch, result: DespatchResult, now: Instant) -> PostRoomStep:
    """Definitely refused: the second address once, then the focal point is asked; the next letter tries again."""
    if despatch.announcement and result.content:
        # Another attempt would fare no better, and must not hold up what comes after it.
        state = note(state, now, "suppressed", despatch.announcement.key, result.reason)
        left = tuple(queued for queued in state.queue if queued.key != despatch.announcement.key)
        return PostRoomStep(state=reminded(state.model_copy(update={"queue": left}), keys_of(despatch)))
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
    state, effects = tell_returned(state, reason, now)
    if not state.unreachable:
        state = state.model_copy(update={"unreachable": reason, "address_asked": state.address_asked + 1})
        if state.address.focal_point:
            effects.append(Await(notice=_ask_for_address(state, now)))
    return PostRoomStep(state=state, effects=tuple(effects))


def hear_bounced(state: PostRoomState, bounced: Bounced, now: Instant) -> PostRoomStep:
    """A mail that the server took came back for good: what it said goes again, to the second address; from there too,
    nothing reaches the office. A mail that is not among the last ones, or came back before, changes nothing more."""
    step = _bounced(state, bounced, now)
    return step.model_copy(update={"state": timed(step.state)}) if state.address.keeps_hours else step


def _bounced(state: PostRoomState, bounced: Bounced, now: Instant) -> PostRoomStep:
    mail = next((each for each in state.recent if each.message_id == bounced.message_id), None)
    if mail is None:
        return PostRoomStep(state=note(state, now, "bounced", "", bounced.reason, message_id=bounced.message_id))
    standing = {k: s.model_copy(update={"sent": s.sent and k not in mail.keys}) for k, s in state.standing.items()}
    state = not_reminded(state.model_copy(update={"standing": standing, "bounced_at": now}), mail.keys)
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
    """An announcement that came back goes again, before what was announced after it; an overtaken version does not.
    A reminder stands apart, for as long as it does."""
    if word.kind is AnnouncementKind.REMINDER:
        return state
    newer = {each.announcement.version for each in later if each.announcement} | {each.version for each in state.queue}
    if word.version and word.version in newer:
        return state
    invited = dict(state.invited)
    if word.kind is AnnouncementKind.CANCELLATION:
        invited[word.version] = word.item
    return state.model_copy(update={"queue": (word, *state.queue), "invited": invited})


def tell_returned(state: PostRoomState, reason: str, now: Instant) -> tuple[PostRoomState, list[Outgoing]]:
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
