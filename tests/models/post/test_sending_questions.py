"""A question about a mail: it goes alone, and it does not go once its answer is no longer awaited."""

import pytest

from models.messages.effects import Settle
from models.messages.notices import Announcement, AnnouncementKind
from models.post.hearing import hear_announcement, hear_settled
from models.post.post_room_state import PostRoomState
from models.post.sending import despatched, next_despatch
from tests.support.builders import START
from tests.support.post_rooms import DELAYED, SENT, announcement, room


def asked(n: int = 1) -> Announcement:
    word = announcement(n, AnnouncementKind.QUESTION)
    return word.model_copy(update={"key": f"t/m/question/{n}/lao-moc"})


def heard(*words: Announcement) -> PostRoomState:
    state = room()
    for word in words:
        state = hear_announcement(state, word, START)
    return state


def settle(state: PostRoomState, key: str) -> PostRoomState:
    return hear_settled(state, Settle(office="lao-moc", item="t/m", keys=(key,)), START)


def test_a_settled_question_is_withdrawn() -> None:
    other = announcement(3)
    state = settle(heard(asked(), other), asked().key)
    assert [each.key for each in state.queue] == [other.key]
    assert [(each.verb, each.data["reason"]) for each in state.pending] == [("withdrawn", "settled before it went")]


@pytest.mark.parametrize("key", ["t/m/question/2/lao-moc", announcement(3).key])
def test_only_the_settled_question_is_withdrawn(key: str) -> None:
    state = heard(asked(), announcement(3))
    assert settle(state, key).queue == state.queue, "an announcement that is no question always goes"


def test_a_question_that_may_have_gone_goes_again() -> None:
    state = heard(asked())
    despatch = next_despatch(state, START)
    assert despatch is not None
    state = despatched(state, despatch, DELAYED, START).state
    assert [each.key for each in settle(state, asked().key).queue] == [asked().key]


def test_a_question_is_never_joined_with_other_words() -> None:
    plain = announcement(5, AnnouncementKind.ANSWER).model_copy(update={"event": None, "key": "t/m/answer/5/lao-moc"})
    bare = asked().model_copy(update={"event": None})
    busy = [plain.model_copy(update={"key": f"t/x/answer/{n}/lao-moc", "item": "t/x"}) for n in range(200)]
    for words in ((*busy, bare, plain), (*busy, plain, bare)):
        kept = heard(*words).queue
        assert {bare.key, plain.key} <= {each.key for each in kept}
        assert not any(each.earlier for each in kept if each.item == "t/m")


def test_a_question_with_an_event_is_sent_and_is_no_version_of_it() -> None:
    state = heard(asked())
    despatch = next_despatch(state, START)
    assert despatch is not None and despatch.announcement is not None
    assert despatch.announcement.carries_event and despatch.announcement.version == ""
    state = despatched(state, despatch, SENT, START).state
    assert state.queue == () and state.invited == {}
