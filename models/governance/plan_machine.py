"""The machine of the plan. It decides on amendments, announces the answers to status rounds, and ends the plan."""

from collections.abc import Iterator, Mapping
from typing import Any

from models.common.values import Instant
from models.governance.amended_items import ask_again, consequences
from models.governance.amended_plan import difference
from models.governance.coming_into_force import misfit, proposed_texts, put_into_force
from models.governance.item_reports import correct_past, learn
from models.governance.launch import Launch
from models.governance.plan_state import PlanState, carry
from models.governance.rectifying import RECTIFY, hear_unheard, learn_rectified, refuse_here
from models.governance.rounds_and_expiry import expire, list_open, show_rounds
from models.machine.consent import PROPOSALS
from models.machine.draft import Draft, Step, heard_at
from models.machine.machine import Machine
from models.machine.refusals import refusal
from models.machine.rules import Rules
from models.machine.state import OpenAct, Proposal
from models.messages.acts import Act, Rectify, Terms, Topic
from models.messages.effects import ItemReport, Order
from models.messages.moments import Moment, MomentKind
from models.messages.views import Refusal
from models.plan.plan import Window

PlanDraft = Draft[PlanState]


class PlanRules(Rules[PlanState]):
    """The rules of a plan. Only the signatories amend a plan. Status rounds ask about its items, and not about the
    plan."""

    deeds = {**PROPOSALS, "rectify": RECTIFY}
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
        """Returns what a proposed amendment would change, one line for each field. Empty for an act about no
        proposal."""
        proposal = state.proposal(open_act.subject)
        return tuple(difference(*proposed_texts(state, proposal))) if proposal is not None else ()

    def row_facts(self, state: PlanState) -> dict[str, Any]:
        # Lists show the status of the plan. What it waits for is in its timer.
        return {"next_what": "", "next_step": ""}

    def view_facts(self, state: PlanState) -> dict[str, Any]:
        return {"amendments": tuple(each.model_dump(mode="json") for each in state.amendments), "uid": ""}

    def obeys(self, draft: PlanDraft, order: Order) -> bool:
        """Returns True without a change: no order changes the plan, because only its signatories change it, by
        consent."""
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
        """Does what is due now. It announces the answers to a closed status round, begins a status round, announces the
        list of open items, or ends the plan. Returns None always."""
        if draft.state.launching:
            return None
        # After an outage, one round may have closed and the next one begun. So its answers are announced first.
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
        if not learn_rectified(draft, report):
            learn(draft, report)


class PlanMachine(Machine[PlanState]):
    """The machine of a plan. It has one function that other machines do not have: `resolved`. And it takes one act of
    offices that have no part in the plan as a whole: `rectify`."""

    def refuse(self, state: PlanState, act: Act, now: Instant) -> Refusal | None:
        if not isinstance(act, Rectify):
            return super().refuse(state, act, now)
        return self.rules.refuse_any(state, act, now) or refuse_here(self, state, act, now)

    def returned(self, state: PlanState, key: str, reason: str, now: Instant) -> Step[PlanState]:
        """Returns the step after a post room has told the plan that a mail did not reach its office. The mail is about
        the plan itself, or about an item that has ended."""
        step = super().returned(state, key, reason, now)
        if state.closed:
            return step
        draft = Draft(step.state, now)
        hear_unheard(draft, key, reason)
        return Step(state=draft.state, effects=(*step.effects, *draft.effects))

    def resolved(
        self, state: PlanState, windows: Mapping[str, tuple[Window, ...]], now: Instant, at: Instant | None = None
    ) -> Step[PlanState]:
        """Returns the step after a change of the plan, when its new windows are known. The effects order items to
        change, and open new items.

        `windows` holds the new windows of each obligation, by its id. `at` is the instant of the change, or None for
        now. If the plan is closed, the step changes nothing.
        """
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
