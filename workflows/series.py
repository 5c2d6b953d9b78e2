"""The series workflow. It opens a session for each window or each call, and decides whose turn it is to host."""

from temporalio import workflow

from workflows.item import ItemWorkflow

with workflow.unsafe.imports_passed_through():
    from models.items.series import SERIES, SESSIONS_PER_RUN
    from models.items.series_state import SeriesState


@workflow.defn(name="series")
class SeriesWorkflow(ItemWorkflow[SeriesState]):
    """The workflow of one recurring meeting, or of one commitment that is due again in each of several windows."""

    machine = SERIES

    @workflow.init
    def __init__(self, state: SeriesState) -> None:
        super().__init__(state)

    @workflow.run
    async def run(self, state: SeriesState) -> None:
        await self.live()

    @workflow.query
    def state_now(self) -> SeriesState:
        """Returns the state of the series. The option `--dry-run` of the commands decides from it."""
        return self.state

    def is_long(self) -> bool:
        """Whether a new run should continue the series, because this run has opened many sessions or its history is
        long."""
        return self._opened >= SESSIONS_PER_RUN or super().is_long()

    async def _wait(self) -> None:
        """Waits until the series next moves by itself, or until a message causes effects. It returns at once if one of
        these is due already."""
        moment = self.machine.next_moment(self.state)
        if self._stirred or (moment is not None and moment.at <= workflow.now()):
            return
        timeout = None if moment is None else (moment.at - workflow.now()).total_seconds()
        try:
            await workflow.wait_condition(
                lambda: self._stirred,
                timeout=timeout,
                timeout_summary=self.machine.sentence(self.state)[:200],
            )
        except TimeoutError:
            return
