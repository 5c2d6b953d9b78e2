"""Lists over the whole plan: a status round with its denominators, what is open, the final record."""

from datetime import UTC, datetime
from typing import Any

from cli.commands.round import round_document
from models.machine.state import ProposalStatus
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.notices import AnnouncementKind
from tests.support.builders import DAY, obligation
from tests.support.plan_lives import END, ROUND, TERM, UNDATED, series, standing
from tests.support.worlds import KHM, LAO, Life, amend


def test_a_round_is_shown_whole_to_both_ministries_with_denominators() -> None:
    life = Life(
        standing("a"),
        standing("b"),
        standing("one", sides=("LAO",)),
        series("s", **UNDATED),
        obligation("m"),
        round=ROUND,
        round_closes="P30D",
    )
    life.until(datetime(2026, 1, 16, tzinfo=UTC))
    life.act("t/a", acts.Progress, "lao-moc", state="limited", note="begun")
    life.act("t/b", acts.Progress, "lao-moc-dg", state="not-started")
    life.act("t/a", acts.Progress, "khm-moc", state="limited")
    life.act("t/a", acts.Progress, "lao-moc", state="substantial")
    life.act("t/one", acts.Progress, "lao-moc", state="substantial")
    life.until(datetime(2026, 2, 20, tzinfo=UTC))
    told = life.said(AnnouncementKind.ROUND)
    assert [each.office for each in told] == [LAO, KHM] and all(each.key in life.sent(each.office) for each in told)
    assert told[0].reason == (
        "Status round 2026, 4 commitments asked: Lao offices have answered 3 of 4 (2 substantial, 1 not started); "
        "Cambodian offices have answered 1 of 3 (1 limited)."
    ), "of the one that only Lao offices have, none is asked of the Cambodian side"
    life.act("t/b", acts.Progress, "khm-moc", state="complete")
    assert life.plan.answers["t/b"]["KHM"]["state"] == "complete", "a late answer counts"
    life.until(datetime(2027, 1, 20, tzinfo=UTC))
    assert life.plan.answers == {}, "a new round begins anew"
    assert len(life.said(AnnouncementKind.ROUND)) == 2


def test_who_is_busy_or_a_third_state_is_counted_as_the_command_line_counts() -> None:
    life = Life(
        standing("a"),
        standing("three", sides=("LAO", "KHM", "VNM")),
        obligation("i", kind="instrument", **UNDATED),
        obligation("j", kind="instrument", **UNDATED),
        third=True,
        round=ROUND,
    )
    life.act("t/i", acts.Call, "lao-moc", reason="it is ready for signature")
    life.until(datetime(2026, 1, 16, tzinfo=UTC))
    life.act("t/a", acts.Progress, "lao-moc", state="limited", note="begun")
    life.act("t/j", acts.Progress, "khm-moc", state="limited")
    life.act("t/j", acts.Call, "lao-moc", reason="it is ready, too")
    state = life.plan
    document = round_document(state, "2026", state.answers, state.busy)
    life.until(datetime(2026, 2, 20, tzinfo=UTC))
    told = life.said(AnnouncementKind.ROUND)[0]
    assert told.reason == (
        "Status round 2026, 3 commitments asked: Lao offices have answered 1 of 2 (1 limited); Cambodian offices have "
        "answered 1 of 3 (1 limited); Vietnamese offices have answered 0 of 1. 1 more is under way and not asked about."
    )
    assert document["asked_of"] == {"LAO": 2, "KHM": 3, "VNM": 1}
    assert document["answered"] == {"LAO": 1, "KHM": 1, "VNM": 0} and document["asked"] == 3
    [busy] = [each for each in document["items"] if each["item"] == "t/i"]
    assert busy["busy"] and busy["asked"] == []


def test_what_is_open_is_listed_before_the_end_and_ends_with_the_plan() -> None:
    trigger: dict[str, Any] = {"cadence": "on_trigger", "window": None}
    life = Life(
        obligation("m", window={"by": "year", "first": 2027, "last": 2027}),
        series("s"),
        standing(),
        obligation("visit", kind="visit", window={"by": "year", "first": 2026, "last": 2026}),
        obligation("p", kind="procedure", triggers=["LAO"], condition="after the end", **trigger),
        series("adhoc", **trigger),
        series("q", host_rule="rotating", readings={"first_host": {"others": ["LAO", "KHM"]}}),
        round=ROUND,
        **TERM,
    )
    life.act("t/visit", acts.Propose, "lao-moc", terms=Terms(topic=Topic.DROP, reason="x"))
    life.act("t/visit", acts.Accept, "khm-moc", proposal=1)
    life.until(END - 90 * DAY)
    assert life.said(AnnouncementKind.EXPIRY) == []
    life.until(END - 89 * DAY)
    told = life.said(AnnouncementKind.EXPIRY)
    assert [each.office for each in told] == [LAO, KHM]
    assert "valid until 31 December 2027" in told[0].reason and "1 is a commitment" in told[0].reason
    for title in ("Title m", "Title s 2026", "Title s 2027", "Title adhoc", "Open questions", "Title c"):
        assert title in told[0].reason, title
    assert "Title s;" not in told[0].reason, "its sessions are open, and it is not counted beside them"
    assert "Open are 8 items. 6 are dated" in told[0].reason
    assert "Title visit" not in told[0].reason and "Title p" not in told[0].reason
    life.act("t", acts.Propose, LAO, terms=amend("drop", "m"))
    life.until(END + DAY)
    assert life.status("t") == "expired" and life.plan.open_items == {}
    final = life.said(AnnouncementKind.EXPIRY)[2:]
    assert [each.office for each in final] == [LAO, KHM] and all(each.key in life.sent(each.office) for each in final)
    assert "Final record. Dropped by consent: 1; open, and expired with the plan: 8." in final[0].reason
    assert "Title s 2026" in final[0].reason and "Title visit" not in final[0].reason
    open_still = [name for name in life.world.items if not life.item(name).closed]
    assert open_still == ["t/p"], "a procedure that its trigger wakes outlives the plan"
    ended = {life.status(name) for name in life.world.items if name not in ("t/p", "t/visit")}
    assert ended == {"expired"}
    proposal = life.plan.proposals[-1]
    assert proposal.status is ProposalStatus.OVERTAKEN and life.awaited("t") == set()
    for office in life.world.rooms.values():
        assert office.standing == {}
    refusal = life.act("t", acts.Accept, KHM, proposal=1)
    assert refusal is not None and refusal.code == "closed"
    refusal = life.act("t/p", acts.Call, "khm-moc", reason="x")
    assert refusal is not None and "LAO" in refusal.message
    assert life.act("t/p", acts.Call, "lao-moc", reason="a claim is left") is None
    assert life.awaited("t/p/1") == {("lao-moc", "evidence", 1), ("khm-moc", "evidence", 1)}
