"""Finds the known names that are most like a name that does not exist."""

from collections.abc import Iterable
from difflib import get_close_matches

MOST = 3


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Returns at most three of the known names. Names that are spelled much like `name` come first, and names that
    contain it follow, shortest first. Empty if no known name is like it."""
    names = sorted(set(known))
    wanted = name.casefold()
    holding = [each for each in names if len(wanted) > 1 and wanted in each.casefold()]
    alike = get_close_matches(wanted, [each.casefold() for each in names], n=MOST, cutoff=0.6)
    by_folded = {each.casefold(): each for each in names}
    found = dict.fromkeys((*(by_folded[each] for each in alike), *sorted(holding, key=len)))
    return list(found)[:MOST]


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """The question "did you mean A, B or C?", or `otherwise` if no name is near."""
    found = nearest(name, known)
    if not found:
        return otherwise
    *some, last = found
    return f"did you mean {', '.join(some)} or {last}?" if some else f"did you mean {last}?"
