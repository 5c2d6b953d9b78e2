"""Reads the times and lengths of time that people type on the command line."""

import re
from datetime import datetime, timedelta
from zoneinfo import available_timezones

from pydantic import TypeAdapter, ValidationError

from cli.errors import BadUsage
from models.common.nearest import did_you_mean
from models.common.times import ZonedTime
from models.common.values import Duration
from models.common.zones import Length, zoned


def wall_time(text: str, option: str, *, day: bool = False) -> datetime:
    """Reads a wall time without a zone, such as 2026-12-01T09:00. If `day` is true, the text may be a day alone, which
    means midnight at its start.

    `option` is the option that the message names. Raises BadUsage for any other text.
    """
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        if not day:
            raise BadUsage("bad-time", f"{option} {text!r}: add the time of day, as in {text}T09:00")
        text = f"{text}T00:00"
    try:
        local = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadUsage("bad-time", f"{option} {text!r}: write it as 2026-12-01T09:00") from error
    if local.tzinfo is not None:
        raise BadUsage("bad-time", f"{option} {text!r}: write the time without an offset, and its zone with --zone")
    return local


def in_zone(local: datetime, zone: str, option: str) -> ZonedTime:
    try:
        return zoned(local, zone)
    except ValueError as error:
        hint = did_you_mean(zone, available_timezones(), "")
        near = f"; {hint}" if hint and zone not in available_timezones() else ""
        raise BadUsage("bad-time", f"{option}: {error}{near}") from error


LONGEST = timedelta(days=60)

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_WORDS = r"d|days?|h|hours?|hrs?|m|min|mins|minutes?|s|sec|secs|seconds?"
_PART = re.compile(rf"(\d+(?:\.\d+)?)\s*({_WORDS})(?![a-z])[\s,]*")


def duration(text: str, option: str = "--for") -> Length:
    """Reads a length of time, such as 3h, 90m, 2 days, 1h30m, or PT3H (ISO 8601). A day in it is a day of the calendar,
    not always 24 hours.

    Raises BadUsage for any other text, and for a length that is not above zero or that is over 60 days.
    """
    length = _iso(text) if text[:1] == "P" else _in_units(text)
    if length is None:
        raise BadUsage("bad-duration", f"{option} {text!r}: write it as 3h, 90m, 2 days, 1h30m or PT3H")
    if not timedelta(0) < timedelta(days=length.days) + length.exact <= LONGEST:
        raise BadUsage("bad-duration", f"{option} {text!r}: write a duration above zero and up to 60 days, such as 3h")
    return length


def _iso(text: str) -> Length | None:
    dates = text.partition("T")[0]
    try:
        length = TypeAdapter[timedelta](Duration).validate_python(text)
        days = TypeAdapter[timedelta](Duration).validate_python(dates).days if dates != "P" else 0
    except ValidationError:
        return None
    return Length(days, length - timedelta(days=days))


def _in_units(text: str) -> Length | None:
    """The sum of numbers with their units, each unit once, the largest first. None if the text is something else."""
    parts = _PART.findall(text.strip().casefold())
    if not parts or _PART.sub("", text.strip().casefold()):
        return None
    units = [unit[0] for _, unit in parts]
    if units != sorted(set(units), key="dhms".index):
        return None
    amounts = {_UNITS[unit]: float(number) for unit, (number, _) in zip(units, parts, strict=True)}
    days = int(amounts.get("days", 0))
    try:
        return Length(days, timedelta(**amounts) - timedelta(days=days))
    except OverflowError:
        return None
