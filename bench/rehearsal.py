"""`make bench-rehearsal`: measures how the cost of a rehearsal grows with the number of plans.

It rehearses 1, 10 and 100 plans over five years, without any answer. It prints the cost of one plan in each run, as a
ratio to the cost of a single plan. With linear growth the ratio is 1.
"""

import gc
import time
from datetime import UTC, datetime, timedelta

from adapters.program_folders import DEFAULT_PLAN_FILE
from adapters.working_time import rehearsed_hours
from cli.files.plan_file import load_plan
from models.common.zones import zone
from models.governance.launch import Launch
from models.plan.plan import Plan
from models.plan.windows import clock_of, end_of_validity
from models.rehearsal.world import World

SIZES = (1, 10, 100)


def launch_of(plan: Plan, name: str) -> Launch:
    assert plan.valid_from is not None
    start = datetime.combine(plan.valid_from, datetime.min.time(), tzinfo=zone(plan.zone)).astimezone(UTC)
    return Launch(
        plan=plan.model_copy(update={"plan": name}),
        launched=start,
        as_of=start,
        valid_until=end_of_validity(plan),
        clock=clock_of(plan, start),
    )


def cost(plan: Plan, size: int) -> tuple[float, World]:
    """The seconds of process time for a rehearsal of `size` plans, and its result."""
    gc.collect()
    begun = time.process_time()
    end = end_of_validity(plan)
    assert end is not None
    world = World(launch_of(plan, "plan-1"), hours=rehearsed_hours(None, end + timedelta(days=1)))
    for n in range(2, size + 1):
        world.add(launch_of(plan, f"plan-{n}"))
    world.run(end + timedelta(days=1))
    return time.process_time() - begun, world


def main() -> None:
    plan = load_plan(DEFAULT_PLAN_FILE)
    cost(plan, 1)  # warm
    obligations = sum(1 for _ in plan.obligations())
    alone = 0.0
    for size in SIZES:
        seconds, world = cost(plan, size)
        each = seconds / size
        alone = alone or each
        print(
            f"{size:>4} plans, {size * obligations:>6} obligations: {len(world.notices):>7} notices, "
            f"{len(world.letters):>8} mails; a plan costs {each / alone:.2f} of one alone"
        )


if __name__ == "__main__":
    main()
