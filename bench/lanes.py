"""The three lanes of the benchmark. Each runs the same meetings, with the same acts at the same times.

A is our worker. B issues the same commands from bare workflows. C has no post rooms, and its meetings send the same
mails.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.service import RPCError

from bench.bare import ROUND
from bench.history import Tail
from bench.servers import BARE_QUEUES
from models.common.ids import TASK_QUEUE, secretariat_id, session_id
from models.common.times import Slot
from models.common.zones import later, zoned
from models.governance.launch import Launch
from models.governance.opening import openings
from models.items.meeting import MEETING
from models.items.meeting_state import MeetingState
from models.machine.setup import ItemSetup
from models.messages import acts
from models.messages.acts import Act, Terms, Topic
from models.messages.views import ItemRow
from models.plan.plan import DespatchRule, Plan
from models.plan.windows import resolve_windows
from tests.support.builders import launch_of, obligation, plan_of
from workflows.visibility import MEMO_ROW, initial_attributes

Driver = Callable[[str, Act], Awaitable[None]]
"""A function that sends an act to the meeting with this id."""

AT_ONCE = 3
"""The number of meetings that run at the same time. Each has its own two offices, so that meetings share nothing."""
GATHER = timedelta(seconds=0.2)
SLACK = 1.0
"""Seconds between the last consent and the agreed date. A busy machine needs some, or the date would pass too early."""
LASTS = 0.4
"""The length of a meeting in seconds."""


def plan_named(name: str, obligations: list[dict[str, Any]]) -> Plan:
    """A plan of two sides, with two offices for each obligation. Only its letters go faster than in a real plan."""
    titles = {1: "Coordinator", 2: "Director General", 3: "Deputy Minister", 4: "Minister"}
    offices = {
        office: {"side": side, "name": f"Ministry {office.upper()}", "titles": titles}
        for each in obligations
        for side, office in each["offices"].items()
    }
    sides = {
        "LAO": {"name": "Lao PDR", "adjective": "Lao", "zone": "Asia/Vientiane"},
        "KHM": {"name": "Cambodia", "adjective": "Cambodian", "zone": "Asia/Phnom_Penh"},
    }
    plan = plan_of(*obligations, plan=name, offices=offices, sides=sides)
    return plan.model_copy(update={"despatch": DespatchRule(gather=GATHER)})


def lane_plan(lane: str) -> Plan:
    """The plan of a lane. Names of lanes differ in one letter, so that all payloads have the same size."""
    far: dict[str, Any] = {
        "window": {"by": "offset", "opens": "P300D", "length": "P300D", "every": "P365D", "count": 1}
    }
    names = [(f"m{i}", {side: f"bench{lane}-{side.lower()}{i}" for side in ("LAO", "KHM")}) for i in range(AT_ONCE)]
    return plan_named(f"bench{lane}", [obligation(name, offices=offices, **far) for name, offices in names])


@dataclass
class Lane:
    """One lane: its worker, its plan and its meetings."""

    name: str
    client: Client
    plan: Plan
    latencies: list[float] = field(default_factory=list)
    """The seconds from each act of the last round to its answer."""

    @property
    def ours(self) -> bool:
        return self.name == "a"

    @property
    def queue(self) -> str:
        return TASK_QUEUE if self.ours else BARE_QUEUES[self.name]

    def meeting_id(self, i: int, number: int) -> str:
        return session_id(self.plan.plan, f"m{i}", str(number))

    def rooms(self, i: int) -> list[str]:
        """The ids of the post rooms of a meeting. Empty in lane C."""
        offices = [f"{self.plan.plan}-{side}{i}" for side in ("lao", "khm")]
        return [] if self.name == "c" else [secretariat_id(self.plan.plan, office) for office in offices]

    async def open(self) -> None:
        """Starts the workflows that live for all rounds: the plan and the post rooms."""
        if self.ours:
            await launch(self.client, self.plan)
            return
        for workflow_id in [self.plan.plan, *(room for i in range(AT_ONCE) for room in self.rooms(i))]:
            await self.client.start_workflow("bare", {ROUND: 0}, id=workflow_id, task_queue=self.queue)

    async def play(self, number: int, pace: float, slack: float = SLACK) -> None:
        """Plays one round: `AT_ONCE` meetings from opening to close-out. `pace` is the number of seconds between two
        acts, `slack` that between the last consent and the agreed date."""
        self.latencies = []
        now = datetime.now(UTC)
        await asyncio.gather(*(self._start(i, number, now) for i in range(AT_ONCE)))
        await asyncio.sleep(pace)
        meetings = [self.meeting_id(i, number) for i in range(AT_ONCE)]
        await drive(meetings, pace, slack, self._act)
        await asyncio.gather(*(self.client.get_workflow_handle(meeting).result() for meeting in meetings))
        await asyncio.sleep(pace)

    async def _start(self, i: int, number: int, now: datetime) -> None:
        state = _opened(self.plan, i, number, self.meeting_id(i, number), now)
        row = MEETING.row(state)
        setup = state.setup
        await self.client.start_workflow(
            "meeting" if self.ours else "bare",
            state if self.ours else state.model_dump(mode="json"),
            id=row.id,
            task_queue=self.queue,
            search_attributes=initial_attributes(setup.plan, row),
            memo={MEMO_ROW: row},
            static_summary=f"{setup.ref} {setup.title}",
            static_details=f"{setup.plan_title}, provision {setup.ref}.",
        )

    async def _act(self, meeting: str, act: Act) -> None:
        began = time.perf_counter()
        handle = self.client.get_workflow_handle(meeting)
        try:
            await handle.execute_update(act.verb if self.ours else "act", act, id=act.act_id)
        except WorkflowUpdateFailedError as error:
            raise RuntimeError(f"{meeting} refused {act.verb}, perhaps as too late: {error.cause}") from error
        self.latencies.append(time.perf_counter() - began)


def _opened(plan: Plan, i: int, number: int, meeting: str, now: datetime) -> MeetingState:
    """The state of a meeting whose window has just opened, as a series makes it."""
    launch = launch_of(plan, now)
    template = openings(launch, resolve_windows(plan, now)).meetings[i]
    setup: ItemSetup = template.setup
    assert setup.window is not None
    changes = {
        "id": meeting,
        "session": str(number),
        "uid": f"{meeting.replace('/', '-')}@aide-memoire.example",
        "parent": plan.plan,
        "window": setup.window.model_copy(update={"start": now, "name": str(number)}),
        "opens_at": now,
    }
    return template.model_copy(update={"setup": setup.model_copy(update=changes), "host": "LAO"})


async def launch(client: Client, plan: Plan) -> None:
    """Launches a plan on our worker, and waits until all its workflows have started."""
    argument: Launch = launch_of(plan, datetime.now(UTC))
    row = ItemRow(id=plan.plan, ref="-", kind="plan", title=plan.title, status="launching")
    attributes, memo = initial_attributes(row.id, row), {MEMO_ROW: row}
    handle = await client.start_workflow(
        "plan", argument, id=row.id, task_queue=TASK_QUEUE, search_attributes=attributes, memo=memo
    )
    for _ in range(200):
        try:
            if await handle.query("launched", result_type=bool):
                return
        except RPCError:
            pass  # its first workflow task is not completed yet
        await asyncio.sleep(0.05)
    raise RuntimeError(f"{plan.plan} was not launched; see the worker's log")


async def drive(meetings: list[str], pace: float, slack: float, act: Driver) -> None:
    """Sends the acts of a meeting's life, for several meetings at once. The host's side sends the acts of the host.

    `pace` are the seconds between two acts. `slack` are the seconds between the last consent and the agreed date.
    """
    start = zoned(
        (datetime.now(UTC) + timedelta(hours=7, seconds=2 * pace + slack)).replace(tzinfo=None), "Asia/Vientiane"
    )
    slot = Slot(start=start, end=later(start, timedelta(seconds=LASTS)))
    terms = Terms(topic=Topic.DATE, slot=slot, place="Vientiane")

    async def all_do(verb: type[Act], side: str, **fields: Any) -> None:
        async def one(meeting: str) -> None:
            office = office_of(meeting, side)
            await act(meeting, verb.model_validate({"act_id": uuid.uuid4().hex, "office": office, **fields}))

        await asyncio.gather(*(one(meeting) for meeting in meetings))
        await asyncio.sleep(pace)

    await all_do(acts.Propose, "lao", terms=terms)
    await all_do(acts.Accept, "khm", proposal=1)
    await asyncio.sleep(max((slot.end.utc - datetime.now(UTC)).total_seconds(), 0) + pace)
    await all_do(acts.Held, "lao")
    await all_do(acts.Outcome, "lao", text="minutes of the meeting")
    await all_do(acts.Agree, "khm")


def office_of(meeting: str, side: str) -> str:
    """The office of a side in a meeting: for benchb/m2/7 and LAO it is benchb-lao2."""
    plan, name, _ = meeting.split("/")
    return f"{plan}-{side}{name[1:]}"


def tails(lane: Lane) -> list[Tail]:
    """The histories of the workflows that live for all rounds: the plan and the post rooms."""
    ids = [lane.plan.plan, *(room for i in range(AT_ONCE) for room in lane.rooms(i))]
    return [Tail(lane.client, each) for each in ids]
