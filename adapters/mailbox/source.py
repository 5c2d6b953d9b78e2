"""The common interface of mailboxes, and how much one round reads. One round is one visit to the mailbox.

A mailbox returns messages as bytes, and does not parse them. A caller calls `done` for a message after it has stored
the message durably. Until then later rounds offer the message again. So a message may come twice, but no message is
lost. No message is deleted.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

LIMIT = 10 * 1024 * 1024
"""The most bytes of one message. Of a larger message, a mailbox returns only the first HEAD bytes."""

HEAD = 64 * 1024
"""The number of bytes that a mailbox returns of a message that is too large. They show its sender and its subject."""


class Message(NamedTuple):
    """One message of a mailbox."""

    key: str
    """Identifies the message in its mailbox. The caller gives this key to `done`."""
    data: bytes
    """The message as it arrived, or its beginning if `truncated` is True."""
    truncated: bool = False
    """True: the message is too large, and `data` holds only its beginning. A person must look at it."""


class MailboxUnavailable(Exception):
    """A mailbox cannot be read now. The message names the mailbox and the cause, and says what to do. It holds no
    password."""


class MailSource(Protocol):
    """One mailbox from which the program reads incoming mail."""

    @property
    def name(self) -> str:
        """The name of the mailbox in logs and errors: "IMAP mail.example/INBOX"."""

    def messages(self) -> AsyncIterator[Message]:
        """Yields messages that `done` has not marked yet, oldest first, up to the bounds of one round. Raises
        MailboxUnavailable if the mailbox cannot be read.

        A message that an earlier round has offered comes after the new messages, so that it does not block them.
        """

    async def done(self, key: str) -> None:
        """Marks a message as taken in. The caller has stored the message durably before. Does nothing if the message is
        gone, or is marked already.

        Raises MailboxUnavailable if the message cannot be marked. A later round then offers the message again.
        """

    async def close(self) -> None:
        """Closes the connection to the mailbox, if there is one. A later round opens a new one."""


@dataclass(frozen=True)
class Bounds:
    """The most that one round returns."""

    messages: int = 100
    """The most messages of one round."""
    octets: int = 64 * 1024 * 1024
    """A round ends as soon as the messages that it has returned have this many bytes together."""
    limit: int = LIMIT
    """The most bytes of one message. A larger message is cut."""
    head: int = HEAD
    """The number of bytes that are kept of a message that is too large."""

    def cut(self, key: str, data: bytes, whole: bool = True) -> Message:
        """Returns a message with this key and data. If `data` is larger than `limit`, or if `whole` is False, the
        message holds only the first `head` bytes and is `truncated`."""
        truncated = not whole or len(data) > self.limit
        return Message(key, data[: self.head] if truncated else data, truncated)


class OfferedBefore:
    """Decides the order of messages in a round. New messages come first. Messages that an earlier round has offered,
    and that are not marked, come after them. Each of the two groups begins with its oldest message."""

    def __init__(self) -> None:
        self._offered: set[str] = set()

    def of(self, keys: Iterable[str], count: int) -> list[str]:
        """Returns at most `count` of the keys, for this round. `keys` are the keys of all unmarked messages, oldest
        first."""
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
