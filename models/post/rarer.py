"""Letters in which nothing is new: after the first ones they come more rarely.

A letter brings something new if it has a notice that the last letter did not have, or a reminder. An announcement also
is something new. A notice that no longer stands is nothing new. After something new, the next letters go one despatch
period apart, as many as the plan says (`repeats`). If nothing new comes, the ones after them go at longer intervals
(`rare_period`, `rare_repeats`). One goes sooner if the next rung, a proposed date or the end of a window comes near.
"""

from collections.abc import Iterator

from models.common.values import Instant
from models.post.despatch import Despatch
from models.post.office_hours import apart
from models.post.post_room_state import PostRoomState
from models.post.told import told


def brings_news(despatch: Despatch) -> bool:
    """Whether something in a mail is new to the office."""
    more = len(despatch.repeated) < len(despatch.notices)
    return more or bool(despatch.reminders) or despatch.announcement is not None


def counted(state: PostRoomState, despatch: Despatch, now: Instant) -> PostRoomState:
    """Returns the state after a mail was sent, with the number of letters since the last mail with something new."""
    if brings_news(despatch):
        return state.model_copy(update={"unchanged": 0, "news_at": now})
    return state.model_copy(update={"unchanged": state.unchanged + 1})


def comes_rarely(state: PostRoomState) -> bool:
    """Whether the next letter in which nothing is new waits longer than a despatch period. Never by the rules before
    edition 1."""
    return state.address.edition >= 1 and state.unchanged >= state.address.despatch.repeats


def repeat_instant(state: PostRoomState) -> Instant | None:
    """Returns the instant of the next letter if nothing new comes before. If the post room keeps hours, it is on a
    despatch day. Returns None if no letter was sent yet."""
    if state.last_letter is None:
        return None
    period, hours = state.address.despatch.period, state.hours
    wait = state.address.despatch.wait(state.unchanged) if state.address.edition >= 1 else period
    if hours is None:
        return min([state.last_letter + wait, *_before_what_comes(state)])
    # Two despatch days may be less than a period apart, because a holiday can move one.
    earliest = state.last_letter + wait - (period - apart(period))
    return min([hours.next_letter(earliest), *_before_what_comes(state)])


def _before_what_comes(state: PostRoomState) -> Iterator[Instant]:
    """Yields the instants of letters that go sooner: for each instant that the notices name (the next rung, a proposed
    date, the end of a window), the last letter that leaves half a despatch period until that instant. Yields nothing
    for an instant if a letter was sent less than a despatch period before."""
    if not comes_rarely(state) or state.last_letter is None:
        return
    period, hours = state.address.despatch.period, state.hours
    earliest = state.last_letter + (period if hours is None else apart(period))
    for near in sorted(_instants(state)):
        latest = near - period / 2
        at = latest if hours is None else hours.last_letter(latest)
        if at is not None and at >= earliest:
            yield at


def _instants(state: PostRoomState) -> set[Instant]:
    notices = [told(state, s, s.gone) if s.sent and s.gone else s.notice for s in state.standing.values()]
    return {at for notice in notices for at in (notice.due, notice.ends) if at is not None}


def letter_without_hours(state: PostRoomState, now: Instant) -> Instant | None:
    """Returns when the next letter goes if the post room keeps no hours and no notice wants a letter of its own. None
    if no notice stands. A notice that was not sent yet waits no longer than a despatch period."""
    if not state.standing:
        return None
    soon = max((state.last_letter or now) + state.address.despatch.period, now)
    if state.address.edition < 1 or any(not standing.sent for standing in state.standing.values()):
        return soon
    return max(repeat_instant(state) or soon, now)
