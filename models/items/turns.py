"""Whose time it is to host: the ledger of the turns of one rotating series.

Turns are issued in whole cycles of the order and wait in `upcoming` until a session is opened. A turn is held by the
side that is to host (`holder`): whose turn it was, or who has taken it over. What always holds:

1. No turn is lost, none doubled. For every side, served + swapped in + forfeited + owed (as holder) + upcoming is the
   same number: the cycles issued. Beside it count only what rule AGAIN issues anew, one turn for each forfeited one
   (also where that session was held after all, once a session has got the turn), and the sessions agreed outside the
   rotation (see `agree_host`). A swap exchanges two turns and changes no sum.
2. Fairness. While one rotation runs, the numbers of turns given to any two sides (sessions that they hold, whatever
   became of them) differ at every moment by at most one. Each swap whose other half still waits in `upcoming` allows
   for two more, because it takes one from a side and gives it to another. Under AGAIN this holds of the turns that
   were not forfeited, and each one that waits to be issued anew allows for one more.
3. What is opened stays: a turn once given to a session keeps its side. Only `upcoming` is exchanged, begun again or
   emptied.
4. `upcoming` is empty or ends in one whole cycle that nothing has touched: it always tells how it goes on.
5. Nothing is presumed. An unknown session cuts the chain: what lies before it says nothing of what comes after. What
   was upcoming is put aside, and comes back if the session becomes known before the sides agree anew.

Two events begin the count of 1 and 2 anew, because the sides have settled it by consent: a first host amended (a cycle
may be cut short, by at most one turn of a side; what swaps and forfeits left owing is kept), and a host agreed after an
unknown session. Every function is total: what names no session, or comes twice, changes nothing.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from models.common.values import Instant, Value
from models.plan.plan import ForfeitRule

TURNS_KEPT = 40

Past = Literal["held", "missed", "excused", "unknown"]
"""What a history says of a session."""


class TurnState(StrEnum):
    OWED = "owed"
    SERVED = "served"
    SWAPPED = "swapped"
    """Hosted by another side."""
    FORFEITED = "forfeited"
    UNKNOWN = "unknown"
    """Past, and nobody knows who hosted it."""


class Moved(Value):
    """Why a turn is not where the order puts it."""

    instead_of: str | None
    """The side that the order puts here; None for a turn beside the order, which shifts the others back."""
    by: tuple[str, ...]
    """The sessions whose swaps or forfeit brought it here, the latest last."""


class Turn(Value):
    """One session's hosting."""

    session: str
    planned: str | None
    """The side whose turn it was; None where nothing says."""
    host: str | None = None
    """Who was agreed to host, or hosted."""
    state: str = "owed"
    """One of TurnState; a plain string, as old states hold it."""
    opens: Instant | None = None
    on: Instant | None = None
    """The day on which it was held."""
    reason: str = ""
    """Why it was swapped or forfeited."""
    moved: Moved | None = None
    """Why it was not given by the order."""


class Turns(Value):
    order: tuple[str, ...]
    rule: ForfeitRule = ForfeitRule.NEXT
    upcoming: tuple[str, ...] = ()
    """The sides that are next, not yet given a session; empty while nobody knows who comes first."""
    shelved: tuple[str, ...] = ()
    """What was upcoming before a session of which nobody knows who hosted it."""
    moved: tuple[Moved | None, ...] = ()
    """Beside each upcoming (else shelved) turn; None, or nothing, where the order gives it."""
    turns: tuple[Turn, ...] = ()
    """In order of opening. The oldest go beyond TURNS_KEPT, but never one that is still owed."""
    counts: dict[str, dict[str, int]] = {}
    """By side, for the whole life: served, swapped_out (hosted by another), swapped_in (hosted for another), forfeited.
    """


class WaitingTurn(NamedTuple):
    """A turn that waits for a session."""

    side: str
    moved: Moved | None = None

    @property
    def out_of_order(self) -> Moved | None:
        """Why the order does not give it; None where it does, also after swaps that cancel each other out."""
        return self.moved if self.moved and self.moved.instead_of != self.side else None


# What the sides and the sessions tell


def begin(order: Sequence[str], first: str | None, rule: ForfeitRule = ForfeitRule.NEXT) -> Turns:
    """A new ledger. Without a first host nothing is presumed."""
    turns = Turns(order=tuple(dict.fromkeys(order)), rule=rule)
    return _anchored(turns, first) if first is not None and first in turns.order else turns


def open_session(turns: Turns, session: str, opens: Instant | None = None) -> Turns:
    """The session that opens is given the next turn; none while nobody knows whose it is."""
    if turn_of(turns, session) is not None:
        return turns
    turn = Turn(session=session, planned=None, opens=opens)
    turns = turns.model_copy(update={"turns": _kept((*turns.turns, turn))})
    return _give(turns, session) if turns.upcoming else turns


def agree_host(turns: Turns, session: str, host: str, reason: str = "") -> Turns:
    """All sides have consented that this side hosts this session.

    - Another than the side whose turn it is: they swap. The host's nearest upcoming turn becomes the other's. A swap
      agreed before for this session is undone first, so A to B to C is A to C.
    - The side whose turn it is: a swap agreed before is undone. Where its other half has been given to a session
      meanwhile, or handed on by another swap, it stays there, and the former host gets this side's nearest upcoming
      turn instead.
    - No turn was planned, and nobody knows whose the next is: the rotation begins here, and the sessions opened since
      get their turns. Not if a later session is unknown, which cuts the chain.
    - No turn was planned, though the rotation is known (it began with a later session): the host's own turn, outside
      the rotation. It owes nothing and moves nothing: the sides that agreed on it knew what follows.
    - A host outside the order has no turn to give: the side keeps its own, which becomes the next (beside the order).
    """
    turn = turn_of(turns, session)
    if turn is None or turn.state != TurnState.OWED:
        return turns
    return _followed(_agreed(turns, turn, host, reason), session, turns)


def settle_first(turns: Turns, first: str) -> Turns:
    """The sides settle who hosts first, in answer to a question or by an amendment.

    While nobody knows who comes first, the earliest session that waits for a host begins the rotation, else the next to
    open. Once the rotation is known only what is not yet opened starts again, with this side; what swaps and forfeits
    have left owing is kept behind it, because no turn is lost.
    """
    if first not in turns.order:
        return turns
    if turns.upcoming:
        return _restarted(turns, first)
    return _hand_out(_anchored(turns, first))


def reorder(turns: Turns, order: Sequence[str]) -> Turns:
    """The sides settle another order, for whatever is not yet opened: it goes on from the last turn that was given."""
    given, upcoming = _before(turns.turns), next_host(turns)
    turns = turns.model_copy(update={"order": tuple(dict.fromkeys(order))})
    if given is not None and given[1] in turns.order:
        upcoming = _cycle(turns.order, given[1])[0] if upcoming else None
    return settle_first(turns, upcoming) if upcoming else turns


def close_session(
    turns: Turns, session: str, held: bool, host: str | None, on: Instant | None = None, reason: str = ""
) -> Turns:
    """The session's end: its turn is served, swapped (another hosted) or forfeited (dropped, excused, missed for good).

    Without a host it is as agreed, else as planned; where nothing was, it is unknown. A host that differs from what was
    agreed is first agreed upon, with all that follows for later turns.

    A turn that was taken over is forfeited by the side that took it over, and the swap stands: that side had the turn
    and did not use it, and the side that let it go keeps what it got in exchange. So neither loses both. Under AGAIN it
    is that side, too, that hosts the next session that opens; under NEXT nothing more follows.
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
    # Where nobody knows whose turn is next, nothing says either that it is this side's again.
    if not held and turns.rule is ForfeitRule.AGAIN and loser in turns.order and queue:
        turns = _put(turns, [WaitingTurn(str(loser), Moved(instead_of=None, by=(session,))), *queue])
    return _followed(turns, session, before)


def recall_session(turns: Turns, session: str) -> Turns:
    """The sides have agreed that an open session is not due after all, and nobody has begun it: its turn waits again,
    as the next. A host that was agreed for it means that it was begun; then nothing changes."""
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
    """A past session of a history taken over midway, entered in order.

    A host that the order known so far contradicts has swapped, like any other. A session of which nobody knows who
    hosted it leaves the next to be agreed.
    """
    if turn_of(turns, session) is not None:
        return turns
    turns = open_session(turns, session)
    if _tells(state, host):
        return close_session(turns, session, state == "held", host, on, _reason(state))
    turns = _changed(turns, session, state=TurnState.UNKNOWN.value, on=on)
    return turns.model_copy(update={"upcoming": (), "shelved": turns.upcoming or turns.shelved})


def learn_past(turns: Turns, session: str, state: Past, host: str | None = None, on: Instant | None = None) -> Turns:
    """A session that was unknown becomes known.

    If no later session is unknown and the sides have not agreed anew since, it comes to the same as having known it
    when it was entered; the sessions opened since get their turns. Otherwise it is history only: its own turn is
    corrected and counted, and what the sides have agreed since stands.
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
    """A session whose turn was forfeited was held: the turn is served, by another host swapped.

    Under AGAIN the turn that was issued anew for it is taken back if it still waits. One that a session has got
    meanwhile stays: what was opened stays.
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


# What may be asked of it


def next_host(turns: Turns) -> str | None:
    """Who hosts the session that opens next; None while nobody knows."""
    return turns.upcoming[0] if turns.upcoming else None


def turn_of(turns: Turns, session: str) -> Turn | None:
    return next((turn for turn in turns.turns if turn.session == session), None)


def holder(turn: Turn) -> str | None:
    """The side that is to host, or hosted."""
    return turn.host or turn.planned


def explain(turns: Turns, session: str | None = None) -> str:
    """Who hosts this session (one not opened, or none: the next), and why: a sentence or two."""
    turn = turn_of(turns, session) if session is not None else None
    if turn is not None:
        return _explain_turn(turns, turn)
    name, host = session or "the next session", next_host(turns)
    if host is None:
        return f"Nobody knows yet who hosts {name}: {_why_nobody(turns, turns.turns)}."
    return f"{host} hosts {name}: {_why(turns, _queue(turns)[0], turns.turns, agreed=False)}."


# The queue of turns that wait


def _cycle(order: tuple[str, ...], last: str) -> tuple[str, ...]:
    """The cycle that follows this side's turn."""
    start = order.index(last) + 1 if last in order else 0
    return order[start:] + order[:start]


def _queue(turns: Turns) -> list[WaitingTurn]:
    """What is upcoming, else shelved: a swap undone while nobody knows must be found undone when it comes back."""
    sides = turns.upcoming or turns.shelved
    moved = turns.moved + (None,) * (len(sides) - len(turns.moved))
    return [WaitingTurn(side, why) for side, why in zip(sides, moved, strict=False)]


def _put(turns: Turns, queue: Sequence[WaitingTurn]) -> Turns:
    place = "upcoming" if turns.upcoming else "shelved"
    sides, moved = tuple(due.side for due in queue), tuple(due.moved for due in queue)
    return turns.model_copy(update={place: sides, "moved": moved})


def _anchored(turns: Turns, first: str) -> Turns:
    """The rotation begins with this side; whatever was shelved is given up."""
    upcoming = (first, *_cycle(turns.order, first)[:-1])
    return turns.model_copy(update={"upcoming": upcoming, "shelved": (), "moved": ()})


def _restarted(turns: Turns, first: str) -> Turns:
    """The rotation begins again with this side, and what is owed out of the order follows as it did before."""
    # The order itself may have been amended: what is owed to a side that left it, or by one, is gone.
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
    """The session gets the next turn, and the queue another cycle when its last is begun."""
    due, *queue = _queue(turns)
    if len(queue) < len(turns.order):
        last = queue[-1].side if queue else due.side
        queue += [WaitingTurn(side) for side in _cycle(turns.order, last)]
    return _put(_changed(turns, session, planned=due.side, moved=due.out_of_order), queue)


def _hand_out(turns: Turns, after: str | None = None) -> Turns:
    """The open sessions (all, or those after this one) that wait for somebody to know whose turn they are."""
    sessions = [turn.session for turn in turns.turns]
    for turn in turns.turns[sessions.index(after) + 1 if after is not None else 0 :]:
        if turns.upcoming and turn.state == TurnState.OWED and holder(turn) is None:
            turns = _give(turns, turn.session)
    return turns


def _followed(turns: Turns, session: str, before: Turns) -> Turns:
    """If it is by this session that the rotation became known, those opened since get their turns."""
    return _hand_out(turns, session) if turns.upcoming and not before.upcoming else turns


def _agreed(turns: Turns, turn: Turn, host: str, reason: str) -> Turns:
    """The host of an open session, and what is exchanged for it."""
    session, current = turn.session, holder(turn)
    if turn.planned is None:
        turns = _planned(turns, session, host)
    elif host != current:
        turns = _exchange(turns, session, current or host, turn.planned)
        turns = _exchange(turns, session, turn.planned, host)
    kept = turn.reason if host == turn.host else ""
    return _changed(turns, session, host=host, reason=reason or kept)


def _planned(turns: Turns, session: str, host: str) -> Turns:
    """A host for a session that was nobody's turn: the rotation begins with it, or it stays outside."""
    if host not in turns.order:
        return turns
    if turns.upcoming or _cut(turns, session):
        return _changed(turns, session, planned=host)
    return _give(_anchored(turns, host), session)


def _exchange(turns: Turns, session: str, giver: str, taker: str) -> Turns:
    """The session's hosting goes from one side to another, and for it the taker's nearest turn the other way.

    A side outside the order has no turns: who gives it the session hosts the next instead, and loses that again when
    the session comes back. Where nothing is upcoming or shelved, there is nothing to exchange.
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
    """The turn that this side got by this very session, and that goes back with it."""
    found = (i for i, due in enumerate(queue) if due.side == side and due.moved and due.moved.by[-1:] == (session,))
    return next(found, None)


def _nearest(
    order: tuple[str, ...], queue: list[WaitingTurn], side: str, start: int = 0, untouched: bool = False
) -> int:
    """The side's first turn; the queue grows by whole cycles until it is not in the last, which stays untouched."""
    while True:
        for i in range(start, len(queue) - len(order)):
            if queue[i].side == side and not (untouched and queue[i].moved):
                return i
        queue += [WaitingTurn(each) for each in _cycle(order, queue[-1].side)]


def _handed(due: WaitingTurn, side: str, session: str) -> WaitingTurn:
    """This turn in the hands of another side; a swap that goes back leaves no trace."""
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
    """Whether a later session is unknown, so that this one says nothing of what comes next."""
    at = [turn.session for turn in turns.turns].index(session)
    return any(turn.state == TurnState.UNKNOWN for turn in turns.turns[at + 1 :])


def _closed(turns: Turns, session: str, held: bool, on: Instant | None, reason: str) -> Turns:
    """The turn's last state, as the turn itself has it, and the counts."""
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
    """A turn that a swap or a forfeit brought here, as long as the ledger still tells which."""
    cause = turn_of(turns, moved.by[-1]) if moved.by else None
    if cause and cause.planned == side and cause.host not in (None, side):
        if cause.host in turns.order:
            return f"it swapped its turn of {cause.session} with {cause.host}"
        return f"its turn of {cause.session} went to {cause.host}"
    if cause and cause.state == TurnState.FORFEITED and holder(cause) == side and moved.instead_of is None:
        return f"it did not use its turn of {cause.session}, which is owed again"
    return "it follows from what the sides have agreed on earlier turns"


def _before(earlier: tuple[Turn, ...]) -> tuple[Turn, str] | None:
    """The last turn that the order gave, and to whom it gave it; None where an unknown session lies between."""
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
