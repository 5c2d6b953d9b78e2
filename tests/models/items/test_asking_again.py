"""An invitation that goes to one guest once more: its DTSTAMP is newer than that of every version before."""

from typing import Any

from models.messages import acts
from models.messages.calendar_event import PartStat
from models.messages.notices import Announcement, AnnouncementKind
from tests.support.builders import DAY, START, Player, date_terms
from tests.support.mail_answers import MAIL, reply, said
from tests.support.meetings import KHM, LAO, VNM, events, proposed


def ask(player: Player, message: str = "ab") -> Announcement:
    """The secretariat asks an office what its letter means."""
    document = MAIL.model_copy(update={"sha256": message * 32})
    fields: dict[str, Any] = {"words": "We shall see.", "message": document, "number": 7}
    player.act(acts.AskBack, KHM, **fields)
    return said(player, AnnouncementKind.QUESTION)[-1]


def stamps(*words: Announcement) -> list[Any]:
    return [word.event.dtstamp for word in words if word.event]


def test_a_question_carries_a_newer_invitation_and_the_meeting_keeps_its_stamp() -> None:
    player = proposed()
    first = said(player, AnnouncementKind.INVITATION)[-1]
    questions = ask(player), ask(player, "cd")
    found = stamps(first, *questions)
    assert found == sorted(set(found)), "a calendar program takes none of them for an old one"
    assert player.state.event.dtstamp == found[-1]
    player.act(acts.Accept, KHM, proposal=1)
    assert stamps(said(player, AnnouncementKind.INVITATION)[-1])[0] > found[-1]


def test_a_question_shows_the_guest_without_an_answer_and_changes_no_calendar() -> None:
    player = proposed(third=True)
    reply(player, VNM, PartStat.TENTATIVE)
    reply(player, KHM, PartStat.TENTATIVE)
    before = events(player)
    question = ask(player)
    assert question.event is not None and events(player) == before
    shown = {each.office: each.partstat for each in question.event.attendees}
    assert shown[KHM] is PartStat.NEEDS_ACTION and question.event.sequence == player.state.event.sequence
    assert {each.office for each in player.state.event.attendees} == {LAO, KHM, VNM}


def test_both_ways_of_asking_again_send_the_same_event() -> None:
    player = proposed()
    player.act(acts.Propose, LAO, terms=date_terms(START + 10 * DAY, place="Pakse"))
    reply(player, KHM, sequence=0)
    again = said(player, AnnouncementKind.INVITATION)[-1]
    question = ask(player)
    assert again.event is not None and question.event is not None
    assert again.event.dtstamp < question.event.dtstamp
    assert again.event.model_copy(update={"dtstamp": question.event.dtstamp}) == question.event
