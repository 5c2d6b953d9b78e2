"""What a rehearsal assumes about the offices: they act on time, they never act, or they act at random."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

from models.common.times import Slot, ZonedTime
from models.items.meeting_state import MeetingState
from models.items.questions import PAST, QuestionsState
from models.machine.state import ItemState, OpenAct
from models.messages import acts
from models.messages.acts import Act, ProgressState, Terms, Topic
from models.rehearsal.world import Assumption, World, silent

Make = Callable[[World], Act | None]
"""A function that makes an act. The rehearsal calls it at the instant of the act, with the world. It returns None if
the act is no longer awaited or possible."""


def assumption_of(text: str) -> Assumption:
    """Returns the assumption that a text names: on-time, silent or random:SEED. Raises ValueError for another text."""
    if text == "silent":
        return silent
    if text == "on-time":
        return OnTime()
    if text.startswith("random:"):
        return AtRandom(text.removeprefix("random:"))
    raise ValueError(f"there is no assumption {text!r}; write on-time, silent, random:SEED or file:SCENARIO")


class OnTime:
    """The assumption that each office acts well before the program asks the next office on the ladder.

    The rehearsal calls an object of this class with the world, an item that has changed, and the current instant. The
    call yields for each new awaited act an instant, and a function that makes the act at that instant. An office
    proposes as the answer to a question the first option of the question.
    """

    def __init__(self) -> None:
        self._seen: set[tuple[str, str, str, int, int]] = set()
        self._acts = 0

    def __call__(self, world: World, item: str, now: datetime) -> Iterator[tuple[datetime, Make]]:
        for open_act in world.items[item].open_acts:
            key = (item, open_act.act, open_act.side, open_act.subject, open_act.round)
            if key in self._seen:
                continue
            self._seen.add(key)
            answer = self.answer(world.items[item], open_act)
            if answer is not None:
                yield now + answer[0], self._maker(item, open_act, answer[1])

    def answer(
        self, state: ItemState, open_act: OpenAct
    ) -> tuple[timedelta, Callable[[ItemState, datetime], tuple[type[Act], dict[str, Any]] | None]] | None:
        """Returns the time after which an office does an awaited act, and the function that makes the act.

        The function takes the state and the instant of the act. Returns None if the office does not act at all.
        """
        ladder = state.setup.party(open_act.side).ladder
        step = ladder[1].after if len(ladder) > 1 else state.setup.despatch.period
        # Two sides that are asked at the same instant answer one after the other. So the second sees the first answer.
        position = state.setup.sides.index(open_act.side)
        return step * (position + 1) / 10, lambda now_state, now: good_answer(now_state, open_act, now)

    def _maker(
        self, item: str, open_act: OpenAct, make: Callable[[ItemState, datetime], Any]
    ) -> Callable[[World], Act | None]:
        def act(world: World) -> Act | None:
            state = world.items[item]
            same = (open_act.act, open_act.side, open_act.subject, open_act.round)
            if not any((each.act, each.side, each.subject, each.round) == same for each in state.open_acts):
                return None
            found = make(state, world.now)
            if found is None:
                return None
            self._acts += 1
            verb, fields = found
            office = state.setup.party(open_act.side).coordinator.office
            made: Act = verb.model_validate({"act_id": f"rehearsed-{self._acts}", "office": office, **fields})
            return made

        return act


def good_answer(state: ItemState, open_act: OpenAct, now: datetime) -> tuple[type[Act], dict[str, Any]] | None:
    """Returns the class and the fields of the act that settles an awaited act. None if there is nothing left to do."""
    if open_act.act == "propose-date":
        return acts.Propose, {"terms": date_terms(state, now, day_for(state, now))}
    if open_act.act == "settle":
        return _settling(state)
    fixed: dict[str, tuple[type[Act], dict[str, Any]]] = {
        "propose-host": (acts.Propose, {"terms": Terms(topic=Topic.HOST, host=open_act.side)}),
        "answer": (acts.Accept, {"proposal": open_act.subject}),
        "mark": (acts.Held, {}),
        "outcome": (acts.Outcome, {"text": "minutes"}),
        "report": (acts.Evidence, {"text": "reported"}),
        "evidence": (acts.Evidence, {"text": "done"}),
        "agree": (acts.Agree, {}),
        "close": (acts.Close, {}),
        "progress": (acts.Progress, {"state": ProgressState.SUBSTANTIAL}),
    }
    return fixed[open_act.act]


def _settling(state: ItemState) -> tuple[type[Act], dict[str, Any]] | None:
    assert isinstance(state, QuestionsState)
    free = [each for each in state.open_questions if not state.open_proposal(Topic.ANSWER, each.id)]
    if not free:
        return None
    question = free[0]
    value: Any = question.options[0] if question.options else "as agreed"
    if question.field == PAST:
        value = {"state": "held"}
    return acts.Propose, {"terms": Terms(topic=Topic.ANSWER, question=question.id, value=value)}


def day_for(state: ItemState, now: datetime) -> datetime:
    """Returns the instant whose day an office proposes as a date. It is 30 days or four despatch periods from now,
    whichever is earlier.

    If half of the time until the end of the window is shorter than that, the instant is after this half.
    """
    ahead = min(timedelta(days=30), state.setup.despatch.period * 4)
    end = state.window_end
    if end is not None and now < end:
        ahead = min(ahead, (end - now) / 2)
    return now + ahead


def date_terms(state: ItemState, now: datetime, day: datetime, place: str = "as agreed") -> Terms:
    """Returns terms for a meeting of three hours that starts at nine o'clock on the day `day`. If this start has
    passed, the meeting is one day later.

    In a plan that runs in seconds, the meeting starts at the instant `day` and takes one second.
    """
    clock = state.setup.clock
    local = (day + clock.offset).replace(tzinfo=None)
    length = timedelta(seconds=1) if clock.fine else timedelta(hours=3)
    if not clock.fine:
        local = datetime.combine(local, time(hour=9))  # meetings begin at nine
    start = local.replace(tzinfo=day.tzinfo) - clock.offset
    if start <= now:
        local, start = local + timedelta(days=1), start + timedelta(days=1)
    slot = Slot(
        start=ZonedTime(local=local, zone=clock.zone, utc=start),
        end=ZonedTime(local=local + length, zone=clock.zone, utc=start + length),
    )
    return Terms(topic=Topic.DATE, slot=slot, place=place)


class AtRandom(OnTime):
    """The assumption that offices act early, late or never. Some of them reject a date, propose another one, dispute an
    outcome, or propose to drop the item.

    Two rehearsals with the same seed have the same acts.
    """

    def __init__(self, seed: str) -> None:
        super().__init__()
        self._seed = seed

    def answer(
        self, state: ItemState, open_act: OpenAct
    ) -> tuple[timedelta, Callable[[ItemState, datetime], tuple[type[Act], dict[str, Any]] | None]] | None:
        """Returns a delay and a function, as in `OnTime.answer`. In about a third of the cases returns None."""
        where = f"{state.setup.id}/{open_act.act}/{open_act.side}/{open_act.subject}/{open_act.round}"
        chance = random.Random(f"{self._seed}/{where}")
        if chance.random() < 0.3:
            return None
        delay = state.setup.despatch.period * chance.uniform(0.05, 12)
        return delay, lambda now_state, now: _random_answer(chance, now_state, open_act, now)


def _random_answer(
    chance: random.Random, state: ItemState, open_act: OpenAct, now: datetime
) -> tuple[type[Act], dict[str, Any]] | None:
    roll = chance.random()
    if open_act.act == "answer" and roll < 0.2:
        return acts.Reject, {"proposal": open_act.subject, "reason": "another time"}
    proposal = state.proposal(open_act.subject)
    if open_act.act == "answer" and roll < 0.45 and proposal and proposal.terms.topic is Topic.DATE:
        terms = date_terms(state, now, now + state.setup.despatch.period * chance.randint(1, 8))
        return acts.Counter, {"proposal": open_act.subject, "terms": terms}
    if open_act.act == "mark" and roll < 0.25:
        return acts.NotHeld, {"reason": "flood"}
    if open_act.act == "propose-date" and roll < 0.15:
        return acts.Propose, {"terms": Terms(topic=Topic.DROP, reason="merged with another")}
    if open_act.act in ("agree", "close") and roll < 0.2 and isinstance(state, MeetingState):
        return acts.Dispute, {"reason": "a page is missing"}
    if open_act.act == "progress":
        return acts.Progress, {"state": chance.choice(list(ProgressState))}
    return good_answer(state, open_act, now)
