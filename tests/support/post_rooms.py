"""Post rooms for tests, with and without office hours. Also words for them, and results of a despatch."""

from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.working_time import rehearsed_hours
from models.messages.calendar_event import Attendee, CalendarEvent, EventStatus
from models.messages.effects import PostRoomAddress, Settle
from models.messages.notices import Announcement, AnnouncementKind, Notice
from models.plan.plan import DespatchRule
from models.post.despatch import Despatch, DespatchResult, Fate
from models.post.hearing import hear_awaited, hear_settled
from models.post.post_room_state import PostRoomState
from models.post.sending import despatched, next_despatch
from tests.support.builders import DAY, START, date_terms

SENT = DespatchResult(fate=Fate.SENT, message_id="<1@x.example>")
REFUSED = DespatchResult(fate=Fate.REFUSED, reason="550 no such user")
CLOSED = DespatchResult(fate=Fate.CLOSED)
DELAYED = DespatchResult(fate=Fate.DELAYED, reason="no mail server")
WEEK = 7 * DAY


def room(edition: int = 0) -> PostRoomState:
    return PostRoomState(
        address=PostRoomAddress(
            edition=edition,
            plan="t",
            plan_title="Test",
            office="lao-moc",
            office_title="Coordinator",
            despatch=DespatchRule(period=WEEK, gather=timedelta(seconds=5)),
            focal_point="lao-mfa",
        )
    )


def notice(key: str, quiet: bool = False, item: str = "t/m") -> Notice:
    return Notice(
        key=key,
        item=item,
        ref="1.1",
        title="M",
        act="propose a date",
        side="LAO",
        office="lao-moc",
        office_title="Coordinator",
        rung=1,
        since=START,
        at=START,
        quiet=quiet,
    )


def announcement(n: int, kind: AnnouncementKind = AnnouncementKind.INVITATION, uid: str = "u") -> Announcement:
    slot = date_terms(START + DAY).slot
    assert slot is not None
    event = CalendarEvent(
        uid=uid,
        sequence=n,
        dtstamp=START,
        status=EventStatus.CANCELLED if kind is AnnouncementKind.CANCELLATION else EventStatus.TENTATIVE,
        summary="M",
        slot=slot,
        attendees=(Attendee(office="lao-moc", title="Coordinator"),),
    )
    return Announcement(
        key=f"{uid}/{n}",
        kind=kind,
        item="t/m",
        ref="1.1",
        title="M",
        office="lao-moc",
        office_title="C",
        at=START,
        text="t",
        event=event,
    )


def about(begins: datetime, n: int = 1, uid: str = "u", **event: Any) -> Announcement:
    """An announcement of a version of an event. Without `event` it is the invitation to an agreed date."""
    slot = date_terms(begins).slot
    word = announcement(n, uid=uid)
    assert slot is not None and word.event is not None
    changes = {"slot": slot, "status": EventStatus.CONFIRMED, **event}
    return word.model_copy(update={"key": f"{uid}/{n}", "event": word.event.model_copy(update=changes)})


def reminder(begins: datetime, n: int = 1, uid: str = "u") -> Announcement:
    """A reminder of a date that begins at `begins`."""
    return about(begins, n, uid).model_copy(update={"key": f"r/{uid}/{n}", "kind": AnnouncementKind.REMINDER})


def send(state: PostRoomState, at: Any = START, result: DespatchResult = SENT) -> tuple[PostRoomState, Despatch]:
    despatch = next_despatch(state, at)
    assert despatch is not None
    return despatched(state, despatch, result, at).state, despatch


def fates(state: PostRoomState) -> dict[str, str]:
    return {entry.data["key"]: entry.verb for entry in state.pending if entry.data["key"]}


NOON = datetime(2027, 4, 8, 5, tzinfo=UTC)
"""A Thursday, 12:00 in Vientiane. From Wednesday to Friday of the next week the offices celebrate the New Year."""
HOUR = timedelta(hours=1)
_RESOLVED = rehearsed_hours(None, NOON + 80 * WEEK)


def courteous(ceiling: int = 1, period: timedelta = WEEK, edition: int = 0) -> PostRoomState:
    """A post room in Vientiane with office hours. It knows its hours for the full test."""
    rule = DespatchRule(period=period, gather=timedelta(seconds=5), ceiling=ceiling)
    address = room(edition).address.model_copy(update={"side": "LAO", "zone": "Asia/Vientiane", "despatch": rule})
    return PostRoomState(address=address, hours=_RESOLVED(address, NOON))


def monday(n: int) -> datetime:
    """08:00 in Vientiane on the n-th Monday after the Thursday."""
    return datetime(2027, 4, 12, 1, tzinfo=UTC) + (n - 1) * WEEK


def asked(key: str, at: datetime, rung: int = 1, due: timedelta | None = 30 * DAY, quiet: bool = False) -> Notice:
    due_at = None if due is None else at + due
    return notice(key, quiet).model_copy(update={"since": at, "at": at, "rung": rung, "due": due_at})


def written_to() -> PostRoomState:
    """A post room whose first letter went on the Thursday, and of whose office nothing is awaited now."""
    state = hear_awaited(courteous(), asked("first", NOON - HOUR), NOON)
    state, _ = send(state, NOON + timedelta(seconds=5))
    return hear_settled(state, Settle(office="x", item="t/m", keys=("first",)), NOON + HOUR)
