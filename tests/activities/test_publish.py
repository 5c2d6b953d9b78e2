"""Events on a real CalDAV server: Radicale in its own process."""

import asyncio
import dataclasses
import hashlib
import os
import re
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import vobject
from pydantic import SecretStr
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from temporalio.worker import Worker

from activities.publish import TRIES, CalendarActivities
from adapters.calendar.caldav import CalDav, file_name
from adapters.calendar.event_object import calendar_object
from adapters.calendar.merging import same_content
from adapters.settings import Settings
from models.common.times import Slot
from models.messages.calendar_event import EventStatus, Publication
from tests.support.mail_samples import LAO, UID, at, contacts, event, settings, zoned
from tests.support.mail_servers import PASSWORD, free_port, listening
from tests.support.paths import REPOSITORY
from tests.support.web import Answer, Request, Respond, Web, web
from workflows.starting import EFFECT_RETRY, EFFECT_TIMEOUT

SCHEDULES = "CONFORM_CALDAV" in os.environ
"""The other server of `make conform` invites by itself, and is told not to; Radicale does not."""

XML = {"Content-Type": "application/xml"}
DISPLAY_NAMES = '<propfind xmlns="DAV:"><prop><displayname/></prop></propfind>'
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


@asynccontextmanager
async def running(port: int, *command: str) -> AsyncIterator[None]:
    """A server in its own process, while the block runs."""
    process = await asyncio.create_subprocess_exec(*command)
    try:
        await listening(port, process)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


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


def attempt(seconds: float = 20, details: Sequence[Any] = ()) -> ActivityEnvironment:
    """One attempt, which Temporal would give up after `seconds`; after one that left these heartbeat details."""
    environment = ActivityEnvironment()
    limit = timedelta(seconds=seconds)
    environment.info = dataclasses.replace(
        environment.info, start_to_close_timeout=limit, heartbeat_details=list(details)
    )
    return environment


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


def test_the_name_of_a_resource_is_safe() -> None:
    assert file_name(UID) == UID.replace("@", "-") + ".ics"
    assert file_name("../../x y") == "-..-x-y.ics"


async def test_the_activity_has_its_name() -> None:
    assert activity._Definition.must_from_callable(CalendarActivities.publish).name == "publish"


# --- servers that Radicale is not -----------------------------------------------------------------------------------


async def answered(folder: Path, respond: Respond, seconds: float = 20, base: str = "/base", **change: Any) -> Web:
    """One publication to a server that answers as told. Only for what Radicale never says."""
    async with web(respond) as server:
        url = server.url.replace("//", "//user:pw@")
        config = settings(folder, **{"caldav_home": "/home", **change, "caldav_url": f"{url}{base}"})
        async with httpx.AsyncClient() as http:
            publication = Publication(plan="lao-khm", event=event(), calendars=("lao-khm",))
            await attempt(seconds).run(CalendarActivities(config, http).publish, publication)
        return server


async def test_a_server_that_schedules_by_itself_is_told_not_to(tmp_path: Path) -> None:
    def respond(request: Request) -> Answer:
        status = {"PUT": 201, "GET": 404, "REPORT": 404}.get(request.method, 200)
        if request.path == "/base/home/lao-khm/":
            return Answer(404)  # it is not made yet, and cannot tell
        return Answer(status, {"DAV": "1, calendar-access, calendar-auto-schedule"})

    server = await answered(tmp_path, respond)
    (put,) = (request for request in server.asked if request.method == "PUT")
    assert put.body.replace(b"\r\n ", b"").count(b"SCHEDULE-AGENT=CLIENT") == 3
    assert put.headers["if-none-match"] == "*" and "if-match" not in put.headers
    assert put.path == f"/base/home/lao-khm/{file_name(UID)}"


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, "CalendarServerRefused", "AIDE_CALDAV_PASSWORD"),
        (403, "CalendarServerRefused", "AIDE_CALDAV_HOME"),
        (301, "CalendarServerRefused", "AIDE_CALDAV_URL"),
        (400, "CalendarServerRefused", "400"),
        (507, "CalendarServerRefused", "no room left"),
        (423, "CalendarServerUnavailable", "answered 423"),
        (500, "CalendarServerUnavailable", "answered 500"),
        (503, "CalendarServerUnavailable", "answered 503"),
        (429, "CalendarServerUnavailable", "answered 429"),
    ],
)
async def test_what_a_server_refuses_is_told_with_the_setting_to_check(
    tmp_path: Path, status: int, kind: str, words: str
) -> None:
    with pytest.raises(ApplicationError) as caught:
        await answered(
            tmp_path,
            lambda _: Answer(status, {"Location": "/new", "Retry-After": "7"}),
            caldav_username="u",
            caldav_password=SecretStr("s3cret"),
        )
    error = caught.value
    assert error.type == kind and not error.non_retryable
    assert words in str(error) and "http://127.0.0.1" in str(error)
    assert "s3cret" not in str(error) and "pw" not in str(error)
    assert error.next_retry_delay == (timedelta(seconds=7) if kind.endswith("Unavailable") else None)


async def test_a_calendar_that_may_only_be_read(tmp_path: Path) -> None:
    asked = []

    def respond(request: Request) -> Answer:
        asked.append(request.method)
        return Answer({"GET": 404, "PUT": 403}.get(request.method, 200))

    with pytest.raises(ApplicationError, match="AIDE_CALDAV_HOME"):
        await answered(tmp_path, respond)
    assert asked == ["OPTIONS", "GET", "REPORT", "PUT"]


async def test_no_server(desk: Desk, tmp_path: Path) -> None:
    gone = Desk(f"http://127.0.0.1:{free_port()}", tmp_path, "/x/")
    error = await gone.refused()
    assert error.type == "CalendarServerUnavailable" and "127.0.0.1" in str(error)


async def test_a_server_that_says_nothing_is_given_up_before_the_next_attempt(tmp_path: Path) -> None:
    with pytest.raises(ApplicationError, match="too slow") as caught:
        await answered(tmp_path, lambda _: None, seconds=0.5)
    assert caught.value.type == "CalendarServerUnavailable" and not caught.value.non_retryable


async def test_a_server_that_makes_no_calendars_says_which_to_make(tmp_path: Path) -> None:
    for status in (405, 501):

        def respond(request: Request, status: int = status) -> Answer:
            return Answer({"OPTIONS": 200, "MKCALENDAR": status, "MKCOL": 201}.get(request.method, 404))

        with pytest.raises(ApplicationError, match=r"make /base/home/lao-khm/ by hand"):
            await answered(tmp_path, respond)


NAMESPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'


def multistatus(prop: str) -> Answer:
    inner = f"<D:response><D:propstat><D:prop>{prop}</D:prop></D:propstat></D:response>"
    return Answer(207, {}, f"<D:multistatus {NAMESPACES}>{inner}</D:multistatus>".encode())


class Shelf:
    """One object on a server with opinions about ETags."""

    def __init__(self, shown: str, takes: str, modified: str = "") -> None:
        """How its ETag is shown, which If-Match it takes, and its Last-Modified. {} stands for its number."""
        self.data, self.number = calendar_object(event(summary="Old", dtstamp=at(1)), contacts(), None), 1
        self.shown, self.takes, self.modified = shown, takes, modified
        self.property = ""

    def respond(self, request: Request) -> Answer:
        headers = {name: value for name, value in (("ETag", self.shown), ("Last-Modified", self.modified)) if value}
        headers = {name: value.format(self.number) for name, value in headers.items()}
        if request.method == "GET":
            return Answer(200, headers, self.data)
        if request.method == "PROPFIND" and self.property:
            return multistatus(f"<D:getetag>{self.property.format(self.number)}</D:getetag>")
        if request.method != "PUT":
            return Answer(200)
        assert "if-none-match" not in request.headers, "there is something"
        matched = request.headers.get("if-match") == self.takes.format(self.number)
        if not matched and ("if-match" in request.headers or request.headers["if-unmodified-since"] != self.modified):
            return Answer(412)
        self.data, self.number = request.body, self.number + 1
        return Answer(204)


@pytest.mark.parametrize(
    ("shown", "takes", "modified", "prop"),
    [
        ('W/"{}"', '"{}"', "", ""),  # a proxy has weakened it
        ('W/"{}"', 'W/"{}"', "", ""),  # the server compares letters
        ('W/"{}"', "never", "Mon, 02 Mar 2026 01:00:00 GMT", ""),  # by the book
        ("", "never", "Mon, 02 Mar 2026 01:00:00 GMT", ""),
        ("", '"{}"', "", '"{}"'),  # told by PROPFIND alone
    ],
)
async def test_weak_and_missing_etags(tmp_path: Path, shown: str, takes: str, modified: str, prop: str) -> None:
    shelf = Shelf(shown, takes, modified)
    shelf.property = prop
    await answered(tmp_path, shelf.respond)
    assert shelf.number == 2 and b"SUMMARY:Joint" in shelf.data


async def test_without_any_condition_nothing_is_overwritten(tmp_path: Path) -> None:
    for shelf in (Shelf("", "never"), Shelf('"{}"', "never")):
        with pytest.raises(ApplicationError, match=r"ETag.*cannot be changed safely") as caught:
            await answered(tmp_path, shelf.respond)
        assert caught.value.type == "CalendarConflict" and shelf.number == 1


async def test_a_conflict_that_names_the_other_address_is_followed_within_the_calendar_only(tmp_path: Path) -> None:
    for href, follows in (("/base/home/lao-khm/other.ics", True), ("/base/home/hers/other.ics", False)):
        inner = f"<C:no-uid-conflict><D:href>{href}</D:href></C:no-uid-conflict>"
        body = f"<D:error {NAMESPACES}>{inner}</D:error>"
        there = calendar_object(event(summary="Old"), contacts(), None)

        def respond(request: Request, href: str = href, body: str = body, there: bytes = there) -> Answer:
            if request.path == href:
                return Answer(200 if request.method == "GET" else 204, {"ETag": '"1"'}, there)
            return Answer({"GET": 404, "PUT": 403}.get(request.method, 200), {}, body.encode())

        if follows:
            server = await answered(tmp_path, respond)
            assert [(r.path, r.headers.get("if-match")) for r in server.asked][-1] == (href, '"1"')
        else:
            with pytest.raises(ApplicationError, match="403"):
                await answered(tmp_path, respond)


async def test_a_server_that_takes_digest_alone(tmp_path: Path) -> None:
    """RFC 7616 with qop=auth and MD5, as servers built on SabreDAV offer it."""
    wanted = hashlib.md5(b"u:dav:s3cret").hexdigest()

    def respond(request: Request) -> Answer:
        told = request.headers.get("authorization", "")
        fields = dict(re.findall(r'(\w+)="?([^",]*)"?', told.removeprefix("Digest ")))
        if told.startswith("Digest "):
            right = hashlib.md5(f"{request.method}:{fields['uri']}".encode()).hexdigest()
            parts = (wanted, fields["nonce"], fields["nc"], fields["cnonce"], fields["qop"], right)
            if fields["response"] == hashlib.md5(":".join(parts).encode()).hexdigest():
                return Answer({"GET": 404, "PUT": 201}.get(request.method, 200))
        return Answer(401, {"WWW-Authenticate": 'Digest realm="dav", nonce="n1", qop="auth", algorithm=MD5'})

    login = {"caldav_username": "u", "caldav_password": SecretStr("s3cret")}
    server = await answered(tmp_path, respond, **login)
    assert "PUT" in server.methods
    with pytest.raises(ApplicationError, match="AIDE_CALDAV_PASSWORD"):
        await answered(tmp_path, respond, **{**login, "caldav_password": SecretStr("wrong")})


# --- discovery ------------------------------------------------------------------------------------------------------


def discovering(well_known: Answer, home: str) -> Respond:
    def respond(request: Request) -> Answer:
        if request.path == "/.well-known/caldav":
            return well_known
        if request.path == "/dav/":
            return multistatus("<D:current-user-principal><D:href>/principals/u/</D:href></D:current-user-principal>")
        if request.path == "/principals/u/":
            return multistatus(f"<C:calendar-home-set><D:href>{home}</D:href></C:calendar-home-set>")
        return Answer({"GET": 404, "REPORT": 404, "PUT": 201}.get(request.method, 200))

    return respond


async def test_the_home_is_found_from_the_servers_address(tmp_path: Path) -> None:
    async with web(discovering(Answer(301, {"Location": "/dav/"}), "/homes/u")) as server:
        config = settings(tmp_path, caldav_url=server.url)
        async with httpx.AsyncClient() as http:
            calendars = CalendarActivities(config, http)
            for uid in (UID, "another@x.example"):
                publication = Publication(plan="lao-khm", event=event(uid=uid), calendars=("lao-khm",))
                await attempt().run(calendars.publish, publication)
    puts = [request.path for request in server.asked if request.method == "PUT"]
    assert puts == [f"/homes/u/lao-khm/{file_name(UID)}", "/homes/u/lao-khm/another-x.example.ics"]
    assert [request.path for request in server.asked].count("/.well-known/caldav") == 1, "asked once"


async def test_the_login_goes_to_no_other_host_in_the_clear(tmp_path: Path) -> None:
    for answer, home in ((Answer(301, {"Location": "http://other.example/"}), "/"), (Answer(404), "http://o.example/")):
        async with web(discovering(answer, home)) as server:
            config = settings(tmp_path, caldav_url=f"{server.url}/dav/", caldav_username="u")
            if answer.status == 301:
                config = config.model_copy(update={"caldav_url": server.url})
            async with httpx.AsyncClient() as http:
                publication = Publication(plan="lao-khm", event=event(), calendars=("lao-khm",))
                with pytest.raises(ApplicationError, match="AIDE_CALDAV_URL"):
                    await attempt().run(CalendarActivities(config, http).publish, publication)
            assert "PUT" not in server.methods


async def test_a_server_that_names_no_home_without_a_login_has_ours(tmp_path: Path) -> None:
    def respond(request: Request) -> Answer:
        if request.method == "PROPFIND" and not request.path.startswith("/aide-memoire/"):
            return Answer(401)
        return Answer({"GET": 404, "PUT": 201}.get(request.method, 200))

    server = await answered(tmp_path, respond, base="", caldav_home=None)
    assert server.asked[-1].path == f"/aide-memoire/lao-khm/{file_name(UID)}"


async def test_redirects_that_go_round_are_bounded(tmp_path: Path) -> None:
    def respond(request: Request) -> Answer:
        if request.method == "PROPFIND":
            return Answer(301, {"Location": request.path})
        return Answer({"GET": 404, "PUT": 201}.get(request.method, 200))

    server = await answered(tmp_path, respond, caldav_home=None)
    assert 2 < server.methods.count("PROPFIND") < 20
    assert server.asked[-1].path == f"/base/aide-memoire/lao-khm/{file_name(UID)}", "where the server names no home"


# --- a server with logins, and another server -----------------------------------------------------------------------


@pytest.fixture(scope="session")
async def guarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The URL of a running Radicale with logins: a home for each user."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "users").write_text(f"organizer:{PASSWORD}\n", encoding="utf-8")
    (folder / "config").write_text(
        f"[server]\nhosts = 127.0.0.1:{(port := free_port())}\n"
        f"[auth]\ntype = htpasswd\nhtpasswd_filename = {folder / 'users'}\nhtpasswd_encryption = plain\ndelay = 0\n"
        f"[storage]\nfilesystem_folder = {folder / 'collections'}\n[logging]\nlevel = error\n"
    )
    command = (sys.executable, "-m", "radicale", "--config", str(folder / "config"))
    async with running(port, *command):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
async def xandikos(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The URL of a running Xandikos: another server, which keeps its objects in git."""
    port, folder = free_port(), tmp_path_factory.mktemp("xandikos")
    command = (str(Path(sys.executable).with_name("xandikos")), "serve", "-d", str(folder), "--defaults")
    async with running(port, *command, "-l", "127.0.0.1", "-p", str(port)):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(params=["guarded", "xandikos"])
def found_home(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings that name a server's address and a login, and nothing else."""
    login = {"caldav_username": "organizer", "caldav_password": SecretStr(PASSWORD)}
    url = request.getfixturevalue(request.param)
    return settings(tmp_path, caldav_url=url, **(login if request.param == "guarded" else {}))


async def test_a_life_of_an_event_where_only_the_address_is_configured(found_home: Settings) -> None:
    """Created, changed, taken from an office that is no longer invited, moved by a person, cancelled."""
    person = httpx.AsyncClient(auth=("organizer", PASSWORD), timeout=20)
    uid = f"{uuid.uuid4()}@x.example"

    async def publish(removed: tuple[str, ...] = (), **change: Any) -> None:
        calendars = tuple(name for name in ("lao-khm", "lao-moic", "khm-moc") if name not in removed)
        publication = Publication(
            plan="lao-khm",
            plan_title="Lao-Cambodia Action Plan",
            event=event(uid=uid, **change),
            calendars=calendars,
            removed=removed,
        )
        await attempt().run(activities.publish, publication)

    async with httpx.AsyncClient() as http, person:
        activities = CalendarActivities(found_home, http)
        home = await CalDav(found_home, http).home()
        await publish()
        await publish(sequence=1, dtstamp=at(2), summary=LAO)
        hrefs = {name: f"{home}{name}/{file_name(uid)}" for name in ("lao-khm", "lao-moic", "khm-moc")}
        for href in hrefs.values():
            text = (await person.get(href)).content.decode().replace("\r\n ", "")
            assert f"SUMMARY:{LAO}" in text and "SEQUENCE:1" in text
        listing = await person.request("PROPFIND", home, headers={"Depth": "1", **XML}, content=DISPLAY_NAMES)
        for name in ("Lao-Cambodia Action Plan", "ក្រសួងពាណិជ្ជកម្ម", "lao-moic"):
            assert f">{name}</" in listing.text, "calendars are called as people call them"
        await publish(sequence=2, dtstamp=at(3), removed=("khm-moc",))
        assert (await person.get(hrefs["khm-moc"])).status_code == 404
        moved = f"{home}lao-khm/moved.ics"
        stored = (await person.get(hrefs["lao-khm"])).content
        await person.delete(hrefs["lao-khm"])
        assert (await person.put(moved, content=stored, headers={"Content-Type": "text/calendar"})).is_success
        await publish(sequence=3, dtstamp=at(4), status=EventStatus.CANCELLED, removed=("khm-moc",))
        assert (await person.get(hrefs["lao-khm"])).status_code == 404, "it is not doubled"
        assert b"STATUS:CANCELLED" in (await person.get(moved)).content
        assert b"STATUS:CANCELLED" in (await person.get(hrefs["lao-moic"])).content
        whole = await person.get(f"{home}lao-moic/")  # what a subscription by address gets, where the server serves it
        if "text/calendar" in whole.headers["Content-Type"]:
            assert [each.uid.value for each in vobject.readOne(whole.text).vevent_list].count(uid) == 1


async def test_a_wrong_password_names_the_setting(guarded: str, tmp_path: Path) -> None:
    config = settings(tmp_path, caldav_url=guarded, caldav_username="organizer", caldav_password=SecretStr("wrong"))
    async with httpx.AsyncClient() as http:
        publication = Publication(plan="lao-khm", event=event(), calendars=("lao-khm",))
        with pytest.raises(ApplicationError, match="AIDE_CALDAV_PASSWORD"):
            await attempt().run(CalendarActivities(config, http).publish, publication)


RIGHTS = re.compile(r"/etc/radicale/rights`:\n\n```ini\n(.*?)```", re.DOTALL)


async def test_the_rights_that_the_docs_give(tmp_path: Path) -> None:
    """The program writes all of its home; an office reads its own calendar and the plan's, and writes nowhere."""
    told = RIGHTS.search((REPOSITORY / "docs" / "calendars.md").read_text(encoding="utf-8"))
    assert told is not None
    (tmp_path / "rights").write_text(told[1])
    (tmp_path / "users").write_text("".join(f"{user}:pw\n" for user in ("organizer", "lao-moic", "khm-moc")))
    (tmp_path / "config").write_text(
        f"[server]\nhosts = 127.0.0.1:{(port := free_port())}\n"
        f"[auth]\ntype = htpasswd\nhtpasswd_filename = {tmp_path / 'users'}\nhtpasswd_encryption = autodetect\n"
        f"delay = 0\n[rights]\ntype = from_file\nfile = {tmp_path / 'rights'}\n"
        f"[storage]\nfilesystem_folder = {tmp_path / 'collections'}\n[logging]\nlevel = error\n"
    )
    url, login = f"http://127.0.0.1:{port}", SecretStr("pw")
    config = settings(tmp_path, caldav_url=url, caldav_username="organizer", caldav_password=login)
    async with running(port, sys.executable, "-m", "radicale", "--config", str(tmp_path / "config")):
        async with httpx.AsyncClient() as http:
            calendars = ("lao-khm", "lao-moic", "khm-moc")
            publication = Publication(plan="lao-khm", event=event(), calendars=calendars)
            await attempt().run(CalendarActivities(config, http).publish, publication)
        async with httpx.AsyncClient(auth=("lao-moic", "pw"), timeout=20) as office:
            for calendar, status in (("lao-khm", 200), ("lao-moic", 200), ("khm-moc", 403)):
                whole = await office.get(f"{url}/organizer/{calendar}/")
                assert whole.status_code == status, calendar
                if status == 200:
                    assert whole.headers["Content-Type"].startswith("text/calendar") and UID in whole.text
            href = f"{url}/organizer/lao-moic/{file_name(UID)}"
            assert (await office.get(href)).status_code == 200
            assert (await office.delete(href)).status_code == 403
            assert (await httpx.AsyncClient().get(href)).status_code == 401


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
