"""A real HTTP server on 127.0.0.1 that gives the answers that a test sets. It is for answers that no CalDAV server of
the tests gives."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.support.sockets import serving


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    """The headers, by name in lower case."""
    body: bytes = b""


@dataclass
class Answer:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Web:
    """The address of the server, and the requests that it got."""

    url: str = ""
    asked: list[Request] = field(default_factory=list)

    @property
    def methods(self) -> list[str]:
        return [request.method for request in self.asked]


Respond = Callable[[Request], Answer | None]
"""A function from a request to its answer. None: the server gives no answer."""


@asynccontextmanager
async def web(respond: Respond) -> AsyncIterator[Web]:
    found = Web()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            while True:
                request = await _read(reader)
                found.asked.append(request)
                answer = respond(request)
                if answer is None:
                    await asyncio.sleep(3600)
                    return
                head = {**answer.headers, "Content-Length": str(len(answer.body))}
                lines = [f"HTTP/1.1 {answer.status} Told", *(f"{name}: {value}" for name, value in head.items())]
                writer.write("\r\n".join([*lines, "", ""]).encode() + answer.body)
                await writer.drain()

    async with serving(meet, asyncio.IncompleteReadError, OSError) as port:
        found.url = f"http://127.0.0.1:{port}"
        yield found


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method, path, headers, body)
