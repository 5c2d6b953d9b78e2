"""The door of an item: the checks of every act before the machine of the item is asked.

The door refuses texts that are too long and characters that no calendar can hold. It refuses a time zone that does not
exist, a local time that does not fit its instant, and a day that is too far away. It refuses a document that is empty,
too large or without a digest. It also refuses an act after which the state would be too large. The validator of every
Update calls `refuse`, and so does the option `--dry-run`.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel

from models.common.limits import DOCUMENT, fault_of
from models.common.times import ZonedTime, fault_of_time
from models.common.values import Instant
from models.machine.draft import S
from models.machine.machine import Machine
from models.messages.acts import Accept, Act, Counter, Document, Evidence, Outcome, Propose, Rectified, Rectify
from models.messages.views import Refusal

LARGEST_BY_PROPOSAL = 1_000_000
"""The most bytes of a state, as JSON, after a proposal. A payload of Temporal holds at most 2 MB."""

LARGEST_BY_CONSENT = 1_200_000
"""The most bytes of a state after a consent, which may put an amendment into force. Other acts are never refused for
size, so that the sides can always reject or withdraw an open proposal. Such acts add little to a state."""

REACH = timedelta(days=366 * 25)
"""The greatest time between now and a day that an act names. No plan is signed for a longer time."""

_DIGEST = re.compile(r"[0-9a-f]{64}")


def refuse(machine: Machine[S], state: S, act: Act, now: Instant) -> Refusal | None:
    """Returns why the door or the machine refuses an act now. None if the act may be taken."""
    fault = fault_of(act)
    if fault is not None:
        return Refusal(code=fault.code, message=f"{fault.field}: {fault.message}")
    for field, time in _times_of(act, ""):
        if (wrong := fault_of_time(time)) is not None:
            return Refusal(code="bad-time", message=f"{field}: {wrong}")
    for field, instant in _instants_of(act, ""):
        if abs(instant - now) > REACH:
            message = f"{field}: {instant:%-d %B %Y} is more than 25 years away; check the year"
            return Refusal(code="bad-time", message=message)
    named = act.fact if isinstance(act, Rectify) else act
    document = named.document if isinstance(named, Outcome | Evidence | Rectified) else None
    if document is not None and (wrong := fault_of_document(document)) is not None:
        return Refusal(code="bad-document", message=f"document: {wrong}")
    return machine.refuse(state, act, now) or _refuse_growth(machine, state, act, now)


def fault_of_document(document: Document) -> str | None:
    """Returns in words what is wrong with a document that an act names. None if nothing is wrong.

    The submitter of the act has seen the file itself, and the door sees only its name, its digest and its size.
    """
    if not 0 < document.size <= DOCUMENT:
        return f"it has {document.size:,} bytes; file a document of 1 to {DOCUMENT:,} bytes"
    if not _DIGEST.fullmatch(document.sha256):
        return "its SHA-256 digest must have 64 digits from 0 to f"
    if not document.name.strip(" .") or "/" in document.name or "\\" in document.name:
        return "its name must be the name of a file, without a folder"
    return None


def _refuse_growth(machine: Machine[S], state: S, act: Act, now: Instant) -> Refusal | None:
    """Refuses a proposal or a consent after which the state would be larger than a workflow may carry. None if it
    fits, and for every other act."""
    if not isinstance(act, Propose | Counter | Accept):
        return None
    most = LARGEST_BY_CONSENT if isinstance(act, Accept) else LARGEST_BY_PROPOSAL
    size = len(machine.rules.carried(machine.take(state, act, now).state).model_dump_json().encode())
    if size <= most:
        return None
    message = (
        f"{state.setup.id} would hold {size:,} bytes, and at most {most:,} fit; first accept, reject or withdraw open "
        "proposals there"
    )
    return Refusal(code="too-large", message=message)


def check_sound(machine: Machine[S], state: S, now: Instant, reread: bool = False) -> None:
    """Checks that an item can go on from the state that a signal has left. If not, it raises the error that the item
    would meet.

    It asks the machine what is due and for the view. With `reread`, it also checks that the next run of the workflow
    can read the state. An act needs no such check, because `refuse` has checked each field.
    """
    machine.due(state, now)
    machine.next_moment(state)
    machine.view(state)
    if reread:
        carried = machine.rules.carried(state)
        type(carried).model_validate_json(carried.model_dump_json(warnings=False))


# Times in an act


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
