"""The commitment workflow: one item that ends with evidence, for example an instrument, a deliverable or an
exchange."""

from temporalio import workflow

from workflows.item import ItemWorkflow

with workflow.unsafe.imports_passed_through():
    from models.items.commitment import COMMITMENT, CommitmentState


@workflow.defn(name="commitment")
class CommitmentWorkflow(ItemWorkflow[CommitmentState]):
    """The workflow of one commitment. The commitment becomes due, a side gives evidence, and the commitment is closed
    by silence or by an office."""

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
        """Returns the state of the commitment. The option `--dry-run` of the commands decides from it."""
        return self.state
