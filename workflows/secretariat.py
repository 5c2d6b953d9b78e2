"""The secretariat workflow: the post room of one office. It sends all mail to this office."""

from collections.abc import Sequence
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.exceptions import TimeoutError as TimedOut

from workflows.elsewhere import end_here, goes_on_elsewhere
from workflows.guard import Scales
from workflows.keeping import Keeper, entries_of
from workflows.present import now_after
from workflows.starting import (
    DESPATCH_TIMEOUT,
    EFFECT_RETRY,
    EFFECT_TIMEOUT,
    HEARTBEAT_TIMEOUT,
    despatch_retry,
    run_activity,
    signal_if_there,
    tell,
)
from workflows.visibility import MEMO_ROW, show_in_lists

with workflow.unsafe.imports_passed_through():
    from models.common.ids import secretariat_id
    from models.machine.setup import EDITION
    from models.messages.effects import Words, words_by_office
    from models.messages.signals import GoOn
    from models.messages.views import ItemRow, LedgerEntry
    from models.post.despatch import FROZE, NOT_FINISHED, Despatch, DespatchResult, Fate
    from models.post.hearing import hear
    from models.post.letter_day import forget_hours, learn_hours, next_instant, next_mail, waits_for, wants_hours
    from models.post.office_hours import AlwaysOpen, Hours, HoursWanted
    from models.post.post_room_state import (
        Bounced,
        Delivered,
        PostRoomState,
        PostRoomStep,
        Returned,
        note,
        recorded,
        standing_keys,
    )
    from models.post.reminders import drop_begun_reminders
    from models.post.sending import (
        begun,
        cancels_uncertain,
        despatched,
        drop_unsent_cancellations,
        next_despatch,
        sends,
    )
    from models.post.unreached import hear_bounced
    from workflows.details import post_room_details

MAILS_PER_RUN = 50
"""A new run starts after this number of mails, so that the history does not grow without end."""

LINES_AT_ONCE = 200
"""The most lines that one activity enters into the record. Many lines may wait if sending a mail takes hours."""


@workflow.defn(name="secretariat")
class SecretariatWorkflow:
    """Sends the mails to one office in order, one at a time. Items send no mail. They tell the post room what they
    announce, and which acts are awaited or settled."""

    @workflow.init
    def __init__(self, state: PostRoomState) -> None:
        self.state = state
        self._heard = 0
        self._scales = Scales()
        self._composed_before = state.composed
        self._shown: ItemRow | None = None
        self._waited_until: datetime | None = None
        self._renew = False
        self._keeper: Keeper[PostRoomState] = Keeper("secretariat", "reopened", "hours")
        self._on_hold = state.reopened
        self.state = state.model_copy(update={"reopened": False}) if state.reopened else state

    @workflow.run
    async def run(self, state: PostRoomState) -> None:
        if self._on_hold:
            # A plan is being opened from the record. All its workflows start before any of them tells another one.
            await workflow.wait_condition(lambda: not self._on_hold)
        while True:
            now = now_after(self._waited_until)
            if wants_hours(self.state, now):
                await self._learn_hours(now)
                continue
            # In histories of before, a cancellation was dropped while its invitation was uncertain.
            keeps = cancels_uncertain(self.state) and workflow.patched("uncertain-counts-as-sent")
            self.state = drop_begun_reminders(drop_unsent_cancellations(self.state, now, keeps), now)
            despatch = next_despatch(self.state, now)
            if despatch is not None:
                await self._despatch(despatch)
                continue
            await self._flush()
            if self._old():
                await workflow.wait_condition(workflow.all_handlers_finished)
                if not self._unkept and next_despatch(self.state, now_after(self._waited_until)) is None:
                    workflow.continue_as_new(_carried(self.state), memo={MEMO_ROW: self._shown})
            await self._wait()

    # What items say

    @workflow.signal
    def tell(self, words: Words) -> None:
        """Takes what an item tells: announcements, notices of awaited acts, and the keys of notices that are
        settled."""
        now = workflow.now()
        state = hear(self.state, words, now)
        next_despatch(state, now)  # raises if no mail could be made of it; the guard then ignores the signal
        self._scales.weigh(words, lambda: _carried(self.state), lambda: _carried(state))
        self.state = state
        self._heard += 1

    @workflow.signal
    async def bounced(self, bounced: Bounced) -> None:
        """Takes the message that a mail came back after a mail server had taken it. The organizer's mailbox got this
        mail back."""
        # The mail may still be on its way here: the server has taken it, and the activity has not reported that yet.
        if self.state.on_its_way and workflow.patched("a-bounce-waits-for-the-mail"):
            await workflow.wait_condition(lambda: not self.state.on_its_way)
        step = hear_bounced(self.state, bounced, workflow.now())
        self.state = step.state
        self._heard += 1
        await self._carry_out(step)

    @workflow.signal
    def always_open(self, word: AlwaysOpen) -> None:
        """Takes the message of a worker that every office is open day and night (AIDE_OFFICE_HOURS=off)."""
        forgotten = forget_hours(self.state)
        if forgotten is not self.state:
            self.state = forgotten
            self._heard += 1

    @workflow.signal
    def go_on(self, word: GoOn) -> None:
        """Takes the word that every workflow of the plan has started from the record. The post room goes on."""
        self._on_hold = False

    @workflow.signal
    def renew(self, word: GoOn) -> None:
        """Takes the wish that the post room goes on as a new run, so that it keeps its state in the record. A post room
        that keeps its state already ignores it."""
        if self.state.address.epoch == 0:
            self._renew = True
            self._heard += 1

    def ignored(self, signal: str, why: str) -> None:
        """Puts on record that a signal could not be used, unless a line about such a signal already waits. The guard
        calls it (workflows/guard.py)."""
        if not any(entry.verb == "ignored" for entry in self.state.pending):
            self.state = note(self.state, workflow.now(), "ignored", "", why, signal=signal)
            self._heard += 1

    @workflow.query
    def standing(self, keys: Sequence[str]) -> list[str]:
        """Returns those of the keys whose notices and announcements are still to be sent. The activity `despatch` asks
        this before it transmits a mail."""
        return list(standing_keys(self.state, tuple(keys)))

    @workflow.query
    def state_now(self) -> PostRoomState:
        """Returns the state of the post room. The command `why` reads it."""
        return self.state

    # Sending

    async def _learn_hours(self, now: datetime) -> None:
        address = self.state.address
        wanted = HoursWanted(
            office=address.office, side=address.side, zone=address.zone, period=address.despatch.period, since=now
        )
        hours = await workflow.execute_activity(
            "hours",
            wanted,
            result_type=Hours,
            start_to_close_timeout=EFFECT_TIMEOUT,
            retry_policy=EFFECT_RETRY,
            summary=f"office hours of {address.office_title}"[:200],
        )
        self.state = learn_hours(self.state, hours)

    async def _despatch(self, despatch: Despatch) -> None:
        self.state = begun(self.state, despatch)
        try:
            result = await workflow.execute_activity(
                "despatch",
                despatch,
                result_type=DespatchResult,
                start_to_close_timeout=DESPATCH_TIMEOUT,
                heartbeat_timeout=HEARTBEAT_TIMEOUT,
                retry_policy=despatch_retry(despatch.period),
                summary=sends(despatch)[:200],
            )
        except ActivityError as error:
            if goes_on_elsewhere(error):
                end_here(error)
            result = _delayed_by(error)
        step = despatched(self.state, despatch, result, workflow.now())
        self.state = step.state
        await self._carry_out(step)

    async def _carry_out(self, step: PostRoomStep) -> None:
        for effect in step.effects:
            if isinstance(effect, Returned | Delivered):
                name = "returned" if isinstance(effect, Returned) else "delivered"
                there = await signal_if_there(effect.item, name, effect)
                came_back = isinstance(effect, Returned) and bool(effect.reason)
                if not there and came_back and workflow.patched("returned-to-plan"):
                    # The item has ended. If silence has closed it, the plan opens a rectification.
                    await signal_if_there(self.state.address.plan, name, effect)
                continue
            words = words_by_office((effect,))
            focal_point = self.state.address.of_focal_point()
            if focal_point is not None:
                await tell(focal_point, words[focal_point.office])

    async def _flush(self) -> None:
        """Shows the post room in lists and in the Temporal UI, and puts on record what became of each notice."""
        workflow.set_current_details(post_room_details(self.state, workflow.now()))
        address = self.state.address
        row = ItemRow(
            id=secretariat_id(address.plan, address.office),
            ref="-",
            kind="secretariat",
            title=address.office_title,
            status="unreachable" if self.state.unreachable else "writing" if self.state.standing else "idle",
            next_at=self._next_at(),
        )
        show_in_lists(row, self._shown)
        self._shown = row
        await self._record()

    @property
    def _unkept(self) -> bool:
        """Whether lines, or a changed state, are not in the record yet. Post rooms that an older release started keep
        their state from their next run on."""
        keeps = self.state.address.epoch >= 1
        return bool(self.state.pending) or (keeps and self._keeper.differs(self.state))

    async def _record(self) -> None:
        pending = self.state.pending
        # Histories of before entered all lines at once.
        if len(pending) > LINES_AT_ONCE and workflow.patched("lines-of-a-number"):
            pending = pending[:LINES_AT_ONCE]
        if not self._unkept:
            return
        address, summary = self.state.address, recorded(pending) if pending else "record: the state"
        room = secretariat_id(address.plan, address.office)
        entries = entries_of(address.plan, room, address.epoch, pending, self.state.recorded)
        if address.epoch >= 1:
            after = _without(self.state, pending)
            await self._keeper.enter(entries, after, (), summary)
        else:
            await run_activity("enter", entries, summary)
        if pending:
            self.state = _without(self.state, pending)

    def _next_at(self) -> datetime | None:
        """Returns when the next mail goes. None if no mail is due, or if the office hours are not known yet. If the
        office keeps hours, announcements also wait for them."""
        if not self.state.address.keeps_hours:
            return self.state.letter_at
        # Before edition 1, lists showed the instant at which the hours are asked for again, if that comes first.
        next_of = next_mail if self.state.address.edition >= 1 else next_instant
        return next_of(self.state, workflow.now()) if self.state.hours else None

    # Waiting

    def _old(self) -> bool:
        if self._renew:
            return True
        many = self.state.composed - self._composed_before >= MAILS_PER_RUN
        return many or workflow.info().is_continue_as_new_suggested()

    async def _wait(self) -> None:
        if self._unkept:
            return
        now = now_after(self._waited_until)
        heard, at = self._heard, next_instant(self.state, now)
        if at is not None and at <= now:
            return
        timeout = None if at is None else (at - workflow.now()).total_seconds()
        try:
            await workflow.wait_condition(
                lambda: self._heard != heard,
                timeout=timeout,
                timeout_summary=waits_for(self.state, at)[:200] if at else None,
            )
        except TimeoutError:
            self._waited_until = at


def _delayed_by(error: ActivityError) -> DespatchResult:
    """Returns the result of a despatch of which every attempt has failed. If the worker froze or ended in the attempts,
    or if it did not say what stands, this says nothing about the office or its mail server."""
    cause = error.cause
    if isinstance(cause, TimedOut) or (isinstance(cause, ApplicationError) and cause.type in ("PostRoom", FROZE)):
        return DespatchResult(fate=Fate.DELAYED, reason=NOT_FINISHED, unfinished=True)
    return DespatchResult(fate=Fate.DELAYED, reason=str(cause or error)[:300])


def _without(state: PostRoomState, lines: Sequence[LedgerEntry]) -> PostRoomState:
    """Returns the state after these lines, the oldest ones that wait, have gone into the record."""
    if not lines:
        return state
    left = tuple(entry for entry in state.pending if entry.n > lines[-1].n)
    return state.model_copy(update={"pending": left, "recorded": lines[-1].mark()})


def _carried(state: PostRoomState) -> PostRoomState:
    """Returns the state that one run gives to the next run. It holds no lines for the record, because all are
    written. The next run decides by the newest edition of the rules."""
    epoch = max(state.address.epoch, 1)
    address = state.address.model_copy(update={"edition": EDITION, "epoch": epoch})
    return state.model_copy(update={"pending": (), "address": address})
