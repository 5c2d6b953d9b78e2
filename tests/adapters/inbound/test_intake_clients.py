"""What mail programs and people send, from the mail to the state of the meeting: the real intake and real machine."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.machine.state import ProposalStatus
from models.messages import acts
from models.post.incoming import MessageKind, TakenIn
from tests.support.mail_desk import MailDesk, desk, mail_of, reply_to
from tests.support.meetings import KHM, LAO, VNM, agreed

ADDRESS = {office: f"{office}@office.example" for office in (LAO, KHM, VNM)}
REPLY, COUNTER = "text/calendar; method=REPLY", "text/calendar; method=COUNTER"
NAME = "Dara SOK"


def times(start: str, end: str) -> str:
    return f"DTSTART;TZID=Asia/Vientiane:{start}\r\nDTEND;TZID=Asia/Vientiane:{end}"


SAME, LATER = times("20260111T070000", "20260111T100000"), times("20260115T090000", "20260115T120000")


def answer(
    box: MailDesk,
    office: str = KHM,
    partstat: str = "ACCEPTED",
    *parts: tuple[str, Any],
    subject: str = "Accepted: Title m",
    **more: Any,
) -> bytes:
    """An answer of an office to its last invitation. `parts` stand before the calendar; without any, the body is
    empty."""
    at = box.player.now + timedelta(seconds=5)
    kind = COUNTER if more.get("method") == "COUNTER" else REPLY
    calendar = (kind, reply_to(box.invitation(office), ADDRESS[office], partstat, at=at, **more))
    mixed = any("name=" in what for what, _ in parts)
    body = parts or (("text/plain", "\r\n"),)
    return mail_of(
        ADDRESS[office], subject, *body, calendar, at=at, name=NAME, kind="mixed" if mixed else "alternative"
    )


async def taken(box: MailDesk, data: bytes) -> TakenIn:
    entered = await box.take(data)
    box.player.now += timedelta(minutes=1)
    return entered


def consented(box: MailDesk, number: int = 1) -> set[str]:
    proposal = box.player.state.proposal(number)
    return {each.side for each in proposal.consents}


def told(box: MailDesk, office: str) -> str:
    body = box.mails(office)[-1].get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


# --- several answers in one message -----------------------------------------------------------------------------------


async def several(box: MailDesk, *answers: tuple[str, int], more: tuple[str, ...] = ()) -> TakenIn:
    """One message with several answers to the same event: what each says, and how many seconds after the first."""
    at = box.player.now + timedelta(seconds=5)
    events = [
        reply_to(box.invitation(KHM), ADDRESS[KHM], partstat, at=at + timedelta(seconds=later), more=extra)
        for (partstat, later), extra in zip(answers, [(), more], strict=True)
    ]
    both = events[0].replace("END:VCALENDAR\r\n", "") + events[1][events[1].index("BEGIN:VEVENT") :]
    return await taken(box, mail_of(ADDRESS[KHM], "Accepted: Title m", ("text/plain", "\r\n"), (REPLY, both), at=at))


@pytest.mark.parametrize("answers", [(("DECLINED", 0), ("ACCEPTED", 60)), (("ACCEPTED", 60), ("DECLINED", 0))])
async def test_of_several_answers_to_one_event_the_newest_counts_alone(tmp_path: Path, answers: Any) -> None:
    box = desk(tmp_path)
    entered = await several(box, *answers)
    assert not entered.why and len(entered.outcomes) == 2
    assert [each.status for each in box.player.state.proposals] == [ProposalStatus.AGREED], "nothing was rejected"


async def test_answers_to_one_event_of_which_none_is_the_newest_go_to_a_person(tmp_path: Path) -> None:
    box = desk(tmp_path)
    assert "several times" in (await several(box, ("DECLINED", 0), ("ACCEPTED", 0))).why
    one_date = ("RECURRENCE-ID:20260111T000000Z",)
    assert "several times" in (await several(box, ("ACCEPTED", 0), ("DECLINED", 60), more=one_date)).why
    assert consented(box) == {"LAO"} and box.player.state.proposals[0].open


# --- another place ----------------------------------------------------------------------------------------------------


async def test_a_new_time_that_only_changes_the_place_proposes_that_place(tmp_path: Path) -> None:
    box = desk(tmp_path, third=True)
    entered = await taken(box, answer(box, partstat="TENTATIVE", method="COUNTER", times=SAME, more=["LOCATION:Pakse"]))
    assert not entered.why
    proposal = box.player.state.proposal(2)
    assert (proposal.terms.place, proposal.counters, proposal.open) == ("Pakse", 1, True)
    assert "Pakse" in told(box, LAO) and "buttons" not in told(box, LAO), "its invitation is still to Vientiane"
    await taken(box, answer(box, VNM))
    assert consented(box, 2) == {"KHM"}, "who accepts the invitation to Vientiane has not accepted Pakse"
    conditional = await taken(box, answer(box, VNM, "ACCEPTED", ("text/plain", "only if the visas are ready")))
    assert conditional.outcomes[0].seems == "accept of proposal 1"
    box.act(acts.Reject, LAO, proposal=2)
    assert box.player.state.proposal(1).open


async def test_a_place_beside_a_new_time_is_proposed_with_it(tmp_path: Path) -> None:
    box = desk(tmp_path)
    more = ["LOCATION:National Convention Hall\\, Pakse"]
    await taken(box, answer(box, partstat="TENTATIVE", method="COUNTER", times=LATER, more=more))
    assert box.player.state.proposal(2).terms.place == "National Convention Hall, Pakse"


async def test_another_place_for_an_agreed_date_is_a_proposal(tmp_path: Path) -> None:
    box = desk(tmp_path, life=agreed())
    await taken(box, answer(box, partstat="TENTATIVE", method="COUNTER", times=SAME, more=["LOCATION:Pakse"]))
    assert box.player.state.proposal(2).terms.place == "Pakse" and box.player.state.agreed.place == "Vientiane"


@pytest.mark.parametrize("place", ["LOCATION:Vientiane", "LOCATION: vientiane", "LOCATION:", "X-NONE:1"])
async def test_the_place_that_stands_is_no_other_place(tmp_path: Path, place: str) -> None:
    box = desk(tmp_path)
    await taken(box, answer(box, partstat="TENTATIVE", method="COUNTER", times=SAME, more=[place]))
    assert len(box.player.state.proposals) == 1
    await taken(box, answer(box, partstat="TENTATIVE", method="COUNTER", times=LATER, more=[place]))
    assert box.player.state.proposal(2).terms.place == "Vientiane"


# --- words in the subject ---------------------------------------------------------------------------------------------

SUBJECTS = (
    "Accepted: Title m",
    "Accepté : Title m",
    "Zugesagt: Title m",
    "Đã chấp nhận: Title m",
    "ຕອບຮັບ: Title m",
    "បានទទួលយក៖ Title m",
    "Accepted: Title m @ Sun Jan 11, 2026 7am - 10am (ICT) (secretariat@aide-memoire.example)",
    "Accepted: Title m @ Sun 11 Jan 2026 07:00 - 10:00 (Indochina Time) (Dara SOK)",
    '"Title m" has been accepted by Dara SOK',
    "RE: Accepted: Invitation: Title m",
    "Re: m: date proposed, Sunday 11 January 2026, 07:00 Vientiane [Test plan, 1.1] [m]",
    "",
)
CONDITIONS = {
    "Accepted: Title m - yes but only in Pakse": "yes but only in Pakse",
    "Yes, but: Title m": "Yes, but",
    "Accepted (if visas are ready): Title m": "if visas are ready",
    "Accepted: Title m - với điều kiện có thị thực": "với điều kiện có thị thực",
    "Accepted: Title m @ Sun Jan 11, 2026 9am - 10am (ICT)": "9am",
    "Declined: Title m": "Declined",
}


@pytest.mark.parametrize("subject", SUBJECTS)
async def test_what_a_program_writes_into_the_subject_is_no_condition(tmp_path: Path, subject: str) -> None:
    box = desk(tmp_path)
    assert not (await taken(box, answer(box, subject=subject))).why and consented(box) == {"LAO", "KHM"}


@pytest.mark.parametrize(("subject", "words"), CONDITIONS.items())
async def test_words_that_stand_in_the_subject_alone_are_for_a_person(tmp_path: Path, subject: str, words: str) -> None:
    box = desk(tmp_path)
    [outcome] = (await taken(box, answer(box, subject=subject))).outcomes
    assert words in outcome.words and outcome.seems == "accept of proposal 1" and consented(box) == {"LAO"}


async def test_without_our_invitation_a_subject_shows_no_words(tmp_path: Path) -> None:
    """Nobody can tell the title of the event from words then."""
    box = desk(tmp_path)
    data = answer(box)
    for path in (box.root / "t" / "letters" / KHM).iterdir():
        path.unlink()
    assert not (await taken(box, data)).why and consented(box) == {"LAO", "KHM"}


# --- words after the consent ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("partstat", ["ACCEPTED", "TENTATIVE"])
async def test_words_after_the_consent_are_for_a_person_while_another_side_has_not_consented(
    tmp_path: Path, partstat: str
) -> None:
    box = desk(tmp_path, third=True)
    assert not (await taken(box, answer(box))).why
    entered = await taken(box, answer(box, KHM, partstat, ("text/plain", "only if the visas are ready")))
    assert "has consented before" in entered.why and box.waiting == [entered.n]
    assert "only if the visas are ready" in told(box, VNM), "and the other sides know them"


# --- out of office, and files that programs add -----------------------------------------------------------------------

AWAY = (
    "Trả lời tự động: m",
    "ការឆ្លើយតបស្វ័យប្រវត្តិ៖ m",
    "ຕອບກັບອັດຕະໂນມັດ: m",
    "ตอบกลับอัตโนมัติ: m",
    "Absence du bureau : m",
    "Réponse automatique : m",
    "Abwesenheitsnotiz: m",
    "自动回复: m",
)


@pytest.mark.parametrize("subject", AWAY)
async def test_out_of_office_answers_are_known_in_the_languages_of_the_region(tmp_path: Path, subject: str) -> None:
    box = desk(tmp_path)
    away = mail_of(ADDRESS[KHM], subject, ("text/plain", "x"), X_Auto_Response_Suppress="All")
    assert (await taken(box, away)).kind is MessageKind.AUTOMATIC
    by_hand = mail_of(ADDRESS[KHM], subject, ("text/plain", "a person wrote this"))
    assert (await taken(box, by_hand)).kind is MessageKind.LETTER, "a subject alone shows nothing"


@pytest.mark.parametrize("kind", ['text/x-vcard; name="Dara.vcf"', 'application/pgp-keys; name="OpenPGP_0x12.asc"'])
async def test_a_card_or_a_key_that_a_program_adds_is_no_condition(tmp_path: Path, kind: str) -> None:
    box = desk(tmp_path)
    entered = await taken(box, answer(box, KHM, "ACCEPTED", ("text/plain", NAME), (kind, "x")))
    assert not entered.why and consented(box) == {"LAO", "KHM"}


async def test_a_document_beside_an_accept_is_for_a_person(tmp_path: Path) -> None:
    box = desk(tmp_path)
    pdf = ('application/pdf; name="conditions.pdf"', "%PDF")
    assert "conditions.pdf" in (await taken(box, answer(box, KHM, "ACCEPTED", ("text/plain", NAME), pdf))).why
    assert consented(box) == {"LAO"}


# --- what servers add -------------------------------------------------------------------------------------------------

NOTICES = {
    "en": "This e-mail (including any attachments) is intended only for the use of the individual or entity named "
    "above and may contain information that is privileged, proprietary, or confidential. If you have received this "
    "message in error, please delete it and notify the sender by reply e-mail.",
    "fr": "Ce message et toutes les pièces jointes sont confidentiels et établis à l'intention exclusive de ses "
    "destinataires. Toute utilisation ou diffusion non autorisée est interdite. Si vous avez reçu ce message par "
    "erreur, merci de le détruire et d'en avertir immédiatement l'expéditeur.",
    "vi": "Thư điện tử này và các tệp đính kèm (nếu có) chứa thông tin mật và chỉ dành cho người nhận được nêu trên. "
    "Nếu bạn không phải là người nhận dự định, vui lòng thông báo cho người gửi và xóa thư này.",
    "km": "អ៊ីមែលនេះ និងឯកសារភ្ជាប់ទាំងអស់ គឺជាការសម្ងាត់ និងសម្រាប់តែអ្នកទទួលដែលបានបញ្ជាក់ប៉ុណ្ណោះ។ "
    "ប្រសិនបើអ្នកបានទទួលអ៊ីមែលនេះដោយច្រឡំ សូមជូនដំណឹងដល់អ្នកផ្ញើ ហើយលុបអ៊ីមែលនេះចោល។",
    "lo": "ອີເມວນີ້ ແລະ ເອກະສານຄັດຕິດ ແມ່ນເປັນຄວາມລັບ ແລະ ສຳລັບຜູ້ຮັບທີ່ລະບຸໄວ້ເທົ່ານັ້ນ. "
    "ຖ້າທ່ານໄດ້ຮັບອີເມວນີ້ໂດຍຜິດພາດ ກະລຸນາແຈ້ງໃຫ້ຜູ້ສົ່ງຊາບ ແລະ ລຶບອີເມວນີ້.",
    "th": "อีเมลฉบับนี้และไฟล์แนบเป็นความลับและมีไว้สำหรับผู้รับที่ระบุไว้เท่านั้น หากท่านได้รับอีเมลฉบับนี้โดยความผิดพลาด "
    "กรุณาแจ้งผู้ส่งและลบอีเมลฉบับนี้ทันที",
}
FOOTERS = (
    "_______________________________________________\nMinistry mailing list -- ministry@lists.office.example\n"
    "To unsubscribe send an email to ministry-leave@lists.office.example",
    "_______________________________________________\nMinistry mailing list\nMinistry@lists.office.example\n"
    "https://lists.office.example/mailman/listinfo/ministry",
    '-- \nYou received this message because you are subscribed to the Google Groups "MOC cooperation" group.\n'
    "To unsubscribe from this group and stop receiving emails from it, send an email to\n"
    "moc+unsubscribe@office.example.\nTo view this discussion visit https://groups.google.com/a/office.example/d/x.",
)


@pytest.mark.parametrize("added", [*NOTICES.values(), "\n\n".join(NOTICES.values()), *FOOTERS])
async def test_legal_notices_and_footers_of_lists_are_no_words(tmp_path: Path, added: str) -> None:
    box = desk(tmp_path)
    entered = await taken(box, answer(box, KHM, "ACCEPTED", ("text/plain", f"{NAME}\n\n{added}\n")))
    assert not entered.why and consented(box) == {"LAO", "KHM"}


GOOGLE = (
    "Dara SOK has accepted this invitation.\n\nTitle m\nSunday Jan 11, 2026 \u22c5 7am \u2013 10am\n"
    "Indochina Time - Vientiane\n\nLocation\nVientiane\nhttps://www.google.com/maps/search/Vientiane?hl=en\n\n\n"
    "Guests\nSecretariat - organizer\nkhm-moc@office.example\n"
    "View all guest info https://calendar.google.com/calendar/event?action=VIEW&eid=abc\n\n"
    "Reply for khm-moc@office.example and view more details https://calendar.google.com/calendar/event?eid=abc\n"
    "Your attendance is optional.\n\n~~//~~\n"
    "Invitation from Google Calendar: https://calendar.google.com/calendar/\n\n"
    "You are receiving this email because you are subscribed to calendar notifications. To stop receiving these "
    "emails, go to https://calendar.google.com/calendar/r/settings, select this calendar, and change "
    '"Other notifications".\n\n'
    "Forwarding this invitation could allow any recipient to send a response to the organizer, be added to the guest "
    "list, invite others regardless of their own invitation status, or modify your RSVP.\n\n"
    "Learn more https://support.google.com/calendar/answer/37135#forwarding\n"
)
PICTURES = (
    f"\n\n[cid:image001.png@01DA12.34]\n\n{NAME}\nDeputy Director General | Ministry of Commerce\nT +855 23 123 456\n"
    "www.office.example<http://www.office.example/>\n",
    f"[https://office.example/logo.png]\n{NAME}",
    f"{NAME}\n[A blue and white logo Description automatically generated]",
)


@pytest.mark.parametrize("text", [GOOGLE, *PICTURES])
async def test_what_google_and_outlook_write_today_is_no_words(tmp_path: Path, text: str) -> None:
    box = desk(tmp_path)
    entered = await taken(box, answer(box, KHM, "ACCEPTED", ("text/plain", text)))
    assert not entered.why and consented(box) == {"LAO", "KHM"}


async def test_words_within_what_google_writes_are_found(tmp_path: Path) -> None:
    box = desk(tmp_path)
    noted = GOOGLE.replace("this invitation.", 'this invitation with this note:\n\n"only if the visas are ready"', 1)
    [outcome] = (await taken(box, answer(box, KHM, "ACCEPTED", ("text/plain", noted)))).outcomes
    assert outcome.words == '"only if the visas are ready"' and consented(box) == {"LAO"}


CONDITION = {
    "en": "We accept only if the visas are ready.",
    "fr": "Nous acceptons à condition que la réunion soit virtuelle.",
    "vi": "Chúng tôi đồng ý với điều kiện có thị thực.",
    "km": "យើងយល់ព្រមលុះត្រាតែមានទិដ្ឋាការ។",
    "lo": "ພວກເຮົາຍອມຮັບ ຖ້າມີວີຊາ.",
    "th": "ยอมรับโดยมีเงื่อนไข",
}


@pytest.mark.parametrize("language", CONDITION)
async def test_a_condition_within_a_legal_notice_is_found(tmp_path: Path, language: str) -> None:
    box = desk(tmp_path)
    text = f"{CONDITION[language]} {NOTICES[language]} {CONDITION[language]}"
    entered = await taken(box, answer(box, KHM, "ACCEPTED", ("text/plain", text)))
    assert CONDITION[language] in entered.outcomes[0].words and consented(box) == {"LAO"}


async def test_a_condition_in_the_name_of_a_list_is_found(tmp_path: Path) -> None:
    box = desk(tmp_path)
    text = "_____________________\nonly if it is virtual mailing list -- a@lists.office.example"
    assert "only if" in (await taken(box, answer(box, KHM, "ACCEPTED", ("text/plain", text)))).outcomes[0].words


@pytest.mark.parametrize("text", ["Dara", "Dara Sok", "SOK Dara"])
async def test_a_line_with_a_part_of_the_senders_name_is_a_signature(tmp_path: Path, text: str) -> None:
    box = desk(tmp_path)
    assert not (await taken(box, answer(box, KHM, "ACCEPTED", ("text/plain", text)))).why


async def test_a_name_beside_words_hides_no_words(tmp_path: Path) -> None:
    box = desk(tmp_path)
    text = "Dara only if SOK"
    assert (await taken(box, answer(box, KHM, "ACCEPTED", ("text/plain", text)))).outcomes[0].words == text


# --- proof of the sender ----------------------------------------------------------------------------------------------


async def test_where_a_setting_names_our_server_an_answer_without_proof_is_for_a_person(tmp_path: Path) -> None:
    box = desk(tmp_path, server="mx.aide-memoire.example")
    assert "proves nothing about its sender" in (await taken(box, CHECKED + b"; dmarc=none\r\n" + answer(box))).why
    assert "no result" in (await taken(box, answer(box, subject="Accepted: m"))).why and consented(box) == {"LAO"}
    assert not (await taken(box, CHECKED + b"; dmarc=pass\r\n" + answer(box))).why and consented(box) == {"LAO", "KHM"}


CHECKED = b"Authentication-Results: mx.aide-memoire.example"
