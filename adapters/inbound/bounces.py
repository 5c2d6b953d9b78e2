"""Reads delivery status notifications (RFC 3464). They say which mail did not reach which recipient."""

import re

from adapters.inbound import bounds, mime
from adapters.inbound.bounds import OutOfBoundsError
from adapters.inbound.mime import Part
from adapters.text import line_of_mail
from models.post.contacts import plain_address
from models.post.incoming import DeliveryReport

_STATUS = "message/delivery-status"
_RETURNED = ("message/rfc822", "message/global")
_RETURNED_HEADERS = ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers")


def is_report(message: Part) -> bool:
    """Returns whether the message is a report: of delivery by a mail server, or of reading by a mail program."""
    return message.type == "multipart/report"


def is_delivery_status(message: Part) -> bool:
    """Returns whether the message is a report of the delivery of a mail. Raises OutOfBoundsError if the message is
    beyond a limit."""
    kind = message.parameters.get("report-type", "").lower()
    return is_report(message) and (kind == "delivery-status" or any(part.type == _STATUS for part in message.parts))


def returned(message: Part) -> tuple[DeliveryReport, ...]:
    """Returns what a delivery report says about each recipient. Empty if it names no recipient. Raises OutOfBoundsError
    if the report is beyond a limit."""
    fields = [each for each in _fields(message) if each.first("final-recipient")]
    identity = _identity(message)
    return tuple(_returned(each, identity) for each in fields)


def _fields(message: Part) -> list[Part]:
    """Returns the fields about the message, and then those about each recipient."""
    octets = 0
    found: list[bytes] = []
    for part in message.parts:
        if part.type != _STATUS:
            continue
        octets += part.end - part.start
        if octets > bounds.STATUS_OCTETS:
            raise OutOfBoundsError(f"its delivery status has more than {bounds.STATUS_OCTETS:,} bytes")
        found += [each for each in re.split(rb"\n\n+", part.raw[part.start : part.end]) if each.strip()]
        if len(found) > bounds.RECIPIENTS + 1:
            raise OutOfBoundsError(f"its delivery status speaks of more recipients than the {bounds.RECIPIENTS} read")
    return [mime.head(each.lstrip(b"\n")) for each in found]


def _identity(message: Part) -> str:
    """Returns the Message-ID of the mail that came back. It looks at the first few parts that may hold it."""
    back = [part for part in message.parts if part.type in (*_RETURNED, *_RETURNED_HEADERS)]
    for part in back[: bounds.RETURNED]:
        if part.type in _RETURNED:
            data = part.raw[part.start : min(part.end, part.start + bounds.STATUS_OCTETS)]
        else:
            data = mime.content(part, bounds.STATUS_OCTETS)
        if identity := mime.header(mime.head(data), "Message-ID", bounds.IDENTITY):
            return identity
    return ""


def _returned(fields: Part, identity: str) -> DeliveryReport:
    status = mime.header(fields, "Status", bounds.WORD).partition(" ")[0]
    action = mime.header(fields, "Action", bounds.WORD).lower()
    final = _recipient(fields, "Final-Recipient")
    original = _recipient(fields, "Original-Recipient") or final
    reason = mime.header(fields, "Diagnostic-Code").partition(";")[2].strip()
    return DeliveryReport(
        recipient=original,
        status=status,
        # A class 4 that has "failed" was tried until its time was over (4.4.7); a class 5 that is "relayed" is no end.
        failed=action == "failed" or (not action and status.startswith("5")),
        message_id=identity,
        reason=line_of_mail(reason or f"delivery {action or 'failed'}", bounds.LINE),
        passed_on_to="" if _same_mailbox(original, final) else final,
    )


def _recipient(fields: Part, name: str) -> str:
    address = mime.header(fields, name).rpartition(";")[2].strip().strip("<>")
    return plain_address(address) or line_of_mail(address, bounds.ADDRESS)


def _same_mailbox(original: str, final: str) -> bool:
    """Whether two addresses name one mailbox. Servers write the host of the mailbox into the domain: a@mail.x.example
    for a@x.example."""
    if original == final or not final:
        return True
    (name, _, domain), (other, _, host) = original.rpartition("@"), final.rpartition("@")
    return bool(domain and host) and name == other and (host.endswith(f".{domain}") or domain.endswith(f".{host}"))
