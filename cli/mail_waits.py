"""Says that mail about an item waits: mail to which office, until when, and why."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from temporalio.service import RPCError

from cli.asking import item_state, room_of, side_by_side
from cli.errors import CommandError
from cli.session import Session
from models.common.values import Instant
from models.post.post_room_state import PostRoomState
from models.post.why import not_said, of_item, told

TRIES = 4
PAUSE = 0.25
"""The seconds between two tries. More than one try is needed, because a post room learns of an act a moment after the
receipt."""

WHY = {
    "outside-hours": "the office is closed",
    "despatch-day": "what is newly awaited goes in the weekly letter",
    "ceiling": "this week has had its letter",
    "undeliverable": "mail does not reach the office",
}
"""The reasons for which mail waits longer than a moment, in words. The keys are the codes that the command `why` gives
them."""


async def mail_waits(here: Session, item: str, awaited: Iterable[str]) -> list[str]:
    """Returns one line for each office to which mail about an item waits. It asks the post rooms of the item's
    coordinators and of the offices in `awaited`.

    Returns an empty list if no mail waits. Also returns an empty list if no worker answers, and raises no error then,
    because the item has already taken the act.
    """
    try:
        _, state = await item_state(here, item)
        names = dict.fromkeys((*(party.coordinator.office for party in state.setup.parties), *awaited))
        plan = await here.plan()
        for _ in range(TRIES):
            now = datetime.now(UTC)
            rooms = [room for room in await side_by_side([room_of(here, plan, name) for name in names]) if room]
            lines = [line for room in rooms if (line := waiting_line(room, item, now))]
            if lines or not rooms:
                return lines
            await asyncio.sleep(PAUSE)
    except (CommandError, RPCError):
        pass
    return []


def waiting_line(room: PostRoomState, item: str, now: Instant) -> str:
    """Returns a line about mail that waits in a post room: "mail to khm-moc waits until Monday 08:00, Phnom Penh: the
    office is closed". If several things wait, the line names the one that waits until the earliest instant.

    Empty if no mail about the item waits in this post room.
    """
    office = room.address.office
    about = (each for each in told(office, [], room) if of_item(item, each.key))
    found = [(each.until, WHY[each.code]) for each in not_said(room, about, now) if each.code in WHY]
    dated = sorted((until, why) for until, why in found if until is not None and until > now)
    if dated:
        until, why = dated[0]
        return f"mail to {office} waits until {day_and_time(until, room.address.zone, now)}: {why}"
    return f"mail to {office} waits: {found[0][1]}" if found else ""


def day_and_time(instant: Instant, zone: str, now: Instant) -> str:
    """Returns an instant in the wall time of an office: "Monday 08:00, Phnom Penh". The date is added if the instant is
    a week or more after `now`."""
    return ", ".join(_parts(instant.astimezone(ZoneInfo(zone)), zone, now))


def _parts(local: datetime, zone: str, now: Instant) -> Iterator[str]:
    near = (local.date() - now.astimezone(local.tzinfo).date()).days < 7
    if near:
        yield f"{local:%A %H:%M}"
    else:
        yield f"{local:%A} {local.day} {local:%B %Y}"
        yield f"{local:%H:%M}"
    yield zone.rpartition("/")[2].replace("_", " ")
