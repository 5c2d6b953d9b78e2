"""Commitments: instruments, deliverables, exchanges, standing commitments and reports.

The sides give evidence that the commitment is fulfilled. Then the item is closed out.

The table `LIFE` holds the phases of a commitment. The table `DEEDS` holds its acts.
"""

from collections.abc import Iterator

from models.common.values import Instant
from models.items.evidence import add_evidence, dispute_evidence, refuse_correction, replace_evidence
from models.items.filing import excerpt
from models.machine.agreement import AGREE, refuse_alone
from models.machine.calls import CALL
from models.machine.closing import take_close
from models.machine.consent import PROPOSALS
from models.machine.draft import Draft
from models.machine.machine import Machine
from models.machine.refusals import refusal
from models.machine.round_answers import PROGRESS
from models.machine.rules import Deed, Phase, Rules
from models.machine.silence import applies, ask_agreement, break_silences, put_on_record, rule_on_record
from models.machine.state import Ask, ItemState
from models.messages.acts import Close, Dispute, Evidence, RecordedFact, Terms, Topic
from models.messages.notices import AnnouncementKind
from models.messages.sentences import sentence_of
from models.messages.views import Refusal


class CommitmentState(ItemState):
    """The state of a commitment."""

    disputed: bool = False
    """True: a side has disputed the evidence, and no side has given new evidence since then."""

    @property
    def shown(self) -> bool:
        """Whether a side has given evidence and no other side disputes it."""
        return bool(self.evidence) and not self.disputed


def _asks(act: str, state: CommitmentState) -> Iterator[Ask]:
    return (Ask(act=act, side=side) for side in state.setup.sides)


LIFE = (
    Phase("evidence-awaited", lambda s: not s.evidence, lambda s: _asks("evidence", s)),
    Phase("disputed", lambda s: bool(s.evidence) and s.disputed, lambda s: _asks("evidence", s)),
    Phase("close-awaited", lambda s: s.shown and not s.silences, lambda s: _asks("close", s)),
    Phase("under-silence", lambda s: s.shown and bool(s.silences), ask_agreement),
)

CommitmentOf = Rules[CommitmentState]

# Evidence


def _refuse_evidence(
    rules: CommitmentOf, state: CommitmentState, act: Evidence, side: str, now: Instant
) -> Refusal | None:
    if not act.text.strip() and act.document is None:
        return refusal(rules, state, "bad-terms", f"give a text or a document: {state.setup.evidence_wanted}")
    return refuse_correction(rules, state, act, side, now) if act.corrects is not None else None


def _take_evidence(rules: CommitmentOf, draft: Draft[CommitmentState], act: Evidence, side: str) -> None:
    draft.overtake(Topic.DROP, Topic.POSTPONE, Topic.EXTEND, Topic.EXCUSE)
    draft.put(disputed=False, awake=True, asleep_until=None)
    rule = rule_on_record(draft.state)
    if act.corrects is not None:
        text = replace_evidence(draft, act, side, silence=rule)
    else:
        text = f"{act.office} ({side}) gives evidence{excerpt(act)}"
        draft.enter("evidence", text, act, filed=add_evidence(draft, act, side), silence=rule)
    put_on_record(draft, side, "evidence", AnnouncementKind.OUTCOME, text)


# Dispute


def _refuse_dispute(
    rules: CommitmentOf, state: CommitmentState, act: Dispute, side: str, now: Instant
) -> Refusal | None:
    if not act.reason.strip():
        return refusal(rules, state, "bad-terms", "say what is disputed and why")
    if act.what not in (None, RecordedFact.EVIDENCE):
        return refusal(rules, state, "nothing-marked", "a commitment has only evidence; dispute that")
    if not state.shown:
        return refusal(rules, state, "nothing-marked", "there is no evidence that could be disputed")
    own = state.evidence if applies(state) else state.evidence[-1:]
    if all(each["side"] == side for each in own):
        return refusal(rules, state, "own-mark", "your own side gave this evidence; another side may dispute it")
    return None


def _take_dispute(rules: CommitmentOf, draft: Draft[CommitmentState], act: Dispute, side: str) -> None:
    draft.put(disputed=True)
    if draft.state.setup.edition >= 1:
        break_silences(draft, side, "evidence")
        dispute_evidence(draft, act, side)
    else:
        draft.put(silences=())
    text = f"{act.office} ({side}) disputes the evidence: {act.reason}"
    draft.enter("dispute", text, act, about="evidence", reason=act.reason)
    draft.announce(AnnouncementKind.ANSWER, draft.state.setup.others(side), sentence_of(text))


# Close-out


def _refuse_close(rules: CommitmentOf, state: CommitmentState, act: Close, side: str, now: Instant) -> Refusal | None:
    if not state.shown:
        return refusal(
            rules, state, "no-evidence", f"no evidence is on record; give it first: {state.setup.evidence_wanted}"
        )
    return refuse_alone(rules, state, act, side, now)


DEEDS = {
    **PROPOSALS,
    "evidence": Deed(_refuse_evidence, _take_evidence),
    "dispute": Deed(_refuse_dispute, _take_dispute),
    "agree": AGREE,
    "close": Deed(_refuse_close, take_close),
    "progress": PROGRESS,
    "call": CALL,
}


class CommitmentRules(Rules[CommitmentState]):
    """The rules of a commitment: an instrument, deliverable, exchange, standing commitment or report.

    The same rules hold for a procedure that a side has called.
    """

    life = LIFE
    deeds = DEEDS
    topics = frozenset({Topic.POSTPONE, Topic.EXTEND, Topic.DROP, Topic.EXCUSE})

    def refuse_terms(self, state: CommitmentState, terms: Terms, now: Instant) -> Refusal | None:
        if state.shown:
            message = "evidence is on record, so nothing can be proposed; dispute the evidence, or close the item out"
            return refusal(self, state, "evidence-given", message)
        return None

    def fulfilled(self, state: CommitmentState) -> bool:
        return state.shown

    def closable(self, state: CommitmentState) -> bool:
        return state.shown

    def excused(self, state: CommitmentState) -> bool:
        return state.asleep_until is not None

    def under_way(self, state: CommitmentState) -> bool:
        return bool(state.evidence)


COMMITMENT = Machine(CommitmentRules())
