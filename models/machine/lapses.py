"""Lapses: a proposed date that comes before every side has consented to it ends its proposal.

A proposal of another topic names no such instant and does not lapse. models/machine/state.py (`lapses_at`) says when.
"""

from collections.abc import Iterator

from models.common.values import Instant, write_instant
from models.machine.draft import Draft, S
from models.machine.letter_fields import happened
from models.machine.rules import Rules
from models.machine.state import ItemState, ProposalStatus
from models.messages.moments import Moment, MomentKind
from models.messages.notices import AnnouncementKind
from models.messages.sentences import sentence_of


def lapse_moments(state: ItemState) -> Iterator[Moment]:
    """The moments at which open proposals lapse."""
    for proposal in state.open_proposals:
        if (at := state.lapses_at(proposal.number)) is not None:
            yield Moment(at, MomentKind.LAPSES, str(proposal.number))


def pass_lapses(rules: Rules[S], draft: Draft[S]) -> Instant | None:
    """Ends the proposals whose date has come, and tells every side. What follows is the same as for a rejected proposal
    (`Rules.fell`). Gives the instant at which the last one lapsed, or None."""
    passed: Instant | None = None
    for proposal in draft.state.open_proposals:
        at = draft.state.lapses_at(proposal.number)
        if at is None or at > draft.now:
            continue
        draft.set_proposal(proposal.number, status=ProposalStatus.LAPSED)
        whose = f"proposal {proposal.number} of {proposal.office} ({proposal.side}), {draft.words(proposal.terms)}"
        text = f"{whose}, has lapsed: its time came before every side had consented"
        draft.enter("lapsed", text, proposal=proposal.number, due=write_instant(at))
        said, told = draft.state.announced, happened(draft.state, draft.state.ledger[-1], None)
        rules.fell(draft, proposal, at)
        if draft.state.announced == said:  # no cancellation has told the sides
            draft.announce(AnnouncementKind.ANSWER, draft.state.setup.sides, sentence_of(text), at=at, happened=told)
        passed = at
    return passed
