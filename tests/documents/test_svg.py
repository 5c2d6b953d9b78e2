"""Texts in a drawing: how wide they are, and how they are shortened."""

import re

import pytest

from documents import svg
from tests.support.reports import KHMER, LAO


@pytest.mark.parametrize("words", [LAO * 3, KHMER * 3])
def test_a_shortened_word_keeps_its_letters_whole(words: str) -> None:
    for width in range(2, 60):
        kept = svg.shorten(words, width, 3.4).removesuffix("…")
        rest = words[len(kept) :].lstrip(" -")
        assert words.startswith(kept)
        assert not re.match(r"[\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u17b4-\u17d3]", rest) and not kept.endswith("\u17d2")
