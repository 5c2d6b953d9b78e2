"""Mail as programs write it, and what becomes of it: one file each in `mails`, with its expected effect.

The shapes follow what the public threads named in the rules describe; addresses and words are our own.
"""

import base64
import email
import email.policy
import re
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.inbound import bounds
from adapters.inbound.message import digest_of, read
from models.machine.state import ProposalStatus
from models.messages.acts import Document
from models.messages.calendar_event import PartStat
from models.messages.views import Refusal
from models.post.contacts import Contacts
from models.post.incoming import IncomingMessage, MessageKind, act_of, judge
from tests.support.builders import DAY, START, Player
from tests.support.meetings import proposed
from tests.support.paths import MAILS

MAIL = Document(name="x.eml", sha256="00" * 32, size=1)
CONTACTS = Contacts.model_validate(
    {
        "organizer": {"name": "Secretariat", "address": "secretariat@aide-memoire.example"},
        "offices": {
            "lao-moc": {"address": "lao-moc@office.example"},
            "khm-moc": {"address": "khm-moc@office.example", "second": "khm-moc-registry@office.example"},
        },
    }
)

EFFECTS = {
    "accept-naming-a-floating-time": "accept",
    "accept-naming-an-unknown-zone": "person: there is no zone 'Moon/Tycho'",
    "accept-naming-another-day": "person: it names another time than the invitation",
    "accept-naming-another-day-only": "person: it names another time than the invitation",
    "accept-naming-another-floating-time": "person: it names another time than the invitation",
    "accept-naming-another-length": "person: it names another time than the invitation",
    "accept-naming-the-day-only": "accept",
    "accept-naming-the-time-in-another-zone": "accept",
    "all-day-counter": "person: it names a day and no hour",
    "apple-mail-decline": "reject: We have a national holiday.",
    "attachment-only-accept": "accept",
    "backwards-counter": "person: the time that it proposes ends before it begins",
    "bom-and-lf-accept": "accept",
    "calendar-without-any-method": "calendar: a calendar object without METHOD",
    "custom-vtimezone-counter": "counter: 2026-07-15T07:00:00Z to 2026-07-15T10:00:00Z",
    "delegated": "person: it delegates to deputy@office.example",
    "dmarc-fail": "person: our mail server says",
    "dmarc-fail-in-the-second-header": "person: our mail server says",
    "dmarc-pass-with-a-broken-signature": "accept",
    "duplicate-accept": "accept",
    "exchange-regenerated-accept": "accept",
    "floating-counter": "person: its time is floating",
    "forged-from": "person: it was sent by focal.point@evil.example",
    "forwarded-invitation": "calendar: a calendar object with METHOD REQUEST",
    "freq-secondly": "refused: its calendar recurs by the second",
    "google-accept": "accept",
    "google-comment-in-parameter": 'reject: The hall is "taken"',
    "google-counter": "counter: 2026-01-12T00:00:00Z to 2026-01-12T03:00:00Z One day later",
    "google-several-events": "accept, person: no invitation with the UID another@google.example",
    "google-several-vevents-one-dtstamp": "accept, nothing new",
    "icloud-accept-urn": "accept",
    "khmer-comment-counter": "counter: 2026-01-20T01:30:00Z to 2026-01-20T04:00:00Z សូមអភ័យទោស យើងជាប់ប្រជុំ",
    "lao-comment-fold-splits-utf8": "reject: ຂໍອະໄພ, ວັນນັ້ນເປັນວັນພັກລັດຖະການ; ພວກເຮົາຂໍສະເໜີອາທິດຖັດໄປ",
    "letter": "letter: a letter",
    "inline-and-attachment-written-differently": "accept",
    "letter-from-a-registry-program": "letter: sent by a program (auto-generated), with note.pdf",
    "letter-about-an-automatic-reply": "letter: a letter",
    "letter-that-answers-nothing-itself": "letter: a letter",
    "letter-through-a-list": "letter: a letter",
    "letter-with-precedence-bulk": "letter: a letter",
    "letter-with-x-auto-response-suppress": "letter: a letter",
    "lf-only-accept": "accept",
    "method-rfc2231-accept": "accept",
    "method-mismatch": "refused: its part says METHOD REPLY, its calendar CANCEL",
    "nul": "refused: its calendar holds NUL bytes",
    "old-dtstamp-decline": "reject: ",
    "other-attendees-listed": "accept",
    "out-of-office-auto-submitted": "automatic: sent by a program (auto-replied)",
    "out-of-office-exchange": "automatic: sent by a program (its subject, and X-Auto-Response-Suppress)",
    "out-of-office-x-autoreply": "automatic: sent by a program (X-Autoreply)",
    "out-of-office-with-a-logo": "automatic: sent by a program (auto-replied)",
    "out-of-office-precedence": "automatic: sent by a program (Precedence: auto_reply)",
    "out-of-office-with-our-invitation": "automatic: sent by a program",
    "outlook-com-accept": "accept",
    "outlook-desktop-accept": "accept",
    "outlook-desktop-counter": "counter: 2026-01-15T00:00:00Z to 2026-01-15T03:00:00Z After the holidays, please.",
    "plain-bounce-from-qmail": "letter: it may be a delivery failure",
    "proton-accept-without-method": "accept",
    "read-receipt": "automatic: a report of reading",
    "recurring-counter": "person: it proposes that the event recur",
    "robot-accepts": "person: a program answered",
    "same-attendee-twice": "accept",
    "same-attendee-twice-with-two-answers": "person: it lists khm-moc@office.example 2 times, with different answers",
    "second-address-accept": "accept",
    "spf-and-dkim-fail-without-dmarc": "person: our mail server says",
    "sent-by-another": "person: deputy@elsewhere.example answers in the name of khm-moc@office.example",
    "stranger-accept": "person: stranger@elsewhere.example is the address of no office",
    "thunderbird-tentative": "recorded TENTATIVE",
    "torn-calendar": "refused: its calendar is torn",
    "two-parts-that-differ": "refused: it holds two calendars that differ",
    "two-senders": "person: it has no single sender",
    "two-vcalendars": "refused: it holds 2 calendars",
    "unknown-partstat": "person: its PARTSTAT is X-PERHAPS",
    "unknown-zone-counter": "person: there is no zone 'Moon/Tycho'",
    "utf16-accept": "accept",
    "windows-zone-without-vtimezone-counter": "counter: 2026-07-15T07:00:00Z to 2026-07-15T10:00:00Z",
    "winmail-dat": "letter: its calendar or attachment is in Outlook's own format",
    "without-dtstamp-accept": "accept",
    "without-partstat": "person: it has no PARTSTAT",
    "zone-with-commas-counter": "counter: 2026-01-15T07:00:00Z to 2026-01-15T08:00:00Z",
    **{
        f"{method}-arrives": f"calendar: a calendar object with METHOD {method.upper()} alters nothing"
        for method in ("cancel", "request", "refresh", "publish", "add", "declinecounter")
    },
    "bounce-no-such-user": "bounce: khm-moc@office.example 5.1.1 failed <0123456789abcdef@aide-memoire.example> 550",
    "bounce-headers-only": "bounce: khm-moc@office.example 5.2.2 failed <0123456789abcdef@aide-memoire.example> 552",
    "bounce-delayed": "bounce: khm-moc@office.example 4.4.1 not failed",
    "bounce-expired-4xx": "bounce: khm-moc@office.example 4.4.7 failed",
    "bounce-of-a-list-member": "bounce: khm-moc@office.example 5.1.1 failed (sok.dara@freemail.example) <0123456789",
    "bounce-of-a-stranger": "bounce: nobody@elsewhere.example 5.1.1 failed",
    "bounce-without-recipient": "bounce: a delivery status that names no recipient",
}


def raw(name: str) -> bytes:
    return (MAILS / f"{name}.eml").read_bytes()


def effect(data: bytes, player: Player) -> str:
    """What a message does to a meeting whose first date is proposed by LAO, in a few words."""
    reading = read(data)
    if reading.kind is MessageKind.BOUNCE and reading.returned:
        [each] = reading.returned
        failed = "failed" if each.failed else "not failed"
        passed_on = [f"({each.passed_on_to})"] if each.passed_on_to else []
        words = [each.recipient, each.status, failed, *passed_on, each.message_id, each.reason]
        return f"bounce: {' '.join(words)}"
    if reading.kind is not MessageKind.ANSWERS:
        return f"{reading.kind.value}: {reading.reason}"
    return ", ".join(_effects(reading, player))


def _effects(reading: IncomingMessage, player: Player) -> list[str]:
    found = []
    for verdict in judge(reading, CONTACTS):
        if not verdict.offices:
            found.append(f"person: {verdict.why}")
            continue
        before = player.state
        act = act_of(verdict.answer, verdict.offices[0], digest_of(verdict.answer), MAIL)
        result = player.act(type(act), act.office, **act.model_dump(exclude={"act_id", "office"}))
        if isinstance(result, Refusal):
            found.append(f"person: {result.message}")
        elif result.text == "":
            found.append("nothing new")
        else:
            found.append(_what(before, player))
    return found


def _what(before: object, player: Player) -> str:
    state = player.state
    first = state.proposals[0]
    if state.last_proposal == 2:
        terms = state.proposals[1].terms
        start, end = (each.utc.isoformat().replace("+00:00", "Z") for each in (terms.slot.start, terms.slot.end))
        return f"counter: {start} to {end} {terms.reason}".strip()
    if first.status is ProposalStatus.AGREED:
        return "accept"
    if first.status is ProposalStatus.REJECTED:
        return f"reject: {state.answers[-1].comment}"
    return f"recorded {state.answers[-1].partstat}"


def test_every_shape_has_its_expected_effect() -> None:
    assert {path.stem for path in MAILS.glob("*.eml")} == set(EFFECTS)


@pytest.mark.parametrize("name", sorted(EFFECTS))
def test_the_effect_of(name: str) -> None:
    player = proposed()
    player.now = START + DAY * 2
    before = player.state
    found = effect(raw(name), player)
    assert found.startswith(EFFECTS[name]), found
    if found.startswith(("person", "calendar", "refused", "automatic", "letter", "bounce")):
        assert player.state == before, "what needs a person changes nothing"


def test_a_message_says_the_same_however_it_was_written_anew() -> None:
    """A relay, a second copy and another MIME tree: one digest. Another answer: another."""
    accept = read(raw("outlook-desktop-accept"))
    for name in ("exchange-regenerated-accept", "duplicate-accept", "google-accept", "lf-only-accept"):
        if name != "google-accept":
            assert read(raw(name)).digest == accept.digest, name
    others = {name: read(raw(name)).digest for name in EFFECTS}
    same = {name for name, digest in others.items() if digest == accept.digest}
    assert same >= {"outlook-desktop-accept", "exchange-regenerated-accept", "duplicate-accept", "outlook-com-accept"}
    for name in ("forged-from", "dmarc-fail", "thunderbird-tentative", "second-address-accept"):
        assert name not in same, "a stranger's copy must not stand for the office's own"
    letter = raw("letter")
    wrapped = email.message_from_bytes(letter, policy=email.policy.default)
    wrapped["Received"] = "from relay.example by mx.example"
    wrapped.replace_header("Message-ID", "<anew@relay.example>")
    wrapped.replace_header("From", '"FOCAL POINT" <Khm-Moc@office.example>')
    wrapped.set_content("Dear  Secretariat,\n\n\nພວກເຮົາຈະຕອບໃນອາທິດໜ້າ.\n", cte="base64")
    assert read(wrapped.as_bytes()).digest == read(letter).digest


def test_a_bounce_and_its_repetition_are_one() -> None:
    data = raw("bounce-no-such-user")
    again = (
        data.replace(b"bounce-no-such-user@mail", b"another@mail").replace(b"--r1", b"--r2").replace(b'"r1"', b'"r2"')
    )
    assert read(again).digest == read(data).digest != read(raw("bounce-headers-only")).digest


def test_both_answers_of_one_message_are_judged() -> None:
    answers = read(raw("google-several-events")).answers
    assert [each.uid.partition("@")[2] for each in answers] == ["aide-memoire.example", "google.example"]
    assert {each.partstat for each in answers} == {PartStat.ACCEPTED}
    recurrence = read(raw("google-several-vevents-one-dtstamp")).answers[1].recurrence
    assert recurrence == datetime(2026, 1, 11, tzinfo=UTC)


# --- hostile --------------------------------------------------------------------------------------------------------


def reply(calendar: str, encoding: str = "8bit") -> bytes:
    body = calendar if encoding == "8bit" else base64.encodebytes(calendar.encode()).decode()
    head = (
        "From: khm-moc@office.example\nSubject: x\nDate: Fri, 02 Jan 2026 09:15:00 +0700\n"
        f"Content-Type: text/calendar; charset=utf-8; method=REPLY\nContent-Transfer-Encoding: {encoding}\n\n"
    )
    return (head + body).encode("utf-8", "surrogatepass")


def vcalendar(inner: str) -> str:
    return f"BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\n{inner}\nEND:VEVENT\nEND:VCALENDAR\n"


DEEP = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000))
HOSTILE = {
    "headers": (b"X: y\n" * 3_000 + b"\nx", "headers"),
    "10 MB": (reply(vcalendar("COMMENT:" + "x" * 10_000_000)), "bytes"),
    "3 MB in one calendar": (reply(vcalendar("COMMENT:" + "x" * 3_000_000)), "bytes"),
    "lines": (reply(vcalendar("\n" * 300_000)), "lines"),
    "calendar lines": (reply(vcalendar("X:1\n" * 20_000)), "lines"),
    "components": (reply(vcalendar("BEGIN:X\nEND:X\n" * 2_000)), "components"),
    "nesting": (reply("BEGIN:VCALENDAR\n" * 5_000), "components"),
    "events": (
        reply("BEGIN:VCALENDAR\nMETHOD:REPLY\n" + "BEGIN:VEVENT\nEND:VEVENT\n" * 90 + "END:VCALENDAR"),
        "events",
    ),
    "deep": (DEEP, "deep"),
    "parts": (b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 5_000, "parts"),
    "NUL": (b"From: a@b.example\n\nx\0y", "NUL"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_beyond_the_bounds_is_refused_with_its_reason(name: str) -> None:
    data, word = HOSTILE[name]
    reading = read(data)
    assert reading.kind is MessageKind.REFUSED and word in reading.reason and reading.digest


def test_a_message_that_the_mailbox_cut_is_refused() -> None:
    reading = read(raw("letter"), truncated=True)
    assert (reading.kind, reading.sender) == (MessageKind.REFUSED, "khm-moc@office.example")


COSTLY = [
    reply(vcalendar("ATTENDEE" + ';A="' * 200_000)),
    reply(vcalendar("ATTENDEE" + ";A=^^^n" * 100_000 + ":x")),
    reply(vcalendar("COMMENT:" + "\\" * 900_000)),
    b"From: " + b"(" * 500_000 + b"\nSubject: " + b"=?utf-8?b?" * 50_000 + b"\n\nx",
    b"From: " + b"<a@b>," * 100_000 + b"\n\nx",
    b"Content-Type: text/html\n\n" + b"<script" * 200_000,
    b"Content-Type: text/html\n\n" + b"<" * 1_000_000,
    b'Content-Type: multipart/mixed; boundary="b"\n' + b"X: y\n" * 200_000 + b"\n--b\n",
    b"Content-Type: text/calendar" + b"; a*0*=b" * 20_000 + b"\n\nx",
]


@pytest.mark.parametrize("number", range(len(COSTLY)))
def test_hostile_mail_costs_bounded_memory(number: int) -> None:
    """Bounded by the size of the message; the time is held by the whole suite's own limit."""
    data = COSTLY[number]
    tracemalloc.start()
    try:
        reading = read(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert reading.digest and peak < 60 * len(data) + 20_000_000
    assert len(reading.model_dump_json()) < 40 * bounds.TEXT


corpus = st.sampled_from(sorted(EFFECTS))
pieces = st.sampled_from(
    [
        b"\r\n",
        b"\n ",
        b"\0",
        b'"',
        b":",
        b";",
        b"BEGIN:VEVENT\r\n",
        b"END:VCALENDAR\r\n",
        b"\xe0\xba",
        b"\x1b[31m",
        "\u202e".encode(),
        b"=1B",
        b"PARTSTAT=",
        b"=\n",
        b"--b1",
        b"\xff\xfe",
        b"DTSTART;TZID=:99999999T999999\r\n",
        b"SEQUENCE:-1\r\n",
        b"RECURRENCE-ID:00010101T000000Z\r\n",
        b"DURATION:P9999W\r\n",
    ]
)
changes = st.lists(
    st.tuples(st.integers(0, 4000), st.integers(0, 60), st.one_of(pieces, st.binary(max_size=40))), max_size=8
)


def texts(value: Any) -> Iterator[str]:
    """Every text in it: what a terminal is going to show."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | tuple | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts(each)


def sound(data: bytes) -> None:
    """Never an exception, always a digest, and a value that goes over the wire as it is."""
    reading = read(data)
    assert re.fullmatch("[0-9a-f]{64}", reading.digest)
    assert IncomingMessage.model_validate_json(reading.model_dump_json()) == reading
    assert read(data) == reading
    assert all(c.isprintable() or c in "\n\u200b\u200c\u200d" for text in texts(reading.model_dump()) for c in text)
    for verdict in judge(reading, CONTACTS):
        assert bool(verdict.offices) != bool(verdict.why)
        for office in verdict.offices:
            act_of(verdict.answer, office, digest_of(verdict.answer), MAIL)


@given(corpus, changes)
def test_mangled_mail_raises_nothing(name: str, mangled: list[tuple[int, int, bytes]]) -> None:
    data = raw(name)
    for at, length, new in mangled:
        at %= len(data) + 1
        data = data[:at] + new + data[at + length :]
    sound(data)


@given(corpus, changes)
def test_mangled_calendars_raise_nothing(name: str, mangled: list[tuple[int, int, bytes]]) -> None:
    """The calendar inside, whatever its transfer encoding."""
    message = email.message_from_bytes(raw(name))
    found = [part for part in message.walk() if part.get_content_type() in ("text/calendar", "application/ics")]
    data = found[0].get_payload(decode=True) if found else raw(name)
    assert isinstance(data, bytes)
    for at, length, new in mangled:
        at %= len(data) + 1
        data = data[:at] + new + data[at + length :]
    head = b"From: khm-moc@office.example\nContent-Type: text/calendar; method=REPLY; charset=utf-8\n"
    sound(head + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(data))


@given(st.binary(max_size=3000))
def test_noise_raises_nothing(data: bytes) -> None:
    sound(data)


@pytest.mark.parametrize(
    "name", ["ATTENDEE;PARTSTAT=", "UID:", "SEQUENCE:", "COMMENT:", "DTSTART;TZID=", "RECURRENCE-ID:"]
)
def test_no_text_can_command_a_terminal(name: str) -> None:
    for evil in ("\x1b[31m", "\u202e", "\x9b2J", "\x07"):
        for method in ("REPLY", "COUNTER", evil):
            sound(
                reply(vcalendar(f"{name}{evil}x:y").replace("METHOD:REPLY", f"METHOD:{method}")).replace(
                    b"; method=REPLY", b""
                )
            )


# --- quoted-printable -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"one =\ntwo", "one two"),
        (b"one=20=\r\ntwo", "one two"),
        (b"one =  \ntwo", "one two"),  # a relay has put blanks behind a soft line break
        (b"one \t \ntwo", "one\ntwo"),
        (b"=e1=9E=9f", "\u179f"),
        (b"1+1=3 =zz =4", "1+1=3 =zz =4"),
        (b"one=", "one"),
    ],
)
def test_quoted_printable_is_read_as_it_was_meant(written: bytes, said: str) -> None:
    head = b"From: a@b.example\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n"
    assert read(head + b"\n" + written).text == said


def test_an_answer_in_quoted_printable_with_blanks_of_a_relay_counts() -> None:
    plain = vcalendar(
        "UID:x@aide-memoire.example\nDTSTAMP:20260102T021500Z\n"
        "ATTENDEE;PARTSTAT=ACCEPTED;CN=Focal Point:mailto:khm-moc@office.example"
    )
    quoted = plain.replace("=", "=3D").replace("mailto", "mai=   \nlto").replace("SEQUENCE:0", "SEQUENCE:0  ")
    data = reply(quoted).replace(b"8bit", b"quoted-printable")
    assert read(data).answers == read(reply(plain)).answers
    [verdict] = judge(read(data), CONTACTS)
    assert verdict.offices == ("khm-moc",)
