"""The plan itself as an item: amended by consent of its signatories, seen whole in its rounds, ended in time."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import JsonValue

from models.common.ids import obligation_id
from models.common.values import Instant
from models.governance.amending import (
    AmendmentInForce,
    NotPossible,
    Settlement,
    amended,
    before_settling,
    check_third_states,
    difference,
    settled,
)
from models.governance.consequences import _ask_again, _count_ended, consequences
from models.governance.corrections import corrected, names_host_of_three, past_question, wrong_correction
from models.governance.opening import setup_of, whole
from models.governance.plan_state import PlanState, today_of
from models.governance.question_lists import left_open, still_asked
from models.governance.summaries import Summary, ended_as, final_summary, open_summary, round_summary
from models.items.commitment import CommitmentState
from models.items.meeting import MeetingState
from models.items.past_sessions import AdoptedSession, adopted_entries
from models.items.questions import PAST, past_of
from models.items.series import past_session
from models.machine.draft import Draft, Step, heard_at
from models.machine.machine import Machine
from models.machine.state import ItemState, OpenAct, Proposal, ProposalStatus
from models.messages.acts import Act, Terms, Topic
from models.messages.effects import EnterElsewhere, Order, Resolve, SessionReport
from models.messages.moments import Moment, MomentKind, earliest
from models.messages.notices import AnnouncementKind
from models.messages.sentences import amendment_in_words, sentence_of, value_in_words
from models.messages.views import ItemRow, ItemView, Refusal
from models.plan.amendment import AmendmentKind
from models.plan.plan import Window


class PlanMachine(Machine[PlanState]):
    verbs = frozenset({"propose", "accept", "reject", "counter", "withdraw"})
    topics = frozenset({Topic.AMEND, Topic.ANSWER})

    def status_of(self, state: PlanState) -> str:
        if state.closed:
            return state.closed.status
        return "launching" if state.launching else "in-force"

    def status(self, state: PlanState) -> str:
        return self.status_of(state)

    def asked_in_round(self, state: PlanState) -> Iterator[Any]:
        """Nothing: the rounds ask about its items."""
        return iter(())

    def next_moment(self, state: PlanState) -> Moment | None:
        if state.closed or state.launching:
            return None
        return earliest(list(self._moments(state)))

    def _moments(self, state: PlanState) -> Iterator[Moment]:
        until, clock = state.launch.valid_until, state.setup.clock
        if until is not None:
            yield Moment(until, MomentKind.PLAN_ENDS, clock.last_day(until))
            if not state.expiry_told:
                yield Moment(until - state.plan.expiry_notice, MomentKind.OPEN_LISTED)
        if state.rounds_passed < len(state.setup.rounds):
            yield Moment(state.setup.rounds[state.rounds_passed].at, MomentKind.ROUND_ASKS)
        if state.rounds_shown < len(state.setup.rounds):
            current = state.setup.rounds[state.rounds_shown]
            yield Moment(current.closes, MomentKind.ROUND_SHOWN, current.name)

    def sentence(self, state: PlanState) -> str:
        moment = self.next_moment(state)
        if moment is None:
            return f"{state.setup.plan_title}: in force"
        return f"{state.setup.plan_title}: {moment.words} {state.setup.clock.day(moment.at)}"

    def row(self, state: PlanState) -> ItemRow:
        # Lists and operators see its status; what it waits for stands in its timer.
        setup = state.setup
        return ItemRow(
            id=setup.id,
            ref="-",
            kind="plan",
            title=setup.title,
            status=self.status_of(state),
            awaiting=self.awaiting(state),
            next_at=None if state.launching else self._next_at(state),
            clock=setup.clock,
        )

    def _next_at(self, state: PlanState) -> Instant | None:
        moment = self.next_moment(state)
        return moment.at if moment else None

    def view(self, state: PlanState) -> ItemView:
        return ItemView(
            **self.row(state).model_dump(),
            plan=state.setup.plan,
            proposals=tuple(p.model_dump(mode="json") for p in state.proposals),
            ledger=state.ledger,
            amendments=tuple(each.model_dump(mode="json") for each in state.amendments),
        )

    def refuse(self, state: PlanState, act: Act, now: Instant) -> Refusal | None:
        if state.launching:
            return Refusal(code="launching", message="the plan is being launched; try again when it is in force")
        return super().refuse(state, act, now)

    # What comes by itself

    def due(self, state: PlanState, now: Instant) -> Step[PlanState]:
        draft = Draft(state, now)
        if state.closed or state.launching:
            return Step(state=state)
        # After an outage a round may have closed when the next asks: what was answered to it is shown first.
        self._show_rounds(draft)
        due = sum(1 for each in state.setup.rounds if each.at <= now)
        if due > state.rounds_passed:
            draft.put(rounds_passed=due, answers={})
        self._list_open(draft)
        until = state.launch.valid_until
        if until is not None and until <= now:
            self._expire(draft)
        self.reconcile(draft)
        return Step(state=draft.state, effects=tuple(draft.effects))

    def _show_rounds(self, draft: Draft[PlanState], last: bool = False) -> None:
        """The two ministries of foreign affairs see the whole round (B.2); as the plan ends, the one that is open."""
        rounds = draft.state.setup.rounds
        closed = sum(1 for each in rounds if each.closes <= draft.now)
        closed = max(closed, draft.state.rounds_passed) if last else closed
        if closed <= draft.state.rounds_shown:
            return
        draft.put(rounds_shown=closed)
        shown = rounds[closed - 1]
        summary = round_summary(draft.state, shown.name)
        until = draft.state.launch.valid_until
        told: dict[str, Any] = {"answers": draft.state.answers, "busy": list(draft.state.busy)}
        draft.enter("round", summary.text, round=shown.name, **told)
        self._say_list(
            draft,
            AnnouncementKind.ROUND,
            summary,
            at=min(shown.closes, until or shown.closes),
            subject=shown.name,
        )

    def _say_list(
        self, draft: Draft[PlanState], kind: AnnouncementKind, summary: Summary, at: Instant, **more: Any
    ) -> None:
        """A list over the whole plan, to both ministries of foreign affairs."""
        sides, final = draft.state.setup.sides, self._ends(draft)
        draft.announce(
            kind, sides, summary.text, final=final, at=at, lists=summary.lists, counts=summary.counts, **more
        )

    def _ends(self, draft: Draft[PlanState]) -> bool:
        """Whether the plan ends at this very instant: what it says now still goes."""
        until = draft.state.launch.valid_until
        return until is not None and until <= draft.now

    def _list_open(self, draft: Draft[PlanState]) -> None:
        state = draft.state
        until = state.launch.valid_until
        if until is None or state.expiry_told:
            return
        if until - state.plan.expiry_notice > draft.now:
            return
        draft.put(expiry_told=True)
        if self._ends(draft):
            return  # the final record says it
        found = open_summary(state, draft.now)
        text = f"The plan is valid until {state.setup.clock.last_day(until)}. {found.text}"
        summary = found.model_copy(update={"text": text})
        draft.enter("expiry", text)
        self._say_list(draft, AnnouncementKind.EXPIRY, summary, at=until - state.plan.expiry_notice, day=until)

    def _expire(self, draft: Draft[PlanState]) -> None:
        """What is open ends with the plan, but for the procedures that its text sets for afterwards (B.5)."""
        state = draft.state
        self._show_rounds(draft, last=True)
        text = f"open when the validity of the plan ended on {draft.moment(draft.now)}"
        for item in tuple(state.open_items):
            # Sessions are told by their series.
            if item.count("/") == 1 or item.startswith(f"{state.setup.id}/questions/"):
                order = Order(end="expired", by="expiry", text=text)
                draft.tell(item, order, at=state.launch.valid_until)
        summary = final_summary(state, draft.now)
        text = f"The validity of the plan has ended. {summary.text}"
        final = summary.model_copy(update={"text": text})
        until = state.launch.valid_until
        self._say_list(draft, AnnouncementKind.EXPIRY, final, at=until or draft.now, day=until, subject="final")
        draft.put(open_items={})
        self.close(draft, "expired", None, text, by="expiry")

    # Amendments

    def refuse_terms(self, state: PlanState, terms: Terms, now: Instant) -> Refusal | None:
        wrong = self._misfit(state, terms, now)
        return self.no(state, "bad-terms", wrong) if wrong else None

    def _misfit(self, state: PlanState, terms: Terms, now: Instant) -> str:
        """Why an amendment does not fit the plan as it reads now, or a correction its past; empty where it does."""
        if terms.topic is Topic.ANSWER:
            wrong = wrong_correction(state.plan, state.launch.history, state.settled, state.questions, terms, now)
            return wrong or names_host_of_three(state.plan, terms)
        amendment = terms.amendment
        if amendment is None:
            return "say which obligation is to read otherwise"
        mute = [name for name, side in state.plan.sides.items() if side.signatory and name not in state.setup.sides]
        if mute:
            return f"no focal point of {', '.join(mute)} is known that could consent: the plan cannot be amended"
        earlier = {each.amendment.obligation for each in state.amendments}
        gone = amendment.obligation in earlier and state.plan.obligation(amendment.obligation) is None
        if gone and amendment.kind is AmendmentKind.ADD:
            return f"{amendment.obligation} was in the plan before, and its record stays; choose another id"
        item = obligation_id(state.setup.plan, amendment.obligation)
        changes = amendment.kind in (AmendmentKind.CADENCE, AmendmentKind.FIRST_HOST)
        if changes and state.plan.obligation(amendment.obligation) and item not in state.open_items:
            return f"{amendment.obligation} has ended; add what is to follow it as another obligation"
        try:
            made = amended(state.plan, amendment, today_of(state, now))
            check_third_states(state.plan, amendment, made)
        except NotPossible as error:
            return str(error)
        return ""

    def lines_of(self, state: ItemState, open_act: OpenAct) -> tuple[str, ...]:
        """What a proposed amendment would change, field by field, for those whose answer is awaited."""
        proposal = state.proposal(open_act.subject)
        if not isinstance(state, PlanState) or proposal is None:
            return super().lines_of(state, open_act)
        return tuple(difference(*proposed_texts(state, proposal)))

    def refuse_consent(self, state: PlanState, proposal: Proposal, now: Instant) -> Refusal | None:
        return self.refuse_terms(state, proposal.terms, now) or super().refuse_consent(state, proposal, now)

    def refuse_own(self, state: PlanState, act: Act, side: str, now: Instant) -> Refusal | None:
        return self.no(state, "wrong-kind", "a plan takes proposals and answers to them")

    def agreed(self, draft: Draft[PlanState], proposal: Proposal) -> None:
        """In force from this instant, the date of the last consent (B.7); the text that it replaces is kept."""
        if proposal.terms.topic is Topic.ANSWER:
            self._correct_past(draft, proposal.terms)
            return
        state, amendment = draft.state, proposal.terms.amendment
        assert amendment is not None
        before = state.plan.obligation(amendment.obligation)
        found = next((p for p, o in state.plan.obligations() if o.id == amendment.obligation), None)
        where = found.ref if found else amendment.provision
        provision = next(each for each in state.plan.provisions if each.ref == where)
        position = [each.id for each in provision.obligations].index(amendment.obligation) if found else None
        amendment = amendment.model_copy(update={"provision": where})
        earlier = [each.at for each in state.amendments if each.amendment.obligation == amendment.obligation]
        done = AmendmentInForce(
            number=proposal.number,
            amendment=amendment,
            text=amendment_in_words(amendment),
            at=draft.now,
            proposed_by=proposal.office,
            consents=tuple((consent.side, consent.at) for consent in proposal.consents),
            before=before.model_dump(mode="json") if before else None,
            before_since=earlier[-1] if earlier else None,
            position=position,
            operative=provision.operative,
        )
        plan = amended(state.plan, amendment, today_of(state, draft.now))
        why = f"by amendment {done.number}: {done.text}"
        draft.put(plan=plan, amendments=(*state.amendments, done), why=why, amending=True)
        draft.effects.append(Resolve(at=draft.now))
        self._overtake_questions(draft, done)
        self._drop_stale(draft)

    def _overtake_questions(self, draft: Draft[PlanState], done: AmendmentInForce) -> None:
        """Open questions that the amendment has settled, or left without object."""
        by_list: dict[str, list[JsonValue]] = {}
        for each in draft.state.questions:
            about = each.obligation == done.amendment.obligation and each.id not in draft.state.settled
            if about and not left_open(draft.state.plan, each) and not still_asked(draft.state.plan, each):
                by_list.setdefault(each.item, []).append(each.id)
        overtaken = [str(name) for names in by_list.values() for name in names]
        draft.put(overtaken=tuple(dict.fromkeys((*draft.state.overtaken, *overtaken))))
        for item, names in by_list.items():
            order = Order(changes={"overtaken": names}, text=draft.state.why)
            draft.tell(item, order)

    def _drop_stale(self, draft: Draft[PlanState]) -> None:
        """Proposals that no longer fit the plan as it now reads are overtaken; their proposers are told."""
        for proposal in draft.state.open_proposals:
            wrong = self._misfit(draft.state, proposal.terms, draft.now)
            if wrong:
                draft.set_proposal(proposal.number, status=ProposalStatus.OVERTAKEN)
                what = f"proposal {proposal.number}, {draft.words(proposal.terms)}, is overtaken: {wrong}"
                draft.enter("overtaken", what, proposal=proposal.number, reason=wrong)
                draft.announce(AnnouncementKind.ANSWER, (proposal.side,), sentence_of(what))

    def resolved(
        self, state: PlanState, windows: Mapping[str, tuple[Window, ...]], now: Instant, at: Instant | None = None
    ) -> Step[PlanState]:
        """The windows of the plan as it now is, and as it has read since `at`: what follows for each item."""
        if state.closed:
            return Step(state=state)
        draft = Draft(state, heard_at(state, at, now))
        before = state.launch.plan  # the plan that its items follow so far
        draft.put(windows=dict(windows), launch=state.launch.model_copy(update={"plan": state.plan}))
        consequences(draft, before, windows, state.windows)
        if draft.state.amending:
            _ask_again(draft, before)
        return Step(state=draft.state, effects=tuple(draft.effects))

    # What its items tell

    def learn(self, state: PlanState, report: SessionReport, now: Instant) -> Step[PlanState]:
        if state.closed:
            return Step(state=state)
        draft = Draft(state, heard_at(state, report.at, now))
        if report.status == "progress":
            self._learn_progress(draft, report)
        elif report.status == "answered":
            self._learn_answer(draft, report)
        elif report.status in ("busy", "idle"):
            others = tuple(item for item in state.busy if item != report.item)
            draft.put(busy=(*others, report.item) if report.status == "busy" else others)
        elif report.closed:
            self._learn_end(draft, report)
        elif report.status == "opened":
            draft.put(open_items={**state.open_items, report.item: report.title})
        self.reconcile(draft)
        return Step(state=draft.state, effects=tuple(draft.effects))

    def _learn_progress(self, draft: Draft[PlanState], report: SessionReport) -> None:
        current = draft.state.round
        if current is None or report.progress.get("round") != current.name:
            return
        own = {**draft.state.answers.get(report.item, {}), report.progress["side"]: report.progress}
        draft.put(answers={**draft.state.answers, report.item: own})

    def _learn_end(self, draft: Draft[PlanState], report: SessionReport) -> None:
        state = draft.state
        if report.item in state.open_items:
            _count_ended(draft, report.item, ended_as(report.status, report.fate))
        open_items = {item: title for item, title in state.open_items.items() if item != report.item}
        draft.put(open_items=open_items, busy=tuple(item for item in state.busy if item != report.item))

    def _learn_answer(self, draft: Draft[PlanState], report: SessionReport) -> None:
        """A question is settled by consent of its offices: the plan's reading follows, and so do its items."""
        question = next((each for each in draft.state.questions if each.id == report.question), None)
        if question is None or question.id in draft.state.settled:
            return
        draft.put(settled={**draft.state.settled, question.id: report.value})
        said = value_in_words(report.value)
        draft.enter("settled", f"{question.text}: {said}", question=question.id, value=report.value)
        if question.field == PAST:
            self._settle_past(draft, past_of(question, report.value))
            return
        try:
            plan = settled(draft.state.plan, question, report.value, today_of(draft.state, draft.now))
        except NotPossible as error:
            text = f"the plan cannot follow this answer: {error}"
            draft.enter("settled", text, question=question.id, reason=str(error))
            return
        before = before_settling(draft.state.plan, question)
        done = Settlement(question=question.id, obligation=question.obligation, at=draft.now, before=before)
        why = f"settled by the offices: {question.text}: {said}"
        draft.put(plan=plan, settlements=(*draft.state.settlements, done), why=why, amending=False)
        draft.effects.append(Resolve(at=draft.now))
        self._drop_stale(draft)

    def _correct_past(self, draft: Draft[PlanState], terms: Terms) -> None:
        """What was on record as missed was held after all."""
        question = past_question(draft.state.plan, terms.question)
        assert question is not None
        past = corrected(question, terms.value, draft.state.settled)
        draft.put(settled={**draft.state.settled, question.id: terms.value})
        draft.enter("settled", f"{question.text}: {past.words}", question=question.id, value=terms.value)
        self._settle_past(draft, past)

    def _settle_past(self, draft: Draft[PlanState], past: AdoptedSession) -> None:
        state = draft.state
        item = obligation_id(state.setup.plan, past.obligation)
        if past.session and item in state.open_items:
            changes: dict[str, JsonValue] = {"past": past.model_dump(mode="json")}
            order = Order(changes=changes, text=f"session {past.session}: {past.words}")
            draft.tell(item, order)
            return
        found = next(((p, o) for p, o in state.plan.obligations() if o.id == past.obligation), None)
        if found is not None:  # a one-off item, or a session of a series that has ended
            own = state.windows.get(past.obligation, ())
            window = next((each for each in own if each.name == past.session), None)
            setup = setup_of(state.launch, *found, window if past.session else whole(own), ())
            if past.session:
                setup = past_session(setup, past.session, state.launch.launched)
            one: ItemState = MeetingState(setup=setup) if found[1].kind.meets else CommitmentState(setup=setup)
            entries = adopted_entries(one, past, draft.now, first=past.follows + 1)
            draft.effects.append(EnterElsewhere(item=setup.id, entries=entries))


Text = dict[str, JsonValue]
"""An obligation as JSON."""


def proposed_texts(state: PlanState, proposal: Proposal) -> tuple[Text | None, Text | None]:
    """The obligation as it reads, and as it would read by a proposal; None where there is none, or none would be left,
    and where the proposal is no amendment or fits the plan no longer."""
    amendment = proposal.terms.amendment
    if amendment is None:
        return None, None
    before = state.plan.obligation(amendment.obligation)
    try:
        after = amended(state.plan, amendment, today_of(state, proposal.at)).obligation(amendment.obligation)
    except NotPossible:  # it is overtaken as soon as the plan is changed
        after = None
    was, will = (each.model_dump(mode="json") if each else None for each in (before, after))
    return was, will


PLAN = PlanMachine()
