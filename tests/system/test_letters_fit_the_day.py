"""Every letter is about something that its reader can still do: the letters of many lives of a plan are read by text.

AIDE_LETTER_SEEDS says how many lives are read; the tests below show that the reader notices each kind of fault.
"""

import os
from datetime import UTC, datetime

import pytest

from tests.support.builders import START
from tests.support.letter_reader import Mail, Reader
from tests.support.letter_stories import LENGTH, story

SEEDS = range(2, 2 + int(os.environ.get("AIDE_LETTER_SEEDS", "1")))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_letter_of_a_life_is_about_something_that_its_reader_can_still_do(seed: int) -> None:
    life = story(seed, "Asia/Tokyo" if seed % 3 == 2 else "Asia/Phnom_Penh")
    life.run(START + LENGTH)
    reader = Reader(life.acted)
    found = [(mail.office, mail.at, fault) for mail in life.mails for fault in reader.faults(mail)]
    assert found == []
    assert len(life.mails) > 50


NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
CLEAN = """\
To the Director General, Ministry of Commerce, Lao PDR

1. JTC 2026 (provision 16.3) [16.3-jtc/2026]
   Asked: to answer the proposal of the Coordinator, Ministry of Commerce,
   Cambodia: Monday 9 March 2026, 09:00–12:00 Vientiane and Phnom Penh
   Awaited since 2 January 2026; an answer is kindly asked for by Monday 9
   March 2026, 09:00 Vientiane.
   Asked before: the Coordinator, on 5 January 2026.

2 March 2026
"""


def read(text: str, subject: str = "JTC 2026: to answer a proposal by 8 March 2026 [Plan]") -> list[str]:
    """What the reader says of a letter, after the coordinator was written to on 5 January."""
    reader = Reader()
    first = datetime(2026, 1, 5, 1, tzinfo=UTC)
    asked = "1. JTC 2026 (provision 16.3)\n   Awaited since 2 January 2026; no date is stated.\n\n5 January 2026\n"
    before = Mail(
        "lao-moc", "Coordinator, Ministry of Commerce, Lao PDR", first, "Asia/Vientiane", "JTC 2026 [Plan]", asked
    )
    assert [*reader.faults(before)] == []
    title = "Director General, Ministry of Commerce, Lao PDR"
    return [*reader.faults(Mail("lao-moc-dg", title, NOW, "Asia/Vientiane", subject, text))]


def test_the_reader_finds_nothing_wrong_with_a_letter_that_is_right() -> None:
    assert read(CLEAN) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("Monday 9 March 2026, 09:00–12:00", "Monday 2 March 2026, 07:00–12:00", "this has passed"),
        (
            "asked for by Monday 9\n   March 2026, 09:00",
            "asked for by Monday 2\n   March 2026, 07:30",
            "this has passed",
        ),
        ("asked for by Monday 9\n   March 2026, 09:00 Vientiane", "asked for by 1 March 2026", "this has passed"),
        ("an answer is kindly asked for", "An answer was asked for", "this has not come"),
        ("since 2 January 2026", "since 3 March 2026", "this has not come"),
        ("the Coordinator, on", "the Deputy Minister, on", "nothing was written"),
        ("on 5 January", "on 6 January", "asked before on another day"),
        ("Awaited since", "Foreseen for", "no known phrase"),
        ("\n2 March 2026", "\n3 March 2026", "the letter is of"),
        ("   Asked:", "   accept 16.3-jtc/2026 --proposal 1\n   Asked:", "a command line"),
        ("Cambodia:", 'Cambodia "":', "a slip of the pen"),
        ("   Asked:", "   It has 1 days.\n   Asked:", "a wrong plural"),
        ("   Asked:", "   Of LAO.\n   Asked:", "as the program writes it"),
        ("   Asked:", "   Due 2026-03-02.\n   Asked:", "as machines write it"),
        ("   Asked:", f"   {'a word ' * 12}\n   Asked:", "a long line"),
    ],
)
def test_the_reader_notices(old: str, new: str, fault: str) -> None:
    assert old in CLEAN
    found = read(CLEAN.replace(old, new, 1))
    assert any(fault in each for each in found), found


def test_the_reader_notices_a_subject_about_what_has_passed() -> None:
    assert "this has passed" in read(CLEAN, "JTC 2026: date proposed, Sunday 1 March 2026, 09:00 Vientiane [Plan]")[0]
