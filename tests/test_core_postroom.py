"""The post room's decisions: order, letters, merging, withdrawal, refusal."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from models import postroom
from models.effects import Await, PostRoomAddress, Settle
from models.invitation import Attendee, CalendarEvent, EventStatus
from models.letters import Announcement, AnnouncementKind, Despatch, DespatchResult, Fate, Notice
from models.plan import DespatchRule
from models.postroom import Bounced, PostRoomState, Returned
from tests.builders import DAY, START, date_terms

SENT = DespatchResult(fate=Fate.SENT, message_id="<1@x.example>")
REFUSED = DespatchResult(fate=Fate.REFUSED, reason="550 no such user")
DELAYED = DespatchResult(fate=Fate.DELAYED, reason="no mail server")
WEEK = 7 * DAY


def room() -> PostRoomState:
    return PostRoomState(
        address=PostRoomAddress(
            plan="t",
            plan_title="Test",
            office="lao-moc",
            office_title="Coordinator",
            despatch=DespatchRule(period=WEEK, gather=timedelta(seconds=5)),
            focal_point="lao-mfa",
        )
    )


def notice(key: str, quiet: bool = False, item: str = "t/m") -> Notice:
    return Notice(
        key=key,
        item=item,
        ref="1.1",
        title="M",
        act="propose a date",
        how="",
        side="LAO",
        office="lao-moc",
        office_title="Coordinator",
        rung=1,
        since=START,
        at=START,
        quiet=quiet,
    )


def announcement(n: int, kind: AnnouncementKind = AnnouncementKind.INVITATION, uid: str = "u") -> Announcement:
    slot = date_terms(START + DAY).slot
    assert slot is not None
    event = CalendarEvent(
        uid=uid,
        sequence=n,
        dtstamp=START,
        status=EventStatus.CANCELLED if kind is AnnouncementKind.CANCELLATION else EventStatus.TENTATIVE,
        summary="M",
        slot=slot,
        attendees=(Attendee(office="lao-moc", title="Coordinator"),),
    )
    return Announcement(
        key=f"{uid}/{n}",
        kind=kind,
        item="t/m",
        ref="1.1",
        title="M",
        office="lao-moc",
        office_title="C",
        at=START,
        text="t",
        event=event,
    )


def send(state: PostRoomState, at: Any = START, result: DespatchResult = SENT) -> tuple[PostRoomState, Despatch]:
    despatch = postroom.next_despatch(state, at)
    assert despatch is not None
    return postroom.despatched(state, despatch, result, at).state, despatch


def fates(state: PostRoomState) -> dict[str, str]:
    return {entry.data["key"]: entry.verb for entry in state.pending if entry.data["key"]}


def test_a_letter_lists_all_that_is_awaited_once_a_period() -> None:
    state = postroom.hear_awaited(room(), notice("a"), START)
    state = postroom.hear_awaited(state, notice("b"), START + timedelta(seconds=1))
    assert postroom.next_despatch(state, START + timedelta(seconds=4)) is None
    at = START + timedelta(seconds=5)
    state, letter = send(state, at)
    assert [n.key for n in letter.notices] == ["a", "b"] and letter.repeated == ()
    assert postroom.next_instant(state, at) == at + WEEK
    state, second = send(state, at + WEEK)
    assert second.repeated == ("a", "b") and second.key != letter.key
    assert [entry.verb for entry in state.pending] == ["sent", "sent"], "a repetition is the same notice"


def test_what_is_settled_before_the_letter_is_not_in_it() -> None:
    state = postroom.hear_awaited(room(), notice("a"), START)
    state = postroom.hear_awaited(state, notice("b"), START)
    state = postroom.hear_settled(state, Settle(office="lao-moc", item="t/m", keys=("a",)), START)
    state, letter = send(state, START + WEEK)
    assert [n.key for n in letter.notices] == ["b"]
    assert fates(state) == {"a": "withdrawn", "b": "sent"}
    state = postroom.hear_settled(state, Settle(office="lao-moc", item="t/m", keys=("b",)), START)
    assert postroom.next_instant(state, START) is None, "nothing awaited, no letter"


def test_what_was_said_by_an_invitation_waits_for_the_weekly_letter() -> None:
    state = postroom.hear_awaited(room(), notice("a", quiet=True), START)
    assert postroom.next_instant(state, START) == START + WEEK


def test_announcements_go_in_order_and_a_newer_version_overtakes() -> None:
    state = room()
    for n in (0, 1):
        state = postroom.hear_announcement(state, announcement(n), START)
    state = postroom.hear_announcement(state, announcement(0, uid="v"), START)
    state, first = send(state)
    state, second = send(state)
    assert first.announcement and second.announcement
    assert (first.announcement.key, second.announcement.key) == ("u/1", "v/0")
    assert fates(state) == {"u/0": "merged", "u/1": "sent", "v/0": "sent"}


def test_cancelled_before_it_was_sent_means_nothing_is_sent() -> None:
    state = postroom.hear_announcement(room(), announcement(0), START)
    state = postroom.hear_announcement(state, announcement(1, AnnouncementKind.CANCELLATION), START)
    state = postroom.drop_unsent_cancellations(state, START)
    assert postroom.next_despatch(state, START) is None
    assert fates(state) == {"u/0": "merged", "u/1": "withdrawn"}


def test_a_cancellation_never_overtakes_its_invitation_on_the_way() -> None:
    state = postroom.hear_announcement(room(), announcement(0), START)
    on_its_way = postroom.next_despatch(state, START)
    assert on_its_way is not None
    state = postroom.hear_announcement(state, announcement(1, AnnouncementKind.CANCELLATION), START)
    assert postroom.standing_keys(state, ("u/0",)) == (), "asked once more, it no longer stands"
    # It had been transmitted already: then the cancellation has to follow.
    state = postroom.despatched(state, on_its_way, SENT, START).state
    state = postroom.drop_unsent_cancellations(state, START)
    _, cancel = send(state)
    assert cancel.announcement and cancel.announcement.kind is AnnouncementKind.CANCELLATION


def test_nothing_is_sent_about_a_closed_item_but_its_cancellation() -> None:
    state = postroom.hear_awaited(room(), notice("a"), START)
    state = postroom.hear_announcement(state, announcement(0), START)
    state, _ = send(state)
    outcome = announcement(0).model_copy(update={"key": "o", "kind": AnnouncementKind.OUTCOME, "event": None})
    state = postroom.hear_announcement(state, outcome, START)
    state = postroom.hear_announcement(state, announcement(1, AnnouncementKind.CANCELLATION), START)
    state = postroom.hear_settled(state, Settle(office="lao-moc", item="t/m", closed=True), START)
    state, last = send(postroom.drop_unsent_cancellations(state, START))
    assert last.announcement and last.announcement.kind is AnnouncementKind.CANCELLATION
    assert postroom.next_despatch(state, START + 2 * WEEK) is None
    assert state.invited == {}, "nothing is kept of a closed item"
    assert fates(state) == {"u/0": "sent", "a": "withdrawn", "o": "withdrawn", "u/1": "sent"}


def test_refused_tries_the_second_address_then_pauses_and_asks_the_focal_point() -> None:
    state = postroom.hear_awaited(room(), notice("a"), START)
    at = START + timedelta(seconds=5)
    state, first = send(state, at, REFUSED)
    despatch = postroom.next_despatch(state, at)
    assert despatch and despatch.second_address and not first.second_address and despatch.key != first.key
    step = postroom.despatched(state, despatch, REFUSED, at)
    returned, asked = step.effects
    assert isinstance(returned, Returned) and (returned.key, returned.item) == ("a", "t/m")
    assert isinstance(asked, Await) and asked.notice.office == "lao-mfa"
    assert postroom.next_instant(step.state, at) == at + DAY, "a corrected address works the next day"
    later = postroom.next_despatch(step.state, at + DAY)
    assert later is not None and not later.second_address
    reached = postroom.despatched(step.state, later, SENT, at + DAY)
    assert [type(e).__name__ for e in reached.effects] == ["Returned", "Settle"]
    assert isinstance(reached.effects[0], Returned) and reached.effects[0].reason == ""


def test_a_fault_of_ours_pauses_the_ladders_and_the_same_despatch_goes_later() -> None:
    state = postroom.hear_awaited(room(), notice("a"), START)
    at = START + timedelta(seconds=5)
    first = postroom.next_despatch(state, at)
    assert first is not None
    step = postroom.despatched(state, first, DELAYED, at)
    [returned] = step.effects
    assert isinstance(returned, Returned) and returned.reason == "no mail server", "and nobody is asked for an address"
    again = at + postroom.DELAY
    assert postroom.next_instant(step.state, at) == again
    assert postroom.next_despatch(step.state, at) is None
    assert postroom.next_despatch(step.state, again) == first, "its outcome may be unknown: the same bytes go again"
    twice = postroom.despatched(step.state, first, DELAYED, again)
    assert twice.effects == (), "items are told once"
    sent = postroom.despatched(twice.state, first, SENT, again + postroom.DELAY)
    [reached] = sent.effects
    assert isinstance(reached, Returned) and (reached.key, reached.reason) == ("a", "")
    assert postroom.next_instant(sent.state, again) == again + postroom.DELAY + WEEK


def test_a_refused_invitation_goes_once_the_address_is_corrected() -> None:
    state = postroom.hear_announcement(room(), announcement(0), START)
    for second in (False, True):
        state, despatch = send(state, START, REFUSED)
        assert despatch.second_address is second
    assert postroom.next_despatch(state, START + DAY / 2) is None
    state, despatch = send(state, START + DAY)
    assert despatch.announcement and despatch.announcement.key == "u/0" and fates(state)["u/0"] == "sent"


def test_a_letter_that_is_refused_for_what_it_says_holds_up_nothing() -> None:
    state = postroom.hear_announcement(room(), announcement(0), START)
    state = postroom.hear_announcement(state, announcement(0, uid="v"), START)
    state, _ = send(state, START, DespatchResult(fate=Fate.REFUSED, reason="554 content", content=True))
    state, despatch = send(state)
    assert despatch.announcement and despatch.announcement.key == "v/0"
    assert fates(state) == {"u/0": "suppressed", "v/0": "sent"}


def test_the_last_word_on_a_dropped_item_still_goes() -> None:
    last = announcement(0).model_copy(
        update={"key": "d", "kind": AnnouncementKind.ANSWER, "event": None, "final": True}
    )
    state = postroom.hear_announcement(room(), last, START)
    state = postroom.hear_settled(state, Settle(office="lao-moc", item="t/m", closed=True), START)
    _, despatch = send(state)
    assert despatch.announcement == last


def test_no_letter_goes_early_when_what_was_new_is_settled() -> None:
    state = postroom.hear_awaited(room(), notice("a"), START)
    at = START + timedelta(seconds=5)
    state, _ = send(state, at)
    state = postroom.hear_awaited(state, notice("b"), at + DAY)
    state = postroom.hear_settled(state, Settle(office="lao-moc", item="t/m", keys=("b",)), at + DAY)
    assert postroom.next_instant(state, at + DAY) == at + WEEK


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


@given(words)
def test_no_notice_is_lost_and_none_is_said_twice(history: list[tuple[str, Any, bool]]) -> None:
    state, now, keys, despatched = room(), START, set(), []
    for count, (what, value, flag) in enumerate(history):
        if what == "await":
            key = f"n{value}/{count}"
            keys.add(key)
            state = postroom.hear_awaited(state, notice(key, quiet=flag, item=f"t/{value}"), now)
        elif what == "settle":
            gone = tuple(key for key in state.standing if key.startswith(f"n{value}/"))
            state = postroom.hear_settled(state, Settle(office="x", item=f"t/{value}", keys=gone, closed=flag), now)
        elif what == "invite":
            kind = AnnouncementKind.CANCELLATION if flag else AnnouncementKind.INVITATION
            keys.add(f"u/{count}")
            state = postroom.hear_announcement(state, announcement(count, kind), now)
        elif what == "wait":
            now += value * DAY
        state = postroom.drop_unsent_cancellations(state, now)
        if what == "send" and (despatch := postroom.next_despatch(state, now)):
            despatched.append(despatch.key)
            standing = postroom.standing_keys(state, postroom.keys_of(despatch))
            if set(postroom.keys_of(despatch)) != set(standing):
                # What was delayed is asked about again before it goes, as the activity does.
                value = DespatchResult(fate=Fate.CHANGED if standing else Fate.WITHDRAWN)
            if value.fate is Fate.DELAYED:
                despatched.pop()
            state = postroom.despatched(state, despatch, value, now).state
    assert len(despatched) == len(set(despatched)), "one key, one Message-ID"
    ended = [e.data["key"] for e in state.pending if e.verb in ("sent", "withdrawn", "merged")]
    assert len(ended) == len(set(ended)), "one notice, one end"
    waiting = set(state.standing) | {queued.key for queued in state.queue}
    suppressed = {e.data["key"] for e in state.pending if e.verb == "suppressed"}
    assert keys <= set(ended) | waiting | suppressed, "no notice is lost"
    assert (state.letter_at is not None) == bool(state.standing), "what stands has a letter coming"


BOUNCE = Bounced(message_id="<1@x.example>", reason="5.1.1 no such user")


def sent_room(kind: AnnouncementKind = AnnouncementKind.INVITATION, second: bool = False) -> PostRoomState:
    """A room whose invitation the server took; the answer to it stands."""
    state = postroom.hear_announcement(room(), announcement(0, kind), START)
    state = state.model_copy(update={"second_address": second, "invited": {"u": "t/m"}})
    despatch = postroom.next_despatch(state, START)
    assert despatch is not None
    state = postroom.despatched(state, despatch, SENT, START).state
    return postroom.hear_awaited(state, notice("answer", quiet=True), START)


def test_what_came_back_goes_to_the_second_address() -> None:
    step = postroom.hear_bounced(sent_room(), BOUNCE, START + DAY)
    again = postroom.next_despatch(step.state, START + DAY)
    assert again is not None and again.second_address and again.announcement == announcement(0)
    assert step.effects == () and not step.state.unreachable
    twice = postroom.hear_bounced(step.state, BOUNCE, START + DAY).state
    assert twice.queue == step.state.queue, "a repeated delivery status changes nothing more"


def test_what_came_back_from_the_second_address_pauses_the_items_and_asks_the_focal_point() -> None:
    step = postroom.hear_bounced(sent_room(second=True), BOUNCE, START + DAY)
    assert step.state.unreachable and step.state.hold_until == START + 2 * DAY
    assert [type(effect) for effect in step.effects] == [Returned, Await]
    again = postroom.next_despatch(step.state, START + 2 * DAY)
    assert again is not None and again.announcement is not None
    state = postroom.despatched(step.state, again, SENT, START + 2 * DAY).state
    assert state.unreachable, "its server took the last one too, and returned it"
    later = postroom.hear_awaited(state, notice("more"), START + 4 * DAY)
    letter = postroom.next_despatch(later, START + 5 * DAY)
    assert letter is not None
    reached = postroom.despatched(later, letter, SENT, START + 5 * DAY)
    assert not reached.state.unreachable and isinstance(reached.effects[0], Returned)


def test_an_older_version_that_comes_back_does_not_follow_the_newer_one() -> None:
    state = sent_room()
    state = postroom.hear_announcement(state, announcement(1), START + DAY)
    despatch = postroom.next_despatch(state, START + DAY)
    assert despatch is not None
    newer = DespatchResult(fate=Fate.SENT, message_id="<2@x.example>")
    state = postroom.despatched(state, despatch, newer, START + DAY).state
    assert postroom.hear_bounced(state, BOUNCE, START + DAY).state.queue == ()
    assert len(postroom.hear_bounced(state, Bounced(message_id="<2@x.example>", reason="5"), START).state.queue) == 1


def test_a_cancellation_that_came_back_goes_again_and_nothing_else_of_a_closed_item() -> None:
    cancelled = sent_room(AnnouncementKind.CANCELLATION)
    for state, words in ((cancelled, 1), (sent_room(), 0)):
        closed = postroom.hear_settled(state, Settle(office="lao-moc", item="t/m", closed=True), START)
        heard = postroom.hear_bounced(closed, BOUNCE, START + DAY).state
        assert len(postroom.drop_unsent_cancellations(heard, START + DAY).queue) == words


def test_a_declined_counter_neither_overtakes_nor_is_overtaken() -> None:
    state = postroom.hear_announcement(room(), announcement(0), START)
    declined = announcement(0, AnnouncementKind.DECLINECOUNTER).model_copy(update={"key": "declined"})
    state = postroom.hear_announcement(state, declined, START)
    assert len(state.queue) == 2
    for _ in range(2):
        despatch = postroom.next_despatch(state, START)
        assert despatch is not None
        state = postroom.despatched(state, despatch, SENT, START).state
    assert state.invited == {"u": "t/m"}, "the office still holds the invitation"
