"""Which answer of an office is its last word, when clocks run slow or fast, and mails come late or twice."""

from datetime import timedelta
from typing import Any

import pytest

from models.items.answer_order import SEEN_KEPT
from models.messages.calendar_event import PartStat
from models.messages.views import Receipt, Refusal
from tests.support.builders import DAY, START
from tests.support.mail_answers import reply
from tests.support.meetings import KHM, LAO, agreed, proposed

HOUR = timedelta(hours=1)
NOON = START + 12 * HOUR


def given(stamp: float, sent: float | None = None, arrived: float | None = None) -> dict[str, Any]:
    """The instants of an answer, in hours after noon. The clock of the sender's program may differ from the others."""
    at = {"dtstamp": stamp, "sent": sent, "arrived": arrived}
    return {name: None if hours is None else NOON + hours * HOUR for name, hours in at.items()}


CASES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("a slow clock, and a mail server that dates the mails", given(0, 0, 0), given(-1, 0.5, 0.5), "accepts"),
    ("the same, and only Date is known", given(0, 0), given(-1, 0.5), "accepts"),
    ("sent before, on its way for long", given(0, 0, 0.1), given(-1, -1, 2), "unclear-order"),
    ("sent later, but it came first", given(0, 0, 1), given(-1, 0.5, 0.5), "unclear-order"),
    ("it came later, and nobody knows when it was sent", given(0, None, 0), given(-1, None, 1), "unclear-order"),
    ("older in every way", given(0, 0, 0), given(-1, -1, -1), "old"),
    ("older by its stamp, and nothing else is known", given(0), given(-1), "old"),
    ("a fast clock on a mail that was sent and came before", given(0, 0, 0), given(1, -1, -1), "unclear-order"),
    ("newer by its stamp, sent before by a clock that is wrong", given(0, 0, 0), given(1, -1, 1), "accepts"),
    ("newer in every way", given(0, 0, 0), given(1, 1, 1), "accepts"),
]


@pytest.mark.parametrize(("last", "act", "what"), [each[1:] for each in CASES], ids=[each[0] for each in CASES])
def test_the_order_of_the_mails_is_looked_at_before_an_answer_is_called_old(
    last: dict[str, Any], act: dict[str, Any], what: str
) -> None:
    player = proposed(third=True)
    player.now = START + DAY
    reply(player, KHM, PartStat.TENTATIVE, **last)
    answer = reply(player, KHM, **act)
    assert player.state.proposals[0].consented("KHM") is (what == "accepts")
    if what == "unclear-order":
        assert isinstance(answer, Refusal) and answer.code == what
    else:
        assert isinstance(answer, Receipt) and (answer.text == "") is (what == "old")


def test_a_copy_of_an_earlier_answer_stays_old_whatever_its_mail_says() -> None:
    player = proposed(third=True)
    player.now = START + DAY
    first, second = given(-1, -1, -1), given(0, 0, 0)
    reply(player, KHM, PartStat.TENTATIVE, **first)
    reply(player, KHM, PartStat.ACCEPTED, **second)
    copy = reply(player, KHM, PartStat.TENTATIVE, **{**first, "sent": NOON + HOUR, "arrived": NOON + HOUR})
    assert isinstance(copy, Receipt) and copy.text == ""
    assert player.state.answers[-1].partstat is PartStat.ACCEPTED


def test_an_answer_of_a_fast_clock_that_comes_again_does_not_beat_the_last_word() -> None:
    player = proposed(third=True)
    player.now = START + DAY
    fast = given(2, 0, 0)
    reply(player, KHM, PartStat.TENTATIVE, **fast)
    reply(player, KHM, PartStat.ACCEPTED, **given(1, 1, 1))
    assert player.state.proposals[0].consented("KHM")
    again = reply(player, KHM, PartStat.TENTATIVE, **fast)
    assert isinstance(again, Receipt) and again.text == ""


def test_an_older_version_is_never_the_last_word_against_a_newer_one() -> None:
    player = agreed()
    player.now = START + DAY
    reply(player, KHM, PartStat.ACCEPTED, sequence=1, **given(0, 0, 0))
    late = reply(player, KHM, PartStat.DECLINED, sequence=0, **given(-1, 1, 1))
    assert isinstance(late, Receipt) and late.text == ""


def test_the_answers_that_an_office_gave_before_are_remembered_within_a_bound() -> None:
    player = agreed()
    player.now = START + DAY
    for hour in range(SEEN_KEPT + 5):
        reply(player, LAO, PartStat.TENTATIVE, **given(hour / 10))
    [last] = player.state.answers
    assert len(last.seen) == SEEN_KEPT
