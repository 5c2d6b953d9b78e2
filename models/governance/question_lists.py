"""Finds the questions that a plan leaves to the sides, and makes the lists in which the sides answer them."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from models.common.clock import Clock
from models.common.ids import event_uid, plan_id, questions_id
from models.common.values import Instant
from models.items.questions import (
    ANCHOR,
    CADENCE,
    FIRST_HOST,
    ORDER,
    PAIRS,
    PAST,
    SILENCE,
    YEAR,
    Question,
    QuestionsState,
)
from models.machine.setup import EDITION, ItemSetup
from models.plan.parties import coordinators, institution_title, signatory_focal_points
from models.plan.plan import Cadence, HostRule, Obligation, Plan, Reading

_ASKED = {
    FIRST_HOST: "who hosts the {title} first",
    ORDER: "in which order the sides host the {title}",
    CADENCE: "how often to hold the {title}",
    ANCHOR: "from which year to count the {title}",
    PAIRS: "who meets whom in the {title}",
}
"""The readings of an obligation that the program asks the sides to settle, each with its question. About all other
readings, for example to whom the program writes, it asks nothing."""

_ASKED_OF_PLAN = {
    YEAR: "what a year is, for whatever is to happen once in one",
    SILENCE: "how long a side may object to what another side put on record, before it stands",
}

Group = tuple[tuple[str, str], ...]
"""The institutions that one list asks. Each entry is a side and its institution."""


def question_lists(
    plan: Plan, clock: Clock, launched: Instant, unknown: Iterable[tuple[Obligation, str]] = ()
) -> tuple[QuestionsState, ...]:
    """Returns the lists of questions of a plan, one for each group of institutions. Empty if no question is open.

    `unknown` names the past sessions and one-off items of which nothing is known. The lists ask about these too.
    """
    found: dict[Group, list[Question]] = {}
    for group, question in (*_of_plan(plan), *_of_obligations(plan), *_of_past(plan, unknown)):
        found.setdefault(group, []).append(question)
    return tuple(_list(plan, clock, launched, group, tuple(asked)) for group, asked in found.items())


def _of_plan(plan: Plan) -> Iterator[tuple[Group, Question]]:
    """Yields the questions about the whole plan: what a year is, and how long a side may object to what another side
    has put on record."""
    group = tuple((party.side, str(plan.sides[party.side].focal_point)) for party in signatory_focal_points(plan))
    for field, text in _ASKED_OF_PLAN.items():
        reading = plan.readings.get(field)
        if reading is not None and reading.others and len(group) > 1:
            options = _options(reading) if field == YEAR else ()
            yield group, Question(id=field, obligation="", field=field, text=text, options=options)


def _of_obligations(plan: Plan) -> Iterator[tuple[Group, Question]]:
    for _, obligation in plan.obligations():
        if obligation.item is not None:
            continue
        for field, words in _ASKED.items():
            reading = getattr(obligation.readings, field)
            if not _asks(reading):
                continue
            yield (
                _group(plan, obligation),
                Question(
                    id=f"{obligation.id}/{field}",
                    obligation=obligation.id,
                    field=field,
                    about=obligation.title,
                    text=_words(obligation, field, words),
                    options=_options(reading),
                ),
            )


def _words(obligation: Obligation, field: str, words: str) -> str:
    if field == FIRST_HOST and obligation.host_rule is not HostRule.ROTATING:
        # The text states no rotation, so the answer settles the next session only.
        words = "who hosts the {title} next"
    return words.format(title=obligation.title)


def _asks(reading: Reading | None) -> bool:
    """Returns True if the sides must still settle a reading. They must if no value is chosen, or if the text allows
    other values too."""
    return reading is not None and not reading.settled and (reading.chosen is None or bool(reading.others))


def still_asked(plan: Plan, question: Question) -> bool:
    """Returns True if an open question must stay open after an amendment, because the plan does not answer it."""
    if question.field in (YEAR, SILENCE):
        return True
    obligation = plan.obligation(question.obligation)
    if obligation is None or (question.field == FIRST_HOST and obligation.host is not None):
        return False
    return question.field == PAST or _asks(getattr(obligation.readings, question.field))


def left_open(plan: Plan, question: Question) -> bool:
    """Returns True if the plan leaves the answer to a question open, so that the program must ask it, or ask it again.

    Returns True also if an amendment has removed the reading and the text does not state the value. Returns False for
    questions about the year, the silence and past sessions.
    """
    obligation = plan.obligation(question.obligation)
    if obligation is None or question.field in (YEAR, SILENCE, PAST):
        return False
    if still_asked(plan, question):
        return True
    if question.field == CADENCE:
        unsaid = obligation.cadence in (Cadence.REGULAR, Cadence.UNSPECIFIED) and obligation.readings.cadence is None
        return unsaid and obligation.recurs and obligation.working_windows is None
    rotating = obligation.host_rule is HostRule.ROTATING
    return question.field == FIRST_HOST and rotating and obligation.working_first_host is None


def asked_again(plan: Plan, clock: Clock, at: Instant, questions: Iterable[Question]) -> tuple[QuestionsState, ...]:
    """Returns new lists with questions that the program has asked before, one list for each group of institutions."""
    found: dict[Group, list[Question]] = {}
    for each in questions:
        obligation = plan.obligation(each.obligation)
        assert obligation is not None
        found.setdefault(_group(plan, obligation), []).append(each)
    return tuple(_list(plan, clock, at, group, tuple(asked)) for group, asked in found.items())


def _of_past(plan: Plan, unknown: Iterable[tuple[Obligation, str]]) -> Iterator[tuple[Group, Question]]:
    """Yields one question for each past session or one-off item in `unknown`: what became of it."""
    for obligation, session in unknown:
        name = f"{obligation.title} {session}".strip()
        yield (
            _group(plan, obligation),
            Question(
                id=f"{obligation.id}/{PAST}/{session}".rstrip("/"),
                obligation=obligation.id,
                field=PAST,
                about=name,
                text=f"what became of the {name}: held, missed or excused",
                session=session,
            ),
        )


def _group(plan: Plan, obligation: Obligation) -> Group:
    """Returns the institutions of an obligation, in the order of the plan's sides.

    So two obligations with the same institutions share one list, even if they name the sides in a different order.
    """
    return tuple((side, obligation.working_offices[side]) for side in plan.sides if side in obligation.all_sides)


def _options(reading: Reading) -> tuple[object, ...]:
    chosen = () if reading.chosen is None else (reading.chosen,)
    return tuple(list(each) if isinstance(each, tuple) else each for each in (*chosen, *reading.others))


def _list(plan: Plan, clock: Clock, launched: Instant, group: Group, questions: tuple[Question, ...]) -> QuestionsState:
    parties = coordinators(plan, dict(group))
    item = questions_id(plan.plan, tuple(institution for _, institution in group))
    names = "; ".join(institution_title(plan, institution) for _, institution in group)
    refs = [key for key, _ in groupby(_ref(plan, each) for each in questions)]
    setup = ItemSetup(
        edition=EDITION,
        plan=plan.plan,
        plan_title=plan.short,
        id=item,
        ref=refs[0] if len(set(refs)) == 1 else "-",
        kind="questions",
        obligation=item.partition("/")[2],
        session=None,
        title=f"Open questions ({names})",
        short="Open questions",
        uid=event_uid(item, launched.isoformat()),
        parent=plan_id(plan.plan),
        parties=parties,
        despatch=plan.despatch,
        window=None,
        opens_at=launched,
        clock=clock,
    )
    return QuestionsState(setup=setup, questions=tuple(each.model_copy(update={"item": item}) for each in questions))


def renamed(state: QuestionsState, item: str) -> QuestionsState:
    """Returns the list with the id `item`. A list gets another id if an earlier list of the same institutions has its
    id."""
    launched = state.setup.opens_at
    assert launched is not None
    named = {"id": item, "obligation": item.partition("/")[2], "uid": event_uid(item, launched.isoformat())}
    questions = tuple(each.model_copy(update={"item": item}) for each in state.questions)
    return state.model_copy(update={"setup": state.setup.model_copy(update=named), "questions": questions})


def _ref(plan: Plan, question: Question) -> str:
    return next((p.ref for p, o in plan.obligations() if o.id == question.obligation), "-")
