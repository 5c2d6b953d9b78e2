"""Zone arithmetic, kept out of workflows: zone tables change between machines and years, histories do not.

Whoever submits an act, or the activity that resolves a plan's windows, comes here; workflows get instants.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.base import Instant
from models.invitation import ZonedTime
from models.plan import OffsetRound, OffsetWindows, Plan, Window, YearRound, YearWindows
from models.wording import Clock


def zone(name: str) -> ZoneInfo:
    """An IANA zone. Raises ValueError for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone; write one as Asia/Vientiane") from error


def zoned(local: datetime, name: str) -> ZonedTime:
    """Resolves a naive wall time. Raises ValueError where the clocks skip it or show it twice."""
    if local.tzinfo is not None:
        raise ValueError("give the wall time without an offset; the zone says which instant it is")
    early = local.replace(tzinfo=zone(name), fold=0)
    late = early.replace(fold=1)
    if early.utcoffset() != late.utcoffset():
        there_and_back = early.astimezone(UTC).astimezone(zone(name)).replace(tzinfo=None)
        what = "is shown twice by" if there_and_back == local else "is skipped by"
        raise ValueError(f"{local:%Y-%m-%d %H:%M} {what} the clocks of {name}; choose another time")
    return ZonedTime(local=local, zone=name, utc=early.astimezone(UTC))


def later(start: ZonedTime, length: timedelta) -> ZonedTime:
    """The wall time in the same zone after an exact length of time."""
    end = start.utc + length
    return ZonedTime(local=end.astimezone(zone(start.zone)).replace(tzinfo=None), zone=start.zone, utc=end)


ROUND = "round"
"""The key under which the status rounds stand among the windows; no obligation may bear it."""


def resolve_windows(plan: Plan, launched: Instant) -> dict[str, tuple[Window, ...]]:
    """The windows of every obligation that has any, as instants; under `round` the status rounds."""
    # Hundreds of obligations share a few rules: each is resolved once.
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
    """A round asks at the start of its window, and is shown to the ministries at its end."""
    if isinstance(rule, YearRound):
        month, day = map(int, rule.day.split("-"))
        days = [(str(year), datetime(year, month, day, tzinfo=zone(plan.zone))) for year in _years(rule)]
        starts = [(name, start.astimezone(UTC)) for name, start in days]
    else:
        starts = [(str(n), launched + rule.opens + (n - 1) * rule.every) for n in range(1, rule.count + 1)]
    return [Window(name=name, start=start, end=start + plan.round_closes) for name, start in starts]


def _years(rule: YearRound) -> range:
    return range(rule.first, rule.last + 1)


def windows_of(plan: Plan, rule: YearWindows | OffsetWindows, launched: Instant) -> list[Window]:
    """Calendar years in the plan's zone, or offsets from the launch."""
    if isinstance(rule, YearWindows):
        return [
            Window(name=str(year), start=_year_begins(plan, year), end=_year_begins(plan, year + 1))
            for year in range(rule.first, rule.last + 1, rule.every)
        ]
    starts = [(n, launched + rule.opens + (n - 1) * rule.every) for n in range(1, rule.count + 1)]
    return [Window(name=str(n), start=start, end=start + rule.length) for n, start in starts]


def _year_begins(plan: Plan, year: int) -> Instant:
    """1 January; where the sides have agreed on plan years, the day on which the plan took effect."""
    start = plan.valid_from if plan.year == "plan" else None
    month, day = (start.month, start.day) if start else (1, 1)
    return datetime(year, month, day, tzinfo=zone(plan.zone)).astimezone(UTC)


def clock_of(plan: Plan, now: Instant) -> Clock:
    """How the plan's instants are shown: in its zone, at today's offset."""
    offset = now.astimezone(zone(plan.zone)).utcoffset() or timedelta(0)
    return Clock(zone=plan.zone, offset=offset, fine=plan.despatch.period < timedelta(hours=1))


def end_of_validity(plan: Plan) -> Instant | None:
    """The first instant at which the plan is no longer valid, in its zone; None where it states no term."""
    if plan.valid_from is None or plan.valid_for_years is None:
        return None
    end = plan.valid_from.replace(year=plan.valid_from.year + plan.valid_for_years)
    return datetime(end.year, end.month, end.day, tzinfo=zone(plan.zone)).astimezone(UTC)
