"""The workflow code that all items share. It asks the core what is due, carries out the effects, and waits for an
instant or a message."""

import asyncio
from collections.abc import Sequence
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.elsewhere import EARLIER
from workflows.handlers import Handlers
from workflows.keeping import Keeper, entries_of
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
        Resolve,
        one_load,
        words_by_office,
    )
    from models.messages.record_lines import LineMark
    from models.messages.views import ItemRow, LedgerEntry
    from models.reopening.kept_effects import effects_of
    from models.reopening.kept_effects import kept as kept_effects
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
        self._keeper: Keeper[S] = Keeper(workflow.info().workflow_type, "reopened")
        if state.reopened is not None:
            self._effects = effects_of(state.reopened.pending)
            self.state = state.model_copy(update={"reopened": None})
            self._recorded -= sum(isinstance(effect, Enter) for effect in self._effects)

    async def live(self) -> None:
        """Runs until the item is closed out and every effect of the close-out is carried out. When the history is long,
        it continues as a new run. If the plan goes on elsewhere, it fails, and so do the acts that wait."""
        try:
            await self._live()
        except ApplicationError as error:
            if error.type == EARLIER:
                self._elsewhere = error.message
                await workflow.wait_condition(workflow.all_handlers_finished)
            raise

    async def _live(self) -> None:
        if self._on_hold:
            # A plan is being opened from the record. All its workflows start before any of them tells another one.
            await workflow.wait_condition(lambda: not self._on_hold)
        workflow.set_current_details(details_of(self.machine, self.state))
        while True:
            self._roused = False
            self._keep(self.machine.due(self.state, now_after(self._fired_at)))
            await self._carry_out()
            if self._unkept:
                self._show()  # for example, a letter that went late has moved the next rung
                await self._keep_state(())
            if self.state.closed and not self._effects:
                break
            if self.is_long():
                # A handler may wait for a line of the record, which is an effect.
                await workflow.wait_condition(lambda: bool(self._effects) or workflow.all_handlers_finished())
                if not self._effects and not self._calendars.busy and not self._unkept:
                    self._set_timer(None, "")
                    workflow.continue_as_new(self.carried(), memo={MEMO_ROW: self._shown})
            await self._wait()
        self._set_timer(None, "")
        await workflow.wait_condition(lambda: workflow.all_handlers_finished() and not self._calendars.busy)
        while self._effects:  # the calendars reported a higher SEQUENCE while the item was closing
            await self._carry_out()
            await workflow.wait_condition(lambda: workflow.all_handlers_finished() and not self._calendars.busy)
        while self._came_back:  # after the report of the end, so that the plan knows who was silent
            await signal_if_there(self.state.setup.plan, "returned", self._came_back.pop(0))
        if self._keeper.publishing:  # the record says that the calendars are not written yet
            await self._keep_state(())

    def is_long(self) -> bool:
        """Whether the history of this run is so long that a new run should continue the item."""
        return self._renew or workflow.info().is_continue_as_new_suggested()

    def carried(self) -> Any:
        """Returns the argument of the next run. The next run decides by the newest edition of the rules."""
        setup = self.state.setup
        setup = setup.model_copy(update={"edition": EDITION, "epoch": max(setup.epoch, 1)})
        return self.machine.rules.carried(self.state.model_copy(update={"setup": setup}))

    # Waiting

    async def _wait(self) -> None:
        moment = self.machine.next_moment(self.state)
        self._set_timer(moment.at if moment else None, self.machine.sentence(self.state))
        self._retimed = False
        await workflow.wait_condition(
            lambda: self._stirred or self._retimed or (self._timer is not None and self._timer.done())
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

    # The state in the record

    @property
    def _keeps(self) -> bool:
        """Whether the item keeps its state in the record. Items that an older release opened begin with their next
        run."""
        return self.state.setup.epoch >= 1

    @property
    def _unkept(self) -> bool:
        """Whether the state has changed since it was kept, or was kept with reports that have gone since."""
        return self._keeps and not self._effects and (self._keeper.pending or self._keeper.differs(self.state))

    @property
    def _stirred(self) -> bool:
        """Whether the loop has something to carry out, to keep, or to look at."""
        return bool(self._effects) or self._unkept or self._roused

    async def _keep_state(self, lines: Sequence[LedgerEntry], follows: Sequence[Effect] = ()) -> None:
        """Writes lines and the present state into the record. `follows` are the effects that the item carries out next.
        Effects that wait behind them follow too."""
        state, setup = self.state, self.state.setup
        before = next((entry.mark() for entry in state.ledger if lines and entry.n == lines[0].n - 1), None)
        entries = entries_of(setup.plan, setup.id, setup.epoch, lines, before)
        pending = (*self._calendars.unfinished, *follows, *self._effects)
        summary = f"record: {lines[-1].text}" if lines else "record: the state"
        await self._keeper.enter(entries, state, kept_effects(pending), summary)
        # Post rooms know by its key what they were told before. Items do not.
        self._keeper.pending = any(isinstance(effect, ReportUp | GiveOrder | Open) for effect in follows)
        self._keeper.publishing = any(isinstance(effect, Publish) for effect in pending)
        if lines:
            self._recorded = lines[-1].n

    # Effects

    async def _carry_out(self) -> None:
        while self._effects:
            effects = self._next_load()
            closing = self.state.closed is not None
            if self._keeps:
                # What mails, calendars and other items learn is in the record before they learn it.
                lines = () if closing else tuple(each.entry for each in effects if isinstance(each, Enter))
                await self._keep_state(lines, [each for each in effects if closing or not isinstance(each, Enter)])
            await self._open([effect for effect in effects if isinstance(effect, Open | EnterElsewhere)])
            workflow.set_current_details(details_of(self.machine, self.state))
            self._show()
            said = [tell(self.state.setup.post_room(o), words) for o, words in words_by_office(effects).items()]
            self._calendars.publish([effect for effect in effects if isinstance(effect, Publish)])
            if closing:
                # The post rooms learn of the end before the record does, so that no letter names a closed item.
                await asyncio.gather(*said)
                await self._record(effects, closing)
            else:
                await asyncio.gather(*said, self._record(effects, closing))
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
                await start_item(effect.workflow, effect.state, self.state.setup.epoch)
                self._opened += 1
            else:
                await self._enter(effect.item, effect.entries)

    def _show(self) -> None:
        row = self.machine.row(self.state)
        show_in_lists(row, self._shown)
        self._shown = row

    async def _record(self, effects: list[Effect], closing: bool) -> None:
        enters = [effect for effect in effects if isinstance(effect, Enter)]
        if not enters or (self._keeps and not closing):
            return
        if self._keeps:
            later = [each for each in effects if isinstance(each, ReportUp | GiveOrder | LookForObjections | Resolve)]
            await self._keep_state(tuple(effect.entry for effect in enters), later)
        else:
            n = enters[0].entry.n - 1
            before = next((entry.mark() for entry in self.state.ledger if entry.n == n), None)
            await self._enter(self.state.setup.id, tuple(effect.entry for effect in enters), before)

    async def _enter(self, item: str, entries: tuple[LedgerEntry, ...], previous: LineMark | None = None) -> None:
        setup = self.state.setup
        told = entries_of(setup.plan, item, setup.epoch, entries, previous)
        await run_activity("enter", told, f"record: {entries[-1].text}")
