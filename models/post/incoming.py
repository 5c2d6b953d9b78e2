"""Messages in the organizer's mailbox: what each one says, and whether its answers may count."""

from enum import StrEnum

from models.common.times import Slot
from models.common.values import Instant, Value
from models.messages.acts import Document, Reply, ReplyMethod
from models.messages.calendar_event import PartStat
from models.post.contacts import Contacts


class MessageKind(StrEnum):
    """The kind of a message. It decides what follows from the message."""

    ANSWERS = "answers"
    """It holds one or several answers to invitations."""
    BOUNCE = "bounce"
    """A delivery status (RFC 3464): mail to an office came back, or is delayed."""
    AUTOMATIC = "automatic"
    """A program sent it, such as an out-of-office note or a receipt. Nothing follows from it."""
    LETTER = "letter"
    """A person wrote it to a person. A person must read it."""
    CALENDAR = "calendar"
    """It holds a calendar object that is not an answer. It never changes an event, and a person must read it."""
    REFUSED = "refused"
    """The program cannot read it, or must not. A person must look at it."""


class Disguise(StrEnum):
    """What is unusual about the sender of a message. Mail programs read such lines in different ways."""

    TWO_LINES = "two-lines"
    SEVERAL = "several"
    GROUP = "group"
    ROUTE = "route"
    """<@relay.example:office@host.example>"""
    FOREIGN = "foreign"
    """An address with characters outside ASCII: some look like those of another address."""
    CONTROL = "control"
    TORN = "torn"
    """The line breaks the rules of its syntax."""
    LONG = "long"
    SENDER = "sender"
    """The Sender line does not hold exactly one address."""


class CalendarAnswer(Value):
    """One answer to an invitation: one VEVENT of a REPLY or a COUNTER."""

    method: ReplyMethod
    uid: str
    recurrence: Instant | None = None
    attendee: str
    """The address of the guest that answers, in lower case. Empty if the answer does not name exactly one."""
    sent_by: str = ""
    """The address (SENT-BY) of a person who answers in the name of the guest. Empty if nobody does."""
    partstat: PartStat | None = None
    """What the guest answers. None if the answer does not say it."""
    sequence: int = 0
    """SEQUENCE of the version that it answers."""
    dtstamp: Instant | None = None
    """When the answer was given. None if the answer does not say it."""
    comment: str = ""
    slot: Slot | None = None
    """With a COUNTER: the time that it proposes. None with a REPLY."""
    doubt: str = ""
    """Why a person must read the answer. Empty if nothing in the answer speaks against it."""


class DeliveryReport(Value):
    """What a delivery status says about one recipient."""

    recipient: str
    """The address of the recipient, in lower case."""
    status: str
    """The status code (RFC 3463), for example 5.1.1."""
    failed: bool
    """True: the mail came back for good. False: it is delayed, or was delivered."""
    message_id: str = ""
    """The Message-ID of the mail that it is about, with its angle brackets. Empty if the report does not name it."""
    reason: str = ""
    """What the server says that gave the mail back. Empty if it says nothing."""


class IncomingMessage(Value):
    """What the program has read in one message."""

    kind: MessageKind
    reason: str = ""
    """Why the message is of this kind, in words. Empty if that needs no explanation."""
    sender: str = ""
    """The address in From, in lower case. Empty if there is none, or more than one, or if it is disguised."""
    named: tuple[str, ...] = ()
    """Every address in From, in any place: a name, a comment, an encoded word, a second line."""
    submitter: str = ""
    """The address in Sender. Empty if it is the address in From."""
    disguises: tuple[Disguise, ...] = ()
    from_line: str = ""
    """The whole header From, as it is written."""
    subject: str = ""
    date: str = ""
    """The header Date: an instant in UTC as RFC 3339 writes it. If it names no instant: as it is written."""
    message_id: str = ""
    robot: str = ""
    """What shows that a program sent it, for example `auto-replied`. Empty if nothing does."""
    unauthentic: bool = False
    """True: our mail server found that the message does not come from the sender that it names (DMARC)."""
    answers: tuple[CalendarAnswer, ...] = ()
    """With the kind ANSWERS: the answers in it."""
    returned: tuple[DeliveryReport, ...] = ()
    """With the kind BOUNCE: one report for each recipient. Empty if the status cannot be read."""
    text: str = ""
    """The text for a person, shortened."""
    digest: str = ""
    """A hexadecimal digest of its contents. It stays the same if a mail server writes the same message in another way.
    """


class Verdict(Value):
    """Whether an answer may go to its item, and which office gave it."""

    answer: CalendarAnswer
    offices: tuple[str, ...] = ()
    """The offices for which the guest's address answers. There are several if offices share it, or if one stands in for
    another. Empty if `why` is set."""
    why: str = ""
    """Why a person must handle the answer. Empty if it may go to its item."""


def judge(reading: IncomingMessage, contacts: Contacts) -> tuple[Verdict, ...]:
    """Gives a verdict for each answer in a message: the offices that may have given it, or why that is not certain."""
    return tuple(_verdict(answer, reading, contacts) for answer in reading.answers)


def act_of(answer: CalendarAnswer, office: str, digest: str, message: Document) -> Reply:
    """Makes the act `reply` of an office from its answer. The act id follows from `digest`, so the same answer counts
    once."""
    assert answer.dtstamp is not None
    return Reply(
        act_id=f"mail-{digest[:32]}",
        office=office,
        message=message,
        dtstamp=answer.dtstamp,
        **answer.model_dump(include=_CARRIED),
    )


_CARRIED = {"method", "uid", "partstat", "sequence", "recurrence", "comment", "slot"}


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
    """What became of one answer, or of one delivery status."""

    item: str = ""
    """Id of the item. Empty if no item is known, and with a delivery status."""
    office: str = ""
    """The office that answered, or whose mail came back. Empty if that is not certain."""
    text: str = ""
    """What the program did, in a sentence. Empty if it did nothing."""
    why: str = ""
    """Why a person must handle it. Empty if no person is needed."""


class TakenIn(Value):
    """One message that was taken in: a line of the inbox of a plan."""

    n: int = 0
    """The number of the message, from 1. 0 before it is in the inbox."""
    at: Instant
    """When it was taken in."""
    digest: str
    kind: MessageKind
    sender: str = ""
    offices: tuple[str, ...] = ()
    """The offices for which the sender's address answers. Empty if there is none."""
    unauthentic: bool = False
    """True: our mail server found that the message does not come from the sender that it names (DMARC)."""
    from_line: str = ""
    message_id: str = ""
    subject: str = ""
    date: str = ""
    reason: str = ""
    """Why the message is of its kind, in words. Empty if that needs no explanation."""
    outcomes: tuple[Handled, ...] = ()
    """What became of each answer or delivery status in it."""
    why: str = ""
    """Why a person must handle it. Empty if no person is needed."""
    file: str = ""
    """The name of the file that holds the whole message."""
    size: int = 0
    """The size of the message in bytes."""
    source: str = ""
    """The mailbox or file from which it came."""


class SeenTo(Value):
    """A line of the inbox that says that a person has handled a message."""

    n: int = 0
    """The number of this line. 0 before it is in the inbox."""
    at: Instant
    done: int
    """The number of the message that was handled."""
    note: str = ""
