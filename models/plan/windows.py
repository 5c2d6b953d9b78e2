"""Turns the windows and status rounds of a plan into instants, in the plan's zone."""

from datetime import UTC, datetime, timedelta

from models.common.clock import Clock
from models.common.values import Instant
from models.common.zones import moved, zone
from models.plan.plan import OffsetRound, OffsetWindows, Plan, Window, YearRound, YearWindows

ROUND = "round"
"""The key of the status rounds in the result of `resolve_windows`. No obligation may have this word as its id."""


def resolve_windows(plan: Plan, launched: Instant) -> dict[str, tuple[Window, ...]]:
    """The windows of each obligation that has any, by the id of the obligation. The key `round` holds the status
    rounds, if the plan has any."""
    # Hundreds of obligations share a few rules. So each rule is resolved once.
    known: dict[YearWindows | OffsetWindows, tuple[Window, ...]] = {}
    found: dict[str, tuple[Window, ...]] = {}
    for _, obligation in plan.obligations():
        rule = obligation.working_windows
        if rule is None:
            continue
        if rule not in known:
            known[rule] = tuple(windows_of(plan, rule, launched))
        found[obligation.id] = known[rule]
    if plan.round is not None:
        found[ROUND] = tuple(_rounds(plan, plan.round, launched))
    return found


def _rounds(plan: Plan, rule: YearRound | OffsetRound, launched: Instant) -> list[Window]:
    """The status rounds as windows. A round asks the offices at its start. At its end the ministries of foreign affairs
    receive the answers."""
    if isinstance(rule, YearRound):
        month, day = map(int, rule.day.split("-"))
        days = [(str(year), datetime(year, month, day, tzinfo=zone(plan.zone))) for year in _years(rule)]
        starts = [(name, start.astimezone(UTC)) for name, start in days]
    else:
        starts = [(str(n), _nth(plan, rule, n, launched)) for n in range(1, rule.count + 1)]
    return [Window(name=name, start=start, end=moved(start, plan.round_closes, plan.zone)) for name, start in starts]


def _nth(plan: Plan, rule: OffsetRound | OffsetWindows, n: int, launched: Instant) -> Instant:
    """When the nth window or round begins. Whole days are days of the calendar in the plan's zone."""
    return moved(launched, rule.opens + (n - 1) * rule.every, plan.zone)


def _years(rule: YearRound) -> range:
    return range(rule.first, rule.last + 1)


def windows_of(plan: Plan, rule: YearWindows | OffsetWindows, launched: Instant) -> list[Window]:
    """The windows of one rule, in order. They are years in the plan's zone, or periods that are counted from the
    launch."""
    if isinstance(rule, YearWindows):
        return [
            Window(name=str(year), start=_year_begins(plan, year), end=_year_begins(plan, year + 1))
            for year in range(rule.first, rule.last + 1, rule.every)
        ]
    starts = [(n, _nth(plan, rule, n, launched)) for n in range(1, rule.count + 1)]
    return [Window(name=str(n), start=start, end=moved(start, rule.length, plan.zone)) for n, start in starts]


def _year_begins(plan: Plan, year: int) -> Instant:
    """When a year begins: on 1 January, or, in a plan with plan years, on the day on which the plan took effect."""
    start = plan.valid_from if plan.year == "plan" else None
    month, day = (start.month, start.day) if start else (1, 1)
    return datetime(year, month, day, tzinfo=zone(plan.zone)).astimezone(UTC)


def clock_of(plan: Plan, now: Instant) -> Clock:
    """The clock that shows the plan's instants to people, in the zone of the plan, at the offset from UTC that the zone
    has at `now`."""
    offset = now.astimezone(zone(plan.zone)).utcoffset() or timedelta(0)
    return Clock(zone=plan.zone, offset=offset, fine=plan.despatch.period < timedelta(hours=1))


def start_of_validity(plan: Plan) -> Instant | None:
    """The first instant at which the plan is valid. None if the plan states no day for this."""
    start = plan.valid_from
    return datetime(start.year, start.month, start.day, tzinfo=zone(plan.zone)).astimezone(UTC) if start else None


def end_of_validity(plan: Plan) -> Instant | None:
    """The first instant at which the plan is no longer valid. None if the plan does not state from when, or for how
    many years, it is valid."""
    if plan.valid_from is None or plan.valid_for_years is None:
        return None
    end = plan.valid_from.replace(year=plan.valid_from.year + plan.valid_for_years)
    return datetime(end.year, end.month, end.day, tzinfo=zone(plan.zone)).astimezone(UTC)
