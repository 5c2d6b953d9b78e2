"""Turns: which side is to host each session of one rotating series.

Turns are issued in full cycles: one turn for each side, in the order of the sides. They wait in `upcoming` until
sessions open. The holder of a turn is the side that is to host the session. It is the side that the turn was planned
for, or another side that has taken the turn over. These rules always hold:

1. No turn is lost, and no turn is issued twice. For each side, add its served, swapped-in, forfeited, owed (as holder)
   and upcoming turns. The sum is the same for every side: the number of cycles issued. There are two exceptions. Under
   the rule AGAIN each forfeited turn is issued once more. This extra turn stays if a session has got it, even if a side
   later corrects the forfeited session to held. And the sides may agree on a session outside the rotation
   (`agree_host`). A swap changes no sum.
2. The turns are fair. Count the sessions that each side holds, whatever became of them. While one rotation runs, the
   counts of two sides differ by at most one. A swap allows a difference of two more while the turn that goes back in
   exchange still waits in `upcoming`. Under AGAIN forfeited turns do not count, and each extra turn that still waits
   allows a difference of one more.
3. A session keeps the side of its turn. Only turns in `upcoming` are exchanged, restarted or removed.
4. `upcoming` is empty, or it ends with one full cycle that no swap has changed. So it shows how the turns go on.
5. The program guesses no host. After an unknown session, nobody knows whose turn is next. Then `upcoming` moves to
   `shelved`. It moves back if the session becomes known before the sides agree on a host.

Two events start the counts of 1 and 2 again, because the sides have settled them by consent. The first is a changed
first host. It may end a cycle early, so that a side loses at most one turn, but turns owed by swaps and forfeits stay.
The second is a host agreed after an unknown session.

The functions change no value. Each returns new turns. They raise no error. If a session is not there, or if the
same change comes a second time, they return the turns unchanged.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from models.common.values import Instant, Value
from models.plan.plan import ForfeitRule

TURNS_KEPT = 40

Past = Literal["held", "missed", "excused", "unknown"]
"""What the history file says about a past session."""


class TurnState(StrEnum):
    """What became of the turn of one session."""

    OWED = "owed"
    """The session has not ended, so the turn is still to be served."""
    SERVED = "served"
    """The side hosted the session."""
    SWAPPED = "swapped"
    """A side other than the planned one hosted the session."""
    FORFEITED = "forfeited"
    """The session was not held."""
    UNKNOWN = "unknown"
    """The session is past, and nobody knows which side hosted it."""


class Moved(Value):
    """Why a turn is not at the place that the order of the sides gives it."""

    instead_of: str | None
    """The side that the order gives this place to. None for an extra turn, which is outside the order."""
    by: tuple[str, ...]
    """The sessions whose swaps or forfeits moved the turn to this place, the latest session last."""


class Turn(Value):
    """The turn of one session."""

    session: str
    planned: str | None
    """The side whose turn it is to host the session. None if nobody knows this side."""
    host: str | None = None
    """The side that the sides agreed on as host, or that hosted the session. None if they have agreed on no host."""
    state: str = "owed"
    """A value of TurnState. It is a plain string, because states that older releases saved hold a plain string."""
    opens: Instant | None = None
    """The start of the session's window, or when the session opened without one. None for a past session."""
    on: Instant | None = None
    """When the session was held. None if the session was not held, or if the day is not known."""
    reason: str = ""
    """Why the turn was swapped or forfeited. Empty if neither happened, or if no reason is known."""
    moved: Moved | None = None
    """Why the side got the turn outside the order. None if the order gave the turn to the side."""


class Turns(Value):
    """The turns of one series: the turns of its sessions, and the turns that wait for a session to open."""

    order: tuple[str, ...]
    """The sides in the order in which they host."""
    rule: ForfeitRule = ForfeitRule.NEXT
    """What becomes of a turn that a side does not use. NEXT: the turn is lost. AGAIN: the side gets an extra turn."""
    upcoming: tuple[str, ...] = ()
    """The sides that host the sessions that open next, in order. Empty while nobody knows whose turn is next."""
    shelved: tuple[str, ...] = ()
    """The former `upcoming`, kept while nobody knows which side hosted a past session. Empty in all other cases."""
    moved: tuple[Moved | None, ...] = ()
    """For each turn of `upcoming` (or of `shelved` if `upcoming` is empty): why the turn is outside the order. None if
    the order gives it. If this list is shorter, the order gives the turns at the end."""
    turns: tuple[Turn, ...] = ()
    """The turns of the sessions that have opened, in order of opening. Of more than TURNS_KEPT turns, the oldest are
    removed, but never an owed turn."""
    counts: dict[str, dict[str, int]] = {}
    """For each side, how many of its turns since the beginning were served, swapped_out (another side hosted in its
    place), swapped_in (it hosted in the place of another side) and forfeited. A missing count is zero."""


class WaitingTurn(NamedTuple):
    """A turn that waits for a session to open."""

    side: str
    moved: Moved | None = None

    @property
    def out_of_order(self) -> Moved | None:
        """Why the turn is outside the order. None if the order gives it, or if later swaps have undone earlier ones."""
        return self.moved if self.moved and self.moved.instead_of != self.side else None


# Changes by the sides and the sessions


def begin(order: Sequence[str], first: str | None, rule: ForfeitRule = ForfeitRule.NEXT) -> Turns:
    """Returns the turns of a new series. If `first` is None or not in `order`, nobody knows yet whose turn is next."""
    turns = Turns(order=tuple(dict.fromkeys(order)), rule=rule)
    return _anchored(turns, first) if first is not None and first in turns.order else turns


def open_session(turns: Turns, session: str, opens: Instant | None = None) -> Turns:
    """Gives the next turn to a session that opens. While nobody knows whose turn is next, its turn has no side."""
    if turn_of(turns, session) is not None:
        return turns
    turn = Turn(session=session, planned=None, opens=opens)
    turns = turns.model_copy(update={"turns": _kept((*turns.turns, turn))})
    return _give(turns, session) if turns.upcoming else turns


def agree_host(turns: Turns, session: str, host: str, reason: str = "") -> Turns:
    """Sets the host on which all sides have agreed for a session, and changes the turns to come. There are five cases:

    - Another side has the turn. Then the host and this side swap: the host's nearest upcoming turn goes to this side.
      An earlier swap for this session is undone first. So if A swaps with B and then with C, only the swap with C
      counts.
    - The host has the turn. Then an earlier swap is undone. If a session or another swap has already used the turn that
      was given in exchange, this turn stays there. The host then gives its nearest upcoming turn to the former host.
    - Nobody has the turn, and nobody knows whose turn is next. Then the rotation begins with this session. Sessions
      opened after it get their turns. If a later session is unknown, the rotation does not begin.
    - Nobody has the turn, but the rotation began with a later session. Then this session is outside the rotation. It
      changes no other turn, because the sides knew the rotation when they agreed.
    - The host is not in the order, so it has no turn to give. Then the side of the turn gets an extra turn, which comes
      next.
    """
    turn = turn_of(turns, session)
    if turn is None or turn.state != TurnState.OWED:
        return turns
    return _followed(_agreed(turns, turn, host, reason), session, turns)


def settle_first(turns: Turns, first: str) -> Turns:
    """Begins the rotation with the side `first`. The sides have settled it by an answer or by an amendment.

    If nobody knows yet whose turn is next, `first` hosts the earliest open session without a host. If there is no such
    session, `first` hosts the session that opens next. If the rotation is known, only `upcoming` starts again with
    `first`. Turns owed by swaps and forfeits come after it, because no turn is lost.
    """
    if first not in turns.order:
        return turns
    if turns.upcoming:
        return _restarted(turns, first)
    return _hand_out(_anchored(turns, first))


def reorder(turns: Turns, order: Sequence[str]) -> Turns:
    """Sets another order of the sides, for the sessions that open next.

    The next turn goes to the side that follows, in the new order, the side that had the last turn.
    """
    given, upcoming = _before(turns.turns), next_host(turns)
    turns = turns.model_copy(update={"order": tuple(dict.fromkeys(order))})
    if given is not None and given[1] in turns.order:
        upcoming = _cycle(turns.order, given[1])[0] if upcoming else None
    return settle_first(turns, upcoming) if upcoming else turns


def close_session(
    turns: Turns, session: str, held: bool, host: str | None, on: Instant | None = None, reason: str = ""
) -> Turns:
    """Ends a session. Its turn is served, swapped (another side hosted), or forfeited (the session was not held).

    If `host` is None, the agreed side counts, or the planned side if no side was agreed. If both are missing, a held
    session becomes unknown. If `host` is not the agreed side, the turns first change as if the sides had agreed on it
    (`agree_host`).

    If a side took the turn over in a swap and did not use it, this side forfeits the turn. The swap stays, and the
    other side keeps the turn that it got in exchange. Under AGAIN the side that forfeits hosts the session that opens
    next. Under NEXT, no other turn changes.
    """
    turn = turn_of(turns, session)
    if turn is None or turn.state != TurnState.OWED:
        return turns
    before = turns
    if host is not None:
        turns = _agreed(turns, turn, host, "")
    turns = _closed(turns, session, held, on, reason)
    loser = host or holder(turn)
    queue = _queue(turns)
    # While nobody knows whose turn is next, AGAIN gives no extra turn.
    if not held and turns.rule is ForfeitRule.AGAIN and loser in turns.order and queue:
        turns = _put(turns, [WaitingTurn(str(loser), Moved(instead_of=None, by=(session,))), *queue])
    return _followed(turns, session, before)


def recall_session(turns: Turns, session: str) -> Turns:
    """Removes an open session that is no longer due and has not begun. Its turn goes to the session that opens next.

    If the sides have agreed on a host that is not the planned side, the session has begun, and nothing changes.
    """
    turn = turn_of(turns, session)
    if turn is None or turn.state != TurnState.OWED or turn.host not in (None, turn.planned):
        return turns
    left = tuple(each for each in turns.turns if each.session != session)
    turns = turns.model_copy(update={"turns": left})
    queue = _queue(turns)
    if turn.planned is None or not queue:
        return turns
    return _put(turns, [WaitingTurn(turn.planned, turn.moved), *queue])


def adopt(turns: Turns, session: str, state: Past, host: str | None, on: Instant | None = None) -> Turns:
    """Enters a past session into the turns, as the history file describes it.

    Call this function for the sessions in their order. If the file names a host that is not the side of the turn, the
    two sides have swapped. After an unknown session, or one that was held with an unknown host, the sides must agree
    whose turn is next.
    """
    if turn_of(turns, session) is not None:
        return turns
    turns = open_session(turns, session)
    if _tells(state, host):
        return close_session(turns, session, state == "held", host, on, _reason(state))
    turns = _changed(turns, session, state=TurnState.UNKNOWN.value, on=on)
    return turns.model_copy(update={"upcoming": (), "shelved": turns.upcoming or turns.shelved})


def learn_past(turns: Turns, session: str, state: Past, host: str | None = None, on: Instant | None = None) -> Turns:
    """Enters what became of a session that was unknown until now.

    If no later session is unknown, and the sides have agreed on no host after it, the turns become as if the session
    had always been known. The sessions opened after it get their turns. In all other cases, only the turn of this
    session is corrected and counted, and later agreements stay.
    """
    turn = turn_of(turns, session)
    if turn is None or turn.state != TurnState.UNKNOWN or not _tells(state, host):
        return turns
    turns = _changed(turns, session, state=TurnState.OWED.value)
    if turns.upcoming or _cut(turns, session):
        planned = turn.planned or (host if host in turns.order else None)
        turns = _changed(turns, session, planned=planned, host=host)
        return _closed(turns, session, state == "held", on, _reason(state))
    before = turns
    if turn.planned is not None and turns.shelved:
        turns = turns.model_copy(update={"upcoming": turns.shelved, "shelved": ()})
    elif turn.planned is not None:
        turns = turns.model_copy(update={"upcoming": _cycle(turns.order, turn.planned), "moved": ()})
    turns = close_session(turns, session, state == "held", host, on, _reason(state))
    return _followed(turns, session, before)


def held_after_all(turns: Turns, session: str, host: str | None = None, on: Instant | None = None) -> Turns:
    """Corrects the forfeited turn of a session that was held: it becomes served or, with another host, swapped.

    Under AGAIN the side got an extra turn for this session. The extra turn is removed if it still waits. It stays if
    another session has already got it.
    """
    turn = turn_of(turns, session)
    if turn is None or turn.state != TurnState.FORFEITED:
        return turns
    side = holder(turn)
    if side is not None:
        turns = _counted(turns, side, "forfeited", -1)
    anew = WaitingTurn(str(side), Moved(instead_of=None, by=(session,)))
    queue = _queue(turns)
    if anew in queue:
        queue.remove(anew)
        turns = _put(turns, queue)
    turns = _changed(turns, session, state=TurnState.OWED.value, reason="")
    return close_session(turns, session, True, host, on)


# Questions about the turns


def next_host(turns: Turns) -> str | None:
    """Returns the side that hosts the session that opens next. None while nobody knows whose turn is next."""
    return turns.upcoming[0] if turns.upcoming else None


def turn_of(turns: Turns, session: str) -> Turn | None:
    """Returns the turn of a session. None if the session has no turn in `turns`."""
    return next((turn for turn in turns.turns if turn.session == session), None)


def holder(turn: Turn) -> str | None:
    """Returns the side that is to host the session of a turn, or that hosted it. None if no such side is known."""
    return turn.host or turn.planned


def explain(turns: Turns, session: str | None = None) -> str:
    """Returns one or two sentences that say which side hosts a session, and why.

    If `session` is None or has not opened, they describe the host of the session that opens next.
    """
    turn = turn_of(turns, session) if session is not None else None
    if turn is not None:
        return _explain_turn(turns, turn)
    name, host = session or "the next session", next_host(turns)
    if host is None:
        return f"Nobody knows yet who hosts {name}: {_why_nobody(turns, turns.turns)}."
    return f"{host} hosts {name}: {_why(turns, _queue(turns)[0], turns.turns, agreed=False)}."


# The queue of turns that wait


def _cycle(order: tuple[str, ...], last: str) -> tuple[str, ...]:
    """Returns one full cycle of the sides that comes after a turn of the side `last`."""
    start = order.index(last) + 1 if last in order else 0
    return order[start:] + order[:start]


def _queue(turns: Turns) -> list[WaitingTurn]:
    """Returns the turns of `upcoming`, or of `shelved` if `upcoming` is empty. Swaps change shelved turns too."""
    sides = turns.upcoming or turns.shelved
    moved = turns.moved + (None,) * (len(sides) - len(turns.moved))
    return [WaitingTurn(side, why) for side, why in zip(sides, moved, strict=False)]


def _put(turns: Turns, queue: Sequence[WaitingTurn]) -> Turns:
    place = "upcoming" if turns.upcoming else "shelved"
    sides, moved = tuple(due.side for due in queue), tuple(due.moved for due in queue)
    return turns.model_copy(update={place: sides, "moved": moved})


def _anchored(turns: Turns, first: str) -> Turns:
    """Begins the rotation with the side `first`. Shelved turns are removed."""
    upcoming = (first, *_cycle(turns.order, first)[:-1])
    return turns.model_copy(update={"upcoming": upcoming, "shelved": (), "moved": ()})


def _restarted(turns: Turns, first: str) -> Turns:
    """Begins the rotation again with the side `first`. Turns that were outside the order come after it."""
    # The order may have been amended. Turns owed to a side that left it, or by such a side, are gone.
    old, order = _queue(turns), turns.order
    turns = _anchored(turns, first)
    queue, beside = [*_queue(turns), *_queue(turns)], 1
    for due in old:
        moved = due.out_of_order
        if moved is None or due.side not in order:
            continue
        if moved.instead_of is None:
            queue.insert(beside, due)
            beside += 1
        elif moved.instead_of in order:
            queue[_nearest(order, queue, moved.instead_of, start=1, untouched=True)] = due
    return _put(turns, queue)


def _give(turns: Turns, session: str) -> Turns:
    """Gives the next turn to a session. If less than one cycle is left, another cycle is issued."""
    due, *queue = _queue(turns)
    if len(queue) < len(turns.order):
        last = queue[-1].side if queue else due.side
        queue += [WaitingTurn(side) for side in _cycle(turns.order, last)]
    return _put(_changed(turns, session, planned=due.side, moved=due.out_of_order), queue)


def _hand_out(turns: Turns, after: str | None = None) -> Turns:
    """Gives turns to the open sessions that have none: to all of them, or to those after the session `after`."""
    sessions = [turn.session for turn in turns.turns]
    for turn in turns.turns[sessions.index(after) + 1 if after is not None else 0 :]:
        if turns.upcoming and turn.state == TurnState.OWED and holder(turn) is None:
            turns = _give(turns, turn.session)
    return turns


def _followed(turns: Turns, session: str, before: Turns) -> Turns:
    """Gives turns to the sessions opened after `session`, if a change of this session made the rotation known.

    `before` holds the turns before this change.
    """
    return _hand_out(turns, session) if turns.upcoming and not before.upcoming else turns


def _agreed(turns: Turns, turn: Turn, host: str, reason: str) -> Turns:
    """Sets the host of an open session. If another side had the turn, the two sides exchange turns."""
    session, current = turn.session, holder(turn)
    if turn.planned is None:
        turns = _planned(turns, session, host)
    elif host != current:
        turns = _exchange(turns, session, current or host, turn.planned)
        turns = _exchange(turns, session, turn.planned, host)
    kept = turn.reason if host == turn.host else ""
    return _changed(turns, session, host=host, reason=reason or kept)


def _planned(turns: Turns, session: str, host: str) -> Turns:
    """Sets the host of a session whose turn had no side. The rotation begins with this session, or the session stays
    outside the rotation."""
    if host not in turns.order:
        return turns
    if turns.upcoming or _cut(turns, session):
        return _changed(turns, session, planned=host)
    return _give(_anchored(turns, host), session)


def _exchange(turns: Turns, session: str, giver: str, taker: str) -> Turns:
    """Moves a session from the side `giver` to the side `taker`. In exchange, the taker's nearest turn goes to `giver`.

    A taker outside the order has no turns. Then `giver` gets an extra turn as the next one, and loses it if the session
    comes back. If no turns are upcoming or shelved, nothing is exchanged.
    """
    queue, order = _queue(turns), turns.order
    if not queue or giver == taker:
        return turns
    if taker in order:
        at = _former(queue, taker, session)
        at = _nearest(order, queue, taker) if at is None else at
        queue[at : at + 1] = [_handed(queue[at], giver, session)] if giver in order else []
    elif giver in order:
        queue.insert(0, WaitingTurn(giver, Moved(instead_of=None, by=(session,))))
    return _put(turns, queue)


def _former(queue: Sequence[WaitingTurn], side: str, session: str) -> int | None:
    """Returns the place in `queue` of the turn that `side` got in exchange for `session`. None if it got no turn."""
    found = (i for i, due in enumerate(queue) if due.side == side and due.moved and due.moved.by[-1:] == (session,))
    return next(found, None)


def _nearest(
    order: tuple[str, ...], queue: list[WaitingTurn], side: str, start: int = 0, untouched: bool = False
) -> int:
    """Returns the place of the first turn of `side` in `queue`, from `start` on and before the last cycle.

    The queue grows by full cycles until there is such a turn. With `untouched`, turns that were moved do not count.
    """
    while True:
        for i in range(start, len(queue) - len(order)):
            if queue[i].side == side and not (untouched and queue[i].moved):
                return i
        queue += [WaitingTurn(each) for each in _cycle(order, queue[-1].side)]


def _handed(due: WaitingTurn, side: str, session: str) -> WaitingTurn:
    """Returns a waiting turn after it went to another side. If it goes back for the same session, no trace is left."""
    instead_of, by = (due.moved.instead_of, due.moved.by) if due.moved else (due.side, ())
    by = by[:-1] if by[-1:] == (session,) else (*by, session)
    return WaitingTurn(side, Moved(instead_of=instead_of, by=by) if by else None)


# The turns of sessions


def _changed(turns: Turns, session: str, **fields: Any) -> Turns:
    changed = tuple(turn.model_copy(update=fields) if turn.session == session else turn for turn in turns.turns)
    return turns.model_copy(update={"turns": changed})


def _kept(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    surplus, kept = len(turns) - TURNS_KEPT, []
    for turn in turns:
        if surplus > 0 and turn.state != TurnState.OWED:
            surplus -= 1
        else:
            kept.append(turn)
    return tuple(kept)


def _cut(turns: Turns, session: str) -> bool:
    """Whether a session after `session` is unknown. Then `session` does not decide whose turn is next."""
    at = [turn.session for turn in turns.turns].index(session)
    return any(turn.state == TurnState.UNKNOWN for turn in turns.turns[at + 1 :])


def _closed(turns: Turns, session: str, held: bool, on: Instant | None, reason: str) -> Turns:
    """Sets the final state of a turn (served, swapped, forfeited or unknown), and counts it for its sides."""
    turn = turn_of(turns, session)
    side = holder(turn) if turn else None
    if turn is None or side is None:
        state = TurnState.UNKNOWN if held else TurnState.FORFEITED
    elif not held:
        state = TurnState.FORFEITED
        turns = _counted(turns, side, "forfeited")
    elif turn.planned is None or turn.planned == side:
        state = TurnState.SERVED
        turns = _counted(turns, side, "served")
    else:
        state = TurnState.SWAPPED
        turns = _counted(_counted(turns, side, "swapped_in"), turn.planned, "swapped_out")
    fields: dict[str, Any] = {"state": state.value, "on": on}
    if held:
        fields["host"] = side
    if reason:
        fields["reason"] = reason
    return _changed(turns, session, **fields)


def _counted(turns: Turns, side: str, what: str, by: int = 1) -> Turns:
    of_side = turns.counts.get(side, {})
    counts = {**turns.counts, side: {**of_side, what: of_side.get(what, 0) + by}}
    return turns.model_copy(update={"counts": counts})


def _tells(state: Past, host: str | None) -> bool:
    return state in ("missed", "excused") or (state == "held" and host is not None)


def _reason(state: Past) -> str:
    return f"it was {state}" if state in ("missed", "excused") else ""


# Why


def _explain_turn(turns: Turns, turn: Turn) -> str:
    name, side, because = turn.session, holder(turn), f": {turn.reason}" if turn.reason else ""
    earlier = turns.turns[: turns.turns.index(turn)]
    if turn.state == TurnState.FORFEITED:
        if side is None:
            return f"{name} was not held, and was nobody's turn{because}."
        return f"{side} did not use its turn of {name}{because}."
    if turn.state == TurnState.UNKNOWN:
        return f"Nobody knows who hosted {name}." + (f" It was {side}'s turn." if side else "")
    if side is None:
        return f"Nobody knows yet who hosts {name}: {_why_nobody(turns, earlier)}."
    verb = "hosts" if turn.state == TurnState.OWED else "hosted"
    if turn.planned not in (None, side):
        return f"{side} {verb} {name} in place of {turn.planned}{because or ': the sides have agreed on it'}."
    return f"{side} {verb} {name}: {_why(turns, WaitingTurn(side, turn.moved), earlier, agreed=turn.host is not None)}."


def _why(turns: Turns, due: WaitingTurn, earlier: tuple[Turn, ...], agreed: bool) -> str:
    if due.out_of_order:
        return _why_moved(turns, due.side, due.out_of_order)
    before = _before(earlier)
    if before and _cycle(turns.order, before[1])[:1] == (due.side,):
        return f"the turns go {', '.join(turns.order)}, and {_whose(*before)}"
    if agreed or due.side not in turns.order:
        return "the sides have agreed on it"
    return f"the turns go {', '.join((due.side, *_cycle(turns.order, due.side)[:-1]))}, and it comes first"


def _why_moved(turns: Turns, side: str, moved: Moved) -> str:
    """Returns why a swap or forfeit moved a turn. The words are general if the session that caused this was removed."""
    cause = turn_of(turns, moved.by[-1]) if moved.by else None
    if cause and cause.planned == side and cause.host not in (None, side):
        if cause.host in turns.order:
            return f"it swapped its turn of {cause.session} with {cause.host}"
        return f"its turn of {cause.session} went to {cause.host}"
    if cause and cause.state == TurnState.FORFEITED and holder(cause) == side and moved.instead_of is None:
        return f"it did not use its turn of {cause.session}, which is owed again"
    return "it follows from what the sides have agreed on earlier turns"


def _before(earlier: tuple[Turn, ...]) -> tuple[Turn, str] | None:
    """Returns the last turn that the order gave, and the side that the order gave it to.

    None if there is no such turn, or if an unknown session comes after it.
    """
    for turn in reversed(earlier):
        if turn.state == TurnState.UNKNOWN:
            return None
        side = turn.moved.instead_of if turn.moved else turn.planned
        if side is not None:
            return turn, side
    return None


def _whose(turn: Turn, side: str) -> str:
    if holder(turn) == side and turn.state == TurnState.OWED:
        return f"{side} hosts {turn.session}"
    if holder(turn) == side and turn.state == TurnState.SERVED:
        return f"{side} hosted {turn.session}"
    return f"{turn.session} was {side}'s turn"


def _why_nobody(turns: Turns, earlier: tuple[Turn, ...]) -> str:
    unknown = [turn.session for turn in earlier if turn.state == TurnState.UNKNOWN]
    if turns.upcoming:
        return "the turns begin with a later session, and its own host has not been agreed"
    if unknown:
        return f"who hosted {unknown[-1]} is not known, and nothing has been agreed since"
    return "the text names no first host, and none has been agreed"
