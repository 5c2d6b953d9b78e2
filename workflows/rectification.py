"""The rectification workflow: the sides of a closed item consent to put its record right."""

from temporalio import workflow

from workflows.item import ItemWorkflow

with workflow.unsafe.imports_passed_through():
    from models.items.rectification import RECTIFICATION, RectificationState


@workflow.defn(name="rectification")
class RectificationWorkflow(ItemWorkflow[RectificationState]):
    """The workflow of one rectification. It ends when every side has consented, a side has rejected it, or its time has
    ended."""

    machine = RECTIFICATION

    @workflow.init
    def __init__(self, state: RectificationState) -> None:
        super().__init__(state)

    @workflow.run
    async def run(self, state: RectificationState) -> str:
        await self.live()
        return self.machine.status_of(self.state)

    @workflow.query
    def state_now(self) -> RectificationState:
        """Returns the state of the rectification. The option `--dry-run` of the commands decides from it."""
        return self.state
