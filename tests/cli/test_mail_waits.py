"""A receipt says to which offices mail waits, until when and why."""

from datetime import timedelta

import pytest

from cli import mail_waits as module
from cli.errors import NoServer
from cli.mail_waits import day_and_time, mail_waits, waiting_line
from models.post.hearing import hear_announcement, hear_awaited
from models.post.post_room_state import PostRoomState
from tests.support.builders import DAY
from tests.support.post_rooms import HOUR, NOON, announcement, asked, courteous, room, send, written_to

NIGHT = NOON + DAY + 10 * HOUR
"""Friday, 22:00 in Vientiane."""

KEY = "t/m/-/propose-date/1/1/lao-moc"
INVITED = announcement(0).model_copy(update={"key": "t/m/invitation/0/lao-moc"})


def test_an_announcement_waits_until_the_office_opens() -> None:
    waiting = hear_announcement(written_to(), INVITED, NIGHT)
    assert waiting_line(waiting, "t/m", NIGHT) == (
        "mail to lao-moc waits until Monday 08:00, Vientiane: the office is closed"
    )
    assert waiting_line(waiting, "t/m", NOON + DAY) == "", "the office is open, and it goes at once"
    assert waiting_line(waiting, "t/other", NIGHT) == "", "nothing about this item waits"


def test_what_is_newly_awaited_waits_for_the_weekly_letter() -> None:
    friday = NOON + DAY
    waiting = hear_awaited(written_to(), asked(KEY, friday), friday)
    assert waiting_line(waiting, "t/m", friday) == (
        "mail to lao-moc waits until Monday 08:00, Vientiane: this week has had its letter"
    )


def test_what_was_sent_and_what_keeps_no_hours_does_not_wait() -> None:
    sent, _ = send(hear_awaited(courteous(), asked(KEY, NOON), NOON), NOON + timedelta(seconds=5))
    assert waiting_line(sent, "t/m", NIGHT) == ""
    assert waiting_line(hear_announcement(room(), INVITED, NIGHT), "t/m", NIGHT) == ""


def test_an_office_that_mail_does_not_reach_is_named() -> None:
    lost = hear_announcement(written_to(), INVITED, NIGHT).model_copy(update={"unreachable": "550 unknown"})
    assert waiting_line(lost, "t/m", NIGHT) == "mail to lao-moc waits: mail does not reach the office"


def test_a_day_that_is_a_week_away_has_its_date() -> None:
    assert day_and_time(NOON, "Asia/Phnom_Penh", NOON) == "Thursday 12:00, Phnom Penh"
    assert day_and_time(NOON + 7 * DAY, "Asia/Phnom_Penh", NOON) == "Thursday 15 April 2027, 12:00, Phnom Penh"


async def unanswered(*_: object) -> PostRoomState:
    raise NoServer("no-worker", "no answer")


async def test_an_act_that_was_taken_is_no_failure_if_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "item_state", unanswered)
    assert await mail_waits(None, "t/m", ()) == []  # type: ignore[arg-type]
