"""After a rewind: Temporal is put back to an older state, and the record, the mail and the calendar are ahead of it."""

import asyncio
import dataclasses
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.enter import RecordActivities
from adapters.files import record_file
from adapters.files.record_file import read_record, read_rewinds, read_whole_record, record_path
from adapters.settings import Settings
from models.messages.record_lines import RecordEntries
from tests.support.record_lines import ITEM, entries, line, when


async def enter(root: Path, what: RecordEntries, minutes: float) -> None:
    """As a worker runs it, for lines that were handed over at that minute."""
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, scheduled_time=when(minutes))
    settings = Settings(_env_file=None, record=root)  # type: ignore[call-arg]
    await environment.run(RecordActivities(settings).enter, what)


async def refused(root: Path, what: RecordEntries, minutes: float) -> str:
    before = record_path(root, ITEM).read_bytes()
    with pytest.raises(ApplicationError) as caught:
        await enter(root, what, minutes)
    assert caught.value.type == "RecordDamaged" and not caught.value.non_retryable
    assert record_path(root, ITEM).read_bytes() == before
    return str(caught.value)


OLD = [line(n, n) for n in range(1, 6)]
"""What stood in the file when Temporal was put back to its state after line 2."""


@pytest.fixture
async def root(tmp_path: Path) -> Path:
    await enter(tmp_path, entries(*OLD), 5)
    return tmp_path


async def test_other_lines_take_the_place_of_those_that_temporal_has_lost(root: Path) -> None:
    await enter(root, entries(line(3, 10, "otherwise"), previous=OLD[1]), 10)
    await enter(root, entries(line(4, 11), line(5, 11), previous=line(3, 10, "otherwise")), 11)
    assert read_record(root, ITEM) == [*OLD[:2], line(3, 10, "otherwise"), line(4, 11), line(5, 11)]
    whole = read_whole_record(root, ITEM)
    assert whole[:5] == OLD, "every line stays"
    [marker] = read_rewinds(root, ITEM)
    assert whole[5] == marker and marker["data"] == {"from": 3, "to": 5} and "lines 3 to 5" in marker["text"]
    assert marker["at"] == "2026-03-01T00:10:00Z" and "n" not in marker


async def test_a_repeat_after_a_rewind_changes_nothing(root: Path) -> None:
    new = entries(line(3, 10, "otherwise"), line(4, 10), previous=OLD[1])
    await enter(root, new, 10)
    before = record_path(root, ITEM).read_bytes()
    await enter(root, new, 10)
    await enter(root, entries(*OLD[:2]), 2)
    assert record_path(root, ITEM).read_bytes() == before


async def test_the_same_act_done_again_is_another_line(root: Path) -> None:
    """The text is the same, the instant is not."""
    again = line(3, 10, OLD[2]["text"])
    await enter(root, entries(again, previous=OLD[1]), 10)
    assert read_record(root, ITEM) == [*OLD[:2], again]
    assert len(read_rewinds(root, ITEM)) == 1


async def test_a_late_duplicate_of_what_was_set_aside_stays_dead(root: Path) -> None:
    await enter(root, entries(line(3, 10, "otherwise"), previous=OLD[1]), 10)
    assert "only what is later takes its place" in await refused(root, entries(OLD[2], previous=OLD[1]), 3)
    assert "does not follow" in await refused(root, entries(OLD[3], OLD[4], previous=OLD[2]), 4)
    assert "gap" in await refused(root, entries(line(6, 6), previous=OLD[4]), 6)
    assert len(read_rewinds(root, ITEM)) == 1


async def test_a_line_that_was_never_written_comes_too_late(root: Path) -> None:
    """A worker hung with it since before; the item has gone on meanwhile, and has reached the same number."""
    await enter(root, entries(*(line(n, 10) for n in (3, 4, 5)), previous=OLD[1]), 10)
    assert "does not follow" in await refused(root, entries(line(6, 6), previous=OLD[4]), 6)


async def test_the_database_that_was_replaced_does_not_come_back_unseen(root: Path) -> None:
    """Two lives must not be mixed: what follows a line that was set aside is refused, however late."""
    await enter(root, entries(*(line(n, 10) for n in (3, 4, 5)), previous=OLD[1]), 10)
    assert 'remembers "said" of 2026-03-01T00:05:00Z' in await refused(root, entries(line(6, 20), previous=OLD[4]), 20)
    assert "does not follow" in await refused(root, entries(line(5, 20), previous=OLD[3]), 20)


async def test_what_is_not_proved_to_be_later_is_refused(root: Path) -> None:
    for minutes in (4, 5):
        assert "already stands" in await refused(root, entries(line(3, 10, "x"), previous=OLD[1]), minutes)
    assert "already stands" in await refused(root, entries(line(3, 10, "x")), 10), "what came before is not known"
    foreign = line(2, 2, "of another item")
    assert "does not follow" in await refused(root, entries(line(3, 10, "x"), previous=foreign), 10)
    assert "does not follow" in await refused(root, entries(line(6, 10, "x"), previous=foreign), 10)


@pytest.mark.parametrize(
    "damage",
    [
        b'{"n": 3}\n{"n": 4}\n{"n": 5}\n',
        b'{"n": 3, "at": "yesterday"}\n',
        b'{"n": 3, "at": 7}\n',
        b'{"n": 3, "at": "2026-03-01T00:03:00"}\n',
        b"garbage\n",
        b'{"verb": "rewound"}\n',
        b'{"verb": "rewound", "data": {"from": "3"}}\n',
        b"[3]\n",
    ],
)
async def test_a_damaged_file_is_no_rewind(tmp_path: Path, damage: bytes) -> None:
    await enter(tmp_path, entries(*OLD[:2]), 2)
    with record_path(tmp_path, ITEM).open("ab") as file:
        file.write(damage)
    await refused(tmp_path, entries(line(3, 10), previous=OLD[1]), 10)


async def test_an_item_that_is_opened_again_begins_its_record_again(root: Path) -> None:
    again = line(1, 10)
    await refused(root, entries({**again, "text": "another item opened"}), 10)
    await refused(root, entries({**again, "verb": "launched"}), 10)
    await refused(root, entries({**again, "data": {"ref": "9.9"}}), 10)
    await enter(root, entries(again), 10)
    assert read_record(root, ITEM) == [again]


async def test_a_post_room_begins_its_ledger_again_with_whatever_comes_first(tmp_path: Path) -> None:
    first, other = (
        {**line(1, at, verb), "verb": verb, "office": "lao-moc"} for at, verb in ((1, "sent"), (9, "merged"))
    )
    await enter(tmp_path, entries(first), 1)
    await refused(tmp_path, entries({**other, "office": "khm-moc"}), 9)
    await enter(tmp_path, entries(other), 9)
    assert read_record(tmp_path, ITEM) == [other]


async def test_lines_of_before_in_one_breath_with_a_new_one(root: Path) -> None:
    """What was decided before the cut and after it may be handed over together."""
    await enter(root, entries(OLD[2], line(4, 10, "otherwise"), previous=OLD[1]), 10)
    assert read_record(root, ITEM) == [*OLD[:3], line(4, 10, "otherwise")]


async def test_a_crash_while_a_rewind_is_written(root: Path) -> None:
    new = entries(line(3, 10, "otherwise"), line(4, 10), previous=OLD[1])
    path = record_path(root, ITEM)
    before = path.read_bytes()
    await enter(root, new, 10)
    whole = path.read_bytes()
    for end in range(len(before), len(whole)):
        path.write_bytes(whole[:end])
        await enter(root, new, 10)
        assert read_record(root, ITEM) == [*OLD[:2], line(3, 10, "otherwise"), line(4, 10)]
        assert len(read_rewinds(root, ITEM)) == 1


async def test_many_workers_rewind_once(root: Path) -> None:
    new = entries(line(3, 10, "otherwise"), line(4, 10), previous=OLD[1])
    late = entries(OLD[2], OLD[3], previous=OLD[1])
    await asyncio.gather(*(enter(root, what, at) for what, at in [(new, 10), (late, 3)] * 5), return_exceptions=True)
    assert read_record(root, ITEM) == [*OLD[:2], line(3, 10, "otherwise"), line(4, 10)]
    assert len(read_rewinds(root, ITEM)) == 1


async def test_after_many_rewinds_a_long_file_is_read_from_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_file, "_BLOCK", 300)
    life = [line(n, n) for n in range(1, 60)]
    await enter(tmp_path, entries(*life), 60)
    for turn in range(1, 9):
        kept = 50 - 6 * turn  # each time further back than before
        new = [line(n, 60 + turn, f"life {turn}") for n in range(kept + 1, kept + 9)]
        await enter(tmp_path, entries(*new[:4], previous=life[kept - 1]), 60 + turn)
        await enter(tmp_path, entries(*new[4:], previous=new[3]), 60 + turn)
        life = [*life[:kept], *new]
        assert read_record(tmp_path, ITEM) == life
    assert len(read_rewinds(tmp_path, ITEM)) == 8
