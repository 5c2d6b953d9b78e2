"""Finds the home: the collection (folder) on the calendar server in which the program makes the calendars."""

import asyncio
from urllib.parse import quote

import httpx

from adapters.calendar.dav import CAL, DAV, PROPFIND, REFUSED, Dav, elements
from adapters.settings import Settings

FALLBACK_HOME = "aide-memoire"
"""The path of the home below the configured URL, for a server that names no home. A server without logins names no
home."""

_REDIRECTS = 5


class Discovery:
    """Finds the home of the calendars once, and remembers it."""

    def __init__(self, settings: Settings, dav: Dav) -> None:
        self._settings = settings
        self._dav = dav
        self._found: str | None = None
        self._finding = asyncio.Lock()

    async def home(self) -> str:
        """Returns the URL of the home, the collection in which the program makes the calendars. The URL ends with a
        slash.

        The home is AIDE_CALDAV_HOME if that is set. If not, it is the home that the server names for this login (RFC
        6764 section 6, RFC 4791 section 6.2.1). If the server names none, it is `aide-memoire/`. Raises
        ApplicationError if the server does not answer, or refuses the login.
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
            principal = await self._property(start, "<D:current-user-principal/>", f"{DAV}current-user-principal")
            if principal is None:
                continue
            home = await self._property(principal, "<C:calendar-home-set/>", f"{CAL}calendar-home-set")
            if home is not None:
                return home if home.endswith("/") else f"{home}/"
        return None

    async def _property(self, url: str, asked: str, name: str) -> str | None:
        """The URL in a property of a resource. None if the resource does not have the property."""
        headers = {"Depth": "0", "Content-Type": "application/xml; charset=utf-8"}
        for _ in range(_REDIRECTS):
            answer = await self._dav.ask("PROPFIND", url, PROPFIND.format(prop=asked).encode(), headers)
            if answer.status_code == 401 and self._settings.caldav_username:
                raise self._dav.refusal(answer)  # a server names a home only after a login
            if not answer.is_redirect:
                break
            url = self._trusted(answer.request.url.join(answer.headers["Location"]))
        for element in elements(answer, name):
            href = element.findtext(f"{DAV}href")
            if href and href.strip():
                return self._trusted(answer.request.url.join(href.strip()))
        return None

    def _trusted(self, url: httpx.URL) -> str:
        """Checks a URL that the server names. The login goes there too, so another host must use https. Raises
        ApplicationError."""
        own = httpx.URL(self._settings.caldav_url)
        if url.scheme != "https" and (url.scheme, url.host, url.port) != (own.scheme, own.host, own.port):
            raise self._dav.error(
                f"leads to {url.copy_with(userinfo=b'')}; write that address in AIDE_CALDAV_URL", REFUSED
            )
        return str(url)
