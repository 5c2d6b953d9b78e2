"""The embedded calendar server: who is let in, and to what."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from passlib.hash import sha512_crypt
from pydantic import SecretStr

from servers.datafolder import DataFolder
from servers.logins import PUBLISHER, calendar_logins
from servers.ports import claim
from servers.radicale_server import HOME, radicale_child, wait_for_radicale, write_users

EVENT = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260101T000000Z\r\n"
EVENT += b"DTSTART:20260101T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
CALENDARS = ("lao-khm", "lao-moic", "khm-moc")


class Running(NamedTuple):
    url: str
    logins: dict[str, SecretStr]
    folder: DataFolder

    def as_(self, name: str | None, password: str | None = None) -> httpx.AsyncClient:
        """A client with this login; without one where none is named."""
        auth = None if name is None else (name, password or self.logins[name].get_secret_value())
        return httpx.AsyncClient(base_url=self.url, auth=auth, trust_env=False, timeout=20)


async def each_of(
    http: httpx.AsyncClient, methods: Sequence[str], addresses: Sequence[str], headers: Mapping[str, str] = {}
) -> dict[tuple[str, str], httpx.Response]:
    """What each method answers at each address. Some at a time: Radicale takes a second for each refusal."""
    lines = asyncio.Semaphore(6)

    async def ask(method: str, address: str) -> httpx.Response:
        async with lines:
            return await http.request(method, HOME + address, headers=headers, content=EVENT)

    tried = [(method, address) for method in methods for address in addresses]
    return dict(zip(tried, await asyncio.gather(*(ask(*each) for each in tried)), strict=True))


@pytest.fixture
async def calendars(tmp_path: Path) -> AsyncIterator[Running]:
    """Radicale as `up` starts it, with an event in each calendar."""
    folder, port = DataFolder(tmp_path / "var"), claim("the calendar server", 0, "-")
    folder.create()
    child, logins = radicale_child(folder, port), calendar_logins(CALENDARS, {})
    write_users(folder, logins)
    await child.start()
    try:
        await wait_for_radicale(child, port, logins[PUBLISHER], print)
        found = Running(f"http://127.0.0.1:{port}", logins, folder)
        async with found.as_(PUBLISHER) as http:
            for name in CALENDARS:
                assert (await http.request("MKCALENDAR", f"{HOME}{name}/")).status_code == 201
                assert (await http.put(f"{HOME}{name}/a.ics", content=EVENT)).status_code == 201
        yield found
    finally:
        await child.stop()


async def test_an_office_reads_its_own_calendar_and_nothing_else(calendars: Running) -> None:
    async with calendars.as_("lao-moic") as office:
        assert "UID:a" in (await office.get(f"{HOME}lao-moic/")).text
        assert (await office.get(f"{HOME}lao-moic/a.ics")).status_code == 200
        for address in ("lao-khm/", "khm-moc/", "khm-moc/a.ics", "", "lao-moic-dg/", "lao.moic/"):
            assert (await office.get(HOME + address)).status_code == 403, address
        methods = ("PUT", "DELETE", "MKCALENDAR", "PROPPATCH")
        addresses = ("lao-moic/a.ics", "khm-moc/a.ics", "../new/")
        answers = await each_of(office, methods, addresses)
        assert [tried for tried, answer in answers.items() if not answer.is_error] == []
        listed = await office.request("PROPFIND", "/", headers={"Depth": "1"})
        assert not any(name in listed.text for name in ("khm-moc", "lao-khm"))
    async with calendars.as_("lao-khm") as reader:
        assert (await reader.get(f"{HOME}lao-khm/")).status_code == 200
        assert (await reader.delete(f"{HOME}lao-khm/a.ics")).status_code == 403
    async with calendars.as_(PUBLISHER) as program:
        for name in CALENDARS:
            assert (await program.get(f"{HOME}{name}/a.ics")).content.count(b"UID:a") == 1
        assert (await program.request("MKCOL", "/other/")).status_code == 403, "only below the home of the program"


async def test_without_a_login_nothing_answers(calendars: Running) -> None:
    async with calendars.as_(None) as nobody:
        methods = ("GET", "PROPFIND", "REPORT", "PUT", "DELETE", "MKCOL")
        answers = await each_of(nobody, methods, ("lao-moic/a.ics", ""))
        assert {answer.status_code for answer in answers.values()} == {401}
        assert (await nobody.request("PROPFIND", "/")).status_code == 401
        # A page of a browser: it has no login to send along, by its own name or by one that it has rebound to us.
        for page in ({"Origin": "http://evil.example"}, {"Host": "evil.example:5232"}):
            answers = await each_of(nobody, ("GET", "PUT", "POST"), ("lao-moic/a.ics",), page)
            assert [answer.status_code for answer in answers.values()] == [401, 401, 405]
            preflight = {**page, "Access-Control-Request-Method": "PUT"}
            asked = await nobody.options(f"{HOME}lao-moic/a.ics", headers=preflight)
            assert not any(name.startswith("access-control") for name in asked.headers)
    async with calendars.as_("lao-moic", "wrong") as guessing:
        assert (await guessing.get(f"{HOME}lao-moic/")).status_code == 401
    async with calendars.as_("lao-moic", calendars.logins["khm-moc"].get_secret_value()) as other:
        assert (await other.get(f"{HOME}lao-moic/")).status_code == 401


async def test_passwords_are_kept_as_hashes_and_stand_in_no_log(calendars: Running) -> None:
    async with calendars.as_("lao-moic") as office, calendars.as_("khm-moc", "wrong") as guessing:
        await office.get(f"{HOME}lao-moic/")
        await guessing.get(f"{HOME}khm-moc/")
    users = dict(line.split(":") for line in (calendars.folder.root / "radicale.users").read_text().splitlines())
    assert set(users) == {PUBLISHER, *CALENDARS}
    for name, password in calendars.logins.items():
        assert users[name].startswith("$6$") and sha512_crypt.verify(password.get_secret_value(), users[name])
        for path in calendars.folder.root.rglob("*"):
            assert not path.is_file() or password.get_secret_value().encode() not in path.read_bytes(), path
    assert [path for path in calendars.folder.root.rglob("*") if path.lstat().st_mode & 0o077] == []
