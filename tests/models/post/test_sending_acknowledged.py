"""What a side has put on record: the post room tells the item when the mail has gone, and when it came back."""

from models.messages.effects import Settle
from models.messages.notices import Announcement
from models.post.despatch import DespatchResult, Fate
from models.post.hearing import hear_announcement, hear_settled
from models.post.post_room_state import Bounced, Delivered, Returned
from models.post.sending import despatched, next_despatch
from models.post.unreached import hear_bounced
from tests.support.builders import START
from tests.support.post_rooms import announcement, courteous, room

SENT = DespatchResult(fate=Fate.SENT, message_id="<1@x.example>")


def word(n: int) -> Announcement:
    bare = announcement(n).model_copy(update={"event": None, "item": "t/m"})
    return bare.model_copy(update={"key": f"t/m/outcome/{n}/lao-moc", "acknowledges": (f"t/m/outcome/{n}/lao-moc",)})


def test_the_item_learns_that_its_mail_has_gone_and_that_it_came_back() -> None:
    state = hear_announcement(room(), word(1), START)
    despatch = next_despatch(state, START)
    assert despatch is not None
    refused = despatched(state, despatch, DespatchResult(fate=Fate.DELAYED, reason="no route"), START)
    assert not any(isinstance(effect, Delivered) for effect in refused.effects)
    step = despatched(state, despatch, SENT, START)
    assert step.effects == (Delivered(item="t/m", key=word(1).key, at=START),)
    back = hear_bounced(step.state, Bounced(message_id="<1@x.example>", reason="550"), START)
    assert Returned(item="t/m", key=word(1).key, reason="550") in back.effects
    again = next_despatch(back.state, START)
    assert again is not None and again.announcement is not None and again.announcement.key == word(1).key
    assert despatched(back.state, again, SENT, START).effects[-1] == Delivered(item="t/m", key=word(1).key, at=START)


def test_what_is_on_record_is_not_lost_among_other_words() -> None:
    other = announcement(3).model_copy(update={"event": None, "item": "t/m", "key": "t/m/call/3/lao-moc"})
    state = hear_announcement(hear_announcement(courteous(), word(1), START), other, START)
    assert [each.key for each in state.queue] == [word(1).key, other.key]
    [newest] = hear_announcement(hear_announcement(courteous(), word(1), START), word(2), START).queue
    assert newest.acknowledges == (word(2).key,), "the newer one tells the record as it is now"


def test_a_late_bounce_of_what_is_on_record_is_heard() -> None:
    state = hear_announcement(room(), word(1), START)
    despatch = next_despatch(state, START)
    assert despatch is not None
    state = despatched(state, despatch, SENT, START).state
    for n in range(2, 60):
        state = hear_announcement(state, announcement(n).model_copy(update={"event": None}), START)
        despatch = next_despatch(state, START)
        assert despatch is not None
        result = SENT.model_copy(update={"message_id": f"<{n}@x.example>"})
        state = despatched(state, despatch, result, START).state
    back = hear_bounced(state, Bounced(message_id="<1@x.example>", reason="550"), START)
    assert Returned(item="t/m", key=word(1).key, reason="550") in back.effects


def test_what_is_refused_for_its_content_is_told_to_the_item() -> None:
    state = hear_announcement(room(), word(1), START)
    despatch = next_despatch(state, START)
    assert despatch is not None
    refused = DespatchResult(fate=Fate.REFUSED, reason="554 spam", content=True)
    assert despatched(state, despatch, refused, START).effects == (
        Returned(item="t/m", key=word(1).key, reason="554 spam"),
    )


def test_what_is_on_record_is_told_also_when_the_item_is_closed() -> None:
    state = hear_announcement(room(), word(1), START)
    closed = hear_settled(state, Settle(office="lao-moc", item="t/m", closed=True), START)
    assert [each.key for each in closed.queue] == [word(1).key]
