"""What operators read in the Temporal UI: current details, summaries of timers and of activities."""

import re
from datetime import timedelta
from typing import Any

from models.items.meeting import MEETING
from models.messages import acts
from models.post.letter_day import waits_for
from models.post.office_hours import Hours, Span
from models.post.post_room_state import PostRoomState, StandingReminder, note, recorded
from models.post.sending import next_despatch, sends
from tests.support.builders import DAY, START, Player, date_terms, meeting, obligation
from tests.support.post_rooms import reminder
from tests.support.worlds import KHM, LAO, Life, amend
from workflows.details import details_of, post_room_details

LIST = re.compile(r"^- ", re.MULTILINE)


def stands_as_a_list(page: str) -> bool:
    """The UI takes lines for a list only after an empty line: before each there is another of its list, or none."""
    lines = page.split("\n")
    return all(
        lines[n - 1] == "" or lines[n - 1].startswith("- ") for n, line in enumerate(lines) if line.startswith("- ")
    )


def test_the_page_of_a_meeting_says_what_is_awaited_of_whom_and_what_comes_next() -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, "lao-moc", terms=date_terms(START + 40 * DAY))
    page = details_of(MEETING, player.state)
    assert page.startswith("**1.1 Title m**: consent to a proposal is awaited.\n\nProvision 1.1 of the Test plan.")
    assert re.search(
        r"\*\*Awaited\*\*\n\n- khm-moc \(Cambodian coordinator\) to answer proposal 1 .*; asked since 1 ", page
    )
    assert "\n\n**Next:** Cambodian director general awaited from 31 January 2026.\n\n" in page
    assert stands_as_a_list(page) and LIST.search(page)


def test_the_timer_names_every_office_that_is_awaited_from_then() -> None:
    player = Player(MEETING, meeting())
    sentence = MEETING.sentence(player.state)
    assert sentence == "1.1 m: Lao director general and Cambodian director general awaited from 31 January 2026"


def test_the_words_of_others_are_no_markup_of_the_page() -> None:
    player = Player(MEETING, meeting(title="<b>*JTC*</b> [here](http://x.example)"))
    page = details_of(MEETING, player.state)
    assert r"\<b\>\*JTC\*\</b\> \[here\](http://x.example)" in page and "[here]" not in page.replace(r"\[", "")


def test_the_page_of_the_plan_shows_an_open_amendment_and_one_in_force() -> None:
    life = Life(obligation("m"), obligation("n"))
    assert life.act("t", acts.Propose, LAO, terms=amend("drop", "n")) is None
    page = details_of(life.machine("t"), life.plan)
    assert page.startswith("**Test plan**: it is in force.")
    assert "**Awaited**\n\n- khm-mfa (Cambodian coordinator) to answer proposal 1" in page
    assert life.act("t", acts.Accept, KHM, proposal=1) is None
    page = details_of(life.machine("t"), life.plan)
    assert "Awaited" not in page and "**Amendments in force**\n\n- 1: dropping n from the plan, since " in page
    assert stands_as_a_list(page)


def room(**more: Any) -> PostRoomState:
    life = Life(obligation("m")).pass_on(timedelta(minutes=1))
    state: PostRoomState = life.world.rooms["t/office/lao-moc"]
    return state.model_copy(update=more)


def test_the_post_room_says_when_it_writes_next_or_tries_again() -> None:
    state = room()
    assert state.letter_at is not None
    words = "Next letter to Coordinator, Ministry MOC, Lao PDR on 8 January 2026"
    assert waits_for(state, state.letter_at) == words
    page = post_room_details(state)
    assert "**Next letter:** 8 January 2026" in page and stands_as_a_list(page)
    held = room(hold_until=START + DAY, unreachable="no address")
    assert waits_for(held, START + DAY) == "Next attempt to reach Coordinator, Ministry MOC, Lao PDR on 2 January 2026"
    assert "**Nothing reaches this office:** no address." in post_room_details(held)


def test_the_post_room_says_until_when_its_office_is_closed() -> None:
    opens = START + 3 * DAY
    hours = Hours(open=(Span(start=opens, end=opens + DAY),), letters=(), renew=START + 30 * DAY)
    assert "**The office is closed** until 4 January 2026, 07:00." in post_room_details(room(hours=hours), START)
    assert "closed" not in post_room_details(room(hours=hours), opens)


def test_activities_of_the_post_room_say_what_goes_and_what_is_recorded() -> None:
    state = room(standing={key: each.model_copy(update={"sent": False}) for key, each in room().standing.items()})
    assert state.letter_at is not None
    letter = next_despatch(state, state.letter_at)
    assert letter is not None
    assert sends(letter) == "letter to Coordinator, Ministry MOC, Lao PDR: 1 act is awaited of it"
    for fate, key in (("sent", "a"), ("sent", "b"), ("withdrawn", "c")):
        state = note(state, START, fate, key, "")
    new = state.pending[-3:]
    assert recorded(new) == "record: 2 sent, 1 withdrawn" and recorded(new[:1]) == "record: sent: a"


def test_the_page_of_a_post_room_says_which_reminders_wait_and_for_which_mail() -> None:
    word = reminder(START + 20 * DAY)
    waits = StandingReminder(word=word, heard=START)
    page = post_room_details(room(reminders={"u": waits}))
    assert "**Reminders that wait**\n\n- 1.1 M, 21 January 2026, 07:00 (in the next letter)" in page
    alone = room(reminders={"u": waits}, letter_at=None, standing={})
    assert "07:00 (in a mail of its own from 1 January 2026, 07:00)" in post_room_details(alone)
    said = waits.model_copy(update={"sent": True})
    assert "Reminders" not in post_room_details(room(reminders={"u": said})) and stands_as_a_list(page)
