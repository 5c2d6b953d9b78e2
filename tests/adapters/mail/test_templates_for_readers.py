"""What a reader with a mail program finds in every kind of letter, in every language: no command line, nothing about an
instant that has passed, the times of all sides."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.mail.compose import compose_noting
from adapters.program_folders import TEMPLATES
from models.common.times import Slot
from models.messages.acts import VERBS
from models.messages.calendar_event import EventStatus
from models.messages.notices import Announcement, AnnouncementKind, AskedQuestion, Happened, Notice, Proposed, Said
from models.messages.sentences import _INFINITIVES
from models.post.contacts import Contacts
from models.post.despatch import Despatch
from tests.support.letters import body, composed, decoded, flat, read
from tests.support.mail_samples import announcement, at, cancelled, contacts, despatch, event, notice, zoned
from tests.support.paths import LANGUAGES

COMMAND = re.compile(r"starter\.py|aide-memoire |\s--[a-z]|YYYY|FILE\.csv|\bITEM\b|not-held|python ")
"""A command line, or a piece of one: the program, an option, a placeholder, a verb with a dash."""

LETTERS_OF = ["en", *sorted(path.parent.name for path in LANGUAGES.glob("*/words.j2"))]
NOW = at(2, 1)
SLOT = Slot(start=zoned(10, 9), end=zoned(10, 12))
PROPOSAL = Proposed(
    number=2, topic="date", by="Coordinator, Ministry of Commerce, Cambodia", side="Cambodian", slot=SLOT, place="Pakse"
)


def speaking(language: str) -> Contacts:
    known = contacts()
    office = known.offices["lao-moic"].model_copy(update={"language": language})
    return known.model_copy(update={"offices": {**known.offices, "lao-moic": office}})


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    shutil.copytree(TEMPLATES, tmp_path / "templates")
    shutil.copytree(LANGUAGES, tmp_path / "templates", dirs_exist_ok=True)
    return tmp_path / "templates"


def notices() -> Iterator[Notice]:
    """One notice of every awaited act, and of every topic of a proposal."""
    question = AskedQuestion(name="6.2-x/first_host", field="first_host", about="X", text="Who hosts first?")
    more: dict[str, Any] = {"since": at(1), "due": at(20), "questions": (question,), "wanted": "the signed text"}
    for verb in _INFINITIVES:
        yield notice(1, verb=verb, key=verb, proposal=PROPOSAL if verb == "answer" else None, **more)
    topics = ("date", "host", "postpone", "extend", "drop", "excuse", "answer", "amend")
    for topic in topics:
        changes = {"topic": topic, "until": at(25), "invited": topic == "date"}
        proposal = PROPOSAL.model_copy(update=changes)
        yield notice(1, verb="answer", key=topic, proposal=proposal, **more)


def announcements() -> Iterator[Announcement]:
    """One announcement of every kind, and one for everything that can have happened."""
    for kind in AnnouncementKind:
        having = cancelled() if kind is AnnouncementKind.CANCELLATION else event(slot=SLOT)
        yield announcement(kind=kind, event=having, day=at(25), silence=timedelta(days=14))
        yield announcement(kind=kind, event=None, day=at(25), silence="express", asks=True, around=(date(2026, 3, 12),))
    verbs = (*VERBS, "agreed", "lapsed", "amended", "of another release")
    for verb in verbs:
        told = Happened(verb=verb, by="Head, Y", proposal=PROPOSAL, reason="the hall is taken")
        earlier = (Said(text="the host is given.", happened=told),)
        for having in (event(slot=SLOT), None):
            yield announcement(kind="answer", event=having, happened=told, earlier=earlier)


def mails() -> Iterator[Despatch]:
    for each in notices():
        yield despatch(notices=(each,), at=NOW)
    yield despatch(notices=tuple(notices()), at=NOW)
    for word in announcements():
        yield despatch(announcement=word, at=NOW)


@pytest.mark.parametrize("language", LETTERS_OF)
def test_no_letter_holds_a_command_line(templates: Path, language: str) -> None:
    seen = 0
    for what in mails():
        data, words = compose_noting(what, speaking(language), templates)
        assert not words.fault
        for text in (decoded(data), body(data), flat(body(data, "html"))):
            found = COMMAND.search(text)
            assert found is None, (found, text)
        seen += 1
    assert seen > 60


@pytest.mark.parametrize("line", ["  starter.py accept x --as lao-moic", "date --start", "(or not-held)", "ITEM date"])
def test_a_command_line_would_be_found(line: str) -> None:
    assert COMMAND.search(f"For the secretariat:\n {line}")


def test_no_letter_asks_for_anything_at_an_instant_that_has_passed() -> None:
    asking = re.compile(r"(?:kindly asked for by|[a-z] by|We propose \w+|ends on \w+) (\d+) (March|April|May) (\d{4})")
    past = [each.model_copy(update={"due": at(1, 12)}) for each in notices()]
    seen = 0
    for what in (
        *mails(),
        *(despatch(notices=(each,), at=NOW) for each in past),
        despatch(notices=tuple(past), at=NOW),
    ):
        data = composed(what)
        text = f"{decoded(data)} {flat(body(data))}".replace("was asked for by", "")
        for day, month, year in asking.findall(text):
            named = datetime.strptime(f"{day} {month} {year}", "%d %B %Y").replace(tzinfo=UTC)
            assert named >= NOW.replace(hour=0), text
            seen += 1
    assert seen > 40


@pytest.mark.parametrize("verb", ["propose-date", "answer", "mark", "evidence", "agree"])
def test_how_to_answer_gives_an_example_and_says_by_when(verb: str) -> None:
    example = {
        "propose-date": 'For example: "We propose Wednesday 11 March 2026, 09:00 to 12:00, UTC time, in UTC."',
        "answer": 'For example: "We accept it." Or: "We do not accept it, because article 2 has changed."',
        "mark": 'For example: "It was held as agreed."',
        "evidence": 'For example: "It is done. The signed text is attached."',
        "agree": 'Or: "We object: page 2 is missing."',
    }[verb]
    text = flat(body(composed(despatch(notices=(notice(1, verb=verb, due=at(20)),)))))
    by = "says until when your side may object" if verb == "agree" else "kindly asked for by 19 March 2026"
    assert example in text and by in text


def test_a_day_that_has_passed_is_told_as_passed() -> None:
    late, soon = notice(1, key="l", due=at(1, 12), title="Late"), notice(1, key="s", due=at(20), title="Soon")
    data = composed(despatch(notices=(late,), at=NOW))
    for kind in ("plain", "html"):
        text = flat(body(data, kind))
        assert (
            "An answer was asked for by 28 February 2026, and is still awaited." in text
            and "kindly asked for" not in text
        )
    assert decoded(data).startswith("Late: to propose a date [")
    assert decoded(composed(despatch(notices=(soon, late), at=NOW))).startswith("2 matters, first Late: ")


def test_what_stands_under_silence_says_until_when_to_object() -> None:
    told = Happened(verb="outcome", by="Head, Y", text="minutes")
    word = announcement(kind="outcome", event=None, happened=told, silence=timedelta(days=14))
    for kind in ("plain", "html"):
        text = flat(body(composed(despatch(announcement=word)), kind))
        assert (
            "Unless your side objects within 14 days" in text
            and "ends on Monday 16 March 2026, 01:00 UTC, or later" in text
        )
        assert "We object: page 2 is missing." in text
    express = word.model_copy(update={"silence": "express"})
    assert "The time to object ends" not in flat(body(composed(despatch(announcement=express))))


# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "subject", "words"),
    [
        ("reject", "proposed date not accepted", "The proposed date is not accepted."),
        ("withdraw", "proposed date withdrawn", "The proposed date is withdrawn."),
        ("lapsed", "proposed date lapsed", "The proposed date has lapsed."),
        ("regret", "cancelled", "The event is cancelled and may be removed"),
    ],
)
def test_only_what_was_agreed_is_cancelled(verb: str, subject: str, words: str) -> None:
    told = Happened(verb=verb, by="Head, Y", proposal=PROPOSAL, reason="the hall is taken")
    data = composed(despatch(announcement=announcement(kind="cancellation", event=cancelled(), happened=told)))
    assert f": {subject}, " in decoded(data)
    for kind in ("plain", "html"):
        text = flat(body(data, kind))
        assert words in text and ("is cancelled" in text) is (verb == "regret")


def test_a_changed_proposal_is_proposed_anew() -> None:
    counter = Happened(verb="counter", by="Head, Y", proposal=PROPOSAL)
    moved = announcement(event=event(slot=SLOT), happened=counter, was_slot=Slot(start=zoned(4, 9), end=zoned(4, 12)))
    for word in (moved, moved.model_copy(update={"was_slot": None})):
        assert "date proposed anew, Tuesday 10 March 2026" in decoded(composed(despatch(announcement=word)))
    answer = announcement(kind="answer", event=None, happened=counter)
    assert ": proposed anew [" in decoded(composed(despatch(announcement=answer)))


# --- times, format and link -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zones", "said"),
    [
        ((), "Tuesday 10 March 2026, 09:00–12:00 Vientiane"),
        (("Asia/Vientiane", "Asia/Phnom_Penh"), "Tuesday 10 March 2026, 09:00–12:00 Vientiane and Phnom Penh"),
        (("Asia/Phnom_Penh",), "Tuesday 10 March 2026, 09:00–12:00 Phnom Penh"),
        (
            ("Asia/Vientiane", "Asia/Kuala_Lumpur"),
            "Tuesday 10 March 2026, 09:00–12:00 Vientiane (10:00–13:00 Kuala Lumpur)",
        ),
        (
            ("Asia/Vientiane", "Asia/Phnom_Penh", "Asia/Ho_Chi_Minh"),
            "Tuesday 10 March 2026, 09:00–12:00 Vientiane, Phnom Penh and Ho Chi Minh City",
        ),
        (
            ("Asia/Vientiane", "America/New_York", "Asia/Kuala_Lumpur"),
            "09:00–12:00 Vientiane (Monday 9 March 2026, 22:00, to Tuesday 10 March 2026, 01:00, New York; "
            "10:00–13:00 Kuala Lumpur)",
        ),
        (("Not/AZone", "Asia/Vientiane"), "Tuesday 10 March 2026, 09:00–12:00 Vientiane"),
    ],
)
def test_a_time_is_told_on_the_clocks_of_every_side(zones: tuple[str, ...], said: str) -> None:
    word = announcement(event=event(slot=SLOT), zones=zones)
    asked = notice(1, verb="answer", proposal=PROPOSAL.model_copy(update={"zones": zones}))
    reminder = word.model_copy(update={"kind": AnnouncementKind.REMINDER})
    for what in (
        despatch(announcement=word),
        despatch(notices=(asked,)),
        despatch(announcement=reminder),
        despatch(reminders=(reminder,)),
    ):
        for kind in ("plain", "html"):
            text = flat(body(composed(what), kind))
            assert said in text and f"{said} (" not in text and "Asia/" not in text, text


def test_the_format_and_the_joining_link_stand_in_the_mail_and_in_the_event() -> None:
    link = "https://meet.example/jtc-2026?pwd=a&b=1"
    held = event(format="virtual", link=link, location=link, status=EventStatus.CONFIRMED)
    data = composed(despatch(announcement=announcement(event=held)))
    assert f"How: by video\nJoining link: {link}" in body(data) and "Where:" not in body(data)
    assert f'<a href="{link.replace("&", "&amp;")}">' in body(data, "html")
    [calendar] = [part for part in read(data).walk() if part.get_content_type() == "text/calendar"]
    lines = str(calendar.get_content()).replace("\r\n ", "").splitlines()
    [conference] = [line for line in lines if line.startswith("CONFERENCE")]
    assert conference.endswith(f":{link}") and "VALUE=URI" in conference
    hybrid = event(format="hybrid", link=link)
    text = body(composed(despatch(announcement=announcement(event=hybrid, was_link="https://old.example/1"))))
    assert "Where: Vientiane\nHow: in person and by video" in text
    assert "The joining link until now: https://old.example/1." in flat(text)
    reminder = announcement(kind="reminder", event=hybrid)
    assert f"Vientiane, in person and by video, {link}" in flat(body(composed(despatch(reminders=(reminder,)))))
    asked = notice(1, verb="answer", proposal=PROPOSAL.model_copy(update={"format": "hybrid", "link": link}))
    assert f"Pakse, in person and by video, {link}" in flat(body(composed(despatch(notices=(asked,)))))


# --- the desk -------------------------------------------------------------------------------------------------------


def test_where_there_is_a_desk_each_item_has_its_page() -> None:
    page = "https://desk.example/item/lao-khm/16.3-jtc/2026"
    for what in (despatch(), despatch(announcement=announcement()), despatch(announcement=announcement(kind="mark"))):
        with_desk, _ = compose_noting(what, contacts(), TEMPLATES, "https://desk.example")
        assert body(with_desk).count(f"To read more: {page}\n") == 1
        assert body(with_desk, "html").count(f'<a href="{page}">') == 1
        assert "desk.example" not in body(composed(what)) and "<a " not in body(composed(what), "html")
