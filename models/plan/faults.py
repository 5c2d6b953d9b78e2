"""Faults of a plan that the check of a single field cannot find: undefined names, rungs that are too close, readings
that do not fit. The loader of plan files shows each fault to the user, with the line of the file."""

from collections.abc import Iterator, Mapping

from models.plan.plan import RANK_SUFFIX, Cadence, Obligation, Plan, Rank, Strength, YearWindows

PLAN_ITSELF = "plan"
"""The value of `item` in an obligation that the plan's own workflow follows, for example one about amendments."""

RESERVED = frozenset({"office", "questions", "round", "plan"})
"""Words that no obligation may have as its id, because the program uses them in its own ids and keys."""


def faults(plan: Plan) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Finds every fault of a plan that the check of a single field cannot find.

    Yields one pair for each fault: the path in the file, and a message that says what is wrong and what to do. Yields
    nothing for a plan without faults.
    """
    yield from _side_faults(plan)
    yield from _ladder_faults(plan)
    if plan.despatch.rare_period is not None and plan.despatch.rare_period < plan.despatch.period:
        message = "letters in which nothing is new come at most once in each despatch period; name a longer time"
        yield ("despatch", "rare_period"), message
    seen: set[str] = set()
    refs: set[str] = set()
    for i, provision in enumerate(plan.provisions):
        if provision.ref in refs:
            yield ("provisions", i, "ref"), f"provision {provision.ref} is here twice; put its obligations together"
        refs.add(provision.ref)
        if provision.obligations and not provision.operative:
            yield ("provisions", i, "operative"), "a recital holds no obligations; set operative: true or remove them"
        for j, obligation in enumerate(provision.obligations):
            path = ("provisions", i, "obligations", j)
            if obligation.id in seen or obligation.id in RESERVED:
                yield (*path, "id"), f"{obligation.id!r} is taken; give each obligation an id of its own"
            seen.add(obligation.id)
            for where, message in _obligation_faults(plan, obligation):
                yield (*path, *where), message


def _side_faults(plan: Plan) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for name, side in plan.sides.items():
        if side.focal_point is not None and side.focal_point not in plan.offices:
            yield ("sides", name, "focal_point"), _undefined("office", side.focal_point, plan.offices)
    for name, office in plan.offices.items():
        if office.side not in plan.sides:
            yield ("offices", name, "side"), _undefined("side", office.side, plan.sides)
        if Rank.COORDINATOR not in office.titles:
            yield ("offices", name, "titles"), "name the coordinator (rank 1): every ladder starts there"
        for rank, suffix in RANK_SUFFIX.items():
            if suffix and rank in office.titles and name + suffix in plan.offices:
                yield (
                    ("offices", name + suffix),
                    f"{name + suffix} means rank {rank.value} of {name}; choose another id",
                )


def _ladder_faults(plan: Plan) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for strength in Strength:
        if strength not in plan.ladder_by_strength:
            yield ("ladder_by_strength",), f"name the ladder for the strength {strength.value!r}"
    for strength, name in plan.ladder_by_strength.items():
        if name not in plan.ladders:
            yield ("ladder_by_strength", strength.value), _undefined("ladder", name, plan.ladders)
    if plan.undated_ladder not in plan.ladders:
        yield ("undated_ladder",), _undefined("ladder", plan.undated_ladder, plan.ladders)
    for name, ladder in plan.ladders.items():
        path = ("ladders", name, "rungs")
        if ladder.rungs[0].after or ladder.rungs[0].rank is not Rank.COORDINATOR:
            yield (*path, 0), "the first rung must be the coordinator's (rank: 1, after: PT0S)"
        for i, (lower, upper) in enumerate(zip(ladder.rungs, ladder.rungs[1:], strict=False), start=1):
            if upper.rank <= lower.rank:
                yield (*path, i, "rank"), "each rung must name a higher rank than the one below it"
            if upper.after - lower.after < plan.despatch.period:
                yield (*path, i, "after"), "a rung must come at least one despatch period after the one below"


def _obligation_faults(plan: Plan, obligation: Obligation) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for field in ("sides", "third_states"):
        for i, side in enumerate(getattr(obligation, field)):
            if side not in plan.sides:
                yield (field, i), _undefined("side", side, plan.sides)
    for i, side in enumerate(obligation.third_states):
        if side in obligation.sides:
            yield ("third_states", i), f"{side} is also in sides; name it in sides or in third_states, not in both"
    if obligation.host is not None and obligation.host not in obligation.all_sides:
        yield ("host",), f"the host must be one of the sides that take part: {', '.join(obligation.all_sides)}"
    if obligation.ladder is not None and obligation.ladder not in plan.ladders:
        yield ("ladder",), _undefined("ladder", obligation.ladder, plan.ladders)
    if obligation.remind is not None and not obligation.kind.meets:
        yield ("remind",), f"only a meeting has a date to remind of, and this is {obligation.kind.words}; remove this"
    yield from _following_faults(plan, obligation)
    for side, others in obligation.also.items():
        for i, other in enumerate(others):
            if other not in plan.offices:
                yield ("also", side, i), _undefined("office", other, plan.offices)
            elif plan.offices[other].side != side:
                yield ("also", side, i), f"{other} is an office of {plan.offices[other].side}, not of {side}"
    for side in obligation.all_sides:
        office = obligation.working_offices.get(side)
        if office is None:
            yield ("offices",), f"{side} has no office here; name one here, or under readings: offices: chosen"
        elif office not in plan.offices:
            yield ("offices", side), _undefined("office", office, plan.offices)
        elif plan.offices[office].side != side:
            yield ("offices", side), f"{office} is an office of {plan.offices[office].side}, not of {side}"
    yield from _reading_faults(obligation)


def _following_faults(plan: Plan, obligation: Obligation) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Faults of `item` (the item that follows the obligation), and of the fields that say who may call that item."""
    if obligation.item is not None and obligation.item != PLAN_ITSELF:
        followed = plan.obligation(obligation.item)
        if followed is None or followed is obligation:
            yield ("item",), f"there is no other obligation {obligation.item!r} in the plan; name one that exists"
        elif followed.item is not None:
            yield ("item",), f"the item of {followed.item} follows {followed.id} already; name {followed.item} here"
    on_trigger = obligation.cadence is Cadence.ON_TRIGGER
    if obligation.triggers and not on_trigger:
        yield ("triggers",), "only an obligation with cadence: on_trigger has triggers; set it, or remove this"
    if on_trigger and obligation.kind.continuous:
        yield ("cadence",), "nobody calls a standing commitment; make its kind procedure or meeting_series"
    if obligation.not_before and not on_trigger:
        yield ("not_before",), "only an obligation with cadence: on_trigger waits for a call; set it, or remove this"
    if obligation.not_before == "expiry" and (plan.valid_from is None or plan.valid_for_years is None):
        yield ("not_before",), "the plan states no end of its validity; give valid_from and valid_for_years"
    for i, side in enumerate(obligation.triggers):
        if side not in obligation.all_sides:
            yield ("triggers", i), f"{side} takes no part here; name one of {', '.join(obligation.all_sides)}"


def _reading_faults(obligation: Obligation) -> Iterator[tuple[tuple[str | int, ...], str]]:
    order = obligation.readings.order
    if order and order.chosen is not None and sorted(order.chosen) != sorted(obligation.all_sides):
        yield ("readings", "order", "chosen"), "the order must name each side that takes part, once"
    first = obligation.working_first_host
    if first is not None and obligation.host is None and first not in obligation.all_sides:
        yield ("readings", "first_host", "chosen"), f"the host must be one of {', '.join(obligation.all_sides)}"
    windows = obligation.working_windows
    if isinstance(windows, YearWindows) and windows.last < windows.first:
        stated = obligation.window is not None
        where = ("window", "last") if stated else ("readings", "windows", "chosen", "last")
        yield where, "the last year must not lie before the first"
    fields = set(Obligation.model_fields)
    for name in obligation.basis:
        if name not in fields:
            yield ("basis", name), f"{name!r} is not a field of an obligation"


def _undefined(what: str, name: str, known: Mapping[str, object]) -> str:
    return f"no {what} {name!r} is defined; defined are: {', '.join(sorted(known))}"
