"""Writes events to a CalDAV server with our own activity, and prints on stdout what a client should find there."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx

from activities.publish import CalendarActivities
from models.common.times import Slot
from models.messages.calendar_event import EventStatus, Publication
from tests.support.calendars import attempt
from tests.support.mail_samples import KHMER, LAO, at, event, settings, zoned

HOME = "/conform/calendars/"
CALENDARS = ("lao-khm", "lao-moic", "khm-moc")
EVENTS: list[dict[str, Any]] = [
    {"uid": "1@conform.example", "summary": LAO * 10, "location": KHMER * 8},
    {"uid": "2@conform.example", "summary": "Commas, semicolons; \\n and\nlines", "description": "one\ntwo"},
    {"uid": "3@conform.example", "slot": Slot(start=zoned(4, 9), end=zoned(6, 12, "Europe/Paris", 1))},
    # Another version of the first event, and the cancellation of the second.
    {"uid": "1@conform.example", "summary": LAO, "sequence": 1, "dtstamp": at(2), "status": EventStatus.CONFIRMED},
    {"uid": "2@conform.example", "summary": "Off", "sequence": 1, "dtstamp": at(2), "status": EventStatus.CANCELLED},
]


async def main(url: str) -> None:
    said = {}
    with tempfile.TemporaryDirectory() as folder:
        config = settings(Path(folder) / "here", caldav_url=url, caldav_home=HOME)
        async with httpx.AsyncClient(trust_env=False) as http:
            for changes in EVENTS:
                kept = event(**changes)
                publication = Publication(plan="lao-khm", event=kept, calendars=CALENDARS)
                await attempt(60).run(CalendarActivities(config, http).publish, publication)
                said[kept.uid] = {
                    "summary": " ".join(kept.summary.split()),
                    "status": kept.status.value,
                    "sequence": kept.sequence,
                    "start": kept.slot.start.utc.isoformat(),
                    "end": kept.slot.end.utc.isoformat(),
                    "attendees": len(kept.attendees),
                }
    print(json.dumps({"home": HOME, "calendars": CALENDARS, "events": said}, ensure_ascii=False))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
