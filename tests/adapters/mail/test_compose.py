"""Letters and announcements as mails: to whom, headers, MIME tree, identity."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.calendar.event_object import calendar_object, declined_counter
from adapters.mail.compose import NoAddressError, message_id
from adapters.text import clean_line
from models.messages.calendar_event import Method
from models.messages.notices import AnnouncementKind
from models.post.despatch import Despatch
from tests.support.examples import examples
from tests.support.letters import body, check_wire, composed, decoded, read, tree
from tests.support.mail_samples import (
    KHMER,
    LAO,
    UID,
    announcement,
    at,
    away,
    cancelled,
    contacts,
    despatch,
    event,
    notice,
)


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        ("invitation", Method.REQUEST),
        ("cancellation", Method.CANCEL),
        ("declinecounter", Method.DECLINECOUNTER),
    ],
)
def test_the_mime_tree_of_an_invitation(kind: str, method: Method) -> None:
    what = cancelled() if method is Method.CANCEL else event()
    data = composed(despatch(announcement=announcement(kind=kind, event=what)))
    check_wire(data)
    message = read(data)
    assert tree(message) == (
        "multipart/mixed",
        [("multipart/alternative", ["text/plain", "text/html", "text/calendar"]), "application/ics"],
    )
    inline, attached = list(message.walk())[4:]
    assert inline.get_param("method") == method.value  # Outlook refuses a mismatch
    assert inline.get_param("charset") == "UTF-8"
    assert inline["Content-Transfer-Encoding"] == "base64"
    assert {name.lower() for name in inline} == {"content-type", "content-transfer-encoding"}
    assert attached["Content-Disposition"].params["filename"] == "invite.ics"
    octets = inline.get_payload(decode=True)
    assert octets == attached.get_payload(decode=True)
    if method is Method.DECLINECOUNTER:
        assert octets == declined_counter(event(), contacts(), "")
    else:
        assert octets == calendar_object(what, contacts(), method)


def test_an_announcement_of_another_kind_carries_no_object() -> None:
    for change in ({"kind": AnnouncementKind.MARK}, {"event": None}):
        message = read(composed(despatch(announcement=announcement(**change))))
        assert tree(message) == ("multipart/alternative", ["text/plain", "text/html"])


def test_the_headers_of_a_letter() -> None:
    data = composed(despatch())
    message = read(data)
    name = "Aide-Mémoire of the Lao-Cambodia Action Plan"
    assert decoded(data, "From") == f"{name} <action-plan@secretariat.example>"
    assert message["From"].addresses[0].addr_spec == "action-plan@secretariat.example"
    assert message["To"].addresses[0].addr_spec == "coordinator@moic-lao.example"
    assert message["To"].addresses[0].display_name == "Coordinator, Ministry of Industry and Commerce"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == at(2, 1)
    assert message["In-Reply-To"] is None
    assert re.fullmatch(r"<[0-9a-f]{40}@secretariat\.example>", message["Message-ID"])


@pytest.mark.parametrize(
    "name",
    [
        "Coordinator, Ministry of Education, Youth and Sport, Cambodia",
        'The "Joint" Secretariat of the Committee for the Implementation of the Strategic Partnership, Vientiane',
    ],
)
def test_a_long_name_in_ascii_needs_no_encoded_words(name: str) -> None:
    data = composed(despatch(office_title=name))
    assert b"\nTo: =?" not in data and read(data)["To"].addresses[0].display_name == name


def test_the_second_address_is_written_to_and_invited() -> None:
    message = read(composed(despatch(announcement=announcement(), second_address=True)))
    assert message["To"].addresses[0].addr_spec == "registry@moic-lao.example"
    octets = list(message.walk())[4].get_payload(decode=True)
    assert isinstance(octets, bytes)
    assert b"registry@moic-lao.example" in octets.replace(b"\r\n ", b"")
    assert b"coordinator@moic-lao.example" not in octets.replace(b"\r\n ", b"")


def test_without_an_address_there_is_no_letter() -> None:
    with pytest.raises(NoAddressError, match="no address for lao-x in the contacts file"):
        composed(despatch(office="lao-x"))
    with pytest.raises(NoAddressError, match="no second address for khm-moc"):
        composed(despatch(office="khm-moc", second_address=True))


def test_message_ids_are_functions_of_the_despatch_so_that_one_has_one_body() -> None:
    first = message_id(despatch(announcement=announcement()), contacts())
    assert message_id(despatch(announcement=announcement()), contacts()) == first
    others = [
        despatch(key="lao-moic/later/9", at=at(9), announcement=announcement()),
        despatch(announcement=announcement(event=event(sequence=1))),
        despatch(announcement=announcement(event=event(dtstamp=at(2)))),
        despatch(announcement=announcement(kind="cancellation")),
        despatch(announcement=announcement(), second_address=True),
        despatch(announcement=announcement(), office="khm-moc"),
        despatch(),
        despatch(key="another"),
    ]
    assert len({first, *(message_id(other, contacts()) for other in others)}) == len(others) + 1


def test_an_update_refers_to_what_the_office_holds_of_the_event() -> None:
    first = read(composed(despatch(announcement=announcement())))
    assert first["References"] is first["In-Reply-To"] is None, "a first message refers to nothing"
    before = (str(first["Message-ID"]), f"<{'a' * 40}@secretariat.example>")
    word = announcement(event=cancelled(), kind="cancellation")
    data = composed(despatch(announcement=word, key="k", references=before))
    check_wire(data)
    update = read(data)
    assert update["In-Reply-To"] == before[-1]
    assert update["References"].split() == list(before)
    assert UID not in str(update["Message-ID"])


def test_equal_despatches_give_equal_bytes() -> None:
    for what in (despatch(), despatch(announcement=announcement())):
        assert composed(what) == composed(Despatch.model_validate_json(what.model_dump_json()))


@pytest.mark.parametrize("title", [LAO * 17, KHMER * 14, f"{LAO} mixed {KHMER} words " * 8, "plain " * 100, "x" * 500])
def test_long_subjects_in_any_script_come_back_whole(title: str) -> None:
    data = composed(despatch(notices=(notice(title=title[:500]),)))
    check_wire(data)
    expected = clean_line(f"{title[:500]}: to propose a date [Lao-Cambodia Action Plan, 16.3] [16.3-jtc/2026]")
    assert str(read(data)["Subject"]) == expected
    assert decoded(data) == expected


def test_a_long_domain_breaks_no_header() -> None:
    who = contacts(address=f"a@{'x' * 60}.{'y' * 60}.example")
    message = read(composed(despatch(announcement=announcement()), who))
    assert message["Message-ID"] == message_id(despatch(announcement=announcement()), who)
    assert message["From"].addresses[0].addr_spec == who.organizer.address


HOSTILE = st.text(
    st.one_of(
        st.characters(codec="utf-8"), st.sampled_from('\r\n\t\x00\x0b\u2028\x85,;:"\\<>@()=?.'), st.sampled_from(LAO)
    ),
    max_size=200,
) | st.sampled_from(
    ["x\r\nBcc: evil@evil.example", "x\r\n\r\nbody", "=?utf-8?q?x=0ABcc:_evil@evil.example?=", '"<evil@evil.example>']
)


@examples(0.5)
@given(text=HOSTILE, name=HOSTILE)
def test_no_text_can_add_a_header_or_a_part(text: str, name: str) -> None:
    who = contacts(name=name or "x")
    offices = {**who.offices, "lao-moic": who.offices["lao-moic"].model_copy(update={"name": name})}
    who = who.model_copy(update={"offices": offices})
    what = despatch(
        plan_title=text,
        office_title=text,
        announcement=announcement(title=text, ref=text, text=text, event=event(summary=text, location=text)),
    )
    data = composed(what, who)
    check_wire(data)
    message = read(data)
    plain = read(composed(despatch(announcement=announcement())))
    assert message.keys() == plain.keys()
    assert tree(message) == tree(plain)
    assert [box.addr_spec for box in message["To"].addresses] == ["coordinator@moic-lao.example"]
    assert [box.addr_spec for box in message["From"].addresses] == ["action-plan@secretariat.example"]
    ref = "" if text == "-" else f", {text}"  # a dash stands for what no provision states
    expected = f"{text}: date proposed, Tuesday 3 March 2026, 09:00 Vientiane [{text}{ref}] [16.3-jtc/2026]"
    assert "".join(decoded(data).split()) == "".join(clean_line(expected).split())


@pytest.mark.parametrize(("day", "hour", "there"), [(1, 16, False), (1, 17, True), (4, 16, True), (4, 17, False)])
def test_while_an_office_is_away_its_mail_goes_to_whoever_stands_in(day: int, hour: int, there: bool) -> None:
    for what in ({}, {"announcement": announcement()}):
        data = composed(despatch(at=at(day, hour), zone="Asia/Vientiane", **what), away())
        [to] = read(data)["To"].addresses
        said = " ".join(body(data).split())
        assert to.addr_spec == ("deputy@moic-lao.example" if there else "coordinator@moic-lao.example")
        whom = ("Deputy, for " if there else "") + "Coordinator, Ministry of Industry and Commerce"
        assert whom in decoded(data, "To")
        line = "because you stand in for the Coordinator, Ministry of Industry and Commerce until 4 March 2026."
        assert (line in said) is (line in " ".join(body(data, "html").split())) is there
        assert "To the Coordinator, Ministry of Industry and Commerce" in said
        calendars = [part for part in read(data).walk() if part.get_content_type() == "text/calendar"]
        for part in calendars:
            invited = part.get_content().replace("\r\n ", "")
            assert ("mailto:deputy@moic-lao.example" in invited) is there, "a client looks for itself in ATTENDEE"


def test_where_a_stand_in_is_not_reached_the_office_itself_is() -> None:
    data = composed(despatch(second_address=True), away())
    assert [each.addr_spec for each in read(data)["To"].addresses] == ["coordinator@moic-lao.example"]
    assert "stand in" not in body(data)


def test_a_reminder_carries_no_calendar_object_and_has_a_message_id_of_its_own() -> None:
    agreed = event(status="CONFIRMED")
    invited = composed(despatch(announcement=announcement(event=agreed)))
    data = composed(despatch(announcement=announcement(kind="reminder", event=agreed)))
    check_wire(data)
    assert tree(read(data)) == ("multipart/alternative", ["text/plain", "text/html"])
    assert read(data)["Message-ID"] != read(invited)["Message-ID"], "it is not taken for the invitation again"
    again = composed(despatch(announcement=announcement(kind="reminder", event=agreed)))
    assert data == again, "one key, the same bytes"
