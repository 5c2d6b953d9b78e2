"""Each rule of the auditor finds what it is there for, in evidence that the test writes by hand."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from simulation.auditor.evidence import CalendarWrite, Evidence, Office, Resting, SaidAct, SaidByMail, SentMail
from simulation.auditor.judge import judge

START = datetime(2026, 1, 5, 2, tzinfo=UTC)
"""A Monday, nine o'clock in Vientiane."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def mail(at: datetime, body: str, number: int = 1, to: str = "lao-moc", calendar: str = "") -> SentMail:
    kind = "multipart/mixed; boundary=edge" if calendar else "text/plain; charset=utf-8"
    head = f"From: s@aide.example\r\nTo: {to}@office.example\r\nSubject: x\r\nMessage-ID: <{number}@aide.example>\r\n"
    head += f"MIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n"
    if calendar:
        parts = [
            f"--edge\r\nContent-Type: text/plain\r\n\r\n{body}",
            f"--edge\r\nContent-Type: text/calendar\r\n\r\n{calendar}",
        ]
        body = "\r\n".join([*parts, "--edge--\r\n"])
    return SentMail(began=at, at=at, to=f"{to}@office.example", data=(head + body).encode(), delivered=[at])


def event(sequence: int, method: str = "REQUEST", stamp: int = 1, day: int = 20) -> str:
    status = "CANCELLED" if method == "CANCEL" else "CONFIRMED"
    lines = ["BEGIN:VCALENDAR", f"METHOD:{method}", "BEGIN:VEVENT", "UID:u@x", f"SEQUENCE:{sequence}"]
    lines += [f"STATUS:{status}", f"DTSTART:202601{day}T020000Z", f"DTSTAMP:2026010{stamp}T000000Z", "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


ASKS = "1. A meeting (provision 1.1) [m]\n   Asked: to propose a date\n"


def line(n: int, at: datetime, verb: str, office: str | None = None, **data: Any) -> dict[str, Any]:
    return {"n": n, "at": at.isoformat(), "verb": verb, "text": "", "office": office, "data": data}


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    offices = {
        f"{side.lower()}-moc": Office(f"{side.lower()}-moc", side, 1, f"{side.lower()}-moc@office.example", zone)
        for side, zone in (("LAO", "Asia/Vientiane"), ("KHM", "Asia/Phnom_Penh"))
    }
    return Evidence(
        seed=1,
        began=START,
        ended=START + 200 * DAY,
        plan="t",
        record=tmp_path,
        period=7 * DAY,
        silence=14 * DAY,
        offices=offices,
        hours_kept=True,
    )


def record(evidence: Evidence, *lines: dict[str, Any], name: str = "t/m", tail: str = "") -> None:
    path = evidence.record / f"{name}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(each) + "\n" for each in lines) + tail)


def act(verb: str, at: datetime, office: str = "lao-moc", **more: Any) -> SaidAct:
    side = office[:3].upper()
    return SaidAct(act_id=verb, item="t/m", verb=verb, office=office, side=side, at=at, acknowledged=at, **more)


def answer(at: datetime, office: str = "lao-moc", genuine: bool = True) -> SaidByMail:
    return SaidByMail(
        at=at,
        office=office,
        side=office[:3].upper(),
        uid="u@x",
        sequence=1,
        partstat="ACCEPTED",
        method="REPLY",
        message_id="<a@x>",
        start=None,
        genuine=genuine,
        plain=True,
    )


def test_nothing_is_found_where_nothing_is_wrong(evidence: Evidence) -> None:
    record(evidence, line(1, START, "opened"), line(2, START + HOUR, "propose", "lao-moc", proposal=1))
    evidence.acts.append(act("propose", START + HOUR))
    evidence.mails.append(mail(START, ASKS))
    assert judge(evidence) == []


def one_message_id_two_bodies(of: Evidence) -> None:
    of.mails += [mail(START, "a"), mail(START, "b")]


def the_same_mail_twice(of: Evidence) -> None:
    of.mails += [mail(START, "a"), mail(START + HOUR, "a")]


def one_version_in_two_mails(of: Evidence) -> None:
    of.mails += [mail(START, "a", 1, calendar=event(0)), mail(START, "b", 2, calendar=event(0))]


def a_falling_sequence(of: Evidence) -> None:
    of.mails += [mail(START, "a", 1, calendar=event(2)), mail(START + HOUR, "b", 2, calendar=event(1, stamp=2))]


def a_falling_sequence_in_a_calendar(of: Evidence) -> None:
    of.calendar += [CalendarWrite(START, "t", "u", event(n).encode()) for n in (2, 1)]


def a_cancellation_alone(of: Evidence) -> None:
    of.mails.append(mail(START, "a", calendar=event(1, "CANCEL")))


def one_guest_without_the_change(of: Evidence) -> None:
    of.mails += [mail(START, "a", n, to, event(0)) for n, to in ((1, "lao-moc"), (2, "khm-moc"))]
    of.mails.append(mail(START + HOUR, "b", 3, "lao-moc", event(1, "CANCEL", 2)))


def a_regret_without_a_cancellation(of: Evidence) -> None:
    of.mails.append(mail(START, "a", calendar=event(0)))
    view = {"uid": "u@x"}
    record(
        of,
        line(1, START, "opened"),
        line(2, START + DAY, "regret", "lao-moc"),
        line(3, START + 9 * DAY, "dropped"),
        line(4, START + 9 * DAY, "view", view=view),
    )
    of.acts.append(act("regret", START + DAY))


def a_calendar_that_lags(of: Evidence) -> None:
    of.mails.append(mail(START, "a", calendar=event(1)))
    of.calendar.append(CalendarWrite(START, "t", "u", event(0).encode()))


def a_mail_at_night(of: Evidence) -> None:
    of.mails.append(mail(START + 14 * HOUR, "a"))


def a_question_after_the_close(of: Evidence) -> None:
    record(of, line(1, START, "closed"), line(2, START, "view", view={}))
    of.mails.append(mail(START + DAY, ASKS))


def a_gap_in_the_record(of: Evidence) -> None:
    record(of, line(1, START, "opened"), line(3, START, "awaited"))


def a_torn_line(of: Evidence) -> None:
    record(of, line(1, START, "opened"), tail='{"n": 2, "at"')


def a_lost_act(of: Evidence) -> None:
    record(of, line(1, START, "opened"))
    of.acts.append(act("propose", START + HOUR))


def an_act_twice(of: Evidence) -> None:
    record(of, line(1, START, "opened"), *(line(n, START + HOUR, "held", "lao-moc") for n in (2, 3)))
    of.acts.append(act("held", START + HOUR))


def a_forged_answer(of: Evidence) -> None:
    fields = {"partstat": "ACCEPTED", "sequence": 1, "method": "REPLY", "message": {"sha256": "a"}}
    record(of, line(1, START, "opened"), line(2, START + HOUR, "reply", "lao-moc", **fields))
    record(of, {"n": 1, "message_id": "<a@x>"}, name="t/inbox")
    of.answers.append(answer(START, genuine=False))


def an_answer_that_nobody_read(of: Evidence) -> None:
    of.answers.append(answer(START))


def a_consent_that_nobody_gave(of: Evidence) -> None:
    record(
        of,
        line(1, START, "propose", "lao-moc", proposal=1),
        line(2, START + HOUR, "agreed", proposal=1),
        line(3, START + DAY, "held", "khm-moc"),
    )
    of.acts += [act("propose", START, made=1), act("held", START + DAY, "khm-moc")]


def a_short_silence(of: Evidence) -> None:
    rows = [{"office": "khm-moc", "act": "agree", "since": START.isoformat(), "rung": 1}]
    record(
        of,
        line(1, START, "held", "lao-moc", awaiting=rows),
        line(2, START + 3 * DAY, "closed", by="silence"),
        line(3, START + 3 * DAY, "view", view={}),
    )
    of.acts.append(act("held", START))


def a_wait_without_a_letter(of: Evidence) -> None:
    rows = [{"office": "khm-moc", "act": "propose-date", "since": START.isoformat(), "rung": 1}]
    record(of, line(1, START, "awaited", awaiting=rows))


def an_item_that_stands_still(of: Evidence) -> None:
    of.resting.append(Resting("t/m", "meeting", timer=False, awaited=()))


def a_failed_task(of: Evidence) -> None:
    of.told.append(("nondeterminism", "t/m"))


def a_mail_that_only_the_record_knows(of: Evidence) -> None:
    record(of, line(1, START, "sent", "lao-moc", message_id="<nowhere@x>"), name="t/office/lao-moc")


def an_item_after_the_end(of: Evidence) -> None:
    of.valid_until = START + 100 * DAY
    of.resting.append(Resting("t/m", "meeting", timer=True, awaited=()))


@pytest.mark.parametrize(
    ("rule", "spoil"),
    [
        ("S01", one_message_id_two_bodies),
        ("S02", the_same_mail_twice),
        ("S03", one_version_in_two_mails),
        ("S04", a_falling_sequence),
        ("S04", a_falling_sequence_in_a_calendar),
        ("S05", a_cancellation_alone),
        ("S06", one_guest_without_the_change),
        ("S07", a_regret_without_a_cancellation),
        ("S08", a_calendar_that_lags),
        ("S09", a_mail_at_night),
        ("S10", a_question_after_the_close),
        ("S11", a_gap_in_the_record),
        ("S11", a_torn_line),
        ("S12", a_lost_act),
        ("S12", an_act_twice),
        ("S13", a_forged_answer),
        ("S14", an_answer_that_nobody_read),
        ("S15", a_consent_that_nobody_gave),
        ("S16", a_short_silence),
        ("S17", a_wait_without_a_letter),
        ("S18", an_item_that_stands_still),
        ("S18", a_failed_task),
        ("S19", a_mail_that_only_the_record_knows),
        ("S20", an_item_after_the_end),
    ],
)
def test_each_rule_finds_what_it_is_there_for(evidence: Evidence, rule: str, spoil: Callable[[Evidence], None]) -> None:
    spoil(evidence)
    assert rule in {each.rule for each in judge(evidence)}
