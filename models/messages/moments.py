"""Moments: instants at which an item changes without an act of an office, each with what happens then."""

from enum import StrEnum
from typing import NamedTuple

from models.common.values import Instant


class MomentKind(StrEnum):
    """What happens at a moment."""

    WAKES = "wakes"
    """A dormant item begins to ask its offices."""
    RUNG = "rung"
    """From then on the act is awaited of one more, higher office too."""
    AGREED_END = "agreed-end"
    """The agreed end of a meeting has come. The program asks whether it was held."""
    REMINDS = "reminds"
    """The program reminds the guests of an agreed date."""
    LAPSES = "lapses"
    """A proposed date comes before every side has consented to it."""
    WINDOW_ENDS = "window-ends"
    SILENCE_ENDS = "silence-ends"
    LOOKS_AGAIN = "looks-again"
    """The time to object is over, but a message that may be an objection waits for a person."""
    """The time in which another side may object is over. If no side objected, the item is closed or the mark is
    valid."""
    ROUND_ASKS = "round-asks"
    ROUND_CLOSES = "round-closes"
    SESSION_OPENS = "session-opens"
    PLAN_ENDS = "plan-ends"
    OPEN_LISTED = "open-listed"
    """Both ministries of foreign affairs receive the list of open items, before the plan's validity ends."""
    ROUND_SHOWN = "round-shown"
    """Both ministries of foreign affairs receive the answers to a status round."""


_WORDS = {
    MomentKind.WAKES: "asks its offices from",
    MomentKind.RUNG: "{about} awaited from",
    MomentKind.AGREED_END: "whether it was held is asked from",
    MomentKind.REMINDS: "the invited offices are reminded of its date on",
    MomentKind.SILENCE_ENDS: "{about} unless a side objects before",
    MomentKind.LOOKS_AGAIN: "a message that may be an objection waits for a person; the inbox is read again on",
    MomentKind.LAPSES: "proposal {about} lapses on",
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
    """What the moment is about: the label of the office (rung), the name of the session or of the status round, the
    number of the proposal (lapses), what is then valid (silence-ends), or the last day of the plan. Empty for other
    kinds."""

    @property
    def words(self) -> str:
        """What happens, in words. The day is written after these words: "window ends"."""
        return _WORDS[self.kind].format(about=self.about)


def earliest(moments: list[Moment]) -> Moment | None:
    """The earliest moment. If several have the same instant, it is the first of them in the list. None for an empty
    list."""
    return min(moments, key=lambda moment: moment.at, default=None)
