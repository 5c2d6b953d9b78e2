"""Which questions a plan leaves to the sides, and to which offices they go together."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from models.common.clock import Clock
from models.common.ids import event_uid, plan_id, questions_id
from models.common.values import Instant
from models.items.questions import ANCHOR, CADENCE, FIRST_HOST, ORDER, PAIRS, PAST, YEAR, Question, QuestionsState
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
"""Readings that are questions; the others (who is written to, how high) are the program's own working values."""

Group = tuple[tuple[str, str], ...]
"""The institutions of one list, by side."""


def question_lists(
    plan: Plan, clock: Clock, launched: Instant, unknown: Iterable[tuple[Obligation, str]] = ()
) -> tuple[QuestionsState, ...]:
    """One list for each group of offices that has anything to settle together."""
    found: dict[Group, list[Question]] = {}
    for group, question in (*_of_plan(plan), *_of_obligations(plan), *_of_past(plan, unknown)):
        found.setdefault(group, []).append(question)
    return tuple(_list(plan, clock, launched, group, tuple(asked)) for group, asked in found.items())


def _of_plan(plan: Plan) -> Iterator[tuple[Group, Question]]:
    """What a year is, for everything that happens once in one."""
    reading = plan.readings.get("year")
    if reading is None or not reading.others:
        return
    group = tuple((party.side, str(plan.sides[party.side].focal_point)) for party in signatory_focal_points(plan))
    if len(group) > 1:
        text = "what a year is, for whatever is to happen once in one"
        yield group, Question(id=YEAR, obligation="", field=YEAR, text=text, options=_options(reading))


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
        # No rotation is stated: an answer settles the next session, and no more.
        words = "who hosts the {title} next"
    return words.format(title=obligation.title)


def _asks(reading: Reading | None) -> bool:
    """Whether a reading leaves anything to settle."""
    return reading is not None and not reading.settled and (reading.chosen is None or bool(reading.others))


def still_asked(plan: Plan, question: Question) -> bool:
    """Whether the plan, as it was amended, still leaves this to the sides."""
    if question.field == YEAR:
        return True
    obligation = plan.obligation(question.obligation)
    if obligation is None or (question.field == FIRST_HOST and obligation.host is not None):
        return False
    return question.field == PAST or _asks(getattr(obligation.readings, question.field))


def left_open(plan: Plan, question: Question) -> bool:
    """Whether the plan leaves to the sides what they were asked, also where an amendment took its readings away."""
    obligation = plan.obligation(question.obligation)
    if obligation is None or question.field in (YEAR, PAST):
        return False
    if still_asked(plan, question):
        return True
    if question.field == CADENCE:
        unsaid = obligation.cadence in (Cadence.REGULAR, Cadence.UNSPECIFIED) and obligation.readings.cadence is None
        return unsaid and obligation.recurs and obligation.working_windows is None
    rotating = obligation.host_rule is HostRule.ROTATING
    return question.field == FIRST_HOST and rotating and obligation.working_first_host is None


def asked_again(plan: Plan, clock: Clock, at: Instant, questions: Iterable[Question]) -> tuple[QuestionsState, ...]:
    """Lists of what was asked before, one for each group of offices."""
    found: dict[Group, list[Question]] = {}
    for each in questions:
        obligation = plan.obligation(each.obligation)
        assert obligation is not None
        found.setdefault(_group(plan, obligation), []).append(each)
    return tuple(_list(plan, clock, at, group, tuple(asked)) for group, asked in found.items())


def _of_past(plan: Plan, unknown: Iterable[tuple[Obligation, str]]) -> Iterator[tuple[Group, Question]]:
    """What became of each session of before the launch of which nothing is known."""
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
    """In the order of the plan's sides: one list, in whatever order an obligation names them."""
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
    """The same list under another id: that of its offices was used before."""
    launched = state.setup.opens_at
    assert launched is not None
    named = {"id": item, "obligation": item.partition("/")[2], "uid": event_uid(item, launched.isoformat())}
    questions = tuple(each.model_copy(update={"item": item}) for each in state.questions)
    return state.model_copy(update={"setup": state.setup.model_copy(update=named), "questions": questions})


def _ref(plan: Plan, question: Question) -> str:
    return next((p.ref for p, o in plan.obligations() if o.id == question.obligation), "-")
