"""Resolving a plan's windows: zone tables belong to machines, so it happens in an activity, once per launch."""

from temporalio import activity

from models.governance.launch import Launch
from models.plan.plan import Window
from models.plan.windows import resolve_windows


@activity.defn(name="windows")
async def windows(launch: Launch) -> dict[str, tuple[Window, ...]]:
    """The windows of each obligation, as instants."""
    return resolve_windows(launch.plan, launch.launched)
