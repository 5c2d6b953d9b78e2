"""The gate of the Temporal UI. It decides which requests may go on to the UI. A request may go on if its browser has
shown the key, and if it does not come from a page of another site.

Temporal's dev server has no login. Without a gate, a page of another site in a browser of this machine could send
requests to it. And a site whose name points at 127.0.0.1 (DNS rebinding) could also read the answers.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import SecretStr

Headers = Sequence[tuple[bytes, bytes]]
"""Pairs of name and value. Names are in lower case."""

ENTRY = "/enter/"
"""The beginning of the path that lets a browser in. The key is the rest of the path."""
METHODS = ("GET", "HEAD", "POST")
"""The methods that the UI needs. The gate refuses all others."""

_HTTP = 80
"""The port that browsers leave out of the header Host."""
_REMEMBERED = 30 * 24 * 3600
"""Seconds for which a browser keeps the cookie, and needs no key."""
_TARGET = re.compile(r"/(?!/)[!-~]*")
_NEEDS_KEY = "open the address that `up` has shown at its first start; it is `ui_entry` in run.json of the data folder"


@dataclass(frozen=True)
class Refused:
    """The gate refuses a request."""

    status: int
    """The HTTP status of the answer."""
    why: str
    """The text of the answer. It says why the request is refused."""


@dataclass(frozen=True)
class LetIn:
    """A request has shown the right key. The browser gets a cookie, and is sent to the UI."""

    set_cookie: str
    """The value of the header Set-Cookie."""


@dataclass(frozen=True)
class Passed:
    """A request may go on to the UI."""


class Gate:
    """Decides about each request from its method, path and headers."""

    def __init__(self, key: SecretStr, port: int) -> None:
        """`port` is the port on 127.0.0.1 to which browsers connect."""
        self._key = key.get_secret_value()
        # A browser sends the cookies of 127.0.0.1 to every port of it. So the name of the cookie contains the port, and
        # its value is not the key itself.
        self._name = f"aide_ui_{port}"
        self._cookie = hmac.new(self._key.encode(), b"cookie of the Temporal UI", hashlib.sha256).hexdigest()
        names = ("127.0.0.1", "localhost")
        self._hosts = {name if port == _HTTP else f"{name}:{port}" for name in names}

    def judge(self, method: str, target: str, headers: Headers) -> Refused | LetIn | Passed:
        """Decides about one request. Returns Refused, LetIn if the request has shown the key, or Passed if it may go on
        to the UI."""
        if refused := self._refused(method, target, headers):
            return refused
        if target.startswith(ENTRY):
            if method != "GET" or not _same(target.removeprefix(ENTRY), self._key):
                return Refused(401, _NEEDS_KEY)
            lasts = f"Max-Age={_REMEMBERED}; Path=/; HttpOnly; SameSite=Strict"
            return LetIn(f"{self._name}={self._cookie}; {lasts}")
        if not any(_same(value, self._cookie) for value in cookies_of(headers, self._name)):
            return Refused(401, _NEEDS_KEY)
        return Passed()

    def _refused(self, method: str, target: str, headers: Headers) -> Refused | None:
        """The refusal of a request that is refused even with the right key. None if there is no reason."""
        hosts, origins = _values(headers, b"host"), _values(headers, b"origin")
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return Refused(403, f"this is only for {' and '.join(sorted(self._hosts))}, and not for other names")
        if method not in METHODS:
            return Refused(405, f"only {', '.join(METHODS)}")
        if not _TARGET.fullmatch(target):
            return Refused(400, "the UI has no such address")
        if any(origin != f"http://{hosts[0]}" for origin in origins):
            return Refused(403, "the request comes from a page of another site")
        sites = set(_values(headers, b"sec-fetch-site"))
        if not sites <= {"same-origin", "none"} and not _opens_a_page(method, headers):
            return Refused(403, "the request comes from a page of another site")
        if method == "POST" and len(origins) != 1:
            return Refused(403, "a POST needs one header Origin")
        return None


def cookies_of(headers: Headers, name: str) -> list[str]:
    """Returns the values of the cookie with this name in the headers of a request. There are several values if pages on
    other ports have set the cookie too. Empty if there is none."""
    pairs = (pair.strip().partition("=") for header in _values(headers, b"cookie") for pair in header.split(";"))
    return [value for each, _, value in pairs if each == name]


def _opens_a_page(method: str, headers: Headers) -> bool:
    """Whether a person has followed a link to the UI. That is safe, because the page with the link cannot read the
    UI."""
    modes, places = _values(headers, b"sec-fetch-mode"), _values(headers, b"sec-fetch-dest")
    return method == "GET" and modes == ["navigate"] and places == ["document"]


def _values(headers: Headers, wanted: bytes) -> list[str]:
    return [value.decode("latin-1").strip() for name, value in headers if name == wanted]


def _same(given: str, wanted: str) -> bool:
    """Compares two secrets. The time that it takes does not show how much of them is equal."""
    return hmac.compare_digest(given.encode(), wanted.encode())
