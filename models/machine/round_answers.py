"""Answers to status rounds: a side says how far an obligation has come."""

from models.common.values import Instant
from models.machine.draft import Draft, S
from models.machine.refusals import refusal
from models.machine.replacing import correction
from models.machine.rules import Deed, Rules
from models.machine.state import ItemState, Progressed
from models.messages.acts import Progress
from models.messages.effects import ItemReport
from models.messages.notices import AnnouncementKind
from models.messages.sentences import sentence_of
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
    replaced = _replaced(draft.state, answer)
    draft.put(progress=(*(each for each in draft.state.progress if each.side != side), answer))
    source = f", from message {act.number}" if act.number else ""
    text = f"{act.office} ({side}) answers round {answer.round}{source}: {_in_words(answer)}"
    if replaced is not None:
        about = f"answer to round {answer.round}{source}"
        text = correction(f"{act.office} ({side})", about, _in_words(answer), _in_words(replaced))
    facts = {"round": answer.round, "state": answer.state, "note": answer.note, "number": act.number or None}
    before = replaced.model_dump(mode="json") if replaced is not None else None
    draft.enter("progress", text, act, **facts, replaced=before)
    if replaced is not None:
        draft.announce(AnnouncementKind.ANSWER, draft.state.setup.others(side), sentence_of(text))
    told = {"side": side, "office": act.office, "round": answer.round, "state": answer.state, "note": act.note}
    report = ItemReport(session="", item=draft.state.setup.id, status="progress", progress=told)
    draft.report(report)


def _replaced(state: ItemState, answer: Progressed) -> Progressed | None:
    """Returns the earlier answer of the same side to the same round, which this answer corrects. None if there is none,
    if it said the same, or in an item of edition 0."""
    if state.setup.edition < 1:
        return None
    earlier = (each for each in state.progress if (each.side, each.round) == (answer.side, answer.round))
    return next((each for each in earlier if (each.state, each.note) != (answer.state, answer.note)), None)


def _in_words(answer: Progressed) -> str:
    note = f": {answer.note}" if answer.note else ""
    return f"{answer.state.replace('-', ' ')}{note}"


PROGRESS = Deed(refuse_progress, take_progress)
