"""Why an office was written to, and why it was not: what became of each notice, and of those that one might expect.

Read from a post room's record, from the post room as it stands, and from the items that speak to it. Nothing here
decides anything.
"""

from collections.abc import Iterable
from typing import Any

from models.common.values import Instant, Value
from models.machine.ladders import next_rung_at
from models.machine.machine import Machine
from models.machine.state import ItemState, OpenAct
from models.messages.notices import AnnouncementKind
from models.messages.sentences import infinitive
from models.plan.parties import Party
from models.plan.plan import RANK_SUFFIX
from models.post.letter_day import cannot_wait, next_instant, routine_instant
from models.post.post_room_state import PostRoomState, StandingNotice
from models.post.reminders import goes_alone_at

FATES = ("sent", "merged", "withdrawn", "suppressed", "returned", "bounced")
"""Lines of a post room's record that say what became of a notice."""


class Told(Value):
    """One notice or announcement that was decided, and what became of it."""

    key: str
    office: str
    item: str
    act: str
    """The awaited act, or the kind of announcement."""
    rung: int | None
    """None for an announcement."""
    fate: str
    """sent, merged, withdrawn, suppressed, returned, bounced; standing: it waits to be said."""
    at: Instant | None
    """When that was; of what stands, when the post room heard of it."""
    reason: str = ""
    message_id: str = ""
    awaited: bool = False
    """It is in the letters as long as it is."""


class Untold(Value):
    """A notice that one might expect, and that was not sent, or not yet."""

    office: str
    item: str
    act: str
    rung: int | None
    """None where there is no rung to which it would be said."""
    code: str
    """outside-hours, despatch-day, ceiling, quiet, gathered, on-its-way, undeliverable, settled, merged, suppressed,
    not-yet-due, too-late, paused, last-rung, third-state, coordinator-only, dormant, closed"""
    reason: str
    until: Instant | None = None
    """When it is said, or looked at again; None where nothing dates it."""


def parts_of(key: str) -> tuple[str, str, int | None]:
    """The item, the act (or kind) and the rung that a key names."""
    parts = key.split("/")
    if len(parts) > 3 and parts[-3] in set(AnnouncementKind):
        return "/".join(parts[:-3]), parts[-3], None
    if len(parts) < 6 or not parts[-3].isdigit():
        return key, "", None
    session = parts[-5]
    return "/".join(parts[:-5] if session == "-" else parts[:-4]), parts[-4], int(parts[-3])


def of_item(item: str, key: str) -> bool:
    """Whether a key is that of an item, or of a session of it."""
    named = parts_of(key)[0]
    return named == item or named.startswith(f"{item}/")


# --- what was decided ------------------------------------------------------------------------------------------------


def told(office: str, lines: Iterable[dict[str, Any]], room: PostRoomState | None) -> list[Told]:
    """Every notice of which the post room knows: what its record says last of each, then what it has not said yet."""
    written = [*lines, *(entry.model_dump(mode="json") for entry in room.pending)] if room else list(lines)
    found: dict[str, Told] = {}
    before: dict[str, Told | None] = {}
    for line in written:
        data = line.get("data", {})
        if line.get("verb") == "reached":
            # What had come back was said before, or waits to be said.
            found = {key: (before.get(key) or each) if each.fate == "returned" else each for key, each in found.items()}
        key = data.get("key", "")
        if line.get("verb") not in FATES or not key:
            continue
        item, act, rung = parts_of(key)
        before[key] = found.get(key)
        # The Message-ID of the mail that carried it stays named when it comes back.
        identity = data.get("message_id") or (found[key].message_id if key in found else "")
        fields = {"key": key, "office": office, "item": item, "act": act, "rung": rung, "message_id": identity}
        found[key] = Told.model_validate(
            {**fields, "fate": line["verb"], "at": line["at"], "reason": data.get("reason", "")}
        )
    for standing in room.standing.values() if room else ():
        found[standing.notice.key] = _standing(office, standing, found.get(standing.notice.key))
    for queued in room.queue if room else ():
        known = found.get(queued.key)
        if known is None or known.fate not in ("returned", "bounced"):
            item, act, rung = parts_of(queued.key)
            found[queued.key] = Told(
                key=queued.key, office=office, item=item, act=act, rung=rung, fate="standing", at=queued.at
            )
    for reminder in room.waiting_reminders if room else ():
        key = reminder.word.key
        known = found.get(key)
        if known is None or known.fate != "bounced":
            item, act, rung = parts_of(key)
            found[key] = Told(key=key, office=office, item=item, act=act, rung=rung, fate="standing", at=reminder.heard)
    return list(found.values())


def _standing(office: str, standing: StandingNotice, known: Told | None) -> Told:
    if known is not None and (standing.sent or known.fate in ("returned", "bounced")):
        return known.model_copy(update={"awaited": True})
    notice = standing.notice
    return Told(
        key=notice.key,
        office=office,
        item=notice.item,
        act=notice.verb,
        rung=notice.rung,
        fate="sent" if standing.sent else "standing",
        at=standing.heard or notice.at,
        awaited=True,
    )


# --- what was not said -----------------------------------------------------------------------------------------------

_ENDED = {"withdrawn": "settled", "merged": "merged", "suppressed": "suppressed"}


def not_said(room: PostRoomState | None, decided: Iterable[Told], now: Instant) -> list[Untold]:
    """Of what was decided, what was not sent: it ended otherwise, or waits."""
    found = []
    for each in decided:
        fields = {"office": each.office, "item": each.item, "act": each.act, "rung": each.rung}
        if each.fate in _ENDED:
            found.append(Untold(**fields, code=_ENDED[each.fate], reason=each.reason))
        elif each.fate != "sent" and room is not None:
            code, reason, until = _waits(room, each.key, now)
            found.append(Untold(**fields, code=code, reason=reason, until=until))
    return found


def _waits(room: PostRoomState, key: str, now: Instant) -> tuple[str, str, Instant | None]:
    """Why a notice that stands has not gone yet."""
    due = next_instant(room, now)
    if room.unreachable:
        return "undeliverable", f"nothing reaches the office: {room.unreachable}; it is tried again", room.hold_until
    standing = room.standing.get(key)
    reminder = next((each for each in room.waiting_reminders if each.word.key == key), None)
    if reminder is not None and goes_alone_at(room, reminder) is None:
        return "quiet", "a reminder goes in the letter where one goes in time", room.letter_at
    if reminder is not None:
        return _opens(room, "a reminder goes by itself where no letter goes in time", due, now)
    if standing is None:
        return _opens(room, "an announcement goes at once within office hours", due, now)
    if room.hours is None:
        return "gathered", "it is gathered with others for the next letter", room.letter_at
    routine = routine_instant(room) or now
    hasty = cannot_wait(room, standing, routine)
    if hasty:
        return _opens(room, f"it does not wait for the despatch day: {hasty}", due, now)
    if standing.notice.quiet:
        return "quiet", "something else has said it already; it is also in the next letter", room.letter_at
    week = room.hours.week_of(now)
    if sum(1 for each in room.routine if week is None or each >= week) >= room.address.despatch.ceiling:
        return "ceiling", "this week has had its routine letter; it is in the next one", room.letter_at
    return "despatch-day", "what is newly awaited waits for the weekly letter", room.letter_at


def _opens(room: PostRoomState, reason: str, due: Instant | None, now: Instant) -> tuple[str, str, Instant | None]:
    if room.hours is not None and not room.hours.is_open(now):
        return "outside-hours", f"{reason}; the office is closed", due
    return "on-its-way", f"{reason}; it is being sent", due


def family(office: str) -> str:
    """The institution of an office, by its id."""
    suffix = next((each for each in RANK_SUFFIX.values() if each and office.endswith(each)), "")
    return office.removesuffix(suffix)


def not_due(machine: Machine[Any], state: ItemState, office: str | None = None) -> list[Untold]:
    """Rungs that were not climbed and reminders that were not sent, with the reason; of one office only, or of all."""
    setup = state.setup
    if state.closed is not None:
        text = f"it was {state.closed.status}: {state.closed.text}".rstrip(": ")
        return [] if office else [Untold(office="", item=setup.id, act="", rung=None, code="closed", reason=text)]
    found = [
        untold
        for open_act in state.open_acts
        for untold in _above(machine, state, open_act, setup.party(open_act.side))
        if office in (None, untold.office)
    ]
    unsaid = (each for each in machine.not_said(state) if office in (None, each.office))
    found += [Untold(item=setup.id, rung=None, **each._asdict()) for each in unsaid]
    if not state.open_acts and office is None:
        moment = machine.next_moment(state)
        reason = "nothing is awaited of anybody" + (f"; {moment.words}" if moment else "")
        until = moment.at if moment else None
        found.append(Untold(office="", item=setup.id, act="", rung=None, code="dormant", reason=reason, until=until))
    return found


def _above(machine: Machine[Any], state: ItemState, open_act: OpenAct, party: Party) -> list[Untold]:
    """The rungs above the highest that was climbed; where there is none, why."""
    highest = party.ladder[open_act.rung - 1].office
    fields = {"item": state.setup.id, "act": open_act.act}
    rest = party.ladder[open_act.rung :]
    what = f"{infinitive(open_act.act)} has been awaited since {state.setup.clock.day(open_act.since)}"
    if open_act.stays:
        reason = "this act stays in the coordinator's letter and climbs no ladder"
        return [Untold(**fields, office=highest, rung=None, code="coordinator-only", reason=reason)]
    if not rest:
        code = "third-state" if party.third_state else "last-rung"
        above = (
            "a third state is asked, and nobody above its coordinator"
            if party.third_state
            else "nobody above is on its ladder"
        )
        reason = f"{what}: {above}; {highest} is asked in every letter"
        return [Untold(**fields, office=highest, rung=None, code=code, reason=reason)]
    if open_act.paused:
        reason = "an office below cannot be reached: its ladder pauses, silence that we cause never climbs"
        return [
            Untold(**fields, office=rung.office, rung=open_act.rung + n, code="paused", reason=reason)
            for n, rung in enumerate(rest, 1)
        ]
    found, following = [], next_rung_at(state, open_act)
    for n, rung in enumerate(rest, 1):
        at = following if n == 1 else max(open_act.since + rung.after, following or open_act.since)
        found.append(
            Untold(**fields, office=rung.office, rung=open_act.rung + n, code="not-yet-due", reason=what, until=at)
        )
    return found
