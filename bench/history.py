"""Reads histories: counts events, billable actions and commands."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client

_COMMANDS = {
    EventType.EVENT_TYPE_TIMER_STARTED: "timers",
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: "activities",
    EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED: "signals",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED: "updates",
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: "attribute upserts",
    EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED: "memo upserts",
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED: "workflow tasks",
}
_ACTIONS = {
    # A continued run begins with a start event, so this also counts Continue-As-New.
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED,
    # A child counts twice: here, when its parent asks for it, and above, when it starts.
    EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED,
    EventType.EVENT_TYPE_TIMER_STARTED,
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
    # Counted at the receiver, so that each signal of a client or of a workflow counts once.
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
}
_CLOSING = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: 1,
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED: -1,
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED: 1,
    EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED: -1,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED: -1,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT: -1,
}


@dataclass
class Tally:
    """The counts of a part of one or more histories."""

    events: int = 0
    actions: int = 0
    """The number of billable actions, by the rule in docs/benchmark.md."""
    commands: Counter[str] = field(default_factory=Counter)

    def add(self, events: Iterable[HistoryEvent], asks: bool) -> "Tally":
        """Adds the events of a history. `asks`: its activity `despatch` asks the post room, and that query counts
        too."""
        for event in events:
            self.events += 1
            if event.event_type in _COMMANDS:
                self.commands[_COMMANDS[event.event_type]] += 1
            if event.event_type in _ACTIONS:
                self.actions += 1
            elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
                self.actions += event.activity_task_started_event_attributes.attempt
            elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                mail = event.activity_task_scheduled_event_attributes.activity_type.name == "despatch"
                self.commands["mails"] += int(mail)
                self.actions += int(mail and asks)
        return self


class Tail:
    """Reads the history of one workflow id, over all its runs, in pieces."""

    def __init__(self, client: Client, workflow_id: str) -> None:
        self.id = workflow_id
        self._client = client
        self._run: str | None = None
        self._read = 0

    async def fresh(self) -> list[HistoryEvent]:
        """The events since the last call."""
        handle = self._client.get_workflow_handle(self.id)
        self._run = self._run or (await handle.describe()).run_id
        found: list[HistoryEvent] = []
        while True:
            handle = self._client.get_workflow_handle(self.id, run_id=self._run)
            events = [event async for event in handle.fetch_history_events()]
            found += events[self._read :]
            self._read = len(events)
            last = events[-1]
            if last.event_type != EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
                return found
            self._run = last.workflow_execution_continued_as_new_event_attributes.new_execution_run_id
            self._read = 0


def quiet(events: Iterable[HistoryEvent]) -> bool:
    """Whether no activity and no workflow task is running at the end of these events."""
    return sum(_CLOSING.get(event.event_type, 0) for event in events) == 0
