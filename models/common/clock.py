"""How instants are shown to people."""

from datetime import timedelta

from models.common.values import Duration, Instant, Value


class Clock(Value):
    """Shows instants to people: in one zone, at the offset from UTC that the zone had at the launch.

    No decision uses it. Workflows must not look zones up. So a zone that changes its clocks is shown at one offset all
    year. Agreed dates carry their own wall time, and are always exact.
    """

    zone: str = "UTC"
    offset: Duration = timedelta(0)
    fine: bool = False
    """True for a plan that runs in seconds. Times then have seconds, because a day alone would say too little."""

    def moment(self, instant: Instant) -> str:
        """Gives "3 March 2026, 09:00 (Asia/Vientiane)". In a plan that runs in seconds, the time has seconds."""
        return f"{self.at(instant)} ({self.zone})"

    def at(self, instant: Instant) -> str:
        """Gives "3 March 2026, 09:00", without the zone."""
        local = instant + self.offset
        return f"{local.day} {local:%B %Y}, {self._time(instant)}"

    def day(self, instant: Instant) -> str:
        """Gives "3 March 2026". In a plan that runs in seconds: the time instead."""
        local = instant + self.offset
        return self._time(instant) if self.fine else f"{local.day} {local:%B %Y}"

    def on(self, instant: Instant) -> str:
        """Gives "on 3 March 2026". In a plan that runs in seconds: "at 09:00:05"."""
        return f"{'at' if self.fine else 'on'} {self.day(instant)}"

    def last_day(self, end: Instant) -> str:
        """The last day before `end`. `end` itself is not included: for 1 January it gives 31 December."""
        return self.day(end if self.fine else end - timedelta(seconds=1))

    def _time(self, instant: Instant) -> str:
        local = instant + self.offset
        return f"{local:%H:%M:%S}" if self.fine else f"{local:%H:%M}"
