"""The activity `hours`: the office hours of one office, for its post room."""

from temporalio import activity

from adapters.hours import hours_now
from adapters.settings import Settings
from models.post.office_hours import Hours, HoursWanted


class HoursActivities:
    """What a post room asks about its office's hours."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @activity.defn(name="hours")
    async def hours(self, wanted: HoursWanted) -> Hours:
        """The office hours of the coming weeks, as the contacts file and the tables have them now."""
        return hours_now(self._settings, wanted)
