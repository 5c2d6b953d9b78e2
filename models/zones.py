"""Zone arithmetic, kept out of workflows: zone tables change between machines and years, histories do not.

Whoever submits an act, or the activity that resolves a plan's windows, comes here; workflows get instants.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.base import Instant
from models.invitation import ZonedTime
from models.plan import OffsetWindows, Plan, Window, YearWindows
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


def resolve_windows(plan: Plan, launched: Instant) -> dict[str, tuple[Window, ...]]:
    """The windows of every obligation that has any, as instants."""
    return {
        obligation.id: tuple(windows_of(plan, rule, launched))
        for _, obligation in plan.obligations()
        if (rule := obligation.working_windows) is not None
    }


def windows_of(plan: Plan, rule: YearWindows | OffsetWindows, launched: Instant) -> list[Window]:
    """Calendar years in the plan's zone, or offsets from the launch."""
    if isinstance(rule, YearWindows):
        return [
            Window(name=str(year), start=_new_year(year, plan.zone), end=_new_year(year + 1, plan.zone))
            for year in range(rule.first, rule.last + 1, rule.every)
        ]
    starts = [(n, launched + rule.opens + (n - 1) * rule.every) for n in range(1, rule.count + 1)]
    return [Window(name=str(n), start=start, end=start + rule.length) for n, start in starts]


def _new_year(year: int, name: str) -> Instant:
    return datetime(year, 1, 1, tzinfo=zone(name)).astimezone(UTC)


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
