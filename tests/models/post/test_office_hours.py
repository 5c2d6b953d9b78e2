"""Office hours: the calendar of an office, holidays, what the contacts file changes, what the activities say."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from temporalio.testing import ActivityEnvironment

from activities.despatch import archive_file
from activities.hours import HoursActivities
from adapters.files.contacts_file import read_contacts
from adapters.files.yaml_file import FileFault
from adapters.hours import hours_of, workdays_of
from adapters.mail.compose import compose
from adapters.settings import Settings
from models.common.zones import later, zoned
from models.post.contacts import Contacts
from models.post.despatch import Fate
from models.post.office_hours import Hours, HoursWanted
from models.post.workdays import clashes, working_days, working_days_around
from tests.support.despatching import post, run
from tests.support.mail_samples import despatch

DAY = timedelta(days=1)
WEEK = 7 * DAY
HERE = ZoneInfo("Asia/Vientiane")
NEW_YEAR = datetime(2027, 4, 12, tzinfo=HERE).astimezone(UTC)
"""The Monday of the week of the Lao and Khmer New Year 2027: Wednesday 14 to Friday 16 April."""


def contacts(sides: dict[str, Any] | None = None, **office: Any) -> Contacts:
    return Contacts.model_validate(
        {
            "organizer": {"name": "S", "address": "s@aide-memoire.example"},
            "sides": sides or {},
            "offices": {"lao-moc": {"address": "moc@lao.example", **office}},
        }
    )


def wanted(since: datetime = NEW_YEAR, period: timedelta = WEEK, side: str = "LAO") -> HoursWanted:
    return HoursWanted(office="lao-moc", side=side, zone="Asia/Vientiane", period=period, since=since)


def opened(hours: Hours, days: int = 14) -> list[str]:
    """Openings of the first days, by the wall clock."""
    spans = [span for span in hours.open if span.start < NEW_YEAR + days * DAY]
    return [f"{s.start.astimezone(HERE):%d %H:%M}-{s.end.astimezone(HERE):%H:%M}" for s in spans]


def letters(hours: Hours) -> list[str]:
    return [f"{each.astimezone(HERE):%a %d %H:%M}" for each in hours.letters if each >= NEW_YEAR][:3]


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


@given(st.integers(0, 30 * 24 * 60), st.sampled_from([WEEK, DAY, 2 * WEEK]))
def test_the_next_opening_is_open_and_nothing_is_open_before(minutes: int, period: timedelta) -> None:
    hours = hours_of(contacts(), wanted(period=period))
    at = NEW_YEAR + timedelta(minutes=minutes)
    opening = hours.next_open(at)
    assert opening >= at and hours.is_open(opening)
    assert opening == at or not any(span.start < opening and span.end > at for span in hours.open)
    letter = hours.next_letter(at)
    assert letter >= at and hours.is_open(letter) and (hours.week_of(letter) == letter)


@pytest.mark.parametrize(
    ("part", "line", "told"),
    [
        ("sides: {LAO: {country: XX}}", 4, "there are no tables of holidays for XX"),
        ("sides: {LAO: {hours: ['16:00-08:00']}}", 4, "ends before it begins"),
        ("sides: {LAO: {hours: [8-16]}}", 4, "write them in quotes, as in '08:00-12:00'"),
        ("sides: {LAO: {letter_day: monday}}", 4, "write one of mon, tue"),
        ("sides:\n  LAO:\n    closed: {2027-13-01: x}", 6, "no date or number that exists"),
        ("sides: {LAO: {closed: {2027-04-13: x}, working: [2027-04-13]}}", 4, "both closed and working"),
        ("sides: {LAO: {hours: ['13:00-16:00', '08:00-12:00']}}", 4, "in their order"),
        ("sides: {LAO: {holidays: []}}", 4, "there is no such field here"),
    ],
)
def test_a_fault_is_told_by_file_and_line(tmp_path: Path, part: str, line: int, told: str) -> None:
    file = tmp_path / "x.contacts.yaml"
    file.write_text(
        f"organizer:\n  name: S\n  address: s@a.example\n{part}\noffices:\n  lao-moc: {{address: moc@lao.example}}\n"
    )
    with pytest.raises(FileFault) as caught:
        read_contacts(file)
    assert str(caught.value).startswith(f"{file}:{line}: ") and told in str(caught.value)


async def test_the_activity_reads_the_file_anew_and_a_broken_file_leaves_the_default_hours(tmp_path: Path) -> None:
    file = tmp_path / "contacts.yaml"
    activity = HoursActivities(Settings(contacts=file)).hours

    async def ask() -> Hours:
        return await ActivityEnvironment().run(activity, wanted())

    def write(**office: Any) -> None:
        file.write_text(yaml.safe_dump(contacts(**office).model_dump(mode="json", include={"organizer"})))
        data = yaml.safe_load(file.read_text())
        file.write_text(yaml.safe_dump({**data, "offices": {"lao-moc": {"address": "moc@lao.example", **office}}}))

    write(closed={date(2027, 4, 12): "by decree"})
    assert opened(await ask())[0] == "13 08:00-16:00"
    write()
    assert opened(await ask())[0] == "12 08:00-16:00"
    file.write_text("organizer: [")
    assert await ask() == hours_of(None, wanted())
    everything = await ActivityEnvironment().run(HoursActivities(Settings(office_hours=False)).hours, wanted())
    assert everything.is_open(NEW_YEAR) and everything.is_open(everything.renew + WEEK)


@pytest.mark.parametrize("tried", [False, True])
async def test_an_office_that_has_closed_meanwhile_is_not_written_to(tmp_path: Path, tried: bool) -> None:
    """The attempt is judged by its own instant: a retry after closing time, a decree of this morning."""
    async with post(tmp_path) as (mailbox, config):
        # The test's attempts are scheduled at 07:00 in Vientiane on 1 January 1970.
        what = despatch().model_copy(update={"side": "LAO", "zone": "Asia/Vientiane"})
        names, hours = config.contacts.read_text(), "sides: {LAO: {country: none, hours: ['07:00-16:00']}}\n"
        config.contacts.write_text(names + hours)
        if tried:
            archive_file(config.record, what).parent.mkdir(parents=True)
            letter = compose(what, read_contacts(config.contacts), config.templates)
            archive_file(config.record, what).write_bytes(letter)
        else:
            assert (await run(config, what)).fate is Fate.SENT
            mailbox.letters.clear()
            archive_file(config.record, what).unlink()
        config.contacts.write_text(names + hours.replace("'07", "'08"))
        result = await run(config, what)
        assert (result.fate, result.perhaps_arrived, mailbox.letters) == (Fate.CLOSED, tried, [])
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        assert result.hours is not None and result.hours.next_open(epoch) == epoch + timedelta(hours=1)
        assert archive_file(config.record, what).exists() is tried, "the same bytes go again at the opening"


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
