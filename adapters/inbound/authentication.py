"""Reads what our own mail server found out about the sender of a message (Authentication-Results, RFC 8601).

Several programs of one server write such headers, for example one for DKIM and one for DMARC. They stand at the top of
the message, because each server adds its headers above the others. A sender can write any text into the headers below
them.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from adapters.inbound import bounds
from adapters.inbound.mime import Part, text_of

HEADERS_READ = 20
"""The number of Authentication-Results headers of one message that the program reads. Our own come first."""
RESULTS_READ = 30
"""The number of results of one header that the program reads."""


class Result(NamedTuple):
    """One result of a check: for example dkim=fail header.d=office.example."""

    method: str
    """The check, in lower case: dmarc, spf, dkim."""
    verdict: str
    """What the check found, in lower case: pass, fail, none."""
    domain: str
    """The domain that the check is about, in lower case. Empty if the header does not name it."""


def results(message: Part, server: str = "") -> tuple[Result, ...]:
    """Returns what our own mail server found. Empty if it found nothing.

    `server` is the name (authserv-id) that our server writes into its headers. Then only its headers above the first
    Received header count: our server wrote that one, and a sender can write anything below it. If `server` is empty,
    the headers above the first Received header count, and every header of the server that wrote the first one.
    """
    own = set() if not server else {server.lower()}
    found: list[Result] = []
    hops = read = 0
    for name, value in message.headers:
        hops += name == "received"
        if server and hops:
            break
        if name != "authentication-results":
            continue
        read += 1
        if read > HEADERS_READ:
            break
        who, checks = _parts(value)
        if not server and (not own or not hops):
            own.add(who)
        if who in own:
            found += _results(checks)
    return tuple(found)


_FAILS = ("fail", "hardfail")


def unauthentic(message: Part, sender: str, server: str = "") -> bool:
    """Returns whether our own mail server found that the sender is forged. `sender` is the address in From, or empty.

    It did if DMARC fails in any of its headers. Without a verdict of DMARC it did if SPF or DKIM fails, and none of the
    two passes for the domain of the sender. False if the server checked nothing: that is no finding.
    """
    found = results(message, server)
    dmarc = {each.verdict for each in found if each.method == "dmarc"}
    if dmarc & {"pass", *_FAILS}:
        return not dmarc.isdisjoint(_FAILS)
    checks = [each for each in found if each.method in ("spf", "dkim")]
    proven = any(each.verdict == "pass" and _aligned(each.domain, sender) for each in checks)
    return not proven and any(each.verdict in _FAILS for each in checks)


def unproven(message: Part, sender: str, server: str) -> str:
    """Returns why our own mail server has not proved that the message comes from its sender. Empty if it has, or if
    `server` is empty, because nobody has said what our server writes.

    It has if DMARC passes, or, without a verdict of DMARC, if SPF or DKIM passes for the domain of the sender. If its
    results contradict each other, it has not.
    """
    if not server:
        return ""
    found = results(message, server)
    if not found:
        return f"our mail server {server} has written no result about its sender"
    told = ", ".join(f"{each.method}={each.verdict}" for each in found)[:200]
    checks = [each for each in found if each.method in ("spf", "dkim")]
    dmarc = [each for each in found if each.method == "dmarc"]
    verdicts = {each.verdict for each in dmarc}
    passed = {(each.method, each.domain) for each in checks if each.verdict == "pass"}
    failed = {(each.method, each.domain) for each in checks if each.verdict in _FAILS and each.domain}
    if len(verdicts) > 1 or passed & failed or ("pass" in verdicts and checks and not passed):
        return f"the results of our mail server {server} contradict each other ({told})"
    if "pass" in verdicts:
        other = next((each.domain for each in dmarc if each.domain and not _aligned(each.domain, sender)), "")
        return f"the result of our mail server {server} is about {other}" if other else ""
    if any(_aligned(domain, sender) for _, domain in passed):
        return ""
    return f"our mail server {server} proves nothing about its sender ({told})"


def _aligned(domain: str, sender: str) -> bool:
    """Whether a domain is the domain of an address, or one of the two lies in the other (RFC 7489 section 3.1)."""
    own = sender.rpartition("@")[2].lower()
    return bool(domain and own) and (domain == own or domain.endswith(f".{own}") or own.endswith(f".{domain}"))


_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"')
_COMMENT = re.compile(r"\([^()]*+\)")
_SPACE = re.compile(r"\s*+([=.@;])\s*+|\s++")


def _parts(value: bytes) -> tuple[str, list[str]]:
    """Returns the name of the server in a header, and the text of each result."""
    text = text_of(value[: bounds.HEADER]).lower()
    # A quoted local part may hold the signs that separate results. A sender chooses it.
    text = _QUOTED.sub(lambda match: re.sub(r"[;()=\s]", "_", match[0]), text)
    for _ in range(3):  # comments within comments
        text = _COMMENT.sub(" ", text)
    # One blank stands between words, and none around the signs that bind them.
    text = _SPACE.sub(lambda match: match[1] or " ", text).strip()
    who, *checks = text.split(";")
    return who.strip(" \"'").partition(" ")[0].strip("\"'"), checks[:RESULTS_READ]


_RESULT = re.compile(r"\s*+([a-z][a-z0-9-]{0,30}+)(?:/[0-9]{1,3}+)?=([a-z]{1,20}+)")
_DOMAIN = re.compile(r'\b(?:header\.[di]|smtp\.mailfrom)="?(?:[^\s@"=]*@)?([^\s"@=]{1,255})')
_DMARC_DOMAIN = re.compile(r'\bheader\.from="?(?:[^\s@"=]*@)?([^\s"@=]{1,255})')


def _results(checks: list[str]) -> Iterator[Result]:
    for check in checks:
        if match := _RESULT.match(check):
            domain = (_DMARC_DOMAIN if match[1] == "dmarc" else _DOMAIN).search(check)
            yield Result(match[1], match[2], domain[1].strip(".") if domain else "")
