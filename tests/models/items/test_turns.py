"""Whose time it is to host: what holds after every history of events."""

from collections import Counter
from itertools import cycle, islice
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from models.items.turns import (
    TURNS_KEPT,
    Moved,
    Turns,
    TurnState,
    adopt,
    agree_host,
    begin,
    close_session,
    explain,
    held_after_all,
    holder,
    learn_past,
    next_host,
    open_session,
    recall_session,
    settle_first,
    turn_of,
)
from models.plan.plan import ForfeitRule
from tests.support.turns import AGAIN, DAY, NEXT, THREE, TWO, opened, planned, states

# Every history

numbers = st.integers(0, 50)
sides = st.sampled_from([0, 1, 2])
rules = st.sampled_from([NEXT, AGAIN])
orders = st.sampled_from([TWO, THREE])
OPEN = st.tuples(st.just("open"))
CLOSE = st.tuples(st.just("close"), numbers, st.booleans(), st.none() | sides)
AGREE = st.tuples(st.just("agree"), numbers, sides)
SETTLE = st.tuples(st.just("settle"), sides)
ADOPT = st.tuples(st.just("adopt"), st.sampled_from(["held", "missed", "excused", "unknown"]), st.none() | sides)
LEARN = st.tuples(st.just("learn"), numbers, st.sampled_from(["held", "missed", "excused"]), st.none() | sides)
Event = tuple[Any, ...]


def some(*moves: Any) -> Any:
    """Short histories and long ones; not longer than the ledger, so that nothing is forgotten."""
    move = st.one_of(*moves)
    return st.lists(move, max_size=10) | st.lists(move, min_size=15, max_size=TURNS_KEPT)


# Unknown sessions end what went before: where they are frequent, no rotation lives long.
histories = some(OPEN, OPEN, CLOSE, AGREE, AGREE, SETTLE, LEARN) | some(OPEN, CLOSE, AGREE, ADOPT, SETTLE, LEARN)
starts = st.tuples(orders, st.none() | sides, rules)


def start(order: tuple[str, ...], first: int | None, rule: ForfeitRule) -> Turns:
    return begin(order, None if first is None else order[first % len(order)], rule)


def apply(turns: Turns, move: Event, guest: bool = False) -> tuple[Turns, Event]:
    """The ledger after the event, and the event with names for numbers: closing and agreeing pick an open session."""
    verb, *rest = move
    hosts = turns.order if not guest else (*turns.order, "XXX")

    def named(side: int | None) -> str | None:
        return None if side is None else hosts[side % len(hosts)]

    wanted = TurnState.UNKNOWN if verb == "learn" else TurnState.OWED
    there = [turn.session for turn in turns.turns if turn.state == wanted]
    fresh = str(sum(1 for _ in turns.turns))
    if verb == "open":
        return open_session(turns, fresh), ("open", fresh)
    if verb == "settle":
        return settle_first(turns, str(named(rest[0]))), (verb, named(rest[0]))
    if verb == "adopt":
        return adopt(turns, fresh, rest[0], named(rest[1])), (verb, fresh, rest[0], named(rest[1]))
    if not there:
        return turns, ("nothing",)
    session, host = there[rest[0] % len(there)], named(rest[-1])
    if verb == "agree":
        return agree_host(turns, session, str(host)), (verb, session, host)
    if verb == "close":
        return close_session(turns, session, rest[1], host), (verb, session, rest[1], host)
    return learn_past(turns, session, rest[1], host), (verb, session, rest[1], host)


def queue(turns: Turns) -> tuple[str, ...]:
    return turns.upcoming or turns.shelved


def sums(turns: Turns) -> Counter[str]:
    """Per side all its turns: used, owed, of unknown use, or still to come."""
    found: Counter[str] = Counter()
    for side, counts in turns.counts.items():
        found[side] += counts.get("served", 0) + counts.get("swapped_in", 0) + counts.get("forfeited", 0)
    found.update(str(holder(t)) for t in turns.turns if t.state in ("owed", "unknown") and holder(t) is not None)
    found.update(queue(turns))
    return found


def spread(turns: Turns, found: Counter[str]) -> int:
    return max(found[side] for side in turns.order) - min(found[side] for side in turns.order)


class Account:
    """What each side may have beside the cycles, reckoned from the events alone."""

    def __init__(self, turns: Turns) -> None:
        self.beside: Counter[str] = Counter()
        self.anew = sums(turns)

    def enter(self, before: Turns, move: Event, after: Turns) -> None:
        verb = move[0]
        if verb == "settle":
            if before.upcoming:
                debts = sums(after)
                debts.subtract(sums(before))
                assert spread(after, debts) <= 1, "an amendment cuts a cycle short by one turn of a side at most"
                self.settled(after)
            elif before.shelved:
                self.settled(after)
        elif verb == "agree":
            self.hosted(before, move[1], move[2], after)
        elif verb == "close":
            self.closed(before, move[1], move[2], move[3], after)
        elif verb == "adopt" and (move[2] in ("missed", "excused") or (move[2] == "held" and move[3])):
            self.closed(open_session(before, move[1]), move[1], move[2] == "held", move[3], after)
        elif verb == "learn" and (move[2] != "held" or move[3]):
            self.learned(before, move[1], move[2] == "held", move[3], after)

    def settled(self, after: Turns) -> None:
        self.anew = sums(after)
        self.anew.subtract(self.beside)

    def hosted(self, before: Turns, session: str, host: str | None, after: Turns) -> None:
        turn = turn_of(before, session)
        if host is None or turn is None:
            return
        if turn.planned is None and (before.upcoming or unknown_after(before, session)):
            self.beside[host] += 1
        elif turn.planned is None and before.shelved:
            self.settled(after)
        elif turn.planned is not None and not queue(before):
            self.beside.update({host: 1})
            self.beside.subtract({str(holder(turn)): 1})

    def closed(self, before: Turns, session: str, held: bool, host: str | None, after: Turns) -> None:
        turn = turn_of(before, session)
        assert turn is not None
        loser = host or holder(turn)
        if not held and loser and before.rule is AGAIN and queue(after):
            self.beside[loser] += 1
        self.hosted(before, session, host, after)

    def learned(self, before: Turns, session: str, held: bool, host: str | None, after: Turns) -> None:
        turn = turn_of(before, session)
        assert turn is not None
        if before.upcoming or unknown_after(before, session):
            if host is not None:
                self.beside[host] += 1
                self.beside[str(turn.planned)] -= turn.planned is not None
        elif turn.planned is None:
            self.closed(before, session, held, host, after)
        elif not held and before.rule is AGAIN:
            self.beside[host or turn.planned] += 1


def unknown_after(turns: Turns, session: str) -> bool:
    names = [turn.session for turn in turns.turns]
    return any(turn.state == "unknown" for turn in turns.turns[names.index(session) + 1 :])


@given(starts, histories)
def test_no_turn_is_lost_and_none_is_doubled(begun: tuple[Any, ...], history: list[Event]) -> None:
    turns = start(*begun)
    account = Account(turns)
    for move in history:
        before = turns
        turns, told = apply(before, move)
        account.enter(before, told, turns)
        cycles = sums(turns)
        cycles.subtract(account.beside)
        cycles.subtract(account.anew)
        assert spread(turns, cycles) == 0, told


@given(starts, histories, st.booleans())
def test_the_ledger_stays_sound(begun: tuple[Any, ...], history: list[Event], guest: bool) -> None:
    turns = start(*begun)
    for move in history:
        before = turns
        turns, told = apply(before, move, guest)
        for old, new in zip(before.turns, turns.turns, strict=False):
            assert old.session == new.session
            assert old.planned in (None, new.planned), "a turn once given stays"
            assert old.state in (new.state, "owed", "unknown"), "what is closed stays closed"
        if told[0] == "settle" and told[1] in turns.order and before.upcoming:
            assert next_host(turns) == told[1]
        assert len(turns.moved) in (0, len(queue(turns)))
        assert not (turns.upcoming and turns.shelved)
        # The last cycle is untouched, and in order.
        if queue(turns):
            last = queue(turns)[-len(turns.order) :]
            at = turns.order.index(last[0])
            assert last == turns.order[at:] + turns.order[:at]
            assert not any(turns.moved[-len(turns.order) :])
        assert {turn.state for turn in turns.turns} <= set(TurnState)
        if told[0] in ("agree", "close") and len(told) > 1:
            verb: Any = {"agree": agree_host, "close": close_session}[told[0]]
            assert verb(turns, *told[1:]) == turns, "what comes twice changes nothing"


@given(starts, histories, st.integers(1, 3))
def test_sessions_that_are_recalled_leave_no_trace(begun: tuple[Any, ...], history: list[Event], many: int) -> None:
    """Opened and not begun, they give their turns back: what follows is as if they had never been opened."""
    turns = start(*begun)
    for move in history:
        turns, _ = apply(turns, move)
    names = [f"x{n}" for n in range(many)]
    again = opened(turns, *names)
    for name in reversed(names):
        again = recall_session(again, name)
    gone = {turn.session for turn in turns.turns} - {turn.session for turn in again.turns}
    assert not gone and again.counts == turns.counts
    assert queue(again)[: len(queue(turns))] == queue(turns)
    later = [f"y{n}" for n in range(6)]
    assert planned(opened(again, *later))[-6:] == planned(opened(turns, *later))[-6:]
    assert recall_session(again, names[0]) == again, "what comes twice changes nothing"


def test_what_was_begun_is_not_recalled() -> None:
    turns = agree_host(opened(begin(TWO, "LAO"), "2026"), "2026", "KHM")
    assert recall_session(turns, "2026") == turns
    held = close_session(opened(begin(TWO, "LAO"), "2026"), "2026", held=True, host=None)
    assert recall_session(held, "2026") == held


@given(starts, histories, st.booleans())
def test_why_can_always_be_told_and_states_survive_the_wire(
    begun: tuple[Any, ...], history: list[Event], guest: bool
) -> None:
    turns = start(*begun)
    for move in history:
        turns, _ = apply(turns, move, guest)
        for session in (None, "2099", *(turn.session for turn in turns.turns)):
            sentence = explain(turns, session)
            assert sentence.endswith(".") and "None" not in sentence and sentence.count(". ") <= 1
        host = next_host(turns)
        assert explain(turns).startswith(f"{host} hosts" if host else "Nobody knows yet")
    assert Turns.model_validate_json(turns.model_dump_json()) == turns


@given(starts, histories)
def test_counts_are_of_every_turn_that_ended(begun: tuple[Any, ...], history: list[Event]) -> None:
    turns = start(*begun)
    for move in history:
        turns, _ = apply(turns, move, guest=True)
    found: dict[str, Counter[str]] = {}
    for turn in turns.turns:
        side = holder(turn)
        if turn.state == "swapped":
            found.setdefault(str(turn.planned), Counter())["swapped_out"] += 1
            found.setdefault(str(turn.host), Counter())["swapped_in"] += 1
        elif turn.state in ("served", "forfeited") and side:
            found.setdefault(side, Counter())[turn.state] += 1
    assert turns.counts == found


live = some(OPEN, OPEN, CLOSE, AGREE, SETTLE)


def one_rotation(turns: Turns, move: Event) -> bool:
    """Whether the event stays within the rotation that runs: no amendment, nothing agreed outside it."""
    _, told = apply(turns, move)
    if told[0] == "settle":
        return not turns.upcoming
    turn = turn_of(turns, told[1]) if told[0] in ("agree", "close") else None
    outside = turn and turn.planned is None and (turns.upcoming or unknown_after(turns, turn.session))
    return not (outside and told[-1])


def given_turns(turns: Turns) -> Counter[str]:
    """The turns that each side has been given; under AGAIN those aside that it forfeited."""
    kept = [t for t in turns.turns if t.planned and not (turns.rule is AGAIN and t.state == "forfeited")]
    return Counter(str(holder(turn)) for turn in kept)


@given(starts, live)
def test_turns_are_fair_but_for_what_waits_to_be_repaid(begun: tuple[Any, ...], history: list[Event]) -> None:
    turns, acts = start(*begun), 0
    for move in history:
        if not one_rotation(turns, move):
            continue
        turns, told = apply(turns, move)
        acts += told[0] in ("agree", "close") and told[-1] is not None
        moved = [(side, m) for side, m in zip(turns.upcoming, turns.moved, strict=False) if m and m.instead_of != side]
        again = sum(1 for _, m in moved if m.instead_of is None)
        swaps = len(moved) - again
        event(f"swaps waiting: {min(swaps, 3)}, again: {min(again, 2)}")
        assert again == 0 or turns.rule is AGAIN
        assert swaps <= 2 * acts, "one undone and one done"
        assert spread(turns, given_turns(turns)) <= 1 + 2 * swaps + again


def test_the_bound_of_fairness_is_reached() -> None:
    turns = opened(begin(TWO, "KHM"), "1", "2", "3")
    turns = agree_host(turns, "2", "KHM")
    assert given_turns(turns) == {"KHM": 3}, "one swap waits: one more than one, twice"
    for n in range(4, 10):
        turns = open_session(turns, str(n))
    assert spread(turns, given_turns(turns)) <= 1, "repaid"


@given(starts, some(OPEN, OPEN, CLOSE), sides)
def test_without_swaps_turns_go_round(begun: tuple[Any, ...], history: list[Event], settled: int) -> None:
    """Under NEXT, whatever the order in which sessions end: exactly the order, from whoever is first."""
    order, _, _ = begun
    turns = start(begun[0], begun[1], NEXT)
    half = len(history) // 2
    for n, move in enumerate(history):
        turns, _ = apply(turns, (*move[:3], None) if move[0] == "close" else move)
        if n == half and not turns.upcoming:
            turns = settle_first(turns, order[settled % len(order)])
        assert spread(turns, Counter(side for side in planned(turns) if side)) <= 1
    found = [side for side in planned(turns) if side]
    if found:
        at = order.index(found[0])
        assert found == list(islice(cycle(order[at:] + order[:at]), len(found)))


@given(starts, histories)
def test_a_forfeited_turn_is_owed_again_at_once(begun: tuple[Any, ...], history: list[Event]) -> None:
    turns = start(*begun)
    for move in history:
        turns, _ = apply(turns, move)
        for turn in turns.turns:
            if turn.state == "owed" and holder(turn) and turns.upcoming:
                closed = close_session(turns, turn.session, held=False, host=None)
                again = (str(holder(turn)),) if turns.rule is AGAIN else ()
                assert closed.upcoming == again + turns.upcoming


@given(starts, histories, st.lists(sides, min_size=1, max_size=4))
def test_swaps_that_come_back_leave_no_trace(begun: tuple[Any, ...], history: list[Event], hosts: list[int]) -> None:
    turns = start(*begun)
    for move in history:
        turns, _ = apply(turns, move)
        for turn in turns.turns:
            touched = any(m and turn.session in m.by for m in turns.moved)
            if turn.state != "owed" or turn.planned is None or holder(turn) != turn.planned or touched:
                continue
            after = turns
            for host in [*(turns.order[host % len(turns.order)] for host in hosts), turn.planned]:
                after = agree_host(after, turn.session, host)
            assert queue(after)[: len(queue(turns))] == queue(turns), "it may have grown by whole cycles"
            assert [m for m in after.moved if m] == [m for m in turns.moved if m]


@given(starts, histories, st.sampled_from(["held", "missed", "excused"]), st.none() | sides, st.integers(0, 5))
def test_learning_it_later_comes_to_the_same_as_having_known_it(
    begun: tuple[Any, ...], history: list[Event], state: Any, side: int | None, since: int
) -> None:
    turns = start(*begun)
    for move in history[: TURNS_KEPT - 6]:
        turns, _ = apply(turns, move)
    host = turns.order[(side or 0) % len(turns.order)] if side is not None or state == "held" else None
    names = [f"since {n}" for n in range(since)]
    known = opened(adopt(turns, "past", state, host, DAY), *names)
    learned = learn_past(opened(adopt(turns, "past", "unknown", None), *names), "past", state, host, DAY)
    assert learned == known


# What was missed, and was held after all


def forfeited(turns: Turns) -> list[str]:
    return [turn.session for turn in turns.turns if turn.state == TurnState.FORFEITED]


@given(orders, st.none() | sides, histories, numbers)
def test_put_right_it_comes_to_the_same_as_known_at_once(
    order: tuple[str, ...], first: int | None, history: list[Event], number: int
) -> None:
    """Where a lost turn moves no other: under the rule that the next in order hosts, and by the host that had it."""
    right = wrong = start(order, first, ForfeitRule.NEXT)
    missed: list[str] = []
    for move in history:
        _, (verb, *rest) = apply(right, move)
        if verb == "close" and (turn := turn_of(right, rest[0])) and holder(turn):
            right, wrong = (
                close_session(turns, rest[0], held, None) for turns, held in ((right, True), (wrong, False))
            )
            missed.append(rest[0])
        else:
            right, wrong = apply(right, move)[0], apply(wrong, move)[0]
    for session in sorted(missed, key=lambda session: (int(session) + number) % 7):
        wrong = held_after_all(wrong, session)
    there = [turn.model_copy(update={"reason": ""}) for turn in wrong.turns]
    assert there == [turn.model_copy(update={"reason": ""}) for turn in right.turns]
    assert (wrong.upcoming, wrong.shelved, wrong.moved) == (right.upcoming, right.shelved, right.moved)
    assert sums(wrong) == sums(right)


@given(starts, histories, numbers, st.none() | sides)
def test_putting_right_moves_no_turn_that_was_given_and_loses_none(
    begun: tuple[Any, ...], history: list[Event], number: int, side: int | None
) -> None:
    turns = start(*begun)
    for move in history:
        turns, _ = apply(turns, move)
    if not forfeited(turns):
        return
    session = forfeited(turns)[number % len(forfeited(turns))]
    before, turn = turns, turn_of(turns, session)
    assert turn is not None
    host = None if side is None else turns.order[side % len(turns.order)]
    turns = held_after_all(turns, session, host)
    assert held_after_all(turns, session, host) == turns, "once"
    known = [each for each in before.turns if each.session != session and holder(each) is not None]
    assert [(each.session, holder(each)) for each in known] == [
        (each.session, holder(each)) for each in turns.turns if each in known or turn_of(before, each.session) in known
    ]
    assert all(count >= 0 for counts in turns.counts.values() for count in counts.values())
    after = turn_of(turns, session)
    assert after is not None and after.state in ("served", "swapped", "unknown")
    if queue(before) and holder(turn) is not None:
        grown = sum(sums(turns).values()) - sum(sums(before).values())
        again = Moved(instead_of=None, by=(session,))
        taken_back = sum(each == again for each in before.moved) - sum(each == again for each in turns.moved)
        assert taken_back in (0, 1) and (grown + taken_back) % len(turns.order) == 0, "whole cycles, but what came back"


def test_under_again_the_turn_issued_anew_goes_back_while_it_waits() -> None:
    turns = opened(begin(("LAO", "KHM"), "LAO", ForfeitRule.AGAIN), "1")
    missed = close_session(turns, "1", False, None)
    assert next_host(missed) == "LAO"
    right = held_after_all(missed, "1", None, DAY)
    assert next_host(right) == "KHM" and states(right) == ["served"] and right.turns[0].on == DAY
    assert right.counts["LAO"] == {"forfeited": 0, "served": 1}
    given_away = held_after_all(opened(missed, "2"), "1")
    assert planned(given_away) == ["LAO", "LAO"] and next_host(given_away) == "KHM", "what was opened stays"


def test_by_another_host_it_was_a_swap() -> None:
    turns = opened(begin(("LAO", "KHM"), "LAO"), "1", "2")
    right = held_after_all(close_session(turns, "1", False, None), "1", "KHM")
    assert states(right) == ["swapped", "owed"] and right.upcoming[:2] == ("LAO", "LAO")
