"""Offices of a plan: their ids and titles, and the ladder of one side of an obligation."""

from datetime import timedelta

from models.common.values import Duration, Value
from models.plan.plan import RANK_SUFFIX, Obligation, Plan, Rank


class Rung(Value):
    """One step of a ladder: one office, and the time after which the act is awaited of that office too."""

    office: str
    title: str
    """The full title of the office: "Director General, Ministry of Industry and Commerce, Lao PDR"."""
    label: str
    """The office as sentences name it: "Lao director general"."""
    after: Duration


class Party(Value):
    """A side, with its ladder and its offices."""

    side: str
    adjective: str
    name: str = ""
    """The short name of the state: "Cambodia"."""
    ladder: tuple[Rung, ...]
    offices: dict[str, str]
    """Titles of the offices that may act for the side, by office id."""
    zone: str = "UTC"
    """IANA zone of the offices of the side."""
    focal_point: str | None = None
    """Id of the focal point of the side. None if the plan names none."""
    focal_point_title: str = ""
    """The full title of the focal point. Empty if there is none."""

    higher: Rung | None = None
    """The next office above the coordinator, even if the ladder has no rung for that office. None for a third state,
    and if the institution has no higher office."""
    third_state: bool = False
    """True: the side did not sign the plan, or the obligation names it in `third_states`. The program asks only the
    coordinator of the side."""

    @property
    def coordinator(self) -> Rung:
        return self.ladder[0]

    @property
    def above(self) -> Rung | None:
        """The higher authority of the side: the second rung of its ladder, or else `higher`. None for a third state,
        and if the institution has no higher office."""
        return self.ladder[1] if len(self.ladder) > 1 else self.higher

    @property
    def told(self) -> tuple[Rung, ...]:
        """Every office of the side to which the program may write about the item."""
        return (*self.ladder, *((self.higher,) if self.higher else ()))


def office_id(institution: str, rank: Rank) -> str:
    """The id of an office: lao-moic for the coordinator of lao-moic, lao-moic-minister for its minister."""
    return f"{institution}{RANK_SUFFIX[rank]}"


def rank_of(office: str) -> Rank:
    """The rank of an office, which the end of its id shows: `lao-moic-dg` is a director general."""
    return next((rank for rank, suffix in RANK_SUFFIX.items() if suffix and office.endswith(suffix)), Rank.COORDINATOR)


def office_title(plan: Plan, institution: str, rank: Rank) -> str:
    """The full title of an office: "Director General, Ministry of Industry and Commerce, Lao PDR"."""
    return f"{plan.offices[institution].titles[rank]}, {institution_title(plan, institution)}"


def institution_title(plan: Plan, institution: str) -> str:
    """The name of an institution, followed by its state: "Ministry of Industry and Commerce, Lao PDR". The state is
    left out if the name of the institution contains it already."""
    entry = plan.offices[institution]
    state = plan.sides[entry.side].short or plan.sides[entry.side].name
    return entry.name if state in entry.name else f"{entry.name}, {state}"


def all_offices(plan: Plan) -> dict[str, str]:
    """The full title of every office of the plan, by office id."""
    return {
        office_id(name, rank): office_title(plan, name, rank)
        for name, entry in plan.offices.items()
        for rank in sorted(entry.titles)
    }


def party_of(plan: Plan, obligation: Obligation, side: str) -> Party:
    """One side of an obligation, with its ladder. For a third state the ladder has the first rung only."""
    institution = obligation.working_offices[side]
    entry, state = plan.offices[institution], plan.sides[side]
    third = not state.signatory or side in obligation.third_states
    rungs = plan.ladder_of(obligation).rungs
    above = next((rank for rank in sorted(entry.titles) if rank > Rank.COORDINATOR), None)
    return Party(
        side=side,
        adjective=state.adjective,
        name=state.short or state.name,
        ladder=tuple(
            _rung(plan, institution, rule.rank, rule.after)
            for rule in (rungs[:1] if third else rungs)
            if rule.rank in entry.titles
        ),
        third_state=third,
        higher=None if third or above is None else _rung(plan, institution, above, timedelta(0)),
        offices={
            office_id(name, rank): office_title(plan, name, rank)
            for name in (institution, *obligation.also.get(side, ()))
            for rank in sorted(plan.offices[name].titles)
        },
        zone=entry.zone or state.zone,
        focal_point=state.focal_point,
        focal_point_title=office_title(plan, state.focal_point, Rank.COORDINATOR) if state.focal_point else "",
    )


def coordinators(plan: Plan, institutions: dict[str, str]) -> tuple[Party, ...]:
    """Returns one party for each side in `institutions`. The ladder of each has one rung, its coordinator, so the
    program asks only that office. `institutions` holds the institution of each side."""
    return tuple(
        Party(
            side=side,
            adjective=plan.sides[side].adjective,
            name=plan.sides[side].short or plan.sides[side].name,
            ladder=(_rung(plan, name, Rank.COORDINATOR, timedelta(0)),),
            offices={
                office_id(name, rank): office_title(plan, name, rank) for rank in sorted(plan.offices[name].titles)
            },
            zone=plan.offices[name].zone or plan.sides[side].zone,
            focal_point=focal,
            focal_point_title=office_title(plan, focal, Rank.COORDINATOR) if focal else "",
        )
        for side, name in institutions.items()
        for focal in (plan.sides[side].focal_point,)
    )


def signatory_focal_points(plan: Plan) -> tuple[Party, ...]:
    """Returns one party for each signatory that has a focal point. Only the focal points amend the plan, and they
    receive all answers to a status round (provision B.2)."""
    points = {name: side.focal_point for name, side in plan.sides.items() if side.signatory and side.focal_point}
    return coordinators(plan, {name: point for name, point in points.items() if point})


def _rung(plan: Plan, institution: str, rank: Rank, after: timedelta) -> Rung:
    entry = plan.offices[institution]
    return Rung(
        office=office_id(institution, rank),
        title=office_title(plan, institution, rank),
        label=f"{plan.sides[entry.side].adjective} {entry.titles[rank].lower()}",
        after=after,
    )
