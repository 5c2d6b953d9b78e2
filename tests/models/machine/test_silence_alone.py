"""One side alone, out of order: what it does takes no time to object from another side, and hides nothing."""

import re
from datetime import timedelta

from cli.commands.show import view_text
from cli.display.commands import commands_of
from models.items.commitment import COMMITMENT
from models.items.meeting import MEETING
from models.items.meeting_state import UnclearAnswer
from models.machine.silence import ends_at
from models.messages import acts
from models.messages.effects import Announce, LookForObjections, Objections
from models.messages.moments import MomentKind
from models.messages.notices import Announcement
from models.messages.views import Receipt, Refusal
from tests.support.builders import DAY, START, Player, date_terms, meeting, obligation, opened, plan_of
from tests.support.letters import body, composed, decoded, flat
from tests.support.mail_samples import contacts, despatch

LAO, KHM = "lao-moc", "khm-moc"
SILENCE = 14 * DAY


def commitment() -> Player:
    return Player(COMMITMENT, opened(plan_of(obligation("c", kind="instrument"))).commitments[0])


def held() -> Player:
    """A meeting whose agreed date has passed, and which LAO has marked held."""
    player = Player(MEETING, meeting())
    player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY))
    player.act(acts.Accept, KHM, proposal=1)
    player.tick(START + 11 * DAY)
    player.act(acts.Held, LAO)
    return player


def told(player: Player) -> list[Announcement]:
    return [effect.announcement for effect in player.effects if isinstance(effect, Announce)]


def letter(word: Announcement) -> tuple[str, str]:
    """The subject and the plain text of the mail of an announcement."""
    known = contacts()
    office = known.offices["lao-moic"]
    known = known.model_copy(update={"offices": {**known.offices, LAO: office, KHM: office}})
    data = composed(despatch(announcement=word, office=word.office), known)
    return decoded(data), flat(body(data))


def delivered(player: Player) -> None:
    """The mail server takes the mail about everything that stands under silence."""
    for silence in player.state.silences:
        for key in silence.keys.values():
            player.keep(player.machine.delivered(player.state, key, player.now, player.now))


def let_pass(player: Player, why: str = "") -> None:
    """The time to object ends, and the inbox is looked into."""
    player.tick(player.now + SILENCE)
    for asked in [effect for effect in player.effects if isinstance(effect, LookForObjections)][-3:]:
        player.keep(player.machine.looked(player.state, Objections(since=asked.since, why=why), player.now))


def test_a_dispute_takes_no_time_to_object_from_the_other_side() -> None:
    player = commitment()
    player.act(acts.Evidence, KHM, text="LAO accepts all our positions")
    player.act(acts.Evidence, LAO, text="signed")
    player.act(acts.Dispute, KHM, reason="a page is missing")
    player.act(acts.Evidence, LAO, text="signed, all pages")
    player.act(acts.Agree, KHM)
    assert player.state.closed is None, "LAO may still object to what KHM has put on record"
    assert [(each.side, each.about) for each in player.state.silences] == [("KHM", "evidence"), ("LAO", "evidence")]
    assert isinstance(player.act(acts.Dispute, LAO, reason="we accept nothing"), Receipt)


def test_disputed_evidence_says_so_until_its_own_side_corrects_it() -> None:
    player = commitment()
    player.act(acts.Evidence, LAO, text="the other side accepts all our positions")
    player.act(acts.Dispute, KHM, reason="we accept nothing")
    player.act(acts.Evidence, LAO, text="signed in Vientiane")
    shown = view_text(COMMITMENT.view(player.state))
    assert 'positions"   (disputed by khm-moc: we accept nothing)\n' in shown
    assert 'evidence lao-moc: "signed in Vientiane"\n' in shown
    player.act(acts.Evidence, LAO, text="both sides keep theirs", corrects=2)
    assert "disputed by" not in view_text(COMMITMENT.view(player.state)).split("ledger")[0]


def test_words_beside_an_agreement_travel_also_if_it_closes_the_item() -> None:
    player = commitment()
    player.act(acts.Evidence, LAO, text="signed")
    player.effects.clear()
    player.act(acts.Agree, KHM, note="with the Lao text as it stands")
    assert player.state.closed is not None
    assert {word.office for word in told(player)} == {LAO, KHM}
    for word in told(player):
        assert "with the Lao text as it stands" in word.text and "It is closed out." in word.text
        subject, text = letter(word)
        assert ": closed out [" in subject
        assert 'agrees to the evidence that was given, and writes: "with the Lao text as it stands".' in text
        assert "With this, the matter is closed." in text


def test_an_agreement_that_closes_nothing_yet_says_to_what() -> None:
    player = held()
    player.effects.clear()
    player.act(acts.Agree, KHM, note="but we stayed an hour only")
    [word] = told(player)
    subject, text = letter(word)
    assert ": agreement [" in subject and word.office == LAO
    assert 'agrees to the statement that it was held, and writes: "but we stayed an hour only".' in text
    assert "closed" not in text


def test_the_letter_about_a_dispute_says_what_is_disputed() -> None:
    player = held()
    player.act(acts.Outcome, LAO, text="minutes")
    player.effects.clear()
    player.act(acts.Dispute, KHM, reason="page 2 is missing")
    said = letter(told(player)[0])[1]
    assert "disputes the outcome that was filed. Reason given: page 2 is missing. A new outcome is awaited." in said
    player.effects.clear()
    player.act(acts.Dispute, KHM, reason="nobody came")
    said = letter(told(player)[0])[1]
    assert "disputes the statement that it was held. Reason given: nobody came." in said
    assert "The sides that disagree are asked whether it was held." in said


def test_in_a_dispute_each_side_learns_what_the_other_says() -> None:
    player = held()
    player.act(acts.Dispute, KHM, reason="nobody came")
    player.effects.clear()
    player.act(acts.NotHeld, KHM, reason="the road was closed")
    [word] = told(player)
    subject, text = letter(word)
    assert word.office == LAO and ": not held, disputed [" in subject
    assert "states that it was not held. Reason given: the road was closed. The sides do not say the same yet." in text
    assert "A new date is awaited" not in text
    player.effects.clear()
    player.act(acts.NotHeld, LAO, reason="the road was closed")
    for word in told(player):
        subject, text = letter(word)
        assert "held [" not in subject.replace("not held [", ""), subject
        assert "Reason given: the road was closed. The sides now say the same. A new date is awaited." in text
    assert told(player)


def test_who_is_told_that_a_meeting_was_not_held_learns_that_it_may_be_disputed() -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY))
    player.act(acts.Accept, KHM, proposal=1)
    player.tick(START + 11 * DAY)
    player.effects.clear()
    player.act(acts.NotHeld, LAO)
    for word in told(player):
        assert "Another side may dispute this until a new date is agreed." in letter(word)[1]
    assert isinstance(player.act(acts.Dispute, KHM, reason="we met"), Receipt)


def test_a_mark_alone_closes_nothing_and_the_refusals_say_so() -> None:
    player = held()
    delivered(player)
    refused = player.act(acts.Agree, LAO)
    assert isinstance(refused, Refusal) and "the mark stands on" in refused.message and "closed" not in refused.message
    refused = player.act(acts.Held, KHM)
    assert isinstance(refused, Refusal)
    assert re.match(
        r"on 12 January 2026, 07:00 \(Asia/Vientiane\), lao-moc marked it held on 11 January 2026 \(Vientiane\);",
        refused.message,
    )


def test_an_agreement_is_due_when_the_time_to_object_ends() -> None:
    player = commitment()
    player.act(acts.Evidence, LAO, text="signed")
    [row] = COMMITMENT.view(player.state).awaiting
    assert (row.act, row.due) == ("agree", None), "no mail has gone"
    delivered(player)
    [row] = COMMITMENT.view(player.state).awaiting
    assert row.due == ends_at(player.state) == player.now + SILENCE


def test_while_a_message_waits_the_item_does_not_say_that_it_ends_by_itself() -> None:
    player = commitment()
    player.act(acts.Evidence, LAO, text="signed")
    delivered(player)
    let_pass(player, "message 4 of the inbox, from khm-moc@x.example, waits for a person")
    moment = COMMITMENT.next_moment(player.state)
    assert moment is not None and moment.kind is MomentKind.LOOKS_AGAIN
    assert moment.at - player.now == timedelta(hours=1)
    assert "waits for a person" in COMMITMENT.view(player.state).next_step


def test_express_agreement_says_when_it_stands() -> None:
    plan = plan_of(obligation("c", kind="instrument"), silence="express")
    player = Player(COMMITMENT, opened(plan).commitments[0])
    player.act(acts.Evidence, LAO, text="signed")
    assert "silence  evidence of LAO: stands when KHM agrees" in view_text(COMMITMENT.view(player.state))


def test_one_side_agrees_and_another_is_silent() -> None:
    player = Player(MEETING, meeting(third=True))
    player.act(acts.Held, LAO, on=date_terms(START).slot.start)  # type: ignore[union-attr]
    player.act(acts.Agree, KHM)
    delivered(player)
    let_pass(player)
    assert "silence  mark of LAO: stands; KHM agreed, and VNM did not object" in view_text(MEETING.view(player.state))


def test_words_are_told_of_the_office_that_wrote_them() -> None:
    """A mail of the coordinator with words of its own, and the director general of the same side accepts."""
    player = Player(MEETING, meeting())
    player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY))
    [party] = [each for each in player.state.setup.parties if each.side == "KHM"]
    wrote = UnclearAnswer(
        office=KHM,
        side="KHM",
        proposal=1,
        words="if visas are waived",
        at=START,
        message=acts.Document(name="inbox/1.eml", sha256="0" * 64, size=1),
    )
    player.state = player.state.model_copy(update={"unclear": (wrote,)})
    player.effects.clear()
    player.act(acts.Accept, f"{KHM}-dg", proposal=1)
    [(who, text)] = told(player)[-1].happened.words  # type: ignore[union-attr]
    assert (who, text) == (party.coordinator.title, "if visas are waived")


def test_a_rectification_offers_no_counter_proposal() -> None:
    view = COMMITMENT.view(commitment().state)
    row = {"office": KHM, "act": "answer", "since": START, "due": None, "rung": 1}
    proposal = {"number": 1, "status": "open", "consents": [{"office": LAO}]}
    shown = view.model_validate(view.model_dump() | {"awaiting": [row], "proposals": [proposal]})
    assert "or counter" in commands_of(shown)[0]
    rectifies = shown.model_copy(update={"rectifies": {"item": "t/c", "what": "evidence"}})
    assert "counter" not in commands_of(rectifies)[0]


def filed() -> Player:
    """A meeting on record: LAO has marked it held and filed its outcome, of which KHM has been told."""
    player = held()
    player.act(acts.Outcome, LAO, text="minutes")
    delivered(player)
    return player


def test_evidence_beside_an_outcome_has_a_silence_of_its_own() -> None:
    player = filed()
    player.tick(player.now + SILENCE - DAY)
    player.act(acts.Evidence, LAO, text="KHM accepts all our positions")
    player.act(acts.Agree, LAO)
    delivered(player)
    player.tick(player.now + 2 * DAY)
    assert player.state.closed is None, "KHM has not had its time to object to the evidence"
    [word] = [each for each in told(player)[-1:] if each.office == KHM]
    assert "Unless your side disputes it" in word.text
    assert isinstance(player.act(acts.Agree, KHM), Receipt)
    assert player.state.closed is not None


def test_a_dispute_of_evidence_leaves_the_outcome_under_silence() -> None:
    player = filed()
    player.act(acts.Evidence, LAO, text="KHM accepts all our positions")
    assert isinstance(player.act(acts.Dispute, LAO, reason="a draft", what="evidence"), Refusal)
    assert isinstance(player.act(acts.Dispute, KHM, reason="we accept nothing", what="evidence"), Receipt)
    assert player.state.outcome is not None
    assert [(each.side, each.about) for each in player.state.silences] == [("LAO", "mark"), ("LAO", "outcome")]
    [annex] = player.state.evidence
    assert annex["disputed"]["reason"] == "we accept nothing"
    assert "disputes the evidence: we accept nothing" in told(player)[-1].text
    player.act(acts.Dispute, KHM, reason="a page is missing")
    assert player.state.outcome is None, "without --what, the outcome"
