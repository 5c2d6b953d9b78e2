"""What a letter lists: the acts in their order and groups, who was asked before, how each is done."""

import re

import pytest

from models.common.times import Slot
from models.messages.notices import AskedBefore, Proposed
from tests.support.letters import body, composed, flat, read
from tests.support.mail_samples import a_round, at, contacts, despatch, notice, zoned


def test_a_letter_of_one_act_names_plan_item_and_act() -> None:
    data = composed(despatch())
    assert read(data)["Subject"] == (
        "Joint Trade Commission 2026: to propose a date [Lao-Cambodia Action Plan, 16.3] [16.3-jtc/2026]"
    )
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
    assert (
        str(read(data)["Subject"]) == "3 matters, first Item a: to do a [Lao-Cambodia Action Plan, a] [16.3-jtc/2026]"
    )


def test_an_entry_says_since_when_by_when_who_before_how_and_what_is_assumed() -> None:
    full = notice(
        2,
        due=at(9),
        asked_before=("Coordinator", "Director General"),
        assumed=("the host alternates",),
        verb="propose-date",
    )
    for kind in ("plain", "html"):
        text = re.sub("<[^>]*>", "", body(composed(despatch(notices=(full,))), kind))
        text = re.sub(r"\s+", " ", text)
        for words in (
            "to propose a date",
            "Awaited since 2 March 2026; an answer is kindly asked for by 8 March 2026.",
            "Asked before: the Coordinator; the Director General.",
            "For example: ",
            "We propose ",
            "Assumed, not stated in the text: the host alternates",
            "every 7 days",
        ):
            assert words in text, words
    assert "no date is stated" in body(composed(despatch()))


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


def test_a_status_round_is_one_question_with_one_instruction() -> None:
    for kind in ("plain", "html"):
        text = flat(body(composed(a_round()), kind))
        assert text.count("how far has each of the following come?") == 1
        assert text.count("In one of five words") + text.count("in one of five words") == 1
        for n in range(1, 22):
            assert text.count(f"Commitment {n} (provision 20.{n}) [20.{n}-x]") == 1
        assert text.index("Commitment 2 ") < text.index("Commitment 10 "), "in the order of the text"
        assert text.count("by 19 March 2026") == text.count("which offices follow it") == 1
    assert str(read(composed(a_round()))["Subject"]) == "Status round 2026: 21 commitments [Lao-Cambodia Action Plan]"


def test_each_awaited_act_appears_once_and_each_example_once() -> None:
    dates = [notice(n, key=f"d{n}", verb="propose-date", item=f"lao-khm/m{n}", title=f"Meeting {n}") for n in (1, 2)]
    evidence = notice(3, key="e", verb="evidence", title="An instrument", item="lao-khm/i")
    evidence = evidence.model_copy(update={"wanted": "the signed text"})
    repeated = a_round(3).model_copy(update={"repeated": ("k1", "k2", "k3", "d1")})
    what = repeated.model_copy(update={"notices": (*repeated.notices, *dates, evidence)})
    text = body(composed(what))
    words = flat(text)
    for title in ("Meeting 1", "Meeting 2", "An instrument", "Commitment 1 ", "Commitment 2 ", "Commitment 3 "):
        assert words.count(title) == 1, title
    assert re.findall(r'For example: "(\w+)', words) == ["We", "It", "Limited"]
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
        AskedBefore(office=f"lao-moic{suffix}", title=f"{name}, Ministry of Industry and Commerce", since=at(day))
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


def test_a_letter_says_which_office_below_no_letter_has_asked_yet() -> None:
    away = AskedBefore(office="lao-moic-dg", title="Director General, Ministry of Industry and Commerce", since=at(2))
    title = "Minister, Ministry of Industry and Commerce"
    who = contacts()
    who = who.model_copy(update={"offices": {**who.offices, "lao-moic-minister": who.offices["lao-moic"]}})
    asked = notice(1, office="lao-moic-minister", office_title=title, verb="propose-date", rung=3)
    for offices, said in (((), False), ((away,), True)):
        word = asked.model_copy(update={"not_written_to": offices})
        what = despatch(office="lao-moic-minister", office_title=title, notices=(word,))
        for kind in ("plain", "html"):
            text = flat(body(composed(what, who), kind))
            words = "Not asked yet, because no letter could go to it: the Director General. The time that is left"
            assert (words in text) is said and "Asked before" not in text


def test_a_proposal_is_worded_with_names_and_answered_with_the_buttons() -> None:
    slot = Slot(start=zoned(3, 9), end=zoned(3, 12))
    dated = Proposed(
        number=2, topic="date", by="Coordinator, Ministry of Commerce, Cambodia", side="Cambodian", slot=slot
    )
    host = dated.model_copy(update={"topic": "host", "host": "Cambodia", "slot": None, "number": 3})
    moved, dated = dated, dated.model_copy(update={"invited": True})
    for proposal, said, way in (
        (moved, "Tuesday 3 March 2026, 09:00–12:00 Vientiane", "A proposal: accepted, rejected"),
        (dated, "Tuesday 3 March 2026, 09:00–12:00 Vientiane", "with the buttons of its invitation"),
        (host, "Cambodia as host", "A proposal: accepted, rejected"),
    ):
        text = flat(body(composed(despatch(notices=(notice(1, verb="answer", proposal=proposal),)))))
        assert f"to answer the proposal of the Coordinator, Ministry of Commerce, Cambodia: {said}" in text
        assert way in text and f"[16.3-jtc/2026, proposal {proposal.number}]" in text


@pytest.mark.parametrize("verb", ["mark", "propose-host", "report", "close", "give-address", "outcome", "evidence"])
def test_every_act_that_is_awaited_says_how_it_is_done(verb: str) -> None:
    text = flat(body(composed(despatch(notices=(notice(1, verb=verb),)))))
    how = text[text.index("HOW TO ANSWER") : text.index("Dates are those")]
    said, example = how.partition("reads every reply.")[2].split(": ", 1)[1].split("For example: ")
    assert said.strip() and example.strip().startswith('"'), how


def test_the_letter_about_an_amendment_lists_what_would_read_otherwise() -> None:
    added = Proposed(number=4, topic="amend", by="Coordinator", side="Lao", change="add", question="Forum", ref="16.5")
    lines = ("kind: meeting_series", "cadence: annual")
    what = notice(1, verb="answer", proposal=added, lines=lines)
    for kind in ("plain", "html"):
        text = flat(body(composed(despatch(notices=(what,))), kind))
        assert all(line in text for line in lines), kind
    other = what.model_copy(update={"proposal": added.model_copy(update={"topic": "host", "host": "Lao PDR"})})
    assert lines[0] not in flat(body(composed(despatch(notices=(other,)))))


def test_a_focal_point_is_asked_for_an_address_and_for_no_command() -> None:
    asked = notice(
        1,
        verb="give-address",
        item="lao-khm/office/lao-mps",
        ref="-",
        title="Letters to Coordinator, Ministry of Public Security",
        wanted="Coordinator, Ministry of Public Security",
    ).model_copy(update={"reason": "550 no such user"})
    data = composed(despatch(notices=(asked,)))
    text = flat(body(data))
    assert "to give an address at which the Coordinator, Ministry of Public Security can be reached" in text
    assert "550 no such user" in text and "starter.py" not in text and "lao-mps" not in text
    assert str(read(data)["Subject"]).endswith(": to give an address [Lao-Cambodia Action Plan]")
