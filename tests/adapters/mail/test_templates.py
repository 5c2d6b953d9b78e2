"""The words of letters and announcements: templates in a language, in the shipped English, and those that fail."""

import html
import os
import re
import shutil
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest

from adapters.mail.compose import compose_noting
from adapters.program_folders import TEMPLATES
from models.common.times import Slot
from models.messages.calendar_event import Attendee, EventStatus, PartStat
from models.messages.notices import (
    AnnouncementKind,
    Count,
    Happened,
    Line,
    NoWorkday,
    Proposed,
    Said,
    Section,
    SideAnswer,
    SuggestedAct,
)
from models.post.contacts import Contacts
from tests.support.letters import body, composed, decoded, flat, read
from tests.support.mail_samples import (
    LAO,
    a_round,
    announcement,
    at,
    cancelled,
    contacts,
    despatch,
    event,
    notice,
    zoned,
)
from tests.support.paths import LANGUAGES

# --- invitations --------------------------------------------------------------------------------------------------


def test_the_words_of_an_invitation() -> None:
    data = composed(despatch(announcement=announcement()))
    assert read(data)["Subject"] == (
        "Joint Trade Commission 2026: date proposed, Tuesday 3 March 2026, 09:00 Vientiane"
        " [Lao-Cambodia Action Plan, 16.3] [16.3-jtc/2026]"
    )
    for kind in ("plain", "html"):
        text = re.sub("<[^>]*>", "", body(data, kind))
        assert "The Lao side proposes 3 March 2026." in text
        assert "When: Tuesday 3 March 2026, 09:00–12:00 Vientiane" in text
        assert "Where: Vientiane" in text
        words = re.sub(r"\s+", " ", text)
        assert "It stands once every side has consented." in words
        assert "Accept is the consent of your side, Decline rejects the date, Propose new time" in words
        assert 'in words, for example: "We accept the date."' in html.unescape(words)


def test_who_proposed_a_date_is_not_asked_to_accept_it() -> None:
    accepted = Attendee(office="lao-moic", title="Coordinator", partstat=PartStat.ACCEPTED)
    word = announcement(event=event(attendees=(accepted,)), suggests=SuggestedAct(verb="accept", proposal=1))
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
        assert subject.endswith(" [Lao-Cambodia Action Plan, 16.3] [16.3-jtc/2026]")
        about = subject.removesuffix(" [Lao-Cambodia Action Plan, 16.3] [16.3-jtc/2026]")
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
        (
            Slot(start=zoned(3, 9), end=zoned(4, 12)),
            "Tuesday 3 March 2026, 09:00, to Wednesday 4 March 2026, 12:00, Vientiane",
        ),
        (
            Slot(start=zoned(3, 9), end=zoned(3, 12, "Asia/Phnom_Penh")),
            "Tuesday 3 March 2026, 09:00 Vientiane to Tuesday 3 March 2026, 12:00 Phnom Penh",
        ),
    ):
        text = body(composed(despatch(announcement=announcement(event=event(slot=slot)))))
        assert words in re.sub(r"\s+", " ", text)


# --- letters ------------------------------------------------------------------------------------------------------


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
        despatch(notices=(notice(title=evil, act=evil, item=evil, assumed=(evil,), asked_before=(evil,)),)),
        despatch(announcement=announcement(text=evil, title=evil, event=event(location=evil))),
    ):
        text = body(composed(what), "html")
        assert "<script" not in text and "<img" not in text and "&lt;script&gt;" in text
        assert not re.search(r"<[^>]*(src|href|url\()", text)


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


def test_a_template_changed_within_the_same_second_counts_at_once_and_so_does_the_earlier_one(templates: Path) -> None:
    file = templates / "layout" / "letter.txt.j2"
    for words in ("One", "Two", "One"):
        file.write_text(words)
        os.utime(file, (0, 0))
        assert body(composed(despatch(), None, templates)) == f"{words}\n"


@pytest.mark.parametrize("name", ["letter.txt.j2", "words.j2"])
def test_of_two_folders_with_the_same_fault_each_names_its_own_file(tmp_path: Path, name: str) -> None:
    for folder in (tmp_path / "one", tmp_path / "two", tmp_path / "one"):
        (folder / "lo").mkdir(parents=True, exist_ok=True)
        (folder / "lo" / name).write_text("{% macro a() %}\n{{ nothing.at_all }}{% endmacro %}\n{{ a() }}")
        _, words = compose_noting(despatch(), speaking("lo"), folder)
        assert f"{folder / 'lo' / name}, line 2: " in words.fault


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


# --- what has happened ----------------------------------------------------------------------------------------------


def test_an_update_says_what_has_changed_and_why() -> None:
    slot = Slot(start=zoned(3, 9), end=zoned(3, 12))
    proposal = Proposed(number=2, topic="date", by="Coordinator", side="Lao", slot=slot, reason="hall booked")
    agreed = Happened(verb="agreed", proposal=proposal, reason="hall booked")
    new = event(status="CONFIRMED")
    moved = announcement(event=new, was_slot=Slot(start=zoned(2, 9), end=zoned(2, 12)), happened=agreed)
    data = composed(despatch(announcement=moved))
    assert "new date agreed, Tuesday 3 March 2026" in decoded(data)
    assert "Changed. The time until now: Monday 2 March 2026, 09:00–12:00 Vientiane." in flat(body(data))
    assert "Reason given: hall booked." in flat(body(data)) and "until now: Monday 2 March" in flat(body(data, "html"))
    data = composed(despatch(announcement=announcement(event=new, was_place="Pakse")))
    assert "place changed, Tuesday 3 March 2026" in decoded(data) and "The place until now: Pakse." in flat(body(data))
    assert "until now" not in flat(body(composed(despatch(announcement=announcement(event=new)))))


def test_who_has_consented_is_not_asked_to_accept() -> None:
    how = "Accept is the consent of your side"
    asked = announcement(event=event(status="TENTATIVE"), suggests=SuggestedAct(verb="accept", proposal=1))
    assert how in flat(body(composed(despatch(announcement=asked))))
    done = flat(body(composed(despatch(announcement=asked.model_copy(update={"consented": ("lao-moic",)})))))
    assert how not in done and "Your side has consented to this date already" in done


def test_a_counter_that_is_not_taken_is_named_by_its_own_date() -> None:
    countered = Slot(start=zoned(9, 9), end=zoned(9, 12))
    proposal = Proposed(number=2, topic="date", by="Coordinator, Cambodia", side="Cambodian", slot=countered)
    rejected = Happened(verb="reject", by="Coordinator, Lao PDR", proposal=proposal, reason="the hall is taken")
    text = flat(body(composed(despatch(announcement=announcement(kind="declinecounter", happened=rejected)))))
    assert "does not accept the proposal: Monday 9 March 2026, 09:00–12:00 Vientiane. Reason given:" in text


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


def test_what_else_is_unusual_about_a_date_is_noted() -> None:
    slot = Slot(start=zoned(8, 3), end=zoned(8, 6))
    clashes = (
        NoWorkday(day=date(2026, 3, 8), who="", kind="outside-window", name="1 January 2027 to 31 December 2027"),
        NoWorkday(day=date(2026, 3, 8), who="Cambodian", kind="night", name="03:00"),
        NoWorkday(day=date(2026, 3, 8), who="Lao", kind="soon", name="1"),
    )
    proposal = Proposed(number=1, topic="date", by="Coordinator, X", side="Lao", slot=slot, clashes=clashes)
    word = announcement(happened=Happened(verb="propose", by="Coordinator, X", proposal=proposal))
    assert (
        "Please note: it lies outside the window of this item; 8 March 2026 at 03:00 is in the night for the Cambodian "
        "side; it is only 1 working day ahead for the Lao side."
    ) in flat(body(composed(despatch(announcement=word))))


def test_a_lapsed_proposal_is_told_with_its_date_and_an_invitation_says_by_when_to_answer() -> None:
    slot = Slot(start=zoned(8, 9), end=zoned(8, 12))
    proposal = Proposed(number=1, topic="date", by="Coordinator, X", side="Lao", slot=slot)
    lapsed = Happened(verb="lapsed", proposal=proposal)
    off = flat(
        body(composed(despatch(announcement=announcement(kind="cancellation", event=cancelled(), happened=lapsed))))
    )
    assert "The proposal of the Coordinator, X, for the date below, has lapsed" in off
    data = composed(despatch(announcement=announcement(kind="answer", event=None, happened=lapsed)))
    assert "proposal lapsed" in decoded(data) and "has lapsed: Sunday 8 March 2026, 09:00–12:00" in flat(body(data))
    open_one = Happened(verb="propose", by="Coordinator, X", proposal=proposal)
    for asked, by in (
        (
            announcement(event=event(status="TENTATIVE", slot=slot), due=at(8, 2)),
            "Sunday 8 March 2026, 09:00 Vientiane",
        ),
        (
            announcement(kind="answer", event=None, asks=True, due=at(8, 2), happened=open_one),
            "Sunday 8 March 2026, 09:00 Vientiane",
        ),
        (announcement(kind="answer", event=None, asks=True, due=at(8, 2)), "7 March 2026"),
    ):
        for kind in ("plain", "html"):
            written = flat(body(composed(despatch(announcement=asked)), kind))
            assert f"An answer is kindly asked for by {by}." in written


@pytest.mark.parametrize(
    ("due", "said"),
    [
        (at(20), "19 March 2026"),
        (at(20, 9), "19 March 2026"),
        (at(3), "2 March 2026"),
        (at(3, 9), "Tuesday 3 March 2026, 09:00 UTC"),
        (at(2, 9), "Monday 2 March 2026, 09:00 UTC"),
    ],
)
def test_an_answer_is_asked_for_by_the_last_full_day_or_by_the_time(due: datetime, said: str) -> None:
    data = composed(despatch(notices=(notice(1, due=due),), at=at(2, 1)))
    for kind in ("plain", "html"):
        assert f"an answer is kindly asked for by {said}." in flat(body(data, kind))
    assert f"by {said} [" in decoded(data)


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
    assert str(read(data)["Subject"]) == "The final record [Lao-Cambodia Action Plan] [16.3-jtc/2026]"
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


# --- reminders ------------------------------------------------------------------------------------------------------

AGREED = event(status=EventStatus.CONFIRMED)
REMINDER = announcement(kind=AnnouncementKind.REMINDER, event=AGREED, short="JTC 2026", text="in the record's words")


def test_a_reminder_says_when_and_where_and_asks_nothing() -> None:
    data = composed(despatch(announcement=REMINDER))
    assert decoded(data) == (
        "JTC 2026: reminder, Tuesday 3 March 2026, 09:00 Vientiane [Lao-Cambodia Action Plan, 16.3] [16.3-jtc/2026]"
    )
    for kind in ("plain", "html"):
        text = flat(body(data, kind))
        assert "kindly reminds your office of the following agreed date." in text
        assert "Joint Trade Commission 2026 (provision 16.3)" in text
        assert "When: Tuesday 3 March 2026, 09:00–12:00 Vientiane" in text and "Where: Vientiane" in text
        assert "This is a reminder only: no answer is needed. If your side cannot come after all" in text
        for said in ("Accept", "kindly asked for", "How to answer", "HOW TO ANSWER", "starter.py", "record's words"):
            assert said not in text, said


def test_a_reminder_to_a_higher_rank_keeps_the_form() -> None:
    who = contacts()
    who = who.model_copy(update={"offices": {**who.offices, "lao-moic-dg": who.offices["lao-moic"]}})
    word = REMINDER.model_copy(update={"office": "lao-moic-dg"})
    what = despatch(announcement=word, office="lao-moic-dg", office_title="Director General, Ministry of X")
    for kind in ("plain", "html"):
        text = flat(body(composed(what, who), kind))
        assert "presents its compliments to the Director General, Ministry of X, and has the honour to remind" in text
        assert "the Director General of the following agreed date." in text


def test_a_reminder_in_a_letter_stands_apart_from_what_is_asked() -> None:
    nowhere = {"title": "Drug-Control Meeting 2026", "ref": "6.2", "event": event(location="")}
    data = composed(despatch(reminders=(REMINDER, REMINDER.model_copy(update=nowhere))))
    assert decoded(data) == decoded(composed(despatch())), "the subject says what is asked"
    for kind, heading, how in (
        ("plain", "AGREED DATES THAT ARE NEAR", "HOW TO ANSWER"),
        ("html", "Agreed dates that are near", "How to answer"),
    ):
        before, _, after = flat(body(data, kind)).partition(heading)
        assert "Asked: to propose a date" in before and how in after
        slot = "Tuesday 3 March 2026, 09:00–12:00 Vientiane"
        assert f"Joint Trade Commission 2026 (provision 16.3): {slot}, Vientiane" in after
        assert f"Drug-Control Meeting 2026 (provision 6.2): {slot} This part is a reminder only, and needs" in after
    assert "\n2. " not in body(data), "it is no matter of its own"
    plain = composed(despatch())
    assert "AGREED DATES" not in body(plain) and "Agreed dates" not in body(plain, "html")


def test_an_amended_remind_reads_in_words() -> None:
    proposal = Proposed(
        number=2, topic="amend", by="X", side="Lao", change="change", question="JTC", fields=(("remind", "P3D"),)
    )
    text = flat(body(composed(despatch(notices=(notice(1, verb="answer", proposal=proposal),)))))
    assert 'how long before its date the offices are reminded to read "P3D"' in text
