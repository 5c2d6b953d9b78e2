"""Who is let through to the Temporal UI: a browser that holds the key, asked by a page of the UI itself.

Temporal's dev server asks nobody who he is. Without a gate, a page of another site that is open in a browser of this
machine could post to it, and a name that its owner points at 127.0.0.1 (DNS rebinding) could read and write as well.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import SecretStr

Headers = Sequence[tuple[bytes, bytes]]
"""Names in lower case."""

ENTRY = "/enter/"
"""The path, with the key after it, that lets a browser in."""
METHODS = ("GET", "HEAD", "POST")
"""What the UI needs of the plans that are followed here."""

_HTTP = 80
"""The port that browsers do not write."""
_REMEMBERED = 30 * 24 * 3600
"""Seconds for which a browser is let in without the key."""
_TARGET = re.compile(r"/(?!/)[!-~]*")
_NEEDS_KEY = "open the address that `up` has shown at its first start; it is `ui_entry` in run.json of the data folder"


@dataclass(frozen=True)
class Refused:
    """What a request is answered that is not let through."""

    status: int
    why: str


@dataclass(frozen=True)
class LetIn:
    """The key was right: the browser gets a cookie and goes to the UI."""

    set_cookie: str


@dataclass(frozen=True)
class Passed:
    """A request for the UI."""


class Gate:
    """Judges each request by its first lines alone."""

    def __init__(self, key: SecretStr, port: int) -> None:
        """`port` is the one that browsers ask, on 127.0.0.1."""
        self._key = key.get_secret_value()
        # Browsers send cookies of 127.0.0.1 to every port of it. So its name names the port, and it does not hold the
        # key itself.
        self._name = f"aide_ui_{port}"
        self._cookie = hmac.new(self._key.encode(), b"cookie of the Temporal UI", hashlib.sha256).hexdigest()
        names = ("127.0.0.1", "localhost")
        self._hosts = {name if port == _HTTP else f"{name}:{port}" for name in names}

    def judge(self, method: str, target: str, headers: Headers) -> Refused | LetIn | Passed:
        """Whether a request is let through."""
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
        """What is refused of whoever holds the key, too."""
        hosts, origins = _values(headers, b"host"), _values(headers, b"origin")
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return Refused(403, f"this is only for {' and '.join(sorted(self._hosts))}, and not for other names")
        if method not in METHODS:
            return Refused(405, f"only {', '.join(METHODS)}")
        if not _TARGET.fullmatch(target):
            return Refused(400, "the address is none of the UI")
        if any(origin != f"http://{hosts[0]}" for origin in origins):
            return Refused(403, "a page of another site has asked")
        sites = set(_values(headers, b"sec-fetch-site"))
        if not sites <= {"same-origin", "none"} and not _opens_a_page(method, headers):
            return Refused(403, "a page of another site has asked")
        if method == "POST" and len(origins) != 1:
            return Refused(403, "a browser says which page asks")
        return None


def cookies_of(headers: Headers, name: str) -> list[str]:
    """The values of a cookie: several, if pages on other ports have set it too."""
    pairs = (pair.strip().partition("=") for header in _values(headers, b"cookie") for pair in header.split(";"))
    return [value for each, _, value in pairs if each == name]


def _opens_a_page(method: str, headers: Headers) -> bool:
    """A person follows a link to the UI: its page opens, and the one with the link learns nothing of it."""
    modes, places = _values(headers, b"sec-fetch-mode"), _values(headers, b"sec-fetch-dest")
    return method == "GET" and modes == ["navigate"] and places == ["document"]


def _values(headers: Headers, wanted: bytes) -> list[str]:
    return [value.decode("latin-1").strip() for name, value in headers if name == wanted]


def _same(given: str, wanted: str) -> bool:
    """Without telling by its time how much of it is right."""
    return hmac.compare_digest(given.encode(), wanted.encode())
