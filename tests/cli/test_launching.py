"""What is refused before a plan is launched."""

import pytest

from cli.errors import Refused
from cli.launching import LARGEST_LAUNCH, launch_at
from tests.support.builders import START, obligation, plan_of


def test_a_plan_that_fits_into_no_workflow_is_refused_before_its_launch() -> None:
    many = [obligation(f"m{n}", evidence="x" * 3_900) for n in range(150)]
    launch_at(plan_of(*many), START, START, None)
    more = [obligation(f"n{n}", evidence="x" * 3_900) for n in range(50)]
    with pytest.raises(Refused, match=f"at most {LARGEST_LAUNCH:,} fit into a workflow; write a part") as refused:
        launch_at(plan_of(*many, *more), START, START, None)
    assert refused.value.code == "too-large"
