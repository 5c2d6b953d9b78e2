"""The commitment workflow: one instrument, deliverable or exchange."""

from temporalio import workflow

from workflows.item import ItemWorkflow

with workflow.unsafe.imports_passed_through():
    from models.items.commitment import COMMITMENT, CommitmentState


@workflow.defn(name="commitment")
class CommitmentWorkflow(ItemWorkflow[CommitmentState]):
    """Due, evidence, close."""

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
        """The state itself, for the command line's dry run."""
        return self.state
