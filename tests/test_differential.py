"""The rehearsal decides what the workflows decide: the same plans and the same random acts, on a server whose time is
skipped and in memory, give the same notices at the same instants, and the same letters."""

import os
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from models import acts
from models.acts import Act, ProgressState, Terms, Topic
from models.effects import Words
from models.ids import secretariat_id
from models.letters import Despatch
from models.opening import Launch
from models.parties import all_offices
from models.plan import Plan
from models.postroom import keys_of
from models.rehearsal import World
from models.views import ItemView, Receipt
from tests.builders import date_terms, obligation, plan_of
from tests.rig import House, eventually, house

DAY = timedelta(days=1)
STEPS, STEP_DAYS = 16, 11
SEEDS = range(int(os.environ.get("AIDE_DIFFERENTIAL_SEEDS", "2")))
APART = timedelta(minutes=37)
LATENCY = timedelta(seconds=30)
"""What follows from a signal between workflows follows a moment later; what time brings comes at its exact instant."""


def offsets(opens: str, length: str, every: str = "P365D", count: int = 1) -> dict[str, Any]:
    return {"window": {"by": "offset", "opens": opens, "length": length, "every": every, "count": count}}


def one_of_each() -> Plan:
    return plan_of(
        obligation("meet", **offsets("PT3H", "P120D")),
        obligation("mou", kind="instrument", **offsets("P10D", "P90D")),
        obligation("promise", kind="standing", cadence="continuous", window=None),
        round={"by": "offset", "opens": "P40D", "every": "P70D", "count": 2},
        round_closes="P20D",
    )


def turning() -> Plan:
    rotating = {"host_rule": "rotating", "report_to_higher": True}
    return plan_of(
        obligation(
            "known",
            kind="meeting_series",
            **offsets("PT3H", "P60D", "P80D", 2),
            **rotating,
            readings={"first_host": {"chosen": "LAO"}},
        ),
        obligation(
            "asked",
            kind="meeting_series",
            **offsets("P5D", "P90D", "P100D", 2),
            **rotating,
            readings={"first_host": {"chosen": None, "others": ["LAO", "KHM"]}},
        ),
        obligation("adhoc", kind="meeting_series", cadence="on_trigger", window=None),
    )


def of_three() -> Plan:
    sides = ("LAO", "KHM", "VNM")
    return plan_of(
        obligation("three", sides=sides, **offsets("PT3H", "P150D")),
        obligation("undated", sides=sides, kind="seminar", window=None),
        third=True,
        round={"by": "offset", "opens": "P30D", "every": "P90D", "count": 2},
    )


PLANS: dict[str, tuple[Callable[[], Plan], tuple[str, ...]]] = {
    "one-of-each": (one_of_each, ("meet", "mou", "promise")),
    "turning": (turning, ("known/1", "known/2", "asked/1", "asked/2", "adhoc", "adhoc/1", "questions/lao-moc.khm-moc")),
    "of-three": (of_three, ("three", "undated")),
}


class Done(NamedTuple):
    """An act that the real workflow took, and when."""

    at: datetime
    item: str
    act: Act


def plausible(chance: random.Random, view: ItemView, now: datetime) -> tuple[type[Act], str, dict[str, Any]]:
    """Mostly what is awaited; sometimes what nobody asked for."""
    offices = sorted({row.office for row in view.awaiting if row.rung == 1}) or ["lao-moc", "khm-moc"]
    office = chance.choice(offices)
    asked = sorted({row.act for row in view.awaiting if row.office == office})
    open_ones = [p["number"] for p in view.proposals if p["status"] == "open"]
    days = chance.randint(3, 25)
    choices: list[tuple[type[Act], dict[str, Any]]] = []
    for act in asked:
        if act == "propose-date":
            choices += [(acts.Propose, {"terms": date_terms(now + days * DAY)})] * 4
        elif act == "answer" and open_ones:
            number = chance.choice(open_ones)
            choices += [(acts.Accept, {"proposal": number})] * 5
            choices += [(acts.Counter, {"proposal": number, "terms": date_terms(now + days * DAY)})]
            choices += [(acts.Reject, {"proposal": number, "reason": "elections"})]
        elif act == "settle" and view.questions:
            question = next(each for each in view.questions if each["answer"] is None)
            terms = Terms(topic=Topic.ANSWER, question=question["id"], value=chance.choice(["LAO", "KHM"]))
            choices.append((acts.Propose, {"terms": terms}))
        elif act == "progress":
            choices.append((acts.Progress, {"state": chance.choice(list(ProgressState)).value}))
        else:
            simple: dict[str, tuple[type[Act], dict[str, Any]]] = {
                "mark": (acts.Held, {}),
                "outcome": (acts.Outcome, {"text": "minutes"}),
                "report": (acts.Evidence, {"text": "reported"}),
                "evidence": (acts.Evidence, {"text": "done"}),
                "close": (acts.Close, {}),
            }
            if act in simple:
                choices.append(simple[act])
    choices += [
        (acts.Regret, {"reason": "flood"}),
        (acts.Call, {"reason": "necessity"}),
        (acts.Propose, {"terms": Terms(topic=Topic.HOST, host=chance.choice(["LAO", "KHM"]))}),
        (acts.NotHeld, {"reason": "nobody came"}),
        (acts.Propose, {"terms": Terms(topic=Topic.POSTPONE, until=now + days * DAY)}),
        (acts.Propose, {"terms": Terms(topic=Topic.DROP, reason="merged")}),
    ]
    verb, fields = chance.choice(choices)
    return verb, office, fields


async def act_at_random(home: House, chance: random.Random, items: tuple[str, ...]) -> list[Done]:
    """One act of one office on one item; none where it is refused."""
    item = chance.choice(items)
    try:
        view = await home.view(item)
    except RPCError:
        return []  # not opened yet
    verb, office, fields = plausible(chance, view, await home.now())
    act_id = str(chance.random())
    try:
        answer = await home.act(item, verb, office, act_id, **fields)
    except (RPCError, AssertionError, IndexError):
        return []  # it has ended, or its kind knows no such act
    if not isinstance(answer, Receipt):
        return []
    act = verb.model_validate({"act_id": act_id, "office": office, **fields})
    return [Done(await taken_at(home, item, office), home.item(item), act)]


async def taken_at(home: House, item: str, office: str) -> datetime:
    """The instant at which the last act of this office was taken, as the record has it."""
    found: list[datetime] = []

    async def recorded() -> bool:
        lines = [line for line in home.record(item) if line.get("office") == office]
        found[:] = [datetime.fromisoformat(lines[-1]["at"])] if lines else []
        try:
            view = await home.view(item)
        except RPCError:
            return bool(found)
        said = [entry.at for entry in view.ledger if entry.office == office]
        found[:] = [said[-1]] if said else found
        return bool(found)

    await eventually(recorded)
    return found[0]


async def live(home: House, skipping: WorkflowEnvironment, chance: random.Random, items: tuple[str, ...]) -> list[Done]:
    done: list[Done] = []
    for _ in range(STEPS):
        await skipping.sleep(STEP_DAYS * DAY - 3 * APART)
        for _ in range(3):
            # Apart, so that no letter is on its way while the next act is told.
            await skipping.sleep(APART)
            done += await act_at_random(home, chance, items)
    await skipping.sleep(3 * DAY)
    return done


def rehearsed(launch: Launch, done: list[Done], until: datetime) -> World:
    world = World(launch)
    for each in done:
        world.plan_act(each.at, each.item, lambda _, act=each.act: act)
    return world.run(until)


async def all_runs(client: Client, workflow_id: str) -> list[HistoryEvent]:
    """The events of every run of a workflow, which continues as new after some mails; none where it was not started."""
    events: list[HistoryEvent] = []
    run: str | None = None
    while run != "":
        try:
            history = await client.get_workflow_handle(workflow_id, run_id=run).fetch_history()
        except RPCError:
            break
        events = [*history.events, *events]
        run = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    return events


async def said_to(client: Client, office: str) -> tuple[dict[str, datetime], list[tuple[datetime, frozenset[str]]]]:
    """What items told this post room, and every mail that it despatched: from its history."""
    decode = pydantic_data_converter.payload_converter.from_payloads
    told: dict[str, datetime] = {}
    mails: list[tuple[datetime, frozenset[str]]] = []
    for event in await all_runs(client, secretariat_id("t", office)):
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
            signal = event.workflow_execution_signaled_event_attributes
            [words] = decode(list(signal.input.payloads), [Words])
            told |= {notice.key: notice.at for notice in words.awaited}
            told |= {announcement.key: announcement.at for announcement in words.announce}
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            scheduled = event.activity_task_scheduled_event_attributes
            if scheduled.activity_type.name == "despatch":
                [despatch] = decode(list(scheduled.input.payloads), [Despatch])
                mails.append((despatch.at, frozenset(keys_of(despatch))))
    return told, mails


def compare(real: dict[str, datetime], ours: dict[str, datetime], ordered: set[str]) -> None:
    """The same keys; due at the same instant, but for what a signal from another workflow brought about."""
    assert sorted(set(real) - set(ours)) == sorted(set(ours) - set(real)) == []
    for key, at in real.items():
        late = at - ours[key]
        allowed = LATENCY if any(key.startswith(f"{item}/") for item in ordered) else timedelta(0)
        assert timedelta(0) <= late <= allowed, f"{key}: {at} there, {ours[key]} here"


def cut(instants: list[datetime], until: datetime) -> datetime:
    """An instant shortly before the end at which no letter is due."""
    end = until - timedelta(hours=1)
    while any(abs(at - end) < 2 * LATENCY for at in instants):
        end -= timedelta(hours=1)
    return end


def told_by_others(world: World) -> set[str]:
    """Items to which another workflow has said something: what follows is as late as the signal."""
    return {
        item for item, state in world.items.items() if any(entry.verb in ("host", "amended") for entry in state.ledger)
    }


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", PLANS)
async def test_the_rehearsal_decides_what_the_workflows_decide(
    skipping: WorkflowEnvironment, tmp_path: Path, name: str, seed: int
) -> None:
    make, items = PLANS[name]
    chance = random.Random(f"{name}/{seed}")

    async def now() -> datetime:
        return await skipping.get_current_time()

    async with house(skipping.client, make(), tmp_path, now) as home:
        launch = await home.launch()
        done = await live(home, skipping, chance, items)
        assert len(done) >= 5, "acts enough to tell the two apart"
        until = await now()
        world = rehearsed(launch, done, until)
        assert world.refused == [], "what a workflow took is taken here"
        ordered = told_by_others(world)
        for office in all_offices(home.plan):
            real, mails = await said_to(skipping.client, office)
            ours = {each.key: each.at for each in world.notices if each.office == office}
            compare(real, ours, ordered)
            if office == "lao-moc":
                letters = [each for each in world.letters if each.office == office]
                # A letter that is due as the test ends may be on its way on one side only.
                end = cut([each.at for each in letters], until)
                letters = [each for each in letters if each.at < end]
                mails = [(at, keys) for at, keys in mails if at < end]
                assert [keys for _, keys in mails] == [frozenset(each.notices) for each in letters]
                assert all(abs(at - each.at) < LATENCY for (at, _), each in zip(mails, letters, strict=True))
                assert len(letters) > 10
