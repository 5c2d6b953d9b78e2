"""A despatch that our own worker did not finish: nothing says that the office or its mail server is at fault."""

from datetime import timedelta

import pytest

from models.post.despatch import NOT_FINISHED, DespatchResult, Fate
from models.post.hearing import hear_announcement, hear_awaited
from models.post.letter_day import next_instant
from models.post.post_room_state import PostRoomState
from models.post.sending import UNFINISHED, despatched, next_despatch
from models.post.why import not_said, told
from tests.support.builders import START
from tests.support.post_rooms import DELAYED, SENT, announcement, notice, room

FROZEN = DespatchResult(fate=Fate.DELAYED, reason=NOT_FINISHED, unfinished=True)
AT = START + timedelta(seconds=5)


def frozen(state: PostRoomState, result: DespatchResult = FROZEN) -> PostRoomState:
    """The room after a worker froze in the despatch that is due."""
    despatch = next_despatch(state, AT)
    assert despatch is not None
    step = despatched(state, despatch, result, AT)
    assert step.effects == (), "no item is told that its office cannot be reached"
    return step.state


@pytest.mark.parametrize("announced", [False, True])
def test_the_office_counts_as_reached_and_the_same_mail_goes_again_soon(announced: bool) -> None:
    state = room(edition=1)
    state = hear_announcement(state, announcement(0), START) if announced else hear_awaited(state, notice("a"), START)
    first = next_despatch(state, AT)
    state = frozen(state)
    assert not state.unreachable and not any(each.returned for each in state.standing.values())
    [line] = state.pending
    assert (line.verb, line.data["reason"]) == ("delayed", NOT_FINISHED)
    assert next_instant(state, AT) == AT + UNFINISHED and next_despatch(state, AT) is None
    again = next_despatch(state, AT + UNFINISHED)
    assert first is not None and again == first, "the same key, and so the same bytes"
    [waits] = not_said(state, told("lao-moc", [], state), AT)
    assert (waits.code, waits.until) == ("on-its-way", AT + UNFINISHED) and "goes again" in waits.reason
    state = despatched(state, again, SENT, AT + UNFINISHED).state
    assert state.delayed is None and "reached" not in [each.verb for each in state.pending]


def test_an_office_that_is_not_reached_stays_so() -> None:
    state = hear_awaited(room(edition=1), notice("a"), START)
    despatch = next_despatch(state, AT)
    assert despatch is not None
    away = despatched(state, despatch, DELAYED, AT).state
    assert away.unreachable
    later = away.hold_until
    assert later is not None
    both = despatched(away, despatch, FROZEN, later)
    assert both.state.unreachable == away.unreachable and both.effects == ()


def test_in_runs_of_earlier_releases_it_counts_as_before() -> None:
    state = hear_awaited(room(), notice("a"), START)
    despatch = next_despatch(state, AT)
    assert despatch is not None
    step = despatched(state, despatch, FROZEN, AT)
    assert step.state.unreachable and len(step.effects) == 1
