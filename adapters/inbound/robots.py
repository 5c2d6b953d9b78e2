"""Finds whether a program sent a message. Only what a message says of itself counts (RFC 3834 section 5, and older
headers).

Many headers that look like those of a program come with letters of people. Exchange writes X-Auto-Response-Suppress
into every message of some organizations: it asks other programs not to answer. Mailing lists write `Precedence: bulk`
or `list` into what people write to them. In doubt a person has written the message, and it is listed.
"""

import re
import unicodedata

from adapters.inbound import bounds, mime
from adapters.inbound.mime import Part

_ANSWERS_ITSELF = ("X-Autoreply", "X-Autorespond", "X-Auto-Reply-From")
"""Headers by which a message says of itself that a program answers with it."""

_AWAY = re.compile(
    "(?:automatic reply|auto-?reply|autoreply|out of (?:the )?office|auto(?:matic)? response"
    "|réponse automatique|absence du bureau|absente? du bureau|message d['’]absence|automatische antwort"
    "|respuesta automática|fuera de (?:la )?oficina|risposta automatica|resposta automática|trả lời tự động"
    "|thư trả lời tự động|vắng mặt|không có mặt tại văn phòng)\\b"
    "|abwesenheits|ตอบกลับอัตโนมัติ|การตอบกลับอัตโนมัติ|ไม่อยู่ที่สำนักงาน|不在办公室|自动答复|自动回复|自動回覆|自動回復"
    "|(?:ການ)?ຕອບກັບອັດຕະໂນມັດ|(?:ການ)?ຕອບອັດຕະໂນມັດ|ບໍ່ຢູ່ຫ້ອງການ"
    "|(?:ការ)?ឆ្លើយតប(?:ដោយ)?ស្វ័យប្រវត្តិ|អវត្តមានពីការិយាល័យ",
    re.IGNORECASE,
)
"""How the subjects of out-of-office answers begin. A subject alone shows nothing: people forward such answers."""


def robot(message: Part) -> str:
    """Returns the sign that a program sent the message. Empty if there is no sign, or only signs that also come with
    letters of people."""
    submitted = "".join(re.findall(r"^[a-z-]+", mime.header(message, "Auto-Submitted", bounds.WORD).lower()))
    if submitted and submitted != "no":
        return submitted
    precedence = mime.header(message, "Precedence", bounds.WORD).lower().strip()
    if precedence in ("auto_reply", "auto-reply"):
        return f"Precedence: {precedence}"
    for name in _ANSWERS_ITSELF:
        if mime.header(message, name, bounds.WORD).lower().strip() not in ("", "no"):
            return name
    return _away(message, precedence)


def _away(message: Part, precedence: str) -> str:
    """Returns the sign of an out-of-office answer without any header that says it: a subject and a header that programs
    set. Empty if one of the two is missing."""
    if not _AWAY.match(unicodedata.normalize("NFC", mime.header(message, "Subject", bounds.SUBJECT))):
        return ""
    if precedence in ("bulk", "junk", "list"):
        return f"its subject, and Precedence: {precedence}"
    if mime.header(message, "X-Auto-Response-Suppress", bounds.WORD):
        return "its subject, and X-Auto-Response-Suppress"
    return "its subject, and an empty Return-Path" if returns_nothing(message) else ""


def returns_nothing(message: Part) -> bool:
    """Returns whether nobody can send the message back (Return-Path: <>). Delivery failures and out-of-office answers
    are sent like this."""
    return mime.header(message, "Return-Path", bounds.LINE).replace(" ", "") == "<>"
