"""Recognises two texts that servers add below a mail: legal notices, and the footers of mailing lists.

Legal notices are worded in countless ways. So a paragraph counts as one if it speaks of most of the things that such a
notice speaks of. A sentence in it that speaks of none of them, or of the meeting, is no part of the notice.
"""

import re

_THINGS: dict[str, str] = {
    "message": """
        this e-mail|this email|this e mail|this message|this communication|this transmission|ce message|ce courriel
        |cet e-mail|cet email|diese e-mail|diese nachricht|thư này|thư điện tử này|email này|e-mail này
        |อีเมลฉบับนี้|อีเมลนี้|ข้อความนี้|ອີເມວນີ້|ອີເມລນີ້|ຂໍ້ຄວາມນີ້|អ៊ីមែលនេះ|អ៊ីម៉ែលនេះ|សារនេះ
    """,
    "confidential": "confidential|privileged|confidentiel|vertraulich|tin mật|bảo mật|ความลับ|ຄວາມລັບ|សម្ងាត់",
    "recipient": """
        recipient|addressee|to whom it is addressed|to whom they are addressed|individual or entity|destinataire
        |empfänger|adressat|người nhận|ผู้รับ|ຜູ້ຮັບ|អ្នកទទួល
    """,
    "error": """
        in error|by mistake|not the intended|par erreur|irrtümlich|nhầm|không phải là người nhận|ผิดพลาด|ຜິດພາດ|ច្រឡំ|កំហុស
    """,
    "forbidden": """
        prohibited|unauthori|unlawful|interdit|non autorisé|untersagt|nicht gestattet|nghiêm cấm|không được phép
        |ห้าม|ຫ້າມ|ហាម
    """,
    "delete": "delete|destroy|détrui|supprim|lösch|vernicht|xóa|xoá|hủy|huỷ|ลบ|ລຶບ|ລົບ|លុប",
    "notify": "notify|inform|advise|averti|prévenir|benachrichtig|thông báo|báo cho|แจ้ง|ແຈ້ງ|ជូនដំណឹង",
    "attachment": "attachment|attached file|pièces jointes|anhang|anhänge|đính kèm|แนบ|ຄັດຕິດ|ແນບ|ឯកសារភ្ជាប់",
}
"""The things that a legal notice speaks of, and how, in several languages."""
_OF_A_NOTICE = ("message", "confidential", "recipient", "error", "forbidden")
"""Those of the things that other sentences rarely speak of."""
_LEAST = 4
"""Of how many of the things a paragraph speaks that is a legal notice."""

_OF_THE_MEETING = re.compile(
    r"\b(?:accept|agree|consent|condition|provided|only if|unless|meeting|visa|propos|postpone|venue|agenda|minutes"
    r"|réunion|date|họp|đồng ý|chấp nhận|điều kiện|ngày|bedingung|sitzung|termin)"
    "|ประชุม|เงื่อนไข|ยอมรับ|ປະຊຸມ|ເງື່ອນໄຂ|ຍອມຮັບ|ប្រជុំ|លក្ខខណ្ឌ|យល់ព្រម"
)
"""A sentence with such a word is no part of a notice."""


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(each.strip()) for each in words.split("|")))


_PATTERNS = {name: _pattern(words) for name, words in _THINGS.items()}


def _things(text: str) -> set[str]:
    folded = text.casefold()
    return {name for name, pattern in _PATTERNS.items() if pattern.search(folded)}


def is_notice(paragraph: str) -> bool:
    """Whether a paragraph is a legal notice, perhaps with other sentences in between."""
    found = _things(paragraph)
    return len(found) >= _LEAST and "message" in found and not found.isdisjoint({"confidential", "error"})


def belongs_to_notice(sentence: str) -> bool:
    """Whether a sentence of such a paragraph is part of the notice."""
    if _OF_THE_MEETING.search(sentence.casefold()):
        return False
    found = _things(sentence)
    return len(found) >= 2 or not found.isdisjoint(_OF_A_NOTICE)


_NAME = r"[^\s.,;:!?][^.,;:!?]{0,60}"
_WHERE = r"(?:\S{1,100}@\S{1,200}|<?https?://\S{1,300}|-{1,3})"
_FOOTERS = (
    re.compile(rf"{_NAME} mailing list(?: {_WHERE}){{1,4}}(?: To unsubscribe send an email to \S{{1,200}})?", re.I),
    re.compile(
        r'You received this message because you are subscribed to the Google Groups? "[^"]{1,80}" group\.'
        r" To unsubscribe from this group and stop receiving emails from it, send an email to \S{1,200}"
        rf"(?: (?:To view this discussion (?:on the web )?visit|For more options, visit) ?{_WHERE}?){{0,2}}",
        re.I,
    ),
)


def is_footer(paragraph: str) -> bool:
    """Whether a paragraph is the footer that a mailing list adds: its name, its address and how to leave it."""
    text = " ".join(paragraph[:1500].split())
    return not _OF_THE_MEETING.search(text.casefold()) and any(each.fullmatch(text) for each in _FOOTERS)
