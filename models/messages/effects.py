"""What a decision asks the shell to do. The core returns these; it does none of them."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from pydantic import JsonValue

from models.common.clock import Clock
from models.common.values import Instant, Value
from models.messages.calendar_event import CalendarEvent
from models.messages.notices import Announcement, Notice, Proposed
from models.messages.views import LedgerEntry
from models.plan.plan import DespatchRule


class Await(Value):
    """Tell an office's post room that an act is awaited."""

    notice: Notice


class Settle(Value):
    """Tell an office's post room that these notices no longer stand; with `closed`, nor does any word of the item."""

    office: str
    item: str
    keys: tuple[str, ...] = ()
    closed: bool = False


class Announce(Value):
    """Tell an office's post room something that goes at once."""

    announcement: Announcement


class Publish(Value):
    """Put the event into the calendars of the plan and of the invited offices."""

    event: CalendarEvent
    calendars: tuple[str, ...]
    removed: tuple[str, ...] = ()
    """Offices that were invited to the version before, and no longer are: the event leaves their calendars."""

    def after(self, earlier: "Publish | None") -> "Publish":
        """This version instead of one that was not published yet: calendars keep no history, but what had to leave
        must still leave."""
        if earlier is None:
            return self
        left = dict.fromkeys((*earlier.removed, *self.removed))
        return self.model_copy(update={"removed": tuple(name for name in left if name not in self.calendars)})


class Enter(Value):
    """Append a line to the item's record."""

    entry: LedgerEntry


class ItemReport(Value):
    """What an item tells the workflow that opened it: its host while open, its answer to a status round, that rounds
    need not ask about it (busy) or need to again (idle), its end."""

    session: str
    item: str
    status: str
    at: Instant | None = None
    """When it was decided; set as it is told."""
    host: str | None = None
    closed: bool = False
    held: bool = False
    on: Instant | None = None
    """When it was held."""
    reason: str = ""
    fate: str | None = None
    """With its end: on-time, late, missed or excused."""
    title: str = ""
    """Of an item that opens."""
    progress: dict[str, str] = {}
    """With status progress: side, office, round, state, note."""
    question: str = ""
    """With status answered: the question, and in `value` what is to hold."""
    value: JsonValue = None


class ReportUp(Value):
    """Tell the workflow that opened this item."""

    report: ItemReport


class Open(Value):
    """Start a workflow of its own for a new item."""

    workflow: str
    """meeting, commitment, series"""
    state: Any
    """The state that it is born with."""


class EnterElsewhere(Value):
    """Append lines to the record of an item that has no workflow: one of before the launch."""

    item: str
    entries: tuple[LedgerEntry, ...]


class Order(Value):
    """What the plan or a series tells an item that it opened."""

    host: str | None = None
    """The side that hosts it, now that the sides have settled it."""
    instead_of: str | None = None
    """The side that the text named as host before; another on which the sides have agreed stays."""
    end: str = ""
    """The status with which it ends: dropped, expired."""
    by: str = ""
    """With `end`: amendment, answer (to a question), window (the plan dates it no longer), expiry. Empty in orders of
    before it was told."""
    amendment: int | None = None
    """With `end`: the number of the amendment by which it ends."""
    text: str = ""
    """Why, in a sentence."""
    at: Instant | None = None
    """When it was decided; set as it is told."""
    changes: dict[str, JsonValue] = {}
    """Of a series or item that an amendment changes: field and new value (models/governance/amended_plan)."""
    unless_begun: bool = False
    """With `end`: only where nothing has been proposed, agreed or done."""
    announce: bool = False
    """Its offices are told of the change: an amendment made it."""
    amended: Proposed | None = None
    """The amendment that made the change, as letters tell it."""
    reinvites: bool = False
    """Offices that the change takes away are removed from an event that is to come, and those that take their place
    are invited."""


class GiveOrder(Value):
    """Give an order to an item."""

    item: str
    order: Order


class Resolve(Value):
    """Resolve the windows of the plan as it now is; the answer comes back to the plan's machine."""

    at: Instant | None = None
    """When the plan came to read otherwise."""


Effect = Await | Settle | Announce | Publish | Enter | ReportUp | Open | EnterElsewhere | GiveOrder | Resolve


LARGEST_LOAD = 500_000
"""Bytes, as JSON, of the words and record lines that go out together: a Temporal payload holds 2 MB at most."""


def one_load(effects: Sequence[Effect]) -> tuple[list[Effect], list[Effect]]:
    """Splits effects that have piled up: those that may go out together, and those that wait.

    Only words and record lines are counted, because each of the other effects goes out by itself. They go at once.
    """
    load: list[Effect] = []
    rest: list[Effect] = []
    size = 0
    for effect in effects:
        if isinstance(effect, Await | Announce | Settle | Enter):
            size += len(effect.model_dump_json().encode())
            (rest if size > LARGEST_LOAD and load else load).append(effect)
        else:
            load.append(effect)
    return load, rest


class Words(Value):
    """What an item has to say to one post room, in one signal.

    They are heard in this order. Announcements first, so that a cancellation is queued before its item is closed; what
    is settled last, because several decisions may be told at once, and what one of them asked for another may have
    settled. Keys are never used again, so nothing that is awaited can be settled by mistake.
    """

    announce: tuple[Announcement, ...] = ()
    awaited: tuple[Notice, ...] = ()
    settled: tuple[Settle, ...] = ()


def words_by_office(effects: Iterable[Effect]) -> dict[str, Words]:
    """What these effects say to each office, in the order in which offices are first spoken to."""
    said: dict[str, Words] = {}
    office: str
    field: str
    word: Any
    for effect in effects:
        if isinstance(effect, Announce):
            office, field, word = effect.announcement.office, "announce", effect.announcement
        elif isinstance(effect, Await):
            office, field, word = effect.notice.office, "awaited", effect.notice
        elif isinstance(effect, Settle):
            office, field, word = effect.office, "settled", effect
        else:
            continue
        words = said.get(office, Words())
        said[office] = words.model_copy(update={field: (*getattr(words, field), word)})
    return said


class PostRoomAddress(Value):
    """Enough to start the post room of an office that has none yet."""

    plan: str
    plan_title: str
    office: str
    office_title: str
    despatch: DespatchRule
    zone: str = "UTC"
    """IANA zone of the office: its letters are dated there."""
    clock: Clock = Clock()
    focal_point: str | None = None
    focal_point_title: str = ""
    side: str = ""
    """Of the office. Empty in post rooms of before office hours were kept: they keep none."""

    @property
    def keeps_hours(self) -> bool:
        """Not in a plan that runs in seconds or hours, and not in post rooms of before."""
        return bool(self.side) and self.despatch.period >= timedelta(days=1)

    def of_focal_point(self) -> "PostRoomAddress | None":
        """The post room that is asked when this office cannot be reached; None where nobody else can be."""
        if not self.focal_point or self.focal_point == self.office:
            return None
        changes = {"office": self.focal_point, "office_title": self.focal_point_title, "focal_point": None}
        return self.model_copy(update=changes)
