"""What is delivered in memory before a new engine starts: what was on its way, once, and nothing else."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest

from models.governance.launch import Launch
from models.items.meeting import MEETING
from models.machine.state import Closure, ItemState
from models.messages.effects import Announce, Await, Effect, Enter, GiveOrder, LookForObjections, Order, Resolve, Settle
from models.messages.kept_state import full_state
from models.post.despatch import Despatch
from models.post.post_room_state import PostRoomState
from models.post.sending import next_despatch
from models.rehearsal.assumptions import assumption_of
from models.rehearsal.world import Assumption, World
from models.reopening.kept_effects import EFFECTS, kept
from models.reopening.reopening import KeptItem, KeptMail, KeptRoom, Missing, Reopening, item_of, with_missing_lines
from tests.support.builders import DAY, START, launch_of, obligation, plan_of
from tests.support.rounds import ROUND

ANNUAL = {"cadence": "annual", "window": {"by": "year", "first": 2026, "last": 2028}, "host_rule": "rotating"}


class Interrupted(World):
    """A world that is lost again and again, while the effects of a step are on their way."""

    def __init__(self, launch: Launch, assumption: Assumption) -> None:
        self.checked: Counter[str] = Counter()
        self.told: dict[str, set[str]] = {}
        self.carried: list[Effect] | None = None
        self.said: dict[str, tuple[Effect, ...]] = {}
        """What each item told post rooms in its last step."""
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
            again = self._check(item, effects, self.items, self.rooms, self.told)
            assert again.delivered == [], "it had arrived"
        # Long after the last step of the item, its state still names what it told then.
        if said := self.said.get(item):
            late = reopening_of(items, self._kinds, rooms, told, {item: said}, self.now)
            assert late.delivered == [], "it was sent, or it was withdrawn"
        self.said[item] = tuple(each for each in effects if isinstance(each, Announce | Await))
        self.carried = None

    def _check(
        self,
        item: str,
        effects: tuple[Effect, ...],
        items: dict[str, ItemState],
        rooms: dict[str, PostRoomState],
        told: dict[str, set[str]],
    ) -> Reopening:
        found = reopening_of(items, self._kinds, rooms, told, {item: effects}, self.now)
        for name, state in self.items.items():
            assert bare(found.items[name]) == bare(state), (name, effects)
        for name, room in self.rooms.items():
            assert found.rooms[name].standing.keys() == room.standing.keys(), name
            assert [each.key for each in found.rooms[name].queue] == [each.key for each in room.queue], name
        self.checked.update(type(effect).__name__ for effect in effects)
        return found


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


def world_of(*obligations: dict[str, Any], **more: Any) -> World:
    """A plan on the day after its launch."""
    world = World(launch_of(plan_of(*obligations, **more), epoch=1))
    return world.run(START + DAY)


def kept_world(world: World) -> dict[str, KeptItem]:
    return {name: KeptItem(world._kinds[name], state) for name, state in world.items.items()}


ROOM = "t/office/lao-moc"


def waiting() -> tuple[World, PostRoomState, Despatch]:
    """A post room before its first letter, and the despatch of this letter."""
    world = World(launch_of(plan_of(obligation("m")), epoch=1))
    world.run(START + timedelta(microseconds=1))
    room = world.rooms[ROOM]
    assert room.letter_at is not None
    found = next_despatch(room, room.letter_at)
    assert found is not None
    return world, room, found.model_copy(update={"epoch": 1})


def test_a_mail_that_went_counts_as_sent_and_its_item_learns_it() -> None:
    world, room, found = waiting()
    rooms = {ROOM: KeptRoom(room, (KeptMail(found, "<1@x.example>", "d" * 64),))}
    opened = Reopening(kept_world(world), rooms, (), 2, found.at)
    after = opened.rooms_to_start()[ROOM]
    assert all(each.sent for each in after.standing.values()) and after.composed == room.composed + 1
    assert after.address.epoch == 2 and next_despatch(after, found.at) is None
    [line] = after.pending
    assert line.data["message_id"] == "<1@x.example>" and line.data["letter"] == "d" * 64
    [asked] = [each for each in opened.to_start()["t/m"].state.open_acts if each.side == "LAO"]
    assert asked.went == {1: found.at}
    assert opened.delivered == ["the mail <1@x.example> to lao-moc"] and opened.uncertain == []


def test_a_mail_of_which_nobody_knows_goes_again_with_the_same_key() -> None:
    world, room, found = waiting()
    opened = Reopening(kept_world(world), {ROOM: KeptRoom(room, (KeptMail(found, None),))}, (), 2, found.at)
    again = next_despatch(opened.rooms_to_start()[ROOM], found.at + DAY)
    assert again is not None and again.key == found.key and again.epoch == 2, "an old epoch would be refused"
    assert opened.uncertain == [found.key]


def test_an_open_item_without_a_state_is_named_and_nothing_is_opened() -> None:
    world = world_of(obligation("s", kind="meeting_series", **ANNUAL))
    items = kept_world(world)
    del items["t/s/2026"]
    with pytest.raises(Missing) as caught:
        Reopening(items, {}, (), 2, world.now)
    assert caught.value.items == ["t/s/2026"]
    assert Reopening(items, {}, ("t/s/2026",), 2, world.now), "its record is closed"


def test_an_item_of_the_launch_that_had_decided_nothing_begins_as_at_the_launch() -> None:
    world = world_of(obligation("m"), obligation("c", kind="instrument"))
    items = kept_world(world)
    del items["t/c"]
    opened = Reopening(items, {}, (), 2, world.now)
    begun = opened.to_start()["t/c"]
    assert begun.workflow == "commitment" and not begun.state.entries and begun.state.setup.epoch == 2
    assert opened.delivered == ["the opening of t/c"]


def test_lines_that_a_crash_kept_out_of_the_record_are_written_first() -> None:
    lines = [{"n": n, "at": "2026-01-01T00:00:00Z", "verb": "note", "text": "x"} for n in (1, 2, 3)]
    effects = with_missing_lines((Settle(office="o", item="t/m"),), lines, 1)
    assert [type(each) for each in effects] == [Enter, Enter, Settle]
    assert [each.entry.n for each in effects if isinstance(each, Enter)] == [2, 3]
    assert with_missing_lines((Enter.model_validate({"entry": lines[0]}),), (), 1) == (), "it is in the record"


def test_a_closed_item_with_nothing_left_to_do_is_not_opened() -> None:
    world = world_of(obligation("m"))
    closed = Closure(status="closed", at=START)
    items = kept_world(world)
    state = items["t/m"].state.model_copy(update={"closed": closed})
    assert "t/m" not in Reopening({**items, "t/m": KeptItem("meeting", state)}, {}, (), 2, world.now).to_start()
    last = Enter.model_validate({"entry": {"n": 9, "at": START, "verb": "view", "text": "x"}})
    kept_item = KeptItem("meeting", state, (last,))
    assert Reopening({**items, "t/m": kept_item}, {}, (), 2, world.now).to_start()["t/m"].pending == (last,)


def test_every_effect_comes_back_as_it_was_kept() -> None:
    assert set(EFFECTS.values()) == set(get_args(Effect))


@pytest.mark.parametrize("obeyed", [False, True])
def test_an_order_is_obeyed_once(obeyed: bool) -> None:
    world = world_of(obligation("m"))
    order = Order(changes={"title": "Another title"}, text="by amendment 1", announce=True, at=world.now)
    items = kept_world(world)
    if obeyed:
        step = MEETING.ordered(items["t/m"].state, order, world.now)
        items["t/m"] = KeptItem("meeting", step.state)
    items["t"] = items["t"]._replace(pending=(GiveOrder(item="t/m", order=order),))
    opened = Reopening(items, {}, (), 2, world.now)
    after = opened.to_start()["t/m"]
    assert after.state.setup.title == "Another title"
    assert [line.verb for line in after.state.ledger].count("amended") == 1
    assert opened.delivered == ([] if obeyed else ["the order to t/m: by amendment 1"])
    assert sum(len(room.queue) for room in opened.rooms.values()) == (0 if obeyed else 2)
