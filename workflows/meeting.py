"""The meeting workflow: one session, one-off meeting, visit or seminar."""

from temporalio import workflow

from workflows.item import ItemWorkflow

with workflow.unsafe.imports_passed_through():
    from models.items.meeting import MEETING
    from models.items.meeting_state import MeetingState
    from models.messages import acts
    from models.messages.views import Receipt


@workflow.defn(name="meeting")
class MeetingWorkflow(ItemWorkflow[MeetingState]):
    """The workflow of one meeting. The sides agree on a date, are invited, mark the meeting as held, file the outcome
    and close it out.

    Each act is an Update, because its sender must learn whether the meeting took it and what is awaited next.
    """

    machine = MEETING

    @workflow.init
    def __init__(self, state: MeetingState) -> None:
        super().__init__(state)

    @workflow.run
    async def run(self, state: MeetingState) -> str:
        await self.live()
        return self.machine.status_of(self.state)

    @workflow.query
    def state_now(self) -> MeetingState:
        """Returns the state of the meeting. The option `--dry-run` decides from it by the same function as the
        validators."""
        return self.state

    @workflow.update
    async def regret(self, act: acts.Regret) -> Receipt:
        return await self.take(act)

    @workflow.update
    async def held(self, act: acts.Held) -> Receipt:
        return await self.take(act)

    @workflow.update
    async def not_held(self, act: acts.NotHeld) -> Receipt:
        return await self.take(act)

    @workflow.update
    async def outcome(self, act: acts.Outcome) -> Receipt:
        return await self.take(act)

    @workflow.update
    async def reply(self, act: acts.Reply) -> Receipt:
        return await self.take(act)

    @reply.validator
    def check_reply(self, act: acts.Reply) -> None:
        self.check(act)

    @regret.validator
    def check_regret(self, act: acts.Regret) -> None:
        self.check(act)

    @held.validator
    def check_held(self, act: acts.Held) -> None:
        self.check(act)

    @not_held.validator
    def check_not_held(self, act: acts.NotHeld) -> None:
        self.check(act)

    @outcome.validator
    def check_outcome(self, act: acts.Outcome) -> None:
        self.check(act)
