"""The shell of every item: ask the core what is due, carry it out, wait for the next instant or the next act."""

import asyncio
from typing import Any, Generic

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.starting import EFFECT_RETRY, EFFECT_TIMEOUT, signal_if_there, start_item, tell
from workflows.visibility import MEMO_ROW, show

with workflow.unsafe.imports_passed_through():
    from models.common.values import Instant
    from models.machine.awaited_record import with_awaited
    from models.machine.draft import S, Step
    from models.machine.machine import Machine
    from models.messages import acts
    from models.messages.calendar_event import Publication
    from models.messages.effects import (
        Effect,
        Enter,
        EnterElsewhere,
        Open,
        Order,
        Publish,
        Report,
        SessionReport,
        Tell,
        words_by_office,
    )
    from models.messages.record_lines import LineMark, RecordEntries
    from models.messages.views import ItemRow, ItemView, LedgerEntry, Receipt
    from models.post.post_room import Returned
    from workflows.details import details_of


class ItemWorkflow(Generic[S]):
    """One item, from its opening to its close-out.

    Handlers only change the state and queue effects; `live` alone carries effects out, in order. Handlers may run
    before `live` does: all state is built in the constructor.
    """

    machine: Machine[S]

    def __init__(self, state: S) -> None:
        self.state = state
        self._effects: list[Effect] = []
        # What it was started (or continued) with is shown already.
        self._shown: ItemRow = self.machine.row(state)
        self._timer: asyncio.Task[None] | None = None
        self._timer_at: Instant | None = None
        self._to_publish: Publish | None = None
        self._publisher: asyncio.Task[None] | None = None
        self._opened = 0

    async def live(self) -> None:
        """Runs until the item is closed out and everything that follows from it is done."""
        workflow.set_current_details(details_of(self.machine, self.state))
        while True:
            self._keep(self.machine.due(self.state, workflow.now()))
            await self._carry_out()
            if self.state.closed and not self._effects:
                break
            if self.is_long():
                await workflow.wait_condition(workflow.all_handlers_finished)
                if not self._effects and not self._publishing():
                    self._set_timer(None, "")
                    workflow.continue_as_new(self.carried(), memo={MEMO_ROW: self._shown})
            await self._wait()
        self._set_timer(None, "")
        await workflow.wait_condition(lambda: workflow.all_handlers_finished() and not self._publishing())
        while self._effects:  # the calendars have told something of an event that ended with the item
            await self._carry_out()
            await workflow.wait_condition(lambda: workflow.all_handlers_finished() and not self._publishing())

    def is_long(self) -> bool:
        """Whether this run's history is long enough: the next run takes over."""
        return workflow.info().is_continue_as_new_suggested()

    def carried(self) -> Any:
        """The argument of the next run."""
        return self.state

    # Acts

    def check(self, act: acts.Act) -> None:
        """The validator of every Update: the same function as the command line's dry run."""
        refusal = self.machine.refuse(self.state, act, workflow.now())
        if refusal is not None:
            raise ApplicationError(refusal.message, refusal, type="Refusal", non_retryable=True)

    def take(self, act: acts.Act) -> Receipt:
        """Carries out an act. Checked again: another act may have been taken since the validator ran."""
        self.check(act)
        step = self.machine.take(self.state, act, workflow.now())
        self._keep(step)
        assert step.receipt is not None
        return step.receipt

    def _keep(self, step: Step[S]) -> None:
        step = with_awaited(self.machine, self.state, step, workflow.now())
        self.state = step.state
        self._effects.extend(step.effects)

    @workflow.update
    def propose(self, act: acts.Propose) -> Receipt:
        return self.take(act)

    @propose.validator
    def check_propose(self, act: acts.Propose) -> None:
        self.check(act)

    @workflow.update
    def accept(self, act: acts.Accept) -> Receipt:
        return self.take(act)

    @accept.validator
    def check_accept(self, act: acts.Accept) -> None:
        self.check(act)

    @workflow.update
    def reject(self, act: acts.Reject) -> Receipt:
        return self.take(act)

    @reject.validator
    def check_reject(self, act: acts.Reject) -> None:
        self.check(act)

    @workflow.update
    def counter(self, act: acts.Counter) -> Receipt:
        return self.take(act)

    @counter.validator
    def check_counter(self, act: acts.Counter) -> None:
        self.check(act)

    @workflow.update
    def withdraw(self, act: acts.Withdraw) -> Receipt:
        return self.take(act)

    @withdraw.validator
    def check_withdraw(self, act: acts.Withdraw) -> None:
        self.check(act)

    @workflow.update
    def dispute(self, act: acts.Dispute) -> Receipt:
        return self.take(act)

    @dispute.validator
    def check_dispute(self, act: acts.Dispute) -> None:
        self.check(act)

    @workflow.update
    def evidence(self, act: acts.Evidence) -> Receipt:
        return self.take(act)

    @evidence.validator
    def check_evidence(self, act: acts.Evidence) -> None:
        self.check(act)

    @workflow.update
    def close(self, act: acts.Close) -> Receipt:
        return self.take(act)

    @close.validator
    def check_close(self, act: acts.Close) -> None:
        self.check(act)

    @workflow.update
    def progress(self, act: acts.Progress) -> Receipt:
        return self.take(act)

    @progress.validator
    def check_progress(self, act: acts.Progress) -> None:
        self.check(act)

    @workflow.update
    def call(self, act: acts.Call) -> Receipt:
        return self.take(act)

    @call.validator
    def check_call(self, act: acts.Call) -> None:
        self.check(act)

    @workflow.signal
    def order(self, order: Order) -> None:
        """What the workflow that opened it tells: its host, a change by amendment, or its end."""
        self._keep(self.machine.ordered(self.state, order, workflow.now()))

    @workflow.signal
    def learn(self, report: SessionReport) -> None:
        """What an item that this one opened tells."""
        self._keep(self.machine.learn(self.state, report, workflow.now()))

    @workflow.signal
    def returned(self, returned: Returned) -> None:
        """A post room tells that a notice does not reach its office, or that it does again."""
        change = self.machine.returned if returned.reason else None
        now = workflow.now()
        if change:
            self._keep(change(self.state, returned.key, returned.reason, now))
        else:
            self._keep(self.machine.reached(self.state, returned.key, now))

    # Reading

    @workflow.query
    def view(self) -> ItemView:
        """The whole item, as `show` prints it."""
        return self.machine.view(self.state)

    # Waiting

    async def _wait(self) -> None:
        moment = self.machine.next_moment(self.state)
        self._set_timer(moment.at if moment else None, self.machine.sentence(self.state))
        await workflow.wait_condition(lambda: bool(self._effects) or (self._timer is not None and self._timer.done()))
        if self._timer is not None and self._timer.done():
            self._timer, self._timer_at = None, None

    def _set_timer(self, at: Instant | None, sentence: str) -> None:
        """One timer at a time, and none started anew for the same instant."""
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
            effects, self._effects = self._effects, []
            closing = self.state.closed is not None
            await self._open([effect for effect in effects if isinstance(effect, Open | EnterElsewhere)])
            workflow.set_current_details(details_of(self.machine, self.state))
            self._show()
            said = [tell(self.state.setup.post_room(o), words) for o, words in words_by_office(effects).items()]
            record = self._record([effect for effect in effects if isinstance(effect, Enter)])
            self._publish([effect for effect in effects if isinstance(effect, Publish)])
            if closing:
                # The post rooms know before the record is closed out: nothing is sent about a closed item.
                await asyncio.gather(*said)
                await record
            else:
                await asyncio.gather(*said, record)
            for effect in effects:
                if isinstance(effect, Report):
                    await signal_if_there(self.state.setup.parent, "learn", effect.report)
                elif isinstance(effect, Tell):
                    await signal_if_there(effect.item, "order", effect.order)
            await self.carry_out_own(effects)

    async def carry_out_own(self, effects: list[Effect]) -> None:
        """Effects that only this kind of item has."""

    async def _open(self, effects: list[Open | EnterElsewhere]) -> None:
        """New items before anything is said about them; sessions of before the launch enter the record alone."""
        for effect in effects:
            if isinstance(effect, Open):
                await start_item(effect.workflow, effect.state)
                self._opened += 1
            else:
                await self._enter(effect.item, effect.entries)

    def _show(self) -> None:
        row = self.machine.row(self.state)
        show(row, self._shown)
        self._shown = row

    def _publish(self, publishes: list[Publish]) -> None:
        """Beside everything else: a calendar server that is down must hold up neither letters nor the record.

        Only the newest version counts: calendars keep no history.
        """
        if publishes:
            for publish in publishes:
                self._to_publish = publish.after(self._to_publish)
            if not self._publishing():
                self._publisher = asyncio.create_task(self._publish_newest())

    def _publishing(self) -> bool:
        return self._publisher is not None and not self._publisher.done()

    async def _publish_newest(self) -> None:
        while self._to_publish is not None:
            effect, self._to_publish = self._to_publish, None
            event = self.machine.newest(self.state, effect.event)
            publication = Publication(
                plan=self.state.setup.plan,
                plan_title=self.state.setup.plan_title,
                event=event,
                calendars=effect.calendars,
                removed=effect.removed,
            )
            when = self.state.setup.clock.at(event.slot.start.utc)
            summary = f"calendar: {event.summary}, {when}, {event.status.lower()}"
            sequence = await self._activity("publish", publication, summary, int)
            if sequence is not None:
                self._keep(self.machine.outrun(self.state, event, sequence, workflow.now()))

    async def _record(self, enters: list[Enter]) -> None:
        if enters:
            n = enters[0].entry.n - 1
            before = next((entry.mark() for entry in self.state.ledger if entry.n == n), None)
            await self._enter(self.state.setup.id, tuple(effect.entry for effect in enters), before)

    async def _enter(self, item: str, entries: tuple[LedgerEntry, ...], previous: LineMark | None = None) -> None:
        lines = tuple(entry.model_dump(mode="json") for entry in entries)
        told = RecordEntries(plan=self.state.setup.plan, item=item, lines=lines, previous=previous)
        await self._activity("enter", told, f"record: {entries[-1].text}")

    async def _activity(self, name: str, argument: Any, summary: str, result: type[Any] | None = None) -> Any:
        return await workflow.execute_activity(
            name,
            argument,
            result_type=result,
            start_to_close_timeout=EFFECT_TIMEOUT,
            retry_policy=EFFECT_RETRY,
            summary=summary[:200],
        )
