"""Rectifications: every side of a closed item consents to put its record right.

A rectification is an item of its own. It opens with one proposal. Each other side accepts or rejects it. Nobody's
silence counts as consent. If a side rejects it, or if its time ends, nothing changes. The record of the first item is
never changed: readers join the two records. Treaty practice knows this as the procès-verbal of rectification (Vienna
Convention on the Law of Treaties, article 79).
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from models.common.values import Instant
from models.machine.closing import close
from models.machine.consent import PROPOSALS, propose
from models.machine.draft import Draft
from models.machine.machine import Machine
from models.machine.rules import Rules
from models.machine.state import ItemState, Proposal, ProposalStatus
from models.messages.acts import Rectify, Terms, Topic
from models.messages.moments import Moment, MomentKind
from models.messages.notices import AnnouncementKind
from models.messages.sentences import sentence_of


class RectificationState(ItemState):
    """The state of a rectification."""

    opening: Rectify
    """The act that opened the rectification."""
    unheard: bool = False
    """True: the program has opened it in the name of a side that no mail had reached before silence closed the item.
    False: an office has opened it."""
    of_title: str
    """The title of the closed item."""
    lapses: Instant
    """The instant at which the rectification ends without consent."""

    def words_of(self, name: str) -> str:
        """Returns the title of the closed item in place of its id."""
        return self.of_title if name == self.opening.fact.item else name


class RectificationRules(Rules[RectificationState]):
    """The rules of a rectification. The sides accept, reject or withdraw its one proposal."""

    deeds = {verb: PROPOSALS[verb] for verb in ("accept", "reject", "withdraw")}
    topics = frozenset({Topic.RECTIFY})
    sleeps = False
    answers_rounds = False

    def status_word(self, state: RectificationState) -> str | None:
        return "consent-awaited"

    def waits_for(self, state: RectificationState) -> str | None:
        return "every side consents"

    # What time brings

    def moments(self, state: RectificationState) -> Iterator[Moment]:
        yield Moment(state.lapses, MomentKind.LAPSES, "1")

    def pass_moments(self, draft: Draft[RectificationState]) -> Instant | None:
        state = draft.state
        if not state.last_proposal:
            act = state.opening
            terms = Terms(topic=Topic.RECTIFY, rectified=act.fact, reason=act.reason)
            side = state.setup.side_of(act.office) or ""
            if state.unheard:
                draft.enter("unheard", f"the program opens it in the name of {side}: {act.reason}", reason=act.reason)
            propose(self, draft, act, terms, side)
            if state.unheard:
                self._tell_unheard(draft, side)
        elif state.lapses <= draft.now:
            self._lapse(draft)
        return None

    def _tell_unheard(self, draft: Draft[RectificationState], side: str) -> None:
        """Tells the side in whose name the program has opened the rectification what it can do."""
        text = (
            f"The {draft.state.of_title} was closed out because no side objected, and your side had not been told: "
            f"{draft.state.opening.reason}. This was proposed in the name of your side. If your side has no objection, "
            "please say so, and it is withdrawn."
        )
        draft.announce(AnnouncementKind.ANSWER, (side,), text, happened=None)

    def _lapse(self, draft: Draft[RectificationState]) -> None:
        proposal = draft.state.proposal(1)
        assert proposal is not None
        draft.set_proposal(1, status=ProposalStatus.LAPSED)
        words = draft.words(proposal.terms)
        text = f"proposal 1, {words}, has lapsed: not every side consented until {draft.moment(draft.state.lapses)}"
        draft.enter("lapsed", text, proposal=1)
        self._drop(draft, text)

    # What consent brings

    def ends_with_consent(self, state: RectificationState) -> bool:
        return True

    def after_consent(self, draft: Draft[RectificationState]) -> None:
        fact = draft.state.opening.fact
        text = f"Every side consents. The {fact.what.value} of {draft.state.of_title} now reads: {fact.now}"
        close(self, draft, "closed", None, text, by="consent", proposal=1)

    def fell(self, draft: Draft[RectificationState], proposal: Proposal, at: Instant | None = None) -> None:
        self._drop(draft, draft.state.ledger[-1].text)

    def _drop(self, draft: Draft[RectificationState], text: str) -> None:
        """Ends the rectification without consent, and tells every side."""
        draft.announce(AnnouncementKind.ANSWER, draft.state.setup.sides, sentence_of(text), final=True)
        close(self, draft, "dropped", None, f"The record stays as it is: {text}", by="refusal")

    # In views

    def view_facts(self, state: RectificationState) -> dict[str, Any]:
        return {"uid": "", "rectifies": state.opening.fact.model_dump(mode="json")}


def lapses_at(setup_now: Instant, longest: timedelta, period: timedelta) -> Instant:
    """Returns when a rectification lapses: four despatch periods after the longest ladder has reached its last rung."""
    return setup_now + longest + 4 * period


RECTIFICATION = Machine(RectificationRules())
