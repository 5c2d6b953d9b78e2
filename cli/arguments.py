"""Reads times and lengths of time as people type them."""

import re
from datetime import datetime, timedelta
from zoneinfo import available_timezones

from pydantic import TypeAdapter, ValidationError

from cli.errors import BadUsage
from models.common.nearest import did_you_mean
from models.common.times import ZonedTime
from models.common.zones import zoned


def wall_time(text: str, option: str, *, day: bool = False) -> datetime:
    """Reads a wall time without a zone. With `day`, a day alone means its first instant. Raises BadUsage."""
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


def duration(text: str) -> timedelta:
    try:
        length = TypeAdapter(timedelta).validate_python(text)
    except ValidationError as error:
        raise BadUsage("bad-duration", f"--for {text!r}: write an ISO 8601 duration, such as PT3H or P1DT6H") from error
    if not text.startswith("P") or length <= timedelta(0) or length > timedelta(days=60):
        raise BadUsage("bad-duration", f"--for {text!r}: write a duration above zero and up to 60 days, such as PT3H")
    return length
