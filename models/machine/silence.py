"""The silence before a close-out. In this time, the other sides may object to what one side has put on record.

The program tells every other side at once of a mark, an outcome or evidence. The time to object starts when the mail
server has taken the mail to the last of these sides. A dispute breaks the silence. If every other side agrees, the
silence ends at once. If no side objects in the time to object, the item is closed. Items with one side alone, and items
that an earlier release opened, have no silence. An office closes them.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from models.common.values import Instant, write_instant
from models.machine.draft import Draft, S, Step
from models.machine.state import Ask, ItemState, Silence
from models.messages.effects import LookForObjections
from models.messages.moments import Moment, MomentKind
from models.messages.notices import AnnouncementKind
from models.messages.sentences import sentence_of, time_in_words
from models.plan.plan import SilenceRule

EXPRESS = "express"
"""The value of `setup.silence` if no length of time counts. Then the item is closed only when every other side
agrees."""

# What the state says


def applies(state: ItemState) -> bool:
    """Whether the item has silences: the other sides may object to what one side puts on record."""
    return state.setup.silence is not None and len(state.setup.sides) > 1


def waited_for(state: ItemState) -> tuple[str, ...]:
    """Returns the sides that may still object: neither the side that put something on record, nor those that have
    agreed. Empty if no silence runs."""
    if state.silence is None:
        return ()
    return tuple(side for side in state.setup.others(state.silence.side) if side not in state.silence.agreed)


def ends_at(state: ItemState) -> Instant | None:
    """Returns when the silence ends if no side objects. None while the mail has not reached every side that may object,
    or if only the act `agree` can end the silence. None too if no silence runs."""
    silence = state.silence
    if silence is None or not isinstance(silence.rule, timedelta):
        return None
    if any(side not in silence.reached for side in waited_for(state)):
        return None
    return max(silence.reached.values(), default=silence.since) + silence.rule


def is_over(state: ItemState) -> bool:
    """Whether the silence is over: every other side has agreed, or no side objected in the stated time."""
    return state.silence is not None and (state.silence.unbroken or not waited_for(state))


def silence_row(state: ItemState) -> dict[str, Any] | None:
    """Returns the silence in the form that views show. None if no silence runs, or if the item is closed."""
    silence, end = state.silence, ends_at(state)
    if silence is None or state.closed:
        return None
    facts = silence.model_dump(mode="json", include={"side", "about", "since", "unread"})
    until = write_instant(end) if end is not None else None
    return {**facts, "until": until, "agreed": list(silence.agreed), "waits_for": list(waited_for(state))}


def ask_agreement(state: ItemState) -> Iterator[Ask]:
    """Yields the act `agree` for each side that may still object. If the item can also close without it, only the
    coordinator is asked, and the ladder is not climbed."""
    express = state.silence is not None and state.silence.rule == EXPRESS
    return (Ask(act="agree", side=side, stays=not express, said=True) for side in waited_for(state))


# Beginning


def put_on_record(draft: Draft[S], side: str, about: str, kind: AnnouncementKind, line: str) -> None:
    """Announces to every other side what `side` has put on record, and begins a silence if the item has silences.

    `about` is mark, outcome or evidence. `line` is the text of the ledger line that says what was put on record.
    """
    sides, rule = draft.state.setup.others(side), draft.state.setup.silence
    if rule is None or not applies(draft.state):
        draft.announce(kind, sides, sentence_of(line))
        return
    text = f"{sentence_of(line)} {_objection(rule)}"
    told = draft.announce(kind, sides, text, acknowledged=True, silence=rule)
    keys = {draft.state.setup.side_of(each.office) or "": each.key for each in told}
    draft.put(silence=Silence(side=side, since=draft.now, about=about, rule=rule, keys=keys))


def tell_again(draft: Draft[S]) -> None:
    """After an amendment: tells the new office of a side what is on record. The time of that side begins anew."""
    state, silence = draft.state, draft.state.silence
    for side in waited_for(state):
        assert silence is not None, "somebody is waited for"
        if silence.keys.get(side, "").endswith(f"/{state.setup.party(side).coordinator.office}"):
            continue
        text = f"{silence.side} has put the {silence.about} on record. {_objection(silence.rule)}"
        [told] = draft.announce(AnnouncementKind.OUTCOME, (side,), text, acknowledged=True, silence=silence.rule)
        reached = {each: at for each, at in silence.reached.items() if each != side}
        changes = {"keys": {**silence.keys, side: told.key}, "reached": reached, "looking": False, "unbroken": False}
        silence = silence.model_copy(update=changes)
    draft.put(silence=silence)


def _objection(rule: SilenceRule) -> str:
    if not isinstance(rule, timedelta):
        return "It stands, and the item is closed, when your side agrees. If it is wrong, dispute it."
    return (
        f"Unless your side disputes it within {time_in_words(rule)} of this mail, it stands and the item is closed. "
        "Your side may also agree at once."
    )


# What time and the post rooms bring


def silence_moments(state: ItemState) -> Iterator[Moment]:
    """Yields the moment at which the silence ends, or at which an activity looks into the inbox again. It yields
    nothing if no end is known, or while the activity looks."""
    silence, end = state.silence, ends_at(state)
    if silence is None or silence.looking or silence.unbroken or not waited_for(state) or end is None:
        return
    yield Moment(max(end, silence.look_at or end), MomentKind.SILENCE_ENDS)


def pass_silence(draft: Draft[S]) -> None:
    """If the time to object is over, asks for an activity that looks for unread objections in the inbox. The item is
    not closed before this activity has answered."""
    moment = next(silence_moments(draft.state), None)
    silence = draft.state.silence
    if moment is None or silence is None or moment.at > draft.now:
        return
    draft.put(silence=silence.model_copy(update={"looking": True}))
    setup, sides = draft.state.setup, waited_for(draft.state)
    parties = (party for party in (*setup.parties, *setup.former) if party.side in sides)
    offices = dict.fromkeys(office for party in parties for office in party.offices)
    look = LookForObjections(plan=draft.state.setup.plan, offices=tuple(offices), since=silence.since, until=moment.at)
    draft.effects.append(look)


def delivered(state: S, key: str, at: Instant, now: Instant) -> Step[S]:
    """Returns the step after the mail server has taken the mail to one of the sides. After the last of these mails, the
    time to object runs."""
    side = _side_told(state, key)
    if state.closed or side is None or state.silence is None or side in state.silence.reached:
        return Step(state=state)
    draft = Draft(state, now)
    draft.put(silence=state.silence.model_copy(update={"reached": {**state.silence.reached, side: min(at, now)}}))
    if (end := ends_at(draft.state)) is not None:
        text = f"the mail to every other side has gone: they may object until {draft.moment(end)}"
        draft.enter("silence", text, until=write_instant(end))
    return Step(state=draft.state, effects=tuple(draft.effects))


def voided(state: S, key: str, reason: str, now: Instant) -> Step[S]:
    """Returns the step after the mail to one of the sides has come back or was refused. The time to object begins when
    a new mail has reached this side."""
    side = _side_told(state, key)
    if state.closed or side is None or state.silence is None:
        return Step(state=state)
    draft = Draft(state, now)
    left = {each: at for each, at in state.silence.reached.items() if each != side}
    draft.put(silence=state.silence.model_copy(update={"reached": left, "unbroken": False, "looking": False}))
    text = f"the mail to {side} came back ({reason}): its time to object has not begun"
    draft.enter("silence", text, reason=reason)
    return Step(state=draft.state, effects=tuple(draft.effects))


def _side_told(state: ItemState, key: str) -> str | None:
    keys = state.silence.keys if state.silence is not None else {}
    return next((side for side, each in keys.items() if each == key), None)
