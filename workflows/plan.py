"""The plan workflow: launches everything that follows the plan, and keeps what is in force."""

from typing import Any

from temporalio import workflow

from workflows.series import start_meeting
from workflows.starting import EFFECT_RETRY, EFFECT_TIMEOUT, start_abandoned, start_post_room
from workflows.visibility import show

with workflow.unsafe.imports_passed_through():
    from models import series
    from models.commitment import COMMITMENT, CommitmentState
    from models.effects import SessionReport
    from models.item import ItemState
    from models.opening import Launch, Openings, openings, unknown_entries
    from models.plan import Plan, Window
    from models.record import RecordEntries
    from models.series import SeriesState
    from models.views import ItemRow, LedgerEntry


@workflow.defn(name="plan")
class PlanWorkflow:
    """One signed plan: launched once; amended by consent only; it expires with its validity."""

    @workflow.init
    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        self._launched = False
        self._closed: list[str] = []

    @workflow.run
    async def run(self, launch: Launch) -> None:
        self._show("launching")
        await self._start_everything()
        self._launched = True
        self._show("in-force")
        if launch.valid_until is None:
            await workflow.wait_condition(lambda: False)
        elif launch.valid_until > workflow.now():
            await workflow.sleep(
                launch.valid_until - workflow.now(),
                summary=f"{launch.plan.short}: valid until {launch.clock.day(launch.valid_until)}",
            )
        self._show("expired")
        await self._record(launch.plan.plan, (self._entry(2, "expired", "the validity of the plan has ended"),))

    @workflow.query
    def in_force(self) -> Plan:
        """The plan as it is in force."""
        return self._launch.plan

    @workflow.query
    def launched(self) -> bool:
        """Whether everything is started."""
        return self._launched

    @workflow.signal
    def learn(self, report: SessionReport) -> None:
        """An item or a series tells its end."""
        if report.closed and report.item not in self._closed:
            self._closed.append(report.item)

    async def _start_everything(self) -> None:
        launch = self._launch
        windows: dict[str, tuple[Window, ...]] = await workflow.execute_activity(
            "windows",
            launch,
            result_type=dict[str, tuple[Window, ...]],
            start_to_close_timeout=EFFECT_TIMEOUT,
            retry_policy=EFFECT_RETRY,
            summary="resolve the windows in the plan's zone",
        )
        opening = openings(launch, windows)
        # Post rooms before items: an item should find them there.
        for address in opening.post_rooms:
            await start_post_room(address)
        await self._start_items(opening)
        for item in opening.unknown:
            await self._enter_unknown(item)
        text = f"{launch.plan.title} launched as of {launch.clock.moment(launch.as_of)}"
        await self._record(launch.plan.plan, (self._entry(1, "launched", text, valid_until=str(launch.valid_until)),))

    async def _start_items(self, opening: Openings) -> None:
        for state in opening.series:
            await self._start_series(state)
        for meeting in opening.meetings:
            await start_meeting(meeting)
        for commitment in opening.commitments:
            await self._start_commitment(commitment)

    async def _start_series(self, state: SeriesState) -> None:
        template = state.template
        await start_abandoned(
            "series",
            state,
            plan=template.plan,
            row=series.row(state),
            summary=f"{template.ref} {template.title}: series",
            details=f"{template.plan_title}, provision {template.ref}. Opens one session per window.",
        )

    async def _start_commitment(self, state: CommitmentState) -> None:
        setup = state.setup
        await start_abandoned(
            "commitment",
            state,
            plan=setup.plan,
            row=COMMITMENT.row(state),
            summary=f"{setup.ref} {setup.title}",
            details=f"{setup.plan_title}, provision {setup.ref}. Closed by: {setup.evidence_wanted or 'evidence'}.",
        )

    async def _enter_unknown(self, item: ItemState) -> None:
        entries = unknown_entries(item, workflow.now())
        await self._record(item.setup.id, entries)

    def _entry(self, number: int, verb: str, text: str, **data: Any) -> LedgerEntry:
        return LedgerEntry(n=number, at=workflow.now(), verb=verb, text=text, data=data)

    async def _record(self, item: str, entries: tuple[LedgerEntry, ...]) -> None:
        await workflow.execute_activity(
            "enter",
            RecordEntries(
                plan=self._launch.plan.plan, item=item, lines=tuple(entry.model_dump(mode="json") for entry in entries)
            ),
            start_to_close_timeout=EFFECT_TIMEOUT,
            retry_policy=EFFECT_RETRY,
            summary=f"record: {entries[-1].text}"[:200],
        )

    def _show(self, status: str) -> None:
        plan = self._launch.plan
        row = ItemRow(id=plan.plan, ref="-", kind="plan", title=plan.title, status=status)
        show(row, None)
        lines = [f"**{plan.title}** is **{status}**."]
        lines += [f"- {o.id}: {o.title} ({p.ref})" for p, o in plan.obligations()]
        workflow.set_current_details("\n".join(lines))
