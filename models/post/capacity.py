"""How much a post room keeps, so that its state is never larger than Temporal allows (a payload of 2 MB).

A post room cannot refuse a notice or an announcement. So when many wait for one office, it shortens the texts of the
next ones. No text is lost, because the record of each item has every text in full.
"""

from typing import Any, TypeVar
from weakref import ref

from pydantic import BaseModel

from models.messages.notices import Announcement, Notice
from models.post.post_room_state import SENT_KEPT, SentMail, StandingNotice

EARLIER_KEPT = 20
"""How many earlier announcements about the same item an announcement carries. For still older ones, the mail only says
how many they are."""

QUEUE_KEPT = 100
"""If at least this many announcements wait, a new one goes in one mail with those about the same item."""

LARGEST_QUEUE = 400_000
"""The most bytes, as JSON, that the waiting announcements may have together. If a new one would make them larger, it is
shortened. The list of a status round of 200 items has at most 370,000 bytes."""

LARGEST_STANDING = 80_000
"""A limit in bytes, as JSON, for the notices that stand. The first notice may have 80,000 bytes, the second half of
them, the third a third of them, and so on. A larger notice is shortened."""

LARGEST_SENT = 400_000
"""The most bytes, as JSON, of the sent announcements that are kept. They are kept to send them again if their mail
comes back."""

LARGEST_TOGETHER = 1_200_000
"""The most bytes, as JSON, of the notices that stand and the sent announcements together. If the notices alone have
more, no sent announcement is kept."""

RECORDS_KEPT = 40
"""How many older sent mails are kept that told what a side has put on record."""

SHORTENED = 300
"""How many bytes a shortened text keeps."""

CROWDED = 150
"""If at least this many notices stand, each shortened text of the next one keeps a third of SHORTENED. If three times
as many stand, it keeps a sixth."""

NAMES = frozenset({"key", "item", "office", "side", "kind", "verb", "topic", "round", "event", "acknowledges"})
"""Fields that are never shortened: ids and names, and calendar events, whose texts are short."""

SIGN = "[...]"
"""The sign at the end of a text that was cut."""

V = TypeVar("V", bound=BaseModel)


def fitting_notice(notice: Notice, standing: dict[str, Any]) -> Notice:
    """Returns the notice. If it is larger than its share of LARGEST_STANDING, its texts are shortened."""
    if size_of(notice) <= LARGEST_STANDING // (len(standing) + 1):
        return notice
    if len(standing) < CROWDED:
        return shortened(notice)
    return shortened(notice, SHORTENED // 3 if len(standing) < 3 * CROWDED else SHORTENED // 6)


def fitting_announcement(announcement: Announcement, queue: tuple[Announcement, ...]) -> Announcement:
    """Returns the announcement. If it would make the queue larger than LARGEST_QUEUE, its texts are shortened.

    A shortened announcement has no list, because its text has the numbers. It does not carry earlier announcements, but
    says how many were left out. Every announcement carries at most EARLIER_KEPT earlier ones.
    """
    if len(announcement.earlier) > EARLIER_KEPT:
        left_out = announcement.left_out + len(announcement.earlier) - EARLIER_KEPT
        kept = announcement.earlier[-EARLIER_KEPT:]
        announcement = announcement.model_copy(update={"earlier": kept, "left_out": left_out})
    if size_of(announcement) + sum(map(size_of, queue)) <= LARGEST_QUEUE:
        return announcement
    left_out = announcement.left_out + len(announcement.earlier)
    return shortened(announcement.model_copy(update={"lists": (), "earlier": (), "left_out": left_out}))


def last_sent(sent: tuple[SentMail, ...], mail: SentMail) -> tuple[SentMail, ...]:
    """The sent mails that may still come back: the last ones, and of the older ones those that told what a side has put
    on record. If such a mail comes back late, the time to object must begin again."""
    older, last = (*sent, mail)[:-SENT_KEPT], (*sent, mail)[-SENT_KEPT:]
    on_record = tuple(each for each in older if each.announcement is not None and each.announcement.acknowledges)
    return (*on_record[-RECORDS_KEPT:], *last)


def fitting_sent(mails: tuple[SentMail, ...], standing: dict[str, StandingNotice]) -> tuple[SentMail, ...]:
    """Returns the sent mails. If their announcements are too large together, the oldest mails are kept without their
    announcement."""
    kept: list[SentMail] = []
    left = min(LARGEST_SENT, LARGEST_TOGETHER - sum(map(size_of, standing.values())))
    for mail in reversed(mails):
        left -= size_of(mail.announcement) if mail.announcement else 0
        kept.append(mail if left >= 0 else mail.model_copy(update={"announcement": None}))
    return tuple(reversed(kept))


_SIZES: dict[int, tuple["ref[BaseModel]", int]] = {}
"""The sizes of values that are still in memory, by the identity of the value. A value is frozen, so its size stays. A
size is forgotten when its value is."""


def size_of(value: BaseModel) -> int:
    """Returns the number of bytes that a frozen value has as JSON.

    A post room asks for the sizes of all that waits at each thing that it hears. So a size is counted once for each
    value, or else the cost would grow with the square of what waits.
    """
    known = _SIZES.get(id(value))
    if known is not None and known[0]() is value:
        return known[1]
    size, key = len(value.__pydantic_serializer__.to_json(value)), id(value)
    _SIZES[key] = ref(value, lambda _: _SIZES.pop(key, None)), size
    return size


def shortened(value: V, kept: int = SHORTENED) -> V:
    """Returns a copy of a value in which every text is cut to `kept` bytes, except in the fields that NAMES lists."""
    changes = {name: _shortened(getattr(value, name), kept) for name in type(value).model_fields if name not in NAMES}
    return value.model_copy(update=changes)


def _shortened(value: Any, kept: int) -> Any:
    if isinstance(value, str):
        return cut(value, kept)
    if isinstance(value, BaseModel):
        return shortened(value, kept)
    return tuple(_shortened(each, kept) for each in value) if isinstance(value, tuple) else value


def cut(text: str, kept: int = SHORTENED) -> str:
    """Returns the text if it has at most `kept` bytes. If not, returns as many whole characters as fit into `kept`
    bytes, and then SIGN."""
    if len(text.encode()) <= kept:
        return text
    return f"{text.encode()[:kept].decode(errors='ignore')} {SIGN}"
