"""Opens a plan again from the states that its record holds, while no engine runs.

Each state was kept at its own instant. So what one workflow has told another one may be on record with the sender, and
not with the receiver. This module delivers it in memory, before the new engine starts: by the same machines, and each
message once. What is left for the new engine are the effects that only activities can carry out.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pydantic import JsonValue

from models.common.ids import secretariat_id
from models.common.values import Instant
from models.governance.opening import openings
from models.governance.plan_state import PlanState
from models.items.series_state import SeriesState
from models.machine.awaited_record import with_awaited
from models.machine.draft import Draft, Step
from models.machine.setup import EDITION
from models.machine.state import ItemState
from models.messages.effects import (
    Announce,
    Await,
    Effect,
    Enter,
    GiveOrder,
    ItemReport,
    Open,
    Order,
    ReportUp,
    Settle,
    words_by_office,
)
from models.post.despatch import Despatch, DespatchResult, Fate
from models.post.hearing import hear
from models.post.post_room_state import Delivered, Outgoing, PostRoomState, Returned
from models.post.sending import despatched
from models.registry import MACHINES, STATES
from models.reopening.kept_effects import effects_of


class KeptItem(NamedTuple):
    """An item as the record holds it."""

    workflow: str
    state: ItemState
    pending: tuple[Effect, ...] = ()
    """What the item was to do next, oldest first. The earlier engine may have done it or not."""


class KeptMail(NamedTuple):
    """A mail that a post room began to send after its state was kept."""

    despatch: Despatch
    message_id: str | None
    """The Message-ID with which a note says that the mail was sent. None if no note says so: nobody knows whether it
    was sent."""
    letter: str = ""
    """The SHA-256 of the archived mail. Empty if it is not known."""


class KeptRoom(NamedTuple):
    """A post room as the record holds it."""

    state: PostRoomState
    mails: tuple[KeptMail, ...] = ()
    told: frozenset[str] = frozenset()
    """The keys of the notices and announcements of which the record of the post room tells."""


class Missing(Exception):
    """The record does not hold the states of all items. `items` names those whose state is missing."""

    def __init__(self, items: Iterable[str]) -> None:
        self.items = sorted(items)
        super().__init__(f"the record holds no state of {', '.join(self.items)}")


def item_of(workflow: str, state: Mapping[str, Any], pending: Iterable[dict[str, Any]]) -> KeptItem:
    """Returns an item from its state and its effects as JSON. Raises ValueError or KeyError if this release cannot read
    them."""
    fields = dict(state)
    if workflow == "plan":
        fields["launch"] = {**fields["launch"], "plan": fields["plan"]}
    return KeptItem(workflow, STATES[workflow].model_validate(fields), tuple(effects_of(pending)))


class Reopening:
    """The items and post rooms of one plan in memory, until the new engine starts them.

    `ended` are the ids of the items whose record is closed. Raises Missing if an open item has no state.
    """

    def __init__(
        self,
        items: Mapping[str, KeptItem],
        rooms: Mapping[str, KeptRoom],
        ended: Iterable[str],
        epoch: int,
        now: Instant,
    ) -> None:
        self.now = now
        self.epoch = epoch
        self.items = {name: kept.state for name, kept in items.items()}
        self.kinds = {name: kept.workflow for name, kept in items.items()}
        self.rooms = {name: kept.state for name, kept in rooms.items()}
        self.pending: dict[str, list[Effect]] = {name: [] for name in items}
        """What the workflow of each item carries out first: lines, events, windows, a look into the inbox."""
        self.delivered: list[str] = []
        """What was on its way when the earlier engine was lost, in words: one line for each message."""
        self.uncertain: list[str] = []
        """The keys of the mails that go once more with the same bytes and the same Message-ID, because nobody knows if
        they were sent."""
        self._told = {name: kept.told for name, kept in rooms.items()}
        self._ended = frozenset(ended)
        self._complete_launch()
        for effect in (each for kept in items.values() for each in kept.pending):
            if isinstance(effect, Open):
                self._start(effect)
        if missing := self._missing():
            raise Missing(missing)
        for name, room in rooms.items():
            for mail in room.mails:
                self._absorb(name, mail)
        for name, kept in items.items():
            for effect in kept.pending:
                self._carry_out(name, effect, fresh=False)
        self._say_moved()

    # What must be there

    def _plan(self) -> tuple[str, PlanState] | None:
        return next(((name, each) for name, each in self.items.items() if isinstance(each, PlanState)), None)

    def _complete_launch(self) -> None:
        """Adds the items of the launch that were lost before they had decided anything. They begin as at the launch."""
        found = self._plan()
        if found is None:
            return
        opening = openings(found[1].launch.model_copy(update={"plan": found[1].plan}), found[1].windows)
        kinds = {"questions": opening.questions, "series": opening.series}
        kinds |= {"meeting": opening.meetings, "commitment": opening.commitments}
        for workflow, states in kinds.items():
            for state in states:
                self._start(Open(workflow=workflow, state=state))

    def _wanted(self) -> set[str]:
        """The ids of the items that the plan and its series believe to be open, and whose record is not closed."""
        wanted: set[str] = set()
        for state in self.items.values():
            if state.closed:
                continue
            if isinstance(state, PlanState):
                wanted |= {*state.open_items, *state.rectifying}
            elif isinstance(state, SeriesState):
                wanted |= set(state.open_sessions)
        return wanted - self._ended

    def _missing(self) -> set[str]:
        return self._wanted() - self.items.keys()

    # Delivering

    def _start(self, effect: Open) -> None:
        item = effect.state.setup.id
        if item not in self.items and item not in self._ended:
            self.items[item], self.kinds[item] = effect.state, effect.workflow
            self.pending[item] = []
            self.delivered.append(f"the opening of {item}")

    def _carry_out(self, item: str, effect: Effect, fresh: bool) -> None:
        """Delivers an effect, or leaves it to the workflow of the item. If it is not `fresh`, the earlier engine may
        have delivered it already."""
        if isinstance(effect, Open):
            self._start(effect)
        elif isinstance(effect, Announce | Await | Settle):
            self._tell(item, effect, fresh)
        elif isinstance(effect, ReportUp):
            self._learn(self.items[item].setup.parent, effect.report, fresh)
        elif isinstance(effect, GiveOrder):
            self._order(effect, fresh)
        else:
            self.pending[item].append(effect)

    def _take(self, item: str, step: Step[Any]) -> None:
        step = with_awaited(MACHINES[self.kinds[item]], self.items[item], step, self.now)
        self.items[item] = step.state
        for effect in step.effects:
            self._carry_out(item, effect, fresh=True)

    def _learn(self, parent: str, report: ItemReport, fresh: bool) -> None:
        state = self.items.get(parent)
        if state is None or (not fresh and _has_learned(state, report)):
            return
        step = MACHINES[self.kinds[parent]].learn(state, report, self.now)
        if not fresh and not _changes(state, step):
            return
        if not fresh:
            self.delivered.append(f"the report of {report.item} to {parent}: {report.status}")
        self._take(parent, step)

    def _order(self, effect: GiveOrder, fresh: bool) -> None:
        state = self.items.get(effect.item)
        if state is None or (not fresh and _has_obeyed(state, effect.order)):
            return
        step = MACHINES[self.kinds[effect.item]].ordered(state, effect.order, self.now)
        if not fresh and not _changes(state, step):
            return
        if not fresh:
            self.delivered.append(f"the order to {effect.item}: {effect.order.text}")
        self._take(effect.item, step)

    # Post rooms

    def _tell(self, item: str, effect: Announce | Await | Settle, fresh: bool) -> None:
        setup = self.items[item].setup
        [(office, words)] = words_by_office((effect,)).items()
        name = secretariat_id(setup.plan, office)
        room = self.rooms.get(name) or PostRoomState(address=setup.post_room(office))
        keys = [*(each.key for each in words.announce), *(each.key for each in words.awaited)]
        for key in keys if not fresh else ():
            if key in self._told.get(name, ()) or _holds(room, key):
                return
            self.delivered.append(f"the word {key} to its post room")
        self.rooms[name] = hear(room, words, self.now)

    def _absorb(self, name: str, mail: KeptMail) -> None:
        """Takes in a mail that the post room began to send after its state was kept."""
        room, despatch = self.rooms[name], mail.despatch
        if mail.message_id is None:
            self.rooms[name] = room.model_copy(update={"delayed": despatch, "hold_until": None})
            self.uncertain.append(despatch.key)
            return
        result = DespatchResult(fate=Fate.SENT, message_id=mail.message_id, letter=mail.letter)
        step = despatched(room, despatch, result, despatch.at)
        self.rooms[name] = step.state
        self.delivered.append(f"the mail {mail.message_id} to {despatch.office}")
        for effect in step.effects:
            self._heard_of_mail(room, effect)

    def _heard_of_mail(self, room: PostRoomState, effect: Outgoing) -> None:
        if isinstance(effect, Delivered | Returned):
            state = self.items.get(effect.item)
            if state is None:
                return
            machine = MACHINES[self.kinds[effect.item]]
            if isinstance(effect, Delivered):
                self._take(effect.item, machine.delivered(state, effect.key, effect.at, self.now))
            else:
                self._take(effect.item, machine.reached(state, effect.key, self.now))
            return
        focal_point = room.address.of_focal_point()
        if focal_point is not None:
            name = secretariat_id(focal_point.plan, focal_point.office)
            other = self.rooms.get(name) or PostRoomState(address=focal_point)
            [words] = words_by_office((effect,)).values()
            self.rooms[name] = hear(other, words, self.now)

    # What the new engine starts

    def _say_moved(self) -> None:
        found = self._plan()
        if found is None or found[1].closed:
            return
        name, state = found
        draft = Draft(state, self.now)
        text = f"opened again from the record, as epoch {self.epoch}"
        draft.enter("moved", text, epoch=self.epoch, delivered=self.delivered[:50], again=self.uncertain[:50])
        self._take(name, Step(state=draft.state, effects=tuple(draft.effects)))

    def to_start(self) -> dict[str, KeptItem]:
        """Returns the items that the new engine starts, by id, with what they do first. Items that are closed and have
        nothing left to do are not among them."""
        return {
            name: KeptItem(self.kinds[name], self._renewed(state), tuple(self.pending[name]))
            for name, state in self.items.items()
            if not state.closed or self.pending[name]
        }

    def rooms_to_start(self) -> dict[str, PostRoomState]:
        """Returns the post rooms that the new engine starts, by id."""
        rooms = {}
        for name, room in self.rooms.items():
            address = room.address.model_copy(update={"edition": EDITION, "epoch": self.epoch})
            delayed = room.delayed and room.delayed.model_copy(update={"epoch": self.epoch})
            rooms[name] = room.model_copy(update={"address": address, "delayed": delayed, "on_its_way": ()})
        return rooms

    def _renewed(self, state: ItemState) -> ItemState:
        """The state on the new engine, which decides by the newest edition of the rules, as every new run does."""
        setup = state.setup.model_copy(update={"edition": EDITION, "epoch": self.epoch})
        changes: dict[str, Any] = {"setup": setup}
        if isinstance(state, PlanState):
            changes["launch"] = state.launch.model_copy(update={"epoch": self.epoch})
        return state.model_copy(update=changes)


def with_missing_lines(
    pending: Iterable[Effect], lines: Iterable[Mapping[str, JsonValue]], last: int
) -> tuple[Effect, ...]:
    """Returns the effects of a state, after those that write its lines with a number above `last`, the number of the
    last line in the record."""
    missing = (Enter.model_validate({"entry": line}) for line in lines)
    return (*(each for each in missing if each.entry.n > last), *(e for e in pending if not _is_written(e, last)))


def _is_written(effect: Effect, last: int) -> bool:
    return isinstance(effect, Enter) and effect.entry.n <= last


def _holds(room: PostRoomState, key: str) -> bool:
    """Whether a post room holds a notice or an announcement, also as a part of another one."""
    words = (*room.queue, *(each.word for each in room.reminders.values()))
    waiting = {entry.data.get("key") for entry in room.pending}
    sent = {each for mail in room.recent for each in mail.keys}
    return key in room.standing or key in waiting or key in sent or any(word.key == key for word in words)


def _changes(state: ItemState, step: Step[Any]) -> bool:
    """Whether a step changes anything. If not, the message that causes it had arrived before."""
    return bool(step.effects) or step.state != state


def _has_learned(state: ItemState, report: ItemReport) -> bool:
    """Whether a series has learned a report. For other items it is False: to learn a report twice does no harm."""
    return isinstance(state, SeriesState) and any(
        line.verb == report.status
        and line.data.get("session") == report.session
        and line.data.get("host") == report.host
        and (report.at is None or line.at >= report.at)
        for line in state.ledger
    )


def _has_obeyed(state: ItemState, order: Order) -> bool:
    """Whether a line of an item says that it has obeyed an order."""
    changes = Order(changes=order.changes).model_dump(mode="json")["changes"]
    return any(
        (order.at is None or line.at >= order.at)
        and (
            (bool(changes) and line.data.get("changes") == changes)
            or (bool(order.text) and (order.text in line.text or line.data.get("reason") == order.text))
        )
        for line in state.ledger
    )
