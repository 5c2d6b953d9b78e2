"""Turns: whose time it is to host a session of one rotating series.

Turns are issued in full cycles of the order. They wait in `upcoming` until sessions open. The holder of a turn is the
side that is to host: the side whose turn it was, or one that has taken it over. These rules always hold:

1. No turn is lost, and none is doubled. For each side, add its served, swapped-in, forfeited, owed (as holder) and
   upcoming turns. The sum is the same for every side: the number of cycles issued. Two kinds of turns come on top.
   Under AGAIN each forfeited turn is issued once more. That turn also stays if a session has got it and the forfeited
   session turns out to be held. And a session may be agreed outside the rotation (`agree_host`). A swap changes no sum.
2. Fairness. Count the turns given to each side: the sessions that it holds, whatever became of them. While one rotation
   runs, the counts of two sides differ by at most one. A swap whose other half still waits in `upcoming` allows a
   difference of two more: one side has lost a turn, the other has got it. Under AGAIN forfeited turns do not count, and
   each turn that waits to be issued again allows a difference of one more.
3. A session keeps the side of its turn. Only turns in `upcoming` are exchanged, restarted or removed.
4. `upcoming` is empty, or it ends with one full cycle that no swap has changed. So it shows how the turns go on.
5. Nothing is presumed. After an unknown session, nobody knows whose turn is next, and `upcoming` is shelved. It comes
   back if the session becomes known before the sides agree on a host.

Two events start the counts of 1 and 2 again, because the sides have settled them by consent. One is a changed first
host: it may cut a cycle short, by at most one turn of each side, but turns owed by swaps and forfeits stay. The other
is a host agreed after an unknown session. The functions raise no error: for a session that is not there, and for a
repeat, they change nothing.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from models.common.values import Instant, Value
from models.plan.plan import ForfeitRule

TURNS_KEPT = 40

Past = Literal["held", "missed", "excused", "unknown"]
"""What a history file says about a session."""


class TurnState(StrEnum):
    OWED = "owed"
    SERVED = "served"
    SWAPPED = "swapped"
    """Another side hosted the session."""
    FORFEITED = "forfeited"
    UNKNOWN = "unknown"
    """The session is past, and nobody knows who hosted it."""


class Moved(Value):
    """Why a turn is in a place that the order would not give it."""

    instead_of: str | None
    """The side that would have this place by the order. None for an extra turn, which comes before the others."""
    by: tuple[str, ...]
    """The sessions whose swaps or forfeit brought the turn here, the latest last."""


class Turn(Value):
    """The turn of one session."""

    session: str
    planned: str | None
    """The side whose turn it was. None if nobody knows."""
    host: str | None = None
    """The side that was agreed to host, or that hosted."""
    state: str = "owed"
    """A value of TurnState. It is a plain string, because old states hold it so."""
    opens: Instant | None = None
    on: Instant | None = None
    """When the session was held."""
    reason: str = ""
    """Why the turn was swapped or forfeited."""
    moved: Moved | None = None
    """Why the side got the turn out of order. None if the order gave it."""


class Turns(Value):
    order: tuple[str, ...]
    rule: ForfeitRule = ForfeitRule.NEXT
    upcoming: tuple[str, ...] = ()
    """The sides of the sessions that have not opened, in order. Empty while nobody knows whose turn is next."""
    shelved: tuple[str, ...] = ()
    """The former `upcoming`, set aside because nobody knows who hosted a past session."""
    moved: tuple[Moved | None, ...] = ()
    """For each turn of `upcoming` (or, if that is empty, of `shelved`): why it is out of order. It may be shorter."""
    turns: tuple[Turn, ...] = ()
    """The turns of sessions, in order of opening. Only the last TURNS_KEPT are kept, and every one that is owed."""
    counts: dict[str, dict[str, int]] = {}
    """Counts of each side, since the beginning: served, swapped_out (another side hosted), swapped_in (it hosted for
    another), forfeited."""


class WaitingTurn(NamedTuple):
    """A turn that waits for a session to open."""

    side: str
    moved: Moved | None = None

    @property
    def out_of_order(self) -> Moved | None:
        """Why the turn is out of order. None if the order gives it, or if swaps have cancelled each other."""
        return self.moved if self.moved and self.moved.instead_of != self.side else None


# Changes by the sides and the sessions


def begin(order: Sequence[str], first: str | None, rule: ForfeitRule = ForfeitRule.NEXT) -> Turns:
    """The turns of a new series. Without a first host nobody knows whose turn is next."""
    turns = Turns(order=tuple(dict.fromkeys(order)), rule=rule)
    return _anchored(turns, first) if first is not None and first in turns.order else turns


def open_session(turns: Turns, session: str, opens: Instant | None = None) -> Turns:
    """Gives the next turn to a session that opens. It gets none while nobody knows whose turn is next."""
    if turn_of(turns, session) is not None:
        return turns
    turn = Turn(session=session, planned=None, opens=opens)
    turns = turns.model_copy(update={"turns": _kept((*turns.turns, turn))})
    return _give(turns, session) if turns.upcoming else turns


def agree_host(turns: Turns, session: str, host: str, reason: str = "") -> Turns:
    """All sides have consented that `host` hosts this session. There are five cases:

    - Another side has the turn: the two swap. The host's nearest upcoming turn goes to that side. An earlier swap for
      this session is undone first. So A to B, then B to C, gives A to C.
    - The host has the turn: an earlier swap is undone. If the turn that went in exchange has gone on meanwhile, to a
      session or in another swap, it stays there. The former host then gets this side's nearest upcoming turn instead.
    - Nobody has the turn, and nobody knows whose turn is next: the rotation begins here. Sessions opened since then get
      their turns. If a later session is unknown, the rotation does not begin.
    - Nobody has the turn, but the rotation began with a later session: the session is outside the rotation. It changes
      no other turn, because the sides knew the rotation when they agreed.
    - The host is not in the order and has no turn to give: the side keeps its turn, as an extra turn that comes next.
    """
    turn = turn_of(turns, session)
    if turn is None or turn.state != TurnState.OWED:
        return turns
    return _followed(_agreed(turns, turn, host, reason), session, turns)


def settle_first(turns: Turns, first: str) -> Turns:
    """The sides settle who hosts first, in answer to a question or by an amendment.

    If nobody knows yet whose turn is next, the rotation begins with `first`: at the earliest open session without a
    host, or else at the next one. If the rotation is known, only `upcoming` starts again, with `first`. Turns owed by
    swaps and forfeits follow behind it, because no turn is lost.
    """
    if first not in turns.order:
        return turns
    if turns.upcoming:
        return _restarted(turns, first)
    return _hand_out(_anchored(turns, first))


def reorder(turns: Turns, order: Sequence[str]) -> Turns:
    """The sides settle another order for the sessions to come. It goes on after the side that had the last turn."""
    given, upcoming = _before(turns.turns), next_host(turns)
    turns = turns.model_copy(update={"order": tuple(dict.fromkeys(order))})
    if given is not None and given[1] in turns.order:
        upcoming = _cycle(turns.order, given[1])[0] if upcoming else None
    return settle_first(turns, upcoming) if upcoming else turns


def close_session(
    turns: Turns, session: str, held: bool, host: str | None, on: Instant | None = None, reason: str = ""
) -> Turns:
    """Ends a session: its turn is served, swapped (another side hosted), or forfeited (the session was not held).

    Without `host`, the agreed side counts, or else the planned one. With neither, a held session becomes unknown. If
    `host` was not the agreed one, it is agreed first (`agree_host`), with all that follows for later turns.

    If a side took the turn over in a swap and did not use it, this side forfeits it. The swap stays: the other side
    keeps the turn that it got in exchange. So no side loses both. Under AGAIN the side that forfeits hosts the session
    that opens next. Under NEXT nothing more follows.
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
    """An open session is no longer due, and it has not begun. Its turn waits again, as the next one.

    If another host than the planned one was agreed, the session has begun, and nothing changes.
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
    """Enters a past session of a history file. The caller enters the sessions in their order.

    If the order says another host than the file, the two sides have swapped. After a session whose host nobody knows,
    the sides must agree whose turn is next.
    """
    if turn_of(turns, session) is not None:
        return turns
    turns = open_session(turns, session)
    if _tells(state, host):
        return close_session(turns, session, state == "held", host, on, _reason(state))
    turns = _changed(turns, session, state=TurnState.UNKNOWN.value, on=on)
    return turns.model_copy(update={"upcoming": (), "shelved": turns.upcoming or turns.shelved})


def learn_past(turns: Turns, session: str, state: Past, host: str | None = None, on: Instant | None = None) -> Turns:
    """An unknown session becomes known.

    If no later session is unknown, and the sides have agreed on no host since, the turns become as if it had been known
    from the beginning. The sessions opened since get their turns. Otherwise only its own turn is corrected and counted,
    and later agreements stay.
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
    """A session whose turn was forfeited was held after all. The turn is served, or, with another host, swapped.

    Under AGAIN an extra turn was issued for it. This turn is taken back if it still waits. If a session has got it
    meanwhile, it stays.
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
    """Who hosts the session that opens next. None while nobody knows."""
    return turns.upcoming[0] if turns.upcoming else None


def turn_of(turns: Turns, session: str) -> Turn | None:
    return next((turn for turn in turns.turns if turn.session == session), None)


def holder(turn: Turn) -> str | None:
    """The side that is to host the session, or that hosted it."""
    return turn.host or turn.planned


def explain(turns: Turns, session: str | None = None) -> str:
    """Who hosts a session, and why, in a sentence or two. Without a session, or before it opens: the next session."""
    turn = turn_of(turns, session) if session is not None else None
    if turn is not None:
        return _explain_turn(turns, turn)
    name, host = session or "the next session", next_host(turns)
    if host is None:
        return f"Nobody knows yet who hosts {name}: {_why_nobody(turns, turns.turns)}."
    return f"{host} hosts {name}: {_why(turns, _queue(turns)[0], turns.turns, agreed=False)}."


# The queue of turns that wait


def _cycle(order: tuple[str, ...], last: str) -> tuple[str, ...]:
    """The cycle of sides that follows a turn of the side `last`."""
    start = order.index(last) + 1 if last in order else 0
    return order[start:] + order[:start]


def _queue(turns: Turns) -> list[WaitingTurn]:
    """The turns of `upcoming`, or, if that is empty, of `shelved`: swaps change shelved turns too."""
    sides = turns.upcoming or turns.shelved
    moved = turns.moved + (None,) * (len(sides) - len(turns.moved))
    return [WaitingTurn(side, why) for side, why in zip(sides, moved, strict=False)]


def _put(turns: Turns, queue: Sequence[WaitingTurn]) -> Turns:
    place = "upcoming" if turns.upcoming else "shelved"
    sides, moved = tuple(due.side for due in queue), tuple(due.moved for due in queue)
    return turns.model_copy(update={place: sides, "moved": moved})


def _anchored(turns: Turns, first: str) -> Turns:
    """Begins the rotation with this side. Shelved turns are given up."""
    upcoming = (first, *_cycle(turns.order, first)[:-1])
    return turns.model_copy(update={"upcoming": upcoming, "shelved": (), "moved": ()})


def _restarted(turns: Turns, first: str) -> Turns:
    """Begins the rotation again with this side. Turns that were out of order keep following it."""
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
    """If this session made the rotation known, gives turns to the sessions opened since. `before`: the old turns."""
    return _hand_out(turns, session) if turns.upcoming and not before.upcoming else turns


def _agreed(turns: Turns, turn: Turn, host: str, reason: str) -> Turns:
    """Sets the host of an open session, and exchanges turns for it."""
    session, current = turn.session, holder(turn)
    if turn.planned is None:
        turns = _planned(turns, session, host)
    elif host != current:
        turns = _exchange(turns, session, current or host, turn.planned)
        turns = _exchange(turns, session, turn.planned, host)
    kept = turn.reason if host == turn.host else ""
    return _changed(turns, session, host=host, reason=reason or kept)


def _planned(turns: Turns, session: str, host: str) -> Turns:
    """Sets the host of a session that was nobody's turn. The rotation begins with it, or it stays outside."""
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
    """The place of the turn that this side got in exchange for this session. None if it got none."""
    found = (i for i, due in enumerate(queue) if due.side == side and due.moved and due.moved.by[-1:] == (session,))
    return next(found, None)


def _nearest(
    order: tuple[str, ...], queue: list[WaitingTurn], side: str, start: int = 0, untouched: bool = False
) -> int:
    """The place of the side's first turn from `start` on, outside the last cycle. The queue grows by full cycles until
    there is one. With `untouched`, turns that were moved do not count."""
    while True:
        for i in range(start, len(queue) - len(order)):
            if queue[i].side == side and not (untouched and queue[i].moved):
                return i
        queue += [WaitingTurn(each) for each in _cycle(order, queue[-1].side)]


def _handed(due: WaitingTurn, side: str, session: str) -> WaitingTurn:
    """A waiting turn after it went to another side. If it goes back in the same session, no trace is left."""
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
    """Whether a later session is unknown. Then nothing follows from this session for the turns to come."""
    at = [turn.session for turn in turns.turns].index(session)
    return any(turn.state == TurnState.UNKNOWN for turn in turns.turns[at + 1 :])


def _closed(turns: Turns, session: str, held: bool, on: Instant | None, reason: str) -> Turns:
    """Sets the last state of a turn, by its own holder, and counts it."""
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
    """The reason for a turn that a swap or a forfeit moved. Old sessions may be gone; then the words are general."""
    cause = turn_of(turns, moved.by[-1]) if moved.by else None
    if cause and cause.planned == side and cause.host not in (None, side):
        if cause.host in turns.order:
            return f"it swapped its turn of {cause.session} with {cause.host}"
        return f"its turn of {cause.session} went to {cause.host}"
    if cause and cause.state == TurnState.FORFEITED and holder(cause) == side and moved.instead_of is None:
        return f"it did not use its turn of {cause.session}, which is owed again"
    return "it follows from what the sides have agreed on earlier turns"


def _before(earlier: tuple[Turn, ...]) -> tuple[Turn, str] | None:
    """The last turn that the order gave, and the side that got it. None if an unknown session comes after it."""
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
