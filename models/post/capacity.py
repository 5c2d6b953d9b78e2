"""How much a post room keeps, so that its state always fits into a Temporal payload (2 MB).

A post room cannot refuse what items tell it. So when much waits for one office, the words of what comes next are
shortened. Nothing is lost: the record of each item has every word whole.
"""

from typing import Any, TypeVar

from pydantic import BaseModel

from models.messages.notices import Announcement, Notice
from models.post.post_room_state import SentMail, StandingNotice

EARLIER_KEPT = 20
"""So many messages about one item go in one mail. Of older ones, the mail gives the number."""

QUEUE_KEPT = 100
"""With so many announcements waiting, a new one goes in one mail with an older one about the same item."""

LARGEST_QUEUE = 400_000
"""Bytes, as JSON, of the announcements that wait. The list of a status round of 200 items has 370,000 at most."""

LARGEST_STANDING = 80_000
"""Bytes of what stands. Each next notice may have its share of them: 80,000, 40,000, 26,666, 20,000 ..."""

LARGEST_SENT = 400_000
"""Bytes of the announcements that can be sent again when they come back."""

LARGEST_TOGETHER = 1_200_000
"""Bytes of what stands and of what can be sent again. Where what stands has more alone, nothing can be sent again."""

SHORTENED = 300
"""Bytes that are kept of each text that is shortened."""

CROWDED = 200
"""Notices. With so many standing, a third of that is kept of the next one; with three times as many, a sixth."""

NAMES = frozenset({"key", "item", "office", "side", "kind", "verb", "topic", "round", "event"})
"""Fields that are kept whole: what something is called, and calendar events, whose words are short."""

SIGN = "[...]"
"""Where words were cut."""

V = TypeVar("V", bound=BaseModel)


def fitting_notice(notice: Notice, standing: dict[str, Any]) -> Notice:
    """The notice, shortened if more stands already than a letter should hold."""
    if size_of(notice) <= LARGEST_STANDING // (len(standing) + 1):
        return notice
    if len(standing) < CROWDED:
        return shortened(notice)
    return shortened(notice, SHORTENED // 3 if len(standing) < 3 * CROWDED else SHORTENED // 6)


def fitting_announcement(announcement: Announcement, queue: tuple[Announcement, ...]) -> Announcement:
    """The announcement, shortened if too much waits already. A list is left out then: its sentence has the numbers. Of
    earlier messages only the number is left."""
    if len(announcement.earlier) > EARLIER_KEPT:
        left_out = announcement.left_out + len(announcement.earlier) - EARLIER_KEPT
        kept = announcement.earlier[-EARLIER_KEPT:]
        announcement = announcement.model_copy(update={"earlier": kept, "left_out": left_out})
    if size_of(announcement) + sum(map(size_of, queue)) <= LARGEST_QUEUE:
        return announcement
    left_out = announcement.left_out + len(announcement.earlier)
    return shortened(announcement.model_copy(update={"lists": (), "earlier": (), "left_out": left_out}))


def fitting_sent(mails: tuple[SentMail, ...], standing: dict[str, StandingNotice]) -> tuple[SentMail, ...]:
    """The last mails, without the oldest announcements where they are too large together."""
    kept: list[SentMail] = []
    left = min(LARGEST_SENT, LARGEST_TOGETHER - sum(map(size_of, standing.values())))
    for mail in reversed(mails):
        left -= size_of(mail.announcement) if mail.announcement else 0
        kept.append(mail if left >= 0 else mail.model_copy(update={"announcement": None}))
    return tuple(reversed(kept))


def size_of(value: BaseModel) -> int:
    """Bytes as JSON."""
    return len(value.model_dump_json().encode())


def shortened(value: V, kept: int = SHORTENED) -> V:
    """The same with every long text in it cut to so many bytes."""
    changes = {name: _shortened(getattr(value, name), kept) for name in type(value).model_fields if name not in NAMES}
    return value.model_copy(update=changes)


def _shortened(value: Any, kept: int) -> Any:
    if isinstance(value, str):
        return cut(value, kept)
    if isinstance(value, BaseModel):
        return shortened(value, kept)
    return tuple(_shortened(each, kept) for each in value) if isinstance(value, tuple) else value


def cut(text: str, kept: int = SHORTENED) -> str:
    """Whole characters of at most so many bytes, and a sign that words were cut."""
    if len(text.encode()) <= kept:
        return text
    return f"{text.encode()[:kept].decode(errors='ignore')} {SIGN}"
