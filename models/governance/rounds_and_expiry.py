"""Announces lists about the whole plan to the focal points of its signatories: the answers to status rounds, the open
items before the validity ends, and the final record."""

from typing import Any

from models.common.values import Instant
from models.governance.plan_state import PlanState
from models.governance.rectifying import expire_rectifications
from models.governance.summaries import Summary, final_summary, open_summary, round_summary
from models.machine.closing import close
from models.machine.draft import Draft
from models.machine.rules import Rules
from models.messages.effects import Order
from models.messages.notices import AnnouncementKind

PlanDraft = Draft[PlanState]


def show_rounds(draft: PlanDraft, last: bool = False) -> None:
    """Announces to the focal points the answers to the last closed status round, if they were not announced yet (B.2).

    `last` is True when the plan ends. Then a round that is still open counts as closed.
    """
    rounds = draft.state.setup.rounds
    closed = sum(1 for each in rounds if each.closes <= draft.now)
    closed = max(closed, draft.state.rounds_passed) if last else closed
    if closed <= draft.state.rounds_shown:
        return
    draft.put(rounds_shown=closed)
    shown = rounds[closed - 1]
    summary = round_summary(draft.state, shown.name)
    until = draft.state.launch.valid_until
    told: dict[str, Any] = {"answers": draft.state.answers, "busy": list(draft.state.busy)}
    draft.enter("round", summary.text, round=shown.name, **told)
    _say_list(
        draft,
        AnnouncementKind.ROUND,
        summary,
        at=min(shown.closes, until or shown.closes),
        subject=shown.name,
    )


def _say_list(draft: PlanDraft, kind: AnnouncementKind, summary: Summary, at: Instant, **more: Any) -> None:
    """Announces a list about the whole plan to the focal points of the signatories."""
    sides, final = draft.state.setup.sides, _ends(draft)
    draft.announce(kind, sides, summary.text, final=final, at=at, lists=summary.lists, counts=summary.counts, **more)


def _ends(draft: PlanDraft) -> bool:
    """Returns True if the plan's validity is over. Then announcements are marked as final, so that they are still
    sent."""
    until = draft.state.launch.valid_until
    return until is not None and until <= draft.now


def list_open(draft: PlanDraft) -> None:
    """Announces the list of open items to the focal points, once, when the validity ends within `expiry_notice`.

    Announces nothing if the plan states no term, or if the validity is already over.
    """
    state = draft.state
    until = state.launch.valid_until
    if until is None or state.expiry_told:
        return
    if until - state.plan.expiry_notice > draft.now:
        return
    draft.put(expiry_told=True)
    if _ends(draft):
        return  # the final record lists the open items
    found = open_summary(state, draft.now)
    text = f"The plan is valid until {state.setup.clock.last_day(until)}. {found.text}"
    summary = found.model_copy(update={"text": text})
    draft.enter("expiry", text)
    _say_list(draft, AnnouncementKind.EXPIRY, summary, at=until - state.plan.expiry_notice, day=until)


def expire(rules: Rules[PlanState], draft: PlanDraft) -> None:
    """Ends the plan and its open items, and announces the final record to the focal points.

    Procedures that wait for a call stay open (B.5).
    """
    state = draft.state
    show_rounds(draft, last=True)
    text = f"open when the validity of the plan ended on {draft.moment(draft.now)}"
    for item in tuple(state.open_items):
        # Sessions are told by their series.
        if item.count("/") == 1 or item.startswith(f"{state.setup.id}/questions/"):
            order = Order(end="expired", by="expiry", text=text)
            draft.tell(item, order, at=state.launch.valid_until)
    expire_rectifications(draft, text)
    summary = final_summary(state, draft.now)
    text = f"The validity of the plan has ended. {summary.text}"
    final = summary.model_copy(update={"text": text})
    until = state.launch.valid_until
    _say_list(draft, AnnouncementKind.EXPIRY, final, at=until or draft.now, day=until, subject="final")
    draft.put(open_items={})
    close(rules, draft, "expired", None, text, by="expiry")
