"""What the record of one item tells, line by line."""

import pytest

from models.items.meeting import MEETING
from models.messages import acts
from models.report.item_record import hear_all
from tests.support.builders import DAY, START, Player, date_terms, meeting, obligation, plan_of
from tests.support.meetings import KHM, LAO
from tests.support.progress import built, entries, fact, lines
from tests.support.recordings import known, the_meeting


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


def test_the_day_on_which_it_was_held_is_read_from_figures_not_from_words() -> None:
    one = the_meeting()
    one.act(acts.Propose, LAO, terms=date_terms(START + 30 * DAY))
    one.act(acts.Accept, KHM, proposal=1)
    one.tick(START + 31 * DAY)
    one.act(acts.Held, LAO, place="Pakse (the old hall)")
    [line] = [each for each in entries(one) if each.verb == "held"]
    garbled = line.model_copy(update={"text": "words that nobody reads"})
    assert hear_all([garbled]).held == known(one).held
    held = known(one).held
    assert held is not None and held.date is not None and held.date.place == "Pakse (the old hall)"
    assert held.date == MEETING.row(one.state).date
