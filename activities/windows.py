"""The activity `windows`: turns the windows of a plan into instants. Zone tables differ between machines, so no
workflow does it."""

from temporalio import activity

from models.governance.launch import Launch
from models.plan.plan import Window
from models.plan.windows import resolve_windows


@activity.defn(name="windows")
async def windows(launch: Launch) -> dict[str, tuple[Window, ...]]:
    """The windows of the plan as instants, by obligation."""
    return resolve_windows(launch.plan, launch.launched)
