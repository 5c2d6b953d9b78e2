"""When the next letter goes."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.common.values import Instant
from models.plan.plan import DespatchRule
from models.post.letter_day import cannot_wait, routine_instant, timed
from models.post.post_room_state import PostRoomState, StandingNotice
from tests.support.post_rooms import NOON, WEEK, courteous, notice

HOUR = timedelta(hours=1)
hours = st.integers(0, 9 * 7 * 24).map(lambda n: n * HOUR)
ROOM = courteous()
assert ROOM.hours is not None
WEEKS = ROOM.hours.model_copy(
    update={"open": ROOM.hours.open[:40], "letters": ROOM.hours.letters[:6], "renew": NOON + 5 * WEEK}
)
"""Hours that end before the last notice is heard."""
notices = st.builds(
    lambda n, heard, gather, rung, due, quiet, sent: StandingNotice(
        notice=notice(f"k{n}", quiet=quiet).model_copy(
            update={"gather": gather, "rung": rung, "at": NOON + heard, "due": due and NOON + heard + due}
        ),
        heard=NOON + heard,
        sent=sent,
    ),
    st.integers(0, 10**9),
    hours,
    st.sampled_from([None, timedelta(0), HOUR, 30 * HOUR]),
    st.integers(1, 3),
    st.none() | hours,
    st.booleans(),
    st.booleans(),
)


def each_looked_up(state: PostRoomState) -> Instant | None:
    """What `timed` computes, with the opening looked up for each notice."""
    routine, rule, known = routine_instant(state), state.address.despatch, state.hours
    if routine is None or known is None:
        return None
    hasty = [
        known.next_open(s.heard + (rule.gather if s.notice.gather is None else s.notice.gather))
        for s in state.standing.values()
        if s.heard is not None
        and (cannot_wait(state, s, routine) or (rule.ceiling > 1 and s.wants_letter and _has_room(s, state)))
    ]
    return min([routine, *hasty])


def _has_room(standing: StandingNotice, state: PostRoomState) -> bool:
    assert state.hours is not None and standing.heard is not None
    week = state.hours.week_of(standing.heard)
    return sum(1 for each in state.routine if week is None or each >= week) < state.address.despatch.ceiling


@given(
    st.lists(notices, max_size=6),
    st.none() | hours,
    st.lists(hours, max_size=2).map(sorted),
    st.none() | hours,
    st.integers(1, 2),
)
def test_the_letter_goes_at_the_first_opening_of_all_notices(
    standing: list[StandingNotice],
    last: timedelta | None,
    routine: list[timedelta],
    bounced: timedelta | None,
    ceiling: int,
) -> None:
    state = ROOM
    rule = DespatchRule(period=WEEK, gather=timedelta(minutes=30), ceiling=ceiling)
    changes = {
        "address": state.address.model_copy(update={"despatch": rule}),
        "hours": WEEKS,
        "standing": {s.notice.key: s for s in standing},
        "last_letter": None if last is None else NOON + last,
        "routine": tuple(NOON + each for each in routine),
        "bounced_at": None if bounced is None else NOON + bounced,
    }
    state = state.model_copy(update=changes)
    assert timed(state).letter_at == each_looked_up(state)
