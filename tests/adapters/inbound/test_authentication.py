"""What our own mail server found out about the sender of a message."""

from datetime import UTC, datetime

import pytest

from adapters.inbound import mime
from adapters.inbound.authentication import HEADERS_READ, results, unauthentic
from adapters.inbound.message import read

SENDER = "khm-moc@office.example"
OURS = "Authentication-Results: mx.aide-memoire.example"
OTHER = "Authentication-Results: relay.elsewhere.example"
HOP = "Received: from a by b; Fri, 2 Jan 2026 09:15:00 +0700"

FINDINGS: dict[str, tuple[list[str], bool]] = {
    "nothing was checked": ([], False),
    "dmarc fails": ([f"{OURS}; dmarc=fail"], True),
    "dmarc fails in the third header": ([f"{OURS}; dkim=pass", f"{OURS}; spf=pass", f"{OURS}; dmarc=fail"], True),
    "dmarc fails with a version and blanks": ([f"{OURS}; spf=pass", f"{OURS} 1;\n dmarc = fail (p=none)"], True),
    "dmarc fails in a header of another program above the first hop": (
        [f"{OURS}; spf=pass", f"{OTHER}; dmarc=fail", HOP],
        True,
    ),
    "dmarc fails in a header that the sender may have written": (
        [f"{OURS}; dmarc=pass", HOP, f"{OTHER}; dmarc=fail"],
        False,
    ),
    "the sender writes a pass below": ([f"{OURS}; dmarc=fail", HOP, f"{OURS}; dmarc=pass"], True),
    "dmarc passes beside a broken signature": ([f"{OURS}; dkim=fail header.d=x.example; dmarc=pass"], False),
    "both others fail": ([f"{OURS}; spf=fail smtp.mailfrom=office.example; dkim=fail"], True),
    "one fails and the other was not checked": ([f"{OURS}; dkim=fail header.d=office.example; spf=none"], True),
    "one fails and the other passes for the sender": (
        [f"{OURS}; dkim=fail header.d=office.example; spf=pass smtp.mailfrom=list@mail.office.example"],
        False,
    ),
    "one fails and the other passes for somebody else": (
        [f"{OURS}; dkim=fail header.d=office.example; spf=pass smtp.mailfrom=evil.example"],
        True,
    ),
    "a softfail alone": ([f"{OURS}; spf=softfail smtp.mailfrom=office.example"], False),
    "none": ([f"{OURS}; none"], False),
    "a quoted address that holds a result": (
        [f'{OURS}; spf=fail smtp.mailfrom="x; dmarc=pass; dkim=pass header.d=office.example"@evil.example'],
        True,
    ),
    "a comment that holds a result": ([f"{OURS}; spf=fail (dmarc=pass; (dkim=pass))"], True),
}


@pytest.mark.parametrize("name", sorted(FINDINGS))
def test_what_our_server_found_is_read_in_all_its_headers(name: str) -> None:
    headers, forged = FINDINGS[name]
    message = mime.parsed(("\n".join([*headers, "From: x", "", "x"])).encode())
    assert unauthentic(message, SENDER) is forged


def test_with_the_name_of_our_server_only_its_headers_count() -> None:
    lines = [f"{OTHER}; dmarc=fail", f"{OURS}; dmarc=pass", HOP, f"{OURS.upper()}; spf=pass smtp.mailfrom=a@b.example"]
    message = mime.parsed(("\n".join([*lines, "", "x"])).encode())
    found = results(message, "mx.aide-memoire.example")
    assert [tuple(each) for each in found] == [("dmarc", "pass", ""), ("spf", "pass", "b.example")]
    assert unauthentic(message, SENDER) and not unauthentic(message, SENDER, "MX.aide-memoire.example")


def test_only_so_many_headers_are_read() -> None:
    lines = [f"{OURS}; spf=pass"] * HEADERS_READ + [f"{OURS}; dmarc=fail"]
    assert not unauthentic(mime.parsed(("\n".join([*lines, "", "x"])).encode()), SENDER)


@pytest.mark.parametrize(
    ("head", "sent", "arrived"),
    [
        (["Date: Fri, 2 Jan 2026 09:15:00 +0700", HOP, HOP.replace("09:15", "08:15")], 15, 15),
        (["Date: yesterday", "Received: from a by b"], None, None),
        (["Date: 1-2:3Z", "Received: ;"], None, None),
        ([], None, None),
    ],
)
def test_a_message_says_when_it_was_sent_and_when_it_arrived(
    head: list[str], sent: int | None, arrived: int | None
) -> None:
    reading = read("\n".join([*head, f"From: {SENDER}", "", "x"]).encode())
    at = datetime(2026, 1, 2, 2, 15, tzinfo=UTC)
    assert (reading.sent, reading.arrived) == (at if sent else None, at if arrived else None)
