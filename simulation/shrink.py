"""Makes a failing story smaller: fewer faults, fewer obligations, a shorter life, fewer acts, as long as the same
invariant fails."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from simulation.story import Cut, Story, uncut

Fails = Callable[[Story], int]
"""A function that lives a story. It returns 0 if the invariant holds, or else one more than the number of acts."""


def shrink(story: Story, fails: Fails, seconds: float) -> tuple[Cut, int]:
    """Returns the smallest cut that still fails, and the number of lives that it took to find it.

    It stops after so many seconds of the processor. `story` must fail.
    """
    end = time.process_time() + seconds
    best, tried, acts = uncut(story), 0, 0
    again = True
    while again:
        again = False
        for cut in _smaller(best, acts):
            if time.process_time() >= end:
                return best, tried
            tried += 1
            found = fails(story.cut(cut))
            if found:
                best, acts, again = cut, found - 1, True
                break
    return best, tried


def _smaller(cut: Cut, acts: int) -> Iterator[Cut]:
    """Smaller cuts, the boldest first."""
    for faults in _parts(cut.faults):
        yield replace(cut, faults=faults)
    for obligations in _parts(cut.obligations):
        if obligations:
            yield replace(cut, obligations=obligations)
    for share in (0.5, 0.75, 0.9):
        yield replace(cut, days=int(cut.days * share))
    left = tuple(n for n in range(1, acts + 1) if n not in cut.muted)
    for kept in _parts(left):
        yield replace(cut, muted=tuple(sorted({*cut.muted, *left} - {*kept})))


def _parts(numbers: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Nothing, each half, and then everything but one."""
    if not numbers:
        return
    yield ()
    half = len(numbers) // 2
    if half:
        yield numbers[:half]
        yield numbers[half:]
    if len(numbers) > 2:
        for n in range(len(numbers)):
            yield numbers[:n] + numbers[n + 1 :]
