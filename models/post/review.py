"""The review list: the messages that a person must handle. If one sender has sent very many, they share one row.

Every message stays in the inbox with its number. Only the list is kept short. It has a limited number of rows for one
sender, for one domain, and for all strangers together. A stranger is a sender that is not an office. So the mail of
strangers cannot hide the mail of an office.
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from models.post.incoming import TakenIn

OF_A_STRANGER = 5
"""The most rows for a sender that is not an office. If it has more messages, they share one row."""
OF_AN_OFFICE = 20
"""The most rows for the address of an office. If it has more messages, they share one row."""
OF_A_DOMAIN = 20
"""The most rows for one domain, without the rows of offices. If there are more, they become one row."""
OF_STRANGERS = 100
"""The most rows for all strangers together. If there are more, they become one row."""

STRANGERS = "strangers"
"""The name of the one row for all strangers."""


class Row(NamedTuple):
    """One row of the review list: one message, or several messages that share the row."""

    name: str
    """Who sent the messages: the name of a sender (see `sender_of`), a domain with its @, or `strangers`."""
    messages: tuple[TakenIn, ...]
    """The messages of the row, oldest first."""

    @property
    def is_flood(self) -> bool:
        """Whether several messages share the row."""
        return len(self.messages) > 1


def rows(messages: Iterable[TakenIn]) -> list[Row]:
    """Returns the rows for these messages, in the order of their first messages."""
    found = [Row(sender_of(each), (each,)) for each in messages]
    found = _shared(found, lambda row: row.name, lambda row: OF_AN_OFFICE if _office(row) else OF_A_STRANGER)
    found = _shared(found, lambda row: "" if _office(row) else domain_of(row.messages[0]), lambda _: OF_A_DOMAIN)
    return _shared(found, lambda row: "" if _office(row) else STRANGERS, lambda _: OF_STRANGERS)


def of(name: str, messages: Iterable[TakenIn]) -> list[TakenIn]:
    """Returns the messages that belong to the row with this name. The name is that of a sender, a domain with its @, or
    `strangers`. Upper and lower case count as the same. Empty if there are no such messages."""
    wanted = name.strip().casefold()

    def belongs(message: TakenIn) -> bool:
        names = [sender_of(message)]
        if not _known(message):
            names += [domain_of(message), STRANGERS]
        return wanted in [each.casefold() for each in names if each]

    return [each for each in messages if belongs(each)]


def sender_of(message: TakenIn) -> str:
    """Returns the name of the row for the sender of a message: the address of the sender. If the message does not have
    exactly one clear address, returns its From line.

    If our mail server found that the message is forged, "(forged)" follows the name. So forged messages never share a
    row with real mail from that address.
    """
    name = message.sender or message.from_line or "(no sender)"
    return f"{name} (forged)" if message.unauthentic else name


_DOMAIN = re.compile(r"@([A-Za-z0-9.-]{1,253})")


def domain_of(message: TakenIn) -> str:
    """Returns the last domain in the address or the From line of the sender, as `@host.example`. Returns an empty text
    if there is no domain."""
    found = _DOMAIN.findall(message.sender or message.from_line)
    return f"@{found[-1].lower()}" if found else ""


def _known(message: TakenIn) -> bool:
    return bool(message.offices) and not message.unauthentic


def _office(row: Row) -> bool:
    return _known(row.messages[0])


def _shared(found: list[Row], name: Callable[[Row], str], most: Callable[[Row], int]) -> list[Row]:
    """The rows, but one for all that have one name where there are more than so many. A row without a name stays."""
    named: dict[str, list[Row]] = {}
    for row in found:
        named.setdefault(name(row), []).append(row)
    floods = {each: rows for each, rows in named.items() if each and len(rows) > most(rows[0])}
    shared = []
    for row in found:
        if (key := name(row)) not in floods:
            shared.append(row)
        elif floods[key][0] is row:
            messages = (message for each in floods[key] for message in each.messages)
            shared.append(Row(key, tuple(sorted(messages, key=lambda message: message.n))))
    return shared
