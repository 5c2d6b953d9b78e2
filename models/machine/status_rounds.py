"""Status rounds: what no window dates is not nagged one by one, but asked once a year how far it has come."""

from collections.abc import Iterator
from datetime import timedelta

from models.common.values import Instant
from models.machine.draft import Draft, S
from models.machine.state import Ask, ItemState
from models.messages.effects import ItemReport
from models.messages.moments import Moment, MomentKind

GATHER = timedelta(hours=1)
"""All that one round asks of an office goes in one letter, however long a worker takes over it."""


def gather(state: ItemState) -> timedelta:
    """How long a question of many may wait for the others."""
    return min(GATHER, state.setup.despatch.period / 10)


def asked_in_round(state: ItemState) -> Iterator[Ask]:
    """Every side that has not answered the round that is open. What is busy anyway is not asked."""
    if state.round is None or state.round_closed or state.awake:
        return
    for side in unanswered(state):
        yield Ask(act="progress", side=side, subject=state.rounds_passed, stays=True, gather=gather(state))


def unanswered(state: ItemState) -> tuple[str, ...]:
    """Sides that have not answered the last round."""
    name = state.round.name if state.round else ""
    answered = {each.side for each in state.progress if each.round == name}
    return tuple(side for side in state.setup.sides if side not in answered)


def round_moment(state: ItemState) -> Moment | None:
    """When the open round closes, or the next one asks. What is busy is not asked."""
    if state.awake:
        return None
    if state.round is not None and not state.round_closed:
        return Moment(state.round.closes, MomentKind.ROUND_CLOSES)
    if state.rounds_passed >= len(state.setup.rounds):
        return None
    return Moment(state.setup.rounds[state.rounds_passed].at, MomentKind.ROUND_ASKS)


def pass_rounds(draft: Draft[S]) -> Instant | None:
    """Takes note of the rounds whose day has come; only the newest asks. Returns the instant at which it is due."""
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
    """A round that is over is not nagged about: who was silent is put on record, and both ministries see it."""
    current = draft.state.round
    if current is None or draft.state.round_closed or current.closes > draft.now:
        return
    silent = () if draft.state.awake else unanswered(draft.state)
    draft.put(round_closed=True)
    if silent:
        text = f"status round {current.name} was not answered by {', '.join(silent)}"
        draft.enter("round", text, round=current.name, silent=list(silent))


def tell_waking(draft: Draft[S], before: S) -> None:
    """The plan learns that the rounds do not ask about it, being followed by itself, or do again."""
    state = draft.state
    if not state.setup.rounds or state.awake == before.awake or state.closed:
        return
    status = "busy" if state.awake else "idle"
    draft.report(ItemReport(session="", item=state.setup.id, status=status))
