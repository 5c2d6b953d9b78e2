"""`python -m simulation`: lives many seeded lives of a plan, and judges each."""

import argparse
import json
import sys

from simulation.campaign import Bounds, campaign, failure, live
from simulation.story import Cut, story_of


def main() -> int:
    """Runs the command. Returns 1 if an invariant did not hold."""
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("--lives", type=int, default=20, help="how many lives (default 20)")
    parser.add_argument("--seed", type=int, default=1, help="the seed of the first life; the others follow it")
    parser.add_argument("--seconds", type=float, default=1e9, help="stop after so many seconds of the processor")
    parser.add_argument("--shrink", type=float, default=60.0, help="seconds for making each failing life smaller")
    parser.add_argument("--whole", action="store_true", help="one life only, with an obligation of every kind")
    parser.add_argument("--cut", default="", help="one life only, as small as the shrinker left it (JSON)")
    parser.add_argument("--first", action="store_true", help="stop at the first life that fails, and shrink nothing")
    asked = parser.parse_args()
    if asked.cut or asked.whole:
        story = story_of(asked.seed, whole=asked.whole)
        if asked.cut:
            fields = json.loads(asked.cut)
            cut = Cut(
                faults=tuple(fields["faults"]),
                obligations=tuple(fields["obligations"]),
                days=int(fields["days"]),
                muted=tuple(fields.get("muted", ())),
            )
            story = story.cut(cut)
        _, found = live(story)
        print(failure(story, found, 0.0) if found else f"seed {asked.seed}: every invariant holds")
        return bool(found)
    shrinking = 0.0 if asked.first else asked.shrink
    bounds = Bounds(asked.lives, asked.seconds, shrinking, first_only=asked.first)
    tally = campaign(asked.seed, bounds, lambda text: print(text, flush=True))
    print(tally.text())
    return bool(tally.failed)


if __name__ == "__main__":
    sys.exit(main())
