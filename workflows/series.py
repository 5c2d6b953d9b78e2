"""The series workflow: opens one session per window, turns the host, continues-as-new per session."""

from temporalio import workflow

from workflows.starting import EFFECT_RETRY, EFFECT_TIMEOUT, signal_if_there, start_abandoned
from workflows.visibility import MEMO_ROW, show

with workflow.unsafe.imports_passed_through():
    from models import series
    from models.details import series_details
    from models.effects import SessionReport
    from models.meeting import MEETING, MeetingState
    from models.opening import unknown_entries
    from models.record import RecordEntries
    from models.series import SeriesState
    from models.views import ItemRow, ItemView, LedgerEntry


@workflow.defn(name="series")
class SeriesWorkflow:
    """One recurring meeting."""

    @workflow.init
    def __init__(self, state: SeriesState) -> None:
        self.state = state
        self._shown: ItemRow = series.row(state)
        self._recorded = state.entries
        self._renew = False

    @workflow.run
    async def run(self, state: SeriesState) -> None:
        while not (self.state.exhausted and not self.state.open_sessions):
            at = series.opens_at(self.state)
            if at is not None and at <= workflow.now():
                self._renew = await self._open()
            await self._flush()
            if self._renew and self._recorded == self.state.entries:
                # A session a run: history does not grow with the number of sessions.
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(self.state, memo={MEMO_ROW: series.row(self.state)})
            if at is None or at > workflow.now():
                await self._wait()
        self.state = series.entered(self.state, workflow.now(), "closed", "the last session is closed out")
        await self._flush()
        report = SessionReport(session="", item=self.state.template.id, status="closed", closed=True)
        await signal_if_there(self.state.template.parent, "learn", report)

    @workflow.signal
    def learn(self, report: SessionReport) -> None:
        """A session tells its host, or its end."""
        self.state = series.learn(self.state, report, workflow.now())

    @workflow.query
    def view(self) -> ItemView:
        return series.view(self.state)

    async def _open(self) -> bool:
        opening = series.open_next(self.state)
        if opening.unknown:
            await self._record(opening.state.setup.id, unknown_entries(opening.state, workflow.now()))
        else:
            await start_meeting(opening.state)
        self.state = series.opened(self.state, opening, workflow.now())
        return not opening.unknown

    async def _wait(self) -> None:
        """Until the next session opens or a session reports; at once where one has reported meanwhile."""
        at = series.opens_at(self.state)
        timeout = None if at is None else max((at - workflow.now()).total_seconds(), 0.0)
        try:
            await workflow.wait_condition(
                lambda: self.state.entries != self._recorded,
                timeout=timeout,
                timeout_summary=series.sentence(self.state)[:200],
            )
        except TimeoutError:
            return

    async def _flush(self) -> None:
        """Shows and records what is new."""
        workflow.set_current_details(series_details(self.state))
        row = series.row(self.state)
        show(row, self._shown)
        self._shown = row
        fresh = tuple(entry for entry in self.state.ledger if entry.n > self._recorded)
        if fresh:
            self._recorded = fresh[-1].n
            await self._record(self.state.template.id, fresh)

    async def _record(self, item: str, entries: tuple[LedgerEntry, ...]) -> None:
        lines = tuple(entry.model_dump(mode="json") for entry in entries)
        await workflow.execute_activity(
            "enter",
            RecordEntries(plan=self.state.template.plan, item=item, lines=lines),
            start_to_close_timeout=EFFECT_TIMEOUT,
            retry_policy=EFFECT_RETRY,
            summary=f"record: {entries[-1].text}"[:200],
        )


async def start_meeting(state: MeetingState) -> bool:
    """Starts the workflow of one meeting, with the words that the operator reads."""
    setup = state.setup
    details = f"{setup.plan_title}, provision {setup.ref}.\n\nOffices: " + ", ".join(
        f"{party.coordinator.title} ({party.side})" for party in setup.parties
    )
    return await start_abandoned(
        "meeting",
        state,
        plan=setup.plan,
        row=MEETING.row(state),
        summary=f"{setup.ref} {setup.title}",
        details=details,
    )
