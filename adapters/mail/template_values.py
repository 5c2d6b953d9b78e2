"""Makes the values for letter templates. They hold everything that a letter says, in the order of the letter."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from models.common.times import ZonedTime
from models.messages.calendar_event import EventStatus, PartStat
from models.messages.notices import Announcement, AnnouncementKind, Asked, AskedBefore, Count, Notice
from models.plan.parties import rank_of
from models.post.contacts import Contacts
from models.post.despatch import Despatch

FELL = ("reject", "withdraw", "lapsed")
"""The verbs with which a proposed date ends. The calendar event is then cancelled, but nothing agreed is called off."""

_SOME_WEEKS = timedelta(weeks=6)


class LetterEntry(NamedTuple):
    """One notice as a template sees it. docs/letters.md lists its fields."""

    number: int
    """The number of the matter in the letter, from 1."""
    name: str
    """The reference that an answer gives: 16.3-jtc/2026. Empty if the notice asks the office to settle questions or to
    give an address."""
    verb: str
    act: str
    title: str
    short: str
    ref: str
    since: datetime
    due: datetime | None
    """The instant by which an answer is asked for. None if there is none, or if it has passed."""
    asked_by: datetime | None
    """The instant by which an answer was asked for, if it has passed. None if it has not, or if there is none."""
    proposal: Any
    lines: tuple[str, ...]
    """For a proposed amendment: what would change, one line for each field, in English. Empty for other notices."""
    questions: tuple[Any, ...]
    wanted: str
    reason: str
    before: tuple[Any, ...]
    not_written_to: tuple[Any, ...]
    """The offices of lower rungs that no letter has asked yet, because they are closed or away. Mostly empty."""
    readings: tuple[str, ...]
    fresh: bool
    """True: the notice is new, and the letter lists new and repeated notices together. False: the notice is repeated,
    or the letter does not mix new and repeated notices."""
    page: str
    """The address of the page of the item at the desk. Empty if there is no desk."""


class Group(NamedTuple):
    """Notices that a letter puts together. The notices of one status round are one group. Every other notice is alone
    in its group."""

    several: bool
    """True: the group has more than one notice."""
    since: datetime
    due: datetime | None
    """The instant by which an answer is asked for. None if there is none, or if it has passed."""
    readings: tuple[str, ...]
    notices: tuple[LetterEntry, ...]


class Past(NamedTuple):
    """An office of a lower rung of the ladder. The program asked it before this office."""

    title: str
    since: datetime | None
    """The instant since which the act is awaited of that office. None if an older release wrote the notice, because it
    did not record the instant."""


class SideCount(NamedTuple):
    """For one side: about how many obligations of a status round the program asked it, and about how many it has
    answered."""

    who: str
    """The name of the side."""
    asked: int
    answered: int
    given: tuple[tuple[str, int], ...]
    """How often each answer was given: pairs of an answer and a number."""


def values_of(despatch: Despatch, contacts: Contacts, desk: str = "") -> Mapping[str, Any]:
    """Returns the values that a letter template may use, by name. docs/letters.md lists the names. `desk` is the
    address of the desk. Empty: there is none."""
    contact = contacts.offices[despatch.office]
    office = contact.name or despatch.office_title
    common = {
        "plan_title": despatch.plan_title,
        "office": office,
        "title": office if contact.name else office.partition(", ")[0],
        "rank": int(rank_of(despatch.office)),
        "sender": contacts.organizer.name,
        "at": despatch.at,
        "zone": despatch.zone,
        "period": despatch.period,
        "commands": [],  # layouts of a folder of one's own may still ask for it
    }
    word = despatch.announcement
    return {**common, **(_of_announcement(despatch, word, desk) if word else _of_letter(despatch, contacts, desk))}


def page_of(item: str, desk: str) -> str:
    """Returns the address of the page of an item at the desk: https://desk.example/item/lao-khm/16.3-jtc/2026. Empty if
    there is no desk. The page only shows the item: nobody acts by opening it."""
    return f"{desk}/item/{quote(item)}" if desk else ""


def _of_letter(despatch: Despatch, contacts: Contacts, desk: str) -> dict[str, Any]:
    # A letter that goes early lists new notices first. The letter of the despatch day lists the oldest first.
    new_first = despatch.immediate or not despatch.side
    repeated = set(despatch.repeated)
    ordered = sorted(despatch.notices, key=lambda each: (new_first and each.key in repeated, each.since, each.key))
    groups = [*_groups(each for each in ordered if not new_first or each.key not in repeated)]
    again = [*_groups(each for each in ordered if new_first and each.key in repeated)]
    number, found = 1, []
    for group in (*groups, *again):
        found.append(_entered(group, number, despatch, contacts, desk))
        number += len(group)
    entries = [entry for group in found for entry in group.notices]
    urgent = min(entries, key=_urgency)
    rounds = {entry.verb for entry in entries} == {"progress"} and len(entries) > 1
    return {
        "notices": entries,
        "new": found[: len(groups)],
        "repeated": found[len(groups) :],
        "urgent": urgent,
        "round": _round_of(ordered) if rounds else "",
        "ways": _ways(ordered),
        "example_day": _example_day(despatch),
        "reminders": despatch.reminders,
        "reference": reference_of({each.item for each in ordered if each.verb != "give-address"}),
    }


def _example_day(despatch: Despatch) -> datetime:
    """A day that an office could propose: some weeks after the letter, before the first date by which a date is asked
    for, and no day of the weekend."""
    dues = (each.due for each in despatch.notices if each.verb == "propose-date" and each.due is not None)
    ahead = [_SOME_WEEKS, *((due - despatch.at) / 2 for due in dues if due > despatch.at)]
    day = despatch.at.astimezone(ZoneInfo(despatch.zone)) + max(min(ahead), timedelta(days=1))
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)


def _urgency(entry: LetterEntry) -> tuple[bool, datetime, int]:
    by = entry.asked_by or entry.due
    return by is None, by or entry.since, entry.number


def _groups(notices: Iterator[Notice]) -> Iterator[list[Notice]]:
    """Puts the notices of one status round into one group, at the place of the first of them."""
    by: dict[Any, list[Notice]] = {}
    for notice in notices:
        together = notice.verb == "progress"
        by.setdefault((notice.since, notice.due) if together else notice.key, []).append(notice)
    for group in by.values():
        yield sorted(group, key=lambda notice: _natural(notice.ref)) if len(group) > 1 else group


def _natural(ref: str) -> list[tuple[bool, int, str]]:
    """A sort key that puts 22.2 before 22.10, as the plan does."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in ref.split(".")]


def _entered(group: list[Notice], number: int, despatch: Despatch, contacts: Contacts, desk: str) -> Group:
    first = group[0]
    entries = tuple(_entry(notice, n, despatch, contacts, desk) for n, notice in enumerate(group, number))
    readings = tuple(dict.fromkeys(name for entry in entries for name in entry.readings))
    return Group(len(group) > 1, first.since, entries[0].due, readings, entries)


def _entry(notice: Notice, number: int, despatch: Despatch, contacts: Contacts, desk: str) -> LetterEntry:
    # When it is time to agree is told by the message that began the silence.
    asked_by = None if notice.verb == "agree" else notice.due
    late = asked_by is not None and asked_by <= despatch.at
    due, due_before = (None, asked_by) if late else (asked_by, None)
    settles = notice.verb in ("settle", "give-address")  # its questions have references of their own
    name = "" if settles else notice.item.partition("/")[2] or notice.item
    return LetterEntry(
        number=number,
        name=name,
        verb=notice.verb,
        act=notice.act,
        title=notice.title,
        short=notice.short,
        ref=notice.ref,
        since=notice.since,
        due=due,
        asked_by=due_before,
        proposal=notice.proposal,
        lines=notice.lines if notice.proposal and notice.proposal.topic == "amend" else (),
        questions=notice.questions,
        wanted=notice.wanted,
        reason=notice.reason,
        before=_before(notice, despatch.office_title, contacts),
        not_written_to=_named(notice.not_written_to, despatch.office_title, contacts),
        readings=notice.readings or notice.assumed,
        fresh=bool(despatch.side and despatch.repeated and not despatch.immediate)
        and notice.key not in despatch.repeated,
        page=page_of(notice.item, desk),
    )


def _before(notice: Notice, office_title: str, contacts: Contacts) -> tuple[Past, ...]:
    """The offices of the lower rungs that were written to."""
    if not notice.before:  # notices of releases that did not record it in fields
        return tuple(Past(_short(title, office_title), None) for title in notice.asked_before)
    return _named(notice.before, office_title, contacts)


def _named(offices: tuple[AskedBefore, ...], office_title: str, contacts: Contacts) -> tuple[Past, ...]:
    """The names of offices for a letter: the name in the contacts file, or else the title."""
    named = {office: contact.name for office, contact in contacts.offices.items() if contact.name}
    return tuple(Past(named.get(each.office) or _short(each.title, office_title), each.since) for each in offices)


def _short(title: str, office_title: str) -> str:
    """The title of an office. For an office of the institution that receives the letter the rank alone is enough."""
    institution = office_title.partition(", ")[2]
    return title.removesuffix(f", {institution}") if institution else title


def _round_of(notices: list[Notice]) -> str:
    """The name of the newest status round among the notices. If the notice has no name, it is the year."""
    newest = max(notices, key=lambda notice: notice.since)
    return newest.round or str(newest.since.year)


def _ways(notices: list[Notice]) -> list[str]:
    """The names of the explanations of how to answer that a letter needs. Each name is there once."""
    ways = []
    for notice in notices:
        invited = notice.verb == "answer" and notice.proposal is not None and notice.proposal.invited
        ways.append("answer-date" if invited else notice.verb)
    before = ("propose-date", "propose-host", "answer-date", "answer", "mark", "outcome", "report", "agree", "close")
    explained = (*before, "evidence", "progress", "settle", "give-address")
    return [way for way in explained if way in ways]


def _of_announcement(despatch: Despatch, word: Announcement, desk: str) -> dict[str, Any]:
    count = {each.of: each.number for each in word.counts if not each.who}
    event, happened = word.event, word.happened
    attendees = event.attendees if event else ()
    accepted = any(each.office == word.office and each.partstat is PartStat.ACCEPTED for each in attendees)
    consented = word.office in word.consented or accepted
    written = event is not None and event.location not in (event.link, "virtual" if event.format else "")
    fell = word.kind is AnnouncementKind.CANCELLATION and happened is not None and happened.verb in FELL
    return {
        "announcement": word,
        "kind": word.kind.value,
        "text": word.text[:1].upper() + word.text[1:],
        "event": event,
        "happened": happened,
        "above": word.kind is AnnouncementKind.OUTCOME and rank_of(word.office) > 1,
        "count": count,
        "counted": bool(word.counts),
        "round_counts": _round_counts(word.counts),
        "endings": [each for each in word.counts if each.who or each.of not in ("missed", "standing", "questions")],
        "final": word.kind is AnnouncementKind.EXPIRY and word.subject == "final",
        "buttons": event is not None and word.kind is AnnouncementKind.INVITATION,
        "tentative": event is not None and event.status is EventStatus.TENTATIVE,
        "consented": consented,
        "asks": word.asks,
        "due": word.due,
        "was": any(each is not None for each in (word.was_slot, word.was_place, word.was_format, word.was_link)),
        "rewritten": word.was_format is not None or word.was_link is not None,
        "where": event.location if event is not None and written else "",
        "fallen": fell,
        "until": _end_of_silence(despatch, word),
        "around": word.around,
        "page": page_of(word.item, desk),
        "asked": word.asked or Asked(words=word.text),
        "reference": reference_of({word.item}),
    }


def _end_of_silence(despatch: Despatch, word: Announcement) -> ZonedTime | None:
    """When the time to object ends at the earliest, on the clocks of the office. None if no length of time counts."""
    if not isinstance(word.silence, timedelta):
        return None
    end = (despatch.at + word.silence).replace(microsecond=0)
    end = end if despatch.period < timedelta(hours=1) else end.replace(second=0)
    local = end.astimezone(ZoneInfo(despatch.zone)).replace(tzinfo=None)
    return ZonedTime(local=local, zone=despatch.zone, utc=end)


def reference_of(items: Collection[str]) -> str:
    """Returns the reference that the subject of a mail about one item shows in brackets: 16.3-jtc/2026. A reply keeps
    it, and so leads back to the item. Empty for a mail about several items, or about the plan."""
    return next(iter(items)).partition("/")[2] if len(items) == 1 else ""


def _round_counts(counts: tuple[Count, ...]) -> list[SideCount]:
    found = []
    for who, group in groupby((each for each in counts if each.who), key=lambda each: each.who):
        numbers = {each.of: each.number for each in group}
        given = tuple((of, n) for of, n in numbers.items() if of not in ("asked", "answered"))
        found.append(SideCount(who, numbers.get("asked", 0), numbers.get("answered", 0), given))
    return found
