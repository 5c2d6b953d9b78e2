"""The faults of a life: data that one seed makes, and that the shrinker takes away one by one."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

CRASHES = ("crash-before", "crash-after")
EFFECTS = ("mail", "write", "sync", "rename", "calendar")
"""The effects between which a process can die: the relay takes a mail; a file is written, made durable or renamed; a
calendar object is written."""

SPANS = {
    "relay-down": 3 * 86400.0,
    "relay-4xx": 2 * 86400.0,
    "relay-hangs": 6 * 3600.0,
    "calendar-down": 5 * 86400.0,
    "disk-full": 2 * 86400.0,
    "mailbox-gone": 4 * 3600.0,
    "contacts-broken": 2 * 86400.0,
    "signals-slow": 86400.0,
    "clock-behind": 5 * 86400.0,
    "office-closed": 10 * 86400.0,
    "stand-in": 14 * 86400.0,
    "wrong-address": 40 * 86400.0,
}
"""Faults that last, each with its longest length in seconds."""

MAIL_FAULTS = (
    *("refused-4xx-mail", "refused-4xx-rcpt", "refused-4xx-data", "refused-5xx-rcpt", "refused-5xx-data"),
    *("dropped-before-answer", "dropped-after-answer", "lost", "doubled", "delayed", "bounced"),
)
"""What can happen to the n-th mail."""

POINTS = ("crash", "evict", "task-lost", "activity-lost", "task-slow", "calendar-answer-lost", "torn-write")
"""Faults at an instant, or at the n-th of something."""


@dataclass(frozen=True)
class Fault:
    """One fault. `at` is in seconds since the start of the life, or the ordinal of what it meets."""

    kind: str
    at: float
    length: float = 0.0
    what: str = ""

    @property
    def lasts(self) -> bool:
        return self.kind in SPANS


def faults_of(chance: random.Random, seconds: float, number: int) -> tuple[Fault, ...]:
    """Returns so many faults for a life of this many seconds."""
    return tuple(sorted((_fault(chance, seconds) for _ in range(number)), key=lambda each: (each.kind, each.at)))


def _fault(chance: random.Random, seconds: float) -> Fault:
    roll = chance.random()
    if roll < 0.3:
        kind = chance.choice(sorted(SPANS))
        length = SPANS[kind] * chance.uniform(0.02, 1.0)
        return Fault(kind, round(chance.uniform(0, 0.85 * seconds)), round(length), str(chance.randrange(1000)))
    if roll < 0.5:
        return Fault(chance.choice(CRASHES), chance.randint(1, 40), 0.0, chance.choice(EFFECTS))
    if roll < 0.75:
        return Fault(chance.choice(MAIL_FAULTS), chance.randint(1, 40), chance.uniform(60, 5 * 86400))
    kind = chance.choice(POINTS)
    if kind in ("crash", "evict"):
        return Fault(kind, round(chance.uniform(0, 0.9 * seconds)), round(chance.uniform(1, 3600)))
    return Fault(kind, chance.randint(1, 60), round(chance.uniform(1, 30)))


class Trouble:
    """The faults of one life while it runs."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.injected: Counter[str] = Counter()
        """How often each kind of fault has really happened."""
        self._spans = [each for each in faults if each.lasts]
        self._ordinal = {(each.kind, each.what if each.kind in CRASHES else "", int(each.at)): each for each in faults}
        self._count: Counter[str] = Counter()
        self._begun: set[Fault] = set()

    def during(self, kind: str, seconds: float) -> Fault | None:
        """Returns the fault of this kind that lasts at this time of the life. None if there is none."""
        for each in self._spans:
            if each.kind == kind and each.at <= seconds < each.at + each.length:
                if each not in self._begun:
                    self._begun.add(each)
                    self.injected[kind] += 1
                return each
        return None

    def number(self, of: str) -> int:
        """Counts one more of something, and returns its ordinal."""
        self._count[of] += 1
        return self._count[of]

    def meets(self, kind: str, ordinal: int, effect: str = "") -> Fault | None:
        """Returns the fault of this kind that meets the n-th of something. None if there is none."""
        found = self._ordinal.get((kind, effect, ordinal))
        if found is not None and not found.lasts:
            self.injected[kind] += 1
            return found
        return None
