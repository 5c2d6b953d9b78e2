"""The progress report and the timeline: what is counted where, from facts of real machines and from facts by hand."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.app import app
from cli.commands import report as report_command
from cli.commands.report import ReportFormat as Format
from cli.commands.report import rendered, report_document
from cli.errors import BadUsage
from cli.gathering import instant_of, item_facts
from cli.output import write_file
from models.common.values import Instant
from models.governance.amending import AmendmentInForce
from models.governance.plan_state import PlanState, plan_state
from models.items.commitment import COMMITMENT
from models.items.meeting import MEETING
from models.items.past_sessions import AdoptedSession, PastState, adopted_entries
from models.items.series import SERIES
from models.items.turns import begin, close_session, open_session
from models.messages import acts
from models.messages.acts import Topic
from models.messages.effects import Enter, Open, Order
from models.messages.views import AwaitedRow, ItemRow, LedgerEntry
from models.plan.amendment import Amendment, AmendmentKind
from models.plan.plan import Plan
from models.plan.windows import clock_of, resolve_windows
from models.report.facts import Facts, ItemFact, PlanOnDay, SeriesFact
from models.report.item_history import hear_all
from models.report.progress import build_report, with_titles
from models.report.timeline import MarkKind, build_timeline
from models.report.values import ArticleReport, ItemLine, ProgressReport, Standing
from tests.support.builders import DAY, START, Player, date_terms, launch_of, meeting, obligation, opened, plan_of

LATER = datetime(2027, 2, 1, tzinfo=UTC)
ROUND = {"by": "year", "day": "01-15", "first": 2026, "last": 2027}
LAO, KHM = "lao-moc", "khm-moc"


def undated(oid: str, **more: Any) -> dict[str, Any]:
    return obligation(oid, **{"kind": "deliverable", "window": None, **more})


def entries(player: Player) -> tuple[LedgerEntry, ...]:
    return tuple(effect.entry for effect in player.effects if isinstance(effect, Enter))


def fact(player: Player, *, row: bool = False) -> ItemFact:
    own = player.machine.row(player.state) if row and not player.state.closed else None
    return ItemFact(id=player.state.setup.id, entries=entries(player), row=own)


def facts(plan: Plan, *items: ItemFact, **more: Any) -> Facts:
    known = {"launched": START, "clock": clock_of(plan, START), "windows": resolve_windows(plan, START), **more}
    return Facts(items=items, **known)


def built(plan: Plan, *items: ItemFact, as_of: Instant = LATER, **more: Any) -> ProgressReport:
    return build_report(plan, facts(plan, *items, **more), as_of)


def lines(report: ProgressReport) -> dict[str, ItemLine]:
    return {line.id: line for article in articles(report) for line in article.lines}


def articles(report: ProgressReport) -> Iterator[ArticleReport]:
    return (article for pillar in report.pillars for article in pillar.articles)


def stands(report: ProgressReport, item: str) -> tuple[Standing, str]:
    line = lines(report)[f"t/{item}"]
    return line.standing, line.detail


def the_meeting(player: Player, as_of: Instant = LATER) -> tuple[Standing, str]:
    return stands(built(plan_of(obligation()), fact(player), as_of=as_of, current=False), "m")


def agreed_meeting() -> Player:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, LAO, terms=date_terms(START + 30 * DAY))
    player.act(acts.Accept, KHM, proposal=1)
    return player


def held_meeting() -> Player:
    player = agreed_meeting().tick(START + 31 * DAY)
    player.act(acts.Held, LAO)
    return player


def commitment(oid: str = "c", at: datetime = START, **more: Any) -> Player:
    state = opened(plan_of(undated(oid, **more), round=ROUND), at).commitments[0]
    return Player(COMMITMENT, state, at)


# --- each standing ---------------------------------------------------------------------------------------------------


def test_a_meeting_from_the_first_word_to_its_close_out() -> None:
    player = Player(MEETING, meeting())
    assert the_meeting(player, START) == (
        Standing.NOT_STARTED,
        "a date is awaited; the window ends on 31 December 2026",
    )
    player.act(acts.Propose, LAO, terms=date_terms(START + 30 * DAY))
    standing, detail = the_meeting(player, START)
    assert standing is Standing.IN_PROGRESS
    assert detail.startswith("Lao PDR has proposed a date; consent to it is awaited")
    player.act(acts.Accept, KHM, proposal=1)
    assert the_meeting(player, START) == (Standing.IN_PROGRESS, "a date is agreed: 31 January 2026, Vientiane")
    player.tick(START + 31 * DAY)
    assert "whether it was held is awaited" in the_meeting(player, player.now)[1]
    player.act(acts.Held, LAO)
    assert the_meeting(player) == (
        Standing.IN_PROGRESS,
        "held on 31 January 2026, Vientiane; its outcome is awaited",
    )
    player.act(acts.Outcome, LAO, text="minutes")
    assert "its close-out is awaited" in the_meeting(player)[1]
    player.act(acts.Close, LAO)
    assert the_meeting(player) == (
        Standing.DONE,
        "held on 31 January 2026, Vientiane; closed out on 1 February 2026",
    )


@pytest.mark.parametrize("called", ["", "the office opened, called: early"])
def test_a_title_keeps_the_word_with_which_its_record_begins(called: str) -> None:
    title = "Office opened for trade opened again"
    state = meeting(title=title)
    player = Player(MEETING, state.model_copy(update={"called": called}))
    line = lines(built(plan_of(obligation(title=title)), fact(player), as_of=START, current=False))["t/m"]
    assert line.title == title
    opening = player.state.ledger[0]
    assert opening.text.startswith(f"{title} opened")
    # Records of before the title had a field of its own.
    data = {name: value for name, value in opening.data.items() if name != "title"}
    old = hear_all([opening.model_copy(update={"data": data})])
    assert (old.title, old.called) == (title, called)


def test_a_regretted_date_is_in_progress_and_awaited_again() -> None:
    player = agreed_meeting()
    player.act(acts.Regret, KHM, reason="flood")
    standing, detail = the_meeting(player, START)
    assert standing is Standing.IN_PROGRESS
    assert "does not stand; a date is awaited" in detail


def test_a_disputed_mark_is_no_holding_until_the_sides_say_the_same() -> None:
    player = agreed_meeting().tick(START + 31 * DAY)
    player.act(acts.NotHeld, LAO, reason="nobody came")
    player.act(acts.Dispute, KHM, reason="we met")
    assert the_meeting(player) == (Standing.IN_PROGRESS, "whether it was held is disputed")
    player.act(acts.Held, LAO)
    assert the_meeting(player)[1].startswith("held on 31 January 2026")


def test_a_window_that_ends_is_missed_unless_it_was_extended() -> None:
    player = Player(MEETING, meeting()).tick(LATER)
    assert the_meeting(player) == (Standing.MISSED, "the window ended on 31 December 2026, not held")
    player.act(acts.Propose, LAO, terms={"topic": Topic.EXTEND, "until": LATER + 60 * DAY})
    player.act(acts.Accept, KHM, proposal=1)
    assert the_meeting(player)[0] is Standing.NOT_STARTED


def test_a_later_date_agreed_in_time_is_not_missed_and_held_late_is_done() -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, LAO, terms=date_terms(datetime(2027, 1, 20, 2, tzinfo=UTC)))
    player.act(acts.Accept, KHM, proposal=1)
    player.tick(LATER)
    standing, detail = the_meeting(player)
    assert standing is Standing.IN_PROGRESS
    assert "by consent after its window" in detail
    player.act(acts.Held, LAO)
    player.act(acts.Outcome, LAO, text="minutes")
    player.act(acts.Close, LAO)
    standing, detail = the_meeting(player)
    assert standing is Standing.DONE
    assert "after its window" in detail


def test_a_window_that_was_amended_is_not_missed_by_the_old_one() -> None:
    player = Player(MEETING, meeting()).tick(LATER)
    window = {"name": "2027", "start": START.isoformat(), "end": (LATER + 300 * DAY).isoformat()}
    step = MEETING.ordered(player.state, Order(changes={"window": window}, text="by amendment 1"), LATER)
    player.state, player.effects = step.state, [*player.effects, *step.effects]
    assert the_meeting(player) == (Standing.NOT_STARTED, "a date is awaited; the window ends on 28 November 2027")


@pytest.mark.parametrize(("topic", "word"), [(Topic.DROP, "dropped"), (Topic.EXCUSE, "excused")])
def test_what_the_sides_dropped_or_excused_says_which_and_why(topic: Topic, word: str) -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, LAO, terms={"topic": topic, "reason": "elections"})
    player.act(acts.Accept, KHM, proposal=1)
    assert the_meeting(player) == (Standing.EXCUSED, f"{word} by consent on 1 January 2026: elections")


def test_postponed_by_consent_is_in_progress() -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, LAO, terms={"topic": Topic.POSTPONE, "until": START + 90 * DAY})
    player.act(acts.Accept, KHM, proposal=1)
    assert the_meeting(player, START)[1] == "postponed by consent until 1 April 2026"


def test_open_at_the_end_of_validity_is_missed_where_it_was_dated() -> None:
    player = Player(MEETING, meeting())
    step = MEETING.ordered(player.state, Order(end="expired", text="open at the end"), LATER)
    player.state, player.effects = step.state, [*player.effects, *step.effects]
    assert the_meeting(player) == (Standing.MISSED, "not held when the validity of the plan ended")


@pytest.mark.parametrize(
    ("state", "standing", "words"),
    [
        (PastState.HELD, Standing.DONE, "held (the day is not on record), hosted by Lao PDR"),
        (PastState.MISSED, Standing.MISSED, "missed (war); taken over at the launch"),
        (PastState.EXCUSED, Standing.EXCUSED, "excused (war); taken over at the launch"),
        (PastState.UNKNOWN, Standing.NO_EVIDENCE, "the window ended on 31 December 2026; what became of it"),
    ],
)
def test_what_was_taken_over(state: PastState, standing: Standing, words: str) -> None:
    note = "war" if state in (PastState.MISSED, PastState.EXCUSED) else ""
    host = "LAO" if state is PastState.HELD else None
    past = AdoptedSession(obligation="m", state=state, note=note, host=host)
    item = ItemFact(id="t/m", entries=adopted_entries(meeting(), past, START))
    found, detail = stands(built(plan_of(obligation()), item), "m")
    assert found is standing
    assert words in detail


def test_what_was_unknown_and_then_settled_is_known() -> None:
    unknown = AdoptedSession(obligation="m", state=PastState.UNKNOWN)
    held = AdoptedSession(obligation="m", state=PastState.HELD)
    lines_ = (*adopted_entries(meeting(), unknown, START), *adopted_entries(meeting(), held, START + DAY, first=3))
    plan = plan_of(obligation())
    assert stands(built(plan, ItemFact(id="t/m", entries=lines_), as_of=START), "m")[0] is Standing.NO_EVIDENCE
    standing, detail = stands(built(plan, ItemFact(id="t/m", entries=lines_)), "m")
    assert standing is Standing.DONE
    assert detail.endswith("settled by the sides")


# --- status rounds ---------------------------------------------------------------------------------------------------

FIRST = datetime(2026, 1, 16, tzinfo=UTC)


def answered(**sides: tuple[str, str]) -> Player:
    player = commitment().tick(FIRST)
    for side, (state, note) in sides.items():
        player.act(acts.Progress, f"{side}-moc", state=state, note=note)
    return player


def in_rounds(player: Player | None, as_of: Instant = FIRST) -> tuple[Standing, str]:
    plan = plan_of(undated("c"), round=ROUND)
    return stands(built(plan, *([fact(player)] if player else []), as_of=as_of, current=False), "c")


@pytest.mark.parametrize(
    ("lao", "khm", "standing"),
    [
        ("complete", "complete", Standing.IN_PROGRESS),
        ("limited", "no-evidence", Standing.IN_PROGRESS),
        ("substantial", "not-started", Standing.IN_PROGRESS),
        ("not-started", "not-started", Standing.NOT_STARTED),
        ("not-started", "no-evidence", Standing.NOT_STARTED),
        ("no-evidence", "no-evidence", Standing.NO_EVIDENCE),
    ],
)
def test_answers_of_a_round(lao: str, khm: str, standing: Standing) -> None:
    assert in_rounds(answered(lao=(lao, "two visits"), khm=(khm, "")))[0] is standing


def test_the_words_of_a_round() -> None:
    assert in_rounds(None) == (Standing.NO_EVIDENCE, "no status round has asked yet")
    assert in_rounds(commitment().tick(FIRST))[1] == "status round 2026 asks how far it has come; no answer so far"
    both = answered(lao=("complete", "signed"), khm=("complete", ""))
    assert in_rounds(both)[1] == "complete according to Lao PDR and Cambodia (signed), not closed out"
    one = in_rounds(answered(khm=("limited", "one visit")))[1]
    assert one == "round 2026: Cambodia limited (one visit); Lao PDR has not answered"


def test_a_round_without_any_answer_leaves_no_evidence() -> None:
    silent = commitment().tick(FIRST + 60 * DAY)
    assert in_rounds(silent, LATER) == (Standing.NO_EVIDENCE, "status round 2026 was not answered")
    before = answered(lao=("substantial", "")).tick(datetime(2027, 1, 20, tzinfo=UTC))
    assert in_rounds(before, LATER)[0] is Standing.IN_PROGRESS, "the next round is still open"
    after = before.tick(datetime(2027, 3, 1, tzinfo=UTC))
    standing, detail = in_rounds(after, datetime(2027, 3, 1, tzinfo=UTC))
    assert standing is Standing.NO_EVIDENCE
    assert detail == "status round 2027 was not answered; before it, round 2026: Lao PDR substantial"


def test_evidence_and_close_out_of_a_commitment() -> None:
    player = commitment()
    player.act(acts.Evidence, LAO, text="signed")
    assert in_rounds(player) == (Standing.IN_PROGRESS, "evidence is on record, its close-out is awaited")
    player.act(acts.Close, KHM)
    assert in_rounds(player)[0] is Standing.DONE


# --- what is counted -------------------------------------------------------------------------------------------------


def mixed() -> tuple[Plan, tuple[ItemFact, ...]]:
    """Two meetings, a series with one session behind and one to come, a shared item, a trigger, undated ones."""
    window = {"by": "year", "first": 2026, "last": 2028}
    rotating = {"kind": "meeting_series", "cadence": "annual", "host_rule": "rotating", "window": window}
    plan = plan_of(
        obligation("m"),
        obligation("s", **rotating),
        undated("c"),
        undated("shared", item="c"),
        undated("call", kind="procedure", cadence="on_trigger"),
        undated("talks", kind="meeting_series", cadence="unspecified"),
        round=ROUND,
    )
    alone = meeting()
    setup = alone.setup.model_copy(update={"id": "t/s/2026"})
    session = Player(MEETING, alone.model_copy(update={"setup": setup}))
    return plan, (fact(held_meeting()), fact(session.tick(LATER)))


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


# --- today and past days ---------------------------------------------------------------------------------------------


def test_a_past_day_hears_no_later_line() -> None:
    player = held_meeting()
    player.act(acts.Outcome, LAO, text="minutes")
    player.act(acts.Close, LAO)
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


def in_force(plan: Plan) -> PlanState:
    return plan_state(launch_of(plan))


def test_the_day_of_a_report_ends_in_the_zone_of_the_plan() -> None:
    state = in_force(plan_of(obligation()))
    now = START + 40 * DAY
    past = instant_of(date(2026, 1, 20), state, now)
    assert not past.current
    assert past.at == datetime(2026, 1, 20, 17, tzinfo=UTC) - timedelta(microseconds=1)
    assert instant_of(None, state, now).at == now
    assert instant_of((now + timedelta(hours=7)).date(), state, now).current
    for day in (date(2025, 12, 31), date(2026, 3, 1)):
        with pytest.raises(BadUsage):
            instant_of(day, state, now)


# --- the commands ----------------------------------------------------------------------------------------------------


def test_the_contract_of_json() -> None:
    plan, items = mixed()
    report = built(plan, *items)
    document = json.loads(rendered(report, Format.JSON))
    assert document == report_document(report)
    assert document["as_of"] == "2027-02-01T00:00:00Z"
    tallies = [document["tally"], *(pillar["tally"] for pillar in document["pillars"])]
    tallies += [article["tally"] for pillar in document["pillars"] for article in pillar["articles"]]
    for tally in tallies:
        assert tally.pop("total") == sum(tally.values())
    line = document["pillars"][0]["articles"][0]["lines"][0]
    assert set(line) == {"id", "ref", "title", "standing", "detail"}
    assert {"turns", "amendments", "awaited", "awaited_known", "to_come", "note", "sides"} <= set(document)


def test_a_file_that_is_there_is_written_over_with_force_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    write_file(path, b"one", False)
    with pytest.raises(BadUsage) as refused:
        write_file(path, b"two", False)
    assert (refused.value.code, refused.value.exit_code, path.read_bytes()) == ("file-exists", 2, b"one")
    write_file(path, b"two", True)
    assert path.read_bytes() == b"two"
    with pytest.raises(BadUsage):
        write_file(tmp_path / "none" / "a.svg", b"one", False)


def test_the_timeline_of_a_plan_file_needs_no_server(tmp_path: Path) -> None:
    out = tmp_path / "plan.svg"
    command = ["timeline", "--file", "plans/lao-cambodia-2023-2027.yaml", "--out", str(out)]
    assert CliRunner().invoke(app, command).exit_code == 0
    drawing = out.read_text()
    assert "Joint Trade Commission" in drawing
    again = CliRunner().invoke(app, command)
    assert isinstance(again.exception, BadUsage)
    assert out.read_text() == drawing


def test_a_dash_is_standard_output_for_a_drawing_and_for_a_report_that_is_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_file = str(Path("plans/lao-cambodia-2023-2027.yaml").resolve())
    report = built(plan_of(obligation("m")))

    async def of_no_server(*_: Any) -> ProgressReport:
        return report

    monkeypatch.setattr(report_command, "_report", of_no_server)
    monkeypatch.chdir(tmp_path)
    drawn = CliRunner().invoke(app, ["timeline", "--file", plan_file, "--out", "-"])
    assert drawn.stdout.startswith(("<svg", "<?xml")) and drawn.stdout.rstrip().endswith("</svg>")
    page = CliRunner().invoke(app, ["report", "--format", "html", "--out", "-"])
    assert page.stdout_bytes == rendered(report, Format.HTML)
    told = CliRunner().invoke(app, ["report", "--format", "json", "--out", "-"])
    assert json.loads(told.stdout) == report_document(report)
    refused = CliRunner().invoke(app, ["report", "--out", "-"]).exception
    assert isinstance(refused, BadUsage) and "choose --format html or json" in refused.message
    assert list(tmp_path.iterdir()) == []


def test_facts_are_read_from_the_record_and_from_rows(tmp_path: Path) -> None:
    player = held_meeting()
    (tmp_path / "t").mkdir()
    lines_ = "".join(json.dumps(entry.model_dump(mode="json")) + "\n" for entry in entries(player))
    (tmp_path / "t" / "m.jsonl").write_text(lines_)
    row = ItemRow(id="t/other", ref="1.1", kind="meeting", title="Other", status="dormant")
    found = {each.id: each for each in item_facts(tmp_path, "t", [row])}
    assert found["t/m"].entries == entries(player)
    assert found["t/other"].row == row


# --- timeline --------------------------------------------------------------------------------------------------------


def marks(plan: Plan, *items: ItemFact, **more: Any) -> dict[str, list[tuple[MarkKind, str | None]]]:
    drawn = build_timeline(plan, facts(plan, *items, **more), LATER)
    return {row.title: [(mark.kind, mark.side) for mark in row.marks] for each in drawn.pillars for row in each.rows}


def test_the_timeline_shows_windows_turns_and_what_became_of_them() -> None:
    plan, items = mixed()
    series = SeriesFact(id="t/s", hosting=begin(("LAO", "KHM"), "KHM"))
    drawn = marks(plan, items[0].model_copy(update={"row": row_of(held_meeting())}), items[1], series=(series,))
    assert drawn["Title m"] == [(MarkKind.WINDOW, None), (MarkKind.HELD, None)]
    assert sorted(kind for kind, _ in drawn["Title s"]) == ["missed", "window", "window", "window"]
    assert {side for kind, side in drawn["Title s"] if kind is MarkKind.WINDOW} == {"LAO", "KHM"}
    assert [kind for kind, _ in drawn["Status rounds, of what bears no date"]] == [MarkKind.ROUND] * 2


def row_of(player: Player) -> ItemRow:
    row: ItemRow = player.machine.row(player.state)
    return row


def test_a_missed_session_is_marked_before_the_end_of_its_window() -> None:
    plan, items = mixed()
    drawn = build_timeline(plan, facts(plan, *items), LATER)
    row = next(row for row in drawn.pillars[0].rows if row.title == "Title s")
    missed = next(mark for mark in row.marks if mark.kind is MarkKind.MISSED)
    window = resolve_windows(plan, START)["s"][0]
    assert window.start < missed.start < window.end


def test_items_without_a_date_are_counted_and_not_drawn() -> None:
    plan, items = mixed()
    drawn = build_timeline(plan, facts(plan, *items), LATER)
    assert drawn.pillars[0].undated == 2
    assert "Title c" not in marks(plan, *items)


def test_a_closed_commitment_is_drawn_on_the_day_of_its_close_out() -> None:
    player = commitment()
    player.act(acts.Evidence, LAO, text="signed")
    player.act(acts.Close, KHM)
    plan = plan_of(undated("c"), round=ROUND)
    assert marks(plan, fact(player))["Title c"] == [(MarkKind.DONE, None)]
    assert build_timeline(plan, facts(plan, fact(player)), LATER).pillars[0].undated == 0


def test_the_turns_to_come_go_on_in_order() -> None:
    window = {"by": "year", "first": 2026, "last": 2029}
    plan = plan_of(
        obligation("s", kind="meeting_series", cadence="annual", host_rule="rotating", window=window, host="KHM")
    )
    series = SeriesFact(id="t/s", hosting=begin(("LAO", "KHM"), "KHM"))
    assert [side for _, side in marks(plan, series=(series,))["Title s"]] == ["KHM", "LAO", "KHM", "LAO"]


def test_a_detail_calls_obligations_by_their_titles() -> None:
    plan, items = mixed()
    reading = PlanOnDay(plan, facts(plan, *items), LATER)
    said = "dropped by amendment 2: dropping s from the plan; ss, s-m and x.s are other words"
    titled = "dropped by amendment 2: dropping Title s (1.1) from the plan; ss, s-m and x.s are other words"
    assert with_titles(said, reading) == titled
