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
    mine = f"{OURS.upper()}; spf=pass smtp.mailfrom=a@b.example"
    lines = [f"{OTHER}; dmarc=fail", f"{OURS}; dmarc=pass", mine, HOP, f"{OURS}; dkim=pass header.d=office.example"]
    message = mime.parsed(("\n".join([*lines, "", "x"])).encode())
    found = results(message, "mx.aide-memoire.example")
    assert [tuple(each) for each in found] == [("dmarc", "pass", ""), ("spf", "pass", "b.example")]
    assert unauthentic(message, SENDER) and not unauthentic(message, SENDER, "MX.aide-memoire.example")


SERVER = "mx.aide-memoire.example"
PROOFS: dict[str, tuple[list[str], str]] = {
    "nothing was checked": ([], "no result"),
    "another server says so": ([f"{OTHER}; dmarc=pass header.from=office.example"], "no result"),
    "the sender says so": ([HOP, f"{OURS}; dmarc=pass header.from=office.example"], "no result"),
    "none": ([f"{OURS}; none"], "no result"),
    "dmarc none": ([f"{OURS}; dmarc=none header.from=office.example"], "proves nothing"),
    "dmarc none and spf for another domain": (
        [f"{OURS}; dmarc=none; spf=pass smtp.mailfrom=bounce.example"],
        "proves nothing",
    ),
    "softfail": ([f"{OURS}; spf=softfail smtp.mailfrom=office.example"], "proves nothing"),
    "dmarc is about another domain": ([f"{OURS}; dmarc=pass header.from=evil.example"], "is about evil.example"),
    "two verdicts of dmarc": ([f"{OURS}; dmarc=pass", f"{OURS}; dmarc=none"], "contradict"),
    "dmarc passes on nothing": ([f"{OURS}; dmarc=pass; spf=fail; dkim=none"], "contradict"),
    "one signature passes and fails": (
        [f"{OURS}; dkim=pass header.d=office.example", f"{OURS}; dkim=fail header.d=office.example"],
        "contradict",
    ),
    "dmarc passes": (
        [f"{OURS} 1; dmarc=pass (p=reject dis=none) header.from=office.example; dkim=pass header.d=office.example"],
        "",
    ),
    "dmarc alone passes": ([f"{OURS}; dmarc=pass"], ""),
    "as Microsoft writes it": (
        [
            f"{OURS}; spf=pass (sender IP is 1.2.3.4)\n smtp.mailfrom=office.example; dkim=pass (verified)\n"
            " header.d=office.example;dmarc=pass action=none header.from=office.example;compauth=pass reason=100"
        ],
        "",
    ),
    "dkim passes for the sender": ([f"{OURS}; dkim=pass header.i=@mail.office.example; spf=none"], ""),
    "a broken signature of a list beside it": (
        [f"{OURS}; dmarc=pass; dkim=pass header.d=office.example; dkim=fail header.d=list.example"],
        "",
    ),
}


@pytest.mark.parametrize("name", sorted(PROOFS))
def test_with_the_name_of_our_server_an_answer_counts_on_proof(name: str) -> None:
    headers, why = PROOFS[name]
    data = "\n".join([*headers, f"From: {SENDER}", "", "x"]).encode()
    assert why in read(data, server=SERVER).unproven and bool(why) is bool(read(data, server=SERVER).unproven)
    assert not read(data).unproven, "without the setting nothing more is asked than before"


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
