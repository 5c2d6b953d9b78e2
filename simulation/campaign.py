"""Lives many stories, and adds up what came of them."""

import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from simulation.auditor.evidence import Violation
from simulation.auditor.judge import judge
from simulation.life import Lived, lived
from simulation.shrink import shrink
from simulation.story import Story, story_of

WHOLE_EVERY = 50
"""One life in so many has an obligation of every kind."""


@dataclass
class Tally:
    """The sum of many lives."""

    lives: int = 0
    years: float = 0.0
    """Plan-years: the sum of the lengths of the lives, each with one plan."""
    mails: int = 0
    acts: int = 0
    activations: int = 0
    replayed: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    violations: Counter[str] = field(default_factory=Counter)
    failed: list[int] = field(default_factory=list)
    """The seeds of the lives with violations."""
    seconds: float = 0.0
    """Seconds of the processor."""

    def add(self, life: Lived, found: list[Violation]) -> None:
        """Adds one life."""
        self.lives += 1
        self.years += life.story.years
        self.mails += life.mails
        self.acts += len(life.evidence.acts) + len(life.evidence.answers)
        self.activations += life.activations
        self.replayed += life.replayed
        self.faults += life.injected
        self.violations += Counter(each.rule for each in found)
        if found:
            self.failed.append(life.story.seed)

    def text(self) -> str:
        """Returns the sum in words."""
        faults = ", ".join(f"{kind} {number}" for kind, number in sorted(self.faults.items())) or "none"
        broken = ", ".join(f"{rule} {number}" for rule, number in sorted(self.violations.items())) or "none"
        a_minute = self.years / self.seconds * 60 if self.seconds else 0.0
        bound = (
            f"no failure in {self.lives} lives: with 95 % confidence fewer than {3 / self.lives:.2g} of all lives fail"
            if not self.failed and self.lives
            else f"{len(self.failed)} of {self.lives} lives failed, so no bound is proven"
        )
        return "\n".join(
            (
                f"lives {self.lives}, plan-years {self.years:.1f}, acts {self.acts}, mails {self.mails}",
                f"workflow tasks {self.activations}, and {self.replayed} again in replays",
                f"faults {self.faults.total()}: {faults}",
                f"violations: {broken}",
                bound,
                f"{self.seconds:.0f} s of the processor, {a_minute:.1f} plan-years a minute of one core",
            )
        )


def live(story: Story) -> tuple[Lived, list[Violation]]:
    """Lives one story, and judges it."""
    with lived(story) as life:
        return life, judge(life.evidence)


@dataclass(frozen=True)
class Bounds:
    """How much a campaign does at most."""

    lives: int
    seconds: float
    """Seconds of the processor, without the shrinking."""
    shrinking: float
    """Seconds for making each failing life smaller. 0: failing lives are only named."""
    first_only: bool = False
    """Whether the campaign ends with the first life that fails."""


def campaign(seed: int, bounds: Bounds, say: Callable[[str], None]) -> Tally:
    """Lives stories from this seed on. Says each failure, with the smallest story that was found."""
    tally = Tally()
    for number in range(bounds.lives):
        if tally.seconds > bounds.seconds:
            break
        began = time.process_time()
        story = story_of(seed + number, whole=number % WHOLE_EVERY == WHOLE_EVERY - 1)
        life, found = live(story)
        tally.add(life, found)
        tally.seconds += time.process_time() - began
        if found:
            say(failure(story, found, bounds.shrinking))
            if bounds.first_only:
                break
    return tally


def failure(story: Story, found: list[Violation], seconds: float) -> str:
    """Returns the words about one failing life: its seed, the commit, what is violated, and a smaller story."""
    rules = sorted({each.rule for each in found})
    lines = [f"seed {story.seed} at commit {commit()}: {', '.join(rules)}"]
    lines += [f"  {each.rule} {each.what}" for each in found[:8]]
    if seconds > 0:
        rule = rules[0]
        cut, tried = shrink(story, lambda each: _fails(each, rule), seconds)
        small, whole = story.cut(cut), " --whole" if story.whole else ""
        lines.append(f"  smaller, after {tried} lives: --seed {story.seed}{whole} --cut '{json.dumps(asdict(cut))}'")
        lines += [f"    {fault.kind} {fault.what} at {fault.at:.0f} for {fault.length:.0f}" for fault in small.faults]
    return "\n".join(lines)


def _fails(story: Story, rule: str) -> int:
    life, found = live(story)
    acts = len(life.evidence.acts) + len(life.evidence.answers) + len(story.muted)
    return acts + 1 if any(each.rule == rule for each in found) else 0


def commit() -> str:
    """Returns the commit of the working tree, with a plus sign if files differ from it. "unknown" without git."""
    here = Path(__file__).parent
    try:
        head = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
            cwd=here,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return head.stdout.strip()
