"""The strict judges see what they are for: each check has broken bytes that it finds; and whole lives of an event."""

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.calendar.event_object import calendar_object, declined_counter
from adapters.mail.compose import compose
from adapters.program_folders import TEMPLATES
from adapters.text import clean_line, clean_text
from models.common.times import Slot, ZonedTime, same_time
from models.items.event_versions import following
from models.items.meeting import MEETING
from models.machine.setup import EDITION
from models.messages import acts
from models.messages.calendar_event import Attendee, CalendarEvent, EventStatus, Method, PartStat
from models.messages.effects import Announce, Order
from models.messages.notices import AnnouncementKind
from models.plan.parties import party_of
from models.plan.plan import Obligation
from models.post.contacts import Contacts
from models.post.despatch import Despatch, DespatchResult, Fate
from models.post.hearing import hear_announcement
from models.post.post_room_state import PostRoomState
from models.post.sending import despatched, drop_unsent_cancellations, next_despatch
from tests.support.builders import DAY, Player, date_terms, meeting, obligation, plan_of
from tests.support.examples import examples
from tests.support.mail_samples import KHMER, LAO, announcement, contacts, despatch, event
from tests.support.moves import PREAMBLE, moves, play
from tests.support.paths import TESTS
from tests.support.wire import mail, objects, readers
from tests.support.wire.objects import Component, faults_of_versions, instant, read, unescaped

UNJUDGED = calendar_object.__wrapped__  # type: ignore[attr-defined]
"""For what is wrong on purpose: tests/support/wire/hook.py judges whatever else is written."""

LONG = LAO * 3
REQUEST = calendar_object(event(summary=f"Trade; {LONG}", sequence=1), contacts(), Method.REQUEST)
ONE = event(status=EventStatus.CANCELLED, sequence=2, removes=True, attendees=event().attendees[:1])
CANCEL = calendar_object(event(status=EventStatus.CANCELLED, sequence=2), contacts(), Method.CANCEL)
REMOVED = calendar_object(ONE, contacts(), Method.CANCEL)
DECLINED = declined_counter(event(sequence=2), contacts(), "No; the hall,\nis taken")
AT_REST = calendar_object(event(), contacts(), None)


def folded(lines: list[str]) -> bytes:
    """Content lines on the wire, with folds of their own: before the 74th octet, at whole characters."""
    wire_lines = []
    for line in lines:
        rest, chunk = line, b""
        parts = []
        for character in rest:
            if len(chunk) + len(character.encode()) > 73:
                parts.append(chunk)
                chunk = b""
            chunk += character.encode()
        wire_lines.append(b"\r\n ".join([*parts, chunk]))
    return b"\r\n".join(wire_lines)


def edited(old: str, new: str) -> Callable[[bytes], bytes]:
    """Replaces in the unfolded text, once."""

    def edit(data: bytes) -> bytes:
        text = data.replace(b"\r\n ", b"").decode()
        assert len(re.findall(old, text)) >= 1, f"{old} is not there"
        return folded(re.sub(old, lambda _: new, text, count=1).split("\r\n"))

    return edit


def raw(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def edit(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, 1)

    return edit


def split_character(data: bytes) -> bytes:
    at = data.index("ກ".encode())
    return data[: at + 1] + b"\r\n " + data[at + 1 :]


Edit = Callable[[bytes], bytes]

OBJECTS: list[tuple[str, bytes, Edit]] = [
    ("crlf", REQUEST, raw(b"\r\nVERSION", b"\nVERSION")),
    ("crlf", REQUEST, lambda data: data[:-2]),
    ("octets", REQUEST, lambda data: data.replace(b"\r\n ", b"", 1)),
    ("utf-8", REQUEST, split_character),
    ("bom", REQUEST, lambda data: b"\xef\xbb\xbf" + data),
    ("empty line", REQUEST, raw(b"\r\nBEGIN:VEVENT", b"\r\n\r\nBEGIN:VEVENT")),
    ("control", REQUEST, raw(b"SUMMARY:Trade", b"SUMMARY:Tr\x07ade")),
    ("grammar", REQUEST, raw(b"SUMMARY:Trade", b"SUMMARY Trade")),
    ("grammar", REQUEST, edited('CN="Coordinator, [^"]*"', "CN=Coordinator; Ministry")),
    ("cn", REQUEST, edited('CN="Coordinator, [^"]*"', "CN=Coordinator, Ministry")),
    ("grammar", REQUEST, edited("END:VEVENT\r\n", "")),
    ("grammar", REQUEST, edited("ROLE=", "CUTYPE=INDIVIDUAL;ROLE=")),
    ("components", REQUEST, edited("END:VEVENT", "END:VEVENT\r\nBEGIN:VEVENT\r\nUID:x\r\nEND:VEVENT")),
    ("components", REQUEST, edited("END:VEVENT", "BEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM\r\nEND:VEVENT")),
    ("components", REQUEST, edited("BEGIN:VEVENT(.|\r\n)*END:VEVENT\r\n", "")),
    ("calendar", REQUEST, edited("VERSION:2.0\r\n", "")),
    ("calendar", REQUEST, edited("VERSION:2.0", "VERSION:1.0")),
    ("calendar", REQUEST, edited("METHOD:", "UID:x\r\nMETHOD:")),
    ("calendar", REQUEST, edited("METHOD:", "X-WR-CALNAME:x\r\nMETHOD:")),
    ("method", REQUEST, edited("METHOD:REQUEST", "METHOD:PUBLISH")),
    ("tzid", REQUEST, edited("BEGIN:VTIMEZONE(.|\r\n)*END:VTIMEZONE\r\n", "")),
    ("tzid", REQUEST, edited("TZID:Asia/Vientiane", "TZID:SE Asia Standard Time")),
    ("tzid unused", REQUEST, edited("TZID:Asia/Vientiane", "TZID:Asia/Phnom_Penh")),
    ("standard", REQUEST, edited("END:STANDARD", "RDATE:20260101T000000\r\nEND:STANDARD")),
    ("standard", REQUEST, edited("TZOFFSETTO:\\+0700", "TZOFFSETTO:7")),
    ("standard", REQUEST, edited("END:STANDARD", "END:STANDARD\r\nBEGIN:DAYLIGHT\r\nEND:DAYLIGHT")),
    ("once", REQUEST, edited("UID:", "UID:x\r\nUID:")),
    ("required", REQUEST, edited("SEQUENCE:1\r\n", "")),
    ("required", REQUEST, edited("STATUS:TENTATIVE\r\n", "")),
    ("required", REQUEST, edited("DTEND[^\r]*\r\n", "")),
    ("required", REQUEST, edited("LAST-MODIFIED[^\r]*\r\n", "")),
    ("required", REQUEST, edited("(ATTENDEE[^\r]*\r\n)+", "")),
    ("required", CANCEL, edited("SUMMARY[^\r]*\r\n", "")),
    ("required", DECLINED, edited("UID[^\r]*\r\n", "")),
    ("allowed", REQUEST, edited("STATUS:", "X-EVIL:1\r\nSTATUS:")),
    ("allowed", REQUEST, edited("STATUS:", "COMMENT:1\r\nSTATUS:")),
    ("allowed", DECLINED, edited("COMMENT:", "ATTENDEE:mailto:a@b.example\r\nCOMMENT:")),
    ("allowed", DECLINED, edited("COMMENT:", "DTSTART:20260303T020000Z\r\nCOMMENT:")),
    ("uid", REQUEST, edited("UID:5b0c", "UID:5 b0c")),
    ("stamp", REQUEST, edited("DTSTAMP:20260301T000000Z", "DTSTAMP:20260301T000000")),
    ("sequence", REQUEST, edited("SEQUENCE:1", "SEQUENCE:01")),
    ("sequence", CANCEL, edited("SEQUENCE:2", "SEQUENCE:0")),
    ("sequence", DECLINED, edited("SEQUENCE:2", "SEQUENCE:0")),
    ("text", REQUEST, edited("SUMMARY:Trade\\\\;", "SUMMARY:Trade;")),
    ("text", REQUEST, edited("SUMMARY:", "SUMMARY:a\\x")),
    ("text", REQUEST, edited("LOCATION:[^\r]*", "LOCATION:")),
    ("one line", REQUEST, edited("SUMMARY:", "SUMMARY:a\\n")),
    ("parameters", REQUEST, edited("SUMMARY:", "SUMMARY;LANGUAGE=en:")),
    ("time", REQUEST, edited("DTSTART;TZID=Asia/Vientiane:", "DTSTART:")),
    ("time", REQUEST, edited("DTSTART;TZID=Asia/Vientiane:[^\r]*", "DTSTART;VALUE=DATE:20260303")),
    ("time", REQUEST, edited("DTSTART;TZID=Asia/Vientiane:[^\r]*", "DTSTART:20260303T090000+0700")),
    ("time", REQUEST, edited("(DTSTART;TZID=Asia/Vientiane):[^\r]*", "DTSTART;TZID=Asia/Vientiane:20260303T090000Z")),
    ("time", REQUEST, edited("DTSTART;TZID=Asia/Vientiane:20260303", "DTSTART;TZID=Asia/Vientiane:20260230")),
    ("length", REQUEST, edited("DTEND;TZID=Asia/Vientiane:20260303T12", "DTEND;TZID=Asia/Vientiane:20260303T09")),
    ("status", REQUEST, edited("STATUS:TENTATIVE", "STATUS:CANCELLED")),
    ("status", CANCEL, edited("STATUS:CANCELLED", "STATUS:CONFIRMED")),
    ("status", CANCEL, edited("TRANSP:TRANSPARENT", "TRANSP:OPAQUE")),
    ("removed", CANCEL, edited("STATUS:CANCELLED\r\n", "")),
    ("attendee", REQUEST, edited("RSVP=TRUE", "RSVP=FALSE")),
    ("attendee", REQUEST, edited("PARTSTAT=NEEDS-ACTION;", "")),
    ("attendee", REQUEST, edited("CUTYPE=INDIVIDUAL", "CUTYPE=GROUP")),
    ("attendee", REQUEST, edited("RSVP=TRUE", "SCHEDULE-AGENT=CLIENT;RSVP=TRUE")),
    ("attendee", REQUEST, edited("ORGANIZER;", 'ORGANIZER;SENT-BY="mailto:x@y.example";')),
    ("attendee", REQUEST, edited("focal-point@moc-khm", "COORDINATOR@moic-lao")),
    ("address", REQUEST, edited("mailto:coordinator", "MAILTO:coordinator")),
    ("address", REQUEST, edited("mailto:coordinator@moic", "mailto:coordinator moic")),
    ("cn", REQUEST, edited('CN="Coordinator', "CN=\"Co^'ordinator")),
    ("cn", REQUEST, edited("ORGANIZER;CN=[^:]*:", "ORGANIZER:")),
    ("required", AT_REST, edited("SUMMARY[^\r]*\r\n", "")),
    ("conference", REQUEST, edited("SUMMARY", "CONFERENCE;VALUE=URI:ftp://meet.example/1\r\nSUMMARY")),
]


@pytest.mark.parametrize("data", [REQUEST, CANCEL, REMOVED, DECLINED, AT_REST])
def test_what_is_sound_passes_and_two_others_read_the_same(data: bytes) -> None:
    assert objects.faults(data) == [] and list(readers.faults_of_readers(data)) == []
    assert objects.faults(edited("VERSION", "VERSION")(data)) == [], "folds elsewhere are as good"


@pytest.mark.parametrize(("check", "data", "edit"), OBJECTS)
def test_each_check_finds_what_it_is_for(check: str, data: bytes, edit: Edit) -> None:
    broken = edit(data)
    assert broken != data
    assert check in {fault.check for fault in objects.faults(broken)}, objects.faults(broken)


def test_every_check_of_objects_has_broken_bytes() -> None:
    source = (TESTS / "support" / "wire" / "objects.py").read_text().split("# --- one version after another")[0]
    assert set(re.findall(r'Fault\("([^"]+)"', source)) == {check for check, _, _ in OBJECTS}


@pytest.mark.parametrize("broken", [REQUEST.replace(b"0900", b"0930", 1), REQUEST[:200]])
def test_a_reader_that_reads_something_else_is_heard(broken: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "read", lambda _: read(REQUEST))
    assert {fault.check for fault in readers.faults_of_readers(broken)} == {"vobject", "ical"}


# --- mails --------------------------------------------------------------------------------------------------------

MAIL = compose(
    despatch(announcement=announcement(event=event(sequence=1)), references=("<a@b.example>", "<c@b.example>")),
    contacts(),
    TEMPLATES,
)
LETTER = compose(despatch(), contacts(), TEMPLATES)


def header(name: str, value: str) -> Callable[[bytes], bytes]:
    return lambda data: re.sub(rf"(?m)^{name}: .*(\r\n[ \t].*)*\r\n".encode(), f"{name}: {value}\r\n".encode(), data)


def calendar_part(headers: bytes, data: bytes | None = None) -> Callable[[bytes], bytes]:
    """Another header block, or other bytes, for the calendar part alone."""

    def edit(mail: bytes) -> bytes:
        old = re.search(rb"Content-Type: text/calendar(?:.*\r\n)*?\r\n((?:.+\r\n)+)\r\n", mail)
        assert old is not None
        body = base64.encodebytes(data).replace(b"\n", b"\r\n") if data is not None else old[1]
        return mail.replace(old[0], headers + b"\r\n\r\n" + body + b"\r\n")

    return edit


INLINE = b'Content-Type: text/calendar; charset="UTF-8"; method="REQUEST"\r\nContent-Transfer-Encoding: base64'

MAILS: list[tuple[str, bytes, Edit]] = [
    ("crlf", MAIL, raw(b"\r\nDate", b"\nDate")),
    ("crlf", MAIL, lambda data: data[:-2]),
    ("ascii", LETTER, raw(b"<!DOCTYPE", "é<!DOCTYPE".encode())),
    ("control", LETTER, raw(b"<!DOCTYPE", b"\x00<!DOCTYPE")),
    ("header line", MAIL, header("Subject", "x " * 60)),
    ("header line", MAIL, raw(b"\r\nDate", b"\r\n \r\nDate")),
    ("body line", LETTER, raw(b"<!DOCTYPE", b"x" * 999)),
    ("mime", MAIL, raw(b"Date: ", b"Date ")),
    ("mime", MAIL, header("MIME-Version", "2.0")),
    ("mime", MAIL, raw(b"_0--\r\n", b"_0\r\n")),
    ("header count", MAIL, raw(b"Date: ", b"Subject: x\r\nDate: ")),
    ("header count", MAIL, header("Auto-Submitted", "x\r\nAuto-Submitted: y")),
    ("header count", MAIL, raw(b"References: ", b"References: <x@y.example>\r\nReferences: ")),
    ("header unknown", MAIL, raw(b"Date: ", b"Bcc: evil@evil.example\r\nDate: ")),
    ("mailbox", MAIL, header("To", "a@b.example, c@d.example")),
    ("mailbox", MAIL, header("From", "no-reply@secretariat.example")),
    ("auto-submitted", MAIL, header("Auto-Submitted", "no")),
    ("date", MAIL, header("Date", "2 March 2026")),
    ("date", MAIL, header("Date", "Tue, 02 Mar 2026 01:00:00 +0000")),
    ("message-id", MAIL, header("Message-ID", "<a b@c.example>")),
    ("references", MAIL, header("References", "a@b.example")),
    ("references", MAIL, header("In-Reply-To", "<x@b.example>")),
    ("references", MAIL, header("References", "<c@b.example> <c@b.example>")),
    ("encoded word", MAIL, header("Subject", "=?utf-8?b?4LqB4L==?=")),
    ("encoded word", MAIL, header("Subject", f"=?utf-8?q?{'x' * 70}?=")),
    ("encoded word", MAIL, header("Subject", "=?utf-8?q?x=0Ay?=")),
    ("encoded word", MAIL, header("To", '"=?utf-8?q?x?=" <coordinator@moic-lao.example>')),
    ("tree", MAIL, raw(b"text/html", b"text/calendar")),
    ("part", MAIL, raw(b"Content-Type: text/plain", b"MIME-Version: 1.0\r\nContent-Type: text/plain")),
    ("encoding", LETTER, raw(b"Content-Transfer-Encoding: quoted-printable", b"Content-Transfer-Encoding: 8bit")),
    ("encoding", LETTER, raw(b"<!DOCTYPE", b"x" * 80)),
    ("encoding", MAIL, raw(b"base64\r\n\r\nQ", b"base64\r\n\r\n*")),
    ("charset", LETTER, raw(b'charset="utf-8"', b'charset="latin-1"')),
    ("inline", MAIL, calendar_part(INLINE + b"\r\nContent-Disposition: inline")),
    ("inline", MAIL, calendar_part(INLINE + b"\r\nContent-ID: <x@y.example>")),
    ("inline", MAIL, calendar_part(INLINE.replace(b"; method", b'; name="invite.ics"; method'))),
    ("inline", MAIL, calendar_part(INLINE.replace(b"base64", b"quoted-printable"))),
    ("attachment", MAIL, raw(b"Content-Disposition: attachment", b"Content-Disposition: inline")),
    ("attachment", MAIL, raw(b'filename="invite.ics"', b'filename="a.ics"')),
    ("attachment", MAIL, calendar_part(INLINE, REQUEST)),
    ("method", MAIL, calendar_part(INLINE.replace(b"REQUEST", b"CANCEL"))),
    ("method", MAIL, calendar_part(INLINE.replace(b'; method="REQUEST"', b""))),
    ("organizer", MAIL, header("From", "somebody@else.example")),
    ("recipient", MAIL, header("To", "somebody@else.example")),
    ("octets", MAIL, calendar_part(INLINE, REQUEST.replace(b"\r\n ", b"", 1))),
]


def test_sound_mails_pass() -> None:
    assert mail.faults(MAIL) == mail.faults(LETTER) == []


@pytest.mark.parametrize(("check", "data", "edit"), MAILS)
def test_each_check_of_mails_finds_what_it_is_for(check: str, data: bytes, edit: Edit) -> None:
    broken = edit(data)
    assert broken != data
    assert check in {fault.check for fault in mail.faults(broken)}, mail.faults(broken)


def test_every_check_of_mails_has_broken_bytes() -> None:
    source = (TESTS / "support" / "wire" / "mail.py").read_text()
    assert set(re.findall(r'Fault\("([^"]+)"', source)) <= {check for check, _, _ in MAILS}


# --- one version after another ------------------------------------------------------------------------------------


def version(**changes: Any) -> bytes:
    values = {"sequence": 1, "dtstamp": event().dtstamp + timedelta(hours=1), "status": EventStatus.CONFIRMED}
    return calendar_object(event(**{**values, **changes}), contacts(), Method.REQUEST)


LATER = Slot(start=event().slot.start, end=event().slot.end.model_copy(update={"utc": event().slot.end.utc + DAY}))
LATER = LATER.model_copy(update={"end": LATER.end.model_copy(update={"local": LATER.end.local + DAY})})
FIRST = calendar_object(event(), contacts(), Method.REQUEST)
CALLED_OFF: dict[str, Any] = {"status": EventStatus.CANCELLED, "dtstamp": event().dtstamp + DAY}


@pytest.mark.parametrize(
    ("check", "second"),
    [
        ("uid changed", version(uid="another@x.example")),
        ("stamp order", version(dtstamp=event().dtstamp)),
        ("sequence order", version(sequence=0)),
        ("sequence order", version(sequence=0, status=EventStatus.TENTATIVE, slot=LATER)),
        ("asked anew", version(slot=LATER)),
        ("no change", version(sequence=1, status=EventStatus.TENTATIVE)),
        ("cancelled", calendar_object(event(sequence=1, summary="x", **CALLED_OFF), contacts(), Method.CANCEL)),
        ("cancelled", calendar_object(event(sequence=1, slot=LATER, **CALLED_OFF), contacts(), Method.CANCEL)),
        ("sequence order", UNJUDGED(event(**CALLED_OFF), contacts(), Method.CANCEL)),
    ],
)
def test_each_check_of_versions_finds_what_it_is_for(check: str, second: bytes) -> None:
    assert check in {fault.check for fault in faults_of_versions([FIRST, second])}


def test_a_cancellation_comes_after_an_invitation_and_once() -> None:
    again = calendar_object(event(sequence=3, **CALLED_OFF), contacts(), Method.CANCEL)
    for sent in ([CANCEL], [FIRST, CANCEL, again]):
        assert "order" in {fault.check for fault in faults_of_versions(sent)}
    assert list(faults_of_versions([FIRST, version(), DECLINED])) == []


# --- whole lives --------------------------------------------------------------------------------------------------

WORDS = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("\r\n\t\x00\x0b\x1c\x85\u2028\\,;:\"^'N=<>@?"),
        st.sampled_from(LAO + KHMER),
    ),
    max_size=120,
) | st.sampled_from(
    [LAO * 17, KHMER * 13, "x\r\nATTENDEE:mailto:evil@evil.example", 'a"b;c:d^ne', "\\n", "=?utf-8?q?x?="]
)
WORDS = WORDS.map(lambda text: text[:500])

ZONES = ["Asia/Vientiane", "Asia/Phnom_Penh", "Asia/Bangkok", "Asia/Yangon", "Europe/Paris", "America/New_York", "UTC"]


@st.composite
def slots(draw: st.DrawFn) -> Slot:
    start = draw(st.datetimes(datetime(2024, 1, 1), datetime(2035, 1, 1)))  # noqa: DTZ001 (made aware below)
    length = draw(st.timedeltas(timedelta(minutes=1), timedelta(days=5)))
    first = start.replace(microsecond=0, tzinfo=UTC)

    def zoned(moment: datetime) -> ZonedTime:
        zone = draw(st.sampled_from(ZONES))
        return ZonedTime(local=moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None), zone=zone, utc=moment)

    end = (first + length).replace(microsecond=0)
    return Slot(start=zoned(first), end=zoned(max(end, first + timedelta(minutes=1))))


STEPS = st.one_of(
    st.tuples(st.just("move"), slots()),
    st.tuples(st.just("confirm"), st.none()),
    st.tuples(st.just("retitle"), WORDS),
    st.tuples(st.just("place"), WORDS),
    st.tuples(st.just("cancel"), st.none()),
    st.tuples(st.just("call again"), slots()),
    st.tuples(st.just("decline"), WORDS),
    st.tuples(st.just("nothing"), st.none()),
)


def next_version(last: CalendarEvent, step: str, value: Any, now: datetime) -> CalendarEvent | None:
    """What the machine would say of it: the same function decides SEQUENCE and DTSTAMP."""
    if last.status is EventStatus.CANCELLED and step != "call again":
        return None
    changes: dict[str, Any] = {"dtstamp": now}
    if step in ("move", "call again"):
        moved = not same_time(last.slot, value)
        fresh = tuple(a.model_copy(update={"partstat": PartStat.NEEDS_ACTION}) for a in last.attendees)
        changes |= {"slot": value, "status": EventStatus.TENTATIVE, "attendees": fresh if moved else last.attendees}
    elif step == "confirm":
        changes |= {"status": EventStatus.CONFIRMED}
    elif step == "retitle":
        changes |= {"summary": value}
    elif step == "place":
        changes |= {"location": value}
        if last.status is EventStatus.TENTATIVE and value != last.location:  # it is part of what is consented to
            asked = (a.model_copy(update={"partstat": PartStat.NEEDS_ACTION}) for a in last.attendees)
            changes |= {"attendees": tuple(asked)}
    elif step == "cancel":
        changes |= {"status": EventStatus.CANCELLED}
    return following(last, last.model_copy(update=changes), EDITION)


@examples(0.5)
@given(title=WORDS, name=WORDS, office=WORDS, slot=slots(), steps=st.lists(STEPS, max_size=8))
def test_a_whole_life_is_sound_on_the_wire(
    title: str, name: str, office: str, slot: Slot, steps: list[tuple[str, Any]]
) -> None:
    who = contacts(name=name or "x")
    latest = event(summary=title, slot=slot, attendees=(Attendee(office="lao-moic", title=office),))
    said = [(AnnouncementKind.INVITATION, latest, "")]
    for n, (step, value) in enumerate(steps, 1):
        now = latest.dtstamp + n * timedelta(seconds=7)
        if step == "decline":
            said.append((AnnouncementKind.DECLINECOUNTER, latest.model_copy(update={"dtstamp": now}), value))
            latest = latest.model_copy(update={"dtstamp": now})
            continue
        version = next_version(latest, step, value, now)
        if version is not None:
            off = version.status is EventStatus.CANCELLED
            said.append((AnnouncementKind.CANCELLATION if off else AnnouncementKind.INVITATION, version, ""))
            latest = version
    sent: list[bytes] = []
    identities: list[str] = []
    for n, (kind, version, comment) in enumerate(said):
        word = announcement(kind=kind, event=version, comment=comment, text=title, title=title)
        letter = compose(despatch(key=f"k/{n}", announcement=word, references=tuple(identities)), who, TEMPLATES)
        assert mail.faults(letter) == []
        identities.append(mail.read(letter).one("Message-ID"))
        data = mail.calendar_of(letter)
        assert data is not None and list(readers.faults_of_readers(data)) == []
        says(read(data), version, comment)
        sent.append(data)
    assert len(set(identities)) == len(identities), "each version has a Message-ID of its own"
    visible = [f for f in faults_of_versions(sent) if f.check != "no change"]  # a title may differ by what is not shown
    assert visible == []


def says(calendar: Component, version: CalendarEvent, comment: str) -> None:
    """The object says what the event does."""
    method = calendar.all("METHOD")[0].value
    (vevent,) = calendar.named("VEVENT")
    if method == "DECLINECOUNTER":
        line = vevent.one("COMMENT")
        assert (unescaped(line.value) if line else "") == clean_text(comment).strip()
        return
    assert (instant(calendar, "DTSTART"), instant(calendar, "DTEND")) == (version.slot.start.utc, version.slot.end.utc)
    assert vevent.all("SEQUENCE")[0].value == str(version.sequence)
    if clean_line(version.summary):
        assert unescaped(vevent.all("SUMMARY")[0].value) == clean_line(version.summary)


OFFICES = ("lao-moc", "khm-moc", "lao-mfa")

HISTORY = st.lists(
    st.one_of(
        moves,
        st.tuples(st.just("date"), st.integers(1, 9)),
        st.tuples(st.just("agree"), st.none()),
        st.tuples(st.just("call off"), st.none()),
        st.tuples(st.just("office"), st.sampled_from(["lao-moc", "lao-mfa"])),
        st.tuples(st.just("send"), st.none()),
    ),
    max_size=30,
)


def do(player: Player, step: str, value: Any) -> None:
    """The moves that events live by, by whichever office may make them now."""
    now = [party.coordinator.office for party in player.state.setup.parties]
    if step == "date":
        player.act(acts.Propose, now[0], terms=date_terms(player.now + value * DAY, place=f"Hall {value % 3}"))
    elif step == "agree":
        for office in now:
            player.act(acts.Accept, office, proposal=player.state.last_proposal)
    elif step == "call off":
        player.act(acts.Regret, now[1], reason="x")
    elif step == "office":
        follow(player, value)


class Rooms:
    """The post rooms of the offices of one meeting; what each has sent, as bytes."""

    def __init__(self, player: Player) -> None:
        self.player, self.heard = player, 0
        address = player.state.setup.post_room("lao-moc").model_copy(update={"side": ""})  # open at every hour
        self.rooms = {office: PostRoomState(address=address) for office in OFFICES}
        self.sent: dict[str, list[bytes]] = {office: [] for office in OFFICES}
        self.who = contacts_of(OFFICES)

    def hear(self) -> None:
        for effect in self.player.effects[self.heard :]:
            if isinstance(effect, Announce) and effect.announcement.office in self.rooms:
                room = self.rooms[effect.announcement.office]
                self.rooms[effect.announcement.office] = hear_announcement(room, effect.announcement, self.player.now)
        self.heard = len(self.player.effects)

    def send(self) -> None:
        for office in OFFICES:
            self.rooms[office] = drop_unsent_cancellations(self.rooms[office], self.player.now)
            while self.rooms[office].queue:
                word = self.rooms[office].queue[0]
                what = next_despatch(self.rooms[office], self.player.now)
                assert what is not None and what.announcement == word
                if word.version and word.event is not None:
                    self.sent[office].append(calendar_object(word.event, self.who, word.method))
                result = DespatchResult(fate=Fate.SENT, message_id=f"<{word.key}>")
                self.rooms[office] = despatched(self.rooms[office], what, result, self.player.now).state


def contacts_of(offices: tuple[str, ...]) -> Contacts:
    found = {office: {"address": f"{office}@office.example"} for office in offices}
    return Contacts.model_validate({"organizer": {"name": "S", "address": "s@office.example"}, "offices": found})


def follow(player: Player, office: str) -> None:
    """An amendment gives the Lao side another institution."""
    plan, changed = plan_of(obligation("m")), obligation("m", offices={"LAO": office, "KHM": "khm-moc"})
    own = Obligation.model_validate(changed)
    parties = [party_of(plan, own, side).model_dump(mode="json") for side in player.state.setup.sides]
    order = Order(changes={"parties": parties}, text="by amendment 1", reinvites=True)
    step = MEETING.ordered(player.state, order, player.now)
    player.state = step.state
    player.effects.extend(step.effects)


@examples(0.6)
@given(HISTORY, st.integers(0, 4))
def test_what_a_meeting_says_to_each_office_is_sound_in_its_order(history: list[tuple[str, Any]], along: int) -> None:
    player = Player(MEETING, meeting())
    rooms = Rooms(player)
    for move in [*PREAMBLE[:along], *history, ("send", None)]:
        if move[0] in ("date", "agree", "call off", "office"):
            do(player, *move)
        elif move[0] != "send":
            play(player, move)
        rooms.hear()
        if move[0] == "send":
            rooms.send()
    for office in OFFICES:
        found = [fault for fault in faults_of_versions(rooms.sent[office]) if fault.check != "no change"]
        assert found == [], office
        last = read(rooms.sent[office][-1]) if rooms.sent[office] else None
        stands = player.state.event is not None and player.state.event.status is not EventStatus.CANCELLED
        invited = stands and office in {each.office for each in player.state.event.attendees}
        holds = last is not None and last.all("METHOD")[0].value == "REQUEST"
        assert holds == invited, f"{office} holds what is so"


def test_composing_twice_gives_equal_bytes() -> None:
    """Killed between composing and sending, it composes the same despatch again."""
    for what in (despatch(), despatch(announcement=announcement(), references=("<a@b.example>",))):
        again = Despatch.model_validate_json(what.model_dump_json())
        first = compose(what, contacts(), TEMPLATES)
        assert first == compose(again, contacts(), TEMPLATES) and b"Message-ID" in first


def test_the_locks_of_the_judges_name_no_host() -> None:
    folder = TEMPLATES.parent / "conform"
    for lock in (folder / "requirements.lock", folder / "icaljs" / "package-lock.json"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text and "resolved" not in text and ("sha256:" in text or "sha512-" in text)
