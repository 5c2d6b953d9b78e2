"""The state of the plan's workflow, and how one run passes it to the next."""

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
    """The state of a plan."""

    launch: Launch
    plan: Plan
    """The plan as it is in force."""
    windows: dict[str, tuple[Window, ...]] = {}
    """The windows of each obligation, by its id. The status rounds have a key of their own (`ROUND`)."""
    launching: bool = True
    """True: the launch is not complete, and the plan takes no acts."""
    amendments: tuple[AmendmentInForce, ...] = ()
    """The amendments in force, oldest first."""
    questions: tuple[Question, ...] = ()
    """Every question that the sides are or were asked."""
    settled: dict[str, JsonValue] = {}
    """The answers to settled questions, by question id."""
    open_items: dict[str, str] = {}
    """The title of each open item, by its id. Procedures that only a call wakes are not among them."""
    round_items: tuple[str, ...] = ()
    """Ids of the items about which the status rounds ask."""
    answers: dict[str, dict[str, dict[str, str]]] = {}
    """The answers to the current status round, by item and side."""
    busy: tuple[str, ...] = ()
    """The items of `round_items` that are awake and ask by themselves. Status rounds do not ask about them."""
    ended: dict[str, int] = {}
    """How many sessions and one-off items have ended, by the way in which they ended (`ended_as`)."""
    rounds_shown: int = 0
    """Up to which round, counted from 1, the results were announced."""
    expiry_told: bool = False
    """True: the list of open items was announced before the end of the plan's validity."""
    settlements: tuple[Settlement, ...] = ()
    """The settled questions, each with the text that its answer replaced, oldest first."""
    why: str = ""
    """The reason of the last change of the plan, in words. Empty if it never changed."""
    amending: bool = False
    """True: an amendment made the last change. False: the answer to a question made it, or the plan never changed."""
    overtaken: tuple[str, ...] = ()
    """Ids of the questions that are no longer asked because of an amendment."""
    lists: tuple[str, ...] = ()
    """Ids of all lists of questions that were ever opened. No id is used twice."""

    def obligation(self, name: str) -> Obligation | None:
        """The obligation with this id. If an amendment has dropped it: as it last read. None if there was none."""
        found = self.plan.obligation(name)
        return found or next((each for _, each in self._dropped() if each.id == name), None)

    def places(self) -> dict[str, tuple[Provision, Obligation]]:
        """Each obligation with its provision, by id. Obligations that an amendment has dropped are among them."""
        places = (*self._dropped(), *self.plan.obligations())
        return {obligation.id: (provision, obligation) for provision, obligation in places}

    def _dropped(self) -> Iterator[tuple[Provision, Obligation]]:
        provisions = {provision.ref: provision for provision in self.plan.provisions}
        for each in self.amendments:
            if each.amendment.kind is AmendmentKind.DROP and each.before:
                yield provisions[each.amendment.provision], Obligation.model_validate(each.before)

    def words_of(self, name: str) -> str:
        """The title of the obligation with the id `name`. Gives the id itself if there is none."""
        obligation = self.obligation(name)
        return obligation.title if obligation else name


def today_of(state: PlanState, now: Instant) -> Today:
    """The current year of the plan, and the time that is left of it, by the plan's clock.

    It is a calendar year, or a year that begins on the day on which the plan came into force, as the plan says.
    """
    plan, local = state.plan, now + state.setup.clock.offset
    start = plan.valid_from if plan.year == "plan" else None
    month, day = (start.month, start.day) if start else (1, 1)
    begins = local.replace(month=month, day=day, hour=0, minute=0, second=0, microsecond=0)
    year = local.year if local >= begins else local.year - 1
    left = begins.replace(year=year + 1) - local
    return Today(year, left)


def post_rooms(launch: Launch) -> tuple[PostRoomAddress, ...]:
    """The post rooms of the signatories' focal points. These offices get mail about the plan as a whole."""
    setup = plan_state(launch).setup
    return tuple(setup.post_room(party.coordinator.office) for party in setup.parties)


def carry(state: PlanState) -> Launch:
    """Gives the argument for the next run of the workflow. It holds the state, and the plan only once."""
    dumped = state.model_dump(mode="json", exclude={"launch", "plan"})
    return state.launch.model_copy(update={"plan": state.plan, "carried": dumped})


def carried_on(launch: Launch) -> PlanState:
    """The state with which a run of the workflow begins: a new one, or the one that the last run passed on."""
    if launch.carried is None:
        return plan_state(launch)
    bare = launch.model_copy(update={"carried": None})
    return PlanState.model_validate({**launch.carried, "launch": bare, "plan": launch.plan})


def plan_state(launch: Launch, windows: Mapping[str, tuple[Window, ...]] | None = None) -> PlanState:
    """The state of a new plan. `windows` holds its resolved windows by obligation. Without it, there are no rounds."""
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
