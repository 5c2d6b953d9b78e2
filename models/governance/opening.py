"""Decides which workflows a plan starts, and makes the setup of each item."""

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
    """Returns everything that the launch of a plan starts. `windows` holds the windows of each obligation, by its
    id."""
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
    """Returns the state of the new item of an obligation. If that item is past, returns also what became of it.

    None if the obligation has no item of its own, because the plan or the item of another obligation follows it.
    """
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
    """Returns one window from the start of the first window in `own` to the end of the last. It is the window of a
    one-off item. None if `own` is empty."""
    return own[0].model_copy(update={"end": own[-1].end}) if own else None


def _unknown(launch: Launch, windows: Mapping[str, tuple[Window, ...]]) -> Iterator[tuple[Obligation, str]]:
    """Yields each past session and one-off item of which nothing is known: its obligation, and the name of the session.

    For a one-off item the name is empty.
    """
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
    """Returns the post rooms of the coordinators. The post room of a higher office starts when a ladder first reaches
    that office."""
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
    """Returns the setup of the item of an obligation.

    If the item has no window and does not wait for a call, status rounds ask about the item. If the plan has no status
    rounds, the item itself asks its sides, from the launch on.
    """
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
        valid_from=launch.valid_from,
        valid_until=launch.valid_until,
        lead=plan.lead,
        remind=plan.remind_of(obligation),
        rotating=obligation.host_rule is HostRule.ROTATING,
        host_in_questions=obligation.readings.first_host is not None,
        report_to_higher=obligation.reports_to_higher,
        silence=plan.silence,
        evidence_wanted=obligation.evidence,
        assumed=obligation.assumed,
        settled=obligation.settled,
    )
    if outlives(setup):
        setup = setup.model_copy(update={"valid_until": None})
    return setup if window is None else setup.model_copy(update={"opens_at": asking_from(window, setup)})


def outlives(setup: ItemSetup) -> bool:
    """Returns True if the item stays open after the plan's validity. Only a procedure that waits for a call does so."""
    return setup.on_trigger and setup.kind == Kind.PROCEDURE


def round_at(window: Window) -> RoundAt:
    """Returns the status round of a window. The round asks the sides when the window starts, and closes when it
    ends."""
    return RoundAt(name=window.name, at=window.start, closes=window.end)
