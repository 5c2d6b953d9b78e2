"""Letters in which nothing is new come more rarely, and nothing new waits for them."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from models.messages.effects import Settle
from models.plan.plan import DespatchRule
from models.post.hearing import hear_announcement, hear_awaited, hear_settled
from models.post.letter_day import next_instant, next_mail
from models.post.post_room_state import Bounced, PostRoomState
from models.post.unreached import hear_bounced
from models.post.why import not_said, told
from tests.support.builders import DAY, START
from tests.support.post_rooms import (
    HOUR,
    NOON,
    SENT,
    WEEK,
    announcement,
    asked,
    courteous,
    fates,
    monday,
    notice,
    reminder,
    room,
    send,
)


def letters(state: PostRoomState, now: datetime, until: datetime) -> tuple[PostRoomState, list[datetime]]:
    """Lets the post room send all mails that are due before `until`. Returns the instants of the mails."""
    sent = []
    while (at := next_instant(state, now)) is not None and at < until:
        state, _ = send(state, at)
        sent.append(at)
        now = at
    return state, sent


def weeks(sent: list[datetime]) -> list[int]:
    """The time between each two mails, in weeks."""
    return [round((later - at) / WEEK) for at, later in pairwise(sent)]


def silent_room(edition: int = 1, due: timedelta | None = None) -> PostRoomState:
    """A post room with office hours that has told its office on the Thursday of one awaited act."""
    return hear_awaited(courteous(edition=edition), asked("a", NOON, due=due), NOON)


def test_four_go_weekly_then_six_every_four_weeks_then_every_eight() -> None:
    _, sent = letters(silent_room(), NOON, NOON + 52 * WEEK)
    assert weeks(sent) == [1, 1, 1, 1, *[4] * 6, 8, 8, 8]
    assert all(at.weekday() in (0, 1) for at in sent[1:]), "on the despatch day, or after a holiday"


def test_post_rooms_of_older_releases_write_each_week_for_ever() -> None:
    _, sent = letters(silent_room(edition=0), NOON, NOON + 52 * WEEK)
    assert set(weeks(sent)[1:]) == {1} and len(sent) > 50


def test_without_office_hours_the_same_holds_in_despatch_periods() -> None:
    state = hear_awaited(room(edition=1), notice("a"), START)
    _, sent = letters(state, START, START + 52 * WEEK)
    assert weeks(sent) == [*[1] * 4, *[4] * 6, 8, 8]


def test_the_plan_says_how_many_and_how_rarely() -> None:
    rule = DespatchRule(period=WEEK, repeats=1, rare_period=2 * WEEK, rare_repeats=2)
    state = hear_awaited(room(edition=1), notice("a"), START)
    state = state.model_copy(update={"address": state.address.model_copy(update={"despatch": rule})})
    _, sent = letters(state, START, START + 15 * WEEK)
    assert weeks(sent) == [1, 2, 2, 4, 4]


@pytest.mark.parametrize("hours", [True, False])
def test_something_new_makes_the_letters_weekly_again(hours: bool) -> None:
    state = silent_room() if hours else hear_awaited(room(edition=1), notice("a"), NOON)
    state, _ = letters(state, NOON, monday(14))
    assert state.unchanged > 4
    quiet = hear_awaited(state, asked("b", monday(14), quiet=True, due=None), monday(14))
    at = next_mail(quiet, monday(14))
    assert at is not None and at <= monday(15), "a quiet notice waits no longer than a week"
    quiet, sent = letters(quiet, monday(14), monday(25))
    assert weeks(sent)[:4] == [1, 1, 1, 1] and fates(quiet)["b"] == "sent"
    word = announcement(1).model_copy(update={"event": None})
    _, sent = letters(hear_announcement(state, word, monday(14)), monday(14), monday(18))
    assert len(sent) >= 4, "after an announcement too"


def test_what_is_answered_is_nothing_new() -> None:
    state = hear_awaited(silent_room(), asked("b", NOON, due=None), NOON)
    state, _ = letters(state, NOON, monday(14))
    planned, count = state.letter_at, state.unchanged
    state = hear_settled(state, Settle(office="x", item="t/m", keys=("b",)), monday(14))
    assert (state.letter_at, state.unchanged) == (planned, count)
    assert planned is not None
    state, letter = send(state, planned)
    assert [each.key for each in letter.notices] == ["a"] and state.unchanged == count + 1


def test_without_hours_what_no_longer_stands_makes_no_letter_sooner() -> None:
    state = hear_awaited(hear_awaited(room(edition=1), notice("a"), START), notice("c"), START)
    state, _ = letters(state, START, START + 10 * WEEK)
    planned = state.letter_at
    state = hear_awaited(state, notice("b", quiet=True), START + 10 * WEEK)
    assert planned is not None and state.letter_at is not None and state.letter_at < planned
    state = hear_settled(state, Settle(office="x", item="t/m", keys=("b", "c")), START + 10 * WEEK)
    assert state.letter_at == planned


@pytest.mark.parametrize("hours", [True, False])
@pytest.mark.parametrize("days", [150, 153, 157, 165])
def test_one_goes_before_what_comes_near(days: int, hours: bool) -> None:
    """Before the next rung, a proposed date or the end of a window, the office gets a letter that leaves it time."""
    end = NOON + days * DAY
    for field in ("due", "ends"):
        word = asked("a", NOON, due=None).model_copy(update={field: end})
        state = hear_awaited(courteous(edition=1) if hours else room(edition=1), word, NOON)
        _, sent = letters(state, NOON, NOON + 30 * WEEK)
        before = [end - at for at in sent if at <= end]
        assert min(before) >= WEEK / 2 or before[-2] <= 4 * WEEK, "it leaves half a period"
        assert min(each for each in before if each >= WEEK / 2) < 2 * WEEK, "and is not long before"


def test_what_lies_beyond_the_known_hours_makes_no_letter_sooner() -> None:
    state, _ = letters(silent_room(due=200 * DAY), NOON, monday(8))
    assert state.hours is not None
    planned = state.letter_at
    known = tuple(at for at in state.hours.letters if at < monday(14))
    short = state.hours.model_copy(update={"letters": known})
    state = hear_awaited(state.model_copy(update={"hours": short}), asked("b", monday(8), due=None), monday(8))
    state = hear_settled(state, Settle(office="x", item="t/m", keys=("b",)), monday(8))
    assert state.letter_at == planned


def test_a_letter_that_came_back_is_news_when_it_goes_again() -> None:
    state, _ = letters(silent_room(), NOON, monday(14))
    mail = state.recent[-1]
    state = hear_bounced(state, Bounced(message_id=mail.message_id, reason="5.1.1"), monday(14)).state
    state, again = send(state, next_mail(state, monday(14)))
    assert again.second_address and state.unchanged == 0


def test_a_reminder_does_not_wait_for_a_rare_letter() -> None:
    state, _ = letters(silent_room(), NOON, monday(14))
    assert state.letter_at is not None and state.letter_at >= monday(16)
    state = hear_announcement(state, reminder(monday(14) + 5 * DAY), monday(14))
    assert next_mail(state, monday(14)) == monday(14)


def test_why_says_that_nothing_is_new_and_when_the_next_letter_goes() -> None:
    state, _ = letters(silent_room(), NOON, monday(3) + HOUR)
    known = told("lao-moc", [], state)
    assert not_said(state, known, monday(3) + HOUR) == [], "the letters still come each week"
    state, _ = letters(state, monday(3), monday(14))
    [unsaid] = not_said(state, told("lao-moc", [], state), monday(14))
    assert (unsaid.code, unsaid.until) == ("nothing-new", state.letter_at)
    assert unsaid.reason == "nothing new since 8 April 2027; the next letter goes on 26 July 2027", unsaid.reason
    new = hear_awaited(state, asked("b", monday(14), due=None), monday(14))
    codes = {each.code for each in not_said(new, told("lao-moc", [], new), monday(14))}
    assert "nothing-new" not in codes


def test_a_letter_with_a_reminder_is_news() -> None:
    state = hear_awaited(room(edition=1), notice("a"), START)
    state, _ = letters(state, START, START + 3 * WEEK)
    assert state.unchanged > 0
    at = state.letter_at
    assert at is not None
    state = hear_announcement(state, reminder(at + 30 * DAY), at - HOUR)
    state, letter = send(state, at, SENT)
    assert letter.reminders and state.unchanged == 0
