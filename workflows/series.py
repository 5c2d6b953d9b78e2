"""The series workflow: opens one session per window, or when one is called, and turns the host."""

from temporalio import workflow

from workflows.item import ItemWorkflow

with workflow.unsafe.imports_passed_through():
    from models.items.series import SERIES, SESSIONS_PER_RUN
    from models.items.series_state import SeriesState


@workflow.defn(name="series")
class SeriesWorkflow(ItemWorkflow[SeriesState]):
    """One recurring meeting, or whatever each of several windows asks for anew."""

    machine = SERIES

    @workflow.init
    def __init__(self, state: SeriesState) -> None:
        super().__init__(state)

    @workflow.run
    async def run(self, state: SeriesState) -> None:
        await self.live()

    @workflow.query
    def state_now(self) -> SeriesState:
        """The state itself, for the command line's dry run."""
        return self.state

    def is_long(self) -> bool:
        """A few sessions a run: history does not grow with the number of sessions."""
        return self._opened >= SESSIONS_PER_RUN or super().is_long()

    async def _wait(self) -> None:
        """Until the next session opens, a round asks, or something is told; at once where that has come meanwhile."""
        moment = self.machine.next_moment(self.state)
        if self._effects or (moment is not None and moment.at <= workflow.now()):
            return
        timeout = None if moment is None else (moment.at - workflow.now()).total_seconds()
        try:
            await workflow.wait_condition(
                lambda: bool(self._effects),
                timeout=timeout,
                timeout_summary=self.machine.sentence(self.state)[:200],
            )
        except TimeoutError:
            return
