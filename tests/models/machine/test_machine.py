"""Acts as every item takes or refuses them; the fate of an item by its window."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from models.items.commitment import COMMITMENT
from models.items.meeting import MEETING
from models.items.questions import QUESTIONS
from models.items.series import SERIES
from models.messages import acts
from models.messages.acts import Act, Terms, Topic
from models.messages.views import Refusal
from models.plan.kinds import Kind
from tests.support.builders import DAY, START, Player, date_terms, meeting, obligation, opened, plan_of
from tests.support.meetings import KHM, LAO
from tests.support.plan_lives import UNDATED
from tests.support.rounds import ROUND

REPLY: dict[str, Any] = {
    "message": {"name": "inbox/0.eml", "sha256": "00" * 32, "size": 1},
    "method": "REPLY",
    "uid": "x",
    "dtstamp": START,
}


def test_the_same_act_twice_counts_once() -> None:
    player = Player(MEETING, meeting())
    act = acts.Propose(act_id="one", office=LAO, terms=date_terms(START + 10 * DAY))
    first = MEETING.take(player.state, act, player.now)
    again = MEETING.take(first.state, act, player.now)
    assert MEETING.refuse(first.state, act, player.now) is None
    assert again.receipt == first.receipt and again.effects == () and again.state == first.state


def test_an_act_id_belongs_to_one_act() -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY))
    act = acts.Reject(act_id="1", office=KHM, proposal=1)
    refusal = MEETING.refuse(player.state, act, player.now)
    assert refusal is not None and refusal.code == "act-id-reused"


@pytest.mark.parametrize("kind", [each.value for each in Kind])
def test_an_act_that_does_not_apply_is_refused_in_a_sentence_that_says_what_does(kind: str) -> None:
    found = opened(plan_of(obligation("x", kind=kind, **UNDATED), round=ROUND))
    states = [(MEETING, each) for each in found.meetings] + [(COMMITMENT, each) for each in found.commitments]
    states += [(SERIES, each) for each in found.series] + [(QUESTIONS, each) for each in found.questions]
    assert states
    for machine, state in states:
        for verb in set(Act.__subclasses__()) - {acts.AskBack, acts.Note}:
            fact = {"item": "t/x", "what": "outcome", "before": "x", "text": "y"}
            fields = {"reason": "x", "proposal": 1, "state": "limited", "text": "x", "fact": fact, **REPLY}
            act = verb.model_validate({"act_id": "1", "office": LAO, "terms": Terms(topic=Topic.AMEND), **fields})
            if act.verb in machine.verbs:
                continue
            refusal = machine.refuse(state, act, START)
            assert refusal is not None and refusal.code == "wrong-kind"
            said = refusal.message
            assert said.startswith(f"{act.verb.replace('_', '-')} does not apply to a"), said
            assert not re.search(r"\ba [aeiou]|\ban [^aeiou]|\bnot not|_", said), said
            assert all(each.replace("_", "-") in said for each in machine.verbs), "it says which acts do"
        if "propose" in machine.verbs:
            foreign = acts.Propose(act_id="2", office=LAO, terms=Terms(topic=Topic.AMEND))
            refusal = machine.refuse(state, foreign, START)
            assert refusal is not None and not re.search(r"\ba [aeiou]|\ban [^aeiou]", refusal.message)


def test_missed_late_and_excused() -> None:
    end = datetime(2026, 12, 31, 17, tzinfo=UTC)
    silent = Player(MEETING, meeting()).tick(end)
    assert MEETING.fate(silent.state) == "missed" and silent.state.ledger[-1].verb == "missed"
    assert silent.awaited(), "it stays open: nothing is rolled over"
    agreed = Player(MEETING, meeting())
    agreed.act(acts.Propose, LAO, terms=date_terms(end + 20 * DAY))
    agreed.act(acts.Accept, KHM, proposal=1)
    agreed.tick(end)
    assert MEETING.fate(agreed.state) == "late" and agreed.state.ledger[-1].verb == "late"
    postponed = Player(MEETING, meeting())
    postponed.act(acts.Propose, LAO, terms=Terms(topic=Topic.POSTPONE, until=end + 30 * DAY))
    postponed.act(acts.Accept, KHM, proposal=1)
    postponed.tick(end + 31 * DAY)
    assert MEETING.fate(postponed.state) == "late"
    excused = Player(MEETING, meeting())
    refusal = excused.act(acts.Propose, LAO, terms=Terms(topic=Topic.EXCUSE))
    assert isinstance(refusal, Refusal) and refusal.code == "bad-terms"
    excused.act(acts.Propose, LAO, terms=Terms(topic=Topic.EXCUSE, reason="elections"))
    assert excused.state.closed is None
    excused.act(acts.Accept, KHM, proposal=1)
    assert MEETING.status_of(excused.state) == "excused" and MEETING.fate(excused.state) == "excused"


@pytest.mark.parametrize(("day", "fate"), [(100, "on-time"), (380, "late")])
def test_held_in_time_or_after_it_by_the_day_on_which_it_was_held(day: int, fate: str) -> None:
    player = Player(MEETING, meeting()).tick(START + 400 * DAY)
    assert MEETING.fate(player.state) == "missed"
    on = date_terms(START + day * DAY).slot
    assert on is not None
    player.act(acts.Held, LAO, on=on.start, outside_window=fate == "late")
    assert MEETING.fate(player.state) == fate
