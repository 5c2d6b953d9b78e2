"""The kinds of obligation, and the families in which they are followed."""

from enum import StrEnum


class Kind(StrEnum):
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


HOSTED = frozenset({Kind.MEETING_SERIES, Kind.MEETING, Kind.VISIT, Kind.SEMINAR})

MEETINGS = frozenset({Kind.MEETING, Kind.VISIT, Kind.SEMINAR})

COMMITMENTS = frozenset({Kind.INSTRUMENT, Kind.DELIVERABLE, Kind.EXCHANGE})
"""Kinds that were followed one by one by plans of the first edition; the others are asked in status rounds."""
