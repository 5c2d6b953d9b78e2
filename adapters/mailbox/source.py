"""Where incoming mail is read from: a Maildir, an IMAP folder. Each hands over raw bytes and judges nothing.

A message is marked only once `done` is called for it, after it was taken in durably; until then every round offers it
again. So a message may come twice, and never gets lost. Nothing is ever deleted.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

LIMIT = 10 * 1024 * 1024
"""Bytes of one message. Of a larger one the head alone is handed over."""

HEAD = 64 * 1024
"""Bytes of the head of a message that is over the limit: enough to see who wrote, and about what."""


class Message(NamedTuple):
    """One message as it lies in a mailbox."""

    key: str
    """Names it in its mailbox, for `done`."""
    data: bytes
    truncated: bool = False
    """Over the limit: `data` is its head, for a person to look at."""


class MailboxUnavailable(Exception):
    """A mailbox cannot be read now. The message says which, why, and what to do; never a password."""


class MailSource(Protocol):
    """One mailbox that is read."""

    @property
    def name(self) -> str:
        """The mailbox in words, for logs and errors: "IMAP mail.example/INBOX"."""

    def messages(self) -> AsyncIterator[Message]:
        """One round: what has not been marked, oldest first, within the bounds of a round. Raises MailboxUnavailable.

        What an earlier round offered in vain comes after what was not offered yet, so that nothing blocks the rest.
        """

    async def done(self, key: str) -> None:
        """Mark a message that has been taken in durably. Of no effect for one that is gone or marked already.

        Raises MailboxUnavailable; the message is then offered again.
        """

    async def close(self) -> None:
        """Let go of the connection, if there is one. A later round opens it again."""


@dataclass(frozen=True)
class Bounds:
    """How much one round hands over at most."""

    messages: int = 100
    octets: int = 64 * 1024 * 1024
    """Of all messages together; at least one message is handed over."""
    limit: int = LIMIT
    head: int = HEAD

    def cut(self, key: str, data: bytes, whole: bool = True) -> Message:
        """The message, or its head where it is over the limit or was not read whole."""
        truncated = not whole or len(data) > self.limit
        return Message(key, data[: self.head] if truncated else data, truncated)


class OfferedBefore:
    """Which messages a round offers: what is new to this process before what was offered in vain, each oldest first."""

    def __init__(self) -> None:
        self._offered: set[str] = set()

    def of(self, keys: Iterable[str], count: int) -> list[str]:
        """At most `count` of the keys, which come oldest first. What is no longer among them is forgotten."""
        there = list(keys)
        self._offered &= set(there)
        new = [key for key in there if key not in self._offered]
        again = [key for key in there if key in self._offered]
        if not new:  # all were offered in vain: begin anew, or those beyond `count` would never come
            self._offered.clear()
        return [*new, *again][:count]

    def offered(self, key: str) -> None:
        self._offered.add(key)
