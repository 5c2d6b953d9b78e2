"""However much is said to one office, its post room fits into a Temporal payload."""

import gc
from typing import Any

from pydantic import BaseModel

from models.messages.notices import (
    Announcement,
    AnnouncementKind,
    Happened,
    Line,
    Notice,
    Proposed,
    Said,
    Section,
    SideAnswer,
)
from models.post import capacity
from models.post.capacity import (
    EARLIER_KEPT,
    LARGEST_QUEUE,
    LARGEST_SENT,
    LARGEST_TOGETHER,
    SHORTENED,
    cut,
    fitting_announcement,
    fitting_notice,
    fitting_sent,
    shortened,
    size_of,
)
from models.post.despatch import DespatchResult, Fate
from models.post.hearing import hear_announcement, hear_awaited
from models.post.post_room_state import SentMail, StandingNotice
from models.post.sending import despatched, next_despatch
from tests.support.builders import START
from tests.support.post_rooms import announcement, courteous, notice, room

EMOJI = "\U0001f642"
"""Four bytes in UTF-8: the longest that a character can be."""
PAYLOAD = 2_000_000
LONG = EMOJI * 1000


def proposed(number: int) -> Proposed:
    return Proposed(number=number, topic="date", by="Coordinator", side="Lao", place=EMOJI * 200, reason=LONG)


def long_notice(n: int) -> Notice:
    return notice(f"t/m{n}/-/answer/1/1/lao-moc", item=f"t/m{n}").model_copy(
        update={"proposal": proposed(n), "act": f"answer: {LONG}"}
    )


def word(n: int, item: str = "t/m", **more: Any) -> Announcement:
    """Words alone, without an event."""
    bare = announcement(n, AnnouncementKind.ANSWER).model_copy(update={"event": None, "version": "", "item": item})
    return bare.model_copy(update={"key": f"{item}/answer/{n}/lao-moc", "text": f"{n} {LONG}", **more})


def listed(notes: int) -> Announcement:
    """The list of a status round: so many items, each with two notes of 240 characters."""
    answers = tuple(SideAnswer(who=who, state="limited", note="ລ" * 240) for who in ("Lao", "Cambodian"))
    lines = tuple(Line(ref="1.1", title="x" * 100, name=f"m{n}", answers=answers) for n in range(notes))
    section = Section(pillar="I", article="1", lines=lines)
    return word(1, "t", kind=AnnouncementKind.ROUND, text="Status round 2026", lists=(section,))


def test_what_is_short_is_kept_as_it_is() -> None:
    short, few = notice("k"), word(1, text="It was held.")
    assert fitting_notice(short, dict.fromkeys(map(str, range(200)))) == short
    assert fitting_announcement(few, tuple(word(n) for n in range(2, 80))) == few
    assert fitting_notice(long_notice(1), {}) == long_notice(1), "the first may be long"
    assert fitting_announcement(listed(200), ()) == listed(200), "a list of 200 items goes whole"


def test_long_words_are_cut_and_names_are_not() -> None:
    long = word(1, key="k" * 300, happened=Happened(verb="propose", proposal=proposed(1)), text="x" * 500)
    found = shortened(long)
    assert found.key == long.key and found.text == f"{'x' * SHORTENED} [...]"
    assert found.happened is not None and found.happened.proposal is not None
    assert found.happened.proposal.reason == f"{EMOJI * (SHORTENED // 4)} [...]"
    assert cut("x" * SHORTENED) == "x" * SHORTENED and cut(f"x{EMOJI}", 3) == "x [...]", "whole characters"
    fields = long_notice(1).model_copy(update={"proposal": proposed(1).model_copy(update={"fields": (("a", LONG),)})})
    short = shortened(fields).proposal
    assert short is not None and short.fields == (("a", f"{EMOJI * (SHORTENED // 4)} [...]"),)


def test_of_many_messages_about_one_item_the_last_go_and_the_older_are_counted() -> None:
    room_now = courteous()
    for n in range(1, 101):
        room_now = hear_announcement(room_now, word(n, text=f"{n}"), START)
    [waiting] = room_now.queue
    assert waiting.text == "100" and waiting.left_out == 100 - 1 - EARLIER_KEPT
    assert [said.text for said in waiting.earlier] == [str(n) for n in range(100 - EARLIER_KEPT, 100)]


def test_a_post_room_of_a_plan_in_seconds_gathers_too_once_very_much_waits() -> None:
    room_now = room()
    for n in range(1, 1001):
        room_now = hear_announcement(room_now, word(n, f"t/m{n % 3}", text=f"{n}"), START)
    assert len(room_now.queue) < 110
    assert sum(1 + len(each.earlier) + each.left_out for each in room_now.queue) == 1000, "each is counted"


def test_the_announcements_that_may_go_again_are_bounded() -> None:
    big = listed(200)
    mails = tuple(SentMail(message_id=f"<{n}@x.example>", keys=("k",), announcement=big) for n in range(8))
    kept = fitting_sent(mails, {})
    assert [mail.announcement is not None for mail in kept] == [False] * 7 + [True]
    assert [mail.message_id for mail in kept] == [mail.message_id for mail in mails]
    assert sum(size_of(mail.announcement) for mail in kept if mail.announcement) <= LARGEST_SENT
    standing = {f"{n}": StandingNotice(notice=long_notice(n), heard=START) for n in range(150)}
    assert sum(map(size_of, standing.values())) > LARGEST_TOGETHER
    assert not any(mail.announcement for mail in fitting_sent(mails, standing))


def test_a_size_is_that_of_the_json_and_is_forgotten_with_its_value() -> None:
    def counted(value: BaseModel) -> int:
        return len(value.model_dump_json().encode())

    values = [word(1), listed(3), StandingNotice(notice=long_notice(1), heard=START)]
    changed = [each.model_copy() for each in values]
    changed[0] = word(1).model_copy(update={"earlier": (Said(text=EMOJI),)})
    for each in (*values, *changed, *values):
        assert size_of(each) == counted(each)
    before = len(capacity._SIZES)
    del values, changed, each
    gc.collect()
    assert len(capacity._SIZES) <= before - 6
    for n in range(200):  # identities come again
        value = word(n, text="x" * n)
        assert size_of(value) == counted(value)


def test_no_flood_fills_a_post_room() -> None:
    """Two hundred items, each with six long proposals, while no mail goes out; then every mail is taken."""
    room_now = courteous()
    for n in range(1200):
        room_now = hear_awaited(room_now, long_notice(n), START)
    for n in range(1000):
        room_now = hear_announcement(room_now, word(n, f"t/m{n % 200}"), START)
        if n % 200 == 0:
            room_now = hear_announcement(room_now, listed(200).model_copy(update={"key": f"round/{n}"}), START)
    assert len(room_now.standing) == 1200 and size_of(room_now.model_copy(update={"pending": ()})) < PAYLOAD
    assert sum(map(size_of, room_now.queue)) < LARGEST_QUEUE + 400_000
    assert room_now.hours is not None
    now = room_now.hours.next_open(START)
    for n in range(300):
        despatch = next_despatch(room_now, now)
        if despatch is None:
            break
        assert size_of(despatch) < PAYLOAD
        result = DespatchResult(fate=Fate.SENT, message_id=f"<{room_now.composed}@x.example>")
        room_now = despatched(room_now, despatch, result, now).state
        assert n % 20 or size_of(room_now.model_copy(update={"pending": ()})) < PAYLOAD
    assert not room_now.queue
