"""What must hold of the mail, and of the calendars."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

from simulation.auditor.evidence import Violation
from simulation.auditor.reading import Case, Event, Letter, event_of, instant

SLOW = timedelta(hours=3)
"""A signal takes at most this long while signals are slow."""
SETTLING = timedelta(days=25)
"""What was decided so shortly before the end of a life may still be on its way: feasts of an office, and retries."""


def one_body(case: Case) -> Iterator[Violation]:
    """S01: one Message-ID has one body, and goes to one address."""
    first: dict[str, Letter] = {}
    for letter in case.letters:
        before = first.setdefault(letter.message_id, letter)
        if (before.sent.data, before.sent.to) != (letter.sent.data, letter.sent.to):
            yield Violation(
                "S01", f"{letter.message_id} went with two bodies, to {before.sent.to} and {letter.sent.to}"
            )


def not_twice(case: Case) -> Iterator[Violation]:
    """S02: the relay gets the same mail again only if its first answer was lost, or the process died."""
    taken: dict[str, list[Letter]] = defaultdict(list)
    for letter in case.letters:
        taken[letter.message_id].append(letter)
    for message_id, letters in taken.items():
        if len([each for each in letters if each.sent.acknowledged]) > 1 and not case.evidence.crashed:
            yield Violation("S02", f"{message_id} was taken {len(letters)} times, and the relay had said so")


def one_version_once(case: Case) -> Iterator[Violation]:
    """S03: one mailbox gets one version of an event (SEQUENCE and DTSTAMP) in one mail, unless a mail came back or was
    refused."""
    for uid, letters in case.by_uid().items():
        seen: dict[tuple[str, int, str, str], Letter] = {}
        for letter in letters:
            assert letter.event is not None
            key = (letter.sent.to, letter.event.sequence, letter.event.method, letter.event.stamp)
            before = seen.setdefault(key, letter)
            if before.message_id == letter.message_id or before.sent.bounced:
                continue
            if letter.event.method in ("REQUEST", "CANCEL") and letter.office not in case.evidence.unreachable:
                what = f"SEQUENCE {letter.event.sequence} {letter.event.method} of {uid} went to {letter.sent.to}"
                yield Violation("S03", f"{what} as {before.message_id} and as {letter.message_id}")


def versions_rise(case: Case) -> Iterator[Violation]:
    """S04: SEQUENCE never falls, neither in a mailbox nor in a calendar; one SEQUENCE has one time and one status."""
    for uid, letters in case.by_uid().items():
        highest: dict[str, Event] = {}
        times: dict[int, Event] = {}
        first: set[str] = set()
        for letter in letters:
            event = letter.event
            assert event is not None
            if letter.message_id in first or event.method not in ("REQUEST", "CANCEL"):
                continue
            first.add(letter.message_id)
            before = highest.get(letter.sent.to)
            if before is not None and event.sequence < before.sequence:
                what = f"{uid} at {letter.sent.to}"
                yield Violation("S04", f"SEQUENCE {event.sequence} came after {before.sequence}: {what}")
            highest[letter.sent.to] = event
            same = times.setdefault(event.sequence, event)
            if same.start != event.start or same.status != event.status:
                yield Violation("S04", f"SEQUENCE {event.sequence} of {uid} is {same} and {event}")
    last: dict[tuple[str, str], Event] = {}
    for write in case.evidence.calendar:
        event = event_of(write.data) if write.data is not None else None
        if event is None:
            continue
        before = last.get((write.calendar, event.uid))
        if before is not None and event.sequence < before.sequence:
            yield Violation("S04", f"SEQUENCE fell from {before.sequence} to {event.sequence} in {write.calendar}")
        last[(write.calendar, event.uid)] = event


def cancel_after_invitation(case: Case) -> Iterator[Violation]:
    """S05: no cancellation reaches a mailbox that got no invitation before."""
    invited: set[tuple[str, str]] = set()
    for letter in case.letters:
        if letter.event is None:
            continue
        key = (letter.office, letter.event.uid)
        if letter.event.method == "REQUEST":
            invited.add(key)
        elif letter.event.method == "CANCEL" and key not in invited:
            yield Violation("S05", f"{letter.office} got a cancellation of {letter.event.uid} and no invitation")


def last_version_arrives(case: Case) -> Iterator[Violation]:
    """S06: whoever got an invitation gets its last version: a change, or the cancellation."""
    end = case.evidence.ended
    for uid, letters in case.by_uid().items():
        versions = [each for each in letters if each.event is not None and each.event.method in ("REQUEST", "CANCEL")]
        if not versions:
            continue
        newest = max(versions, key=lambda each: each.event.sequence if each.event else 0)
        assert newest.event is not None
        if end - newest.sent.at < SETTLING:
            continue
        for office in {each.office for each in versions if each.event and each.event.method == "REQUEST"}:
            own = [each.event.sequence for each in versions if each.office == office and each.event]
            if max(own) < newest.event.sequence and office not in case.evidence.unreachable:
                what = f"SEQUENCE {newest.event.sequence} {newest.event.method} of {uid}"
                yield Violation("S06", f"{office} has {max(own)} and never got {what}")


def ends_as_recorded(case: Case) -> Iterator[Violation]:
    """S07: if the record says that a date no longer holds, whoever was invited gets the cancellation; and the calendars
    of the plan show what the last mail shows."""
    end = case.evidence.ended
    by_uid = case.by_uid()
    for item in case.items.values():
        uid, gone_at = _uid_of(item.lines), None
        for line in item.lines:
            if line["verb"] in ("regret", "not_held", "dropped", "expired", "excused"):
                gone_at = instant(line["at"])
            elif line["verb"] in ("propose", "counter", "agreed", "reply", "held"):
                gone_at = None
        if gone_at is None or not uid or end - gone_at < SETTLING:
            continue
        for office in {each.office for each in by_uid.get(uid, []) if each.event and each.event.method == "REQUEST"}:
            last = [each.event for each in by_uid[uid] if each.office == office and each.event][-1]
            start = last.start if last is not None else None
            past = start is not None and start <= gone_at
            if last.method != "CANCEL" and not past and office not in case.evidence.unreachable:
                yield Violation("S07", f"{item.id}: the date is off since {gone_at}, and {office} got no cancellation")


def calendars_agree(case: Case) -> Iterator[Violation]:
    """S08: at the end, the calendar of the plan shows the newest version that went by mail."""
    held: dict[str, Event] = {}
    for write in case.evidence.calendar:
        event = event_of(write.data) if write.data is not None else None
        if write.calendar == case.evidence.plan and event is not None:
            held[event.uid] = event
    for uid, letters in case.by_uid().items():
        versions = [each for each in letters if each.event and each.event.method in ("REQUEST", "CANCEL")]
        if not versions or case.evidence.ended - versions[-1].sent.at < SETTLING:
            continue
        newest = max((each.event for each in versions if each.event), key=lambda each: each.sequence)
        there = held.get(uid)
        if there is None:
            yield Violation("S08", f"{uid} is in no calendar of the plan")
        elif there.sequence < newest.sequence or (
            there.sequence == newest.sequence
            and ((there.status == "CANCELLED") != (newest.method == "CANCEL") or there.start != newest.start)
        ):
            yield Violation("S08", f"{uid}: the calendar shows {there}, the mail {newest}")


def in_office_hours(case: Case) -> Iterator[Violation]:
    """S09: no mail begins its way outside the hours of the office: 08:00 to 16:00, Monday to Friday, in its zone."""
    if not case.evidence.hours_kept:
        return
    for letter in case.letters:
        office = case.evidence.offices.get(letter.office)
        if office is None:
            continue
        local = letter.sent.began.astimezone(ZoneInfo(office.zone))
        # An attempt may begin in the hours and reach the relay two minutes later.
        if local.weekday() > 4 or not 8 * 60 <= local.hour * 60 + local.minute <= 16 * 60 + 3:
            yield Violation("S09", f"{letter.office} got a mail on {local:%A %H:%M}")


def nothing_after_close(case: Case) -> Iterator[Violation]:
    """S10: nothing is asked about a closed item, from the instant at which the post rooms have learnt of the end."""
    closed = {}
    for item in case.items.values():
        if item.close is not None:
            closed[item.id.removeprefix(f"{case.evidence.plan}/")] = instant(item.close["at"])
    slack = SLOW if case.evidence.slow else timedelta(minutes=4)
    for letter in case.letters:
        for name in letter.asks:
            if name in closed and letter.sent.began > closed[name] + slack:
                what = f"{letter.office} was asked about {name} at {letter.sent.began}"
                yield Violation("S10", f"{what}; it was closed at {closed[name]}")


RULES = (
    one_body,
    not_twice,
    one_version_once,
    versions_rise,
    cancel_after_invitation,
    last_version_arrives,
    ends_as_recorded,
    calendars_agree,
    in_office_hours,
    nothing_after_close,
)


def _uid_of(lines: list[dict[str, object]]) -> str:
    view = lines[-1].get("data") if lines and lines[-1]["verb"] == "view" else None
    whole = view.get("view") if isinstance(view, dict) else None
    return str(whole.get("uid") or "") if isinstance(whole, dict) else ""
