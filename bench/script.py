"""Scripts: the commands of a real history in their order. A bare workflow issues them again.

A script is made from a history. So the bare workflow has exactly the timers, activities, signals, upserts and Updates
of our workflow. It waits at the places where ours was woken: for the n-th Update or signal, for the end of an activity,
for a timer. Every wait ends, because the real history has its cause before it.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from models.post.despatch import Fate

SCRIPTS = "BENCH_SCRIPTS"
"""The environment variable with the folder of the scripts. The folder has one file for each workflow id and round."""


@dataclass
class Op:
    """One step of a script: a command to issue, or an event to wait for."""

    kind: str
    ref: str = ""
    """Connects a wait with its command: both have the same `ref`. Empty for other steps."""
    count: int = 0
    """For a wait: the number of Updates or signals of this round that must have come."""
    name: str = ""
    """The type of an activity, or the id of the workflow to signal. Empty for other steps."""
    seconds: float = 0.0
    """The length of a timer, or the time for one attempt of an activity."""
    heartbeat: float = 0.0
    """The heartbeat timeout of an activity in seconds. 0 if it has none."""
    summary: str = ""
    data: Any = None
    at: float = 0.0
    """The time at which it happened, in seconds since 1970."""


@dataclass
class Script:
    """Everything that one workflow does in one round."""

    ops: list[Op] = field(default_factory=list)
    results: list[Any] = field(default_factory=list)
    """The answers to its Updates, in order."""


def read(payload: Payload) -> Any:
    """The plain JSON value of a payload."""
    return json.loads(payload.data) if payload.data else None


def script_of(events: Iterable[HistoryEvent]) -> Script:
    """Makes the script of a part of a history. Raises ValueError for a command that scripts do not have."""
    script, counts = Script(), {"update": 0, "signal": 0}
    for event in events:
        op = _waiting(event, counts) or _command(event)
        if op is not None:
            op.at = event.event_time.ToMicroseconds() / 1e6
            op.summary = read(event.user_metadata.summary) or ""
            script.ops.append(op)
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED:
            outcome = event.workflow_execution_update_completed_event_attributes.outcome
            script.results.append(read(outcome.success.payloads[0]))
        elif event.event_type not in _PASSED_OVER:
            raise ValueError(f"no script knows {EventType.Name(event.event_type)}")
    return script


_PASSED_OVER = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED,
}


def _waiting(event: HistoryEvent, counts: dict[str, int]) -> Op | None:
    """The wait for the event that woke the workflow. None if the event wakes no workflow."""
    kind = event.event_type
    if kind == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
        counts["update"] += 1
        return Op("update", count=counts["update"])
    if kind == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
        counts["signal"] += 1
        return Op("signal", count=counts["signal"])
    if kind == EventType.EVENT_TYPE_TIMER_FIRED:
        return Op("done", ref=f"timer {event.timer_fired_event_attributes.timer_id}")
    if kind == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
        return Op("done", ref=f"event {event.activity_task_completed_event_attributes.scheduled_event_id}")
    if kind == EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED:
        return Op("done", ref=f"event {event.external_workflow_execution_signaled_event_attributes.initiated_event_id}")
    return None


def _command(event: HistoryEvent) -> Op | None:
    kind, ref = event.event_type, f"event {event.event_id}"
    if kind == EventType.EVENT_TYPE_TIMER_STARTED:
        timer = event.timer_started_event_attributes
        seconds = timer.start_to_fire_timeout.ToMicroseconds() / 1e6
        return Op("timer", ref=f"timer {timer.timer_id}", seconds=seconds)
    if kind == EventType.EVENT_TYPE_TIMER_CANCELED:
        return Op("cancel", ref=f"timer {event.timer_canceled_event_attributes.timer_id}")
    if kind == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
        activity = event.activity_task_scheduled_event_attributes
        return Op(
            "activity",
            ref=ref,
            name=activity.activity_type.name,
            seconds=activity.start_to_close_timeout.ToMicroseconds() / 1e6,
            heartbeat=activity.heartbeat_timeout.ToMicroseconds() / 1e6,
            data=read(activity.input.payloads[0]),
        )
    if kind == EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
        signal = event.signal_external_workflow_execution_initiated_event_attributes
        return Op("tell", ref=ref, name=signal.workflow_execution.workflow_id, data=read(signal.input.payloads[0]))
    if kind == EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
        fields = event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields
        values = {name: (payload.metadata["type"].decode(), read(payload)) for name, payload in fields.items()}
        return Op("attributes", data=values)
    if kind == EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED:
        memo = event.workflow_properties_modified_event_attributes.upserted_memo.fields
        return Op("memo", data={name: read(payload) for name, payload in memo.items()})
    if kind == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
        return Op("continue")
    if kind == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
        return Op("end", data=read(event.workflow_execution_completed_event_attributes.result.payloads[0]))
    return None


def letters_of(events: Iterable[HistoryEvent]) -> list[Op]:
    """The steps of the mails that a post room sent: for each mail, an activity and the wait for its end."""
    scheduled: dict[int, Op] = {}
    sent: list[Op] = []
    for event in events:
        op = _command(event)
        if op and op.kind == "activity" and op.name == "despatch":
            op.at, op.summary = event.event_time.ToMicroseconds() / 1e6, read(event.user_metadata.summary)
            scheduled[event.event_id] = op
        elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
            done = event.activity_task_completed_event_attributes
            op = scheduled.get(done.scheduled_event_id)
            if op and read(done.result.payloads[0])["fate"] == Fate.SENT.value:
                sent.append(op)
    return sent


def without_post_room(script: Script, letters: list[Op]) -> Script:
    """The script of the same item without post rooms. It sends no signals to them and waits for none of theirs, and
    sends the same mails itself, at the same times."""
    told = {op.ref for op in script.ops if op.kind == "tell" and "/office/" in op.name}
    ops = [op for op in script.ops if op.ref not in told and op.kind != "signal"]
    for number, letter in enumerate(sorted(letters, key=lambda op: op.at)):
        ref = f"mail {number}"
        place = next((i for i, op in enumerate(ops) if op.at > letter.at or op.kind == "end"), len(ops))
        ops[place:place] = [replace(letter, ref=ref), Op("done", ref=ref, at=letter.at)]
    return Script(ops=ops, results=script.results)


def save(folder: Path, workflow_id: str, number: int, script: Script, renamed: tuple[str, str]) -> None:
    """Writes a script for another lane. `renamed` holds the old and the new name, which have the same length. Ids, keys
    and addresses get the new name."""
    text = json.dumps(asdict(script)).replace(*renamed)
    path = _path(folder, workflow_id.replace(*renamed), number)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def load(workflow_id: str, number: int) -> Script:
    """Reads the script of a workflow in a round. The file exists before the round begins, and does not change."""
    data = json.loads(_path(Path(os.environ[SCRIPTS]), workflow_id, number).read_text())
    return Script(ops=[Op(**op) for op in data["ops"]], results=data["results"])


def _path(folder: Path, workflow_id: str, number: int) -> Path:
    return folder / f"{workflow_id.replace('/', '_')}.{number}.json"
