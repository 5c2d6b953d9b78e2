"""The append-only record: numbered lines, identical repeats, torn ends, several writers."""

import asyncio
import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.enter import RecordActivities
from adapters.files import record_file
from adapters.files.record_file import read_record, record_path, recorded_items
from adapters.settings import Settings
from models.messages.record_lines import RecordEntries, bare

ITEM = "lao-khm/16.3-jtc/2026"


def line(n: int, text: str = "ກອງປະຊຸມ") -> dict[str, Any]:
    return {"n": n, "text": text}


async def enter(root: Path, *lines: dict[str, Any], item: str = ITEM, plan: str = "lao-khm") -> None:
    settings = Settings(_env_file=None, record=root)  # type: ignore[call-arg]
    entries = RecordEntries(plan=plan, item=item, lines=lines)
    await ActivityEnvironment().run(RecordActivities(settings).enter, entries)


async def refused(root: Path, *lines: dict[str, Any], mendable: bool = False, **more: str) -> str:
    with pytest.raises(ApplicationError) as caught:
        await enter(root, *lines, **more)
    assert caught.value.non_retryable is not mendable
    return str(caught.value)


async def test_lines_are_appended_one_json_object_each(tmp_path: Path) -> None:
    await enter(tmp_path, line(1))
    await enter(tmp_path, line(2, "a\r\nb\u2028c"), line(3))
    path = tmp_path / "lao-khm" / "16.3-jtc" / "2026.jsonl"
    text = path.read_bytes().decode()
    written = [bare(json.loads(each)) for each in text.split("\n")[:-1]]
    assert written == [line(1), line(2, "a\r\nb\u2028c"), line(3)]
    assert "ກອງປະຊຸມ" in text  # legible, not escaped
    assert read_record(tmp_path, ITEM) == [line(1), line(2, "a\r\nb\u2028c"), line(3)]


async def test_an_identical_repeat_changes_nothing(tmp_path: Path) -> None:
    await enter(tmp_path, line(1), line(2))
    before = record_path(tmp_path, ITEM).read_bytes()
    await enter(tmp_path, line(1), line(2))
    await enter(tmp_path, {"text": "ກອງປະຊຸມ", "n": 2})  # the order of keys says nothing
    await enter(tmp_path)
    assert record_path(tmp_path, ITEM).read_bytes() == before
    await enter(tmp_path, line(2), line(3))
    assert [each["n"] for each in read_record(tmp_path, ITEM)] == [1, 2, 3]


async def test_another_line_under_a_number_or_a_gap_is_refused(tmp_path: Path) -> None:
    await enter(tmp_path, line(1), line(2))
    before = record_path(tmp_path, ITEM).read_bytes()
    message = await refused(tmp_path, line(2, "other"), mendable=True)
    assert "2026.jsonl" in message and "number 2" in message
    assert "number 4 would leave a gap after 2" in await refused(tmp_path, line(4), mendable=True)
    await refused(tmp_path, line(2), line(3), line(5))
    await refused(tmp_path, line(3), line(3))
    await refused(tmp_path, line(2), line(1))
    await refused(tmp_path, line(2, "other"), line(3), mendable=True)
    for n in (0, -1, True, "1", None):
        await refused(tmp_path, {"n": n})
    await refused(tmp_path, {"text": "no number"})
    assert record_path(tmp_path, ITEM).read_bytes() == before


@pytest.mark.parametrize(
    "torn",
    ['{"n": 2, "te', '{"n": 2, "text": "ກອງ', '{"n": 2, "text": "whole but for its end"}', "\x00" * 99, "long" * 99],
)
async def test_a_torn_last_line_is_cut_off(tmp_path: Path, torn: str) -> None:
    await enter(tmp_path, line(1))
    with record_path(tmp_path, ITEM).open("ab") as file:
        file.write(torn.encode()[:-1] if torn.endswith("ງ") else torn.encode())
    assert read_record(tmp_path, ITEM) == [line(1)]
    await enter(tmp_path, line(2))
    assert read_record(tmp_path, ITEM) == [line(1), line(2)]
    assert record_path(tmp_path, ITEM).read_bytes().endswith(b"}\n")


async def test_a_torn_first_line_is_cut_off(tmp_path: Path) -> None:
    path = record_path(tmp_path, ITEM)
    path.parent.mkdir(parents=True)
    path.write_bytes(b'{"n": 1')
    await enter(tmp_path, line(1))
    assert read_record(tmp_path, ITEM) == [line(1)]


async def test_a_damaged_line_is_named_and_nothing_written(tmp_path: Path) -> None:
    path = record_path(tmp_path, ITEM)
    path.parent.mkdir(parents=True)
    for damaged in (b"not json\n", b"[1]\n", b"{}\n"):
        path.write_bytes(damaged)
        with pytest.raises(ApplicationError, match=r"2026\.jsonl") as caught:
            await enter(tmp_path, line(1))
        assert not caught.value.non_retryable  # somebody can mend the file
        assert path.read_bytes() == damaged


async def test_a_long_record_is_read_from_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an append costs does not grow with the age of the item."""
    await enter(tmp_path, *(line(n, f"{n}" * 50) for n in range(1, 400)))
    monkeypatch.setattr(record_file, "_BLOCK", 512)
    read = []
    pread = os.pread

    def counted(descriptor: int, length: int, offset: int) -> bytes:
        read.append(length)
        return pread(descriptor, length, offset)

    monkeypatch.setattr(os, "pread", counted)
    await enter(tmp_path, line(400))
    assert sum(read) < 4096
    await enter(tmp_path, *(line(n, f"{n}" * 50) for n in range(390, 400)), line(400), line(401))
    await enter(tmp_path, line(1, "1" * 50))  # a repeat from far back is found too
    await refused(tmp_path, line(1, "other"), mendable=True)
    assert [each["n"] for each in read_record(tmp_path, ITEM)] == list(range(1, 402))


@pytest.mark.parametrize(
    "item",
    [
        "lao-khm/../x",
        "lao-khm//x",
        "/etc/x",
        "lao-khm/.hidden",
        "lao-khm/a b",
        "lao-khm/x\n",
        "lao-khm/",
        "",
        "..",
        "other/x",
    ],
)
async def test_an_id_that_must_not_become_a_path_is_refused(tmp_path: Path, item: str) -> None:
    await refused(tmp_path, line(1), item=item)
    assert recorded_items(tmp_path, "lao-khm") == recorded_items(tmp_path, "other") == []


async def test_many_writers_leave_each_line_once(tmp_path: Path) -> None:
    await asyncio.gather(*(enter(tmp_path, *(line(n) for n in range(1, 20))) for _ in range(10)))
    assert [each["n"] for each in read_record(tmp_path, ITEM)] == list(range(1, 20))


async def test_another_process_that_holds_the_file_is_waited_for(tmp_path: Path) -> None:
    await enter(tmp_path, line(1))
    code = "import fcntl, sys; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); input()"
    holder = subprocess.Popen(  # noqa: ASYNC220 (a real second process; it answers at once)
        [sys.executable, "-c", code, str(record_path(tmp_path, ITEM))], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdin and holder.stdout
    assert holder.stdout.readline() == b"held\n"
    waiting = asyncio.create_task(enter(tmp_path, line(2)))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    holder.communicate(b"\n")
    await asyncio.wait_for(waiting, 5)
    assert len(read_record(tmp_path, ITEM)) == 2


async def test_a_lock_is_given_back_after_a_refusal(tmp_path: Path) -> None:
    await enter(tmp_path, line(1))
    await refused(tmp_path, line(9), mendable=True)
    with record_path(tmp_path, ITEM).open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


async def test_recorded_items(tmp_path: Path) -> None:
    ids = ["lao-khm", "lao-khm/16.3-jtc", ITEM, "lao-khm/office/lao-moic", "lao-khm/officer", "lao-khm2/x"]
    for item in ids:
        await enter(tmp_path, line(1), item=item, plan=item.split("/")[0])
    letters = tmp_path / "lao-khm" / "letters" / "lao-moic"
    letters.mkdir(parents=True)
    (letters / "x.jsonl").touch()
    (letters / "x.sent.json").touch()
    assert recorded_items(tmp_path, "lao-khm") == sorted(["lao-khm", "lao-khm/16.3-jtc", ITEM, "lao-khm/officer"])
    assert recorded_items(tmp_path, "lao-khm", "lao-khm/office/") == ["lao-khm/office/lao-moic"]
    assert recorded_items(tmp_path, "lao-khm", "lao-khm/16.3-jtc/") == [ITEM]
    assert recorded_items(tmp_path, "none") == []
    assert read_record(tmp_path, "lao-khm/none") == []


def test_the_activity_has_its_name() -> None:
    assert activity._Definition.must_from_callable(RecordActivities.enter).name == "enter"
