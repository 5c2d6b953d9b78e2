"""Who sent a message, and who answers in it: what hides an address goes to a person and never counts as an answer."""

from email.message import EmailMessage

import pytest

from adapters.inbound.message import read
from models.post.contacts import Contacts
from models.post.incoming import Disguise, MessageKind, judge

OFFICE = "khm-moc@office.example"
CONTACTS = Contacts.model_validate(
    {
        "organizer": {"name": "Secretariat", "address": "secretariat@aide-memoire.example"},
        "offices": {
            "lao-moc": {"address": "lao-moc@office.example"},
            "khm-moc": {"address": OFFICE, "second": "khm-moc-registry@office.example"},
        },
    }
)
ATTENDEE = f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{OFFICE}"


def answer(head: str | bytes = f"From: {OFFICE}", attendee: str = ATTENDEE) -> bytes:
    """An answer with these headers, of this attendee."""
    calendar = (
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:x@aide-memoire.example\nSEQUENCE:0\n"
        f"DTSTAMP:20260102T021500Z\n{attendee}\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    head = head if isinstance(head, bytes) else head.encode()
    kind = b"\nSubject: x\nContent-Type: text/calendar; charset=utf-8; method=REPLY\n\n"
    return head + kind + calendar.encode()


def why(data: bytes) -> str:
    """Why a person has to read it; empty where it counts as the answer of the office."""
    reading = read(data)
    if reading.kind is not MessageKind.ANSWERS:
        return f"{reading.kind.value}: {reading.reason}"
    [verdict] = judge(reading, CONTACTS)
    assert bool(verdict.why) != (verdict.offices == ("khm-moc",))
    return verdict.why


HONEST = {
    "plain": f"From: {OFFICE}",
    "in capitals": f"From: {OFFICE.upper()}",
    "with a name": f"From: Focal Point <{OFFICE}>",
    "with a name in quotes": f'From: "Point, Focal" <{OFFICE}>',
    "with a quoted quote": f'From: "Focal \\"MoC\\" Point" <{OFFICE}>',
    "with a comment": f"From: {OFFICE} (Focal (the) Point)",
    "with a comment before": f"From: (Focal Point) {OFFICE}",
    "with its own address as the name": f'From: "{OFFICE}" <{OFFICE}>',
    "with its second address as the name": f'From: "khm-moc-registry@office.example" <{OFFICE}>',
    "with an encoded name": f"From: =?utf-8?b?4Z6A4Z+S4Z6a4Z6f4Z694Z6E?= <{OFFICE}>",
    "folded": f"From:\n Focal Point\n <{OFFICE}>",
    "of its second address": "From: khm-moc-registry@office.example",
    "with itself as the sender": f"From: {OFFICE}\nSender: {OFFICE}",
    "with its second address as the sender": f"From: {OFFICE}\nSender: khm-moc-registry@office.example",
    "through a calendar service": f"From: {OFFICE}\nSender: calendar@service.example\nAuto-Submitted: auto-generated",
    "with an empty sender": f"From: {OFFICE}\nSender:",
    "with a trailing comma": f"From: {OFFICE},",
    "with a name in UTF-8": f"From: ក្រសួង <{OFFICE}>",
}


@pytest.mark.parametrize("name", HONEST)
def test_the_office_itself_is_heard(name: str) -> None:
    assert why(answer(HONEST[name])) == ""


DISGUISED = {
    "a route": (f"From: <@relay.example:{OFFICE}>", Disguise.ROUTE),
    "a route of two": (f"From: <@a.example,@b.example:{OFFICE}>", Disguise.ROUTE),
    "a route with a name": (f"From: Focal Point <@relay.example:{OFFICE}>", Disguise.ROUTE),
    "two addresses": (f"From: {OFFICE}, x@evil.example", Disguise.SEVERAL),
    "two addresses, the stranger first": (f"From: x@evil.example, {OFFICE}", Disguise.SEVERAL),
    "the office twice": (f"From: {OFFICE}, {OFFICE}", Disguise.SEVERAL),
    "two lines": (f"From: {OFFICE}\nFrom: x@evil.example", Disguise.TWO_LINES),
    "two lines of the office": (f"From: {OFFICE}\nfrom: {OFFICE}", Disguise.TWO_LINES),
    "a second line that is empty": (f"From: {OFFICE}\nFrom:", Disguise.TWO_LINES),
    "a group": (f"From: Offices: {OFFICE};", Disguise.GROUP),
    "an empty group and an address": (f"From: Undisclosed:; {OFFICE}", Disguise.GROUP),
    "an open group": (f"From: Offices: {OFFICE}", Disguise.GROUP),
    "a semicolon": (f"From: {OFFICE};", Disguise.GROUP),
    "two brackets": (f"From: <x@evil.example> <{OFFICE}>", Disguise.TORN),
    "words behind": (f"From: <{OFFICE}> x@evil.example", Disguise.TORN),
    "a bracket that does not end": (f"From: <{OFFICE}", Disguise.TORN),
    "a quote that does not end": (f'From: "Focal Point <{OFFICE}>', Disguise.TORN),
    "a comment that does not end": (f"From: {OFFICE} (Focal Point", Disguise.TORN),
    "a comment that ends twice": (f"From: {OFFICE} (Focal Point))", Disguise.TORN),
    "a comment inside": ("From: khm-moc(x)@office.example", Disguise.TORN),
    "a quoted local part": ('From: "khm-moc"@office.example', Disguise.TORN),
    "spaces inside": ("From: khm-moc @ office.example", Disguise.TORN),
    "folded inside": ("From: <khm-moc@\n office.example>", Disguise.TORN),
    "two at signs": (f"From: {OFFICE}@evil.example", Disguise.TORN),
    "a Cyrillic letter": ("From: khm-mос@office.example", Disguise.FOREIGN),
    "a Cyrillic domain": ("From: khm-moc@оffice.example", Disguise.FOREIGN),
    "KELVIN SIGN": ("From: \u212ahm-moc@office.example", Disguise.FOREIGN),
    "a fullwidth at sign": ("From: khm-moc\uff20office.example", Disguise.FOREIGN),
    "a zero width space": (f"From: <\u200b{OFFICE}>", Disguise.FOREIGN),
    "a bell": (f"From: Focal\x07 Point <{OFFICE}>", Disguise.CONTROL),
    "a C1 control": (f"From: Focal\x9b Point <{OFFICE}>", Disguise.CONTROL),
    "a name of 2,000 characters": (f"From: {'x' * 2000} <{OFFICE}>", Disguise.LONG),
}


@pytest.mark.parametrize("name", DISGUISED)
def test_a_sender_in_disguise_is_no_sender(name: str) -> None:
    line, disguise = DISGUISED[name]
    reading = read(answer(line))
    assert reading.sender == "" and disguise in reading.disguises, reading.disguises
    assert reading.kind is MessageKind.ANSWERS and "no single sender" in why(answer(line))


OTHERS = {
    "a stranger": ("From: x@evil.example", "it was sent by x@evil.example"),
    "another office": ("From: lao-moc@office.example", "it was sent by lao-moc@office.example"),
    "the office as the name": (f'From: "{OFFICE}" <x@evil.example>', "it was sent by x@evil.example"),
    "the office as a comment": (f"From: x@evil.example ({OFFICE})", "it was sent by x@evil.example"),
    "the office as an unquoted name": (f"From: {OFFICE} <x@evil.example>", "it was sent by x@evil.example"),
    "a stranger as the name": (f'From: "x@evil.example" <{OFFICE}>', "names x@evil.example beside"),
    "a stranger as a comment": (f"From: {OFFICE} (x@evil.example)", "names x@evil.example beside"),
    "a stranger as an encoded name": (f"From: =?utf-8?q?x=40evil.example?= <{OFFICE}>", "names x@evil.example beside"),
    "a stranger as a name in base64": (
        f"From: =?utf-8?b?eEBldmlsLmV4YW1wbGU=?= <{OFFICE}>",
        "names x@evil.example beside",
    ),
    "another office as the name": (f'From: "lao-moc@office.example" <{OFFICE}>', "names lao-moc@office.example"),
    "an encoded address": ("From: =?utf-8?q?khm-moc=40office.example?=", "no single sender"),
    "an encoded address in brackets": ("From: <=?utf-8?q?khm-moc=40office.example?=>", "no single sender"),
    "an encoded local part": ("From: =?utf-8?q?khm-moc?=@office.example", "it was sent by ="),
    "a domain in Punycode": ("From: khm-moc@xn--ffice-jye.example", "it was sent by khm-moc@xn--ffice-jye.example"),
    "a longer domain": (f"From: {OFFICE}.evil.example", "it was sent by khm-moc@office.example.evil.example"),
    "a dot behind the domain": (f"From: {OFFICE}.", "no single sender"),
    "no From at all": ("To: x@aide-memoire.example", "no single sender"),
    "an empty From": ("From:", "no single sender"),
    "a From without an address": ("From: Focal Point", "no single sender"),
    "another name for From": (f"X-From: {OFFICE}", "no single sender"),
    "a space in the name From": (f"From : {OFFICE}", "no single sender"),
    "another Sender": (f"From: {OFFICE}\nSender: x@evil.example", "x@evil.example sent it in the name of"),
    "another office as Sender": (
        f"From: {OFFICE}\nSender: lao-moc@office.example\nAuto-Submitted: auto-generated",
        "lao-moc@office.example sent it in the name of",
    ),
    "two Sender lines": (f"From: {OFFICE}\nSender: {OFFICE}\nSender: x@evil.example", "Sender line is not one address"),
    "two addresses in Sender": (f"From: {OFFICE}\nSender: {OFFICE}, x@evil.example", "Sender line is not one address"),
    "a Sender in disguise": (f"From: {OFFICE}\nSender: <@a.example:{OFFICE}>", "Sender line is not one address"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_an_answer_that_somebody_else_may_have_sent_goes_to_a_person(name: str) -> None:
    line, reason = OTHERS[name]
    assert reason in why(answer(line))


@pytest.mark.parametrize(
    "head",
    [f"From: {OFFICE}\0".encode(), f"From: x@evil.example\0 <{OFFICE}>".encode(), f"From: {OFFICE}\nX: \0".encode()],
)
def test_a_message_with_a_null_octet_is_not_read(head: bytes) -> None:
    assert "NUL" in why(answer(head))


def test_octets_that_are_no_utf8_hide_nobody() -> None:
    assert "no single sender" in why(answer(b"From: khm-moc\xff@office.example"))
    assert why(answer(b"From: \xff\xfe <" + OFFICE.encode() + b">")) == ""


ATTENDEES = {
    "SENT-BY of a stranger": ('SENT-BY="mailto:x@evil.example"', "x@evil.example answers in the name of"),
    "SENT-BY of another office": ('SENT-BY="mailto:lao-moc@office.example"', "lao-moc@office.example answers"),
    "SENT-BY that is empty": ("SENT-BY=", "its SENT-BY cannot be read"),
    "SENT-BY without a value": ("SENT-BY", "its SENT-BY cannot be read"),
    "SENT-BY of a name": ('SENT-BY="Deputy"', "its SENT-BY cannot be read"),
    "SENT-BY of a path": ('SENT-BY="/principals/1"', "its SENT-BY cannot be read"),
    "SENT-BY with a route": (f'SENT-BY="mailto:<@a.example:{OFFICE}>"', "its SENT-BY cannot be read"),
    "SENT-BY of two": (f'SENT-BY="mailto:{OFFICE},x@evil.example"', "its SENT-BY cannot be read"),
    "SENT-BY of two values": (f'SENT-BY="mailto:{OFFICE}","mailto:x@evil.example"', "more than one SENT-BY"),
    "SENT-BY of two values without quotes": (f"SENT-BY={OFFICE},x@evil.example", "more than one SENT-BY"),
    "SENT-BY with words behind": (f'SENT-BY="mailto:{OFFICE}"x@evil.example', "more than one SENT-BY"),
    "SENT-BY twice": (f'SENT-BY="mailto:{OFFICE}";SENT-BY="mailto:x@evil.example"', "more than one SENT-BY"),
    "SENT-BY in small letters": ('sent-by="mailto:x@evil.example"', "x@evil.example answers in the name of"),
    "SENT-BY with a caret": (f'SENT-BY="mailto:{OFFICE}^nx"', "its SENT-BY cannot be read"),
    "SENT-BY with a Cyrillic letter": ('SENT-BY="mailto:khm-mос@office.example"', "its SENT-BY cannot be read"),
    "SENT-BY behind a long parameter": (
        f'CN={"x" * 5000};SENT-BY="mailto:x@evil.example"',
        "x@evil.example answers in the name of",
    ),
    "two PARTSTATs": ("PARTSTAT=DECLINED", "more than one PARTSTAT"),
}


@pytest.mark.parametrize("name", ATTENDEES)
def test_an_attendee_for_whom_somebody_else_may_answer_goes_to_a_person(name: str) -> None:
    parameter, reason = ATTENDEES[name]
    assert reason in why(answer(attendee=f"ATTENDEE;PARTSTAT=ACCEPTED;{parameter}:mailto:{OFFICE}"))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f'ATTENDEE;PARTSTAT=ACCEPTED;CN="x:mailto:{OFFICE}', "cannot be read"),
        (f'ATTENDEE;PARTSTAT=ACCEPTED;CN="x:mailto:{OFFICE}\n{ATTENDEE}', "cannot be read"),
        (f'ATTENDEE;PARTSTAT=ACCEPTED;CN="x:mailto:{OFFICE}":mailto:x@evil.example', "sent by"),
        (f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:x@evil.example?cc={OFFICE}", "sent by"),
        (f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{OFFICE},x@evil.example", "cannot be read"),
        ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:khm-mос@office.example", "cannot be read"),
        ("ATTENDEE;PARTSTAT=ACCEPTED:khm-moc", "cannot be read"),
        (f"{ATTENDEE}\n{ATTENDEE.replace('ACCEPTED', 'DECLINED')}", "2 times, with different answers"),
        (f"{ATTENDEE}\n{ATTENDEE.replace(';', ';SENT-BY=x@evil.example;', 1)}", "with different answers"),
        ("ATTENDEE;PARTSTAT=ACCEPTED,DECLINED:mailto:" + OFFICE, "more than one PARTSTAT"),
        (f"ATTENDEE;PARTSTAT=ACCEPTED;EMAIL={OFFICE};EMAIL=x@evil.example:urn:x", "more than one EMAIL"),
    ],
)
def test_an_attendee_in_disguise_goes_to_a_person(line: str, reason: str) -> None:
    assert reason in why(answer(attendee=line))


@pytest.mark.parametrize(
    "parameter",
    [
        f'SENT-BY="mailto:{OFFICE}"',
        f"SENT-BY=MAILTO:{OFFICE.upper()}".replace("MAILTO:", '"MAILTO:') + '"',
        'SENT-BY="mailto:khm-moc-registry@office.example"',
        'CN="Doe, Jane; x:y"',
        "CN=Doe, Jane",
        'MEMBER="mailto:a@b.example","mailto:c@d.example"',
    ],
)
def test_an_attendee_that_is_the_office_counts(parameter: str) -> None:
    assert why(answer(attendee=f"ATTENDEE;PARTSTAT=ACCEPTED;{parameter}:mailto:{OFFICE}")) == ""


def test_a_common_name_with_the_address_of_an_office_makes_nobody_an_office() -> None:
    message = EmailMessage()
    message["From"] = f'"{OFFICE}" <x@evil.example>'
    message["Reply-To"] = OFFICE
    message.set_content("We accept.")
    assert read(message.as_bytes()).sender == "x@evil.example"
