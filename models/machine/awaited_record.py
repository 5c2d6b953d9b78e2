"""What the record tells of what is awaited: each line after which that is otherwise holds it whole.

A line says what was done. What was awaited on a past day, and who hosted next then, could not be told from it: the
answers follow from rules, which change. So they stand in the lines themselves.
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
    """The step, with what is awaited from then on in its last line; a line of its own where it writes none."""
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
    """ "lao-moic and khm-moc awaited: propose a date" """
    by_act = groupby(sorted(rows, key=lambda row: row.act), key=lambda row: row.act)
    parts = [f"{joined(dict.fromkeys(row.office for row in own))} awaited: {infinitive(act)}" for act, own in by_act]
    return "; ".join(parts) or "nothing is awaited"


def awaiting_of(data: dict[str, Any]) -> tuple[AwaitedRow, ...] | None:
    """What a line of the record says is awaited from then on; None where it says nothing of it."""
    rows = data.get("awaiting")
    return None if rows is None else tuple(AwaitedRow.model_validate(row) for row in rows)
