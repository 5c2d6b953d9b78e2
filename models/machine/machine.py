"""How every item decides, whatever its kind: who may act, what follows, what is due.

A machine (one per kind of item) answers three questions about a state, without clock or I/O: may this act be taken now,
what follows from it, and what is due at this instant. Each answer is a new state and a list of effects, which the shell
carries out in order.
"""

from collections.abc import Iterator
from typing import Any

from models.common.values import Instant, write_instant
from models.machine.draft import Draft, S, Step, heard_at
from models.machine.letter_fields import told_of
from models.machine.setup import ItemSetup
from models.machine.state import ACTS_KEPT, Closure, ProposalStatus, TakenAct
from models.machine.status_rounds import Rounds
from models.messages.acts import Accept, Act, Call, Counter, Progress, Propose, Reject, Reply, Withdraw
from models.messages.calendar_event import CalendarEvent
from models.messages.effects import Announce, Order, SessionReport, Settle
from models.messages.moments import Moment, MomentKind, earliest
from models.messages.notices import AnnouncementKind
from models.messages.sentences import infinitive, joined, not_taken, sentence_of
from models.messages.views import ItemRow, ItemView, Receipt, Refusal


class Machine(Rounds[S]):
    """The decisions on one kind of item. Subclasses say what is required and what their own acts do."""

    verbs: frozenset[str] = frozenset()

    # What the kinds of item decide for themselves, beside `required` and what proposals do

    def status(self, state: S) -> str:
        """The one word of rows and queries, for an open, awake item."""
        raise NotImplementedError

    def refuse_own(self, state: S, act: Act, side: str, now: Instant) -> Refusal | None:
        """Why an act of this kind of item alone is not taken."""
        raise NotImplementedError

    def take_own(self, draft: Draft[S], act: Act, side: str) -> None:
        """Carries out an act of this kind of item alone."""
        raise NotImplementedError

    def moments(self, state: S) -> Iterator[Moment]:
        """Instants at which this kind of item moves by itself."""
        return iter(())

    def pass_moments(self, draft: Draft[S]) -> Instant | None:
        """Takes note of those of its instants that have come, and says when the last of them was due."""
        return None

    # Reading

    def status_of(self, state: S) -> str:
        if state.closed:
            return state.closed.status
        if state.awake:
            return self.status(state)
        if state.open_proposals:
            return "consent-awaited"
        if any(self.asked_in_round(state)):
            return "progress-awaited"
        return "postponed" if state.asleep_until else "dormant"

    def next_moment(self, state: S) -> Moment | None:
        """When to ask again, and why. None: only an act or a trigger moves the item."""
        if state.closed:
            return None
        moments = list(self.rung_moments(state))
        if state.awake:
            moments += self.moments(state)
        else:
            wakes_at = state.asleep_until or state.setup.opens_at
            moments += [Moment(wakes_at, MomentKind.WAKES)] if wakes_at is not None else []
            round_moment = self.round_moment(state)  # what is busy is not asked in rounds
            moments += [round_moment] if round_moment else []
        if (state.awake or state.asleep_until is not None) and state.window_end is not None and not state.late:
            moments.append(Moment(state.window_end, MomentKind.WINDOW_ENDS))
        return earliest(moments)

    def rung_moments(self, state: S) -> Iterator[Moment]:
        """When one more, higher office is awaited, by open act."""
        for open_act in state.open_acts:
            instant = self.next_rung_at(state, open_act)
            if instant is not None:
                rung = state.setup.party(open_act.side).ladder[open_act.rung]
                yield Moment(instant, MomentKind.RUNG, rung.label)

    def sentence(self, state: S) -> str:
        """What the item waits for, in one line: the summary of its timer."""
        return f"{state.setup.ref} {state.setup.short}: {self.next_step(state)}"

    def next_step(self, state: S) -> str:
        """The same without its name."""
        moment = self.next_moment(state)
        if moment is None:
            first = next(iter(self.awaiting(state)), None)
            return f"{infinitive(first.act)} awaited of {first.office}" if first else self.trigger(state)
        clock = state.setup.clock
        if moment.kind is MomentKind.RUNG:  # several offices may be awaited from one instant on
            labels = dict.fromkeys(each.about for each in self.rung_moments(state) if each.at == moment.at)
            moment = moment._replace(about=joined(labels))
        ends = moment.kind is MomentKind.WINDOW_ENDS
        return f"{moment.words} {clock.last_day(moment.at) if ends else clock.day(moment.at)}"

    def row(self, state: S) -> ItemRow:
        return ItemRow(**self._row_fields(state))

    def _row_fields(self, state: S) -> dict[str, Any]:
        moment = self.next_moment(state)
        setup = state.setup
        return {
            "id": setup.id,
            "ref": setup.ref,
            "kind": setup.kind,
            "title": setup.title,
            "status": self.status_of(state),
            "awaiting": self.awaiting(state),
            "next_at": moment.at if moment else None,
            "next_what": self.sentence(state) if not state.closed else "",
            "next_step": self.next_step(state) if not state.closed else "",
            "window": setup.window.model_copy(update={"end": state.window_end}) if setup.window else None,
            "host": state.host,
            "assumed": setup.assumed,
            "clock": setup.clock,
        }

    def view(self, state: S) -> ItemView:
        """Everything that `show` tells."""
        return ItemView(
            **self._row_fields(state),
            plan=state.setup.plan,
            proposals=tuple(p.model_dump(mode="json") for p in state.proposals),
            ledger=state.ledger,
            uid=state.setup.uid,
            late=state.late,
            fate=self.fate(state),
            called=state.called,
            progress=tuple(each.model_dump(mode="json") for each in state.progress),
            settled=state.setup.settled,
            evidence=state.evidence,
        )

    def recorded_facts(self, state: S) -> dict[str, Any]:
        """What the record tells after each line: what is awaited from then on."""
        return {"awaiting": [row.model_dump(mode="json") for row in self.awaiting(state)]}

    # Deciding

    def refuse(self, state: S, act: Act, now: Instant) -> Refusal | None:
        """Why an act is not taken now; None if it is. The Update's validator and the command line's dry run."""
        for taken in state.taken:
            if taken.act_id == act.act_id:
                if (taken.verb, taken.office) == (act.verb, act.office):
                    return None
                what = f"{taken.verb.replace('_', ' ')} of {taken.office}"
                return self.no(state, "act-id-reused", f"this act id belongs to another act, {what}; choose a new one")
        if state.closed:
            closed = state.closed
            return Refusal(
                code="closed",
                message=f"{state.setup.id} was {closed.status} on {state.setup.clock.moment(closed.at)}. {closed.text}",
            )
        side = state.setup.side_of(act.office)
        if side is None:
            offices = ", ".join(party.coordinator.office for party in state.setup.parties) or "none"
            return self.no(
                state, "not-a-party", f"{act.office} has no part in {state.setup.id}; its offices are {offices}"
            )
        if act.verb not in self.verbs:
            return self.no(state, "wrong-kind", self.not_taken_here(state, act))
        if isinstance(act, Propose):
            return self._refuse_proposing(state, act.terms, side, now)
        if isinstance(act, Accept | Reject | Counter | Withdraw):
            return self._refuse_answer(state, act, side, now)
        if isinstance(act, Progress):
            return self.refuse_progress(state, act)
        if isinstance(act, Call):
            return self.refuse_call(state, act, side, now)
        return self.refuse_own(state, act, side, now)

    def not_taken_here(self, state: S, act: Act) -> str:
        """Why this kind of item takes no such act, and what does."""
        return not_taken(act.verb, state.setup.kind, self.verbs)

    def no(self, state: S, code: str, message: str) -> Refusal:
        """A refusal that says what is awaited instead."""
        awaiting = self.awaiting(state)
        if not awaiting and (moment := self.next_moment(state)):
            message = f"{message}; nothing is awaited now: {moment.words} {state.setup.clock.moment(moment.at)}"
        return Refusal(code=code, message=message, awaiting=awaiting)

    def take(self, state: S, act: Act, now: Instant) -> Step[S]:
        """Carries out an act that `refuse` let pass. An act that was taken before gives its first receipt again."""
        for taken in state.taken:
            if taken.act_id == act.act_id:
                return Step(state=state, receipt=taken.receipt)
        draft = Draft(state, now)
        side = state.setup.side_of(act.office) or ""
        draft.message = act.message if isinstance(act, Reply) else None
        number: int | None = None
        if isinstance(act, Propose):
            number = self._propose(draft, act, act.terms, side)
        elif isinstance(act, Accept):
            self._accept(draft, act, side)
        elif isinstance(act, Reject | Withdraw):
            self._end_proposal(draft, act, side)
        elif isinstance(act, Counter):
            draft.set_proposal(act.proposal, status=ProposalStatus.COUNTERED)
            number = self._propose(draft, act, act.terms, side, counters=act.proposal)
        elif isinstance(act, Progress):
            self.take_progress(draft, act, side)
        elif isinstance(act, Call):
            self.take_call(draft, act, side)
        else:
            self.take_own(draft, act, side)
            made = isinstance(act, Reply) and draft.state.last_proposal > state.last_proposal
            number = draft.state.last_proposal if made else None
        self.tell_waking(draft, state)
        self.reconcile(draft, acting=side)
        receipt = Receipt(
            item=state.setup.id,
            status=self.status_of(draft.state),
            proposal=number,
            text="\n".join(e.text for e in draft.state.ledger if e.n > state.entries and e.verb != "view"),
            awaiting=self.awaiting(draft.state),
        )
        draft.put(
            taken=(*draft.state.taken, TakenAct(act_id=act.act_id, verb=act.verb, office=act.office, receipt=receipt))[
                -ACTS_KEPT:
            ]
        )
        return Step(state=draft.state, effects=tuple(draft.effects), receipt=receipt)

    def due(self, state: S, now: Instant) -> Step[S]:
        """What has come due: waking, the item's own instants, the end of the window, one rung of each ladder."""
        draft = Draft(state, now)
        if state.closed:
            return Step(state=state)
        if not state.entries:
            window = state.setup.window
            draft.enter(
                "opened",
                f"{state.setup.title} opened{f', called: {state.called}' if state.called else ''}",
                title=state.setup.title,
                window=window.model_dump(mode="json") if window else None,
                ref=state.setup.ref,
                kind=state.setup.kind,
                assumed=list(state.setup.assumed) or None,
                called=state.called or None,
            )
        wakes_at = state.asleep_until or state.setup.opens_at
        if state.asleep_until is not None:
            self._note_window_end(draft)  # postponed beyond it by consent of every side
        if not state.awake and wakes_at is not None and wakes_at <= now:
            draft.put(awake=True, asleep_until=None)
        passed: Instant | None = None
        if draft.state.awake:
            passed = self.pass_moments(draft)
            self._note_window_end(draft)
        self._climb(draft)
        round_at = self.pass_rounds(draft)
        self.tell_waking(draft, state)
        self.reconcile(draft, due_at=round_at or (wakes_at if not state.awake else passed))
        return Step(state=draft.state, effects=tuple(draft.effects))

    def _note_window_end(self, draft: Draft[S]) -> None:
        end = draft.state.window_end
        if end is not None and end <= draft.now and not draft.state.late:
            excused = self.excused(draft.state)
            draft.put(late=True, excused=excused)
            how = "by consent of every side it comes later" if excused else "it is missed"
            draft.enter(
                "late" if excused else "missed",
                f"the window ended on {draft.moment(end)} with the item open ({self.status_of(draft.state)}): {how}",
                end=write_instant(end),
            )

    def excused(self, state: S) -> bool:
        """Whether every side has consented that it comes after its window."""
        return False

    def ordered(self, state: S, order: Order, now: Instant) -> Step[S]:
        """What the workflow that opened it tells: its host, its end, or what an amendment changes."""
        draft = Draft(state, heard_at(state, order.at, now))
        if state.closed:
            return Step(state=state)
        if order.unless_begun and (state.open_proposals or self.under_way(state)):
            return Step(state=state)
        if order.host and state.host in (None, order.instead_of) and not self.was_held(state):
            draft.put(host=order.host)
            draft.enter(
                "host",
                order.text if order.text.startswith(order.host) else f"{order.host} hosts: {order.text}",
                host=order.host,
            )
        if order.changes:
            self._amend(draft, order)
        if order.end:
            self.ending(draft, order)
            self.say_dropped(draft, order)
            self.close(draft, order.end, None, order.text, by=order.by or None, amendment=order.amendment)
        else:
            self.tell_waking(draft, state)
            self.reconcile(draft)
        return Step(state=draft.state, effects=tuple(draft.effects))

    def _amend(self, draft: Draft[S], order: Order) -> None:
        before = draft.state.setup
        if "parties" in order.changes:
            self.restart(draft)  # what was asked of the former offices is settled there
        draft.put(setup=before.changed(order.changes))
        after = draft.state.setup
        if (after.window, after.opens_at) != (before.window, before.opens_at):
            self._redate(draft, before)
        draft.enter("amended", order.text, changes=dict(order.changes))
        if order.announce:
            self.say_amended(draft, before, order)

    def say_amended(self, draft: Draft[S], before: ItemSetup, order: Order) -> None:
        """The offices that an amendment concerns are told of it, and those that it no longer concerns."""
        text = sentence_of(f"The plan reads otherwise {order.text}")
        after = draft.state.setup
        draft.announce(AnnouncementKind.AMENDMENT, after.sides, text, **told_of(order))
        now_asked = {party.coordinator.office for party in after.parties}
        gone = [party.coordinator for party in before.parties if party.coordinator.office not in now_asked]
        if gone:
            more = " Nothing about it is awaited of your office any longer."
            draft.announce_to(
                AnnouncementKind.AMENDMENT, gone, text + more, final=True, **told_of(order, relieved=True)
            )

    def _redate(self, draft: Draft[S], before: ItemSetup) -> None:
        """Another window, or none: what has not begun waits for it, or for the next status round.

        Asked anew, unless one window takes the place of another and it is in this one already.
        """
        state, setup = draft.state, draft.state.setup
        waits = setup.opens_at is None or setup.opens_at > draft.now
        moved = before.window is not None and setup.window is not None and not waits
        if not moved:
            self.restart(draft)
        end = setup.window.end if setup.window else None
        kept = moved and state.extended_to is not None and end is not None and state.extended_to > end
        draft.put(extended_to=state.extended_to if kept else None, late=False, excused=False)
        if waits and state.awake and not state.called and not self.under_way(state):
            draft.put(awake=False)

    def under_way(self, state: S) -> bool:
        """Whether something has been agreed or done already."""
        return False

    def say_dropped(self, draft: Draft[S], order: Order) -> None:
        """That an amendment dropped it, unless a cancellation has just said so. What ends with the plan is listed."""
        if order.end != "dropped" or any(isinstance(effect, Announce) for effect in draft.effects):
            return
        text = sentence_of(order.text)
        draft.announce(AnnouncementKind.AMENDMENT, draft.state.setup.sides, text, final=True)

    def learn(self, state: S, report: SessionReport, now: Instant) -> Step[S]:
        """What an item that it opened tells. An item that opens none learns nothing."""
        return Step(state=state)

    def newest(self, state: S, event: CalendarEvent) -> CalendarEvent:
        """The version that calendars need now, where this one was to be published."""
        return event

    def outrun(self, state: S, published: CalendarEvent, sequence: int, now: Instant) -> Step[S]:
        """The calendars hold what was published with a higher SEQUENCE than it counts. Only a meeting has an event."""
        return Step(state=state)

    def ending(self, draft: Draft[S], order: Order) -> None:
        """What must be said before an item ends by order: a cancellation."""

    def close(self, draft: Draft[S], status: str, act: Act | None, text: str, *, by: str | None, **how: Any) -> None:
        """Ends the item: the post rooms are told before the record is closed out. `by` says by what it ends, and `how`
        more of it: fields of the line."""
        for proposal in draft.state.open_proposals:
            draft.set_proposal(proposal.number, status=ProposalStatus.OVERTAKEN)
        closure = Closure(status=status, at=draft.now, office=act.office if act else None, text=text)
        draft.put(closed=closure)
        self.reconcile(draft)
        setup = draft.state.setup
        for office in draft.state.told:
            draft.effects.append(Settle(office=office, item=setup.id, closed=True))
        draft.enter(status, text, act, by=by, **how)
        # The last line of the record carries the whole view: `status` and `show` read closed items from it.
        view = self.view(draft.state).model_copy(update={"ledger": ()}).model_dump(mode="json")
        draft.enter("view", "as it stands at its close-out", view=view)
        report = SessionReport(
            session=setup.session or "",
            item=setup.id,
            status=status,
            host=draft.state.host,
            closed=True,
            held=self.was_held(draft.state),
            on=self.held_on(draft.state),
            reason=text,
            fate=self.fate(draft.state),
        )
        draft.report(report)

    def fate(self, state: S) -> str | None:
        """How it stands to its window: on-time, late, missed or excused; None while that is open."""
        if state.closed and state.closed.status == "excused":
            return "excused"
        if state.window_end is None:
            return None
        if self.fulfilled(state):
            return "late" if state.late else "on-time"
        if state.late:
            return "late" if state.excused else "missed"
        return None

    def fulfilled(self, state: S) -> bool:
        """Whether what was promised has been done."""
        return self.was_held(state)

    def held_on(self, state: S) -> Instant | None:
        """When it took place."""
        return None

    def was_held(self, state: S) -> bool:
        """Whether a turn was served."""
        return False
