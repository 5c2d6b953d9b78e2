"""How a series carries out an order of the plan.

The order names a first host, changes windows, turns or offices, or says what became of a past session.
"""

from datetime import datetime
from itertools import count
from typing import Any

from pydantic import JsonValue

from models.common.ids import session_id
from models.common.values import write_instant
from models.items import turns
from models.items.commitment import CommitmentState
from models.items.meeting_state import MeetingState
from models.items.past_sessions import AdoptedSession, PastState, adopted_entries
from models.items.series_state import SeriesState, asking_from, session_setup, taken_names
from models.items.turns import Turns, TurnState
from models.machine.draft import Draft
from models.machine.ladders import restart
from models.machine.orders import say_amended
from models.machine.state import ItemState
from models.messages.effects import EnterElsewhere, Order
from models.plan.plan import HostRule, Window

Series = Draft[SeriesState]

SESSION_FIELDS = (
    "parties",
    "report_to_higher",
    "evidence_wanted",
    "assumed",
    "settled",
    "rotating",
    "host_in_questions",
    "remind",
)
"""The fields of the setup that an amendment changes in the series and also in its open sessions."""

# Hosts


def settle_first(draft: Series, order: Order) -> None:
    """Carries out an order that names a host.

    The host rule of the series decides what the host is for. FIXED: every open session. ROTATING: the first turn. With
    another rule: the earliest open session without a host, or the session that opens next.
    """
    before = draft.state.hosting
    assert order.host is not None
    host = Order(host=order.host, instead_of=order.instead_of, text=order.text)
    if draft.state.host_rule is HostRule.FIXED:
        for item in draft.state.open_sessions:
            draft.tell(item, host)
        draft.enter("settled", f"host {order.host}: {order.text}", host=order.host)
        return
    draft.put(first_host=order.host)
    if draft.state.host_rule is HostRule.ROTATING:
        draft.put(hosting=turns.settle_first(before, order.host))
    else:
        _settle_next(draft, host)
    draft.enter("settled", f"first host {order.host}: {order.text}", host=order.host)
    give_hosts(draft, before)


def _settle_next(draft: Series, order: Order) -> None:
    """Names the host of the earliest open session that has no agreed host, in a series whose host does not rotate.

    If every open session has a host, the side hosts the session that opens next.
    """
    state, setup = draft.state, draft.state.setup
    free = [turn.session for turn in state.hosting.turns if turn.host is None]
    waiting = [item for name in free if (item := session_id(setup.plan, setup.obligation, name)) in state.open_sessions]
    if waiting:
        draft.tell(waiting[0], order)
    else:
        draft.put(next_host=order.host)


def give_hosts(draft: Series, before: Turns, except_for: str = "") -> None:
    """Tells each open session its host, if its turn had no side in `before` and has one now.

    The session `except_for` is not told. If the host does not rotate, no session is told.
    """
    if draft.state.host_rule is not HostRule.ROTATING:
        return
    known = {turn.session: turn.planned for turn in before.turns}
    for turn in draft.state.hosting.turns:
        item = session_id(draft.state.setup.plan, draft.state.setup.obligation, turn.session)
        fresh = turn.planned is not None and known.get(turn.session) is None
        if fresh and turn.session != except_for and item in draft.state.open_sessions:
            order = Order(host=turn.planned, text=turns.explain(draft.state.hosting, turn.session))
            draft.tell(item, order)


# An amendment, or a settled question


def change(draft: Series, order: Order) -> None:
    """Carries out the changes of an order, and orders the open sessions to change what concerns them.

    An order may change fields of the setup, the order of turns or the windows. It may also say what became of a past
    session.
    """
    changes = dict(order.changes)
    state = draft.state
    if "host_rule" in changes:
        draft.put(host_rule=HostRule(str(changes.pop("host_rule"))))
    draft.put(**{field: changes.pop(field) for field in ("fixed_host", "first_title") if field in changes})
    windows, past, sequence = changes.pop("windows", None), changes.pop("past", None), changes.pop("order", None)
    moved: dict[str, dict[str, JsonValue]] = {}
    if windows is not None:
        draft.put(**_rescheduled(state, windows, draft.now))
        moved = _moved_windows(state, draft.state)
        _recall(draft, state, order)
    if isinstance(sequence, list):
        draft.put(hosting=turns.reorder(state.hosting, tuple(str(side) for side in sequence)))
    if past is not None:
        _learn_past(draft, AdoptedSession.model_validate(past))
    if changes:
        if "parties" in changes:
            restart(draft)  # settles the notices of the former offices
        draft.put(setup=state.setup.changed(changes))
    _change_sessions(draft, state, changes, moved, order)
    draft.enter("amended", order.text, changes=order.changes)
    if order.announce:
        say_amended(draft, state.setup, order)


def _recall(draft: Series, before: SeriesState, order: Order) -> None:
    """Orders an open session to end if the plan has no window for it any more. A session that has begun goes on.

    The turn of a session that ends waits for another session.
    """
    setup, kept = draft.state.setup, {window.name for window in draft.state.windows}
    # A session whose window has ended stays open, and stays missed.
    gone = [each.name for each in before.windows if each.name not in kept and each.end > draft.now]
    undue = [item for name in gone if (item := session_id(setup.plan, setup.obligation, name)) in before.open_sessions]
    text = f"it is no longer due {order.text}"
    end = Order(end="dropped", unless_begun=True, text=text, by="window")
    for item in undue:
        draft.tell(item, end)
    draft.put(recalled=(*(item for item in draft.state.recalled if item in before.open_sessions), *undue))


def _change_sessions(
    draft: Series,
    before: SeriesState,
    changes: dict[str, Any],
    moved: dict[str, dict[str, JsonValue]],
    order: Order,
) -> None:
    """Tells the open sessions which parts of their window, offices and duties the order changes.

    Everything else in an open session stays as it was when the session opened.
    """
    told = {field: changes[field] for field in SESSION_FIELDS if field in changes}
    offices = [[party.offices for party in each.setup.parties] for each in (before, draft.state)]
    if "windows" in order.changes and offices[0] == offices[1]:
        told.pop("parties", None)  # only the ladder differs, because of the new windows; open sessions keep theirs
    for item in before.open_sessions:
        change = {**told, **moved.get(item, {})}
        if change:
            reinvites = order.reinvites and "parties" in change
            same = {"text": order.text, "amended": order.amended}
            draft.tell(item, Order(changes=change, reinvites=reinvites, **same))


def _learn_past(draft: Series, past: AdoptedSession) -> None:
    state = draft.state
    turn = turns.turn_of(state.hosting, past.session)
    after_all = past.state is PastState.HELD and turn is not None and turn.state == TurnState.FORFEITED
    if turn is None or not (after_all or turn.state == TurnState.UNKNOWN):
        return
    window = next((each for each in state.windows if each.name == past.session), None)
    if not (window and window.end <= state.as_of) and past.session not in [each.session for each in state.past]:
        return  # a session that opened here has a record of its own
    setup = session_setup(state, window, past.session, draft.now)
    item: ItemState = MeetingState(setup=setup, host=past.host)
    if not state.meets:
        item = CommitmentState(setup=setup)
    entries = adopted_entries(item, past, draft.now, first=past.follows + 1)
    draft.effects.append(EnterElsewhere(item=setup.id, entries=entries))
    on = past.date.start if past.date else None
    if after_all:
        draft.put(hosting=turns.held_after_all(state.hosting, past.session, past.host, on))
    else:
        draft.put(hosting=turns.learn_past(state.hosting, past.session, past.state.value, past.host, on))
    give_hosts(draft, state.hosting)


def _rescheduled(state: SeriesState, windows: Any, now: datetime) -> dict[str, Any]:
    """Returns the fields `windows` and `opened` of the series after the windows have changed.

    Windows that are over, or that have a session already, come first. `opened` is their number, so none opens again. If
    a window comes back whose session was recalled, its new session is named 2026.2, then 2026.3.
    """
    taken = taken_names(state)
    found = [_renamed(Window.model_validate(window), state.recalled_names) for window in windows]
    if not found:
        return {"windows": (), "opened": max(state.opened, len(state.hosting.turns))}
    done = [window for window in found if window.end <= now or window.name in taken]
    return {"windows": (*done, *(each for each in found if each not in done)), "opened": len(done)}


def _renamed(window: Window, recalled: tuple[str, ...]) -> Window:
    names = (window.name if n == 1 else f"{window.name}.{n}" for n in count(1))
    return window.model_copy(update={"name": next(name for name in names if name not in recalled)})


def _moved_windows(before: SeriesState, after: SeriesState) -> dict[str, dict[str, JsonValue]]:
    """Returns, by item id, the changed setup fields of each open session whose window has moved."""
    setup, old = before.setup, {window.name: window for window in before.windows}
    moved: dict[str, dict[str, JsonValue]] = {}
    for window in after.windows:
        item = session_id(setup.plan, setup.obligation, window.name)
        if item in before.open_sessions and old.get(window.name) not in (None, window):
            asked = write_instant(asking_from(window, after.setup))
            moved[item] = {"window": window.model_dump(mode="json"), "opens_at": asked}
    return moved
