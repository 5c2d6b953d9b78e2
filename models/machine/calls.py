"""A call wakes what sleeps: with its stated necessity, by a side that may."""

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
        return refusal(rules, state, "wrong-kind", "a window dates it: it is asked for by itself")
    if setup.on_trigger and setup.triggers and side not in setup.triggers:
        return refusal(rules, state, "not-yours", f"it may be called by {', '.join(setup.triggers)}")
    if setup.kind in set(Kind) and Kind(setup.kind).continuous:
        message = "it is continuous: it answers the status rounds, and is never called"
        return refusal(rules, state, "wrong-kind", message)
    if setup.not_before is not None and now < setup.not_before:
        when = f"{setup.condition}, from {setup.clock.moment(setup.not_before)} on"
        return refusal(rules, state, "not-yet", f"it may be called {when}")
    if not act.reason.strip():
        return refusal(rules, state, "bad-terms", "state the necessity as the reason")
    if state.awake:
        return refusal(rules, state, "no-change", "it is called already")
    return None


def take_call(rules: Rules[S], draft: Draft[S], act: Call, side: str) -> None:
    draft.put(awake=True, asleep_until=None, called=act.reason)
    say_called(draft, act, side)


def say_called(draft: Draft[S], act: Call, side: str) -> None:
    """Enters the call, and tells every side of it."""
    draft.enter("call", f"{act.office} ({side}) calls it: {act.reason}", act, reason=act.reason)
    draft.announce(AnnouncementKind.CALL, draft.state.setup.sides, sentence_of(draft.state.ledger[-1].text))


CALL = Deed(refuse_call, take_call)
