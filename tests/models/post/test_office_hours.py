"""Office hours: the next opening, and the next letter."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from adapters.working_time import hours_of
from tests.support.office_hours import DAY, NEW_YEAR, WEEK, contacts, wanted


@given(st.integers(0, 30 * 24 * 60), st.sampled_from([WEEK, DAY, 2 * WEEK]))
def test_the_next_opening_is_open_and_nothing_is_open_before(minutes: int, period: timedelta) -> None:
    hours = hours_of(contacts(), wanted(period=period))
    at = NEW_YEAR + timedelta(minutes=minutes)
    opening = hours.next_open(at)
    assert opening >= at and hours.is_open(opening)
    assert opening == at or not any(span.start < opening and span.end > at for span in hours.open)
    letter = hours.next_letter(at)
    assert letter >= at and hours.is_open(letter) and (hours.week_of(letter) == letter)
