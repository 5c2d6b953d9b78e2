"""The plan itself as an item: amended by consent of its signatories, seen whole in its rounds, ended in time."""

from collections.abc import Iterator, Mapping
from typing import Any

from models.common.values import Instant
from models.governance.amended_items import ask_again, consequences
from models.governance.amended_plan import difference
from models.governance.coming_into_force import misfit, proposed_texts, put_into_force
from models.governance.item_reports import correct_past, learn
from models.governance.launch import Launch
from models.governance.plan_state import PlanState, carry
from models.governance.rounds_and_expiry import expire, list_open, show_rounds
from models.machine.consent import PROPOSALS
from models.machine.draft import Draft, Step, heard_at
from models.machine.machine import Machine
from models.machine.refusals import refusal
from models.machine.rules import Rules
from models.machine.state import OpenAct, Proposal
from models.messages.acts import Act, Terms, Topic
from models.messages.effects import ItemReport, Order
from models.messages.moments import Moment, MomentKind
from models.messages.views import Refusal
from models.plan.plan import Window

PlanDraft = Draft[PlanState]


class PlanRules(Rules[PlanState]):
    """One signed plan. Its signatories alone amend it; status rounds ask about its items, not about itself."""

    deeds = PROPOSALS
    topics = frozenset({Topic.AMEND, Topic.ANSWER})
    sleeps = False
    answers_rounds = False
    records_opening = False

    # In words

    def name(self, state: PlanState) -> str:
        return state.setup.plan_title

    def status_word(self, state: PlanState) -> str | None:
        return "launching" if state.launching else "in-force"

    def waits_for(self, state: PlanState) -> str | None:
        return "in force"

    def lines_of(self, state: PlanState, open_act: OpenAct) -> tuple[str, ...]:
        """What a proposed amendment would change, field by field, for those whose answer is awaited."""
        proposal = state.proposal(open_act.subject)
        return tuple(difference(*proposed_texts(state, proposal))) if proposal is not None else ()

    def row_facts(self, state: PlanState) -> dict[str, Any]:
        # Lists and operators see its status; what it waits for stands in its timer.
        return {"next_what": "", "next_step": ""}

    def view_facts(self, state: PlanState) -> dict[str, Any]:
        return {"amendments": tuple(each.model_dump(mode="json") for each in state.amendments), "uid": ""}

    def obeys(self, draft: PlanDraft, order: Order) -> bool:
        """Nobody orders the plan: it follows the consent of its signatories alone. The order changes nothing."""
        return True

    # What time brings

    def moments(self, state: PlanState) -> Iterator[Moment]:
        if state.launching:
            return
        until, clock, rounds = state.launch.valid_until, state.setup.clock, state.setup.rounds
        if until is not None:
            yield Moment(until, MomentKind.PLAN_ENDS, clock.last_day(until))
            if not state.expiry_told:
                yield Moment(until - state.plan.expiry_notice, MomentKind.OPEN_LISTED)
        if state.rounds_passed < len(rounds):
            yield Moment(rounds[state.rounds_passed].at, MomentKind.ROUND_ASKS)
        if state.rounds_shown < len(rounds):
            current = rounds[state.rounds_shown]
            yield Moment(current.closes, MomentKind.ROUND_SHOWN, current.name)

    def pass_moments(self, draft: PlanDraft) -> Instant | None:
        """Rounds that close or ask, the list of what is open, the end of the plan's validity."""
        if draft.state.launching:
            return None
        # After an outage a round may have closed when the next asks: what was answered to it is shown first.
        show_rounds(draft)
        due = sum(1 for each in draft.state.setup.rounds if each.at <= draft.now)
        if due > draft.state.rounds_passed:
            draft.put(rounds_passed=due, answers={})
        list_open(draft)
        until = draft.state.launch.valid_until
        if until is not None and until <= draft.now:
            expire(self, draft)
        return None

    # What its workflow carries

    def carried(self, state: PlanState) -> Launch:
        return carry(state)

    # Amendments, and corrections of the past

    def refuse_any(self, state: PlanState, act: Act, now: Instant) -> Refusal | None:
        if state.launching:
            return Refusal(code="launching", message="the plan is being launched; try again when it is in force")
        return None

    def refuse_terms(self, state: PlanState, terms: Terms, now: Instant) -> Refusal | None:
        wrong = misfit(state, terms, now)
        return refusal(self, state, "bad-terms", wrong) if wrong else None

    def refuse_consent(self, state: PlanState, proposal: Proposal, now: Instant) -> Refusal | None:
        return self.refuse_terms(state, proposal.terms, now)

    def agreed(self, draft: PlanDraft, proposal: Proposal) -> None:
        if proposal.terms.topic is Topic.ANSWER:
            correct_past(draft, proposal.terms)
        else:
            put_into_force(draft, proposal)

    # What its items tell

    def learn(self, draft: PlanDraft, report: ItemReport) -> None:
        learn(draft, report)


class PlanMachine(Machine[PlanState]):
    """A machine with one question more: what follows when the windows of the plan as it now reads are known."""

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
            ask_again(draft, before)
        return Step(state=draft.state, effects=tuple(draft.effects))


PLAN = PlanMachine(PlanRules())
