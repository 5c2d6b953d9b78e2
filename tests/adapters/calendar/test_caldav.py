"""The CalDAV client: servers that answer as told, the home that is found from an address, logins, another server."""

import hashlib
import re
import sys
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import vobject
from pydantic import SecretStr
from temporalio.exceptions import ApplicationError

from activities.publish import CalendarActivities
from adapters.calendar.caldav import CalDav, file_name
from adapters.calendar.event_object import calendar_object
from adapters.settings import Settings
from models.messages.calendar_event import EventStatus, Publication
from tests.support.calendars import XML, attempt, running
from tests.support.mail_samples import LAO, UID, at, contacts, event, settings
from tests.support.mail_servers import PASSWORD, free_port
from tests.support.paths import REPOSITORY
from tests.support.web import Answer, Request, Respond, Web, web

DISPLAY_NAMES = '<propfind xmlns="DAV:"><prop><displayname/></prop></propfind>'


def test_the_name_of_a_resource_is_safe() -> None:
    assert file_name(UID) == UID.replace("@", "-") + ".ics"
    assert file_name("../../x y") == "-..-x-y.ics"


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
