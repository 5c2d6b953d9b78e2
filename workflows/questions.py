"""The questions workflow: one list of questions that the program asks one group of offices to settle."""

from temporalio import workflow

from workflows.item import ItemWorkflow

with workflow.unsafe.imports_passed_through():
    from models.items.questions import QUESTIONS, QuestionsState


@workflow.defn(name="questions")
class QuestionsWorkflow(ItemWorkflow[QuestionsState]):
    """The workflow of one list of questions, which letters ask. It ends when the sides have settled every question by
    consent."""

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
        """Returns the state of the list. The option `--dry-run` of the commands decides from it."""
        return self.state
