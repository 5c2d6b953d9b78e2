"""Properties of the core that hold for every history of acts and time."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from models.items.commitment import COMMITMENT
from models.items.meeting import MEETING
from models.machine.ladders import next_rung_at
from models.machine.machine import Machine
from models.messages.acts import Topic
from models.messages.calendar_event import EventStatus
from models.messages.effects import Announce, Await, Publish, Settle
from models.messages.notices import AnnouncementKind
from models.messages.views import Receipt, Refusal
from tests.support.builders import START, Player, meeting, obligation, opened, plan_of
from tests.support.moves import PREAMBLE, TOPICS, moves, play


def sound(machine: Machine[Any], player: Player) -> None:
    """What holds in every state."""
    state = player.state
    if state.closed:
        assert machine.awaiting(state) == () and machine.next_moment(state) is None
        return
    # Open: it awaits named offices, or it will wake by itself, or it says who may wake it.
    moment = machine.next_moment(state)
    assert machine.awaiting(state) or moment is not None, machine.status_of(state)
    if moment is not None:
        assert moment[0] > player.now, "what is due has been done"
    for open_act in state.open_acts:
        ladder = state.setup.party(open_act.side).ladder
        assert 1 <= open_act.rung <= len(ladder)
        ends = open_act.stays or open_act.paused or open_act.rung == len(ladder)
        assert (next_rung_at(state, open_act) is None) == ends, "a ladder ends in a rung that stays"
        gaps = [b - a for a, b in pairwise(open_act.climbs)]
        assert all(gap >= state.setup.despatch.period for gap in gaps)
    phases = [phase.status for phase in machine.rules.life if phase.holds(state)]
    assert len(phases) == 1, "of one life exactly one phase holds"
    assert len(state.ledger) <= 20 and len(state.proposals) <= 12 + len(TOPICS) and len(state.taken) <= 40
    topics = [p.terms.topic for p in state.open_proposals]
    assert len(topics) == len(set(topics))


def run(machine: Machine[Any], state: Any, history: list[tuple[str, Any]], along: int = 0) -> Player:
    player = Player(machine, state)
    for move in PREAMBLE[:along]:
        play(player, move)
    for move in history:
        before = player.state
        answer = play(player, move)
        if isinstance(answer, Refusal):
            assert player.state == before, "a refusal changes nothing"
            assert answer.code and answer.message
        elif answer is not None:
            assert isinstance(answer, Receipt)
        sound(machine, player)
    return player


def check_effects(player: Player) -> None:
    """What was said holds together: each notice once, each settled one was awaited, the event's versions rise."""
    awaited = [e.notice.key for e in player.effects if isinstance(e, Await)]
    assert len(awaited) == len(set(awaited)), "one notice, one key"
    settled = [key for e in player.effects if isinstance(e, Settle) for key in e.keys]
    assert len(settled) == len(set(settled)) and set(settled) <= set(awaited)
    machine = player.machine
    standing = set(awaited) - set(settled)
    assert len(standing) == len(machine.awaiting(player.state)), "what stands is what is awaited"
    announced = [e.announcement.key for e in player.effects if isinstance(e, Announce)]
    assert len(announced) == len(set(announced))
    events = [e.event for e in player.effects if isinstance(e, Publish)]
    for old, new in pairwise(events):
        assert new.uid == old.uid and new.dtstamp > old.dtstamp
        changed = (old.slot, old.status) != (new.slot, new.status)
        assert new.sequence == old.sequence + int(changed)
    if player.state.closed and events and player.state.closed.status in ("dropped", "excused"):
        assert events[-1].status is EventStatus.CANCELLED


def check_reminders(player: Player) -> None:
    """Each agreed date is reminded of at most once, at its instant, and never once it is off or moved."""
    event, reminded = None, set[tuple[Any, str]]()
    for word in (e.announcement for e in player.effects if isinstance(e, Announce)):
        if word.version:
            if event is None or (word.event.status, word.event.slot) != (event.status, event.slot):
                reminded.clear()
            event = word.event
        elif word.kind is AnnouncementKind.REMINDER:
            assert word.event == event and event.status is EventStatus.CONFIRMED
            assert word.at == event.slot.start.utc - player.state.setup.remind
            assert (word.at, word.office) not in reminded, "once"
            reminded.add((word.at, word.office))


@given(
    st.lists(moves, max_size=25),
    st.booleans(),
    st.booleans(),
    st.integers(0, len(PREAMBLE)),
    st.sampled_from([None, "P2D", "P9D"]),
)
def test_meetings_stay_sound(
    history: list[tuple[str, Any]], third: bool, rotating: bool, along: int, remind: str | None
) -> None:
    rule = "rotating" if rotating else "unstated"
    state = meeting(third=third, host_rule=rule, report_to_higher=rotating, remind=remind)
    player = run(MEETING, state, history, along)
    check_effects(player)
    check_reminders(player)
    assert (player.state.remind_at is not None) <= (player.state.agreed is not None), "no date, no reminder"
    if player.state.agreed is not None:
        agreed = [p for p in player.state.proposals if p.status == "agreed" and p.terms.topic is Topic.DATE]
        assert any({c.side for c in p.consents} == set(state.setup.sides) for p in agreed), "no date without consent"


@given(st.lists(moves, max_size=25))
def test_commitments_stay_sound(history: list[tuple[str, Any]]) -> None:
    state = opened(plan_of(obligation("c", kind="instrument"))).commitments[0]
    check_effects(run(COMMITMENT, state, history))


@given(st.lists(moves, max_size=15))
def test_states_survive_the_wire(history: list[tuple[str, Any]]) -> None:
    player = run(MEETING, meeting(), history)
    again = type(player.state).model_validate_json(player.state.model_dump_json())
    assert again == player.state


def test_silence_alone_ends_every_ladder_within_its_time() -> None:
    player = Player(MEETING, meeting())
    player.tick(START + timedelta(days=90))
    assert {row.rung for row in MEETING.awaiting(player.state)} == {1, 2, 3, 4}
