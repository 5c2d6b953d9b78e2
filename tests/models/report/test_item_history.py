"""What the record of one item tells, line by line."""

import pytest

from models.items.meeting import MEETING
from models.report.item_history import hear_all
from tests.support.builders import START, Player, meeting, obligation, plan_of
from tests.support.progress import built, fact, lines


@pytest.mark.parametrize("called", ["", "the office opened, called: early"])
def test_a_title_keeps_the_word_with_which_its_record_begins(called: str) -> None:
    title = "Office opened for trade opened again"
    state = meeting(title=title)
    player = Player(MEETING, state.model_copy(update={"called": called}))
    line = lines(built(plan_of(obligation(title=title)), fact(player), as_of=START, current=False))["t/m"]
    assert line.title == title
    opening = player.state.ledger[0]
    assert opening.text.startswith(f"{title} opened")
    # Records of before the title had a field of its own.
    data = {name: value for name, value in opening.data.items() if name != "title"}
    old = hear_all([opening.model_copy(update={"data": data})])
    assert (old.title, old.called) == (title, called)
