"""Working days and holidays of the sides around a date."""

import dataclasses
from datetime import date, datetime, timedelta
from typing import Any

from adapters.working_time import workdays_of
from models.common.zones import later, zoned
from models.post.workdays import clashes, working_days, working_days_around


def slot(start: str, hours: int = 3) -> Any:
    begins = zoned(datetime.fromisoformat(start), "Asia/Vientiane")
    return dataclasses.make_dataclass("Slot", ["start", "end"])(begins, later(begins, timedelta(hours=hours)))


def test_a_proposed_date_shows_each_sides_weekends_and_holidays_by_name() -> None:
    sides = {
        side: workdays_of(None, "", side, zone)
        for side, zone in (("LAO", "Asia/Vientiane"), ("KHM", "Asia/Phnom_Penh"), ("VNM", "Asia/Ho_Chi_Minh"))
    }
    found = {(each.side, each.kind, each.name) for each in clashes(slot("2027-04-16T09:00"), sides)}
    assert found == {
        ("LAO", "holiday", "Lao New Year's Day"),
        ("KHM", "holiday", "Khmer New Year's Day"),
        ("VNM", "holiday", "Hung Kings' Commemoration Day"),
    }
    over_the_weekend = clashes(slot("2027-04-09T09:00", hours=72), sides)
    assert [(each.day.day, each.side, each.name) for each in over_the_weekend if each.side == "LAO"] == [
        (10, "LAO", "Saturday"),
        (11, "LAO", "Sunday"),
    ]
    assert clashes(slot("2027-04-12T09:00"), sides) == ()
    around = working_days_around(date(2027, 4, 16), sides, before=5, after=5)
    assert [day.day for day in around] == [12, 13, 19, 20, 21]
    assert list(working_days(date(2027, 4, 14), date(2027, 4, 18), sides)) == []
