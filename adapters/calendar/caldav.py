"""Speaks CalDAV (RFC 4791): what calendars there are, and what is fetched, written and removed in them.

Decides nothing about events.
"""

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape

import httpx
from temporalio.exceptions import ApplicationError

from adapters.calendar.dav import CAL, DAV, PROPFIND, REFUSED, Dav, elements
from adapters.calendar.discovery import Discovery
from adapters.settings import Settings

_MKCALENDAR = """<?xml version="1.0" encoding="utf-8"?>
<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>
<D:displayname>{name}</D:displayname>
<C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>
</D:prop></D:set></C:mkcalendar>
"""

_BY_UID = """<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/></D:prop>
<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"><C:prop-filter name="UID">
<C:text-match collation="i;octet">{uid}</C:text-match>
</C:prop-filter></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>
"""


@dataclass(frozen=True)
class Stored:
    """An object as the server has it."""

    etag: str
    data: bytes
    modified: str = ""
    """Last-Modified, for servers whose ETags are of no use."""

    def conditions(self) -> list[dict[str, str]]:
        """The headers that keep a write from overwriting what we have not seen, the surest first.

        A weak ETag never matches by RFC 9110 section 13.1.1. Mostly a proxy has weakened it, and the server knows it in
        its strong form; some servers compare the letters. Last-Modified counts whole seconds, so it comes last.
        """
        tags = [self.etag.removeprefix("W/"), self.etag] if self.etag else []
        found = [{"If-Match": tag} for tag in dict.fromkeys(tags)]
        return [*found, {"If-Unmodified-Since": self.modified}] if self.modified else found


class CalDav:
    """The calendars of one server, as one login sees them."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._dav = Dav(settings, http)
        self._discovery = Discovery(settings, self._dav)

    async def home(self) -> str:
        """The address of the collection under which the calendars are made, with a slash at its end. Raises
        ApplicationError."""
        return await self._discovery.home()

    def refusal(self, answer: httpx.Response) -> ApplicationError:
        """What the server refused, and which setting to look at."""
        return self._dav.refusal(answer)

    # Calendars

    async def schedules_by_itself(self, collection: str) -> bool:
        """Whether the server would send invitations of its own (RFC 6638 section 2)."""
        # A calendar that is not made yet may not answer; what it is made in, or the server, does.
        for url in (collection, await self.home(), self._settings.caldav_url):
            answer = await self._dav.ask("OPTIONS", url)
            if answer.status_code in (401, 403):
                raise self._dav.refusal(answer)
            if answer.is_success:
                return "calendar-auto-schedule" in answer.headers.get("DAV", "")
        return False

    async def make_calendar(self, collection: str, title: str, refused: httpx.Response) -> None:
        """Make the calendar that a PUT did not find. Servers say 409 for a missing parent and for one that exists."""
        if await self._look(collection) < 300:
            raise self._dav.refusal(refused)  # it is there: the refusal meant something else
        await self._make_home()
        headers = {"Content-Type": "application/xml; charset=utf-8"}
        made = await self._dav.ask("MKCALENDAR", collection, _MKCALENDAR.format(name=escape(title)).encode(), headers)
        if made.is_success:
            return
        # 405 where it exists (RFC 4791 section 5.3.1.2), and where calendars cannot be made; Radicale says 409.
        if made.status_code not in (405, 409, 501):
            raise self._dav.refusal(made)
        if await self._look(collection) >= 300:
            what = f"makes no calendars ({made.status_code} to MKCALENDAR); make {made.request.url.path} by hand"
            raise self._dav.error(what, REFUSED)

    async def _look(self, collection: str) -> int:
        """The status that a collection has: 207 where it is there, 404 where it is not."""
        answer = await self._dav.ask("PROPFIND", collection, headers={"Depth": "0"})
        # Some servers answer 207, and say within that it is not there (RFC 4918 section 9.1).
        told = [response.findtext(f"{DAV}status") or "" for response in elements(answer, f"{DAV}response")]
        return 404 if any(" 404" in status for status in told) else answer.status_code

    async def _make_home(self) -> None:
        """Make the collections above the calendars, the outermost first, as far as they are missing."""
        home, base = httpx.URL(await self.home()), httpx.URL(self._settings.caldav_url).path.rstrip("/")
        path = home.path.rstrip("/")
        missing = []
        while path and path != base:
            url = str(home.copy_with(path=f"{path}/"))
            if await self._look(url) != 404:
                break
            missing.append(url)
            path = path.rpartition("/")[0]
        for url in reversed(missing):
            made = await self._dav.ask("MKCOL", url)
            if not made.is_success and made.status_code != 405:  # it exists: another worker was quicker
                raise self._dav.refusal(made)

    # Objects

    async def fetch(self, href: str) -> Stored | None:
        """The object at an address; None where there is none."""
        answer = await self._dav.ask("GET", href)
        if answer.status_code in (404, 410):
            return None
        if not answer.is_success:
            raise self._dav.refusal(answer)
        etag = answer.headers.get("ETag", "")
        if not etag:
            headers = {"Depth": "0", "Content-Type": "application/xml; charset=utf-8"}
            looked = await self._dav.ask("PROPFIND", href, PROPFIND.format(prop="<D:getetag/>").encode(), headers)
            etag = next((each.text or "" for each in elements(looked, f"{DAV}getetag")), "").strip()
        return Stored(etag, answer.content, answer.headers.get("Last-Modified", ""))

    async def find(self, collection: str, uid: str) -> str | None:
        """The address under which the collection holds the event of this UID; None where it does not or cannot tell."""
        headers = {"Depth": "1", "Content-Type": "application/xml; charset=utf-8"}
        answer = await self._dav.ask("REPORT", collection, _BY_UID.format(uid=escape(uid)).encode(), headers)
        for element in elements(answer, f"{DAV}response"):
            href = (element.findtext(f"{DAV}href") or "").strip()
            if href and not href.endswith("/"):
                return self._inside(collection, answer.request.url.join(href))
        return None

    def conflicting(self, collection: str, answer: httpx.Response) -> str | None:
        """Where the event is, by an answer that refuses to hold its UID twice (RFC 4791 section 5.3.2.1)."""
        for element in elements(answer, f"{CAL}no-uid-conflict"):
            href = (element.findtext(f"{DAV}href") or "").strip()
            if href:
                return self._inside(collection, answer.request.url.join(href))
        return None

    def _inside(self, collection: str, url: httpx.URL) -> str | None:
        """The address, if it lies in this very collection: nothing else is ours to write."""
        folder = str(httpx.URL(collection))
        rest = str(url).removeprefix(folder)
        return str(url) if rest != str(url) and rest and "/" not in rest else None

    async def write(self, href: str, data: bytes, condition: dict[str, str]) -> httpx.Response:
        """PUT an object, on a condition."""
        return await self._dav.ask("PUT", href, data, {"Content-Type": "text/calendar; charset=utf-8", **condition})

    async def remove(self, href: str, condition: dict[str, str]) -> httpx.Response:
        """DELETE an object, on a condition."""
        return await self._dav.ask("DELETE", href, headers=condition)


def file_name(uid: str) -> str:
    """The name of an event's resource, a function of its UID: a create whose answer was lost finds itself again."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", uid).lstrip(".") + ".ics"
