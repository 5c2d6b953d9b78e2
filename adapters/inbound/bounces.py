"""Delivery status notifications (RFC 3464): which mail did not reach whom."""

import re
from email.message import Message

from adapters.inbound import bounds, mime
from models.post.incoming import DeliveryReport


def is_report(message: Message) -> bool:
    """Whether it is a report by a mail server, of delivery or of reading."""
    return message.get_content_type() == "multipart/report"


def is_delivery_status(message: Message) -> bool:
    kind = str(message.get_param("report-type") or "").lower()
    return is_report(message) and (
        kind == "delivery-status"
        or any(part.get_content_type() == "message/delivery-status" for part in mime.parts(message))
    )


def returned(message: Message) -> tuple[DeliveryReport, ...]:
    """What it says about each recipient. Empty where it says nothing that can be read."""
    identity, fields = "", []
    for part in mime.parts(message):
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            blocks = part.get_payload()
            fields += [each for each in blocks if isinstance(each, Message)] if isinstance(blocks, list) else []
        elif kind in ("message/rfc822", "message/global"):
            inner = part.get_payload()
            if isinstance(inner, list) and inner and isinstance(inner[0], Message):
                identity = identity or mime.header(inner[0], "Message-ID")
        elif kind in ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers"):
            identity = identity or _message_id(mime.decoded(mime.content(part), mime.charset(part)))
    return tuple(_returned(each, identity) for each in fields[: bounds.RECIPIENTS] if each.get("Final-Recipient"))


def _message_id(headers: str) -> str:
    match = re.search(r"(?im)^Message-ID:\s*(<[^<>\s]{1,500}>)", headers[: 16 * bounds.HEADER])
    return match.group(1) if match else ""


def _returned(fields: Message, identity: str) -> DeliveryReport:
    status = mime.header(fields, "Status").partition(" ")[0]
    action = mime.header(fields, "Action").lower()
    who = mime.header(fields, "Original-Recipient") or mime.header(fields, "Final-Recipient")
    reason = mime.header(fields, "Diagnostic-Code").partition(";")[2].strip()
    return DeliveryReport(
        recipient=who.rpartition(";")[2].strip().strip("<>").lower(),
        status=status,
        # A class 4 that has "failed" was tried until its time was over (4.4.7); a class 5 that is "relayed" is no end.
        failed=action == "failed" or (not action and status.startswith("5")),
        message_id=identity,
        reason=(reason or f"delivery {action or 'failed'}")[:300],
    )
