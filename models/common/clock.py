"""How instants are shown to people."""

from datetime import timedelta

from models.common.values import Duration, Instant, Value


class Clock(Value):
    """Shows instants to people, in one zone, always at the same offset from UTC.

    No decision uses this class. Workflows must not look up zones, so the offset stays the same all year, even if the
    clocks of the zone change. Agreed dates have their own wall time, and are always shown exactly.
    """

    zone: str = "UTC"
    offset: Duration = timedelta(0)
    fine: bool = False
    """True: the plan runs in seconds (a demonstration plan), so times are shown with seconds."""

    def moment(self, instant: Instant) -> str:
        """Gives "3 March 2026, 09:00 (Asia/Vientiane)". In a plan that runs in seconds, the time has seconds."""
        return f"{self.at(instant)} ({self.zone})"

    def at(self, instant: Instant) -> str:
        """Gives "3 March 2026, 09:00", without the zone."""
        local = instant + self.offset
        return f"{local.day} {local:%B %Y}, {self._time(instant)}"

    def day(self, instant: Instant) -> str:
        """Gives "3 March 2026". In a plan that runs in seconds, it gives the time instead of the day."""
        local = instant + self.offset
        return self._time(instant) if self.fine else f"{local.day} {local:%B %Y}"

    def on(self, instant: Instant) -> str:
        """Gives "on 3 March 2026". In a plan that runs in seconds: "at 09:00:05"."""
        return f"{'at' if self.fine else 'on'} {self.day(instant)}"

    def last_day(self, end: Instant) -> str:
        """Gives the last day before the instant `end`. If `end` is the first instant of 1 January, this is 31 December.
        In a plan that runs in seconds, it gives the time of `end`."""
        return self.day(end if self.fine else end - timedelta(seconds=1))

    def span(self, start: Instant | None, end: Instant | None) -> str:
        """Gives "1 January 2026 to 31 December 2026", with the last day before `end`. None leaves that bound open:
        "from 1 January 2026 on", "until 31 December 2026", "at any time"."""
        if start is None or end is None:
            return f"from {self.day(start)} on" if start else f"until {self.last_day(end)}" if end else "at any time"
        return f"{self.day(start)} to {self.last_day(end)}"

    def _time(self, instant: Instant) -> str:
        local = instant + self.offset
        return f"{local:%H:%M:%S}" if self.fine else f"{local:%H:%M}"
