"""What follows for open items when the plan reads otherwise: who is asked and told, what ends, what hosts."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models.governance.plan_machine import PLAN
from models.items.meeting import MEETING
from models.items.series import SERIES
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.calendar_event import Method, PartStat
from models.messages.effects import GiveOrder, Order, Publish
from models.messages.notices import AnnouncementKind
from models.plan.parties import party_of
from models.plan.windows import resolve_windows
from tests.support.builders import DAY, START, Player, date_terms, obligation
from tests.support.letters import composed, read
from tests.support.mail_samples import despatch
from tests.support.plan_lives import ROUND, TERM, UNDATED, YEARLY, agree, plan_now, series, standing
from tests.support.worlds import KHM, LAO, Life, amend, announced, same_over_the_wire


def test_what_is_dropped_ends_with_its_open_sessions_and_its_offices_are_told() -> None:
    life = Life(series("s", window={"by": "year", "first": 2026, "last": 2028}), obligation("m"))
    life.pass_on(DAY)
    assert life.standing("lao-moc")
    since = len(life.world.notices)
    agree(life, amend("drop", "s"))
    life.pass_on(DAY)
    assert (life.status("t/s"), life.status("t/s/2026")) == ("dropped", "dropped")
    assert not [item for item in life.plan.open_items if item.startswith("t/s")]
    assert not [key for key in life.standing("lao-moc") if key.startswith("t/s/")]
    told = life.said(AnnouncementKind.AMENDMENT, since=since)
    assert {(each.office, each.item) for each in told} == {("lao-moc", "t/s/2026"), ("khm-moc", "t/s/2026")}
    assert all(each.key in life.sent(each.office) for each in told), "the last word goes"
    letters = len(life.world.letters)
    life.pass_on(900 * DAY)
    late = {key for letter in life.world.letters[letters:] for key in letter.notices if key.startswith("t/s/")}
    assert late == set() and "t/s/2027" not in life.world.items


def test_a_series_without_open_sessions_and_a_sleeping_item_are_told_that_they_are_dropped() -> None:
    late: dict[str, Any] = {"window": {"by": "year", "first": 2027, "last": 2028}}
    life = Life(series("s", **late), obligation("m", **late), standing(), obligation("k"), round=ROUND)
    for name in ("s", "m", "c"):
        since = len(life.world.notices)
        agree(life, amend("drop", name))
        told = life.said(AnnouncementKind.AMENDMENT, since=since)
        assert {each.office for each in told} == {"lao-moc", "khm-moc"} and life.status(f"t/{name}") == "dropped"
    assert set(life.plan.open_items) == {"t/k"}


def test_a_cadence_gives_windows_and_takes_them_away() -> None:
    life = Life(series("s", cadence="regular", window=None), round=ROUND, at=START + 30 * DAY, **TERM)
    assert life.item("t/s").on_call and "t/s" in life.plan.round_items
    agree(life, amend("cadence", "s", value="annual"))
    assert "t/s/2026" in life.world.items and not life.item("t/s").setup.rounds
    assert "t/s" not in life.plan.round_items, "it is no longer counted among those that the rounds ask"
    life.until(datetime(2027, 1, 20, tzinfo=UTC))
    assert "t/s/2027" in life.world.items
    agree(life, amend("cadence", "s", value="unspecified"))
    assert life.status("t/s/2027") == "dropped", "nobody had begun it, and nothing makes it due any longer"
    assert life.item("t/s").on_call and "t/s" in life.plan.round_items
    assert life.act("t/s", acts.Call, "lao-moc", reason="floods") is None
    assert life.item("t/s").open_sessions == ("t/s/2026", "t/s/1"), "what is missed stays open"


def test_a_session_that_is_not_due_any_longer_ends_unless_it_was_begun() -> None:
    rotating: dict[str, Any] = {
        "host_rule": "rotating",
        "host": "LAO",
        "window": {"by": "year", "first": 2026, "last": 2027},
    }
    later = {"window": {"by": "year", "first": 2027, "last": 2027}}
    life = Life(series("s", **rotating), series("b", **rotating), **TERM)
    assert life.act("t/b/2026", acts.Propose, "lao-moc", terms=date_terms(START + 60 * DAY)) is None
    for name in ("s", "b"):
        agree(life, amend("change", name, fields=later))
    assert life.status("t/s/2026") == "dropped" and life.status("t/b/2026") == "consent-awaited"
    told = life.said(AnnouncementKind.AMENDMENT, "lao-moc")
    assert any(each.item == "t/s/2026" for each in told), "its offices are told"
    life.until(datetime(2027, 2, 1, tzinfo=UTC))
    assert life.item("t/s/2027").host == "LAO", "the turn that nobody used is the next again"
    assert life.item("t/s").hosting.counts == {}
    assert life.item("t/b/2027").host == "KHM"


def test_offices_of_what_an_amendment_changes_are_told_once() -> None:
    life = Life(obligation("m"), series("s"), standing(), round=ROUND)
    agree(life, amend("change", "s", fields={"offices": {"LAO": "lao-mfa", "KHM": "khm-moc"}}))
    told = [(each.office, each.item) for each in life.said(AnnouncementKind.AMENDMENT)]
    assert sorted(told) == [("khm-moc", "t/s"), ("lao-mfa", "t/s"), ("lao-moc", "t/s")]
    agree(life, amend("change", "m", fields={"title": "Another Title"}))
    assert {each.office for each in life.said(AnnouncementKind.AMENDMENT) if each.item == "t/m"} == {
        "lao-moc",
        "khm-moc",
    }
    (gone,) = (each for each in life.said(AnnouncementKind.AMENDMENT, "lao-moc") if each.item == "t/s")
    assert "Nothing about it is awaited of your office any longer" in gone.reason


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (amend("first-host", "s", value="KHM"), "that Cambodia be the first host of the Title s."),
        (amend("cadence", "s", value="biennial"), "that the cadence of the Title s be biennial."),
        (amend("change", "s", fields={"title": "Other"}), 'to change the Title s: its title to read "Other".'),
        (amend("change", "s", fields={"offices": {"LAO": "lao-mfa", "KHM": "khm-moc"}}), "of your office any longer."),
    ],
)
def test_the_offices_of_an_item_read_of_an_amendment_in_names_and_not_in_ids(terms: Terms, said: str) -> None:
    asking: dict[str, Any] = {"host_rule": "rotating", "readings": {"first_host": {"others": ["LAO", "KHM"]}}}
    life = Life(series("s", **asking), **TERM)
    player = Player(PLAN, life.plan, life.now)
    player.act(acts.Propose, LAO, terms=terms)
    player.act(acts.Accept, KHM, proposal=1)
    windows = resolve_windows(player.state.plan, player.state.launch.launched)
    told_by_plan = [
        each for each in PLAN.resolved(player.state, windows, life.now).effects if isinstance(each, GiveOrder)
    ]
    [order] = [each.order for each in told_by_plan if each.item == "t/s"]
    told = announced(SERIES.ordered(life.item("t/s"), order, life.now).effects)[-1]
    assert told.kind is AnnouncementKind.AMENDMENT
    letter = read(composed(despatch(announcement=told.model_copy(update={"office": "lao-moic"}))))
    words = " ".join(letter.get_body(("plain",)).get_content().split())  # type: ignore[union-attr]
    assert "The plan has changed by amendment 1: the signatories have agreed " in words and said in words
    assert "of s:" not in words and "KHM" not in words
    assert str(letter["Subject"]).startswith("s: amendment of the plan")


def test_a_windowed_series_keeps_what_was_opened_and_opens_no_undated_session_when_none_is_left() -> None:
    life = Life(series("s"), at=datetime(2027, 2, 1, tzinfo=UTC), **TERM)
    opened = set(life.world.items)
    agree(life, amend("cadence", "s", value="biennial"))
    life.pass_on(10 * DAY)
    assert set(life.world.items) == opened, "2027 is open already, and no other window remains before the end"
    assert life.item("t/s").exhausted and not life.item("t/s").closed, "the open session goes on"
    assert life.status("t/s/2027") == "date-awaited"


def test_the_title_of_the_first_session_is_not_given_twice() -> None:
    life = Life(series("s", first_title="Third Commission"), at=START + 30 * DAY, **TERM)
    assert life.item("t/s/2026").setup.title == "Third Commission 2026"
    agree(life, amend("change", "s", fields={"window": {"by": "year", "first": 2027, "last": 2028}}))
    life.until(datetime(2027, 2, 1, tzinfo=UTC))
    assert life.item("t/s/2027").setup.title == "Third Commission 2027", "2026 is not due any longer"
    life = Life(series("s", first_title="Third Commission"), at=START + 30 * DAY, **TERM)
    life.act("t/s/2026", acts.Propose, "lao-moc", terms=Terms(topic=Topic.HOST, host="LAO"))
    agree(life, amend("change", "s", fields={"window": {"by": "year", "first": 2027, "last": 2028}}))
    life.until(datetime(2027, 2, 1, tzinfo=UTC))
    assert life.item("t/s/2027").setup.title == "Title s 2027"


def test_a_first_host_reaches_the_open_session_and_the_turns() -> None:
    asking: dict[str, Any] = {"host_rule": "rotating", "readings": {"first_host": {"others": ["LAO", "KHM"]}}}
    life = Life(series("s", **asking), **TERM)
    assert life.item("t/s/2026").host is None
    agree(life, amend("first-host", "s", value="KHM"), KHM)
    assert life.item("t/s/2026").host == "KHM"
    assert {office for office, act, _ in life.awaited("t/s/2026") if act == "propose-date"} == {"khm-moc"}
    life.until(datetime(2027, 2, 1, tzinfo=UTC))
    assert life.item("t/s/2027").host == "LAO"
    # Amended while a session is open that has a host: that one stays, what is not opened begins anew.
    life = Life(series("s", window={"by": "year", "first": 2026, "last": 2028}, host_rule="rotating", host="LAO"))
    agree(life, amend("first-host", "s", value="KHM"))
    assert life.item("t/s/2026").host == "LAO"
    life.until(datetime(2027, 2, 1, tzinfo=UTC))
    assert life.item("t/s/2027").host == "KHM"


def test_the_host_that_the_text_names_is_followed_when_the_text_changes() -> None:
    life = Life(series("s", host_rule="fixed", host="LAO"), obligation("m", host_rule="fixed", host="LAO"), **TERM)
    agree(life, amend("change", "s", fields={"host": "KHM"}))
    agree(life, amend("change", "m", fields={"host": "KHM"}))
    assert life.item("t/s/2026").host == "KHM" and life.item("t/m").host == "KHM"
    life.until(datetime(2027, 2, 1, tzinfo=UTC))
    assert life.item("t/s/2027").host == "KHM"


def test_a_rule_of_hosting_that_changes_reaches_the_turns() -> None:
    life = Life(series("s"), **TERM)
    agree(life, amend("change", "s", fields={"host_rule": "rotating", "host": "KHM"}))
    life.until(datetime(2027, 2, 1, tzinfo=UTC))
    assert (life.item("t/s/2026").host, life.item("t/s/2027").host) == ("KHM", "LAO")


def test_other_offices_are_asked_and_what_the_former_were_asked_is_settled_with_them() -> None:
    life = Life(obligation("m"), series("s"), standing(), round=ROUND)
    life.until(datetime(2026, 2, 20, tzinfo=UTC))
    assert ("lao-moc-dg", "propose-date", 2) in life.awaited("t/m")
    change = {"offices": {"LAO": "lao-mfa", "KHM": "khm-moc"}}
    for name in ("m", "s", "c"):
        agree(life, amend("change", name, fields=change))
    life.pass_on(DAY)
    assert life.standing("lao-moc") == life.standing("lao-moc-dg") == set()
    assert life.awaited("t/m") == {("lao-mfa", "propose-date", 1), ("khm-moc", "propose-date", 1)}
    assert life.awaited("t/s/2026") == {("lao-mfa", "propose-date", 1), ("khm-moc", "propose-date", 1)}
    refusal = life.act("t/m", acts.Propose, "lao-moc", terms=Terms(topic=Topic.DROP, reason="x"))
    assert refusal is not None and refusal.code == "not-a-party"
    # What is said about it from now on, at its end too, finds every office that was ever told.
    for name in ("t/m", "t/s/2026", "t/s", "t/c"):
        state = life.item(name)
        assert {state.setup.post_room(office).office for office in state.told} == set(state.told)
        assert same_over_the_wire(state)
    agree(life, amend("drop", "m"))
    assert life.status("t/m") == "dropped"


def dated(life: Life, **more: Any) -> None:
    """A date in a fortnight, proposed by the Lao side; agreed unless told otherwise."""
    agreed = more.pop("agreed", True)
    assert life.act("t/m", acts.Propose, "lao-moc", terms=date_terms(life.now + 14 * DAY, **more)) is None
    if agreed:
        assert life.act("t/m", acts.Accept, "khm-moc", proposal=life.item("t/m").last_proposal) is None


def amended_offices(life: Life, **offices: str) -> list[Any]:
    """What the meeting decides as the plan gives it other offices."""
    setup = life.item("t/m").setup
    plan = life.plan.plan
    _, obligation = next((p, o) for p, o in plan.obligations() if o.id == "m")
    institutions = {**obligation.working_offices, **offices}
    changed = obligation.model_copy(update={"offices": institutions})
    parties = [party_of(plan, changed, side).model_dump(mode="json") for side in setup.sides]
    order = Order(changes={"parties": parties}, text="by amendment 1: another office", reinvites=True)
    step = MEETING.ordered(life.item("t/m"), order, life.now)
    return [step.state, *step.effects]


@pytest.mark.parametrize("agreed", [True, False])
def test_an_office_that_an_amendment_takes_away_is_removed_from_the_event_and_the_new_one_invited(agreed: bool) -> None:
    life = Life(obligation("m"))
    dated(life, agreed=agreed)
    before = life.item("t/m").event
    state, *effects = amended_offices(life, LAO="lao-mfa")
    after = state.event
    words = {word.office: word for word in announced(effects)}
    assert list(words) == ["lao-moc", "lao-mfa", "khm-moc"]
    removed = words["lao-moc"]
    assert (removed.kind, removed.method) == (AnnouncementKind.CANCELLATION, Method.CANCEL)
    assert removed.event.removes and [each.office for each in removed.event.attendees] == ["lao-moc"]
    assert (removed.event.sequence, after.sequence) == (before.sequence + 1, before.sequence + 1)
    assert (removed.event.slot, removed.event.summary) == (before.slot, before.summary)
    assert after.dtstamp > before.dtstamp and removed.event.dtstamp == after.dtstamp
    for office in ("lao-mfa", "khm-moc"):
        assert words[office].kind is AnnouncementKind.INVITATION and words[office].event == after
        assert bool(words[office].suggests) is not agreed, "an office that is to consent is told how"
    assert [each.office for each in after.attendees] == ["lao-mfa", "khm-moc"]
    stays = {each.office: each.partstat for each in before.attendees}["khm-moc"]
    assert [each.partstat for each in after.attendees] == [PartStat.NEEDS_ACTION, stays], "who stays is not asked anew"
    put = [(each.event, each.calendars, each.removed) for each in effects if isinstance(each, Publish)]
    assert put == [(after, ("t", "lao-mfa", "khm-moc"), ("lao-moc",))]
    assert state.agreed == life.item("t/m").agreed, "the date stands"
    assert same_over_the_wire(state)


def test_nobody_is_removed_from_what_has_passed_or_was_called_off_or_by_an_order_of_before() -> None:
    life = Life(obligation("m"))
    assert announced(amended_offices(life, LAO="lao-mfa")[1:]) == [], "there is no event"
    dated(life)
    same = amended_offices(life)
    assert announced(same[1:]) == [] and same[0].event == life.item("t/m").event, "the offices are the same"
    order = Order(changes={"parties": [p.model_dump(mode="json") for p in life.item("t/m").setup.parties]}, text="x")
    assert announced(MEETING.ordered(life.item("t/m"), order, life.now).effects) == []
    life.act("t/m", acts.Regret, "lao-moc", reason="x")
    assert announced(amended_offices(life, LAO="lao-mfa")[1:]) == [], "it was called off"
    dated(life)
    life.pass_on(20 * DAY)
    assert announced(amended_offices(life, LAO="lao-mfa")[1:]) == [], "it has passed"


def test_a_removed_office_hears_it_once_and_nothing_afterwards() -> None:
    life = Life(obligation("m"), series("s"))
    dated(life)
    agree(life, amend("change", "m", fields={"offices": {"LAO": "lao-mfa", "KHM": "khm-moc"}}))
    life.pass_on(DAY)
    [removed] = [key for key in life.sent("lao-moc") if "/cancellation/" in key]
    assert any("/invitation/" in key for key in life.sent("lao-mfa"))
    assert life.world.rooms["t/office/lao-moc"].invited == {}
    life.act("t/m", acts.Regret, "lao-mfa", reason="x")
    life.pass_on(DAY)
    assert [key for key in life.sent("lao-moc") if "/cancellation/" in key] == [removed]
    for office in ("lao-mfa", "khm-moc"):
        assert any("/cancellation/" in key for key in life.sent(office))


def test_the_sessions_of_a_series_remove_the_former_offices_too() -> None:
    life = Life(series("s"))
    terms = date_terms(life.now + 14 * DAY)
    assert life.act("t/s/2026", acts.Propose, "lao-moc", terms=terms) is None
    agree(life, amend("change", "s", fields={"offices": {"LAO": "lao-mfa", "KHM": "khm-moc"}}))
    life.pass_on(DAY)
    assert any("/cancellation/" in key for key in life.sent("lao-moc"))
    assert any("/invitation/" in key for key in life.sent("lao-mfa"))


def test_a_round_that_is_open_is_asked_of_the_offices_that_follow_it_now() -> None:
    life = Life(standing(), series("s", **UNDATED), obligation("m"), round=ROUND)
    life.until(datetime(2026, 1, 20, tzinfo=UTC))
    for name in ("c", "s"):
        agree(life, amend("change", name, fields={"offices": {"LAO": "lao-mfa", "KHM": "khm-moc"}}))
        assert life.awaited(f"t/{name}") == {("lao-mfa", "progress", 1), ("khm-moc", "progress", 1)}
    assert life.standing("lao-moc") == {key for key in life.standing("lao-moc") if "/m/" in key}


def test_a_lower_ladder_still_settles_with_the_ranks_that_were_asked() -> None:
    life = Life(obligation("m")).pass_on(70 * DAY)
    assert life.standing("lao-moc-dm")
    agree(life, amend("change", "m", fields={"ladder": "letter"}))
    life.pass_on(DAY)
    assert life.standing("lao-moc-dg") == life.standing("lao-moc-dm") == set()
    assert life.awaited("t/m") == {("lao-moc", "propose-date", 1), ("khm-moc", "propose-date", 1)}
    state = life.item("t/m")
    assert state.setup.post_room("lao-moc-dm").office == "lao-moc-dm"
    life.act("t/m", acts.Propose, "lao-moc", terms=Terms(topic=Topic.DROP, reason="x"))
    assert life.act("t/m", acts.Accept, "khm-moc", proposal=1) is None


def test_a_later_window_lets_what_has_not_begun_sleep_and_forgets_what_was_missed() -> None:
    later: dict[str, Any] = {"window": {"by": "year", "first": 2027, "last": 2027}}
    life = Life(obligation("m"), obligation("i", kind="instrument"), obligation("k"))
    life.act("t/k", acts.Propose, "lao-moc", terms=Terms(topic=Topic.POSTPONE, until=START + 300 * DAY))
    life.until(datetime(2027, 1, 10, tzinfo=UTC))
    assert life.item("t/m").late
    later["window"] = {"by": "year", "first": 2028, "last": 2028}
    for name in ("m", "i"):
        agree(life, amend("change", name, fields=later))
        assert (life.status(f"t/{name}"), life.awaited(f"t/{name}")) == ("dormant", set())
        assert not life.item(f"t/{name}").late
    life.until(datetime(2028, 1, 2, tzinfo=UTC))
    assert life.awaited("t/m") == {("lao-moc", "propose-date", 1), ("khm-moc", "propose-date", 1)}
    assert life.awaited("t/i") == {("lao-moc", "evidence", 1), ("khm-moc", "evidence", 1)}


def test_what_loses_its_window_is_asked_in_the_rounds_and_what_gets_one_is_not() -> None:
    life = Life(obligation("i", kind="instrument"), standing(), round=ROUND, **TERM)
    life.until(datetime(2026, 1, 20, tzinfo=UTC))
    assert life.plan.round_items == ("t/c",) and ("lao-moc", "progress", 1) in life.awaited("t/c")
    agree(life, amend("change", "i", fields={"window": None}))
    agree(life, amend("change", "c", fields={"window": {"by": "year", "first": 2026, "last": 2026}}))
    assert life.plan.round_items == ("t/i",)
    assert life.awaited("t/i") == {("lao-moc", "progress", 1), ("khm-moc", "progress", 1)}, "the round is open"
    assert {act for _, act, _ in life.awaited("t/c")} == {"evidence"}
    life.until(datetime(2027, 1, 20, tzinfo=UTC))
    assert life.awaited("t/i") == {("lao-moc", "progress", 1), ("khm-moc", "progress", 1)}


def test_a_series_of_evidence_follows_too() -> None:
    life = Life(obligation("e", kind="exchange", **YEARLY), **TERM)
    agree(
        life,
        amend("change", "e", fields={"evidence": "a list of names", "offices": {"LAO": "lao-mfa", "KHM": "khm-moc"}}),
    )
    assert life.item("t/e/2026").setup.evidence_wanted == "a list of names"
    assert ("lao-mfa", "evidence", 1) in life.awaited("t/e/2026")


def test_an_order_that_changes_nothing_is_not_given() -> None:
    state = plan_now(obligation("m"), series("s"))
    windows = resolve_windows(state.plan, START)
    assert PLAN.resolved(state, windows, START).effects == ()
    player = Player(PLAN, state)
    for number, name in enumerate(("m", "s"), 1):
        player.act(acts.Propose, LAO, terms=amend("change", name, fields={"level": "ministers"}))
        player.act(acts.Accept, KHM, proposal=number)
    assert len(player.state.amendments) == 2
    assert PLAN.resolved(player.state, windows, START).effects == (), "nothing that an item follows has changed"


def test_when_offices_are_reminded_is_amended_for_open_sessions_too() -> None:
    life = Life(series("s"), obligation("m")).pass_on(DAY)
    for name in ("s", "m"):
        agree(life, amend("change", name, fields={"remind": "P3D"}))
    assert all(life.item(name).setup.remind == 3 * DAY for name in ("t/s", "t/s/2026", "t/m"))
    life.act("t/m", acts.Propose, "lao-moc", terms=date_terms(life.now + 20 * DAY))
    life.act("t/m", acts.Accept, "khm-moc", proposal=1)
    life.pass_on(18 * DAY)
    assert {each.office for each in life.said(AnnouncementKind.REMINDER)} == {"lao-moc", "khm-moc"}


def test_an_office_that_an_amendment_gave_a_meeting_is_reminded_and_the_former_is_not() -> None:
    life = Life(obligation("m", remind="P3D")).pass_on(DAY)
    life.act("t/m", acts.Propose, "lao-moc", terms=date_terms(life.now + 20 * DAY))
    life.act("t/m", acts.Accept, "khm-moc", proposal=1)
    agree(life, amend("change", "m", fields={"offices": {"LAO": "lao-mfa", "KHM": "khm-moc"}}))
    life.pass_on(18 * DAY)
    assert {each.office for each in life.said(AnnouncementKind.REMINDER)} == {"lao-mfa", "khm-moc"}
