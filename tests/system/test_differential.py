"""The rehearsal decides what the workflows decide: small plans live through months of random acts on the time-skipping
server, the same acts are rehearsed at the same instants, and every notice and every letter is compared.

AIDE_DIFFERENTIAL_SEEDS says how many histories of each plan are lived through; `make soak` asks for more.
"""

import asyncio
import os
import random
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import WorkflowExecutionStatus
from temporalio.api.workflowservice.v1 import DescribeWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from adapters.files.record_file import read_record
from adapters.working_time import rehearsed_hours, workdays_of
from models.common.ids import secretariat_id
from models.governance.launch import Launch
from models.messages import acts
from models.messages.acts import Act, ProgressState, RecordedFact, Rectified, Terms, Topic
from models.messages.effects import Words
from models.messages.views import ItemView, Refusal
from models.plan.parties import all_offices
from models.plan.plan import Plan
from models.post.despatch import Despatch
from models.post.post_room_state import keys_of
from models.rehearsal.world import RehearsedNotice, World
from tests.support.builders import DAY, date_terms, obligation, plan_of
from tests.support.rig import House, house, looked_up

LENGTH = 100 * DAY
SEEDS = range(int(os.environ.get("AIDE_DIFFERENTIAL_SEEDS", "2")))
LATENCY = timedelta(minutes=2)
"""Mails, and the opening of items, take a moment on the server, and in the rehearsal none. Nothing that is decided is
closer to anything else than this, so that their order is the same."""
APART = timedelta(hours=3)
"""Between two acts, and between an act and whatever came due before it."""

THREE = ("LAO", "KHM", "VNM")


# Plans


def offsets(opens: str, length: str, every: str = "P365D", count: int = 1) -> dict[str, Any]:
    return {"window": {"by": "offset", "opens": opens, "length": length, "every": every, "count": count}}


def paced(*obligations: dict[str, Any], **more: Any) -> Plan:
    """Letters every second week, gathered for ten minutes: fewer mails, and none that hangs on a slow machine."""
    plan = plan_of(*obligations, third=any(each["third_states"] for each in obligations), **more)
    despatch = plan.despatch.model_copy(update={"period": 14 * DAY, "gather": timedelta(minutes=10)})
    return plan.model_copy(update={"despatch": despatch})


def dated(now: datetime) -> Plan:
    return paced(
        obligation("meet", **offsets("PT5H", "P95D")),
        obligation(
            "visit", kind="visit", host="KHM", host_rule="fixed", report_to_higher=True, **offsets("P3D", "P50D")
        ),
        obligation("mou", kind="instrument", **offsets("P10D", "P70D")),
        obligation("three", sides=THREE, **offsets("PT5H", "P110D")),
        lead="P5D",
    )


def turning(now: datetime) -> Plan:
    rotating = {"kind": "meeting_series", "host_rule": "rotating", "cadence": "annual"}
    open_host = {"first_host": {"chosen": None, "others": ["LAO", "KHM"]}}
    return paced(
        obligation(
            "known", **rotating, **offsets("PT5H", "P40D", "P45D", 2), readings={"first_host": {"chosen": "LAO"}}
        ),
        obligation("asked", **rotating, **offsets("P5D", "P50D", "P50D", 2), readings=open_host),
        obligation("unasked", **rotating, **offsets("P9D", "P55D", "P57D", 2)),
    )


def sleeping(now: datetime) -> Plan:
    return paced(
        obligation("promise", kind="standing", strength="maintain", window=None),
        obligation("undated", kind="instrument", window=None),
        obligation("seminar", kind="seminar", sides=THREE, window=None),
        obligation("adhoc", kind="meeting_series", cadence="on_trigger", triggers=["LAO"], window=None),
        round={"by": "offset", "opens": "P20D", "every": "P50D", "count": 2},
        round_closes="P25D",
    )


def ending(now: datetime) -> Plan:
    """Its validity ends with much of it open."""
    last = now + LENGTH - 4 * DAY
    return paced(
        obligation("meet", sides=THREE, **offsets("PT5H", "P95D")),
        obligation("yearly", kind="deliverable", cadence="annual", **offsets("P2D", "P30D", "P40D", 2)),
        obligation("turns", kind="meeting_series", cadence="annual", host_rule="rotating", **offsets("PT5H", "P90D")),
        obligation("promise", kind="standing", window=None),
        round={"by": "offset", "opens": "P30D", "every": "P50D", "count": 2},
        round_closes="P20D",
        valid_from=last.date().replace(year=last.year - 1, day=min(last.day, 28)),
        valid_for_years=1,
        expiry_notice="P40D",
    )


def silent(now: datetime) -> Plan:
    """The ladders of several items reach the same office, to which nothing was ever said, at one instant."""
    return paced(
        *(obligation(each, **offsets("PT5H", "P95D")) for each in ("one", "two", "three")),
        obligation("mou", kind="instrument", **offsets("PT5H", "P95D")),
    )


def reminding(now: datetime) -> Plan:
    """Of two offices a letter goes every second week for the sake of an instrument; the third state gets none."""
    return paced(
        obligation("meet", **offsets("PT5H", "P95D")),
        obligation("three", sides=THREE, remind="P9D", **offsets("PT5H", "P95D")),
        obligation("off", **offsets("PT5H", "P95D")),
        obligation("mou", kind="instrument", **offsets("PT5H", "P95D")),
        remind="P3D",
    )


PLANS: dict[str, Callable[[datetime], Plan]] = {each.__name__: each for each in (dated, turning, sleeping, ending)}


# Acts

BEFORE = (Topic.DATE, Topic.HOST, Topic.POSTPONE, Topic.EXTEND, Topic.DROP, Topic.EXCUSE)
ONLY_MEETINGS = frozenset({acts.Regret, acts.Held, acts.NotHeld, acts.Outcome})
MEETINGS = frozenset({"meeting", "visit", "seminar"})

Deed = tuple[type[Act], str, dict[str, Any]]


def awaited_deed(chance: random.Random, view: ItemView, now: datetime) -> Deed | None:
    """What somebody is asked for, done well, or answered with no."""
    if not view.awaiting:
        return None
    row = chance.choice(view.awaiting)
    side = row.office.partition("-")[0].upper()
    proposals = [p for p in view.proposals if p["status"] == "open" and p["side"] != side]
    if row.act == "answer" and proposals:
        proposal = chance.choice(proposals)
        verb = chance.choice((acts.Accept, acts.Accept, acts.Accept, acts.Counter, acts.Reject))
        again = terms(chance, view, Topic(proposal["terms"]["topic"]), now, proposal["terms"]["question"])
        return verb, row.office, {"proposal": proposal["number"], "terms": again, "reason": "another time"}
    if row.act == "settle":
        question = chance.choice([each for each in view.questions if each["answer"] is None])
        return acts.Propose, row.office, {"terms": terms(chance, view, Topic.ANSWER, now, question["id"])}
    topic = Topic.HOST if row.act == "propose-host" else Topic.DATE
    simple: dict[str, tuple[type[Act], dict[str, Any]]] = {
        "propose-date": (acts.Propose, {"terms": terms(chance, view, topic, now)}),
        "propose-host": (acts.Propose, {"terms": terms(chance, view, topic, now)}),
        "mark": (chance.choice((acts.Held, acts.Held, acts.NotHeld)), {"reason": "flood"}),
        "outcome": (acts.Outcome, {"text": "minutes"}),
        "report": (acts.Evidence, {"text": "reported"}),
        "evidence": (acts.Evidence, {"text": "done"}),
        "agree": (chance.choice((acts.Agree, acts.Agree, acts.Dispute)), {"reason": "a page is missing"}),
        "close": (chance.choice((acts.Close, acts.Close, acts.Dispute)), {"reason": "a page is missing"}),
        "progress": (acts.Progress, {"state": chance.choice(list(ProgressState)).value}),
    }
    if row.act not in simple:
        return None
    verb, fields = simple[row.act]
    return verb, row.office, fields


def any_deed(chance: random.Random, view: ItemView, now: datetime) -> Deed:
    """Anything that anybody might try: much of it is refused."""
    taken = [v for v in acts.VERBS.values() if v is not acts.Rectify]  # the plan takes it
    verbs = [v for v in taken if view.kind in MEETINGS or v not in ONLY_MEETINGS]
    verb = chance.choice([*verbs, acts.Propose, acts.Propose, acts.Call])
    office = chance.choice(("lao-moc", "khm-moc", "lao-moc-dg", "khm-moc-minister", "vnm-moc", "lao-mfa"))
    numbers = [p["number"] for p in view.proposals]
    fields: dict[str, Any] = {
        "proposal": chance.choice([*numbers, 9]),
        "terms": terms(chance, view, chance.choice(BEFORE), now),
        "reason": chance.choice(("flood", "elections", "")),
        "text": "as filed",
        "state": "limited",
    }
    return verb, office, fields


def terms(chance: random.Random, view: ItemView, topic: Topic, now: datetime, question: str = "") -> Terms:
    day = now + chance.randint(-1, 24) * DAY
    if topic is Topic.DATE:
        return date_terms(day, place=chance.choice(("Vientiane", "Phnom Penh")))
    if topic is Topic.ANSWER:
        return Terms(topic=topic, question=question, value=chance.choice(("LAO", "KHM")))
    end = view.window.end if view.window and topic is Topic.EXTEND else day
    until = end + chance.randint(0, 15) * DAY if topic in (Topic.POSTPONE, Topic.EXTEND) else None
    reason = chance.choice(("merged with another", "merged", ""))
    return Terms(topic=topic, host=chance.choice(THREE), until=until, reason=reason)


class Done(NamedTuple):
    """An act, the instant at which the workflow took or refused it, and how it was refused."""

    at: datetime
    item: str
    act: Act
    refused: str

    def __str__(self) -> str:
        fields = self.act.model_dump_json(exclude_defaults=True)
        return f"{self.at} {self.item} {self.act.verb} {fields}{self.refused and f': refused, {self.refused}'}"


# The real side


class Life:
    """A launched plan, its acts, and a clock that moves only when everything is quiet."""

    def __init__(self, skipping: WorkflowEnvironment, home: House, launch: Launch, chance: random.Random) -> None:
        self.skipping, self.home, self.launch, self.chance = skipping, home, launch, chance
        ends = launch.launched + LENGTH
        # Not a moment longer than the plan: the server stands still once a workflow that has ended is signalled.
        self.end = min(ends, launch.valid_until or ends)
        obligations = [each.id for _, each in home.plan.obligations()]
        sessions = [f"{each}/{n}" for each in obligations for n in (1, 2, 3)]
        self.items = [*obligations, *sessions, "questions/lao-moc.khm-moc"]
        rooms = [secretariat_id("t", office) for office in all_offices(home.plan)]
        self._unborn = {"t", *map(home.item, self.items), *rooms}
        self._open: set[str] = set()
        self._ended: set[str] = set()
        self._seen: list[int] = []
        self.done: list[Done] = []

    async def live(self, acting: bool = True) -> None:
        while await self.now() < self.end:
            await self.pass_on(self.chance.randint(2, 6) * DAY)
            for _ in range(self.chance.choice((0, 1, 2, 2)) if acting else 0):
                if await self.now() + 2 * APART < self.end:
                    await self.pass_on(APART)
                    await self._act()

    async def now(self) -> datetime:
        return await self.home.now()

    async def pass_on(self, length: timedelta) -> None:
        await self.skipping.sleep(min(length, self.end - await self.now()))
        await self._quiet()

    async def _quiet(self) -> None:
        """Until nothing moves: no history grows, and no activity is under way. For a bounded time."""
        before = None
        for _ in range(400):
            found = await asyncio.gather(*map(self._look, sorted(self._open)))
            if found == before and -1 not in found:
                self._seen = found
                return
            if found != self._seen or not found:  # nothing starts unless something else moves
                await asyncio.gather(*map(self._look, sorted(self._unborn)))
            before = found
            await asyncio.sleep(0.05)
        raise AssertionError("it never rests")

    async def _look(self, name: str) -> int:
        """Events in its history; 0 where it has not started, -1 while an activity of it is under way."""
        client = self.home.client
        request = DescribeWorkflowExecutionRequest(
            namespace=client.namespace, execution=WorkflowExecution(workflow_id=name)
        )
        try:
            # Raw: the client does not understand an emptied search attribute of this server.
            found = await client.workflow_service.describe_workflow_execution(request)
        except RPCError as error:
            assert error.status is RPCStatusCode.NOT_FOUND, error
            return 0
        info = found.workflow_execution_info
        self._unborn.discard(name)
        if info.status == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING:
            self._open.add(name)
        else:
            self._open.discard(name)
            self._ended.add(name)
        return -1 if found.pending_activities else info.history_length

    async def _act(self) -> None:
        there = [item for item in self.items if self.home.item(item) in self._open]
        ended = [item for item in self.items if "/" in item and self.home.item(item) in self._ended]
        if ended and self.chance.random() < 0.2:
            await self.rectify(self.chance.choice(ended), self.chance.choice(("lao-moc", "khm-moc")))
            return
        if not there:
            return
        views = {item: await self.home.view(item) for item in there}
        item = self.chance.choice([*there, *(each for each in there if views[each].awaiting for _ in range(3))])
        view, now = views[item], await self.now()
        deed = awaited_deed(self.chance, view, now) if self.chance.random() < 0.75 else None
        verb, office, fields = deed or any_deed(self.chance, view, now)
        await self.do(item, verb, office, fields)

    async def do(self, item: str, verb: type[Act], office: str, fields: dict[str, Any]) -> None:
        """One act, now."""
        act = verb.model_validate({"act_id": str(len(self.done) + 1), "office": office, **fields})
        await self._send(self.home.item(item), act)

    async def rectify(self, item: str, office: str) -> None:
        """Asks the plan to put right the close-out of an item. Later acts may concern the rectification."""
        number = 1 + sum(each.startswith(f"{item}/rectification-") for each in self.items)
        fact = Rectified(
            item=self.home.item(item),
            what=RecordedFact.CLOSE_OUT,
            before="closed out",
            text=f"wrongly closed ({number})",
        )
        act = acts.Rectify(act_id=str(len(self.done) + 1), office=office, fact=fact, reason="it was another meeting")
        await self._send(self.home.plan.plan, act)
        if not self.done[-1].refused:
            opened = f"{item}/rectification-{number}"
            self.items.append(opened)
            self._unborn.add(self.home.item(opened))
            await self._quiet()

    async def _send(self, workflow: str, act: Act) -> None:
        """Sends an act, and notes when it was taken, or how it was refused."""
        handle, now = self.home.client.get_workflow_handle(workflow), await self.now()
        known = max((entry.n for entry in (await looked_up(handle)).ledger), default=0)
        answer = await self.home.send(workflow, act)
        if isinstance(answer, Refusal):
            self.done.append(Done(now, workflow, act, answer.code))
        else:
            await self._quiet()
            record = read_record(self.home.settings.record, workflow)
            taken = next(line for line in record if line["n"] > known)
            self.done.append(Done(datetime.fromisoformat(taken["at"]), workflow, act, ""))
        await self._quiet()


async def runs_of(client: Client, name: str) -> list[WorkflowHistory]:
    """The histories of all runs of a workflow, oldest first; none where it never started."""
    histories: list[WorkflowHistory] = []
    run: str | None = None
    while run != "":
        try:
            histories.insert(0, await client.get_workflow_handle(name, run_id=run).fetch_history())
        except RPCError as error:
            assert error.status is RPCStatusCode.NOT_FOUND and run is None, error
            break
        run = histories[0].events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    return histories


class Said(NamedTuple):
    """What one office's post room was told, and what it sent."""

    notices: dict[str, datetime]
    mails: list[tuple[datetime, tuple[str, ...]]]


async def said_to(client: Client, office: str) -> Said:
    decode = pydantic_data_converter.payload_converter.from_payloads
    notices: list[tuple[str, datetime]] = []
    mails: list[tuple[datetime, tuple[str, ...]]] = []
    for history in await runs_of(client, secretariat_id("t", office)):
        for event in history.events:
            signal = event.workflow_execution_signaled_event_attributes
            if signal.signal_name == "tell":
                [words] = decode(signal.input.payloads, [Words])
                notices += [(each.key, each.at) for each in (*words.awaited, *words.announce)]
            scheduled = event.activity_task_scheduled_event_attributes
            if scheduled.activity_type.name == "despatch":
                [despatch] = decode(scheduled.input.payloads, [Despatch])
                mails.append((despatch.at, keys_of(despatch)))
    twice = sorted({key for key, _ in notices if [each for each, _ in notices].count(key) > 1})
    assert twice == [], f"{office} is told twice of {twice}"
    return Said(dict(notices), mails)


# The two compared


def rehearsed(launch: Launch, done: Sequence[Done], until: datetime) -> World:
    world = World(launch, hours=rehearsed_hours(None, until))
    for each in done:
        world.plan_act(each.at, each.item, lambda _, act=each.act: act)  # type: ignore[misc]
    return world.run(until)


class Slack:
    """By how much a notice may differ: not at all, but for what is due since before the launch.

    What an act brings about is due at the act's instant, also where one workflow tells it to another; what time brings
    at an exact one. Asking that should have begun before the launch begins when the item opens: a moment later.
    """

    def __init__(self, launch: Launch, notices: Iterable[RehearsedNotice]) -> None:
        self._launched = launch.launched
        self._begun: dict[tuple[str, ...], datetime] = {}
        for each in notices:
            self._begun.setdefault(self._ladder(each), each.at)

    def _ladder(self, notice: RehearsedNotice) -> tuple[str, ...]:
        """The notices of all rungs of one ladder begin at one instant, and are as late as the first."""
        side, round_number = notice.office.partition("-")[0], notice.key.split("/")[-2]
        return notice.item, notice.act, side, round_number

    def __call__(self, notice: RehearsedNotice) -> timedelta:
        if notice.act == "outcome":  # silence closes an item a while after the instant at which a mail went
            return LATENCY
        if "/rectification-" in notice.key:  # its first letter is due when it opens: a moment after the act
            return LATENCY
        since_launch = notice.kind != "announcement" and self._begun[self._ladder(notice)] == self._launched
        return LATENCY if since_launch else timedelta(0)


def differing_notices(office: str, real: Said, world: World, slack: Slack) -> list[str]:
    ours = {each.key: each for each in world.notices if each.office == office}
    only_real = [f"only the workflows say {key} at {at}" for key, at in real.notices.items() if key not in ours]
    only_ours = [f"only the rehearsal says {key} at {ours[key].at}" for key in ours if key not in real.notices]
    both = [(key, at, ours[key]) for key, at in real.notices.items() if key in ours]
    apart = [
        f"{key} is due at {at} in the workflows, at {our.at} in the rehearsal"
        for key, at, our in both
        if not timedelta(0) <= at - our.at <= slack(our)
    ]
    return [*only_real, *only_ours, *apart]


def differing_letters(office: str, real: Said, world: World) -> list[str]:
    """Mail by mail; of those that go at one instant the order is open."""
    mails, found, position = real.mails, [], 0
    ours = [each for each in world.letters if each.office == office]
    for at, group in groupby(ours, key=lambda each: each.at):
        wanted = sorted(tuple(sorted(each.notices)) for each in group)
        sent = mails[position : position + len(wanted)]
        position += len(wanted)
        if sorted(tuple(sorted(keys)) for _, keys in sent) != wanted:
            found.append(f"{office}: the rehearsal sends {wanted} at {at}, the workflows {sent}")
            break  # the next would be compared with its neighbour
        found += [f"{office}: sent at {when}, rehearsed for {at}" for when, _ in sent if abs(when - at) > LATENCY]
    if not found and mails[position:]:
        found.append(f"{office}: only the workflows send {mails[position:]}")
    return found


def in_hours(office: str, at: datetime) -> bool:
    calendar = workdays_of(None, office, office.partition("-")[0].upper(), "Asia/Vientiane")
    local = at.astimezone(ZoneInfo(calendar.zone))
    return calendar.works(local.date()) and 8 <= local.hour < 16


async def compare(life: Life) -> World:
    world = rehearsed(life.launch, life.done, await life.now())
    history = "\n".join(map(str, life.done))
    refused = {each.act.act_id: each.refusal.code for each in world.refused}
    assert refused == {each.act.act_id: each.refused for each in life.done if each.refused}, history
    slack = Slack(life.launch, world.notices)
    differences: list[str] = []
    for office in all_offices(life.home.plan):
        real = await said_to(life.home.client, office)
        differences += differing_notices(office, real, world, slack)
        differences += differing_letters(office, real, world)
        differences += [
            f"{office}: written to at {at}, outside hours" for at, _ in real.mails if not in_hours(office, at)
        ]
    if differences:
        pytest.fail("\n".join([*differences, "after", history or "silence"]))
    return world


async def midday(skipping: WorkflowEnvironment) -> None:
    """Until 12:17 in the two capitals: no act, some hours apart each, then falls on an opening or a closing."""
    now = await skipping.get_current_time()
    wanted = now.replace(hour=5, minute=17, second=0, microsecond=0)
    await skipping.sleep((wanted - now) % DAY)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", PLANS)
async def test_the_rehearsal_decides_what_the_workflows_decide(
    skipping: WorkflowEnvironment, tmp_path: Path, name: str, seed: int
) -> None:
    async def now() -> datetime:
        return await skipping.get_current_time()

    await midday(skipping)
    async with house(skipping.client, PLANS[name](await now()), tmp_path, now, office_hours=True, maildir=None) as home:
        life = Life(skipping, home, await home.launch(), random.Random(f"{name}/{seed}"))
        await life.live()
        world = await compare(life)
        taken = len(life.done) - len(world.refused)
        assert taken >= 8 and world.refused, "acts enough, taken and refused"


async def test_several_items_find_a_post_room_missing_at_one_instant(
    skipping: WorkflowEnvironment, tmp_path: Path
) -> None:
    async def now() -> datetime:
        return await skipping.get_current_time()

    await midday(skipping)
    async with house(skipping.client, silent(await now()), tmp_path, now, office_hours=True, maildir=None) as home:
        life = Life(skipping, home, await home.launch(), random.Random(0))
        await life.live(acting=False)
        world = await compare(life)
        assert {each.rung for each in world.notices if each.office == "lao-moc-minister"} == {4}


async def test_reminders_go_as_they_are_rehearsed(skipping: WorkflowEnvironment, tmp_path: Path) -> None:
    """Of the dates that are agreed, and not of the one that is regretted; in the letter or alone, as the days fall."""

    async def now() -> datetime:
        return await skipping.get_current_time()

    await midday(skipping)
    async with house(skipping.client, reminding(await now()), tmp_path, now, office_hours=True, maildir=None) as home:
        life = Life(skipping, home, await home.launch(), random.Random(0))
        await life.pass_on(DAY)
        for item, days in (("meet", 11), ("three", 40), ("off", 20)):
            await life.pass_on(APART)
            await life.do(item, acts.Propose, "lao-moc", {"terms": date_terms(await now() + days * DAY)})
            for office in ("khm-moc", "vnm-moc")[: 2 if item == "three" else 1]:
                await life.pass_on(APART)
                await life.do(item, acts.Accept, office, {"proposal": 1})
        await life.pass_on(DAY)
        await life.do("off", acts.Regret, "khm-moc", {"reason": "flood"})
        await life.live(acting=False)
        world = await compare(life)
        reminded = {each.key for each in world.notices if each.act == "reminder"}
        assert reminded == {
            *(f"t/meet/reminder/3/{office}" for office in ("khm-moc", "lao-moc")),
            *(f"t/three/reminder/3/{office}" for office in ("khm-moc", "lao-moc", "vnm-moc")),
        }


async def test_a_rectification_goes_as_it_is_rehearsed(skipping: WorkflowEnvironment, tmp_path: Path) -> None:
    """One to which the other side consents, one that it rejects, and one that lapses."""

    async def now() -> datetime:
        return await skipping.get_current_time()

    await midday(skipping)
    async with house(skipping.client, reminding(await now()), tmp_path, now, office_hours=True, maildir=None) as home:
        life = Life(skipping, home, await home.launch(), random.Random(0))
        for office, verb in (("lao-moc", acts.Propose), ("khm-moc", acts.Accept)):
            await life.pass_on(DAY)
            await life.do("mou", verb, office, {"proposal": 1, "terms": Terms(topic=Topic.DROP, reason="merged")})
        for verb in (acts.Accept, acts.Reject):
            await life.pass_on(DAY)
            await life.rectify("mou", "khm-moc")
            await life.pass_on(DAY)
            await life.do(life.items[-1], verb, "lao-moc", {"proposal": 1, "reason": "it was dropped"})
        await life.pass_on(DAY)
        await life.rectify("mou", "lao-moc")
        await life.live(acting=False)
        world = await compare(life)
        rectified = [each for each in world.notices if "/rectification-3/" in each.key]
        assert {each.office for each in rectified} == {"khm-moc", "khm-moc-dg", "khm-moc-dm"}
