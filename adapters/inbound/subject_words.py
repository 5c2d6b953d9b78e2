"""Finds the sender's own words in the subject of an answer: "Accepted: Joint Trade Commission - but only in Pakse".

A mail program writes one word for the button, and then the title of the event. Google adds the time and an address. The
word must fit the button: "Declined:" above an Accept counts as words. What is not recognised counts as words too.
"""

import re

from adapters.inbound.own_words import Known, own_words
from adapters.inbound.tokens import Phrases, cleaned, words_of
from models.messages.acts import ReplyMethod
from models.messages.calendar_event import PartStat

_ACCEPTED = """
accepted | accept | invitation accepted | accepted invitation | accepted with note | event accepted | meeting accepted
accepté | acceptée | acceptation | invitation acceptée | réunion acceptée | a accepté
zugesagt | zusage | angenommen | akzeptiert | termin angenommen | einladung angenommen
aceptado | aceptada | aceptó | invitación aceptada | aceito | aceite | accettato | accettata | geaccepteerd
accepterat | accepterad | accepteret | akseptert | godtatt | hyväksytty | zaakceptowano | принято | принята
đã chấp nhận | chấp nhận | đã nhận lời | diterima | 已接受 | 接受 | 承諾 | 수락 | 수락함
ตอบรับ | ตอบรับแล้ว | ยอมรับ | ยอมรับแล้ว | ຕອບຮັບ | ຕອບຮັບແລ້ວ | ຍອມຮັບ | ຍອມຮັບແລ້ວ
បានទទួលយក | ទទួលយក | បានព្រម | បានយល់ព្រម
"""
_DECLINED = """
declined | decline | invitation declined | declined invitation | declined with note | event declined | meeting declined
refusé | refusée | décliné | déclinée | refus | invitation refusée | réunion refusée
abgelehnt | abgesagt | absage | termin abgelehnt | einladung abgelehnt | rechazado | rechazada | recusado | recusada
rifiutato | rifiutata | afgewezen | avböjt | afvist | avslått | hylätty | odrzucono | отклонено | отклонена
đã từ chối | từ chối | ditolak | 已拒绝 | 已拒絕 | 拒绝 | 辞退 | 거절 | 거절함
ปฏิเสธ | ปฏิเสธแล้ว | ປະຕິເສດ | ປະຕິເສດແລ້ວ | បានបដិសេធ | បដិសេធ
"""
_TENTATIVE = """
tentative | tentatively accepted | tentative accept | tentatively accepted invitation | maybe | invitation tentative
tentatively accepted with note | provisoire | accepté provisoirement | peut être | à confirmer
mit vorbehalt | unter vorbehalt | vorläufig | vielleicht | mit vorbehalt angenommen | provisional | tentativo | quizás
provisório | talvez | provvisorio | forse | voorlopig | preliminärt | foreløbig | alustava | wstępnie | под вопросом
có thể | tạm chấp nhận | dự kiến | tentatif | mungkin | 暂定 | 暫定 | 仮承諾 | 미정
ไม่แน่นอน | อาจจะ | ບໍ່ແນ່ນອນ | ອາດຈະ | ប្រហែល | ប្រហែលជា
"""
_COUNTERED = """
new time proposed | new time | proposed new time | propose new time | counterproposal | counter proposal | counter
counter proposed | new meeting time proposed | nouvelle heure proposée | nouvel horaire proposé | contre proposition
neue zeit vorgeschlagen | neuer zeitvorschlag | gegenvorschlag | nueva hora propuesta | nuova ora proposta
đề xuất thời gian mới | thời gian mới được đề xuất | เสนอเวลาใหม่ | ສະເໜີເວລາໃໝ່ | ស្នើពេលវេលាថ្មី | 建议的新时间
"""
_REPLIES = """
re | fw | fwd | aw | wg | tr | rép | ref | sv | vs | vl | r | rv | enc | antw | odp | ynt | rif
trả lời | trl | 答复 | 回复 | 回覆
ตอบ | ตอบกลับ | ຕອບ | ຕອບກັບ | ឆ្លើយតប | response | reply | réponse | antwort | event invitation reply
updated invitation | invitation | updated | update
"""

_PREFIX = re.compile(r"\s*\[?([^:：៖\[\]]{1,60})\]?\s*[:：៖]")
_MOST = 4
"""The most words of programs before the title: "Re: Accepted: Updated invitation:"."""


def _phrases(*lists: str) -> Phrases:
    return Phrases(each for text in lists for line in text.splitlines() for each in line.split("|"))


_BY_PARTSTAT = {
    PartStat.ACCEPTED: _phrases(_ACCEPTED, _REPLIES),
    PartStat.DECLINED: _phrases(_DECLINED, _REPLIES),
    PartStat.TENTATIVE: _phrases(_TENTATIVE, _ACCEPTED, _REPLIES),  # as in the bodies: Thunderbird says "accepted"
}
_ANY = _phrases(_ACCEPTED, _DECLINED, _TENTATIVE, _COUNTERED, _REPLIES)


def words_of_subject(subject: str, known: Known, method: ReplyMethod, partstat: PartStat | None) -> str:
    """Returns the sender's own words in the subject of an answer. Empty if there are none."""
    programs = _ANY if method is ReplyMethod.COUNTER or partstat is None else _BY_PARTSTAT.get(partstat, _ANY)
    rest = cleaned(subject)
    for _ in range(_MOST):
        match = _PREFIX.match(rest)
        if match is None or words_of(match[1]) not in programs:
            break
        rest = rest[match.end() :]
    # As a quote, because a few words of our own subject in a row are ours.
    lines = "\n".join(f"> {line}" for line in re.split(r"\s@\s|\((?=[^()]*\)\s*$)", rest))
    return own_words([lines], known, method, partstat)
