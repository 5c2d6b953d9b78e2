"""Reminders in a post room: in the letter or alone, within office hours, never of a date that is off or has begun."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.messages.calendar_event import EventStatus
from models.messages.effects import Settle
from models.messages.notices import Announcement, AnnouncementKind
from models.post.despatch import DespatchResult, Fate
from models.post.hearing import hear_announcement, hear_awaited, hear_settled
from models.post.letter_day import next_instant, waits_for, wants_hours
from models.post.post_room_state import Bounced, PostRoomState, standing_keys
from models.post.reminders import drop_begun_reminders
from models.post.sending import begun, despatched, next_despatch, says_the_same, sends
from models.post.unreached import hear_bounced
from models.post.why import not_said, told
from tests.support.builders import DAY, START
from tests.support.post_rooms import (
    CLOSED,
    DELAYED,
    HOUR,
    NOON,
    REFUSED,
    about,
    asked,
    courteous,
    fates,
    monday,
    notice,
    reminder,
    room,
    send,
    written_to,
)


def cancelled(begins: datetime, **more: Any) -> Announcement:
    return about(begins, 2, status=EventStatus.CANCELLED, **more).model_copy(
        update={"kind": AnnouncementKind.CANCELLATION}
    )


def reminding(at: datetime, begins: datetime) -> PostRoomState:
    """An office that knows its hours and is reminded then; nothing is awaited of it."""
    return hear_announcement(written_to(), reminder(begins), at)


# In which mail


def test_without_a_letter_it_is_a_mail_of_its_own_within_hours() -> None:
    state = reminding(NOON, NOON + 3 * DAY)
    assert next_instant(state, NOON) == NOON
    state, despatch = send(state, NOON)
    assert despatch.announcement == reminder(NOON + 3 * DAY) and despatch.notices == ()
    assert sends(despatch) == "reminder to Coordinator: M"
    assert fates(state)["r/u/1"] == "sent" and next_instant(state, NOON) is None, "once"


def test_at_night_it_waits_for_the_opening() -> None:
    night = NOON + 10 * HOUR
    state = reminding(night, NOON + 3 * DAY)
    friday = NOON + 20 * HOUR
    assert next_despatch(state, night) is None and next_instant(state, night) == friday
    assert waits_for(state, friday) == "Next mail to Coordinator on 9 April 2027"
    state, _ = send(state, friday)
    assert fates(state)["r/u/1"] == "sent"


def test_hours_are_asked_for_before_a_reminder_goes() -> None:
    state = hear_announcement(courteous().model_copy(update={"hours": None}), reminder(NOON + DAY), NOON)
    assert wants_hours(state, NOON) and next_instant(state, NOON) == NOON
    assert next_despatch(state, NOON) is None


@pytest.mark.parametrize(
    ("days", "alone"),
    [(8, False), (7, True), (2, True)],
    ids=["the letter goes before half of the time", "it goes after", "it goes after the meeting"],
)
def test_it_stands_in_the_letter_where_that_goes_in_time(days: int, alone: bool) -> None:
    """The letter goes on Monday, three days and twenty hours from now."""
    state = hear_awaited(written_to(), asked("a", NOON), NOON)
    state = hear_announcement(state, reminder(NOON + days * DAY), NOON)
    assert next_instant(state, NOON) == (NOON if alone else monday(1))
    if alone:
        state, despatch = send(state, NOON)
        assert despatch.announcement is not None and despatch.announcement.key == "r/u/1"
    else:
        assert next_despatch(state, NOON + HOUR) is None
        assert waits_for(state, monday(1)).startswith("Next letter to")
    state, letter = send(state, monday(1))
    assert [n.key for n in letter.notices] == ["a"]
    assert [word.key for word in letter.reminders] == ([] if alone else ["r/u/1"])
    assert fates(state)["r/u/1"] == "sent"
    state, second = send(state, monday(2))
    assert second.reminders == () and second.repeated == ("a",), "what is awaited is repeated, a reminder is not"


def test_a_letter_of_the_next_opening_is_in_time_however_near_the_date_is() -> None:
    saturday = NOON + 2 * DAY
    state = hear_awaited(written_to(), asked("a", NOON), NOON)
    state = hear_announcement(state, reminder(monday(1) + 2 * HOUR), saturday)
    state, letter = send(state, monday(1))
    assert [word.key for word in letter.reminders] == ["r/u/1"], "one mail, not two at one time"
    assert sends(letter) == "letter to Coordinator: 1 act is awaited of it, 1 reminded of"


def test_once_its_letter_is_not_needed_it_goes_alone() -> None:
    state = hear_awaited(written_to(), asked("a", NOON), NOON)
    state = hear_announcement(state, reminder(NOON + 8 * DAY), NOON)
    state = hear_settled(state, Settle(office="x", item="t/o", keys=("a",)), NOON + HOUR)
    state, despatch = send(state, NOON + HOUR)
    assert despatch.announcement is not None and despatch.announcement.key == "r/u/1"


def test_a_letter_that_goes_anyway_carries_every_reminder_that_waits() -> None:
    state = hear_awaited(written_to(), asked("a", NOON), NOON)
    for n, days in enumerate((8, 9)):
        state = hear_announcement(state, reminder(NOON + days * DAY, uid=f"u{n}"), NOON)
    state = hear_awaited(state, asked("b", NOON + DAY, rung=2), NOON + DAY)
    state, letter = send(state, NOON + DAY + timedelta(seconds=5))
    assert letter.immediate and [word.key for word in letter.reminders] == ["r/u0/1", "r/u1/1"]


def test_a_reminder_makes_no_letter_come_earlier_and_none_come() -> None:
    state = hear_awaited(written_to(), asked("a", NOON), NOON)
    assert hear_announcement(state, reminder(NOON + 8 * DAY), NOON).letter_at == state.letter_at == monday(1)
    assert reminding(NOON, NOON + DAY).letter_at is None


def test_a_plan_that_runs_in_seconds_reminds_at_once_or_in_its_letter() -> None:
    state = hear_announcement(room(), reminder(START + DAY), START)
    assert next_instant(state, START) == START
    _, alone = send(state)
    assert alone.announcement is not None
    state = hear_announcement(hear_awaited(room(), notice("a"), START), reminder(START + DAY), START)
    at = START + timedelta(seconds=5)
    assert next_instant(state, START) == at
    _, letter = send(state, at)
    assert [word.key for word in letter.reminders] == ["r/u/1"]


def test_it_belongs_to_the_messages_of_its_event() -> None:
    state = hear_announcement(written_to(), about(NOON + 3 * DAY), NOON)
    state, _ = send(state, NOON, DespatchResult(fate=Fate.SENT, message_id="<i@x.example>"))
    state = hear_announcement(state, reminder(NOON + 3 * DAY), NOON + HOUR)
    state, despatch = send(state, NOON + HOUR, DespatchResult(fate=Fate.SENT, message_id="<r@x.example>"))
    assert despatch.references == ("<i@x.example>",)
    assert state.threads["u"].messages == ("<i@x.example>", "<r@x.example>")
    assert state.invited == {"u": "t/m"}, "and it is no invitation"


def test_what_the_event_is_now_goes_instead_of_a_reminder_if_it_has_not_gone_yet() -> None:
    night = NOON + 10 * HOUR
    for word in (about(NOON + 2 * DAY), cancelled(NOON + 2 * DAY)):
        state = written_to().model_copy(update={"invited": {"u": "t/m"}})
        state = hear_announcement(hear_announcement(state, word, night), reminder(NOON + 2 * DAY), night + HOUR)
        assert state.reminders == {} and fates(state)["r/u/1"] == "withdrawn"
        state, first = send(state, NOON + 20 * HOUR)
        assert first.announcement is not None and first.announcement.key == word.key
        assert next_despatch(state, NOON + 20 * HOUR) is None, "one mail, not two at one time"


# Never of what is off, moved or has begun

WAITS = NOON + 10 * HOUR
"""At night: what is said then waits."""
BEGINS = NOON + 6 * DAY


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        (cancelled(BEGINS), "the date was called off before it went"),
        (about(BEGINS + DAY, 2), "the date was moved before it went"),
        (about(BEGINS, 2, status=EventStatus.TENTATIVE), "the date was called off before it went"),
        (about(BEGINS, 2, location="Pakse"), "a newer invitation says the same"),
        (cancelled(BEGINS, removes=True), "the date was called off before it went"),
    ],
    ids=["cancelled", "moved", "only proposed again", "at another place", "one guest removed"],
)
@pytest.mark.parametrize("letter", [False, True], ids=["alone", "in the letter"])
def test_it_is_never_sent_after_a_cancellation_or_about_a_date_that_was_moved(
    word: Announcement, reason: str, letter: bool
) -> None:
    state = written_to().model_copy(update={"invited": {"u": "t/m"}})
    if letter:
        state = hear_awaited(state, asked("a", NOON).model_copy(update={"item": "t/o"}), NOON)
    state = hear_announcement(state, reminder(BEGINS), WAITS)
    state = hear_announcement(state, word, WAITS + HOUR)
    assert state.reminders == {} and standing_keys(state, ("r/u/1",)) == ()
    [line] = [entry for entry in state.pending if entry.data["key"] == "r/u/1"]
    assert (line.verb, line.data["reason"]) == ("withdrawn", reason)
    state, _ = send(state, WAITS + 10 * HOUR)
    if letter:
        state, said = send(state, monday(1))
        assert said.reminders == ()
    assert next_despatch(state, monday(1)) is None


def test_a_moved_date_is_reminded_of_anew() -> None:
    state = hear_announcement(written_to(), reminder(BEGINS), WAITS)
    state = hear_announcement(state, about(BEGINS + 20 * DAY, 2), WAITS)
    state, _ = send(state, NOON + DAY)
    state = hear_announcement(state, reminder(BEGINS + 20 * DAY, 2), BEGINS + 17 * DAY)
    opening = next_instant(state, BEGINS + 17 * DAY)
    assert opening == monday(4) + DAY, "after a weekend and Labour Day"
    _, despatch = send(state, opening)
    assert despatch.announcement is not None and despatch.announcement.key == "r/u/2"


def test_it_is_never_sent_about_a_date_that_has_begun() -> None:
    saturday, sunday = NOON + 2 * DAY, NOON + 3 * DAY
    state = reminding(saturday, sunday)
    assert next_despatch(state, monday(1)) is None, "the office was closed all the while"
    state = drop_begun_reminders(state, sunday)
    assert fates(state)["r/u/1"] == "withdrawn" and next_instant(state, monday(1)) is None
    in_letter = hear_awaited(reminding(saturday, sunday), asked("a", NOON), NOON)
    _, letter = send(in_letter, monday(1))
    assert letter.reminders == ()
    just = reminding(NOON, NOON + HOUR)
    assert drop_begun_reminders(just, NOON + HOUR - timedelta(seconds=1)) == just
    sent, _ = send(just, NOON)
    assert fates(drop_begun_reminders(sent, NOON + HOUR))["r/u/1"] == "sent"
    assert drop_begun_reminders(sent, NOON + HOUR).reminders == {}, "nothing is kept of what has begun"


def test_nothing_is_reminded_of_a_closed_item() -> None:
    state = hear_announcement(written_to(), reminder(BEGINS), WAITS)
    closed = hear_settled(state, Settle(office="x", item="t/m", closed=True), WAITS)
    assert closed.reminders == {} and fates(closed)["r/u/1"] == "withdrawn"
    other = hear_settled(state, Settle(office="x", item="t/o", closed=True), WAITS)
    assert other.reminders == state.reminders


def test_what_is_withdrawn_while_its_letter_is_on_its_way_is_asked_about_and_left_out() -> None:
    state = hear_awaited(written_to(), asked("a", NOON).model_copy(update={"item": "t/o"}), NOON)
    state = hear_announcement(state, reminder(BEGINS), NOON + 2 * DAY)
    letter = next_despatch(state, monday(1))
    assert letter is not None and len(letter.reminders) == 1
    state = hear_announcement(begun(state, letter), cancelled(BEGINS), monday(1))
    assert standing_keys(state, ("a", "r/u/1")) == ("a",)
    state = despatched(state, letter, DespatchResult(fate=Fate.CHANGED), monday(1)).state
    state = state.model_copy(update={"queue": ()})
    _, again = send(state, monday(1))
    assert [n.key for n in again.notices] == ["a"] and again.reminders == () and again.key != letter.key


# What becomes of it


def test_the_same_reminder_again_changes_nothing_and_a_newer_one_takes_its_place() -> None:
    state = reminding(WAITS, BEGINS)
    assert hear_announcement(state, reminder(BEGINS), WAITS + HOUR) == state
    newer = hear_announcement(state, reminder(BEGINS, 2), WAITS + HOUR)
    assert [each.word.key for each in newer.waiting_reminders] == ["r/u/2"]
    assert fates(newer)["r/u/1"] == "withdrawn"


def test_what_came_back_is_said_again_while_it_stands() -> None:
    for letter in (False, True):
        state = hear_awaited(written_to(), asked("a", NOON), NOON) if letter else written_to()
        state = hear_announcement(state, reminder(NOON + 8 * DAY), NOON)
        at = monday(1) if letter else NOON
        state, _ = send(state, at, DespatchResult(fate=Fate.SENT, message_id="<2@x.example>"))
        back = Bounced(message_id="<2@x.example>", reason="5.1.1 no such user")
        heard = hear_bounced(state, back, at + HOUR).state
        again = next_despatch(heard, next_instant(heard, at + HOUR) or at)
        assert again is not None and again.second_address
        assert [*(word.key for word in again.reminders), *([again.announcement.key] if again.announcement else [])] == [
            "r/u/1"
        ]
        off = hear_bounced(hear_announcement(state, cancelled(NOON + 8 * DAY), at), back, at + HOUR).state
        assert off.waiting_reminders == () and "r/u/1" not in {word.key for word in off.queue}


def test_what_is_refused_goes_to_the_second_address_and_what_is_refused_for_its_words_is_suppressed() -> None:
    state, first = send(reminding(NOON, BEGINS), NOON, REFUSED)
    again = next_despatch(state, NOON)
    assert again is not None and again.second_address and again.announcement == first.announcement
    content = DespatchResult(fate=Fate.REFUSED, reason="554 content", content=True)
    state, _ = send(reminding(NOON, BEGINS), NOON, content)
    assert fates(state)["r/u/1"] == "suppressed" and next_despatch(state, NOON) is None


def test_what_was_delayed_or_found_a_closed_office_goes_later() -> None:
    state, first = send(reminding(NOON, BEGINS), NOON, DELAYED)
    later = next_instant(state, NOON)
    assert later is not None and next_despatch(state, later) == first, "the same bytes"
    known = courteous().hours
    state, _ = send(reminding(NOON, BEGINS), NOON, CLOSED.model_copy(update={"hours": known}))
    opening = next_instant(state, NOON)
    assert opening is not None and opening > NOON
    _, again = send(state, opening)
    assert again.announcement == first.announcement


def test_a_letter_with_a_reminder_says_more_than_the_last_one() -> None:
    state = hear_awaited(written_to(), asked("a", NOON), NOON)
    state, _ = send(state, monday(1))
    assert says_the_same(state)
    waits = hear_announcement(state, reminder(monday(3)), monday(1) + HOUR)
    assert not says_the_same(waits)
    state, _ = send(waits, monday(2))
    assert says_the_same(state)


def test_why_says_where_it_waits_and_what_became_of_it() -> None:
    def looked_at(state: PostRoomState, now: datetime) -> tuple[str, str, str, datetime | None]:
        decided = [each for each in told("lao-moc", [], state) if each.key == "r/u/1"]
        unsaid = not_said(state, decided, now)
        code, reason, until = (unsaid[0].code, unsaid[0].reason, unsaid[0].until) if unsaid else ("", "", None)
        return decided[0].fate, code, reason, until

    state = reminding(WAITS, BEGINS)
    alone = "a reminder goes by itself where no letter goes in time; the office is closed"
    assert looked_at(state, WAITS) == ("standing", "outside-hours", alone, NOON + 20 * HOUR)
    letter = hear_awaited(reminding(NOON, NOON + 8 * DAY), asked("a", NOON), NOON)
    quiet = "a reminder goes in the letter where one goes in time"
    assert looked_at(letter, NOON) == ("standing", "quiet", quiet, monday(1))
    assert looked_at(send(letter, monday(1))[0], monday(1)) == ("sent", "", "", None)
    off = hear_announcement(state, cancelled(BEGINS), WAITS)
    assert looked_at(off, WAITS)[:3] == ("withdrawn", "settled", "the date was called off before it went")
    said = send(state, NOON + 20 * HOUR, DespatchResult(fate=Fate.SENT, message_id="<2@x.example>"))[0]
    back = hear_bounced(said, Bounced(message_id="<2@x.example>", reason="5.1.1"), NOON + 21 * HOUR).state
    assert looked_at(back, NOON + 21 * HOUR)[0] == "bounced"


def test_the_state_survives_the_wire_and_that_of_an_earlier_release_has_none() -> None:
    state = reminding(WAITS, BEGINS)
    assert PostRoomState.model_validate_json(state.model_dump_json()) == state
    assert PostRoomState.model_validate(written_to().model_dump(mode="json", exclude={"reminders"})) == written_to()
