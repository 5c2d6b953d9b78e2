"""How every item decides, whatever its kind: who may act, what follows, what is due.

A machine (one per kind of item) answers three questions about a state, without clock or I/O: may this act be taken now,
what follows from it, and what is due at this instant. Each answer is a new state and a list of effects, which the shell
carries out in order.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Generic

from models.acts import Accept, Act, Close, Counter, Propose, Reject, Terms, Topic, Withdraw
from models.base import Instant
from models.effects import Await, Report, SessionReport, Settle
from models.item import (
    ACTS_KEPT,
    PROPOSALS_KEPT,
    Ask,
    Closure,
    Consent,
    Draft,
    ItemSetup,
    ItemState,
    OpenAct,
    Proposal,
    ProposalStatus,
    S,
    Step,
    TakenAct,
)
from models.letters import AnnouncementKind, Notice
from models.views import AwaitedRow, ItemRow, ItemView, Receipt, Refusal
from models.wording import infinitive, plain_date, plain_instant


class Machine(Generic[S]):
    """The decisions on one kind of item. Subclasses say what is required and what their own acts do."""

    verbs: frozenset[str] = frozenset()
    topics: frozenset[Topic] = frozenset()

    # What the kinds of item decide for themselves

    def required(self, state: S) -> Iterator[Ask]:
        """What the state requires of which side, given that it is open and awake."""
        raise NotImplementedError

    def status(self, state: S) -> str:
        """The one word of rows and queries, for an open, awake item."""
        raise NotImplementedError

    def refuse_own(self, state: S, act: Act, side: str, now: Instant) -> Refusal | None:
        """Why an act of this kind of item alone is not taken."""
        raise NotImplementedError

    def take_own(self, draft: Draft[S], act: Act, side: str) -> None:
        """Carries out an act of this kind of item alone."""
        raise NotImplementedError

    def refuse_terms(self, state: S, terms: Terms, now: Instant) -> Refusal | None:
        """Why terms cannot be proposed."""
        raise NotImplementedError

    def proposed(self, draft: Draft[S], proposal: Proposal) -> None:
        """What else follows from a new proposal (a tentative invitation)."""

    def agreed(self, draft: Draft[S], proposal: Proposal) -> None:
        """The last consent is in: the terms take effect."""
        raise NotImplementedError

    def fell(self, draft: Draft[S], proposal: Proposal) -> None:
        """A proposal was rejected or withdrawn, and nothing took its place."""

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

    def awaiting(self, state: ItemState) -> tuple[AwaitedRow, ...]:
        """One row per office that is awaited, oldest first."""
        rows = [
            AwaitedRow(
                office=state.setup.party(open_act.side).ladder[i].office,
                act=open_act.act,
                since=climbed,
                due=self.due_of(state, open_act),
                rung=i + 1,
            )
            for open_act in state.open_acts
            for i, climbed in enumerate(open_act.climbs)
        ]
        return tuple(sorted(rows, key=lambda row: (row.since, row.rung, row.office)))

    def due_of(self, state: ItemState, open_act: OpenAct) -> Instant | None:
        """By when an act is asked for: before the next office is; with one rung alone, before the window ends."""
        ladder = state.setup.party(open_act.side).ladder
        if open_act.stays or len(ladder) < 2:
            return state.window_end
        return open_act.since + ladder[1].after

    def next_moment(self, state: S) -> tuple[Instant, str] | None:
        """When to ask again, and the sentence that says why. None: only an act or a trigger moves the item."""
        if state.closed:
            return None
        if state.awake:
            moments = list(self.moments(state))
            if state.window_end is not None and not state.late:
                moments.append((state.window_end, "window ends"))
        else:
            moments = [(state.asleep_until or state.setup.opens_at, "asks its offices from")]
        for open_act in state.open_acts:
            instant = self.next_rung_at(state, open_act)
            if instant is not None:
                rung = state.setup.party(open_act.side).ladder[open_act.rung]
                moments.append((instant, f"{rung.label} awaited from"))
        return min(moments, default=None)

    def next_rung_at(self, state: ItemState, open_act: OpenAct) -> Instant | None:
        """When one more, higher office is awaited; None on the last rung, which stays.

        After an outage longer than a tenth of the despatch period the next rung keeps its distance from the instant at
        which the last one was really climbed: one rung is climbed, not all.
        """
        ladder = state.setup.party(open_act.side).ladder
        if open_act.stays or open_act.paused or open_act.rung >= len(ladder):
            return None
        planned = open_act.since + ladder[open_act.rung].after
        below_planned = max(open_act.since + ladder[open_act.rung - 1].after, open_act.climbs[0])
        climbed, gap = open_act.climbs[-1], state.setup.despatch.period
        if climbed - below_planned <= gap / 10:
            return planned
        return max(planned, climbed + gap)

    def sentence(self, state: S) -> str:
        """What the item waits for, in one line: the summary of its timer."""
        moment = self.next_moment(state)
        name = f"{state.setup.ref} {state.setup.short}"
        if moment is None:
            first = next(iter(self.awaiting(state)), None)
            return (
                f"{name}: {infinitive(first.act)} awaited of {first.office}" if first else f"{name}: {self.trigger()}"
            )
        return f"{name}: {moment[1]} {plain_date(moment[0], state.setup.despatch.period)}"

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
        if any(taken.act_id == act.act_id for taken in state.taken):
            return None
        if state.closed:
            closed = state.closed
            return Refusal(
                code="closed",
                message=f"{state.setup.id} was {closed.status} on {plain_instant(closed.at)}. {closed.text}",
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

    def no(self, state: ItemState, code: str, message: str) -> Refusal:
        """A refusal that says what is awaited instead."""
        return Refusal(code=code, message=message, awaiting=self.awaiting(state))

    def _refuse_proposing(self, state: S, terms: Terms, side: str, now: Instant) -> Refusal | None:
        standing = state.open_proposal(terms.topic)
        if standing and standing.side != side:
            whose = f"proposal {standing.number} ({terms.topic.value}) of {standing.office}"
            return self.no(state, "open-proposal", f"{whose} is open: accept, reject or counter it")
        if terms.topic not in self.topics:
            return self.no(state, "wrong-kind", f"a {state.setup.kind} has no {terms.topic.value} to propose")
        return self._refuse_until(state, terms, now) or self.refuse_terms(state, terms, now)

    def _refuse_until(self, state: S, terms: Terms, now: Instant) -> Refusal | None:
        if terms.topic is Topic.DROP and not terms.reason.strip():
            return self.no(state, "bad-terms", "say why it is to be dropped")
        if terms.topic not in (Topic.POSTPONE, Topic.EXTEND):
            return None
        if terms.until is None or terms.until <= now:
            return self.no(state, "bad-terms", "name an instant in the future with --until")
        if terms.topic is Topic.EXTEND:
            if state.window_end is None:
                return self.no(state, "bad-terms", "no window is stated, so none can be extended")
            if terms.until <= state.window_end:
                return self.no(state, "bad-terms", f"the window already ends on {plain_instant(state.window_end)}")
        return None

    def _refuse_answer(
        self, state: S, act: Accept | Reject | Counter | Withdraw, side: str, now: Instant
    ) -> Refusal | None:
        proposal = state.proposal(act.proposal)
        if proposal is None:
            return self.no(state, "no-such-proposal", f"there is no proposal {act.proposal} here")
        if not proposal.open:
            newest = max((p for p in state.proposals if p.terms.topic is proposal.terms.topic), key=lambda p: p.number)
            newer = f"; the newest is {newest.number} ({newest.status.value})" if newest is not proposal else ""
            message = f"proposal {proposal.number} is {proposal.status.value}{newer}"
            return self.no(state, "stale-proposal" if newer else "not-open", message)
        own = proposal.side == side
        if isinstance(act, Withdraw):
            return None if own else self.no(state, "not-yours", f"{proposal.office} made it: reject or counter it")
        if own:
            message = "your side made this proposal: withdraw it, or propose anew"
            return self.no(state, "own-proposal", message)
        if isinstance(act, Accept):
            if proposal.consented(side):
                return self.no(state, "already-consented", f"your side has consented to proposal {proposal.number}")
            return self.refuse_consent(state, proposal, now)
        if isinstance(act, Counter):
            if act.terms.topic is not proposal.terms.topic:
                return self.no(state, "bad-terms", f"proposal {proposal.number} is about {proposal.terms.topic.value}")
            if proposal.terms.topic is Topic.DROP:
                return self.no(state, "bad-terms", "a proposal to drop is accepted or rejected")
            return self._refuse_until(state, act.terms, now) or self.refuse_terms(state, act.terms, now)
        return None

    def refuse_consent(self, state: S, proposal: Proposal, now: Instant) -> Refusal | None:
        """Why an open proposal can no longer be accepted."""
        until = proposal.terms.until
        if until is not None and until <= now:
            return self.no(
                state, "overtaken", f"proposal {proposal.number} named {plain_instant(until)}, which has passed"
            )
        return None

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
        draft.put(taken=(*draft.state.taken, TakenAct(act_id=act.act_id, receipt=receipt))[-ACTS_KEPT:])
        return Step(state=draft.state, effects=tuple(draft.effects), receipt=receipt)

    def _propose(self, draft: Draft[S], act: Act, terms: Terms, side: str, counters: int | None = None) -> int:
        draft.overtake(terms.topic)
        number = draft.state.last_proposal + 1
        proposal = Proposal(
            number=number,
            terms=terms,
            office=act.office,
            side=side,
            at=draft.now,
            consents=(Consent(side=side, office=act.office, at=draft.now),),
            counters=counters,
        )
        kept = (*draft.state.proposals, proposal)[-PROPOSALS_KEPT:]
        draft.put(proposals=kept, last_proposal=number)
        how = f"counters proposal {counters} with" if counters else "proposes"
        text = f"{act.office} ({side}) {how} {describe(terms)} (proposal {number})"
        draft.enter(
            "counter" if counters else "propose", text, act, proposal=number, terms=terms.model_dump(mode="json")
        )
        if all(proposal.consented(each) for each in draft.state.setup.sides):
            self._settle_consent(draft, number)
        else:
            self.proposed(draft, proposal)
        return number

    def _accept(self, draft: Draft[S], act: Accept, side: str) -> None:
        proposal = draft.state.proposal(act.proposal)
        assert proposal is not None
        consents = (*proposal.consents, Consent(side=side, office=act.office, at=draft.now))
        draft.set_proposal(act.proposal, consents=consents)
        draft.enter(
            "accept",
            f"{act.office} ({side}) accepts proposal {act.proposal}: {describe(proposal.terms)}",
            act,
            proposal=act.proposal,
        )
        if {consent.side for consent in consents} >= set(draft.state.setup.sides):
            self._settle_consent(draft, act.proposal)

    def _settle_consent(self, draft: Draft[S], number: int) -> None:
        draft.set_proposal(number, status=ProposalStatus.AGREED)
        proposal = draft.state.proposal(number)
        assert proposal is not None
        terms, setup = proposal.terms, draft.state.setup
        draft.enter("agreed", f"all sides consent to {describe(terms)} (proposal {number})", proposal=number)
        if terms.topic is Topic.DROP:
            self.agreed(draft, proposal)
            self.close(draft, "dropped", None, f"Dropped by consent: {terms.reason}")
            return
        if terms.topic is Topic.EXTEND:
            draft.put(extended_to=terms.until, late=False)
            self.restart(draft)
        elif terms.topic is Topic.POSTPONE:
            draft.overtake(Topic.DATE)
            draft.put(asleep_until=terms.until, awake=False)
        elif terms.topic is Topic.HOST:
            draft.put(host=terms.host)
            report = SessionReport(session=setup.session or "", item=setup.id, status="open", host=terms.host)
            draft.effects.append(Report(report=report))
        self.agreed(draft, proposal)
        if terms.topic is not Topic.DATE:
            draft.announce(AnnouncementKind.ANSWER, setup.sides, f"All sides consent to {describe(terms)}.")

    def _end_proposal(self, draft: Draft[S], act: Reject | Withdraw, side: str) -> None:
        proposal = draft.state.proposal(act.proposal)
        assert proposal is not None
        rejected = isinstance(act, Reject)
        status = ProposalStatus.REJECTED if rejected else ProposalStatus.WITHDRAWN
        draft.set_proposal(act.proposal, status=status)
        reason = f": {act.reason}" if isinstance(act, Reject) and act.reason else ""
        does = "rejects" if rejected else "withdraws"
        text = f"{act.office} ({side}) {does} proposal {act.proposal}, {describe(proposal.terms)}{reason}"
        draft.enter(act.verb, text, act, proposal=act.proposal)
        if rejected:
            draft.announce(AnnouncementKind.ANSWER, (proposal.side,), f"{text}.")
        self.fell(draft, proposal)

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
                "late", f"the window ended on {plain_instant(end)} with the item open ({self.status(draft.state)})"
            )

    def _climb(self, draft: Draft[S]) -> None:
        for open_act in draft.state.open_acts:
            instant = self.next_rung_at(draft.state, open_act)
            if instant is None or instant > draft.now:
                continue
            noticed_late = draft.now - instant > draft.state.setup.despatch.period / 10
            climbed = open_act.model_copy(update={"climbs": (*open_act.climbs, draft.now if noticed_late else instant)})
            self._replace(draft, open_act, climbed)
            rung = draft.state.setup.party(open_act.side).ladder[climbed.rung - 1]
            draft.enter(
                "rung", f"{rung.label} awaited: {infinitive(open_act.act)}", rung=climbed.rung, act_awaited=open_act.act
            )
            self._await(draft, climbed, instant, quiet=False)

    def _replace(self, draft: Draft[S], old: OpenAct, new: OpenAct) -> None:
        draft.put(open_acts=tuple(new if each is old else each for each in draft.state.open_acts))

    def reconcile(self, draft: Draft[S], acting: str = "", due_at: Instant | None = None) -> None:
        """Makes what is awaited equal to what the state requires, keeping the ladders of what stays awaited."""
        state = draft.state
        asks = [] if state.closed else [*self._answers(state), *(self.required(state) if state.awake else ())]
        wanted = {(ask.act, ask.side, ask.subject) for ask in asks}
        kept = []
        for open_act in state.open_acts:
            if (open_act.act, open_act.side, open_act.subject) in wanted:
                kept.append(open_act)
            else:
                self._settle(draft, open_act)
        draft.put(open_acts=tuple(kept))
        present = {(each.act, each.side, each.subject) for each in kept}
        for ask in asks:
            if (ask.act, ask.side, ask.subject) not in present:
                self._begin(draft, ask, due_at or draft.now, quiet=ask.said or ask.side == acting)

    def _answers(self, state: S) -> Iterator[Ask]:
        """Each open proposal awaits the sides that have not consented, also while the item itself sleeps."""
        for proposal in state.open_proposals:
            for side in state.setup.sides:
                if not proposal.consented(side):
                    said = self.said_by_invitation(state, proposal)
                    yield Ask(act="answer", side=side, subject=proposal.number, said=said)

    def said_by_invitation(self, state: S, proposal: Proposal) -> bool:
        """Whether an invitation has already asked for this answer."""
        return False

    def _begin(self, draft: Draft[S], ask: Ask, at: Instant, quiet: bool) -> None:
        key = f"{ask.act}/{ask.side}"
        number = draft.state.rounds.get(key, 0) + 1
        # An item whose asking instant lies before its opening (a launch midway) starts its ladder at the opening.
        since = at if draft.now - at <= draft.state.setup.despatch.period / 10 else draft.now
        open_act = OpenAct(
            act=ask.act, side=ask.side, subject=ask.subject, round=number, since=since, climbs=(since,), stays=ask.stays
        )
        draft.put(rounds={**draft.state.rounds, key: number}, open_acts=(*draft.state.open_acts, open_act))
        self._await(draft, open_act, since, quiet)

    def restart(self, draft: Draft[S]) -> None:
        """Everything that is awaited is asked anew, from now and from the coordinator."""
        for open_act in draft.state.open_acts:
            self._settle(draft, open_act)
        draft.put(open_acts=())

    def _settle(self, draft: Draft[S], open_act: OpenAct) -> None:
        ladder = draft.state.setup.party(open_act.side).ladder
        for i in range(open_act.rung):
            key = notice_key(draft.state.setup, open_act, i + 1)
            draft.effects.append(Settle(office=ladder[i].office, item=draft.state.setup.id, keys=(key,)))

    def _await(self, draft: Draft[S], open_act: OpenAct, at: Instant, quiet: bool) -> None:
        setup = draft.state.setup
        ladder = setup.party(open_act.side).ladder
        rung = ladder[open_act.rung - 1]
        notice = Notice(
            key=notice_key(setup, open_act, open_act.rung),
            item=setup.id,
            ref=setup.ref,
            title=setup.title,
            act=self.act_in_words(draft.state, open_act),
            how=self.how(draft.state, open_act, rung.office),
            side=open_act.side,
            office=rung.office,
            office_title=rung.title,
            rung=open_act.rung,
            since=open_act.since,
            due=self.due_of(draft.state, open_act),
            at=at,
            asked_before=tuple(below.title for below in ladder[: open_act.rung - 1]),
            assumed=setup.assumed,
            quiet=quiet,
        )
        draft.told(rung.office)
        draft.effects.append(Await(notice=notice))

    def act_in_words(self, state: ItemState, open_act: OpenAct) -> str:
        """What is awaited, as an infinitive with its object."""
        proposal = state.proposal(open_act.subject) if open_act.subject else None
        if proposal is None:
            return infinitive(open_act.act)
        return f"answer proposal {proposal.number} of {proposal.office}: {describe(proposal.terms)}"

    def how(self, state: ItemState, open_act: OpenAct, office: str) -> str:
        """The command that does what is awaited."""
        example = {
            "propose-date": "propose {item} date --start YYYY-MM-DDTHH:MM --zone ZONE --for PT3H --as {office}",
            "propose-host": "propose {item} host --host SIDE --as {office}",
            "answer": "accept {item} --proposal {subject} --as {office}   (or reject, or counter)",
            "mark": "held {item} --as {office}   (or not-held)",
            "outcome": 'outcome {item} --text "..." --as {office}',
            "report": 'evidence {item} --text "reported to ... on ..." --as {office}',
            "evidence": "evidence {item} --file signed.pdf --as {office}",
            "close": "close {item} --as {office}",
        }[open_act.act]
        return example.format(item=state.setup.id, office=office, subject=open_act.subject)

    def close(self, draft: Draft[S], status: str, act: Close | None, text: str) -> None:
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

    def returned(self, state: S, key: str, reason: str, now: Instant) -> Step[S]:
        """Nothing reaches the office of this notice: its ladder pauses."""
        return self._reach(state, key, now, paused=True, text=f"cannot be reached ({reason}): its ladder pauses")

    def reached(self, state: S, key: str, now: Instant) -> Step[S]:
        """The office is reached again: its time starts anew, for the silence was ours."""
        return self._reach(state, key, now, paused=False, text="is reached again: its time starts anew")

    def _reach(self, state: S, key: str, now: Instant, *, paused: bool, text: str) -> Step[S]:
        draft = Draft(state, now)
        for open_act in state.open_acts:
            keys = [notice_key(state.setup, open_act, i + 1) for i in range(open_act.rung)]
            if key not in keys or open_act.paused is paused:
                continue
            office = state.setup.party(open_act.side).ladder[keys.index(key)].office
            since = open_act.since if paused else now - (open_act.climbs[-1] - open_act.since)
            climbs = open_act.climbs if paused else (*open_act.climbs[:-1], now)
            changed = open_act.model_copy(update={"paused": paused, "since": since, "climbs": climbs})
            self._replace(draft, open_act, changed)
            draft.enter("unreached" if paused else "reached", f"{office} {text}")
        return Step(state=draft.state, effects=tuple(draft.effects))


def notice_key(setup: ItemSetup, open_act: OpenAct, rung: int) -> str:
    """plan / item / session / act / rung / round / office; a one-off item is its own session."""
    office = setup.party(open_act.side).ladder[rung - 1].office
    return f"{setup.plan}/{setup.obligation}/{setup.session or '-'}/{open_act.act}/{rung}/{open_act.round}/{office}"


def describe(terms: Terms) -> str:
    """Terms in a few words."""
    if terms.topic is Topic.DATE and terms.slot:
        start, length = terms.slot.start, terms.slot.end.utc - terms.slot.start.utc
        place = f", {terms.place}" if terms.place else ""
        style = f", {terms.format.value}" if terms.format else ""
        clock = f"{start.local:%H:%M:%S}" if start.local.second else f"{start.local:%H:%M}"
        return f"{start.local:%-d %B %Y}, {clock} ({start.zone}) for {_hours(length)}{place}{style}"
    if terms.topic is Topic.HOST:
        return f"{terms.host} as host"
    until = plain_instant(terms.until) if terms.until else ""
    return {
        Topic.POSTPONE: f"postponing until {until}",
        Topic.EXTEND: f"extending the window to {until}",
        Topic.DROP: f"dropping it ({terms.reason})",
    }.get(terms.topic, terms.topic.value)


def _hours(length: timedelta) -> str:
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{n} {unit}" for n, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if n]
    return " ".join(parts) or "0 s"
