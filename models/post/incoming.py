"""Messages in the organizer's mailbox: what each message says, and whether the answers in it may count."""

import re
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from models.common.named_times import NamedTimes
from models.common.times import Slot
from models.common.values import Instant, Value
from models.messages.acts import Document, Reply, ReplyMethod
from models.messages.calendar_event import PartStat
from models.post.contacts import Contacts


class MessageKind(StrEnum):
    """The kind of a message. The program handles each kind in another way."""

    ANSWERS = "answers"
    """The message holds one or more answers to invitations."""
    BOUNCE = "bounce"
    """The message is a delivery status (RFC 3464): mail to an office came back, is delayed or was delivered."""
    AUTOMATIC = "automatic"
    """A program sent the message, for example an out-of-office note or a receipt. Our program does nothing with it."""
    LETTER = "letter"
    """A person wrote the message for a person to read."""
    CALENDAR = "calendar"
    """The message holds a calendar object that is not an answer, unless a program sent it. It never changes an event,
    and a person must read it."""
    REFUSED = "refused"
    """The program cannot read the message, or must not read it. A person must look at it."""


class Disguise(StrEnum):
    """What is unusual in the header lines From and Sender of a message. Mail programs read such lines in different
    ways."""

    TWO_LINES = "two-lines"
    """The message has more than one From line."""
    SEVERAL = "several"
    """The From line names several addresses."""
    GROUP = "group"
    """The From line names a group of addresses."""
    ROUTE = "route"
    """The From line names a route to the address, for example <@relay.example:office@host.example>."""
    FOREIGN = "foreign"
    """The address has characters outside ASCII. Some of them look like characters of another address."""
    CONTROL = "control"
    """The From line has control characters."""
    TORN = "torn"
    """The From line breaks the rules of its syntax."""
    LONG = "long"
    """The From line is longer than the program reads."""
    SENDER = "sender"
    """The Sender line does not hold exactly one address."""


class CalendarAnswer(Value):
    """One answer to an invitation: one event (VEVENT) in a calendar object that a guest sent back."""

    method: ReplyMethod
    """REPLY: the guest says whether it comes. COUNTER: the guest proposes another time."""
    uid: str
    """The UID of the calendar event that the guest answers."""
    recurrence: Instant | None = None
    """The one date of a recurring event that the guest answers (RECURRENCE-ID). None if the answer names no such
    date."""
    attendee: str
    """The address of the guest that answers, in lower case. Empty if the answer does not name exactly one guest."""
    sent_by: str = ""
    """The address (SENT-BY) of a person who answers in the name of the guest. Empty if nobody does."""
    partstat: PartStat | None = None
    """The yes, no or maybe of the guest (PARTSTAT). None if the answer holds no such word that the program can read."""
    sequence: int | None = None
    """The number (SEQUENCE) of the version of the event that the guest answers. None if the answer does not say it."""
    dtstamp: Instant | None = None
    """When the answer was given. None if neither the answer nor its mail says it."""
    comment: str = ""
    """What the guest wrote with the answer. Empty if the guest wrote nothing."""
    remark: str = ""
    """The same with its line ends. Mail programs also copy the body of the mail to this place."""
    slot: Slot | None = None
    """If the method is COUNTER: the time that the guest proposes. None if the method is REPLY, or if the time cannot be
    read."""
    place: str = ""
    """If the method is COUNTER: the place that the answer names (LOCATION). Empty if it names none, and with REPLY."""
    named: NamedTimes | None = None
    """If the method is REPLY: the time of the event, as the answer names it. None if the answer names no time, or if
    the method is COUNTER."""
    doubt: str = ""
    """Why a person must read the answer before it counts. Empty if the program can take the answer as it is."""


class DeliveryReport(Value):
    """What a delivery status says about one recipient."""

    recipient: str
    """The address of the recipient, in lower case."""
    status: str
    """The status code (RFC 3463), for example 5.1.1."""
    failed: bool
    """True: the mail came back, and the mail server will not try it again. False: the mail is delayed, or was
    delivered."""
    message_id: str = ""
    """The Message-ID of the mail that the report is about, with its angle brackets. Empty if the report does not name a
    mail."""
    reason: str = ""
    """The reason that the mail server gives for the status. Empty if it gives no reason."""
    passed_on_to: str = ""
    """The address that the report is about, in lower case, if the mail had reached `recipient` and was passed on from
    there, for example to a member of a list. Empty if the report is about `recipient` itself."""


class IncomingMessage(Value):
    """What the program has read in one message."""

    kind: MessageKind
    reason: str = ""
    """Why the program gave the message this `kind`, in words. Empty if the kind says enough."""
    sender: str = ""
    """The address in the header From, in lower case. Empty if From names no address or several addresses, or if
    something in it is unusual (see `disguises`)."""
    named: tuple[str, ...] = ()
    """Every address in the header From, also in a name, a comment, an encoded word or a second From line. Empty if
    there is none."""
    submitter: str = ""
    """The address in the header Sender. Empty if there is no such header, or if it has the same address as From."""
    disguises: tuple[Disguise, ...] = ()
    """What is unusual in the headers From and Sender. Empty if nothing is."""
    from_line: str = ""
    """The whole header From, as it is written."""
    subject: str = ""
    date: str = ""
    """The header Date, as an instant in UTC in the form of RFC 3339. If the program cannot read an instant in it: the
    text of the header."""
    arrived: Instant | None = None
    """When our own mail server took the message (header Received). None if the message does not say it."""
    message_id: str = ""
    robot: str = ""
    """The sign that a program sent the message, for example `auto-replied`. Empty if there is no such sign."""
    unauthentic: bool = False
    """True: our mail server found that the message does not come from the sender that it names (DMARC)."""
    unproven: str = ""
    """Why our mail server has not proved that the message comes from its sender. Empty if it has, or if no setting
    names our mail server."""
    answers: tuple[CalendarAnswer, ...] = ()
    """If the kind is ANSWERS: the answers in the message. Empty for every other kind."""
    returned: tuple[DeliveryReport, ...] = ()
    """If the kind is BOUNCE: one report for each recipient. Empty if the program cannot read the delivery status, and
    for every other kind."""
    text: str = ""
    """The text of the message, shortened. Empty if there is no text."""
    bodies: tuple[str, ...] = ()
    """The bodies of an answer or a letter with their lines: the plain text, and the HTML as text. Empty for other
    kinds."""
    enclosures: tuple[str, ...] = ()
    """The names of the files that came with an answer or a letter, without calendars and pictures."""
    from_name: str = ""
    """The display name in the header From. Empty if there is none."""
    references: tuple[str, ...] = ()
    """The Message-IDs of the mails that the message answers (In-Reply-To, References). Empty if it names none."""
    digest: str = ""
    """A hexadecimal digest of the contents. Two copies of one message have the same digest, even if a mail server has
    written one of them in another way."""

    @property
    def sent(self) -> Instant | None:
        """When the message was sent (header Date). None if that header names no instant."""
        try:
            return datetime.fromisoformat(self.date) if re.fullmatch(r"[0-9T:-]+Z", self.date) else None
        except ValueError:
            return None


class Verdict(Value):
    """The decision about one answer: whether the program may give the answer to its item, and which office gave it."""

    answer: CalendarAnswer
    offices: tuple[str, ...] = ()
    """The offices for which the guest's address answers. There are several if offices share the address, or if it
    is the address of a stand-in. Empty if `why` is set."""
    why: str = ""
    """Why a person must handle the answer. Empty if the program may give the answer to its item."""
    superseded: bool = False
    """True: the same message holds a newer answer of the same guest to the same event. The older one does not count."""


def judge(reading: IncomingMessage, contacts: Contacts) -> tuple[Verdict, ...]:
    """Returns a verdict for each answer in a message. A verdict names the offices that may have given the answer, or
    says why a person must handle it."""
    return tuple(_once([_verdict(answer, reading, contacts) for answer in reading.answers]))


def _once(verdicts: list[Verdict]) -> Iterator[Verdict]:
    """Some programs write several answers to one event into one message. The newest one counts (RFC 5546 section
    2.1.5). If it is not certain which one that is, a person must read them all."""
    for verdict in verdicts:
        same = [each.answer for each in verdicts if _about(each.answer) == _about(verdict.answer)]
        if len({_said(each) for each in same}) < 2:
            yield verdict
            continue
        stamps = [each.dtstamp for each in same if each.dtstamp is not None]
        newest = [each for each in same if stamps and each.dtstamp == max(stamps)]
        if len(stamps) < len(same) or len(newest) > 1 or any(each.recurrence for each in same):
            yield verdict.model_copy(update={"offices": (), "why": "it answers this event several times, differently"})
        else:
            yield verdict.model_copy(update={"superseded": verdict.answer is not newest[0]})


def _about(answer: CalendarAnswer) -> tuple[str, str]:
    return answer.uid, answer.attendee


def _said(answer: CalendarAnswer) -> tuple[ReplyMethod, PartStat | None, str, str]:
    slot = f"{answer.slot.start.utc} {answer.slot.end.utc}" if answer.slot else ""
    return answer.method, answer.partstat, slot, answer.place


def act_of(
    answer: CalendarAnswer,
    office: str,
    digest: str,
    message: Document,
    reading: IncomingMessage | None = None,
    words: str = "",
) -> Reply:
    """Returns the act `reply` of an office, made from its answer. `digest` is the digest of the answer. The act id is
    made from it, so the same answer counts only once. `reading` is the message with the answer. It says when the
    message was sent and when it arrived. None if that is not known. `words` are the office's own words beside the
    button."""
    assert answer.dtstamp is not None
    return Reply(
        act_id=f"mail-{digest[:32]}",
        office=office,
        message=message,
        dtstamp=answer.dtstamp,
        sent=reading.sent if reading else None,
        arrived=reading.arrived if reading else None,
        words=words,
        **answer.model_dump(include=_CARRIED),
    )


_CARRIED = {"method", "uid", "partstat", "sequence", "recurrence", "comment", "slot", "place", "named"}


def _verdict(answer: CalendarAnswer, reading: IncomingMessage, contacts: Contacts) -> Verdict:
    offices = contacts.offices_of(answer.attendee) if answer.attendee else ()
    why = answer.doubt or _doubt(answer, reading, offices, contacts)
    if not why and not offices:
        why = f"{answer.attendee} is the address of no office in the contacts file"
    return Verdict(answer=answer, why=why) if why else Verdict(answer=answer, offices=offices)


_DISGUISES = {
    Disguise.TWO_LINES: "it has two From lines",
    Disguise.SEVERAL: "its From line names several",
    Disguise.GROUP: "its From line names a group",
    Disguise.ROUTE: "its From line names a route",
    Disguise.FOREIGN: "its address has characters outside ASCII",
    Disguise.CONTROL: "its From line has control characters",
    Disguise.TORN: "its From line breaks the rules, and programs read it in different ways",
    Disguise.LONG: "its From line is too long",
}


def _doubt(answer: CalendarAnswer, reading: IncomingMessage, offices: tuple[str, ...], contacts: Contacts) -> str:
    """Why it is not certain that the sender gave this answer. Empty if it is certain.

    Two addresses that belong to the same office count as the same sender.
    """
    sender, attendee = reading.sender, answer.attendee
    if reading.unauthentic:
        return "our mail server says that it does not come from its sender (DMARC)"
    if reading.unproven:
        return reading.unproven
    if not sender:
        why = "; ".join(_DISGUISES[each] for each in reading.disguises if each in _DISGUISES)
        return f"it has no single sender{f': {why}' if why else ''}"
    if not attendee:
        return "the address of its attendee cannot be read"

    def same(address: str) -> bool:
        return address == attendee or not set(contacts.offices_of(address)).isdisjoint(offices)

    if not same(sender):
        return f"it was sent by {sender} and answers for {attendee}"
    if others := [each for each in reading.named if not same(each)]:
        return f"its From line names {others[0]} beside {sender}"
    if Disguise.SENDER in reading.disguises:
        return "its Sender line is not one address"
    # Calendar services put themselves into Sender, and say that they are programs.
    service = bool(reading.robot) and not contacts.offices_of(reading.submitter)
    if reading.submitter and not same(reading.submitter) and not service:
        return f"{reading.submitter} sent it in the name of {sender}"
    if answer.sent_by and not same(answer.sent_by):
        return f"{answer.sent_by} answers in the name of {attendee}"
    if reading.robot == "auto-replied":
        return "a program answered, not a person (Auto-Submitted: auto-replied)"
    return ""


class Handled(Value):
    """What the program did with one answer or one delivery report in a message."""

    item: str = ""
    """The id of the item. Empty if no item is known, and always empty for a delivery report."""
    office: str = ""
    """The office that answered, or to which the mail was sent that came back. Empty if the office is not certain."""
    text: str = ""
    """What the program did, in a sentence. Empty if it did nothing."""
    why: str = ""
    """Why a person must handle the answer or the report. Empty if no person is needed."""
    words: str = ""
    """The sender's own words beside the button of an answer. Empty if there are none."""
    seems: str = ""
    """The act that an answer with words of its own seems to be, in words: "accept of proposal 2". The side of its
    sender must confirm it. Empty if the answer is clear, or if it cannot be consent."""
    found_by: str = ""
    """With a letter: how its item was found: reference, reply or subject. Empty for other messages."""
    awaited: tuple[str, ...] = ()
    """With a letter: the acts about its item that were awaited of the institution of its sender when it came. Empty if
    none was, or if the item could not be asked."""


class TakenIn(Value):
    """One line of the inbox of a plan: one message that came in."""

    n: int = 0
    """The number of the message. The first message has the number 1. It is 0 until the message is in the inbox."""
    at: Instant
    """When the program put the message into the inbox."""
    digest: str
    """The digest of its contents, as in `IncomingMessage`."""
    kind: MessageKind
    sender: str = ""
    """The one address in the header From. Empty if there is no such address, as in `IncomingMessage`."""
    offices: tuple[str, ...] = ()
    """The offices for which the address of the sender answers. Empty if it answers for no office."""
    unauthentic: bool = False
    """True: our mail server found that the message does not come from the sender that it names (DMARC)."""
    from_line: str = ""
    message_id: str = ""
    subject: str = ""
    date: str = ""
    reason: str = ""
    """Why the program gave the message this `kind`, in words. Empty if the kind says enough."""
    outcomes: tuple[Handled, ...] = ()
    """What the program did with each answer or delivery report in the message. Empty if the message holds none."""
    why: str = ""
    """Why a person must handle the message. Empty if no person is needed."""
    file: str = ""
    """The name of the file that holds the whole message."""
    size: int = 0
    """The size of the message in bytes."""
    source: str = ""
    """The mailbox or file from which the message came. Empty if it is not known."""


class SeenTo(Value):
    """A line of the inbox that says that nobody needs to look at a message any more: a person has handled it, or its
    sender has answered plainly."""

    n: int = 0
    """The number of this line. It is 0 until the line is in the inbox."""
    at: Instant
    """When that was."""
    done: int
    """The number of the message that was handled."""
    note: str = ""
    """What the person wrote about it, or which answer made it needless. Empty if the person wrote nothing."""
