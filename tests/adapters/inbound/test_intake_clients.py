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
