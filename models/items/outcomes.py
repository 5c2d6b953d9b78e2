"""What the sides put on record after a meeting: its outcome, evidence and the close-out.

If the text asks for reports to the higher authority, each side puts its report on record as evidence.
"""

from models.common.values import Instant
from models.items.evidence import add_evidence, refuse_correction, replace_evidence
from models.items.filing import excerpt, filing, said_in
from models.items.meeting_state import MeetingState
from models.machine.agreement import refuse_alone
from models.machine.closing import take_close
from models.machine.draft import Draft
from models.machine.refusals import refusal
from models.machine.replacing import correction, filed_alike, refuse_of_others, refuse_same
from models.machine.rules import Deed, Rules
from models.machine.silence import applies, put_on_record, rule_on_record
from models.messages.acts import Close, Evidence, Outcome
from models.messages.notices import AnnouncementKind
from models.messages.sentences import sentence_of
from models.messages.views import Refusal

MeetingRules = Rules[MeetingState]

# The outcome


def refuse_outcome(rules: MeetingRules, state: MeetingState, act: Outcome, side: str, now: Instant) -> Refusal | None:
    if not act.text.strip() and act.document is None:
        return refusal(rules, state, "bad-terms", "give a text or a document")
    if (before := _refuse_before_held(rules, state, "it is not marked held; mark it first")) is not None:
        return before
    if state.outcome is None:
        return None
    if state.outcome["side"] != side:
        said = f"{state.outcome['office']} has filed the outcome already"
        return refuse_of_others(rules, state, "already-filed", said)
    same = filed_alike(state.outcome, filing(act, side, now, 0))
    return refuse_same(rules, state, "outcome") if same else None


def _refuse_before_held(rules: MeetingRules, state: MeetingState, message: str) -> Refusal | None:
    if state.stances:
        message = "the sides disagree whether it was held; settle that first, with held or not-held"
        return refusal(rules, state, "disputed", message)
    return None if state.held else refusal(rules, state, "not-held", message)


def take_outcome(rules: MeetingRules, draft: Draft[MeetingState], act: Outcome, side: str) -> None:
    filed, replaced = filing(act, side, draft.now, draft.state.entries + 1), draft.state.outcome
    draft.put(outcome=filed)
    line = f"{act.office} ({side}) files the outcome{excerpt(act)}"
    if replaced is not None:
        line = correction(f"{act.office} ({side})", "outcome", said_in(filed), said_in(replaced))
    draft.enter("outcome", line, act, filed=filed, replaced=replaced, silence=rule_on_record(draft.state))
    setup, text = draft.state.setup, sentence_of(line)
    put_on_record(draft, side, "outcome", AnnouncementKind.OUTCOME, line)
    if setup.report_to_higher:
        higher = tuple(party.side for party in setup.parties if party.above is not None)
        why = f" Provision {setup.ref} asks that the result be reported to the higher authority."
        draft.announce(AnnouncementKind.OUTCOME, higher, text + why, above=True)


# Evidence: a report to the higher authority, or another text or document for the record


def refuse_evidence(rules: MeetingRules, state: MeetingState, act: Evidence, side: str, now: Instant) -> Refusal | None:
    if not act.text.strip() and act.document is None:
        return refusal(rules, state, "bad-terms", "give a text or a document")
    if act.corrects is not None:
        return refuse_correction(rules, state, act, side, now)
    if state.outcome and state.setup.report_to_higher and side in state.reports:
        message = "your side has already reported to its higher authority; to correct the report, name its line"
        return refusal(rules, state, "already-reported", message)
    return None


def take_evidence(rules: MeetingRules, draft: Draft[MeetingState], act: Evidence, side: str) -> None:
    silent = applies(draft.state) and draft.state.setup.edition >= 1
    rule = rule_on_record(draft.state) if silent else None
    if act.corrects is not None:
        line = replace_evidence(draft, act, side, silence=rule)
    else:
        reports = draft.state.outcome is not None and side in draft.state.unreported
        filed = add_evidence(draft, act, side)
        if reports:
            draft.put(reports=(*draft.state.reports, side))
        what = "puts on record its report to the higher authority" if reports else "gives evidence"
        line = f"{act.office} ({side}) {what}{excerpt(act)}"
        draft.enter("evidence", line, act, filed=filed, silence=rule)
    if silent:
        put_on_record(draft, side, "evidence", AnnouncementKind.OUTCOME, line)
    elif applies(draft.state) or act.corrects is not None:
        draft.announce(AnnouncementKind.OUTCOME, draft.state.setup.others(side), sentence_of(line))


# Close-out


def refuse_close(rules: MeetingRules, state: MeetingState, act: Close, side: str, now: Instant) -> Refusal | None:
    message = "it is not marked held; mark it first, or, if it will not be held, propose to drop it"
    if (before := _refuse_before_held(rules, state, message)) is not None:
        return before
    if state.outcome is None:
        return refusal(rules, state, "no-outcome", "no outcome is filed; file it first")
    if state.unreported:
        sides = ", ".join(state.unreported)
        message = f"{sides} must first report to the higher authority, with evidence"
        return refusal(rules, state, "not-reported", message)
    return refuse_alone(rules, state, act, side, now)


OUTCOME = Deed(refuse_outcome, take_outcome)
EVIDENCE = Deed(refuse_evidence, take_evidence)
CLOSE = Deed(refuse_close, take_close)
