"""The machine of an item: the decisions that are the same for every kind.

A machine reads a state and decides, without a clock and without I/O. `refuse` says whether an act may be taken now: it
returns a refusal, or None. `take` says what follows from the act, and `due` what follows because an instant has come.
Both return a step. A step is a new state and a list of effects, which the workflow carries out in order. The rules of
each kind of item are in models/items and models/governance.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Generic

from models.common.values import Instant, write_instant
from models.machine import agreement, ladders, silence, status
from models.machine.draft import Draft, S, Step, heard_at
from models.machine.lapses import pass_lapses
from models.machine.mail_deeds import MAIL_DEEDS
from models.machine.orders import obey
from models.machine.refusals import refusal
from models.machine.rules import Deed, NotSaid, Rules
from models.machine.state import ACTS_KEPT, OpenAct, TakenAct
from models.machine.status_rounds import pass_rounds, tell_waking
from models.messages.acts import Act, Note, Progress, Reply
from models.messages.calendar_event import CalendarEvent
from models.messages.effects import ItemReport, Objections, Order
from models.messages.moments import Moment
from models.messages.views import AwaitedRow, ItemRow, ItemView, Receipt, Refusal


class Machine(Generic[S]):
    """The decisions about items of one kind, by the rules of that kind."""

    def __init__(self, rules: Rules[S]) -> None:
        self.rules = rules

    @property
    def verbs(self) -> Mapping[str, Deed]:
        """The functions for every act that items of this kind take, by verb."""
        return self.rules.deeds

    # May this act be taken?

    def refuse(self, state: S, act: Act, now: Instant) -> Refusal | None:
        """Returns why the item refuses an act now. None if the item takes it. models/machine/door.py calls this after
        its own checks."""
        if (never := self.rules.refuse_any(state, act, now)) is not None:
            return never
        for taken in state.taken:
            if taken.act_id == act.act_id:
                return None if (taken.verb, taken.office) == (act.verb, act.office) else self.reused(state, taken)
        if state.closed:
            when = state.setup.clock.moment(state.closed.at)
            message = f"{state.setup.id} was {state.closed.status} on {when}. {state.closed.text}"
            return Refusal(code="closed", message=message)
        side = state.setup.side_of(act.office)
        if side is None:
            offices = ", ".join(party.coordinator.office for party in state.setup.parties) or "none"
            message = f"{act.office} has no part in {state.setup.id}; its offices are {offices}"
            return refusal(self.rules, state, "not-a-party", message)
        deed = self._deed(act.verb)
        if deed is None:
            return refusal(self.rules, state, "wrong-kind", self.rules.not_taken_here(state, act))
        return deed.refuse(self.rules, state, act, side, now)

    def _deed(self, verb: str) -> Deed | None:
        """The functions of a verb. Every kind of item takes questions and notes about mails."""
        return self.rules.deeds.get(verb) or MAIL_DEEDS.get(verb)

    def reused(self, state: S, taken: TakenAct) -> Refusal:
        """Returns the refusal of an act whose id belongs to another act that was taken."""
        what = f"{taken.verb.replace('_', ' ')} of {taken.office}"
        message = f"this act id belongs to another act, {what}; choose a new one"
        return refusal(self.rules, state, "act-id-reused", message)

    # What follows from it?

    def take(self, state: S, act: Act, now: Instant) -> Step[S]:
        """Returns the step that an act causes, with its receipt. `refuse` must have let the act pass. If the act was
        taken before, the step changes nothing and holds the receipt of that time."""
        for taken in state.taken:
            if taken.act_id == act.act_id:
                return Step(state=state, receipt=taken.receipt)
        draft = Draft(state, now)
        side = state.setup.side_of(act.office) or ""
        draft.message = act.message if isinstance(act, Reply | Progress | Note) else None
        deed = self._deed(act.verb)
        assert deed is not None, "the validator knows every verb"
        number = deed.take(self.rules, draft, act, side)
        agreement.close_if_over(self.rules, draft)
        tell_waking(draft, state)
        ladders.reconcile(self.rules, draft, acting=side)
        receipt = Receipt(
            item=state.setup.id,
            status=self.status_of(draft.state),
            proposal=number,
            text="\n".join(e.text for e in draft.state.ledger if e.n > state.entries and e.verb != "view"),
            awaiting=self.awaiting(draft.state),
            seems=draft.seems,
            look=draft.look,
        )
        done = TakenAct(act_id=act.act_id, verb=act.verb, office=act.office, receipt=receipt)
        draft.put(taken=(*draft.state.taken, done)[-ACTS_KEPT:])
        return Step(state=draft.state, effects=tuple(draft.effects), receipt=receipt)

    # What is due?

    def due(self, state: S, now: Instant) -> Step[S]:
        """Returns the step that the time causes. In it, the item wakes, its own moments and its window pass, proposed
        dates lapse, and status rounds begin or end. Each ladder whose next rung is due climbs one rung."""
        if state.closed:
            return Step(state=state)
        draft = Draft(state, now)
        if not state.entries and self.rules.records_opening:
            self._enter_opening(draft)
        wakes_at = status.wakes_at(self.rules, state)
        if state.asleep_until is not None:
            self._note_window_end(draft)  # every side has consented to postpone it beyond its window
        if wakes_at is not None and wakes_at <= now:
            draft.put(awake=True, asleep_until=None)
        passed: Instant | None = None
        if draft.state.awake or not self.rules.sleeps:
            passed = self.rules.pass_moments(draft)
        lapsed: Instant | None = None
        round_at: Instant | None = None
        if not draft.state.closed:
            if draft.state.awake:
                self._note_window_end(draft)
            silence.pass_silence(draft)
            lapsed = pass_lapses(self.rules, draft)
            ladders.climb(self.rules, draft)
            round_at = pass_rounds(draft) if self.rules.answers_rounds else None
            tell_waking(draft, state)
            # A lapse asks an awake item for a date again. A round that passes in the same step asks only dormant items.
            again = lapsed if draft.state.awake else None
            due_at = again or round_at or (wakes_at if not state.awake else passed)
            ladders.reconcile(self.rules, draft, due_at=due_at)
        return Step(state=draft.state, effects=tuple(draft.effects))

    def _enter_opening(self, draft: Draft[S]) -> None:
        state, setup = draft.state, draft.state.setup
        draft.enter(
            "opened",
            f"{setup.title} opened{f', called: {state.called}' if state.called else ''}",
            title=setup.title,
            window=setup.window.model_dump(mode="json") if setup.window else None,
            ref=setup.ref,
            kind=setup.kind,
            assumed=list(setup.assumed) or None,
            called=state.called or None,
        )

    def _note_window_end(self, draft: Draft[S]) -> None:
        end = draft.state.window_end
        if end is None or end > draft.now or draft.state.late or status.done_in_time(self.rules, draft.state):
            return
        excused = self.rules.excused(draft.state)
        draft.put(late=True, excused=excused)
        what = "every side has consented to a later time" if excused else "it is missed"
        open_as = f"while the item was open ({self.status_of(draft.state)})"
        text = f"the window ended on {draft.moment(end)} {open_as}: {what}"
        draft.enter("late" if excused else "missed", text, end=write_instant(end))

    # What other workflows tell

    def ordered(self, state: S, order: Order, now: Instant) -> Step[S]:
        """Returns the step that an order causes. The order names a host, the changes of an amendment, or the end of the
        item. It comes from the workflow that opened the item."""
        if state.closed:
            return Step(state=state)
        draft = Draft(state, heard_at(state, order.at, now))
        if not self.rules.obeys(draft, order):
            obey(self.rules, draft, order)
        return self._settled(draft, state)

    def learn(self, state: S, report: ItemReport, now: Instant) -> Step[S]:
        """Returns the step that a report causes. The report comes from an item that this item opened. An item that
        opens no items ignores the report."""
        if state.closed:
            return Step(state=state)
        draft = Draft(state, heard_at(state, report.at, now))
        self.rules.learn(draft, report)
        return self._settled(draft, state)

    def _settled(self, draft: Draft[S], before: S) -> Step[S]:
        """Ends the draft of a message from another workflow: the awaited acts follow the changed state."""
        agreement.close_if_over(self.rules, draft)
        if not draft.state.closed:
            tell_waking(draft, before)
            ladders.reconcile(self.rules, draft)
        return Step(state=draft.state, effects=tuple(draft.effects))

    def returned(self, state: S, key: str, reason: str, now: Instant) -> Step[S]:
        """Returns the step after a post room has told the item that a mail does not reach its office. `key` names the
        notice or the announcement, and `reason` says why. The ladder of the notice pauses."""
        paused = ladders.pause(state, key, reason, now)
        voided = silence.voided(paused.state, key, reason, now)
        return Step(state=voided.state, effects=(*paused.effects, *voided.effects))

    def delivered(self, state: S, key: str, at: Instant, now: Instant) -> Step[S]:
        """Returns the step after a post room has told the item that the mail server took a mail at the instant `at`.
        `key` names the announcement or the notice in this mail."""
        went = ladders.gone(state, key, at, now).state
        return silence.delivered(went, key, at, now)

    def looked(self, state: S, found: Objections, now: Instant) -> Step[S]:
        """Returns the step after an activity has looked into the inbox for unread objections. It looks when the time to
        object is over."""
        return agreement.looked(self.rules, state, found, now)

    def reached(self, state: S, key: str, now: Instant) -> Step[S]:
        """Returns the step after a post room has told the item that mail reaches an office again. `key` names the
        notice to this office. Its ladder resumes."""
        return ladders.resume(state, key, now)

    def ignored(self, state: S, signal: str, why: str, now: Instant) -> Step[S]:
        """Returns the step after a signal that the item cannot use. The record gets a line about it, unless its last
        line is already of this kind."""
        if state.closed or (state.ledger and state.ledger[-1].verb == "ignored"):
            return Step(state=state)
        draft = Draft(state, now)
        draft.enter("ignored", f"a signal {signal!r} was ignored: {why}", signal=signal, reason=why)
        return Step(state=draft.state, effects=tuple(draft.effects))

    def newest(self, state: S, event: CalendarEvent) -> CalendarEvent:
        """Returns the version of the event to publish now. `event` is the version that was waiting to be published."""
        return self.rules.newest(state, event)

    def outrun(self, state: S, published: CalendarEvent, sequence: int, now: Instant) -> Step[S]:
        """Returns the step after the calendars were found to hold a higher SEQUENCE (version number) than the item.
        `published` is the event that was written, and `sequence` is its number in the calendars."""
        return self.rules.outrun(state, published, sequence, now)

    # How it stands

    def awaiting(self, state: S) -> tuple[AwaitedRow, ...]:
        return ladders.awaiting(state)

    def status_of(self, state: S) -> str:
        return status.status_of(self.rules, state)

    def fate(self, state: S) -> str | None:
        return status.fate(self.rules, state)

    def next_moment(self, state: S) -> Moment | None:
        """Returns when the item next moves by itself, and what happens then. None if only an act or a message moves
        it."""
        return status.next_moment(self.rules, state)

    def sentence(self, state: S) -> str:
        """Returns one line with the name of the item and what it waits for. The line is the summary of the item's
        timer."""
        return status.sentence(self.rules, state)

    def next_step(self, state: S) -> str:
        """Returns one line that says what the item waits for. The line does not name the item."""
        return status.next_step(self.rules, state)

    def row(self, state: S) -> ItemRow:
        return status.row(self.rules, state)

    def view(self, state: S) -> ItemView:
        return status.view(self.rules, state)

    def act_in_words(self, state: S, open_act: OpenAct) -> str:
        return ladders.act_in_words(self.rules, state, open_act)

    def not_said(self, state: S) -> Iterator[NotSaid]:
        """Yields the mails that a person may expect of the item, and for which it has not asked the post room, or not
        yet. Rungs that were not climbed are not among them. A closed item has none."""
        return iter(()) if state.closed else self.rules.not_said(state)

    def recorded_facts(self, state: S) -> dict[str, Any]:
        """Returns facts for the data of a line in the record: the acts that are awaited after this line, and what the
        kind adds."""
        return status.recorded_facts(self.rules, state)
