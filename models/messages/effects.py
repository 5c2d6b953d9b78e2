"""Effects: what a decision asks the workflow to do. The core only returns effects. The workflow carries them out."""

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
    """Tell the post room of an office that an act is awaited of that office."""

    notice: Notice


class Settle(Value):
    """Tell the post room of an office that notices of an item no longer stand."""

    office: str
    item: str
    keys: tuple[str, ...] = ()
    """The keys of the notices that no longer stand. Empty if there are none, or if `closed` settles them all."""
    closed: bool = False
    """True: the item has ended. No notice of the item stands then. Of its announcements that are not sent yet, the post
    room sends only cancellations, announcements with `final`, and those that tell what a side has put on record."""


class Announce(Value):
    """Give an announcement to the post room of an office. The post room sends it at once."""

    announcement: Announcement


class Publish(Value):
    """Put a version of the event into the calendars of the plan and of the invited offices."""

    event: CalendarEvent
    calendars: tuple[str, ...]
    removed: tuple[str, ...] = ()
    """Offices that were invited to the previous version and are not invited to this one. The event is removed from
    their calendars. Empty if there are none."""

    def after(self, earlier: "Publish | None") -> "Publish":
        """Returns this effect so that it also does the work of `earlier`, which was not carried out. The result removes
        the event from the calendars that either of the two names, except those that get the event now. If `earlier` is
        None, it returns this effect unchanged."""
        if earlier is None:
            return self
        left = dict.fromkeys((*earlier.removed, *self.removed))
        return self.model_copy(update={"removed": tuple(name for name in left if name not in self.calendars)})


class Enter(Value):
    """Append a line to the record of the item."""

    entry: LedgerEntry


class ItemReport(Value):
    """What an item reports to the workflow that opened it: a host, an answer, the opening of a session, or an end.

    The status `busy` means that status rounds need not ask about the item. The status `idle` means that they ask about
    it again. A field that the report does not need is empty or None.
    """

    session: str
    item: str
    status: str
    at: Instant | None = None
    """The instant at which the item decided what it reports. `Draft.report` sets this field."""
    host: str | None = None
    closed: bool = False
    held: bool = False
    on: Instant | None = None
    """The instant at which the meeting was held. None if it was not held, or if that instant is not known."""
    reason: str = ""
    fate: str | None = None
    """If the item has ended: the fate of the item, which is on-time, late, missed or excused. None for an item without
    a fate."""
    silent: tuple[str, ...] = ()
    """If silence has closed the item: the sides that said nothing. Empty for another end, and in older reports."""
    title: str = ""
    """With status opened: the title of the item. With status answered: the text of the question."""
    progress: dict[str, str] = {}
    """With status progress: the answer to the status round, with the keys side, office, round, state and note."""
    question: str = ""
    """With status answered: the id of the question. `value` holds the answer."""
    value: JsonValue = None


class ReportUp(Value):
    """Send a report to the workflow that opened the item."""

    report: ItemReport


class Open(Value):
    """Start the workflow of a new item."""

    workflow: str
    """The workflow type: meeting, commitment, series or questions."""
    state: Any
    """The state with which the workflow starts."""


class EnterElsewhere(Value):
    """Append lines to the record of an item from the time before the launch. Such an item has no workflow of its
    own."""

    item: str
    entries: tuple[LedgerEntry, ...]


class Order(Value):
    """An order that the workflow of the plan or of a series gives to an item that it opened. A field that the order
    does not need is empty or None."""

    host: str | None = None
    """The side that hosts the item. The item takes this host only if it has no host yet, or if its host is
    `instead_of`. None: the order changes no host."""
    instead_of: str | None = None
    """The former host, which `host` replaces. An item with any other host keeps that host."""
    end: str = ""
    """The status with which the item ends: dropped or expired. Empty: the item goes on."""
    by: str = ""
    """With `end`: the cause, which is amendment, answer (to a question), window (the plan has no window for the item
    any more) or expiry. Empty in orders from releases that did not record the cause."""
    amendment: int | None = None
    """With `end`: the number of the amendment that ends the item. None if no amendment ends it."""
    text: str = ""
    """The reason for the order, in words."""
    at: Instant | None = None
    """The instant at which the order was decided. `Draft.tell` sets this field."""
    changes: dict[str, JsonValue] = {}
    """The fields of the item that an amendment or an answer changes, with their new values
    (models/governance/amended_items). Empty if the order changes no fields."""
    unless_begun: bool = False
    """True: the item obeys only if no proposal of it is open and nothing about it is agreed or done."""
    announce: bool = False
    """True: the item announces the change to its offices."""
    amended: Proposed | None = None
    """The amendment that made the change, in fields for letters. None if no amendment made it."""
    reinvites: bool = False
    """True: the item changes the guests of a coming event. It removes the former offices and invites the new ones."""


class LookForObjections(Value):
    """Look in the inbox for an objection that nobody has dealt with yet, before silence closes an item."""

    plan: str
    offices: tuple[str, ...]
    """The offices of the sides that have not objected and not agreed."""
    since: Instant
    """The instant at which the silence began."""
    until: Instant
    """The instant at which the time to object ended. The mailbox must have been read to its end after it."""


class Objections(Value):
    """The answer to LookForObjections."""

    since: Instant
    """The instant at which the silence began, as in the question."""
    why: str = ""
    """Why the silence may not end yet. Empty if it may end."""


class GiveOrder(Value):
    """Give an order to an item that this workflow opened."""

    item: str
    order: Order


class Resolve(Value):
    """Calculate the windows of the changed plan as instants. The workflow gives them to the plan's machine
    (`resolved`)."""

    at: Instant | None = None
    """The instant at which the plan changed."""


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
"""How many bytes of JSON a workflow may send together as statements to post rooms and lines of the record. A Temporal
payload (the data of one call) holds at most 2 MB."""


def one_load(effects: Sequence[Effect]) -> tuple[list[Effect], list[Effect]]:
    """Splits waiting effects into two lists: those that the workflow carries out now, and those that must wait.

    Only statements to post rooms and lines of the record count towards LARGEST_LOAD. The first of these is always in
    the first list. Other effects do not count and are always in the first list, because each is sent by itself.
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
    decision may settle a notice of an earlier one. No two notices have the same key, so the post room settles no notice
    by mistake.
    """

    announce: tuple[Announcement, ...] = ()
    awaited: tuple[Notice, ...] = ()
    settled: tuple[Settle, ...] = ()


def words_by_office(effects: Iterable[Effect]) -> dict[str, Words]:
    """Collects, for each office, everything that the effects tell its post room. Returns it by office id, in the order
    in which the effects first name the offices. Other effects are left out."""
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
    """Everything that a workflow needs to start the post room of an office."""

    plan: str
    plan_title: str
    office: str
    office_title: str
    despatch: DespatchRule
    zone: str = "UTC"
    """IANA zone of the office. The dates of its letters are in this zone."""
    clock: Clock = Clock()
    focal_point: str | None = None
    """Id of the focal point of the side. None if the side has none."""
    focal_point_title: str = ""
    """The full title of the focal point. Empty if there is none."""
    side: str = ""
    """The side of the office. Empty in post rooms that an older release started. Such a post room keeps no office
    hours."""
    edition: int = 0
    """The edition of the rules by which the post room decides in this run. 0: the rules of release 0.1.0 and
    before."""
    epoch: int = 0
    """The epoch of the engine on which the post room runs. From epoch 1 on, the post room keeps its state in the
    record. 0: a release that kept no states has started it."""

    @property
    def keeps_hours(self) -> bool:
        """Whether the post room sends mail only in office hours. True if `side` is known and the despatch period is a
        day or longer."""
        return bool(self.side) and self.despatch.period >= timedelta(days=1)

    def of_focal_point(self) -> "PostRoomAddress | None":
        """The address of the post room of the focal point. The program asks that office for a new address if mail to
        this office does not arrive. None if there is no focal point, or if this office is the focal point itself."""
        if not self.focal_point or self.focal_point == self.office:
            return None
        changes = {"office": self.focal_point, "office_title": self.focal_point_title, "focal_point": None}
        return self.model_copy(update=changes)
