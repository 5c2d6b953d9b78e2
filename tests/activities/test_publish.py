"""The activity that publishes events, on a real CalDAV server: Radicale in its own process."""

import asyncio
import os
import re
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import vobject
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from activities.publish import TRIES, CalendarActivities
from adapters.calendar.caldav import file_name
from adapters.calendar.event_object import calendar_object
from adapters.calendar.merging import same_content
from adapters.settings import Settings
from models.common.times import Slot
from models.messages.calendar_event import EventStatus, Publication
from tests.support.calendars import XML, attempt, running
from tests.support.mail_samples import LAO, UID, at, contacts, event, settings, zoned
from tests.support.mail_servers import free_port
from tests.support.web import Answer, Request, web
from workflows.starting import EFFECT_RETRY, EFFECT_TIMEOUT

SCHEDULES = "CONFORM_CALDAV" in os.environ
"""The other server of `make conform` invites by itself, and is told not to; Radicale does not."""

ALARM = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Hers\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT"
Before = Callable[[httpx.Request], Awaitable[None]]


@pytest.fixture(scope="session")
async def radicale(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The URL of a running Radicale that lets everybody in; of another server where `make conform` names one."""
    if other := os.environ.get("CONFORM_CALDAV"):
        yield other
        return
    folder = tmp_path_factory.mktemp("radicale")
    port = free_port()
    config, rights = folder / "config", folder / "rights"
    rights.write_text("[all]\nuser: .*\ncollection: .*\npermissions: RrWw\n")  # homes at any depth
    config.write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = none\n"
        f"[rights]\ntype = from_file\nfile = {rights}\n"
        f"[storage]\nfilesystem_folder = {folder / 'collections'}\n[logging]\nlevel = error\n"
    )
    async with running(port, sys.executable, "-m", "radicale", "--config", str(config)):
        yield f"http://127.0.0.1:{port}"


class Between(httpx.AsyncBaseTransport):
    """The real transport, with something happening before or after a request; keeps what was asked."""

    def __init__(self, before: Before | None = None, lose: str = "") -> None:
        self._real = httpx.AsyncHTTPTransport()
        self._before = before
        self._lose = lose
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.method)
        if self._before:
            await self._before(request)
        answer = await self._real.handle_async_request(request)
        if request.method == self._lose and answer.is_success:
            self._lose = ""
            await answer.aread()
            raise httpx.ReadError("the answer was lost", request=request)
        return answer

    async def aclose(self) -> None:
        await self._real.aclose()


class Desk:
    """A home of its own on the server for each test, and a person's client beside ours."""

    def __init__(self, url: str, folder: Path, home: str) -> None:
        self.settings: Settings = settings(folder, caldav_url=url, caldav_home=home)
        self.url = f"{url}{home}"
        self.person = httpx.AsyncClient(timeout=10)

    async def publish(
        self, transport: Between | None = None, calendars: tuple[str, ...] = ("lao-khm",), **change: Any
    ) -> Between:
        transport = transport or Between()
        async with httpx.AsyncClient(transport=transport) as http:
            publication = Publication(plan="lao-khm", event=event(**change), calendars=calendars)
            await attempt().run(CalendarActivities(self.settings, http).publish, publication)
        return transport

    async def sequence(self, **change: Any) -> int | None:
        """What `publish` tells of the SEQUENCE."""
        async with httpx.AsyncClient() as http:
            publication = Publication(plan="lao-khm", event=event(**change), calendars=("lao-khm",))
            return await attempt().run(CalendarActivities(self.settings, http).publish, publication)

    async def refused(self, transport: Between | None = None, **change: Any) -> ApplicationError:
        with pytest.raises(ApplicationError) as caught:
            await self.publish(transport, **change)
        assert not caught.value.non_retryable
        return caught.value

    def href(self, calendar: str = "lao-khm") -> str:
        return f"{self.url}{calendar}/{file_name(UID)}"

    async def stored(self, calendar: str = "lao-khm") -> str:
        answer = await self.person.get(self.href(calendar))
        assert answer.status_code == 200
        return answer.content.decode().replace("\r\n ", "")

    async def write(self, text: str) -> None:
        """As a person's program writes: over whatever is there."""
        answer = await self.person.put(self.href(), content=text.encode(), headers={"Content-Type": "text/calendar"})
        assert answer.is_success, answer.text

    async def etag(self) -> str:
        return str((await self.person.get(self.href())).headers["ETag"])


@pytest.fixture
async def desk(radicale: str, tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(radicale, tmp_path, f"/{tmp_path.name}/calendars/")
    yield desk
    await desk.person.aclose()


async def test_the_first_event_makes_the_calendars(desk: Desk) -> None:
    await desk.publish(calendars=("lao-khm", "lao-moic", "khm-moc"), summary=LAO)
    for calendar in ("lao-khm", "lao-moic", "khm-moc"):
        text = await desk.stored(calendar)
        assert same_content(text.encode(), calendar_object(event(summary=LAO), contacts(), None, SCHEDULES))
        assert "METHOD" not in text and ("SCHEDULE-AGENT" in text) is SCHEDULES
        parsed = vobject.readOne(text).vevent
        assert parsed.summary.value == LAO
        assert parsed.dtstart.value.utctimetuple()[:5] == (2026, 3, 3, 2, 0)
    body = '<propfind xmlns="DAV:"><prop><displayname/><resourcetype/></prop></propfind>'
    answer = await desk.person.request("PROPFIND", desk.url, content=body, headers={"Depth": "1", **XML})
    names = re.findall(r"displayname>([^<]*)</", answer.text)
    assert {"ក្រសួងពាណិជ្ជកម្ម", "lao-khm"} <= set(names)  # the office's name in the contacts
    assert len(re.findall(r"[<:]calendar\s*/>", answer.text)) == 3


async def test_a_repeat_writes_nothing(desk: Desk) -> None:
    await desk.publish()
    before = await desk.etag()
    again = await desk.publish()
    assert "PUT" not in again.asked
    assert await desk.etag() == before


async def test_a_change_is_written_over_the_version_before(desk: Desk) -> None:
    await desk.publish()
    await desk.publish(sequence=1, dtstamp=at(2), status=EventStatus.CONFIRMED, summary="New title", location="")
    text = await desk.stored()
    assert "STATUS:CONFIRMED" in text and "SEQUENCE:1" in text and "LOCATION" not in text
    assert text.count("BEGIN:VEVENT") == 1 and text.count("BEGIN:VTIMEZONE") == 1


async def test_a_cancelled_event_stays_and_says_so(desk: Desk) -> None:
    await desk.publish()
    await desk.publish(sequence=1, dtstamp=at(2), status=EventStatus.CANCELLED)
    assert "STATUS:CANCELLED" in await desk.stored()


async def test_what_a_person_added_is_kept(desk: Desk) -> None:
    await desk.publish()
    await desk.write((await desk.stored()).replace("END:VEVENT", f"CATEGORIES:Trade\r\nX-HERS:1\r\n{ALARM}"))
    await desk.publish(sequence=1, dtstamp=at(2), summary="New title")
    text = await desk.stored()
    for words in ("TRIGGER:-PT15M", "CATEGORIES:Trade", "X-HERS:1", "SUMMARY:New title"):
        assert text.count(words) == 1, words


async def test_a_person_who_writes_between_our_look_and_our_write_is_not_overwritten(desk: Desk) -> None:
    await desk.publish()
    person = [(await desk.stored()).replace("END:VEVENT", ALARM)]

    async def write_first(request: httpx.Request) -> None:
        if request.method == "PUT" and person:
            await desk.write(person.pop())

    transport = await desk.publish(Between(write_first), sequence=1, dtstamp=at(2), summary="New title")
    assert transport.asked.count("PUT") == 2  # the first was answered 412
    text = await desk.stored()
    assert "TRIGGER:-PT15M" in text and "SUMMARY:New title" in text


async def test_another_worker_that_creates_first_is_not_overwritten(desk: Desk) -> None:
    await desk.publish(uid="another@aide-memoire.example")  # the calendar is there
    newer = [calendar_object(event(sequence=2, dtstamp=at(3), summary="Newer"), contacts(), None).decode()]

    async def write_first(request: httpx.Request) -> None:
        if request.method == "PUT" and newer:
            await desk.write(newer.pop())

    transport = await desk.publish(Between(write_first))
    assert transport.asked.count("PUT") == 1
    assert "SUMMARY:Newer" in await desk.stored()


async def test_an_overtaken_version_is_not_written(desk: Desk) -> None:
    await desk.publish(sequence=1, dtstamp=at(3), summary="Newer")
    await desk.publish(sequence=1, dtstamp=at(2), summary="Older")
    assert "SUMMARY:Newer" in await desk.stored()


@pytest.mark.parametrize(("lost", "now", "written"), [(3, 0, 4), (3, 2, 4), (1, 1, 2), (1, 2, None)])
async def test_after_a_rewind_the_version_in_force_is_written_above_the_lost_one(
    desk: Desk, lost: int, now: int, written: int | None
) -> None:
    """A later DTSTAMP with a SEQUENCE that does not follow: Temporal was put back to an older state."""
    moved = Slot(start=zoned(9, 9), end=zoned(9, 12))
    await desk.publish(sequence=lost, dtstamp=at(2), summary="Lost")
    sequences = [await desk.sequence(sequence=now, dtstamp=at(3), summary="In force", slot=moved) for _ in range(2)]
    assert sequences == [written, written], "an attempt that is repeated tells the same"
    text = await desk.stored()
    assert "SUMMARY:In force" in text and f"SEQUENCE:{now if written is None else written}" in text


async def test_a_new_title_keeps_its_sequence(desk: Desk) -> None:
    await desk.publish(sequence=1, dtstamp=at(2))
    assert await desk.sequence(sequence=1, dtstamp=at(3), summary="New title") is None
    assert "SEQUENCE:1" in await desk.stored()


async def test_somebody_who_keeps_writing_is_met_with_bounded_tries(desk: Desk) -> None:
    await desk.publish()
    text = await desk.stored()
    count = 0

    async def write_first(request: httpx.Request) -> None:
        nonlocal count
        if request.method == "PUT":
            count += 1
            await desk.write(text.replace("END:VEVENT", f"X-COUNT:{count}\r\nEND:VEVENT"))

    error = await desk.refused(Between(write_first), sequence=1, dtstamp=at(2))
    assert error.type == "CalendarConflict" and count == TRIES


@pytest.mark.parametrize("lost", ["PUT", "MKCALENDAR", "MKCOL"])
async def test_after_a_lost_answer_the_repeat_finds_its_own_work(desk: Desk, lost: str) -> None:
    error = await desk.refused(Between(lose=lost))
    assert error.type == "CalendarServerUnavailable"
    again = await desk.publish()
    assert again.asked.count("PUT") == (0 if lost == "PUT" else 2 if lost == "MKCOL" else 1)
    assert same_content((await desk.stored()).encode(), calendar_object(event(), contacts(), None, SCHEDULES))


async def test_a_foreign_object_under_our_name_stays(desk: Desk) -> None:
    await desk.publish()
    hers = (await desk.stored()).replace(UID, "hers@x.example")
    await desk.person.delete(desk.href())
    await desk.write(hers)
    assert (await desk.refused()).type == "CalendarConflict"
    assert "UID:hers@x.example" in await desk.stored()


async def test_our_event_under_another_name_is_changed_there(desk: Desk) -> None:
    """A person moved it, or the server gave it a name of its own."""
    await desk.publish()
    ours = await desk.stored()
    await desk.person.delete(desk.href())
    await desk.person.put(f"{desk.url}lao-khm/moved.ics", content=ours.encode())
    await desk.publish(sequence=1, dtstamp=at(2), summary="New title")
    assert (await desk.person.get(desk.href())).status_code == 404
    assert "SUMMARY:New title" in (await desk.person.get(f"{desk.url}lao-khm/moved.ics")).text


async def test_several_workers_at_once(desk: Desk) -> None:
    versions = ({"sequence": n, "dtstamp": at(n + 1), "summary": f"Version {n}"} for n in range(4))
    await asyncio.gather(*(desk.publish(**version) for version in versions), return_exceptions=True)
    await desk.publish(sequence=3, dtstamp=at(4), summary="Version 3")
    assert "SUMMARY:Version 3" in await desk.stored()


async def test_a_name_that_would_leave_the_home_is_refused(desk: Desk) -> None:
    for name in ("../x", "a/b", "", "a b"):
        with pytest.raises(ApplicationError) as caught:
            await desk.publish(calendars=(name,))
        assert caught.value.non_retryable


async def test_the_activity_has_its_name() -> None:
    assert activity._Definition.must_from_callable(CalendarActivities.publish).name == "publish"


async def test_no_server(desk: Desk, tmp_path: Path) -> None:
    gone = Desk(f"http://127.0.0.1:{free_port()}", tmp_path, "/x/")
    error = await gone.refused()
    assert error.type == "CalendarServerUnavailable" and "127.0.0.1" in str(error)


# --- deletions ------------------------------------------------------------------------------------------------------


async def test_what_a_person_deleted_comes_back_with_a_new_version_only(desk: Desk) -> None:
    activities = {"calendars": ("lao-khm", "lao-moic")}
    await desk.publish(**activities)
    await desk.person.delete(desk.href())
    # The same version is tried again, because another calendar had refused.
    async with httpx.AsyncClient() as http:
        publication = Publication(plan="lao-khm", event=event(), calendars=("lao-khm", "lao-moic"))
        again = attempt(details=(["lao-khm"], 0))
        await again.run(CalendarActivities(desk.settings, http).publish, publication)
    assert (await desk.person.get(desk.href())).status_code == 404
    await desk.publish(sequence=1, dtstamp=at(2), summary="New title")
    assert "SUMMARY:New title" in await desk.stored()


async def test_a_cancelled_event_is_not_put_where_it_is_not(desk: Desk) -> None:
    await desk.publish(status=EventStatus.CANCELLED)
    assert (await desk.person.get(desk.href())).status_code == 404


async def test_what_is_not_ours_is_not_removed(desk: Desk) -> None:
    await desk.publish(calendars=("lao-khm",))
    hers = (await desk.stored()).replace(UID, "hers@x.example")
    await desk.person.delete(desk.href())
    await desk.write(hers)
    async with httpx.AsyncClient() as http:
        publication = Publication(plan="x", event=event(), calendars=(), removed=("lao-khm",))
        with pytest.raises(ApplicationError, match="not ours") as caught:
            await attempt().run(CalendarActivities(desk.settings, http).publish, publication)
    assert caught.value.type == "CalendarConflict" and "hers@x.example" in await desk.stored()


async def test_a_calendar_that_refuses_holds_up_none_of_the_others(desk: Desk) -> None:
    async def refuse(request: httpx.Request) -> None:
        if "/lao-moic/" in request.url.path:
            raise httpx.ConnectError("this one does not answer", request=request)

    beats: list[Any] = []
    transport = Between(refuse)
    async with httpx.AsyncClient(transport=transport) as http:
        publication = Publication(plan="lao-khm", event=event(), calendars=("lao-khm", "lao-moic", "khm-moc"))
        environment = attempt()
        environment.on_heartbeat = lambda *details: beats.append((list(details[0]), details[1]))
        with pytest.raises(ApplicationError, match="does not answer"):
            await environment.run(CalendarActivities(desk.settings, http).publish, publication)
    for calendar in ("lao-khm", "khm-moc"):
        assert UID in await desk.stored(calendar)
    assert beats[-1] == (["lao-khm", "khm-moc"], 0), "the next attempt begins there"


@workflow.defn(name="publishes", sandboxed=False)
class PublishesWorkflow:
    """Publishes one event, as items do."""

    @workflow.run
    async def run(self, publication: Publication) -> None:
        await workflow.execute_activity(
            "publish", publication, start_to_close_timeout=EFFECT_TIMEOUT, retry_policy=EFFECT_RETRY
        )


async def test_the_next_attempt_writes_only_what_is_left(dev_server: Client, tmp_path: Path) -> None:
    """Temporal itself carries what was done, although these activities have no heartbeat timeout."""
    refusals = [403, 503, 507]

    def respond(request: Request) -> Answer:
        if request.method == "PUT" and "/lao-moic/" in request.path and refusals:
            return Answer(refusals.pop())
        return Answer({"GET": 404, "REPORT": 404, "PUT": 201}.get(request.method, 200))

    async with web(respond) as server, httpx.AsyncClient() as http:
        config = settings(tmp_path, caldav_url=server.url, caldav_home="/home")
        publish, queue = CalendarActivities(config, http).publish, f"q{uuid.uuid4().hex}"
        publication = Publication(plan="lao-khm", event=event(), calendars=("lao-khm", "lao-moic", "khm-moc"))
        async with Worker(dev_server, task_queue=queue, workflows=[PublishesWorkflow], activities=[publish]):
            await dev_server.execute_workflow(PublishesWorkflow.run, publication, id=queue, task_queue=queue)
    puts = [request.path.split("/")[2] for request in server.asked if request.method == "PUT"]
    assert puts == ["lao-khm", "lao-moic", "khm-moc", *["lao-moic"] * 3]
