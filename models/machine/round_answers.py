"""Answers to status rounds: a side says how far an obligation has come."""

from models.common.values import Instant
from models.machine.draft import Draft, S
from models.machine.refusals import refusal
from models.machine.rules import Deed, Rules
from models.machine.state import Progressed
from models.messages.acts import Progress
from models.messages.effects import ItemReport
from models.messages.views import Refusal


def refuse_progress(rules: Rules[S], state: S, act: Progress, side: str, now: Instant) -> Refusal | None:
    if not state.setup.rounds:
        why = "it waits for a call" if state.setup.on_trigger else "the program asks its offices without a round"
        return refusal(rules, state, "wrong-kind", f"status rounds do not ask about it: {why}")
    if state.round is None:
        return refusal(rules, state, "no-round", "no status round has asked yet; answer when the first one asks")
    return None


def take_progress(rules: Rules[S], draft: Draft[S], act: Progress, side: str) -> None:
    assert draft.state.round is not None
    answer = Progressed(
        side=side,
        office=act.office,
        round=draft.state.round.name,
        state=act.state.value,
        note=act.note,
        at=draft.now,
    )
    draft.put(progress=(*(each for each in draft.state.progress if each.side != side), answer))
    note = f": {act.note}" if act.note else ""
    words = act.state.value.replace("-", " ")
    source = f", from message {act.number}" if act.number else ""
    text = f"{act.office} ({side}) answers round {answer.round}{source}: {words}{note}"
    facts = {"round": answer.round, "state": answer.state, "note": answer.note, "number": act.number or None}
    draft.enter("progress", text, act, **facts)
    told = {"side": side, "office": act.office, "round": answer.round, "state": answer.state, "note": act.note}
    report = ItemReport(session="", item=draft.state.setup.id, status="progress", progress=told)
    draft.report(report)


PROGRESS = Deed(refuse_progress, take_progress)
