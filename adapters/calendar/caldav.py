"""A CalDAV client (RFC 4791): it makes calendars, and fetches, finds, writes and removes the objects in them.

It does not decide what an event says.
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
    """A calendar object as the server holds it."""

    etag: str
    """The ETag, with which the server names this version of the object. Empty if the server gives none."""
    data: bytes
    """The calendar object, in bytes."""
    modified: str = ""
    """The value of the header Last-Modified, for servers whose ETags do not work. Empty if the server gives none."""

    def conditions(self) -> list[dict[str, str]]:
        """Returns headers for a conditional write, the most reliable first. With one of these headers the server
        refuses the write if the object has changed since it was fetched. Empty if the server gave no ETag and no date.

        By RFC 9110 section 13.1.1 a weak ETag never matches. In most cases a proxy has made it weak, and the server
        still knows the strong form, so the strong form comes first. Some servers compare the text of a weak ETag.
        Last-Modified counts whole seconds only, so it comes last.
        """
        tags = [self.etag.removeprefix("W/"), self.etag] if self.etag else []
        found = [{"If-Match": tag} for tag in dict.fromkeys(tags)]
        return [*found, {"If-Unmodified-Since": self.modified}] if self.modified else found


class CalDav:
    """A client for the calendars on one server. It uses the login of the settings."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._dav = Dav(settings, http)
        self._discovery = Discovery(settings, self._dav)

    async def home(self) -> str:
        """Returns the URL of the collection in which the program makes the calendars. The URL ends with a slash. Raises
        ApplicationError if the server does not answer, or refuses the login."""
        return await self._discovery.home()

    def refusal(self, answer: httpx.Response) -> ApplicationError:
        """Returns an error that says what the server refused, and which setting to check."""
        return self._dav.refusal(answer)

    # Calendars

    async def schedules_by_itself(self, collection: str) -> bool:
        """Returns whether the server sends invitations by itself (RFC 6638 section 2). Raises ApplicationError if the
        server does not answer, or refuses the login."""
        # A calendar that does not exist yet may give no answer. Then its home is asked, and then the server.
        for url in (collection, await self.home(), self._settings.caldav_url):
            answer = await self._dav.ask("OPTIONS", url)
            if answer.status_code in (401, 403):
                raise self._dav.refusal(answer)
            if answer.is_success:
                return "calendar-auto-schedule" in answer.headers.get("DAV", "")
        return False

    async def make_calendar(self, collection: str, title: str, refused: httpx.Response) -> None:
        """Makes a calendar on the server. `refused` is the answer to a write (404 or 409) which seemed to say that the
        calendar is missing.

        Raises ApplicationError if the server refuses to make the calendar. If the calendar exists already, the error is
        about `refused`, because a server can answer 409 for other reasons too.
        """
        if await self._look(collection) < 300:
            raise self._dav.refusal(refused)
        await self._make_home()
        headers = {"Content-Type": "application/xml; charset=utf-8"}
        made = await self._dav.ask("MKCALENDAR", collection, _MKCALENDAR.format(name=escape(title)).encode(), headers)
        if made.is_success:
            return
        # 405 means that it exists (RFC 4791 section 5.3.1.2), or that the server makes no calendars. Radicale says 409.
        if made.status_code not in (405, 409, 501):
            raise self._dav.refusal(made)
        if await self._look(collection) >= 300:
            what = f"makes no calendars ({made.status_code} to MKCALENDAR); make {made.request.url.path} by hand"
            raise self._dav.error(what, REFUSED)

    async def _look(self, collection: str) -> int:
        """The HTTP status of a PROPFIND for a collection: 207 if it exists, 404 if it does not, or another code."""
        answer = await self._dav.ask("PROPFIND", collection, headers={"Depth": "0"})
        # Some servers answer 207, and say inside the answer that it does not exist (RFC 4918 section 9.1).
        told = [response.findtext(f"{DAV}status") or "" for response in elements(answer, f"{DAV}response")]
        return 404 if any(" 404" in status for status in told) else answer.status_code

    async def _make_home(self) -> None:
        """Makes the missing collections above the calendars, the outermost first. Raises ApplicationError."""
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
            if not made.is_success and made.status_code != 405:  # 405: another worker has made it in the meantime
                raise self._dav.refusal(made)

    # Objects

    async def fetch(self, href: str) -> Stored | None:
        """Returns the calendar object at a URL. None if there is none. Raises ApplicationError if the server does not
        answer, or refuses."""
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
        """Returns the URL of the event with this UID in the collection. None if the collection does not hold the event,
        or if the server cannot search. Raises ApplicationError if the server does not answer."""
        headers = {"Depth": "1", "Content-Type": "application/xml; charset=utf-8"}
        answer = await self._dav.ask("REPORT", collection, _BY_UID.format(uid=escape(uid)).encode(), headers)
        for element in elements(answer, f"{DAV}response"):
            href = (element.findtext(f"{DAV}href") or "").strip()
            if href and not href.endswith("/"):
                return self._inside(collection, answer.request.url.join(href))
        return None

    def conflicting(self, collection: str, answer: httpx.Response) -> str | None:
        """Returns the URL of the event that has the same UID already. `answer` is the answer with which the server
        refuses a second event with this UID (RFC 4791 section 5.3.2.1). None if the answer names no URL in this
        collection."""
        for element in elements(answer, f"{CAL}no-uid-conflict"):
            href = (element.findtext(f"{DAV}href") or "").strip()
            if href:
                return self._inside(collection, answer.request.url.join(href))
        return None

    def _inside(self, collection: str, url: httpx.URL) -> str | None:
        """The URL, if it is directly in this collection. None if not, because the program writes nowhere else."""
        folder = str(httpx.URL(collection))
        rest = str(url).removeprefix(folder)
        return str(url) if rest != str(url) and rest and "/" not in rest else None

    async def write(self, href: str, data: bytes, condition: dict[str, str]) -> httpx.Response:
        """Writes a calendar object (PUT), and returns the answer. `condition` is one of the headers of
        `Stored.conditions`. Raises ApplicationError if no answer comes."""
        return await self._dav.ask("PUT", href, data, {"Content-Type": "text/calendar; charset=utf-8", **condition})

    async def remove(self, href: str, condition: dict[str, str]) -> httpx.Response:
        """Removes a calendar object (DELETE), and returns the answer. `condition` is one of the headers of
        `Stored.conditions`. Raises ApplicationError if no answer comes."""
        return await self._dav.ask("DELETE", href, headers=condition)


def file_name(uid: str) -> str:
    """Returns the file name of an event on the server. The same UID gives the same name. So if the answer to a first
    write was lost, the program finds the event again."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", uid).lstrip(".") + ".ics"
