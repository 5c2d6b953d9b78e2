"""What every model here is built from: frozen values, UTC instants, ISO 8601 durations."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema


class Value(BaseModel):
    """A frozen value in a message or a state.

    Unknown fields are ignored and new fields have defaults, so that old histories and new code understand each other.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")


class FilePart(BaseModel):
    """A frozen part of a file that a person writes. Unknown fields are refused: a typo must not pass for a rule."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def to_utc(instant: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a naive datetime, which names no instant."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset from UTC, as in 2026-12-01T02:00:00Z")
    return instant.astimezone(UTC)


def write_instant(instant: datetime) -> str:
    """RFC 3339 in UTC with a final Z; microseconds only where there are any."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_instant(text: str) -> datetime:
    """The instant that `write_instant` wrote. Raises ValueError."""
    return datetime.fromisoformat(text)


def write_duration(duration: timedelta) -> str:
    """ISO 8601 with days and seconds only: P30D, PT20S, P1DT3600S, PT0S."""
    days, seconds = duration.days, duration.seconds + duration.microseconds / 1e6
    number = f"{seconds:f}".rstrip("0").rstrip(".")
    time_part = f"T{number}S" if seconds or not days else ""
    return f"P{days}D{time_part}" if days else f"P{time_part}"


_DURATION = re.compile(r"P(?=[0-9T])([0-9]+W)?([0-9]+D)?(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]+)?S)?)?")


def read_duration(value: object) -> object:
    """Refuse what pydantic would read as a duration but a person may mean otherwise: 30 is 30 s, P1M is 30 days."""
    if isinstance(value, str | int | float) and not (isinstance(value, str) and _DURATION.fullmatch(value)):
        message = f"{value!r} is no duration; write it as ISO 8601, like P30D (days), PT12H (hours) or PT20S (seconds)"
        raise ValueError(message)
    return value


Instant = Annotated[datetime, AfterValidator(to_utc), PlainSerializer(write_instant, when_used="json")]
"""An aware datetime in UTC. Decisions compare these only."""

Duration = Annotated[
    timedelta,
    BeforeValidator(read_duration),
    PlainSerializer(write_duration, when_used="json"),
    WithJsonSchema({"type": "string", "format": "duration", "pattern": f"^(?:{_DURATION.pattern})$"}),
]
"""A length of time; ISO 8601 in files and messages (RFC 5545 section 3.3.6 writes it the same way)."""
