"""Instruments, deliverables and exchanges: due, evidence, close."""

from collections.abc import Iterator

from models.common.values import Instant
from models.items.filing import filing
from models.machine.draft import Draft
from models.machine.machine import Machine
from models.machine.state import EVIDENCE_KEPT, Ask, ItemState, Proposal
from models.messages.acts import Act, Close, Dispute, Evidence, Terms, Topic
from models.messages.notices import AnnouncementKind
from models.messages.sentences import sentence_of
from models.messages.views import Refusal


class CommitmentState(ItemState):
    disputed: bool = False
    """The evidence was disputed: more is awaited."""


class CommitmentMachine(Machine[CommitmentState]):
    verbs = frozenset(
        ["propose", "accept", "reject", "counter", "withdraw", "dispute", "evidence", "close", "progress", "call"]
    )
    topics = frozenset({Topic.POSTPONE, Topic.EXTEND, Topic.DROP, Topic.EXCUSE})

    def _shown(self, state: CommitmentState) -> bool:
        return bool(state.evidence) and not state.disputed

    def required(self, state: CommitmentState) -> Iterator[Ask]:
        act = "close" if self._shown(state) else "evidence"
        yield from (Ask(act=act, side=side) for side in state.setup.sides)

    def status(self, state: CommitmentState) -> str:
        if state.disputed:
            return "disputed"
        return "close-awaited" if self._shown(state) else "evidence-awaited"

    def fulfilled(self, state: CommitmentState) -> bool:
        return self._shown(state)

    def excused(self, state: CommitmentState) -> bool:
        return state.asleep_until is not None

    def under_way(self, state: CommitmentState) -> bool:
        return bool(state.evidence)

    def refuse_terms(self, state: CommitmentState, terms: Terms, now: Instant) -> Refusal | None:
        if self._shown(state):
            return self.no(state, "evidence-given", "evidence is on record; dispute it or close it out")
        return None

    def agreed(self, draft: Draft[CommitmentState], proposal: Proposal) -> None:
        """Postponing, extending and dropping need nothing more than what every item does."""

    def refuse_own(self, state: CommitmentState, act: Act, side: str, now: Instant) -> Refusal | None:
        if isinstance(act, Evidence):
            if not act.text.strip() and act.document is None:
                return self.no(state, "bad-terms", f"give a text or a document: {state.setup.evidence_wanted}")
            return None
        if isinstance(act, Dispute):
            if not act.reason.strip():
                return self.no(state, "bad-terms", "say what is disputed and why")
            if not self._shown(state):
                return self.no(state, "nothing-marked", "there is no evidence that could be disputed")
            if state.evidence[-1]["side"] == side:
                return self.no(state, "own-mark", "your own side gave this evidence; another side may dispute it")
            return None
        if not self._shown(state):
            return self.no(state, "no-evidence", f"evidence is awaited first: {state.setup.evidence_wanted}")
        return None

    def take_own(self, draft: Draft[CommitmentState], act: Act, side: str) -> None:
        others = tuple(each for each in draft.state.setup.sides if each != side)
        if isinstance(act, Evidence):
            draft.overtake(Topic.DROP, Topic.POSTPONE, Topic.EXTEND, Topic.EXCUSE)
            filed = filing(act, side, draft.now)
            draft.put(
                evidence=(*draft.state.evidence, filed)[-EVIDENCE_KEPT:], disputed=False, awake=True, asleep_until=None
            )
            shown = act.document.name if act.document else act.text[:300]
            draft.enter("evidence", f"{act.office} ({side}) gives evidence: {shown}", act, filed=filed)
            draft.announce(AnnouncementKind.OUTCOME, others, sentence_of(draft.state.ledger[-1].text))
        elif isinstance(act, Dispute):
            draft.put(disputed=True)
            text = f"{act.office} ({side}) disputes the evidence: {act.reason}"
            draft.enter("dispute", text, act, about="evidence", reason=act.reason)
            draft.announce(AnnouncementKind.ANSWER, others, sentence_of(draft.state.ledger[-1].text))
        elif isinstance(act, Close):
            note = f" {act.note}" if act.note else ""
            text = f"{act.office} ({side}) closes it out.{note}"
            self.close(draft, "closed", act, text, by="office", note=act.note or None)


COMMITMENT = CommitmentMachine()
