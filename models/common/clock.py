"""How instants are shown to people."""

from datetime import timedelta

from models.common.values import Duration, Instant, Value


class Clock(Value):
    """How instants are shown: by the wall clock of a zone, at the offset from UTC that it had at the launch.

    For reading only, never for deciding. Workflows must not look zones up, so a zone that changes its clocks is shown
    at one offset all year; agreed dates carry their own wall time and are always exact.
    """

    zone: str = "UTC"
    offset: Duration = timedelta(0)
    fine: bool = False
    """A plan that runs in seconds: days alone would say nothing."""

    def moment(self, instant: Instant) -> str:
        """3 March 2026, 09:00 (Asia/Vientiane); with seconds where the plan runs in them."""
        return f"{self.at(instant)} ({self.zone})"

    def at(self, instant: Instant) -> str:
        """3 March 2026, 09:00; where the zone has been named already."""
        local = instant + self.offset
        return f"{local.day} {local:%B %Y}, {self._time(instant)}"

    def day(self, instant: Instant) -> str:
        """3 March 2026; in a plan that runs in seconds, the time."""
        local = instant + self.offset
        return self._time(instant) if self.fine else f"{local.day} {local:%B %Y}"

    def on(self, instant: Instant) -> str:
        """on 3 March 2026; in a plan that runs in seconds, at 09:00:05."""
        return f"{'at' if self.fine else 'on'} {self.day(instant)}"

    def last_day(self, end: Instant) -> str:
        """The last day before an end that is no longer included: a year ends on 31 December."""
        return self.day(end if self.fine else end - timedelta(seconds=1))

    def _time(self, instant: Instant) -> str:
        local = instant + self.offset
        return f"{local:%H:%M:%S}" if self.fine else f"{local:%H:%M}"
