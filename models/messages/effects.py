"""Effects: what a decision asks the workflow to do. The core only returns them; the workflow carries them out."""

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
    """Tell an office's post room that these notices no longer stand. With `closed`: that the item has ended. Then
    none of its notices stands, and only cancellations and final announcements about it still go."""

    office: str
    item: str
    keys: tuple[str, ...] = ()
    closed: bool = False


class Announce(Value):
    """Give an office's post room an announcement, which goes at once."""

    announcement: Announcement


class Publish(Value):
    """Put the event into the calendars of the plan and of the invited offices."""

    event: CalendarEvent
    calendars: tuple[str, ...]
    removed: tuple[str, ...] = ()
    """Offices that were invited to the version before and are not invited now. Their calendars lose the event."""

    def after(self, earlier: "Publish | None") -> "Publish":
        """This version, in place of an earlier one that was not published yet. It also removes the event from the
        calendars from which the earlier version would have removed it."""
        if earlier is None:
            return self
        left = dict.fromkeys((*earlier.removed, *self.removed))
        return self.model_copy(update={"removed": tuple(name for name in left if name not in self.calendars)})


class Enter(Value):
    """Append a line to the item's record."""

    entry: LedgerEntry


class ItemReport(Value):
    """What an item tells the workflow that opened it: a host, an answer, the opening of a session, or an end. The
    status `busy` says that status rounds need not ask about the item, `idle` that they ask about it again."""

    session: str
    item: str
    status: str
    at: Instant | None = None
    """When the item decided it. `Draft.report` sets it."""
    host: str | None = None
    closed: bool = False
    held: bool = False
    on: Instant | None = None
    """The instant at which it was held."""
    reason: str = ""
    fate: str | None = None
    """With the end of the item: on-time, late, missed or excused."""
    title: str = ""
    """With status opened: the title of the item. With status answered: the text of the question."""
    progress: dict[str, str] = {}
    """With status progress: side, office, round, state, note."""
    question: str = ""
    """With status answered: the id of the question. `value` holds the answer."""
    value: JsonValue = None


class ReportUp(Value):
    """Send a report to the workflow that opened this item."""

    report: ItemReport


class Open(Value):
    """Start the workflow of a new item."""

    workflow: str
    """The workflow type: meeting, commitment, series or questions."""
    state: Any
    """The state with which the workflow starts."""


class EnterElsewhere(Value):
    """Append lines to the record of an item that has no workflow, because it lies before the launch."""

    item: str
    entries: tuple[LedgerEntry, ...]


class Order(Value):
    """What the plan or a series orders an item that it opened to do."""

    host: str | None = None
    """The side that hosts the item."""
    instead_of: str | None = None
    """The host that the text named before. An item on whose host the sides have agreed keeps that host."""
    end: str = ""
    """The status with which the item ends: dropped or expired."""
    by: str = ""
    """With `end`, the cause: amendment, answer (to a question), window (the plan has no window for it any more) or
    expiry. Empty in orders from releases that did not record it."""
    amendment: int | None = None
    """With `end`: the number of the amendment that ends the item."""
    text: str = ""
    """The reason, in a sentence."""
    at: Instant | None = None
    """When it was decided. `Draft.tell` sets it."""
    changes: dict[str, JsonValue] = {}
    """The fields that an amendment or an answer changes, with their new values (models/governance/amended_items)."""
    unless_begun: bool = False
    """The item obeys only if nothing has been proposed, agreed or done."""
    announce: bool = False
    """The item tells its offices about the change."""
    amended: Proposed | None = None
    """The amendment that made the change, in fields for letters."""
    reinvites: bool = False
    """The item changes the guests of a coming event: it removes the former offices and invites the new ones."""


class LookForObjections(Value):
    """Look whether an objection lies unread, before silence closes an item."""

    plan: str
    offices: tuple[str, ...]
    """The offices of the sides that have kept silent."""
    since: Instant
    """When the silence began."""
    until: Instant
    """When the time to object ended. The mailbox must have been read to its end after this instant."""


class Objections(Value):
    """The answer to LookForObjections."""

    since: Instant
    why: str = ""
    """Why the silence may not end yet. Empty if nothing lies unread."""


class GiveOrder(Value):
    """Give an order to an item."""

    item: str
    order: Order


class Resolve(Value):
    """Resolve the windows of the changed plan. The workflow gives them to the plan's machine (`resolved`)."""

    at: Instant | None = None
    """When the plan changed."""


Effect = (
    Await
    | Settle
    | Announce
    | Publish
    | Enter
    | ReportUp
    | Open
    | EnterElsewhere
    | GiveOrder
    | LookForObjections
    | Resolve
)


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
    """Everything that an item tells one post room in one signal.

    The post room takes the three fields in this order. Announcements come first, so that a cancellation is in the queue
    before its item is closed. Settled notices come last, because one signal may carry several decisions, and a later
    one may settle what an earlier one asked. No key is ever used twice, so this settles nothing by mistake.
    """

    announce: tuple[Announcement, ...] = ()
    awaited: tuple[Notice, ...] = ()
    settled: tuple[Settle, ...] = ()


def words_by_office(effects: Iterable[Effect]) -> dict[str, Words]:
    """Collects what the effects tell each office. The offices keep the order in which they first appear."""
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
    """Everything that is needed to start the post room of an office."""

    plan: str
    plan_title: str
    office: str
    office_title: str
    despatch: DespatchRule
    zone: str = "UTC"
    """IANA zone of the office. Its letters are dated in this zone."""
    clock: Clock = Clock()
    focal_point: str | None = None
    focal_point_title: str = ""
    side: str = ""
    """The side of the office. Empty in post rooms from releases without office hours: they keep none."""

    @property
    def keeps_hours(self) -> bool:
        """Whether the post room keeps office hours: not without a side, and not with a despatch period under a day."""
        return bool(self.side) and self.despatch.period >= timedelta(days=1)

    def of_focal_point(self) -> "PostRoomAddress | None":
        """The post room of the focal point, which is asked if this office cannot be reached. None if there is no focal
        point, or if this office is the focal point itself."""
        if not self.focal_point or self.focal_point == self.office:
            return None
        changes = {"office": self.focal_point, "office_title": self.focal_point_title, "focal_point": None}
        return self.model_copy(update=changes)
