"""A Maildir (a mailbox in which each message is a file) as a source of incoming mail. getmail, fetchmail, a mail server
or the spool of `up` puts the messages there."""

import asyncio
import contextlib
import logging
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

from adapters.files.durable import sync_folder
from adapters.files.regular_file import open_regular
from adapters.mailbox.source import Bounds, MailboxUnavailable, Message, OfferedBefore

_log = logging.getLogger(__name__)

_SEEN = re.compile(r":2,[A-Za-z]*S[A-Za-z]*$")


class Maildir:
    """One Maildir. It offers the messages in `new`, and the messages in `cur` without the flag S (seen). A message that
    was taken in is moved to `cur`, with the flag S.

    The format is described at https://cr.yp.to/proto/maildir.html. If a message is not a plain
    file, or cannot be read, the program skips it and writes a warning to the log.
    """

    def __init__(self, folder: Path, bounds: Bounds = Bounds()) -> None:  # noqa: B008 - frozen
        self._folder = folder
        self._bounds = bounds
        self._turns = OfferedBefore()

    @property
    def name(self) -> str:
        return f"Maildir {self._folder}"

    async def messages(self) -> AsyncIterator[Message]:
        there = await asyncio.to_thread(self._unseen)
        octets = 0
        for key in self._turns.of(there, self._bounds.messages):
            if octets >= self._bounds.octets:
                return
            message = await asyncio.to_thread(self._read, key, there[key])
            if message is not None:
                octets += len(message.data)
                self._turns.offered(key)
                yield message

    async def done(self, key: str) -> None:
        await asyncio.to_thread(self._mark, key)

    async def close(self) -> None:
        return

    def _unseen(self) -> dict[str, Path]:
        """The path of each message that is not marked, by key, oldest first."""
        found = {}
        try:
            for path in (self._folder / "new").iterdir():
                found[_key(path.name)] = path
            with contextlib.suppress(FileNotFoundError):
                for path in (self._folder / "cur").iterdir():
                    if not _SEEN.search(path.name):
                        found.setdefault(_key(path.name), path)
        except OSError as error:
            what = f"{self.name} cannot be read: {error.strerror}; it needs the folders new and cur (AIDE_MAILDIR)"
            raise MailboxUnavailable(what) from None
        return dict(sorted(((k, p) for k, p in found.items() if not k.startswith(".")), key=lambda each: _age(each[1])))

    def _read(self, key: str, path: Path) -> Message | None:
        try:
            with open_regular(path, links=False) as file:
                data = file.read(self._bounds.limit + 1)
        except FileNotFoundError:
            return None  # another worker has taken it
        except OSError as error:
            _log.warning("%s: %s is skipped: %s", self.name, path.name, error.strerror)
            return None
        return self._bounds.cut(key, data)

    def _mark(self, key: str) -> None:
        path = self._find(key)
        if path is None:
            return
        flags = "".join(sorted(set(path.name.partition(":2,")[2]) | {"S"}))
        seen = self._folder / "cur"
        try:
            seen.mkdir(exist_ok=True)
            for number in range(100):
                # A link and not a rename, because a file with this name would be another message.
                target = seen / f"{key}{f'.{number}' if number else ''}:2,{flags}"
                with contextlib.suppress(FileExistsError):
                    os.link(path, target, follow_symlinks=False)
                    break
            else:
                raise OSError(None, "a hundred messages of one name are there already")
            sync_folder(seen)
            path.unlink(missing_ok=True)
        except FileNotFoundError:
            return  # another worker has marked it
        except OSError as error:
            what = f"{self.name}: {path.name} cannot be moved to {seen}: {error.strerror}; check who may write there"
            raise MailboxUnavailable(what) from None

    def _find(self, key: str) -> Path | None:
        return self._unseen().get(key)


def _key(name: str) -> str:
    """The name of a message without its flags, because flags change."""
    return name.partition(":")[0]


def _age(path: Path) -> tuple[float, str]:
    """A sort key by age. The name of a delivered message begins with its time in seconds. If it does not, the time of
    the file counts."""
    head = path.name.partition(".")[0]
    if head.isascii() and head.isdecimal() and len(head) < 12:
        return float(head), path.name
    try:
        return path.lstat().st_mtime, path.name
    except OSError:
        return 0.0, path.name
