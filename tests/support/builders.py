"""Small plans and states for tests. The functions of the program build them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from models.common.times import Slot
from models.common.zones import later, zoned
from models.governance.launch import Launch
from models.governance.opening import openings
from models.items.meeting_state import MeetingState
from models.machine.machine import Machine
from models.machine.setup import EDITION
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.effects import Await
from models.plan.plan import Plan
from models.plan.windows import clock_of, end_of_validity, resolve_windows, start_of_validity

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def plan_of(*obligations: dict[str, Any], third: bool = False, despatch: str = "P7D", **more: Any) -> Plan:
    """A plan of two signatories with these obligations in one provision. With `third`, Viet Nam is the third state."""
    titles = {1: "Coordinator", 2: "Director General", 3: "Deputy Minister", 4: "Minister"}
    gap = {"P7D": ("P30D", "P60D", "P90D"), "PT5S": ("PT5S", "PT10S", "PT15S")}[despatch]
    rungs = [{"rank": 1, "after": "PT0S"}, *({"rank": r, "after": a} for r, a in zip((2, 3, 4), gap, strict=True))]
    sides: dict[str, Any] = {
        "LAO": {"name": "Lao PDR", "adjective": "Lao", "zone": "Asia/Vientiane", "focal_point": "lao-mfa"},
        "KHM": {"name": "Cambodia", "adjective": "Cambodian", "zone": "Asia/Phnom_Penh", "focal_point": "khm-mfa"},
    }
    if third:
        sides["VNM"] = {"name": "Viet Nam", "adjective": "Vietnamese", "zone": "Asia/Ho_Chi_Minh", "signatory": False}
    offices = {
        f"{side.lower()}-{name}": {"side": side, "name": f"Ministry {name.upper()}", "titles": titles}
        for side in sides
        for name in ("mfa", "moc")
    }
    return Plan.model_validate(
        {
            "plan": "t",
            "title": "Test plan",
            "short": "Test plan",
            "zone": "Asia/Vientiane",
            "sides": sides,
            "offices": offices,
            "ladders": {
                "top": {"title": "to the top", "rungs": rungs},
                "letter": {"title": "letter", "rungs": rungs[:1]},
            },
            "ladder_by_strength": dict.fromkeys(
                ("shall", "act", "maintain", "promote", "encourage", "discuss", "may"), "top"
            ),
            "undated_ladder": "letter",
            "despatch": {"period": despatch, "gather": "PT1S"},
            "provisions": [
                {"ref": "1.1", "pillar": "I", "article": "1", "title": "Test", "obligations": list(obligations)}
            ],
            **more,
        }
    )


def obligation(
    oid: str = "m", kind: str = "meeting", sides: tuple[str, ...] = ("LAO", "KHM"), **more: Any
) -> dict[str, Any]:
    """One obligation. Its window is the calendar year 2026, unless the arguments name another."""
    return {
        "id": oid,
        "title": f"Title {oid}",
        "short": oid,
        "kind": kind,
        "strength": "act",
        "cadence": "once",
        "sides": [side for side in sides if side != "VNM"],
        "third_states": [side for side in sides if side == "VNM"],
        "offices": {side: f"{side.lower()}-moc" for side in sides},
        "window": {"by": "year", "first": 2026, "last": 2026},
        **more,
    }


def launch_of(plan: Plan, at: datetime = START, **more: Any) -> Launch:
    return Launch(
        plan=plan,
        launched=at,
        edition=EDITION,
        valid_from=start_of_validity(plan),
        valid_until=end_of_validity(plan),
        clock=clock_of(plan, at),
        **{"as_of": at, **more},
    )


def opened(plan: Plan, at: datetime = START, **more: Any) -> Any:
    """Everything that a launch of the plan starts."""
    launch = launch_of(plan, at, **more)
    return openings(launch, resolve_windows(plan, launch.launched))


def meeting(third: bool = False, **more: Any) -> MeetingState:
    """A one-off meeting of 2026 between two or three sides, before anything is asked."""
    sides = ("LAO", "KHM", "VNM") if third else ("LAO", "KHM")
    state: MeetingState = opened(plan_of(obligation(sides=sides, **more), third=third)).meetings[0]
    return state


def date_terms(at: datetime, hours: int = 3, place: str = "Vientiane") -> Terms:
    start = zoned((at + timedelta(hours=7)).replace(tzinfo=None, microsecond=0), "Asia/Vientiane")
    return Terms(topic=Topic.DATE, slot=Slot(start=start, end=later(start, timedelta(hours=hours))), place=place)


class Player:
    """Plays acts on a state with its machine, on a clock that the test sets."""

    def __init__(self, machine: Machine[Any], state: Any, now: datetime = START) -> None:
        self.machine, self.state, self.now = machine, state, now
        self.effects: list[Any] = []
        self.count = 0
        self.closed: set[str] = set()
        """Offices to which no letter goes. The letters to all others go at once."""
        self.tick()

    def keep(self, step: Any) -> None:
        """Keeps what follows from a step. The post rooms tell the item which letters have gone."""
        self.state = step.state
        self.effects.extend(step.effects)
        for effect in step.effects:
            if isinstance(effect, Await) and effect.notice.acknowledged and effect.notice.office not in self.closed:
                self.state = self.machine.delivered(self.state, effect.notice.key, self.now, self.now).state

    def tick(self, until: datetime | None = None) -> "Player":
        """Lets time pass. It stops at each instant at which something is due for the item, and carries that out."""
        end = until or self.now
        for _ in range(1000):
            self.keep(self.machine.due(self.state, self.now))
            moment = self.machine.next_moment(self.state)
            if moment is None or moment.at > end:
                break
            self.now = max(moment.at, self.now)
        else:
            raise AssertionError("the item never rests")
        self.now = end
        return self

    def act(self, verb: type[acts.Act], office: str, **fields: Any) -> Any:
        """Sends an act. Returns the refusal, or the receipt if the act was taken."""
        self.count += 1
        act = verb.model_validate({"act_id": str(self.count), "office": office, **fields})
        refusal = self.machine.refuse(self.state, act, self.now)
        if refusal is not None:
            return refusal
        step = self.machine.take(self.state, act, self.now)
        self.keep(step)
        self.tick()
        return step.receipt

    def awaited(self) -> set[tuple[str, str, int]]:
        return {(row.office, row.act, row.rung) for row in self.machine.awaiting(self.state)}
