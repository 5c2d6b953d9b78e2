"""Finds what a slot is on the clocks of each side, so that letters tell it to all sides alike."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from models.common.times import Slot
from models.messages.notices import Announcement, Proposed
from models.post.despatch import Despatch


class WallTime(NamedTuple):
    """A slot on the clocks of one or more zones that show the same time."""

    start: datetime
    end: datetime
    zones: tuple[str, ...]
    """The IANA names of the zones."""


def wall_times(slot: Slot, zones: tuple[str, ...]) -> tuple[WallTime, ...]:
    """Returns a slot on the clocks of `zones`, without repetition. The first entry is the slot as its proposer wrote
    it. Its zones are those of `zones` that show the same time, or else the zone of the proposer.

    A zone that this machine does not know is left out.
    """
    own = slot.start.local, slot.end.local
    found: dict[tuple[datetime, datetime], list[str]] = {own: []}
    for name in zones:
        try:
            here = ZoneInfo(name)
        except (LookupError, OSError, ValueError):
            continue
        start, end = (each.utc.astimezone(here).replace(tzinfo=None) for each in (slot.start, slot.end))
        found.setdefault((start, end), []).append(name)
    found[own] = found[own] or [slot.start.zone]
    return tuple(WallTime(*times, tuple(names)) for times, names in found.items())


def zones_by_slot(despatch: Despatch) -> Mapping[Slot, tuple[str, ...]]:
    """Returns, for each slot that a mail tells, the time zones of the sides that meet then. A slot of a notice from an
    older release has no zones."""
    found: dict[Slot, tuple[str, ...]] = {}
    for slot, zones in _told(despatch):
        found[slot] = tuple(dict.fromkeys((*found.get(slot, ()), *zones)))
    return found


def _told(despatch: Despatch) -> Iterator[tuple[Slot, tuple[str, ...]]]:
    words = (*((despatch.announcement,) if despatch.announcement else ()), *despatch.reminders)
    for word in words:
        yield from _told_by(word)
    for notice in despatch.notices:
        yield from _of_proposal(notice.proposal)


def _told_by(word: Announcement) -> Iterator[tuple[Slot, tuple[str, ...]]]:
    if word.event is not None:
        yield word.event.slot, word.zones
    if word.was_slot is not None:
        yield word.was_slot, word.zones
    for happened in (word.happened, *(each.happened for each in word.earlier)):
        yield from _of_proposal(happened.proposal if happened is not None else None)


def _of_proposal(proposal: Proposed | None) -> Iterator[tuple[Slot, tuple[str, ...]]]:
    if proposal is not None and proposal.slot is not None:
        yield proposal.slot, proposal.zones
