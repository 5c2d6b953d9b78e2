"""A plan and all its items in memory, for tests that concern several items."""

from datetime import datetime, timedelta
from typing import Any

from models.governance.launch import Launch
from models.governance.plan_state import PlanState
from models.machine.state import ItemState
from models.messages.acts import Act, Terms, Topic
from models.messages.effects import Announce
from models.messages.notices import AnnouncementKind
from models.messages.views import Refusal
from models.plan.amendment import Amendment, AmendmentKind
from models.registry import MACHINES
from models.rehearsal.world import RehearsedNotice, World
from tests.support.builders import START, launch_of, plan_of

SECOND = timedelta(seconds=1)
LAO, KHM = "lao-mfa", "khm-mfa"
"""Coordinators of the two ministries of foreign affairs."""


class Life:
    """A world on a clock that the test sets."""

    world_type = World

    def __init__(self, *obligations: dict[str, Any], at: datetime = START, launch: Launch | None = None, **more: Any):
        self.world = self.world_type(launch or launch_of(plan_of(*obligations, **more), at))
        self.count = 0
        self.pass_on()

    @property
    def now(self) -> datetime:
        return self.world.now

    def pass_on(self, length: timedelta = timedelta(0)) -> "Life":
        self.world.run(self.world.now + length + SECOND)
        return self

    def until(self, at: datetime) -> "Life":
        self.world.run(at)
        return self

    def act(self, item: str, verb: type[Act], office: str, **fields: Any) -> Refusal | None:
        """Sends an act now. Returns the refusal, or None if the act was taken."""
        self.count += 1
        act = verb.model_validate({"act_id": str(self.count), "office": office, **fields})
        assert item in self.world.items, f"there is no {item}; there are {sorted(self.world.items)}"
        before = len(self.world.refused)
        self.world.plan_act(self.world.now, item, lambda world: act)
        self.pass_on()
        return self.world.refused[-1].refusal if len(self.world.refused) > before else None

    def item(self, name: str) -> Any:
        return self.world.items[name]

    def status(self, name: str) -> str:
        return str(self.machine(name).status_of(self.item(name)))

    def machine(self, name: str) -> Any:
        return MACHINES[self.world._kinds[name]]

    def awaited(self, name: str) -> set[tuple[str, str, int]]:
        return {(row.office, row.act, row.rung) for row in self.machine(name).awaiting(self.item(name))}

    @property
    def plan(self) -> PlanState:
        return next(state for state in self.world.items.values() if isinstance(state, PlanState))

    def said(self, kind: AnnouncementKind, office: str | None = None, since: int = 0) -> list[RehearsedNotice]:
        """The announcements of this kind, in the order of decision."""
        return [
            each
            for each in self.world.notices[since:]
            if each.kind == "announcement" and each.act == kind.value and office in (None, each.office)
        ]

    def standing(self, office: str) -> set[str]:
        """The keys of the notices that the next letter to this office would list."""
        room = self.world.rooms.get(f"t/office/{office}")
        return set(room.standing) if room else set()

    def sent(self, office: str) -> set[str]:
        """The keys of all notices and announcements that were sent to this office."""
        return {key for letter in self.world.letters if letter.office == office for key in letter.notices}


def amend(kind: AmendmentKind | str, obligation: str, **more: Any) -> Terms:
    return Terms(topic=Topic.AMEND, amendment=Amendment(kind=AmendmentKind(kind), obligation=obligation, **more))


def announced(effects: Any) -> list[Any]:
    return [effect.announcement for effect in effects if isinstance(effect, Announce)]


def same_over_the_wire(state: ItemState) -> bool:
    return type(state).model_validate_json(state.model_dump_json()) == state
