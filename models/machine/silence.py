"""The silence procedure of the close-out: what one side has put on record stands unless another side objects in time.

A mark, an outcome or evidence of one side is told to every other side at once. The time to object runs from the instant
at which the mail server took the mail to the last of them. A dispute breaks the silence, and agreement of every other
side ends it at once. Unbroken, it closes the item. Items with one side alone, and items that an earlier release opened,
have no silence: an office closes them.
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

EXPRESS = "express"
"""In place of a length of time: only the agreement of every other side closes an item."""

# What the state says


def applies(state: ItemState) -> bool:
    """Whether what is put on record stands under silence here."""
    return state.setup.silence is not None and len(state.setup.sides) > 1


def others(state: ItemState, side: str) -> tuple[str, ...]:
    return tuple(each for each in state.setup.sides if each != side)


def waited_for(state: ItemState) -> tuple[str, ...]:
    """The sides that may still break the silence: all but the one that put it on record and those that agreed."""
    if state.silence is None:
        return ()
    return tuple(side for side in others(state, state.silence.side) if side not in state.silence.agreed)


def ends_at(state: ItemState) -> Instant | None:
    """When the silence ends unbroken. None while a side has not been reached, and if only agreement ends it."""
    silence = state.silence
    if silence is None or not isinstance(silence.rule, timedelta):
        return None
    if any(side not in silence.reached for side in waited_for(state)):
        return None
    return max(silence.reached.values(), default=silence.since) + silence.rule


def is_over(state: ItemState) -> bool:
    """Whether every other side has agreed, or has been silent for the stated time."""
    return state.silence is not None and (state.silence.unbroken or not waited_for(state))


def silence_row(state: ItemState) -> dict[str, Any] | None:
    """What stands under silence, in the form of views. None if nothing does."""
    silence, end = state.silence, ends_at(state)
    if silence is None or state.closed:
        return None
    facts = silence.model_dump(mode="json", include={"side", "about", "since", "unread"})
    until = write_instant(end) if end is not None else None
    return {**facts, "until": until, "agreed": list(silence.agreed), "waits_for": list(waited_for(state))}


def ask_agreement(state: ItemState) -> Iterator[Ask]:
    """What is asked of the sides under silence. Where silence is enough, it stays in the coordinator's letters."""
    express = state.silence is not None and state.silence.rule == EXPRESS
    return (Ask(act="agree", side=side, stays=not express, said=True) for side in waited_for(state))


# Beginning


def put_on_record(draft: Draft[S], side: str, about: str, kind: AnnouncementKind, line: str) -> None:
    """Tells every other side what `side` has put on record, and begins the silence if it applies.

    `about` is mark, outcome or evidence. `line` is the line of the ledger about it.
    """
    sides = others(draft.state, side)
    if not applies(draft.state):
        draft.announce(kind, sides, sentence_of(line))
        return
    told = draft.announce(
        kind,
        sides,
        f"{sentence_of(line)} {_objection(draft.state)}",
        acknowledged=True,
        silence=draft.state.setup.silence,
    )
    rule = draft.state.setup.silence
    assert rule is not None, "applies says so"
    keys = {draft.state.setup.side_of(each.office) or "": each.key for each in told}
    draft.put(silence=Silence(side=side, since=draft.now, about=about, rule=rule, keys=keys))


def tell_again(draft: Draft[S]) -> None:
    """After an amendment: tells the new office of a side what is on record. The time of that side begins anew."""
    state, silence = draft.state, draft.state.silence
    for side in waited_for(state):
        assert silence is not None, "somebody is waited for"
        if silence.keys.get(side, "").endswith(f"/{state.setup.party(side).coordinator.office}"):
            continue
        text = f"{silence.side} has put the {silence.about} on record. {_objection(state)}"
        [told] = draft.announce(AnnouncementKind.OUTCOME, (side,), text, acknowledged=True, silence=silence.rule)
        reached = {each: at for each, at in silence.reached.items() if each != side}
        changes = {"keys": {**silence.keys, side: told.key}, "reached": reached, "looking": False, "unbroken": False}
        silence = silence.model_copy(update=changes)
    draft.put(silence=silence)


def _objection(state: ItemState) -> str:
    time = state.setup.silence
    if not isinstance(time, timedelta):
        return "It stands, and the item is closed, when your side agrees. If it is wrong, dispute it."
    return (
        f"Unless your side disputes it within {time_in_words(time)} of this mail, it stands and the item is closed. "
        "Your side may also agree at once."
    )


# What time and the post rooms bring


def silence_moments(state: ItemState) -> Iterator[Moment]:
    """When the silence ends, or when the inbox is looked at again. None while it is being looked at."""
    silence, end = state.silence, ends_at(state)
    if silence is None or silence.looking or silence.unbroken or not waited_for(state) or end is None:
        return
    yield Moment(max(end, silence.look_at or end), MomentKind.SILENCE_ENDS)


def pass_silence(draft: Draft[S]) -> None:
    """The time has run out: before the item is closed, somebody looks whether an objection lies unread."""
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
    """The mail server took the mail to one of the sides. After the last of them the time to object runs."""
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
    """The mail to one of the sides came back, or was refused: the time to object begins when it has been reached."""
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
