"""The post room's decisions: order, letters, merging, withdrawal, refusal."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.messages.effects import Await, Settle
from models.messages.notices import AnnouncementKind, Section
from models.post.despatch import Despatch, DespatchResult, Fate
from models.post.hearing import hear_announcement, hear_awaited, hear_settled
from models.post.letter_day import forget_hours, learn_hours, next_instant, wants_hours
from models.post.office_hours import Span
from models.post.post_room_state import Bounced, PostRoomState, Returned, keys_of, standing_keys
from models.post.reminders import drop_begun_reminders
from models.post.sending import (
    REFERENCES_KEPT,
    begun,
    cancels_uncertain,
    despatched,
    drop_unsent_cancellations,
    next_despatch,
)
from models.post.unreached import DELAY, hear_bounced
from models.post.why import not_said, told
from tests.support.builders import DAY, START
from tests.support.post_rooms import (
    CLOSED,
    DELAYED,
    HOUR,
    NOON,
    REFUSED,
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
    written_to,
)


def test_a_letter_lists_all_that_is_awaited_once_a_period() -> None:
    state = hear_awaited(room(), notice("a"), START)
    state = hear_awaited(state, notice("b"), START + timedelta(seconds=1))
    assert next_despatch(state, START + timedelta(seconds=4)) is None
    at = START + timedelta(seconds=5)
    state, letter = send(state, at)
    assert [n.key for n in letter.notices] == ["a", "b"] and letter.repeated == ()
    assert next_instant(state, at) == at + WEEK
    state, second = send(state, at + WEEK)
    assert second.repeated == ("a", "b") and second.key != letter.key
    assert [entry.verb for entry in state.pending] == ["sent", "sent"], "a repetition is the same notice"


def test_what_is_settled_before_the_letter_is_not_in_it() -> None:
    state = hear_awaited(room(), notice("a"), START)
    state = hear_awaited(state, notice("b"), START)
    state = hear_settled(state, Settle(office="lao-moc", item="t/m", keys=("a",)), START)
    state, letter = send(state, START + WEEK)
    assert [n.key for n in letter.notices] == ["b"]
    assert fates(state) == {"a": "withdrawn", "b": "sent"}
    state = hear_settled(state, Settle(office="lao-moc", item="t/m", keys=("b",)), START)
    assert next_instant(state, START) is None, "nothing awaited, no letter"


def test_what_was_said_by_an_invitation_waits_for_the_weekly_letter() -> None:
    state = hear_awaited(room(), notice("a", quiet=True), START)
    assert next_instant(state, START) == START + WEEK


def test_announcements_go_in_order_and_a_newer_version_overtakes() -> None:
    state = room()
    for n in (0, 1):
        state = hear_announcement(state, announcement(n), START)
    state = hear_announcement(state, announcement(0, uid="v"), START)
    state, first = send(state)
    state, second = send(state)
    assert first.announcement and second.announcement
    assert (first.announcement.key, second.announcement.key) == ("u/1", "v/0")
    assert fates(state) == {"u/0": "merged", "u/1": "sent", "v/0": "sent"}


def test_cancelled_before_it_was_sent_means_nothing_is_sent() -> None:
    state = hear_announcement(room(), announcement(0), START)
    state = hear_announcement(state, announcement(1, AnnouncementKind.CANCELLATION), START)
    state = drop_unsent_cancellations(state, START)
    assert next_despatch(state, START) is None
    assert fates(state) == {"u/0": "merged", "u/1": "withdrawn"}


def test_a_cancellation_never_overtakes_its_invitation_on_the_way() -> None:
    state = hear_announcement(room(), announcement(0), START)
    on_its_way = next_despatch(state, START)
    assert on_its_way is not None
    state = hear_announcement(state, announcement(1, AnnouncementKind.CANCELLATION), START)
    assert standing_keys(state, ("u/0",)) == (), "asked once more, it no longer stands"
    # It had been transmitted already: then the cancellation has to follow.
    state = despatched(state, on_its_way, SENT, START).state
    state = drop_unsent_cancellations(state, START)
    _, cancel = send(state)
    assert cancel.announcement and cancel.announcement.kind is AnnouncementKind.CANCELLATION


def test_what_is_sent_of_one_event_refers_to_what_was_sent_before() -> None:
    state = room()
    for n in range(7):
        state = hear_announcement(state, announcement(n), START)
        state, despatch = send(state, START, DespatchResult(fate=Fate.SENT, message_id=f"<{n}@x.example>"))
        kept = [0, *range(1, n)[1 - REFERENCES_KEPT :]] if n else []
        assert despatch.references == tuple(f"<{k}@x.example>" for k in kept)
    _, other = send(hear_announcement(state, announcement(0, uid="v"), START))
    assert other.references == ()


def test_what_perhaps_arrived_is_referred_to_and_what_was_delayed_is_not() -> None:
    state = hear_announcement(room(), announcement(0), START)
    first = next_despatch(state, START)
    assert first is not None
    perhaps = DespatchResult(fate=Fate.WITHDRAWN, perhaps_arrived=True, message_id="<p@x.example>")
    state = despatched(state, first, perhaps, START).state
    state = hear_announcement(state, announcement(1), START)
    second = next_despatch(state, START)
    assert second is not None and second.references == ("<p@x.example>",)
    state = despatched(state, second, DELAYED, START).state
    assert next_despatch(state, START + DELAY) == second, "the same bytes go again"


PERHAPS = {"perhaps_arrived": True, "message_id": "<p@x.example>", "names_uncertain": True}


def delayed_then_called_off() -> tuple[PostRoomState, Despatch]:
    """An invitation whose outcome is not known, and the cancellation that came since."""
    state = hear_announcement(room(), announcement(0), START)
    first = next_despatch(state, START)
    assert first is not None
    state = despatched(state, first, DELAYED, START).state
    state = hear_announcement(state, announcement(1, AnnouncementKind.CANCELLATION), START)
    return drop_unsent_cancellations(state, START), first


@pytest.mark.parametrize("fate", [Fate.WITHDRAWN, Fate.REFUSED])
def test_an_invitation_that_may_have_arrived_counts_as_sent_and_its_cancellation_goes(fate: Fate) -> None:
    state, first = delayed_then_called_off()
    assert cancels_uncertain(state) and next_despatch(state, START + DELAY) == first
    state = despatched(state, first, DespatchResult(fate=fate, **PERHAPS), START + DELAY).state
    state = drop_unsent_cancellations(state, START + DELAY)
    assert not cancels_uncertain(state)
    state, cancel = send(state, START + DELAY)
    assert cancel.announcement and cancel.announcement.kind is AnnouncementKind.CANCELLATION
    assert cancel.references == ("<p@x.example>",)
    named = [each.data for each in state.pending if each.data.get("message_id") == "<p@x.example>"]
    assert [each["key"] for each in named] == (["u/0"] if fate is Fate.WITHDRAWN else [])


def test_an_invitation_that_certainly_did_not_arrive_gets_no_cancellation() -> None:
    state, first = delayed_then_called_off()
    state = despatched(state, first, DespatchResult(fate=Fate.WITHDRAWN), START + DELAY).state
    state = drop_unsent_cancellations(state, START + DELAY)
    assert next_despatch(state, START + DELAY) is None and fates(state)["u/1"] == "withdrawn"


def test_by_the_rules_of_histories_of_before_the_cancellation_was_dropped_at_once() -> None:
    state = hear_announcement(room(), announcement(0), START)
    first = next_despatch(state, START)
    assert first is not None
    state = despatched(state, first, DELAYED, START).state
    state = hear_announcement(state, announcement(1, AnnouncementKind.CANCELLATION), START)
    assert fates(drop_unsent_cancellations(state, START, keeps_uncertain=False))["u/1"] == "withdrawn"


def test_nothing_is_sent_about_a_closed_item_but_its_cancellation() -> None:
    state = hear_awaited(room(), notice("a"), START)
    state = hear_announcement(state, announcement(0), START)
    state, _ = send(state)
    outcome = announcement(0).model_copy(update={"key": "o", "kind": AnnouncementKind.OUTCOME, "event": None})
    state = hear_announcement(state, outcome, START)
    state = hear_announcement(state, announcement(1, AnnouncementKind.CANCELLATION), START)
    state = hear_settled(state, Settle(office="lao-moc", item="t/m", closed=True), START)
    state, last = send(drop_unsent_cancellations(state, START))
    assert last.announcement and last.announcement.kind is AnnouncementKind.CANCELLATION
    assert next_despatch(state, START + 2 * WEEK) is None
    state = drop_unsent_cancellations(state, START)
    assert state.invited == state.threads == {}, "nothing is kept of a closed item"
    assert fates(state) == {"u/0": "sent", "a": "withdrawn", "o": "withdrawn", "u/1": "sent"}


def test_refused_tries_the_second_address_then_pauses_and_asks_the_focal_point() -> None:
    state = hear_awaited(room(), notice("a"), START)
    at = START + timedelta(seconds=5)
    state, first = send(state, at, REFUSED)
    despatch = next_despatch(state, at)
    assert despatch and despatch.second_address and not first.second_address and despatch.key != first.key
    step = despatched(state, despatch, REFUSED, at)
    returned, asked = step.effects
    assert isinstance(returned, Returned) and (returned.key, returned.item) == ("a", "t/m")
    assert isinstance(asked, Await) and asked.notice.office == "lao-mfa"
    assert next_instant(step.state, at) == at + DAY, "a corrected address works the next day"
    later = next_despatch(step.state, at + DAY)
    assert later is not None and not later.second_address
    reached = despatched(step.state, later, SENT, at + DAY)
    assert [type(e).__name__ for e in reached.effects] == ["Returned", "Settle"]
    assert isinstance(reached.effects[0], Returned) and reached.effects[0].reason == ""


def test_a_fault_of_ours_pauses_the_ladders_and_the_same_despatch_goes_later() -> None:
    state = hear_awaited(room(), notice("a"), START)
    at = START + timedelta(seconds=5)
    first = next_despatch(state, at)
    assert first is not None
    step = despatched(state, first, DELAYED, at)
    [returned] = step.effects
    assert isinstance(returned, Returned) and returned.reason == "no mail server", "and nobody is asked for an address"
    again = at + DELAY
    assert next_instant(step.state, at) == again
    assert next_despatch(step.state, at) is None
    assert next_despatch(step.state, again) == first, "its outcome may be unknown: the same bytes go again"
    twice = despatched(step.state, first, DELAYED, again)
    assert twice.effects == (), "items are told once"
    sent = despatched(twice.state, first, SENT, again + DELAY)
    [reached] = sent.effects
    assert isinstance(reached, Returned) and (reached.key, reached.reason) == ("a", "")
    assert next_instant(sent.state, again) == again + DELAY + WEEK


def test_a_refused_invitation_goes_once_the_address_is_corrected() -> None:
    state = hear_announcement(room(), announcement(0), START)
    for second in (False, True):
        state, despatch = send(state, START, REFUSED)
        assert despatch.second_address is second
    assert next_despatch(state, START + DAY / 2) is None
    state, despatch = send(state, START + DAY)
    assert despatch.announcement and despatch.announcement.key == "u/0" and fates(state)["u/0"] == "sent"


def test_a_letter_that_is_refused_for_what_it_says_holds_up_nothing() -> None:
    state = hear_announcement(room(), announcement(0), START)
    state = hear_announcement(state, announcement(0, uid="v"), START)
    state, _ = send(state, START, DespatchResult(fate=Fate.REFUSED, reason="554 content", content=True))
    state, despatch = send(state)
    assert despatch.announcement and despatch.announcement.key == "v/0"
    assert fates(state) == {"u/0": "suppressed", "v/0": "sent"}


def test_the_last_word_on_a_dropped_item_still_goes() -> None:
    last = announcement(0).model_copy(
        update={"key": "d", "kind": AnnouncementKind.ANSWER, "event": None, "final": True}
    )
    state = hear_announcement(room(), last, START)
    state = hear_settled(state, Settle(office="lao-moc", item="t/m", closed=True), START)
    _, despatch = send(state)
    assert despatch.announcement == last


def test_no_letter_goes_early_when_what_was_new_is_settled() -> None:
    state = hear_awaited(room(), notice("a"), START)
    at = START + timedelta(seconds=5)
    state, _ = send(state, at)
    state = hear_awaited(state, notice("b"), at + DAY)
    state = hear_settled(state, Settle(office="lao-moc", item="t/m", keys=("b",)), at + DAY)
    assert next_instant(state, at + DAY) == at + WEEK


words = st.lists(
    st.one_of(
        st.tuples(st.just("await"), st.integers(0, 5), st.booleans()),
        st.tuples(st.just("settle"), st.integers(0, 5), st.booleans()),
        st.tuples(st.just("invite"), st.integers(0, 9), st.booleans()),
        st.tuples(st.just("send"), st.sampled_from([SENT, REFUSED, DELAYED]), st.booleans()),
        st.tuples(st.just("wait"), st.integers(0, 10), st.booleans()),
    ),
    max_size=40,
)


@given(words, st.sampled_from([0, 1]))
def test_no_notice_is_lost_and_none_is_said_twice(history: list[tuple[str, Any, bool]], edition: int) -> None:
    state, now, keys, keys_sent = room(edition), START, set(), []
    for count, (what, value, flag) in enumerate(history):
        if what == "await":
            key = f"n{value}/{count}"
            keys.add(key)
            state = hear_awaited(state, notice(key, quiet=flag, item=f"t/{value}"), now)
        elif what == "settle":
            gone = tuple(key for key in state.standing if key.startswith(f"n{value}/"))
            state = hear_settled(state, Settle(office="x", item=f"t/{value}", keys=gone, closed=flag), now)
        elif what == "invite":
            kind = AnnouncementKind.CANCELLATION if flag else AnnouncementKind.INVITATION
            keys.add(f"u/{count}")
            state = hear_announcement(state, announcement(count, kind), now)
        elif what == "wait":
            now += value * DAY
        state = drop_unsent_cancellations(state, now)
        if what == "send" and (despatch := next_despatch(state, now)):
            keys_sent.append(despatch.key)
            standing = standing_keys(state, keys_of(despatch))
            if set(keys_of(despatch)) != set(standing):
                # What was delayed is asked about again before it goes, as the activity does.
                value = DespatchResult(fate=Fate.CHANGED if standing else Fate.WITHDRAWN)
            if value.fate is Fate.DELAYED:
                keys_sent.pop()
            state = despatched(state, despatch, value, now).state
    assert len(keys_sent) == len(set(keys_sent)), "one key, one Message-ID"
    ended = [e.data["key"] for e in state.pending if e.verb in ("sent", "withdrawn", "merged")]
    assert len(ended) == len(set(ended)), "one notice, one end"
    waiting = set(state.standing) | {queued.key for queued in state.queue}
    suppressed = {e.data["key"] for e in state.pending if e.verb == "suppressed"}
    assert keys <= set(ended) | waiting | suppressed, "no notice is lost"
    assert (state.letter_at is not None) == bool(state.standing), "what stands has a letter coming"


BOUNCE = Bounced(message_id="<1@x.example>", reason="5.1.1 no such user")


def test_a_template_at_fault_stands_in_the_record_beside_the_letter_that_went() -> None:
    fault = "written in the shipped English, because templates/lo/words.j2, line 2: 'x' is undefined"
    state = hear_awaited(room(), notice("k"), START)
    at = next_instant(state, START)
    assert at is not None
    state, despatch = send(state, at, SENT.model_copy(update={"fault": fault}))
    assert despatch is not None
    [line] = [each for each in state.pending if each.verb == "sent"]
    assert fault in line.text and line.data["reason"] == fault


def sent_room(kind: AnnouncementKind = AnnouncementKind.INVITATION, second: bool = False) -> PostRoomState:
    """A room whose invitation the server took; the answer to it stands."""
    state = hear_announcement(room(), announcement(0, kind), START)
    state = state.model_copy(update={"second_address": second, "invited": {"u": "t/m"}})
    despatch = next_despatch(state, START)
    assert despatch is not None
    state = despatched(state, despatch, SENT, START).state
    return hear_awaited(state, notice("answer", quiet=True), START)


def test_what_came_back_goes_to_the_second_address() -> None:
    step = hear_bounced(sent_room(), BOUNCE, START + DAY)
    again = next_despatch(step.state, START + DAY)
    assert again is not None and again.second_address and again.announcement == announcement(0)
    assert step.effects == () and not step.state.unreachable
    twice = hear_bounced(step.state, BOUNCE, START + DAY).state
    assert twice.queue == step.state.queue, "a repeated delivery status changes nothing more"


def test_what_came_back_from_the_second_address_pauses_the_items_and_asks_the_focal_point() -> None:
    step = hear_bounced(sent_room(second=True), BOUNCE, START + DAY)
    assert step.state.unreachable and step.state.hold_until == START + 2 * DAY
    assert [type(effect) for effect in step.effects] == [Returned, Await]
    again = next_despatch(step.state, START + 2 * DAY)
    assert again is not None and again.announcement is not None
    state = despatched(step.state, again, SENT, START + 2 * DAY).state
    assert state.unreachable, "its server took the last one too, and returned it"
    later = hear_awaited(state, notice("more"), START + 4 * DAY)
    letter = next_despatch(later, START + 5 * DAY)
    assert letter is not None
    reached = despatched(later, letter, SENT, START + 5 * DAY)
    assert not reached.state.unreachable and isinstance(reached.effects[0], Returned)


def test_an_older_version_that_comes_back_does_not_follow_the_newer_one() -> None:
    state = sent_room()
    state = hear_announcement(state, announcement(1), START + DAY)
    despatch = next_despatch(state, START + DAY)
    assert despatch is not None
    newer = DespatchResult(fate=Fate.SENT, message_id="<2@x.example>")
    state = despatched(state, despatch, newer, START + DAY).state
    assert hear_bounced(state, BOUNCE, START + DAY).state.queue == ()
    assert len(hear_bounced(state, Bounced(message_id="<2@x.example>", reason="5"), START).state.queue) == 1


def test_a_cancellation_that_came_back_goes_again_and_nothing_else_of_a_closed_item() -> None:
    cancelled = sent_room(AnnouncementKind.CANCELLATION)
    for state, words in ((cancelled, 1), (sent_room(), 0)):
        closed = hear_settled(state, Settle(office="lao-moc", item="t/m", closed=True), START)
        heard = hear_bounced(closed, BOUNCE, START + DAY).state
        assert len(drop_unsent_cancellations(heard, START + DAY).queue) == words


def test_a_declined_counter_neither_overtakes_nor_is_overtaken() -> None:
    state = hear_announcement(room(), announcement(0), START)
    declined = announcement(0, AnnouncementKind.DECLINECOUNTER).model_copy(update={"key": "declined"})
    state = hear_announcement(state, declined, START)
    assert len(state.queue) == 2
    for _ in range(2):
        despatch = next_despatch(state, START)
        assert despatch is not None
        state = despatched(state, despatch, SENT, START).state
    assert state.invited == {"u": "t/m"}, "the office still holds the invitation"


# Office hours, despatch days and the ceiling


def test_the_first_letter_goes_at_once_within_hours() -> None:
    state = hear_awaited(courteous(), asked("a", NOON), NOON)
    assert next_instant(state, NOON) == NOON + timedelta(seconds=5)
    night = NOON + 10 * HOUR
    state = hear_awaited(courteous(), asked("a", night), night)
    assert next_instant(state, night) == NOON + 20 * HOUR, "Friday, 08:00"
    assert next_despatch(state, night + HOUR) is None


def test_what_is_newly_awaited_waits_for_the_despatch_day() -> None:
    friday = NOON + DAY
    state = hear_awaited(written_to(), asked("a", friday), friday)
    assert next_instant(state, friday) == monday(1)
    state = hear_awaited(state, asked("b", friday - DAY), friday + HOUR)
    state, letter = send(state, monday(1))
    assert [n.key for n in letter.notices] == ["b", "a"] and not letter.immediate, "oldest first"
    assert next_instant(state, monday(1)) == monday(2)
    # On Tuesday something new comes: the week has had its letter.
    state = hear_awaited(state, asked("c", monday(1) + DAY), monday(1) + DAY)
    assert next_instant(state, monday(1) + DAY) == monday(2)
    state, letter = send(state, monday(2))
    assert [n.key for n in letter.notices] == ["b", "a", "c"] and letter.repeated == ("b", "a")


def test_a_higher_ceiling_lets_news_go_at_once_until_it_is_reached() -> None:
    state = hear_awaited(courteous(ceiling=3), asked("first", NOON), NOON)
    state, _ = send(state, NOON + timedelta(seconds=5))
    for n in (1, 2):
        at = NOON + n * HOUR
        state = hear_awaited(state, asked(f"n{n}", at), at)
        assert next_instant(state, at) == at + timedelta(seconds=5)
        state, letter = send(state, at + timedelta(seconds=5))
        assert not letter.immediate, "it counts"
    state = hear_awaited(state, asked("n3", NOON + 3 * HOUR), NOON + 3 * HOUR)
    assert next_instant(state, NOON + 3 * HOUR) == monday(1), "this week has had its three"
    state = hear_awaited(state, asked("n4", NOON + DAY, rung=2), NOON + DAY)
    assert next_instant(state, NOON + DAY) == NOON + DAY + timedelta(seconds=5), "what cannot wait goes beside"


def test_a_letter_that_goes_for_what_is_new_names_it_first_and_leaves_the_despatch_day() -> None:
    state = hear_awaited(written_to(), asked("a", NOON + DAY), NOON + DAY)
    state, _ = send(state, monday(1))
    tuesday = monday(1) + DAY
    state = hear_awaited(state, asked("b", tuesday, rung=2), tuesday)
    at = tuesday + timedelta(seconds=5)
    assert next_instant(state, tuesday) == at, "one more, higher office"
    state, letter = send(state, at)
    assert letter.immediate and [n.key for n in letter.notices] == ["b", "a"] and letter.repeated == ("a",)
    assert next_instant(state, at) == monday(2)


def test_after_a_letter_that_said_all_the_next_is_not_days_later() -> None:
    """A letter on Friday, for the sake of what is new: nothing is repeated on Monday, but what is new goes then."""
    friday = NOON + DAY
    state = hear_awaited(written_to(), asked("a", friday, rung=2), friday)
    state, letter = send(state, friday + timedelta(seconds=5))
    assert letter.immediate and next_instant(state, friday + HOUR) == monday(2)
    state = hear_awaited(state, asked("b", friday + HOUR), friday + HOUR)
    assert next_instant(state, friday + HOUR) == monday(1)


def test_a_notice_reaches_the_office_well_before_its_next_rung() -> None:
    friday = NOON + DAY  # the despatch day is not three days off
    for days, waits in ((7, True), (5, False)):
        state = hear_awaited(written_to(), asked("a", friday, due=days * DAY), friday)
        at = next_instant(state, friday)
        assert at == (monday(1) if waits else friday + timedelta(seconds=5)), days
    state = hear_awaited(written_to(), asked("a", friday, due=-DAY), friday)
    assert next_instant(state, friday) == monday(1), "a window that has ended is no haste"
    state = hear_awaited(written_to(), asked("a", friday, due=DAY, quiet=True), friday)
    assert next_instant(state, friday) == monday(1), "an invitation has said it"


def test_announcements_go_within_hours_and_those_of_one_item_in_one_mail() -> None:
    evening = NOON + 5 * HOUR
    state = written_to()
    for n, text in enumerate(("It was held.", "Its outcome is filed.")):
        word = announcement(n).model_copy(update={"kind": AnnouncementKind.MARK, "event": None, "text": text})
        state = hear_announcement(state, word.model_copy(update={"key": f"mark/{n}"}), evening)
    state = hear_announcement(state, announcement(0, uid="v"), evening)
    assert next_despatch(state, evening) is None
    opening = next_instant(state, evening)
    assert opening == NOON + 20 * HOUR
    state, first = send(state, opening)
    state, second = send(state, opening)
    assert first.announcement and first.announcement.text == "Its outcome is filed."
    assert [said.text for said in first.announcement.earlier] == ["It was held."]
    assert second.announcement and second.announcement.key == "v/0" and not state.queue
    assert {key: fate for key, fate in fates(state).items() if key != "first"} == {
        "mark/0": "merged", "mark/1": "sent", "v/0": "sent"
    }  # fmt: skip


def test_a_word_with_lists_is_a_mail_of_its_own() -> None:
    word = announcement(0).model_copy(update={"key": "round", "kind": AnnouncementKind.ROUND, "event": None})
    listed = word.model_copy(update={"lists": (Section(pillar="", article="", lines=()),)})
    said = word.model_copy(update={"key": "said", "kind": AnnouncementKind.ANSWER})
    for first, second in ((listed, said), (said, listed)):
        state = hear_announcement(written_to(), first, NOON)
        assert hear_announcement(state, second, NOON).queue == (first, second)


def test_what_is_on_its_way_is_not_put_into_another_mail() -> None:
    words = [
        announcement(n).model_copy(update={"key": f"w/{n}", "kind": AnnouncementKind.MARK, "event": None})
        for n in range(2)
    ]
    state = hear_announcement(written_to(), words[0], NOON)
    despatch = next_despatch(state, NOON)
    assert despatch is not None
    state = begun(state, despatch)
    state = hear_announcement(state, words[1], NOON)
    assert standing_keys(state, ("w/0", "w/1")) == ("w/0", "w/1")
    state = despatched(state, despatch, SENT, NOON).state
    assert [queued.text for queued in state.queue] == ["t"]


def test_a_closed_office_gets_it_at_the_opening_that_the_activity_names() -> None:
    friday = monday(1) + 4 * DAY
    known = courteous()
    assert known.hours is not None
    # The room thinks that the office works on New Year's Friday; its contacts say otherwise by now.
    span = Span(start=friday, end=friday + 8 * HOUR)
    wrong = known.hours.model_copy(update={"open": tuple(sorted((*known.hours.open, span), key=lambda s: s.start))})
    for arrived in (False, True):
        state = hear_awaited(known.model_copy(update={"hours": wrong}), asked("a", friday), friday)
        at = friday + timedelta(seconds=5)
        closed = DespatchResult(fate=Fate.CLOSED, hours=known.hours, perhaps_arrived=arrived)
        state, first = send(state, at, closed)
        assert next_instant(state, at) == state.letter_at == monday(2)
        state = hear_awaited(state, asked("b", friday + HOUR), friday + HOUR)
        again = next_despatch(state, monday(2))
        assert again is not None and (again == first) is arrived, "the same bytes, where they may have arrived"
        state, _ = send(state, monday(2))
        assert fates(state)["a"] == "sent"


def test_hours_are_asked_for_before_anything_is_decided_and_anew_before_they_end() -> None:
    known = courteous()
    assert known.hours is not None
    assert not wants_hours(known, NOON), "nothing is to be decided"
    state = hear_awaited(known.model_copy(update={"hours": None}), asked("a", NOON), NOON)
    assert wants_hours(state, NOON) and next_instant(state, NOON) == NOON
    assert next_despatch(state, NOON + HOUR) is None
    short = known.hours.model_copy(update={"renew": NOON + WEEK, "open": (), "letters": ()})
    state = learn_hours(state, short)
    assert not wants_hours(state, NOON) and next_instant(state, NOON) == NOON + WEEK
    state = learn_hours(state, known.hours)
    assert next_instant(state, NOON) == NOON + timedelta(seconds=5)


def test_an_office_that_is_open_from_now_on_is_asked_for_its_hours_again() -> None:
    night = NOON + 10 * HOUR
    state = hear_awaited(courteous(), asked("a", night), night)
    closed = state.model_copy(update={"hold_until": night + DAY})
    assert next_instant(forget_hours(closed), night) == night, "it waits for no opening"
    unreached = closed.model_copy(update={"unreachable": "550 no such user"})
    assert forget_hours(unreached).hold_until == night + DAY, "it waits for the next attempt"
    assert state.hours is not None
    known = state.model_copy(update={"hours": state.hours.model_copy(update={"always": True})})
    assert forget_hours(known) is known and forget_hours(room()) == room()


def test_after_days_without_a_worker_one_letter_goes_and_not_the_backlog() -> None:
    state = hear_awaited(written_to(), asked("a", NOON + DAY), NOON + DAY)
    wednesday = monday(3) + 2 * DAY
    for n in range(3):
        state = hear_awaited(state, asked(f"b{n}", monday(n + 1) + DAY), wednesday)
    assert next_instant(state, wednesday) == wednesday, "the letters of the Mondays are overdue"
    state, letter = send(state, wednesday)
    assert len(letter.notices) == 4 and next_despatch(state, wednesday) is None
    assert next_instant(state, wednesday) == monday(4) + DAY, "Labour Day is kept on that Monday"


courteous_words = st.lists(
    st.one_of(
        st.tuples(st.just("await"), st.integers(0, 5), st.sampled_from(["quiet", "rung", "pressing", "routine"])),
        st.tuples(st.just("settle"), st.integers(0, 5), st.booleans()),
        st.tuples(st.just("announce"), st.integers(0, 3), st.sampled_from(["invite", "cancel", "say"])),
        st.tuples(st.just("remind"), st.integers(0, 3), st.integers(1, 12 * 24)),
        st.tuples(st.just("wait"), st.integers(1, 12 * 24), st.just("")),
    ),
    max_size=40,
)
outcomes = st.lists(st.sampled_from([SENT, SENT, SENT, REFUSED, DELAYED, CLOSED]), max_size=12).map(
    lambda tried: [*tried, SENT]
)


@given(courteous_words, outcomes, st.integers(1, 3), st.sampled_from([WEEK, 2 * WEEK]), st.sampled_from([0, 1]))
def test_nothing_goes_outside_hours_or_beyond_the_ceiling_and_nothing_is_lost(
    history: list[tuple[str, Any, Any]], results: list[DespatchResult], ceiling: int, period: timedelta, edition: int
) -> None:
    state, now, keys, mails = courteous(ceiling, period, edition), NOON, set(), []
    off: set[str] = set()
    assert state.hours is not None
    hours = state.hours

    def live(until: datetime) -> None:
        """As the workflow does it: at each instant at which the post room wants to be asked."""
        nonlocal state, now
        for _ in range(2000):
            state = drop_begun_reminders(drop_unsent_cancellations(state, now), now)
            if despatch := next_despatch(state, now):
                carried = keys_of(despatch)
                standing = standing_keys(state, carried)
                result = results[len(mails) % len(results)]
                if set(standing) != set(carried):
                    result = DespatchResult(fate=Fate.CHANGED if standing else Fate.WITHDRAWN)
                elif result is SENT:
                    assert not off & set(carried), "reminded of a date that is off"
                    words = (*despatch.reminders, *([despatch.announcement] if despatch.announcement else []))
                    assert not any(word.too_late(now) for word in words), "reminded of a date that has begun"
                result = result.model_copy(update={"hours": hours})
                mails.append((now, despatch, result.fate))
                state = despatched(state, despatch, result, now).state
                continue
            at = next_instant(state, now)
            assert at is None or at > now, "it would ask again and again"
            if at is None or at > until:
                now = until
                return
            now = at
        raise AssertionError("it never rests")

    for heard, (what, value, kind) in enumerate(history):
        if what == "await":
            keys.add(f"n{value}/{heard}")
            due = DAY if kind == "pressing" else 30 * DAY
            word = asked(f"n{value}/{heard}", now, 1 + (kind == "rung"), due, kind == "quiet")
            state = hear_awaited(state, word.model_copy(update={"item": f"t/{value}"}), now)
        elif what == "settle":
            gone = tuple(key for key in state.standing if key.startswith(f"n{value}/"))
            state = hear_settled(state, Settle(office="x", item=f"t/{value}", keys=gone, closed=kind), now)
        elif what == "announce":
            cancel = AnnouncementKind.CANCELLATION if kind == "cancel" else AnnouncementKind.INVITATION
            word = announcement(heard, cancel, uid=f"u{value}").model_copy(update={"item": f"t/{value}"})
            if kind == "say":
                word = word.model_copy(update={"event": None, "kind": AnnouncementKind.ANSWER})
            else:
                off |= {key for key in keys if key.startswith(f"r/u{value}/")}
            keys.add(word.key)
            state = hear_announcement(state, word, now)
        elif what == "remind":
            off |= {key for key in keys if key.startswith(f"r/u{value}/")}
            word = reminder(now + kind * HOUR, heard, uid=f"u{value}").model_copy(update={"item": f"t/{value}"})
            keys.add(word.key)
            state = hear_announcement(state, word, now)
        live(now + (value * HOUR if what == "wait" else HOUR))
    live(now + (3 if edition == 0 else 9) * period)

    assert all(hours.is_open(at) for at, _, _ in mails), "outside hours"
    sent = [(at, despatch) for at, despatch, fate in mails if fate is Fate.SENT]
    weeks = Counter(hours.week_of(at) for at, despatch in sent if despatch.notices and not despatch.immediate)
    assert max(weeks.values(), default=0) <= ceiling, weeks
    ended = [e.data["key"] for e in state.pending if e.verb in ("sent", "withdrawn", "merged", "suppressed")]
    assert len(ended) == len(set(ended)), "one notice, one end"
    waiting = set(state.standing) | {queued.key for queued in state.queue}
    waiting |= {each.word.key for each in state.waiting_reminders}
    assert keys <= set(ended) | waiting, "no notice is lost"
    lines = [entry.model_dump(mode="json") for entry in state.pending]
    known = told("lao-moc", lines, state.model_copy(update={"pending": ()}))
    listed = [each.key for each in known]
    assert keys <= set(listed) and len(set(listed)) == len(listed), "why knows each of them, once"
    said = {each.key for each in known if each.fate == "sent"}
    unsaid = [each for each in not_said(state, known, now) if each.code != "nothing-new"]
    assert len(unsaid) == len(known) - len(said) and all(each.code and each.reason for each in unsaid)
    if all(each is SENT for each in results):
        assert not state.queue and not state.waiting_reminders, "all is said in time"
        assert all(s.sent for s in state.standing.values()), "all is said in time"
        first = {key: at for at, despatch in reversed(sent) for key in keys_of(despatch)}
        for each in (notice for _, despatch in sent for notice in despatch.notices if not notice.quiet):
            opening = hours.next_open(each.at + timedelta(seconds=5))
            # Without `due`, the office did not open before the instant by which its answer was wanted.
            latest = opening if each.rung > 1 or each.due is None else max(opening, each.at + (each.due - each.at) / 2)
            assert first[each.key] <= latest, "well before its next rung"


def test_a_letter_that_came_back_goes_to_the_second_address_at_the_next_opening() -> None:
    state = hear_awaited(written_to(), asked("a", NOON + DAY), NOON + DAY)
    state, _ = send(state, monday(1), DespatchResult(fate=Fate.SENT, message_id="<2@x.example>"))
    night = monday(1) + 10 * HOUR
    state = hear_bounced(state, Bounced(message_id="<2@x.example>", reason="5.1.1"), night).state
    tuesday = monday(1) + DAY
    assert next_instant(state, night) == tuesday
    state, again = send(state, tuesday)
    assert again.second_address and [n.key for n in again.notices] == ["a"]
    assert next_instant(state, tuesday) == monday(2)
