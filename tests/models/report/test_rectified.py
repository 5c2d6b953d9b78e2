"""Reports, timelines and views join the record of a closed item with its rectifications."""

from models.messages import acts
from models.messages.acts import Rectified
from models.report.facts import ItemFact
from models.report.rectified import in_force, rectified_item
from models.report.timeline import MarkKind, build_timeline
from models.report.values import Standing
from tests.support.builders import DAY, START, Player, date_terms, obligation, plan_of
from tests.support.meetings import KHM, LAO
from tests.support.progress import LATER, built, entries, fact, facts, held_meeting, stands
from tests.support.worlds import Life

FIRST = "t/m/rectification-1"
BEFORE = "held on 31 January 2026 (Vientiane)"


def closed() -> ItemFact:
    player = held_meeting()
    player.act(acts.Outcome, LAO, text="minutes")
    player.act(acts.Agree, KHM)
    assert player.state.closed is not None
    return fact(player)


def rectification(consented: bool = True, **changes: object) -> ItemFact:
    """The record of a rectification of that meeting."""
    life = Life(obligation())
    life.act("t/m", acts.Held, LAO, on=date_terms(START).slot.start)  # type: ignore[union-attr]
    life.act("t/m", acts.Outcome, LAO, text="minutes")
    life.act("t/m", acts.Agree, KHM)
    fields = {"item": "t/m", "what": "mark", "before": BEFORE, "held": True, "place": "Pakse", **changes}
    fields["on"] = date_terms(START + 32 * DAY).slot.start if fields["held"] else None  # type: ignore[union-attr]
    life.until(START + 60 * DAY)
    life.act("t", acts.Rectify, KHM, fact=Rectified.model_validate(fields), reason="x")
    state = life.item(FIRST).model_copy(update={"ledger": (), "entries": 0, "proposals": (), "last_proposal": 0})
    player = Player(life.machine(FIRST), state.model_copy(update={"open_acts": (), "rounds": {}}), life.now)
    if consented:
        player.act(acts.Accept, LAO, proposal=1)
    return ItemFact(id=FIRST, entries=entries(player))


def the_meeting(*items: ItemFact) -> tuple[Standing, str]:
    return stands(built(plan_of(obligation()), *items, as_of=LATER, current=False), "m")


def test_a_rectified_day_counts_and_the_report_says_what_it_read_before() -> None:
    standing, detail = the_meeting(closed(), rectification())
    assert standing is Standing.DONE
    assert detail.startswith("held on 2 February 2026, Pakse; closed out on 1 February 2026; ")
    assert detail.endswith(f"rectified by consent on 2 March 2026: the mark read {BEFORE} before")


def test_without_the_last_consent_nothing_is_rectified() -> None:
    assert the_meeting(closed(), rectification(consented=False)) == the_meeting(closed())


def test_a_meeting_that_was_not_held_after_all_is_missed() -> None:
    standing, detail = the_meeting(closed(), rectification(held=False))
    assert standing is Standing.MISSED and detail.startswith("not held; rectified by consent")


def test_the_timeline_draws_the_rectified_day_and_counts_no_further_item() -> None:
    plan = plan_of(obligation())
    drawn = build_timeline(plan, facts(plan, closed(), rectification()), LATER)
    marks = [mark for mark in drawn.pillars[0].rows[0].marks if mark.kind is MarkKind.HELD]
    assert [(mark.start, mark.label) for mark in marks] == [(START + 32 * DAY, "Pakse")]


def test_an_id_says_what_it_rectifies() -> None:
    assert rectified_item("t/s/2026/rectification-2") == "t/s/2026" and rectified_item("t/s/2026") == ""
    assert in_force([("t/m/rectification-1", [])]) == ()
