"""The activity `hours`: the office hours of one office, for its post room."""

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
    """What a post room asks about its office's hours."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @activity.defn(name="hours")
    async def hours(self, wanted: HoursWanted) -> Hours:
        """The office hours of the coming weeks, as the contacts file and the tables have them now."""
        return hours_now(self._settings, wanted)


def hours_now(settings: Settings, wanted: HoursWanted) -> Hours:
    """The same for the activity that transmits. A contacts file that cannot be used keeps nobody from knowing when to
    try: the default hours count, and the despatch itself will name the fault."""
    if not settings.office_hours:
        return _at_all_hours(wanted.since, wanted.period)
    try:
        contacts = load_contacts(settings.contacts)
    except ApplicationError as fault:
        _log.warning("default hours for %s: %s", wanted.office, fault.message)
        contacts = None
    return hours_of(contacts, wanted)


def _at_all_hours(since: Instant, period: timedelta) -> Hours:
    """Of an office that is always open: letters go on Mondays, of UTC."""
    ahead, renew = horizon(period)
    everyday = Workdays("UTC", days=frozenset(range(7)))
    letters = everyday.resolve(since, since + ahead, period, since + renew).letters
    return Hours(open=(Span(start=since - timedelta(days=1), end=since + ahead),), letters=letters, renew=since + renew)
