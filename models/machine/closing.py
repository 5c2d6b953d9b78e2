"""The end of an item. Its notices are settled, its record is closed, and the workflow that opened it gets a report."""

from typing import Any

from models.machine.draft import Draft, S
from models.machine.ladders import reconcile
from models.machine.rules import Rules
from models.machine.state import Closure, ItemState, ProposalStatus
from models.machine.status import fate, view
from models.messages.acts import Act, Close
from models.messages.effects import ItemReport, Settle


def close(
    rules: Rules[S], draft: Draft[S], status: str, act: Act | None, text: str, *, by: str | None, **how: Any
) -> None:
    """Ends the item with this status. The post rooms are told before the record gets its last line.

    `by` is the cause of the end: office, consent, amendment, answer, window, expiry or sessions. None if it has no
    such cause. `text` is the reason, in words. `how` holds further fields of the line.
    """
    for proposal in draft.state.open_proposals:
        draft.set_proposal(proposal.number, status=ProposalStatus.OVERTAKEN)
    closure = Closure(status=status, at=draft.now, office=act.office if act else None, text=text)
    draft.put(closed=closure)
    reconcile(rules, draft)
    setup = draft.state.setup
    for office in draft.state.told:
        draft.effects.append(Settle(office=office, item=setup.id, closed=True))
    draft.enter(status, text, act, by=by, **how)
    # The last line of the record carries the full view: `status` and `show` read closed items from it.
    last = view(rules, draft.state).model_copy(update={"ledger": ()}).model_dump(mode="json")
    draft.enter("view", "the full view at the close-out", view=last)
    report = ItemReport(
        session=setup.session or "",
        item=setup.id,
        status=status,
        host=draft.state.host,
        closed=True,
        held=rules.was_held(draft.state),
        on=rules.held_on(draft.state),
        reason=text,
        fate=fate(rules, draft.state),
        silent=_silent(draft.state) if by == "silence" else (),
    )
    draft.report(report)


def _silent(state: ItemState) -> tuple[str, ...]:
    """Returns the sides whose silence closes the item: those that could object and did not agree."""
    sides = (
        side
        for each in state.silences
        if each.unbroken
        for side in state.setup.others(each.side)
        if side not in each.agreed
    )
    return tuple(dict.fromkeys(sides))


def take_close(rules: Rules[S], draft: Draft[S], act: Close, side: str) -> None:
    """Closes the item out, because an office has done the act `close`."""
    note = f" {act.note}" if act.note else ""
    text = f"{act.office} ({side}) closes it out.{note}"
    close(rules, draft, "closed", act, text, by="office", note=act.note or None)
