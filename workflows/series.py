"""The series workflow: opens a session for each window or each call, and decides whose turn it is to host."""

from temporalio import workflow

from workflows.item import ItemWorkflow

with workflow.unsafe.imports_passed_through():
    from models.items.series import SERIES, SESSIONS_PER_RUN
    from models.items.series_state import SeriesState


@workflow.defn(name="series")
class SeriesWorkflow(ItemWorkflow[SeriesState]):
    """One recurring meeting, or one commitment that is due again in each of several windows."""

    machine = SERIES

    @workflow.init
    def __init__(self, state: SeriesState) -> None:
        super().__init__(state)

    @workflow.run
    async def run(self, state: SeriesState) -> None:
        await self.live()

    @workflow.query
    def state_now(self) -> SeriesState:
        """The state of the item. The command line's dry run decides on it."""
        return self.state

    def is_long(self) -> bool:
        """Whether this run has opened enough sessions, so that the history does not grow with their number."""
        return self._opened >= SESSIONS_PER_RUN or super().is_long()

    async def _wait(self) -> None:
        """Waits until the next session opens, a round asks, or a message comes; not at all if that is due already."""
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
