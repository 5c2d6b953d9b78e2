"""Days are days of the calendar, hours are exact: what that means when the clocks change (RFC 5545 section 3.3.6)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.inbound.times import duration as mailed
from cli.arguments import duration as typed
from models.common.clock import Clock
from models.common.times import Slot
from models.common.zones import days_later, later, zone, zoned
from models.items.reminders import CLOCKS_CHANGE
from models.messages.acts import Terms, Topic
from models.messages.sentences import describe
from models.plan.windows import resolve_windows
from models.post.unlikely import remind_at
from tests.support.builders import meeting, obligation, plan_of

PARIS = "Europe/Paris"  # summer time from 29 March to 25 October 2026
BEFORE = zoned(datetime.fromisoformat("2026-03-28T09:00"), PARIS)


@pytest.mark.parametrize("read", [typed, mailed])
@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("P2D", "2026-03-30T09:00"),
        ("P1W", "2026-04-04T09:00"),
        ("PT48H", "2026-03-30T10:00"),
        ("P1DT24H", "2026-03-30T09:00"),
        ("PT3H", "2026-03-28T12:00"),
    ],
)
def test_a_length_in_days_ends_at_the_same_wall_time(read: Any, text: str, ends: str) -> None:
    assert later(BEFORE, read(text)).local == datetime.fromisoformat(ends)


def test_a_length_that_no_meeting_has_is_refused() -> None:
    for text in ("P0D", "PT0S", "P61D", "2X", "-P1D", "", "P"):
        with pytest.raises(Exception, match="--for"):
            typed(text)


def test_the_length_in_words_is_that_of_the_calendar() -> None:
    def words(text: str) -> str:
        slot = Slot(start=BEFORE, end=later(BEFORE, typed(text)))
        return describe(Terms(topic=Topic.DATE, slot=slot), Clock())

    assert "for 48 h" in words("P2D") and "for 48 h" in words("PT48H") and "for 3 h" in words("PT3H")


def test_a_wall_time_that_is_skipped_or_shown_twice_is_read_as_the_standard_says() -> None:
    skipped = zoned(datetime.fromisoformat("2026-03-28T02:30"), PARIS).utc
    assert days_later(skipped, 1, PARIS) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 03:30
    twice = zoned(datetime.fromisoformat("2026-10-24T02:30"), PARIS).utc
    assert days_later(twice, 1, PARIS) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the first of the two


def test_a_date_is_reminded_of_at_the_wall_time_of_its_start() -> None:
    start = zoned(datetime.fromisoformat("2026-03-31T09:00"), PARIS)
    slot = Slot(start=start, end=later(start, typed("PT3H")))
    assert remind_at(slot, meeting(remind="P3D")) == BEFORE.utc
    assert remind_at(slot, meeting(remind="PT5S")) == start.utc - timedelta(seconds=5)
    assert remind_at(slot, meeting()) is None
    assert timedelta(hours=1) < CLOCKS_CHANGE


def test_windows_and_rounds_of_offsets_begin_and_end_at_the_wall_time_of_the_launch() -> None:
    window = {"by": "offset", "opens": "P2D", "length": "P2D", "every": "P200D", "count": 2}
    rounds = {"by": "offset", "opens": "P1D", "every": "P2D", "count": 2}
    plan = plan_of(obligation(window=window), zone=PARIS, round=rounds, round_closes="P2D")
    found = resolve_windows(plan, BEFORE.utc)

    def walls(key: str) -> list[str]:
        ends = [end for each in found[key] for end in (each.start, each.end)]
        return [f"{end.astimezone(zone(PARIS)):%m-%d %H:%M}" for end in ends]

    assert walls("m") == ["03-30 09:00", "04-01 09:00", "10-16 09:00", "10-18 09:00"]
    assert walls("round") == ["03-29 09:00", "03-31 09:00", "03-31 09:00", "04-02 09:00"]
