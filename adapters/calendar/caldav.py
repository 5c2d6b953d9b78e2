"""Speaks CalDAV (RFC 4791) over httpx: where the calendars are, and what is fetched, written and removed there.

Decides nothing about events. Every refusal is told in the operator's words, with the setting to look at.
"""

import asyncio
import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import httpx
from temporalio.exceptions import ApplicationError

from adapters.settings import Settings

FALLBACK_HOME = "aide-memoire"
"""Under the configured address, where the server names no home: one without logins."""

_REDIRECTS = 5
_MAX_WAIT = 600  # seconds: a longer Retry-After is not obeyed in full

_DAV = "{DAV:}"
_CAL = "{urn:ietf:params:xml:ns:caldav}"

_PROPFIND = """<?xml version="1.0" encoding="utf-8"?>
<D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop>{prop}</D:prop></D:propfind>
"""

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
    """One server, as one login sees it."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._http = http
        self._login: httpx.Auth | None = httpx.BasicAuth(*_login(settings)) if settings.caldav_username else None
        self._found: str | None = None
        self._finding = asyncio.Lock()

    # --- where the calendars are --------------------------------------------------------------------------------------

    async def home(self) -> str:
        """The address of the collection under which the calendars are made, with a slash at its end.

        AIDE_CALDAV_HOME, or what the server names as the home of this login (RFC 6764 section 6, RFC 4791 section
        6.2.1), or a collection of ours. Raises ApplicationError.
        """
        configured = self._settings.caldav_home
        if configured is not None:
            return self._under_url(configured)
        async with self._finding:
            if self._found is None:
                self._found = await self._discover() or self._under_url(FALLBACK_HOME)
            return self._found

    def _under_url(self, path: str) -> str:
        parts = [self._settings.caldav_url.rstrip("/"), quote(path.strip("/"))]
        return "".join(f"{part}/" for part in parts if part)

    async def _discover(self) -> str | None:
        url = httpx.URL(self._settings.caldav_url)
        own, well_known = str(url), str(url.copy_with(path="/.well-known/caldav"))
        for start in (well_known, own) if url.path in ("", "/") else (own, well_known):
            principal = await self._property(start, "<D:current-user-principal/>", f"{_DAV}current-user-principal")
            if principal is None:
                continue
            home = await self._property(principal, "<C:calendar-home-set/>", f"{_CAL}calendar-home-set")
            if home is not None:
                return home if home.endswith("/") else f"{home}/"
        return None

    async def _property(self, url: str, asked: str, name: str) -> str | None:
        """The address that a property of a resource holds; None where there is none."""
        headers = {"Depth": "0", "Content-Type": "application/xml; charset=utf-8"}
        for _ in range(_REDIRECTS):
            answer = await self.ask("PROPFIND", url, _PROPFIND.format(prop=asked).encode(), headers)
            if answer.status_code == 401 and self._settings.caldav_username:
                raise self.refusal(answer)  # without a login it has no home to name
            if not answer.is_redirect:
                break
            url = self._trusted(answer.request.url.join(answer.headers["Location"]))
        for element in _elements(answer, name):
            href = element.findtext(f"{_DAV}href")
            if href and href.strip():
                return self._trusted(answer.request.url.join(href.strip()))
        return None

    def _trusted(self, url: httpx.URL) -> str:
        """An address that the server names: its login goes there too, so to another host over https only."""
        own = httpx.URL(self._settings.caldav_url)
        if url.scheme != "https" and (url.scheme, url.host, url.port) != (own.scheme, own.host, own.port):
            raise self._error(
                f"leads to {url.copy_with(userinfo=b'')}; write that address in AIDE_CALDAV_URL", _REFUSED
            )
        return str(url)

    # --- calendars ----------------------------------------------------------------------------------------------------

    async def schedules_by_itself(self, collection: str) -> bool:
        """Whether the server would send invitations of its own (RFC 6638 section 2)."""
        # A calendar that is not made yet may not answer; what it is made in, or the server, does.
        for url in (collection, await self.home(), self._settings.caldav_url):
            answer = await self.ask("OPTIONS", url)
            if answer.status_code in (401, 403):
                raise self.refusal(answer)
            if answer.is_success:
                return "calendar-auto-schedule" in answer.headers.get("DAV", "")
        return False

    async def make_calendar(self, collection: str, title: str, refused: httpx.Response) -> None:
        """Make the calendar that a PUT did not find. Servers say 409 for a missing parent and for one that exists."""
        if await self._look(collection) < 300:
            raise self.refusal(refused)  # it is there: the refusal meant something else
        await self._make_home()
        headers = {"Content-Type": "application/xml; charset=utf-8"}
        made = await self.ask("MKCALENDAR", collection, _MKCALENDAR.format(name=escape(title)).encode(), headers)
        if made.is_success:
            return
        # 405 where it exists (RFC 4791 section 5.3.1.2), and where calendars cannot be made; Radicale says 409.
        if made.status_code not in (405, 409, 501):
            raise self.refusal(made)
        if await self._look(collection) >= 300:
            what = f"makes no calendars ({made.status_code} to MKCALENDAR); make {made.request.url.path} by hand"
            raise self._error(what, _REFUSED)

    async def _look(self, collection: str) -> int:
        """The status that a collection has: 207 where it is there, 404 where it is not."""
        answer = await self.ask("PROPFIND", collection, headers={"Depth": "0"})
        # Some servers answer 207, and say within that it is not there (RFC 4918 section 9.1).
        told = [response.findtext(f"{_DAV}status") or "" for response in _elements(answer, f"{_DAV}response")]
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
            made = await self.ask("MKCOL", url)
            if not made.is_success and made.status_code != 405:  # it exists: another worker was quicker
                raise self.refusal(made)

    # --- objects ------------------------------------------------------------------------------------------------------

    async def fetch(self, href: str) -> Stored | None:
        """The object at an address; None where there is none."""
        answer = await self.ask("GET", href)
        if answer.status_code in (404, 410):
            return None
        if not answer.is_success:
            raise self.refusal(answer)
        etag = answer.headers.get("ETag", "")
        if not etag:
            headers = {"Depth": "0", "Content-Type": "application/xml; charset=utf-8"}
            looked = await self.ask("PROPFIND", href, _PROPFIND.format(prop="<D:getetag/>").encode(), headers)
            etag = next((each.text or "" for each in _elements(looked, f"{_DAV}getetag")), "").strip()
        return Stored(etag, answer.content, answer.headers.get("Last-Modified", ""))

    async def find(self, collection: str, uid: str) -> str | None:
        """The address under which the collection holds the event of this UID; None where it does not or cannot tell."""
        headers = {"Depth": "1", "Content-Type": "application/xml; charset=utf-8"}
        answer = await self.ask("REPORT", collection, _BY_UID.format(uid=escape(uid)).encode(), headers)
        for element in _elements(answer, f"{_DAV}response"):
            href = (element.findtext(f"{_DAV}href") or "").strip()
            if href and not href.endswith("/"):
                return self._inside(collection, answer.request.url.join(href))
        return None

    def conflicting(self, collection: str, answer: httpx.Response) -> str | None:
        """Where the event is, by an answer that refuses to hold its UID twice (RFC 4791 section 5.3.2.1)."""
        for element in _elements(answer, f"{_CAL}no-uid-conflict"):
            href = (element.findtext(f"{_DAV}href") or "").strip()
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
        return await self.ask("PUT", href, data, {"Content-Type": "text/calendar; charset=utf-8", **condition})

    async def remove(self, href: str, condition: dict[str, str]) -> httpx.Response:
        """DELETE an object, on a condition."""
        return await self.ask("DELETE", href, headers=condition)

    # --- requests -----------------------------------------------------------------------------------------------------

    async def ask(
        self, method: str, url: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """One request. Raises ApplicationError where no answer came or the server could not give one."""
        # A proxy that compresses makes ETags weak.
        headers = {"Accept-Encoding": "identity", **(headers or {})}
        timeout = self._settings.caldav_timeout
        try:
            answer = await self._http.request(
                method, url, content=content, headers=headers, auth=self._login, timeout=timeout
            )
            if self._wants_digest(answer):
                answer = await self._http.request(
                    method, url, content=content, headers=headers, auth=self._login, timeout=timeout
                )
        except httpx.HTTPError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                what = "has a certificate that is not trusted; name the authority's in AIDE_CA_FILE"
            else:
                what = f"cannot be reached: {type(error).__name__} {error}"
            raise self._error(what, _UNAVAILABLE) from None
        if answer.status_code == 507:
            path = answer.request.url.path
            what = f"has no room left for {method} {path} (507); free some, or raise the quota of this user"
            raise self._error(what, _REFUSED)
        if answer.status_code in (423, 429) or (answer.status_code >= 500 and answer.status_code != 501):
            raise self._error(f"answered {answer.status_code} to {method}", _UNAVAILABLE, _retry_after(answer))
        return answer

    def _wants_digest(self, answer: httpx.Response) -> bool:
        """Whether the server takes this login as Digest alone (RFC 7616); from then on it gets it so."""
        offered = answer.headers.get("WWW-Authenticate", "").lower() if answer.status_code == 401 else ""
        if "digest" not in offered or "basic" in offered or not isinstance(self._login, httpx.BasicAuth):
            return False
        self._login = httpx.DigestAuth(*_login(self._settings))
        return True

    def refusal(self, answer: httpx.Response) -> ApplicationError:
        """What the server refused, and which setting to look at."""
        what = f"refused {answer.request.method} {answer.request.url.path} with {answer.status_code}"
        if answer.status_code == 401:
            what += "; check AIDE_CALDAV_USERNAME and AIDE_CALDAV_PASSWORD"
        elif answer.status_code == 403:
            what += "; check that this user may write under AIDE_CALDAV_HOME"
        elif answer.is_redirect:
            what += f" to {answer.headers.get('Location')}; write that address in AIDE_CALDAV_URL"
        else:
            what += f": {' '.join(answer.text.split())[:200]}"
        return self._error(what, _REFUSED)

    def _error(self, what: str, kind: str, wait: timedelta | None = None) -> ApplicationError:
        url = httpx.URL(self._settings.caldav_url)  # without the user and password that a URL may hold
        message = f"calendar server {url.scheme}://{url.netloc.decode()} {what}"
        return ApplicationError(message, type=kind, next_retry_delay=wait)


_UNAVAILABLE = "CalendarServerUnavailable"
_REFUSED = "CalendarServerRefused"


def _login(settings: Settings) -> tuple[str, str]:
    password = settings.caldav_password
    return settings.caldav_username or "", password.get_secret_value() if password else ""


def file_name(uid: str) -> str:
    """The name of an event's resource, a function of its UID: a create whose answer was lost finds itself again."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", uid).lstrip(".") + ".ics"


def _elements(answer: httpx.Response, name: str) -> list[ElementTree.Element]:
    """The elements of that name in an answer's XML; none where it holds no XML."""
    try:
        return list(ElementTree.fromstring(answer.content).iter(name))
    except ElementTree.ParseError:
        return []


def _retry_after(answer: httpx.Response) -> timedelta | None:
    """How long the server asks us to wait (RFC 9110 section 10.2.3); None where it does not say it in seconds."""
    value = answer.headers.get("Retry-After", "")
    return timedelta(seconds=min(int(value), _MAX_WAIT)) if value.isascii() and value.isdecimal() else None
