"""Finds what a person wrote in a letter, above the mail that it answers.

This is only for people who read, and for links to items. What counts as words beside a button is compared with the
mails that we have sent (adapters/inbound/own_words.py), because a quote is not trusted there.
"""

import re

from adapters.inbound import client_phrases as phrases
from adapters.inbound.tokens import Phrases, cleaned, words_of

_SEPARATORS = Phrases(phrases.SEPARATORS.splitlines())
_WROTE = Phrases(phrases.WROTE.splitlines())
_HEADERS = frozenset(words_of(phrases.HEADERS)) | frozenset(words_of(phrases.SENT))
_LABEL = re.compile(r"[\s>*]*([^:：៖]{1,30}?)\s*\*?\s*[:：៖]")
_RULE = re.compile(r"\s*[-_*=–—]{3,}\s*")
_BELOW = 3
"""Within how many lines a second header must follow the first one."""


def unquoted(text: str) -> list[str]:
    """Returns the lines of a letter without the mail that it answers: without lines that begin with `>`, and without
    everything below the headers of a mail (From, Sent, Subject) or below "On such a day, somebody wrote:".

    If nothing is above these, the lines below them are kept: somebody may answer below a quote.
    """
    lines = cleaned(text).split("\n")
    end = next((n for n in range(len(lines)) if _begins_quote(lines, n)), len(lines))
    own = _own(lines[:end])
    return own if any(line.strip() for line in own) else _own(lines)


def _own(lines: list[str]) -> list[str]:
    kept: list[str] = []
    for line in lines:
        if not line.lstrip().startswith(">"):
            kept.append(line)
            continue
        while kept and not kept[-1].strip():
            kept.pop()
        if kept and kept[-1].rstrip().endswith((":", "៖")):
            kept.pop()
    while kept and (not kept[-1].strip() or _RULE.fullmatch(kept[-1])):
        kept.pop()
    return kept


def _begins_quote(lines: list[str], n: int) -> bool:
    words = words_of(lines[n][:300])
    if not words:
        return False
    if len(words) <= 4 and ("--" in lines[n] or "__" in lines[n]) and words in _SEPARATORS:
        return True
    if _is_header(lines[n]):
        shown = [line for line in lines[n + 1 : n + 1 + 2 * _BELOW] if line.strip()][:_BELOW]
        return any(map(_is_header, shown))
    if not lines[n].rstrip().endswith((":", "：", "៖")) or not any(map(str.isdigit, words)):
        return False
    # Below a quote that is marked with `>`, the person may go on writing.
    after = next((lines[m] for m in range(n + 1, len(lines)) if lines[m].strip()), "")
    return not after.lstrip().startswith(">") and any(_WROTE.at(words, place) for place in range(len(words)))


def _is_header(line: str) -> bool:
    match = _LABEL.match(line)
    return match is not None and bool(found := words_of(match[1])) and _HEADERS.issuperset(found)
