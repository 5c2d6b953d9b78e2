"""Answers by mail to the invitation of a meeting in a test, and what the meeting then says."""

from datetime import timedelta
from typing import Any

from models.messages import acts
from models.messages.acts import Document, ReplyMethod
from models.messages.calendar_event import PartStat
from models.messages.effects import Announce
from models.messages.notices import Announcement, AnnouncementKind
from tests.support.builders import Player

MAIL = Document(name="answer.eml", sha256="ab" * 32, size=900)
SECOND = timedelta(seconds=1)


def reply(player: Player, office: str, partstat: PartStat | None = PartStat.ACCEPTED, **more: Any) -> Any:
    """A REPLY to the newest version, given now; a COUNTER where a slot is given."""
    player.now += SECOND
    fields = {
        "method": ReplyMethod.COUNTER if "slot" in more else ReplyMethod.REPLY,
        "uid": player.state.setup.uid,
        "partstat": partstat,
        "sequence": player.state.event.sequence,
        "dtstamp": player.now,
        "message": MAIL,
    }
    return player.act(acts.Reply, office, **(fields | more))


def said(player: Player, kind: AnnouncementKind) -> list[Announcement]:
    found = [e.announcement for e in player.effects if isinstance(e, Announce)]
    return [each for each in found if each.kind is kind]
