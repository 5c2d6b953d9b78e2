"""Incoming mail from a Maildir on disk."""

import asyncio
import os
from pathlib import Path

import pytest

from adapters.mailbox.maildir import Maildir
from adapters.mailbox.source import Bounds, MailboxUnavailable
from tests.support.mailboxes import LETTER, round_of, subjects


def deliver(folder: Path, name: str, data: bytes = LETTER % b"one", into: str = "new") -> None:
    for each in ("new", "cur", "tmp"):
        (folder / each).mkdir(parents=True, exist_ok=True)
    (folder / into / name).write_bytes(data)


async def test_maildir_oldest_first_and_marked_only_once_done(tmp_path: Path) -> None:
    deliver(tmp_path, "1700000002.M2P1.h", LETTER % b"second")
    deliver(tmp_path, "1700000001.M9P1.h", LETTER % b"first")
    deliver(tmp_path, "without-a-time", LETTER % b"third")  # its own time counts
    source = Maildir(tmp_path)
    first = await round_of(source)
    assert subjects(first) == [b"first", b"second", b"third"]
    assert await round_of(Maildir(tmp_path)) == first, "nothing is marked by reading"
    await source.done(first[0].key)
    await source.done(first[0].key)
    assert (tmp_path / "cur" / "1700000001.M9P1.h:2,S").read_bytes() == LETTER % b"first"
    assert subjects(await round_of(source)) == [b"second", b"third"]
    assert len(list((tmp_path / "new").iterdir())) == 2


async def test_maildir_that_a_mail_program_opened_hides_nothing(tmp_path: Path) -> None:
    deliver(tmp_path, "1700000001.h:2,F", LETTER % b"moved", into="cur")
    deliver(tmp_path, "1700000002.h:2,RS", LETTER % b"read", into="cur")
    source = Maildir(tmp_path)
    (message,) = await round_of(source)
    assert subjects([message]) == [b"moved"]
    await source.done(message.key)
    assert (tmp_path / "cur" / "1700000001.h:2,FS").exists()
    assert await round_of(source) == []


async def test_maildir_never_overwrites_what_was_taken_in(tmp_path: Path) -> None:
    source = Maildir(tmp_path)
    for text in (b"one", b"two", b"three"):
        deliver(tmp_path, "1700000001.h", LETTER % text)
        (message,) = await round_of(source)
        await source.done(message.key)
    kept = sorted(path.read_bytes() for path in (tmp_path / "cur").iterdir())
    assert kept == sorted(LETTER % text for text in (b"one", b"two", b"three"))
    assert await round_of(source) == []


async def test_maildir_hands_over_the_head_of_what_is_too_large(tmp_path: Path) -> None:
    deliver(tmp_path, "1700000001.h", b"x" * 1001)
    deliver(tmp_path, "1700000002.h", b"y" * 1000)
    large, fits = await round_of(Maildir(tmp_path, Bounds(limit=1000, head=10)))
    assert (large.data, large.truncated) == (b"x" * 10, True)
    assert (len(fits.data), fits.truncated) == (1000, False)


async def test_maildir_rounds_are_bounded_and_what_is_not_taken_in_blocks_nothing(tmp_path: Path) -> None:
    for number in range(5):
        deliver(tmp_path, f"170000000{number}.h", LETTER % str(number).encode())
    source = Maildir(tmp_path, Bounds(messages=2))
    offered = [subjects(await round_of(source)) for _ in range(5)]
    assert offered == [[b"0", b"1"], [b"2", b"3"], [b"4", b"0"], [b"0", b"1"], [b"2", b"3"]], (
        "nothing is done, and all come"
    )
    tight = Maildir(tmp_path, Bounds(octets=60))
    assert len(await round_of(tight)) == 2


async def test_maildir_passes_over_what_is_no_plain_file(tmp_path: Path) -> None:
    deliver(tmp_path, "1700000009.h")
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "new" / "1700000001.h").symlink_to(tmp_path / "secret")
    (tmp_path / "new" / "1700000002.h").mkdir()
    os.mkfifo(tmp_path / "new" / "1700000003.h")
    (tmp_path / "new" / ".draft.tmp").write_bytes(b"half")
    assert subjects(await asyncio.wait_for(round_of(Maildir(tmp_path)), 20)) == [b"one"]


async def test_maildir_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MailboxUnavailable, match=r"nowhere cannot be read.*AIDE_MAILDIR"):
        await round_of(Maildir(tmp_path / "nowhere"))
