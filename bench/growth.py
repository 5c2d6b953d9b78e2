"""Runs one series of many sessions, and counts the history events of each. The number must not grow."""

import asyncio
import statistics
from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError

from bench.history import Tail, Tally, quiet
from bench.lanes import drive, launch, plan_named
from models.common.ids import obligation_id, secretariat_id, session_id
from models.messages.acts import Act
from models.plan.plan import Plan
from tests.support.builders import obligation

SESSIONS = 20
SHOWN = (1, 10, 20)
PACE = 0.2
"""Seconds between two acts. They can be fewer than in cycle.py, because only one meeting runs at a time."""
SLACK = 0.4
"""Seconds between the last consent and the agreed date."""
_NAME = "benchs"


def series_plan() -> Plan:
    """A plan with one series without windows. The end of each session opens the next one."""
    offices = {side: f"{_NAME}-{side.lower()}0" for side in ("LAO", "KHM")}
    kind: dict[str, Any] = {
        "kind": "meeting_series",
        "window": None,
        "ladder": "top",
        "host": "LAO",
        "host_rule": "fixed",
    }
    return plan_named(_NAME, [obligation("s0", offices=offices, **kind)])


async def growth(client: Client) -> str:
    """Plays the sessions. Returns a table of events for each cycle, with those of Continue-As-New."""
    await launch(client, series_plan())
    rooms = [secretariat_id(_NAME, f"{_NAME}-{side}0") for side in ("lao", "khm")]
    lasting = {"series": [obligation_id(_NAME, "s0")], "post rooms": rooms}
    tails = {part: [Tail(client, each) for each in ids] for part, ids in lasting.items()}
    await _count(tails)  # the events of the launch belong to no cycle
    cycles: list[dict[str, int]] = []
    for number in range(1, SESSIONS + 1):
        meeting = session_id(_NAME, "s0", str(number))
        await _there(client, meeting)
        await _play(client, meeting)
        cycles.append(await _count({"meeting": [Tail(client, meeting)], **tails}))
    return _table(cycles)


async def _there(client: Client, meeting: str) -> None:
    for _ in range(200):
        try:
            await client.get_workflow_handle(meeting).describe()
        except RPCError:
            await asyncio.sleep(0.05)
        else:
            await asyncio.sleep(PACE)
            return
    raise RuntimeError(f"{meeting} was not opened; see the worker's log")


async def _play(client: Client, meeting: str) -> None:
    async def act(workflow_id: str, act: Act) -> None:
        await client.get_workflow_handle(workflow_id).execute_update(act.verb, act, id=act.act_id)

    await drive([meeting], PACE, SLACK, act)
    await client.get_workflow_handle(meeting).result()
    await asyncio.sleep(PACE)


async def _count(tails: dict[str, list[Tail]]) -> dict[str, int]:
    """Waits until no activity and no task is running, and counts the events of this cycle. The next session opens in
    that time, and waits."""
    counts = {}
    for part, each in tails.items():
        events = [event for tail in each for event in await tail.fresh()]
        for _ in range(20):
            if quiet(events):
                break
            await asyncio.sleep(0.1)
            events += [event for tail in each for event in await tail.fresh()]
        counts[part] = Tally().add(events, asks=True).events
    return counts


def _table(cycles: list[dict[str, int]]) -> str:
    shown = "".join(f"session {n:<8}" for n in SHOWN)
    lines = [f"{'history events per cycle':<26}{shown}first five   last five    least..greatest"]
    rows = {part: [cycle[part] for cycle in cycles] for part in cycles[0]}
    rows["together"] = [sum(cycle.values()) for cycle in cycles]
    for part, counts in rows.items():
        cells = "".join(f"{counts[n - 1]:<16}" for n in SHOWN)
        ends = "".join(f"{statistics.median(five):<13g}" for five in (counts[:5], counts[-5:]))
        lines.append(f"{part:<26}{cells}{ends}{min(counts)}..{max(counts)}")
    return "\n".join(lines)
