"""What the report says, in both of its forms."""

import re
from collections import Counter

import pytest

from documents import report_words
from models.report.values import Tally, TurnsReport
from tests.support.reports import EMPTY, KHMER, LINES, MARKUP, both, report, rows_of, words_of


@both
def test_every_count_has_its_denominator(kind: str) -> None:
    rows = rows_of(kind, report())
    tallies = ("5", "2 of 5", "1 of 5", "0 of 5", "1 of 5", "0 of 5", "1 of 5")
    assert ("Politics", *tallies) in rows
    assert ("All pillars", *tallies) in rows
    words = " ".join(words_of(kind, report()))
    assert "2 of 5 (40 per cent) items are done; 1 of 5 is in progress" in words
    assert "3 of 9 ask for nothing that can be followed; the others contain 7 obligations" in words
    assert "Of 3 items, 2 are done and 1 is in progress. One provision of this article asks for nothing" in words
    assert "4 sessions of recurring meetings are still to come" in words
    for found in re.finditer(r"per cent", words):
        assert re.search(r"\d+ of \d+ \(\d+ $", words[: found.start()])


@both
def test_every_item_stands_there_once_with_its_standing(kind: str) -> None:
    rows = Counter(rows_of(kind, report()))
    for each in LINES:
        assert rows[(each.ref, each.title, each.standing.value, each.detail)] == 1


@both
def test_empty_sections_say_so(kind: str) -> None:
    words = words_of(kind, EMPTY)
    for sentence in (
        report_words.NO_ITEMS,
        report_words.NO_TURNS,
        report_words.NO_AMENDMENTS,
        report_words.NO_QUESTIONS,
        report_words.NOTHING_AWAITED,
    ):
        assert words.count(sentence) == 1
    bare = TurnsReport(id="x", ref="2.1", title="Consultation", next="Nobody is stated.")
    assert report_words.NO_TURNS_YET in words_of(kind, report(turns=(bare,)))
    assert "No item is followed here. Two provisions of this article ask for nothing that can be followed." in words_of(
        kind, report()
    )


@both
def test_what_was_awaited_on_a_past_day_is_not_claimed(kind: str) -> None:
    words = words_of(kind, report(awaited_known=False))
    assert report_words.AWAITED_UNKNOWN in words
    assert report_words.NOTHING_AWAITED not in words
    assert "propose a date" not in words


@both
def test_what_is_awaited_stands_by_side_then_office_by_its_title(kind: str) -> None:
    words = words_of(kind, report())
    heads = [word for word in words if word in ("Lao PDR", "Cambodia") or word.startswith("Ministry ")]
    sides = [head for head in heads if head.startswith("Ministry") and ";" not in head]
    assert sides == ["Ministry lao-moic", "Ministry khm-moc", "Ministry khm-mfa"]
    rows = [row for row in rows_of(kind, report()) if row[0] == "1.3" and "propose a date" in row]
    assert len(rows) == 4 and {row[4] for row in rows} == {"no day stated"}
    assert not re.search(r"\b(rung|owed|swapped|KHM|LAO)\b", " ".join(words))
    assert ("2025", "Lao PDR", "Cambodia", "exchanged", "3 March 2025") in rows_of(kind, report())


@both
def test_questions_stand_by_their_offices_open_and_settled(kind: str) -> None:
    words = words_of(kind, report())
    assert "Ministry of Industry, Lao PDR; Ministry of Commerce, Cambodia" in words
    assert "Of 2 questions, 1 is settled and 1 is open." in words
    rows = rows_of(kind, report())
    assert (f"Who hosts {KHMER} first", "open", "–") in rows
    assert ("How often it is held", MARKUP, "4 May 2025") in rows
    assert "4 acts are awaited, counted by office: 1 of Lao PDR and 3 of Cambodia. 1 of 2 questions" in " ".join(words)
    untold = words_of(kind, report(questions=(), questions_known=False))
    assert report_words.QUESTIONS_UNKNOWN in untold and report_words.NO_QUESTIONS not in untold


@both
def test_an_amendment_is_given_whole(kind: str) -> None:
    row = ("1", MARKUP, "4 May 2025", "Lao PDR", "both on 3 May 2025")
    assert Counter(rows_of(kind, report()))[row] == 1


@pytest.mark.parametrize(
    ("number", "total", "words"),
    [
        (0, 40, "0 of 40 (0 per cent)"),
        (1, 400, "1 of 400 (less than 1 per cent)"),
        (1, 101, "1 of 101 (less than 1 per cent)"),
        (1, 100, "1 of 100 (1 per cent)"),
        (12, 40, "12 of 40 (30 per cent)"),
        (1, 8, "1 of 8 (13 per cent)"),
        (99, 100, "99 of 100 (99 per cent)"),
        (249, 250, "249 of 250 (more than 99 per cent)"),
        (399, 400, "399 of 400 (more than 99 per cent)"),
        (40, 40, "40 of 40 (100 per cent)"),
        (0, 0, "0 of 0"),
    ],
)
def test_a_percentage_is_never_alone_nor_all_where_it_is_not(number: int, total: int, words: str) -> None:
    assert report_words.share(number, total) == words


def test_a_tally_reads_as_a_sentence() -> None:
    assert report_words.tally_in_words(Tally(done=3)) == "All 3 items are done."
    assert report_words.tally_in_words(Tally(not_started=1)) == "The one item has not started."
    everything = Tally(done=1, in_progress=2, not_started=1, missed=2, excused=1, no_evidence=2)
    assert report_words.tally_in_words(everything) == (
        "Of 9 items, 1 is done, 2 are in progress, 1 has not started, 2 were missed, 1 was excused and 2 are without "
        "evidence."
    )
