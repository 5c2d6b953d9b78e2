"""Letters and announcements as mails: headers, MIME tree, words."""

import re
import shutil
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.calendar.event_object import calendar_object, declined_counter
from adapters.mail.compose import NoAddressError, compose_noting, message_id
from adapters.text import clean_line
from models.common.times import Slot
from models.messages.calendar_event import Attendee, CalendarEvent, EventStatus, Method, PartStat
from models.messages.notices import (
    AnnouncementKind,
    Before,
    Count,
    Happened,
    Line,
    NoWorkday,
    Proposed,
    Said,
    Section,
    SideAnswer,
)
from models.post.contacts import Contacts
from models.post.despatch import Despatch
from tests.support.letters import body, check_wire, composed, decoded, flat, read, tree
from tests.support.mail_samples import (
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
from tests.support.paths import LANGUAGES

"""Lao and Khmer words for tests: short phrases, no translation to be used."""


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
        "Joint Trade Commission 2026: date proposed, 3 March 2026, 09:00 (Asia/Vientiane)"
        " [Lao-Cambodia Action Plan, 16.3]"
    )
    for kind in ("plain", "html"):
        text = re.sub("<[^>]*>", "", body(data, kind))
        assert "The Lao side proposes 3 March 2026." in text
        assert "When: 3 March 2026, 09:00 to 12:00 (Asia/Vientiane)" in text
        assert "Where: Vientiane" in text
        words = re.sub(r"\s+", " ", text)
        assert "It stands once every side has consented." in words
        assert "Accept is the consent of your side, Decline rejects the date, Propose new time" in words
        assert "starter.py" not in words, "without a command there is no part for the secretariat"


def test_who_proposed_a_date_is_not_asked_to_accept_it() -> None:
    accepted = Attendee(office="lao-moic", title="Coordinator", partstat=PartStat.ACCEPTED)
    word = announcement(event=event(attendees=(accepted,)), how="accept X --proposal 1 --as lao-moic")
    for kind in ("plain", "html"):
        text = flat(body(composed(despatch(announcement=word)), kind))
        assert "Your side has consented to this date already." in text
        assert "Accept is the consent" not in text and "starter.py" not in text


def test_a_confirmed_date_asks_for_no_consent() -> None:
    word = announcement(event=event(status=EventStatus.CONFIRMED))
    text = body(composed(despatch(announcement=word)))
    assert "This date is agreed" in text and "Accept is the consent" not in text


@pytest.mark.parametrize("kind", list(AnnouncementKind))
def test_every_kind_has_a_subject_with_and_without_an_event(kind: AnnouncementKind) -> None:
    for having in (cancelled() if kind is AnnouncementKind.CANCELLATION else event(), None):
        word = announcement(kind=kind, event=having)
        subject = str(read(composed(despatch(announcement=word)))["Subject"])
        assert subject.endswith(" [Lao-Cambodia Action Plan, 16.3]")
        about = subject.removesuffix(" [Lao-Cambodia Action Plan, 16.3]")
        assert about and about == about.strip() and not about.endswith(":")
        if kind not in (AnnouncementKind.ROUND, AnnouncementKind.EXPIRY):
            assert about.startswith("Joint Trade Commission 2026: ")


def test_another_date_by_mail_asks_for_an_answer_and_shows_the_working_days() -> None:
    asked = announcement(event=None, kind="answer", asks=True, around=(date(2026, 3, 12), date(2026, 3, 13)))
    for kind in ("plain", "html"):
        words = " ".join(body(composed(despatch(announcement=asked)), kind).split())
        assert "An answer is awaited" in words and "No answer is needed" not in words
        assert "on which every side works: 12 March 2026, 13 March 2026." in words
    told = announcement(event=None, kind="mark")
    assert "No answer is needed" in " ".join(body(composed(despatch(announcement=told))).split())
    declined = composed(despatch(announcement=announcement(kind="declinecounter", asks=True)))
    assert "The invitation still awaits your answer" in " ".join(body(declined).split())


def test_slots_over_days_and_zones_are_written_out() -> None:
    for slot, words in (
        (Slot(start=zoned(3, 9), end=zoned(4, 12)), "3 March 2026, 09:00 to 4 March 2026, 12:00 (Asia/Vientiane)"),
        (
            Slot(start=zoned(3, 9), end=zoned(3, 12, "Asia/Phnom_Penh")),
            "3 March 2026, 09:00 (Asia/Vientiane) to 3 March 2026, 12:00 (Asia/Phnom_Penh)",
        ),
    ):
        text = body(composed(despatch(announcement=announcement(event=event(slot=slot)))))
        assert words in re.sub(r"\s+", " ", text)


# --- letters ------------------------------------------------------------------------------------------------------


def test_a_letter_of_one_act_names_plan_item_and_act() -> None:
    data = composed(despatch())
    assert read(data)["Subject"] == ("Joint Trade Commission 2026: to propose a date [Lao-Cambodia Action Plan, 16.3]")
    text = re.sub(r"\s+", " ", body(data))
    assert "kindly asks your office for the following" in text
    assert "1. Joint Trade Commission 2026 (provision 16.3) [16.3-jtc/2026] Asked: to propose a date" in text


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
    assert re.findall(r"^(\d)\. Item (\w)", body(data), re.M) == [("1", "c"), ("2", "a"), ("3", "b")]
    assert str(read(data)["Subject"]) == "3 matters, first Item a: to do a [Lao-Cambodia Action Plan, a]"


def test_an_entry_says_since_when_by_when_who_before_how_and_what_is_assumed() -> None:
    full = notice(
        2,
        due=at(9),
        asked_before=("Coordinator", "Director General"),
        assumed=("the host alternates",),
        how="propose X",
    )
    for kind in ("plain", "html"):
        text = re.sub("<[^>]*>", "", body(composed(despatch(notices=(full,))), kind))
        text = re.sub(r"\s+", " ", text)
        for words in (
            "to propose a date",
            "Awaited since 2 March 2026; an answer is kindly asked for by 8 March 2026.",
            "Asked before: the Coordinator; the Director General.",
            "starter.py propose X",
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
    assert words in re.sub(r"\s+", " ", body(composed(despatch(period=length))))


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
    expected = clean_line(f"{title[:500]}: to propose a date [Lao-Cambodia Action Plan, 16.3]")
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
    ref = "" if text == "-" else f", {text}"  # a dash stands for what no provision states
    expected = f"{text}: date proposed, 3 March 2026, 09:00 (Asia/Vientiane) [{text}{ref}]"
    assert "".join(decoded(data).split()) == "".join(clean_line(expected).split())


# --- templates ----------------------------------------------------------------------------------------------------


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    return tmp_path / "templates"


def speaking(language: str) -> Contacts:
    who = contacts()
    contact = who.offices["lao-moic"].model_copy(update={"language": language})
    return who.model_copy(update={"offices": {"lao-moic": contact}})


def test_what_a_language_has_not_translated_is_in_english_and_noted(templates: Path) -> None:
    (templates / "lo").mkdir()
    what = despatch()
    _, words = compose_noting(what, speaking("lo"), templates)
    assert words.missing == f"there is no {templates / 'lo' / 'words.j2'}: written in English" and not words.fault
    assert "Asked: to propose a date" in words.text
    (templates / "lo" / "words.j2").write_text(f"{{% macro asked(n) %}}{LAO}{{% endmacro %}}", encoding="utf-8")
    data, words = compose_noting(what, speaking("lo"), templates)
    assert LAO in words.text and LAO in words.html and "HOW TO ANSWER" in words.text
    assert words.missing.startswith(f"{templates / 'lo' / 'words.j2'} has no ") and "opening" in words.missing
    (templates / "lo" / "letter.txt.j2").write_text(f"{LAO} {{{{ notices|length }}}}", encoding="utf-8")
    data = composed(what, speaking("lo"), templates)
    assert body(data).strip() == f"{LAO} 1", "a layout of its own goes before the common one"
    assert read(data).get_body(("plain",))["Content-Transfer-Encoding"] == "base64"  # type: ignore[index]


def test_english_and_another_language_do_not_mix_in_one_process(templates: Path) -> None:
    shutil.copytree(LANGUAGES / "lo", templates / "lo")
    first = composed(despatch(), None, templates)
    lao = body(composed(despatch(), speaking("lo"), templates))
    assert "ວັນທີ 2 ມີນາ 2026" in lao and "March" not in lao
    assert composed(despatch(), None, templates) == first


def test_templates_are_read_at_every_despatch(templates: Path) -> None:
    composed(despatch(), None, templates)
    (templates / "layout" / "letter.txt.j2").write_text("New words")
    assert body(composed(despatch(), None, templates)) == "New words\n"


FAULTS = [
    "x\n{{ no_such_name }}",
    "x\n{% if %}",
    "x\n{{ sender.__class__.__mro__[1].__subclasses__() }}",
    "x\n{{ 1 + 'a' }}",
    "x\n{{ w.no_such_words }}",
    "x\n{{ office|no_such_filter }}",
]


@pytest.mark.parametrize("name", ["letter.txt.j2", "letter.html.j2", "letter.subject.j2", "words.j2"])
@pytest.mark.parametrize("text", FAULTS)
def test_a_template_that_fails_stops_no_letter(templates: Path, name: str, text: str) -> None:
    plain = composed(despatch())
    (templates / "lo").mkdir()
    file = templates / "lo" / name
    file.write_text(text)
    data, words = compose_noting(despatch(), speaking("lo"), templates)
    if name == "words.j2" and "w." in text:
        assert "'w' is undefined" in words.fault
    assert data == plain, "in the shipped English"
    assert f"{file}, line 2: " in words.fault, words.fault
    file.unlink()
    data, words = compose_noting(despatch(), speaking("lo"), templates)
    assert not words.fault, "a mended template counts at once"


def test_a_template_that_is_no_text_or_says_nothing_stops_no_letter(templates: Path) -> None:
    for content, said in ((b"\xff\xfe", "this is not UTF-8 text"), (b"{# nothing #}", "gives nothing")):
        (templates / "layout" / "letter.txt.j2").write_bytes(content)
        data, words = compose_noting(despatch(), contacts(), templates)
        assert data == composed(despatch()) and "letter.txt.j2" in words.fault and said in words.fault


def test_a_folder_without_templates_is_no_fault(tmp_path: Path) -> None:
    assert composed(despatch(), None, tmp_path) == composed(despatch())


def test_where_the_shipped_templates_fail_too_it_is_an_error(templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (templates / "layout" / "letter.subject.j2").write_text("x\n{{ nothing }}")
    monkeypatch.setattr("adapters.mail.templates.TEMPLATES", templates)
    with pytest.raises(jinja2.TemplateError, match="nothing"):
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
        assert "To the Coordinator, Ministry of Industry and Commerce" in said
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
    assert re.findall(r"^\d\. Item (\w)( \(provision 16.3\)(?: \(new\))?)", text, re.M) == [
        ("a", " (provision 16.3)"),
        ("b", " (provision 16.3) (new)"),
        ("c", " (provision 16.3)"),
    ]
    page = body(composed(weekly), "html")
    assert page.index("Item a") < page.index("Item b (provision 16.3) (new)") < page.index("Item c (provision 16.3)<")
    assert "STILL OPEN" not in text
    early = body(composed(weekly.model_copy(update={"immediate": True, "notices": (ordered[1], *ordered[::2])})))
    assert early.index("NEW SINCE") < early.index("Item b") < early.index("STILL OPEN") < early.index("Item a")


# --- the structure of a letter ---------------------------------------------------------------------------------------


def a_round(count: int = 21, **more: Any) -> Despatch:
    """A letter of a status round, as one ministry gets it."""
    notices = tuple(
        notice(
            1,
            key=f"k{n}",
            verb="progress",
            act="say how far it has come",
            item=f"lao-khm/20.{n}-x",
            ref=f"20.{n}",
            title=f"Commitment {n}",
            how=f"progress lao-khm/20.{n}-x limited --as lao-moic",
            due=at(20),
            readings=("offices",),
        )
        for n in range(count, 0, -1)
    )
    return despatch(notices=notices, **more)


def test_a_status_round_is_one_question_with_one_instruction() -> None:
    for kind in ("plain", "html"):
        text = flat(body(composed(a_round()), kind))
        assert text.count("how far has each of the following come?") == 1
        assert text.count("starter.py ") == text.count("round --answer FILE.csv --as lao-moic") == 1
        assert text.count("In one of five words") + text.count("in one of five words") == 1
        for n in range(1, 22):
            assert text.count(f"Commitment {n} (provision 20.{n}) [20.{n}-x]") == 1
        assert text.index("Commitment 2 ") < text.index("Commitment 10 "), "in the order of the text"
        assert text.count("by 19 March 2026") == text.count("which offices follow it") == 1
    assert str(read(composed(a_round()))["Subject"]) == "Status round 2026: 21 commitments [Lao-Cambodia Action Plan]"


def test_each_awaited_act_appears_once_and_each_command_once() -> None:
    dates = [notice(n, key=f"d{n}", verb="propose-date", item=f"lao-khm/m{n}", title=f"Meeting {n}") for n in (1, 2)]
    dates = [each.model_copy(update={"how": f"propose {each.item} date --as lao-moic"}) for each in dates]
    evidence = notice(
        3, key="e", verb="evidence", title="An instrument", item="lao-khm/i", how="evidence lao-khm/i --as lao-moic"
    )
    evidence = evidence.model_copy(update={"wanted": "the signed text"})
    repeated = a_round(3).model_copy(update={"repeated": ("k1", "k2", "k3", "d1")})
    what = repeated.model_copy(update={"notices": (*repeated.notices, *dates, evidence)})
    text = body(composed(what))
    words = flat(text)
    for title in ("Meeting 1", "Meeting 2", "An instrument", "Commitment 1 ", "Commitment 2 ", "Commitment 3 "):
        assert words.count(title) == 1, title
    assert [line.strip() for line in text.splitlines() if "starter.py" in line] == [
        "starter.py propose ITEM date --as lao-moic",
        "starter.py evidence lao-khm/i --as lao-moic",
        "starter.py round --answer FILE.csv --as lao-moic",
    ]
    assert "to give evidence that it is done (the signed text)" in words
    assert re.findall(r"^ *(\d)\. ", text, re.M) == list("123456")


RANKS = [
    ("lao-moic", "thanks you"),
    ("lao-moic-dg", "presents its compliments"),
    ("lao-moic-minister", "has the honour to draw"),
]


@pytest.mark.parametrize(("office", "words"), RANKS)
def test_the_tone_fits_the_rank_and_says_who_was_asked_before(office: str, words: str) -> None:
    title = {"lao-moic": "Coordinator", "lao-moic-dg": "Director General", "lao-moic-minister": "Minister"}[office]
    full = f"{title}, Ministry of Industry and Commerce"
    before = tuple(
        Before(office=f"lao-moic{suffix}", title=f"{name}, Ministry of Industry and Commerce", since=at(day))
        for suffix, name, day in (("", "Coordinator", 1), ("-dg", "Director General", 2))
    )
    who = contacts()
    who = who.model_copy(update={"offices": {**who.offices, office: who.offices["lao-moic"]}})
    asked = notice(1, office=office, office_title=full, verb="propose-date", before=before, due=at(9), rung=3)
    what = despatch(office=office, office_title=full, notices=(asked,))
    for kind in ("plain", "html"):
        text = flat(body(composed(what, who), kind))
        assert words in text
        assert "Asked before: the Coordinator, on 1 March 2026; the Director General, on 2 March 2026." in text
        assert "by 8 March 2026" in text and "(provision 16.3)" in text
        assert ("the assurances of its highest consideration" in text) == (office != "lao-moic")
        assert "must" not in text and "overdue" not in text and "fail" not in text


def test_a_proposal_is_worded_with_names_and_answered_with_the_buttons() -> None:
    slot = Slot(start=zoned(3, 9), end=zoned(3, 12))
    dated = Proposed(
        number=2, topic="date", by="Coordinator, Ministry of Commerce, Cambodia", side="Cambodian", slot=slot
    )
    host = dated.model_copy(update={"topic": "host", "host": "Cambodia", "slot": None, "number": 3})
    moved, dated = dated, dated.model_copy(update={"invited": True})
    for proposal, said, way in (
        (moved, "3 March 2026, 09:00 to 12:00 (Asia/Vientiane)", "Any other proposal: accepted, rejected"),
        (dated, "3 March 2026, 09:00 to 12:00 (Asia/Vientiane)", "with the buttons of its invitation"),
        (host, "Cambodia as host", "Any other proposal: accepted, rejected"),
    ):
        text = flat(body(composed(despatch(notices=(notice(1, verb="answer", proposal=proposal),)))))
        assert f"to answer the proposal of the Coordinator, Ministry of Commerce, Cambodia: {said}" in text
        assert way in text and f"[16.3-jtc/2026, proposal {proposal.number}]" in text


@pytest.mark.parametrize("verb", ["mark", "propose-host", "report", "close", "give-address", "outcome", "evidence"])
def test_every_act_that_is_awaited_says_how_it_is_done(verb: str) -> None:
    text = flat(body(composed(despatch(notices=(notice(1, verb=verb),)))))
    how = text[text.index("HOW TO ANSWER") : text.index("Dates are those")]
    assert ": " in how.partition("enters it.")[2], how


def test_an_update_says_what_has_changed_and_why() -> None:
    slot = Slot(start=zoned(3, 9), end=zoned(3, 12))
    proposal = Proposed(number=2, topic="date", by="Coordinator", side="Lao", slot=slot, reason="hall booked")
    agreed = Happened(verb="agreed", proposal=proposal, reason="hall booked")
    new = event(status="CONFIRMED")
    moved = announcement(event=new, was_slot=Slot(start=zoned(2, 9), end=zoned(2, 12)), happened=agreed)
    data = composed(despatch(announcement=moved))
    assert "new date agreed, 3 March 2026" in decoded(data)
    assert "Changed. The time until now: 2 March 2026, 09:00 to 12:00 (Asia/Vientiane)." in flat(body(data))
    assert "Reason given: hall booked." in flat(body(data)) and "until now: 2 March" in flat(body(data, "html"))
    data = composed(despatch(announcement=announcement(event=new, was_place="Pakse")))
    assert "place changed, 3 March 2026" in decoded(data) and "The place until now: Pakse." in flat(body(data))
    assert "until now" not in flat(body(composed(despatch(announcement=announcement(event=new)))))


def test_who_has_consented_is_not_asked_to_accept() -> None:
    how = "accept lao-khm/16.3-jtc/2026 --proposal 1 --as lao-moic"
    asked = announcement(event=event(status="TENTATIVE"), how=how)
    assert how in flat(body(composed(despatch(announcement=asked))))
    done = flat(body(composed(despatch(announcement=asked.model_copy(update={"consented": ("lao-moic",)})))))
    assert how not in done and "Your side has consented to this date already" in done


def test_a_counter_that_is_not_taken_is_named_by_its_own_date() -> None:
    countered = Slot(start=zoned(9, 9), end=zoned(9, 12))
    proposal = Proposed(number=2, topic="date", by="Coordinator, Cambodia", side="Cambodian", slot=countered)
    rejected = Happened(verb="reject", by="Coordinator, Lao PDR", proposal=proposal, reason="the hall is taken")
    text = flat(body(composed(despatch(announcement=announcement(kind="declinecounter", happened=rejected)))))
    assert "does not accept the proposal: 9 March 2026, 09:00 to 12:00 (Asia/Vientiane). Reason given:" in text


def test_the_letter_about_an_amendment_lists_what_would_read_otherwise() -> None:
    added = Proposed(number=4, topic="amend", by="Coordinator", side="Lao", change="add", question="Forum", ref="16.5")
    lines = ("kind: meeting_series", "cadence: annual")
    what = notice(1, verb="answer", proposal=added, lines=lines)
    for kind in ("plain", "html"):
        text = flat(body(composed(despatch(notices=(what,))), kind))
        assert all(line in text for line in lines), kind
    other = what.model_copy(update={"proposal": added.model_copy(update={"topic": "host", "host": "Lao PDR"})})
    assert lines[0] not in flat(body(composed(despatch(notices=(other,)))))


def test_a_reason_is_given_once() -> None:
    dropped = Proposed(number=2, topic="drop", by="Coordinator", side="Lao", reason="held elsewhere")
    for verb in ("propose", "counter"):
        told = announcement(
            event=None, kind="answer", happened=Happened(verb=verb, by="X", proposal=dropped, reason="held elsewhere")
        )
        assert flat(body(composed(despatch(announcement=told)))).count("held elsewhere") == 1


def test_a_day_on_which_a_side_does_not_work_is_noted() -> None:
    clash = NoWorkday(day=date(2026, 3, 8), who="Lao", kind="weekend", name="Sunday")
    other = clash.model_copy(update={"who": "Cambodian", "kind": "holiday", "name": "Women's Day"})
    slot = Slot(start=zoned(8, 9), end=zoned(8, 12))
    proposal = Proposed(number=1, topic="date", by="Coordinator, X", side="Lao", slot=slot, clashes=(clash, other))
    said = "8 March 2026 is a Sunday for the Lao side; 8 March 2026 is Women's Day for the Cambodian side"
    word = announcement(happened=Happened(verb="propose", by="Coordinator, X", proposal=proposal))
    for kind in ("plain", "html"):
        assert f"Please note: {said}." in flat(body(composed(despatch(announcement=word)), kind))
        asked = notice(1, verb="answer", proposal=proposal)
        assert f"({said})" in flat(body(composed(despatch(notices=(asked,))), kind))


def test_what_has_happened_is_said_in_words_and_not_in_ids() -> None:
    host = Proposed(
        number=3, topic="host", by="Coordinator, X", side="Lao", host="Cambodia", reason="an exchange of turns"
    )
    for happened, said in (
        (
            Happened(verb="agreed", proposal=host),
            "All sides have consented to the proposal of the Coordinator, X: Cambodia as host",
        ),
        (
            Happened(verb="reject", by="Head, Y", proposal=host, reason="not now"),
            "The Head, Y, does not accept the proposal",
        ),
        (Happened(verb="regret", by="Head, Y", reason="bound"), "regrets that it cannot attend. Reason given: bound."),
        (
            Happened(verb="outcome", by="Head, Y", text="minutes", document="m.pdf"),
            'has filed the outcome: "minutes", m.pdf.',
        ),
        (Happened(verb="of another release"), "The Lao side proposes 3 March 2026."),
    ):
        word = announcement(kind=AnnouncementKind.ANSWER, event=None, happened=happened)
        for kind in ("plain", "html"):
            assert said in flat(body(composed(despatch(announcement=word)), kind))


def test_the_higher_authority_is_told_why_it_is_told() -> None:
    who = contacts()
    who = who.model_copy(update={"offices": {**who.offices, "lao-moic-dg": who.offices["lao-moic"]}})
    told = Happened(verb="outcome", by="Coordinator, Y", text="minutes agreed")
    for office, said in (("lao-moic-dg", True), ("lao-moic", False)):
        word = announcement(kind=AnnouncementKind.OUTCOME, event=None, happened=told, office=office, ref="6.2")
        what = despatch(announcement=word, office=office, office_title="Director General, Ministry of X")
        for kind in ("plain", "html"):
            text = flat(body(composed(what, who), kind))
            assert ("Provision 6.2 asks that the result be reported to the higher authority." in text) is said
            assert 'The Coordinator, Y, has filed the outcome: "minutes agreed".' in text


def test_a_focal_point_is_asked_for_an_address_and_for_no_command() -> None:
    asked = notice(
        1,
        verb="give-address",
        item="lao-khm/office/lao-mps",
        ref="-",
        title="Letters to Coordinator, Ministry of Public Security",
        how="correct the address of lao-mps in the contacts file; the next letter tries it",
        wanted="Coordinator, Ministry of Public Security",
    ).model_copy(update={"reason": "550 no such user"})
    data = composed(despatch(notices=(asked,)))
    text = flat(body(data))
    assert "to give an address at which the Coordinator, Ministry of Public Security can be reached" in text
    assert "550 no such user" in text and "starter.py" not in text and "lao-mps" not in text
    assert str(read(data)["Subject"]).endswith(": to give an address [Lao-Cambodia Action Plan]")


def test_lists_stand_by_article_and_say_each_answer() -> None:
    lines = (
        Line(
            ref="1.1",
            title="One",
            name="1.1-x",
            answers=(SideAnswer(who="Lao", state="limited", note="begun"),),
            silent=("Cambodian",),
        ),
        Line(ref="1.2", title="Two", name="1.2-x", silent=("Lao", "Cambodian")),
        Line(ref="1.3", title="Three", name="1.3-x", busy=True),
    )
    counts = (
        Count(of="asked", number=2),
        Count(of="busy", number=1),
        *(Count(of=of, number=n, who="Lao") for of, n in (("asked", 2), ("answered", 1), ("limited", 1))),
    )
    section = Section(pillar="Political Cooperation", article="Foreign Affairs", lines=lines)
    word = announcement(
        kind=AnnouncementKind.ROUND, event=None, lists=(section,), counts=counts, subject="2026", ref="-"
    )
    for kind in ("plain", "html"):
        text = flat(body(composed(despatch(announcement=word)), kind))
        assert "The status round 2026 is over. 2 commitments were asked about; 1 more is followed one by one" in text
        assert "Lao offices: 1 of 2 answered (1 limited)" in text
        assert "Political Cooperation: Foreign Affairs" in text
        assert "One (provision 1.1): Lao: limited (begun); Cambodian: no answer" in text
        assert "Two (provision 1.2): no answer" in text and "Three (provision 1.3): under way, not asked" in text


def test_the_final_record_says_what_became_of_it_all() -> None:
    counts = (
        *(Count(of=of, number=n) for of, n in (("on-time", 3), ("late", 1), ("expired", 2), ("missed", 1))),
        Count(of="missed", number=4, who="before"),
    )
    line = Line(ref="1.1", title="One 2027", name="1.1-x/2027", ends=at(3))
    lists = (Section(pillar="P", article="A", lines=(line,)),)
    word = announcement(
        kind=AnnouncementKind.EXPIRY, event=None, lists=lists, counts=counts, subject="final", day=at(3), ref="-"
    )
    data = composed(despatch(announcement=word))
    assert str(read(data)["Subject"]) == "The final record [Lao-Cambodia Action Plan]"
    for kind in ("plain", "html"):
        text = flat(body(data, kind))
        assert "ended on 2 March 2026" in text and "1 was past the end of the window" in text
        for said in ("closed out in time: 3", "closed out after the window: 1", "missed before the launch: 4"):
            assert said in text
        assert "One 2027 (provision 1.1), due by 2 March 2026" in text


def test_the_page_is_well_formed_and_needs_nothing_from_outside() -> None:
    every = [
        despatch(),
        a_round(),
        *(
            despatch(
                announcement=announcement(
                    kind=kind, day=at(3), event=cancelled() if kind is AnnouncementKind.CANCELLATION else event()
                )
            )
            for kind in AnnouncementKind
        ),
    ]
    for what in every:
        page = body(composed(what), "html")
        checked = Page()
        checked.feed(page)
        assert page.startswith("<!DOCTYPE html>") and checked.open == [], checked.open
        assert checked.root == {"lang": "en", "dir": "ltr"}
        assert not checked.tags & {"img", "script", "link", "iframe", "form", "video", "object", "style", "a"}
        assert not re.search(r"url\(|@import|https?:", page)


class Page(HTMLParser):
    """Elements closed in the order in which they were opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.root: dict[str, str | None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "html":
            self.root = dict(attrs)
        if tag not in ("meta", "br"):
            assert not (tag in ("p", "ul", "ol", "h2", "h3", "div") and "p" in self.open), f"<{tag}> within <p>"
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> after {self.open}"


def test_words_of_one_item_that_waited_together_are_one_mail_in_their_order() -> None:
    held = Said(text="held", happened=Happened(verb="held", by="Coordinator, Ministry of Commerce", place="Pakse"))
    plain = Said(text="the host is given.")
    word = announcement(kind=AnnouncementKind.ANSWER, event=None, text="last", happened=None, earlier=(held, plain))
    for kind in ("plain", "html"):
        said = " ".join(body(composed(despatch(announcement=word)), kind).split())
        first = said.index("states that it was held")
        assert first < said.index("The host is given.") < said.index("Last"), said
