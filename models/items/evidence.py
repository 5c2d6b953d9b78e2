"""Evidence in the state of an item: each side adds its own, and corrects its own by the number of its ledger line."""

from typing import Any

from models.common.values import Instant
from models.items.filing import filing, said_in
from models.machine.draft import Draft, S
from models.machine.refusals import refusal
from models.machine.replacing import correction, filed_alike, refuse_of_others, refuse_same
from models.machine.rules import Rules
from models.machine.state import EVIDENCE_KEPT, ItemState
from models.messages.acts import Dispute, Evidence
from models.messages.views import Refusal


def refuse_correction(rules: Rules[S], state: S, act: Evidence, side: str, now: Instant) -> Refusal | None:
    """Returns why a side cannot replace the evidence that `act.corrects` names. None if it can."""
    earlier = _at_line(state, act.corrects)
    if earlier is None:
        own = ", ".join(str(each["line"]) for each in state.evidence if each["side"] == side and "line" in each)
        message = f"line {act.corrects} holds no evidence; the evidence of your side is in line {own}"
        return refusal(rules, state, "no-such-line", message if own else "your side has given no evidence here")
    if earlier["side"] != side:
        said = f"{earlier['office']} gave the evidence in line {act.corrects}"
        return refuse_of_others(rules, state, "not-yours", said)
    return refuse_same(rules, state, "evidence") if filed_alike(earlier, filing(act, side, now, 0)) else None


def add_evidence(draft: Draft[S], act: Evidence, side: str) -> dict[str, Any]:
    """Adds one more piece of evidence to the state, and returns it in the form of views and the record."""
    filed = filing(act, side, draft.now, draft.state.entries + 1)
    draft.put(evidence=(*draft.state.evidence, filed)[-EVIDENCE_KEPT:])
    return filed


def replace_evidence(draft: Draft[S], act: Evidence, side: str, **data: Any) -> str:
    """Puts the evidence in the place of the evidence that it corrects, and enters the line. Returns the text of the
    line. `data` holds further fields of the line."""
    earlier = _at_line(draft.state, act.corrects)
    assert earlier is not None, "the door refuses other lines"
    filed = filing(act, side, draft.now, draft.state.entries + 1)
    draft.put(evidence=tuple(filed if each is earlier else each for each in draft.state.evidence))
    text = correction(f"{act.office} ({side})", "evidence", said_in(filed), said_in(earlier))
    draft.enter("evidence", text, act, filed=filed, replaced=earlier, **data)
    return text


def dispute_evidence(draft: Draft[S], act: Dispute, side: str) -> None:
    """Marks the evidence of the other sides as disputed by this side. It stays on record, with the dispute beside it,
    until its own side corrects it. So a later piece of evidence does not hide that this one was disputed."""
    said = {"disputed": {"office": act.office, "side": side, "reason": act.reason}}
    rows = ({**each, **said} if each["side"] != side else each for each in draft.state.evidence)
    draft.put(evidence=tuple(rows))


def _at_line(state: ItemState, line: int | None) -> dict[str, Any] | None:
    return next((each for each in state.evidence if each.get("line") == line), None)
