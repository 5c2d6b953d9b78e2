"""Proposals and consent. A proposal becomes binding when every side of the item has consented to it.

Only one proposal about the same matter is open at a time. The rules of the kind decide what else follows from it.
"""

from collections.abc import Iterable

from models.common.values import Instant
from models.machine.closing import close
from models.machine.draft import Draft, S
from models.machine.ladders import restart
from models.machine.letter_fields import happened
from models.machine.refusals import refusal
from models.machine.rules import Deed, Rules
from models.machine.state import PROPOSALS_KEPT, Consent, ItemState, Proposal, ProposalStatus
from models.messages.acts import Accept, Act, Counter, Propose, Reject, Terms, Topic, Withdraw
from models.messages.effects import ItemReport
from models.messages.notices import AnnouncementKind
from models.messages.sentences import kind_in_words, sentence_of
from models.messages.views import Refusal

# Refusals of proposals, and of answers to them


def refuse_proposal(rules: Rules[S], state: S, act: Propose, side: str, now: Instant) -> Refusal | None:
    """Returns why the item refuses a proposal. None if the item takes the proposal."""
    terms = act.terms
    standing = state.open_proposal(terms.topic, terms.about)
    if standing and standing.side != side:
        whose = f"proposal {standing.number} ({terms.topic.value}) of {standing.office}"
        return refusal(rules, state, "open-proposal", f"{whose} is open: accept, reject or counter it")
    if terms.topic not in rules.topics:
        what = f"{kind_in_words(state.setup.kind)} takes no proposal of the kind {terms.topic.value}"
        return refusal(rules, state, "wrong-kind", what)
    if (unfit := _refuse_common(rules, state, terms, now) or rules.refuse_terms(state, terms, now)) is not None:
        return unfit
    if standing and standing.terms.says_the_same(terms):
        message = f"proposal {standing.number} of your side says the same and is open; the other sides answer it"
        return refusal(rules, state, "already-proposed", message)
    return None


def _refuse_common(rules: Rules[S], state: S, terms: Terms, now: Instant) -> Refusal | None:
    """Checks that concern every kind of item: a reason is given, the instant lies in the future."""
    if terms.topic in (Topic.DROP, Topic.EXCUSE) and not terms.reason.strip():
        what = "to be dropped" if terms.topic is Topic.DROP else "excused"
        return refusal(rules, state, "bad-terms", f"say why it is {what}")
    if terms.topic not in (Topic.POSTPONE, Topic.EXTEND):
        return None
    if terms.until is None:
        return refusal(rules, state, "bad-terms", f"say until when to {terms.topic.value} it")
    if terms.until <= now:
        passed = state.setup.clock.moment(terms.until)
        return refusal(rules, state, "bad-terms", f"{passed} lies in the past; name a later date")
    if terms.topic is Topic.EXTEND:
        if state.window_end is None:
            return refusal(rules, state, "bad-terms", "it has no window, so there is nothing to extend")
        if terms.until <= state.window_end:
            end = state.setup.clock.moment(state.window_end)
            return refusal(rules, state, "bad-terms", f"the window ends on {end} anyway; name a later date")
    return None


def refuse_answer(
    rules: Rules[S], state: S, act: Accept | Reject | Counter | Withdraw, side: str, now: Instant
) -> Refusal | None:
    """Returns why the item refuses an answer to a proposal. None if the item takes the answer."""
    proposal = state.proposal(act.proposal)
    if proposal is None:
        return refusal(rules, state, "no-such-proposal", f"there is no proposal {act.proposal} here; `show` lists them")
    if isinstance(act, Accept) and own_counter(state, proposal, side) is not None:
        return _refuse_accept(rules, state, proposal, side, now)  # it takes its own counter back
    if not proposal.open:
        return _refuse_ended(rules, state, proposal)
    own = proposal.side == side
    if isinstance(act, Withdraw):
        message = f"{proposal.office} made this proposal, and only its side withdraws it; reject or counter it"
        return None if own else refusal(rules, state, "not-yours", message)
    if own:
        message = "your side made this proposal; withdraw it, or make a new one"
        return refusal(rules, state, "own-proposal", message)
    if isinstance(act, Accept):
        return _refuse_accept(rules, state, proposal, side, now)
    if isinstance(act, Counter):
        return _refuse_counter(rules, state, proposal, act.terms, now)
    return None


def _refuse_ended(rules: Rules[S], state: S, proposal: Proposal) -> Refusal:
    same = (proposal.terms.topic, proposal.terms.about)
    newest = max((p for p in state.proposals if (p.terms.topic, p.terms.about) == same), key=lambda p: p.number)
    newer = f"; the newest one is {newest.number} ({newest.status.value})" if newest is not proposal else ""
    message = f"proposal {proposal.number} is not open any more ({proposal.status.value}){newer}"
    return refusal(rules, state, "stale-proposal" if newer else "not-open", message)


def _refuse_accept(rules: Rules[S], state: S, proposal: Proposal, side: str, now: Instant) -> Refusal | None:
    number = proposal.number
    if proposal.consented(side):
        return refusal(rules, state, "already-consented", f"your side has already consented to proposal {number}")
    if (own := rules.refuse_consent(state, proposal, now)) is not None:
        return own
    until = proposal.terms.until
    if until is not None and until <= now:
        passed = state.setup.clock.moment(until)
        message = f"proposal {number} names {passed}, which has passed; reject it, or counter it with a later date"
        return refusal(rules, state, "overtaken", message)
    return None


def _refuse_counter(rules: Rules[S], state: S, proposal: Proposal, terms: Terms, now: Instant) -> Refusal | None:
    of = proposal.terms
    if (terms.topic, terms.about) != (of.topic, of.about):
        about = of.about or of.topic.value
        message = f"proposal {proposal.number} is about {about}; a counter-proposal must be about the same"
        return refusal(rules, state, "bad-terms", message)
    if of.topic in (Topic.DROP, Topic.EXCUSE):
        return refusal(rules, state, "bad-terms", f"nobody can counter a proposal to {of.topic}; accept or reject it")
    if (unfit := _refuse_common(rules, state, terms, now) or rules.refuse_terms(state, terms, now)) is not None:
        return unfit
    if of.says_the_same(terms):
        return refusal(
            rules, state, "no-change", f"proposal {proposal.number} says the same already; accept it instead"
        )
    return None


# Proposing


def take_proposal(rules: Rules[S], draft: Draft[S], act: Propose, side: str) -> int:
    return propose(rules, draft, act, act.terms, side)


def take_counter(rules: Rules[S], draft: Draft[S], act: Counter, side: str) -> int:
    countered(draft, act.proposal, side)
    return propose(rules, draft, act, act.terms, side, counters=act.proposal)


def countered(draft: Draft[S], number: int, side: str) -> None:
    """Gives a proposal the status `countered`. The consent of the side that counters it ends: its last word counts."""
    proposal = draft.state.proposal(number)
    assert proposal is not None
    left = tuple(each for each in proposal.consents if each.side != side)
    consents = left if draft.state.setup.edition >= 1 else proposal.consents
    draft.set_proposal(number, status=ProposalStatus.COUNTERED, consents=consents)


def own_counter(state: ItemState, proposal: Proposal, side: str) -> Proposal | None:
    """Returns the open proposal with which this side has countered `proposal`. None if there is none."""
    if proposal.status is not ProposalStatus.COUNTERED:
        return None
    return next((each for each in state.open_proposals if (each.counters, each.side) == (proposal.number, side)), None)


def propose(rules: Rules[S], draft: Draft[S], act: Act, terms: Terms, side: str, counters: int | None = None) -> int:
    """Opens a proposal. An open proposal about the same matter gets the status `overtaken`. Returns the number of the
    new proposal.

    `counters` is the number of the proposal that this one counters. None if it counters none.
    """
    older = draft.state.open_proposal(terms.topic, terms.about)
    draft.overtake(terms.topic, about=terms.about)
    number = draft.state.last_proposal + 1
    proposal = Proposal(
        number=number,
        terms=terms,
        office=act.office,
        side=side,
        at=draft.now,
        consents=(Consent(side=side, office=act.office, at=draft.now),),
        counters=counters,
        replaces=older.number if older else None,
        message=draft.message,
    )
    # The state keeps every open proposal, and the last few of those that are decided.
    decided = [p.number for p in draft.state.proposals if not p.open][-PROPOSALS_KEPT:]
    kept = (p for p in draft.state.proposals if p.open or p.number in decided)
    draft.put(proposals=(*kept, proposal), last_proposal=number)
    does = f"counters proposal {counters} with" if counters else "proposes"
    instead = f", in place of proposal {older.number}" if older else ""
    text = f"{act.office} ({side}) {does} {draft.words(terms)} (proposal {number}{instead})"
    verb = "counter" if counters else "propose"
    told = terms.model_dump(mode="json")
    answered = rules.words_answered(draft, counters, side) if counters else ""
    more = {"replaces": proposal.replaces, "answers_words_of": answered or None}
    draft.enter(verb, text, act, proposal=number, terms=told, **more)
    if all(proposal.consented(each) for each in draft.state.setup.sides):
        settle_consent(rules, draft, number)
    else:
        rules.proposed(draft, proposal)
    return number


# Consent


def accept(rules: Rules[S], draft: Draft[S], act: Accept, side: str) -> None:
    """Adds the consent of one side to a proposal. With the last consent, the terms take effect.

    If the side has countered the proposal before, its counter-proposal is withdrawn, and the proposal is open again.
    """
    proposal = draft.state.proposal(act.proposal)
    assert proposal is not None
    counter = own_counter(draft.state, proposal, side)
    if counter is not None:
        _take_back(rules, draft, act, side, counter)
        proposal = draft.state.proposal(act.proposal)
        assert proposal is not None
    words = rules.words_beside(draft.state, act.proposal, side)
    consents = (*proposal.consents, Consent(side=side, office=act.office, at=draft.now, words=words))
    draft.set_proposal(act.proposal, consents=consents)
    text = f"{act.office} ({side}) accepts proposal {act.proposal}: {draft.words(proposal.terms)}"
    if words:
        text += f'; before, its side had written: "{words}"'
    answered = rules.words_answered(draft, act.proposal, side)
    draft.enter("accept", text, act, proposal=act.proposal, words=words or None, answers_words_of=answered or None)
    if {consent.side for consent in consents} >= set(draft.state.setup.sides):
        settle_consent(rules, draft, act.proposal)
    elif counter is not None:
        said, reopened = draft.state.announced, draft.state.proposal(act.proposal)
        assert reopened is not None
        rules.proposed(draft, reopened)
        if draft.state.announced == said:  # no invitation has told the sides
            others, entry = draft.state.setup.others(side), draft.state.ledger[-1]
            told = happened(draft.state, entry, act).model_copy(update={"taken_back": counter.number})
            said_so = sentence_of(f"{text}, and takes back its counter-proposal")
            draft.announce(AnnouncementKind.ANSWER, others, said_so, happened=told)


def _take_back(rules: Rules[S], draft: Draft[S], act: Accept, side: str, counter: Proposal) -> None:
    """Withdraws a counter-proposal, because its side accepts the proposal that it has countered. That one is open
    again, with the consents that other sides have given to it meanwhile."""
    draft.set_proposal(counter.number, status=ProposalStatus.WITHDRAWN, ended_by=side)
    text = f"{act.office} ({side}) withdraws proposal {counter.number}, {draft.words(counter.terms)}"
    draft.enter("withdraw", f"{text}: it accepts proposal {act.proposal} instead", act, proposal=counter.number)
    before = draft.state.proposal(act.proposal)
    assert before is not None
    reopen(draft, before, rules.consented_meanwhile(draft.state, before, counter))


def reopen(draft: Draft[S], proposal: Proposal, meanwhile: Iterable[Consent]) -> tuple[Consent, ...]:
    """Opens a countered proposal again. `meanwhile` are the consents that sides have given to it since. Returns all its
    consents."""
    consents = (*proposal.consents, *meanwhile)
    draft.set_proposal(proposal.number, status=ProposalStatus.OPEN, consents=consents)
    text = f"proposal {proposal.number} is open again: {draft.words(proposal.terms)}"
    terms = proposal.terms.model_dump(mode="json")
    draft.enter("reopened", text, proposal=proposal.number, terms=terms, side=proposal.side)
    return consents


def settle_consent(rules: Rules[S], draft: Draft[S], number: int) -> None:
    """Carries out what follows when all sides have consented to a proposal. The terms take effect, and the sides are
    told. A proposal to drop or excuse the item ends it."""
    draft.set_proposal(number, status=ProposalStatus.AGREED)
    proposal = draft.state.proposal(number)
    assert proposal is not None
    terms, sides = proposal.terms, draft.state.setup.sides
    draft.enter("agreed", f"all sides consent to {draft.words(terms)} (proposal {number})", proposal=number)
    _take_effect(draft, terms)
    said = draft.state.announced
    rules.agreed(draft, proposal)
    ends = terms.topic in (Topic.DROP, Topic.EXCUSE)
    if draft.state.announced == said:  # no invitation or cancellation has told the sides
        text = f"All sides consent to {draft.words(terms)}."
        final = ends or rules.ends_with_consent(draft.state)
        draft.announce(AnnouncementKind.ANSWER, sides, text, final=final)
    if ends:
        status = "dropped" if terms.topic is Topic.DROP else "excused"
        text = f"{status.capitalize()} by consent: {terms.reason}"
        close(rules, draft, status, None, text, by="consent", proposal=number, reason=terms.reason)
    else:
        rules.after_consent(draft)


def _take_effect(draft: Draft[S], terms: Terms) -> None:
    """The effect of agreed terms on an item of any kind."""
    if terms.topic is Topic.EXTEND:
        draft.put(extended_to=terms.until, late=False)
        restart(draft)
    elif terms.topic is Topic.POSTPONE:
        draft.overtake(Topic.DATE)
        draft.put(asleep_until=terms.until, awake=False)
    elif terms.topic is Topic.HOST:
        draft.put(host=terms.host)
        setup = draft.state.setup
        report = ItemReport(
            session=setup.session or "", item=setup.id, status="open", host=terms.host, reason=terms.reason
        )
        draft.report(report)


# The end of a proposal


def end_proposal(rules: Rules[S], draft: Draft[S], act: Reject | Withdraw, side: str) -> None:
    """Ends a proposal that another side rejects or that its own side withdraws, and tells the other sides."""
    proposal = draft.state.proposal(act.proposal)
    assert proposal is not None
    rejected = isinstance(act, Reject)
    status = ProposalStatus.REJECTED if rejected else ProposalStatus.WITHDRAWN
    draft.set_proposal(act.proposal, status=status, ended_by=side)
    reason = act.reason if isinstance(act, Reject) else ""
    because = f": {reason}" if reason else ""
    does = "rejects" if rejected else "withdraws"
    text = f"{act.office} ({side}) {does} proposal {act.proposal}, {draft.words(proposal.terms)}{because}"
    answered = rules.words_answered(draft, act.proposal, side) if rejected else ""
    draft.enter(act.verb, text, act, proposal=act.proposal, reason=reason or None, answers_words_of=answered or None)
    said = draft.state.announced
    rules.fell(draft, proposal)
    if draft.state.announced == said and not rules.tells_ended(draft, proposal, act, side):
        others = draft.state.setup.others(side)
        draft.announce(AnnouncementKind.ANSWER, others, sentence_of(text))


PROPOSALS = {
    "propose": Deed(refuse_proposal, take_proposal),
    "accept": Deed(refuse_answer, accept),
    "reject": Deed(refuse_answer, end_proposal),
    "counter": Deed(refuse_answer, take_counter),
    "withdraw": Deed(refuse_answer, end_proposal),
}
"""The functions for the acts about proposals, by verb."""
