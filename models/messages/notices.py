"""Notices and announcements. Items give them to post rooms, and post rooms give them to the activity `despatch`."""

from datetime import date
from enum import StrEnum

from models.common.times import Slot, ZonedTime
from models.common.values import Duration, Instant, Value
from models.messages.calendar_event import CalendarEvent, Method
from models.plan.plan import SilenceRule


class NoWorkday(Value):
    """One unusual thing about a proposed date, as in models/messages/acts (`Clash`)."""

    day: date
    who: str
    """The adjective of the side that it concerns: "Lao". Empty with outside-window."""
    kind: str
    """What is unusual: holiday, weekend, outside-window, night, soon or place-stays."""
    name: str
    """With holiday or weekend: the name of the holiday or of the weekday. With night: the wall time of that side. With
    soon: the number of working days until the date. With outside-window: the window in words. With place-stays: the
    place of the date that is agreed or proposed."""


class Proposed(Value):
    """A proposal in fields. The letter templates turn the fields into words. A field that the topic does not use is
    empty or None."""

    number: int
    replaces: int = 0
    """The number of the older proposal of the same side that this proposal replaces. 0: it replaces none."""
    topic: str
    """What the proposal is about: date, host, postpone, extend, drop, excuse, answer, amend or rectify."""
    by: str
    """The title of the office that made the proposal. Empty for an amendment that is in force."""
    side: str
    """The adjective of the side of that office. Empty for an amendment that is in force."""
    slot: Slot | None = None
    place: str = ""
    format: str = ""
    link: str = ""
    zones: tuple[str, ...] = ()
    """The time zones of the sides, by their IANA names, each once. Letters tell the date in each of them."""
    host: str = ""
    """With host: the short name of the state that hosts."""
    until: Instant | None = None
    question: str = ""
    """With answer: the text of the question. With amend: the title of the obligation."""
    value: str = ""
    """With answer: the proposed answer. With amend, if the cadence or the first host changes: the new value."""
    change: str = ""
    """With amend: the kind of the amendment, which is add, change, drop, cadence or first-host."""
    fields: tuple[tuple[str, str], ...] = ()
    """With amend: the fields of the obligation that change, each with its new value. Empty if the obligation is new."""
    ref: str = ""
    """With amend: the reference of the provision that gets a new obligation. Empty for other amendments."""
    clashes: tuple[NoWorkday, ...] = ()
    """With date or host: what is unusual about the proposal. Empty if nothing is."""
    invited: bool = False
    """With date. True: the offices have an invitation to this date in their calendars, and its buttons answer the
    proposal."""
    reason: str = ""
    """Why the office proposes it. Empty if the office gave no reason."""
    fact: str = ""
    """With rectify: what is to be put right, which is mark, outcome, evidence or close-out. `question` is the title of
    the item, and `value` is what its record is to say."""
    before: str = ""
    """With rectify: what the record of the item says."""


class AnswerEffect(StrEnum):
    """What follows from an answer by mail that changes nothing, as a letter tells it."""

    DATE_STANDS = "date-stands"
    """Another side declines an agreed date. The date stands."""
    MAY_REGRET = "may-regret"
    """The own side declines an agreed date. The date stands, and the side can regret it."""
    MAY_WITHDRAW = "may-withdraw"
    """The own side declines the date that it has proposed itself. The proposal stands, and the side can withdraw it."""
    STAYS_REJECTED = "stays-rejected"
    """A side accepts a date that it had rejected, too late. The proposal stays rejected."""
    EARLIER_TERMS = "earlier-terms"
    """The answer of this office is about earlier terms. It is asked again."""
    AGREED_SINCE = "agreed-since"
    """This office accepts an earlier date. Another one was agreed since."""
    OTHER_OPEN = "other-open"
    """This office accepts an earlier date. Another proposal is open since."""
    OWN_OPEN = "own-open"
    """The same, and the open proposal is one of its own side."""
    CANCELLED = "cancelled"
    """This office accepts a date whose event was cancelled."""


class Answered(Value):
    """An answer by mail, in fields for a letter."""

    said: str = ""
    """The answer: accepted, tentative, declined, new-time or none. Empty in a letter to the office itself, which knows
    it."""
    words: str = ""
    """What the office wrote beside it. Empty if it wrote nothing."""
    effect: AnswerEffect | None = None
    """What follows from it. None if the receiver need not know."""
    proposal: int = 0
    """With other-open, own-open, stays-rejected and may-withdraw: the number of the proposal. 0 with others."""
    agreed: ZonedTime | None = None
    """With agreed-since: the start of the agreed date. None with others."""


class Happened(Value):
    """What an office has done, or what all sides have agreed, in fields. The templates turn the fields into words."""

    verb: str
    """The verb of the line in the ledger: propose, counter, accept, agreed, reject, withdraw, lapsed, regret, held,
    not_held, outcome, amended and others."""
    by: str = ""
    """The title of the office that acted. Empty if all sides agreed, or if it happened because an instant came."""
    side: str = ""
    """The adjective of the side of that office. Empty if `by` is empty."""
    proposal: Proposed | None = None
    counters: int = 0
    """With counter (a proposal that answers another one): the number of the proposal that it answers."""
    reason: str = ""
    text: str = ""
    document: str = ""
    """The name of the filed document. Empty if no document was filed."""
    digest: str = ""
    """The SHA-256 digest of the filed document, as 64 hexadecimal digits. Empty if no document was filed."""
    on: ZonedTime | None = None
    place: str = ""
    format: str = ""
    replaced: bool = False
    """True: this corrects what the same side has put on record before."""
    before: "Happened | None" = None
    """With a correction: what the same side had put on record before. None if this is no correction."""
    state: str = ""
    """With progress: how far the item has come, in the answer of the side. Empty for other verbs."""
    abouts: tuple[str, ...] = ()
    """With agree and dispute: what the office agrees to or disputes, which is mark, not-held, outcome or evidence.
    Empty in lines of releases that did not record it."""
    closed: bool = False
    """With agree. True: every other side has agreed, so the item is closed out."""
    dispute: str = ""
    """With held and not_held, in a dispute: `settled` if the sides now say the same, `stands` if they do not yet. Empty
    if the mark is not disputed."""
    under_silence: bool = False
    """True: the other sides may object for a stated time. False: they may do so until the item is closed."""
    outside_window: bool = False
    """With held. True: the side says expressly that the day of the meeting lies outside the window."""
    words: tuple[tuple[str, str], ...] = ()
    """With agreed: what offices had written beside their answers before their side consented. Each entry is the title
    of an office and its words. Empty if none wrote anything."""
    answered: Answered | None = None
    """With reply: the answer by mail, and what follows from it. None for other verbs, and in messages from releases
    that did not record it."""
    taken_back: int = 0
    """With accept: the number of the counter-proposal that the side takes back with it. 0 if there is none."""
    relieved: bool = False
    """With amended. True: no act about the item is awaited any more of the office that receives this mail."""


class AskedBefore(Value):
    """An office on a lower rung, which the program asked earlier and still asks, or wants to ask."""

    office: str
    title: str
    since: Instant
    """The instant since which the act is awaited of this office."""


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
    """Answers that the letter offers for a choice. Empty if it offers none."""


class Notice(Value):
    """Tells one office on one rung that an act is awaited of it.

    Its key is plan / obligation / session / act / rung / round / office. Each letter that repeats the notice has the
    same key for it.
    """

    key: str
    item: str
    """Workflow id of the item: lao-khm/16.3-jtc/2026."""
    ref: str
    """The reference of the provision: 16.3."""
    title: str
    """The title of the item: "Joint Trade Commission 2026"."""
    verb: str = ""
    """The name of the awaited act: propose-date. Empty in notices from releases that did not record it."""
    lines: tuple[str, ...] = ()
    """Details of the act, one line each: the open questions, or the fields that an amendment changes. Empty if the act
    needs no details."""
    act: str
    """The awaited act as an infinitive: "propose a date"."""
    short: str = ""
    """The short title of the item in mail subjects: "JTC 2026"."""
    proposal: Proposed | None = None
    """If the awaited act is answer: the proposal that the office is asked to answer. None for other acts."""
    round: str = ""
    """If the awaited act is progress: the name of the status round, 2026. Empty for other acts."""
    questions: tuple[AskedQuestion, ...] = ()
    """If the awaited act is settle: the open questions. Empty for other acts."""
    wanted: str = ""
    """If the awaited act is evidence: the evidence that is wanted. If it is give-address: the title of the office that
    mail does not reach. Empty for other acts."""
    reason: str = ""
    """If the awaited act is give-address: why mail does not reach that office. Empty for other acts."""
    before: tuple[AskedBefore, ...] = ()
    """The offices on the lower rungs that were written to, each with the instant of its letter. In notices by the rules
    before edition 1: all offices on the lower rungs, each with the instant since which the act is awaited of it. Empty
    on the first rung."""
    not_written_to: tuple[AskedBefore, ...] = ()
    """The offices on the lower rungs that no letter has asked yet, because they are closed or away. The ladder did not
    wait for them, because the window or a proposed date would be lost. Empty in most notices."""
    acknowledged: bool = False
    """True: when the mail server has taken the first letter with the notice, the post room tells the item so."""
    latest: Instant | None = None
    """With `acknowledged`: the latest instant to which `due` moves, if the first letter goes late. None: nothing limits
    how far it moves."""
    readings: tuple[str, ...] = ()
    """The names of the readings that `assumed` describes in words, in the same order."""
    side: str
    office: str
    office_title: str
    rung: int
    since: Instant
    """The instant at which the act began to be awaited of the first rung."""
    due: Instant | None = None
    """The instant by which the office is asked to act. None if the notice sets no such instant."""
    ends: Instant | None = None
    """The end of the window of the item. None if the item has no window, and in notices from releases that did not
    record it."""
    at: Instant
    """The instant at which the act began to be awaited of this rung."""
    asked_before: tuple[str, ...] = ()
    """The titles of the offices in `before`. Empty on the first rung."""
    assumed: tuple[str, ...] = ()
    """The readings of the item that are only assumed, in words. Empty if there are none."""
    quiet: bool = False
    """True: the office knows of the act already, from an invitation or from the receipt of its own side's act. The
    notice then waits for the next letter, and the post room sends no extra letter for it."""
    gather: Duration | None = None
    """How long the post room may hold the notice, so that other notices can go in the same letter. None: the time of
    the despatch rule."""


class SideAnswer(Value):
    """The answer of one side to a status round, about one item."""

    who: str
    """The adjective of the side: "Lao"."""
    state: str
    """How far the item has come, as the side says: not-started, limited, substantial, complete or no-evidence."""
    note: str = ""
    """What the side added in words. Empty if it added nothing."""


class Line(Value):
    """One item in the list of an announcement."""

    ref: str
    title: str
    name: str
    """The name with which an answer names the item: 16.3-jtc/2026."""
    answers: tuple[SideAnswer, ...] = ()
    silent: tuple[str, ...] = ()
    """The adjectives of the sides that the program asked and that have not answered."""
    busy: bool = False
    """True: acts about the item are awaited already, so the status round does not ask about it."""
    ends: Instant | None = None
    """The end of the window that the plan gives the item. None if the plan gives it no window."""


class Section(Value):
    """The part of a list that belongs to one article of the plan."""

    pillar: str
    """The pillar of the article. Empty for lists of questions, which belong to no provision."""
    article: str
    lines: tuple[Line, ...]


class Count(Value):
    """One number in an announcement: how many items are in one state, or about how many items a side was asked or has
    answered."""

    of: str
    """What is counted: asked, answered, busy, open, dated, questions, standing, missed, a state of an answer, or the
    way in which items ended."""
    number: int
    who: str = ""
    """The adjective of the side to which the number belongs. "before": it counts sessions before the launch. Empty: it
    belongs to no single side."""


class AnnouncementKind(StrEnum):
    INVITATION = "invitation"
    CANCELLATION = "cancellation"
    DECLINECOUNTER = "declinecounter"
    """Another side rejects the date that this office proposed by mail (RFC 5546 section 3.2.8)."""
    ANSWER = "answer"
    MARK = "mark"
    OUTCOME = "outcome"
    CALL = "call"
    """A side called an item, and gave its reason."""
    AMENDMENT = "amendment"
    ROUND = "round"
    """The answers to a status round, for the ministries of foreign affairs."""
    QUESTION = "question"
    """The secretariat asks what a mail of this office means: an answer with words of its own, or a letter."""
    REMINDER = "reminder"
    """An agreed date is near. The reminder is part of the next letter if that letter goes early enough. If not, the
    reminder goes as a mail of its own."""
    EXPIRY = "expiry"
    """The list of open items, before the plan's validity ends. If the field `subject` is `final`: the final record,
    when the validity has ended."""


class Said(Value):
    """The contents of an earlier announcement, which goes in the same mail as a later one."""

    text: str
    happened: Happened | None = None
    """The contents of `text` in fields. None if only `text` has them."""


class SuggestedAct(Value):
    """The act with which the office can do what the announcement asks. Adapters write the command of this act into the
    mail."""

    verb: str
    """A verb of models/messages/acts: accept, withdraw or regret."""
    proposal: int | None = None
    """The number of the proposal that the act is about. None if it is about none."""


class AwaitedAct(Value):
    """One act that is awaited of a side, as a question to one of its offices lists it. Its fields mean what they mean
    in `Notice`."""

    verb: str
    act: str
    proposal: Proposed | None = None
    wanted: str = ""
    reason: str = ""


class Asked(Value):
    """What the secretariat asks about a mail of an office."""

    words: str
    """The words of the mail."""
    proposal: Proposed | None = None
    """The proposal that the mail seems to accept. None if the mail is a letter."""
    awaited: tuple[AwaitedAct, ...] = ()
    """With a letter: the acts that are awaited of the side. Empty if none is."""


class Announcement(Value):
    """A statement to one office that the post room sends at once: an invitation, a cancellation, an answer, a mark. The
    post room keeps the order of announcements. Only a reminder may wait, because it may go in a letter."""

    key: str
    """The key is item / kind / number / office, where `item` is the workflow id of the item."""
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
    """The act with which the office can answer the announcement. None if the announcement suggests no act."""
    final: bool = False
    """True: the post room sends the announcement even if the item has ended meanwhile."""
    event: CalendarEvent | None = None
    """With an invitation, a cancellation, a declinecounter or a reminder: the calendar event. With a question: the
    event whose buttons answer it, if there is one. None for other kinds."""
    asked: Asked | None = None
    """With a question: what is asked. None for other kinds."""
    comment: str = ""
    """With a declinecounter: the reason that the rejecting office gave. Empty for other kinds, or if it gave none."""
    short: str = ""
    """The short title of the item in mail subjects."""
    happened: Happened | None = None
    """The contents of `text` in fields. None if only `text` has them."""
    earlier: tuple[Said, ...] = ()
    """Earlier announcements about the item that were not sent yet, oldest first. They go in the same mail as this
    one."""
    acknowledges: tuple[str, ...] = ()
    """Keys of announcements in this mail. When the mail server has taken the mail, the post room tells the item so for
    each of these keys. Empty if the item does not need to know."""
    silence: SilenceRule | None = None
    """How long the office may object to what the announcement says. `express`: the side of the office must do the act
    `agree`. None: the announcement begins no silence."""
    about: str = ""
    """With a silence: what it is about, which is mark, outcome or evidence. Empty without a silence."""
    left_out: int = 0
    """How many older announcements about the item are missing in `earlier`, because too many waited."""
    lists: tuple[Section, ...] = ()
    """The items that `text` summarizes, in the order of the plan's text. Empty if `text` summarizes no list."""
    counts: tuple[Count, ...] = ()
    """The numbers that `text` contains. Empty if `text` summarizes no list."""
    subject: str = ""
    """With a status round: the name of the round. With the final record: `final`. Empty for other announcements, whose
    mail subject needs only the title of the item."""
    day: Instant | None = None
    """With the list of open items and with the final record: the end of the plan's validity. None for other kinds."""
    consented: tuple[str, ...] = ()
    """With a proposed date: the offices of the sides that have consented to the date. Empty for other announcements."""
    was_slot: Slot | None = None
    """With an invitation that changes the time: the time before the change. None if the time does not change."""
    was_place: str | None = None
    """With an invitation that changes the place: the place before the change. Empty if no place was named before. None
    if the place does not change."""
    was_format: str | None = None
    """With an invitation that changes the format (in person, by video): the format before the change. Empty if none was
    named before. None if the format does not change."""
    was_link: str | None = None
    """With an invitation that changes the joining link: the link before the change. Empty if none was named before.
    None if the link does not change."""
    zones: tuple[str, ...] = ()
    """The time zones of the sides of the item, by their IANA names, each once. Letters tell the times of the event in
    each of them. Empty in announcements from releases that did not record them."""
    asks: bool = False
    """True: the mail must say that an answer is awaited, because it carries no invitation that asks for the answer."""
    due: Instant | None = None
    """With a proposed date: the instant by which the office is asked to answer. None if no such instant is set."""
    around: tuple[date, ...] = ()
    """With a date that an office proposed by mail: the days around that date on which every side works. Empty for other
    announcements."""

    @property
    def method(self) -> Method:
        methods = {
            AnnouncementKind.CANCELLATION: Method.CANCEL,
            AnnouncementKind.DECLINECOUNTER: Method.DECLINECOUNTER,
        }
        return methods.get(self.kind, Method.REQUEST)

    @property
    def carries_event(self) -> bool:
        """Whether the mail of the announcement has the calendar event attached. The mail of a reminder has none: it
        only says when and where the meeting is."""
        return self.event is not None and self.kind is not AnnouncementKind.REMINDER

    @property
    def version(self) -> str:
        """The UID (the permanent id) of the calendar event, if this announcement carries a new version of the event.
        Empty if it carries none."""
        changes = self.kind in (AnnouncementKind.INVITATION, AnnouncementKind.CANCELLATION)
        return self.event.uid if self.event and changes else ""

    def too_late(self, at: Instant) -> bool:
        """True: this is a reminder of a meeting that has begun at the instant `at` or before. False for every other
        announcement."""
        if self.kind is not AnnouncementKind.REMINDER or self.event is None:
            return False
        return self.event.slot.start.utc <= at
