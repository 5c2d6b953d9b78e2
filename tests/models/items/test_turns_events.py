"""Whose time it is to host: what each event does to the ledger."""

from models.items.turns import (
    TURNS_KEPT,
    Turn,
    Turns,
    adopt,
    agree_host,
    begin,
    close_session,
    explain,
    learn_past,
    next_host,
    open_session,
    settle_first,
)
from tests.support.turns import AGAIN, DAY, NEXT, THREE, TWO, opened, planned, states

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
