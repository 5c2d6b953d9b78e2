"""The way to the Temporal UI: what goes on to it and back, on a real Temporal and on one that answers as told."""

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from temporalio.client import Client

from servers import ui_proxy
from servers.embedded import Embedded, EmbeddedOptions
from servers.gate import Gate
from servers.ports import Address, PortBusy, claim
from servers.ui_proxy import UiProxy
from tests.support.web import Answer, Request, Respond, web

KEY = "k3y"
WORKFLOW = "t/review/1"


@pytest.fixture(scope="module")
async def up(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Embedded, Client]]:
    """The embedded parts without a worker, and a workflow that nobody carries out."""
    folder = tmp_path_factory.mktemp("up")
    (folder / "contacts.yaml").write_text("organizer: {name: J, address: j@plan.example}\noffices: {}\n")
    ports = dict.fromkeys(("temporal_port", "ui_port", "caldav_port", "smtp_port"), 0)
    embedded = Embedded(EmbeddedOptions(folder / "contacts.yaml", folder / "var", **ports))
    run = await embedded.start(print)
    client = await Client.connect(run.temporal_address)
    await client.start_workflow("anything", id=WORKFLOW, task_queue="nobody")
    async with browser(embedded) as http, asyncio.timeout(20):
        while (await http.get("/api/v1/namespaces")).is_error:  # the UI looks for Temporal once a second
            await asyncio.sleep(0.1)
    yield embedded, client
    await embedded.stop()


@asynccontextmanager
async def browser(embedded: Embedded, entered: bool = True) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that has opened the address that `up` has shown."""
    run = embedded.run
    assert run is not None and run.ui is not None and run.ui_entry is not None
    async with httpx.AsyncClient(base_url=run.ui, trust_env=False, timeout=30) as http:
        if entered:
            answer = await http.get(run.ui_entry.get_secret_value())
            assert answer.status_code == 303 and answer.headers["location"] == "/"
        yield http


def own_page(http: httpx.AsyncClient) -> dict[str, str]:
    """What a browser adds where a page of the UI posts."""
    token = next(cookie.value for cookie in http.cookies.jar if cookie.name == "_csrf")
    return {"Origin": str(http.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin", "X-CSRF-Token": str(token)}


async def signals(client: Client) -> int:
    history = await client.get_workflow_handle(WORKFLOW).fetch_history()
    return sum(event.HasField("workflow_execution_signaled_event_attributes") for event in history.events)


SIGNAL = "/api/v1/namespaces/default/workflows/t%2Freview%2F1/signal/tell"
SIGNALLED = '{"input": {"payloads": []}}'


async def test_the_ui_works_with_the_key(up: tuple[Embedded, Client]) -> None:
    embedded, client = up
    async with browser(embedded) as http:
        page = await http.get("/")
        assert page.status_code == 200 and "text/html" in page.headers["content-type"] and "_app/" in page.text
        script = re.search(r'"(/_app/immutable/entry/start[^"]+\.js)"', page.text)
        assert script is not None
        answer = await http.get(script[1])
        assert answer.status_code == 200 and "javascript" in answer.headers["content-type"]
        assert answer.headers["content-encoding"] == "gzip" and "import" in answer.text
        namespaces = (await http.get("/api/v1/namespaces")).json()["namespaces"]
        assert "default" in [each["namespaceInfo"]["name"] for each in namespaces]
        workflows = "/api/v1/namespaces/default/workflows"

        async def listed() -> list[str]:
            found = (await http.get(workflows, params={"query": f"WorkflowId='{WORKFLOW}'"})).json()
            return [each["execution"]["workflowId"] for each in found.get("executions", [])]

        async with asyncio.timeout(20):
            while await listed() != [WORKFLOW]:
                await asyncio.sleep(0.1)
        one = await http.get(f"{workflows}/t%2Freview%2F1")  # a slash in an id stays what it is
        assert one.json()["workflowExecutionInfo"]["execution"]["workflowId"] == WORKFLOW
        deep = await http.get("/namespaces/default/workflows/t%2Freview%2F1")
        assert deep.status_code == 200 and deep.text == page.text
        rendered = await http.get("/render", params={"content": "**held**"}, headers={"Sec-Fetch-Dest": "iframe"})
        assert "<strong>held</strong>" in rendered.text and rendered.headers["x-frame-options"] == "SAMEORIGIN"
        before = await signals(client)
        assert (await http.post(SIGNAL, content=SIGNALLED, headers=own_page(http))).status_code == 200
        assert await signals(client) == before + 1
        assert (await http.head("/")).status_code in (200, 404, 405)
        for answer in (page, one, rendered):
            assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
            assert not any(name.startswith("access-control-") for name in answer.headers)


@pytest.mark.parametrize("content", ["text/plain", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:9", "null"])
async def test_a_page_of_another_site_posts_nothing(up: tuple[Embedded, Client], content: str, origin: str) -> None:
    """Even with the cookie, which browsers give to pages on other ports of 127.0.0.1."""
    embedded, client = up
    before = await signals(client)
    async with browser(embedded) as http:
        await http.get("/")
        headers = {**own_page(http), "Origin": origin, "Content-Type": content, "Sec-Fetch-Site": "same-site"}
        assert (await http.post(SIGNAL, content=SIGNALLED, headers=headers)).status_code == 403
        del headers["Sec-Fetch-Site"]  # older browsers do not say it
        assert (await http.post(SIGNAL, content=SIGNALLED, headers=headers)).status_code == 403
        assert (await http.options(SIGNAL, headers={"Origin": origin})).status_code == 405
    assert await signals(client) == before


async def test_a_name_that_was_rebound_reads_and_writes_nothing(up: tuple[Embedded, Client]) -> None:
    embedded, client = up
    before = await signals(client)
    async with browser(embedded) as http:
        await http.get("/")
        name = f"evil.example:{http.base_url.port}"
        headers = {**own_page(http), "Host": name, "Origin": f"http://{name}"}
        assert (await http.post(SIGNAL, content=SIGNALLED, headers=headers)).status_code == 403
        assert (await http.get("/api/v1/namespaces", headers={"Host": name})).status_code == 403
    assert await signals(client) == before


async def test_without_the_key_nothing_answers(up: tuple[Embedded, Client]) -> None:
    embedded, client = up
    before = await signals(client)
    async with browser(embedded, entered=False) as http:
        own = {"Origin": str(http.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
        for address in (
            "/",
            "/api/v1/namespaces",
            "/api/v1/settings",
            "/healthz",
            "/favicon.ico",
            "/enter/x",
            "/enter/",
        ):
            answer = await http.get(address, headers=own)
            assert answer.status_code == 401 and "set-cookie" not in answer.headers, address
        assert (await http.post(SIGNAL, content=SIGNALLED, headers=own)).status_code == 401
    assert await signals(client) == before


def told(embedded: Embedded, option: str) -> str:
    """The value of an option with which Temporal was started."""
    command = list(embedded._parts["temporal"].child.command)
    return command[command.index(option) + 1]


async def test_temporals_own_http_api_answers_to_no_name(up: tuple[Embedded, Client]) -> None:
    embedded, client = up
    before = await signals(client)
    port = int(told(embedded, "--http-port"))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        for host in (f"127.0.0.1:{port}", "localhost", "evil.example", ""):
            headers = {"Host": host, "Content-Type": "text/plain"}
            for answer in (
                await http.get("/api/v1/namespaces", headers=headers),
                await http.get("/cluster", headers=headers),
                await http.post(SIGNAL, content=SIGNALLED, headers=headers),
                await http.post(SIGNAL.removeprefix("/api/v1"), content=SIGNALLED, headers=headers),
            ):
                assert answer.is_error and "temporal" not in answer.text and "default" not in answer.text, host
            assert (await http.get("/api/v1/cluster-info", headers=headers)).status_code == 403, host
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /api/v1/namespaces HTTP/1.0\r\n\r\n")  # one that names no host at all
    assert b" 403 " in await reader.readline()
    writer.close()
    assert await signals(client) == before


async def test_the_real_ui_listens_where_no_browser_looks(up: tuple[Embedded, Client]) -> None:
    embedded, _ = up
    host, port = told(embedded, "--ui-ip"), int(told(embedded, "--ui-port"))
    assert re.fullmatch(r"127(\.\d+){3}", host) and host != "127.0.0.1"
    with pytest.raises(OSError, match=r"."):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()


# What an upstream does that answers as told


@asynccontextmanager
async def relayed(respond: Respond) -> AsyncIterator[tuple[httpx.AsyncClient, list[Request]]]:
    """A browser that was let in, and what the upstream was asked."""
    async with web(respond) as real:
        address = httpx.URL(real.url)
        port = claim("the Temporal UI", 0, "-")
        proxy = UiProxy(Gate(SecretStr(KEY), port), port, Address(address.host, address.port or 0))
        await proxy.start()
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as http:
                await http.get(f"/enter/{KEY}")
                yield http, real.asked
        finally:
            await proxy.stop()


def own(http: httpx.AsyncClient) -> dict[str, str]:
    return {"Origin": str(http.base_url).rstrip("/")}


async def test_what_is_between_neighbours_and_what_is_ours_goes_no_further() -> None:
    headers = {
        "Content-Type": "text/plain",
        "Connection": "x-private, close",
        "X-Private": "1",
        "Access-Control-Allow-Origin": "*",
        "X-Frame-Options": "ALLOWALL",
        "Set-Cookie": "aide_ui_1=stolen",
        "ETag": '"1"',
    }
    async with relayed(lambda _: Answer(200, headers, b"there")) as (http, asked):
        http.cookies.set("_csrf", "token")
        http.cookies.set("of_another_port", "theirs")
        sent = {
            "Authorization": "Basic x",
            "X-Forwarded-Host": "evil.example",
            "Upgrade": "websocket",
            "TE": "trailers",
        }
        answer = await http.post(
            "/a?b=c%2Fd", content=b"posted", headers={**own(http), **sent, "X-CSRF-Token": "token"}
        )
        assert answer.text == "there" and answer.headers["etag"] == '"1"'
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
        for name in ("x-private", "access-control-allow-origin", "set-cookie"):
            assert name not in answer.headers
        [request] = asked
        assert (request.method, request.path, request.body) == ("POST", "/a?b=c%2Fd", b"posted")
        assert request.headers["cookie"] == "_csrf=token" and request.headers["x-csrf-token"] == "token"
        assert not {"authorization", "x-forwarded-host", "upgrade", "te", "origin"} & set(request.headers)


async def test_a_large_answer_streams_and_a_large_request_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async with relayed(lambda _: Answer(200, {}, b"x" * 3_000_000)) as (http, asked):
        assert len((await http.get("/")).content) == 3_000_000
        body = b"x" * (4 * 1024 * 1024)
        assert (await http.post("/", content=body, headers=own(http))).status_code == 200
        assert len(asked[-1].body) == len(body)
        count = len(asked)
        refused = 413
        with contextlib.suppress(httpx.WriteError, httpx.ReadError):  # the answer may come before all is sent
            refused = (await http.post("/", content=body + b"x", headers=own(http))).status_code
        assert refused == 413 and len(asked) == count
        with contextlib.suppress(httpx.WriteError, httpx.ReadError):
            assert (await http.get("/", headers={"X-Long": "x" * 400_000})).status_code == 400
        assert len(asked) == count
        monkeypatch.setattr(ui_proxy, "_ANSWER", 1_000_000)
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get("/")


async def test_an_upstream_that_is_silent_or_gone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui_proxy, "_ANSWERED", 0.2)
    async with relayed(lambda _: None) as (http, _):
        assert (await http.get("/")).status_code == 504
    gone = claim("test", 0, "-")
    proxy = UiProxy(Gate(SecretStr(KEY), port := claim("test", 0, "-")), port, Address("127.0.0.1", gone))
    await proxy.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        await http.get(f"/enter/{KEY}")
        assert (await http.get("/")).status_code == 502
    with pytest.raises(PortBusy, match="the Temporal UI"):
        await UiProxy(Gate(SecretStr(KEY), port), port, Address("127.0.0.1", gone)).start()
    await proxy.stop()


async def test_what_is_no_http_and_who_never_asks_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui_proxy, "_IDLE", 0.3)
    monkeypatch.setattr(ui_proxy, "_CONNECTIONS", 2)

    async def said(port: int, *pieces: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for piece in pieces:
            writer.write(piece)
        with contextlib.closing(writer), contextlib.suppress(ConnectionResetError):
            return await reader.read()
        return b""

    async with relayed(lambda _: Answer(200)) as (http, asked):
        port = http.base_url.port
        assert port is not None
        await http.aclose()
        host = f"Host: 127.0.0.1:{port}\r\n".encode()
        async with asyncio.timeout(5):
            assert b" 400 " in await said(port, b"EHLO there\r\n\r\n")
            assert b" 400 " in await said(port, b"GET / HTTP/1.1\r\n", host, host, b"\r\n")
            both = b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"
            assert b" 200 " not in await said(port, b"POST / HTTP/1.1\r\n", host, both, b"\r\n0\r\n\r\n")
            assert await said(port, b"GET / HTT") == b"", "half a request"
            waiting = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
            assert await said(port, b"GET / HTTP/1.1\r\n", host, b"\r\n") == b"", "two are there already"
            for _, writer in waiting:
                writer.close()
    assert asked == []


def test_the_ui_needs_nothing_that_stays_open(up: tuple[Embedded, Client]) -> None:
    """Neither WebSocket nor event stream: it asks again, and waits for the answer."""
    embedded, _ = up
    program = Path(embedded._parts["temporal"].child.command[0]).read_bytes()
    assert b"waitNewEvent" in program, "the scripts of the UI lie in it as they are"
    assert b"new EventSource(" not in program and b"new WebSocket(" not in program
