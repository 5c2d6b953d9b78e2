"""What a post room does if mail does not reach its office, because the mail is refused, comes back or cannot be sent.

The post room tells the items that their notices do not reach the office. If the addresses are the cause, it asks the
focal point for a new address.
"""

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
"""How long the post room waits after every attempt at a despatch has failed. It never waits longer than a despatch
period."""


def reached_again(state: PostRoomState, now: Instant) -> PostRoomStep:
    """Returns the step after a mail was sent. If the office was unreachable, it counts as reached again.

    The post room tells the items, and settles its notice to the focal point. But if a mail came back a short time ago,
    the office stays unreachable, because its mail server may accept a mail and return it later.
    """
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
    """Returns the step after the mail server has finally refused a mail.

    The next mail goes to the second address. If that mail is refused too, the office is unreachable, and the post room
    asks the focal point for a new address. If the server refused the text of an announcement, the announcement is not
    sent again, and its fate is `suppressed`.
    """
    if despatch.announcement and result.content:
        # Another attempt would be refused too. The mails after it must not wait for it.
        state = note(state, now, "suppressed", despatch.announcement.key, result.reason)
        left = tuple(queued for queued in state.queue if queued.key != despatch.announcement.key)
        state = reminded(state.model_copy(update={"queue": left}), keys_of(despatch))
        return PostRoomStep(state=state, effects=_never_told(despatch.announcement, result.reason))
    if not despatch.second_address:
        return PostRoomStep(state=state.model_copy(update={"second_address": True, "first_refusal": result.reason}))
    return _unreachable(state, "; ".join(reason for reason in (state.first_refusal, result.reason) if reason), now)


def _never_told(word: Announcement, reason: str) -> tuple[Outgoing, ...]:
    """Tells the item that the announcements which it wants acknowledged did not reach the office."""
    return tuple(Returned(item=word.item, key=key, reason=reason) for key in word.acknowledges)


def _hold(state: PostRoomState) -> timedelta:
    """How long the post room waits before it tries an unreachable office again: a day, or a shorter despatch period.

    It does not wait a whole week, so that an address that a person corrects is used the next day.
    """
    return min(state.address.despatch.period, timedelta(days=1))


def _unreachable(state: PostRoomState, reason: str, now: Instant) -> PostRoomStep:
    """Neither address takes mail. The items are told, and the focal point is asked once for an address."""
    hold = now + _hold(state)
    state = state.model_copy(update={"hold_until": hold, "letter_at": hold if state.standing else None})
    state, effects = tell_returned(state, reason, now)
    if not state.unreachable:
        state = state.model_copy(update={"unreachable": reason, "address_asked": state.address_asked + 1})
        if state.address.focal_point:
            effects.append(Await(notice=_ask_for_address(state, now)))
    return PostRoomStep(state=state, effects=tuple(effects))


def hear_bounced(state: PostRoomState, bounced: Bounced, now: Instant) -> PostRoomStep:
    """Returns the step after a mail came back that the mail server had accepted.

    The notices and the announcement in it are sent again, to the second address. If the mail came back from the second
    address, the office is unreachable. If the mail is not among the last SENT_KEPT mails, or has come back before, the
    post room only notes this in its record.
    """
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
    told: tuple[Outgoing, ...] = ()
    if mail.announcement is not None:
        told = _never_told(mail.announcement, bounced.reason)
        state = _requeued(state, mail.announcement, state.recent[state.recent.index(mail) + 1 :])
    state = state.model_copy(update={"recent": tuple(each for each in state.recent if each is not mail)})
    if mail.second_address or state.unreachable:
        step = _unreachable(state, bounced.reason, now)
        return step.model_copy(update={"effects": (*step.effects, *told)})
    at = now + state.address.despatch.gather if standing else None
    changes = {"second_address": True, "first_refusal": bounced.reason, "letter_at": at}
    return PostRoomStep(state=state.model_copy(update=changes), effects=told)


def _requeued(state: PostRoomState, word: Announcement, later: tuple[SentMail, ...]) -> PostRoomState:
    """Puts an announcement that came back at the head of the queue.

    A version of an event that a newer one has overtaken does not go again. A reminder is not queued: it goes again from
    `reminders`, if it still stands.
    """
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
    """Tells each item, once for each notice, that its notice does not reach the office.

    The notices still stand, and the post room tries to send them again. Returns the new state, and the effects that
    tell the items.
    """
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
