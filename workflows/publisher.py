"""Writes the event of an item into calendars while the item goes on. Only the newest version of the event is
written."""

import asyncio
from collections.abc import Callable
from typing import Generic

from temporalio import workflow

from workflows.starting import run_activity

with workflow.unsafe.imports_passed_through():
    from models.machine.draft import S, Step
    from models.machine.machine import Machine
    from models.messages.calendar_event import Publication
    from models.messages.effects import Publish


class Publisher(Generic[S]):
    """Writes the event of one item into calendars, in a separate task. So a calendar server that does not answer delays
    no letter and no line of the record.

    If a newer version of the event waits, the older one is not written, because calendars keep no history.
    """

    def __init__(self, machine: Machine[S], state: Callable[[], S], keep: Callable[[Step[S]], None]) -> None:
        self._machine = machine
        self._state, self._keep = state, keep
        """`state()` returns the present state of the item. `keep(step)` takes the step that follows if the calendars
        hold a higher SEQUENCE (version number)."""
        self._wanted: Publish | None = None
        self._writing: Publish | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether the separate task is writing to calendars now."""
        return self._task is not None and not self._task.done()

    @property
    def unfinished(self) -> list[Publish]:
        """What the separate task has not written yet, as one effect. Empty if all is written."""
        if self._wanted is not None:
            return [self._wanted.after(self._writing)]
        return [self._writing] if self._writing is not None else []

    def publish(self, publishes: list[Publish]) -> None:
        """Begins to write the newest of these versions. If the task is still writing an older version, it writes this
        one next. Does nothing if the list is empty."""
        if publishes:
            for publish in publishes:
                self._wanted = publish.after(self._wanted)
            if not self.busy:
                self._task = asyncio.create_task(self._write_newest())

    async def _write_newest(self) -> None:
        while self._wanted is not None:
            effect, self._wanted = self._wanted, None
            self._writing = effect
            setup = self._state().setup
            event = self._machine.newest(self._state(), effect.event)
            publication = Publication(
                plan=setup.plan,
                plan_title=setup.plan_title,
                event=event,
                calendars=effect.calendars,
                removed=effect.removed,
                epoch=setup.epoch,
            )
            summary = f"calendar: {event.summary}, {setup.clock.at(event.slot.start.utc)}, {event.status.lower()}"
            sequence = await run_activity("publish", publication, summary, int)
            self._writing = None
            if sequence is not None:
                self._keep(self._machine.outrun(self._state(), event, sequence, workflow.now()))
