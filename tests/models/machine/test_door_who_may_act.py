"""The table of docs/behaviour/who-may-act.md: every act, and who may do it. Each cell is tried on the machine."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from models.items.commitment import COMMITMENT
from models.items.meeting import MEETING
from models.machine.door import refuse
from models.messages import acts
from models.messages.acts import Reply, Terms, Topic
from tests.support.builders import DAY, START, Player, date_terms, obligation, opened, plan_of
from tests.support.meetings import KHM, LAO, VNM, agreed, proposed
from tests.support.paths import REPOSITORY
from tests.support.rounds import ASKS, standing, undated_meeting
from tests.support.worlds import Life

PAGE = REPOSITORY / "docs/behaviour/who-may-act.md"
WHO = {"author": LAO, "another side": KHM, "office without a part": VNM}


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Each act of the table with each office, and whether the table says yes or no."""
    table = [line.strip("| ").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    head, _, *body = table
    for act, *cells in body:
        for who, said in zip(head[1:4], cells, strict=False):
            yield act, who, WHO[who], said


def marked() -> Player:
    player = agreed().tick(START + 12 * DAY)
    player.act(acts.Held, LAO)
    return player


def ended() -> Player:
    return agreed().tick(START + 12 * DAY)


def filed() -> Player:
    player = marked()
    player.act(acts.Outcome, LAO, text="minutes")
    return player


def annexed() -> Player:
    player = filed()
    player.act(acts.Evidence, LAO, text="an annex")
    return player


def given(*sides: str) -> Player:
    plan = plan_of(obligation(kind="instrument", sides=sides or ("LAO", "KHM")))
    player = Player(COMMITMENT, opened(plan).commitments[0])
    player.act(acts.Evidence, LAO, text="signed")
    return player


def asked() -> Player:
    return standing().tick(ASKS)


class Played:
    """An item of a life in memory, in the place of a player."""

    def __init__(self, life: Life, item: str) -> None:
        self.machine, self.state, self.now = life.machine(item), life.item(item), life.now


def after() -> Played:
    """A plan whose meeting was held and closed."""
    life = Life(obligation())
    life.act("t/m", acts.Held, LAO, on=date_terms(START).slot.start)  # type: ignore[union-attr]
    life.act("t/m", acts.Outcome, LAO, text="minutes")
    life.act("t/m", acts.Agree, KHM)
    return Played(life, "t")


def rectifying() -> Played:
    life = Life(obligation())
    life.act("t/m", acts.Held, LAO, on=date_terms(START).slot.start)  # type: ignore[union-attr]
    life.act("t/m", acts.Outcome, LAO, text="minutes")
    life.act("t/m", acts.Agree, KHM)
    life.act("t", acts.Rectify, LAO, fact=FACT, reason="the minutes")
    return Played(life, "t/m/rectification-1")


FACT = {"item": "t/m", "what": "outcome", "before": "minutes", "text": "the minutes"}
TERMS = date_terms(START + 20 * DAY).model_dump()
HOST = Terms(topic=Topic.HOST, host="KHM").model_dump()
ANSWER = {"method": "REPLY", "uid": "x", "partstat": "ACCEPTED", "dtstamp": START, "message": {}}
ANSWER["message"] = {"name": "x.eml", "sha256": "ab" * 32, "size": 9}

TRIED: dict[str, tuple[Callable[[], Player | Played], type[acts.Act], dict[str, Any]]] = {
    "`propose`": (agreed, acts.Propose, {"terms": HOST}),
    "`accept`": (proposed, acts.Accept, {"proposal": 1}),
    "`reject`": (proposed, acts.Reject, {"proposal": 1}),
    "`counter`": (proposed, acts.Counter, {"proposal": 1, "terms": TERMS}),
    "`withdraw`": (proposed, acts.Withdraw, {"proposal": 1}),
    "`regret`": (agreed, acts.Regret, {"reason": "flood"}),
    "`held`, first mark": (ended, acts.Held, {}),
    "`not_held`, first mark": (ended, acts.NotHeld, {}),
    "`held`, correction": (marked, acts.Held, {"place": "Pakse"}),
    "`not_held`, correction": (marked, acts.NotHeld, {}),
    "`outcome`, first outcome": (marked, acts.Outcome, {"text": "minutes"}),
    "`outcome`, correction": (filed, acts.Outcome, {"text": "the minutes"}),
    "`evidence`, one more": (given, acts.Evidence, {"text": "photographs"}),
    "`evidence`, correction": (given, acts.Evidence, {"text": "signed in Pakse", "corrects": 2}),
    "`dispute`, of a mark": (marked, acts.Dispute, {"reason": "nobody came"}),
    "`dispute`, of an outcome": (filed, acts.Dispute, {"reason": "page 2 is missing"}),
    "`dispute`, of evidence of a commitment": (given, acts.Dispute, {"reason": "a draft"}),
    "`dispute`, of evidence of a meeting": (annexed, acts.Dispute, {"reason": "a draft", "what": "evidence"}),
    "`agree`": (filed, acts.Agree, {}),
    "`close`, several sides": (filed, acts.Close, {}),
    "`close`, one side": (lambda: given("LAO"), acts.Close, {}),
    "`progress`": (asked, acts.Progress, {"state": "limited"}),
    "`call`": (undated_meeting, acts.Call, {"reason": "a new road"}),
    "`rectify`": (after, acts.Rectify, {"fact": FACT, "reason": "the minutes"}),
    "`accept`, of a rectification": (rectifying, acts.Accept, {"proposal": 1}),
    "`reply`": (agreed, Reply, ANSWER),
}


@pytest.mark.parametrize(("act", "who", "office", "said"), [*rows()])
def test_each_cell_of_the_table_is_what_the_item_does(act: str, who: str, office: str, said: str) -> None:
    player, verb, fields = TRIED[act][0](), TRIED[act][1], TRIED[act][2]
    if verb is Reply:
        fields = {**fields, "uid": player.state.setup.uid}
    made = verb.model_validate({"act_id": "tried", "office": office, **fields})
    refused = refuse(player.machine, player.state, made, player.now)
    assert said in ("yes", "no")
    assert (refused is None) is (said == "yes"), refused
    if said == "no" and who == "office without a part":
        assert refused is not None and refused.code == "not-a-party"


def test_the_table_names_every_act() -> None:
    named = {act.split("`")[1] for act, *_ in rows()}
    assert named == {*acts.VERBS, Reply.verb}, "every act"
    assert {act for act, *_ in rows()} == set(TRIED)
    assert named - {"rectify"} == {*MEETING.verbs} | {*COMMITMENT.verbs}, "and every act that an item takes"
