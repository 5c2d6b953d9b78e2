"""The commitment workflow: one instrument, deliverable or exchange."""

from temporalio import workflow

from workflows.item import ItemWorkflow

with workflow.unsafe.imports_passed_through():
    from models.items.commitment import COMMITMENT, CommitmentState


@workflow.defn(name="commitment")
class CommitmentWorkflow(ItemWorkflow[CommitmentState]):
    """A commitment becomes due, a side gives evidence, a side closes it out."""

    machine = COMMITMENT

    @workflow.init
    def __init__(self, state: CommitmentState) -> None:
        super().__init__(state)

    @workflow.run
    async def run(self, state: CommitmentState) -> str:
        await self.live()
        return self.machine.status_of(self.state)

    @workflow.query
    def state_now(self) -> CommitmentState:
        """The state of the item. The command line's dry run decides on it."""
        return self.state
