"""Office hours for tests: one office in Vientiane, around the New Year of 2027."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from models.post.contacts import Contacts
from models.post.office_hours import Hours, HoursWanted

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
    """The opening hours of the first days, in local time."""
    spans = [span for span in hours.open if span.start < NEW_YEAR + days * DAY]
    return [f"{s.start.astimezone(HERE):%d %H:%M}-{s.end.astimezone(HERE):%H:%M}" for s in spans]


def letters(hours: Hours) -> list[str]:
    return [f"{each.astimezone(HERE):%a %d %H:%M}" for each in hours.letters if each >= NEW_YEAR][:3]
