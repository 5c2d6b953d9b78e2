"""The questions workflow: one list of the questions that the text leaves to one group of offices."""

from temporalio import workflow

from workflows.item import ItemWorkflow

with workflow.unsafe.imports_passed_through():
    from models.items.questions import QUESTIONS, QuestionsState


@workflow.defn(name="questions")
class QuestionsWorkflow(ItemWorkflow[QuestionsState]):
    """The letter asks these questions. The list ends when the sides have settled all of them by consent."""

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
        """The state of the item. The command line's dry run decides on it."""
        return self.state
