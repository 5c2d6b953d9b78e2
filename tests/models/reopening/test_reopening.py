"""What is delivered in memory before a new engine starts: what was on its way, once, and nothing else."""

from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from models.governance.launch import Launch
from models.machine.state import ItemState
from models.messages.effects import Effect, LookForObjections, Resolve
from models.messages.kept_state import full_state
from models.post.post_room_state import PostRoomState
from models.rehearsal.assumptions import assumption_of
from models.rehearsal.world import Assumption, World
from models.reopening.kept_effects import kept
from models.reopening.reopening import KeptRoom, Reopening, item_of
from tests.support.builders import DAY, START, launch_of, obligation, plan_of
from tests.support.rounds import ROUND

ANNUAL = {"cadence": "annual", "window": {"by": "year", "first": 2026, "last": 2028}, "host_rule": "rotating"}


class Interrupted(World):
    """A world that is lost again and again, while the effects of a step are on their way."""

    def __init__(self, launch: Launch, assumption: Assumption) -> None:
        self.checked: Counter[str] = Counter()
        self.told: dict[str, set[str]] = {}
        self.carried: list[Effect] | None = None
        super().__init__(launch, assumption)

    def _keep_room(self, name: str, room: PostRoomState) -> None:
        self.told.setdefault(name, set()).update(entry.data["key"] for entry in room.pending)
        super()._keep_room(name, room)

    def _carry_out(self, item: str, effects: tuple[Effect, ...]) -> None:
        if self.carried is not None:  # what follows from a step
            self.carried += effects
            super()._carry_out(item, effects)
            return
        items, rooms = dict(self.items), dict(self.rooms)
        told = {name: set(keys) for name, keys in self.told.items()}
        self.carried = list(effects)
        super()._carry_out(item, effects)
        if not any(isinstance(each, Resolve | LookForObjections) for each in self.carried):
            # Nothing of the step has arrived. Or all has arrived, and its sender does not know it.
            self._check(item, effects, items, rooms, told)
            self._check(item, effects, self.items, self.rooms, self.told)
        self.carried = None

    def _check(
        self,
        item: str,
        effects: tuple[Effect, ...],
        items: dict[str, ItemState],
        rooms: dict[str, PostRoomState],
        told: dict[str, set[str]],
    ) -> None:
        found = reopening_of(items, self._kinds, rooms, told, {item: effects}, self.now)
        for name, state in self.items.items():
            assert bare(found.items[name]) == bare(state), (name, effects)
        for name, room in self.rooms.items():
            assert found.rooms[name].standing.keys() == room.standing.keys(), name
            assert [each.key for each in found.rooms[name].queue] == [each.key for each in room.queue], name
        self.checked.update(type(effect).__name__ for effect in effects)


def bare(state: ItemState) -> dict[str, Any]:
    """A state without its lines, of which the rehearsal makes fewer, and without the epoch."""
    setup = state.setup.model_copy(update={"epoch": 0})
    return state.model_copy(update={"ledger": (), "entries": 0, "setup": setup}).model_dump()


def reopening_of(
    items: dict[str, ItemState],
    kinds: dict[str, str],
    rooms: dict[str, PostRoomState],
    told: dict[str, set[str]],
    pending: dict[str, tuple[Effect, ...]],
    now: datetime,
) -> Reopening:
    """Opens a plan again. Everything goes through JSON, as the record holds it."""
    kept_items = {
        name: item_of(kinds[name], full_state(state, "reopened"), kept(pending.get(name, ())))
        for name, state in items.items()
    }
    kept_rooms = {
        name: KeptRoom(PostRoomState.model_validate(full_state(room, "hours")), (), frozenset(told.get(name, ())))
        for name, room in rooms.items()
    }
    return Reopening(kept_items, kept_rooms, (), 2, now)


@pytest.mark.parametrize("assume", ["on-time", "random:1"])
def test_what_a_step_tells_arrives_once_whenever_the_engine_is_lost(assume: str) -> None:
    plan = plan_of(
        obligation("s", kind="meeting_series", readings={"first_host": {"chosen": "LAO"}}, **ANNUAL),
        obligation(
            "u", kind="meeting_series", readings={"first_host": {"chosen": None, "others": ["LAO", "KHM"]}}, **ANNUAL
        ),
        obligation("m"),
        obligation("c", kind="instrument"),
        obligation("p", kind="standing", cadence="continuous", window=None),
        silence="P14D",
        round=ROUND,
        round_closes="P30D",
    )
    world = Interrupted(launch_of(plan, epoch=1), assumption_of(assume))
    world.run(START + 600 * DAY)
    assert {"Announce", "Await", "Settle", "ReportUp", "Open"} <= world.checked.keys()
