"""The door of an item: the checks of every act before the machine of the item is asked.

The door refuses texts beyond their limits and characters that no calendar can carry. It refuses a zone that does not
exist, a wall time that does not fit its instant, and a day that is too far away. It also refuses an act after which the
state would be too large. The validator of every Update calls `refuse`, and so does `--dry-run`.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel

from models.common.limits import fault_of
from models.common.times import ZonedTime
from models.common.values import Instant
from models.common.zone_offsets import OFFSETS
from models.machine.draft import S
from models.machine.machine import Machine
from models.messages.acts import Act
from models.messages.views import Refusal

LARGEST_STATE = 1_000_000
"""The most bytes of a state as JSON. A payload of Temporal holds at most 2 MB, and an act travels beside the state."""

REACH = timedelta(days=366 * 25)
"""The greatest distance from now at which an act may name a day. No plan is signed for longer."""


def refuse(machine: Machine[S], state: S, act: Act, now: Instant) -> Refusal | None:
    """Why an act is not taken now: by the checks of the door, or by the machine. None if it is taken."""
    fault = fault_of(act)
    if fault is not None:
        return Refusal(code=fault.code, message=f"{fault.field}: {fault.message}")
    for field, time in _times_of(act, ""):
        if (wrong := _untrue(time)) is not None:
            return Refusal(code="bad-time", message=f"{field}: {wrong}")
    for field, instant in _instants_of(act, ""):
        if abs(instant - now) > REACH:
            message = f"{field}: {instant:%-d %B %Y} is more than 25 years away; check the year"
            return Refusal(code="bad-time", message=message)
    return machine.refuse(state, act, now) or _refuse_growth(machine, state, act, now)


def _refuse_growth(machine: Machine[S], state: S, act: Act, now: Instant) -> Refusal | None:
    """Refuses an act after which the state would be larger than a workflow may carry. None if it fits."""
    after = machine.take(state, act, now).state
    size = len(machine.rules.carried(after).model_dump_json().encode())
    if size <= LARGEST_STATE:
        return None
    message = (
        f"{state.setup.id} would hold {size:,} bytes, and at most {LARGEST_STATE:,} fit; first accept, reject or "
        "withdraw open proposals there"
    )
    return Refusal(code="too-large", message=message)


# Times in an act


def _untrue(time: ZonedTime) -> str | None:
    """Why a wall time does not fit its instant. None if it fits."""
    offsets = OFFSETS.get(time.zone)
    if offsets is None:
        return f"{time.zone!r} is no IANA time zone; write one as Asia/Vientiane"
    if time.local.tzinfo is not None:
        return "the wall time has an offset; leave it out, because the zone says which instant it is"
    ahead = time.local - time.utc.replace(tzinfo=None)
    if ahead not in {timedelta(minutes=each) for each in offsets}:
        return f"{time.local:%Y-%m-%d %H:%M} in {time.zone} is not the instant {time.utc:%Y-%m-%dT%H:%M:%SZ}"
    return None


def _times_of(value: Any, path: str) -> Iterator[tuple[str, ZonedTime]]:
    """Every wall time in an act, with the path of its field."""
    if isinstance(value, ZonedTime):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _times_of(getattr(value, name), f"{path}.{name}".lstrip("."))


def _instants_of(value: Any, path: str) -> Iterator[tuple[str, datetime]]:
    """Every instant in an act, with the path of its field."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _instants_of(getattr(value, name), f"{path}.{name}".lstrip("."))
