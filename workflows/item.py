"""The workflow code that all items share. It asks the core what is due, carries out the effects, and waits for an
instant or a message."""

import asyncio
from typing import Any

from temporalio import workflow

from workflows.handlers import Handlers
from workflows.present import now_after
from workflows.publisher import Publisher
from workflows.starting import run_activity, signal_if_there, start_item, tell
from workflows.visibility import MEMO_ROW, show_in_lists

with workflow.unsafe.imports_passed_through():
    from models.common.values import Instant
    from models.machine.draft import S
    from models.machine.setup import EDITION
    from models.messages.effects import (
        Effect,
        Enter,
        EnterElsewhere,
        GiveOrder,
        LookForObjections,
        Objections,
        Open,
        Publish,
        ReportUp,
        one_load,
        words_by_office,
    )
    from models.messages.record_lines import LineMark, RecordEntries
    from models.messages.views import ItemRow, LedgerEntry
    from workflows.details import details_of


PILED_UP = 10
"""If more effects than this wait, they go out in parts that are not too large. One act causes far fewer effects."""


class ItemWorkflow(Handlers[S]):
    """The workflow of one item, from its opening to its close-out. Only `live` carries out effects, one after the
    other."""

    def __init__(self, state: S) -> None:
        super().__init__(state)
        # Whoever started this run has shown this row already.
        self._shown: ItemRow = self.machine.row(state)
        self._timer: asyncio.Task[None] | None = None
        self._timer_at: Instant | None = None
        self._fired_at: Instant | None = None
        self._calendars = Publisher(self.machine, lambda: self.state, self._keep)
        self._opened = 0

    async def live(self) -> None:
        """Runs until the item is closed out and every effect of the close-out is carried out. When the history is long,
        it continues as a new run."""
        workflow.set_current_details(details_of(self.machine, self.state))
        while True:
            self._keep(self.machine.due(self.state, now_after(self._fired_at)))
            await self._carry_out()
            if self.state.closed and not self._effects:
                break
            if self.is_long():
                await workflow.wait_condition(workflow.all_handlers_finished)
                if not self._effects and not self._calendars.busy:
                    self._set_timer(None, "")
                    workflow.continue_as_new(self.carried(), memo={MEMO_ROW: self._shown})
            await self._wait()
        self._set_timer(None, "")
        await workflow.wait_condition(lambda: workflow.all_handlers_finished() and not self._calendars.busy)
        while self._effects:  # the calendars reported a higher SEQUENCE while the item was closing
            await self._carry_out()
            await workflow.wait_condition(lambda: workflow.all_handlers_finished() and not self._calendars.busy)

    def is_long(self) -> bool:
        """Whether the history of this run is so long that a new run should continue the item."""
        return workflow.info().is_continue_as_new_suggested()

    def carried(self) -> Any:
        """Returns the argument of the next run. The next run decides by the newest edition of the rules."""
        setup = self.state.setup.model_copy(update={"edition": EDITION})
        return self.machine.rules.carried(self.state.model_copy(update={"setup": setup}))

    # Waiting

    async def _wait(self) -> None:
        moment = self.machine.next_moment(self.state)
        self._set_timer(moment.at if moment else None, self.machine.sentence(self.state))
        self._retimed = False
        await workflow.wait_condition(
            lambda: bool(self._effects) or self._retimed or (self._timer is not None and self._timer.done())
        )
        if self._timer is not None and self._timer.done():
            self._fired_at = self._timer_at
            self._timer, self._timer_at = None, None

    def _set_timer(self, at: Instant | None, sentence: str) -> None:
        """Sets the one timer of the item to the instant `at`. None: it has no timer. A timer for the same instant
        stays."""
        if at == self._timer_at:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer, self._timer_at = None, at
        if at is not None:
            delay = max((at - workflow.now()).total_seconds(), 0.0)
            self._timer = asyncio.create_task(workflow.sleep(delay, summary=sentence[:200]))

    # Effects

    async def _carry_out(self) -> None:
        while self._effects:
            effects = self._next_load()
            closing = self.state.closed is not None
            await self._open([effect for effect in effects if isinstance(effect, Open | EnterElsewhere)])
            workflow.set_current_details(details_of(self.machine, self.state))
            self._show()
            said = [tell(self.state.setup.post_room(o), words) for o, words in words_by_office(effects).items()]
            record = self._record([effect for effect in effects if isinstance(effect, Enter)])
            self._calendars.publish([effect for effect in effects if isinstance(effect, Publish)])
            if closing:
                # The post rooms learn of the end before the record does, so that no letter names a closed item.
                await asyncio.gather(*said)
                await record
            else:
                await asyncio.gather(*said, record)
            for effect in effects:
                if isinstance(effect, ReportUp):
                    await signal_if_there(self.state.setup.parent, "learn", effect.report)
                elif isinstance(effect, GiveOrder):
                    await signal_if_there(effect.item, "order", effect.order)
            for effect in effects:
                if isinstance(effect, LookForObjections):
                    await self._look(effect)
            await self.carry_out_own(effects)

    async def _look(self, look: LookForObjections) -> None:
        """Runs the activity that looks for unread objections, because the time to object is over."""
        found = await run_activity("look_for_objections", look, "looks for an objection that is unread", Objections)
        self._keep(self.machine.looked(self.state, found, workflow.now()))

    def _next_load(self) -> list[Effect]:
        """Returns the effects that go out together: all of them, or a part if many have piled up because an activity
        fails."""
        effects, self._effects = self._effects, []
        if len(effects) > PILED_UP:
            load, rest = one_load(effects)
            if rest and workflow.patched("loads-of-a-size"):  # histories of before sent everything together
                effects, self._effects = load, rest
        return effects

    async def carry_out_own(self, effects: list[Effect]) -> None:
        """Carries out those of the effects that only this kind of item has. Most kinds have no such effects."""

    async def _open(self, effects: list[Open | EnterElsewhere]) -> None:
        """Starts the workflows of new items, before any mail or record line about them goes out. A session that took
        place before the launch gets a record, but no workflow."""
        for effect in effects:
            if isinstance(effect, Open):
                await start_item(effect.workflow, effect.state)
                self._opened += 1
            else:
                await self._enter(effect.item, effect.entries)

    def _show(self) -> None:
        row = self.machine.row(self.state)
        show_in_lists(row, self._shown)
        self._shown = row

    async def _record(self, enters: list[Enter]) -> None:
        if enters:
            n = enters[0].entry.n - 1
            before = next((entry.mark() for entry in self.state.ledger if entry.n == n), None)
            await self._enter(self.state.setup.id, tuple(effect.entry for effect in enters), before)

    async def _enter(self, item: str, entries: tuple[LedgerEntry, ...], previous: LineMark | None = None) -> None:
        lines = tuple(entry.model_dump(mode="json") for entry in entries)
        told = RecordEntries(plan=self.state.setup.plan, item=item, lines=lines, previous=previous)
        await run_activity("enter", told, f"record: {entries[-1].text}")
