"""The state of the plan's workflow, and the functions with which one run passes this state to the next run."""

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
    """Everything that the machine of the plan knows of a plan."""

    launch: Launch
    plan: Plan
    """The plan as it is in force, with all amendments and settled answers."""
    windows: dict[str, tuple[Window, ...]] = {}
    """The windows of each obligation, by its id. The status rounds have the key `ROUND`."""
    launching: bool = True
    """True: the launch is not complete, and the plan refuses every act."""
    amendments: tuple[AmendmentInForce, ...] = ()
    """The amendments in force, oldest first."""
    questions: tuple[Question, ...] = ()
    """Every question that the program asks the sides, or has asked them."""
    settled: dict[str, JsonValue] = {}
    """The answers to settled questions, by question id."""
    open_items: dict[str, str] = {}
    """The title of each open item, by the item's id. Procedures that wait for a call are left out."""
    round_items: tuple[str, ...] = ()
    """Ids of the items about which the status rounds ask."""
    answers: dict[str, dict[str, dict[str, str]]] = {}
    """The answers to the current status round, by item, then by side. Empty if no side has answered."""
    busy: tuple[str, ...] = ()
    """Ids of the items of `round_items` that are awake. Such an item asks its sides itself, so status rounds do not ask
    about it."""
    ended: dict[str, int] = {}
    """How many items have ended, by the word that `ended_as` returns. Sessions are counted, their series is not."""
    rounds_shown: int = 0
    """The number, from 1, of the last status round whose answers were announced. 0 if none was announced."""
    expiry_told: bool = False
    """True: the list of open items was announced before the end of the validity, or the validity has ended."""
    settlements: tuple[Settlement, ...] = ()
    """The settled questions whose answers changed the plan, each with what the answer replaced, oldest first."""
    why: str = ""
    """Why the plan was last changed, in words. Empty if the plan was never changed."""
    amending: bool = False
    """True: an amendment made the last change of the plan. False: an answer to a question made the change, or the plan
    was never changed."""
    overtaken: tuple[str, ...] = ()
    """Ids of the questions that the program no longer asks because of an amendment."""
    rectified: dict[str, int] = {}
    """How many rectifications were opened, by the id of the closed item. Items without one are missing."""
    silenced: dict[str, tuple[str, ...]] = {}
    """The last items that silence has closed, at most `SILENCED_KEPT`, each with the sides that said nothing. If the
    mail to such a side comes back afterwards, a rectification opens."""
    rectifying: dict[str, str] = {}
    """What each open rectification is about, by the id of the rectification."""
    lists: tuple[str, ...] = ()
    """Ids of all lists of questions, open or ended. A new list gets an id that is not among them."""

    def obligation(self, name: str) -> Obligation | None:
        """Returns the obligation with the id `name`. If an amendment has dropped this obligation, returns its last
        text. None if the plan never had such an obligation."""
        found = self.plan.obligation(name)
        return found or next((each for _, each in self._dropped() if each.id == name), None)

    def places(self) -> dict[str, tuple[Provision, Obligation]]:
        """Returns each obligation with its provision, by the obligation's id. Dropped obligations are among them."""
        places = (*self._dropped(), *self.plan.obligations())
        return {obligation.id: (provision, obligation) for provision, obligation in places}

    def _dropped(self) -> Iterator[tuple[Provision, Obligation]]:
        provisions = {provision.ref: provision for provision in self.plan.provisions}
        for each in self.amendments:
            if each.amendment.kind is AmendmentKind.DROP and each.before:
                yield provisions[each.amendment.provision], Obligation.model_validate(each.before)

    def words_of(self, name: str) -> str:
        """Returns the title of the obligation with the id `name`. Returns `name` if there is no such obligation."""
        obligation = self.obligation(name)
        return obligation.title if obligation else name


def today_of(state: PlanState, now: Instant) -> Today:
    """Returns the current year, and the time until it ends, by the plan's clock.

    The plan says (`Plan.year`) whether a year is a calendar year, or begins on the day on which the plan came into
    force.
    """
    plan, local = state.plan, now + state.setup.clock.offset
    start = plan.valid_from if plan.year == "plan" else None
    month, day = (start.month, start.day) if start else (1, 1)
    begins = local.replace(month=month, day=day, hour=0, minute=0, second=0, microsecond=0)
    year = local.year if local >= begins else local.year - 1
    left = begins.replace(year=year + 1) - local
    return Today(year, left)


def post_rooms(launch: Launch) -> tuple[PostRoomAddress, ...]:
    """Returns the post rooms of the signatories' focal points. These offices get the mail about the plan as a whole."""
    setup = plan_state(launch).setup
    return tuple(setup.post_room(party.coordinator.office) for party in setup.parties)


def carry(state: PlanState) -> Launch:
    """Returns the argument for the next run of the plan's workflow. The argument holds `state` (`Launch.carried`). The
    plan is in it only once, so that the argument is small."""
    dumped = state.model_dump(mode="json", exclude={"launch", "plan"})
    return state.launch.model_copy(update={"plan": state.plan, "carried": dumped})


def carried_on(launch: Launch) -> PlanState:
    """Returns the state with which a run of the plan's workflow begins. In the first run this is a new state. In a
    later run it is the state that the last run passed on (`carry`)."""
    if launch.carried is None:
        return plan_state(launch)
    bare = launch.model_copy(update={"carried": None})
    return PlanState.model_validate({**launch.carried, "launch": bare, "plan": launch.plan})


def plan_state(launch: Launch, windows: Mapping[str, tuple[Window, ...]] | None = None) -> PlanState:
    """Returns the state of a new plan. `windows` holds the windows of each obligation, by its id, and the status
    rounds. If `windows` is None, the state has no windows and no status rounds."""
    plan, item = launch.plan, plan_id(launch.plan.plan)
    rounds = (windows or {}).get(ROUND, ())
    setup = ItemSetup(
        edition=launch.edition,
        epoch=launch.epoch,
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
