"""The time of a rung counts from the letter that asks its office."""

from datetime import timedelta
from typing import Any

from models.items.meeting import MEETING
from models.machine.state import OpenAct
from models.messages import acts
from models.messages.effects import Await
from models.messages.notices import Notice
from models.post.why import not_due
from models.rehearsal.world import World
from tests.support.builders import DAY, START, Player, date_terms, launch_of, meeting, obligation, plan_of
from tests.support.worlds import Life

DG = "lao-moc-dg"


def notices(player: Player, side: str = "LAO", act: str = "propose-date") -> dict[int, Notice]:
    """The notices of an act to one side, by rung."""
    found = [each.notice for each in player.effects if isinstance(each, Await)]
    return {each.rung: each for each in found if each.side == side and each.verb == act}


def went(player: Player, key: str, at: Any) -> None:
    """The letter with a notice goes at `at`, and the item learns it at that instant."""
    player.tick(at)
    player.state = MEETING.delivered(player.state, key, at, at).state


def away(until: timedelta) -> Player:
    """The director general is away when its rung comes. Time has passed until `until` after the start."""
    player = Player(MEETING, meeting())
    player.closed = {DG}
    return player.tick(START + until)


def test_the_ladder_waits_for_an_office_that_is_away_and_counts_from_its_letter() -> None:
    player = away(100 * DAY)
    assert max(notices(player)) == 2, "it has had no letter, so nobody above it is asked"
    assert max(notices(player, "KHM")) == 4, "the ladder of the other side does not wait"
    went(player, notices(player)[2].key, START + 100 * DAY)
    player.tick(START + 129 * DAY)
    assert max(notices(player)) == 2
    player.tick(START + 200 * DAY)
    rungs = notices(player)
    assert [rungs[n].at - START for n in (3, 4)] == [130 * DAY, 160 * DAY], "the spacing holds above it too"
    assert [(each.office, each.since - START) for each in rungs[4].before] == [
        ("lao-moc", timedelta(0)),
        (DG, 100 * DAY),
        ("lao-moc-dm", 130 * DAY),
    ]
    assert rungs[4].not_written_to == ()


def test_it_does_not_wait_until_the_window_is_lost_and_the_letter_says_so() -> None:
    player = away(365 * DAY)
    rungs = notices(player)
    assert rungs[4].at == player.state.window_end - player.state.setup.lead
    assert rungs[4].at - rungs[3].at == 30 * DAY, "the rungs above fit before the end"
    for rung in (3, 4):
        assert DG not in {each.office for each in rungs[rung].before}
        assert [each.office for each in rungs[rung].not_written_to] == [DG]
        assert len(rungs[rung].asked_before) == len(rungs[rung].before) == rung - 2


def test_it_does_not_wait_until_a_proposed_date_has_come() -> None:
    player = Player(MEETING, meeting())
    player.closed = {"khm-moc-dg"}
    player.act(acts.Propose, "lao-moc", terms=date_terms(START + 100 * DAY))
    player.tick(START + 99 * DAY)
    rungs = notices(player, "KHM", "answer")
    assert [rungs[n].at - START for n in (2, 3, 4)] == [30 * DAY, 63 * DAY, 93 * DAY], "a week before the date"
    assert [each.office for each in rungs[4].not_written_to] == ["khm-moc-dg"]


def test_a_letter_that_waits_for_a_night_moves_nothing_and_one_that_waits_for_days_does() -> None:
    for wait, moved in ((timedelta(hours=16), timedelta(0)), (3 * DAY, 3 * DAY)):
        player = away(30 * DAY)
        second = notices(player)[2]
        went(player, second.key, second.at + wait)
        player.tick(START + 70 * DAY)
        assert notices(player)[3].at - second.at == 30 * DAY + moved


def test_by_when_an_office_should_act_moves_with_the_next_rung() -> None:
    player = away(30 * DAY)
    second = notices(player)[2]
    begun = second.at - 30 * DAY
    assert second.due == begun + 60 * DAY and second.latest is not None
    went(player, second.key, second.at + 10 * DAY)
    dues = {row.office: row.due for row in MEETING.awaiting(player.state) if row.office.startswith("lao")}
    assert dues == {"lao-moc": begun + 30 * DAY, DG: begun + 70 * DAY}, "what has passed stays"
    player.tick(START + 75 * DAY)
    third = notices(player)[3]
    assert (third.at, third.due) == (begun + 70 * DAY, begun + 100 * DAY)


def test_by_when_an_office_should_act_never_moves_beyond_what_the_ladder_waits_for() -> None:
    player = Player(MEETING, meeting())
    player.closed = {"khm-moc-dg"}
    player.act(acts.Propose, "lao-moc", terms=date_terms(START + 100 * DAY))
    player.tick(START + 40 * DAY)
    second = notices(player, "KHM", "answer")[2]
    assert (second.due, second.latest) == (START + 60 * DAY, START + 63 * DAY)
    went(player, second.key, START + 50 * DAY)
    [row] = [each for each in MEETING.awaiting(player.state) if each.office == "khm-moc-dg" and each.act == "answer"]
    assert row.due == START + 63 * DAY


def test_a_letter_that_came_back_counts_when_it_goes_again() -> None:
    player = away(30 * DAY)
    key = notices(player)[2].key
    for days in (35, 40):
        went(player, key, START + days * DAY)
    player.tick(START + 90 * DAY)
    assert notices(player)[3].at - START == 70 * DAY


def test_what_another_mail_has_asked_counts_from_that_mail() -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, "lao-moc", terms=date_terms(START + 200 * DAY))
    first = notices(player, "KHM", "answer")[1]
    assert first.quiet and not first.acknowledged, "the invitation asks for the answer"
    player.tick(START + 31 * DAY)
    assert 2 in notices(player, "KHM", "answer")


def test_the_last_rung_and_what_climbs_no_ladder_need_no_word_of_the_post_room() -> None:
    player = Player(MEETING, meeting(third=True)).tick(START + 120 * DAY)
    found = {each.notice.office: each.notice.acknowledged for each in player.effects if isinstance(each, Await)}
    assert found["lao-moc"] and found[DG] and not found["lao-moc-minister"] and not found["vnm-moc"]


def test_items_of_older_releases_count_from_the_decision() -> None:
    state = meeting()
    old = state.model_copy(update={"setup": state.setup.model_copy(update={"edition": 0})})
    player = Player(MEETING, old)
    player.closed = {DG, "lao-moc"}
    player.tick(START + 120 * DAY)
    rungs = notices(player)
    begun = rungs[1].since
    assert [rungs[n].at - begun for n in (2, 3, 4)] == [30 * DAY, 60 * DAY, 90 * DAY]
    assert [each.since - begun for each in rungs[4].before] == [timedelta(0), 30 * DAY, 60 * DAY]
    assert not any(each.acknowledged for each in rungs.values())


def test_why_says_that_a_ladder_waits_for_a_letter() -> None:
    state = meeting()
    player = Player(MEETING, state.model_copy(update={"setup": state.setup.model_copy(update={"window": None})}))
    player.closed = {DG}
    player.tick(START + 40 * DAY)
    [deputy, minister] = [each for each in not_due(MEETING, player.state) if each.office.startswith("lao-moc-")]
    assert (deputy.code, deputy.until) == ("not-yet-due", None) and minister.until is None
    assert "lao-moc-dg has had no letter yet" in deputy.reason


def test_the_state_survives_the_wire() -> None:
    player = away(40 * DAY)
    [open_act] = [each for each in player.state.open_acts if each.side == "KHM"]
    assert 1 in open_act.went and OpenAct.model_validate_json(open_act.model_dump_json()) == open_act


def test_post_rooms_tell_items_which_letters_have_gone() -> None:
    life = Life(obligation(), launch=launch_of(plan_of(obligation())))
    life.pass_on(timedelta(minutes=1))
    open_acts = life.item("t/m").open_acts
    assert open_acts and all(1 in each.went for each in open_acts)
    world: World = life.until(START + 100 * DAY).world
    before = {each.rung: each.at for each in world.notices if each.office.startswith("lao-moc")}
    assert [before[n] - before[1] for n in (2, 3, 4)] == [30 * DAY, 60 * DAY, 90 * DAY]
