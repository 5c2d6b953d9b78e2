"""The activity `windows`: turns the windows of a plan into instants. No workflow does this itself, because the tables
of time zones differ between machines."""

from temporalio import activity

from models.governance.launch import Launch
from models.plan.plan import Window
from models.plan.windows import resolve_windows


@activity.defn(name="windows")
async def windows(launch: Launch) -> dict[str, tuple[Window, ...]]:
    """Return, for each obligation of the plan, its windows as instants."""
    return resolve_windows(launch.plan, launch.launched)
