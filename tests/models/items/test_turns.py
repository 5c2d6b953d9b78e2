"""Whose time it is to host: what each event does to the ledger, and what holds after every history of them."""

from collections import Counter
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from models.items.turns import (
    TURNS_KEPT,
    Moved,
    Turn,
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

NEXT, AGAIN = ForfeitRule.NEXT, ForfeitRule.AGAIN
TWO, THREE = ("LAO", "KHM"), ("LAO", "KHM", "VNM")
DAY = datetime(2026, 5, 4, tzinfo=UTC)


def planned(turns: Turns) -> list[str | None]:
    return [turn.planned for turn in turns.turns]


def states(turns: Turns) -> list[str]:
    return [turn.state for turn in turns.turns]


def opened(turns: Turns, *sessions: str) -> Turns:
    for session in sessions:
        turns = open_session(turns, session)
    return turns


# Opening


def test_turns_go_in_order_from_the_first_host() -> None:
    turns = begin(THREE, "KHM")
    assert next_host(turns) == "KHM"
    turns = opened(turns, "1", "2", "3", "4", "5", "6", "7")
    assert planned(turns) == ["KHM", "VNM", "LAO", "KHM", "VNM", "LAO", "KHM"]
    assert states(turns) == ["owed"] * 7 and next_host(turns) == "VNM"


def test_a_whole_further_cycle_is_always_upcoming() -> None:
    turns = begin(TWO, "LAO")
    assert turns.upcoming == ("LAO", "KHM")
    assert open_session(turns, "1").upcoming == ("KHM", "LAO", "KHM")


def test_without_a_first_host_nothing_is_presumed() -> None:
    for first in (None, "XXX"):
        turns = open_session(begin(TWO, first), "2026", DAY)
        assert next_host(turns) is None and turns.upcoming == ()
        assert turns.turns == (Turn(session="2026", planned=None, opens=DAY),)


def test_a_session_opens_once() -> None:
    turns = opened(begin(TWO, "LAO"), "1")
    assert open_session(turns, "1") == turns


# Agreeing on a host


def test_the_first_agreement_begins_the_rotation() -> None:
    turns = opened(begin(THREE, None), "1", "2", "3", "4")
    turns = close_session(turns, "3", held=False, host=None)
    turns = agree_host(turns, "2", "VNM")
    assert planned(turns) == [None, "VNM", None, "LAO"], "nobody's turn was forfeited, and what is before stays open"
    assert next_host(turns) == "KHM"


def test_a_host_agreed_for_a_session_before_the_rotation_stays_outside_it() -> None:
    turns = agree_host(opened(begin(TWO, None), "1", "2"), "2", "KHM")
    after = agree_host(turns, "1", "KHM")
    assert planned(after) == ["KHM", "KHM"]
    assert (after.upcoming, after.moved) == (turns.upcoming, turns.moved), "it owes nothing and moves nothing"


def test_a_swap_exchanges_the_hosts_nearest_turn() -> None:
    turns = opened(begin(THREE, "LAO"), "1", "2")
    assert turns.upcoming == ("VNM", "LAO", "KHM", "VNM")
    turns = agree_host(turns, "1", "KHM", "elections")
    turn = turns.turns[0]
    assert (turn.planned, turn.host, turn.state, turn.reason) == ("LAO", "KHM", "owed", "elections")
    assert turns.upcoming[:4] == ("VNM", "LAO", "LAO", "VNM"), "opened sessions keep their turn"
    turns = opened(close_session(turns, "1", held=True, host="KHM"), "3", "4", "5")
    assert states(turns)[0] == "swapped" and planned(turns)[2:] == ["VNM", "LAO", "LAO"]
    assert turns.counts == {"KHM": {"swapped_in": 1}, "LAO": {"swapped_out": 1}}


def test_a_swap_is_undone() -> None:
    turns = opened(begin(TWO, "LAO"), "1", "2")
    swapped = agree_host(turns, "1", "KHM", "elections")
    assert swapped.upcoming[:2] == ("LAO", "LAO")
    back = agree_host(swapped, "1", "LAO")
    assert back.upcoming[:3] == ("LAO", "KHM", "LAO"), "the turn that had been exchanged, not the nearest"
    assert (back.turns[0].host, back.turns[0].reason) == ("LAO", "") and not any(back.moved)


def test_a_swap_undone_after_its_other_half_is_opened_is_repaid_later() -> None:
    turns = opened(agree_host(opened(begin(TWO, "LAO"), "1"), "1", "KHM"), "2")
    assert planned(turns) == ["LAO", "LAO"] and turns.upcoming[:2] == ("LAO", "KHM")
    back = agree_host(turns, "1", "LAO")
    assert planned(back) == ["LAO", "LAO"], "what is opened stays"
    assert back.upcoming[:2] == ("KHM", "KHM")
    assert explain(back, "2") == "LAO hosts 2: it follows from what the sides have agreed on earlier turns."


def test_another_swap_undoes_the_first() -> None:
    turns = opened(begin(THREE, "LAO"), "1")
    once = agree_host(turns, "1", "VNM")
    twice = agree_host(agree_host(turns, "1", "KHM"), "1", "VNM")
    assert twice == once and once.upcoming[:3] == ("KHM", "LAO", "LAO")


def test_a_turn_got_in_a_swap_may_be_swapped_on() -> None:
    turns = opened(begin(TWO, "LAO"), "1", "2", "3")
    assert turns.upcoming == ("KHM", "LAO", "KHM")
    both = agree_host(agree_host(turns, "1", "KHM"), "2", "LAO")
    assert both.upcoming == ("KHM", "LAO", "KHM"), "the two cancel each other out"
    assert explain(both) == "KHM hosts the next session: the turns go LAO, KHM, and LAO hosts 3."
    assert agree_host(agree_host(both, "2", "KHM"), "1", "LAO").upcoming == turns.upcoming
    other = agree_host(agree_host(both, "1", "LAO"), "2", "KHM")
    assert other.upcoming[:4] == ("LAO", "KHM", "KHM", "LAO"), "none is lost, though they come in another sequence"


def test_agreeing_on_the_same_host_again_changes_nothing() -> None:
    turns = agree_host(opened(begin(TWO, "LAO"), "1"), "1", "KHM", "elections")
    assert agree_host(turns, "1", "KHM") == turns
    assert agree_host(turns, "9", "KHM") == turns
    closed = close_session(turns, "1", held=True, host=None)
    assert agree_host(closed, "1", "LAO") == closed


def test_a_host_outside_the_order_uses_nobodys_turn() -> None:
    turns = opened(begin(TWO, "LAO"), "1")
    guest = agree_host(turns, "1", "VNM")
    assert guest.upcoming[:2] == ("LAO", "KHM")
    assert explain(guest) == "LAO hosts the next session: its turn of 1 went to VNM."
    assert agree_host(guest, "1", "LAO").upcoming == turns.upcoming
    held = close_session(guest, "1", held=True, host="VNM")
    assert states(held) == ["swapped"] and held.counts["VNM"] == {"swapped_in": 1}
    nobody = agree_host(opened(begin(TWO, None), "1"), "1", "VNM")
    assert nobody.turns[0].host == "VNM" and next_host(nobody) is None
    assert states(close_session(nobody, "1", held=True, host=None)) == ["served"]


# The first host settled


def test_the_answer_to_who_hosts_first() -> None:
    turns = settle_first(close_session(opened(begin(TWO, None), "1", "2", "3"), "1", held=False, host=None), "KHM")
    assert planned(turns) == [None, "KHM", "LAO"] and next_host(turns) == "KHM"
    assert settle_first(begin(TWO, None), "KHM") == begin(TWO, "KHM")
    assert settle_first(begin(TWO, None), "XXX") == begin(TWO, None)


def test_an_amended_first_host_changes_only_what_is_not_opened() -> None:
    turns = settle_first(opened(begin(THREE, "LAO"), "1"), "VNM")
    assert planned(opened(turns, "2", "3", "4")) == ["LAO", "VNM", "LAO", "KHM"]


def test_an_amendment_keeps_what_swaps_and_forfeits_left_owing() -> None:
    turns = agree_host(opened(begin(TWO, "LAO", AGAIN), "1", "2"), "1", "KHM")
    turns = settle_first(close_session(turns, "2", held=False, host=None), "KHM")
    assert planned(opened(turns, "3", "4", "5", "6", "7")) == ["LAO", "KHM", "KHM", "KHM", "LAO", "LAO", "LAO"]
    back = agree_host(turns, "1", "LAO")
    assert planned(opened(back, "3", "4", "5", "6", "7"))[2:] == ["KHM", "KHM", "LAO", "KHM", "LAO"]


def test_another_order_drops_only_what_is_owed_to_or_by_a_side_that_left() -> None:
    turns = agree_host(opened(begin(THREE, "LAO"), "1", "2"), "1", "VNM")
    turns = settle_first(turns.model_copy(update={"order": ("LAO", "KHM")}), "KHM")
    assert planned(opened(turns, "3", "4", "5"))[2:] == ["KHM", "LAO", "KHM"]


# The end of a session


def test_a_turn_is_served_swapped_or_forfeited() -> None:
    turns = opened(begin(TWO, "LAO"), "1")
    cases = [
        (True, "LAO", "served", "LAO", {"LAO": {"served": 1}}),
        (True, None, "served", "LAO", {"LAO": {"served": 1}}),
        (True, "KHM", "swapped", "KHM", {"KHM": {"swapped_in": 1}, "LAO": {"swapped_out": 1}}),
        (False, None, "forfeited", None, {"LAO": {"forfeited": 1}}),
    ]
    for held, host, state, by, counts in cases:
        closed = close_session(turns, "1", held, host, DAY, "rain")
        turn = closed.turns[0]
        assert (turn.state, turn.host, turn.on, turn.reason, closed.counts) == (state, by, DAY, "rain", counts)
        assert close_session(closed, "1", True, "KHM") == closed, "the first word stands"


def test_a_host_told_only_at_the_end_has_swapped_like_any_other() -> None:
    turns = opened(begin(TWO, "LAO"), "1")
    told = close_session(turns, "1", held=True, host="KHM")
    agreed = close_session(agree_host(turns, "1", "KHM"), "1", held=True, host=None)
    assert told == agreed and next_host(told) == "LAO"


def test_a_forfeited_turn_is_lost_or_owed_again() -> None:
    for rule, later in ((NEXT, ["KHM", "LAO"]), (AGAIN, ["LAO", "KHM"])):
        turns = close_session(opened(begin(TWO, "LAO", rule), "1"), "1", held=False, host=None)
        assert planned(opened(turns, "2", "3"))[1:] == later


def test_a_swapped_turn_is_forfeited_by_the_side_that_took_it_over() -> None:
    for rule, later in ((NEXT, ["LAO", "LAO", "KHM"]), (AGAIN, ["KHM", "LAO", "LAO"])):
        turns = agree_host(opened(begin(TWO, "LAO", rule), "1"), "1", "KHM")
        turns = close_session(turns, "1", held=False, host="KHM")
        assert turns.counts == {"KHM": {"forfeited": 1}}
        assert planned(opened(turns, "2", "3", "4"))[1:] == later, "LAO keeps what it got for its turn"


def test_what_was_nobodys_turn() -> None:
    turns = opened(begin(TWO, None, AGAIN), "1")
    held, dropped = close_session(turns, "1", True, None), close_session(turns, "1", False, None)
    assert (states(held), states(dropped)) == (["unknown"], ["forfeited"])
    assert held.counts == dropped.counts == {} and next_host(held) is None
    known = close_session(turns, "1", True, "KHM")
    assert (states(known), next_host(known)) == (["served"], "LAO")
    again = close_session(open_session(turns, "2"), "1", False, "KHM")
    assert planned(again) == ["KHM", "KHM"], "owed again comes first, also where the end tells who comes first"


# A history taken over midway


def test_an_adopted_host_begins_the_rotation() -> None:
    turns = adopt(adopt(begin(THREE, None), "2024", "missed", None), "2025", "held", "KHM", DAY)
    assert [(turn.planned, turn.state, turn.on) for turn in turns.turns] == [
        (None, "forfeited", None),
        ("KHM", "served", DAY),
    ]
    assert next_host(turns) == "VNM"


def test_an_adopted_host_that_contradicts_the_order_has_swapped() -> None:
    turns = adopt(adopt(begin(TWO, None), "2024", "held", "LAO"), "2025", "held", "LAO")
    assert states(turns) == ["served", "swapped"] and turns.upcoming[:2] == ("KHM", "KHM")


def test_an_adopted_turn_that_was_not_used_is_forfeited() -> None:
    for rule, host in ((NEXT, "LAO"), (AGAIN, "KHM")):
        for state in ("missed", "excused"):
            turns = adopt(adopt(begin(TWO, None, rule), "2024", "held", "LAO"), "2025", state, None)
            assert (turns.turns[1].planned, turns.turns[1].state) == ("KHM", "forfeited")
            assert next_host(turns) == host and turns.turns[1].reason == f"it was {state}"


def test_an_unknown_session_leaves_the_next_to_be_agreed() -> None:
    known = adopt(begin(TWO, "LAO"), "2024", "held", "LAO")
    for turns in (adopt(known, "2025", "unknown", None), adopt(known, "2025", "held", None, DAY)):
        assert (turns.turns[1].planned, turns.turns[1].state, turns.upcoming) == ("KHM", "unknown", ())
        turns = opened(turns, "2026", "2027")
        assert planned(turns)[2:] == [None, None]
        turns = agree_host(turns, "2026", "KHM")
        assert planned(turns)[2:] == ["KHM", "LAO"]
        late = learn_past(turns, "2025", "held", "LAO")
        assert late.turns[1].state == "swapped" and late.counts["LAO"] == {"served": 1, "swapped_in": 1}
        assert late.upcoming == turns.upcoming, "what the sides have agreed since stands"


def test_what_lies_before_an_unknown_session_says_nothing_of_what_comes_after() -> None:
    turns = opened(adopt(opened(begin(TWO, None), "1"), "2", "unknown", None), "3")
    turns = agree_host(turns, "1", "LAO")
    assert planned(turns) == ["LAO", None, None] and next_host(turns) is None


def test_a_session_learned_of_later_gives_those_opened_since_their_turns() -> None:
    turns = opened(adopt(begin(TWO, None), "2025", "unknown", None), "2026", "2027")
    learned = learn_past(turns, "2025", "held", "LAO", DAY)
    assert planned(learned) == ["LAO", "KHM", "LAO"] and learned.turns[0].on == DAY
    assert learn_past(turns, "2025", "unknown", "LAO") == turns
    assert learn_past(turns, "2025", "held", None) == turns
    assert learn_past(turns, "2026", "held", "LAO") == turns, "that one is still owed"


def test_what_was_owed_before_an_unknown_session_comes_back_with_it() -> None:
    turns = begin(TWO, "LAO")
    for year, host in (("2023", "LAO"), ("2024", "LAO")):
        turns = adopt(turns, year, "held", host)
    turns = opened(adopt(turns, "2025", "unknown", None), "2026")
    assert planned(learn_past(turns, "2025", "held", "KHM"))[3] == "KHM", "for the turn that LAO took in 2024"


# Why


def test_who_hosts_next_and_why() -> None:
    turns = opened(begin(TWO, "LAO"), "2026")
    assert explain(turns, "2026") == "LAO hosts 2026: the turns go LAO, KHM, and it comes first."
    assert explain(turns, "2027") == "KHM hosts 2027: the turns go LAO, KHM, and LAO hosts 2026."
    held = close_session(turns, "2026", held=True, host=None)
    assert explain(held) == "KHM hosts the next session: the turns go LAO, KHM, and LAO hosted 2026."
    lost = close_session(turns, "2026", held=False, host=None, reason="a flood")
    assert explain(lost, "2026") == "LAO did not use its turn of 2026: a flood."
    assert explain(lost, "2027") == "KHM hosts 2027: the turns go LAO, KHM, and 2026 was LAO's turn."


def test_why_after_a_swap() -> None:
    turns = agree_host(opened(begin(TWO, "LAO"), "2026", "2027"), "2026", "KHM")
    assert explain(turns, "2026") == "KHM hosts 2026 in place of LAO: the sides have agreed on it."
    turns = opened(close_session(turns, "2026", held=True, host="KHM", reason="elections in LAO"), "2028", "2029")
    assert explain(turns, "2026") == "KHM hosted 2026 in place of LAO: elections in LAO."
    assert explain(turns, "2028") == "LAO hosts 2028: the turns go LAO, KHM, and KHM hosts 2027."
    assert explain(turns, "2029") == "LAO hosts 2029: it swapped its turn of 2026 with KHM."
    assert explain(turns, "2030") == "LAO hosts 2030: the turns go LAO, KHM, and 2029 was KHM's turn."


def test_why_when_it_is_owed_again() -> None:
    turns = close_session(opened(begin(TWO, "LAO", AGAIN), "2026"), "2026", held=False, host=None)
    assert explain(turns, "2027") == "LAO hosts 2027: it did not use its turn of 2026, which is owed again."
    assert explain(open_session(turns, "2027"), "2027") == explain(turns, "2027")


def test_why_nobody_knows() -> None:
    turns = opened(begin(TWO, None), "2027")
    nobody = "Nobody knows yet who hosts 2027: the text names no first host, and none has been agreed."
    assert explain(turns, "2027") == nobody == explain(begin(TWO, None), "2027")
    past = adopt(begin(TWO, "LAO"), "2026", "unknown", None)
    assert explain(past, "2026") == "Nobody knows who hosted 2026. It was LAO's turn."
    assert explain(past, "2027") == (
        "Nobody knows yet who hosts 2027: who hosted 2026 is not known, and nothing has been agreed since."
    )
    later = agree_host(opened(turns, "2028"), "2028", "KHM")
    assert explain(later, "2028") == "KHM hosts 2028: the sides have agreed on it."
    assert explain(later, "2027").endswith("begin with a later session, and its own host has not been agreed.")


# What is kept


def test_the_ledger_forgets_old_turns_but_none_that_is_owed() -> None:
    turns = begin(TWO, "LAO")
    for n in range(3 * TURNS_KEPT):
        turns = open_session(turns, str(n))
        if n != 5:
            turns = close_session(turns, str(n), held=True, host=None)
    assert len(turns.turns) == TURNS_KEPT and turns.turns[0].session == "5"
    assert sum(counts["served"] for counts in turns.counts.values()) == 3 * TURNS_KEPT - 1


def test_turns_of_before_are_read_as_they_stood() -> None:
    old = {"session": "2026", "planned": "LAO", "host": None, "state": "owed"}
    assert Turn.model_validate(old) == Turn(session="2026", planned="LAO")
    turns = Turns(order=TWO, upcoming=("KHM", "LAO"), turns=(Turn(session="2026", planned="LAO"),))
    assert planned(opened(agree_host(turns, "2026", "KHM"), "1", "2", "3"))[1:] == ["LAO", "LAO", "KHM"]
    unknown = Turns(order=TWO, turns=(Turn(session="2025", planned="LAO", state="unknown"),))
    assert next_host(learn_past(unknown, "2025", "held", "LAO")) == "KHM"


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
