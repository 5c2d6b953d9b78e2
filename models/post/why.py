"""What the command `why` shows: what became of each notice to an office, and why an expected notice was not sent.

The functions read the record of a post room, the state of the post room, and the states of items. They change nothing.
"""

from collections.abc import Iterable
from typing import Any

from models.common.values import Instant, Value
from models.machine.asked_by_letter import is_written_to
from models.machine.ladders import next_rung_at
from models.machine.machine import Machine
from models.machine.state import ItemState, OpenAct
from models.messages.notices import AnnouncementKind
from models.messages.sentences import infinitive
from models.plan.parties import Party
from models.plan.plan import RANK_SUFFIX
from models.post.letter_day import cannot_wait, next_mail, routine_instant
from models.post.post_room_state import PostRoomState, StandingNotice, keys_of
from models.post.rarer import comes_rarely
from models.post.reminders import goes_alone_at

FATES = ("sent", "merged", "withdrawn", "suppressed", "returned", "bounced")
"""Verbs of the lines in a post room's record that say what became of a notice or an announcement."""


class Told(Value):
    """One notice or announcement that an item gave to a post room, and what became of it."""

    key: str
    office: str
    item: str
    act: str
    """The awaited act, or the kind of the announcement."""
    rung: int | None
    """The number of the rung. None for an announcement."""
    fate: str
    """sent, merged, withdrawn, suppressed, returned or bounced. Or standing: the notice or announcement waits, and was
    not sent yet."""
    at: Instant | None
    """When the notice or announcement met this fate. If the fate is standing: when the post room got it, or when the
    item made it. None if that is not known."""
    reason: str = ""
    """Why the notice or announcement met this fate. Empty if no reason is on record."""
    message_id: str = ""
    """The Message-ID of the last mail that carried the notice or announcement. Empty if no such mail is on record."""
    awaited: bool = False
    """True: the act is still awaited, so the notice is in every letter."""


class Untold(Value):
    """A notice or announcement that a person might expect, but that was not sent or is not sent yet."""

    office: str
    item: str
    act: str
    rung: int | None
    """The number of the rung. None for an announcement. Also None if no rung will get the notice."""
    code: str
    """outside-hours, despatch-day, ceiling, quiet, nothing-new, gathered, on-its-way, undeliverable, settled, merged,
    suppressed, not-yet-due, too-late, paused, last-rung, third-state, coordinator-only, dormant or closed.
    docs/json.md explains each of these words."""
    reason: str
    """Why the notice was not sent, in words."""
    until: Instant | None = None
    """When the notice will be sent, or when the item or the post room decides again. None if no such instant is
    known."""


def parts_of(key: str) -> tuple[str, str, int | None]:
    """Splits the key of a notice or an announcement. Returns the item, the act of the notice or the kind of the
    announcement, and the rung.

    The rung is None for an announcement. If the key has neither form, returns the key itself, an empty text and None.
    """
    parts = key.split("/")
    if len(parts) > 3 and parts[-3] in set(AnnouncementKind):
        return "/".join(parts[:-3]), parts[-3], None
    if len(parts) < 6 or not parts[-3].isdigit():
        return key, "", None
    session = parts[-5]
    return "/".join(parts[:-5] if session == "-" else parts[:-4]), parts[-4], int(parts[-3])


def of_item(item: str, key: str) -> bool:
    """Whether a key belongs to a notice or announcement of `item`, or of one of its sessions."""
    named = parts_of(key)[0]
    return named == item or named.startswith(f"{item}/")


# --- notices that items gave to the post room ------------------------------------------------------------------------


def told(office: str, lines: Iterable[dict[str, Any]], room: PostRoomState | None) -> list[Told]:
    """Returns every notice and announcement that a post room knows, each with its last fate.

    `lines` are the lines of the post room's record. `room` is its state, or None if the post room does not exist.
    """
    written = [*lines, *(entry.model_dump(mode="json") for entry in room.pending)] if room else list(lines)
    found: dict[str, Told] = {}
    before: dict[str, Told | None] = {}
    for line in written:
        data = line.get("data", {})
        if line.get("verb") == "reached":
            # The office is reached again, so "returned" no longer holds. The fate before it counts again.
            found = {key: (before.get(key) or each) if each.fate == "returned" else each for key, each in found.items()}
        key = data.get("key", "")
        if line.get("verb") not in FATES or not key:
            continue
        item, act, rung = parts_of(key)
        before[key] = found.get(key)
        # A line about a returned mail may lack the Message-ID. Then the one from the line before is kept.
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


# --- notices that were not sent --------------------------------------------------------------------------------------

_ENDED = {"withdrawn": "settled", "merged": "merged", "suppressed": "suppressed"}


def not_said(room: PostRoomState | None, decided: Iterable[Told], now: Instant) -> list[Untold]:
    """Returns those of `decided` that were not sent, each with the reason. They were settled, merged or suppressed
    before, or they still wait."""
    found = []
    for each in decided:
        fields = {"office": each.office, "item": each.item, "act": each.act, "rung": each.rung}
        if each.fate in _ENDED:
            found.append(Untold(**fields, code=_ENDED[each.fate], reason=each.reason))
        elif each.fate != "sent" and room is not None:
            code, reason, until = _waits(room, each.key, now)
            found.append(Untold(**fields, code=code, reason=reason, until=until))
        elif each.awaited and room is not None and (reason := _nothing_new(room)):
            found.append(Untold(**fields, code="nothing-new", reason=reason, until=room.letter_at))
    return found


def _nothing_new(room: PostRoomState) -> str:
    """Why a notice that was sent is not sent again in each despatch period. Empty if it is."""
    if not comes_rarely(room) or room.letter_at is None or any(not each.sent for each in room.standing.values()):
        return ""
    clock = room.address.clock
    since = f" since {clock.day(room.news_at)}" if room.news_at else ""
    # The office hours are known for some weeks only. The day of a later letter may move by a few days.
    about = "about " if room.hours is not None and room.hours.last_letter(room.letter_at) is None else ""
    return f"nothing new{since}; the next letter goes on {about}{clock.day(room.letter_at)}"


def _waits(room: PostRoomState, key: str, now: Instant) -> tuple[str, str, Instant | None]:
    """Why a notice or announcement that stands was not sent yet: the code, the reason, and when it goes or None."""
    due = next_mail(room, now)
    if room.unreachable:
        return "undeliverable", f"nothing reaches the office: {room.unreachable}; it is tried again", room.hold_until
    tried = room.delayed is not None and key in keys_of(room.delayed)
    if tried and (room.hours is None or room.hours.is_open(now)):
        return "on-its-way", "an attempt to send it was not finished; the same mail goes again", room.hold_until
    standing = room.standing.get(key)
    reminder = next((each for each in room.waiting_reminders if each.word.key == key), None)
    if reminder is not None and goes_alone_at(room, reminder) is None:
        return "quiet", "a reminder goes in the letter if a letter goes in time", room.letter_at
    if reminder is not None:
        return _opens(room, "a reminder goes alone if no letter goes in time", due, now)
    if standing is None:
        return _opens(room, "an announcement goes at once within office hours", due, now)
    if room.hours is None:
        return (
            "gathered",
            "it waits a short time for other notices, and goes with them in the next letter",
            room.letter_at,
        )
    routine = routine_instant(room) or now
    hasty = cannot_wait(room, standing, routine)
    if hasty:
        return _opens(room, f"it does not wait for the despatch day: {hasty}", due, now)
    if standing.notice.quiet:
        return "quiet", "the office knows of it already; it is also in the next letter", room.letter_at
    week = room.hours.week_of(now)
    if sum(1 for each in room.routine if week is None or each >= week) >= room.address.despatch.ceiling:
        return "ceiling", "the office has had its routine letters of this week; it is in the next one", room.letter_at
    return "despatch-day", "a new notice waits for the next routine letter", room.letter_at


def _opens(room: PostRoomState, reason: str, due: Instant | None, now: Instant) -> tuple[str, str, Instant | None]:
    if room.hours is not None and not room.hours.is_open(now):
        return "outside-hours", f"{reason}; the office is closed", due
    return "on-its-way", f"{reason}; it is being sent", due


def family(office: str) -> str:
    """Returns the id of the institution to which an office belongs: "lao-moic" for the office "lao-moic-dg"."""
    suffix = next((each for each in RANK_SUFFIX.values() if each and office.endswith(each)), "")
    return office.removesuffix(suffix)


def not_due(machine: Machine[Any], state: ItemState, office: str | None = None) -> list[Untold]:
    """Returns the notices that an item has not given to a post room, each with the reason: notices to higher rungs, and
    reminders.

    If `office` is given, returns only those to this office. If it is not given, and the item is closed or asks nothing
    of any office, one entry with an empty office says so.
    """
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
        reason = "nothing is awaited of any office" + (f"; {moment.words}" if moment else "")
        until = moment.at if moment else None
        found.append(Untold(office="", item=setup.id, act="", rung=None, code="dormant", reason=reason, until=until))
    return found


def _above(machine: Machine[Any], state: ItemState, open_act: OpenAct, party: Party) -> list[Untold]:
    """One entry for each rung above the highest that was reached. If no higher rung can follow, one entry says why."""
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
            "of a third state only the coordinator is asked" if party.third_state else "its ladder has no higher office"
        )
        reason = f"{what}: {above}; {highest} is asked in every letter"
        return [Untold(**fields, office=highest, rung=None, code=code, reason=reason)]
    if open_act.paused:
        reason = "an office below cannot be reached; until it can, no higher office is asked"
        return [
            Untold(**fields, office=rung.office, rung=open_act.rung + n, code="paused", reason=reason)
            for n, rung in enumerate(rest, 1)
        ]
    found, following = [], next_rung_at(state, open_act)
    waits = not is_written_to(open_act, open_act.rung)
    if waits:
        what = f"{what}: {highest} has had no letter yet, and the time until the next office counts from that letter"
    for n, rung in enumerate(rest, 1):
        at = following if n == 1 or waits else max(open_act.since + rung.after, following or open_act.since)
        found.append(
            Untold(**fields, office=rung.office, rung=open_act.rung + n, code="not-yet-due", reason=what, until=at)
        )
    return found
