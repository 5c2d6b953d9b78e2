"""Who is let through to the Temporal UI, by the first lines of a request."""

import re

import pytest
from pydantic import SecretStr

from servers.gate import Gate, LetIn, Passed, Refused
from tests.support.paths import REPOSITORY

KEY = "k3y-of_the-UI"
GATE = Gate(SecretStr(KEY), 8233)
OWN = "http://127.0.0.1:8233"
COOKIE = GATE.judge("GET", f"/enter/{KEY}", [(b"host", b"127.0.0.1:8233")])
FETCH = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}
LINK = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


def judged(
    method: str = "GET", target: str = "/api/v1/namespaces", *more: tuple[str, str], **headers: str
) -> Refused | LetIn | Passed:
    """What becomes of a request by a browser that was let in before."""
    assert isinstance(COOKIE, LetIn)
    told = {"host": "127.0.0.1:8233", "cookie": COOKIE.set_cookie.partition(";")[0], **headers}
    lines = [(name.replace("_", "-"), value) for name, value in told.items()]
    return GATE.judge(method, target, [(name.encode(), value.encode()) for name, value in (*lines, *more)])


def status(verdict: Refused | LetIn | Passed) -> int:
    return verdict.status if isinstance(verdict, Refused) else 200


def test_the_key_lets_in_and_its_cookie_is_for_this_site_alone() -> None:
    assert isinstance(COOKIE, LetIn)
    assert COOKIE.set_cookie.startswith("aide_ui_8233=") and KEY not in COOKIE.set_cookie
    assert COOKIE.set_cookie.endswith("; Path=/; HttpOnly; SameSite=Strict")
    assert isinstance(judged("GET", f"/enter/{KEY}", cookie=""), LetIn)


@pytest.mark.parametrize("target", ["/enter/", "/enter/k", f"/enter/{KEY}x", f"/enter/{KEY}/", f"/enter/{KEY}?", "/"])
def test_nothing_else_lets_in(target: str) -> None:
    assert status(judged("GET", target, cookie="")) == 401
    assert status(judged("HEAD", f"/enter/{KEY}", cookie="")) == 401
    assert status(judged("POST", f"/enter/{KEY}", cookie="", origin=OWN)) == 401


@pytest.mark.parametrize(
    "cookie",
    ["", "aide_ui_8233=", "aide_ui_8233=x", f"aide_ui_8233={KEY}", "aide_ui_8234=COOKIE", "x=aide_ui_8233=COOKIE"],
)
def test_without_the_cookie_nothing_passes(cookie: str) -> None:
    assert isinstance(COOKIE, LetIn)
    value = COOKIE.set_cookie.partition(";")[0].partition("=")[2]
    for method, more in (("GET", {}), ("HEAD", {}), ("POST", {"origin": OWN})):
        assert status(judged(method, cookie=cookie.replace("COOKIE", value), **more)) == 401
    other = Gate(SecretStr("another"), 8233).judge("GET", "/enter/another", [(b"host", b"127.0.0.1:8233")])
    assert isinstance(other, LetIn) and status(judged(cookie=other.set_cookie.partition(";")[0])) == 401


def test_what_the_ui_does_passes() -> None:
    assert judged("GET", "/", **LINK, sec_fetch_site="none") == Passed()
    assert judged("GET", "/namespaces/default/workflows/t%2Freview%2F1?query=a%20b", **LINK) == Passed()
    assert judged("GET", "/api/v1/namespaces", **FETCH) == Passed()
    assert judged("POST", "/api/v1/namespaces/default/workflows/t/query/view", **FETCH, origin=OWN) == Passed()
    assert judged("GET", "/render?content=x", sec_fetch_site="same-origin", sec_fetch_dest="iframe") == Passed()
    there = {"host": "localhost:8233", "origin": "http://localhost:8233"}
    assert judged("POST", **there) == Passed()
    assert judged("GET", "/", ("cookie", "theme=dark")) == Passed(), "other cookies of this machine do no harm"
    assert judged("GET", "/", cookie=f"aide_ui_8233=planted; {COOKIE.set_cookie}") == Passed()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8233",
        "127.0.0.1",
        "127.0.0.1:8234",
        "127.0.0.1:8233.evil.example",
        "[::1]:8233",
    ],
)
def test_a_name_that_was_rebound_to_this_machine_is_refused(host: str) -> None:
    """The page has the same origin then, and whatever it sends looks like the UI's own."""
    for method in ("GET", "POST"):
        assert status(judged(method, host=host, origin=f"http://{host}", **FETCH)) == 403
    assert status(judged("GET", f"/enter/{KEY}", host=host)) == 403
    assert status(judged("GET", "/", ("host", "127.0.0.1:8233"), host=host)) == 403


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "", "http://127.0.0.1:9999", "http://localhost:8233", "https://127.0.0.1:8233"],
)
@pytest.mark.parametrize("content", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_a_page_of_another_site_posts_is_refused(origin: str, content: str) -> None:
    """A simple request, which no browser asks about before; also from a page on another port, to which browsers give
    the cookie."""
    target = "/api/v1/namespaces/default/workflows/t/signal/tell"
    assert status(judged("POST", target, origin=origin, content_type=content)) == 403
    assert status(judged("POST", target, ("origin", OWN), origin=origin)) == 403
    assert status(judged("GET", target, origin=origin)) == 403


def test_a_browser_that_names_the_site_is_believed() -> None:
    for site in ("cross-site", "same-site", "", "anything"):
        assert status(judged("POST", origin=OWN, sec_fetch_site=site)) == 403
        assert status(judged("GET", sec_fetch_site=site, sec_fetch_mode="no-cors", sec_fetch_dest="script")) == 403
        assert status(judged("GET", sec_fetch_site=site, sec_fetch_mode="navigate", sec_fetch_dest="iframe")) == 403
        assert judged("GET", sec_fetch_site=site, **LINK) == Passed(), "a person follows a link"
        assert status(judged("POST", origin=OWN, sec_fetch_site=site, **LINK)) == 403
    assert status(judged("POST")) == 403, "a browser says which page posts"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE", "get", ""])
def test_other_methods_are_refused(method: str) -> None:
    assert status(judged(method, origin=OWN)) == 405


@pytest.mark.parametrize("target", ["", "*", "//evil.example/", "http://127.0.0.1:8233/", "/a b", "/\x00", "/é", "x"])
def test_other_addresses_are_refused(target: str) -> None:
    assert status(judged("GET", target)) == 400


def test_the_usual_port_of_the_web_is_not_written() -> None:
    gate = Gate(SecretStr(KEY), 80)
    assert isinstance(gate.judge("GET", f"/enter/{KEY}", [(b"host", b"127.0.0.1")]), LetIn)


def test_operators_read_what_each_refusal_means() -> None:
    page = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    table = page.partition("| the UI answers |")[2].partition("\n\n")[0]
    told = re.findall(r"^\| (\d+) `([^`]+)`", table, re.MULTILINE)
    refusals = [
        judged(cookie=""),
        judged(host="evil.example:8233"),
        judged("POST", origin="http://evil.example"),
        judged("POST"),
    ]
    for (status_told, words), refusal in zip(told, refusals, strict=False):
        assert isinstance(refusal, Refused) and refusal.status == int(status_told)
        assert refusal.why.replace("`", "").startswith(words.removesuffix("...").rstrip("; ")), words
    assert [status_told for status_told, _ in told[len(refusals) :]] == ["502"], "the proxy answers that"
