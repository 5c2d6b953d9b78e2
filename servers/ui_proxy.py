"""The proxy of the Temporal UI. Browsers connect to the proxy. It sends the requests that the gate allows to the real
UI. No browser knows the address of the real UI."""

import asyncio
import contextlib
import logging
from collections.abc import Iterable

import h11

from servers.gate import Gate, Headers, LetIn, Refused, cookies_of
from servers.ports import LOOPBACK, Address, PortBusy

_HEAD = 256 * 1024
"""The most bytes of the head of a request or of an answer. The UI puts details of workflows into addresses."""
_BODY = 4 * 1024 * 1024
"""The most bytes of the body of a request. Temporal takes no more."""
_ANSWER = 256 * 1024 * 1024
"""The most bytes of an answer. It is several times the largest history."""
_CONNECTIONS = 64
"""The most connections from browsers at once. One browser opens six."""

_IDLE = 75.0
"""Seconds in which the head of the next request must arrive."""
_POSTED = 30.0
"""Seconds in which the body of a request must arrive."""
_CONNECT = 5.0
_ANSWERED = 90.0
"""Seconds in which the UI must answer. It may wait up to 20 s for news of a workflow."""
_PIECE = 60.0
"""Seconds in which each piece of an answer must arrive, and in which the browser must take it."""

_ASKED = {
    *(b"accept", b"accept-encoding", b"accept-language", b"caller-type", b"content-type"),
    *(b"if-modified-since", b"if-none-match", b"range", b"user-agent", b"x-csrf-token"),
}
"""The headers of a request that go on to the UI. All others are dropped: our cookie, headers that name other hosts, and
headers of one connection only (RFC 9110 section 7.6.1)."""
_CSRF = "_csrf"
"""The cookie with which the UI recognises its own pages."""
_NEIGHBOURS = {
    *(b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-connection", b"te", b"trailer"),
    *(b"transfer-encoding", b"upgrade"),
}
_OURS = [
    (b"x-frame-options", b"SAMEORIGIN"),  # the UI shows details of workflows in its own frames
    (b"content-security-policy", b"frame-ancestors 'self'; base-uri 'self'; form-action 'self'; object-src 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
]
_log = logging.getLogger(__name__)


class _TooLarge(Exception):
    """A body has too many bytes."""


class _Peer:
    """One HTTP/1.1 connection: to a browser, or to the real UI."""

    def __init__(
        self, role: type[h11.CLIENT] | type[h11.SERVER], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.state = h11.Connection(role, max_incomplete_event_size=_HEAD)
        self.bodiless = False
        """True after a HEAD request: the answer has no body."""
        self._reader = reader
        self._writer = writer

    async def next(self) -> object:
        """Waits for the next event of h11, or for h11.PAUSED."""
        while (event := self.state.next_event()) is h11.NEED_DATA:
            self.state.receive_data(await self._reader.read(65536))
        return event

    async def send(self, *events: h11.Event) -> None:
        """Sends events of h11. Raises TimeoutError if the peer takes no data for 60 s."""
        for event in events:
            if data := self.state.send(event):
                self._writer.write(data)
        async with asyncio.timeout(_PIECE):
            await self._writer.drain()

    async def body(self, limit: int) -> bytes:
        """Reads the body. Raises _TooLarge if it has more than `limit` bytes."""
        pieces, size = [], 0
        while isinstance(event := await self.next(), h11.Data):
            pieces.append(bytes(event.data))
            size += len(event.data)
            if size > limit:
                raise _TooLarge
        return b"".join(pieces)


class UiProxy:
    """Listens on 127.0.0.1, and sends the requests that the gate allows to the real UI."""

    def __init__(self, gate: Gate, port: int, real: Address) -> None:
        self._gate = gate
        self._port = port
        self._real = real
        self._server: asyncio.Server | None = None
        self._conversations: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Starts to listen on the port. Raises PortBusy if the port cannot be used."""
        try:
            self._server = await asyncio.start_server(self._meet, LOOPBACK, self._port)
        except OSError as error:
            raise PortBusy(f"port {self._port}, wanted by the Temporal UI, cannot be had: {error.strerror}") from error

    async def stop(self) -> None:
        """Stops listening, and ends all connections."""
        if self._server is None:
            return
        self._server.close()
        for conversation in self._conversations:
            conversation.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._conversations.add(task)
        try:
            if len(self._conversations) <= _CONNECTIONS:
                await self._converse(_Peer(h11.SERVER, reader, writer))
        except (OSError, TimeoutError, h11.ProtocolError) as error:
            _log.debug("a conversation of the Temporal UI ended: %s", error)
        except asyncio.CancelledError:
            pass  # `stop` was called
        finally:
            self._conversations.discard(task)
            writer.close()
            with contextlib.suppress(OSError, TimeoutError, asyncio.CancelledError):
                async with asyncio.timeout(_CONNECT):
                    await writer.wait_closed()

    async def _converse(self, browser: _Peer) -> None:
        """Handles one request after the other, until one side ends the connection."""
        try:
            while await self._exchange(browser):
                browser.state.start_next_cycle()
        except h11.RemoteProtocolError:
            if browser.state.our_state in (h11.IDLE, h11.SEND_RESPONSE):
                await _say(browser, 400, "this is not HTTP")
            raise

    async def _exchange(self, browser: _Peer) -> bool:
        """Handles one request. Returns whether another may follow on this connection."""
        async with asyncio.timeout(_IDLE):
            request = await browser.next()
        if not isinstance(request, h11.Request):
            return False
        headers = list(request.headers)
        browser.bodiless = request.method == b"HEAD"
        verdict = self._gate.judge(request.method.decode(), request.target.decode("latin-1"), headers)
        if isinstance(verdict, Refused):
            await _say(browser, verdict.status, verdict.why)
            return False
        if isinstance(verdict, LetIn):
            await _say(browser, 303, "", [(b"location", b"/"), (b"set-cookie", verdict.set_cookie.encode())])
            return False
        try:
            async with asyncio.timeout(_POSTED):
                body = await browser.body(_BODY)
        except _TooLarge:
            await _say(browser, 413, f"a request may have at most {_BODY:,} bytes")
            return False
        await self._ask(browser, request, body)
        return browser.state.our_state is h11.DONE and browser.state.their_state is h11.DONE

    async def _ask(self, browser: _Peer, request: h11.Request, body: bytes) -> None:
        """Sends a request to the real UI, and its answer to the browser, piece by piece."""
        try:
            async with asyncio.timeout(_CONNECT):
                reader, writer = await asyncio.open_connection(*self._real)
        except (OSError, TimeoutError):
            await _say(browser, 502, "Temporal does not answer; it is starting, or `up` starts it again")
            return
        with contextlib.closing(writer):
            ui = _Peer(h11.CLIENT, reader, writer)
            headers = [*asked_of(list(request.headers)), (b"host", f"{self._real.host}:{self._real.port}".encode())]
            if body or request.method == b"POST":
                headers.append((b"content-length", str(len(body)).encode()))
            asked = h11.Request(method=request.method, target=request.target, headers=headers)
            await ui.send(asked, *([h11.Data(data=body)] if body else []), h11.EndOfMessage())
            try:
                async with asyncio.timeout(_ANSWERED):
                    while isinstance(answer := await ui.next(), h11.InformationalResponse):
                        pass
            except TimeoutError:
                await _say(browser, 504, f"Temporal has not answered within {_ANSWERED:.0f} s")
                return
            if not isinstance(answer, h11.Response):
                await _say(browser, 502, "Temporal has ended the conversation")
                return
            kept = answered_with(list(answer.headers))
            await browser.send(h11.Response(status_code=answer.status_code, reason=answer.reason, headers=kept))
            await _hand_on(ui, browser)


async def _hand_on(ui: _Peer, browser: _Peer) -> None:
    """Sends the body of an answer to the browser. Raises ConnectionError if the UI ends it too early. The connection to
    the browser then ends too, so that the browser knows."""
    size = 0
    while True:
        async with asyncio.timeout(_PIECE):
            event = await ui.next()
        if isinstance(event, h11.EndOfMessage):
            await browser.send(h11.EndOfMessage())
            return
        if not isinstance(event, h11.Data):
            raise ConnectionError("Temporal has ended its answer too early")
        size += len(event.data)
        if size > _ANSWER:
            raise ConnectionError(f"an answer of more than {_ANSWER:,} bytes")
        await browser.send(h11.Data(data=event.data))


def asked_of(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Returns the headers of a request that the proxy sends to the real UI. It leaves out all others."""
    cookies = [f"{_CSRF}={value}" for value in cookies_of(headers, _CSRF)[:1]]
    kept = [(name, value) for name, value in headers if name in _ASKED]
    return [*kept, *((b"cookie", cookie.encode()) for cookie in cookies)]


def answered_with(headers: Headers) -> list[tuple[bytes, bytes]]:
    """Returns the headers of an answer that the proxy sends to the browser: some headers of the real UI, and those of
    the proxy itself."""
    named = (part for name, value in headers if name == b"connection" for part in value.lower().split(b","))
    left_out = _NEIGHBOURS | {part.strip() for part in named} | {b"x-frame-options", b"x-content-type-options"}
    return [*((name, value) for name, value in headers if name not in left_out and _goes_on(name, value)), *_OURS]


def _goes_on(name: bytes, value: bytes) -> bool:
    if name == b"set-cookie":
        return value.startswith(f"{_CSRF}=".encode())
    return not name.startswith(b"access-control-")


async def _say(browser: _Peer, status: int, text: str, more: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """Sends an answer of the proxy itself. The connection ends after it."""
    content = f"{text}\n".encode() if text else b""
    headers = [
        *more,
        *_OURS,
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    body = [h11.Data(data=content)] if content and not browser.bodiless else []
    await browser.send(h11.Response(status_code=status, headers=headers), *body, h11.EndOfMessage())
