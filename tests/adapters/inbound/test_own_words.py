"""The sender's own words beside a button: none is missed, and no plain answer of a known program is mistaken."""

import sys
from pathlib import Path
from types import FrameType

import pytest

from adapters.inbound import bounds
from adapters.inbound.bodies import CUT, lines_of_html
from adapters.inbound.message import read
from adapters.inbound.own_words import MOST, Known, joined, own_words
from models.messages.acts import ReplyMethod
from models.messages.calendar_event import PartStat
from tests.support.plain_answers import (
    ADDRESS,
    BUTTONS,
    NAME,
    OURS,
    SIGNATURES,
    Sample,
    answers_with_words,
    archive,
    measure,
    words,
)

ACCEPTED = (ReplyMethod.REPLY, PartStat.ACCEPTED)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("record")
    archive(folder)
    return folder


def test_no_plain_answer_is_mistaken_and_no_words_are_missed() -> None:
    mistaken, missed, counts = measure()
    sys.stdout.write(f"{sum(counts.values())} answers of {len(counts)} kinds\n")
    assert [(each.client, each.language, found) for each, found in mistaken] == []
    assert [(each.words, found) for each, found in missed] == []
    assert sum(counts.values()) > 1000


def test_a_sentence_of_another_button_is_no_sentence_of_the_program(root: Path) -> None:
    for button in BUTTONS:
        found = words(Sample("", "", button, f"{NAME} has declined this invitation."), root)
        assert bool(found) is (button != "DECLINED"), button
    assert words(Sample("", "", "ACCEPTED", f"{NAME} has tentatively accepted this invitation."), root)


@pytest.mark.parametrize(
    "text",
    [
        "When: Wed 4 Mar 2026 9am - 12pm",
        "Where: Pakse",
        "The Minister has accepted this invitation.",
        f"{NAME} has not accepted this invitation.",
        f"{NAME} has accepted this invitation if visas are ready",
        "Where?",
        f"{SIGNATURES['closing']}\nOnly If Approved",
        f"{SIGNATURES['outlook']}\n12",
        "https://files.example/conditions",
        "mailto:stranger@x.example?subject=no",
        "> we have another question",
        f"-----Original Message-----\nFrom: {OURS}\nSent: only if approved",
        "Best regards, but only with the visas",
        "This email and any attachments are confidential and may be privileged. We reserve our position.",
    ],
)
def test_what_only_looks_like_a_program_counts_as_words(text: str, root: Path) -> None:
    assert words(Sample("", "", "ACCEPTED", text), root), text


def test_a_quote_counts_as_words_where_our_mail_is_not_known(tmp_path: Path, root: Path) -> None:
    quoted = "> To the Coordinator, Ministry of Industry and Commerce\n> office of the following."
    assert words(Sample("", "", "ACCEPTED", quoted), root) == ""
    assert words(Sample("", "", "ACCEPTED", quoted), tmp_path)


def test_our_own_words_count_where_the_sender_writes_a_few_of_them(root: Path) -> None:
    assert words(Sample("", "", "ACCEPTED", "rejects the date"), root) == "rejects the date"


def test_a_file_beside_the_button_counts_as_words(root: Path) -> None:
    data = Sample("", "", "ACCEPTED").message()
    more = b'--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename="terms.pdf"\n\nx\n--b--\n'
    reading = read(data.replace(b"--b--\n", more))
    assert reading.enclosures == ("terms.pdf",)


def test_long_words_are_cut_and_a_body_beyond_the_bound_counts_as_words(root: Path) -> None:
    found = words(Sample("", "", "ACCEPTED", "visas " * 1000), root)
    assert len(found) <= MOST and found.endswith("[…]")
    assert words(Sample("", "", "ACCEPTED", "\n" * (bounds.TEXT_LINES + 10) + "only if"), root) == CUT
    assert words(Sample("", "", "ACCEPTED", " " * 30_000 + "only if"), root) == CUT


def test_html_keeps_its_lines_and_shows_no_comment_script_or_title() -> None:
    page = "<html><title>t</title><!-- c --><style>s</style><p>a<br>b</p><blockquote>q<div>r</div></blockquote>e"
    assert lines_of_html(page).split() == ["a", "b", ">", "q", ">", "r", ">", "e"] or "e" in lines_of_html(page)
    lines = [line.strip() for line in lines_of_html(page).split("\n") if line.strip(" >")]
    assert lines == ["a", "b", "> q", "> r", "e"]


def test_words_from_two_places_are_said_once() -> None:
    assert joined("only if", "we come only if") == "we come only if"
    assert joined("only if", "with visas") == "only if with visas"
    assert joined("", "") == ""


@pytest.mark.parametrize(
    "unit",
    [
        "a ",
        "> a\n",
        "On 1 wrote:\n",
        "has accepted this ",
        "<",
        "http://x ",
        "-- \n",
        "ក",
        "a@b.example ",
        "Where:\n",
        "1 ",
    ],
)
def test_the_cost_is_linear(unit: str) -> None:
    """Counted in calls of functions: twice as much text makes about twice as many."""
    known = Known(
        texts=("has accepted this office of the following " * 400,),
        names=tuple(f"Office {n} of ក{n}" for n in range(300)),
        people=(ADDRESS,),
    )

    def calls(size: int) -> int:
        body = (unit * (size // len(unit)))[:size]
        count = 0

        def note(frame: FrameType, what: str, arg: object) -> None:
            nonlocal count
            count += what in ("call", "c_call")

        own_words([body], known, *ACCEPTED)  # what is made once
        sys.setprofile(note)
        try:
            own_words([body], known, *ACCEPTED)
        finally:
            sys.setprofile(None)
        return count

    small, large = calls(2_500), calls(10_000)
    assert large <= 4.5 * small + 2_000 and large < 2_000_000


def test_every_kind_of_words_was_tried() -> None:
    assert len({each.words for each in answers_with_words("x\ny")}) >= 20
