"""The kinds of obligation, and how the program treats each kind. No other module decides this."""

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
        """True: people meet, and the item has a host, a date and an invitation (items/meeting). False: the sides give
        evidence (items/commitment)."""
        return _RULES[self].meets

    @property
    def in_series(self) -> bool:
        """True: a series (items/series) follows every obligation of this kind, with or without windows."""
        return _RULES[self].in_series

    @property
    def once(self) -> bool:
        """True: an obligation of this kind is done once, even if the text does not say so."""
        return _RULES[self].once

    @property
    def continuous(self) -> bool:
        """True: an obligation of this kind has no end and does not wait for a call. Status rounds ask how far it has
        come."""
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
