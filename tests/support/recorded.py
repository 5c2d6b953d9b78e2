"""A plan that runs in memory and keeps its record, as its workflows do. It can replace all texts of the record by
meaningless words."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from models.governance.opening import openings
from models.items.past_sessions import adopted_entries
from models.items.turns import Turns
from models.machine.awaited_record import with_awaited
from models.machine.draft import Step
from models.messages.effects import Effect, Enter, EnterElsewhere
from models.messages.views import ItemRow, LedgerEntry
from models.post.post_room_state import PostRoomState
from models.registry import MACHINES
from models.rehearsal.world import World
from models.report.facts import Facts, ItemFact, SeriesFact
from models.report.item_record import hear_all
from tests.support.worlds import Life

Record = Mapping[str, tuple[LedgerEntry, ...]]
"""The lines of the record, by item."""


class RecordingWorld(World):
    """A world that keeps the lines of the record. In the program the activity `enter` writes them."""

    def __init__(self, *given: Any, **more: Any) -> None:
        self.lines: dict[str, list[LedgerEntry]] = {}
        super().__init__(*given, **more)

    def _take(self, item: str, step: Step[Any]) -> None:
        step = with_awaited(MACHINES[self._kinds[item]], self.items[item], step, self.now)
        super()._take(item, step)

    def _carry_out(self, item: str, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, Enter):
                self.lines.setdefault(item, []).append(effect.entry)
            elif isinstance(effect, EnterElsewhere):
                self.lines.setdefault(effect.item, []).extend(effect.entries)
        super()._carry_out(item, effects)

    def _keep_room(self, name: str, room: PostRoomState) -> None:
        self.lines.setdefault(name, []).extend(room.pending)
        super()._keep_room(name, room)


class RecordedLife(Life):
    """A life with its record."""

    world: RecordingWorld
    world_type = RecordingWorld

    @property
    def record(self) -> Record:
        """The records of the plan and its items, also of sessions before the launch. Post rooms are left out."""
        launch = self.plan.launch
        past = openings(launch, self.plan.windows).past
        adopted = {item.setup.id: adopted_entries(item, known, launch.launched) for item, known in past}
        return {**adopted, **{item: tuple(own) for item, own in self.world.lines.items() if "/office/" not in item}}

    def rows(self) -> list[ItemRow]:
        """The rows that Temporal lists."""
        return [self.machine(item).row(state) for item, state in self.world.items.items() if not state.closed]

    def facts(self, record: Record, at: datetime, rows: Iterable[ItemRow] = (), current: bool = False) -> Facts:
        """The facts for a report, gathered as the command `report` does."""
        state, by_id = self.plan, {row.id: row for row in rows}
        heard = {item: tuple(line for line in own if line.at <= at) for item, own in record.items()}
        told = {item: hear_all(own).turns for item, own in heard.items()}
        return Facts(
            launched=state.launch.launched,
            clock=state.launch.clock,
            current=current,
            awaited_recorded=True,
            valid_until=state.launch.valid_until,
            windows=state.windows,
            items=tuple(
                ItemFact(id=item, entries=record.get(item, ()), row=by_id.get(item))
                for item in dict.fromkeys((*record, *by_id))
            ),
            series=tuple(
                SeriesFact(id=item, hosting=Turns.model_validate(own), next=str(own["next"]))
                for item, own in told.items()
                if own
            ),
            amendments=state.amendments,
            settlements=state.settlements,
        )


def gibberish(line: LedgerEntry) -> LedgerEntry:
    """The same line with meaningless words as its text."""
    return line.model_copy(update={"text": f"~{line.n}~"})


def in_gibberish(record: Record) -> Record:
    return {item: tuple(map(gibberish, own)) for item, own in record.items()}
