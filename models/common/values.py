"""The base classes and types of every model: frozen values, UTC instants, ISO 8601 durations."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema


class Value(BaseModel):
    """A frozen value in a message or a state.

    A value ignores fields that its class does not know. A field that a later release adds always has a default value.
    So new code can read old histories, and old code can read new messages.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")


class FilePart(BaseModel):
    """A frozen part of a file that a person writes. A field that its class does not know is an error, so that the
    program finds typing errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def to_utc(instant: datetime) -> datetime:
    """Returns the same instant in UTC. Raises ValueError for a datetime without an offset, because such a datetime
    names no instant."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset from UTC, as in 2026-12-01T02:00:00Z")
    return instant.astimezone(UTC)


def write_instant(instant: datetime) -> str:
    """Writes an instant as RFC 3339 in UTC, with a final Z. It writes microseconds only if they are not zero."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_instant(text: str) -> datetime:
    """Reads an instant that `write_instant` wrote. Raises ValueError for a text that is no instant."""
    return datetime.fromisoformat(text)


def write_duration(duration: timedelta) -> str:
    """Writes a duration as ISO 8601, with days and seconds only: P30D, PT20S, P1DT3600S, PT0S."""
    days, seconds = duration.days, duration.seconds + duration.microseconds / 1e6
    number = f"{seconds:f}".rstrip("0").rstrip(".")
    time_part = f"T{number}S" if seconds or not days else ""
    return f"P{days}D{time_part}" if days else f"P{time_part}"


_DURATION = re.compile(r"P(?=[0-9T])([0-9]+W)?([0-9]+D)?(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]+)?S)?)?")


def read_duration(value: object) -> object:
    """Returns the value unchanged. Raises ValueError for a number, and for a text that is no plain ISO 8601 duration.

    Without this check, pydantic would read 30 as 30 seconds and P1M as 30 days. The writer may have meant something
    else.
    """
    if isinstance(value, str | int | float) and not (isinstance(value, str) and _DURATION.fullmatch(value)):
        message = f"{value!r} is no duration; write it as ISO 8601, like P30D (days), PT12H (hours) or PT20S (seconds)"
        raise ValueError(message)
    return value


Instant = Annotated[datetime, AfterValidator(to_utc), PlainSerializer(write_instant, when_used="json")]
"""A datetime in UTC, with its offset. Decisions compare only such instants."""

Duration = Annotated[
    timedelta,
    BeforeValidator(read_duration),
    PlainSerializer(write_duration, when_used="json"),
    WithJsonSchema({"type": "string", "format": "duration", "pattern": f"^(?:{_DURATION.pattern})$"}),
]
"""A length of time. Files and messages write it as ISO 8601, in the form of RFC 5545 section 3.3.6."""
