"""The reminder of an agreed date: when it is due, whom it goes to, and when there is none."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.items.meeting import MEETING
from models.machine.setup import ItemSetup
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.effects import Announce, Await, Order
from models.messages.moments import MomentKind
from models.messages.notices import Announcement, AnnouncementKind
from models.messages.views import Refusal
from models.post.why import not_due
from tests.support.builders import DAY, START, Player, date_terms
from tests.support.meetings import KHM, LAO, VNM, agreed, slot

HOUR = timedelta(hours=1)
AGREED = START + 10 * DAY
"""The start of the date that `agreed` agrees."""


def reminders(player: Player) -> list[Announcement]:
    """What the offices were reminded of so far."""
    told = [effect.announcement for effect in player.effects if isinstance(effect, Announce)]
    return [word for word in told if word.kind is AnnouncementKind.REMINDER]


def reminded(remind: str = "P3D", **more: Any) -> Player:
    return agreed(remind=remind, **more)


def due_at(player: Player) -> datetime | None:
    """When the item next moves, if it then reminds."""
    moment = MEETING.next_moment(player.state)
    return moment.at if moment is not None and moment.kind is MomentKind.REMINDS else None


def test_the_invited_offices_are_reminded_once_so_long_before_the_agreed_start() -> None:
    player = reminded()
    assert due_at(player) == AGREED - 3 * DAY
    assert MEETING.sentence(player.state) == "1.1 m: the invited offices are reminded of its date on 8 January 2026"
    player.tick(AGREED - 3 * DAY - HOUR)
    assert reminders(player) == []
    player.tick(AGREED - 3 * DAY)
    assert [(word.office, word.at) for word in reminders(player)] == [(LAO, player.now), (KHM, player.now)]
    word = reminders(player)[0]
    assert word.event == player.state.event and word.event is not None and word.event.slot == slot(10)
    assert word.text == ("A reminder of the agreed date: 11 January 2026, 07:00 (Asia/Vientiane) for 3 h, Vientiane.")
    assert word.happened is None and word.suggests is None and not word.asks, "it asks nothing"
    moment = MEETING.next_moment(player.state)
    assert moment is not None and moment.kind is MomentKind.AGREED_END
    player.tick(AGREED + DAY)
    assert len(reminders(player)) == 2, "once"


def test_a_reminder_awaits_nothing_and_climbs_no_ladder() -> None:
    player, without = reminded(), agreed()
    for each in (player, without):
        each.tick(AGREED - DAY)
    assert player.awaited() == set() and not player.state.open_acts
    assert MEETING.status_of(player.state) == "scheduled"
    for each in (player, without):
        each.tick(AGREED + 100 * DAY)
    asked = [[e.notice.key for e in each.effects if isinstance(e, Await)] for each in (player, without)]
    assert asked[0] == asked[1], "and nothing else is asked for it"
    assert player.state.ledger == without.state.ledger, "the record of the item is the same"


def test_all_three_sides_are_reminded() -> None:
    player = reminded(third=True).tick(AGREED - 3 * DAY)
    assert [word.office for word in reminders(player)] == [LAO, KHM, VNM]


def test_a_date_that_is_agreed_too_late_is_not_reminded_of() -> None:
    for remind, sent in (("P10D", 0), ("P9DT23H", 2)):
        player = reminded(remind).tick(AGREED + DAY)
        assert len(reminders(player)) == sent, "its instant was past, or just not"
    assert reminded("P10D").state.remind_at is None


def test_a_moved_date_is_reminded_of_anew_and_not_of_the_former_one() -> None:
    for moved_on, first in ((AGREED - 4 * DAY, 0), (AGREED - 2 * DAY, 2)):
        player = reminded().tick(moved_on)
        player.act(acts.Propose, LAO, terms=date_terms(START + 20 * DAY))
        assert due_at(player) == (AGREED - 3 * DAY if not first else None), "the agreed date stands until all consent"
        player.act(acts.Accept, KHM, proposal=2)
        assert len(reminders(player)) == first
        assert due_at(player) == START + 17 * DAY
        player.tick(START + 19 * DAY)
        again = reminders(player)[first:]
        assert [(word.office, word.at) for word in again] == [(LAO, START + 17 * DAY), (KHM, START + 17 * DAY)]
        assert {word.event.slot for word in again if word.event} == {slot(20)}
        assert len({word.key for word in reminders(player)}) == first + 2, "a key of its own each"


def test_another_place_at_the_same_time_is_no_other_date() -> None:
    for on, sent in ((AGREED - 4 * DAY, 0), (AGREED - 2 * DAY, 2)):
        player = reminded().tick(on)
        player.act(acts.Propose, LAO, terms=date_terms(AGREED, place="Pakse"))
        player.act(acts.Accept, KHM, proposal=2)
        assert len(reminders(player)) == sent and player.state.remind_at == AGREED - 3 * DAY
        player.tick(AGREED + DAY)
        assert len(reminders(player)) == 2, "reminded once all the same"
        places = {word.event.location for word in reminders(player) if word.event}
        assert places == {"Vientiane" if sent else "Pakse"}


ENDS: dict[str, Any] = {
    "regret": lambda p: p.act(acts.Regret, KHM, reason="flood"),
    "postpone": lambda p: consent(p, Terms(topic=Topic.POSTPONE, until=START + 60 * DAY)),
    "drop": lambda p: consent(p, Terms(topic=Topic.DROP, reason="merged")),
    "excuse": lambda p: consent(p, Terms(topic=Topic.EXCUSE, reason="not needed")),
    "held on another day": lambda p: p.act(acts.Held, LAO, on=slot(1).start),
    "the plan ends": lambda p: ordered(p, Order(end="expired", text="the plan has ended")),
}


def consent(player: Player, terms: Terms) -> Any:
    player.act(acts.Propose, LAO, terms=terms)
    return player.act(acts.Accept, KHM, proposal=2)


def ordered(player: Player, order: Order) -> None:
    step = player.machine.ordered(player.state, order, player.now)
    player.state = step.state
    player.effects.extend(step.effects)


@pytest.mark.parametrize("end", ENDS)
def test_what_is_called_off_dropped_or_held_is_not_reminded_of(end: str) -> None:
    player = reminded().tick(AGREED - 4 * DAY)
    assert not isinstance(ENDS[end](player), Refusal)
    assert due_at(player) is None and player.state.remind_at is None
    player.tick(AGREED + DAY)
    assert reminders(player) == []


def test_a_date_that_was_called_off_and_agreed_again_is_reminded_of() -> None:
    player = reminded().tick(AGREED - 4 * DAY)
    player.act(acts.Regret, KHM, reason="flood")
    player.act(acts.Propose, KHM, terms=date_terms(AGREED))
    assert due_at(player) is None, "a proposed date is not agreed"
    player.act(acts.Accept, LAO, proposal=2)
    player.tick(AGREED + DAY)
    assert [word.at for word in reminders(player)] == [AGREED - 3 * DAY] * 2


@pytest.mark.parametrize(("back", "sent"), [(AGREED - HOUR, 2), (AGREED, 0), (AGREED + HOUR, 0)])
def test_after_an_outage_nobody_is_reminded_of_what_has_begun(back: datetime, sent: int) -> None:
    player = reminded()
    player.now = back
    player.tick()
    assert len(reminders(player)) == sent
    assert all(word.at == AGREED - 3 * DAY for word in reminders(player)), "it carries the instant at which it was due"


def test_without_remind_nothing_differs() -> None:
    player = agreed()
    assert player.state.setup.remind is None and player.state.remind_at is None
    moment = MEETING.next_moment(player.state)
    assert moment is not None and moment.kind is MomentKind.AGREED_END
    player.tick(AGREED + DAY)
    assert reminders(player) == [] and not player.state.reminded
    old = ItemSetup.model_validate(player.state.setup.model_dump(mode="json", exclude={"remind"}))
    assert old == player.state.setup, "a setup of an earlier release reads so"


def test_an_amended_remind_counts_for_dates_that_are_agreed_from_then_on() -> None:
    player = reminded().tick(AGREED - 8 * DAY)
    ordered(player, Order(changes={"remind": "P5D"}, text="amended"))
    assert due_at(player) == AGREED - 3 * DAY
    player.act(acts.Propose, LAO, terms=date_terms(START + 20 * DAY))
    player.act(acts.Accept, KHM, proposal=2)
    assert due_at(player) == START + 15 * DAY


def test_show_says_when_and_why_says_why_not() -> None:
    player = reminded()
    assert MEETING.view(player.state).remind_at == AGREED - 3 * DAY
    waits = [each for each in not_due(MEETING, player.state) if each.act == "reminder"]
    assert [(each.office, each.code, each.until) for each in waits] == [
        (office, "not-yet-due", AGREED - 3 * DAY) for office in (LAO, KHM)
    ]
    assert waits[0].reason == "its offices are reminded P3D before the agreed date"
    assert [each.office for each in not_due(MEETING, player.state, KHM)] == [KHM]
    player.tick(AGREED - 2 * DAY)
    assert not [each for each in not_due(MEETING, player.state) if each.act == "reminder"], "its post room says more"
    assert MEETING.view(player.state).remind_at == AGREED - 3 * DAY
    late = reminded("P12D")
    found = [each for each in not_due(MEETING, late.state) if each.act == "reminder"]
    assert {(each.code, each.until, each.reason) for each in found} == {
        ("too-late", None, "the date was agreed later than P12D before the agreed date")
    }
    assert MEETING.view(late.state).remind_at is None
    late.tick(AGREED + 4 * HOUR)
    assert not [each for each in not_due(MEETING, late.state) if each.act == "reminder"]
