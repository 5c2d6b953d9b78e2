"""What is wrong with a plan that no single field can know: names that nothing defines, rungs too close, readings that
fit nothing. The loader tells each fault at its line."""

from collections.abc import Iterator, Mapping

from models.plan.plan import RANK_SUFFIX, Cadence, Obligation, Plan, Rank, Strength, YearWindows

PLAN_ITSELF = "plan"
"""As the `item` of an obligation: the plan's own workflow follows it (its amendments)."""

RESERVED = frozenset({"office", "questions", "round", "plan"})
"""Segments of ids and keys that mean something else."""


def faults(plan: Plan) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What no single field can know: names that nothing defines, rungs too close, obligations nobody can follow.

    Yields (path in the file, message that says what to do).
    """
    yield from _side_faults(plan)
    yield from _ladder_faults(plan)
    seen: set[str] = set()
    refs: set[str] = set()
    for i, provision in enumerate(plan.provisions):
        if provision.ref in refs:
            yield ("provisions", i, "ref"), f"{provision.ref} is there already; put its obligations together there"
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
                yield ("offices", name + suffix), f"{name + suffix} is rank {rank.value} of {name}; name it otherwise"


def _ladder_faults(plan: Plan) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for strength in Strength:
        if strength not in plan.ladder_by_strength:
            yield ("ladder_by_strength",), f"say which ladder {strength.value!r} follows"
    for strength, name in plan.ladder_by_strength.items():
        if name not in plan.ladders:
            yield ("ladder_by_strength", strength.value), _undefined("ladder", name, plan.ladders)
    if plan.undated_ladder not in plan.ladders:
        yield ("undated_ladder",), _undefined("ladder", plan.undated_ladder, plan.ladders)
    for name, ladder in plan.ladders.items():
        path = ("ladders", name, "rungs")
        if ladder.rungs[0].after or ladder.rungs[0].rank is not Rank.COORDINATOR:
            yield (*path, 0), "the first rung is the coordinator's, after: PT0S"
        for i, (lower, upper) in enumerate(zip(ladder.rungs, ladder.rungs[1:], strict=False), start=1):
            if upper.rank <= lower.rank:
                yield (*path, i, "rank"), "each rung names a higher rank than the one below it"
            if upper.after - lower.after < plan.despatch.period:
                yield (*path, i, "after"), "a rung is never closer than one despatch period to the one below"


def _obligation_faults(plan: Plan, obligation: Obligation) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for field in ("sides", "third_states"):
        for i, side in enumerate(getattr(obligation, field)):
            if side not in plan.sides:
                yield (field, i), _undefined("side", side, plan.sides)
    if obligation.host is not None and obligation.host not in obligation.all_sides:
        yield ("host",), f"the host is one of the sides that take part: {', '.join(obligation.all_sides)}"
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
            yield ("offices",), f"no office of {side}; state it, or give it under readings: offices: chosen"
        elif office not in plan.offices:
            yield ("offices", side), _undefined("office", office, plan.offices)
        elif plan.offices[office].side != side:
            yield ("offices", side), f"{office} is an office of {plan.offices[office].side}, not of {side}"
    yield from _reading_faults(obligation)


def _following_faults(plan: Plan, obligation: Obligation) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """By which item it is followed, and who may pull its trigger."""
    if obligation.item is not None and obligation.item != PLAN_ITSELF:
        followed = plan.obligation(obligation.item)
        if followed is None or followed is obligation:
            yield ("item",), f"no other obligation {obligation.item!r} is in the plan"
        elif followed.item is not None:
            yield ("item",), f"{followed.id} is itself followed by {followed.item}; name that one"
    on_trigger = obligation.cadence is Cadence.ON_TRIGGER
    if obligation.triggers and not on_trigger:
        yield ("triggers",), "only what is on_trigger has a trigger; set cadence: on_trigger or remove this"
    if on_trigger and obligation.kind.continuous:
        yield ("cadence",), "a standing commitment is never triggered; write it as a procedure or a meeting_series"
    if obligation.not_before and not on_trigger:
        yield ("not_before",), "only what is on_trigger waits for a call; set cadence: on_trigger or remove this"
    if obligation.not_before == "expiry" and (plan.valid_from is None or plan.valid_for_years is None):
        yield ("not_before",), "the plan states no end of its validity; give valid_from and valid_for_years"
    for i, side in enumerate(obligation.triggers):
        if side not in obligation.all_sides:
            yield ("triggers", i), f"the trigger is pulled by one of {', '.join(obligation.all_sides)}"


def _reading_faults(obligation: Obligation) -> Iterator[tuple[tuple[str | int, ...], str]]:
    order = obligation.readings.order
    if order and order.chosen is not None and sorted(order.chosen) != sorted(obligation.all_sides):
        yield ("readings", "order", "chosen"), "the order names each side that takes part, once"
    first = obligation.working_first_host
    if first is not None and obligation.host is None and first not in obligation.all_sides:
        yield ("readings", "first_host", "chosen"), f"the host is one of {', '.join(obligation.all_sides)}"
    windows = obligation.working_windows
    if isinstance(windows, YearWindows) and windows.last < windows.first:
        yield ("readings", "windows", "chosen", "last"), "the last year is not before the first"
    fields = set(Obligation.model_fields)
    for name in obligation.basis:
        if name not in fields:
            yield ("basis", name), f"{name!r} is no field of an obligation"


def _undefined(what: str, name: str, known: Mapping[str, object]) -> str:
    return f"no {what} {name!r} is defined; there are: {', '.join(sorted(known))}"
