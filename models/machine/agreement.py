"""How a silence ends. Either every other side has agreed, or the time to object is over and no side has objected."""

from collections.abc import Iterable
from datetime import timedelta

from models.common.values import Instant
from models.machine.closing import close
from models.machine.draft import Draft, S, Step
from models.machine.ladders import reconcile
from models.machine.refusals import refusal
from models.machine.rules import Deed, Rules
from models.machine.silence import (
    EXPRESS,
    MARK,
    applies,
    are_over,
    ends_at,
    names_of,
    running,
    waited_for,
    with_changes,
)
from models.machine.state import ItemState, Silence
from models.messages.acts import Agree, Close
from models.messages.effects import Objections
from models.messages.notices import AnnouncementKind
from models.messages.sentences import joined, sentence_of
from models.messages.views import Refusal

LOOK_AGAIN = timedelta(hours=1)
"""If an unread message keeps a silence from ending, an activity looks into the inbox again after this time. It is at
most a seventh of a despatch period."""

# Agreement


def refuse_agree(rules: Rules[S], state: S, act: Agree, side: str, now: Instant) -> Refusal | None:
    if not state.silences:
        return refusal(rules, state, "nothing-marked", "nothing that a side put on record waits for agreement")
    if _objects_to(state, side):
        return None
    others = [each for each in state.silences if each.side != side]
    if not others:
        message = f"your own side put {_things(state.silences)} on record; {_who_waits(state)}"
        return refusal(rules, state, "own-mark", message)
    agreed = next((each.agreed[side] for each in others if side in each.agreed), None)
    if agreed is not None:
        return refusal(rules, state, "already-agreed", f"{agreed} has agreed already")
    message = f"the time to object to {names_of(others)} is over, and no side objected"
    return refusal(rules, state, "already-agreed", message)


def take_agree(rules: Rules[S], draft: Draft[S], act: Agree, side: str) -> None:
    agreed = _objects_to(draft.state, side)
    note = f": {act.note}" if act.note else ""
    text = f"{act.office} ({side}) agrees to {_things(agreed)}{note}"
    over = [[each.about, each.side] for each in agreed if waited_for(draft.state, each) == (side,)]
    abouts = list(dict.fromkeys(each.about for each in agreed))
    draft.enter("agree", text, act, about=agreed[-1].about, abouts=abouts, over=over or None, note=act.note or None)
    for each in agreed:
        draft.put(silences=with_changes(draft.state, each, agreed={**each.agreed, side: act.office}))
    if not are_over(draft.state) or not rules.closable(draft.state):
        draft.announce(AnnouncementKind.ANSWER, draft.state.setup.others(side), sentence_of(text))


def _objects_to(state: ItemState, side: str) -> list[Silence]:
    """Returns the silences in which this side may still object."""
    return [each for each in running(state) if side in waited_for(state, each)]


def _things(silences: Iterable[Silence]) -> str:
    """Returns in words what the silences are about: "the mark and the outcome"."""
    return joined(dict.fromkeys(f"the {each.about}" for each in silences))


def refuse_alone(rules: Rules[S], state: S, act: Close, side: str, now: Instant) -> Refusal | None:
    """Returns a refusal of the act `close` while the item is under silence, because no side closes such an item alone.
    None if the item is not under silence."""
    if not applies(state) or not state.silences:
        return None
    if (open_to := _objects_to(state, side)) != []:
        of = " and ".join(dict.fromkeys(each.side for each in open_to))
        message = f"{of} put {_things(open_to)} on record; say agree, or dispute it"
        return refusal(rules, state, "under-silence", message)
    return refusal(rules, state, "under-silence", f"no side closes it alone; {_who_waits(state)}")


def _who_waits(state: ItemState) -> str:
    sides, silences = " and ".join(waited_for(state)), running(state)
    if not silences:
        return "the silence is over, and nothing waits"
    # A mark closes nothing: the outcome is still to come.
    follows = "the mark stands" if all(each.about == MARK for each in state.silences) else "it is closed"
    if any(each.rule == EXPRESS for each in silences):
        return f"{follows} when {sides} agrees"
    end = ends_at(state)
    if end is None:
        return f"{follows} unless {sides} objects; the time runs once the mail to {sides} has gone"
    return f"{follows} on {state.setup.clock.day(end)} unless {sides} objects before"


AGREE = Deed(refuse_agree, take_agree)

# The end


def looked(rules: Rules[S], state: S, found: Objections, now: Instant) -> Step[S]:
    """Returns the step after an activity has looked for unread objections. If it found a reason to wait, for example an
    unread message, the item stays open. If not, the item is closed."""
    draft = Draft(state, now)
    looking = [each for each in state.silences if each.looking and each.since == found.since]
    if state.closed or not looking:
        return Step(state=state)
    again = now + min(LOOK_AGAIN, state.setup.despatch.period / 7)
    for silence in looking:
        if not found.why:
            draft.put(silences=with_changes(draft.state, silence, looking=False, unbroken=True, unread=""))
            continue
        draft.put(silences=with_changes(draft.state, silence, looking=False, look_at=again, unread=found.why))
        if found.why != silence.unread:
            text = f"the silence does not end yet: {found.why}"
            draft.enter("silence", text, about=silence.about, by=silence.side, reason=found.why)
    if not found.why:
        close_if_over(rules, draft)
        if not draft.state.closed:
            _say_valid(rules, draft, looking)
            reconcile(rules, draft)
    return Step(state=draft.state, effects=tuple(draft.effects))


def _say_valid(rules: Rules[S], draft: Draft[S], silences: list[Silence]) -> None:
    """Writes into the record that no side has objected to these things. The item stays open, because it waits for
    something else."""
    for each in silences:
        text = f"no side objected to {each.name}: it stands"
        draft.enter("silence", text, about=each.about, by=each.side, over=True)


def close_if_over(rules: Rules[S], draft: Draft[S]) -> None:
    """Closes the item if every silence is over and everything that the close-out needs is on record. If not, it does
    nothing."""
    state = draft.state
    if state.closed or not are_over(state) or not rules.closable(state):
        return
    # What the item is closed on was put on record last. A mark that was valid before is not named again.
    named = [each for each in state.silences if each.about != MARK] or state.silences
    by_silence = any(each.unbroken for each in named)
    says = "No side objected" if by_silence else "Every other side agrees"
    # Letters name the sides, and the record has their codes.
    told = f"{says} to {names_of(named, state.setup.names)}. It is closed out."
    last = draft.last_line()
    if last is not None and last.verb == "agree":  # the note beside the last agreement goes with it
        told = f"{sentence_of(state.ledger[-1].text)} {told}"
        last = last.model_copy(update={"closed": True})
    draft.announce(AnnouncementKind.OUTCOME, state.setup.sides, told, final=True, happened=last)
    text = f"{says} to {names_of(named)}. It is closed out."
    close(rules, draft, "closed", None, text, by="silence" if by_silence else "agreement")
