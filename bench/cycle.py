"""`make bench`: measures the cost of one meeting, and compares it with bare workflows on the same server in the same
run.

It runs rounds of three lanes: A, B, C, A, B, C, ... A is our program. B is a bare workflow with the commands from A's
histories. C sends the same mails from its own activities, without post rooms. After that it runs one series, to show
that each session costs as much as the one before.
"""

import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from temporalio.api.history.v1 import HistoryEvent

from bench.growth import SESSIONS, growth, series_plan
from bench.history import Tail, Tally, quiet
from bench.lanes import AT_ONCE, SLACK, Lane, lane_plan, tails
from bench.script import letters_of, save, script_of, without_post_room
from bench.servers import Servers, cpu_seconds, started
from models.plan.parties import all_offices
from models.plan.plan import Plan
from servers.datafolder import DataFolder
from servers.errors import ServersError

ROUNDS = 5
PACE = 0.7
"""Seconds between two acts. That is enough time to carry out all effects of an act before the next one."""
IDLE = 4.0
"""Seconds for which the CPU use of the idle server is measured."""


@dataclass
class Reading:
    """The measurements of one round of one lane."""

    server: float
    """CPU seconds of the Temporal server, without its use when idle."""
    worker: float
    """CPU seconds of the worker."""
    wall: float
    """Seconds of wall time."""
    answer: float
    """The median time from an act to its answer, in seconds."""
    tally: Tally = field(default_factory=Tally)

    @property
    def total(self) -> float:
        return self.server + self.worker


class Bench:
    """One run of the benchmark."""

    def __init__(self, servers: Servers, slack: float = SLACK) -> None:
        """`slack`: the seconds between the last consent and the agreed date, in every lane."""
        self.servers = servers
        self._slack = slack
        self.lanes = {name: Lane(name, servers.client, lane_plan(name)) for name in "abc"}
        self.idle = 0.0
        """The CPU seconds that the idle server uses in each second."""
        self._tails: dict[str, list[Tail]] = {}

    async def open(self) -> None:
        """Starts the plans and post rooms."""
        for lane in self.lanes.values():
            await lane.open()
            self._tails[lane.name] = tails(lane)
        await asyncio.sleep(PACE)
        for each in self._tails.values():
            for tail in each:
                await tail.fresh()

    async def prepare(self) -> None:
        """Starts the plans and post rooms, and plays one round that is not measured, which makes calendars and fills
        caches."""
        await self.open()
        await self.round(0)
        began = cpu_seconds(self.servers.temporal)
        await asyncio.sleep(IDLE)
        self.idle = (cpu_seconds(self.servers.temporal) - began) / IDLE

    async def round(self, number: int) -> dict[str, Reading]:
        """Runs lane A, and then B and C with the commands of A. Returns the measurements by lane."""
        readings = {"a": await self._measure("a", number)}
        histories = await self._histories("a", number)
        self._write_scripts(number, histories)
        readings["a"].tally = _tally(histories, asks=True)
        for name in "bc":
            readings[name] = await self._measure(name, number)
            readings[name].tally = _tally(await self._histories(name, number), asks=name == "b")
        return readings

    async def _measure(self, name: str, number: int) -> Reading:
        pids = self.servers.temporal, self.servers.workers[name]
        before, began = [cpu_seconds(pid) for pid in pids], time.perf_counter()
        await self.lanes[name].play(number, PACE, self._slack)
        wall = time.perf_counter() - began
        server, worker = (cpu_seconds(pid) - was for pid, was in zip(pids, before, strict=True))
        return Reading(server - self.idle * wall, worker, wall, statistics.median(self.lanes[name].latencies))

    async def _histories(self, name: str, number: int) -> dict[str, list[HistoryEvent]]:
        """The history events of this round for each workflow of a lane, by id."""
        lane = self.lanes[name]
        new = [Tail(lane.client, lane.meeting_id(i, number)) for i in range(AT_ONCE)]
        found: dict[str, list[HistoryEvent]] = {tail.id: [] for tail in [*new, *self._tails[name]]}
        for _ in range(50):
            for tail in [*new, *self._tails[name]]:
                found[tail.id] += await tail.fresh()
            if all(quiet(events) for events in found.values()):
                return found
            await asyncio.sleep(0.2)
        raise RuntimeError(f"lane {name} did not come to rest after round {number}; see the worker's log")

    def _write_scripts(self, number: int, histories: dict[str, list[HistoryEvent]]) -> None:
        ours, folder = self.lanes["a"], self.servers.scripts
        meetings = {ours.meeting_id(i, number): ours.rooms(i) for i in range(AT_ONCE)}
        for workflow_id, events in histories.items():
            script = script_of(events)
            # A meeting lives for one round: its own script is number 0.
            own = workflow_id in meetings
            save(folder, workflow_id, 0 if own else number, script, ("bencha", "benchb"))
            if own:
                letters = [letter for room in meetings[workflow_id] for letter in letters_of(histories[room])]
                save(folder, workflow_id, 0, without_post_room(script, letters), ("bencha", "benchc"))
            elif workflow_id == ours.plan.plan:
                save(folder, workflow_id, number, script, ("bencha", "benchc"))


def _tally(histories: dict[str, list[HistoryEvent]], asks: bool) -> Tally:
    tally = Tally()
    for events in histories.values():
        tally.add(events, asks)
    return tally


# --- the printed report -------------------------------------------------------------------------------------------


def spread(values: Sequence[float]) -> str:
    """Gives "median [least..greatest]"."""
    return f"{statistics.median(values):.2f} [{min(values):.2f}..{max(values):.2f}]"


CPU: list[tuple[str, Callable[[Reading], float]]] = [
    ("CPU of the server", lambda reading: reading.server),
    ("CPU of the worker", lambda reading: reading.worker),
    ("CPU in total", lambda reading: reading.total),
]
WALL: list[tuple[str, Callable[[Reading], float]]] = [
    ("wall of a round, paced alike", lambda reading: reading.wall),
    ("an act until it is answered", lambda reading: reading.answer),
]
COUNTS: list[tuple[str, Callable[[Reading], float]]] = [
    ("history events", lambda reading: reading.tally.events),
    ("billable actions", lambda reading: reading.tally.actions),
]


def line(title: str, cells: Sequence[str]) -> str:
    return f"{title:<32}" + "".join(f"{cell:<22}" for cell in cells).rstrip()


def report(rounds: list[dict[str, Reading]]) -> str:
    """The tables: ratios of CPU and wall time within the same round, and counts for each cycle."""
    lines = [
        f"{len(rounds)} rounds of {AT_ONCE} meetings at once; median [least..greatest] over the rounds",
        "",
        line("ratios", ["A / B", "A / C"]),
    ]
    for title, what in [*CPU, *WALL, *COUNTS]:
        lines.append(line(title, [spread([what(each["a"]) / what(each[o]) for each in rounds]) for o in "bc"]))
    lines += ["", line("where it goes (B's total = 1)", ["A: ours", "B: same commands", "C: own mails"])]
    for title, what in CPU:
        lines.append(line(title, [spread([what(each[n]) / each["b"].total for each in rounds]) for n in "abc"]))
    lines += ["", line("counts per cycle", ["A: ours", "B: same commands", "C: own mails"])]
    for title, what in [*COUNTS, *_command_counts(rounds)]:
        medians = [statistics.median([what(each[name]) / AT_ONCE for each in rounds]) for name in "abc"]
        lines.append(line(title, [f"{median:.1f}" for median in medians]))
    return "\n".join(lines)


def _command_counts(rounds: list[dict[str, Reading]]) -> list[tuple[str, Callable[[Reading], float]]]:
    kinds = sorted({kind for each in rounds for kind in each["a"].tally.commands})
    return [(f"  {kind}", lambda reading, kind=kind: reading.tally.commands[kind]) for kind in kinds]  # type: ignore[misc]


def say(text: str) -> None:
    print(text, flush=True)


def write_contacts(plans: Sequence[Plan], path: Path) -> Path:
    """Writes a contacts file with an .example address for every office of every lane. Returns its path."""
    offices = {office: {"address": f"{office}@office.example"} for plan in plans for office in all_offices(plan)}
    organizer = {"name": "Secretariat", "address": "secretariat@aide-memoire.example"}
    path.write_text(yaml.safe_dump({"organizer": organizer, "offices": offices}))
    return path


@asynccontextmanager
async def running(root: Path) -> AsyncIterator[Servers]:
    """Starts the servers and the workers of all lanes on a new data folder."""
    folder = DataFolder(root)
    folder.create()
    contacts = write_contacts([*(lane_plan(name) for name in "abc"), series_plan()], root / "contacts.yaml")
    async with started(folder, contacts, lambda _: None) as servers:
        yield servers


async def measure(root: Path) -> None:
    """Runs the benchmark, in a little over three minutes."""
    async with running(root) as servers:
        bench = Bench(servers)
        say("servers and workers are up; a round to warm up")
        await bench.prepare()
        rounds = []
        for number in range(1, ROUNDS + 1):
            rounds.append(await bench.round(number))
            total = {name: reading.total for name, reading in rounds[-1].items()}
            say(f"round {number} of {ROUNDS}: A/B {total['a'] / total['b']:.2f}, A/C {total['a'] / total['c']:.2f}")
        say("\n" + report(rounds))
        say(f"\none series, {SESSIONS} sessions")
        say(await growth(servers.client))


def main() -> int:
    root = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        asyncio.run(measure(root))
    except KeyboardInterrupt:
        say("stopped")
        code = 130
    except (ServersError, RuntimeError) as error:
        say(f"{error}\nlogs are kept under {root}")
        return 1
    else:
        code = 0
    shutil.rmtree(root, ignore_errors=True)
    return code


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # As in worker.py: the SDK's native threads can crash the interpreter's teardown.
    os._exit(code)
