"""What was missed before the launch, and was held after all: put right by consent of the signatories."""

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.enter import RecordActivities
from adapters.files.record_file import read_record
from adapters.settings import Settings
from cli.commands.amendments import amendments_document, amendments_text
from cli.display.lists import recorded_view
from models.governance.corrections import corrected, names_host_of_three, on_record, past_question
from models.governance.plan_machine import PLAN
from models.items.past_sessions import PastState
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.effects import Effect, EnterElsewhere, GiveOrder
from models.messages.record_lines import RecordEntries
from models.messages.views import LedgerEntry, Refusal
from tests.support.builders import Player, launch_of, obligation, plan_of
from tests.support.worlds import KHM, LAO, Life

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
YEARS: dict[str, Any] = {"by": "year", "first": 2023, "last": 2027}
DAY: dict[str, Any] = {
    "start": "2024-05-02T17:00:00Z", "end": "2024-05-02T17:00:00Z", "local": "2024-05-03T00:00:00",
    "zone": "Asia/Vientiane", "place": "Pakse", "format": None,
}  # fmt: skip
HELD = {"state": "held", "host": "KHM", "date": DAY}


def life(third: bool = False, last: int = 2027) -> Life:
    """A rotating series and a visit, of which 2023 was held, and 2024 and the visit were missed; 2025 is unknown."""
    parties = ("LAO", "KHM", "VNM") if third else ("LAO", "KHM")
    window = {**YEARS, "last": last}
    plan = plan_of(
        obligation("s", kind="meeting_series", sides=parties, cadence="annual", window=window, host_rule="rotating"),
        obligation("v", kind="visit", window={"by": "year", "first": 2024, "last": 2024}),
        third=third,
    )
    history = [
        {"obligation": "s", "session": "2023", "state": "held", "host": "LAO"},
        {"obligation": "s", "session": "2024", "state": "missed"},
        {"obligation": "v", "state": "missed"},
    ]
    return Life(launch=launch_of(plan, AS_OF, history=history))


def answer(question: str, value: Any) -> Terms:
    return Terms(topic=Topic.ANSWER, question=question, value=value)


def put_right(life: Life, question: str, value: Any) -> None:
    number = life.plan.last_proposal + 1
    assert life.act("t", acts.Propose, LAO, terms=answer(question, value)) is None
    assert life.act("t", acts.Accept, KHM, proposal=number) is None


def refused(life: Life, question: str, value: Any) -> str:
    refusal = life.act("t", acts.Propose, LAO, terms=answer(question, value))
    assert isinstance(refusal, Refusal) and refusal.code == "bad-terms"
    return refusal.message


def turn(life: Life, session: str) -> tuple[str | None, str]:
    return next((t.host, t.state) for t in life.item("t/s").hosting.turns if t.session == session)


@pytest.mark.parametrize("third", [False, True])
def test_a_missed_session_was_held_after_all_and_its_turn_is_served(third: bool) -> None:
    world = life(third)
    assert turn(world, "2024") == (None, "forfeited")
    held = {key: value for key, value in HELD.items() if key != "host"} if third else HELD
    assert world.act("t", acts.Propose, LAO, terms=answer("s/past/2024", held)) is None
    assert turn(world, "2024") == (None, "forfeited"), "one side alone changes nothing"
    assert world.act("t", acts.Accept, KHM, proposal=1) is None
    assert turn(world, "2024") == ("KHM", "served")
    assert world.item("t/s").hosting.counts["KHM"] == {"forfeited": 0, "served": 1}
    assert world.plan.settled["s/past/2024"] == held
    assert "it was held on 2024-05-03 in Pakse" in world.plan.ledger[-1].text
    assert ("hosted by KHM" in world.plan.ledger[-1].text) is not third
    assert not [item for item in world.world.items if item == "t/s/2024"], "what is past has no workflow"


def test_two_of_three_do_not_say_who_hosted() -> None:
    world = life(third=True)
    said = refused(world, "s/past/2024", HELD)
    assert "Viet Nam must consent too" in said and "Without a host" in said
    assert turn(world, "2024") == (None, "forfeited") and world.plan.proposals == ()


def test_only_what_was_missed_before_the_launch_is_put_right() -> None:
    world = life()
    assert "is on record as held; only what was missed" in refused(world, "s/past/2023", HELD)
    assert "is asked in questions/lao-moc.khm-moc: answer it there" in refused(world, "s/past/2025", HELD)
    for name in ("s/past/2026", "s/past", "v/past/2024"):
        assert "no history has anything about" in refused(world, name, HELD)
    for name in ("x/past/2024", "s/2024", "s/first_host", "s/passed/2024", "s/past2024", ""):
        assert "names no session of before the launch" in refused(world, name, HELD)
    for value in ("missed", "excused", {"state": "excused"}):
        assert "all that can be said of it is that it was held" in refused(world, "s/past/2024", value)
    assert "say what became of it" in refused(world, "s/past/2024", "perhaps")
    assert "the host must be one of LAO, KHM" in refused(world, "s/past/2024", {"state": "held", "host": "VNM"})
    late = {**DAY, "start": "2027-05-02T17:00:00Z", "local": "2027-05-03T00:00:00"}
    assert "has not come yet" in refused(world, "s/past/2024", {"state": "held", "date": late})
    put_right(world, "s/past/2024", HELD)
    assert "is on record as held" in refused(world, "s/past/2024", HELD), "once"


def test_two_proposals_of_one_correction_and_a_rejection() -> None:
    world = life()
    assert world.act("t", acts.Propose, LAO, terms=answer("s/past/2024", HELD)) is None
    again = world.act("t", acts.Propose, KHM, terms=answer("s/past/2024", "held"))
    assert isinstance(again, Refusal), "one at a time"
    assert world.act("t", acts.Reject, KHM, proposal=1, reason="nobody remembers it") is None
    assert turn(world, "2024") == (None, "forfeited")
    put_right(world, "s/past/2024", "held")
    assert turn(world, "2024") == ("KHM", "served"), "by the side whose turn it was, where nobody is named"


def test_an_open_correction_stands_among_what_is_proposed() -> None:
    world = life()
    assert world.act("t", acts.Propose, LAO, terms=answer("s/past/2024", HELD)) is None
    document = amendments_document(world.plan)
    (proposed,) = document["open"]
    assert (proposed["kind"], proposed["obligation"]) == ("answer", "s")
    assert proposed["earlier"] is None and proposed["later"] is None and proposed["awaited"] == ["KHM"]
    assert "s/past/2024" in amendments_text(document, world.plan.setup.clock)


def effects_of(world: Life, question: str, value: Any) -> list[Effect]:
    """What the plan, and the series that it tells, do once both have consented."""
    player = Player(PLAN, world.plan, world.now)
    number = world.plan.last_proposal + 1
    player.act(acts.Propose, LAO, terms=answer(question, value))
    player.act(acts.Accept, KHM, proposal=number)
    effects = list(player.effects)
    for effect in player.effects:
        if isinstance(effect, GiveOrder):
            effects += world.machine("t/s").ordered(world.item("t/s"), effect.order, world.now).effects
    return effects


async def enter(root: Path, item: str, entries: tuple[LedgerEntry, ...]) -> None:
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, scheduled_time=AS_OF + timedelta(days=9))
    lines = tuple(entry.model_dump(mode="json") for entry in entries)
    activities = RecordActivities(Settings(_env_file=None, record=root))  # type: ignore[call-arg]
    await environment.run(activities.enter, RecordEntries(plan="t", item=item, lines=lines))


@pytest.mark.parametrize(
    ("question", "item", "last"),
    [("s/past/2024", "t/s/2024", 2027), ("s/past/2024", "t/s/2024", 2025), ("v/past", "t/v", 2027)],
)
@pytest.mark.parametrize("settled", [False, True])
async def test_the_record_goes_on_after_what_it_has(
    tmp_path: Path, question: str, item: str, last: int, settled: bool
) -> None:
    """Two lines where it was taken over as missed, four where the sides have settled so; also of what has ended."""
    world = life(last=last)
    value: Any = {"state": "held", "date": DAY}
    for n in (1, 3) if settled else (1,):
        old = LedgerEntry(n=n, at=AS_OF, verb="adopted", text="missed")
        view = LedgerEntry(n=n + 1, at=AS_OF, verb="view", text="the full view")
        await enter(tmp_path, item, (old, view))
    if settled:
        state = world.plan.model_copy(update={"settled": {question: "missed"}})
        world.world.items["t"] = state
    [entered] = [e for e in effects_of(world, question, value) if isinstance(e, EnterElsewhere)]
    assert entered.item == item
    for _ in range(2):
        await enter(tmp_path, item, entered.entries)
    assert [line["n"] for line in read_record(tmp_path, item)] == list(range(1, 7 if settled else 5))
    recorded = recorded_view(tmp_path, item)
    assert recorded is not None and (recorded.status, recorded.fate) == ("closed", "on-time")
    assert "settled by the sides: it was held on 2024-05-03 in Pakse" in recorded.ledger[-1].text
    # After a rewind the sides settle it again, on another instant: no workflow of its own remembers what came before.
    again = tuple(entry.model_copy(update={"at": AS_OF + timedelta(days=8)}) for entry in entered.entries)
    await enter(tmp_path, item, again)
    assert [line["at"] for line in read_record(tmp_path, item)][-1] == "2026-06-09T00:00:00Z"


def test_what_was_settled_as_missed_says_how_it_is_put_right() -> None:
    world = life()
    name = "t/questions/lao-moc.khm-moc"
    assert world.act(name, acts.Propose, "lao-moc", terms=answer("s/past/2025", "missed")) is None
    assert world.act(name, acts.Accept, "khm-moc", proposal=1) is None
    assert turn(world, "2025")[1] == "forfeited"
    put_right(world, "s/past/2025", {"state": "held", "host": "LAO"})
    assert turn(world, "2025") == ("LAO", "served")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("s/past/2024", ("s/past/2024", "2024", "what became of the Title s 2024")),
        ("v/past", ("v/past", "", "what became of the Title v")),
        ("v/past/", ("v/past", "", "what became of the Title v")),
        ("x/past/2024", None),
        ("s/past2024", None),
        ("s/first_host", None),
        ("s", None),
        ("", None),
    ],
)
def test_a_session_of_before_the_launch_is_named_by_obligation_past_and_session(
    name: str, found: tuple[str, str, str] | None
) -> None:
    question = past_question(life().plan.plan, name)
    assert (question and (question.id, question.session, question.text)) == found


def test_what_the_sides_have_settled_since_goes_before_what_was_taken_over() -> None:
    state = life().plan
    question = past_question(state.plan, "s/past/2024")
    assert question is not None
    taken = on_record(state.launch.history, {}, question)
    settled = on_record(state.launch.history, {"s/past/2024": "excused"}, question)
    assert taken is not None and settled is not None
    assert (taken.state, settled.state) == (PastState.MISSED, PastState.EXCUSED)
    unknown = past_question(state.plan, "s/past/2025")
    assert unknown is not None and on_record(state.launch.history, {}, unknown) is None
    assert [corrected(question, "held", known).follows for known in ({}, {"s/past/2024": "missed"})] == [2, 4]


def test_a_host_is_named_by_all_three_where_a_third_state_takes_part() -> None:
    two, three = life().plan.plan, life(third=True).plan.plan
    assert names_host_of_three(two, answer("s/past/2024", HELD)) == ""
    assert names_host_of_three(three, answer("s/past/2024", "held")) == ""
    assert names_host_of_three(three, answer("v/past", HELD)) == "", "Viet Nam takes no part in it"
    assert "Viet Nam must consent too" in names_host_of_three(three, answer("s/past/2024", HELD))
