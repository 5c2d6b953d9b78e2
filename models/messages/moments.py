"""The instants at which something moves by itself, each with what happens then."""

from enum import StrEnum
from typing import NamedTuple

from models.common.values import Instant


class MomentKind(StrEnum):
    """What happens at an instant by itself."""

    WAKES = "wakes"
    """A sleeping item begins to ask its offices."""
    RUNG = "rung"
    """One more, higher office is awaited."""
    AGREED_END = "agreed-end"
    """The agreed end of a meeting has come: whether it was held is asked."""
    REMINDS = "reminds"
    """The invited offices are reminded of an agreed date."""
    WINDOW_ENDS = "window-ends"
    ROUND_ASKS = "round-asks"
    ROUND_CLOSES = "round-closes"
    SESSION_OPENS = "session-opens"
    PLAN_ENDS = "plan-ends"
    OPEN_LISTED = "open-listed"
    """Both ministries are given the list of what is open before the plan's validity ends."""
    ROUND_SHOWN = "round-shown"
    """Both ministries are shown a status round."""


_WORDS = {
    MomentKind.WAKES: "asks its offices from",
    MomentKind.RUNG: "{about} awaited from",
    MomentKind.AGREED_END: "whether it was held is asked from",
    MomentKind.REMINDS: "the invited offices are reminded of its date on",
    MomentKind.WINDOW_ENDS: "window ends",
    MomentKind.ROUND_ASKS: "the status round asks on",
    MomentKind.ROUND_CLOSES: "the status round closes on",
    MomentKind.SESSION_OPENS: "session {about} opens",
    MomentKind.PLAN_ENDS: "valid until {about}; it ends on",
    MomentKind.OPEN_LISTED: "what is open is listed on",
    MomentKind.ROUND_SHOWN: "round {about} is shown on",
}


class Moment(NamedTuple):
    """One instant, and what happens then."""

    at: Instant
    kind: MomentKind
    about: str = ""
    """Of a rung the office by its label, of a session or a round its name, of the plan its last day."""

    @property
    def words(self) -> str:
        """What happens, before the day: "window ends"."""
        return _WORDS[self.kind].format(about=self.about)


def earliest(moments: list[Moment]) -> Moment | None:
    """The first to come; of several at one instant the one that stands first."""
    return min(moments, key=lambda moment: moment.at, default=None)
