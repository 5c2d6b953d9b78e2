"""Calendar objects that came back from a server: the same content, the version, what a person added."""

import re
from datetime import UTC, datetime

import pytest
import vobject

from adapters.calendar.event_object import calendar_object
from adapters.calendar.merging import merged, same_content, version_of
from models.common.times import Slot
from models.messages.calendar_event import Attendee, EventStatus, Method, PartStat
from tests.support.calendar_lines import check_wire, lines
from tests.support.mail_samples import LAO, UID, contacts, event, zoned


def test_content_is_compared_and_not_bytes() -> None:
    ours = calendar_object(event(summary=LAO * 3), contacts(), None)
    body = lines(ours)
    start = body.index("BEGIN:VEVENT") + 1
    shuffled = body[:start] + body[start:-3][::-1] + body[-3:]
    text = "\n".join(shuffled).replace("mailto:", "MAILTO:").replace("CUTYPE=INDIVIDUAL;", "")
    text = text.replace("PRODID:", "PRODID:-//Server//").replace("DTSTART;", "dtstart;VALUE=DATE-TIME;")
    text = text.replace("TZNAME:+07", "TZNAME:ICT")
    assert same_content(ours, text.encode())


@pytest.mark.parametrize(
    "change",
    [
        {"summary": "Another"},
        {"sequence": 1},
        {"dtstamp": datetime(2026, 3, 2, tzinfo=UTC)},
        {"status": EventStatus.CONFIRMED},
        {"slot": Slot(start=zoned(3, 10), end=zoned(3, 12))},
        {"location": ""},
        {"attendees": (event().attendees[0], event().attendees[1].model_copy(update={"partstat": PartStat.DECLINED}))},
        {"attendees": (Attendee(office="lao-moic", title="x", partstat=PartStat.DECLINED),)},
    ],
)
def test_every_change_of_content_counts(change: dict[str, object]) -> None:
    ours = calendar_object(event(), contacts(), None)
    assert not same_content(ours, calendar_object(event(**change), contacts(), None))
    assert not same_content(ours, calendar_object(event(), contacts(), Method.REQUEST))
    assert not same_content(ours, b"not a calendar") and not same_content(b"", b"")


def test_the_version_of_an_event_among_others() -> None:
    ours = calendar_object(event(sequence=4), contacts(), None)
    assert version_of(ours, UID) == (4, "20260301T000000Z")
    assert version_of(ours, "another") is None
    assert version_of(ours.replace(b"SEQUENCE:4\r\n", b""), UID) == (0, "20260301T000000Z")
    with pytest.raises(ValueError):
        version_of(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", UID)


ADDED = (
    b'CATEGORIES:Trade,Lao\r\nX-NOTE;X-P="a;b":C:\\\\New\\nline\r\nRRULE:FREQ=DAILY\r\nDURATION:PT1H\r\n'
    b"X-LOCAL;TZID=Asia/Tokyo:20260101T000000\r\n"
    b"BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Hers\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT\r\n"
)


TOKYO = (
    b"BEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0900\r\n"
    b"TZOFFSETTO:+0900\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


def test_what_a_person_added_is_kept_and_what_is_ours_is_ours() -> None:
    old = calendar_object(event(description="old words"), contacts(), None)
    theirs = old.replace(b"END:VEVENT\r\n", ADDED).replace(b"BEGIN:VEVENT", TOKYO + b"BEGIN:VEVENT")
    theirs = theirs.replace(b"END:VCALENDAR", TOKYO.replace(b"Tokyo", b"Seoul") + b"END:VCALENDAR")
    theirs = theirs.replace(b"VERSION:2.0", b"VERSION:2.0\r\nMETHOD:PUBLISH\r\nX-WR-CALNAME:Hers")
    ours = calendar_object(event(sequence=1, summary="New title", description=""), contacts(), None)
    result = merged(theirs, ours, UID)
    check_wire(result)
    got = lines(result)
    for line in ("CATEGORIES:Trade,Lao", 'X-NOTE;X-P="a;b":C:\\\\New\\nline', "X-WR-CALNAME:Hers", "TRIGGER:-PT15M"):
        assert got.count(line) == 1, line
    assert {"SUMMARY:New title", "SEQUENCE:1"} <= set(got)
    assert not [line for line in got if re.match("RRULE|DURATION|METHOD", line)]
    assert "old words" not in result.decode()
    assert got.count("TZID:Asia/Tokyo") == 1 and "TZID:Asia/Seoul" not in got
    assert got.count("TZID:Asia/Vientiane") == 1
    assert same_content(merged(result, ours, UID), result)
    vobject.readOne(result.decode())


def test_an_object_of_another_uid_is_not_ours_to_change() -> None:
    ours = calendar_object(event(), contacts(), None)
    with pytest.raises(ValueError, match="does not hold the event"):
        merged(calendar_object(event(uid="hers@x.example"), contacts(), None), ours, UID)
