"""Keeps the state of a workflow in the record, together with the lines of its decisions."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from temporalio import workflow

from workflows.starting import run_activity

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel

    from models.messages.kept_state import Entered, StateUpdate, changed_fields, full_state, parts_of, state_changes
    from models.messages.record_lines import LineMark, RecordEntries
    from models.messages.views import LedgerEntry

T = TypeVar("T", bound=BaseModel)

LARGE = 1_400_000
"""The most bytes of JSON that one call of `enter` carries. A Temporal payload holds at most 2 MB."""

PART = 1_000_000
"""The most bytes of effects that one call keeps aside."""

MANY = 10
"""A call with no more effects than this, and without a full state, is not measured."""


class Keeper(Generic[T]):
    """Gives the state of one workflow to the activity `enter`: in full the first time in each run, and later as
    changes."""

    def __init__(self, kind: str, *left_out: str) -> None:
        self._kind = kind
        self._left_out = left_out
        self._kept: T | None = None
        self._serial = ""
        self._number = 0
        self.pending = False
        """Whether the last state was kept with effects that must not be repeated, and that are carried out since."""
        self.publishing = False
        """Whether the last state was kept with an event that was not in the calendars yet."""

    def differs(self, state: T) -> bool:
        """Whether a state may differ from the last one that was kept."""
        kept = self._kept
        return kept is None or (kept is not state and bool(changed_fields(kept, state, *self._left_out)))

    async def enter(
        self,
        entries: RecordEntries,
        state: T,
        pending: Sequence[dict[str, Any]],
        summary: str,
    ) -> None:
        """Writes lines and the state after them into the record. `pending` are the effects that follow, as JSON."""
        update = self._update(state, pending)
        # Only a full state, or many effects, can be too large for one call.
        if (update.base == "" or len(pending) > MANY) and _size(entries) + _size(update) > LARGE:
            await self._enter_in_parts(entries, state, update, summary)
        else:
            await self._enter(entries, state, update, summary)

    async def _enter(self, entries: RecordEntries, state: T, update: StateUpdate, summary: str) -> None:
        done = await self._run(entries.model_copy(update={"state": update}), summary)
        if not done.kept:  # the record holds another state, because Temporal or the record was put back
            self._kept = None
            update = self._update(state, update.pending)
            await self._run(entries.model_copy(update={"state": update}), summary)
        self._kept, self._serial = state, update.serial

    async def _enter_in_parts(self, entries: RecordEntries, state: T, update: StateUpdate, summary: str) -> None:
        """Keeps lines and effects aside, in calls that are not too large, then writes the state, and then the lines."""
        lines = [{"effect": "enter", "entry": line} for line in entries.lines]
        for part in parts_of((*lines, *update.pending), PART):
            aside = StateUpdate(workflow=self._kind, serial=self._next(), state={}, pending=part, staged=True)
            await self._run(entries.model_copy(update={"lines": (), "state": aside}), summary)
        await self._enter(
            entries.model_copy(update={"lines": ()}), state, update.model_copy(update={"pending": ()}), summary
        )
        if entries.lines:
            await self._run(entries, summary)

    def _update(self, state: T, pending: Sequence[dict[str, Any]]) -> StateUpdate:
        if self._kept is None:
            told, base = full_state(state, *self._left_out), ""
        else:
            told, base = state_changes(self._kept, state, *self._left_out), self._serial
        return StateUpdate(workflow=self._kind, serial=self._next(), base=base, state=told, pending=tuple(pending))

    def _next(self) -> str:
        """The name of the next state."""
        self._number += 1
        return f"{workflow.info().run_id}/{self._number}"

    async def _run(self, entries: RecordEntries, summary: str) -> Entered:
        done: Entered | None = await run_activity("enter", entries, summary, Entered)
        return done or Entered()


def _size(model: BaseModel) -> int:
    return len(model.model_dump_json().encode())


def lines_of(entries: Sequence[LedgerEntry]) -> tuple[dict[str, Any], ...]:
    """Returns lines for the record, as JSON."""
    return tuple(entry.model_dump(mode="json") for entry in entries)


def entries_of(
    plan: str, item: str, epoch: int, lines: Sequence[LedgerEntry], previous: LineMark | None = None
) -> RecordEntries:
    """Returns lines for the record of an item, without a state."""
    return RecordEntries(plan=plan, item=item, lines=lines_of(lines), previous=previous, epoch=epoch)
