"""Zone arithmetic, kept out of workflows: zone tables change between machines and years, histories do not.

Whoever submits an act, or the activity that resolves a plan's windows, comes here; workflows get instants.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.common.times import ZonedTime


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
