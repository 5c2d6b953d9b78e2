"""The progress report: what is counted where, what is awaited, and a day in the past."""

from models.common.values import Instant
from models.governance.amended_plan import AmendmentInForce
from models.items.commitment import COMMITMENT
from models.items.meeting import MEETING
from models.items.series import SERIES
from models.items.turns import begin, close_session, open_session
from models.messages import acts
from models.messages.effects import Open
from models.messages.views import AwaitedRow, ItemRow
from models.plan.amendment import Amendment, AmendmentKind
from models.plan.plan import Plan
from models.report.facts import ItemFact, PlanOnDay, SeriesFact
from models.report.progress import with_titles
from models.report.values import Standing
from tests.support.builders import DAY, START, Player, meeting, obligation, opened, plan_of
from tests.support.meetings import KHM, LAO
from tests.support.progress import (
    LATER,
    ROUND,
    articles,
    built,
    fact,
    facts,
    held_meeting,
    lines,
    mixed,
    stands,
    undated,
)


def test_tallies_add_up_to_what_is_listed() -> None:
    plan, items = mixed()
    report = built(plan, *items)
    listed = [line for article in articles(report) for line in article.lines]
    assert report.tally.total == len(listed) == len(lines(report))
    assert report.tally.total == sum(pillar.tally.total for pillar in report.pillars)
    for article in articles(report):
        assert article.tally.total == len(article.lines)
        for standing in Standing:
            number = getattr(article.tally, standing.name.lower())
            assert number == sum(1 for line in article.lines if line.standing is standing)


def test_each_item_once_and_what_only_a_call_wakes_not_at_all() -> None:
    plan, items = mixed()
    report = built(plan, *items)
    assert [*lines(report)] == ["t/m", "t/s/2026", "t/c", "t/talks"]
    assert report.obligations == 6
    assert report.to_come == 2
    assert "1 obligation is followed with an item of another provision" in report.note
    assert "not counted, because no side has called for it so far: 1.1 Title call" in report.note


def test_a_called_procedure_and_a_called_session_are_counted() -> None:
    plan = plan_of(
        undated("call", kind="procedure", cadence="on_trigger"),
        undated("talks", kind="meeting_series", cadence="unspecified"),
        round=ROUND,
    )
    opening = opened(plan)
    procedure, talks = (Player(SERIES, state) for state in opening.series)
    procedure.act(acts.Call, LAO, reason="a problem was met")
    call = Player(COMMITMENT, next(each.state for each in procedure.effects if isinstance(each, Open)))
    talks.act(acts.Call, LAO, reason="an anniversary")
    session = Player(MEETING, next(each.state for each in talks.effects if isinstance(each, Open)))
    report = built(plan, fact(procedure), fact(call), fact(talks), fact(session), as_of=START, current=False)
    assert [*lines(report)] == ["t/call/1", "t/talks", "t/talks/1"]
    assert stands(report, "call/1")[1].startswith("called because a problem was met; evidence is awaited")
    assert stands(report, "talks") == (
        Standing.IN_PROGRESS,
        "1 session was called so far, and counted beside it",
    )
    assert stands(report, "talks/1") == (Standing.NOT_STARTED, "called because an anniversary; a date is awaited")


def test_recitals_are_counted_by_article() -> None:
    plan = plan_of(obligation())
    recital = plan.provisions[0].model_copy(update={"ref": "1.2", "operative": False, "obligations": ()})
    other = recital.model_copy(update={"ref": "V.a.1", "article": "ASEAN"})
    report = built(plan.model_copy(update={"provisions": (*plan.provisions, recital, other)}))
    assert [(each.number, each.recitals, each.tally.total) for each in articles(report)] == [("1", 1, 1), ("V.a", 1, 0)]
    assert (report.provisions, report.recitals) == (3, 2)


def dropped(oid: str, plan: Plan, at: Instant) -> AmendmentInForce:
    before = plan.obligation(oid)
    assert before is not None
    return AmendmentInForce(
        number=1,
        amendment=Amendment(kind=AmendmentKind.DROP, obligation=oid, provision="1.1"),
        text=f"dropping {oid} from the plan",
        at=at,
        proposed_by="lao-mfa",
        consents=(("LAO", at), ("KHM", at)),
        before=before.model_dump(mode="json"),
    )


def test_what_was_done_before_an_amendment_dropped_it_stays_counted() -> None:
    whole = plan_of(obligation("m"), obligation("other"))
    plan = plan_of(obligation("other"))
    amendment = dropped("m", whole, LATER - DAY)
    report = built(plan, fact(held_meeting()), amendments=(amendment,))
    assert [*lines(report)] == ["t/other", "t/m"]
    assert [(each.text, each.proposed_by) for each in report.amendments] == [
        ("dropping Title m (1.1) from the plan", "LAO")
    ]
    earlier = built(whole, fact(held_meeting()), amendments=(amendment,), as_of=LATER - 2 * DAY, current=False)
    assert earlier.amendments == ()
    assert [*lines(earlier)] == ["t/m", "t/other"]


def test_a_past_day_hears_no_later_line() -> None:
    player = held_meeting()
    player.act(acts.Outcome, LAO, text="minutes")
    player.act(acts.Agree, KHM)
    plan = plan_of(obligation())
    before = built(plan, fact(player), as_of=START + 10 * DAY, current=False)
    assert stands(before, "m") == (Standing.IN_PROGRESS, "a date is agreed: 31 January 2026, Vientiane")
    assert stands(built(plan, fact(player), current=False), "m")[0] is Standing.DONE


def test_what_is_awaited_is_known_of_today_alone() -> None:
    player = Player(MEETING, meeting())
    plan = plan_of(obligation())
    today = built(plan, fact(player, row=True), as_of=START)
    assert [(each.office, each.side, each.act, each.since, each.rung) for each in today.awaited] == [
        (LAO, "LAO", "propose a date", "1 January 2026", 1),
        (KHM, "KHM", "propose a date", "1 January 2026", 1),
    ]
    past = built(plan, fact(player, row=True), as_of=START, current=False)
    assert (past.awaited, past.awaited_known) == ((), False)


def test_what_concerns_the_whole_plan_is_awaited_too() -> None:
    plan = plan_of(obligation())
    awaiting = (AwaitedRow(office="khm-mfa", act="answer", since=START, due=None, rung=1),)
    row = ItemRow(id="t", ref="-", kind="plan", title="Test plan", status="in-force", awaiting=awaiting)
    report = built(plan, ItemFact(id="t", row=row), as_of=START)
    assert [(each.title, each.ref, each.due) for each in report.awaited] == [("Amendment of the plan", "", "")]


def test_turns_of_a_past_day_do_not_tell_what_came_later() -> None:
    plan, items = mixed()
    hosting = begin(("LAO", "KHM"), "LAO")
    hosting = close_session(open_session(hosting, "2026"), "2026", True, "KHM", START)
    series = SeriesFact(id="t/s", hosting=hosting, next="LAO hosts the next session.")
    today = built(plan, *items, series=(series,)).turns[0]
    assert today.next == "Lao PDR hosts the next session."
    assert [(turn.planned, turn.host, turn.state) for turn in today.turns] == [("LAO", "KHM", "swapped")]
    untold = series.model_copy(update={"of_day": False})
    past = built(plan, *items, series=(untold,), current=False).turns[0]
    assert "not on record" in past.next
    assert [(turn.planned, turn.host, turn.state) for turn in past.turns] == [("LAO", "", "owed")]


def test_a_detail_calls_obligations_by_their_titles() -> None:
    plan, items = mixed()
    reading = PlanOnDay(plan, facts(plan, *items), LATER)
    said = "dropped by amendment 2: dropping s from the plan; ss, s-m and x.s are other words"
    titled = "dropped by amendment 2: dropping Title s (1.1) from the plan; ss, s-m and x.s are other words"
    assert with_titles(said, reading) == titled
