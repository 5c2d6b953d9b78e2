"""A WebDAV client (RFC 4918) for one calendar server: it sends requests, logs in, and explains refusals.

Every error names the server, and the setting that an operator should check.
"""

from datetime import timedelta
from xml.etree import ElementTree

import httpx
from temporalio.exceptions import ApplicationError

from adapters.settings import Settings

UNAVAILABLE = "CalendarServerUnavailable"
"""The type of an error that a later attempt may not meet again."""
REFUSED = "CalendarServerRefused"
"""The type of an error that an operator must correct."""

DAV = "{DAV:}"
CAL = "{urn:ietf:params:xml:ns:caldav}"

PROPFIND = """<?xml version="1.0" encoding="utf-8"?>
<D:propfind xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop>{prop}</D:prop></D:propfind>
"""

_MAX_WAIT = 600  # seconds: the program waits at most this long, even if Retry-After says more


class Dav:
    """A client for one calendar server. It uses the login of the settings."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient) -> None:
        self._settings = settings
        self._http = http
        self._login: httpx.Auth | None = httpx.BasicAuth(*_login(settings)) if settings.caldav_username else None

    async def ask(
        self, method: str, url: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """Sends one request and returns the answer, also if the server refuses the request. Raises ApplicationError if
        no answer comes, or if its status is 423, 429 or 5xx (except 501)."""
        # Without this, a proxy may compress the answer, and that makes ETags weak.
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
            raise self.error(what, UNAVAILABLE) from None
        if answer.status_code == 507:
            path = answer.request.url.path
            what = f"has no room left for {method} {path} (507); free some, or raise the quota of this user"
            raise self.error(what, REFUSED)
        if answer.status_code in (423, 429) or (answer.status_code >= 500 and answer.status_code != 501):
            raise self.error(f"answered {answer.status_code} to {method}", UNAVAILABLE, _retry_after(answer))
        return answer

    def _wants_digest(self, answer: httpx.Response) -> bool:
        """Whether the server refused Basic and takes only Digest (RFC 7616). If so, all later requests use Digest."""
        offered = answer.headers.get("WWW-Authenticate", "").lower() if answer.status_code == 401 else ""
        if "digest" not in offered or "basic" in offered or not isinstance(self._login, httpx.BasicAuth):
            return False
        self._login = httpx.DigestAuth(*_login(self._settings))
        return True

    def refusal(self, answer: httpx.Response) -> ApplicationError:
        """Returns an error that says what the server refused, and which setting to check."""
        what = f"refused {answer.request.method} {answer.request.url.path} with {answer.status_code}"
        if answer.status_code == 401:
            what += "; check AIDE_CALDAV_USERNAME and AIDE_CALDAV_PASSWORD"
        elif answer.status_code == 403:
            what += "; check that this user may write under AIDE_CALDAV_HOME"
        elif answer.is_redirect:
            what += f" to {answer.headers.get('Location')}; write that address in AIDE_CALDAV_URL"
        else:
            what += f": {' '.join(answer.text.split())[:200]}"
        return self.error(what, REFUSED)

    def error(self, what: str, kind: str, wait: timedelta | None = None) -> ApplicationError:
        """Returns an error that names the server. `wait` is the time before the next attempt. If it is None, the retry
        policy of the activity decides."""
        url = httpx.URL(self._settings.caldav_url)  # may hold a password: only the scheme and the host are shown
        message = f"calendar server {url.scheme}://{url.netloc.decode()} {what}"
        return ApplicationError(message, type=kind, next_retry_delay=wait)


def _login(settings: Settings) -> tuple[str, str]:
    password = settings.caldav_password
    return settings.caldav_username or "", password.get_secret_value() if password else ""


def elements(answer: httpx.Response, name: str) -> list[ElementTree.Element]:
    """Returns the elements with this name in the XML of an answer. Empty if there are none, or if the answer is no
    XML."""
    try:
        return list(ElementTree.fromstring(answer.content).iter(name))
    except ElementTree.ParseError:
        return []


def _retry_after(answer: httpx.Response) -> timedelta | None:
    """How long the server asks us to wait (RFC 9110 section 10.2.3). None if it does not say so in seconds."""
    value = answer.headers.get("Retry-After", "")
    return timedelta(seconds=min(int(value), _MAX_WAIT)) if value.isascii() and value.isdecimal() else None
