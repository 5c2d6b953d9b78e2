"""The messages that every item takes. Acts come as Updates, orders and reports as Signals. A Query reads the view."""

from typing import Generic

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.guard import Scales

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel

    from models.machine.awaited_record import with_awaited
    from models.machine.door import check_sound, refuse
    from models.machine.draft import S, Step
    from models.machine.machine import Machine
    from models.messages import acts
    from models.messages.effects import Effect, ItemReport, Order
    from models.messages.signals import GoOn
    from models.messages.views import ItemView, Receipt, Refusal
    from models.post.post_room_state import Delivered, Returned


class Handlers(Generic[S]):
    """The handlers of these messages. They only change the state and queue effects, and `live` carries the effects out.

    A handler may run before `live` starts, so the constructor builds the whole state.
    """

    machine: Machine[S]

    def __init__(self, state: S) -> None:
        self.state = state
        self._effects: list[Effect] = []
        self._recorded = state.entries
        """The number of the last line that is in the record. Receipts wait for it."""
        self._scales = Scales()
        self._elsewhere = ""
        """Where the plan goes on, in words, after it was opened again on another engine. Empty in the usual case."""
        self._came_back: list[Returned] = []
        """Mails that came back while the item was being closed out."""
        self._on_hold = state.reopened is not None
        """True: the item is being opened from the record, and does nothing before the signal `go_on`."""
        self._renew = False
        """True: the item goes on as a new run as soon as it can."""
        self._roused = False
        """True: a message has changed what the loop of the item does next, although nothing is due."""
        self._retimed = False
        """True: a message has changed the instant at which the item moves next, and caused no effect."""

    def check(self, act: acts.Act) -> None:
        """The validator of every Update. It raises an ApplicationError (type Refusal) if the item refuses the act.

        It decides by the same function as the option `--dry-run` of the commands. Only the validator refuses acts,
        before Temporal accepts the Update. It does not run on replay. So a stricter rule of a later release refuses no
        act that is already in a history.
        """
        refusal = refuse(self.machine, self.state, act, workflow.now())
        if refusal is not None:
            raise ApplicationError(refusal.message, refusal, type="Refusal", non_retryable=True)

    async def take(self, act: acts.Act) -> Receipt:
        """Carries out an act that the validator let pass, and returns its receipt as soon as the line of the act is in
        the record.

        Temporal runs the validator and the first part of this function in one task, and handles no other message
        between them. So whoever has a receipt can rely on the record, even if Temporal's database is lost.
        """
        step = self.machine.take(self.state, act, workflow.now())
        self._keep(step)
        assert step.receipt is not None
        if self.state.setup.epoch >= 1:
            last = self.state.entries
            await workflow.wait_condition(lambda: self._recorded >= last or bool(self._elsewhere))
            if self._recorded < last:
                refusal = Refusal(code="elsewhere", message=f"{self._elsewhere}. The act was not taken")
                raise ApplicationError(refusal.message, refusal, type="Refusal", non_retryable=True)
        return step.receipt

    def _hear(self, message: BaseModel, step: Step[S], reread: bool = False) -> None:
        """Keeps what follows from a signal. Raises if the item could not go on from it; the guard then ignores it."""
        check_sound(self.machine, step.state, workflow.now(), reread)
        carried = self.machine.rules.carried
        self._scales.weigh(message, lambda: carried(self.state), lambda: carried(step.state))
        self._keep(step)

    def _keep(self, step: Step[S]) -> None:
        step = with_awaited(self.machine, self.state, step, workflow.now())
        self.state = step.state
        self._effects.extend(step.effects)

    @workflow.update
    async def propose(self, act: acts.Propose) -> Receipt:
        return await self.take(act)

    @propose.validator
    def check_propose(self, act: acts.Propose) -> None:
        self.check(act)

    @workflow.update
    async def accept(self, act: acts.Accept) -> Receipt:
        return await self.take(act)

    @accept.validator
    def check_accept(self, act: acts.Accept) -> None:
        self.check(act)

    @workflow.update
    async def reject(self, act: acts.Reject) -> Receipt:
        return await self.take(act)

    @reject.validator
    def check_reject(self, act: acts.Reject) -> None:
        self.check(act)

    @workflow.update
    async def counter(self, act: acts.Counter) -> Receipt:
        return await self.take(act)

    @counter.validator
    def check_counter(self, act: acts.Counter) -> None:
        self.check(act)

    @workflow.update
    async def withdraw(self, act: acts.Withdraw) -> Receipt:
        return await self.take(act)

    @withdraw.validator
    def check_withdraw(self, act: acts.Withdraw) -> None:
        self.check(act)

    @workflow.update
    async def dispute(self, act: acts.Dispute) -> Receipt:
        return await self.take(act)

    @dispute.validator
    def check_dispute(self, act: acts.Dispute) -> None:
        self.check(act)

    @workflow.update
    async def evidence(self, act: acts.Evidence) -> Receipt:
        return await self.take(act)

    @evidence.validator
    def check_evidence(self, act: acts.Evidence) -> None:
        self.check(act)

    @workflow.update
    async def agree(self, act: acts.Agree) -> Receipt:
        return await self.take(act)

    @agree.validator
    def check_agree(self, act: acts.Agree) -> None:
        self.check(act)

    @workflow.update
    async def close(self, act: acts.Close) -> Receipt:
        return await self.take(act)

    @close.validator
    def check_close(self, act: acts.Close) -> None:
        self.check(act)

    @workflow.update
    async def progress(self, act: acts.Progress) -> Receipt:
        return await self.take(act)

    @progress.validator
    def check_progress(self, act: acts.Progress) -> None:
        self.check(act)

    @workflow.update
    async def call(self, act: acts.Call) -> Receipt:
        return await self.take(act)

    @call.validator
    def check_call(self, act: acts.Call) -> None:
        self.check(act)

    @workflow.update
    async def ask_back(self, act: acts.AskBack) -> Receipt:
        return await self.take(act)

    @ask_back.validator
    def check_ask_back(self, act: acts.AskBack) -> None:
        self.check(act)

    @workflow.update
    async def note(self, act: acts.Note) -> Receipt:
        return await self.take(act)

    @note.validator
    def check_note(self, act: acts.Note) -> None:
        self.check(act)

    @workflow.signal
    def order(self, order: Order) -> None:
        """Takes an order from the workflow that opened this item. The order names a host, a change by amendment, or an
        end."""
        self._hear(order, self.machine.ordered(self.state, order, workflow.now()), reread=True)

    @workflow.signal
    def learn(self, report: ItemReport) -> None:
        """Takes a report from an item that this item opened."""
        self._hear(report, self.machine.learn(self.state, report, workflow.now()))

    @workflow.signal
    def returned(self, returned: Returned) -> None:
        """Takes the message of a post room that a mail does not reach its office. If its reason is empty, it says that
        mail reaches the office again."""
        now = workflow.now()
        if returned.reason and self.state.closed and self.state.setup.parent and self.state.setup.epoch >= 1:
            # The item is being closed out. The plan hears of the mail as if the item had ended.
            self._came_back.append(returned)
        elif returned.reason:
            self._hear(returned, self.machine.returned(self.state, returned.key, returned.reason, now))
        else:
            self._hear(returned, self.machine.reached(self.state, returned.key, now))

    @workflow.signal
    def delivered(self, delivered: Delivered) -> None:
        """Takes the message of a post room that the mail server has taken the mail with an announcement or a notice of
        this item."""
        before = self.machine.next_moment(self.state)
        step = self.machine.delivered(self.state, delivered.key, delivered.at, workflow.now())
        self._hear(delivered, step)
        # The time of a rung counts from its letter, so the timer may be wrong now.
        self._retimed = self.state.setup.edition >= 1 and self.machine.next_moment(self.state) != before

    @workflow.signal
    def go_on(self, word: GoOn) -> None:
        """Takes the word that every workflow of the plan has started from the record. The item goes on."""
        self._on_hold = False

    @workflow.signal
    def renew(self, word: GoOn) -> None:
        """Takes the wish that the item goes on as a new run, so that it keeps its state in the record. An item that
        keeps its state already ignores it."""
        self._renew = self._roused = self.state.setup.epoch == 0

    def ignored(self, signal: str, why: str) -> None:
        """Puts on record that a signal could not be used. The guard calls it (workflows/guard.py)."""
        self._keep(self.machine.ignored(self.state, signal, why, workflow.now()))

    # Reading

    @workflow.query
    def view(self) -> ItemView:
        """Returns the view of the item: everything that the command `show` prints."""
        return self.machine.view(self.state)
