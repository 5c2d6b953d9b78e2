"""How much a post room keeps, so that its state always fits into a Temporal payload (2 MB).

A post room cannot refuse a notice or an announcement. So when many wait for one office, it shortens the texts of those
that come next. Nothing is lost: the record of each item has every text whole.
"""

from typing import Any, TypeVar

from pydantic import BaseModel

from models.messages.notices import Announcement, Notice
from models.post.post_room_state import SENT_KEPT, SentMail, StandingNotice

EARLIER_KEPT = 20
"""How many earlier announcements about its item an announcement carries. Of older ones, the mail gives the number."""

QUEUE_KEPT = 100
"""If so many announcements wait, a new one goes in one mail with those about the same item."""

LARGEST_QUEUE = 400_000
"""The most bytes, as JSON, that the waiting announcements have together. Beyond that, a new one is shortened. The list
of a status round of 200 items has at most 370,000."""

LARGEST_STANDING = 80_000
"""Bytes, as JSON, of the notices that stand. The nth notice may have an nth of them: 80,000, 40,000, 26,666 ..."""

LARGEST_SENT = 400_000
"""The most bytes, as JSON, of the sent announcements that are kept. They go again if they come back."""

LARGEST_TOGETHER = 1_200_000
"""The most bytes, as JSON, of the notices that stand and the sent announcements together. If the notices alone have
more, no sent announcement is kept."""

RECORDS_KEPT = 40
"""How many older sent mails are kept that told what a side has put on record."""

SHORTENED = 300
"""How many bytes a shortened text keeps."""

CROWDED = 200
"""If so many notices stand, the texts of the next one keep a third of SHORTENED. With three times as many: a sixth."""

NAMES = frozenset({"key", "item", "office", "side", "kind", "verb", "topic", "round", "event", "acknowledges"})
"""Fields that are never shortened: ids and names, and calendar events, whose texts are short."""

SIGN = "[...]"
"""It stands at the end of a text that was cut."""

V = TypeVar("V", bound=BaseModel)


def fitting_notice(notice: Notice, standing: dict[str, Any]) -> Notice:
    """Gives the notice, with its texts shortened if it is larger than its share of LARGEST_STANDING."""
    if size_of(notice) <= LARGEST_STANDING // (len(standing) + 1):
        return notice
    if len(standing) < CROWDED:
        return shortened(notice)
    return shortened(notice, SHORTENED // 3 if len(standing) < 3 * CROWDED else SHORTENED // 6)


def fitting_announcement(announcement: Announcement, queue: tuple[Announcement, ...]) -> Announcement:
    """Gives the announcement, shortened if it would make the queue larger than LARGEST_QUEUE.

    A shortened announcement has no list, because its text has the numbers. Of the earlier announcements that it carries
    only the number is left.
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
    """Gives the last mails. If their announcements are too large together, the oldest ones are dropped from them."""
    kept: list[SentMail] = []
    left = min(LARGEST_SENT, LARGEST_TOGETHER - sum(map(size_of, standing.values())))
    for mail in reversed(mails):
        left -= size_of(mail.announcement) if mail.announcement else 0
        kept.append(mail if left >= 0 else mail.model_copy(update={"announcement": None}))
    return tuple(reversed(kept))


def size_of(value: BaseModel) -> int:
    """The size of a value, in bytes, as JSON."""
    return len(value.model_dump_json().encode())


def shortened(value: V, kept: int = SHORTENED) -> V:
    """Gives a copy of a value in which every text, except in NAMES, is cut to `kept` bytes."""
    changes = {name: _shortened(getattr(value, name), kept) for name in type(value).model_fields if name not in NAMES}
    return value.model_copy(update=changes)


def _shortened(value: Any, kept: int) -> Any:
    if isinstance(value, str):
        return cut(value, kept)
    if isinstance(value, BaseModel):
        return shortened(value, kept)
    return tuple(_shortened(each, kept) for each in value) if isinstance(value, tuple) else value


def cut(text: str, kept: int = SHORTENED) -> str:
    """Gives the text, cut after a whole character to at most `kept` bytes. A text that was cut ends with SIGN."""
    if len(text.encode()) <= kept:
        return text
    return f"{text.encode()[:kept].decode(errors='ignore')} {SIGN}"
