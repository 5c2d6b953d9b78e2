"""Finds the items that a letter is about, and what is awaited of its sender.

A letter names its item by the reference in brackets that our subjects and letters show, by the mail of ours that it
answers, or by the subject of that mail. The first of these that leads to an item counts.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from temporalio.service import RPCError

from adapters.files.record_file import recorded_items
from adapters.inbound.asking import Asking, IntakeUnavailable
from adapters.inbound.sent_mail import notes_sent, subject_of
from adapters.inbound.unquoted import unquoted
from models.messages.views import ItemView
from models.plan.parties import rank_of
from models.plan.plan import RANK_SUFFIX
from models.post.incoming import Handled, IncomingMessage

ITEMS = 5
"""The most items to which one letter is linked."""
SUBJECTS = 60
"""With how many of the newest mails to the office the subject of a letter is compared."""


def items_of(reading: IncomingMessage, office: str, root: Path) -> tuple[str, tuple[str, ...]]:
    """Returns how the items of a letter were found (reference, reply or subject), and their ids. Both are empty if none
    was found."""
    for how, found in (
        ("reference", _by_reference(reading, root)),
        ("reply", _by_reply(reading, office, root)),
        ("subject", _by_subject(reading, office, root)),
    ):
        if items := tuple(dict.fromkeys(found))[:ITEMS]:
            return how, items
    return "", ()


_BRACKETS = re.compile(r"\[([A-Za-z0-9][A-Za-z0-9._/-]{0,199})(?:,[^\[\]]{0,200})?\]")


def _by_reference(reading: IncomingMessage, root: Path) -> Iterator[str]:
    """The items named in brackets, as [16.3-jtc/2026] or [16.3-jtc/2026, proposal 2]. What the sender wrote counts
    before the subject, and a quote of our letter, which names many items, does not count."""
    names = _BRACKETS.findall(reading.subject)
    for line in unquoted(next(iter(reading.bodies), reading.text)):
        names += _BRACKETS.findall(line)
    if not names:
        return
    plans = [path.stem for path in sorted(root.glob("*.jsonl"))]
    known = {item for plan in plans for item in recorded_items(root, plan)}
    for name in dict.fromkeys(names):
        yield from (item for item in (name, *(f"{plan}/{name}" for plan in plans)) if item in known)


def _by_reply(reading: IncomingMessage, office: str, root: Path) -> Iterator[str]:
    if not reading.references:
        return
    for note in notes_sent(root, office):
        if note.message_id in reading.references:
            yield from note.items


_PREFIX = re.compile(r"(?:[^\W\d_]{1,15}(?:\[\d{1,3}\])?\s?[:：]\s*)+")


def _by_subject(reading: IncomingMessage, office: str, root: Path) -> Iterator[str]:
    wanted = _bare(reading.subject)
    if len(wanted) < 8:
        return
    for number, note in enumerate(notes_sent(root, office)):
        if number >= SUBJECTS:
            return
        if len(note.items) == 1 and (ours := _bare(subject_of(note.file))) and ours in wanted:
            yield from note.items


def _bare(subject: str) -> str:
    """A subject without Re: and the like, which each language writes in its way, and without capitals."""
    match = _PREFIX.match(subject)
    rest = subject[match.end() :] if match and ":" in subject[:20] else subject
    return " ".join(rest.casefold().split())


async def linked(reading: IncomingMessage, offices: tuple[str, ...], root: Path, asking: Asking) -> tuple[Handled, ...]:
    """Returns an entry for each item of a letter, with what is awaited of its sender. Empty if the sender is no office,
    or if no item was found."""
    found: list[Handled] = []
    for office in offices:
        how, items = items_of(reading, office, root)
        for item in items:
            awaited = await _awaited(item, office, asking)
            found.append(Handled(item=item, office=office, found_by=how, awaited=awaited))
    return tuple(found)


async def _awaited(item: str, office: str, asking: Asking) -> tuple[str, ...]:
    """The acts that are awaited of any office of the sender's institution. Empty if the item cannot be asked."""
    try:
        view: ItemView = await asking.query(item, "view", ItemView)
    except (IntakeUnavailable, RPCError):
        return ()
    institution = _institution(office)
    return tuple(dict.fromkeys(row.act for row in view.awaiting if _institution(row.office) == institution))


def _institution(office: str) -> str:
    return office.removesuffix(RANK_SUFFIX[rank_of(office)])
