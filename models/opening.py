"""From a plan to the workflows that follow it: which are started, and what each is born with."""

from datetime import datetime

from models.base import Instant, Value
from models.commitment import CommitmentState
from models.effects import PostRoomAddress
from models.ids import event_uid, obligation_id, plan_id
from models.item import ItemSetup, ItemState, Party, Rung
from models.meeting import MEETING, MeetingState
from models.plan import RANK_SUFFIX, HostRule, Kind, Obligation, Plan, Provision, Rank, Window
from models.series import SeriesState
from models.views import LedgerEntry
from models.wording import Clock

MEETINGS = frozenset({Kind.MEETING, Kind.VISIT, Kind.SEMINAR})
COMMITMENTS = frozenset({Kind.INSTRUMENT, Kind.DELIVERABLE, Kind.EXCHANGE})
"""Kinds that are followed one by one. Standing and reporting ones are asked in the yearly round."""


class Launch(Value):
    """The argument of the plan's workflow."""

    plan: Plan
    launched: Instant
    as_of: Instant
    clock: Clock = Clock()
    """Of the plan's zone, resolved like its validity by whoever launches."""
    valid_until: Instant | None
    """Resolved in the plan's zone by whoever launches."""


class Openings(Value):
    """Everything that a launch starts."""

    post_rooms: tuple[PostRoomAddress, ...] = ()
    series: tuple[SeriesState, ...] = ()
    meetings: tuple[MeetingState, ...] = ()
    commitments: tuple[CommitmentState, ...] = ()
    unknown: tuple[ItemState, ...] = ()
    """One-off items whose window ended before the launch: recorded, and nobody is written to."""


def office_id(institution: str, rank: Rank) -> str:
    """lao-moic for its coordinator, lao-moic-minister for its minister."""
    return f"{institution}{RANK_SUFFIX[rank]}"


def office_title(plan: Plan, institution: str, rank: Rank) -> str:
    """ "Director General, Ministry of Industry and Commerce, Lao PDR" """
    entry = plan.offices[institution]
    state = plan.sides[entry.side].short or plan.sides[entry.side].name
    return ", ".join((entry.titles[rank], entry.name, *(() if state in entry.name else (state,))))


def all_offices(plan: Plan) -> dict[str, str]:
    """Every office of the plan with its title."""
    return {
        office_id(name, rank): office_title(plan, name, rank)
        for name, entry in plan.offices.items()
        for rank in sorted(entry.titles)
    }


def openings(launch: Launch, windows: dict[str, tuple[Window, ...]]) -> Openings:
    """What to start for each obligation of the plan. `windows` holds the resolved windows by obligation."""
    plan = launch.plan
    series: list[SeriesState] = []
    meetings: list[MeetingState] = []
    commitments: list[CommitmentState] = []
    unknown: list[ItemState] = []
    for provision, obligation in plan.obligations():
        own = windows.get(obligation.id, ())
        if obligation.kind is Kind.MEETING_SERIES:
            series.append(_series(launch, provision, obligation, own))
        elif obligation.kind in MEETINGS | COMMITMENTS:
            setup = _setup(launch, provision, obligation, own[0] if own else None)
            past = bool(own) and own[-1].end <= launch.as_of
            if obligation.kind in MEETINGS:
                meeting = MeetingState(setup=setup, host=obligation.working_first_host)
                (unknown if past else meetings).append(meeting)
            else:
                commitment = CommitmentState(setup=setup)
                (unknown if past else commitments).append(commitment)
    return Openings(
        post_rooms=_post_rooms([*[s.template for s in series], *[i.setup for i in (*meetings, *commitments)]]),
        series=tuple(series),
        meetings=tuple(meetings),
        commitments=tuple(commitments),
        unknown=tuple(unknown),
    )


def _post_rooms(setups: list[ItemSetup]) -> tuple[PostRoomAddress, ...]:
    """The coordinators' post rooms; those of higher offices start when a ladder first reaches them."""
    rooms = {p.coordinator.office: s.post_room(p.coordinator.office) for s in setups for p in s.parties}
    return tuple(rooms.values())


def _series(launch: Launch, provision: Provision, obligation: Obligation, windows: tuple[Window, ...]) -> SeriesState:
    return SeriesState(
        template=_setup(launch, provision, obligation, None),
        host_rule=obligation.host_rule,
        fixed_host=obligation.host,
        first_host=obligation.working_first_host,
        order=obligation.working_order,
        first_title=obligation.first_title,
        launched=launch.launched,
        as_of=launch.as_of,
        valid_until=launch.valid_until,
        windows=windows,
    )


def _setup(launch: Launch, provision: Provision, obligation: Obligation, window: Window | None) -> ItemSetup:
    plan = launch.plan
    item = obligation_id(plan.plan, obligation.id)
    return ItemSetup(
        plan=plan.plan,
        plan_title=plan.short,
        id=item,
        ref=provision.ref,
        kind=(Kind.MEETING if obligation.kind is Kind.MEETING_SERIES else obligation.kind).value,
        obligation=obligation.id,
        session=None,
        title=obligation.title,
        short=obligation.short,
        uid=event_uid(item, launch.launched.isoformat()),
        parent=plan_id(plan.plan),
        parties=tuple(_party(plan, obligation, side) for side in obligation.all_sides),
        despatch=plan.despatch,
        window=window,
        opens_at=window.start if window else launch.launched,
        clock=launch.clock,
        rotating=obligation.host_rule is HostRule.ROTATING,
        report_to_higher=obligation.report_to_higher,
        evidence_wanted=obligation.evidence,
        assumed=obligation.assumed,
    )


def _party(plan: Plan, obligation: Obligation, side: str) -> Party:
    """The ladder of one side. A third state is asked, and never escalated within."""
    institution = obligation.working_offices[side]
    entry, state = plan.offices[institution], plan.sides[side]
    third = not state.signatory or side in obligation.third_states
    rungs = plan.ladder_of(obligation).rungs
    return Party(
        side=side,
        adjective=state.adjective,
        ladder=tuple(
            Rung(
                office=office_id(institution, rule.rank),
                title=office_title(plan, institution, rule.rank),
                label=f"{state.adjective} {entry.titles[rule.rank].lower()}",
                after=rule.after,
            )
            for rule in (rungs[:1] if third else rungs)
            if rule.rank in entry.titles
        ),
        offices={office_id(institution, rank): office_title(plan, institution, rank) for rank in sorted(entry.titles)},
        zone=entry.zone or state.zone,
        focal_point=state.focal_point,
        focal_point_title=office_title(plan, state.focal_point, Rank.COORDINATOR) if state.focal_point else "",
    )


def unknown_entries(item: ItemState, launched: datetime) -> tuple[LedgerEntry, ...]:
    """The record of an item whose window ended before the launch."""
    assert item.setup.window is not None
    view = MEETING.view(MeetingState(setup=item.setup, host=item.host)).model_copy(
        update={"status": "unknown", "next_at": None, "next_what": "", "ledger": (), "awaiting": ()}
    )
    end = item.setup.clock.moment(item.setup.window.end)
    text = f"its window ended on {end}, before the launch: what became of it is unknown"
    return (
        LedgerEntry(n=1, at=launched, verb="unknown", text=text),
        LedgerEntry(n=2, at=launched, verb="view", text="as it entered", data={"view": view.model_dump(mode="json")}),
    )
