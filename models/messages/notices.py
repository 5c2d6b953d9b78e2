"""What passes between items, the post room and the activity that transmits."""

from datetime import date
from enum import StrEnum

from models.common.times import Slot, ZonedTime
from models.common.values import Duration, Instant, Value
from models.messages.calendar_event import CalendarEvent, Method


class NoWorkday(Value):
    """A day of a proposed date on which a side does not work."""

    day: date
    who: str
    """The side by its adjective."""
    kind: str
    """holiday or weekend."""
    name: str
    """Of the holiday; of the day of a weekend."""


class Proposed(Value):
    """A proposal as a letter tells it: in fields, whose words are the templates' own."""

    number: int
    topic: str
    """date, host, postpone, extend, drop, excuse, answer, amend."""
    by: str
    """The office that made it, by its title."""
    side: str
    """Its side by its adjective."""
    slot: Slot | None = None
    place: str = ""
    format: str = ""
    host: str = ""
    """The state that is to host, by its short name."""
    until: Instant | None = None
    question: str = ""
    """With answer: what was asked. With amend: the obligation by its title."""
    value: str = ""
    """With answer and with an amended cadence or first host: what is to hold."""
    change: str = ""
    """With amend: add, change, drop, cadence, first-host."""
    fields: tuple[tuple[str, str], ...] = ()
    """With amend: what is to read otherwise, by field of the plan file."""
    ref: str = ""
    """With amend: the provision."""
    clashes: tuple[NoWorkday, ...] = ()
    """With date."""
    invited: bool = False
    """With date: an invitation to it is in the calendars, and its buttons answer it."""
    reason: str = ""


class Happened(Value):
    """What an office has done, or what all have agreed, in fields: the words are the templates' own."""

    verb: str
    """As in the ledger: propose, counter, accept, agreed, reject, withdraw, regret, held, not_held, outcome,
    amended and others."""
    by: str = ""
    """The office that acted, by its title; empty where it is all of them, or time."""
    side: str = ""
    """Its side by its adjective."""
    proposal: Proposed | None = None
    counters: int = 0
    """With counter: the number of the proposal to which it is the answer."""
    reason: str = ""
    text: str = ""
    document: str = ""
    on: ZonedTime | None = None
    place: str = ""
    format: str = ""
    relieved: bool = False
    """With amended: nothing about it is awaited any longer of the office that is told."""


class Before(Value):
    """An office that was asked before, on a rung below."""

    office: str
    title: str
    since: Instant


class AskedQuestion(Value):
    """One open question in a letter."""

    name: str
    """How an answer names it: 6.2-drugs-provincial/first_host."""
    field: str
    about: str
    """The obligation by its title, with its session; empty for the whole plan."""
    text: str
    """As it is asked, in English."""
    options: tuple[str, ...] = ()


class Notice(Value):
    """The word of one rung to one office: this act is awaited of you.

    Its key is plan / item / session / act / rung / round / office. Repeated in the next letter it is the same notice.
    """

    key: str
    item: str
    """Workflow id of the item: lao-khm/16.3-jtc/2026."""
    ref: str
    """Provision reference: 16.3."""
    title: str
    """The item in words: "Joint Trade Commission 2026"."""
    verb: str = ""
    """The awaited act by its name: propose-date. Empty in notices of before it was told."""
    lines: tuple[str, ...] = ()
    """What the act consists of, a line each: the open questions."""
    act: str
    """What is awaited, as an infinitive: "propose a date"."""
    short: str = ""
    """The item in short, for subjects: "JTC 2026"."""
    proposal: Proposed | None = None
    """With answer: what is proposed."""
    round: str = ""
    """With progress: the status round by its name, 2026."""
    questions: tuple[AskedQuestion, ...] = ()
    """With settle: what is asked."""
    wanted: str = ""
    """With evidence: what closes it. With give-address: the office that is not reached."""
    reason: str = ""
    """With give-address: why nothing reaches it."""
    before: tuple[Before, ...] = ()
    """Whom the rungs below have asked, and since when."""
    readings: tuple[str, ...] = ()
    """The readings behind `assumed`, by name."""
    side: str
    office: str
    office_title: str
    rung: int
    since: Instant
    """When the act began to be awaited of the first rung."""
    due: Instant | None = None
    """By when it was asked for; None where nothing states it."""
    at: Instant
    """The instant at which this rung was due."""
    asked_before: tuple[str, ...] = ()
    """Titles of the offices on the rungs below."""
    assumed: tuple[str, ...] = ()
    """Working readings on which this rests, each marked as assumed."""
    quiet: bool = False
    """True where something else has already said it at once (an invitation, the answer to the office's own act):
    it waits for the next letter and asks for none of its own."""
    gather: Duration | None = None
    """How long it may wait for others to go in one letter with it; None for the despatch rule's own time."""


class SideAnswer(Value):
    """What a side has said of one line of a list."""

    who: str
    """The side by its adjective: "Lao"."""
    state: str
    note: str = ""


class Line(Value):
    """One item in a list."""

    ref: str
    title: str
    name: str
    """How an answer names it: 16.3-jtc/2026."""
    answers: tuple[SideAnswer, ...] = ()
    silent: tuple[str, ...] = ()
    """Sides, by adjective, that were asked and have not answered."""
    busy: bool = False
    """It is followed by itself at the time, and the round does not ask about it."""
    ends: Instant | None = None
    """The end of the window that the plan gives it."""


class Section(Value):
    """Part of a list: what belongs to one article of the plan."""

    pillar: str
    """Empty for what belongs to no provision: open questions."""
    article: str
    lines: tuple[Line, ...]


class Count(Value):
    """A number in a list: how many items ended in which way; with `who`, how far a side has answered a round."""

    of: str
    """asked, answered, or a state."""
    number: int
    who: str = ""
    """The side by its adjective; empty where it is of all."""


class AnnouncementKind(StrEnum):
    INVITATION = "invitation"
    CANCELLATION = "cancellation"
    DECLINECOUNTER = "declinecounter"
    """The sides do not take the date that this office proposed by mail (RFC 5546 section 3.2.8)."""
    ANSWER = "answer"
    MARK = "mark"
    OUTCOME = "outcome"
    CALL = "call"
    """Something dormant was called, with its stated necessity."""
    AMENDMENT = "amendment"
    ROUND = "round"
    """A status round as it stands, to the ministries of foreign affairs."""
    REMINDER = "reminder"
    """An agreed date is near. It does not go at once where a letter goes in time: then it is in the letter."""
    EXPIRY = "expiry"
    """What is open before the plan's validity ends; and, final, what has become of it all as it ends."""


class Said(Value):
    """What an announcement says."""

    text: str
    happened: Happened | None = None


class SuggestedAct(Value):
    """An act of the office that is told, by which it would do what is asked. Whoever shows it words it."""

    verb: str
    """As in models/messages/acts: accept, withdraw, regret."""
    proposal: int | None = None


class Announcement(Value):
    """A word to one office that goes at once, in order: an invitation, a cancellation, an answer, what was marked."""

    key: str
    """plan / item / session / kind / number / office."""
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
    """The act that would answer it, where an answer is asked."""
    final: bool = False
    """The last word on an item, said as it is closed: it still goes."""
    event: CalendarEvent | None = None
    """With an invitation, a cancellation or a declined counter: the calendar object. With a reminder: the event."""
    comment: str = ""
    """With a declined counter: the reason, in the words of whoever rejected it."""
    short: str = ""
    """The item in short, for subjects."""
    happened: Happened | None = None
    """What `text` says, in fields; None where only `text` says it."""
    earlier: tuple[Said, ...] = ()
    """What else waited to be said of the item, oldest first: it goes in the same mail."""
    lists: tuple[Section, ...] = ()
    """What `text` sums up, item by item, in the order of the plan's text."""
    counts: tuple[Count, ...] = ()
    """The figures of `text`."""
    subject: str = ""
    """What it is about, where the item's title does not say it: the round 2026."""
    day: Instant | None = None
    """The instant that it is about: the end of the plan's validity, the close of a round."""
    consented: tuple[str, ...] = ()
    """With a proposed date: offices whose side has consented to it."""
    was_slot: Slot | None = None
    """With an invitation that changes the time: the time until now."""
    was_place: str | None = None
    """With an invitation that changes the place: the place until now, empty where none was said."""
    asks: bool = False
    """An answer to a proposal is awaited, and no invitation asks for it."""
    around: tuple[date, ...] = ()
    """With another proposed date: the days around it on which every side works."""

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
        """The UID of the event of which this says a new version; empty where it says none."""
        changes = self.kind in (AnnouncementKind.INVITATION, AnnouncementKind.CANCELLATION)
        return self.event.uid if self.event and changes else ""

    def too_late(self, at: Instant) -> bool:
        """Whether it reminds of a date that has begun by then. Every other word is never too late."""
        if self.kind is not AnnouncementKind.REMINDER or self.event is None:
            return False
        return self.event.slot.start.utc <= at
