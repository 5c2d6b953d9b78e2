"""Puts an amendment into force (B.6, B.7): changes the plan, and ends the questions and proposals that no longer
fit."""

from pydantic import JsonValue

from models.common.ids import obligation_id
from models.common.values import Instant
from models.governance.amended_plan import AmendmentInForce, NotPossible, amended, check_third_states
from models.governance.corrections import names_host_of_three, wrong_correction
from models.governance.plan_state import PlanState, today_of
from models.governance.question_lists import left_open, still_asked
from models.machine.draft import Draft
from models.machine.state import Proposal, ProposalStatus
from models.messages.acts import Terms, Topic
from models.messages.effects import Order, Resolve
from models.messages.notices import AnnouncementKind
from models.messages.sentences import amendment_in_words, sentence_of
from models.plan.amendment import AmendmentKind

PlanDraft = Draft[PlanState]


def put_into_force(draft: PlanDraft, proposal: Proposal) -> None:
    """Puts the amendment of a proposal into force from now on, the instant of the last consent (B.7).

    Keeps the replaced text in the state. Marks questions and proposals that no longer fit the plan as overtaken.
    """
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
    _overtake_questions(draft, done)
    drop_stale(draft)


def _overtake_questions(draft: PlanDraft, done: AmendmentInForce) -> None:
    """Orders the lists of questions to drop each open question that the plan answers or no longer raises."""
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


def drop_stale(draft: PlanDraft) -> None:
    """Marks each open proposal that no longer fits the plan as overtaken, and tells the side that proposed it."""
    for proposal in draft.state.open_proposals:
        wrong = misfit(draft.state, proposal.terms, draft.now)
        if wrong:
            draft.set_proposal(proposal.number, status=ProposalStatus.OVERTAKEN)
            what = f"proposal {proposal.number}, {draft.words(proposal.terms)}, is overtaken: {wrong}"
            draft.enter("overtaken", what, proposal=proposal.number, reason=wrong)
            draft.announce(AnnouncementKind.ANSWER, (proposal.side,), sentence_of(what))


def misfit(state: PlanState, terms: Terms, now: Instant) -> str:
    """Returns in words why an amendment does not fit the plan, or why a correction does not fit what is on record about
    a past session. Empty if the terms fit."""
    if terms.topic is Topic.ANSWER:
        wrong = wrong_correction(state.plan, state.launch.history, state.settled, state.questions, terms, now)
        return wrong or names_host_of_three(state.plan, terms)
    amendment = terms.amendment
    if amendment is None:
        return "no amendment is given; say which obligation to change"
    mute = [name for name, side in state.plan.sides.items() if side.signatory and name not in state.setup.sides]
    if mute:
        return f"the plan cannot be amended: it names no focal point of {', '.join(mute)} that could consent"
    earlier = {each.amendment.obligation for each in state.amendments}
    gone = amendment.obligation in earlier and state.plan.obligation(amendment.obligation) is None
    if gone and amendment.kind is AmendmentKind.ADD:
        return f"{amendment.obligation} was in the plan before, and its record stays; choose another id"
    item = obligation_id(state.setup.plan, amendment.obligation)
    changes = amendment.kind in (AmendmentKind.CADENCE, AmendmentKind.FIRST_HOST)
    if changes and state.plan.obligation(amendment.obligation) and item not in state.open_items:
        return f"{amendment.obligation} has ended; add another obligation instead"
    try:
        made = amended(state.plan, amendment, today_of(state, now))
        check_third_states(state.plan, amendment, made)
    except NotPossible as error:
        return str(error)
    return ""


Text = dict[str, JsonValue]
"""An obligation as JSON."""


def proposed_texts(state: PlanState, proposal: Proposal) -> tuple[Text | None, Text | None]:
    """Returns an obligation as it reads now, and as it would read after the proposed amendment.

    The first is None if the amendment adds the obligation. The second is None if the amendment drops the obligation, or
    no longer fits the plan. Both are None if the proposal is not an amendment.
    """
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
