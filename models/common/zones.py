"""Converts between wall times and instants. Workflows must not use this module: zone tables differ between machines.

The command line, adapters and activities use it. Workflows receive instants.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.common.times import ZonedTime


def zone(name: str) -> ZoneInfo:
    """The IANA zone of this name. Raises ValueError if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone; write one as Asia/Vientiane") from error


def zoned(local: datetime, name: str) -> ZonedTime:
    """Finds the instant of a wall time in a zone. Raises ValueError if the clocks skip that time or show it twice."""
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
    """The wall time in the same zone, an exact length of time after `start`."""
    end = start.utc + length
    return ZonedTime(local=end.astimezone(zone(start.zone)).replace(tzinfo=None), zone=start.zone, utc=end)
