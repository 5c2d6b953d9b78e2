"""Meetings for tests: with a proposed date, or with an agreed date."""

from typing import Any

from models.common.times import Slot
from models.items.meeting import MEETING
from models.messages import acts
from models.messages.calendar_event import EventStatus
from models.messages.effects import Publish
from tests.support.builders import DAY, START, Player, date_terms, meeting

LAO, KHM, VNM = "lao-moc", "khm-moc", "vnm-moc"


def proposed(third: bool = False, day: int = 10, **more: Any) -> Player:
    """A meeting after LAO has proposed a date. The tentative invitation was sent."""
    player = Player(MEETING, meeting(third=third, **more))
    player.act(acts.Propose, LAO, terms=date_terms(START + day * DAY))
    return player


def agreed(third: bool = False, **more: Any) -> Player:
    """A meeting after every side has consented to that date."""
    player = proposed(third, **more)
    for office in (KHM, VNM)[: 2 if third else 1]:
        player.act(acts.Accept, office, proposal=1)
    return player


def slot(day: int) -> Slot:
    found = date_terms(START + day * DAY).slot
    assert found is not None
    return found


def events(player: Player) -> list[tuple[int, EventStatus]]:
    return [(e.event.sequence, e.event.status) for e in player.effects if isinstance(e, Publish)]
