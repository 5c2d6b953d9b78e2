"""The activity `hours`: gives a post room the office hours of its office."""

import logging
from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from adapters.files.contacts_file import load_contacts
from adapters.settings import Settings
from adapters.working_time import hours_of
from models.common.values import Instant
from models.post.office_hours import Hours, HoursWanted, Span, horizon
from models.post.workdays import Workdays

_log = logging.getLogger(__name__)


class HoursActivities:
    """The activity `hours`. It answers a post room that asks for the hours of its office."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @activity.defn(name="hours")
    async def hours(self, wanted: HoursWanted) -> Hours:
        """Return the office hours of the coming weeks. They follow the contacts file and the tables of holidays of this
        instant."""
        return hours_now(self._settings, wanted)


def hours_now(settings: Settings, wanted: HoursWanted) -> Hours:
    """Returns the office hours of the coming weeks. The activity `despatch` also calls this function.

    With AIDE_OFFICE_HOURS=off, the office is always open. If the contacts file is faulty, the default hours count,
    because the activity `despatch` will name the fault.
    """
    if not settings.office_hours:
        return _at_all_hours(wanted.since, wanted.period)
    try:
        contacts = load_contacts(settings.contacts)
    except ApplicationError as fault:
        _log.warning("default hours for %s: %s", wanted.office, fault.message)
        contacts = None
    return hours_of(contacts, wanted)


def _at_all_hours(since: Instant, period: timedelta) -> Hours:
    """The hours of an office that is always open. Its letters go on Mondays in UTC."""
    ahead, renew = horizon(period)
    everyday = Workdays("UTC", days=frozenset(range(7)))
    letters = everyday.resolve(since, since + ahead, period, since + renew).letters
    span = Span(start=since - timedelta(days=1), end=since + ahead)
    return Hours(open=(span,), letters=letters, renew=since + renew, always=True)
