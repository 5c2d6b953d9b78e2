"""How every item decides, whatever its kind: who may act, what follows, what is due.

A machine (one per kind of item) answers three questions about a state, without clock or I/O: may this act be taken now,
what follows from it, and what is due at this instant. Each answer is a new state and a list of effects, which the shell
carries out in order.
"""

from collections.abc import Iterator
from typing import Any

from models.acts import Accept, Act, Counter, Propose, Reject, Withdraw
from models.base import Instant
from models.effects import Report, SessionReport, Settle
from models.item import (
    ACTS_KEPT,
    Closure,
    Draft,
    ProposalStatus,
    S,
    Step,
    TakenAct,
)
from models.proposing import Proposing
from models.views import ItemRow, ItemView, Receipt, Refusal
from models.wording import infinitive

WINDOW_ENDS = "window ends"


class Machine(Proposing[S]):
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

    def moments(self, state: S) -> Iterator[tuple[Instant, str]]:
        """Instants at which this kind of item moves by itself, each with what happens then."""
        return iter(())

    def pass_moments(self, draft: Draft[S]) -> None:
        """Takes note of those of its instants that have come."""

    # Reading

    def status_of(self, state: S) -> str:
        if state.closed:
            return state.closed.status
        if state.awake:
            return self.status(state)
        if state.open_proposals:
            return "consent-awaited"
        return "postponed" if state.asleep_until else "dormant"

    def next_moment(self, state: S) -> tuple[Instant, str] | None:
        """When to ask again, and the sentence that says why. None: only an act or a trigger moves the item."""
        if state.closed:
            return None
        if state.awake:
            moments = list(self.moments(state))
            if state.window_end is not None and not state.late:
                moments.append((state.window_end, WINDOW_ENDS))
        else:
            moments = [(state.asleep_until or state.setup.opens_at, "asks its offices from")]
        return min([*moments, *self.rung_moments(state)], default=None)

    def rung_moments(self, state: S) -> Iterator[tuple[Instant, str]]:
        """When one more, higher office is awaited, by open act."""
        for open_act in state.open_acts:
            instant = self.next_rung_at(state, open_act)
            if instant is not None:
                rung = state.setup.party(open_act.side).ladder[open_act.rung]
                yield instant, f"{rung.label} awaited from"

    def sentence(self, state: S) -> str:
        """What the item waits for, in one line: the summary of its timer."""
        moment = self.next_moment(state)
        name = f"{state.setup.ref} {state.setup.short}"
        if moment is None:
            first = next(iter(self.awaiting(state)), None)
            return (
                f"{name}: {infinitive(first.act)} awaited of {first.office}" if first else f"{name}: {self.trigger()}"
            )
        clock = state.setup.clock
        day = clock.last_day(moment[0]) if moment[1] == WINDOW_ENDS else clock.day(moment[0])
        others = sum(1 for each in self.rung_moments(state) if each[0] == moment[0]) - 1
        more = f", and {others} more" if others > 0 else ""
        return f"{name}: {moment[1]} {day}{more}"

    def trigger(self) -> str:
        """Who may wake an item that no instant wakes."""
        return "dormant until an office of any side acts"

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
            "next_at": moment[0] if moment else None,
            "next_what": self.sentence(state) if not state.closed else "",
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
            evidence=state.evidence,
        )

    # Deciding

    def refuse(self, state: S, act: Act, now: Instant) -> Refusal | None:
        """Why an act is not taken now; None if it is. The Update's validator and the command line's dry run."""
        for taken in state.taken:
            if taken.act_id == act.act_id:
                if (taken.verb, taken.office) == (act.verb, act.office):
                    return None
                what = f"{taken.verb.replace('_', ' ')} of {taken.office}"
                return self.no(
                    state, "act-id-reused", f"this --act-id belongs to another act, {what}; choose a new one"
                )
        if state.closed:
            closed = state.closed
            return Refusal(
                code="closed",
                message=f"{state.setup.id} was {closed.status} on {state.setup.clock.moment(closed.at)}. {closed.text}",
            )
        side = state.setup.side_of(act.office)
        if side is None:
            offices = ", ".join(party.coordinator.office for party in state.setup.parties)
            return self.no(
                state, "not-a-party", f"{act.office} has no part in {state.setup.id}; its offices are {offices}"
            )
        if act.verb not in self.verbs:
            return self.no(state, "wrong-kind", f"a {state.setup.kind} is not {act.verb.replace('_', ' ')}")
        if isinstance(act, Propose):
            return self._refuse_proposing(state, act.terms, side, now)
        if isinstance(act, Accept | Reject | Counter | Withdraw):
            return self._refuse_answer(state, act, side, now)
        return self.refuse_own(state, act, side, now)

    def no(self, state: S, code: str, message: str) -> Refusal:
        """A refusal that says what is awaited instead."""
        awaiting = self.awaiting(state)
        if not awaiting and (moment := self.next_moment(state)):
            message = f"{message}; nothing is awaited now: {moment[1]} {state.setup.clock.moment(moment[0])}"
        return Refusal(code=code, message=message, awaiting=awaiting)

    def take(self, state: S, act: Act, now: Instant) -> Step[S]:
        """Carries out an act that `refuse` let pass. An act that was taken before gives its first receipt again."""
        for taken in state.taken:
            if taken.act_id == act.act_id:
                return Step(state=state, receipt=taken.receipt)
        draft = Draft(state, now)
        side = state.setup.side_of(act.office) or ""
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
        else:
            self.take_own(draft, act, side)
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
                f"{state.setup.title} opened",
                window=window.model_dump(mode="json") if window else None,
                ref=state.setup.ref,
                kind=state.setup.kind,
                assumed=list(state.setup.assumed) or None,
            )
        wakes_at = state.asleep_until or state.setup.opens_at
        if not state.awake and wakes_at <= now:
            draft.put(awake=True, asleep_until=None)
        if draft.state.awake:
            self.pass_moments(draft)
            self._note_window_end(draft)
        self._climb(draft)
        self.reconcile(draft, due_at=wakes_at if not state.awake else None)
        return Step(state=draft.state, effects=tuple(draft.effects))

    def _note_window_end(self, draft: Draft[S]) -> None:
        end = draft.state.window_end
        if end is not None and end <= draft.now and not draft.state.late:
            draft.put(late=True)
            draft.enter(
                "late",
                f"the window ended on {draft.moment(end)} with the item open ({self.status(draft.state)})",
            )

    def close(self, draft: Draft[S], status: str, act: Act | None, text: str) -> None:
        """Ends the item: the post rooms are told before the record is closed out."""
        for proposal in draft.state.open_proposals:
            draft.set_proposal(proposal.number, status=ProposalStatus.OVERTAKEN)
        closure = Closure(status=status, at=draft.now, office=act.office if act else None, text=text)
        draft.put(closed=closure)
        self.reconcile(draft)
        setup = draft.state.setup
        for office in draft.state.told:
            draft.effects.append(Settle(office=office, item=setup.id, closed=True))
        draft.enter(status, text, act)
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
        )
        draft.effects.append(Report(report=report))

    def was_held(self, state: S) -> bool:
        """Whether a turn was served."""
        return False
