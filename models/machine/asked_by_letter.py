"""When the next rung of a ladder is due, if the time of a rung counts from the letter that asks its office.

An office that is closed or away has no letter yet, so its time does not run. But the ladder does not wait so long that
the window, or a proposed date, would be lost.
"""

from datetime import timedelta

from models.common.values import Instant
from models.machine.state import ItemState, OpenAct


def is_written_to(open_act: OpenAct, rung: int) -> bool:
    """Whether the office of a rung was asked by letter, or in another mail. Always True if the time of a rung counts
    from the decision."""
    return not open_act.by_letter or rung in open_act.went


def asked_at(open_act: OpenAct, rung: int) -> Instant:
    """Returns when the office of a rung was asked: the instant of its letter, or else that of the decision."""
    return open_act.went.get(rung, open_act.climbs[rung - 1])


def moved_by_letter(state: ItemState, open_act: OpenAct, planned: Instant, delayed: Instant) -> Instant | None:
    """Returns the instant of the next rung. It is `planned` by the plan, and `delayed` because letters went late.

    None if the letter to the office below has not gone yet, and nothing would be lost if the ladder waits for it.
    """
    if not open_act.by_letter:
        return planned
    if open_act.rung not in open_act.went:
        return latest(state, open_act, planned)
    return at_the_latest(state, open_act, planned, delayed)


def at_the_latest(state: ItemState, open_act: OpenAct, planned: Instant, delayed: Instant) -> Instant:
    """Returns `delayed`, or the latest instant of the next rung if that is earlier."""
    limit = latest(state, open_act, planned)
    return delayed if limit is None else min(delayed, limit)


def letter_gone(state: ItemState, open_act: OpenAct, rung: int, at: Instant) -> OpenAct:
    """Returns the awaited act after the letter to the office of a rung has gone."""
    climbed = open_act.climbs[rung - 1]
    more = _late(state, at - climbed) - _late(state, open_act.went.get(rung, climbed) - climbed)
    delay = open_act.delay + (more if rung == open_act.rung else timedelta(0))
    return open_act.model_copy(update={"went": {**open_act.went, rung: at}, "delay": delay})


def delay_above(state: ItemState, open_act: OpenAct, instant: Instant) -> timedelta:
    """Returns the delay of the rungs above the one that is climbed at `instant`. If the ladder has waited for the
    letter to the office below, the rungs above keep their distance to this rung."""
    if not open_act.by_letter or open_act.rung in open_act.went:
        return open_act.delay
    planned = open_act.since + open_act.for_words + state.setup.party(open_act.side).ladder[open_act.rung].after
    return max(open_act.delay, instant - planned)


def answer_lapses(state: ItemState, open_act: OpenAct) -> Instant | None:
    """Returns when the proposal lapses that an awaited act answers. None if it answers none, or one that never
    lapses."""
    return state.lapses_at(open_act.subject) if open_act.act == "answer" else None


def _late(state: ItemState, waited: timedelta) -> timedelta:
    """Returns by how much a letter was late. A letter that waited for the night only, or for more notices, was not."""
    rule = state.setup.despatch
    return waited if waited > rule.period / 10 + rule.gather else timedelta(0)


def latest(state: ItemState, open_act: OpenAct, planned: Instant) -> Instant | None:
    """Returns the latest instant at which the next rung may be climbed, so that nothing is lost. None if there is none.

    The rungs above it must still be climbed before the end of the window (with the time that the plan wants there), or
    a despatch period before a proposed date, as far as the plan has them before it. It is never before `planned`, which
    is the instant of the next rung by the plan.
    """
    end, period = state.window_end, state.setup.despatch.period
    starts = answer_lapses(state, open_act)
    limits = [end - state.setup.lead] if end is not None else []
    limits += [starts - period] if starts is not None else []
    limit = min((each for each in limits if each > open_act.since), default=None)
    if limit is None:
        return None
    rest = state.setup.party(open_act.side).ladder[open_act.rung :]
    highest = max((each.after for each in rest if open_act.since + each.after <= limit), default=rest[0].after)
    return max(planned, limit - (highest - rest[0].after))
