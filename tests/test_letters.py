"""Letters and announcements as mails: headers, MIME tree, words."""

import email
import email.header
import email.policy
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage, Message
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.itip import calendar_object, clean_line, declined_counter
from activities.letters import NoAddressError, compose, message_id
from models.contacts import Contacts
from models.invitation import CalendarEvent, EventStatus, Method, Slot
from models.letters import AnnouncementKind, Despatch
from tests.fixtures_post import (
    KHMER,
    LAO,
    TEMPLATES,
    UID,
    announcement,
    at,
    contacts,
    despatch,
    event,
    notice,
    zoned,
)


def composed(what: Despatch, who: Contacts | None = None, templates: Path = TEMPLATES) -> bytes:
    return compose(what, who or contacts(), templates)


def read(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        assert not part.defects
    return message


def body(data: bytes, kind: str = "plain") -> str:
    part = read(data).get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def decoded(data: bytes, name: str = "Subject") -> str:
    """A header by RFC 2047 section 6.2: no space between encoded words (Python's newer decoder keeps it in a name)."""
    raw = email.message_from_bytes(data)[name]
    return str(email.header.make_header(email.header.decode_header(re.sub(r"\r?\n ", " ", raw))))


def check_wire(data: bytes) -> None:
    assert b"\n" not in data.replace(b"\r\n", b"") and b"\r" not in data.replace(b"\r\n", b"")
    assert data.isascii()
    head, _, rest = data.partition(b"\r\n\r\n")
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    assert all(len(line) <= 998 for line in rest.split(b"\r\n"))


def tree(part: Message) -> Any:
    if not part.is_multipart():
        return part.get_content_type()
    children: Iterator[Any] = iter(part.get_payload())  # type: ignore[arg-type]
    return part.get_content_type(), [tree(child) for child in children]


def cancelled() -> CalendarEvent:
    return event(status=EventStatus.CANCELLED, sequence=1)


# --- invitations --------------------------------------------------------------------------------------------------


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


def test_the_words_of_an_invitation() -> None:
    data = composed(despatch(announcement=announcement()))
    assert read(data)["Subject"] == (
        "[Lao-Cambodia Action Plan] 16.3 Joint Trade Commission 2026: date proposed,"
        " 3 March 2026, 09:00 (Asia/Vientiane)"
    )
    for kind in ("plain", "html"):
        text = re.sub("<[^>]*>", "", body(data, kind))
        assert "The Lao side proposes 3 March 2026." in text
        assert "When: 3 March 2026, 09:00 to 12:00 (Asia/Vientiane)" in text
        assert "Where: Vientiane" in text
        assert "stands once every side has consented. To consent:" in re.sub(r"\s+", " ", text)


def test_a_confirmed_date_asks_for_no_consent() -> None:
    word = announcement(event=event(status=EventStatus.CONFIRMED))
    text = body(composed(despatch(announcement=word)))
    assert "This date is agreed." in text and "consent" not in text


@pytest.mark.parametrize("kind", list(AnnouncementKind))
def test_every_kind_has_a_subject_with_and_without_an_event(kind: AnnouncementKind) -> None:
    for having in (cancelled() if kind is AnnouncementKind.CANCELLATION else event(), None):
        word = announcement(kind=kind, event=having)
        subject = str(read(composed(despatch(announcement=word)))["Subject"])
        assert subject.startswith("[Lao-Cambodia Action Plan] 16.3 Joint Trade Commission 2026: ")
        assert not subject.rstrip().endswith(":")


def test_slots_over_days_and_zones_are_written_out() -> None:
    for slot, words in (
        (Slot(start=zoned(3, 9), end=zoned(4, 12)), "3 March 2026, 09:00 to 4 March 2026, 12:00 (Asia/Vientiane)"),
        (
            Slot(start=zoned(3, 9), end=zoned(3, 12, "Asia/Phnom_Penh")),
            "3 March 2026, 09:00 (Asia/Vientiane) to 3 March 2026, 12:00 (Asia/Phnom_Penh)",
        ),
    ):
        assert words in body(composed(despatch(announcement=announcement(event=event(slot=slot)))))


# --- letters ------------------------------------------------------------------------------------------------------


def test_a_letter_of_one_act_names_plan_item_and_act() -> None:
    data = composed(despatch())
    assert read(data)["Subject"] == (
        "[Lao-Cambodia Action Plan] 16.3 Joint Trade Commission 2026: you are asked to propose a date"
    )
    assert "the following act is awaited" in re.sub(r"\s+", " ", body(data))
    assert "16.3 Joint Trade Commission 2026" in body(data)


def test_a_letter_lists_new_acts_first_and_then_the_oldest() -> None:
    old, older, new = (
        notice(n, key=f"k{9 - n}", ref=ref, act=f"do {ref}", title=f"Item {ref}")
        for n, ref in ((5, "b"), (1, "a"), (9, "c"))
    )
    what = despatch(notices=(old, new, older), repeated=(old.key, older.key))
    data = composed(what)
    for kind in ("plain", "html"):
        text = body(data, kind)
        assert text.index("do c") < text.index("do a") < text.index("do b")
    assert re.findall(r"^(\d)\. (\w)", body(data), re.M) == [("1", "c"), ("2", "a"), ("3", "b")]
    assert str(read(data)["Subject"]).endswith("c Item c and 2 others: 3 acts awaited")


def test_an_entry_says_since_when_by_when_who_before_how_and_what_is_assumed() -> None:
    full = notice(
        2,
        due=at(9),
        asked_before=("Coordinator", "Director General"),
        assumed=("the host alternates",),
        how="aide-memoire propose X",
    )
    for kind in ("plain", "html"):
        text = re.sub("<[^>]*>", "", body(composed(despatch(notices=(full,))), kind))
        for words in (
            "to propose a date",
            "Awaited since 2 March 2026, by 8 March 2026",
            "Asked before you: Coordinator; Director General",
            "To answer: aide-memoire propose X",
            "Assumed, not stated in the text: the host alternates",
            "every 7 days",
        ):
            assert words in text, words
    assert "no date is stated" in body(composed(despatch()))


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(days=1), "every 1 day;"),
        (timedelta(seconds=20), "every 20 seconds;"),
        (timedelta(hours=36), "every 36 hours;"),
        (timedelta(0), "every 0 seconds;"),
    ],
)
def test_the_despatch_period_in_words(length: timedelta, words: str) -> None:
    assert words in body(composed(despatch(period=length)))


def test_html_is_escaped_and_takes_nothing_from_outside() -> None:
    evil = "<script>alert('x')</script><img src=http://evil.example/x>"
    for what in (
        despatch(notices=(notice(title=evil, act=evil, how=evil, assumed=(evil,), asked_before=(evil,)),)),
        despatch(announcement=announcement(text=evil, title=evil, event=event(location=evil))),
    ):
        text = body(composed(what), "html")
        assert "<script" not in text and "<img" not in text and "&lt;script&gt;" in text
        assert not re.search(r"<[^>]*(src|href|url\()", text)


# --- headers ------------------------------------------------------------------------------------------------------


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


def test_message_ids_are_functions_of_what_is_said() -> None:
    first = message_id(despatch(announcement=announcement()), contacts())
    again = despatch(key="lao-moic/later/9", at=at(9), announcement=announcement(text="other words"))
    assert message_id(again, contacts()) == first
    others = [
        despatch(announcement=announcement(event=event(sequence=1))),
        despatch(announcement=announcement(event=event(dtstamp=at(2)))),
        despatch(announcement=announcement(event=event(uid="another@x.example"))),
        despatch(announcement=announcement(kind="cancellation")),
        despatch(announcement=announcement(), second_address=True),
        despatch(announcement=announcement(), office="khm-moc"),
        despatch(),
        despatch(key="another"),
        despatch(second_address=True),
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
    expected = clean_line(f"[Lao-Cambodia Action Plan] 16.3 {title[:500]}: you are asked to propose a date")
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


@settings(max_examples=100, deadline=None)
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
    expected = f"[{text}] {text} {text}: date proposed, 3 March 2026, 09:00 (Asia/Vientiane)"
    assert decoded(data) == clean_line(expected)


# --- templates ----------------------------------------------------------------------------------------------------


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    return tmp_path / "templates"


def speaking(language: str) -> Contacts:
    who = contacts()
    contact = who.offices["lao-moic"].model_copy(update={"language": language})
    return who.model_copy(update={"offices": {"lao-moic": contact}})


def test_an_office_is_written_to_in_its_language_as_far_as_there_are_templates(templates: Path) -> None:
    (templates / "lo").mkdir()
    (templates / "lo" / "letter.txt.j2").write_text(f"{LAO} {{{{ notices|length }}}}", encoding="utf-8")
    data = composed(despatch(), speaking("lo"), templates)
    assert body(data).strip() == f"{LAO} 1"
    assert read(data).get_body(("plain",))["Content-Transfer-Encoding"] == "base64"  # type: ignore[index]
    assert "Asked of you" in body(data, "html")


def test_templates_are_read_at_every_despatch(templates: Path) -> None:
    composed(despatch(), None, templates)
    (templates / "en" / "letter.txt.j2").write_text("New words")
    assert body(composed(despatch(), None, templates)) == "New words\n"


@pytest.mark.parametrize(
    "text", ["{{ no_such_name }}", "{% if %}", "{{ sender.__class__.__mro__[1].__subclasses__() }}"]
)
def test_a_template_that_asks_for_what_is_not_there_is_an_error(templates: Path, text: str) -> None:
    (templates / "en" / "letter.txt.j2").write_text(text)
    with pytest.raises(jinja2.TemplateError):
        composed(despatch(), None, templates)


def away(**more: Any) -> Contacts:
    """The office is away from 2 to 4 March, by its own calendar."""
    stand_in = {"address": "deputy@moic-lao.example", "name": "Deputy", "first": "2026-03-02", "last": "2026-03-04"}
    who = contacts().model_dump(mode="json", exclude_defaults=True)
    who["offices"]["lao-moic"]["stand_ins"] = [stand_in | more]
    return Contacts.model_validate(who)


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
        assert "presents its compliments to the Coordinator, Ministry" in said
        calendars = [part for part in read(data).walk() if part.get_content_type() == "text/calendar"]
        for part in calendars:
            invited = part.get_content().replace("\r\n ", "")
            assert ("mailto:deputy@moic-lao.example" in invited) is there, "a client looks for itself in ATTENDEE"


def test_where_a_stand_in_is_not_reached_the_office_itself_is() -> None:
    data = composed(despatch(second_address=True), away())
    assert [each.addr_spec for each in read(data)["To"].addresses] == ["coordinator@moic-lao.example"]
    assert "stand in" not in body(data)


def test_an_answer_of_a_stand_in_counts_for_the_office() -> None:
    who = away(address="Focal-Point@moc-khm.example")
    assert who.offices_of("focal-point@MOC-KHM.example") == ("khm-moc", "lao-moic"), "its own office first"
    assert away().office_of("deputy@moic-lao.example") == "lao-moic"
    assert away().office_of("nobody@moic-lao.example") is None
    with pytest.raises(ValueError, match="before it begins"):
        away(last="2026-03-01")


def test_the_weekly_letter_lists_the_oldest_first_and_marks_what_is_new() -> None:
    ordered = [notice(key=key, title=f"Item {key}", since=at(day)) for day, key in ((1, "a"), (2, "b"), (3, "c"))]
    weekly = despatch(notices=tuple(ordered), repeated=("a", "c"), side="LAO")
    text = body(composed(weekly))
    assert [line.split("Item ")[1] for line in text.splitlines() if "Item " in line] == ["a", "b  (new)", "c"]
    page = body(composed(weekly), "html")
    assert page.index("Item a") < page.index("Item b</strong> (new)") < page.index("Item c</strong><br>")
    assert "STILL AWAITED" not in text
    early = body(composed(weekly.model_copy(update={"immediate": True, "notices": (ordered[1], *ordered[::2])})))
    assert early.index("NEW SINCE") < early.index("Item b") < early.index("STILL AWAITED") < early.index("Item a")
