"""The canonical form of JSON, with the examples of RFC 8785."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.common.canonical import canonical, digest_of

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_members_are_in_order_and_nothing_is_written_that_is_not_needed() -> None:
    value = {"b": 1, "a": ["ກອງປະຊຸມ", True, None], "€": "\u0007", "\r": "/"}
    assert canonical(value) == '{"\\r":"/","a":["ກອງປະຊຸມ",true,null],"b":1,"€":"\\u0007"}'.encode()


def test_names_are_sorted_by_their_utf_16_code_units() -> None:
    # RFC 8785 section 3.2.3: a name outside the basic plane comes before U+FB33.
    assert list(json.loads(canonical({"\ufb33": 1, "\U0001f600": 2}))) == ["\U0001f600", "\ufb33"]


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (4.50, "4.5"),
        (2e-3, "0.002"),
        (1e30, "1e+30"),
        (333333333.33333329, "333333333.3333333"),
        (1e-27, "1e-27"),
        (0.000001, "0.000001"),
        (1e21, "1e+21"),
        (1e20, "100000000000000000000"),
        (1.5e-6, "0.0000015"),
        (1e-7, "1e-7"),
    ],
)
def test_numbers_are_written_as_ecmascript_does(number: float, written: str) -> None:
    assert canonical(number).decode() == written


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_of_json_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical({"n": value})
    assert canonical(2**60 + 1) == b"1152921504606846977", "a line is written whatever it holds"


@given(VALUES)
def test_the_bytes_mean_the_same_and_are_the_same_again(value: Any) -> None:
    read = json.loads(canonical(value))
    assert read == value
    assert canonical(read) == canonical(value)


def test_a_digest_is_64_hexadecimal_digits() -> None:
    assert digest_of(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
