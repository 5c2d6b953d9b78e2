"""Makes the progress report from a plan and its facts. The report counts each item once.

The caller gathers the facts. A report of a past day uses only the lines that the record had on that day.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from models.common.clock import Clock
from models.common.ids import obligation_id, plan_id
from models.common.values import Instant
from models.governance.amended_plan import AmendmentInForce, replaced_by
from models.items.turns import Turn, TurnState, holder
from models.messages.sentences import infinitive, joined, value_in_words
from models.messages.views import AwaitedRow
from models.plan.parties import all_offices, institution_title, office_id
from models.plan.plan import HostRule, Obligation, Plan, Provision
from models.report.facts import Facts, Followed, PlanOnDay, SeriesFact, side_names
from models.report.item_record import Known
from models.report.record_topics import RecordedQuestion
from models.report.standing import StandingOfItem
from models.report.values import (
    AmendmentLine,
    ArticleReport,
    AwaitedLine,
    ItemLine,
    PillarReport,
    ProgressReport,
    QuestionLine,
    QuestionList,
    Standing,
    Tally,
    TurnLine,
    TurnsReport,
)

NOT_STATED = "not stated"
UNKNOWN_NEXT = "Whose turn was next on that day is not on record. Only the turns that are on record are listed."

_REPORTED = {standing: standing.name.lower() for standing in Standing}


def build_report(plan: Plan, facts: Facts, as_of: Instant) -> ProgressReport:
    """Returns the progress report as of the instant `as_of`. `plan` must be the plan as it read at that instant."""
    reading = PlanOnDay(plan, facts, as_of)
    lines = [(each, _line(reading, each)) for each in reading.items]
    pillars = tuple(_pillars(plan, lines))
    return ProgressReport(
        plan=plan.plan,
        title=plan.title,
        short=plan.short,
        as_of=as_of,
        as_of_day=_day(facts.clock, as_of),
        zone=facts.clock.zone,
        valid=_valid(plan, facts),
        provisions=len(plan.provisions),
        recitals=sum(1 for each in plan.provisions if not each.operative),
        obligations=sum(1 for _ in plan.obligations()),
        sides=side_names(plan),
        tally=tally_of(line for _, line in lines),
        pillars=pillars,
        turns=tuple(_turns(reading)),
        amendments=tuple(_amendment(plan, facts, each) for each in facts.amendments if each.at <= as_of),
        awaited=tuple(_awaited(reading)) if reading.awaited_known else (),
        awaited_known=reading.awaited_known,
        questions=tuple(_questions(reading)),
        questions_known=facts.awaited_recorded,
        to_come=sum(1 for _ in reading.to_come()),
        note=_note(reading),
    )


def tally_of(lines: Iterable[ItemLine]) -> Tally:
    """Returns how many of the lines have each standing."""
    return Tally(**Counter(_REPORTED[line.standing] for line in lines))


def _pillars(plan: Plan, lines: list[tuple[Followed, ItemLine]]) -> Iterator[PillarReport]:
    for name, provisions in groupby(plan.provisions, key=lambda each: each.pillar):
        articles = tuple(_articles(tuple(provisions), lines))
        own = [line for article in articles for line in article.lines]
        yield PillarReport(name=name, tally=tally_of(own), articles=articles)


def _articles(provisions: tuple[Provision, ...], lines: list[tuple[Followed, ItemLine]]) -> Iterator[ArticleReport]:
    for number, found in groupby(provisions, key=lambda each: each.ref.rpartition(".")[0]):
        group = tuple(found)
        refs = {each.ref for each in group}
        own = tuple(line for each, line in lines if each.provision.ref in refs)
        yield ArticleReport(
            number=number,
            name=group[0].article,
            tally=tally_of(own),
            lines=own,
            recitals=sum(1 for each in group if not each.operative),
        )


def _line(reading: PlanOnDay, each: Followed) -> ItemLine:
    standing, detail = StandingOfItem(reading, each).standing()
    if not each.session and each.obligation.kind.in_series:
        standing, detail = _with_sessions(reading, each, standing, detail)
    title = each.known.title or f"{each.obligation.title} {each.session}".strip()
    return ItemLine(
        id=each.id, ref=each.provision.ref, title=title, standing=standing, detail=with_titles(detail, reading)
    )


def _with_sessions(reading: PlanOnDay, each: Followed, standing: Standing, detail: str) -> tuple[Standing, str]:
    """Returns standing and reason of a series without windows. After the first call of a session, the standing
    is IN_PROGRESS instead of NO_EVIDENCE or NOT_STARTED.

    `standing` and `detail` are the standing and the reason without the sessions.
    """
    number = sum(1 for other in reading.items if other.session and other.obligation.id == each.obligation.id)
    if not number:
        return standing, detail
    said = f"{number} session{' was' if number == 1 else 's were'} called so far, and counted beside it"
    if standing is Standing.NO_EVIDENCE or standing is Standing.NOT_STARTED:
        return Standing.IN_PROGRESS, said if not each.known.rounds.answers else f"{said}; {detail}"
    return standing, f"{detail}; {said}"


# Turns, amendments, awaited acts, questions


def _turns(reading: PlanOnDay) -> Iterator[TurnsReport]:
    for provision, obligation in reading.plan.obligations():
        series = reading.series_of(obligation)
        rotates = series.rotating if series else obligation.host_rule is HostRule.ROTATING
        if obligation.item is not None or not rotates or not obligation.kind.in_series:
            continue
        turns = tuple(_turn_lines(reading, obligation, series)) if series else ()
        said = with_names(series.next, reading.plan) if series and series.of_day else UNKNOWN_NEXT
        item = obligation_id(reading.plan.plan, obligation.id)
        yield TurnsReport(id=item, ref=provision.ref, title=obligation.title, next=said, turns=turns)


def _turn_lines(reading: PlanOnDay, obligation: Obligation, series: SeriesFact) -> Iterator[TurnLine]:
    for turn in series.hosting.turns:
        known = reading.known(f"{obligation_id(reading.plan.plan, obligation.id)}/{turn.session}")
        if series.of_day:
            day = reading.facts.clock.day(turn.on) if turn.on else ""
            yield TurnLine(
                session=turn.session,
                planned=turn.planned or NOT_STATED,
                host=turn.host or (holder(turn) or "" if turn.state == TurnState.SERVED else ""),
                state=turn.state,
                day=day,
            )
        elif known.there:
            yield _past_turn(reading, turn, known)


def _past_turn(reading: PlanOnDay, turn: Turn, known: Known) -> TurnLine:
    """Returns the line of a turn as the turn was on a past day, without what became of the turn later."""
    ended = bool(known.ended)
    day = reading.facts.clock.day(turn.on) if turn.on and known.held else ""
    host = turn.host if ended and turn.host else known.host
    state = turn.state if ended else TurnState.OWED.value
    return TurnLine(session=turn.session, planned=turn.planned or NOT_STATED, host=host or "", state=state, day=day)


def _amendment(plan: Plan, facts: Facts, each: AmendmentInForce) -> AmendmentLine:
    names, what = side_names(plan), each.amendment
    consents = ", ".join(f"{names.get(side, side)} on {facts.clock.day(at)}" for side, at in each.consents)
    return AmendmentLine(
        number=each.number,
        text=with_names(each.text, plan).replace(what.obligation, _titled(plan, each), 1),
        in_force_from=facts.clock.day(each.at),
        proposed_by=office_sides(plan).get(each.proposed_by, each.proposed_by),
        consents=consents,
    )


def _titled(plan: Plan, each: AmendmentInForce) -> str:
    """Returns the title and the provision of the obligation that an amendment changes: "Study visit (16.3)"."""
    document = each.before or each.amendment.fields
    title = str(document.get("title", "")) or each.amendment.obligation
    return f"{title} ({each.amendment.provision})"


def with_names(text: str, plan: Plan) -> str:
    """Returns `text` with the code of each side replaced by the short name of the side."""
    names = side_names(plan)
    return re.sub(rf"\b({'|'.join(map(re.escape, names))})\b", lambda found: names[found[1]], text)


def with_titles(text: str, reading: PlanOnDay) -> str:
    """Returns `text` with the id of each obligation replaced by its title and provision: "Study visit (16.3)"."""
    for provision, each in reading.obligations():
        if each.id in text:
            text = re.sub(rf"(?<![\w.-]){re.escape(each.id)}(?![\w-])", f"{each.title} ({provision.ref})", text)
    return text


def office_sides(plan: Plan) -> dict[str, str]:
    """Returns the side of each office of the plan, by the id of the office."""
    return {office_id(name, rank): entry.side for name, entry in plan.offices.items() for rank in sorted(entry.titles)}


def _awaited(reading: PlanOnDay) -> Iterator[AwaitedLine]:
    """Yields the awaited acts, sorted by office. For one office, the acts about the whole plan come first, and the
    others follow in the order of the text."""
    order = {provision.ref: n for n, provision in enumerate(reading.plan.provisions)}
    named = {obligation_id(reading.plan.plan, each.id): (ref.ref, each.title) for ref, each in reading.obligations()}
    items = sorted(
        (_named(reading, item, known, named) for item, known in reading.all_known() if known.awaited),
        key=lambda each: (order.get(each.ref, -1), each.id),
    )
    titles, sides = all_offices(reading.plan), office_sides(reading.plan)
    place = {office: n for n, office in enumerate(titles)}
    found = [(awaited, each) for each in items for awaited in each.known.awaited]
    for awaited, each in sorted(found, key=lambda pair: place.get(pair[0].office, len(place))):
        yield _awaited_line(reading.plan, reading.facts.clock, awaited, each, titles, sides)


class _Named(NamedTuple):
    """An item with the reference and the title that the list of awaited acts shows for it."""

    id: str
    ref: str
    title: str
    known: Known


def _named(reading: PlanOnDay, item: str, known: Known, named: dict[str, tuple[str, str]]) -> _Named:
    if item == plan_id(reading.plan.plan):
        return _Named(item, "", "Amendment of the plan", known)
    if known.questions:
        return _Named(item, "" if known.ref == "-" else known.ref, "Open questions", known)
    series = named.get(item.rpartition("/")[0], ("", ""))
    ref, title = named.get(item, (series[0], ""))
    ref = known.row.ref if known.row else known.ref or ref
    return _Named(item, "" if ref == "-" else ref, known.title or title, known)


def _with_others(each: _Named, office: str, plan: Plan) -> str:
    """Returns words that name the other institutions that are to settle a list of questions. Empty for other items."""
    if not each.known.questions:
        return ""
    others = [name for name in each.id.rpartition("/")[2].split(".") if name != office]
    return f", to be settled with {joined(institution_title(plan, name) for name in others)}"


def _awaited_line(
    plan: Plan, clock: Clock, awaited: AwaitedRow, each: _Named, titles: dict[str, str], sides: dict[str, str]
) -> AwaitedLine:
    return AwaitedLine(
        side=sides.get(awaited.office, ""),
        office=awaited.office,
        office_title=titles.get(awaited.office, awaited.office),
        act=infinitive(awaited.act),
        ref=each.ref,
        item=each.id,
        title=each.title + _with_others(each, awaited.office, plan),
        since=clock.day(awaited.since),
        due=clock.last_day(awaited.due) if awaited.due else "",
        rung=awaited.rung,
    )


def _questions(reading: PlanOnDay) -> Iterator[QuestionList]:
    """Yields the lists of questions, in the order of the first obligation that each list asks about."""
    order = {obligation.id: n for n, (_, obligation) in enumerate(reading.obligations())}
    lists = [(item, known) for item, known in reading.all_known() if known.questions]
    for item, known in sorted(lists, key=lambda pair: min(_place(order, name) for name in pair[1].questions)):
        lines = tuple(_question(reading, each) for each in known.questions.values())
        institutions = item.rpartition("/")[2].split(".")
        yield QuestionList(
            id=item,
            offices=tuple(institution_title(reading.plan, each) for each in institutions),
            settled=sum(1 for line in lines if line.settled),
            questions=lines,
        )


def _place(order: dict[str, int], question: str) -> int:
    return order.get(question.partition("/")[0], -1)


def _question(reading: PlanOnDay, each: RecordedQuestion) -> QuestionLine:
    if each.at is None:
        return QuestionLine(id=each.id, text=each.text)
    facts = reading.facts
    then = [each for each in facts.amendments if each.at <= reading.as_of]
    settlements = [one for one in facts.settlements if one.at <= reading.as_of]
    later = replaced_by(reading.plan, then, each.id, each.at, settlements)
    if later is not None:  # an amendment has replaced the answer
        text = with_titles(with_names(f"by amendment {later.number}: {later.text}", reading.plan), reading)
        return QuestionLine(id=each.id, text=each.text, answer=text, settled=facts.clock.day(later.at))
    answer = with_titles(with_names(value_in_words(each.answer), reading.plan), reading)
    return QuestionLine(id=each.id, text=each.text, answer=answer, settled=reading.facts.clock.day(each.at))


# Words about the whole


def _day(clock: Clock, instant: Instant) -> str:
    """Returns the day of an instant in words. In a plan that runs in seconds, also the time."""
    return clock.at(instant) if clock.fine else clock.day(instant)


def _valid(plan: Plan, facts: Facts) -> str:
    """ "in force from 13 February 2023 to 12 February 2028" """
    until = facts.clock.last_day(facts.valid_until) if facts.valid_until else ""
    if plan.valid_from is None:
        return f"followed from {_day(facts.clock, facts.launched)}" + (
            f" to {until}" if until else "; no term is stated"
        )
    return f"in force from {plan.valid_from.day} {plan.valid_from:%B %Y}" + (f" to {until}" if until else "")


def _note(reading: PlanOnDay) -> str:
    facts = reading.facts
    since = _day(facts.clock, facts.launched)
    parts = [
        f"Drawn up from the record of each item, which begins on {since}; what happened before stands in it as far as "
        "it was taken over at the launch or settled by the sides since."
    ]
    shared = sum(1 for _, each in reading.plan.obligations() if each.item is not None)
    if shared:
        many = "obligation is" if shared == 1 else "obligations are"
        parts.append(f"{shared} {many} followed with an item of another provision, or by the plan itself.")
    dormant = reading.dormant()
    if dormant:
        many = "obligation is" if len(dormant) == 1 else "obligations are"
        named = "; ".join(f"{provision.ref} {each.title}" for provision, each in dormant)
        parts.append(f"{len(dormant)} {many} not counted, because no side has called for it so far: {named}.")
    return " ".join(parts)
