"""What the text leaves to the sides: one list of questions for each group of offices, answered by consent.

Unanswered, a question stays in the letter and nothing is presumed.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import JsonValue

from models.acts import Act, Terms, Topic
from models.adoption import AdoptedSession
from models.base import Instant, Value
from models.effects import Order, Report, SessionReport
from models.item import Ask, Draft, ItemState, OpenAct, Proposal, Step
from models.machine import Machine
from models.rounds import gather
from models.views import ItemView, Refusal
from models.wording import value_in_words

FIRST_HOST, ORDER, CADENCE, ANCHOR, PAIRS, YEAR, PAST = (
    "first_host",
    "order",
    "cadence",
    "anchor_year",
    "pairs",
    "year",
    "past",
)


class Question(Value):
    """One thing to settle."""

    id: str
    """As 6.2-drugs-provincial/first_host; 16.3-jtc/past/2024 for a session of before the launch."""
    obligation: str
    """Empty for a question about the whole plan."""
    field: str
    text: str
    """As it is asked: "who hosts the Provincial Drug-Control Meeting first"."""
    options: tuple[JsonValue, ...] = ()
    """The readings that the text admits; empty where any words may answer."""
    session: str = ""
    item: str = ""
    """The list in which it is asked."""


class QuestionsState(ItemState):
    questions: tuple[Question, ...] = ()
    answers: dict[str, JsonValue] = {}

    @property
    def open_questions(self) -> tuple[Question, ...]:
        return tuple(each for each in self.questions if each.id not in self.answers)

    def question(self, name: str) -> Question | None:
        return next((each for each in self.questions if each.id == name), None)


class QuestionsMachine(Machine[QuestionsState]):
    """Each side's office is asked once for all of them; each is answered by a proposal that the others accept."""

    verbs = frozenset({"propose", "accept", "reject", "counter", "withdraw"})
    topics = frozenset({Topic.ANSWER})

    def required(self, state: QuestionsState) -> Iterator[Ask]:
        # The subject counts what is settled: with each answer the notice is worded anew.
        proposed = sum(1 for each in state.open_questions if state.open_proposal(Topic.ANSWER, each.id))
        if len(state.open_questions) > proposed:
            for side in state.setup.sides:
                subject = len(state.answers) * 1000 + proposed
                # The list as it now reads goes with the next letter; only the first asks for a letter of its own.
                yield Ask(act="settle", side=side, subject=subject, stays=True, said=subject > 0, gather=gather(state))

    def status(self, state: QuestionsState) -> str:
        return "settling"

    def act_in_words(self, state: ItemState, open_act: OpenAct) -> str:
        if open_act.act != "settle" or not isinstance(state, QuestionsState):
            return super().act_in_words(state, open_act)
        count, others = len(self._asked(state)), len(state.setup.sides) > 2
        what = "this question" if count == 1 else f"these {count} questions"
        return f"settle {what} with the other side{'s' if others else ''}"

    def lines_of(self, state: ItemState, open_act: OpenAct) -> tuple[str, ...]:
        if open_act.act != "settle" or not isinstance(state, QuestionsState):
            return ()
        return tuple(f"{each.text} [{each.id}]" for each in self._asked(state))

    def _asked(self, state: QuestionsState) -> list[Question]:
        """Open, and about which nothing is proposed."""
        return [each for each in state.open_questions if not state.open_proposal(Topic.ANSWER, each.id)]

    def refuse_terms(self, state: QuestionsState, terms: Terms, now: Instant) -> Refusal | None:
        question = state.question(terms.question)
        if question is None:
            known = ", ".join(each.id for each in state.open_questions)
            return self.no(
                state, "no-such-question", f"there is no question {terms.question!r} here; open are: {known}"
            )
        if question.id in state.answers:
            said = value_in_words(state.answers[question.id])
            return self.no(state, "answered", f"{question.id} is settled: {said}; what is settled changes by amendment")
        wrong = wrong_answer(question, terms.value)
        return self.no(state, "bad-terms", wrong) if wrong else None

    def agreed(self, draft: Draft[QuestionsState], proposal: Proposal) -> None:
        terms, setup = proposal.terms, draft.state.setup
        question = draft.state.question(terms.question)
        assert question is not None
        draft.put(answers={**draft.state.answers, question.id: terms.value})
        report = SessionReport(
            session="", item=setup.id, status="answered", question=question.id, value=terms.value, title=question.text
        )
        draft.effects.append(Report(report=report))

    def ordered(self, state: QuestionsState, order: Order, now: Instant) -> Step[QuestionsState]:
        """What an amendment has settled, or left without object, is asked no longer."""
        overtaken = order.changes.get("overtaken")
        if state.closed or not isinstance(overtaken, list):
            return super().ordered(state, order, now)
        draft = Draft(state, now)
        for name in (str(each) for each in overtaken):
            if state.question(name) is None or name in state.answers:
                continue
            draft.overtake(Topic.ANSWER, about=name)
            draft.put(answers={**draft.state.answers, name: order.text})
            draft.enter("overtaken", f"{name} is asked no longer: {order.text}")
        self.after_consent(draft)
        self.reconcile(draft)
        return Step(state=draft.state, effects=tuple(draft.effects))

    def ends_with_consent(self, state: QuestionsState) -> bool:
        return not state.open_questions

    def after_consent(self, draft: Draft[QuestionsState]) -> None:
        if not draft.state.open_questions:
            self.close(draft, "settled", None, "all of it is settled by consent")

    def take_own(self, draft: Draft[QuestionsState], act: Act, side: str) -> None:
        raise AssertionError("there is no such act")  # `verbs` holds proposals only

    def view(self, state: QuestionsState) -> ItemView:
        listed = tuple(
            {**each.model_dump(mode="json"), "answer": state.answers.get(each.id)} for each in state.questions
        )
        return super().view(state).model_copy(update={"questions": listed})


def wrong_answer(question: Question, value: JsonValue) -> str:
    """What is wrong with an answer; empty where it fits."""
    if question.field == PAST:
        try:
            AdoptedSession.model_validate(
                {"obligation": question.obligation, "session": question.session, **_past(value)}
            )
        except (ValueError, TypeError):
            return "say what became of it: held, missed or excused; for held with --start DAY, --place, --host"
        return ""
    if question.options and value not in question.options and question.field != PAIRS:
        return f"write one of {'; '.join(map(value_in_words, question.options))}"
    if value in (None, "", []):
        return "say what is to hold"
    return ""


def _past(value: JsonValue) -> dict[str, Any]:
    if isinstance(value, str):
        return {"state": value}
    return dict(value) if isinstance(value, dict) else {}


def past_of(question: Question, value: JsonValue) -> AdoptedSession:
    """What the sides have settled about a session of before the launch."""
    return AdoptedSession.model_validate(
        {"obligation": question.obligation, "session": question.session, **_past(value)}
    )


QUESTIONS = QuestionsMachine()
