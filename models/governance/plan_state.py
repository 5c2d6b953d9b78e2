"""What the plan's workflow carries, and how a state begins and goes on."""

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from models.common.ids import event_uid, plan_id
from models.common.values import Instant
from models.governance.amended_plan import AmendmentInForce, Settlement, Today
from models.governance.launch import Launch
from models.governance.opening import round_at
from models.items.questions import Question
from models.machine.setup import ItemSetup
from models.machine.state import ItemState
from models.messages.effects import PostRoomAddress
from models.plan.amendment import AmendmentKind
from models.plan.parties import signatory_focal_points
from models.plan.plan import Obligation, Plan, Provision, Window
from models.plan.windows import ROUND


class PlanState(ItemState):
    """What the plan's workflow carries."""

    launch: Launch
    plan: Plan
    """As it is in force."""
    windows: dict[str, tuple[Window, ...]] = {}
    launching: bool = True
    amendments: tuple[AmendmentInForce, ...] = ()
    questions: tuple[Question, ...] = ()
    settled: dict[str, JsonValue] = {}
    """Answers to questions, by question."""
    open_items: dict[str, str] = {}
    """Titles of what is open, by id: dated items, sessions, and what the rounds ask about."""
    round_items: tuple[str, ...] = ()
    """What the rounds ask about."""
    answers: dict[str, dict[str, dict[str, str]]] = {}
    """What was answered to the current round: by item and side."""
    busy: tuple[str, ...] = ()
    """Of what the rounds ask about, the items that are followed by themselves for the time being: no round asks."""
    ended: dict[str, int] = {}
    """How many sessions and one-off items have ended in which way."""
    rounds_shown: int = 0
    expiry_told: bool = False
    settlements: tuple[Settlement, ...] = ()
    """The same answers with the text that each took the place of, oldest first."""
    why: str = ""
    """Why the plan last came to read otherwise."""
    amending: bool = False
    """It was an amendment that last changed it, not the answer to a question."""
    overtaken: tuple[str, ...] = ()
    """Questions that an amendment has settled, or left without object."""
    lists: tuple[str, ...] = ()
    """Every list of questions that was ever opened: their ids are never used again."""

    def obligation(self, name: str) -> Obligation | None:
        """As the plan has it; what an amendment has dropped as it read last."""
        found = self.plan.obligation(name)
        return found or next((each for _, each in self._dropped() if each.id == name), None)

    def places(self) -> dict[str, tuple[Provision, Obligation]]:
        """Each obligation with the provision under which it stands, or stood until an amendment dropped it; by id."""
        places = (*self._dropped(), *self.plan.obligations())
        return {obligation.id: (provision, obligation) for provision, obligation in places}

    def _dropped(self) -> Iterator[tuple[Provision, Obligation]]:
        provisions = {provision.ref: provision for provision in self.plan.provisions}
        for each in self.amendments:
            if each.amendment.kind is AmendmentKind.DROP and each.before:
                yield provisions[each.amendment.provision], Obligation.model_validate(each.before)

    def words_of(self, name: str) -> str:
        obligation = self.obligation(name)
        return obligation.title if obligation else name


def today_of(state: PlanState, now: Instant) -> Today:
    """The day by the plan's clock and its count of years: calendar years, or years that begin with the plan."""
    plan, local = state.plan, now + state.setup.clock.offset
    start = plan.valid_from if plan.year == "plan" else None
    month, day = (start.month, start.day) if start else (1, 1)
    begins = local.replace(month=month, day=day, hour=0, minute=0, second=0, microsecond=0)
    year = local.year if local >= begins else local.year - 1
    left = begins.replace(year=year + 1) - local
    return Today(year, left)


def post_rooms(launch: Launch) -> tuple[PostRoomAddress, ...]:
    """Of the signatories' focal points, who are written to about the plan as a whole."""
    setup = plan_state(launch).setup
    return tuple(setup.post_room(party.coordinator.office) for party in setup.parties)


def carry(state: PlanState) -> Launch:
    """The state as the argument of the next run of the workflow. The plan is carried once."""
    dumped = state.model_dump(mode="json", exclude={"launch", "plan"})
    return state.launch.model_copy(update={"plan": state.plan, "carried": dumped})


def carried_on(launch: Launch) -> PlanState:
    """The state with which a run of the workflow begins."""
    if launch.carried is None:
        return plan_state(launch)
    bare = launch.model_copy(update={"carried": None})
    return PlanState.model_validate({**launch.carried, "launch": bare, "plan": launch.plan})


def plan_state(launch: Launch, windows: Mapping[str, tuple[Window, ...]] | None = None) -> PlanState:
    """The state with which a plan begins."""
    plan, item = launch.plan, plan_id(launch.plan.plan)
    rounds = (windows or {}).get(ROUND, ())
    setup = ItemSetup(
        edition=launch.edition,
        plan=plan.plan,
        plan_title=plan.short,
        id=item,
        ref="-",
        kind="plan",
        obligation="-",
        session=None,
        title=plan.title,
        short=plan.short,
        uid=event_uid(item, launch.launched.isoformat()),
        parent="",
        parties=signatory_focal_points(plan),
        despatch=plan.despatch,
        window=None,
        opens_at=None,
        clock=launch.clock,
        rounds=tuple(round_at(each) for each in rounds if each.start >= launch.as_of) if launch.rounds_on else (),
    )
    return PlanState(setup=setup, launch=launch, plan=plan, windows=dict(windows or {}))
