"""States for the record: in full, and as changes of the state before."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.items.meeting import MEETING
from models.messages import acts
from models.messages.kept_state import (
    changed_fields,
    full_state,
    parts_of,
    patch_of,
    patched,
    state_changes,
    with_changes,
)
from tests.support.builders import DAY, START, Player, date_terms, meeting

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text("ab", max_size=1),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4),
    max_leaves=10,
)


@given(JSON, JSON)
def test_a_patch_makes_the_one_value_of_the_other(before: Any, after: Any) -> None:
    patch = patch_of(before, after)
    if patch is None:
        assert before == after
        return
    found = patched(before, patch)
    assert found == after
    if isinstance(after, dict):
        assert list(found) == list(after), "the order in which notices came is a fact"


def test_a_long_list_costs_only_what_it_has_got() -> None:
    ledger = [{"n": n} for n in range(20)]
    assert patch_of(ledger, [*ledger[1:], {"n": 20}]) == {"skip": 1, "add": [{"n": 20}]}


def test_a_patch_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        patched("text", {"skip": 0, "add": []})


def test_the_changes_of_each_step_give_the_full_state() -> None:
    player = Player(MEETING, meeting())
    kept = full_state(player.state, "reopened")
    for verb, office, fields in (
        (acts.Propose, "lao-moc", {"terms": date_terms(START + 40 * DAY)}),
        (acts.Counter, "khm-moc", {"proposal": 1, "terms": date_terms(START + 41 * DAY)}),
        (acts.Accept, "lao-moc", {"proposal": 2}),
        (acts.Regret, "khm-moc", {"reason": "flood"}),
    ):
        before = player.state
        player.act(verb, office, **fields)
        changes = state_changes(before, player.state, "reopened")
        assert len(str(changes)) < len(str(full_state(player.state)))
        kept = with_changes(kept, changes)
        assert kept == full_state(player.state, "reopened")


def test_the_same_state_has_no_changes_and_neither_has_an_equal_one() -> None:
    state = meeting()
    assert changed_fields(state, state) == changed_fields(state, state.model_copy(deep=True)) == []
    assert state_changes(state, state.model_copy(update={"awake": True})) == {"awake": {"set": True}}
    assert changed_fields(state, state.model_copy(update={"awake": True}), "awake") == []


def test_effects_are_split_into_parts_in_their_order() -> None:
    effects = [{"n": n, "text": "ກ" * 10 * n} for n in range(5)]
    parts = parts_of(effects, 120)
    assert [each for part in parts for each in part] == effects
    assert [len(part) for part in parts] == [2, 1, 1, 1], "the last ones are too large to share a part"
    assert parts_of((), 120) == []
