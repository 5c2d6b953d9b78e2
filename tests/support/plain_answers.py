"""Answers to one invitation, as mail programs write them in several languages: plain ones, and ones with words.

`python -m tests.support.plain_answers` prints how many plain answers are mistaken for answers with words, and how many
words are missed. The shapes follow what the programs write; names and addresses are our own.
"""

import base64
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.inbound.message import read
from adapters.inbound.sender_words import words_of_answers
from adapters.mail.compose import compose
from adapters.mail.templates import TEMPLATES
from models.post.contacts import Contacts
from tests.support.mail_samples import UID, announcement, contacts, despatch, event

TITLE = "Joint Trade Commission 2026"
ADDRESS = "coordinator@moic-lao.example"
NAME = "Khamla Sisavath"
OURS = "action-plan@secretariat.example"
OTHER = "focal-point@moc-khm.example"
ORGANIZER = "Aide-Mémoire of the Lao-Cambodia Action Plan"
BUTTONS = ("ACCEPTED", "DECLINED", "TENTATIVE")


@dataclass(frozen=True)
class Sample:
    """One answer."""

    client: str
    language: str
    button: str
    plain: str = ""
    html: str = ""
    comment: str = ""
    name: str = NAME
    words: str = ""
    """What must be found among its words. Empty for a plain answer."""

    def message(self) -> bytes:
        """The answer as a mail."""
        lines = [
            "BEGIN:VCALENDAR",
            "METHOD:REPLY",
            "BEGIN:VEVENT",
            f"UID:{UID}",
            "DTSTAMP:20260210T021500Z",
            "SEQUENCE:0",
            f"ATTENDEE;PARTSTAT={self.button}:mailto:{ADDRESS}",
            *([f"COMMENT:{self.comment}"] if self.comment else []),
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
        parts = [("text/plain", self.plain), *([("text/html", self.html)] if self.html else [])]
        parts.append(("text/calendar; method=REPLY", "\r\n".join(lines)))
        coded = base64.b64encode(self.name.encode()).decode()
        head = f"From: =?utf-8?b?{coded}?= <{ADDRESS}>\nTo: <{OURS}>\nSubject: {self.button}: {TITLE}\n"
        body = "".join(
            f"--b\nContent-Type: {kind}; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
            f"{base64.encodebytes(text.encode()).decode()}\n"
            for kind, text in parts
        )
        return f"{head}Content-Type: multipart/alternative; boundary=b\n\n{body}--b--\n".encode()


def archive(root: Path) -> str:
    """Writes our invitation into the archive of the office, and returns its text."""
    there = event(description="Lao-Cambodia Action Plan, provision 16.3. The Cambodian side proposes 3 March 2026.")
    sent = compose(despatch(announcement=announcement(event=there)), contacts(), TEMPLATES)
    folder = root / "lao-khm" / "letters" / "lao-moic"
    folder.mkdir(parents=True)
    (folder / "1.eml").write_bytes(sent)
    return read(sent.replace(b"method=REQUEST", b"method=X-NONE")).text or ""


def words(sample: Sample, root: Path, who: Contacts | None = None) -> str:
    """The words that the program finds in an answer."""
    return words_of_answers(read(sample.message()), who or contacts(), root).get(UID, "")


# --- what the programs write ----------------------------------------------------------------------------------------

GOOGLE = {
    "en": ("has accepted this invitation.", "has declined this invitation.", 'has replied "Maybe" to this invitation.'),
    "fr": ("a accepté cette invitation.", "a refusé cette invitation.", 'a répondu "Peut-être" à cette invitation.'),
    "de": (
        "hat diese Einladung angenommen.",
        "hat diese Einladung abgelehnt.",
        "hat mit „Vielleicht“ auf diese Einladung geantwortet.",
    ),
    "es": (
        "ha aceptado esta invitación.",
        "ha rechazado esta invitación.",
        'ha respondido "Quizás" a esta invitación.',
    ),
    "vi": ("đã chấp nhận lời mời này.", "đã từ chối lời mời này.", 'đã trả lời "Có thể" cho lời mời này.'),
    "th": ("ได้ตอบรับคำเชิญนี้แล้ว", "ได้ปฏิเสธคำเชิญนี้แล้ว", 'ตอบว่า"อาจจะ"สำหรับคำเชิญนี้'),
    "lo": ("ໄດ້ຍອມຮັບຄຳເຊີນນີ້ແລ້ວ", "ໄດ້ປະຕິເສດຄຳເຊີນນີ້ແລ້ວ", "ໄດ້ຕອບວ່າອາດຈະຕໍ່ຄຳເຊີນນີ້"),
    "km": ("បានទទួលយកការអញ្ជើញនេះ", "បានបដិសេធការអញ្ជើញនេះ", "បានឆ្លើយតបថាប្រហែលជាចំពោះការអញ្ជើញនេះ"),
}
GOOGLE_WHEN = {
    "en": ("When", "Tue 3 Mar 2026 9am – 12pm (Indochina Time)", "Where", "Calendar", "Who", "organizer", "creator"),
    "fr": (
        "Quand",
        "mar. 3 mars 2026 09:00 – 12:00 (heure d’Indochine)",
        "Où",
        "Agenda",
        "Qui",
        "organisateur",
        "créateur",
    ),
    "de": (
        "Wann",
        "Di. 3. März 2026 09:00 – 12:00 (Indochina-Zeit)",
        "Wo",
        "Kalender",
        "Wer",
        "Veranstalter",
        "Veranstalter",
    ),
    "vi": (
        "Khi nào",
        "Th 3 3 thg 3, 2026 09:00 – 12:00 (Giờ Đông Dương)",
        "Ở đâu",
        "Lịch",
        "Ai",
        "người tổ chức",
        "người tổ chức",
    ),
    "th": ("เมื่อ", "อ. 3 มี.ค. 2026 09:00 – 12:00 (เวลาอินโดจีน)", "ที่ไหน", "ปฏิทิน", "ใคร", "ผู้จัด", "ผู้จัด"),
}
THUNDERBIRD = {
    "en": ("has accepted your event invitation.", "has declined your event invitation."),
    "de": ("hat Ihre Termineinladung akzeptiert.", "hat Ihre Termineinladung abgelehnt."),
    "fr": ("a accepté votre invitation à l’évènement.", "a refusé votre invitation à l’évènement."),
    "vi": ("đã chấp nhận lời mời sự kiện của bạn.", "đã từ chối lời mời của bạn."),
}
ROUNDCUBE = {
    "en": (
        "has accepted the invitation to the following event",
        "has declined the invitation to the following event",
        "has tentatively accepted the invitation to the following event",
        "When",
        "Invitees",
    ),
    "de": (
        "hat die Einladung zur folgenden Veranstaltung angenommen",
        "hat die Einladung zur folgenden Veranstaltung abgelehnt",
        "hat die Einladung zur folgenden Veranstaltung vorläufig angenommen",
        "Wann",
        "Teilnehmer",
    ),
    "fr": (
        "a accepté l'invitation à l'événement suivant",
        "a refusé l'invitation à l'événement suivant",
        "a provisoirement accepté l'invitation à l'événement suivant",
        "Quand",
        "Participants",
    ),
    "vi": (
        "đã chấp nhận lời mời tham gia sự kiện sau",
        "đã từ chối lời mời tham gia sự kiện sau",
        "đã tạm chấp nhận lời mời tham gia sự kiện sau",
        "Khi nào",
        "Người tham gia",
    ),
}
PHONES = {
    "en": (
        "Sent from my iPhone",
        "Get Outlook for Android<https://aka.ms/AAb9ysg>",
        "Sent from my Galaxy",
        "Sent from Yahoo Mail on Android",
        "Sent from my Samsung Galaxy smartphone.",
        "Sent from Mail for Windows 10",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Sent from my iPad",
    ),
    "fr": (
        "Envoyé de mon iPhone",
        "Télécharger Outlook pour Android<https://aka.ms/AAb9ysg>",
        "Envoyé depuis mon smartphone Samsung Galaxy.",
    ),
    "de": (
        "Von meinem iPhone gesendet",
        "Holen Sie sich Outlook für Android<https://aka.ms/AAb9ysg>",
        "Von meinem Samsung Galaxy Smartphone gesendet.",
    ),
    "es": ("Enviado desde mi iPhone", "Obtener Outlook para Android<https://aka.ms/AAb9ysg>"),
    "vi": ("Đã gửi từ iPhone của tôi", "Tải Outlook cho Android<https://aka.ms/AAb9ysg>"),
    "th": ("ส่งจาก iPhone ของฉัน", "รับ Outlook สำหรับ Android<https://aka.ms/AAb9ysg>"),
    "lo": ("ສົ່ງຈາກ iPhone ຂອງຂ້ອຍ", "ຮັບ Outlook ສຳລັບ Android<https://aka.ms/AAb9ysg>"),
    "km": ("បានផ្ញើពី iPhone របស់ខ្ញុំ", "ទទួលយក Outlook សម្រាប់ Android<https://aka.ms/AAb9ysg>"),
}
SIGNATURES = {
    "name": f"{NAME}",
    "outlook": f"{NAME}\nDirector, Department of International Cooperation\nMinistry of Industry and Commerce\n"
    "Tel: +856 21 412 436\nEmail: coordinator@moic-lao.example",
    "dashes": f"-- \n{NAME}\nMinistry of Industry and Commerce, Lao PDR\nMobile: (+856-20) 5555 1234",
    "closing": f"Best regards,\n\n{NAME}\nDeputy Director General\nMinistry of Industry and Commerce\n"
    "Phonxay Road, P.O. Box 4107, Vientiane, Lao PDR",
    "regards": "Kind regards,\nKhamla SISAVATH (Mr.)\nDirector General, Ministry of Foreign Affairs",
    "french": f"Cordialement,\n{NAME}\nDirecteur adjoint\nMinistère des Affaires étrangères",
    "vietnamese": f"Trân trọng,\n{NAME}\nPhó Vụ trưởng",
    "lao": f"ດ້ວຍຄວາມເຄົາລົບ\n{NAME}",
    "khmer": f"ដោយក្តីគោរព\n{NAME}",
    "thai": f"ขอแสดงความนับถือ\n{NAME}",
    "web": f"{NAME}\nMinistry of Industry and Commerce\nwww.moic-lao.example | https://www.moic-lao.example/",
    "html rule": f"____________________\n{NAME}\nDirector General",
}
NOTICES = (
    "This email and any attachments are confidential and may be privileged. If you are not the intended recipient, "
    "please notify the sender immediately and delete this message.",
    "CONFIDENTIALITY NOTICE: The information contained in this communication is confidential and may be legally "
    "privileged. It is intended solely for the use of the individual or entity to whom it is addressed and others "
    "authorized to receive it. If you are not the intended recipient, you are notified that disclosing, copying, "
    "distributing or taking any action in reliance on the contents of this information is strictly prohibited.",
    "Please consider the environment before printing this email.",
    "CAUTION: This email originated from outside of the organization. Do not click links or open attachments unless "
    "you recognize the sender and know the content is safe.",
)
WROTE = {
    "en": "On Mon, Feb 9, 2026 at 10:00 AM {who} wrote:",
    "en-gb": "On 09/02/2026 10:00, {who} wrote:",
    "fr": "Le lun. 9 févr. 2026 à 10:00, {who} a écrit :",
    "de": "Am Mo., 9. Feb. 2026 um 10:00 Uhr schrieb {who}:",
    "es": "El lun, 9 feb 2026 a las 10:00, {who} escribió:",
    "vi": "Vào Th 2, 9 thg 2, 2026 vào lúc 10:00 {who} đã viết:",
    "th": "เมื่อ จ. 9 ก.พ. 2026 เวลา 10:00 {who} เขียนว่า:",
    "lo": "ໃນວັນທີ 9 ກຸມພາ 2026 ເວລາ 10:00 {who} ຂຽນວ່າ:",
    "km": "នៅថ្ងៃ ច័ន្ទ ទី 9 ខែ កុម្ភៈ ឆ្នាំ 2026 {who} បានសរសេរ៖",
}
HEADS = {
    "en": (
        "-----Original Appointment-----",
        "From",
        "Sent",
        "To",
        "Subject",
        "When",
        "Where",
        "Monday, February 9, 2026 10:00 AM",
        "Tuesday, March 3, 2026 9:00 AM-12:00 PM (UTC+07:00) Bangkok, Hanoi, Jakarta.",
    ),
    "en-mail": (
        "-----Original Message-----",
        "From",
        "Sent",
        "To",
        "Subject",
        "",
        "",
        "Monday, February 9, 2026 10:00 AM",
        "",
    ),
    "fr": ("-----Message d'origine-----", "De", "Envoyé", "À", "Objet", "", "", "lundi 9 février 2026 10:00", ""),
    "de": (
        "-----Ursprüngliche Nachricht-----",
        "Von",
        "Gesendet",
        "An",
        "Betreff",
        "",
        "",
        "Montag, 9. Februar 2026 10:00",
        "",
    ),
    "vi": ("-----Thư gốc-----", "Từ", "Đã gửi", "Đến", "Chủ đề", "", "", "Thứ Hai, 9 Tháng Hai 2026 10:00 SA", ""),
    "th": ("-----ข้อความต้นฉบับ-----", "จาก", "ส่ง", "ถึง", "เรื่อง", "", "", "วันจันทร์ที่ 9 กุมภาพันธ์ 2026 10:00", ""),
    "lo": ("-----ຂໍ້ຄວາມຕົ້ນສະບັບ-----", "ຈາກ", "ສົ່ງ", "ເຖິງ", "ຫົວຂໍ້", "", "", "9 ກຸມພາ 2026 10:00", ""),
    "km": ("-----សារដើម-----", "ពី", "បានផ្ញើ", "ទៅ", "ប្រធានបទ", "", "", "9 កុម្ភៈ 2026 10:00", ""),
}


def _page(*lines: str) -> str:
    inner = "".join(f"<p>{line}</p>" for line in lines)
    return f"<html><head><title>x</title><style>p {{margin:0}}</style></head><body><div>{inner}</div></body></html>"


def _google(language: str, said: str) -> Iterator[tuple[str, str]]:
    yield f"{ADDRESS} {said}", ""
    yield f"{NAME} {said}", _page(f"<b>{NAME}</b> {said}")
    if language not in GOOGLE_WHEN:
        return
    when, date, where, calendar, who, organizer, creator = GOOGLE_WHEN[language]
    link = "https://calendar.google.com/calendar/"
    yield (
        (
            f"{NAME} {said}\n\n{TITLE}\n{when}: {date}\n{where}: Vientiane\n{calendar}: {OURS}\n{who}:\n"
            f"    * {OURS} - {organizer}\n    * {ADDRESS} - {creator}\n\nInvitation from Google Calendar: {link}\n\n"
            f"You are receiving this courtesy email at the account {OURS}\n"
            "because you are an attendee of this event.\n\n"
            "To stop receiving future updates for this event, decline this event.\n\n"
            "Forwarding this invitation could allow any recipient to send a response to\n"
            "the organizer and be added to the guest list, or invite others regardless\n"
            f"of their own invitation status, or to modify your RSVP. Learn more at\n{link}\n"
            if language == "en"
            else f"{NAME} {said}\n\n{TITLE}\n{when}: {date}\n{where}: Vientiane\n"
            f"{calendar}: {OURS}\n{who}:\n    * {OURS} - {organizer}\n"
        ),
        "",
    )
    yield (
        "",
        (
            f"<table><tr><td><span>{NAME}</span> {said}</td></tr><tr><td>{TITLE}</td></tr>"
            f"<tr><td>{when}</td><td>{date}</td></tr><tr><td>{where}</td><td>Vientiane</td></tr>"
            f"<tr><td>{who}</td><td><a href='mailto:{OURS}'>{OURS}</a> - {organizer}</td></tr></table>"
        ),
    )


def _quotes(ours: str) -> Iterator[tuple[str, str, str]]:
    """Ways in which our invitation comes back: how, language, text."""
    quoted = "\n".join(f"> {line}".rstrip() for line in ours.split("\n"))
    for language, above in WROTE.items():
        line = above.format(who=f"{ORGANIZER} <{OURS}>")
        yield "quoted", language, f"\n{line}\n\n{quoted}"
        folded = line.replace(f" <{OURS}>", f" <\n{OURS}>")
        yield "quoted, folded", language, f"{folded}\n{quoted}"
    for language, head in HEADS.items():
        mark, sender, sent, to, subject, when, where, day, time = head
        lines = [mark, f"{sender}: {ORGANIZER} <{OURS}>", f"{sent}: {day}", f"{to}: {NAME}", f"{subject}: {TITLE}"]
        lines += [f"{when}: {time}", f"{where}: Vientiane"] if when else []
        yield "below a head", language, "\n".join([*lines, "", "", ours])
    yield "unmarked", "en", ours
    yield "deep", "en", "\n".join(f">> {line}" for line in ours.split("\n"))


def plain_answers(ours: str) -> Iterator[Sample]:
    """Every plain answer: clients, languages and buttons."""
    for n, button in enumerate(BUTTONS):
        for language, google in GOOGLE.items():
            for plain, page in _google(language, google[n]):
                yield Sample("google", language, button, plain, page)
        for language, bird in THUNDERBIRD.items():
            said = bird[n == 1]
            yield Sample("thunderbird", language, button, f"{NAME} <{ADDRESS}> {said}")
            yield Sample("thunderbird", language, button, "", _page(f"{NAME} {said}"))
            yield Sample("sogo", language, button, f"{NAME} {said}\n")
        for language, cube in ROUNDCUBE.items():
            guests = f"{ORGANIZER} <{OURS}>,\n  {NAME} <{ADDRESS}>,\n  {OTHER} <{OTHER}>"
            time = f"{cube[3]}: 2026-03-03 09:00 - 12:00 (Asia/Vientiane)"
            plain = f"{NAME} {cube[n]}:\n\n*{TITLE}*\n\n{time}\n\n{cube[4]}: {guests}"
            yield Sample("roundcube", language, button, plain)
            yield Sample("horde", language, button, f"{NAME} {cube[n]}:\n\n{TITLE}")
            yield Sample("kmail", language, button, f"{NAME} {cube[n]}\n\n{TITLE}\nVientiane\n")
        does = ("accepted", "declined", "tentatively accepted")[n]
        yield Sample("proton", "en", button, f"{ADDRESS} {does} your invitation to {TITLE}")
        yield Sample(
            "nextcloud", "en", button, f"{NAME} has {does} your invitation\n\nTitle: {TITLE}\nWhere: Vientiane"
        )
        yield Sample("fastmail", "en", button, f"{NAME} has {does} the invitation.")
        yield Sample("notes", "en", button, "", "", f"{does.capitalize()}")
        zimbra = ("Yes, I will attend.", "No, I won't attend.", "I might attend.")[n]
        yield Sample("zimbra", "en", button, zimbra)
        yield Sample(
            "zimbra",
            "en",
            button,
            f"{zimbra}\n\n-----Original Appointment-----\nThe following is a new meeting request:\n\nSubject: {TITLE}\n"
            f'Organizer: "{ORGANIZER}" <{OURS}>\n\nLocation: Vientiane\n'
            "Time: Tuesday, March 3, 2026, 9:00:00 AM - 12:00:00 PM GMT +07:00 Asia/Bangkok\n\n"
            f"Invitees: {ADDRESS}; focal-point@moc-khm.example\n\n\n*~*~*~*~*~*~*~*~*~*\n\n{ours}",
        )
        for plain, page in (
            ("", ""),
            (" \r\n\r\n", ""),
            ("", _page("&nbsp;", "<o:p></o:p>")),
            ("\n\n", "<html></html>"),
        ):
            for client in ("outlook", "outlook.com", "exchange", "apple mail", "evolution", "notes", "em client"):
                yield Sample(client, "en", button, plain, page)
        for language, phones in PHONES.items():
            for line in phones:
                yield Sample("telephone", language, button, f"\n\n{line}\n")
                yield Sample("telephone", language, button, "", _page(line.partition("<")[0]))
        for language, text in SIGNATURES.items():
            yield Sample("signature", language, button, f"\n\n{text}\n")
            yield Sample("signature", language, button, "", _page(*text.split("\n")))
            for notice in NOTICES:
                yield Sample("signature and notice", language, button, f"{text}\n\n{notice}\n")
        for how, language, text in _quotes(ours):
            yield Sample(how, language, button, text)
            yield Sample(f"{how}, signed", language, button, f"{SIGNATURES['outlook']}\n\n{text}")
            yield Sample(f"{how}, telephone", language, button, f"\nSent from my iPhone\n\n{text}")


CONDITIONS = (
    "OK for us",
    "Yes",
    "We accept subject to the approval of the Minister.",
    "Accepted, but only if it is held in person",
    "on condition that the visas are ready",
    "Not before 10 March please",
    "maybe",
    "Only the Deputy Minister can come",
    "When: 4 March 2026 09:00",
    "Agree in principle",
    "We propose Pakse as the place.",
    "has declined this invitation",
    "យល់ព្រម ប៉ុន្តែត្រូវមានទិដ្ឋាការជាមុន",
    "យើងខ្ញុំយល់ព្រម",
    "ຕົກລົງ ຖ້າວີຊາພ້ອມ",
    "ພວກເຮົາເຫັນດີ ແຕ່ຂໍປ່ຽນເວລາ",
    "ตกลง หากวีซ่าพร้อม",
    "Đồng ý với điều kiện có thị thực",
    "Sous réserve de l'accord du ministre",
    "Vorbehaltlich der Zustimmung des Ministers",
    "👎",
    "+1",
)
"""Words that a person writes beside Accept."""


def answers_with_words(ours: str) -> Iterator[Sample]:
    """Every answer with words: above and inside a quote, below a signature, in the comment, in HTML."""
    lines = ours.split("\n")
    middle = len(lines) // 2
    for text in CONDITIONS:
        mark = text.split()[-1].strip(".+") if text.isascii() else text
        for plain in (
            text,
            f"\n{text}\n\nSent from my iPhone",
            f"{NAME} has accepted this invitation.\n{text}",
            f"{text}\n\n{SIGNATURES['outlook']}",
            f"{SIGNATURES['closing']}\n\n{text}",
            f"{SIGNATURES['dashes']}\n{text}\n",
            f"{text}\n\n{WROTE['en'].format(who=OURS)}\n" + "\n".join(f"> {line}" for line in lines),
            "\n".join(f"> {line}" for line in (*lines[:middle], text, *lines[middle:])),
            "\n".join(
                [*(f"> {line}" for line in lines[:middle]), "", text, "", *(f"> {line}" for line in lines[middle:])]
            ),
            f"{HEADS['en'][0]}\n" + "\n".join((*lines, text)),
        ):
            yield Sample("words", "", "ACCEPTED", plain, words=mark)
        yield Sample("words in html", "", "ACCEPTED", "", _page(text, "Sent from my iPhone"), words=mark)
        yield Sample("words in a comment", "", "ACCEPTED", "", "", text, words=mark)


# --- the measure ----------------------------------------------------------------------------------------------------


def measure() -> tuple[list[tuple[Sample, str]], list[tuple[Sample, str]], Counter[str]]:
    """Returns the plain answers that are mistaken, the words that are missed, and how many answers of each kind there
    were."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        ours = archive(root)
        plain, worded = list(plain_answers(ours)), list(answers_with_words(ours))
        mistaken = [(each, found) for each in plain if (found := words(each, root))]
        missed = [(each, found) for each in worded if each.words not in (found := words(each, root))]
    counts = Counter(f"{each.client} ({each.language})" if each.language else each.client for each in (*plain, *worded))
    return mistaken, missed, counts


def main() -> None:
    began = datetime.now(UTC)
    mistaken, missed, counts = measure()
    plain = sum(number for name, number in counts.items() if not name.startswith("words"))
    worded = sum(counts.values()) - plain
    wrong = Counter(f"{each.client} ({each.language})" for each, _ in mistaken)
    for name, number in sorted(counts.items()):
        sys.stdout.write(f"{number:5}  {wrong.get(name, 0):3} mistaken  {name}\n")
    sys.stdout.write(f"{plain} plain answers, {len(mistaken)} mistaken for answers with words\n")
    sys.stdout.write(f"{worded} answers with words, {len(missed)} missed\n")
    sys.stdout.write(f"in {(datetime.now(UTC) - began).total_seconds():.1f} s\n")
    for each, found in (*mistaken[:40], *missed[:40]):
        body = (each.plain or each.html or each.comment)[:300]
        sys.stdout.write(f"  {each.client} ({each.language}) {each.button}: {found!r}, of {body!r}\n")


if __name__ == "__main__":
    main()
