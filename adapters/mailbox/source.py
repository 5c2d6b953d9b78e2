"""The common interface of mailboxes, and how much one round reads. A mailbox returns bytes, and does not parse them.

A caller calls `done` for a message after it has stored the message durably. Until then every round offers the message
again. So a message may come twice, but none is lost. Nothing is deleted.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

LIMIT = 10 * 1024 * 1024
"""The most bytes of one message. For a larger message, only the first HEAD bytes are returned."""

HEAD = 64 * 1024
"""Bytes that are returned of a message that is too large. They show who wrote it, and its subject."""


class Message(NamedTuple):
    """One message of a mailbox."""

    key: str
    """Identifies the message in its mailbox. `done` takes it."""
    data: bytes
    truncated: bool = False
    """True: the message is too large, and `data` holds only its beginning. A person must look at it."""


class MailboxUnavailable(Exception):
    """A mailbox cannot be read now. The message says which one, why, and what to do. It holds no password."""


class MailSource(Protocol):
    """One mailbox."""

    @property
    def name(self) -> str:
        """The name of the mailbox in logs and errors: "IMAP mail.example/INBOX"."""

    def messages(self) -> AsyncIterator[Message]:
        """Yields the messages of one round: those that are not marked, oldest first, up to the bounds of a round.
        Raises MailboxUnavailable.

        A message that an earlier round has offered comes after the new ones, so that it does not block them.
        """

    async def done(self, key: str) -> None:
        """Marks a message after it was stored durably. Does nothing if the message is gone or marked already.

        Raises MailboxUnavailable. Then a later round offers the message again.
        """

    async def close(self) -> None:
        """Closes the connection, if there is one. A later round opens it again."""


@dataclass(frozen=True)
class Bounds:
    """The most that one round returns."""

    messages: int = 100
    octets: int = 64 * 1024 * 1024
    """A round ends after the message with which it has returned this many bytes."""
    limit: int = LIMIT
    """As LIMIT."""
    head: int = HEAD
    """As HEAD."""

    def cut(self, key: str, data: bytes, whole: bool = True) -> Message:
        """Makes a message. If `data` is larger than the limit, or is not the whole message, only its beginning is
        kept."""
        truncated = not whole or len(data) > self.limit
        return Message(key, data[: self.head] if truncated else data, truncated)


class OfferedBefore:
    """Decides the order of messages in a round. New messages come first, then those that were offered before and not
    marked. Both are oldest first."""

    def __init__(self) -> None:
        self._offered: set[str] = set()

    def of(self, keys: Iterable[str], count: int) -> list[str]:
        """Chooses at most `count` of the keys for this round. `keys` are all unmarked messages, oldest first."""
        there = list(keys)
        self._offered &= set(there)
        new = [key for key in there if key not in self._offered]
        again = [key for key in there if key in self._offered]
        if not new:  # all were offered: start again, or those after the first `count` would never come
            self._offered.clear()
        return [*new, *again][:count]

    def offered(self, key: str) -> None:
        """Remembers that a round has offered this message."""
        self._offered.add(key)
