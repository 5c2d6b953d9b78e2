"""The review list: the mail that a person has to see to. A flood from one sender is one row of it.

Every message stays in the inbox with its number. Only the list is short: up to so many rows for one sender, for one
domain, and for all that are no office. So nobody can bury the mail of an office.
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from models.post.incoming import TakenIn

OF_A_STRANGER = 5
"""Messages of one sender that have a row each. Where there are more, they share one."""
OF_AN_OFFICE = 20
OF_A_DOMAIN = 20
"""Rows of one domain, without those of offices."""
OF_STRANGERS = 100
"""Rows of everybody who is no office."""

STRANGERS = "strangers"
"""The name of the row of everybody who is no office."""


class Row(NamedTuple):
    """One row: one message, or several that share it."""

    name: str
    """Of whom it is: an address, a domain with its @, or `strangers`."""
    messages: tuple[TakenIn, ...]
    """Oldest first."""

    @property
    def is_flood(self) -> bool:
        return len(self.messages) > 1


def rows(messages: Iterable[TakenIn]) -> list[Row]:
    """Returns the rows for these messages, in the order of their first messages."""
    found = [Row(sender_of(each), (each,)) for each in messages]
    found = _shared(found, lambda row: row.name, lambda row: OF_AN_OFFICE if _office(row) else OF_A_STRANGER)
    found = _shared(found, lambda row: "" if _office(row) else domain_of(row.messages[0]), lambda _: OF_A_DOMAIN)
    return _shared(found, lambda row: "" if _office(row) else STRANGERS, lambda _: OF_STRANGERS)


def of(name: str, messages: Iterable[TakenIn]) -> list[TakenIn]:
    """Returns the messages that a row of this name would hold: those of a sender, of a domain, or of strangers."""
    wanted = name.strip().casefold()

    def belongs(message: TakenIn) -> bool:
        names = [sender_of(message)]
        if not _known(message):
            names += [domain_of(message), STRANGERS]
        return wanted in [each.casefold() for each in names if each]

    return [each for each in messages if belongs(each)]


def sender_of(message: TakenIn) -> str:
    """The name of the row of a sender: its address, or its From line where that holds no single address.

    A message that our own server holds for forged has another name. So it shares no row with the mail of its victim.
    """
    name = message.sender or message.from_line or "(no sender)"
    return f"{name} (forged)" if message.unauthentic else name


_DOMAIN = re.compile(r"@([A-Za-z0-9.-]{1,253})")


def domain_of(message: TakenIn) -> str:
    """The last domain that the sender names, as `@host.example`; empty where it names none."""
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
