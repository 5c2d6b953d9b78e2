"""Reads a message from the organizer's mailbox. It takes the bytes of the message, and returns an immutable value."""

import hashlib
import json
import re
import unicodedata
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import unquote

from adapters.inbound import bounces, bounds, mime
from adapters.inbound.authentication import unauthentic, unproven
from adapters.inbound.bodies import bodies, enclosures
from adapters.inbound.bounds import OutOfBoundsError
from adapters.inbound.ical import Component, Property, calendar_lines, read_calendar, unescaped
from adapters.inbound.mime import Part
from adapters.inbound.robots import returns_nothing, robot
from adapters.inbound.senders import senders
from adapters.inbound.times import TimeFaultError, duration, instant, moment, named_times
from adapters.text import line_of_mail
from models.common.times import Slot
from models.common.zones import later
from models.messages.acts import ReplyMethod
from models.messages.calendar_event import PartStat
from models.post.contacts import plain_address
from models.post.incoming import CalendarAnswer, IncomingMessage, MessageKind

_TOO_LARGE = "it is larger than what is read; its beginning is kept here, the whole message stays where it came from"


def read(raw: bytes, truncated: bool = False, server: str = "") -> IncomingMessage:
    """Returns what the message says. `truncated` is True if `raw` holds only the beginning of the message. `server` is
    the name that our mail server writes into its Authentication-Results. Empty: it is not known.

    If the message cannot be read, or is beyond a limit, the result has the kind `refused` and says why. So this
    function raises no exception.
    """
    try:
        try:
            if truncated:
                raise OutOfBoundsError(_TOO_LARGE)
            return _read(raw, server)
        except OutOfBoundsError as refused:
            return _refused(raw, str(refused), server)
    except Exception as error:  # hostile mail finds what nobody thought of: a person looks at it
        return _refused(raw, f"it cannot be read ({type(error).__name__})", server)


def _refused(raw: bytes, reason: str, server: str) -> IncomingMessage:
    """Returns a refused message with what its headers say. Relays add headers, so the digest is that of its body."""
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    try:
        about = _about(mime.head(head.replace(b"\0", b" ")), server)
    except Exception:  # its head cannot be read either
        about = {}
    said = (_who(about), about.get("subject", ""), about.get("date", ""), hashlib.sha256(body).hexdigest())
    reason = line_of_mail(reason, bounds.LINE)
    return IncomingMessage(kind=MessageKind.REFUSED, reason=reason, digest=_digest("refused", *said), **about)


def _about(message: Part, server: str) -> dict[str, Any]:
    sent = senders(message)
    return {
        "sender": sent.address,
        "named": sent.named,
        "submitter": sent.submitter,
        "disguises": sent.disguises,
        "unauthentic": unauthentic(message, sent.address, server),
        "unproven": unproven(message, sent.address, server),
        "from_line": mime.header(message, "From", bounds.LINE),
        "subject": mime.header(message, "Subject", bounds.SUBJECT),
        "date": mime.date(message),
        "arrived": mime.arrived(message),
        "message_id": mime.header(message, "Message-ID", bounds.IDENTITY),
        "from_name": line_of_mail(_NAME.sub("", mime.header(message, "From", bounds.LINE)).strip('" '), bounds.LINE),
        "references": _references(message),
    }


_NAME = re.compile(r"<[^<>]*>?|\S+@\S+")
"""What is no name in a From line."""
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,500}>")


def _references(message: Part) -> tuple[str, ...]:
    """Returns the Message-IDs in In-Reply-To and References, the latest first."""
    text = f"{message.first('in-reply-to')} {message.first('references')}"
    return tuple(dict.fromkeys(reversed(_MESSAGE_ID.findall(text))))[: bounds.REFERENCES]


def _who(about: dict[str, Any]) -> str:
    """Returns the address of the sender, or the From line if there is no single sender."""
    return str(about.get("sender") or about.get("from_line", ""))


def _read(raw: bytes, server: str) -> IncomingMessage:
    message = mime.parsed(raw)
    about = _about(message, server)
    said: dict[str, Any] = {"text": mime.text(message), "robot": robot(message), **about}
    written = {"bodies": bodies(message), "enclosures": tuple(enclosures(message))[: bounds.PARTS]}
    if bounces.is_report(message):
        return _report(message, said)
    calendar = _calendar(message, about["sender"])
    if calendar is not None:
        return _with_calendar(calendar, said).model_copy(update=written)
    digest = _digest("letter", _who(about), about["subject"], about["date"], said["text"])
    names = mime.attachments(message)
    if said["robot"]:
        # A registry's program sends letters, too; who is out of office attaches nothing.
        kind, more = (MessageKind.LETTER, f", with {', '.join(names)}") if names else (MessageKind.AUTOMATIC, "")
        reason = line_of_mail(f"sent by a program ({said['robot']}){more}", bounds.LINE)
        return IncomingMessage(kind=kind, reason=reason, digest=digest, **said)
    return IncomingMessage(kind=MessageKind.LETTER, reason=_letter(message, names), digest=digest, **said, **written)


def _letter(message: Part, names: list[str]) -> str:
    """Returns why a person should read it."""
    if any(name.lower() == "winmail.dat" for name in names):
        return "its calendar or attachment is in Outlook's own format (winmail.dat)"
    return "it may be a delivery failure that no report describes" if returns_nothing(message) else "a letter"


def _report(message: Part, said: dict[str, Any]) -> IncomingMessage:
    """Returns a delivery status, or a receipt, from which nothing follows."""
    if not bounces.is_delivery_status(message):
        digest = _digest("report", _who(said), said["subject"], said["date"], said["text"])
        return IncomingMessage(kind=MessageKind.AUTOMATIC, reason="a report of reading", digest=digest, **said)
    found = bounces.returned(message)
    facts = [f"{each.recipient} {each.status} {each.failed} {each.message_id}" for each in found]
    digest = _digest("bounce", *facts) if found else _digest("bounce", said["subject"], said["date"], said["text"])
    reason = "" if found else "a delivery status that names no recipient"
    return IncomingMessage(kind=MessageKind.BOUNCE, reason=reason, returned=found, digest=digest, **said)


# --- calendars --------------------------------------------------------------------------------------------------------


class _Calendar(NamedTuple):
    method: str
    answers: tuple[CalendarAnswer, ...]
    """The answers in the calendar. Empty if its METHOD is not that of an answer."""
    uids: tuple[str, ...]
    """The UIDs of all its events."""


def _calendar(message: Part, sender: str) -> _Calendar | None:
    """Returns the calendar of a message, or None. Raises OutOfBoundsError, also if it holds several that differ."""
    found: list[tuple[Component, str]] = []
    octets, lines = bounds.CALENDAR_OCTETS, bounds.CALENDAR_LINES
    for part in message.parts:
        if not part.is_calendar:
            continue
        if len(found) == bounds.CALENDARS:
            raise OutOfBoundsError(f"it holds more than the {bounds.CALENDARS} calendars that are read")
        data = mime.whole(part, octets)
        if data is None:
            raise OutOfBoundsError(f"its calendar has more bytes than the {bounds.CALENDAR_OCTETS:,} that are read")
        unfolded = calendar_lines(data, part.charset, lines)
        octets, lines = octets - len(data), lines - len(unfolded)
        calendar = read_calendar(unfolded)
        said = calendar.value("METHOD").upper()
        told = mime.method(part)
        if said and told and said != told:
            raise OutOfBoundsError(f"its part says METHOD {told[:20]}, its calendar {said[:20]}")
        found.append((calendar, said or told))
    if not found:
        return None
    # The attachment is the inline part once more; clients that add one leave out what they do not need.
    methods = {method for _, method in found if method}
    method = next(iter(methods), "")
    if len(methods) > 1:
        raise OutOfBoundsError("it holds two calendars that differ")
    sent = mime.date(message)
    answers = [_answers(calendar, method, sender, sent) for calendar, _ in found]
    if len({tuple(sorted(map(digest_of, each))) for each in answers}) > 1:
        raise OutOfBoundsError("it holds two calendars that differ")
    uids = sorted(event.value("UID") for event in found[0][0].within("VEVENT"))
    return _Calendar(method, answers[0], tuple(uids))


def _answers(calendar: Component, method: str, sender: str, sent: str) -> tuple[CalendarAnswer, ...]:
    """Returns every answer in a calendar. Returns none if its METHOD is not that of an answer."""
    if method not in (ReplyMethod.REPLY, ReplyMethod.COUNTER):
        return ()
    events = calendar.within("VEVENT")[: bounds.EVENTS + 1]
    if len(events) > bounds.EVENTS:
        raise OutOfBoundsError(f"its calendar has more events than the {bounds.EVENTS} that are read")
    return tuple(_answer(event, ReplyMethod(method), calendar, sender, sent) for event in events)


def _with_calendar(calendar: _Calendar, said: dict[str, Any]) -> IncomingMessage:
    if calendar.answers:
        # With its sender: what a stranger sent first must not stand for what the office sends.
        each = sorted(map(digest_of, calendar.answers))
        digest = _digest("answers", said["sender"], str(said["unauthentic"]), *each)
        return IncomingMessage(kind=MessageKind.ANSWERS, answers=calendar.answers, digest=digest, **said)
    method = calendar.method
    head = [said[name] for name in ("sender", "subject", "date", "text")]
    digest = _digest("calendar", method, *calendar.uids, *head)
    if said["robot"]:
        return IncomingMessage(
            kind=MessageKind.AUTOMATIC, reason=f"sent by a program ({said['robot']})", digest=digest, **said
        )
    what = "a calendar object without METHOD"
    if method:
        what = f"a calendar object with METHOD {line_of_mail(method, 20)}"
    return IncomingMessage(kind=MessageKind.CALENDAR, reason=f"{what} alters nothing here", digest=digest, **said)


_ONCE = ("UID", "SEQUENCE", "DTSTAMP", "RECURRENCE-ID", "DTSTART", "DTEND", "DURATION")
"""If an event has two of such a property, programs read it in different ways."""


def _answer(event: Component, method: ReplyMethod, calendar: Component, sender: str, sent: str) -> CalendarAnswer:
    attendee, doubt = _attendee(event, sender)
    slot = recurrence = named = None
    try:
        if (found := event.first("RECURRENCE-ID")) is not None:
            recurrence = moment(found, calendar).utc
        if method is ReplyMethod.COUNTER:
            slot = _slot(event, calendar)
        else:
            named = named_times(event, calendar)
    except (TimeFaultError, OverflowError) as fault:
        doubt = doubt or str(fault)
    partstat, unknown = _partstat(attendee, method)
    sent_by, unread = _sent_by(attendee)
    twice = next((f"it says {name} twice" for name in _ONCE if event.count(name) > 1), "")
    stamp, sequence = instant(event.value("DTSTAMP")) or _sent(sent), event.value("SEQUENCE")
    if sequence and not re.fullmatch(r"[0-9]{1,9}", sequence):
        doubt, sequence = doubt or f"{sequence[:20]!r} is no SEQUENCE", ""
    missing = (
        "it has no UID" if not event.value("UID") else "it does not say when it was given" if stamp is None else ""
    )
    if method is ReplyMethod.COUNTER and any(event.first(name) for name in ("RRULE", "RDATE")):
        missing = missing or "it proposes that the event recur"
    return CalendarAnswer(
        method=method,
        uid=line_of_mail(event.value("UID"), bounds.IDENTITY),
        recurrence=recurrence,
        attendee=_address(attendee) if attendee else "",
        sent_by=sent_by,
        partstat=partstat,
        sequence=int(sequence) if sequence else None,
        dtstamp=stamp,
        comment=_comment(event, attendee),
        remark=_remark(event, attendee),
        slot=slot,
        place=_place(event) if method is ReplyMethod.COUNTER else "",
        named=named,
        doubt=line_of_mail(doubt or unread or unknown or twice or missing, bounds.LINE),
    )


def _sent_by(attendee: Property | None) -> tuple[str, str]:
    """Returns who answered in the attendee's name. If that is not certain, also why a person has to read it."""
    if attendee is None:
        return "", ""
    if twice := sorted(attendee.twice & {"SENT-BY", "PARTSTAT", "DELEGATED-TO", "EMAIL"}):
        return "", f"its attendee says more than one {twice[0]}"
    said = attendee.parameters.get("SENT-BY")
    if said is None:
        return "", ""
    address = _mailto(said)
    return address, "" if address else f"its SENT-BY cannot be read: {said[:80]!r}"


def _sent(date: str) -> datetime | None:
    """Returns the instant of the Date header, for an answer without a DTSTAMP."""
    return datetime.fromisoformat(date) if date.endswith("Z") and date[:1].isdigit() else None


def _attendee(event: Component, sender: str) -> tuple[Property | None, str]:
    """Returns the attendee that answers: the one that is the sender, or else the only one. Also a doubt, if any."""
    if event.count("ATTENDEE") > bounds.ATTENDEES:
        raise OutOfBoundsError(f"its event has more attendees than the {bounds.ATTENDEES} that are read")
    found = event.all("ATTENDEE")
    if len(found) < event.count("ATTENDEE"):
        return found[0] if found else None, "an attendee of it cannot be read"
    own = [each for each in found if sender and _address(each) == sender]
    if own or len({_address(each) for each in found}) == 1:
        return _one_of(own or found)
    if not found:
        return None, "it names no attendee"
    return found[0], f"it names {len(found)} attendees, and it is not certain which of them answers"


def _one_of(same: list[Property]) -> tuple[Property, str]:
    """Returns the answer of an attendee that the event lists once or more, and a doubt if its answers differ."""
    if len({(_word(each), *_sent_by(each), _delegate(each)) for each in same}) > 1:
        return same[0], f"it lists {_address(same[0])} {len(same)} times, with different answers"
    remarks = {remark: each for each in same if (remark := each.parameters.get("X-RESPONSE-COMMENT", "").strip())}
    if len(remarks) > 1:
        return same[0], f"it lists {_address(same[0])} {len(same)} times, with different comments"
    return next(iter(remarks.values()), same[0]), ""


def _word(attendee: Property) -> str:
    return attendee.parameters.get("PARTSTAT", "").strip().upper()


def _delegate(attendee: Property) -> str:
    return _mailto(attendee.parameters.get("DELEGATED-TO", ""))


def _partstat(attendee: Property | None, method: ReplyMethod) -> tuple[PartStat | None, str]:
    text = _word(attendee) if attendee else ""
    if text in (PartStat.ACCEPTED, PartStat.DECLINED, PartStat.TENTATIVE):
        return PartStat(text), ""
    if method is ReplyMethod.COUNTER and text in ("", PartStat.NEEDS_ACTION):
        return PartStat.NEEDS_ACTION if text else None, ""
    if text == "DELEGATED" and attendee:
        return None, f"it delegates to {_delegate(attendee) or 'somebody'}"
    return None, f"its PARTSTAT is {text[:40]}" if text else "it has no PARTSTAT"


def _slot(event: Component, calendar: Component) -> Slot:
    """Returns the time that a COUNTER (a calendar answer with another time) proposes. Raises TimeFaultError if the time
    is not certain."""
    begins, ends = event.first("DTSTART"), event.first("DTEND")
    if begins is None:
        raise TimeFaultError("it proposes another time and names none")
    start = moment(begins, calendar)
    end = moment(ends, calendar) if ends else later(start, duration(event.value("DURATION")))
    if end.utc <= start.utc:
        raise TimeFaultError("the time that it proposes ends before it begins")
    return Slot(start=start, end=end)


def _place(event: Component) -> str:
    return line_of_mail(unescaped(event.value("LOCATION")), bounds.VALUE)


def _comment(event: Component, attendee: Property | None) -> str:
    said = [unescaped(each.value) for each in event.all("COMMENT", bounds.COMMENTS)]
    if not any(said) and attendee is not None:
        said = [attendee.parameters.get("X-RESPONSE-COMMENT", "")]  # Google's place for it
    return line_of_mail(" ".join(said), bounds.VALUE)


def _remark(event: Component, attendee: Property | None) -> str:
    said = [unescaped(each.value) for each in event.all("COMMENT", bounds.COMMENTS)]
    if attendee is not None:
        said.append(attendee.parameters.get("X-RESPONSE-COMMENT", ""))
    lines = "\n".join(said)[: bounds.TEXT].split("\n")
    return "\n".join(line_of_mail(line, bounds.TEXT) for line in lines).strip()


def _address(attendee: Property) -> str:
    """Returns its mail address in lower case. Apple writes a path or a URN, and the address in EMAIL."""
    return _mailto(attendee.value) or _mailto(attendee.parameters.get("EMAIL", ""))


def _mailto(text: str) -> str:
    """Returns the address in lower case. Returns an empty text if no office can have such an address."""
    text = text[: 3 * bounds.ADDRESS].strip()
    if text[:7].lower() == "mailto:":
        text = text[7:]
    return plain_address(unquote(text.partition("?")[0]).strip().strip("<>"))


# --- digests ----------------------------------------------------------------------------------------------------------


def digest_of(answer: CalendarAnswer) -> str:
    """Returns a digest of the content of one answer. The digest stays the same if a mail server changes the form of the
    message on its way."""
    slot, named = answer.slot, answer.named
    return _digest(
        "answer",
        answer.uid,
        str(answer.recurrence),
        answer.attendee,
        answer.method,
        str(answer.partstat),
        str(answer.sequence or 0),  # some programs leave a zero out
        str(answer.dtstamp),
        f"{slot.start.utc} {slot.end.utc}" if slot else "",
        answer.comment,
        answer.doubt,
        *([str(named.start)] if named and named.start else []),
        *([answer.place] if answer.place else []),
    )


def _digest(*words: str) -> str:
    """Returns a hexadecimal digest. White space, Unicode composition and case make no difference."""
    normal = [" ".join(unicodedata.normalize("NFC", word).casefold().split()) for word in words]
    return hashlib.sha256(json.dumps(normal).encode("utf-8", "replace")).hexdigest()
