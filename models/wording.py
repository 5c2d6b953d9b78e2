"""How instants, acts and offices read in a sentence."""

from datetime import timedelta

from models.base import Instant

_INFINITIVES = {
    "propose-date": "propose a date",
    "propose-host": "propose a host",
    "answer": "answer a proposal",
    "mark": "say whether it was held",
    "outcome": "file the outcome",
    "report": "report the outcome to its higher authority",
    "evidence": "give evidence",
    "close": "close it out",
    "give-address": "give an address that reaches the office",
}


def infinitive(act: str) -> str:
    """An awaited act as an infinitive: "propose a date"."""
    return _INFINITIVES.get(act, act.replace("-", " "))


def plain_instant(instant: Instant) -> str:
    """3 March 2026, 09:00 UTC; with seconds only where there are any."""
    clock = f"{instant:%H:%M:%S}" if instant.second or instant.microsecond else f"{instant:%H:%M}"
    return f"{instant.day} {instant:%B %Y}, {clock} UTC"


def plain_date(instant: Instant, scale: timedelta) -> str:
    """3 March 2026; a plan that runs in seconds (its despatch period is the scale) shows the clock instead."""
    if scale < timedelta(days=1):
        return f"{instant:%H:%M:%S} UTC"
    return f"{instant.day} {instant:%B %Y}"
