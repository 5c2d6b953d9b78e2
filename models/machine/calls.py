"""Calls: a side wakes a dormant item, and states a reason. The plan may say which sides may call an item."""

from models.common.values import Instant
from models.machine.draft import Draft, S
from models.machine.refusals import refusal
from models.machine.rules import Deed, Rules
from models.messages.acts import Call
from models.messages.notices import AnnouncementKind
from models.messages.sentences import sentence_of
from models.messages.views import Refusal
from models.plan.kinds import Kind


def refuse_call(rules: Rules[S], state: S, act: Call, side: str, now: Instant) -> Refusal | None:
    setup = state.setup
    if not (setup.on_trigger or setup.rounds):
        return refusal(rules, state, "wrong-kind", "it needs no call: the program asks its offices by itself")
    if setup.on_trigger and setup.triggers and side not in setup.triggers:
        return refusal(rules, state, "not-yours", f"only {' or '.join(setup.triggers)} may call it")
    if setup.kind in set(Kind) and Kind(setup.kind).continuous:
        message = "nobody calls a standing commitment; answer its status rounds instead"
        return refusal(rules, state, "wrong-kind", message)
    if setup.not_before is not None and now < setup.not_before:
        when = f"{setup.condition}, from {setup.clock.moment(setup.not_before)} on"
        return refusal(rules, state, "not-yet", f"it may be called only {when}")
    if not act.reason.strip():
        return refusal(rules, state, "bad-terms", "give a reason: say why the call is necessary")
    if state.awake:
        return refusal(rules, state, "no-change", "it is awake already, so a call changes nothing")
    return None


def take_call(rules: Rules[S], draft: Draft[S], act: Call, side: str) -> None:
    draft.put(awake=True, asleep_until=None, called=act.reason)
    say_called(draft, act, side)


def say_called(draft: Draft[S], act: Call, side: str) -> None:
    """Writes the call into the record, and announces it to every side."""
    draft.enter("call", f"{act.office} ({side}) calls it: {act.reason}", act, reason=act.reason)
    draft.announce(AnnouncementKind.CALL, draft.state.setup.sides, sentence_of(draft.state.ledger[-1].text))


CALL = Deed(refuse_call, take_call)
