"""What `why` says: the fate of each notice, and the reason for each that was not sent."""

from datetime import datetime, timedelta

import pytest

from models.items.meeting import MEETING
from models.messages import acts
from models.messages.effects import Settle
from models.post.despatch import DespatchResult, Fate
from models.post.hearing import hear_announcement, hear_awaited, hear_settled
from models.post.post_room_state import PostRoomState
from models.post.why import Told, Untold, family, not_due, not_said, of_item, parts_of, told
from tests.support.builders import DAY, START, Player, date_terms, meeting
from tests.support.post_rooms import DELAYED, HOUR, NOON, REFUSED, SENT, announcement, asked, monday, send, written_to


def looked_at(state: PostRoomState, now: datetime) -> tuple[dict[str, Told], dict[str, Untold]]:
    """By key; what was not sent by its act, which these tests name after the key."""
    decided = told("lao-moc", [], state)
    unsaid = [not_said(state, [each], now) for each in decided]
    return {each.key: each for each in decided}, {
        each.key: reasons[0] for each, reasons in zip(decided, unsaid, strict=True) if reasons
    }


def test_each_fate_is_told_with_its_reason_and_message_id() -> None:
    state = hear_awaited(written_to(), asked("a", NOON + DAY, rung=2), NOON + DAY)
    state = hear_awaited(state, asked("b", NOON + DAY), NOON + DAY)
    state = hear_settled(state, Settle(office="x", item="t/m", keys=("b",)), NOON + DAY)
    state = hear_announcement(state, announcement(0), NOON + DAY)
    state = hear_announcement(state, announcement(1), NOON + DAY)
    content = DespatchResult(fate=Fate.REFUSED, reason="554 content", content=True)
    state, _ = send(state, NOON + DAY, content)
    state, _ = send(state, NOON + DAY + timedelta(seconds=5))
    found, unsaid = looked_at(state, NOON + DAY + HOUR)
    assert {key: (each.fate, each.awaited) for key, each in found.items()} == {
        "first": ("sent", False),
        "a": ("sent", True),
        "b": ("withdrawn", False),
        "u/0": ("merged", False),
        "u/1": ("suppressed", False),
    }
    assert found["a"].message_id == "<1@x.example>" and found["a"].at == NOON + DAY + timedelta(seconds=5)
    assert {key: (each.code, each.reason) for key, each in unsaid.items()} == {
        "b": ("settled", "settled before its letter went"),
        "u/0": ("merged", "overtaken by u/1"),
        "u/1": ("suppressed", "554 content"),
    }


def test_what_waits_says_for_what_and_until_when() -> None:
    friday = NOON + DAY
    state = hear_awaited(written_to(), asked("new", friday), friday)
    state = hear_awaited(state, asked("quiet", friday, quiet=True), friday)
    night = friday + 10 * HOUR
    state = hear_awaited(state, asked("rung", night, rung=2), night)
    state = hear_announcement(state, announcement(0), night)
    found, unsaid = looked_at(state, night)
    assert {each.fate for key, each in found.items() if key != "first"} == {"standing"}
    # The first letter of this week went on the day before; by now a higher rung makes one letter for all of it.
    assert {key: (each.code, each.until) for key, each in unsaid.items()} == {
        "new": ("ceiling", monday(1)),
        "quiet": ("quiet", monday(1)),
        "rung": ("outside-hours", monday(1)),
        "u/0": ("outside-hours", monday(1)),
    }
    assert "one more, higher office" in unsaid["rung"].reason
    later = hear_awaited(written_to(), asked("new", monday(2) + DAY), monday(2) + DAY)
    _, unsaid = looked_at(later, monday(2) + DAY)
    assert (unsaid["new"].code, unsaid["new"].until) == ("despatch-day", monday(3))


def test_what_is_not_reached_is_undeliverable_until_it_is_reached_again() -> None:
    state = hear_awaited(written_to(), asked("new", NOON + DAY), NOON + DAY)
    for _ in range(2):
        state, _ = send(state, monday(1), REFUSED)
    found, unsaid = looked_at(state, monday(1) + HOUR)
    assert found["new"].fate == "returned" and unsaid["new"].code == "undeliverable"
    assert "550 no such user" in unsaid["new"].reason and unsaid["new"].until == monday(1) + DAY
    state, _ = send(state, monday(1) + DAY)
    found, unsaid = looked_at(state, monday(1) + DAY + HOUR)
    assert found["new"].fate == "sent" and "new" not in unsaid
    # A letter that says it again does not get through for a while: it was said all the same.
    state, _ = send(state, monday(2) + DAY, DELAYED)
    assert looked_at(state, monday(2) + DAY)[0]["new"].fate == "returned"
    state, _ = send(state, monday(2) + DAY + HOUR)
    again = looked_at(state, monday(2) + DAY + HOUR)[0]["new"]
    assert (again.fate, again.message_id, again.awaited) == ("sent", SENT.message_id, True)


@pytest.mark.parametrize(
    ("key", "item", "act", "rung"),
    [
        ("t/16.3-jtc/2026/propose-date/2/1/lao-moc-dg", "t/16.3-jtc/2026", "propose-date", 2),
        ("t/17.7-mou/-/evidence/1/3/lao-moc", "t/17.7-mou", "evidence", 1),
        ("t/questions/a.b/-/settle/1/11/lao-moc", "t/questions/a.b", "settle", 1),
        ("t/16.3-jtc/2026/invitation/4/lao-moc", "t/16.3-jtc/2026", "invitation", None),
        ("t/office/lao-moc/-/give-address/1/2/lao-mfa", "t/office/lao-moc", "give-address", 1),
    ],
)
def test_a_key_names_its_item_act_and_rung(key: str, item: str, act: str, rung: int | None) -> None:
    assert parts_of(key) == (item, act, rung)
    assert of_item(item, key) and not of_item(item[:-1], key)
    assert of_item("t/16.3-jtc", key) is item.startswith("t/16.3-jtc/"), "a series answers for its sessions"


def test_rungs_that_were_not_climbed_say_when_or_why_not() -> None:
    player = Player(MEETING, meeting(third=True))
    player.tick(START + 31 * DAY)
    found = {each.office: each for each in not_due(MEETING, player.state)}
    assert (found["lao-moc-dm"].code, found["lao-moc-dm"].rung) == ("not-yet-due", 3)
    assert found["lao-moc-dm"].until == MEETING.next_moment(player.state)[0]  # type: ignore[index]
    assert found["lao-moc-minister"].until == found["lao-moc-dm"].until + 30 * DAY  # type: ignore[operator]
    assert (found["vnm-moc"].code, found["vnm-moc"].rung) == ("third-state", None)
    assert [each.office for each in not_due(MEETING, player.state, "khm-moc-minister")] == ["khm-moc-minister"]
    assert not_due(MEETING, player.state, "khm-moc") == [], "it has been asked"
    key = next(effect.notice.key for effect in player.effects if getattr(effect, "notice", None))
    paused = MEETING.returned(player.state, key, "550", player.now).state
    assert {each.code for each in not_due(MEETING, paused) if each.office.startswith(paused_side(key))} == {"paused"}
    player.tick(START + 100 * DAY)
    codes = {(each.office, each.code) for each in not_due(MEETING, player.state)}
    assert ("lao-moc-minister", "last-rung") in codes and ("vnm-moc", "third-state") in codes


def paused_side(key: str) -> str:
    return key.rpartition("/")[2].partition("-")[0]


def test_where_nothing_is_awaited_it_says_so() -> None:
    player = Player(MEETING, meeting())
    player.act(acts.Propose, "lao-moc", terms=date_terms(START + 40 * DAY))
    player.act(acts.Accept, "khm-moc", proposal=1)
    [asleep] = not_due(MEETING, player.state)
    assert asleep.code == "dormant" and asleep.until == START + 40 * DAY + timedelta(hours=3)
    player.tick(START + 50 * DAY)
    for verb, fields in ((acts.Held, {}), (acts.Outcome, {"text": "x"})):
        player.act(verb, "lao-moc", **fields)
    player.act(acts.Agree, "khm-moc")
    [ended] = not_due(MEETING, player.state)
    assert ended.code == "closed" and not_due(MEETING, player.state, "lao-moc") == []


def test_the_institution_of_an_office() -> None:
    names = {"lao-moc-dg": "lao-moc", "lao-moc-minister": "lao-moc", "lao-moc": "lao-moc", "dm": "dm"}
    assert {name: family(name) for name in names} == names
