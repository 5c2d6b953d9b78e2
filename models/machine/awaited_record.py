"""Awaited acts in the record. When the list of awaited acts changes, a line of the record holds the full new list.

A line says what was done. A report about a past day also needs to know what was awaited on that day, and whose turn it
was to host. A later release may decide this by other rules, so the lines of the record hold it.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from models.common.values import Instant
from models.machine.draft import Draft, S, Step
from models.machine.machine import Machine
from models.messages.effects import Enter
from models.messages.sentences import infinitive, joined
from models.messages.views import AwaitedRow


def with_awaited(machine: Machine[S], before: S, step: Step[S], now: Instant) -> Step[S]:
    """Returns the step with the facts that the record needs in its last line: awaited acts, turns, questions. If these
    facts have not changed since the last line, it returns the step as it is.

    If the awaited acts change and the step writes no line, it gets one more line, `awaited`. `before` is the state
    before the step.
    """
    facts, former = machine.recorded_facts(step.state), machine.recorded_facts(before)
    if facts == former and before.entries:
        return step
    last = max((n for n, effect in enumerate(step.effects) if isinstance(effect, Enter)), default=None)
    if last is not None:
        effect = step.effects[last]
        assert isinstance(effect, Enter)
        entry = effect.entry.model_copy(update={"data": {**effect.entry.data, **facts}})
        effects = (*step.effects[:last], Enter(entry=entry), *step.effects[last + 1 :])
        return step.model_copy(update={"effects": effects})
    if facts["awaiting"] == former["awaiting"]:
        return step
    draft = Draft(step.state, now)
    draft.enter("awaited", awaited_in_words(machine.awaiting(step.state)), **facts)
    return step.model_copy(update={"state": draft.state, "effects": (*step.effects, *draft.effects)})


def awaited_in_words(rows: Iterable[AwaitedRow]) -> str:
    """Returns the awaited acts in words, for example "lao-moic and khm-moc awaited: propose a date"."""
    by_act = groupby(sorted(rows, key=lambda row: row.act), key=lambda row: row.act)
    parts = [f"{joined(dict.fromkeys(row.office for row in own))} awaited: {infinitive(act)}" for act, own in by_act]
    return "; ".join(parts) or "nothing is awaited"


def awaiting_of(data: dict[str, Any]) -> tuple[AwaitedRow, ...] | None:
    """Returns the acts that were awaited after a line of the record. `data` is the data of this line. None if the line
    does not hold the awaited acts."""
    rows = data.get("awaiting")
    return None if rows is None else tuple(AwaitedRow.model_validate(row) for row in rows)
