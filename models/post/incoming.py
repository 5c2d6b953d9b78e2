"""What a message in the organizer's mailbox says, and whether it may count (itip-rules 14 to 19)."""

from enum import StrEnum

from models.common.times import Slot
from models.common.values import Instant, Value
from models.messages.acts import Document, Reply, ReplyMethod
from models.messages.calendar_event import PartStat
from models.post.contacts import Contacts


class MessageKind(StrEnum):
    """What a message is."""

    ANSWERS = "answers"
    """One or several answers to invitations."""
    BOUNCE = "bounce"
    """A delivery status (RFC 3464)."""
    AUTOMATIC = "automatic"
    """Out of office, a receipt: sent by a program, and nothing follows from it."""
    LETTER = "letter"
    """Words to a person."""
    CALENDAR = "calendar"
    """A calendar object that is no answer: it never alters an event."""
    REFUSED = "refused"
    """What cannot be read, or must not be."""


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
    """One VEVENT of a REPLY or COUNTER."""

    method: ReplyMethod
    uid: str
    recurrence: Instant | None = None
    attendee: str
    """Address, lower case; empty where none can be told."""
    sent_by: str = ""
    """Address of whoever answered in the attendee's name."""
    partstat: PartStat | None = None
    sequence: int = 0
    dtstamp: Instant | None = None
    comment: str = ""
    slot: Slot | None = None
    """Of a COUNTER: the time that it proposes."""
    doubt: str = ""
    """Why a person has to read it; empty where it may count."""


class DeliveryReport(Value):
    """What a delivery status says about one recipient."""

    recipient: str
    """Address, lower case."""
    status: str
    """RFC 3463: 5.1.1"""
    failed: bool
    """For good; otherwise it is delayed, or was delivered."""
    message_id: str = ""
    """Of the message that came back, with its angle brackets."""
    reason: str = ""
    """In the words of the server that gave up."""


class IncomingMessage(Value):
    """A message, read."""

    kind: MessageKind
    reason: str = ""
    """Why it is what it is, where that needs saying."""
    sender: str = ""
    """The one address in From, lower case; empty where there is none or more than one, or where it is disguised."""
    named: tuple[str, ...] = ()
    """Every address in From, in whatever place: a name, a comment, an encoded word, a second line."""
    submitter: str = ""
    """The address in Sender, where it is not that in From."""
    disguises: tuple[Disguise, ...] = ()
    from_line: str = ""
    subject: str = ""
    date: str = ""
    """RFC 3339 in UTC where the Date header says an instant; otherwise as it stands."""
    message_id: str = ""
    robot: str = ""
    """The header by which it says that a program sent it; empty where none does."""
    unauthentic: bool = False
    """Our own server found that it does not come from whom it says (DMARC)."""
    answers: tuple[CalendarAnswer, ...] = ()
    returned: tuple[DeliveryReport, ...] = ()
    text: str = ""
    """What it says to a person, shortened."""
    digest: str = ""
    """Of what it says, in hexadecimal: the same where a relay wrote the same thing anew."""


class Verdict(Value):
    """Whether an answer may go to its item, and as whose."""

    answer: CalendarAnswer
    offices: tuple[str, ...] = ()
    """For which its sender answers: several share an address, or one stands in for another."""
    why: str = ""
    """Why a person has to see to it, where no office is named."""


def judge(reading: IncomingMessage, contacts: Contacts) -> tuple[Verdict, ...]:
    """Each answer with the office that gave it, or with the reason why that is not certain."""
    return tuple(_verdict(answer, reading, contacts) for answer in reading.answers)


def act_of(answer: CalendarAnswer, office: str, digest: str, message: Document) -> Reply:
    """The act of an office that may answer. Its id follows from what is said: the same answer counts once."""
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
    """Whether the sender is who answers. An office's two addresses are one office."""
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
    """What became of one answer, or of a delivery status."""

    item: str = ""
    office: str = ""
    text: str = ""
    """What was done, in the words of the ledger."""
    why: str = ""
    """Why a person has to see to it; empty where that is not so."""


class TakenIn(Value):
    """One message in the inbox of a plan: a line of its file, numbered from 1."""

    n: int = 0
    at: Instant
    digest: str
    kind: MessageKind
    sender: str = ""
    offices: tuple[str, ...] = ()
    """For which the sender's address answers."""
    unauthentic: bool = False
    """Our own server found that it does not come from whom it says (DMARC)."""
    from_line: str = ""
    message_id: str = ""
    subject: str = ""
    date: str = ""
    reason: str = ""
    outcomes: tuple[Handled, ...] = ()
    why: str = ""
    """Why a person has to see to it; empty where that is not so."""
    file: str = ""
    """The message itself, beside the list."""
    size: int = 0
    """Octets."""
    source: str = ""
    """The mailbox or file that it came from."""


class SeenTo(Value):
    """A person has seen to a message: a line of the same file."""

    n: int = 0
    at: Instant
    done: int
    """The number of the message."""
    note: str = ""
