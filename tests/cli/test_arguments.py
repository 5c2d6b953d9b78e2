"""Lengths of time as people type them."""

from datetime import timedelta

import pytest

from cli.arguments import duration
from cli.errors import BadUsage


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("3h", 3),
        ("3 h", 3),
        ("90m", 1.5),
        ("90 min", 1.5),
        ("1h30m", 1.5),
        ("1 hour, 30 minutes", 1.5),
        ("1.5h", 1.5),
        ("2d", 48),
        ("2 days", 48),
        ("1 Day 6 Hours", 30),
        ("7200s", 2),
        ("PT3H", 3),
        ("P1DT6H", 30),
        ("P2W", 336),
    ],
)
def test_a_length_is_read_in_every_form(text: str, hours: float) -> None:
    length = duration(text)
    assert timedelta(days=length.days) + length.exact == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "3", "h", "3x", "3 months", "1m 2h", "1h 2h", "P1M", "pt3h", "3h later", "-3h"])
def test_anything_else_is_refused_with_examples(text: str) -> None:
    with pytest.raises(BadUsage, match="write it as 3h, 90m, 2 days, 1h30m or PT3H") as refused:
        duration(text, "--until")
    assert refused.value.message.startswith("--until ")


@pytest.mark.parametrize("text", ["0h", "61 days", "PT0S", "99999999999999d"])
def test_a_length_has_its_bounds(text: str) -> None:
    with pytest.raises(BadUsage) as refused:
        duration(text)
    assert refused.value.code == "bad-duration"
