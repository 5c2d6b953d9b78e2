"""What was missed before the launch and was held after all: the signatories say so by consent, the record follows."""

from pydantic import JsonValue

from models.common.values import Instant
from models.governance.amended_plan import third_states_must_consent
from models.items.past_sessions import AdoptedSession, PastState
from models.items.questions import PAST, Question, past_of, wrong_answer
from models.messages.acts import Terms
from models.plan.plan import Plan

Answers = dict[str, JsonValue]


def past_question(plan: Plan, name: str) -> Question | None:
    """The question about a session of before the launch by its id, 16.3-jtc/past/2024; None for other words."""
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
    """What the record has of it: as it was taken over, or as the sides have settled it since."""
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
    """Why the plan takes no such answer; empty where it does. `asked` are the questions in the lists of the offices."""
    question = past_question(plan, terms.question)
    if question is None:
        return f"{terms.question!r} names no session of before the launch; write OBLIGATION/{PAST}/SESSION"
    known = on_record(history, settled, question)
    if known is None or known.state is PastState.UNKNOWN:
        listed = next((each.item for each in asked if each.id == question.id), "")
        if listed:
            return f"{question.id} is asked in {listed.partition('/')[2]}: answer it there"
        return f"no history has anything about {question.id}; only what was missed before the launch is put right here"
    if known.state is not PastState.MISSED:
        return f"{question.id} is on record as {known.state}; only what was missed can have been held after all"
    obligation = plan.obligation(question.obligation)
    assert obligation is not None
    wrong = wrong_answer(question, terms.value, obligation.all_sides, now)
    if wrong or past_of(question, terms.value).state is not PastState.HELD:
        return wrong or f"{question.id} is on record as missed; all that can be said of it is that it was held"
    return ""


def names_host_of_three(plan: Plan, terms: Terms) -> str:
    """Why the signatories do not say by themselves who hosted a session with a third state; empty where they do not."""
    question = past_question(plan, terms.question)
    obligation = plan.obligation(question.obligation) if question else None
    if question is None or obligation is None or not obligation.third_states:
        return ""
    if past_of(question, terms.value).host is None:
        return ""
    return f"{third_states_must_consent(plan, obligation)}. Without a host it can be put right that it was held"


def corrected(question: Question, value: JsonValue, settled: Answers) -> AdoptedSession:
    """What is to be entered. A session that was taken over has two lines, one that was settled since has four."""
    return past_of(question, value).model_copy(update={"follows": 4 if question.id in settled else 2})
