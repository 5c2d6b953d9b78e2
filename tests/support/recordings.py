"""Machines that record each of their steps, as workflows do."""

from typing import Any

from models.common.values import Instant
from models.items.meeting import MEETING
from models.machine.awaited_record import with_awaited
from models.machine.draft import Step
from models.messages import acts
from models.report.item_record import Known, hear_all
from tests.support.builders import Player, obligation, opened, plan_of
from tests.support.progress import entries


class Recording:
    """Runs a machine as a workflow does, and records each step."""

    def __init__(self, machine: Any) -> None:
        self._machine = machine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._machine, name)

    def due(self, state: Any, now: Instant) -> Step[Any]:
        return with_awaited(self._machine, state, self._machine.due(state, now), now)

    def take(self, state: Any, act: acts.Act, now: Instant) -> Step[Any]:
        return with_awaited(self._machine, state, self._machine.take(state, act, now), now)


def player(machine: Any, state: Any) -> Player:
    return Player(Recording(machine), state)  # type: ignore[arg-type]


def known(of: Player, at: Instant | None = None) -> Known:
    """What the record says, up to an instant."""
    return hear_all(line for line in entries(of) if at is None or line.at <= at)


def the_meeting(**more: Any) -> Player:
    return player(MEETING, opened(plan_of(obligation(**more))).meetings[0])
