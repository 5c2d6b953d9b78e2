"""Proposals and consent: nothing bilateral changes without a recorded yes of every side that must agree."""

from typing import Any

from models.common.values import Instant
from models.machine.draft import Draft, S
from models.machine.ladders import Asking
from models.machine.state import PROPOSALS_KEPT, Consent, Proposal, ProposalStatus
from models.messages.acts import Accept, Act, Counter, Reject, Terms, Topic, Withdraw
from models.messages.effects import SessionReport
from models.messages.notices import AnnouncementKind
from models.messages.sentences import kind_in_words, sentence_of
from models.messages.views import Refusal


class Proposing(Asking[S]):
    """One open proposal per topic; the last consent makes it binding. What the terms do is the item's own."""

    topics: frozenset[Topic] = frozenset()

    def refuse_terms(self, state: S, terms: Terms, now: Instant) -> Refusal | None:
        """Why terms cannot be proposed."""
        raise NotImplementedError

    def proposed(self, draft: Draft[S], proposal: Proposal) -> None:
        """What else follows from a new proposal (a tentative invitation)."""

    def agreed(self, draft: Draft[S], proposal: Proposal) -> None:
        """The last consent is in: the terms take effect."""
        raise NotImplementedError

    def ends_with_consent(self, state: S) -> bool:
        """Whether the item ends once everybody is told."""
        return False

    def after_consent(self, draft: Draft[S]) -> None:
        """What follows once everybody is told: the end of an item that has no more to settle."""

    def fell(self, draft: Draft[S], proposal: Proposal) -> None:
        """A proposal was rejected or withdrawn, and nothing took its place."""

    def no(self, state: S, code: str, message: str) -> Refusal:
        """A refusal that says what is awaited instead."""
        raise NotImplementedError

    def close(self, draft: Draft[S], status: str, act: Act | None, text: str, *, by: str | None, **how: Any) -> None:
        """Ends the item."""
        raise NotImplementedError

    def _refuse_proposing(self, state: S, terms: Terms, side: str, now: Instant) -> Refusal | None:
        standing = state.open_proposal(terms.topic, terms.about)
        if standing and standing.side != side:
            whose = f"proposal {standing.number} ({terms.topic.value}) of {standing.office}"
            return self.no(state, "open-proposal", f"{whose} is open: accept, reject or counter it")
        if terms.topic not in self.topics:
            return self.no(
                state, "wrong-kind", f"{kind_in_words(state.setup.kind)} has no {terms.topic.value} to propose"
            )
        return self._refuse_until(state, terms, now) or self.refuse_terms(state, terms, now)

    def _refuse_until(self, state: S, terms: Terms, now: Instant) -> Refusal | None:
        if terms.topic in (Topic.DROP, Topic.EXCUSE) and not terms.reason.strip():
            what = "to be dropped" if terms.topic is Topic.DROP else "excused"
            return self.no(state, "bad-terms", f"say why it is {what}")
        if terms.topic not in (Topic.POSTPONE, Topic.EXTEND):
            return None
        if terms.until is None or terms.until <= now:
            return self.no(state, "bad-terms", "name an instant in the future")
        if terms.topic is Topic.EXTEND:
            if state.window_end is None:
                return self.no(state, "bad-terms", "no window is stated, so none can be extended")
            if terms.until <= state.window_end:
                return self.no(
                    state, "bad-terms", f"the window already ends on {state.setup.clock.moment(state.window_end)}"
                )
        return None

    def _refuse_answer(
        self, state: S, act: Accept | Reject | Counter | Withdraw, side: str, now: Instant
    ) -> Refusal | None:
        proposal = state.proposal(act.proposal)
        if proposal is None:
            return self.no(state, "no-such-proposal", f"there is no proposal {act.proposal} here")
        if not proposal.open:
            same = (proposal.terms.topic, proposal.terms.about)
            newest = max((p for p in state.proposals if (p.terms.topic, p.terms.about) == same), key=lambda p: p.number)
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
            if (act.terms.topic, act.terms.about) != (proposal.terms.topic, proposal.terms.about):
                about = proposal.terms.about or proposal.terms.topic.value
                return self.no(state, "bad-terms", f"proposal {proposal.number} is about {about}")
            if proposal.terms.topic in (Topic.DROP, Topic.EXCUSE):
                return self.no(state, "bad-terms", f"a proposal to {proposal.terms.topic} is accepted or rejected")
            return self._refuse_until(state, act.terms, now) or self.refuse_terms(state, act.terms, now)
        return None

    def refuse_consent(self, state: S, proposal: Proposal, now: Instant) -> Refusal | None:
        """Why an open proposal can no longer be accepted."""
        until = proposal.terms.until
        if until is not None and until <= now:
            return self.no(
                state,
                "overtaken",
                f"proposal {proposal.number} named {state.setup.clock.moment(until)}, which has passed",
            )
        return None

    def _propose(self, draft: Draft[S], act: Act, terms: Terms, side: str, counters: int | None = None) -> int:
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
            message=draft.message,
        )
        # What is open stays whatever its age; of what is decided, the last few.
        decided = [p.number for p in draft.state.proposals if not p.open][-PROPOSALS_KEPT:]
        kept = (p for p in draft.state.proposals if p.open or p.number in decided)
        draft.put(proposals=(*kept, proposal), last_proposal=number)
        how = f"counters proposal {counters} with" if counters else "proposes"
        text = f"{act.office} ({side}) {how} {draft.words(terms)} (proposal {number})"
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
            f"{act.office} ({side}) accepts proposal {act.proposal}: {draft.words(proposal.terms)}",
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
        draft.enter(
            "agreed",
            f"all sides consent to {draft.words(terms)} (proposal {number})",
            proposal=number,
        )
        if terms.topic in (Topic.DROP, Topic.EXCUSE):
            said = draft.state.announced
            self.agreed(draft, proposal)
            if draft.state.announced == said:  # no cancellation tells it
                text = f"All sides consent to {draft.words(terms)}."
                draft.announce(AnnouncementKind.ANSWER, setup.sides, text, final=True)
            status = "dropped" if terms.topic is Topic.DROP else "excused"
            text = f"{status.capitalize()} by consent: {terms.reason}"
            self.close(draft, status, None, text, by="consent", proposal=number, reason=terms.reason)
            return
        if terms.topic is Topic.EXTEND:
            draft.put(extended_to=terms.until, late=False)
            self.restart(draft)
        elif terms.topic is Topic.POSTPONE:
            draft.overtake(Topic.DATE)
            draft.put(asleep_until=terms.until, awake=False)
        elif terms.topic is Topic.HOST:
            draft.put(host=terms.host)
            report = SessionReport(
                session=setup.session or "", item=setup.id, status="open", host=terms.host, reason=terms.reason
            )
            draft.report(report)
        said = draft.state.announced
        self.agreed(draft, proposal)
        if draft.state.announced == said:
            draft.announce(
                AnnouncementKind.ANSWER,
                setup.sides,
                f"All sides consent to {draft.words(terms)}.",
                final=self.ends_with_consent(draft.state),
            )
        self.after_consent(draft)

    def _end_proposal(self, draft: Draft[S], act: Reject | Withdraw, side: str) -> None:
        proposal = draft.state.proposal(act.proposal)
        assert proposal is not None
        rejected = isinstance(act, Reject)
        status = ProposalStatus.REJECTED if rejected else ProposalStatus.WITHDRAWN
        draft.set_proposal(act.proposal, status=status)
        reason = act.reason if isinstance(act, Reject) else ""
        because = f": {reason}" if reason else ""
        does = "rejects" if rejected else "withdraws"
        text = f"{act.office} ({side}) {does} proposal {act.proposal}, {draft.words(proposal.terms)}{because}"
        draft.enter(act.verb, text, act, proposal=act.proposal, reason=reason or None)
        said = draft.state.announced
        self.fell(draft, proposal)
        if draft.state.announced == said:  # no cancellation tells it
            self.tell_ended(draft, proposal, act, side)

    def tell_ended(self, draft: Draft[S], proposal: Proposal, act: Reject | Withdraw, side: str) -> None:
        """Tells the others that a proposal was rejected or withdrawn; the ledger's last line of that verb says it."""
        text = next(entry.text for entry in reversed(draft.state.ledger) if entry.verb == act.verb)
        others = tuple(each for each in draft.state.setup.sides if each != side)
        draft.announce(AnnouncementKind.ANSWER, others, sentence_of(text))
