"""The shrinker keeps what makes a story fail, and takes the rest away."""

from simulation.faults import Fault
from simulation.shrink import shrink
from simulation.story import Story, story_of


def story() -> Story:
    small = story_of(8)
    faults = tuple(Fault("crash", at * 1000.0) for at in range(9))
    return Story(**{**vars(small), "faults": faults})


def test_what_does_not_matter_goes() -> None:
    culprit = story().faults[5]

    def fails(small: Story) -> int:
        return 8 if culprit in small.faults and small.days >= 100 and 3 not in small.muted else 0

    cut, tried = shrink(story(), fails, 30.0)
    assert cut.faults == (5,)
    assert 100 <= cut.days < 140
    assert cut.muted == (1, 2, 4, 5, 6, 7)
    assert tried > 5


def test_it_stops_in_time() -> None:
    cut, tried = shrink(story(), lambda small: 1, 0.0)
    assert tried == 0
    assert len(cut.faults) == 9
