"""Notices and announcements: what items give to post rooms, and post rooms to the activity `despatch`."""

from datetime import date
from enum import StrEnum

from models.common.times import Slot, ZonedTime
from models.common.values import Duration, Instant, Value
from models.messages.calendar_event import CalendarEvent, Method


class NoWorkday(Value):
    """A day of a proposed date on which a side does not work."""

    day: date
    who: str
    """The adjective of the side: "Lao"."""
    kind: str
    """holiday or weekend."""
    name: str
    """The name of the holiday or of the weekday."""


class Proposed(Value):
    """A proposal in fields. The letter templates turn the fields into words."""

    number: int
    topic: str
    """date, host, postpone, extend, drop, excuse, answer, amend."""
    by: str
    """The title of the office that made it."""
    side: str
    """The adjective of that office's side."""
    slot: Slot | None = None
    place: str = ""
    format: str = ""
    host: str = ""
    """With host: the short name of the state that hosts."""
    until: Instant | None = None
    question: str = ""
    """With answer: the text of the question. With amend: the title of the obligation."""
    value: str = ""
    """With answer: the proposed answer. With an amended cadence or first host: the new value."""
    change: str = ""
    """With amend: add, change, drop, cadence, first-host."""
    fields: tuple[tuple[str, str], ...] = ()
    """With amend: the fields that change, each with its new value."""
    ref: str = ""
    """With amend: the reference of the provision."""
    clashes: tuple[NoWorkday, ...] = ()
    """With date: the days on which a side does not work."""
    invited: bool = False
    """With date: an invitation to this date is in the calendars, and its buttons answer the proposal."""
    reason: str = ""


class Happened(Value):
    """What an office has done, or what all sides have agreed, in fields. The templates turn the fields into words."""

    verb: str
    """The verb of the line in the ledger: propose, counter, accept, agreed, reject, withdraw, regret, held, not_held,
    outcome, amended and others."""
    by: str = ""
    """The title of the office that acted. Empty if all sides acted, or if time brought it."""
    side: str = ""
    """The adjective of that office's side."""
    proposal: Proposed | None = None
    counters: int = 0
    """With counter: the number of the proposal that it counters."""
    reason: str = ""
    text: str = ""
    document: str = ""
    on: ZonedTime | None = None
    place: str = ""
    format: str = ""
    relieved: bool = False
    """With amended: nothing about the item is awaited any more of the office that gets this letter."""


class AskedBefore(Value):
    """An office on a lower rung, which was asked before."""

    office: str
    title: str
    since: Instant


class AskedQuestion(Value):
    """One open question in a letter."""

    name: str
    """The id with which an answer names the question: 6.2-drugs-provincial/first_host."""
    field: str
    about: str
    """The title of the obligation, with the session. Empty for a question about the full plan."""
    text: str
    """The question in English."""
    options: tuple[str, ...] = ()


class Notice(Value):
    """Tells one office on one rung that an act is awaited of it.

    Its key is plan / obligation / session / act / rung / round / office. In the next letter it is the same notice.
    """

    key: str
    item: str
    """Workflow id of the item: lao-khm/16.3-jtc/2026."""
    ref: str
    """Provision reference: 16.3."""
    title: str
    """The title of the item: "Joint Trade Commission 2026"."""
    verb: str = ""
    """The name of the awaited act: propose-date. Empty in notices from releases that did not record it."""
    lines: tuple[str, ...] = ()
    """Details of the act, one line each: the open questions, or the fields that an amendment changes."""
    act: str
    """The awaited act as an infinitive: "propose a date"."""
    short: str = ""
    """The short title of the item, for subjects: "JTC 2026"."""
    proposal: Proposed | None = None
    """With answer: the proposal."""
    round: str = ""
    """With progress: the name of the status round, 2026."""
    questions: tuple[AskedQuestion, ...] = ()
    """With settle: the open questions."""
    wanted: str = ""
    """With evidence: the evidence that is wanted. With give-address: the office that cannot be reached."""
    reason: str = ""
    """With give-address: why the office cannot be reached."""
    before: tuple[AskedBefore, ...] = ()
    """The offices on the rungs below, and since when each is asked."""
    readings: tuple[str, ...] = ()
    """The names of the readings that `assumed` describes in words."""
    side: str
    office: str
    office_title: str
    rung: int
    since: Instant
    """When the act began to be awaited of the first rung."""
    due: Instant | None = None
    """The instant by which the office is asked to act. None if there is none."""
    at: Instant
    """The instant at which this rung was due."""
    asked_before: tuple[str, ...] = ()
    """Titles of the offices on the rungs below."""
    assumed: tuple[str, ...] = ()
    """The readings of the item that the text does not state, in words."""
    quiet: bool = False
    """True if something else has told the office already: an invitation, or the receipt of its own side's act. Such a
    notice waits for the next letter and causes no extra one."""
    gather: Duration | None = None
    """How long the notice may wait for others, to go in one letter with them. None: the time of the despatch rule."""


class SideAnswer(Value):
    """The answer of one side about one line of a list."""

    who: str
    """The adjective of the side: "Lao"."""
    state: str
    note: str = ""


class Line(Value):
    """One item in the list of an announcement."""

    ref: str
    title: str
    name: str
    """The name with which an answer names the item: 16.3-jtc/2026."""
    answers: tuple[SideAnswer, ...] = ()
    silent: tuple[str, ...] = ()
    """The adjectives of the sides that were asked and have not answered."""
    busy: bool = False
    """The item is awake and asks by itself, so that the round does not ask about it."""
    ends: Instant | None = None
    """The end of the window that the plan gives the item."""


class Section(Value):
    """The part of a list that belongs to one article of the plan."""

    pillar: str
    """Empty for lists of questions, which belong to no provision."""
    article: str
    lines: tuple[Line, ...]


class Count(Value):
    """A number in a list: how many items are in one state, or how many a side was asked about or has answered."""

    of: str
    """What is counted: asked, answered, busy, open, a state of an answer, or the way in which items ended."""
    number: int
    who: str = ""
    """The adjective of a side; "before" for sessions before the launch; empty for the full number."""


class AnnouncementKind(StrEnum):
    INVITATION = "invitation"
    CANCELLATION = "cancellation"
    DECLINECOUNTER = "declinecounter"
    """Another side rejects the date that this office proposed by mail (RFC 5546 section 3.2.8)."""
    ANSWER = "answer"
    MARK = "mark"
    OUTCOME = "outcome"
    CALL = "call"
    """A side called an item, and said why."""
    AMENDMENT = "amendment"
    ROUND = "round"
    """The answers to a status round, for the ministries of foreign affairs."""
    REMINDER = "reminder"
    """An agreed date is near. It stands in the next letter if that goes in time, and goes as its own mail if not."""
    EXPIRY = "expiry"
    """The list of open items before the plan's validity ends; later, with `final`, the final record."""


class Said(Value):
    """The contents of an earlier announcement that goes in the same mail."""

    text: str
    happened: Happened | None = None


class SuggestedAct(Value):
    """An act with which the receiving office can do what the announcement asks. Adapters write the command for it."""

    verb: str
    """A verb of models/messages/acts: accept, withdraw or regret."""
    proposal: int | None = None


class Announcement(Value):
    """A message to one office that goes at once: an invitation, a cancellation, an answer, a mark. Order is kept."""

    key: str
    """item / kind / number / office, where `item` is the workflow id."""
    kind: AnnouncementKind
    item: str
    ref: str
    title: str
    office: str
    office_title: str
    at: Instant
    text: str
    """One paragraph in plain words."""
    suggests: SuggestedAct | None = None
    """The act that answers the announcement, if it asks for an answer."""
    final: bool = False
    """The last announcement about an item that is closed. It still goes after the close-out."""
    event: CalendarEvent | None = None
    """With an invitation, a cancellation, a declined counter or a reminder: the calendar event."""
    comment: str = ""
    """With a declined counter: the reason that the rejecting office gave."""
    short: str = ""
    """The short title of the item, for subjects."""
    happened: Happened | None = None
    """The contents of `text` in fields. None if only `text` has them."""
    earlier: tuple[Said, ...] = ()
    """Earlier announcements about the item that still waited, oldest first. They go in the same mail."""
    left_out: int = 0
    """How many still older announcements about the item the mail leaves out, because too many waited."""
    lists: tuple[Section, ...] = ()
    """The items that `text` summarizes, in the order of the plan's text."""
    counts: tuple[Count, ...] = ()
    """The figures of `text`."""
    subject: str = ""
    """The subject, if the title of the item does not say it: the name of a status round, or `final`."""
    day: Instant | None = None
    """With the list of open items and the final record: the end of the plan's validity."""
    consented: tuple[str, ...] = ()
    """With a proposed date: the offices whose side has consented to it."""
    was_slot: Slot | None = None
    """With an invitation that changes the time: the time before the change."""
    was_place: str | None = None
    """With an invitation that changes the place: the place before the change. Empty if there was none."""
    asks: bool = False
    """An answer to a proposal is awaited, and no invitation asks for it."""
    around: tuple[date, ...] = ()
    """With a date that an office proposed by mail: the days around it on which every side works."""

    @property
    def method(self) -> Method:
        methods = {
            AnnouncementKind.CANCELLATION: Method.CANCEL,
            AnnouncementKind.DECLINECOUNTER: Method.DECLINECOUNTER,
        }
        return methods.get(self.kind, Method.REQUEST)

    @property
    def carries_event(self) -> bool:
        """Whether its mail carries the calendar object. A reminder only says when and where."""
        return self.event is not None and self.kind is not AnnouncementKind.REMINDER

    @property
    def version(self) -> str:
        """The UID of the event, if this announcement carries a new version of one. Empty if not."""
        changes = self.kind in (AnnouncementKind.INVITATION, AnnouncementKind.CANCELLATION)
        return self.event.uid if self.event and changes else ""

    def too_late(self, at: Instant) -> bool:
        """Whether it reminds of a date that has begun by then. Every other word is never too late."""
        if self.kind is not AnnouncementKind.REMINDER or self.event is None:
            return False
        return self.event.slot.start.utc <= at
