"""What the text leaves to the sides: one list of questions for each group of offices, answered by consent.

Unanswered, a question stays in the letter and nothing is presumed.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import JsonValue, TypeAdapter

from models.common.times import ZonedTime, fault_of_time
from models.common.values import Instant, Value
from models.items.past_sessions import AdoptedSession, PastState
from models.machine.closing import close
from models.machine.consent import PROPOSALS
from models.machine.draft import Draft
from models.machine.machine import Machine
from models.machine.refusals import refusal
from models.machine.rules import Phase, Rules
from models.machine.state import Ask, ItemState, OpenAct, Proposal
from models.machine.status_rounds import gather
from models.messages.acts import Terms, Topic
from models.messages.effects import ItemReport, Order
from models.messages.notices import AnnouncementKind, AskedQuestion
from models.messages.sentences import sentence_of, value_in_words
from models.messages.views import DateRow, Refusal
from models.plan.plan import Cadence

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
    about: str = ""
    """The obligation by its title, with the session; empty for the whole plan."""
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
    amended: int = 0
    """How often an amendment of the plan brought further questions."""
    asked_at: dict[str, Instant] = {}
    """Since when questions that an amendment brought are asked; the others are since the list opened."""

    @property
    def open_questions(self) -> tuple[Question, ...]:
        return tuple(each for each in self.questions if each.id not in self.answers)

    def words_of(self, name: str) -> str:
        found = self.question(name)
        return found.text if found else name

    def question(self, name: str) -> Question | None:
        return next((each for each in self.questions if each.id == name), None)

    @property
    def asked(self) -> tuple[Question, ...]:
        """Open, and about which nothing is proposed."""
        return tuple(each for each in self.open_questions if not self.open_proposal(Topic.ANSWER, each.id))


def _ask_to_settle(state: QuestionsState) -> Iterator[Ask]:
    """Each side's office is asked once for all of them."""
    asked, opened = state.asked, state.setup.opens_at
    if not asked:
        return
    # The subject counts what is settled: with each answer the notice is worded anew.
    proposed = len(state.open_questions) - len(asked)
    subject = (len(state.answers) + state.amended) * 1000 + proposed
    # What was asked before is awaited since then: since when the oldest of what is open is.
    since = min(state.asked_at.get(each.id, opened) for each in asked) if opened else None
    for side in state.setup.sides:
        yield Ask(
            act="settle",
            side=side,
            subject=subject,
            stays=True,
            said=subject > 0,  # the list as it now reads goes with the next letter; only the first asks for its own
            gather=gather(state),
            since=since,
        )


class QuestionsRules(Rules[QuestionsState]):
    """One list; each question is answered by a proposal that the other sides accept."""

    life = (Phase("settling", lambda _: True, _ask_to_settle),)
    deeds = PROPOSALS
    topics = frozenset({Topic.ANSWER})

    def act_in_words(self, state: QuestionsState, open_act: OpenAct) -> str | None:
        if open_act.act != "settle":
            return None
        count, others = len(state.asked), len(state.setup.sides) > 2
        what = "this question" if count == 1 else f"these {count} questions"
        return f"settle {what} with the other side{'s' if others else ''}"

    def lines_of(self, state: QuestionsState, open_act: OpenAct) -> tuple[str, ...]:
        return tuple(_line(each) for each in state.asked) if open_act.act == "settle" else ()

    def questions_of(self, state: QuestionsState, open_act: OpenAct) -> tuple[AskedQuestion, ...]:
        if open_act.act != "settle":
            return ()
        names = state.setup.names
        return tuple(
            AskedQuestion(
                name=each.id,
                field=each.field,
                about=each.about,
                text=each.text,
                options=() if each.field == PAIRS else tuple(value_in_words(option, names) for option in each.options),
            )
            for each in state.asked
        )

    def refuse_terms(self, state: QuestionsState, terms: Terms, now: Instant) -> Refusal | None:
        question = state.question(terms.question)
        if question is None:
            known = ", ".join(each.id for each in state.open_questions)
            return refusal(
                self, state, "no-such-question", f"there is no question {terms.question!r} here; open are: {known}"
            )
        if question.id in state.answers:
            said = value_in_words(state.answers[question.id])
            how = "what is settled changes by amendment"
            if question.field == PAST:
                how = f"if it was missed and was held after all, propose that in the plan: answer {question.id} held"
            return refusal(self, state, "answered", f"{question.id} is settled: {said}; {how}")
        wrong = wrong_answer(question, terms.value, state.setup.sides, now)
        return refusal(self, state, "bad-terms", wrong) if wrong else None

    def agreed(self, draft: Draft[QuestionsState], proposal: Proposal) -> None:
        terms, setup = proposal.terms, draft.state.setup
        question = draft.state.question(terms.question)
        assert question is not None
        draft.put(answers={**draft.state.answers, question.id: terms.value})
        report = ItemReport(
            session="", item=setup.id, status="answered", question=question.id, value=terms.value, title=question.text
        )
        draft.report(report)

    def obeys(self, draft: Draft[QuestionsState], order: Order) -> bool:
        """What an amendment has settled, or left without object, is asked no longer; what it brings is asked."""
        if not {"overtaken", "added"} & set(order.changes):
            return False
        self._add(draft, order)
        overtaken = order.changes.get("overtaken")
        for name in (str(each) for each in (overtaken if isinstance(overtaken, list) else ())):
            if draft.state.question(name) is not None and name not in draft.state.answers:
                self._overtake(draft, name, order.text)
        self.after_consent(draft)
        return True

    def _add(self, draft: Draft[QuestionsState], order: Order) -> None:
        brought = TypeAdapter(tuple[Question, ...]).validate_python(order.changes.get("added") or ())
        # What was answered, and an amendment has left open again, is asked again.
        answers = draft.state.answers
        new = tuple(each for each in brought if draft.state.question(each.id) is None or each.id in answers)
        if new:
            names = [each.id for each in new]
            kept = tuple(each for each in draft.state.questions if each.id not in names)
            left = {name: answer for name, answer in answers.items() if name not in names}
            count = draft.state.amended + 1 + len(answers) - len(left)  # the list is worded anew
            asked_at = {**draft.state.asked_at, **{each.id: draft.now for each in new}}
            draft.put(questions=(*kept, *new), answers=left, amended=count, asked_at=asked_at)
            text = f"also to be settled: {', '.join(names)} ({order.text})"
            draft.enter("amended", text, added=names, reason=order.text)

    def _overtake(self, draft: Draft[QuestionsState], name: str, why: str) -> None:
        """Whoever has proposed an answer is told; all are where nothing is left to ask."""
        proposal = draft.state.open_proposal(Topic.ANSWER, name)
        draft.overtake(Topic.ANSWER, about=name)
        draft.put(answers={**draft.state.answers, name: why})
        draft.enter("overtaken", f"{name} is asked no longer: {why}", question=name, reason=why)
        last = not draft.state.open_questions
        told = draft.state.setup.sides if last else (proposal.side,) if proposal else ()
        draft.announce(AnnouncementKind.ANSWER, told, sentence_of(draft.state.ledger[-1].text), final=last)

    def ends_with_consent(self, state: QuestionsState) -> bool:
        return not state.open_questions

    def after_consent(self, draft: Draft[QuestionsState]) -> None:
        if not draft.state.open_questions:
            close(self, draft, "settled", None, "all of it is settled by consent", by="consent")

    def recorded_facts(self, state: QuestionsState) -> dict[str, Any]:
        """With the questions and their answers so far."""
        answers = state.answers
        asked = [{"id": each.id, "text": each.text, "answer": answers.get(each.id)} for each in state.questions]
        return {"questions": asked}

    def view_facts(self, state: QuestionsState) -> dict[str, Any]:
        answers = state.answers
        listed = ({**each.model_dump(mode="json"), "answer": answers.get(each.id)} for each in state.questions)
        return {"questions": tuple(listed)}


def _line(question: Question) -> str:
    """A question with its name, and the answers that it takes where only some do."""
    options = "; ".join(map(value_in_words, question.options))
    hint = f"; one of: {options}" if options and question.field != PAIRS else ""
    if question.field == YEAR:
        hint += " (or, in short: calendar; plan)"
    return f"{question.text} [{question.id}{hint}]"


def wrong_answer(question: Question, value: JsonValue, sides: tuple[str, ...], now: Instant) -> str:
    """What is wrong with an answer of these sides; empty where it fits."""
    if question.field == PAST:
        return _wrong_past(question, value, sides, now)
    if question.field == YEAR and isinstance(value, str) and value.casefold() in ("calendar", "plan"):
        return ""
    if question.options and value not in question.options and question.field != PAIRS:
        return f"write one of {'; '.join(map(value_in_words, question.options))}"
    if value in (None, [], {}) or (isinstance(value, str) and not value.strip()):
        return "say what is to hold"
    if question.field == FIRST_HOST and value not in sides:
        return f"the host is one of {', '.join(sides)}"
    if question.field == ORDER and (not isinstance(value, list) or sorted(map(str, value)) != sorted(sides)):
        return f"name each side once, in the order in which they host: {' '.join(sides)}"
    if question.field == CADENCE and not (isinstance(value, str) and value in set(Cadence)):
        return f"write one of {', '.join(Cadence)}"
    if question.field == ANCHOR and not (isinstance(value, int) and 1900 <= value <= 2200):
        return "write the year, as 2026"
    return ""


def _wrong_past(question: Question, value: JsonValue, sides: tuple[str, ...], now: Instant) -> str:
    try:
        past = past_of(question, value)
    except (ValueError, TypeError):
        past = None
    if past is None or past.state is PastState.UNKNOWN:
        return "say what became of it: held, missed or excused; for held its day, place and host"
    if past.host is not None and past.host not in sides:
        return f"the host is one of {', '.join(sides)}"
    if past.date is not None and past.state is not PastState.HELD:
        return f"what was {past.state.value} has no date"
    return _wrong_date(past.date, now) if past.date is not None else ""


def _wrong_date(date: DateRow, now: Instant) -> str:
    """Why a session cannot have been held then; empty where it can."""
    if date.start > now:
        return f"{date.local[:10]} has not come yet; say on which day it was held"
    try:
        local = datetime.fromisoformat(date.local)
    except ValueError:
        return "the day is written as 2024-05-03T09:00"
    return fault_of_time(ZonedTime(local=local, zone=date.zone, utc=date.start)) or ""


def _past(value: JsonValue) -> dict[str, Any]:
    if isinstance(value, str):
        return {"state": value}
    return dict(value) if isinstance(value, dict) else {}


def past_of(question: Question, value: JsonValue) -> AdoptedSession:
    """What the sides have settled about a session of before the launch."""
    return AdoptedSession.model_validate(
        {**_past(value), "obligation": question.obligation, "session": question.session}
    )


QUESTIONS = Machine(QuestionsRules())
