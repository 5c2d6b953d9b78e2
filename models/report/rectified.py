"""Joins the record of a closed item with the records of its rectifications."""

from collections.abc import Iterable
from typing import NamedTuple

from models.common.values import Instant
from models.messages.acts import Rectified, Terms
from models.messages.views import LedgerEntry

PART = "/rectification-"
"""What stands in the id of a rectification between the id of the closed item and the number of the rectification."""


class Consented(NamedTuple):
    """One rectification to which every side has consented."""

    by: str
    """Id of the rectification: lao-khm/16.3-jtc/2026/rectification-1."""
    at: Instant
    """When the last side consented."""
    fact: Rectified


def rectified_item(item: str) -> str:
    """Returns the id of the closed item, if `item` is the id of a rectification. Empty if it is not."""
    first, found, _ = item.rpartition(PART)
    return first if found else ""


def in_force(records: Iterable[tuple[str, Iterable[LedgerEntry]]]) -> tuple[Consented, ...]:
    """Returns the rectifications in force, in the order in which the sides consented.

    `records` holds, for each rectification of one item, its id and the lines of its record.
    """
    found = (each for item, entries in records if (each := _consented(item, entries)) is not None)
    return tuple(sorted(found, key=lambda each: (each.at, each.by)))


def _consented(item: str, entries: Iterable[LedgerEntry]) -> Consented | None:
    fact = None
    for entry in entries:
        if entry.verb == "propose":
            fact = Terms.model_validate(entry.data["terms"]).rectified
        elif entry.verb == "agreed" and fact is not None:
            return Consented(item, entry.at, fact)
    return None
