"""The kinds of obligation, and how the program treats each. No other module decides this."""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """The kind of an obligation: what the provision asks for."""

    MEETING_SERIES = "meeting_series"
    MEETING = "meeting"
    VISIT = "visit"
    SEMINAR = "seminar"
    INSTRUMENT = "instrument"
    DELIVERABLE = "deliverable"
    EXCHANGE = "exchange"
    STANDING = "standing"
    REPORTING = "reporting"
    PROCEDURE = "procedure"

    @property
    def words(self) -> str:
        """The kind in English, with its article: "an instrument"."""
        return _RULES[self].words

    @property
    def meets(self) -> bool:
        """Whether people meet. If so, it has a host, a date and an invitation (items/meeting). If not, the sides give
        evidence (items/commitment)."""
        return _RULES[self].meets

    @property
    def in_series(self) -> bool:
        """Whether a series (items/series) always opens its sessions, with windows or without."""
        return _RULES[self].in_series

    @property
    def once(self) -> bool:
        """Whether it is done once, even if the text does not say so."""
        return _RULES[self].once

    @property
    def continuous(self) -> bool:
        """Whether it is never finished and nobody calls it. Status rounds ask how far it has come."""
        return _RULES[self].continuous


class _Rule(NamedTuple):
    words: str
    meets: bool = False
    in_series: bool = False
    once: bool = False
    continuous: bool = False


_RULES = {
    Kind.MEETING_SERIES: _Rule("a series of meetings", meets=True, in_series=True),
    Kind.MEETING: _Rule("a meeting", meets=True, once=True),
    Kind.VISIT: _Rule("a visit", meets=True, once=True),
    Kind.SEMINAR: _Rule("a seminar", meets=True, once=True),
    Kind.INSTRUMENT: _Rule("an instrument", once=True),
    Kind.DELIVERABLE: _Rule("a deliverable", once=True),
    Kind.EXCHANGE: _Rule("an exchange"),
    Kind.STANDING: _Rule("a standing commitment", continuous=True),
    Kind.REPORTING: _Rule("a report"),
    Kind.PROCEDURE: _Rule("a procedure"),
}
