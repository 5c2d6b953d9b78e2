"""The life of a meeting, decided by the pure core."""

from models.items.meeting import MEETING
from models.messages import acts
from models.messages.acts import Terms, Topic
from models.messages.calendar_event import EventStatus, PartStat
from models.messages.effects import Announce, Await, Enter, Publish, Settle
from models.messages.notices import AnnouncementKind, SuggestedAct
from models.messages.views import Receipt, Refusal
from models.plan.plan import Format
from tests.support.builders import DAY, START, Player, date_terms, meeting
from tests.support.meetings import KHM, LAO, VNM, agreed, events


def test_whole_life() -> None:
    player = agreed()
    assert MEETING.status_of(player.state) == "scheduled"
    player.tick(START + 11 * DAY)
    assert player.awaited() == {(LAO, "mark", 1), (KHM, "mark", 1)}
    player.act(acts.Held, LAO, place="Vientiane")
    assert player.awaited() == {(LAO, "outcome", 1), (KHM, "outcome", 1)}
    player.act(acts.Outcome, LAO, text="minutes")
    player.act(acts.Agree, KHM)
    assert player.state.closed is not None and player.state.closed.status == "closed"
    assert player.awaited() == set()
    assert events(player) == [(0, EventStatus.TENTATIVE), (1, EventStatus.CONFIRMED)]


def test_post_rooms_are_told_before_the_record_is_closed() -> None:
    player = agreed().tick(START + 11 * DAY)
    player.act(acts.Held, LAO)
    player.act(acts.Outcome, LAO, text="minutes")
    player.effects.clear()
    player.act(acts.Agree, KHM)
    kinds = [type(e).__name__ for e in player.effects]
    ends = len(kinds) - 1 - kinds[::-1].index("Enter")
    assert ends > max(i for i, kind in enumerate(kinds) if kind == "Settle")
    assert {e.office for e in player.effects if isinstance(e, Settle) and e.closed} == {LAO, KHM}


def test_partstat_is_kept_on_status_and_reset_on_time() -> None:
    player = agreed()
    confirmed = [e.event for e in player.effects if isinstance(e, Publish)][-1]
    assert {a.partstat for a in confirmed.attendees} == {PartStat.ACCEPTED}
    player.act(acts.Propose, KHM, terms=date_terms(START + 12 * DAY))
    assert len(events(player)) == 2, "the agreed date stands in the calendars until every side consents"
    player.act(acts.Accept, LAO, proposal=2)
    moved = [e.event for e in player.effects if isinstance(e, Publish)][-1]
    assert (moved.sequence, moved.status) == (2, EventStatus.CONFIRMED)
    assert {a.partstat for a in moved.attendees} == {PartStat.NEEDS_ACTION}


def test_rejection_is_told_to_the_proposer_and_cancels_the_tentative_event() -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY))
    player.effects.clear()
    player.act(acts.Reject, KHM, proposal=1, reason="elections")
    told = [e.announcement for e in player.effects if isinstance(e, Announce)]
    assert [(a.kind, a.office) for a in told] == [
        (AnnouncementKind.CANCELLATION, LAO),
        (AnnouncementKind.CANCELLATION, KHM),
    ]
    assert told[0].text.endswith("elections."), "the proposer reads the reason, once"
    assert events(player) == [(1, EventStatus.CANCELLED)]
    assert player.awaited() == {(LAO, "propose-date", 1), (KHM, "propose-date", 1)}


def test_regret_cancels_at_once_and_a_new_date_follows_on_the_same_event() -> None:
    player = agreed()
    player.act(acts.Regret, KHM, reason="flood")
    assert MEETING.status_of(player.state) == "date-awaited"
    player.act(acts.Propose, KHM, terms=date_terms(START + 15 * DAY))
    assert [sequence for sequence, _ in events(player)] == [0, 1, 2, 3]
    uids = {e.event.uid for e in player.effects if isinstance(e, Publish)}
    stamps = [e.event.dtstamp for e in player.effects if isinstance(e, Publish)]
    assert len(uids) == 1 and stamps == sorted(set(stamps))


def test_the_event_leaves_the_calendar_of_an_office_that_is_no_longer_invited() -> None:
    player = agreed(third=True)
    parties = tuple(party for party in player.state.setup.parties if party.coordinator.office != VNM)
    setup = player.state.setup.model_copy(update={"parties": parties})
    player.state = player.state.model_copy(update={"setup": setup})
    player.act(acts.Regret, LAO, reason="flood")
    player.act(acts.Propose, LAO, terms=date_terms(START + 15 * DAY))
    published = [e for e in player.effects if isinstance(e, Publish)]
    called_off, proposed = published[-2:]
    assert VNM in called_off.calendars and not called_off.removed, "a cancelled event stays, and says so"
    assert VNM not in proposed.calendars and proposed.removed == (VNM,)
    # A newer version that overtakes it takes the removal along; an invitation undoes it.
    newer = Publish(event=proposed.event, calendars=proposed.calendars)
    assert newer.after(proposed).removed == (VNM,) and newer.after(None).removed == ()
    assert called_off.after(proposed).removed == ()


def test_acts_out_of_order_are_refused_with_what_is_awaited() -> None:
    player = Player(MEETING, meeting())
    for verb, fields, code in (
        (acts.Held, {}, "no-date"),
        (acts.NotHeld, {}, "no-date"),
        (acts.Regret, {"reason": "x"}, "no-date"),
        (acts.Outcome, {"text": "x"}, "not-held"),
        (acts.Close, {}, "not-held"),
        (acts.Dispute, {"reason": "x"}, "nothing-marked"),
        (acts.Accept, {"proposal": 1}, "no-such-proposal"),
        (acts.Propose, {"terms": date_terms(START - DAY)}, "in-the-past"),
    ):
        before = player.state
        refusal = player.act(verb, LAO, **fields)
        assert isinstance(refusal, Refusal), verb
        assert refusal.code == code
        assert refusal.awaiting, "a refusal says what is awaited instead"
        assert player.state == before
    assert player.act(acts.Close, "vnm-moc").code == "not-a-party"


def test_held_before_it_has_begun_is_refused_but_an_earlier_day_can_be_named() -> None:
    player = agreed()
    assert player.act(acts.Held, LAO).code == "not-begun"
    on = date_terms(START).slot
    assert on is not None
    player.tick(START + 2 * DAY)
    assert isinstance(player.act(acts.Held, LAO, on=on.start), Receipt)


def test_dispute_until_both_say_the_same() -> None:
    player = agreed().tick(START + 11 * DAY)
    player.act(acts.Held, LAO)
    assert player.act(acts.Dispute, LAO, reason="x").code == "own-mark"
    player.act(acts.Dispute, KHM, reason="nobody came")
    assert MEETING.status_of(player.state) == "disputed"
    assert player.act(acts.Outcome, LAO, text="x").code == "disputed"
    assert player.awaited() == {(LAO, "mark", 1), (KHM, "mark", 1)}
    player.act(acts.NotHeld, LAO)
    assert MEETING.status_of(player.state) == "date-awaited"


def test_the_result_is_reported_where_the_provision_demands_it() -> None:
    player = agreed(report_to_higher=True).tick(START + 11 * DAY)
    player.act(acts.Held, LAO)
    player.effects.clear()
    player.act(acts.Outcome, LAO, text="minutes")
    told = {e.announcement.office for e in player.effects if isinstance(e, Announce)}
    assert told == {KHM, "lao-moc-dg", "khm-moc-dg"}
    assert player.act(acts.Close, LAO).code == "not-reported"
    player.act(acts.Evidence, LAO, text="reported")
    player.act(acts.Evidence, KHM, text="reported")
    assert isinstance(player.act(acts.Agree, KHM), Receipt)


def test_a_third_state_owes_no_report_for_nobody_above_its_coordinator_is_known() -> None:
    player = agreed(third=True, report_to_higher=True).tick(START + 11 * DAY)
    player.act(acts.Held, LAO)
    player.act(acts.Outcome, LAO, text="minutes")
    assert player.state.unreported == ("LAO", "KHM") and (VNM, "report", 1) not in player.awaited()
    for office in (LAO, KHM):
        player.act(acts.Evidence, office, text="reported")
    for office in (KHM, VNM):
        assert isinstance(player.act(acts.Agree, office), Receipt)
    assert player.state.closed is None, "LAO may object to the report that KHM has put on record"
    assert isinstance(player.act(acts.Agree, LAO), Receipt)
    assert player.state.closed is not None


def test_a_missed_window_is_recorded_and_never_rolled_over() -> None:
    player = Player(MEETING, meeting()).tick(START + 400 * DAY)
    assert player.state.late and player.state.closed is None
    assert [e.entry.verb for e in player.effects if isinstance(e, Enter)].count("missed") == 1


def test_what_was_held_is_neither_regretted_nor_left_in_the_future() -> None:
    player = agreed()
    player.tick(START + 2 * DAY)
    on = date_terms(START).slot
    assert on is not None
    player.act(acts.Held, LAO, on=on.start)
    assert events(player)[-1] == (2, EventStatus.CANCELLED), "it was held on an earlier day"
    assert player.act(acts.Regret, KHM, reason="flood").code == "already-marked"


def test_no_new_date_while_it_is_disputed_whether_it_was_held() -> None:
    player = agreed().tick(START + 11 * DAY)
    player.act(acts.Held, LAO)
    player.act(acts.Dispute, KHM, reason="nobody came")
    assert player.act(acts.Propose, KHM, terms=date_terms(START + 20 * DAY)).code == "disputed"


def test_a_postponed_meeting_that_was_held_after_all_wakes() -> None:
    player = agreed()
    player.act(acts.Propose, LAO, terms=Terms(topic=Topic.POSTPONE, until=START + 300 * DAY))
    player.act(acts.Accept, KHM, proposal=2)
    player.tick(START + 12 * DAY)
    on = date_terms(START + 10 * DAY).slot
    assert on is not None
    player.act(acts.Held, LAO, on=on.start)
    assert MEETING.status_of(player.state) == "outcome-awaited"
    assert player.awaited() == {(LAO, "outcome", 1), (KHM, "outcome", 1)}


def test_the_same_instant_in_another_zone_moves_nothing() -> None:
    player = agreed()
    terms = date_terms(START + 10 * DAY, place="Pakse")
    player.act(acts.Propose, KHM, terms=terms)
    player.act(acts.Accept, LAO, proposal=2)
    last = [e.event for e in player.effects if isinstance(e, Publish)][-1]
    assert (last.sequence, last.location) == (1, "Pakse")
    assert {a.partstat for a in last.attendees} == {PartStat.ACCEPTED}


def test_an_event_that_calendars_outnumber_is_said_again_above_them() -> None:
    """After a rewind: what is in force must bear a higher SEQUENCE than what was said in the time that is lost."""
    player = Player(MEETING, meeting()).tick()
    unsaid = player.state
    player.act(acts.Propose, "lao-moc", terms=date_terms(START + 10 * DAY))
    before = player.state.event
    assert before is not None
    assert not MEETING.outrun(unsaid, before, 5, player.now).effects, "nothing was said yet"
    step = MEETING.outrun(player.state, before, 5, player.now)
    event = step.state.event
    assert event is not None and (event.sequence, event.slot, event.status) == (5, before.slot, before.status)
    assert event.dtstamp > before.dtstamp
    said = [effect.announcement for effect in step.effects if isinstance(effect, Announce)]
    assert {(each.office, each.kind, each.event) for each in said} == {
        (office, AnnouncementKind.INVITATION, event) for office in ("lao-moc", "khm-moc")
    }
    assert [effect.event for effect in step.effects if isinstance(effect, Publish)] == [event]
    assert not MEETING.outrun(step.state, before, 5, player.now).effects, "once"
    assert not MEETING.outrun(player.state, before, 5, START + 11 * DAY).effects, "nobody is told about what is over"
    # While that was on its way, the last consent came: what is in force is above what the calendars have now.
    player.act(acts.Accept, "khm-moc", proposal=1)
    confirmed = MEETING.outrun(player.state, before, 5, player.now).state.event
    assert confirmed is not None and (confirmed.sequence, confirmed.status) == (6, EventStatus.CONFIRMED)
    assert MEETING.newest(player.state, before) == player.state.event, "an overtaken version is not published any more"


def test_another_date_than_the_agreed_one_is_told_at_once() -> None:
    player = agreed(third=True)
    player.effects.clear()
    player.act(acts.Propose, LAO, terms=date_terms(START + 12 * DAY))
    told = [e.announcement for e in player.effects if isinstance(e, Announce)]
    assert [(each.office, each.kind, each.asks) for each in told] == [
        (office, AnnouncementKind.ANSWER, True) for office in (KHM, VNM)
    ]
    assert told[0].office == KHM and told[0].suggests == SuggestedAct(verb="accept", proposal=2)
    assert "agreed date stands" in told[0].text
    asked = [e.notice for e in player.effects if isinstance(e, Await)]
    assert asked and not any(each.proposal.invited for each in asked), "no invitation is at the proposed time"


def test_an_invitation_says_what_was_until_now_and_who_has_consented() -> None:
    player = agreed()
    player.act(acts.Propose, LAO, terms=date_terms(START + 12 * DAY, place="Pakse"))
    player.act(acts.Accept, KHM, proposal=2)
    first, confirmed, moved = [
        e.announcement
        for e in player.effects
        if isinstance(e, Announce) and e.announcement.office == KHM and e.announcement.event is not None
    ]
    assert first.consented == (LAO,) and first.was_slot is None
    assert confirmed.was_slot is None and confirmed.was_place is None
    assert moved.was_slot == confirmed.event.slot and moved.was_place == "Vientiane"


def test_original_revised_and_actual_dates_are_all_kept() -> None:
    player = Player(MEETING, meeting())
    days = [20, 40, 60]
    for number, day in enumerate(days, 1):
        player.act(acts.Propose, LAO, terms=date_terms(START + day * DAY))
        player.act(acts.Accept, KHM, proposal=number)
    player.act(acts.Regret, KHM, reason="flood")
    player.tick(START + 80 * DAY)
    on = date_terms(START + 70 * DAY).slot
    assert on is not None
    player.act(acts.Held, LAO, on=on.start)
    dates = MEETING.view(player.state).dates
    starts = [date_terms(START + day * DAY).slot.start.local.isoformat() for day in (*days, 70)]  # type: ignore[union-attr]
    assert dates["original"]["local"] == starts[0]
    assert [each["local"] for each in dates["revised"]] == starts[1:3]
    assert dates["actual"]["local"] == starts[3]


def test_a_date_that_is_not_agreed_is_not_called_cancelled() -> None:
    for act, office, words in (
        (acts.Reject, KHM, "The proposed date is not accepted. "),
        (acts.Withdraw, LAO, "The proposed date is withdrawn. "),
    ):
        player = Player(MEETING, meeting())
        player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY))
        player.act(act, office, proposal=1)
        last = [e.event for e in player.effects if isinstance(e, Publish)][-1]
        assert last.status is EventStatus.CANCELLED and words in last.description
        assert "cancel" not in last.description.lower()


def test_the_joining_link_is_part_of_what_is_agreed() -> None:
    link = "https://meet.example/1"
    terms = date_terms(START + 10 * DAY).model_copy(update={"format": Format.VIRTUAL, "link": link, "place": ""})
    player = Player(MEETING, meeting())
    player.act(acts.Propose, LAO, terms=terms)
    refused = player.act(acts.Propose, LAO, terms=terms)
    assert isinstance(refused, Refusal) and refused.code == "already-proposed"
    player.act(acts.Propose, LAO, terms=terms.model_copy(update={"link": f"{link}23"}))
    player.act(acts.Accept, KHM, proposal=2)
    assert player.state.agreed is not None and player.state.agreed.link == f"{link}23"
    told = [e.announcement for e in player.effects if isinstance(e, Announce)]
    event = told[-1].event
    assert event is not None and (event.format, event.link, event.location) == ("virtual", f"{link}23", f"{link}23")
    assert f"Join: {link}23" in event.description and told[-1].zones
    changed = next(each for each in told if each.was_link is not None)
    assert changed.was_link == link and changed.was_slot is None
    again = player.act(acts.Propose, KHM, terms=terms.model_copy(update={"link": f"{link}23"}))
    assert isinstance(again, Refusal) and again.code == "no-change"
    for wrong in ("http://meet.example/1", "https://me@meet.example/", "https://", "https://a b.example", "https://[x"):
        refused = player.act(acts.Propose, KHM, terms=terms.model_copy(update={"link": wrong}))
        assert isinstance(refused, Refusal) and refused.code == "bad-terms", wrong
