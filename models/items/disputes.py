"""Disputes of a meeting: a side denies the mark, the outcome or the evidence that another side has put on record."""

from models.common.values import Instant
from models.items.evidence import dispute_evidence
from models.items.meeting_state import MeetingState
from models.machine.draft import Draft
from models.machine.refusals import refusal
from models.machine.rules import Deed, Rules
from models.machine.silence import MARK, break_silences, end_silences, is_valid
from models.messages.acts import Dispute, RecordedFact
from models.messages.notices import AnnouncementKind
from models.messages.sentences import sentence_of
from models.messages.views import Refusal

MeetingRules = Rules[MeetingState]


def refuse_dispute(rules: MeetingRules, state: MeetingState, act: Dispute, side: str, now: Instant) -> Refusal | None:
    if not act.reason.strip():
        return refusal(rules, state, "bad-terms", "say what is disputed and why")
    if state.stances and act.what in (None, RecordedFact.MARK):
        return refusal(rules, state, "disputed", "the mark is disputed already; mark it held or not-held")
    authors = _authors(state)
    wanted = tuple(authors) if act.what is None else (act.what,)
    sides = {author for what in wanted for author in authors.get(what, ())}
    if not sides:
        message = f"there is no {act.what or 'mark or outcome'} that can be disputed now"
        return refusal(rules, state, "nothing-marked", message)
    about = _disputed(state, act, side)
    if about is None:
        message = "your own side put this on record; it corrects it, and another side may dispute it"
        return refusal(rules, state, "own-mark", message)
    if about is RecordedFact.MARK and is_valid(state, MARK):
        message = "the time to object to the mark is over, so it stands; the side that marked it may still correct it"
        return refusal(rules, state, "stands", message)
    return None


def _authors(state: MeetingState) -> dict[RecordedFact, tuple[str, ...]]:
    """Returns what can be disputed now, each with the sides that put it on record: first the outcome, then the mark,
    then the evidence."""
    found: dict[RecordedFact, tuple[str, ...]] = {}
    if state.outcome is not None:
        found[RecordedFact.OUTCOME] = (str(state.outcome["side"]),)
    if state.mark is not None and not state.stances and (state.mark.held or state.agreed is None):
        found[RecordedFact.MARK] = (state.mark.side,)
    if state.evidence and state.setup.edition >= 1:
        found[RecordedFact.EVIDENCE] = tuple(dict.fromkeys(str(each["side"]) for each in state.evidence))
    return found


def _disputed(state: MeetingState, act: Dispute, side: str) -> RecordedFact | None:
    """Returns what this side would dispute: what the act names or, if it names nothing, the first thing that another
    side put on record. None if there is no such thing."""
    of_others = [what for what, authors in _authors(state).items() if any(author != side for author in authors)]
    return next((what for what in of_others if act.what in (None, what)), None)


def take_dispute(rules: MeetingRules, draft: Draft[MeetingState], act: Dispute, side: str) -> None:
    state = draft.state
    about = _disputed(state, act, side)
    assert about is not None, "the door refuses other disputes"
    text = f"{act.office} ({side}) disputes the {about.value}: {act.reason}"
    said = "not-held" if about is RecordedFact.MARK and state.mark is not None and not state.mark.held else None
    draft.enter("dispute", text, act, about=about.value, reason=act.reason, said=said)
    if about is RecordedFact.EVIDENCE:
        break_silences(draft, side, about.value)
        dispute_evidence(draft, act, side)
    else:
        end_silences(draft, about.value)
    if about is RecordedFact.OUTCOME:
        draft.put(outcome=None, reports=())
    elif about is RecordedFact.MARK and state.mark is not None:
        draft.put(stances={state.mark.side: state.mark.held, side: not state.mark.held})
    draft.announce(AnnouncementKind.ANSWER, state.setup.others(side), sentence_of(text))


DISPUTE = Deed(refuse_dispute, take_dispute)
