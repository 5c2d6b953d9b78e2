"""The activity `publish` of an earlier engine writes to no calendar. A new epoch waits for what is being written."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from temporalio.exceptions import ApplicationError

from activities.publish import CalendarActivities
from adapters.files.epoch_file import EARLIER, Epoch, read_epoch, write_epoch
from models.messages.calendar_event import Publication
from tests.support.calendars import attempt
from tests.support.mail_samples import event, settings
from tests.support.web import Answer, web

SECOND = Epoch(epoch=2, since=datetime(2026, 1, 1, tzinfo=UTC))


async def test_an_engine_of_an_earlier_epoch_writes_to_no_calendar(tmp_path: Path) -> None:
    async with web(lambda request: Answer(503)) as server, httpx.AsyncClient() as http:
        config = settings(tmp_path, caldav_url=server.url, caldav_home="/home/")
        publication = Publication(plan="lao-khm", event=event(), calendars=("lao-khm",), epoch=1)
        await write_epoch(config.record, "lao-khm", SECOND)
        with pytest.raises(ApplicationError, match="Nothing was written or sent") as caught:
            await attempt().run(CalendarActivities(config, http).publish, publication)
        assert caught.value.type == EARLIER and caught.value.non_retryable and server.asked == []
        with pytest.raises(ApplicationError):  # the server refuses
            later = publication.model_copy(update={"epoch": 2})
            await attempt().run(CalendarActivities(config, http).publish, later)
        assert server.asked


async def test_the_epoch_changes_when_what_is_being_written_is_written(tmp_path: Path) -> None:
    """A calendar server that does not answer at once: the new epoch waits until the earlier engine is done."""
    async with web(lambda request: None) as server, httpx.AsyncClient() as http:
        config = settings(tmp_path, caldav_url=server.url, caldav_home="/home/", caldav_timeout=2.0)
        publication = Publication(plan="lao-khm", event=event(), calendars=("lao-khm",), epoch=1)
        writing = asyncio.create_task(attempt().run(CalendarActivities(config, http).publish, publication))
        while not server.asked:
            await asyncio.sleep(0.01)
        changing = asyncio.create_task(write_epoch(config.record, "lao-khm", SECOND))
        await asyncio.sleep(0.5)
        assert not changing.done() and read_epoch(config.record, "lao-khm").epoch == 1
        with pytest.raises(ApplicationError):
            await writing
        await changing
        assert read_epoch(config.record, "lao-khm") == SECOND
