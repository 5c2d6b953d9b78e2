"""A change of host that leaves the place of the date as it is: noted with the proposal, in its words and in letters."""

from models.items.host_change import note_on_host
from models.items.meeting import MEETING
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.effects import Announce, Await
from tests.support.builders import DAY, START, Player, date_terms, meeting
from tests.support.meetings import KHM, LAO


def hosted(place: str = "Vientiane") -> Player:
    player = Player(MEETING, meeting())
    player.state = player.state.model_copy(update={"host": "LAO"})
    player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY).model_copy(update={"place": place}))
    return player


def test_the_place_that_stays_is_noted() -> None:
    player = hosted()
    [clash] = note_on_host("KHM", player.state)
    assert (clash.side, clash.kind.value, clash.name) == ("KHM", "place-stays", "Vientiane")
    assert clash.day == (START + 10 * DAY).date()
    player.act(acts.Accept, KHM, proposal=1)
    assert note_on_host("KHM", player.state) == (clash,), "of an agreed date too"
    player.act(acts.Propose, LAO, terms=Terms(topic=Topic.HOST, host="KHM", clashes=(clash,), reason="floods"))
    assert "as host; note that the place stays Vientiane (proposal 2)" in player.state.ledger[-1].text
    asked = [e.notice for e in player.effects if isinstance(e, Await) and e.notice.verb == "answer"][-1]
    assert asked.proposal is not None and asked.proposal.clashes[0].kind == "place-stays"
    assert "the place stays Vientiane" in asked.act
    player.act(acts.Accept, KHM, proposal=2)
    told = [e.announcement for e in player.effects if isinstance(e, Announce)][-1]
    assert "the place stays Vientiane" in told.text


def test_nothing_is_noted_where_nothing_stays() -> None:
    assert note_on_host("LAO", hosted().state) == (), "the host stays"
    assert note_on_host("XXX", hosted().state) == (), "no side"
    assert note_on_host("KHM", hosted("").state) == (), "no place"
    assert note_on_host("KHM", Player(MEETING, meeting()).state) == (), "no date"
