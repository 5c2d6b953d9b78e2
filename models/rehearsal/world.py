"""The rehearsal: the same machines and post rooms run over years of virtual time, in memory, with nothing sent.

Items and post rooms are asked at the instants at which they want to be asked, as their workflows ask them. Where the
workflows cost a moment (a signal on its way, a mail in transmission) the rehearsal costs none.
"""

import gc
import heapq
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from models.common.clock import Clock
from models.common.ids import secretariat_id
from models.governance.amended_items import started
from models.governance.launch import Launch
from models.governance.opening import openings
from models.governance.plan_machine import PLAN
from models.governance.plan_state import PlanState, plan_state
from models.machine.door import refuse
from models.machine.draft import Draft, Step
from models.machine.machine import Machine
from models.machine.state import ItemState
from models.messages.acts import Act
from models.messages.effects import (
    Announce,
    Await,
    Effect,
    GiveOrder,
    Open,
    PostRoomAddress,
    ReportUp,
    Resolve,
    words_by_office,
)
from models.messages.views import Refusal
from models.plan.plan import Plan, Window
from models.plan.windows import resolve_windows
from models.post.despatch import Despatch, DespatchResult, Fate
from models.post.hearing import hear_announcement, hear_awaited, hear_settled
from models.post.letter_day import learn_hours, next_instant, wants_hours
from models.post.office_hours import Hours
from models.post.post_room_state import PostRoomState, in_order, keys_of
from models.post.reminders import drop_begun_reminders
from models.post.sending import despatched, drop_unsent_cancellations, next_despatch, said_again, says_the_same
from models.registry import MACHINES

CLASSES = {"progress": "round", "settle": "question", "give-address": "address"}
"""Of notices by their awaited act; all others are rungs."""


class RehearsedNotice(NamedTuple):
    """One notice or announcement that was decided."""

    key: str
    at: datetime
    office: str
    item: str
    session: str | None
    act: str
    rung: int
    kind: str
    """rung, round, question or announcement: `class` in JSON."""
    reason: str


class RehearsedLetter(NamedTuple):
    """One mail: a letter with its notices, or one announcement."""

    at: datetime
    office: str
    notices: tuple[str, ...]
    kind: str = "routine"
    """routine, immediate (a letter before its despatch day) or announcement: `class` in JSON."""


class RefusedAct(NamedTuple):
    at: datetime
    item: str
    act: Act | None
    """None where there was no item to act on."""
    refusal: Refusal


HoursOf = Callable[[PostRoomAddress, datetime], Hours]
"""The hours of an office from an instant on: what the activity answers to its post room."""

Assumption = Callable[["World", str, datetime], Iterator[tuple[datetime, Callable[["World"], Act | None]]]]
"""What offices are assumed to do: asked whenever an item has changed, it gives instants and the acts then done."""


def silent(world: "World", item: str, now: datetime) -> Iterator[tuple[datetime, Callable[["World"], Act | None]]]:
    """Nobody answers anything."""
    return iter(())


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Values form no cycles, and a rehearsal makes many that stay: searching them for garbage again and again would
    cost more than the rehearsal, and the more the longer it is."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class World:
    """One plan with everything that follows it, as it lives through a rehearsal. Without `hours` every office is open
    day and night, and a letter goes as soon as something new is asked."""

    def __init__(self, launch: Launch, assumption: Assumption = silent, hours: HoursOf | None = None) -> None:
        self.now = launch.launched
        self.items: dict[str, ItemState] = {}
        self.rooms: dict[str, PostRoomState] = {}
        self.notices: list[RehearsedNotice] = []
        self.letters: list[RehearsedLetter] = []
        self.refused: list[RefusedAct] = []
        self._kinds: dict[str, str] = {}
        self._assumption = assumption
        self._hours = hours
        self._agenda: list[tuple[datetime, int, str, Any]] = []
        self._count = 0
        self._asked_at: dict[str, datetime | None] = {}
        """When each item, or office, next wants to be asked: an entry of the agenda that says otherwise is stale."""
        self._routine: dict[str, tuple[str, ...]] = {}
        """By post room, what its next letter says where that is what the last one said."""
        self.add(launch)

    # Starting

    def add(self, launch: Launch) -> None:
        """One more plan in the same world, on the same calendar."""
        windows = resolve_windows(launch.plan, launch.launched)
        opening = openings(launch, windows)
        state = plan_state(launch, windows).model_copy(update={"launching": False, "entries": 1})
        draft = Draft(state, self.now)
        started(draft, opening)
        self._start("plan", draft.state)
        for workflow, states in (
            ("questions", opening.questions),  # first, so that they are in the first letter
            ("series", opening.series),
            ("meeting", opening.meetings),
            ("commitment", opening.commitments),
        ):
            for each in states:
                self._start(workflow, each)

    def _start(self, workflow: str, state: ItemState) -> None:
        item = state.setup.id
        self.items[item], self._kinds[item] = state, workflow
        self._ask_at(item, "item", self.now)

    def _push(self, at: datetime, what: str, whom: Any) -> None:
        self._count += 1
        heapq.heappush(self._agenda, (at, self._count, what, whom))

    def _ask_at(self, name: str, what: str, at: datetime | None) -> None:
        if at is not None and self._asked_at.get(name) != at:
            self._push(at, what, name)
        self._asked_at[name] = at

    # Living

    def run(self, until: datetime) -> "World":
        """Everything that comes due before `until`."""
        with without_garbage_collection():
            self._run(until)
        self.now = max(self.now, until)
        return self

    def _run(self, until: datetime) -> None:
        while self._agenda and self._agenda[0][0] < until:
            at, _, what, whom = heapq.heappop(self._agenda)
            self.now = max(self.now, at)
            if what == "act":
                self._act(*whom)
            elif self._asked_at.get(whom) == at:
                self._asked_at[whom] = None
                if what == "item":
                    self._due(whom)
                else:
                    self._post(whom)

    def machine_of(self, item: str) -> Machine[Any]:
        """The machine that decides for an item that has been opened."""
        return MACHINES[self._kinds[item]]

    def plan_act(self, at: datetime, item: str, make: Callable[["World"], Act | None]) -> None:
        """An act that an office will do then, if it can still be made."""
        self._push(at, "act", (item, make))

    def _act(self, item: str, make: Callable[["World"], Act | None]) -> None:
        if item not in self.items:
            refusal = Refusal(code="no-such-item", message="it is not open then")
            self.refused.append(RefusedAct(self.now, item, None, refusal))
            return
        act = make(self)
        if act is None:
            return
        machine, state = MACHINES[self._kinds[item]], self.items[item]
        refused = refuse(machine, state, act, self.now)
        if refused is not None:
            self.refused.append(RefusedAct(self.now, item, act, refused))
            return
        self._take(item, machine.take(state, act, self.now))

    def _due(self, item: str) -> None:
        """As the workflow's loop does: until nothing more is due at this instant."""
        for _ in range(10_000):
            machine, state = MACHINES[self._kinds[item]], self.items[item]
            self._take(item, machine.due(state, self.now))
            moment = machine.next_moment(self.items[item])
            if moment is None or moment.at > self.now:
                return
        raise AssertionError(f"{item} never rests")

    def _take(self, item: str, step: Step[Any]) -> None:
        self.items[item] = step.state
        effects = step.effects
        if effects:
            self._carry_out(item, effects)
        moment = MACHINES[self._kinds[item]].next_moment(self.items[item])
        at = moment.at if moment else None
        # What follows at once (a sleeping item that an act has woken) is decided within this instant.
        self._ask_at(item, "item", at if at is None or at > self.now else self.now)
        if effects:
            for when, make in self._assumption(self, item, self.now):
                self.plan_act(when, item, make)

    def _carry_out(self, item: str, effects: tuple[Effect, ...]) -> None:
        for effect in effects:
            if isinstance(effect, Open):
                self._start(effect.workflow, effect.state)
        self._tell_rooms(item, effects)
        for effect in effects:
            if isinstance(effect, ReportUp):
                self._learn(self.items[item].setup.parent, effect)
            elif isinstance(effect, GiveOrder) and effect.item in self.items:
                machine = MACHINES[self._kinds[effect.item]]
                self._take(effect.item, machine.ordered(self.items[effect.item], effect.order, self.now))
            elif isinstance(effect, Resolve):
                self._resolve(item)

    def _learn(self, parent: str, effect: ReportUp) -> None:
        if parent in self.items and not self.items[parent].closed:
            machine = MACHINES[self._kinds[parent]]
            self._take(parent, machine.learn(self.items[parent], effect.report, self.now))

    def _resolve(self, item: str) -> None:
        state = self.items[item]
        assert isinstance(state, PlanState)
        windows: Mapping[str, tuple[Window, ...]] = resolve_windows(state.plan, state.launch.launched)
        self._take(item, PLAN.resolved(state, windows, self.now))

    @property
    def plan(self) -> Plan:
        return next(state.plan for state in self.items.values() if isinstance(state, PlanState))

    # Post rooms

    def _tell_rooms(self, item: str, effects: tuple[Effect, ...]) -> None:
        setup = self.items[item].setup
        for effect in effects:
            if isinstance(effect, Await):
                self._note_notice(effect, setup.clock)
            elif isinstance(effect, Announce):
                self._note_announcement(effect)
        for office, words in words_by_office(effects).items():
            name = secretariat_id(setup.plan, office)
            room = self.rooms.get(name) or self._new_room(setup.post_room(office))
            for announcement in words.announce:
                room = hear_announcement(room, announcement, self.now)
            for notice in words.awaited:
                room = hear_awaited(room, notice, self.now)
            for settle in words.settled:
                room = hear_settled(room, settle, self.now)
            self._routine.pop(name, None)
            self._keep_room(name, room)

    def _new_room(self, address: PostRoomAddress) -> PostRoomState:
        if self._hours is None:
            address = address.model_copy(update={"side": ""})  # such a post room keeps no hours
        return PostRoomState(address=address)

    def _keep_room(self, name: str, room: PostRoomState) -> None:
        if room.pending:
            room = room.model_copy(update={"pending": ()})  # what its own record has taken
        self.rooms[name] = room
        self._ask_at(name, "room", next_instant(room, self.now))

    def _post(self, name: str) -> None:
        room = self.rooms[name]
        if self._hours is not None and wants_hours(room, self.now):
            room = learn_hours(room, self._hours(room.address, self.now))
            self._routine.pop(name, None)
        keys = self._routine.get(name)
        if keys is not None:
            self.letters.append(RehearsedLetter(self.now, room.address.office, keys))
            self.rooms[name] = room = said_again(room, self.now)
            self._ask_at(name, "room", room.letter_at)  # an opening, and nothing else is due
            return
        while True:
            room = drop_begun_reminders(drop_unsent_cancellations(room, self.now), self.now)
            despatch = next_despatch(room, self.now)
            if despatch is None:
                break
            room = self._send(room, despatch)
        if says_the_same(room):
            self._routine[name] = tuple(each.notice.key for each in in_order(room))
        self._keep_room(name, room)

    def _send(self, room: PostRoomState, despatch: Despatch) -> PostRoomState:
        kind = "announcement" if despatch.announcement else "immediate" if despatch.immediate else "routine"
        self.letters.append(RehearsedLetter(self.now, despatch.office, keys_of(despatch), kind))
        return despatched(room, despatch, DespatchResult(fate=Fate.SENT), self.now).state

    def _note_notice(self, effect: Await, clock: Clock) -> None:
        notice = effect.notice
        before = f" after {len(notice.asked_before)} below" if notice.asked_before else ""
        self.notices.append(
            RehearsedNotice(
                key=notice.key,
                at=notice.at,
                office=notice.office,
                item=notice.item,
                session=_session(self.items.get(notice.item)),
                act=notice.verb,
                rung=notice.rung,
                kind=CLASSES.get(notice.verb, "rung"),
                reason=f"{notice.act}: awaited since {clock.day(notice.since)}{before}",
            )
        )

    def _note_announcement(self, effect: Announce) -> None:
        word = effect.announcement
        self.notices.append(
            RehearsedNotice(
                key=word.key,
                at=word.at,
                office=word.office,
                item=word.item,
                session=_session(self.items.get(word.item)),
                act=word.kind.value,
                rung=1,
                kind="announcement",
                reason=word.text,
            )
        )


def _session(state: ItemState | None) -> str | None:
    return state.setup.session if state else None
