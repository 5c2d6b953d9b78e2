"""Cuts text into words, in Latin, Lao, Khmer, Thai and other scripts, and finds known runs of words in it.

Every function takes linear time in the length of the text.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_MARKS = "\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u17b4-\u17d3\u17dd"
_LATIN = "0-9A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\u0300-\u036f"
_SIGNS = "\u2190-\u21ff\u2600-\u27bf\U0001f300-\U0001faff"
"""Arrows, ticks, crosses, hands and faces: a person who sends one says something."""
_WORD = re.compile(rf"[{_LATIN}]+|(?:(?![{_LATIN}])(?:[^\W_]|[{_MARKS}]))+|[{_SIGNS}]")
_ZERO_WIDTH = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\ufe0e\ufe0f]")


class Token(NamedTuple):
    """One word of a text."""

    word: str
    """The word without capitals. Words of Lao, Khmer and Thai are as long as their writer put no space into them."""
    start: int
    end: int


def cleaned(text: str) -> str:
    """Returns the text in the form that `tokens` expects: composed characters, without zero width characters."""
    return unicodedata.normalize("NFC", _ZERO_WIDTH.sub("", text))


def tokens(text: str) -> list[Token]:
    """Returns the words of a cleaned text, with their places in it."""
    return [Token(match[0].casefold(), match.start(), match.end()) for match in _WORD.finditer(text)]


def words_of(text: str) -> tuple[str, ...]:
    """Returns the words of any text."""
    return tuple(token.word for token in tokens(cleaned(text)))


class Phrases:
    """Runs of words that can be found in a text, the longest first."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._by_first: dict[str, set[tuple[str, ...]]] = {}
        for text in texts:
            if run := words_of(text):
                self._by_first.setdefault(run[0], set()).add(run)
        self._lengths = {
            first: sorted({len(run) for run in runs}, reverse=True) for first, runs in self._by_first.items()
        }

    def __contains__(self, run: Sequence[str]) -> bool:
        return bool(run) and tuple(run) in self._by_first.get(run[0], ())

    def at(self, words: Sequence[str], place: int) -> int:
        """Returns how many words of the longest phrase stand at a place. 0 if no phrase begins there."""
        runs = self._by_first.get(words[place], ())
        for length in self._lengths.get(words[place], ()):
            if tuple(words[place : place + length]) in runs:
                return length
        return 0


class Grams:
    """A text, as the set of all its runs of a few words. It finds the pieces of the text again in another text."""

    def __init__(self, texts: Iterable[str], size: int) -> None:
        self._size = size
        self._runs: set[tuple[str, ...]] = set()
        for text in texts:
            words = words_of(text)
            self._runs.update(words[n : n + size] for n in range(max(1, len(words) - size + 1)) if words)

    def covers(self, words: Sequence[str]) -> list[bool]:
        """Returns for each word whether it belongs to a run that the text has too."""
        covered = [False] * len(words)
        if 0 < len(words) < self._size:
            return [tuple(words) in self._runs] * len(words)
        for n in range(len(words) - self._size + 1):
            if tuple(words[n : n + self._size]) in self._runs:
                covered[n : n + self._size] = [True] * self._size
        return covered
