"""Which of two answers of an office is its last word.

DTSTAMP says when an answer was given, by the clock of the mail program. Such a clock may run slow or fast. So the order
in which the mails were sent (header Date) and in which they arrived is looked at too.
"""

from enum import StrEnum
from typing import Any

from models.common.values import Instant
from models.items.meeting_state import OfficeAnswer
from models.messages.acts import Reply
from models.messages.calendar_event import PartStat

SEEN_KEPT = 20
"""How many earlier answers of an office a meeting remembers, so that it recognises a copy."""


class Order(StrEnum):
    """How an answer stands to the last answer of its office."""

    NEWER = "newer"
    """It is the last word of the office."""
    OLDER = "older"
    """It is older than the last answer, or a copy of an answer that the meeting has."""
    SAME_STAMP = "same-stamp"
    """It has the DTSTAMP of the last answer, and says something else. A person must ask the office."""
    UNCLEAR = "unclear"
    """Its DTSTAMP, and the order in which the mails were sent and arrived, contradict each other. A person must ask the
    office."""


def order_of(act: Reply, last: OfficeAnswer | None) -> Order:
    """Returns how an answer stands to the last answer of its office. `last` is None if the office has not answered
    yet."""
    if last is None:
        return Order.NEWER
    if fingerprint(act) in last.seen:
        return Order.OLDER
    sequence = act.sequence or 0
    if sequence > last.sequence:
        return Order.NEWER
    if last.dtstamp == act.dtstamp:
        same = _said(last) == _said(act) or sequence < last.sequence
        return Order.OLDER if same else Order.SAME_STAMP
    sent, arrived = _order(act.sent, last.sent), _order(act.arrived, last.arrived)
    if act.dtstamp > last.stamp:
        return Order.UNCLEAR if sent < 0 and arrived < 0 else Order.NEWER
    if sequence < last.sequence or max(sent, arrived) <= 0:
        return Order.OLDER
    return Order.NEWER if sent > 0 and arrived >= 0 else Order.UNCLEAR


def _order(at: Instant | None, last: Instant | None) -> int:
    """Returns 1 if `at` is later than `last`, -1 if it is earlier, and 0 if they are equal or one is not known."""
    return 0 if at is None or last is None else (at > last) - (at < last)


def fingerprint(answer: OfficeAnswer | Reply) -> str:
    """Returns a text that is the same for two answers if they say the same and have the same DTSTAMP."""
    return " ".join(str(each) for each in (answer.dtstamp.isoformat(), answer.sequence or 0, *_said(answer)))


def _said(answer: OfficeAnswer | Reply) -> tuple[Any, ...]:
    slot = (answer.slot.start.utc, answer.slot.end.utc) if answer.slot else None
    place = (answer.place,) if answer.place else ()
    return answer.method, answer.partstat or PartStat.NEEDS_ACTION, slot, answer.comment, answer.words, *place


def kept(answer: OfficeAnswer, act: Reply | None = None) -> tuple[str, ...]:
    """Returns what a meeting remembers after an answer: the earlier answers of the office, and this one. With `act`, a
    further answer that does not replace it."""
    last = fingerprint(answer) if act is None else fingerprint(act)
    return (*answer.seen, last)[-SEEN_KEPT:]
