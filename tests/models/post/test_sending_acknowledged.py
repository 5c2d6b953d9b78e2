"""What a side has put on record: the post room tells the item when the mail has gone, and when it came back."""

from datetime import timedelta

from models.messages.effects import Settle
from models.messages.notices import Announcement, AnnouncementKind, Happened
from models.post.despatch import Despatch, DespatchResult, Fate
from models.post.hearing import hear_announcement, hear_settled
from models.post.post_room_state import Bounced, Delivered, Returned
from models.post.sending import begun, despatched, next_despatch
from models.post.unreached import hear_bounced
from tests.support.builders import START
from tests.support.post_rooms import announcement, courteous, room

SENT = DespatchResult(fate=Fate.SENT, message_id="<1@x.example>")


def word(n: int) -> Announcement:
    bare = announcement(n).model_copy(update={"event": None, "item": "t/m"})
    return bare.model_copy(update={"key": f"t/m/outcome/{n}/lao-moc", "acknowledges": (f"t/m/outcome/{n}/lao-moc",)})


def test_the_item_learns_that_its_mail_has_gone_and_that_it_came_back() -> None:
    state = hear_announcement(room(), word(1), START)
    despatch = next_despatch(state, START)
    assert despatch is not None
    refused = despatched(state, despatch, DespatchResult(fate=Fate.DELAYED, reason="no route"), START)
    assert not any(isinstance(effect, Delivered) for effect in refused.effects)
    step = despatched(state, despatch, SENT, START)
    assert step.effects == (Delivered(item="t/m", key=word(1).key, at=START),)
    back = hear_bounced(step.state, Bounced(message_id="<1@x.example>", reason="550"), START)
    assert Returned(item="t/m", key=word(1).key, reason="550") in back.effects
    again = next_despatch(back.state, START)
    assert again is not None and again.announcement is not None and again.announcement.key == word(1).key
    assert despatched(back.state, again, SENT, START).effects[-1] == Delivered(item="t/m", key=word(1).key, at=START)


def test_what_is_on_record_is_not_lost_among_other_words() -> None:
    other = announcement(3).model_copy(update={"event": None, "item": "t/m", "key": "t/m/call/3/lao-moc"})
    state = hear_announcement(hear_announcement(courteous(), word(1), START), other, START)
    assert [each.key for each in state.queue] == [word(1).key, other.key]
    [newest] = hear_announcement(hear_announcement(courteous(), word(1), START), word(2), START).queue
    assert newest.acknowledges == (word(2).key,), "the newer one tells the record as it is now"


def test_a_late_bounce_of_what_is_on_record_is_heard() -> None:
    state = hear_announcement(room(), word(1), START)
    despatch = next_despatch(state, START)
    assert despatch is not None
    state = despatched(state, despatch, SENT, START).state
    for n in range(2, 60):
        state = hear_announcement(state, announcement(n).model_copy(update={"event": None}), START)
        despatch = next_despatch(state, START)
        assert despatch is not None
        result = SENT.model_copy(update={"message_id": f"<{n}@x.example>"})
        state = despatched(state, despatch, result, START).state
    back = hear_bounced(state, Bounced(message_id="<1@x.example>", reason="550"), START)
    assert Returned(item="t/m", key=word(1).key, reason="550") in back.effects


def test_what_is_refused_for_its_content_is_told_to_the_item() -> None:
    state = hear_announcement(room(), word(1), START)
    despatch = next_despatch(state, START)
    assert despatch is not None
    refused = DespatchResult(fate=Fate.REFUSED, reason="554 spam", content=True)
    assert despatched(state, despatch, refused, START).effects == (
        Returned(item="t/m", key=word(1).key, reason="554 spam"),
    )


def test_what_is_on_record_is_told_also_when_the_item_is_closed() -> None:
    state = hear_announcement(room(), word(1), START)
    closed = hear_settled(state, Settle(office="lao-moc", item="t/m", closed=True), START)
    assert [each.key for each in closed.queue] == [word(1).key]


def said(n: int, about: str, **more: object) -> Announcement:
    return word(n).model_copy(update={"silence": timedelta(days=14), "about": about, **more})


def test_each_thing_in_one_mail_has_a_silence_of_its_own() -> None:
    """A mark, an outcome and a correction of each, all at night: the mail in the morning begins both silences."""
    state = courteous(edition=1)
    for n, about in enumerate(("mark", "outcome", "outcome", "mark"), start=1):
        state = hear_announcement(state, said(n, about), START)
    [mail] = state.queue
    assert mail.acknowledges == tuple(word(n).key for n in range(1, 5))
    assert (mail.silence, mail.about) == (timedelta(days=14), "outcome"), "it says that the matter is closed"
    despatch = Despatch(
        key="d",
        plan="t",
        plan_title="T",
        office="lao-moc",
        office_title="C",
        at=START,
        announcement=mail,
        period=timedelta(days=7),
    )
    effects = despatched(begun(state, despatch), despatch, SENT, START).effects
    assert {each.key for each in effects if isinstance(each, Delivered)} == set(mail.acknowledges)


def test_nobody_is_told_to_object_to_what_is_closed_or_was_not_held() -> None:
    agreed = Happened(verb="agree", closed=True)
    closed = word(2).model_copy(update={"acknowledges": (), "final": True, "happened": agreed})
    [mail] = hear_announcement(hear_announcement(courteous(edition=1), said(1, "outcome"), START), closed, START).queue
    assert mail.silence is None and mail.acknowledges == (word(1).key,) and mail.final and len(mail.earlier) == 1
    not_held = word(2).model_copy(update={"acknowledges": (), "happened": Happened(verb="not_held")})
    [mail] = hear_announcement(hear_announcement(courteous(edition=1), said(1, "mark"), START), not_held, START).queue
    assert mail.silence is None
    still = not_held.model_copy(update={"happened": Happened(verb="not_held", dispute="stands")})
    queue = hear_announcement(hear_announcement(courteous(edition=1), said(1, "mark"), START), still, START).queue
    assert [each.silence for each in queue] == [timedelta(days=14), None]
    cancelled = announcement(2, AnnouncementKind.CANCELLATION).model_copy(
        update={"item": "t/m", "happened": Happened(verb="not_held")}
    )
    queue = hear_announcement(hear_announcement(courteous(edition=1), said(1, "mark"), START), cancelled, START).queue
    assert [each.silence for each in queue] == [None, None], "an event goes in a mail of its own"


def test_a_mail_that_waits_while_its_item_is_closed_asks_for_no_objection() -> None:
    state = hear_announcement(courteous(edition=1), said(1, "evidence"), START)
    [mail] = hear_settled(state, Settle(office="lao-moc", item="t/m", closed=True), START).queue
    assert mail.silence is None and mail.acknowledges == (word(1).key,)
