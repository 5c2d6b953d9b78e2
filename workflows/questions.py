"""The questions workflow: what the text leaves to one group of offices to settle."""

from temporalio import workflow

from workflows.item import ItemWorkflow

with workflow.unsafe.imports_passed_through():
    from models.items.questions import QUESTIONS, QuestionsState


@workflow.defn(name="questions")
class QuestionsWorkflow(ItemWorkflow[QuestionsState]):
    """Asked once, in the letter; ends when everything is settled by consent."""

    machine = QUESTIONS

    @workflow.init
    def __init__(self, state: QuestionsState) -> None:
        super().__init__(state)

    @workflow.run
    async def run(self, state: QuestionsState) -> str:
        await self.live()
        return self.machine.status_of(self.state)

    @workflow.query
    def state_now(self) -> QuestionsState:
        """The state itself, for the command line's dry run."""
        return self.state
