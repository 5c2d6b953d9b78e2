"""The calendar object on the wire: what RFC 5545 and the clients demand of the bytes."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from adapters.calendar.event_object import UNTITLED, calendar_object, declined_counter
from adapters.text import clean_line, clean_text
from models.common.times import Slot
from models.messages.calendar_event import Attendee, CalendarEvent, EventStatus, Method
from tests.support.calendar_lines import check_wire, lines, values
from tests.support.examples import examples
from tests.support.mail_samples import KHMER, LAO, UID, contacts, event, zoned

HOSTILE = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("\r\n\t\x00\x0b\x0c\x1c\x85\u2028\\,;:\"^'N="),
        st.sampled_from(LAO + KHMER),
    ),
    max_size=300,
) | st.sampled_from(
    [
        "x\r\nATTENDEE:mailto:evil@evil.example",
        "x\nEND:VEVENT\nBEGIN:VEVENT",
        '";X-EVIL=1:mailto:evil@evil.example',
        "\\nN\\N\\\\n",
        "ends in a backslash\\",
        "𝔘" * 100,
    ]
)


def test_lines_end_in_crlf_and_hold_75_octets_of_whole_characters() -> None:
    for text in (LAO * 10, KHMER * 10, "a" + LAO * 10, "ab" + KHMER * 10, "x" * 500):
        data = calendar_object(event(summary=text, location=text), contacts(), Method.REQUEST)
        check_wire(data)
        assert values(data, "SUMMARY") == [f"SUMMARY:{text}"]


def test_the_properties_of_a_request() -> None:
    data = calendar_object(event(sequence=3), contacts(), Method.REQUEST)
    got = lines(data)
    for line in (
        "METHOD:REQUEST",
        "VERSION:2.0",
        "CALSCALE:GREGORIAN",
        f"UID:{UID}",
        "SEQUENCE:3",
        "DTSTAMP:20260301T000000Z",
        "LAST-MODIFIED:20260301T000000Z",
        "DTSTART;TZID=Asia/Vientiane:20260303T090000",
        "DTEND;TZID=Asia/Vientiane:20260303T120000",
        "STATUS:TENTATIVE",
        "TRANSP:OPAQUE",
    ):
        assert got.count(line) == 1, line
    assert len([line for line in got if line.startswith("UID")]) == 1  # Calendar.new would add its own


def test_sequence_zero_is_written_out() -> None:
    assert values(calendar_object(event(), contacts(), None), "SEQUENCE") == ["SEQUENCE:0"]


def test_no_method_on_the_calendar_server() -> None:
    assert not values(calendar_object(event(), contacts(), None), "METHOD")


def test_attendees() -> None:
    data = calendar_object(event(), contacts(), Method.REQUEST)
    first, second = Calendar.from_ical(data).walk("VEVENT")[0]["ATTENDEE"]
    assert first == "mailto:coordinator@moic-lao.example"
    assert dict(first.params) == {
        "CN": "Coordinator, Ministry of Industry and Commerce",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "TRUE",
    }
    assert second.params["PARTSTAT"] == "ACCEPTED"
    quoted = Attendee(office="lao-moic", title='Office "of" trade')
    (line,) = values(calendar_object(event(attendees=(quoted,)), contacts(), None), "ATTENDEE")
    assert 'CN="Office of trade"' in line
    assert second.params["CN"] == "ក្រសួងពាណិជ្ជកម្ម"


def test_an_attendee_without_a_contact_is_left_out_and_a_shared_mailbox_is_named_once() -> None:
    everybody = contacts()
    shared = {**everybody.offices, "khm-moc": everybody.offices["lao-moic"]}
    people = (*event().attendees, Attendee(office="thai-moc", title="Unknown"))
    data = calendar_object(event(attendees=people), everybody.model_copy(update={"offices": shared}), Method.REQUEST)
    assert len(values(data, "ATTENDEE")) == 1


def test_a_cancellation_keeps_time_title_and_attendees() -> None:
    data = calendar_object(event(status=EventStatus.CANCELLED, sequence=1), contacts(), Method.CANCEL)
    got = lines(data)
    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:1", "TRANSP:TRANSPARENT"} <= set(got)
    assert len(values(data, "ATTENDEE")) == 2
    assert values(data, "DTSTART") and values(data, "DTEND") and values(data, "SUMMARY")


def test_a_cancellation_for_one_attendee_leaves_the_event_to_the_others() -> None:
    one = event(status=EventStatus.CANCELLED, sequence=1, removes=True, attendees=event().attendees[:1])
    data = calendar_object(one, contacts(), Method.CANCEL)
    assert len(values(data, "ATTENDEE")) == 1 and not values(data, "STATUS")
    assert values(data, "SEQUENCE") == ["SEQUENCE:1"]
    assert values(data, "DTSTART") and values(data, "DTEND") and values(data, "SUMMARY")
    assert values(calendar_object(one, contacts(), None), "STATUS") == ["STATUS:CANCELLED"], "for its own calendar"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (zoned(3, 9), zoned(3, 12)),
        (zoned(3, 9), zoned(3, 12, "Asia/Phnom_Penh")),
        (zoned(3, 9, "Asia/Kathmandu", 0), zoned(3, 20)),  # an offset that its zone does not have
    ],
)
def test_each_tzid_has_its_vtimezone_with_a_standard_and_none_is_unused(start: object, end: object) -> None:
    data = calendar_object(event(slot=Slot.model_validate({"start": start, "end": end})), contacts(), Method.REQUEST)
    used = set(re.findall(r";TZID=([^:;]+):", "\n".join(lines(data))))
    zones = Calendar.from_ical(data).walk("VTIMEZONE")
    assert {str(zone["TZID"]) for zone in zones} == used
    for zone in zones:
        (standard,) = zone.walk("STANDARD")
        assert standard["TZOFFSETTO"].to_ical() == "+0700"


@pytest.mark.parametrize(
    ("zone", "offset"),
    [
        ("Europe/Paris", 1),  # daylight saving
        ("Africa/Casablanca", 1),  # leaves its offset for a month only
        ("Etc/GMT-7", 7),
        ("UTC", 0),
        ("Asia/Vientiane\r\nX-EVIL", 7),
        ("No/Such_Zone", 7),
        ("../../etc/passwd", 7),
        ("Asia/Vientiane", 8),  # the instant decides, not the table
    ],
)
def test_other_zones_are_written_in_utc(zone: str, offset: int) -> None:
    slot = Slot(start=zoned(3, 9, zone, offset), end=zoned(3, 12, zone, offset))
    data = calendar_object(event(slot=slot), contacts(), Method.REQUEST)
    assert values(data, "DTSTART") == [f"DTSTART:20260303T{9 - offset:02}0000Z"]
    assert b"VTIMEZONE" not in data and b"TZID" not in data


def test_a_half_hour_zone_and_a_western_one_name_their_offsets() -> None:
    start = zoned(3, 9, "Asia/Yangon").model_copy(update={"utc": datetime(2026, 3, 3, 2, 30, tzinfo=UTC)})
    end = zoned(3, 9, "America/Bogota", -5)
    data = calendar_object(event(slot=Slot(start=start, end=end)), contacts(), None)
    assert sorted(values(data, "TZNAME")) == ["TZNAME:+0630", "TZNAME:-05"]


def test_schedule_agent_client_on_organizer_and_attendees() -> None:
    data = calendar_object(event(), contacts(), None, schedule_agent_client=True)
    assert len(re.findall("SCHEDULE-AGENT=CLIENT", "\n".join(lines(data)))) == 3
    assert b"SCHEDULE-AGENT" not in calendar_object(event(), contacts(), None)


def test_equal_events_give_equal_bytes() -> None:
    again = CalendarEvent.model_validate_json(event().model_dump_json())
    assert calendar_object(event(), contacts(), None) == calendar_object(again, contacts(), None)


@given(title=HOSTILE, name=HOSTILE, office=HOSTILE)
def test_no_text_can_add_a_property(title: str, name: str, office: str) -> None:
    people = (Attendee(office="lao-moic", title=office),)
    data = calendar_object(
        event(summary=title, description=title, location=title, attendees=people),
        contacts(name=name or "x"),
        Method.REQUEST,
    )
    check_wire(data)
    plain = calendar_object(event(attendees=people), contacts(), Method.REQUEST)
    names = {re.split("[;:]", line)[0] for line in lines(plain)}
    assert {re.split("[;:]", line)[0] for line in lines(data)} <= names
    assert len(values(data, "ATTENDEE")) == len(values(data, "ORGANIZER")) == 1
    vevent = Calendar.from_ical(data).walk("VEVENT")[0]
    assert vevent["ORGANIZER"] == "mailto:action-plan@secretariat.example"
    assert vevent["ATTENDEE"] == "mailto:coordinator@moic-lao.example"
    assert str(vevent["SUMMARY"]) == (clean_line(title) or UNTITLED)


@examples(0.5)
@given(title=HOSTILE)
def test_an_independent_parser_reads_the_same(title: str) -> None:
    data = calendar_object(event(summary=title, description=f"x{title}"), contacts(), Method.REQUEST)
    calendar = vobject.readOne(data.decode())
    assert calendar.method.value == "REQUEST"
    assert calendar.vevent.summary.value == (clean_line(title) or UNTITLED)
    assert calendar.vevent.description.value == clean_text(f"x{title}")
    assert calendar.vevent.dtstart.value.utcoffset() == timedelta(hours=7)
    assert len(calendar.vevent.attendee_list) == 2


def test_a_declined_counter_says_which_event_why_and_nothing_else() -> None:
    """RFC 5546 section 3.2.8: no ATTENDEE, no time; SEQUENCE only where it is above 0."""
    data = declined_counter(event(sequence=2, attendees=()), contacts(), "ຂໍອະໄພ; the hall\nis taken")
    check_wire(data)
    calendar = Calendar.from_ical(data)
    [vevent] = calendar.walk("VEVENT")
    assert calendar["METHOD"] == "DECLINECOUNTER"
    assert set(vevent) == {"UID", "DTSTAMP", "SEQUENCE", "ORGANIZER", "COMMENT"}
    assert str(vevent["COMMENT"]) == "ຂໍອະໄພ; the hall\nis taken"
    [first] = Calendar.from_ical(declined_counter(event(sequence=0), contacts(), " ")).walk("VEVENT")
    assert set(first) == {"UID", "DTSTAMP", "ORGANIZER"}
