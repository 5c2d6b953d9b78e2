"""The nearest names to one that does not exist."""

import pytest

from models.common.nearest import did_you_mean, nearest

ITEMS = ["16.3-jtc", "16.3-jtc/2026", "16.3-jtc/2027", "6.2-drugs-provincial/2026", "17.1-central-banks/2026"]


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("16.3-jct/2026", "16.3-jtc/2026"),
        ("16.3-JTC/2026", "16.3-jtc/2026"),
        ("jtc", "16.3-jtc"),
        ("drugs", "6.2-drugs-provincial/2026"),
        ("17.1-central-bank/2026", "17.1-central-banks/2026"),
    ],
)
def test_the_nearest_name_comes_first_and_there_are_three_at_most(name: str, first: str) -> None:
    found = nearest(name, ITEMS)
    assert found[0] == first and len(found) <= 3


def test_a_name_that_is_like_no_other_has_none_near() -> None:
    assert nearest("zzz", ITEMS) == nearest("x", ["axyz"]) == []
    assert did_you_mean("zzz", ITEMS, "look there") == "look there"


def test_the_question_joins_the_names() -> None:
    assert did_you_mean("dat", ["date", "host"], "") == "did you mean date?"
    assert did_you_mean("jtc/2", ITEMS, "") == "did you mean 16.3-jtc/2026 or 16.3-jtc/2027?"
