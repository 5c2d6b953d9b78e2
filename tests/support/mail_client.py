"""A mail program for tests: it makes answers to invitations, and sends them."""

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import aiosmtplib


def calendar_of(mail: EmailMessage) -> tuple[str, str]:
    """The inline calendar of a mail, unfolded, and its `method` parameter."""
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            return re.sub(rb"\r\n[ \t]", b"", data).decode(), str(part.get_param("method"))
    raise AssertionError(f"no calendar in {mail['Subject']}")


def value(calendar: str, name: str) -> str:
    found = re.search(rf"(?m)^{name}(?:;[^:\r\n]*)?:([^\r\n]*)", calendar)
    assert found, f"no {name} in {calendar}"
    return found.group(1)


def event_in(calendar: str) -> str:
    return calendar[calendar.index("BEGIN:VEVENT") :]


def answer(
    request: EmailMessage,
    address: str,
    partstat: str,
    method: str = "REPLY",
    comment: str = "",
    times: str = "",
    **more: Any,
) -> EmailMessage:
    """The REPLY or COUNTER of one attendee to a REQUEST, as a mail program writes it from the REQUEST alone."""
    event = event_in(calendar_of(request)[0])
    stamp = more.get("dtstamp", datetime.now(UTC))
    same = "\r\n".join(re.findall("(?m)^DT(?:START|END)[^\r\n]*", event))
    lines = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Example//Mail 1.0//EN",
        "VERSION:2.0",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"UID:{value(event, 'UID')}",
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{value(event, 'SEQUENCE')}",
        f"ORGANIZER:{value(event, 'ORGANIZER')}",
        f"ATTENDEE;PARTSTAT={partstat}:mailto:{address}",
        times or same,
        f"SUMMARY:{value(event, 'SUMMARY')}",
        *([f"COMMENT:{comment}"] if comment else []),
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    mail = EmailMessage(SMTP)
    mail["From"], mail["To"] = address, value(event, "ORGANIZER").partition(":")[2]
    mail["Subject"] = f"{partstat}: {value(event, 'SUMMARY')}"
    mail["Message-ID"] = f"<{stamp:%H%M%S%f}{more.get('copy', '')}@mail.office.example>"
    mail.set_content("\r\n".join(lines), subtype="calendar", params={"method": method}, cte="base64")
    return mail


async def send(mail: EmailMessage, port: int) -> bytes:
    """Sends a mail by SMTP, and returns its bytes."""
    data = mail.as_bytes()
    sender, to = str(mail["From"]), str(mail["To"])
    await aiosmtplib.send(data, sender=sender, recipients=[to], hostname="127.0.0.1", port=port)
    return data
