"""By when a letter asks for an answer: the time of a rung counts from its letter, and so does this day."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from adapters.working_time import rehearsed_hours
from models.messages.notices import Notice
from models.post.contacts import Contacts
from models.post.despatch import Despatch, DespatchResult, Fate
from models.post.hearing import hear_awaited
from models.post.post_room_state import Bounced, PostRoomState
from models.post.sending import despatched, next_despatch
from models.post.unreached import hear_bounced
from models.rehearsal.world import World
from tests.support.builders import DAY, START, launch_of, meeting, obligation, plan_of

DG, DM = "lao-moc-dg", "lao-moc-dm"


class Told(World):
    """A rehearsal that keeps each letter, also those that say the same again."""

    def _post(self, name: str) -> None:
        self._routine.pop(name, None)
        super()._post(name)

    def _send(self, room: PostRoomState, despatch: Despatch) -> PostRoomState:
        for notice in despatch.notices:
            self.told.append((despatch.at, notice))
        return super()._send(room, despatch)


def lived(closed: int, days: int = 400) -> Told:
    """A meeting about which nobody says anything. The director general is away for `closed` days from day 25 on."""
    away = {(START + (25 + n) * DAY).date().isoformat(): "leave" for n in range(closed)}
    contacts = Contacts.model_validate(
        {
            "organizer": {"name": "S", "address": "s@aide.example"},
            "offices": {DG: {"address": "dg@lao.example", "closed": away}},
        }
    )
    world = Told(launch_of(plan_of(obligation("meet"))), hours=rehearsed_hours(contacts, START + days * DAY))
    world.told: list[tuple[datetime, Notice]] = []  # type: ignore[misc]
    world.run(START + days * DAY)
    return world


def told_to(world: Any, office: str) -> list[tuple[datetime, Notice]]:
    return [(at, notice) for at, notice in world.told if notice.office == office]


def climbed(world: World, office: str) -> datetime:
    return next(each.at for each in world.notices if each.office == office and each.kind == "rung")


@pytest.mark.parametrize("closed", [0, 12, 25, 60])
def test_a_late_letter_asks_for_an_answer_by_the_instant_of_the_next_rung(closed: int) -> None:
    world = lived(closed)
    letters = told_to(world, DG)
    assert {notice.due for _, notice in letters} == {climbed(world, DM)}, "also in the letters that repeat it"
    assert climbed(world, DM) >= START + (25 + closed + 30) * DAY, "it counts from the letter"
    assert letters[0][0] + 29 * DAY < climbed(world, DM), "the office has the time of its rung"
    higher = {notice.due for _, notice in told_to(world, DM)}
    assert higher == {climbed(world, "lao-moc-minister")}, "the rungs above have moved too"


def test_an_office_that_is_written_to_after_the_next_rung_reads_of_the_window_alone() -> None:
    world = lived(330)
    assert climbed(world, DM) < told_to(world, DG)[0][0], "the ladder could not wait"
    assert {notice.due for _, notice in told_to(world, DG)} == {datetime.fromisoformat("2026-12-31T17:00:00Z")}


def room(edition: int = 1) -> PostRoomState:
    address = meeting().setup.post_room("lao-moc").model_copy(update={"side": "", "edition": edition})
    return PostRoomState(address=address)


def notice(**more: Any) -> Notice:
    given = {"key": "t/m/1", "item": "t/m", "ref": "1.1", "title": "M", "act": "propose a date", "side": "LAO"}
    fields = {"office": "lao-moc", "office_title": "C", "rung": 1, "since": START, "at": START, "due": START + 30 * DAY}
    return Notice.model_validate({**given, **fields, "acknowledged": True, **more})


def first_letter(state: PostRoomState, at: datetime) -> Notice:
    despatch = next_despatch(state.model_copy(update={"letter_at": at}), at)
    assert despatch is not None
    return despatch.notices[0]


@pytest.mark.parametrize(
    ("more", "waited", "due"),
    [
        ({}, timedelta(hours=16), 30 * DAY),
        ({}, 5 * DAY, 35 * DAY),
        ({}, 40 * DAY, 70 * DAY),
        ({"latest": START + 33 * DAY}, 5 * DAY, 33 * DAY),
        ({"latest": START + 33 * DAY}, 40 * DAY, None),
        ({"latest": START + 33 * DAY, "ends": START + 60 * DAY}, 40 * DAY, 60 * DAY),
        ({"latest": START + 33 * DAY, "ends": START + 35 * DAY}, 40 * DAY, None),
        ({"acknowledged": False}, 5 * DAY, 30 * DAY),
        ({"acknowledged": False}, 40 * DAY, None),
        ({"acknowledged": False, "quiet": True}, 40 * DAY, 30 * DAY),
        ({"due": None}, 40 * DAY, None),
    ],
)
def test_what_the_first_letter_tells(more: dict[str, Any], waited: timedelta, due: timedelta | None) -> None:
    told = first_letter(hear_awaited(room(), notice(**more), START), START + waited)
    assert told.due == (None if due is None else START + due)


def test_a_post_room_of_an_older_release_tells_what_the_item_has_said() -> None:
    assert first_letter(hear_awaited(room(edition=0), notice(), START), START + 40 * DAY).due == START + 30 * DAY


def test_a_letter_that_came_back_counts_when_it_goes_again() -> None:
    state = hear_awaited(room(), notice(), START).model_copy(update={"letter_at": START + 3 * DAY})
    despatch = next_despatch(state, START + 3 * DAY)
    assert despatch is not None and despatch.notices[0].due == START + 33 * DAY
    sent = DespatchResult(fate=Fate.SENT, message_id="<1@x.example>")
    state = despatched(state, despatch, sent, START + 3 * DAY).state
    assert first_letter(state, START + 20 * DAY).due == START + 33 * DAY, "what was told once stays"
    state = hear_bounced(state, Bounced(message_id="<1@x.example>", reason="5.1.1"), START + 4 * DAY).state
    assert first_letter(state, START + 9 * DAY).due == START + 39 * DAY
