"""Gets the plan that is in force now, or that was in force on a past day."""

import asyncio
from datetime import timedelta
from pathlib import Path

from cli.arguments import in_zone, wall_time
from cli.asking import plan_state_of
from cli.session import session
from models.governance.amended_plan import plan_as_of
from models.plan.plan import Plan


def plan_in_force(as_of: str | None, data: Path, plan: str | None) -> Plan:
    """Returns the plan with its amendments and settled answers, as it was at the end of the day `as_of`.

    `as_of` may also be a wall time in the plan's zone. None means now. `plan` is None if the plan is clear without its
    id. Raises BadUsage for a faulty day, and NoServer if Temporal or a worker does not answer.
    """
    return asyncio.run(_plan_in_force(as_of, data, plan))


async def _plan_in_force(as_of: str | None, data: Path, plan: str | None) -> Plan:
    async with session(data, plan) as here:
        state = await plan_state_of(here)
    if as_of is None:
        return state.plan
    moment = wall_time(as_of, "--as-of", day=True)
    whole_day = timedelta(days=1) if "T" not in as_of else timedelta(0)
    at = in_zone(moment + whole_day, state.plan.zone, "--as-of").utc
    return plan_as_of(state.plan, state.amendments, at, state.settlements)
