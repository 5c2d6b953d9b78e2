"""Lapses: a proposal of a date ends when that date comes and not every side has consented to it.

So does a proposal to postpone or to extend, when the instant comes that it names. A proposal of another topic does not
lapse. `lapses_at` in models/machine/state.py gives the instant of a lapse.
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
    """Yields the moments at which the open proposals lapse."""
    for proposal in state.open_proposals:
        if (at := state.lapses_at(proposal.number)) is not None:
            yield Moment(at, MomentKind.LAPSES, str(proposal.number))


def pass_lapses(rules: Rules[S], draft: Draft[S]) -> Instant | None:
    """Ends the open proposals whose time has come, and tells every side. The rules then add what also follows from a
    rejected proposal (`Rules.fell`). Returns the instant at which the last proposal lapsed, or None if none has
    lapsed."""
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
