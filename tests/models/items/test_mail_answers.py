"""Answers by mail to an invitation: consent, rejection, another time, what is only recorded."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.common.times import Slot
from models.items.meeting import MEETING
from models.items.meeting_state import MeetingState, leaves_event
from models.machine.state import ProposalStatus
from models.messages import acts
from models.messages.acts import ReplyMethod, Topic
from models.messages.calendar_event import EventStatus, Method, PartStat
from models.messages.effects import Announce, Await, Publish
from models.messages.notices import AnnouncementKind, SuggestedAct
from models.messages.views import Receipt, Refusal
from tests.support.builders import DAY, START, Player, date_terms, meeting
from tests.support.mail_answers import MAIL, SECOND, reply, said
from tests.support.meetings import KHM, LAO, VNM, agreed, events, proposed, slot


def test_an_accept_is_the_consent_that_is_typed() -> None:
    typed, mailed = proposed(), proposed()
    typed.now += SECOND
    typed.act(acts.Accept, KHM, proposal=1)
    receipt = reply(mailed, KHM)
    assert isinstance(receipt, Receipt) and receipt.status == "scheduled"
    assert [e for e in mailed.effects if not hasattr(e, "entry")] == [
        e for e in typed.effects if not hasattr(e, "entry")
    ]
    assert [e.text for e in mailed.state.ledger] == [e.text for e in typed.state.ledger]
    line = next(e for e in mailed.state.ledger if e.verb == "accept")
    assert line.data["message"]["sha256"] == MAIL.sha256 and line.data["proposal"] == 1
    [row] = MEETING.view(mailed.state).answers
    assert (row["office"], row["partstat"], row["current"]) == (KHM, "ACCEPTED", True)


def test_a_decline_of_a_proposed_date_rejects_it_with_the_comment() -> None:
    player = proposed()
    reply(player, KHM, PartStat.DECLINED, comment="ຕິດປະຊຸມ")
    assert player.state.proposals[0].status is ProposalStatus.REJECTED
    assert events(player)[-1] == (1, EventStatus.CANCELLED)
    assert "ຕິດປະຊຸມ" in said(player, AnnouncementKind.CANCELLATION)[0].text
    assert MEETING.status_of(player.state) == "date-awaited"


def test_a_decline_of_an_agreed_date_is_recorded_and_says_how_to_regret() -> None:
    player = agreed()
    before = len(player.effects)
    reply(player, KHM, PartStat.DECLINED, comment="flood")
    assert MEETING.status_of(player.state) == "scheduled" and player.state.agreed is not None
    told = [e.announcement for e in player.effects[before:] if isinstance(e, Announce)]
    suggested = {(each.office, each.suggests) for each in told}
    assert suggested == {(LAO, None), (KHM, SuggestedAct(verb="regret"))}
    assert all("flood" in each.text for each in told)
    assert player.act(acts.Regret, KHM, reason="flood").status == "date-awaited"


def test_tentative_and_late_accepts_are_recorded_only() -> None:
    player = proposed(third=True)
    reply(player, KHM, PartStat.TENTATIVE)
    assert not player.state.proposals[0].consented("KHM")
    reply(player, LAO)
    reply(player, KHM, PartStat.ACCEPTED)
    assert player.state.proposals[0].open, "VNM has not consented"
    assert events(player) == [(0, EventStatus.TENTATIVE)]
    reply(player, VNM)
    assert events(player)[-1] == (1, EventStatus.CONFIRMED)


def test_the_newest_dtstamp_of_an_office_wins_and_repeats_are_nothing() -> None:
    player = proposed(third=True)
    player.now += DAY
    reply(player, KHM, PartStat.TENTATIVE, dtstamp=START + 3 * SECOND)
    entries = player.state.entries
    for stamp, partstat in ((START + 3 * SECOND, PartStat.TENTATIVE), (START + 2 * SECOND, PartStat.ACCEPTED)):
        receipt = reply(player, KHM, partstat, dtstamp=stamp)
        assert isinstance(receipt, Receipt) and receipt.text == ""
    assert player.state.entries == entries and not player.state.proposals[0].consented("KHM")
    torn = reply(player, KHM, PartStat.ACCEPTED, dtstamp=START + 3 * SECOND)
    assert isinstance(torn, Refusal) and torn.code == "same-dtstamp", "which of two holds is for a person"
    reply(player, KHM, PartStat.ACCEPTED, dtstamp=START + 4 * SECOND)
    assert player.state.proposals[0].consented("KHM")


def test_a_clock_that_goes_ahead_does_not_silence_its_office() -> None:
    player = proposed(third=True)
    reply(player, KHM, PartStat.TENTATIVE, dtstamp=datetime(2099, 1, 1).astimezone())
    reply(player, KHM, PartStat.ACCEPTED)
    assert player.state.proposals[0].consented("KHM")


def test_an_older_sequence_counts_while_the_time_is_the_same() -> None:
    player = proposed(third=True)
    player.act(acts.Counter, VNM, proposal=1, terms=date_terms(START + 12 * DAY))
    assert player.state.event.sequence == 1
    reply(player, KHM, PartStat.ACCEPTED, sequence=0)
    assert not player.state.proposals[-1].consented("KHM"), "it accepted another time"
    assert "does not count" in player.state.ledger[-1].text
    assert MEETING.view(player.state).answers[0]["current"] is False
    reply(player, KHM, PartStat.ACCEPTED, sequence=1)
    reply(player, LAO, PartStat.ACCEPTED, sequence=1)
    assert events(player)[-1] == (2, EventStatus.CONFIRMED)
    reply(player, KHM, PartStat.TENTATIVE, sequence=1)
    assert MEETING.view(player.state).answers[-1]["current"], "only the status has changed since"


def test_an_answer_of_before_a_cancellation_is_no_consent_to_a_new_proposal_of_the_same_time() -> None:
    player = proposed(third=True)
    reply(player, KHM, PartStat.ACCEPTED)
    player.act(acts.Withdraw, LAO, proposal=1)
    player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY))
    reply(player, VNM, PartStat.ACCEPTED, sequence=0)
    assert [c.side for c in player.state.proposals[-1].consents] == ["LAO"]
    assert {a.partstat for a in player.state.event.attendees if a.office != LAO} == {PartStat.NEEDS_ACTION}


def test_what_needs_a_person_is_refused_with_its_reason() -> None:
    player = agreed()
    cases: list[tuple[str, str, dict[str, Any]]] = [
        ("not-invited", "khm-moc-dg", {}),
        ("not-a-party", "vnm-moc", {}),
        ("no-invitation", KHM, {"uid": "other@x.example"}),
        ("unknown-sequence", KHM, {"sequence": 9}),
        ("other-recurrence", KHM, {"recurrence": START}),
        ("in-the-past", KHM, {"slot": slot(-3)}),
        ("no-change", KHM, {"slot": slot(10)}),
        ("bad-terms", KHM, {"slot": Slot(start=slot(11).end, end=slot(11).start)}),
    ]
    before = player.state
    for code, office, fields in cases:
        refusal = reply(player, office, **fields)
        assert isinstance(refusal, Refusal) and refusal.code == code, (code, refusal)
    assert player.state == before
    assert isinstance(reply(player, KHM, recurrence=player.state.event.slot.start.utc), Receipt)


def test_no_answer_before_an_invitation_and_no_counter_after_its_cancellation() -> None:
    player = Player(MEETING, meeting())
    fields = {"uid": player.state.setup.uid, "dtstamp": START, "message": MAIL, "partstat": PartStat.ACCEPTED}
    refusal = player.act(acts.Reply, KHM, method=ReplyMethod.REPLY, **fields)
    assert isinstance(refusal, Refusal) and refusal.code == "no-invitation"
    player = agreed()
    player.act(acts.Regret, LAO, reason="flood")
    late = reply(player, KHM)
    assert isinstance(late, Receipt) and "had been cancelled" in late.text
    refusal = reply(player, KHM, slot=slot(20))
    assert isinstance(refusal, Refusal) and refusal.code == "cancelled"


# --- COUNTER ----------------------------------------------------------------------------------------------------------


def test_a_counter_leaves_the_event_as_it_is_and_asks_the_host_at_once() -> None:
    player = proposed()
    before = len(player.effects)
    days = (date(2026, 1, 14), date(2026, 1, 15))
    receipt = reply(player, KHM, PartStat.TENTATIVE, slot=slot(15), comment="after the holidays", around=days)
    assert isinstance(receipt, Receipt) and receipt.proposal == 2
    assert events(player) == [(0, EventStatus.TENTATIVE)], "no new version"
    assert [p.status for p in player.state.proposals] == [ProposalStatus.COUNTERED, ProposalStatus.OPEN]
    assert player.state.proposals[1].terms.place == "Vientiane" and player.state.proposals[1].message == MAIL
    [asked] = [e.notice for e in player.effects[before:] if isinstance(e, Await)]
    assert (asked.office, asked.verb, asked.quiet) == (LAO, "answer", True)
    assert "after the holidays" in asked.act
    [told] = [e.announcement for e in player.effects[before:] if isinstance(e, Announce)]
    assert (told.office, told.kind, told.event) == (LAO, AnnouncementKind.ANSWER, None)
    assert told.asks and told.around == days and told.office == LAO
    assert told.suggests == SuggestedAct(verb="accept", proposal=2)
    assert "after the holidays" in told.text and "accept t/m" not in told.text


@pytest.mark.parametrize("office", [KHM, LAO])
def test_a_counter_that_names_the_proposed_time_is_recorded_and_changes_nothing(office: str) -> None:
    player = proposed()
    player.effects.clear()
    receipt = reply(player, office, PartStat.TENTATIVE, slot=slot(10), comment="as you say")
    assert isinstance(receipt, Receipt) and receipt.proposal is None
    assert [p.status for p in player.state.proposals] == [ProposalStatus.OPEN]
    assert player.awaited() == {(KHM, "answer", 1)}
    assert "names the time of proposal 1, which stays open" in player.state.ledger[-1].text
    assert not [e for e in player.effects if isinstance(e, Announce | Publish)]


def test_by_the_rules_before_edition_1_a_counter_with_the_proposed_time_was_a_proposal() -> None:
    player = proposed()
    setup = player.state.setup.model_copy(update={"edition": 0})
    player.state = player.state.model_copy(update={"setup": setup})
    refusal = reply(player, KHM, PartStat.TENTATIVE, slot=slot(10))
    assert isinstance(refusal, Refusal) and refusal.code == "no-change", "a person looks at it"


def test_accepting_a_counter_sends_the_new_request() -> None:
    player = proposed()
    reply(player, KHM, PartStat.TENTATIVE, slot=slot(15))
    player.act(acts.Accept, LAO, proposal=2)
    assert events(player)[-1] == (1, EventStatus.CONFIRMED)
    assert player.state.event.slot == slot(15)
    assert {a.partstat for a in player.state.event.attendees} == {PartStat.NEEDS_ACTION}, "another time asks anew"


def test_refusing_a_counter_sends_declinecounter_and_the_first_date_awaits_its_answer() -> None:
    player = proposed(third=True)
    reply(player, KHM, PartStat.TENTATIVE, slot=slot(15))
    reply(player, VNM, PartStat.ACCEPTED)
    player.act(acts.Reject, LAO, proposal=2, reason="the hall is taken")
    assert events(player) == [(0, EventStatus.TENTATIVE)]
    [word] = said(player, AnnouncementKind.DECLINECOUNTER)
    assert (word.office, word.method, word.comment) == (KHM, Method.DECLINECOUNTER, "the hall is taken")
    assert word.asks, "the invitation still awaits its answer"
    assert word.event is not None and word.event.sequence == 0 and word.event.dtstamp > START
    assert [each.office for each in said(player, AnnouncementKind.ANSWER)][2:] == [VNM]
    first = player.state.proposals[0]
    assert first.open and [c.side for c in first.consents] == ["LAO", "VNM"], "who accepted meanwhile has consented"
    assert player.awaited() == {(KHM, "answer", 1)}
    reply(player, KHM)
    assert events(player)[-1] == (1, EventStatus.CONFIRMED)


def test_by_the_rules_before_edition_1_an_accept_after_a_counter_counted_once_the_counter_was_refused() -> None:
    player = proposed()
    setup = player.state.setup.model_copy(update={"edition": 0})
    player.state = player.state.model_copy(update={"setup": setup})
    reply(player, KHM, PartStat.TENTATIVE, slot=slot(15))
    reply(player, KHM, PartStat.ACCEPTED)
    assert player.state.agreed is None, "its own proposal is still before the other side"
    player.act(acts.Reject, LAO, proposal=2, reason="no")
    assert player.state.agreed.slot == slot(10) and events(player)[-1] == (1, EventStatus.CONFIRMED)


def test_a_counter_after_consent_leaves_the_agreed_date_until_every_side_consents() -> None:
    player = agreed()
    receipt = reply(player, KHM, PartStat.DECLINED, slot=slot(15), comment="flood")
    assert receipt.status == "scheduled" and receipt.proposal == 2
    assert player.state.agreed.slot == slot(10) and len(events(player)) == 2
    assert player.awaited() == {(LAO, "answer", 1)}
    again = reply(player, KHM, PartStat.DECLINED, slot=slot(16))
    assert again.proposal == 3 and player.state.proposals[1].status is ProposalStatus.OVERTAKEN
    player.act(acts.Accept, LAO, proposal=3)
    assert events(player)[-1] == (2, EventStatus.CONFIRMED) and player.state.agreed.slot == slot(16)


def test_a_refused_counter_after_consent_is_declined_and_the_date_stands() -> None:
    player = agreed()
    reply(player, KHM, PartStat.DECLINED, slot=slot(15))
    player.act(acts.Reject, LAO, proposal=2, reason="no")
    [word] = said(player, AnnouncementKind.DECLINECOUNTER)
    assert word.event is not None and word.event.sequence == 1 and "stands" in word.text
    assert player.state.agreed.slot == slot(10) and len(events(player)) == 2


def test_a_host_that_counters_the_counter_by_mail_still_leaves_the_event() -> None:
    player = proposed()
    reply(player, KHM, None, slot=slot(15))
    reply(player, LAO, None, slot=slot(20))
    assert events(player) == [(0, EventStatus.TENTATIVE)] and player.awaited() == {(KHM, "answer", 1)}
    player.act(acts.Reject, KHM, proposal=3, reason="no")
    assert player.state.proposal(2).open and player.awaited() == {(LAO, "answer", 1)}
    player.act(acts.Accept, LAO, proposal=2)
    assert player.state.agreed.slot == slot(15)


def test_a_counter_that_falls_after_the_first_date_has_passed_calls_the_event_off() -> None:
    player = proposed(day=1)
    reply(player, KHM, None, slot=slot(15))
    player.tick(START + 3 * DAY)
    player.act(acts.Reject, LAO, proposal=2, reason="no")
    assert events(player)[-1] == (1, EventStatus.CANCELLED)
    assert player.awaited() >= {(LAO, "propose-date", 1)}


# --- for every history ------------------------------------------------------------------------------------------------

moves = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(1, 30)),
        st.tuples(
            st.just("reply"),
            st.sampled_from([LAO, KHM, VNM]),
            st.sampled_from([*PartStat, None]),
            st.integers(-1, 1),
            st.integers(-5, 1),
            st.none() | st.integers(-2, 40),
        ),
        st.tuples(
            st.sampled_from(["accept", "reject", "counter", "withdraw", "propose", "regret"]),
            st.sampled_from([LAO, KHM, VNM]),
            st.integers(1, 8),
            st.integers(1, 40),
        ),
    ),
    max_size=25,
)


@given(moves, st.booleans())
def test_answers_by_mail_keep_a_meeting_sound(played: list[Any], third: bool) -> None:
    """Nothing is agreed without a consent of each side; one proposal of a date is open; only what counts is said."""
    player = proposed(third)
    for move in played:
        event, announced = player.state.event, player.state.announced
        made = _play(player, move)
        state: MeetingState = player.state
        assert sum(p.terms.topic is Topic.DATE for p in state.open_proposals) <= 1
        if state.agreed is not None:
            done = [
                p for p in state.proposals if p.status is ProposalStatus.AGREED and p.terms.slot == state.agreed.slot
            ]
            assert done and {c.side for c in done[-1].consents} == set(state.setup.sides)
        if isinstance(made, Receipt) and move[0] == "reply" and made.text == "":
            assert (state.event, state.announced) == (event, announced)
        assert len({each.office for each in state.answers}) == len(state.answers)
        assert MeetingState.model_validate_json(state.model_dump_json()) == state
    stamps = [(e.event.sequence, e.event.dtstamp) for e in player.effects if isinstance(e, Publish)]
    assert stamps == sorted(set(stamps))


def _play(player: Player, move: tuple[Any, ...]) -> Any:
    if move[0] == "wait":
        return player.tick(player.now + move[1] * DAY)
    if move[0] == "reply":
        _, office, partstat, sequence, age, day = move
        more: dict[str, Any] = {"sequence": max(player.state.event.sequence + sequence, 0)}
        if day is not None:
            start = date_terms(player.now + day * DAY).slot
            more["slot"] = start
        return reply(player, office, partstat, dtstamp=player.now + age * DAY, **more)
    verb, office, number, day = move
    fields: dict[str, Any] = {"reason": "x"}
    if verb != "regret":
        fields["proposal"] = number
    if verb in ("counter", "propose"):
        fields["terms"] = date_terms(player.now + day * DAY)
    verbs: dict[str, Any] = acts.VERBS
    return player.act(verbs[verb], office, **fields)


# --- what others read of the answers ----------------------------------------------------------------------------------


def test_answers_count_for_the_time_that_the_event_has() -> None:
    player = proposed(third=True)
    assert player.state.answers_to(slot(10)) == {}
    reply(player, KHM, PartStat.ACCEPTED)
    assert player.state.answers_to(slot(10)) == {KHM: PartStat.ACCEPTED}
    assert player.state.answers_to(slot(12)) == {}, "nobody was asked about that time"
    player.act(acts.Counter, VNM, proposal=1, terms=date_terms(START + 12 * DAY))
    assert player.state.answers_to(slot(12)) == {}, "it was answered to an earlier time"
    assert [row["current"] for row in MEETING.view(player.state).answers] == [False]


def test_nothing_was_answered_to_an_event_that_is_called_off_or_to_none() -> None:
    assert Player(MEETING, meeting()).state.answers_to(slot(10)) == {}
    player = agreed()
    reply(player, KHM, PartStat.TENTATIVE)
    assert player.state.answers_to(slot(10)) == {KHM: PartStat.TENTATIVE}
    player.act(acts.Regret, LAO, reason="flood")
    assert player.state.answers_to(slot(10)) == {}


def test_a_state_of_before_the_time_was_kept_counts_answers_to_the_newest_version() -> None:
    player = agreed()
    reply(player, KHM, PartStat.TENTATIVE, sequence=0)
    assert MEETING.view(player.state).answers[0]["current"], "the time is that of the first version"
    before = player.state.model_copy(update={"time_since": None})
    assert not MEETING.view(before).answers[0]["current"] and before.answers_to(slot(10)) == {}


def test_the_event_stays_as_it_is_while_a_time_proposed_by_mail_is_undecided() -> None:
    player = proposed()
    [typed] = player.state.proposals
    reply(player, KHM, PartStat.TENTATIVE, slot=slot(15))
    assert [leaves_event(each) for each in player.state.proposals] == [False, True]
    assert not leaves_event(typed.model_copy(update={"counters": 1})), "a counter that was typed moves the event"
    assert not leaves_event(typed.model_copy(update={"message": MAIL})), "what counters nothing moves it too"


def test_an_answer_is_as_old_as_its_stamp_but_no_younger_than_its_arrival() -> None:
    player = proposed()
    reply(player, KHM, PartStat.TENTATIVE, dtstamp=START - DAY)
    assert player.state.answers[0].stamp == START - DAY
    reply(player, KHM, PartStat.TENTATIVE, dtstamp=START + 400 * DAY)
    assert player.state.answers[0].stamp == player.state.answers[0].at == player.now
