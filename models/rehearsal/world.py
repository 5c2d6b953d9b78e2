"""The rehearsal: runs the machines and the post rooms in memory, over years of virtual time. A rehearsal sends no mail.

An agenda holds the instants at which an item or a post room must decide. The rehearsal goes from one instant to the
next, as the workflows would do. Signals and mails arrive at the instant at which they are sent.
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
    LookForObjections,
    Objections,
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
from models.post.hearing import hear
from models.post.letter_day import learn_hours, next_instant, wants_hours
from models.post.office_hours import Hours
from models.post.post_room_state import Delivered, PostRoomState, in_order, keys_of
from models.post.reminders import drop_begun_reminders
from models.post.sending import despatched, drop_unsent_cancellations, next_despatch, said_again, says_the_same
from models.registry import MACHINES

CLASSES = {"progress": "round", "settle": "question", "give-address": "address"}
"""The kind of a notice, by its awaited act. For all other acts, the notice has the kind `rung`."""


class RehearsedNotice(NamedTuple):
    """One notice or announcement that an item gave to a post room in the rehearsal."""

    key: str
    """The key of the notice or announcement, as in `RehearsedLetter.notices`."""
    at: datetime
    office: str
    item: str
    session: str | None
    """The name of the session, for example "2026". None if the item is not a session."""
    act: str
    """The awaited act, or the kind of the announcement."""
    rung: int
    """The number of the office's rung on the ladder, from 1. Always 1 for an announcement."""
    kind: str
    """rung, round, question or address for a notice, and announcement for an announcement. In JSON this field is
    `class`."""
    reason: str
    """For a notice: since when the act is awaited, in words. For an announcement: its text."""


class RehearsedLetter(NamedTuple):
    """One mail in the rehearsal: a letter with its notices, or one announcement."""

    at: datetime
    office: str
    notices: tuple[str, ...]
    """The keys of the notices and reminders in the letter, or the key of the announcement."""
    kind: str = "routine"
    """routine, immediate (a letter that goes before the despatch day) or announcement. In JSON this field is
    `class`."""


class RefusedAct(NamedTuple):
    """An act that an item refused in the rehearsal."""

    at: datetime
    item: str
    act: Act | None
    """The refused act. None if the item was not open at that instant, so that no act was made."""
    refusal: Refusal


HoursOf = Callable[[PostRoomAddress, datetime], Hours]
"""A function that takes a post room and an instant, and returns the office hours from that instant on. In a rehearsal
it replaces the activity `hours`."""

Assumption = Callable[["World", str, datetime], Iterator[tuple[datetime, Callable[["World"], Act | None]]]]
"""A function that says what offices are assumed to do. The rehearsal calls it after an item has changed, with the
world, the item and the instant. It yields instants, each with a function that makes the act of an office at that
instant."""


def silent(world: "World", item: str, now: datetime) -> Iterator[tuple[datetime, Callable[["World"], Act | None]]]:
    """The assumption that no office ever acts. Returns an iterator without acts."""
    return iter(())


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Turns Python's garbage collector off inside a `with` block.

    A rehearsal keeps the many values that it makes, and these values form no cycles. The collector would find nothing
    to free, and would take longer than the rehearsal itself.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class World:
    """One rehearsal: a plan with its items and post rooms, and everything that these have decided so far.

    If `hours` is None, every office is always open. Then a letter goes as soon as a new notice comes.
    """

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
        """The instant at which each item or post room must next decide, by its id. The agenda may hold other instants
        for the same id. These are out of date."""
        self._routine: dict[str, tuple[str, ...]] = {}
        """The keys of the next letter, by post room. Only for post rooms whose next letter will repeat the last one."""
        self.add(launch)

    # Starting

    def add(self, launch: Launch) -> None:
        """Launches one more plan in the rehearsal. The items of the plan decide for the first time at the current
        instant."""
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
        """Runs the rehearsal up to the instant `until`, and returns it. Does not do what is due at `until` itself."""
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
            elif what == "delivered":
                self._deliver(whom)
            elif self._asked_at.get(whom) == at:
                self._asked_at[whom] = None
                if what == "item":
                    self._due(whom)
                else:
                    self._post(whom)

    def machine_of(self, item: str) -> Machine[Any]:
        """Returns the machine that decides for an item. Raises KeyError if the rehearsal has not opened the item."""
        return MACHINES[self._kinds[item]]

    def plan_act(self, at: datetime, item: str, make: Callable[["World"], Act | None]) -> None:
        """Plans an act of an office for the instant `at`. At that instant the rehearsal calls `make`, which returns the
        act, or None if the office does not act."""
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

    def _deliver(self, word: Delivered) -> None:
        """Tells an item that a post room has sent the mail with the item's announcement."""
        if word.item in self.items:
            machine, state = MACHINES[self._kinds[word.item]], self.items[word.item]
            self._take(word.item, machine.delivered(state, word.key, word.at, self.now))

    def _due(self, item: str) -> None:
        """Lets an item decide until nothing more is due at this instant, as the loop of the item's workflow does."""
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
        # If an act has woken the item, what follows is decided at this same instant.
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
            elif isinstance(effect, LookForObjections):  # in a rehearsal nobody writes letters
                machine = MACHINES[self._kinds[item]]
                self._take(item, machine.looked(self.items[item], Objections(since=effect.since), self.now))

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
        """The plan as it is in force now in the rehearsal. If the rehearsal has several plans, this is the first
        one."""
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
            self._routine.pop(name, None)
            self._keep_room(name, hear(room, words, self.now))

    def _new_room(self, address: PostRoomAddress) -> PostRoomState:
        if self._hours is None:
            address = address.model_copy(update={"side": ""})  # such a post room keeps no hours
        return PostRoomState(address=address)

    def _keep_room(self, name: str, room: PostRoomState) -> None:
        if room.pending:
            room = room.model_copy(update={"pending": ()})  # a rehearsal keeps no record of post rooms
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
            self._ask_at(name, "room", room.letter_at)  # the office is open then, and nothing else is due
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
        step = despatched(room, despatch, DespatchResult(fate=Fate.SENT), self.now)
        for effect in step.effects:
            if isinstance(effect, Delivered):
                self._push(self.now, "delivered", effect)
        return step.state

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
