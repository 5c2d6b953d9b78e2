"""From a plan to the workflows that follow it: which are started, and with which setup."""

from collections.abc import Iterator, Mapping

from models.common.ids import event_uid, obligation_id, plan_id
from models.governance.launch import Launch, Openings
from models.governance.question_lists import question_lists
from models.items import turns
from models.items.commitment import CommitmentState
from models.items.meeting_state import MeetingState
from models.items.past_sessions import AdoptedSession, PastState
from models.items.series_state import SeriesState, asking_from
from models.machine.setup import EDITION, ItemSetup, RoundAt
from models.machine.state import ItemState
from models.messages.effects import PostRoomAddress
from models.plan.kinds import Kind
from models.plan.parties import party_of
from models.plan.plan import Cadence, HostRule, Obligation, Provision, Window
from models.plan.windows import ROUND


def openings(launch: Launch, windows: Mapping[str, tuple[Window, ...]]) -> Openings:
    """What to start for each obligation of the plan. `windows` holds the resolved windows by obligation."""
    found = [_opened(launch, provision, each, windows) for provision, each in launch.plan.obligations()]
    series = tuple(each for each in found if isinstance(each, SeriesState))
    meetings = tuple(each for each in found if isinstance(each, MeetingState))
    commitments = tuple(each for each in found if isinstance(each, CommitmentState))
    questions = question_lists(launch.plan, launch.clock, launch.launched, _unknown(launch, windows))
    return Openings(
        post_rooms=_post_rooms([each.setup for each in (*series, *meetings, *commitments, *questions)]),
        series=series,
        meetings=meetings,
        commitments=commitments,
        questions=questions,
        past=tuple(each for each in found if isinstance(each, tuple)),
    )


def _opened(
    launch: Launch, provision: Provision, obligation: Obligation, windows: Mapping[str, tuple[Window, ...]]
) -> ItemState | tuple[ItemState, AdoptedSession] | None:
    """What follows one obligation; None where the item of another does, or the plan's own workflow."""
    own = windows.get(obligation.id, ())
    if obligation.item is not None:
        return None
    if obligation.recurs:
        return _series(launch, provision, obligation, own, windows.get(ROUND, ()))
    setup = setup_of(launch, provision, obligation, whole_window(own), windows.get(ROUND, ()))
    state: ItemState
    if obligation.kind.meets:
        state = MeetingState(setup=setup, host=obligation.working_first_host)
    else:
        state = CommitmentState(setup=setup)
    known = next((each for each in launch.history if each.obligation == obligation.id), None)
    if known is None and own and own[-1].end <= launch.as_of:
        known = AdoptedSession(obligation=obligation.id, state=PastState.UNKNOWN)
    return state if known is None else (state, known)


def whole_window(own: tuple[Window, ...]) -> Window | None:
    """From the first window to the last, for what is to happen once within them; None where nothing dates it."""
    return own[0].model_copy(update={"end": own[-1].end}) if own else None


def _unknown(launch: Launch, windows: Mapping[str, tuple[Window, ...]]) -> Iterator[tuple[Obligation, str]]:
    """Sessions (and, with an empty name, one-off items) of before the launch of which nothing is known."""
    known = {(each.obligation, each.session): each.state for each in launch.history}
    for _, obligation in launch.plan.obligations():
        own = windows.get(obligation.id, ())
        if obligation.item is not None or not own:
            continue
        for window in own if obligation.recurs else own[-1:]:
            name = window.name if obligation.recurs else ""
            state = known.get((obligation.id, name))
            past = window.end <= launch.as_of and state is None
            if past or state is PastState.UNKNOWN:
                yield obligation, name


def _post_rooms(setups: list[ItemSetup]) -> tuple[PostRoomAddress, ...]:
    """The coordinators' post rooms; those of higher offices start when a ladder first reaches them."""
    rooms = {p.coordinator.office: s.post_room(p.coordinator.office) for s in setups for p in s.parties}
    return tuple(rooms.values())


def _series(
    launch: Launch,
    provision: Provision,
    obligation: Obligation,
    windows: tuple[Window, ...],
    rounds: tuple[Window, ...],
) -> SeriesState:
    setup = setup_of(launch, provision, obligation, None, rounds if not windows else ())
    rotating = obligation.host_rule is HostRule.ROTATING
    order = obligation.working_order if rotating else ()
    first = obligation.working_first_host
    return SeriesState(
        setup=setup,
        host_rule=obligation.host_rule,
        fixed_host=obligation.host if not rotating else None,
        first_host=first,
        first_title=obligation.first_title,
        launched=launch.launched,
        as_of=launch.as_of,
        valid_until=None if outlives(setup) else launch.valid_until,
        windows=windows,
        hosting=turns.begin(order, first if rotating else None, launch.plan.forfeited),
        session_kind=Kind.MEETING.value if obligation.kind.meets else obligation.kind.value,
        past=tuple(each for each in launch.history if each.obligation == obligation.id),
    )


def setup_of(
    launch: Launch, provision: Provision, obligation: Obligation, window: Window | None, rounds: tuple[Window, ...]
) -> ItemSetup:
    """What the item of an obligation is born with. Without a window it is asked in status rounds, if any are set."""
    plan = launch.plan
    item = obligation_id(plan.plan, obligation.id)
    on_trigger = obligation.cadence is Cadence.ON_TRIGGER
    asked = launch.rounds_on and window is None and not on_trigger
    setup = ItemSetup(
        edition=EDITION,
        plan=plan.plan,
        plan_title=plan.short,
        id=item,
        ref=provision.ref,
        kind=(Kind.MEETING if obligation.kind.in_series else obligation.kind).value,
        obligation=obligation.id,
        session=None,
        title=obligation.title,
        short=obligation.short,
        uid=event_uid(item, launch.launched.isoformat()),
        parent=plan_id(plan.plan),
        parties=tuple(party_of(plan, obligation, side) for side in obligation.all_sides),
        despatch=plan.despatch,
        window=window,
        opens_at=None if asked or on_trigger else launch.launched,
        clock=launch.clock,
        rounds=tuple(round_at(each) for each in rounds if each.start >= launch.as_of) if asked else (),
        on_trigger=on_trigger,
        triggers=obligation.triggers,
        condition=obligation.condition or "",
        not_before=launch.valid_until if obligation.not_before == "expiry" else None,
        lead=plan.lead,
        remind=plan.remind_of(obligation),
        rotating=obligation.host_rule is HostRule.ROTATING,
        host_in_questions=obligation.readings.first_host is not None,
        report_to_higher=obligation.reports_to_higher,
        evidence_wanted=obligation.evidence,
        assumed=obligation.assumed,
        settled=obligation.settled,
    )
    return setup if window is None else setup.model_copy(update={"opens_at": asking_from(window, setup)})


def outlives(setup: ItemSetup) -> bool:
    """Whether it outlives the plan: a procedure that its text sets for afterwards, or for whenever it is called."""
    return setup.on_trigger and setup.kind == Kind.PROCEDURE


def round_at(window: Window) -> RoundAt:
    return RoundAt(name=window.name, at=window.start, closes=window.end)
