"""The plan workflow. It starts the workflows that follow the obligations of the plan, and carries out amendments."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from temporalio import workflow

from workflows.item import ItemWorkflow
from workflows.starting import EFFECT_RETRY, EFFECT_TIMEOUT, start_item, start_post_room
from workflows.visibility import show_in_lists

with workflow.unsafe.imports_passed_through():
    from models.governance.amended_items import started
    from models.governance.launch import Launch, Openings
    from models.governance.opening import openings
    from models.governance.plan_machine import PLAN
    from models.governance.plan_state import PlanState, carried_on, plan_state, post_rooms
    from models.items.past_sessions import adopted_entries
    from models.machine.draft import Draft
    from models.messages.acts import Rectify
    from models.messages.effects import Effect, PostRoomAddress, Resolve
    from models.messages.views import LedgerEntry, Receipt
    from models.plan.plan import Plan, Window
    from workflows.details import plan_details


STARTED_AT_ONCE = 25


@workflow.defn(name="plan")
class PlanWorkflow(ItemWorkflow[PlanState]):
    """The workflow of one signed plan. The plan is launched once, its signatories amend it by consent, and the workflow
    ends with the validity of the plan."""

    machine = PLAN

    @workflow.init
    def __init__(self, launch: Launch) -> None:
        super().__init__(carried_on(launch))

    @workflow.run
    async def run(self, launch: Launch) -> None:
        if self.state.launching:
            self._show_as("launching")
            await self._launch()
            self._show_as("in-force")
        await self.live()

    @workflow.update
    async def rectify(self, act: Rectify) -> Receipt:
        return await self.take(act)

    @rectify.validator
    def check_rectify(self, act: Rectify) -> None:
        self.check(act)

    @workflow.query
    def in_force(self) -> Plan:
        """Returns the plan as it is in force, with its amendments and the answers that the sides have settled."""
        return self.state.plan

    @workflow.query
    def epoch(self) -> int:
        """Returns the epoch of the engine on which this plan runs. 0: a release that knew no epochs has launched it."""
        return self.state.setup.epoch

    @workflow.query
    def launched(self) -> bool:
        """Whether the launch is over, so that all workflows of the plan have started."""
        return not self.state.launching

    @workflow.query
    def state_now(self) -> PlanState:
        """Returns the state of the plan, for example its amendments, the status rounds and the open items."""
        return self.state

    async def _launch(self) -> None:
        """Starts the post rooms and the items of the plan. An item may report before all are started. Its report
        changes the state of this run, and is not lost."""
        launch = self.state.launch
        windows = await self._windows(launch)
        opening = openings(launch, windows)
        # Post rooms come before items, so that each item finds its post rooms.
        rooms = {each.office: each for each in (*opening.post_rooms, *post_rooms(launch))}
        await self._at_once([partial(start_post_room, self._numbered(each)) for each in rooms.values()])
        begun = plan_state(launch, windows)
        draft = Draft(begun, workflow.now())
        started(draft, opening)
        self.state = draft.state
        await self._start_items(opening)
        for item, past in opening.past:
            await self._enter(item.setup.id, adopted_entries(item, past, workflow.now()))
        text = f"{launch.plan.title} launched as of {launch.clock.moment(launch.as_of)}"
        entry = LedgerEntry(
            n=1, at=workflow.now(), verb="launched", text=text, data={"valid_until": str(launch.valid_until)}
        )
        await self._enter(launch.plan.plan, (entry,))
        self.state = self.state.model_copy(update={"launching": False, "ledger": (entry,), "entries": 1})
        self._recorded = 1

    def _numbered(self, address: PostRoomAddress) -> PostRoomAddress:
        """The address of a post room on the engine of this plan."""
        return address.model_copy(update={"epoch": self.state.setup.epoch})

    async def _start_items(self, opening: Openings) -> None:
        kinds = (
            ("questions", opening.questions),  # first, so that the first letter has the questions
            ("series", opening.series),
            ("meeting", opening.meetings),
            ("commitment", opening.commitments),
        )
        epoch = self.state.setup.epoch
        await self._at_once([partial(start_item, name, state, epoch) for name, states in kinds for state in states])

    async def _at_once(self, starts: list[Callable[[], Coroutine[Any, Any, bool]]]) -> None:
        """Starts child workflows in groups. Hundreds take long one by one, and all together they are too much for one
        task."""
        size = STARTED_AT_ONCE
        for first in range(0, len(starts), size):
            await asyncio.gather(*(start() for start in starts[first : first + size]))

    async def _windows(self, launch: Launch) -> dict[str, tuple[Window, ...]]:
        windows: dict[str, tuple[Window, ...]] = await workflow.execute_activity(
            "windows",
            launch,
            result_type=dict[str, tuple[Window, ...]],
            start_to_close_timeout=EFFECT_TIMEOUT,
            retry_policy=EFFECT_RETRY,
            summary="resolve the windows in the plan's zone",
        )
        return windows

    async def carry_out_own(self, effects: list[Effect]) -> None:
        resolves = [effect for effect in effects if isinstance(effect, Resolve)]
        if resolves:
            plan = None
            while plan != self.state.plan:  # another amendment may come into force meanwhile
                plan = self.state.plan
                windows = await self._windows(self.state.launch.model_copy(update={"plan": plan}))
            self._keep(PLAN.resolved(self.state, windows, workflow.now(), resolves[-1].at))

    def _show_as(self, status: str) -> None:
        row = self.machine.row(self.state).model_copy(update={"status": status})
        show_in_lists(row, None)
        self._shown = row
        workflow.set_current_details(plan_details(self.state))
