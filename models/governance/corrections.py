"""Corrections of the past. If a session was held and is on record as missed, the signatories correct this by
consent."""

from pydantic import JsonValue

from models.common.values import Instant
from models.governance.amended_plan import third_states_must_consent
from models.items.past_sessions import AdoptedSession, PastState
from models.items.questions import PAST, Question, past_of, wrong_answer
from models.messages.acts import Terms
from models.plan.plan import Plan

Answers = dict[str, JsonValue]


def past_question(plan: Plan, name: str) -> Question | None:
    """Returns the question with the id `name` about a past session or one-off item, for example 16.3-jtc/past/2024.

    None if `name` is not such an id, or if the plan has no such obligation.
    """
    obligation, _, session = name.partition(f"/{PAST}")
    found = plan.obligation(obligation)
    if not name.startswith(f"{obligation}/{PAST}") or found is None or session[:1] not in ("", "/"):
        return None
    session = session[1:]
    return Question(
        id=f"{obligation}/{PAST}/{session}".rstrip("/"),
        obligation=obligation,
        field=PAST,
        text=f"what became of the {f'{found.title} {session}'.strip()}",
        session=session,
    )


def on_record(history: tuple[AdoptedSession, ...], settled: Answers, question: Question) -> AdoptedSession | None:
    """Returns what is on record about the past session of a question. This is the answer that the sides have settled,
    or else what the history file says.

    None if nothing is on record.
    """
    if question.id in settled:
        return past_of(question, settled[question.id])
    names = (question.obligation, question.session)
    return next((each for each in history if (each.obligation, each.session) == names), None)


def wrong_correction(
    plan: Plan,
    history: tuple[AdoptedSession, ...],
    settled: Answers,
    asked: tuple[Question, ...],
    terms: Terms,
    now: Instant,
) -> str:
    """Returns in words why the plan refuses a correction. Empty if the plan accepts it. `asked` are the questions of
    all lists."""
    question = past_question(plan, terms.question)
    if question is None:
        return f"{terms.question!r} names no session before the launch; write OBLIGATION/{PAST}/SESSION"
    known = on_record(history, settled, question)
    if known is None or known.state is PastState.UNKNOWN:
        listed = next((each.item for each in asked if each.id == question.id), "")
        if listed:
            return f"{question.id} is asked in {listed.partition('/')[2]}: answer it there"
        return f"nothing is on record about {question.id}; only a session on record as missed can be corrected"
    if known.state is not PastState.MISSED:
        return f"{question.id} is on record as {known.state}; only a session on record as missed can be corrected"
    obligation = plan.obligation(question.obligation)
    assert obligation is not None
    wrong = wrong_answer(question, terms.value, obligation.all_sides, now)
    if wrong or past_of(question, terms.value).state is not PastState.HELD:
        return wrong or f"{question.id} is on record as missed; the only correction is that it was held"
    return ""


def names_host_of_three(plan: Plan, terms: Terms) -> str:
    """Returns in words why a correction must not name the host if a third state takes part.

    Empty if no third state takes part, or if the correction names no host.
    """
    question = past_question(plan, terms.question)
    obligation = plan.obligation(question.obligation) if question else None
    if question is None or obligation is None or not obligation.third_states:
        return ""
    if past_of(question, terms.value).host is None:
        return ""
    return f"{third_states_must_consent(plan, obligation)}. Without a host you can propose that it was held"


def corrected(question: Question, value: JsonValue, settled: Answers) -> AdoptedSession:
    """Returns the correction as a past session, to be entered into the record of the session.

    `follows` is the number of lines that this record has already. There are two from the launch, and two more if the
    sides have settled the question since.
    """
    return past_of(question, value).model_copy(update={"follows": 4 if question.id in settled else 2})
