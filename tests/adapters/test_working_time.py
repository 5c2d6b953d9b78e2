"""The working days of an office: its country's holidays, what the contacts file changes, its despatch days."""

from datetime import timedelta

from adapters.working_time import hours_of
from tests.support.office_hours import DAY, NEW_YEAR, WEEK, contacts, letters, opened, wanted


def test_an_office_works_on_weekdays_but_for_its_countrys_holidays() -> None:
    hours = hours_of(contacts(), wanted())
    assert opened(hours) == [f"{day} 08:00-16:00" for day in (12, 13, 19, 20, 21, 22, 23)]
    assert letters(hours) == ["Mon 12 08:00", "Mon 19 08:00", "Mon 26 08:00"]
    assert hours.renew > NEW_YEAR + 2 * WEEK and hours.open[-1].end > hours.renew + 2 * WEEK


def test_what_an_office_says_counts_before_what_its_side_says() -> None:
    sides = {
        "LAO": {
            "hours": ["08:00-12:00", "13:00-16:00"],
            "letter_day": "wed",
            "closed": {"2027-04-13": "by decree", "2027-04-19": "by decree"},
            "working": ["2027-04-17"],
        }
    }
    of_side = hours_of(contacts(sides), wanted())
    assert opened(of_side)[:4] == ["12 08:00-12:00", "12 13:00-16:00", "17 08:00-12:00", "17 13:00-16:00"]
    assert letters(of_side) == ["Sat 17 08:00", "Wed 21 08:00", "Wed 28 08:00"], "the next working day of that week"
    own = contacts(sides, hours=["09:00-24:00"], letter_day="fri", working=["2027-04-13"], closed={"2027-04-17": "x"})
    hours = hours_of(own, wanted())
    assert opened(hours)[:3] == ["12 09:00-00:00", "13 09:00-00:00", "20 09:00-00:00"]
    assert letters(hours)[:2] == ["Tue 13 09:00", "Fri 23 09:00"], "none is left in that week: the last one before"


def test_a_week_without_a_working_day_has_no_letter() -> None:
    closed = {f"2027-04-{day}": "flood" for day in range(12, 19)}
    hours = hours_of(contacts(closed=closed), wanted())
    assert letters(hours)[0] == "Mon 19 08:00"
    assert hours.next_open(NEW_YEAR) == NEW_YEAR + WEEK + timedelta(hours=8)


def test_where_letters_come_more_often_every_working_day_is_a_despatch_day() -> None:
    hours = hours_of(contacts(), wanted(period=DAY))
    assert letters(hours) == ["Mon 12 08:00", "Tue 13 08:00", "Mon 19 08:00"]


def test_a_side_without_tables_has_weekends_only_and_none_may_be_kept() -> None:
    for side, sides in (("NORTH", {}), ("LAO", {"LAO": {"country": "none"}})):
        assert "14 08:00-16:00" in opened(hours_of(contacts(sides), wanted(side=side)))
    thai = opened(hours_of(contacts({"LAO": {"country": "TH"}}), wanted()))
    assert thai[:2] == ["12 08:00-16:00", "16 08:00-16:00"], "Songkran is from 13 to 15 April"
