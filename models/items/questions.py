"""Lists of questions about what the text leaves open. Each group of offices has one list of questions.

A side proposes an answer to a question, and the other sides consent to it. Until then, the question stays in the
letters to these offices.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import JsonValue, TypeAdapter, ValidationError

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
from models.plan.plan import Cadence, SilenceRule

FIRST_HOST, ORDER, CADENCE, ANCHOR, PAIRS, YEAR, SILENCE, PAST = (
    "first_host",
    "order",
    "cadence",
    "anchor_year",
    "pairs",
    "year",
    "silence",
    "past",
)


class Question(Value):
    """One question that the program asks the sides to settle."""

    id: str
    """Id of the question: 6.2-drugs-provincial/first_host, or 16.3-jtc/past/2024 for a session before the launch."""
    obligation: str
    """Id of the obligation. Empty for a question about the whole plan."""
    field: str
    """What the question asks for: first_host, order, cadence, anchor_year, pairs, year, silence or past."""
    about: str = ""
    """The title of the obligation. If `field` is `past`, the name of the session follows. Empty for a question about
    the whole plan."""
    text: str
    """The question in English: "who hosts the Provincial Drug-Control Meeting first"."""
    options: tuple[JsonValue, ...] = ()
    """The answers that the text allows. Empty if the text does not limit them."""
    session: str = ""
    """The name of the past session in question. Empty for a one-off item and if `field` is not `past`."""
    item: str = ""
    """Id of the list that holds the question. Empty if no list is named."""


class QuestionsState(ItemState):
    """The state of a list of questions."""

    questions: tuple[Question, ...] = ()
    answers: dict[str, JsonValue] = {}
    """The answer to each settled question, by question id. If an amendment ended a question, this holds the reason."""
    amended: int = 0
    """How many amendments added questions, plus how many settled questions were asked again because of an amendment."""
    asked_at: dict[str, Instant] = {}
    """By question id: when an amendment added the question or opened it again. All other questions are missing. The
    list asks them since it opened."""

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """The questions of the list that have no answer yet."""
        return tuple(each for each in self.questions if each.id not in self.answers)

    def words_of(self, name: str) -> str:
        """Returns the text of the question with the id `name`, or `name` itself if the list has no such question."""
        found = self.question(name)
        return found.text if found else name

    def question(self, name: str) -> Question | None:
        """Returns the question with the id `name`. None if the list has no such question."""
        return next((each for each in self.questions if each.id == name), None)

    @property
    def asked(self) -> tuple[Question, ...]:
        """The open questions to which no side has an open proposal of an answer."""
        return tuple(each for each in self.open_questions if not self.open_proposal(Topic.ANSWER, each.id))


def _ask_to_settle(state: QuestionsState) -> Iterator[Ask]:
    """Asks each side, with one act, to settle all open questions that have no open proposal."""
    asked, opened = state.asked, state.setup.opens_at
    if not asked:
        return
    # The subject changes with each answer, so that a new notice with the new list takes the place of the old one.
    proposed = len(state.open_questions) - len(asked)
    subject = (len(state.answers) + state.amended) * 1000 + proposed
    # The list counts as awaited since its oldest open question was first asked.
    since = min(state.asked_at.get(each.id, opened) for each in asked) if opened else None
    for side in state.setup.sides:
        yield Ask(
            act="settle",
            side=side,
            subject=subject,
            stays=True,
            said=subject > 0,  # only the first list causes a letter; a changed list waits for the next one
            gather=gather(state),
            since=since,
        )


class QuestionsRules(Rules[QuestionsState]):
    """The rules of a list of questions. A question has an answer when the sides have accepted a proposal of it."""

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
            how = "only an amendment of the plan can change it"
            if question.field == PAST:
                how = f"if it is on record as missed and was held, use: propose plan answer {question.id} held"
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
        """Ends the questions that an amendment has settled or made pointless, and adds its new questions.

        Returns True if it did. Returns False, and changes nothing, if the order concerns no questions.
        """
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
        # If an amendment leaves an answered question open again, it is asked again.
        answers = draft.state.answers
        new = tuple(each for each in brought if draft.state.question(each.id) is None or each.id in answers)
        if new:
            names = [each.id for each in new]
            kept = tuple(each for each in draft.state.questions if each.id not in names)
            left = {name: answer for name, answer in answers.items() if name not in names}
            count = draft.state.amended + 1 + len(answers) - len(left)  # so that a new notice is made
            asked_at = {**draft.state.asked_at, **{each.id: draft.now for each in new}}
            draft.put(questions=(*kept, *new), answers=left, amended=count, asked_at=asked_at)
            text = f"questions added: {', '.join(names)} ({order.text})"
            draft.enter("amended", text, added=names, reason=order.text)

    def _overtake(self, draft: Draft[QuestionsState], name: str, why: str) -> None:
        """Ends one question. Tells the side that proposed an answer to it, or every side if no question is left."""
        proposal = draft.state.open_proposal(Topic.ANSWER, name)
        draft.overtake(Topic.ANSWER, about=name)
        draft.put(answers={**draft.state.answers, name: why})
        draft.enter("overtaken", f"{name} is no longer asked: {why}", question=name, reason=why)
        last = not draft.state.open_questions
        told = draft.state.setup.sides if last else (proposal.side,) if proposal else ()
        draft.announce(AnnouncementKind.ANSWER, told, sentence_of(draft.state.ledger[-1].text), final=last)

    def ends_with_consent(self, state: QuestionsState) -> bool:
        return not state.open_questions

    def after_consent(self, draft: Draft[QuestionsState]) -> None:
        if not draft.state.open_questions:
            close(self, draft, "settled", None, "every question is settled", by="consent")

    def recorded_facts(self, state: QuestionsState) -> dict[str, Any]:
        """Returns the questions of the list, each with its answer. The answer is None while the question is open."""
        answers = state.answers
        asked = [{"id": each.id, "text": each.text, "answer": answers.get(each.id)} for each in state.questions]
        return {"questions": asked}

    def view_facts(self, state: QuestionsState) -> dict[str, Any]:
        answers = state.answers
        listed = ({**each.model_dump(mode="json"), "answer": answers.get(each.id)} for each in state.questions)
        return {"questions": tuple(listed)}


def _line(question: Question) -> str:
    """Returns one line with the question, its id and, if only some answers are allowed, these answers."""
    options = "; ".join(map(value_in_words, question.options))
    hint = f"; one of: {options}" if options and question.field != PAIRS else ""
    if question.field == YEAR:
        hint += " (or, in short: calendar; plan)"
    if question.field == SILENCE:
        hint = "; a time as P21D, or express"
    return f"{question.text} [{question.id}{hint}]"


def wrong_answer(question: Question, value: JsonValue, sides: tuple[str, ...], now: Instant) -> str:
    """Says why `value` cannot be the answer to a question. Returns an empty string if it can be.

    `sides` are the sides that take part in the obligation.
    """
    if question.field == PAST:
        return _wrong_past(question, value, sides, now)
    if question.field == YEAR and isinstance(value, str) and value.casefold() in ("calendar", "plan"):
        return ""
    if question.field == SILENCE:
        return _wrong_silence(value)
    if question.options and value not in question.options and question.field != PAIRS:
        return f"write one of {'; '.join(map(value_in_words, question.options))}"
    if value in (None, [], {}) or (isinstance(value, str) and not value.strip()):
        return "the answer is empty; give one"
    if question.field == FIRST_HOST and value not in sides:
        return f"the host must be one of {', '.join(sides)}"
    if question.field == ORDER and (not isinstance(value, list) or sorted(map(str, value)) != sorted(sides)):
        return f"name each side once, in the order in which they host: {' '.join(sides)}"
    if question.field == CADENCE and not (isinstance(value, str) and value in set(Cadence)):
        return f"write one of {', '.join(Cadence)}"
    if question.field == ANCHOR and not (isinstance(value, int) and 1900 <= value <= 2200):
        return "write the year as a number, as 2026"
    return ""


def _wrong_silence(value: JsonValue) -> str:
    try:
        TypeAdapter(SilenceRule).validate_python(value)
    except ValidationError:
        return "write a time as P21D (21 days), or express if each side must agree"
    return ""


def _wrong_past(question: Question, value: JsonValue, sides: tuple[str, ...], now: Instant) -> str:
    try:
        past = past_of(question, value)
    except (ValueError, TypeError):
        past = None
    if past is None or past.state is PastState.UNKNOWN:
        return "say what became of it: held, missed or excused; with held you may give its day, place and host"
    if past.host is not None and past.host not in sides:
        return f"the host must be one of {', '.join(sides)}"
    if past.date is not None and past.state is not PastState.HELD:
        return f"a session that was {past.state.value} has no date; leave the date out"
    return _wrong_date(past.date, now) if past.date is not None else ""


def _wrong_date(date: DateRow, now: Instant) -> str:
    """Says why a session cannot have been held on this date. Empty if it can have been held on it."""
    if date.start > now:
        return f"{date.local[:10]} has not come yet; say on which day it was held"
    try:
        local = datetime.fromisoformat(date.local)
    except ValueError:
        return "write the day as 2024-05-03T09:00"
    return fault_of_time(ZonedTime(local=local, zone=date.zone, utc=date.start)) or ""


def _past(value: JsonValue) -> dict[str, Any]:
    if isinstance(value, str):
        return {"state": value}
    return dict(value) if isinstance(value, dict) else {}


def past_of(question: Question, value: JsonValue) -> AdoptedSession:
    """Returns the answer `value` to a question about a past session, in the form of an AdoptedSession.

    Raises ValueError if `value` does not say what became of a past session.
    """
    return AdoptedSession.model_validate(
        {**_past(value), "obligation": question.obligation, "session": question.session}
    )


QUESTIONS = Machine(QuestionsRules())
