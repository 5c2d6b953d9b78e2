"""Updates the plan by the reports that its items send: answers to status rounds, settled questions, ends of items."""

from pydantic import JsonValue

from models.common.ids import obligation_id
from models.governance.amended_items import count_ended
from models.governance.amended_plan import NotPossible, Settlement, before_settling, settled
from models.governance.coming_into_force import drop_stale
from models.governance.corrections import corrected, past_question
from models.governance.opening import setup_of, whole_window
from models.governance.plan_state import PlanState, today_of
from models.governance.rectifying import note_silenced
from models.governance.summaries import ended_as, sides_of
from models.items.commitment import CommitmentState
from models.items.meeting_state import MeetingState
from models.items.past_sessions import AdoptedSession, adopted_entries
from models.items.questions import PAST, past_of
from models.items.series_state import past_session
from models.machine.draft import Draft
from models.machine.state import ItemState
from models.messages.acts import Terms
from models.messages.effects import EnterElsewhere, ItemReport, Order, Resolve
from models.messages.sentences import value_in_words

PlanDraft = Draft[PlanState]


def learn(draft: PlanDraft, report: ItemReport) -> None:
    """Updates the state of the plan by the report of an item.

    A report tells that the item has opened or ended, has become `busy` or `idle`, or has got an answer to a status
    round or to a question.
    """
    state = draft.state
    if report.status == "progress":
        _learn_progress(draft, report)
    elif report.status == "answered":
        _learn_answer(draft, report)
    elif report.status in ("busy", "idle"):
        others = tuple(item for item in state.busy if item != report.item)
        draft.put(busy=(*others, report.item) if report.status == "busy" else others)
    elif report.closed:
        _learn_end(draft, report)
    elif report.status == "opened":
        draft.put(open_items={**state.open_items, report.item: report.title})


def _learn_progress(draft: PlanDraft, report: ItemReport) -> None:
    current, side = draft.state.round, report.progress.get("side", "")
    of_this_round = current is not None and report.progress.get("round") == current.name
    if not of_this_round or side not in sides_of(draft.state, report.item):
        return
    note = report.progress.get("note", "")[: _note_length(draft.state)]
    answer = {**report.progress, "note": note}
    own = {**draft.state.answers.get(report.item, {}), side: answer}
    draft.put(answers={**draft.state.answers, report.item: own})


NOTES_KEPT = 48_000
"""How many characters the plan keeps of all notes that one side writes in one status round. The summary of the round
shows these notes. The record of each item holds every note in full."""


def _note_length(state: PlanState) -> int:
    """Returns how many characters of one note the plan keeps: 1000 with 48 items or fewer, 240 with 200 items."""
    return NOTES_KEPT // max(len(state.round_items), 48)


def _learn_end(draft: PlanDraft, report: ItemReport) -> None:
    state = draft.state
    if report.item in state.open_items:
        count_ended(draft, report.item, ended_as(report.status, report.fate))
    if report.silent:
        note_silenced(draft, report)
    open_items = {item: title for item, title in state.open_items.items() if item != report.item}
    draft.put(open_items=open_items, busy=tuple(item for item in state.busy if item != report.item))


def _learn_answer(draft: PlanDraft, report: ItemReport) -> None:
    """Takes the answer to a question into the plan: changes the reading, and asks for the new windows. The items learn
    of the change when the windows are known."""
    question = next((each for each in draft.state.questions if each.id == report.question), None)
    if question is None or question.id in draft.state.settled:
        return
    draft.put(settled={**draft.state.settled, question.id: report.value})
    said = value_in_words(report.value)
    draft.enter("settled", f"{question.text}: {said}", question=question.id, value=report.value)
    if question.field == PAST:
        _settle_past(draft, past_of(question, report.value))
        return
    try:
        plan = settled(draft.state.plan, question, report.value, today_of(draft.state, draft.now))
    except NotPossible as error:
        text = f"the plan cannot follow this answer: {error}"
        draft.enter("settled", text, question=question.id, reason=str(error))
        return
    before = before_settling(draft.state.plan, question)
    done = Settlement(question=question.id, obligation=question.obligation, at=draft.now, before=before)
    why = f"settled by the offices: {question.text}: {said}"
    draft.put(plan=plan, settlements=(*draft.state.settlements, done), why=why, amending=False)
    draft.effects.append(Resolve(at=draft.now))
    drop_stale(draft)


def correct_past(draft: PlanDraft, terms: Terms) -> None:
    """Corrects the record of a past session that was held and is on record as missed."""
    question = past_question(draft.state.plan, terms.question)
    assert question is not None
    past = corrected(question, terms.value, draft.state.settled)
    draft.put(settled={**draft.state.settled, question.id: terms.value})
    draft.enter("settled", f"{question.text}: {past.words}", question=question.id, value=terms.value)
    _settle_past(draft, past)


def _settle_past(draft: PlanDraft, past: AdoptedSession) -> None:
    state = draft.state
    item = obligation_id(state.setup.plan, past.obligation)
    if past.session and item in state.open_items:
        changes: dict[str, JsonValue] = {"past": past.model_dump(mode="json")}
        order = Order(changes=changes, text=f"session {past.session}: {past.words}")
        draft.tell(item, order)
        return
    found = next(((p, o) for p, o in state.plan.obligations() if o.id == past.obligation), None)
    if found is not None:  # a one-off item, or a session of a series that has ended
        own = state.windows.get(past.obligation, ())
        window = next((each for each in own if each.name == past.session), None)
        setup = setup_of(state.launch, *found, window if past.session else whole_window(own), ())
        if past.session:
            setup = past_session(setup, past.session, state.launch.launched)
        one: ItemState = MeetingState(setup=setup) if found[1].kind.meets else CommitmentState(setup=setup)
        entries = adopted_entries(one, past, draft.now, first=past.follows + 1)
        draft.effects.append(EnterElsewhere(item=setup.id, entries=entries))
