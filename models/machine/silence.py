"""The silence before a close-out. In this time, the other sides may object to what one side has put on record.

The program tells every other side at once of a mark, an outcome or evidence. Each of them has a silence of its own. The
time to object starts when the mail server has taken the mail to the last of the other sides. A dispute breaks the
silence. If every other side agrees, the silence ends at once. When everything that the close-out needs is on record and
all silences are over, the item is closed. Items with one side alone, and items that an earlier release opened, have no
silence. An office closes them.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from models.common.values import Instant, write_duration, write_instant
from models.machine.draft import Draft, S, Step
from models.machine.state import Ask, ItemState, Silence
from models.messages.effects import LookForObjections
from models.messages.moments import Moment, MomentKind
from models.messages.notices import AnnouncementKind
from models.messages.sentences import joined, sentence_of, time_in_words
from models.plan.plan import SilenceRule

EXPRESS = "express"
"""The value of `setup.silence` if no length of time counts. Then the item is closed only when every other side
agrees."""

MARK = "mark"
"""What a silence is about, if it is about the mark of a meeting. It may end long before the item can be closed."""

# What the state says


def applies(state: ItemState) -> bool:
    """Whether the item has silences: the other sides may object to what one side puts on record."""
    return state.setup.silence is not None and len(state.setup.sides) > 1


def rule_on_record(state: ItemState) -> str | None:
    """Returns the rule of the silence for the line of the record that says what was put on record: P14D, or express.
    None if the item has no silences."""
    rule = state.setup.silence if applies(state) else None
    return write_duration(rule) if isinstance(rule, timedelta) else rule


def waited_for(state: ItemState, of: Silence | None = None) -> tuple[str, ...]:
    """Returns the sides that may still object: neither the side that put something on record, nor those that have
    agreed. Empty if no silence runs.

    `of` is the silence that is asked about. None: every silence that is not over.
    """
    asked = [of] if of is not None else [each for each in state.silences if not _over(state, each)]
    sides = (side for each in asked for side in state.setup.others(each.side) if side not in each.agreed)
    return tuple(dict.fromkeys(sides))


def ends_at(state: ItemState, of: Silence | None = None) -> Instant | None:
    """Returns when the silence `of` ends if no side objects. None while the mail has not reached every side that may
    object, or if only the act `agree` can end the silence.

    If `of` is None, returns when the last silence that is not over ends. None too if no silence runs, or if one of them
    has no end yet.
    """
    if of is None:
        ends = [ends_at(state, each) for each in running(state)]
        return max((end for end in ends if end is not None), default=None) if None not in ends else None
    if not isinstance(of.rule, timedelta) or any(side not in of.reached for side in waited_for(state, of)):
        return None
    return max(of.reached.values(), default=of.since) + of.rule


def object_by(state: ItemState, side: str) -> Instant | None:
    """Returns the first instant at which a silence ends in which `side` may still object. None if no such end is
    known."""
    ends = (ends_at(state, each) for each in running(state) if side in waited_for(state, each))
    return min((end for end in ends if end is not None), default=None)


def _over(state: ItemState, silence: Silence) -> bool:
    return silence.unbroken or not waited_for(state, silence)


def running(state: ItemState) -> list[Silence]:
    """Returns the silences that are not over, oldest first."""
    return [each for each in state.silences if not _over(state, each)]


def are_over(state: ItemState) -> bool:
    """Whether something is under silence, and every silence is over: every other side has agreed, or no side objected
    in the stated time."""
    return bool(state.silences) and not running(state)


def is_valid(state: ItemState, about: str) -> bool:
    """Whether the silence about this thing is over, so that a dispute comes too late. False without a silence."""
    return any(each.about == about and _over(state, each) for each in state.silences)


def silence_rows(state: ItemState) -> tuple[dict[str, Any], ...]:
    """Returns the silences in the form that views show, oldest first. Empty if there are none, or if the item is
    closed."""
    return () if state.closed else tuple(_row(state, each) for each in state.silences)


def _row(state: ItemState, silence: Silence) -> dict[str, Any]:
    over, end = _over(state, silence), ends_at(state, silence)
    facts = silence.model_dump(mode="json", include={"side", "about", "since", "unread"})
    return {
        **facts,
        "until": write_instant(end) if end is not None and not over else None,
        "express": silence.rule == EXPRESS,
        "agreed": list(silence.agreed),
        "silent": list(waited_for(state, silence)) if silence.unbroken else [],
        "waits_for": [] if over else list(waited_for(state, silence)),
        "over": over,
    }


def ask_agreement(state: ItemState) -> Iterator[Ask]:
    """Yields the act `agree` for each side that may still object. If the item can also close without it, only the
    coordinator is asked, and the ladder is not climbed."""
    express = any(each.rule == EXPRESS for each in running(state))
    return (Ask(act="agree", side=side, stays=not express, said=True) for side in waited_for(state))


def ask_express(state: ItemState) -> Iterator[Ask]:
    """Yields the same acts as `ask_agreement`, but only if silence alone ends nothing. Meanwhile the item waits for
    something else, for example for its outcome."""
    return ask_agreement(state) if any(each.rule == EXPRESS for each in running(state)) else iter(())


def names_of(silences: Iterable[Silence], names: Mapping[str, str] | None = None) -> str:
    """Returns what is under silence in words: "the mark and the outcome that LAO put on record".

    `names` holds the names of sides by code. A side that is not in it is named by its code.
    """
    by_side: dict[str, list[str]] = {}
    for each in silences:
        by_side.setdefault((names or {}).get(each.side, each.side), []).append(f"the {each.about}")
    return joined(f"{joined(dict.fromkeys(things))} that {side} put on record" for side, things in by_side.items())


# Beginning


def put_on_record(draft: Draft[S], side: str, about: str, kind: AnnouncementKind, line: str) -> None:
    """Announces to every other side what `side` has put on record, and begins a silence if the item has silences.

    `about` is mark, outcome or evidence. A silence of this side about the same ends, because the new one takes its
    place. `line` is the text of the ledger line that says what was put on record.
    """
    sides, rule = draft.state.setup.others(side), draft.state.setup.silence
    if rule is None or not applies(draft.state):
        draft.announce(kind, sides, sentence_of(line))
        return
    text = f"{sentence_of(line)} {_objection(rule, about)}"
    told = draft.announce(kind, sides, text, acknowledged=True, silence=rule, about=about)
    keys = {draft.state.setup.side_of(each.office) or "": each.key for each in told}
    kept = (each for each in draft.state.silences if (each.about, each.side) != (about, side))
    silence = Silence(side=side, since=draft.now, about=about, rule=rule, keys=keys)
    draft.put(silences=(*kept, silence)[-SILENCES_KEPT:])


SILENCES_KEPT = 20
"""How many silences an item has at most. Each side has at most one about each thing, so this is never reached."""


def end_silences(draft: Draft[S], *abouts: str) -> None:
    """Ends the silences about these things, because what they are about is disputed or is no longer on record."""
    draft.put(silences=tuple(each for each in draft.state.silences if each.about not in abouts))


def break_silences(draft: Draft[S], side: str, about: str) -> None:
    """Ends the silences that `side` breaks by a dispute. What this side put on record itself stands under silence as
    before: its dispute takes no time to object from the other sides."""
    kept = (each for each in draft.state.silences if each.about != about or each.side == side)
    draft.put(silences=tuple(kept))


def tell_again(draft: Draft[S]) -> None:
    """After an amendment: tells the new office of a side what is on record. The time of that side begins anew."""
    told = {id(each): _told_again(draft, each) for each in running(draft.state)}
    draft.put(silences=tuple(told.get(id(each), each) for each in draft.state.silences))


def _told_again(draft: Draft[S], silence: Silence) -> Silence:
    state = draft.state
    for side in waited_for(state, silence):
        if silence.keys.get(side, "").endswith(f"/{state.setup.party(side).coordinator.office}"):
            continue
        text = f"{silence.side} has put the {silence.about} on record. {_objection(silence.rule, silence.about)}"
        [told] = draft.announce(
            AnnouncementKind.OUTCOME, (side,), text, acknowledged=True, silence=silence.rule, about=silence.about
        )
        reached = {each: at for each, at in silence.reached.items() if each != side}
        changes = {"keys": {**silence.keys, side: told.key}, "reached": reached, "looking": False, "unbroken": False}
        silence = silence.model_copy(update=changes)
    return silence


def _objection(rule: SilenceRule, about: str) -> str:
    follows = "" if about == MARK else " and the item is closed"
    if not isinstance(rule, timedelta):
        return f"It stands{',' + follows + ',' if follows else ''} when your side agrees. If it is wrong, dispute it."
    return (
        f"Unless your side disputes it within {time_in_words(rule)} of this mail, it stands{follows}. "
        "Your side may also agree at once."
    )


# What time and the post rooms bring


def silence_moments(state: ItemState) -> Iterator[Moment]:
    """Yields, for each silence, the moment at which it ends, or at which an activity looks into the inbox again. It
    yields nothing for a silence of which no end is known, or while the activity looks."""
    for silence in running(state):
        end = ends_at(state, silence)
        if end is not None and not silence.looking:
            at = max(end, silence.look_at or end)
            waits = bool(silence.unread) and state.setup.edition >= 1
            yield Moment(at, MomentKind.LOOKS_AGAIN) if waits else Moment(at, MomentKind.SILENCE_ENDS, _then(state))


def _then(state: ItemState) -> str:
    """Returns what follows if no side objects. A mark alone closes nothing."""
    return "closed" if any(each.about != MARK for each in state.silences) else "the mark stands"


def pass_silence(draft: Draft[S]) -> None:
    """For each silence whose time to object is over, asks for an activity that looks for unread objections in the
    inbox. The silence is not over before this activity has answered."""
    silences = []
    for silence in draft.state.silences:
        end = ends_at(draft.state, silence)
        due = end is not None and not silence.looking and not _over(draft.state, silence)
        at = max(end, silence.look_at or end) if end is not None else None
        if not due or at is None or at > draft.now:
            silences.append(silence)
            continue
        silences.append(silence.model_copy(update={"looking": True}))
        sides = waited_for(draft.state, silence)
        parties = (party for party in (*draft.state.setup.parties, *draft.state.setup.former) if party.side in sides)
        offices = dict.fromkeys(office for party in parties for office in party.offices)
        plan = draft.state.setup.plan
        draft.effects.append(LookForObjections(plan=plan, offices=tuple(offices), since=silence.since, until=at))
    if silences != list(draft.state.silences):
        draft.put(silences=tuple(silences))


def with_changes(state: ItemState, old: Silence, **changes: Any) -> tuple[Silence, ...]:
    """Returns the silences of the item with these changes of one of them."""
    return tuple(each.model_copy(update=changes) if each is old else each for each in state.silences)


def delivered(state: S, key: str, at: Instant, now: Instant) -> Step[S]:
    """Returns the step after the mail server has taken the mail to one of the sides. After the last of these mails, the
    time to object runs."""
    found = _told(state, key)
    if state.closed or found is None or found[1] in found[0].reached:
        return Step(state=state)
    draft, (silence, side) = Draft(state, now), found
    reached = silence.model_copy(update={"reached": {**silence.reached, side: min(at, now)}})
    draft.put(silences=tuple(reached if each is silence else each for each in state.silences))
    if (end := ends_at(draft.state, reached)) is not None:
        text = f"the mail about {silence.name} has gone to every other side: they may object until {draft.moment(end)}"
        draft.enter("silence", text, about=silence.about, by=silence.side, until=write_instant(end))
    return Step(state=draft.state, effects=tuple(draft.effects))


def voided(state: S, key: str, reason: str, now: Instant) -> Step[S]:
    """Returns the step after the mail to one of the sides has come back or was refused. The time to object begins when
    a new mail has reached this side."""
    found = _told(state, key)
    if state.closed or found is None:
        return Step(state=state)
    draft, (silence, side) = Draft(state, now), found
    left = {each: at for each, at in silence.reached.items() if each != side}
    draft.put(silences=with_changes(state, silence, reached=left, unbroken=False, looking=False))
    text = f"the mail to {side} came back ({reason}): its time to object to the {silence.about} has not begun"
    draft.enter("silence", text, about=silence.about, by=silence.side, reason=reason, void=True)
    return Step(state=draft.state, effects=tuple(draft.effects))


def _told(state: ItemState, key: str) -> tuple[Silence, str] | None:
    """Returns the silence and the side that a mail with this key told. None if there is none."""
    told = ((each, side) for each in state.silences for side, of in each.keys.items() if of == key)
    return next(told, None)
