"""Status rounds: once a year, the program asks the sides how far each item without a window has come."""

from collections.abc import Iterator
from datetime import timedelta

from models.common.values import Instant
from models.machine.draft import Draft, S
from models.machine.state import Ask, ItemState
from models.messages.effects import ItemReport
from models.messages.moments import Moment, MomentKind

GATHER = timedelta(hours=1)
"""How long a notice of a status round waits for the other notices, so that an office gets one letter about the
round."""


def gather(state: ItemState) -> timedelta:
    """Returns how long a notice of a status round, or of a list of questions, may wait for other notices. Then they go
    in one letter."""
    return min(GATHER, state.setup.despatch.period / 10)


def asked_in_round(state: ItemState) -> Iterator[Ask]:
    """Yields the act `progress` for each side that has not answered the open round. It yields nothing if no round is
    open, or if the item is awake."""
    if state.round is None or state.round_closed or state.awake:
        return
    for side in unanswered(state):
        yield Ask(act="progress", side=side, subject=state.rounds_passed, stays=True, gather=gather(state))


def unanswered(state: ItemState) -> tuple[str, ...]:
    """Returns the sides that have not answered the status round that began last."""
    name = state.round.name if state.round else ""
    answered = {each.side for each in state.progress if each.round == name}
    return tuple(side for side in state.setup.sides if side not in answered)


def round_moment(state: ItemState) -> Moment | None:
    """Returns the moment at which the open round closes, or at which the next round asks. None if the item is awake, or
    if no round is left."""
    if state.awake:
        return None
    if state.round is not None and not state.round_closed:
        return Moment(state.round.closes, MomentKind.ROUND_CLOSES)
    if state.rounds_passed >= len(state.setup.rounds):
        return None
    return Moment(state.setup.rounds[state.rounds_passed].at, MomentKind.ROUND_ASKS)


def pass_rounds(draft: Draft[S]) -> Instant | None:
    """Closes a round that is over, and begins the newest round whose day has come. Older rounds that never began are
    left out.

    Returns the instant at which the new round was due. None if no round begins.
    """
    _close_round(draft)
    rounds, passed = draft.state.setup.rounds, draft.state.rounds_passed
    due = sum(1 for each in rounds if each.at <= draft.now)
    if due <= passed:
        return None
    current = rounds[due - 1]
    draft.put(rounds_passed=due, round_closed=current.closes <= draft.now)
    if not draft.state.awake and not draft.state.round_closed:
        draft.enter("round", f"status round {current.name} asks how far it has come", round=current.name)
    return current.at


def _close_round(draft: Draft[S]) -> None:
    """Ends a round that is over, and puts on record which sides have not answered."""
    current = draft.state.round
    if current is None or draft.state.round_closed or current.closes > draft.now:
        return
    silent = () if draft.state.awake else unanswered(draft.state)
    draft.put(round_closed=True)
    if silent:
        text = f"status round {current.name} was not answered by {', '.join(silent)}"
        draft.enter("round", text, round=current.name, silent=list(silent))


def tell_waking(draft: Draft[S], before: S) -> None:
    """Reports to the workflow of the plan that the item has woken (`busy`) or is dormant again (`idle`). It does so
    only if this has changed since the state `before`. No status round asks about a busy item."""
    state = draft.state
    if not state.setup.rounds or state.awake == before.awake or state.closed:
        return
    status = "busy" if state.awake else "idle"
    draft.report(ItemReport(session="", item=state.setup.id, status=status))
