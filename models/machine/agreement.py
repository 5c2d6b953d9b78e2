"""How a silence ends. Either every other side has agreed, or the time to object is over and no side has objected."""

from datetime import timedelta

from models.common.values import Instant
from models.machine.closing import close
from models.machine.draft import Draft, S, Step
from models.machine.refusals import refusal
from models.machine.rules import Deed, Rules
from models.machine.silence import EXPRESS, applies, ends_at, is_over, waited_for
from models.machine.state import ItemState
from models.messages.acts import Agree, Close
from models.messages.effects import Objections
from models.messages.notices import AnnouncementKind
from models.messages.sentences import sentence_of
from models.messages.views import Refusal

LOOK_AGAIN = timedelta(hours=1)
"""If an unread message keeps a silence from ending, an activity looks into the inbox again after this time. It is at
most a seventh of a despatch period."""

# Agreement


def refuse_agree(rules: Rules[S], state: S, act: Agree, side: str, now: Instant) -> Refusal | None:
    silence = state.silence
    if silence is None:
        return refusal(rules, state, "nothing-marked", "nothing that a side put on record waits for agreement")
    if side == silence.side:
        message = f"your own side put the {silence.about} on record; {_who_waits(state)}"
        return refusal(rules, state, "own-mark", message)
    if side in silence.agreed:
        return refusal(rules, state, "already-agreed", f"{silence.agreed[side]} has agreed already")
    return None


def take_agree(rules: Rules[S], draft: Draft[S], act: Agree, side: str) -> None:
    silence = draft.state.silence
    assert silence is not None
    note = f": {act.note}" if act.note else ""
    text = f"{act.office} ({side}) agrees to the {silence.about}{note}"
    draft.enter("agree", text, act, about=silence.about, note=act.note or None)
    draft.put(silence=silence.model_copy(update={"agreed": {**silence.agreed, side: act.office}}))
    if waited_for(draft.state):
        draft.announce(AnnouncementKind.ANSWER, draft.state.setup.others(side), sentence_of(text))


def refuse_alone(rules: Rules[S], state: S, act: Close, side: str, now: Instant) -> Refusal | None:
    """Returns a refusal of the act `close` while the item is under silence, because no side closes such an item alone.
    None if the item is not under silence."""
    if not applies(state) or state.silence is None:
        return None
    if side in waited_for(state):
        message = f"{state.silence.side} put the {state.silence.about} on record; say agree, or dispute it"
        return refusal(rules, state, "under-silence", message)
    return refusal(rules, state, "under-silence", f"no side closes it alone; {_who_waits(state)}")


def _who_waits(state: ItemState) -> str:
    sides = " and ".join(waited_for(state))
    if state.silence is not None and state.silence.rule == EXPRESS:
        return f"it is closed when {sides} agrees"
    end = ends_at(state)
    if end is None:
        return f"it is closed unless {sides} objects; the time runs once the mail to {sides} has gone"
    return f"it is closed on {state.setup.clock.day(end)} unless {sides} objects before"


AGREE = Deed(refuse_agree, take_agree)

# The end


def looked(rules: Rules[S], state: S, found: Objections, now: Instant) -> Step[S]:
    """Returns the step after an activity has looked for unread objections. If it found a reason to wait, for example an
    unread message, the item stays open. If not, the item is closed."""
    draft = Draft(state, now)
    silence = state.silence
    if state.closed or silence is None or not silence.looking or silence.since != found.since:
        return Step(state=state)
    if not found.why:
        draft.put(silence=silence.model_copy(update={"looking": False, "unbroken": True, "unread": ""}))
        close_if_over(rules, draft)
        return Step(state=draft.state, effects=tuple(draft.effects))
    again = now + min(LOOK_AGAIN, state.setup.despatch.period / 7)
    draft.put(silence=silence.model_copy(update={"looking": False, "look_at": again, "unread": found.why}))
    if found.why != silence.unread:
        draft.enter("silence", f"the silence does not end yet: {found.why}", reason=found.why)
    return Step(state=draft.state, effects=tuple(draft.effects))


def close_if_over(rules: Rules[S], draft: Draft[S]) -> None:
    """Closes the item if its silence is over and everything that the close-out needs is on record. If not, it does
    nothing."""
    state = draft.state
    silence = state.silence
    if state.closed or silence is None or not is_over(state) or not rules.closable(state):
        return
    says = "No side objected" if silence.unbroken else "Every other side agrees"
    text = f"{says} to the {silence.about} that {{}} put on record. It is closed out."
    named = state.setup.names.get(silence.side, silence.side)
    draft.announce(AnnouncementKind.OUTCOME, state.setup.sides, text.format(named), final=True)
    close(rules, draft, "closed", None, text.format(silence.side), by="silence" if silence.unbroken else "agreement")
