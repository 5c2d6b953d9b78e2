"""The calendar server of a life: CalDAV in memory (RFC 4791), as far as the program uses it."""

import asyncio
import hashlib
import re
from collections.abc import Callable
from html import escape

import httpx

from simulation.auditor.evidence import CalendarWrite
from simulation.faults import Trouble
from simulation.loop import VirtualLoop


class Calendars(httpx.AsyncBaseTransport):
    """The server, in place of a connection of httpx."""

    def __init__(self, loop: VirtualLoop, trouble: Trouble) -> None:
        self._loop, self._trouble = loop, trouble
        self.collections: set[str] = set()
        self.objects: dict[str, bytes] = {}
        self.writes: list[CalendarWrite] = []
        self.alive: Callable[[], bool] = lambda: True
        """Whether the process lives that is asking."""
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.02)
        if not self.alive():
            raise httpx.ConnectError("the process is dead", request=request)
        if self._trouble.during("calendar-down", self._loop.seconds):
            number = int(self._loop.seconds) % 3
            if number == 0:
                raise httpx.ConnectError("refused", request=request)
            if number == 1:
                await asyncio.sleep(20)
                raise httpx.ReadTimeout("too slow", request=request)
            return httpx.Response(503, request=request)
        answer = self._answer(request)
        if request.method in ("PUT", "DELETE") and answer.is_success:
            if self._trouble.meets("calendar-answer-lost", self._trouble.number("calendar-write")):
                raise httpx.ReadError("connection reset", request=request)
            self.after()
        answer.request = request
        return answer

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        handler = getattr(self, f"_{request.method.lower()}", None)
        return handler(path, request) if handler else httpx.Response(405)

    def _options(self, path: str, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"DAV": "1, 2, 3, calendar-access"})

    def _propfind(self, path: str, request: httpx.Request) -> httpx.Response:
        there = path in self.collections or path in ("/", "/home/") or path in self.objects
        return httpx.Response(207 if there else 404, content=b"<multistatus xmlns='DAV:'/>")

    def _report(self, path: str, request: httpx.Request) -> httpx.Response:
        if path not in self.collections:
            return httpx.Response(404)
        found = re.search(rb"text-match[^>]*>([^<]*)<", request.content)
        uid = found.group(1) if found else b""
        names = [name for name, data in self.objects.items() if name.startswith(path) and b"UID:" + uid in _flat(data)]
        rows = "".join(f"<response><href>{escape(name)}</href></response>" for name in names)
        return httpx.Response(207, content=f"<multistatus xmlns='DAV:'>{rows}</multistatus>".encode())

    def _mkcalendar(self, path: str, request: httpx.Request) -> httpx.Response:
        self.collections.add(path)
        return httpx.Response(201)

    def _get(self, path: str, request: httpx.Request) -> httpx.Response:
        if path not in self.objects:
            return httpx.Response(404)
        return httpx.Response(200, content=self.objects[path], headers={"ETag": _tag(self.objects[path])})

    def _put(self, path: str, request: httpx.Request) -> httpx.Response:
        collection, _, name = path.rpartition("/")
        if f"{collection}/" not in self.collections:
            return httpx.Response(409)
        if not self._allowed(path, request):
            return httpx.Response(412)
        self.before()
        self.objects[path] = request.content
        self._note(collection, name, request.content)
        return httpx.Response(204, headers={"ETag": _tag(request.content)})

    def _delete(self, path: str, request: httpx.Request) -> httpx.Response:
        if path not in self.objects:
            return httpx.Response(404)
        if not self._allowed(path, request):
            return httpx.Response(412)
        self.before()
        del self.objects[path]
        collection, _, name = path.rpartition("/")
        self._note(collection, name, None)
        return httpx.Response(204)

    def _allowed(self, path: str, request: httpx.Request) -> bool:
        stored = self.objects.get(path)
        if request.headers.get("If-None-Match") == "*":
            return stored is None
        wanted = request.headers.get("If-Match")
        return wanted is None or (stored is not None and wanted == _tag(stored))

    def _note(self, collection: str, name: str, data: bytes | None) -> None:
        calendar = collection.rpartition("/")[2]
        self.writes.append(CalendarWrite(self._loop.now(), calendar, name, data))


def _tag(data: bytes) -> str:
    return f'"{hashlib.sha256(data).hexdigest()[:16]}"'


def _flat(data: bytes) -> bytes:
    return data.replace(b"\r\n ", b"")
