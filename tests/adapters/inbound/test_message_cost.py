"""What a message costs, whatever it holds: counted in calls and in characters handed to patterns, never in seconds.

The seconds are printed beside (`pytest -rP`); `python -m tests.support.hostile_mail` prints those of all shapes.
"""

import re
import sys
import time
from types import FrameType, ModuleType
from typing import Any

import pytest

from adapters.inbound import bodies, bounces, bounds, ical, message, mime, senders, times
from adapters.inbound.message import read
from models.post.incoming import IncomingMessage, MessageKind
from tests.support.hostile_mail import HEAD, SHAPES, SIZES

CALLS = 200_000
"""Of functions, in Python and in C. A call is a quarter of a microsecond or more: this many are some 0.1 s."""
CHARACTERS = 4 * 1024 * 1024
"""Handed to patterns, each of which looks at each of them once: some ten nanoseconds a character."""
READERS = (bodies, bounces, ical, message, mime, senders, times)


@pytest.fixture(scope="module", params=SHAPES)
def messages(request: pytest.FixtureRequest) -> list[bytes]:
    """One shape at each size."""
    return [SHAPES[request.param](size)[: bounds.OCTETS] for size in (*SIZES[:2], SIZES[-1])]


@pytest.fixture(scope="module", params=SHAPES)
def small_and_large(request: pytest.FixtureRequest) -> tuple[bytes, bytes]:
    """One shape below the bounds, where each octet is read; and twice as much of it."""
    return SHAPES[request.param](15_000), SHAPES[request.param](30_000)


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """What is loaded on first use: tables of zones, codecs."""
    for name in ("everything at once", "events in many zones", "text in iso-2022-jp"):
        read(SHAPES[name](15_000))


def calls(data: bytes) -> int:
    """How many functions are called to read a message."""
    count = 0

    def note(frame: FrameType, what: str, arg: object) -> None:
        nonlocal count
        count += what in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        read(data)
    finally:
        sys.setprofile(before)
    return count


class Counting:
    """Stands for a pattern, or for the module `re`, and counts the characters that it is given."""

    def __init__(self, real: Any, counted: list[int], at: int) -> None:
        self._real, self._counted, self._at = real, counted, at

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        if name not in ("match", "fullmatch", "search", "finditer", "findall", "split", "sub"):
            return found

        def counting(*arguments: Any, **more: Any) -> Any:
            at = self._at + (name == "sub")
            answer = found(*arguments, **more)
            if name == "match" and self._at == 0:
                # What matched, or all that there was.
                start = arguments[at + 1] if arguments[at + 1 :] else 0
                self._counted[0] += (answer.end() if answer else len(arguments[at])) - start
            else:
                self._counted[0] += len(arguments[at])
            return answer

        return counting


def characters(data: bytes, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many characters are handed to patterns to read a message."""
    counted = [0]
    with monkeypatch.context() as patch:
        for module in READERS:
            for name, value in vars(module).copy().items():
                if isinstance(value, re.Pattern):
                    patch.setattr(module, name, Counting(value, counted, 0))
                elif isinstance(value, ModuleType) and value is re:
                    patch.setattr(module, name, Counting(value, counted, 1))
        read(data)
    return counted[0]


def test_no_message_needs_many_calls(messages: list[bytes]) -> None:
    for data in messages:
        began = time.process_time()
        reading = read(data)
        print(f"{time.process_time() - began:.3f} s, {reading.kind.value} {reading.reason}")
        assert calls(data) < CALLS


def test_no_message_hands_many_characters_to_patterns(messages: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    for data in messages:
        assert characters(data, monkeypatch) < CHARACTERS


def test_every_field_is_short_and_holds_what_xml_can_hold(messages: list[bytes]) -> None:
    for data in messages:
        held(read(data))


def test_twice_the_message_costs_at_most_twice(
    small_and_large: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    small, large = small_and_large
    more = 1.1 * len(large) / len(small)
    assert calls(large) <= more * calls(small) + 200
    assert characters(large, monkeypatch) <= more * characters(small, monkeypatch) + 2 * bounds.HEADER


def test_an_attachment_costs_nothing_but_a_search() -> None:
    """An office that sends a large file with its answer is heard, and the file is not read."""
    small, large = (SHAPES["an answer with an attachment"](size) for size in (20_000, SIZES[-1]))
    assert read(large).kind is MessageKind.ANSWERS and read(large).answers == read(small).answers
    assert calls(large) == calls(small)


LIMITS = {
    "sender": bounds.ADDRESS,
    "named": bounds.ADDRESS,
    "submitter": bounds.ADDRESS,
    "from_line": bounds.LINE,
    "subject": bounds.SUBJECT,
    "date": bounds.WORD,
    "message_id": bounds.IDENTITY,
    "robot": bounds.WORD,
    "reason": bounds.LINE,
    "digest": 64,
    "uid": bounds.IDENTITY,
    "attendee": bounds.ADDRESS,
    "sent_by": bounds.ADDRESS,
    "comment": bounds.VALUE,
    "remark": bounds.VALUE,
    "bodies": bounds.TEXT,
    "from_name": bounds.LINE,
    "references": bounds.IDENTITY,
    "enclosures": bounds.LINE,
    "doubt": bounds.LINE,
    "recipient": bounds.ADDRESS,
    "status": bounds.WORD,
    "zone": 80,
}
"""Characters of every text that comes out of a mail, but for what it says to a person."""


OF_LINES = ("text", "bodies", "remark")
"""The texts that may have several lines."""


def texts(value: Any, name: str = "") -> list[tuple[str, str]]:
    """Every text in a value, with the name of its field."""
    if isinstance(value, str):
        return [(name, value)]
    if isinstance(value, dict):
        return [found for key, each in value.items() for found in texts(each, key)]
    return [found for each in value for found in texts(each, name)] if isinstance(value, list | tuple) else []


NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def held(reading: IncomingMessage) -> None:
    for name, text in texts(reading.model_dump()):
        assert not NO_XML.search(text) and len(text) <= LIMITS.get(name, bounds.TEXT), name
        if name not in OF_LINES:
            assert "\n" not in text and len(text) <= LIMITS.get(name, 40), name


EVIL = "".join(map(chr, (*range(1, 32), 0x7F, 0x85, 0x9B, 0xAD, 0x202E, 0x2028, 0xFEFF, 0xFFFE, 0xFFFF, 0x1FFFE))) + "x"


@pytest.mark.parametrize("field", ["From", "Subject", "Date", "Message-ID", "Auto-Submitted", "Sender", "Return-Path"])
def test_no_header_carries_what_a_file_cannot_hold(field: str) -> None:
    evil = EVIL.replace("\n", "").replace("\r", "").encode("utf-8", "surrogatepass")
    held(read(HEAD + field.encode() + b": " + evil * 300 + b"@b.example\n\nx"))
    held(read(field.encode() + b": =?utf-8?q?" + b"".join(b"=%02X" % octet for octet in evil) + b"?=\n\nx"))


@pytest.mark.parametrize("line", ["UID:", "COMMENT:", "ATTENDEE:mailto:", "ATTENDEE;SENT-BY=", "DTSTAMP:", "SEQUENCE:"])
def test_no_calendar_carries_what_a_file_cannot_hold(line: str) -> None:
    evil = EVIL.replace("\n", "").replace("\r", "") * 300
    text = f"BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\n{line}{evil}\nEND:VEVENT\nEND:VCALENDAR\n"
    reading = read(HEAD + b"Content-Type: text/calendar; charset=utf-8; method=REPLY\n\n" + text.encode())
    assert reading.kind is MessageKind.ANSWERS
    held(reading)


def test_no_bounce_carries_what_a_file_cannot_hold() -> None:
    evil = EVIL.replace("\n", "").replace("\r", "").encode() * 300
    status = b"Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822;%b\nStatus: %b\nDiagnostic-Code: smtp;%b\n" % (
        evil[:3000],
        evil[:3000],
        evil[:3000],
    )
    kind = b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
    data = kind + b"--b\nContent-Type: message/delivery-status\n\n" + status + b"\n--b--\n"
    reading = read(data)
    assert len(reading.returned) == 1
    held(reading)
